"""What a stop more costs an evening, at every slot: least costs up to a start and from a start on.

Of each stop of an evening two rows are kept, by slot: `before`, the least cost up to its start there, and `after`, the
least from its start there on, both with its own price. A stop between two others then costs the first row carried
forward to it, and the second carried backward, which is one pass over the slots each: waiting costs the same every
minute, so that a running minimum is enough.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def from_depot(first, cost, line):  # type: ignore[no-untyped-def]
    """Cost of setting out for a first stop, by its slot; it may start from slot `first` on."""
    for t in range(len(line)):
        line[t] = cost if t >= first else np.inf


@numba.njit(cache=True, nogil=True)
def forward(known, busy, leg_cost, grid, waiting, line):  # type: ignore[no-untyped-def]
    """Least cost of starting a stop by slot, `busy` minutes at least after a start that costs `known`."""
    step = -(-busy // grid)
    wait = waiting * (step * grid - busy)
    run, more = np.inf, waiting * grid
    for t in range(len(line)):
        run += more
        if t >= step and known[t - step] + wait < run:
            run = known[t - step] + wait
        line[t] = run + leg_cost


@numba.njit(cache=True, nogil=True)
def to_depot(last, cost, line):  # type: ignore[no-untyped-def]
    """Cost of going home after a last stop, by its slot; it may start up to slot `last`."""
    for t in range(len(line)):
        line[t] = cost if t <= last else np.inf


@numba.njit(cache=True, nogil=True)
def backward(known, busy, leg_cost, grid, waiting, line):  # type: ignore[no-untyped-def]
    """Least cost after starting a stop, by slot; the next costs `known` and starts at least `busy` minutes later."""
    step = -(-busy // grid)
    wait = waiting * (step * grid - busy)
    run, more = np.inf, waiting * grid
    size = len(line)
    for t in range(size - 1, -1, -1):
        run += more
        if t + step < size and known[t + step] + wait < run:
            run = known[t + step] + wait
        line[t] = run + leg_cost


@numba.njit(cache=True, nogil=True)
def add_price(line, prices, row, slot, out):  # type: ignore[no-untyped-def]
    """`out` is `line` with the price of starting; only at `slot`, unless that is negative."""
    for t in range(len(line)):
        if 0 <= slot != t:
            out[t] = np.inf
        elif row < 0:
            out[t] = line[t]
        else:
            out[t] = line[t] + prices[row, t]


@numba.njit(cache=True, nogil=True)
def arrivals(d, st, s, i, place, line):  # type: ignore[no-untyped-def]
    """Least cost of starting at `place` as stop i of evening s, by slot."""
    m = d.shift_visitor[s]
    leg = d.leg[d.mode[m]]
    if i == 0:
        minutes = leg[d.depot[m], place]
        from_depot(-(-(d.leave_from[s] + minutes) // d.grid) - d.low, d.travel * minutes, line)
    else:
        p = st.stops[s, i - 1]
        minutes = leg[st.p_place[p], place]
        busy = st.p_minutes[p] + minutes + d.slack
        forward(st.before[s, i - 1], busy, d.travel * minutes, d.grid, d.waiting, line)


@numba.njit(cache=True, nogil=True)
def departures(d, st, s, i, place, minutes, line):  # type: ignore[no-untyped-def]
    """Least cost after a stop of so many minutes at `place`, before what is stop i of evening s now, by slot."""
    m = d.shift_visitor[s]
    leg = d.leg[d.mode[m]]
    if i == st.size[s]:
        way = leg[place, d.depot[m]]
        last = min(d.visits_until[s] - minutes, d.back_by[s] - minutes - way) // d.grid - d.low
        to_depot(last, d.travel * way, line)
    else:
        p = st.stops[s, i]
        way = leg[place, st.p_place[p]]
        backward(st.after[s, i], minutes + way + d.slack, d.travel * way, d.grid, d.waiting, line)


@numba.njit(cache=True, nogil=True)
def recompute(d, st, s, line):  # type: ignore[no-untyped-def]
    """The tables and the cost of an evening from its stops."""
    n = st.size[s]
    if n == 0:
        st.cost[s] = 0.0
        return
    for i in range(n):
        p = st.stops[s, i]
        arrivals(d, st, s, i, st.p_place[p], line)
        add_price(line, d.prices, st.p_row[p], st.p_slot[p], st.before[s, i])
    for i in range(n - 1, -1, -1):
        p = st.stops[s, i]
        departures(d, st, s, i + 1, st.p_place[p], st.p_minutes[p], line)
        if i == n - 1:
            st.cost[s] = (st.before[s, i] + line).min()
        add_price(line, d.prices, st.p_row[p], st.p_slot[p], st.after[s, i])


@numba.njit(cache=True, nogil=True)
def current_slots(d, st, s, slots):  # type: ignore[no-untyped-def]
    """The slots at which the stops of an evening start: of those that cost least together the earliest, one by one."""
    m = d.shift_visitor[s]
    leg = d.leg[d.mode[m]]
    for i in range(st.size[s]):
        p = st.stops[s, i]
        if i == 0:
            ready = d.leave_from[s] + leg[d.depot[m], st.p_place[p]]
        else:
            before = st.stops[s, i - 1]
            way = leg[st.p_place[before], st.p_place[p]]
            ready = (slots[i - 1] + d.low) * d.grid + st.p_minutes[before] + way + d.slack
        best, slots[i] = np.inf, -1
        for t in range(max(0, -(-ready // d.grid) - d.low), st.after.shape[2]):
            wait = d.waiting * ((t + d.low) * d.grid - ready) if i > 0 else 0.0
            if st.after[s, i, t] + wait < best:
                best, slots[i] = st.after[s, i, t] + wait, t


@numba.njit(cache=True, nogil=True)
def profile(d, st, s, place, minutes, row, out, line):  # type: ignore[no-untyped-def]
    """What a stop more costs this evening at every slot, at its best position. `row` < 0: its price is nothing."""
    n = st.size[s]
    out[:] = np.inf
    if n == st.stops.shape[1]:
        return
    arrive, leave = line[0], line[1]
    for i in range(n + 1):
        arrivals(d, st, s, i, place, arrive)
        departures(d, st, s, i, place, minutes, leave)
        for t in range(len(out)):
            if arrive[t] + leave[t] < out[t]:
                out[t] = arrive[t] + leave[t]
    last = (d.visits_until[s] - minutes) // d.grid - d.low
    cost = st.cost[s]
    for t in range(len(out)):
        if t > last:
            out[t] = np.inf
        elif row < 0:
            out[t] -= cost
        else:
            out[t] += d.prices[row, t] - cost


@numba.njit(cache=True, nogil=True)
def position(d, st, s, place, minutes, row, slot, line):  # type: ignore[no-untyped-def]
    """The position at which a stop at this slot (-1: at any) costs least this evening."""
    best, at = np.inf, -1
    arrive, leave = line[0], line[1]
    for i in range(st.size[s] + 1):
        arrivals(d, st, s, i, place, arrive)
        departures(d, st, s, i, place, minutes, leave)
        add_price(arrive, d.prices, row, slot, line[2])
        cost = (line[2] + leave).min()
        if cost < best:
            best, at = cost, i
    return at
