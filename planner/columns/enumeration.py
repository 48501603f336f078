"""The search that lists the routes of one evening, compiled by numba.

Depth first over orders of stops. With P_i the driving, serving and slack before stop i (each leg rounded up so that
starts stay on the grid; the rounding is waiting) and [a_i, b_i] the starts that stop i allows, a route is
feasible exactly when max over j <= i of (a_j - P_j) is at most b_i - P_i for every i, and its least further
waiting is max(0, max_i (a_i - P_i) - min_i (b_i - P_i)). Of all orders of one set of stops the cheapest is kept.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np

from planner.base.arrays import Floats, Integers
from planner.base.tuning import ListingTuning
from planner.model.problem import MOST_STOPS

_BITS_A_STOP = 16


# the columns of the table of candidate stops; what each is stands in `routes.Candidates`
FACTS = "option", "first", "last", "minutes", "family", "members", "leg_out", "leg_back"
_OPTION, _FIRST, _LAST, _MINUTES, _FAMILY, _MEMBERS, _LEG_OUT, _LEG_BACK = range(len(FACTS))
# the rows of `clocks`, (3, depths) int64 minutes, a column a stop of the route under construction:
# P_i, max (a_j - P_j), min (b_j - P_j)
_PASSED, _EARLIEST, _LATEST = range(3)


class Day(NamedTuple):
    """One shift as the compiled loops see it.

    leave_from, back_by: minutes after midnight. grid: minutes. travel, waiting: cost of a minute. slack: minutes
    between the arrival at a stop that is not the first and its start.
    """

    leave_from: int
    back_by: int
    grid: int
    travel: float
    waiting: float
    slack: int


@numba.njit(cache=True, nogil=True, inline="always")
def up(minutes: int, grid: int) -> int:
    """The first grid point from `minutes` on."""
    return -(-minutes // grid) * grid


@numba.njit(cache=True, nogil=True)
def _key(chosen, depth, stop, row):  # type: ignore[no-untyped-def]
    """The set of stops as two 64-bit words: sorted (in `row`), 16 bits each, four a word."""
    for i in range(depth):
        value = stop[chosen[i], _OPTION] + 1
        j = i
        while j > 0 and row[j - 1] > value:
            row[j] = row[j - 1]
            j -= 1
        row[j] = value
    low, high = np.uint64(0), np.uint64(0)
    for i in range(depth):
        if i < 4:
            low = (low << np.uint64(_BITS_A_STOP)) | np.uint64(row[i])
        else:
            high = (high << np.uint64(_BITS_A_STOP)) | np.uint64(row[i])
    return low, high


@numba.njit(cache=True, nogil=True, inline="always")
def _slot(low, high, capacity):  # type: ignore[no-untyped-def]
    """Where to look first in a table of `capacity` (a power of two) entries. Every bit of the key counts: a product's
    lower bits know nothing of the upper bits of its factors, so these are folded in before and after."""
    half = np.uint64(32)
    mixed = low ^ (high * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed = (mixed ^ (mixed >> half)) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed ^ (mixed >> half)) & np.uint64(capacity - 1))


@numba.njit(cache=True, nogil=True)
def _find(keys, table, low, high):  # type: ignore[no-untyped-def]
    """The table's place of this key, or the free place where it belongs."""
    capacity = len(table)
    at = _slot(low, high, capacity)
    while table[at] >= 0 and (keys[table[at], 0] != low or keys[table[at], 1] != high):
        at = (at + 1) & (capacity - 1)
    return at


@numba.njit(cache=True, nogil=True)
def _enter(keys, costs, orders, table, size, chosen, stops, total, least_saving, stop, row):  # type: ignore[no-untyped-def]
    """Enter a route of so many stops, unless a cheaper order of the same stops is known; `row` is scratch."""
    low, high = _key(chosen, stops, stop, row)
    at = _find(keys, table, low, high)
    column = table[at]
    if column < 0:
        column = size[0]
        table[at] = column
        keys[column, 0], keys[column, 1], costs[column] = low, high, np.inf
        size[0] += 1
    if total < costs[column] - least_saving:
        costs[column] = total
        for i in range(orders.shape[1]):
            orders[column, i] = chosen[i] if i < stops else -1


@numba.njit(cache=True, nogil=True)
def _is_free(chosen, depth, c, stop):  # type: ignore[no-untyped-def]
    """Whether no visit of candidate `c` is in the route already."""
    family, members = stop[c, _FAMILY], stop[c, _MEMBERS]
    for i in range(depth):
        d = chosen[i]
        if stop[d, _FAMILY] == family and stop[d, _MEMBERS] & members:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _successors(stop, leg, day):  # type: ignore[no-untyped-def]
    """Per candidate those that can come right after it, and how many they are."""
    n = len(stop)
    after = np.empty((n, n), dtype=np.int32)
    follows = np.zeros(n, dtype=np.int64)
    chosen = np.zeros(1, dtype=np.int64)
    for before in range(n):
        chosen[0] = before
        for c in range(n):
            arrival = stop[before, _FIRST] + up(stop[before, _MINUTES] + leg[before, c] + day.slack, day.grid)
            if arrival <= stop[c, _LAST] and _is_free(chosen, 1, c, stop):
                after[before, follows[before]] = c
                follows[before] += 1
    return after, follows


@numba.njit(cache=True, nogil=True)
def _sets_out(clocks, spent, c, stop, cost, day):  # type: ignore[no-untyped-def]
    """Go from the depot to stop c; whether that is in time. `spent`: the cost but waiting left and the way back."""
    clocks[_PASSED, 0] = 0
    clocks[_EARLIEST, 0] = max(stop[c, _FIRST], up(day.leave_from + stop[c, _LEG_OUT], day.grid))
    clocks[_LATEST, 0] = stop[c, _LAST]
    spent[0] = cost[c] + day.travel * stop[c, _LEG_OUT]
    return clocks[_EARLIEST, 0] <= clocks[_LATEST, 0]


@numba.njit(cache=True, nogil=True)
def _goes_on(clocks, spent, depth, before, c, stop, cost, leg, day):  # type: ignore[no-untyped-def]
    """Go on from stop `before` to stop c, which comes at this depth; whether that is in time."""
    busy = stop[before, _MINUTES] + leg[before, c] + day.slack
    step = up(busy, day.grid)
    passed = clocks[_PASSED, depth - 1] + step
    if clocks[_EARLIEST, depth - 1] > stop[c, _LAST] - passed:
        return False
    clocks[_PASSED, depth] = passed
    clocks[_EARLIEST, depth] = max(clocks[_EARLIEST, depth - 1], stop[c, _FIRST] - passed)
    clocks[_LATEST, depth] = min(clocks[_LATEST, depth - 1], stop[c, _LAST] - passed)
    spent[depth] = spent[depth - 1] + cost[c] + day.travel * leg[before, c] + day.waiting * (step - busy)
    return True


@numba.njit(cache=True, nogil=True)
def _total(clocks, spent, depth, c, stop, day):  # type: ignore[no-untyped-def]
    """What the route costs that goes home after stop c; infinite when that is too late."""
    home = (day.back_by - stop[c, _MINUTES] - stop[c, _LEG_BACK]) // day.grid * day.grid - clocks[_PASSED, depth]
    if clocks[_EARLIEST, depth] > home:
        return np.inf
    waiting = max(0, clocks[_EARLIEST, depth] - min(clocks[_LATEST, depth], home))
    return spent[depth] + day.travel * stop[c, _LEG_BACK] + day.waiting * waiting


@numba.njit(cache=True, nogil=True)
def count_feasible(stop, cost, leg, day, sets, orders):  # type: ignore[no-untyped-def]
    """How many of these sets of candidates (a row each) are in time in one of the orders (a row of places each)."""
    length = sets.shape[1]
    clocks, spent = np.zeros((3, length), dtype=np.int64), np.zeros(length, dtype=np.float64)
    chosen = np.zeros(length, dtype=np.int64)
    count = 0
    for row in range(len(sets)):
        for order in range(len(orders)):
            for place in range(length):
                chosen[place] = sets[row, orders[order, place]]
            if _is_in_time(clocks, spent, chosen, stop, cost, leg, day):
                count += 1
                break
    return count


@numba.njit(cache=True, nogil=True)
def _is_in_time(clocks, spent, chosen, stop, cost, leg, day):  # type: ignore[no-untyped-def]
    """Whether these candidates are a route in this order: in time, and no visit twice."""
    if not _sets_out(clocks, spent, chosen[0], stop, cost, day):
        return False
    for depth in range(1, len(chosen)):
        if not _is_free(chosen, depth, chosen[depth], stop):
            return False
        if not _goes_on(clocks, spent, depth, chosen[depth - 1], chosen[depth], stop, cost, leg, day):
            return False
    return _total(clocks, spent, len(chosen) - 1, chosen[-1], stop, day) < np.inf


def enumerate_routes(
    stop: Integers, cost: Floats, leg: Integers, day: Day, max_stops: int, listing: ListingTuning
) -> tuple[Floats, Integers]:
    """The cheapest route of every feasible set of stops: costs (routes,) float64 and orders (routes, max_stops) int16.

    stop: (candidates, 8) int64, a row a candidate, the columns of `FACTS`.
    cost: (candidates,) float64, cost of the stop itself.
    leg: (candidates, candidates) integer, minutes of travel from one to another.

    Where the hash table was too small for all sets the search starts again with a larger one. With more than
    `listing.most_routes` routes it gives up and returns more than that many.
    """
    after, follows = _successors(stop, leg, day)
    sets = sum(math.comb(len(stop), stops) for stops in range(1, max_stops + 1))
    room = min(listing.first_sets, 1 << sets.bit_length())
    while True:
        costs, orders = _listed(stop, cost, leg, day, after, follows, max_stops, room, listing.least_saving)
        if len(costs) < room or room > listing.most_routes:
            return costs, orders
        room *= listing.growth


@numba.njit(cache=True, nogil=True)
def _listed(stop, cost, leg, day, after, follows, max_stops, room, least_saving):  # type: ignore[no-untyped-def]
    """List routes until all are listed or there are `room` of them. Costs (n,) float64; orders (n, max_stops) int16:
    positions of candidates in driving order, -1 behind the last."""
    keys, costs = np.empty((room, 2), dtype=np.uint64), np.empty(room, dtype=np.float64)
    orders = np.empty((room, max_stops), dtype=np.int16)
    table = np.full(2 * room, -1, dtype=np.int32)
    size, row = np.zeros(1, dtype=np.int64), np.empty(MOST_STOPS, dtype=np.int64)
    chosen, tried = np.full(max_stops, -1, dtype=np.int64), np.zeros(max_stops, dtype=np.int64)
    clocks, spent = np.zeros((3, max_stops), dtype=np.int64), np.zeros(max_stops, dtype=np.float64)
    depth = 0
    while depth >= 0 and size[0] < room:
        if tried[depth] == (len(stop) if depth == 0 else follows[chosen[depth - 1]]):
            depth -= 1
            continue
        c = tried[depth] if depth == 0 else after[chosen[depth - 1], tried[depth]]
        tried[depth] += 1
        if depth == 0:
            in_time = _sets_out(clocks, spent, c, stop, cost, day)
        else:
            is_free = depth == 1 or _is_free(chosen, depth - 1, c, stop)
            in_time = is_free and _goes_on(clocks, spent, depth, chosen[depth - 1], c, stop, cost, leg, day)
        if not in_time:
            continue
        chosen[depth] = c
        total = _total(clocks, spent, depth, c, stop, day)
        if total < np.inf:
            _enter(keys, costs, orders, table, size, chosen, depth + 1, total, least_saving, stop, row)
        if depth + 1 < max_stops:
            depth += 1
            tried[depth] = 0
    return costs[: size[0]].copy(), orders[: size[0]].copy()
