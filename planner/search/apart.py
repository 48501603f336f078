"""Visits that must be apart, in local search: when others are made, and what keeps them at that moment.

A stop has no moment of its own as long as nobody is bound to it: it starts wherever the evening costs least. When a
visit comes on a day on which others are made that must be apart from it, in another evening, these keep the starts
that they have then, which costs nothing, and the visit gets a moment beside them. In one evening stops never overlap.
"""

from __future__ import annotations

import numba

from planner.search.evening_tables import current_slots
from planner.search.removal import renew
from planner.search.search_state import touch, touch_unit


@numba.njit(cache=True, nogil=True)
def stop_of(d, st, w):  # type: ignore[no-untyped-def]
    """The placed stop at which visit w is made; -1 when it has none."""
    u = d.visit_unit[w]
    mask = 1 << (w - d.unit_first[u])
    for p in range(2 * d.unit_first[u], 2 * d.unit_first[u + 1]):
        if st.p_shift[p] >= 0 and not st.p_is_second[p] and d.set_mask[st.p_set[p]] & mask:
            return p
    return -1


@numba.njit(cache=True, nogil=True)
def slot_of(d, st, sc, p):  # type: ignore[no-untyped-def]
    """The slot at which placed stop p starts now."""
    if st.p_slot[p] >= 0:
        return st.p_slot[p]
    s = st.p_shift[p]
    current_slots(d, st, s, sc.slots)
    for i in range(st.size[s]):
        if st.stops[s, i] == p:
            return sc.slots[i]
    return -1


@numba.njit(cache=True, nogil=True)
def find_busy(d, st, sc, u, mask, day):  # type: ignore[no-untyped-def]
    """Note in `sc.busy` when on a day visits are made that must be apart from one of these of unit u."""
    sc.sizes[5] = 0
    first = d.unit_first[u]
    for v in range(first, d.unit_first[u + 1]):
        if not mask >> (v - first) & 1:
            continue
        for j in range(d.apart_first[v], d.apart_first[v + 1]):
            w = d.apart[j]
            if st.v_day[w] == day:
                p = stop_of(d, st, w)
                start = (slot_of(d, st, sc, p) + d.low) * d.grid
                at = sc.sizes[5]
                sc.busy[at, 0], sc.busy[at, 1], sc.busy[at, 2] = st.p_shift[p], start, start + st.p_minutes[p]
                sc.sizes[5] += 1


@numba.njit(cache=True, nogil=True)
def is_clear(d, sc, s, t, minutes):  # type: ignore[no-untyped-def]
    """Whether a stop of evening s at slot t overlaps nothing that is noted of other evenings."""
    start = (t + d.low) * d.grid
    for b in range(sc.sizes[5]):
        if sc.busy[b, 0] != s and start < sc.busy[b, 2] and sc.busy[b, 1] < start + minutes:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def pin_busy(d, st, sc, u, mask, day):  # type: ignore[no-untyped-def]
    """Keep the visits of a day that must be apart from these of unit u at their starts, where `sc.best` puts these into
    another evening."""
    first = d.unit_first[u]
    for v in range(first, d.unit_first[u + 1]):
        if not mask >> (v - first) & 1:
            continue
        for j in range(d.apart_first[v], d.apart_first[v + 1]):
            w = d.apart[j]
            p = stop_of(d, st, w) if st.v_day[w] == day else -1
            if p >= 0 and st.p_slot[p] < 0 and not is_chosen(d, sc, st.p_shift[p]):
                pin(d, st, sc, p)


@numba.njit(cache=True, nogil=True)
def is_chosen(d, sc, s):  # type: ignore[no-untyped-def]
    """Whether the insertion in `sc.best` puts a visitor's stop into evening s."""
    parts = d.partition[sc.best[2]]
    found = False
    for j in range(len(parts)):
        found |= parts[j] >= 0 and sc.best[3 + 3 * j] == s
    return found


@numba.njit(cache=True, nogil=True)
def pin(d, st, sc, p):  # type: ignore[no-untyped-def]
    """Keep placed stop p at the slot at which it starts now."""
    u, s = d.set_unit[st.p_set[p]], st.p_shift[p]
    touch(st, sc, s)
    touch_unit(st, sc, u)
    slot = slot_of(d, st, sc, p)
    st.p_slot[p] = slot
    for v in range(d.unit_first[u], d.unit_first[u + 1]):
        if d.set_mask[st.p_set[p]] >> (v - d.unit_first[u]) & 1:
            st.v_slot[v] = slot
    renew(d, st, sc, s)
