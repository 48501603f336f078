"""Placing stops in evenings and taking them out, with what is kept of these evenings."""

from __future__ import annotations

import numba

from planner.search.evening_tables import recompute
from planner.search.search_state import touch


@numba.njit(cache=True, nogil=True)
def change_all_days(st, sc):  # type: ignore[no-untyped-def]
    """What was worked out for a day holds no more: a visitor has reached the limit, or may go out again."""
    sc.sizes[3] += 1
    st.day_version[:] = sc.sizes[3]
    sc.sizes[4] = 1


@numba.njit(cache=True, nogil=True)
def renew(d, st, sc, s):  # type: ignore[no-untyped-def]
    """Bring the tables of an evening up to date."""
    sc.sizes[3] += 1
    st.version[s] = sc.sizes[3]
    st.day_version[d.shift_day[s]] = sc.sizes[3]
    recompute(d, st, s, sc.line[2])


@numba.njit(cache=True, nogil=True)
def place(d, st, sc, p, s, position):  # type: ignore[no-untyped-def]
    """Put placed stop p into evening s at this position."""
    n = st.size[s]
    for i in range(n, position, -1):
        st.stops[s, i] = st.stops[s, i - 1]
    st.stops[s, position] = p
    st.size[s] = n + 1
    st.p_shift[p] = s
    m = d.shift_visitor[s]
    st.total[m] += 1
    renew(d, st, sc, s)
    if st.total[m] == d.limit[m]:
        change_all_days(st, sc)


@numba.njit(cache=True, nogil=True)
def take_out(d, st, p):  # type: ignore[no-untyped-def]
    """Take placed stop p out of its evening, whose tables are then out of date."""
    s = st.p_shift[p]
    n = st.size[s]
    found = 0
    for i in range(n):
        if st.stops[s, i] == p:
            found = 1
        elif found:
            st.stops[s, i - 1] = st.stops[s, i]
    st.size[s] = n - 1
    st.stops[s, n - 1] = -1
    st.p_shift[p] = -1
    st.total[d.shift_visitor[s]] -= 1


@numba.njit(cache=True, nogil=True)
def remove_unit(d, st, sc, u):  # type: ignore[no-untyped-def]
    """Take a unit out of the plan."""
    first, last = d.unit_first[u], d.unit_first[u + 1]
    for p in range(2 * first, 2 * last):
        if st.p_shift[p] >= 0:
            s = st.p_shift[p]
            touch(st, sc, s)
            if st.total[d.shift_visitor[s]] == d.limit[d.shift_visitor[s]]:
                change_all_days(st, sc)
            take_out(d, st, p)
            renew(d, st, sc, s)
    for v in range(first, last):
        st.v_day[v] = -1
        st.v_slot[v] = -1
    st.u_mask[u] = 0
    st.u_extra[u] = 0.0
