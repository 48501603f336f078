"""Ways to make all visits of a unit on one day: who makes which stop, at what moment, and at what cost.

A way is a partition of the unit's visits into stops, with a shift for the visitor of each stop and one for the company
that it needs. Before a way is timed, its cost is estimated from below by its roads alone, in the order in which an
evening has its stops already: most moves of a search end there.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from planner.base.arrays import Floats, Integers
from planner.base.packed import packed
from planner.search.evening_tables import arrivals, profile
from planner.search.insertion import mark_allowed
from planner.search.insertion_data import MOST_CHILDREN, NO_LIMIT, InsertionData

UNUSUAL_SHARE = 0.05  # share of the ways in which one stop may serve several visits
VISITOR, ROW, SECOND = range(3)  # the columns of a way: shift of the visitor, row of its prices, shift of the company
VICTIMS = 2 * MOST_CHILDREN  # units that have to leave for one other, at most


class Room(NamedTuple):
    """What moves of units need to know and work in. U units, T slots; a way is a row a stop, -1 for no company."""

    whole: Integers  # (U,) the block of all its visits, -1 for a unit that is not moved as a whole
    least_price: Floats  # (rows of `InsertionData.prices`,)
    lines: Floats  # (2 * MOST_CHILDREN, T) what each stop of a way costs, by slot
    minutes_of: Integers  # (MOST_CHILDREN,) of the stop that serves each visit of the unit
    way: Integers  # (MOST_CHILDREN, 3) that is being looked at
    own: Integers  # (MOST_CHILDREN, 3) of the unit that moves
    victims: Integers  # (VICTIMS,) units that leave
    goal: Integers  # (VICTIMS, 3) day, partition and stops of the way of each
    ways: Integers  # (VICTIMS, MOST_CHILDREN, 3)


def new_room(data: InsertionData) -> Room:
    """Room for one search. A unit of which a visit is fixed, or must be apart from others, is not moved as a whole."""
    units = len(data.unit_first) - 1
    whole = np.full(units, -1, dtype=np.int64)
    for u in range(units):
        first, last = int(data.unit_first[u]), int(data.unit_first[u + 1])
        blocks = np.arange(data.block_first[u], data.block_first[u + 1])
        full = blocks[data.block_mask[blocks] == (1 << (last - first)) - 1]
        if len(full) and not data.unit_fixed_mask[u] and data.apart_first[first] == data.apart_first[last]:
            whole[u] = full[0]
    integers = lambda *shape: np.zeros(shape, dtype=np.int64)  # noqa: E731
    return packed(
        Room(
            whole=whole,
            least_price=data.prices.min(axis=1),
            lines=np.zeros((2 * MOST_CHILDREN, data.prices.shape[1])),
            minutes_of=integers(MOST_CHILDREN),
            way=integers(MOST_CHILDREN, 3),
            own=integers(MOST_CHILDREN, 3),
            victims=integers(VICTIMS),
            goal=integers(VICTIMS, 3),
            ways=integers(VICTIMS, MOST_CHILDREN, 3),
        )
    )


@numba.njit(cache=True, nogil=True)
def day_of(d, st, u):  # type: ignore[no-untyped-def]
    """The day of a unit that is made as a whole."""
    return st.v_day[d.unit_first[u]]


@numba.njit(cache=True, nogil=True)
def pick_partition(d, block):  # type: ignore[no-untyped-def]
    """A partition of a block: mostly the one with a stop for every visit."""
    first, last = d.partition_first[block], d.partition_first[block + 1]
    if last - first == 1:
        return first
    if np.random.random() < UNUSUAL_SHARE:
        return first + np.random.randint(last - first)
    found, most = first, 0
    for pt in range(first, last):
        stops = 0
        for j in range(MOST_CHILDREN):
            stops += d.partition[pt, j] >= 0
        if stops > most:
            found, most = pt, stops
    return found


@numba.njit(cache=True, nogil=True)
def pick_way(d, st, room, u, pt, day):  # type: ignore[no-untyped-def]
    """Choose at random who makes the stops of a partition on a day; how many stops, 0 when they cannot be made."""
    days = st.day_version.shape[0]
    stops = 0
    for j in range(MOST_CHILDREN):
        q = d.partition[pt, j]
        if q < 0:
            break
        key = q * days + day
        first, choices = d.option_first[key], d.option_first[key + 1] - d.option_first[key]
        if choices == 0:
            return 0
        o = first + np.random.randint(choices) if choices > 1 else first
        room.way[j, VISITOR], room.way[j, ROW], room.way[j, SECOND] = d.option_shift[o], d.option_row[o], -1
        if d.set_second_mask[q] != 0:
            first, choices = d.second_first[key], d.second_first[key + 1] - d.second_first[key]
            if choices == 0:
                return 0
            room.way[j, SECOND] = d.second_shift[first + np.random.randint(choices)]
        stops += 1
    return stops if _is_possible(d, st, room, u, stops) else 0


@numba.njit(cache=True, nogil=True)
def _is_possible(d, st, room, u, stops):  # type: ignore[no-untyped-def]
    """Whether nobody is at two stops of the way, and all may make one more."""
    for j in range(stops):
        for k in (VISITOR, SECOND):
            s = room.way[j, k]
            if s < 0:
                continue
            m = d.shift_visitor[s]
            if d.limit[m] < NO_LIMIT and st.total[m] - _stops_by(d, st, u, m) >= d.limit[m]:
                return False
            for i in range(j):
                for other in (room.way[i, VISITOR], room.way[i, SECOND]):
                    if other >= 0 and d.shift_visitor[other] == m:
                        return False
        second = room.way[j, SECOND]
        if second >= 0 and d.shift_visitor[second] == d.shift_visitor[room.way[j, VISITOR]]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _stops_by(d, st, u, m):  # type: ignore[no-untyped-def]
    """How many stops visitor m makes for unit u."""
    count = 0
    for p in range(2 * d.unit_first[u], 2 * d.unit_first[u + 1]):
        count += st.p_shift[p] >= 0 and d.shift_visitor[st.p_shift[p]] == m
    return count


@numba.njit(cache=True, nogil=True)
def stop_in(d, st, u, s):  # type: ignore[no-untyped-def]
    """The position of the stop of unit u in evening s, -1 when it has none there."""
    for i in range(st.size[s]):
        if d.set_unit[st.p_set[st.stops[s, i]]] == u:
            return i
    return -1


@numba.njit(cache=True, nogil=True)
def least_more(d, st, room, s, leaving, place, row):  # type: ignore[no-untyped-def]
    """Below what evening s costs more with a stop at `place` and without its stop `leaving` (-1: with all that it has).

    row: of the prices of the new stop, -1 for none. Infinite when the evening is full.
    """
    n = st.size[s]
    if leaving < 0 and n == st.stops.shape[1]:
        return np.inf
    m = d.shift_visitor[s]
    leg = d.leg[d.mode[m]]
    price = room.least_price[row] if row >= 0 else 0.0
    roads, detour, before = 0, NO_LIMIT, d.depot[m]
    for i in range(n + 1):
        if i == leaving:
            continue
        here = d.depot[m]
        if i < n:
            p = st.stops[s, i]
            here = st.p_place[p]
            if st.p_row[p] >= 0:
                price += room.least_price[st.p_row[p]]
        roads += leg[before, here]
        detour = min(detour, leg[before, place] + leg[place, here] - leg[before, here])
        before = here
    return d.travel * (roads + detour) + price - st.cost[s]


@numba.njit(cache=True, nogil=True)
def least_of_way(d, st, room, pt, stops):  # type: ignore[no-untyped-def]
    """Below what the way costs more."""
    total = 0.0
    for j in range(stops):
        place = d.set_place[d.partition[pt, j]]
        total += least_more(d, st, room, room.way[j, VISITOR], -1, place, room.way[j, ROW])
        if room.way[j, SECOND] >= 0:
            total += least_more(d, st, room, room.way[j, SECOND], -1, place, -1)
    return total


@numba.njit(cache=True, nogil=True)
def cost_without(d, st, s, i, line):  # type: ignore[no-untyped-def]
    """What evening s would cost without its stop i; `line` is scratch."""
    n = st.size[s]
    if n == 1:
        return 0.0
    best = np.inf
    if i == n - 1:
        p = st.stops[s, i - 1]
        m = d.shift_visitor[s]
        way = d.leg[d.mode[m], st.p_place[p], d.depot[m]]
        end = st.p_minutes[p]
        last = min(d.visits_until[s] - end, d.back_by[s] - end - way) // d.grid - d.low
        for t in range(min(last + 1, len(line))):
            best = min(best, st.before[s, i - 1, t])
        return best + d.travel * way
    arrivals(d, st, s, i, st.p_place[st.stops[s, i + 1]], line)
    for t in range(len(line)):
        best = min(best, line[t] + st.after[s, i + 1, t])
    return best


@numba.njit(cache=True, nogil=True)
def gain_at(d, st, p, line):  # type: ignore[no-untyped-def]
    """What the evening of placed stop p costs less without it."""
    s = st.p_shift[p]
    for i in range(st.size[s]):
        if st.stops[s, i] == p:
            return st.cost[s] - cost_without(d, st, s, i, line)
    return 0.0


@numba.njit(cache=True, nogil=True)
def gain_of(d, st, u, line):  # type: ignore[no-untyped-def]
    """What evenings cost less without unit u."""
    gain = st.u_extra[u]
    for p in range(2 * d.unit_first[u], 2 * d.unit_first[u + 1]):
        if st.p_shift[p] >= 0:
            gain += gain_at(d, st, p, line)
    return gain


@numba.njit(cache=True, nogil=True)
def cost_of_way(d, st, sc, room, u, pt, stops, day, limit):  # type: ignore[no-untyped-def]
    """What the way costs more at its best moment, which is written to `sc.best`; infinite for more than `limit`."""
    lines, total = 0, 0.0
    needs_slot = stops > 1
    for j in range(stops):
        q = d.partition[pt, j]
        needs_slot |= d.set_is_pinned[q] != 0
        place, minutes = d.set_place[q], d.set_minutes[q]
        profile(d, st, room.way[j, VISITOR], place, minutes, room.way[j, ROW], room.lines[lines], sc.line)
        total += room.lines[lines].min()
        lines += 1
        if room.way[j, SECOND] >= 0:
            profile(d, st, room.way[j, SECOND], place, d.set_second_minutes[q], -1, room.lines[lines], sc.line)
            total += room.lines[lines].min()
            lines += 1
        if not total <= limit:
            return np.inf
    slot = np.int64(-1)
    if needs_slot:
        slot, total = _best_slot(d, st, sc, room, u, pt, stops, lines, day)
    sc.best[0], sc.best[1], sc.best[2] = day, slot, pt
    for j in range(stops):
        for k in range(3):
            sc.best[3 + 3 * j + k] = room.way[j, k]
    return total


@numba.njit(cache=True, nogil=True)
def _best_slot(d, st, sc, room, u, pt, stops, lines, day):  # type: ignore[no-untyped-def]
    """The slot at which the stops of a way cost least together, and that cost."""
    speaks = False
    for i in range(d.unit_first[u + 1] - d.unit_first[u]):
        speaks |= d.language[d.unit_first[u] + i] >= 0
        for j in range(stops):
            if d.set_mask[d.partition[pt, j]] >> i & 1:
                room.minutes_of[i] = d.set_minutes[d.partition[pt, j]]
    if speaks:
        mark_allowed(d, st, sc, u, d.block_mask[room.whole[u]], day, room.minutes_of)
    found, best = np.int64(-1), np.inf
    for t in range(d.prices.shape[1]):
        if is_moment(d, stops, t) and not (speaks and not sc.allowed[t]):
            cost = cost_at(room, lines, t)
            if cost < best:
                best, found = cost, np.int64(t)
    return found, best


@numba.njit(cache=True, nogil=True)
def is_moment(d, stops, t):  # type: ignore[no-untyped-def]
    """Whether so many visitors may start together at slot t."""
    return stops == 1 or ((t + d.low) * d.grid) % d.joint == 0


@numba.njit(cache=True, nogil=True)
def cost_at(room, lines, t):  # type: ignore[no-untyped-def]
    """What the stops of the way that was timed last cost together at slot t."""
    cost = 0.0
    for j in range(lines):
        cost += room.lines[j, t]
    return cost
