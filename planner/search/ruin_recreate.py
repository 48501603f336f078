"""A first plan that cannot fail, and better ones from there: ruin and recreate over units.

Units (see `insertion_data`) are inserted one by one at their cheapest place (see `insertion`). Then, again and again,
some stops of evenings near each other are taken out and inserted anew; a worse plan is accepted with a probability that
falls with the temperature (Schrimpf et al. 2000, "Record breaking optimization results using the ruin and recreate
principle"; removal of adjacent strings as in Christiaens and Vanden Berghe 2020, "Slack induction by string removals
for vehicle routing problems").
"""

from __future__ import annotations

import numba
import numpy as np

from planner.search.insertion import bits, insert_unit
from planner.search.removal import remove_unit
from planner.search.search_state import copy_plan, sync, touch_unit

MOST_REMOVED = 12  # units that one round takes out
MOST_WAITING = 3  # units without a moment that one round inserts too
FIXED_WEIGHT = 1000.0  # how many visits left out a fixed one counts for besides itself
WAITING_SHARE = 0.3  # share of the rounds that begin at a unit without a moment, if there is one
SPLIT_SHARE = 0.05  # share of the insertions of siblings that try them at several moments too


@numba.njit(cache=True, nogil=True)
def all_of(d, u):  # type: ignore[no-untyped-def]
    """The set of all visits of a unit."""
    return (1 << (d.unit_first[u + 1] - d.unit_first[u])) - 1


@numba.njit(cache=True, nogil=True)
def unit_cost(d, st, u):  # type: ignore[no-untyped-def]
    """What a unit costs beside the evenings: visits left out, and being split."""
    size = d.unit_first[u + 1] - d.unit_first[u]
    left = size - bits(st.u_mask[u])
    fixed = bits(d.unit_fixed_mask[u] & ~st.u_mask[u])
    return d.unplaced * (left + FIXED_WEIGHT * fixed) + st.u_extra[u]


@numba.njit(cache=True, nogil=True)
def total_cost(d, st):  # type: ignore[no-untyped-def]
    """The cost of the plan as the search counts it."""
    cost = st.cost.sum()
    for u in range(len(st.u_mask)):
        cost += unit_cost(d, st, u)
    return cost


@numba.njit(cache=True, nogil=True)
def order(d, st, pool, size):  # type: ignore[no-untyped-def]
    """Shuffle the units to insert, or sort them: those of several visits first, or the farthest, or the nearest."""
    for i in range(size - 1, 0, -1):
        j = np.random.randint(i + 1)
        pool[i], pool[j] = pool[j], pool[i]
    kind = np.random.randint(4)
    if kind == 0:
        return
    for i in range(1, size):
        u = pool[i]
        value = rank(d, u, kind)
        j = i - 1
        while j >= 0 and rank(d, pool[j], kind) < value:
            pool[j + 1] = pool[j]
            j -= 1
        pool[j + 1] = u


@numba.njit(cache=True, nogil=True)
def rank(d, u, kind):  # type: ignore[no-untyped-def]
    """By which number units are sorted before they are inserted, in this kind of order."""
    size = d.unit_first[u + 1] - d.unit_first[u]
    far = d.leg[0, d.depot[0], d.place[u]]
    if kind == 1:
        return 1000 * size + far
    return far if kind == 2 else -far


@numba.njit(cache=True, nogil=True)
def construct(d, st, sc, seed):  # type: ignore[no-untyped-def]
    """Insert every unit that is not placed: fixed ones first, then who needs company, several visits, the farthest."""
    np.random.seed(seed)
    sc.sizes[2] += 1
    sc.sizes[0] = sc.sizes[1] = 0
    units = len(st.u_mask)
    first = np.empty(units)
    for u in range(units):
        first[u] = -rank(d, u, np.int64(1)) - 1e6 * (d.unit_fixed_mask[u] != 0)
        block = d.block_first[u]
        if block < d.block_first[u + 1] and d.set_second_mask[d.partition[d.partition_first[block], 0]] != 0:
            first[u] -= 1e4
    for u in np.argsort(first):
        if st.u_mask[u] == 0 and d.block_first[u] < d.block_first[u + 1]:
            insert_unit(d, st, sc, u, 0.0)


@numba.njit(cache=True, nogil=True)
def ruin(d, st, sc, pool, first, most):  # type: ignore[no-untyped-def]
    """Take stops out of up to `most` evenings of unit `first` and of units near it; how many units stand in `pool`."""
    goal = 1 + np.random.randint(most)
    size, evenings = np.int64(0), 0
    for at in range(-1, d.near.shape[1]):
        u = first if at < 0 else d.near[first, at]
        if u < 0 or evenings >= goal or size >= MOST_REMOVED:
            break
        if st.u_mask[u] == 0:
            continue
        for p in range(2 * d.unit_first[u], 2 * d.unit_first[u + 1]):
            if st.p_shift[p] >= 0:
                size = _ruin_evening(d, st, sc, pool, size, p)
                evenings += 1
                break
    return size


@numba.njit(cache=True, nogil=True)
def _ruin_evening(d, st, sc, pool, size, p):  # type: ignore[no-untyped-def]
    """Take a string of stops that holds placed stop p out of its evening, with their units."""
    s = st.p_shift[p]
    n = st.size[s]
    length = 1 + np.random.randint(n)
    here = 0
    for i in range(n):
        if st.stops[s, i] == p:
            here = i
    at = max(0, min(n - length, here - np.random.randint(length)))
    for _ in range(length):
        if at >= st.size[s] or size >= MOST_REMOVED:
            break
        u = d.set_unit[st.p_set[st.stops[s, at]]]
        touch_unit(st, sc, u)
        remove_unit(d, st, sc, u)
        pool[size] = u
        size += 1
    return size


@numba.njit(cache=True, nogil=True)
def partial_cost(d, st, sc):  # type: ignore[no-untyped-def]
    """What the touched evenings and units cost together."""
    cost = 0.0
    for i in range(sc.sizes[0]):
        cost += st.cost[sc.touched[i]]
    for i in range(sc.sizes[1]):
        cost += unit_cost(d, st, sc.units[i])
    return cost


@numba.njit(cache=True, nogil=True)
def improve(d, now, saved, best, sc, seed, rounds, heat, most, costs):  # type: ignore[no-untyped-def]
    """So many rounds of ruin and recreate from plan `now`, at temperature `heat` (a cost).

    `saved` is `now` as it was before a round, `best` the best plan; `costs`: of `now` and of `best`, changed in place.
    A round takes stops from up to `most` evenings.
    """
    np.random.seed(seed)
    pool = np.empty(MOST_REMOVED + MOST_WAITING, dtype=np.int64)
    waiting = np.empty(len(now.u_mask), dtype=np.int64)
    for _ in range(rounds):
        sc.sizes[2] += 1
        sc.sizes[0] = sc.sizes[1] = 0
        outside = 0
        for u in range(len(now.u_mask)):
            if now.u_mask[u] != all_of(d, u) and d.block_first[u] < d.block_first[u + 1]:
                waiting[outside] = u
                outside += 1
        first = np.random.randint(len(now.u_mask))
        if outside and np.random.random() < WAITING_SHARE:
            first = waiting[np.random.randint(outside)]
        size = ruin(d, now, sc, pool, first, most)
        order(d, now, pool, size)
        if outside:
            size = _add_waiting(d, now, sc, pool, size, first, waiting[:outside])
        for i in range(size):
            insert_unit(d, now, sc, pool[i], SPLIT_SHARE)
        change = partial_cost(d, now, sc) - partial_cost(d, saved, sc)
        if change <= 0 or change < -heat * np.log(np.random.random()):
            costs[0] += change
            sync(d, now, saved, sc)
            if costs[0] < costs[1] - 1e-6:
                costs[1] = costs[0]
                copy_plan(now, best)
        else:
            sync(d, saved, now, sc)


@numba.njit(cache=True, nogil=True)
def _add_waiting(d, now, sc, pool, size, first, waiting):  # type: ignore[no-untyped-def]
    """Let some units that miss visits be inserted too, before or behind the others; `first` if it is one of them."""
    is_before = np.random.random() < 0.5
    for number in range(MOST_WAITING):
        u = first if number == 0 and now.u_mask[first] != all_of(d, first) else waiting[np.random.randint(len(waiting))]
        if sc.unit_stamp[u] == sc.sizes[2]:
            continue
        touch_unit(now, sc, u)
        remove_unit(d, now, sc, u)
        pool[size] = u
        size += 1
        if is_before:
            for i in range(size - 1, 0, -1):
                pool[i] = pool[i - 1]
            pool[0] = u
    return size
