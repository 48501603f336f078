"""Moves of whole units: to another day, in exchange for others, or to another moment of the same day.

Each changes the plan only when the change costs `limit` at most, as far as it can see, and notes what it touches; the
caller keeps the change or undoes it.
"""

from __future__ import annotations

import numba
import numpy as np

from planner.search.insertion import insert_block
from planner.search.removal import remove_unit
from planner.search.ruin_recreate import all_of
from planner.search.search_state import touch_unit
from planner.search.unit_ways import (
    ROW,
    SECOND,
    VISITOR,
    cost_at,
    cost_of_way,
    day_of,
    gain_at,
    gain_of,
    is_moment,
    least_more,
    least_of_way,
    pick_partition,
    pick_way,
    stop_in,
)

ANY_DAY_SHARE = 0.15  # share of the moves that go to any day, not to one on which a unit near by is made
MOST_RETIMED = 3  # units that get another moment at once
OTHER_SLOT_SHARE = 0.5  # share of these that get another moment than the cheapest
GOALS = 3  # days that are looked at for a unit that has to leave


@numba.njit(cache=True, nogil=True)
def is_movable(d, st, room, u):  # type: ignore[no-untyped-def]
    """Whether a unit may be moved as a whole and is made as a whole."""
    return room.whole[u] >= 0 and st.u_mask[u] == all_of(d, u)


@numba.njit(cache=True, nogil=True)
def other_day(d, st, u):  # type: ignore[no-untyped-def]
    """A day to which a unit could go: mostly one on which a unit near by is made, the nearer the likelier."""
    if np.random.random() >= ANY_DAY_SHARE:
        for _ in range(4):
            chance = np.random.random()
            w = d.near[u, int(chance * chance * d.near.shape[1])]
            if w >= 0 and st.u_mask[w] == all_of(d, w):
                return day_of(d, st, w)
    return np.random.randint(st.day_version.shape[0])


@numba.njit(cache=True, nogil=True)
def begin(sc):  # type: ignore[no-untyped-def]
    """Nothing is touched yet."""
    sc.sizes[2] += 1
    sc.sizes[0] = sc.sizes[1] = 0


@numba.njit(cache=True, nogil=True)
def take(d, st, sc, u):  # type: ignore[no-untyped-def]
    """Take a unit out of the plan, to be put back elsewhere; what evenings cost less."""
    gain = gain_of(d, st, u, sc.line[2])
    touch_unit(st, sc, u)
    remove_unit(d, st, sc, u)
    return gain


@numba.njit(cache=True, nogil=True)
def is_full(st, room, stops):  # type: ignore[no-untyped-def]
    """Whether an evening of the way has as many stops as it may."""
    most = st.stops.shape[1]
    for j in range(stops):
        if st.size[room.way[j, VISITOR]] == most:
            return True
        if room.way[j, SECOND] >= 0 and st.size[room.way[j, SECOND]] == most:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def move(d, st, sc, room, u, pt, stops, day, limit):  # type: ignore[no-untyped-def]
    """Move a unit to another day; whether it moved."""
    gain = gain_of(d, st, u, sc.line[2])
    if not least_of_way(d, st, room, pt, stops) - gain <= limit:
        return False
    if not cost_of_way(d, st, sc, room, u, pt, stops, day, limit + gain) - gain <= limit:
        return False
    begin(sc)
    take(d, st, sc, u)
    insert_block(d, st, sc, u, room.whole[u])
    return True


@numba.njit(cache=True, nogil=True)
def exchange(d, st, sc, room, u, pt, stops, day, limit, heat):  # type: ignore[no-untyped-def]
    """Move a unit to a day on which evenings are full; those who leave these go to where it was, or elsewhere.

    Returns whether the plan was touched: perhaps in vain.
    """
    home = day_of(d, st, u)
    count, spent = _choose_victims(d, st, room, u, pt, stops, heat)
    if count < 0:
        return False
    spent -= gain_of(d, st, u, sc.line[2])
    for v in range(count):
        spent -= _gain_elsewhere(d, st, sc, room, room.victims[v], stops)
    if not spent <= limit:
        return False
    for v in range(count):
        spent += _choose_goal(d, st, sc, room, v, u, home, day, heat)
        if not spent <= limit + count * heat:
            return False
    begin(sc)
    spent = -take(d, st, sc, u)
    for v in range(count):
        spent -= take(d, st, sc, room.victims[v])
    for v in range(-1, count):
        spent += _put(d, st, sc, room, v, u, day, pt, stops, limit - spent)
        if not spent <= limit:
            break
    return True


@numba.njit(cache=True, nogil=True)
def _choose_victims(d, st, room, u, pt, stops, heat):  # type: ignore[no-untyped-def]
    """Choose who leaves each full evening of the way, which is kept in `room.own`.

    How many units, -1 when there is no choice; and below what the evenings of the way cost more.
    """
    most = st.stops.shape[1]
    count, spent = 0, 0.0
    for j in range(stops):
        place = d.set_place[d.partition[pt, j]]
        for k in range(3):
            room.own[j, k] = room.way[j, k]
        for k in (VISITOR, SECOND):
            s = room.way[j, k]
            if s < 0:
                continue
            row = room.way[j, ROW] if k == VISITOR else -1
            leaving = -1
            if st.size[s] == most:
                for v in range(count):
                    leaving = max(leaving, stop_in(d, st, room.victims[v], s))
                if leaving < 0:
                    leaving = _choose_victim(d, st, room, s, place, row, heat)
                    if leaving < 0:
                        return -1, 0.0
                    room.victims[count] = d.set_unit[st.p_set[st.stops[s, leaving]]]
                    count += 1
            spent += least_more(d, st, room, s, leaving, place, row)
    return count, spent


@numba.njit(cache=True, nogil=True)
def _choose_victim(d, st, room, s, place, row, heat):  # type: ignore[no-untyped-def]
    """The stop of full evening s that leaves for one at `place`: the more is saved the likelier; -1 for none."""
    best, found = np.inf, -1
    for i in range(st.size[s]):
        if is_movable(d, st, room, d.set_unit[st.p_set[st.stops[s, i]]]):
            value = least_more(d, st, room, s, i, place, row) - heat * np.log(np.random.random())
            if value < best:
                best, found = value, i
    return found


@numba.njit(cache=True, nogil=True)
def _gain_elsewhere(d, st, sc, room, w, stops):  # type: ignore[no-untyped-def]
    """What evenings beside those of the way `room.own` cost less without unit w."""
    gain = 0.0
    for p in range(2 * d.unit_first[w], 2 * d.unit_first[w + 1]):
        s = st.p_shift[p]
        is_elsewhere = s >= 0
        for j in range(stops):
            is_elsewhere &= s not in (room.own[j, VISITOR], room.own[j, SECOND])
        if is_elsewhere:
            gain += gain_at(d, st, p, sc.line[2])
    return gain


@numba.njit(cache=True, nogil=True)
def _choose_goal(d, st, sc, room, v, u, home, day, heat):  # type: ignore[no-untyped-def]
    """Choose where victim v goes, `home` of unit u or a day near by: below what that costs more, and some chance."""
    w = room.victims[v]
    best = np.inf
    for goal in range(GOALS):
        to = home if goal == 0 else other_day(d, st, w)
        if to == day:
            continue
        pt = pick_partition(d, room.whole[w])
        stops = pick_way(d, st, room, w, pt, to)
        if stops == 0:
            continue
        least = -heat * np.log(np.random.random())
        for j in range(stops):
            place = d.set_place[d.partition[pt, j]]
            least += _least_beside(d, st, sc, room, room.way[j, VISITOR], u, place, room.way[j, ROW])
            if room.way[j, SECOND] >= 0:
                least += _least_beside(d, st, sc, room, room.way[j, SECOND], u, place, -1)
        if least < best:
            best = least
            room.goal[v, 0], room.goal[v, 1], room.goal[v, 2] = to, pt, stops
            for j in range(stops):
                for k in range(3):
                    room.ways[v, j, k] = room.way[j, k]
    return best


@numba.njit(cache=True, nogil=True)
def _least_beside(d, st, sc, room, s, u, place, row):  # type: ignore[no-untyped-def]
    """Below what evening s costs more with a stop at `place` when unit u has left it already."""
    leaving = stop_in(d, st, u, s)
    least = least_more(d, st, room, s, leaving, place, row)
    return least if leaving < 0 else least + gain_at(d, st, st.stops[s, leaving], sc.line[2])


@numba.njit(cache=True, nogil=True)
def _put(d, st, sc, room, v, u, day, pt, stops, limit):  # type: ignore[no-untyped-def]
    """Put unit u (v = -1) or victim v where it goes, if that costs `limit` at most; the cost, else infinite."""
    w = u
    if v >= 0:
        w, day, pt, stops = room.victims[v], room.goal[v, 0], room.goal[v, 1], room.goal[v, 2]
    for j in range(stops):
        for k in range(3):
            room.way[j, k] = room.own[j, k] if v < 0 else room.ways[v, j, k]
    cost = cost_of_way(d, st, sc, room, w, pt, stops, day, limit)
    if not cost <= limit:
        return np.inf
    insert_block(d, st, sc, w, room.whole[w])
    return cost


@numba.njit(cache=True, nogil=True)
def retime(d, st, sc, room, u, limit):  # type: ignore[no-untyped-def]
    """Take a unit and some that share an evening with it out, and put them back on the same day one by one."""
    day = day_of(d, st, u)
    count = _choose_company(d, st, room, u)
    begin(sc)
    spent = 0.0
    for v in range(count):
        spent -= take(d, st, sc, room.victims[v])
    for v in range(count):
        other = v + np.random.randint(count - v)
        w = room.victims[other]
        room.victims[other] = room.victims[v]
        pt = pick_partition(d, room.whole[w])
        stops = pick_way(d, st, room, w, pt, day)
        if stops == 0:
            return
        cost = cost_of_way(d, st, sc, room, w, pt, stops, day, limit - spent)
        if not spent + cost <= limit:
            return
        if sc.best[1] >= 0 and d.language[d.unit_first[w]] < 0 and np.random.random() < OTHER_SLOT_SHARE:
            cost = _other_slot(d, sc, room, stops, cost, limit - spent)
        insert_block(d, st, sc, w, room.whole[w])
        spent += cost


@numba.njit(cache=True, nogil=True)
def _choose_company(d, st, room, u):  # type: ignore[no-untyped-def]
    """Unit u and some that share an evening with it, in `room.victims`; how many."""
    room.victims[0] = u
    count, most = 1, 1 + np.random.randint(MOST_RETIMED)
    for p in range(2 * d.unit_first[u], 2 * d.unit_first[u + 1]):
        s = st.p_shift[p]
        for i in range(st.size[s] if s >= 0 else 0):
            w = d.set_unit[st.p_set[st.stops[s, i]]]
            if count == most or not is_movable(d, st, room, w) or np.random.random() < 0.5:
                continue
            is_new = day_of(d, st, w) == day_of(d, st, u)
            for v in range(count):
                is_new &= room.victims[v] != w
            if is_new:
                room.victims[count] = w
                count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _other_slot(d, sc, room, stops, cost, limit):  # type: ignore[no-untyped-def]
    """Put another slot than the best into `sc.best`, at random among those that cost `limit` at most; its cost."""
    lines = stops
    for j in range(stops):
        lines += room.way[j, SECOND] >= 0
    slots = d.prices.shape[1]
    begin_at = np.random.randint(slots)
    for step in range(slots):
        t = (begin_at + step) % slots
        if is_moment(d, stops, t) and cost_at(room, lines, t) <= limit:
            sc.best[1] = t
            return cost_at(room, lines, t)
    return cost
