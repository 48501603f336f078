"""All feasible routes of every evening, listed.

A route has at most a handful of stops, so a depth-first search over orders lists them all. With P_i the
driving and serving before stop i (each leg rounded up so that starts stay on the grid; the rounding is
waiting) and [a_i, b_i] the starts that stop i allows, a route is feasible exactly when
max over j <= i of (a_j - P_j) is at most b_i - P_i for every i, and its least further waiting is
max(0, max_i (a_i - P_i) - min_i (b_i - P_i)). Of all orders of one set of stops the cheapest is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from .offers import Evening, Offer
from .plan import Route, Stop
from .problem import MOST_STOPS, Problem

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[Any]

_NOBODY = -1
_BITS_A_STOP = 16


@dataclass(frozen=True)
class Candidates:
    """The stops of one evening as arrays, one entry per offer and span.

    `leg[i, j]`, `leg_out[i]`, `leg_back[i]`: minutes between candidates, from the depot, to the depot.
    """

    offer: Integers
    first: Integers
    last: Integers
    minutes: Integers
    cost: Floats
    visit: Integers
    sibling: Integers
    leg: Integers
    leg_out: Integers
    leg_back: Integers

    def __len__(self) -> int:
        return len(self.offer)


@dataclass(frozen=True)
class Pool:
    """Columns of many evenings. Those of evening e are `start[e]` to `start[e + 1]`.

    `evening[c]` is the evening of column c, and `order[c]` its stops in driving order: positions among the
    evening's candidates, -1 behind the last; `offset[e]` makes them positions among all candidates.
    """

    evenings: tuple[Evening, ...]
    candidates: tuple[Candidates, ...]
    offset: Integers
    start: Integers
    cost: Floats
    order: Integers
    evening: Integers

    def __len__(self) -> int:
        return len(self.cost)

    def kept(self, keep: npt.NDArray[np.bool_]) -> Pool:
        """The same pool with only these columns."""
        evening = self.evening[keep]
        start = np.searchsorted(evening, np.arange(len(self.evenings) + 1))
        return replace(self, start=start, cost=self.cost[keep], order=self.order[keep], evening=evening)


def candidates_of(problem: Problem, evening: Evening, place: dict[str, int]) -> Candidates:
    """The arrays that the search over one evening works on."""
    visitor = problem.visitors[evening.visitor]
    matrix = problem.travel_minutes[visitor.mode]
    depot = place[visitor.depot]
    rows = [(number, offer, span) for number, offer in enumerate(evening.offers) for span in offer.spans]
    places = np.array([offer.place for _, offer, _ in rows], dtype=np.int32)
    return Candidates(
        offer=np.array([number for number, _, _ in rows], dtype=np.int32),
        first=np.array([span.first for _, _, span in rows], dtype=np.int32),
        last=np.array([span.last for _, _, span in rows], dtype=np.int32),
        minutes=np.array([offer.minutes for _, offer, _ in rows], dtype=np.int32),
        cost=np.array([span.cost for _, _, span in rows], dtype=np.float64),
        visit=np.array([offer.visits[0] for _, offer, _ in rows], dtype=np.int32),
        sibling=np.array([_second_visit(offer) for _, offer, _ in rows], dtype=np.int32),
        leg=matrix[np.ix_(places, places)],
        leg_out=matrix[depot, places],
        leg_back=matrix[places, depot],
    )


def _second_visit(offer: Offer) -> int:
    return offer.visits[1] if len(offer.visits) == 2 else _NOBODY


def list_routes(problem: Problem, evenings: Sequence[Evening]) -> Pool:
    """Every feasible set of stops of every evening, each in its cheapest order."""
    place = {name: number for number, name in enumerate(problem.places)}
    candidates = tuple(candidates_of(problem, evening, place) for evening in evenings)
    listed = [_routes_of(problem, *pair) for pair in zip(evenings, candidates, strict=True)]
    width = problem.rules.max_stops
    counts = [len(cost) for cost, _ in listed]
    return Pool(
        evenings=tuple(evenings),
        candidates=candidates,
        offset=_running_total([len(some) for some in candidates]),
        start=_running_total(counts),
        evening=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        cost=np.concatenate([cost for cost, _ in listed] or [np.zeros(0)]),
        order=np.concatenate([order for _, order in listed] or [np.zeros((0, width), dtype=np.int16)]),
    )


def _running_total(counts: list[int]) -> Integers:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def _routes_of(problem: Problem, evening: Evening, some: Candidates) -> tuple[Floats, Integers]:
    weights, shift = problem.weights, evening.shift
    return _enumerate(
        some.offer, some.first, some.last, some.minutes, some.cost, some.visit, some.sibling,
        some.leg, some.leg_out, some.leg_back, shift.leave_from, shift.back_by,
        problem.rules.start_grid_minutes, problem.rules.max_stops,
        float(weights.travel_minute), float(weights.waiting_minute),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True, inline="always")
def _up(minutes: int, grid: int) -> int:
    """The first grid point from `minutes` on."""
    return -(-minutes // grid) * grid


@numba.njit(cache=True, nogil=True)
def _key(chosen, depth, offer, row):  # type: ignore[no-untyped-def]
    """The set of offers as two 64-bit words: sorted (in `row`), 16 bits each, four a word."""
    for i in range(depth):
        value = offer[chosen[i]] + 1
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
    """Where to look first in a table of `capacity` (a power of two) entries; Fibonacci hashing."""
    mixed = (low ^ (high * np.uint64(0xC2B2AE3D27D4EB4F))) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed >> np.uint64(20)) & np.uint64(capacity - 1))


@numba.njit(cache=True, nogil=True)
def _find(lows, highs, table, low, high):  # type: ignore[no-untyped-def]
    """The table's place of this key, or the free place where it belongs."""
    capacity = len(table)
    at = _slot(low, high, capacity)
    while table[at] >= 0 and (lows[table[at]] != low or highs[table[at]] != high):
        at = (at + 1) & (capacity - 1)
    return at


@numba.njit(cache=True, nogil=True)
def _grown(lows, highs, costs, orders):  # type: ignore[no-untyped-def]
    """Twice the room, and a table of four times the columns to find them in."""
    count = len(costs)
    new_lows = np.empty(2 * count, dtype=np.uint64)
    new_highs = np.empty(2 * count, dtype=np.uint64)
    new_costs = np.empty(2 * count, dtype=np.float64)
    new_orders = np.empty((2 * count, orders.shape[1]), dtype=np.int16)
    new_lows[:count], new_highs[:count] = lows, highs
    new_costs[:count], new_orders[:count] = costs, orders
    table = np.full(8 * count, -1, dtype=np.int32)
    for i in range(count):
        table[_find(new_lows, new_highs, table, lows[i], highs[i])] = i
    return new_lows, new_highs, new_costs, new_orders, table


@numba.njit(cache=True, nogil=True)
def _is_free(chosen, depth, c, visit, sibling):  # type: ignore[no-untyped-def]
    """Whether no visit of candidate `c` is in the route already."""
    for i in range(depth):
        d = chosen[i]
        if visit[d] == visit[c] or visit[d] == sibling[c]:
            return False
        if sibling[d] >= 0 and (sibling[d] == visit[c] or sibling[d] == sibling[c]):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _successors(first, last, minutes, visit, sibling, leg, grid):  # type: ignore[no-untyped-def]
    """Per candidate those that can come right after it, and how many they are."""
    n = len(first)
    after = np.empty((n, n), dtype=np.int32)
    follows = np.zeros(n, dtype=np.int64)
    chosen = np.zeros(1, dtype=np.int64)
    for before in range(n):
        chosen[0] = before
        for c in range(n):
            arrival = first[before] + _up(minutes[before] + leg[before, c], grid)
            if arrival <= last[c] and _is_free(chosen, 1, c, visit, sibling):
                after[before, follows[before]] = c
                follows[before] += 1
    return after, follows


@numba.njit(cache=True, nogil=True)
def _enumerate(  # type: ignore[no-untyped-def]
    offer, first, last, minutes, cost, visit, sibling, leg, leg_out, leg_back,
    leave_from, back_by, grid, max_stops, travel_weight, waiting_weight,
):  # fmt: skip
    """Costs and orders of the cheapest route of every feasible set of offers."""
    n = len(offer)
    after, follows = _successors(first, last, minutes, visit, sibling, leg, grid)
    room = 64
    lows = np.empty(room, dtype=np.uint64)
    highs = np.empty(room, dtype=np.uint64)
    costs = np.empty(room, dtype=np.float64)
    orders = np.full((room, max_stops), -1, dtype=np.int16)
    table = np.full(4 * room, -1, dtype=np.int32)
    count = 0
    chosen = np.full(max_stops, -1, dtype=np.int64)
    sorted_offers = np.empty(MOST_STOPS, dtype=np.int64)
    # per depth: P_i, max (a_j - P_j), min (b_j - P_j), and the cost without waiting that is left and way back
    passed = np.zeros(max_stops, dtype=np.int64)
    earliest = np.zeros(max_stops, dtype=np.int64)
    latest = np.zeros(max_stops, dtype=np.int64)
    spent = np.zeros(max_stops, dtype=np.float64)
    tried = np.zeros(max_stops, dtype=np.int64)
    depth = 0
    while depth >= 0:
        if tried[depth] == (n if depth == 0 else follows[chosen[depth - 1]]):
            depth -= 1
            continue
        c = tried[depth] if depth == 0 else after[chosen[depth - 1], tried[depth]]
        tried[depth] += 1
        if depth > 1 and not _is_free(chosen, depth - 1, c, visit, sibling):
            continue
        if depth == 0:
            passed[0] = 0
            earliest[0] = max(first[c], _up(leave_from + leg_out[c], grid))
            latest[0] = last[c]
            spent[0] = cost[c] + travel_weight * leg_out[c]
            if earliest[0] > latest[0]:
                continue
        else:
            before = chosen[depth - 1]
            busy = minutes[before] + leg[before, c]
            step = _up(busy, grid)
            passed[depth] = passed[depth - 1] + step
            if earliest[depth - 1] > last[c] - passed[depth]:
                continue
            earliest[depth] = max(earliest[depth - 1], first[c] - passed[depth])
            latest[depth] = min(latest[depth - 1], last[c] - passed[depth])
            spent[depth] = spent[depth - 1] + cost[c] + travel_weight * leg[before, c] + waiting_weight * (step - busy)
        chosen[depth] = c
        home = (back_by - minutes[c] - leg_back[c]) // grid * grid - passed[depth]
        if earliest[depth] <= home:
            waiting = max(0, earliest[depth] - min(latest[depth], home))
            total = spent[depth] + travel_weight * leg_back[c] + waiting_weight * waiting
            low, high = _key(chosen, depth + 1, offer, sorted_offers)
            at = _find(lows, highs, table, low, high)
            column = table[at]
            if column < 0:
                if count == len(costs):
                    lows, highs, costs, orders, table = _grown(lows, highs, costs, orders)
                    at = _find(lows, highs, table, low, high)
                column = count
                table[at] = column
                lows[column], highs[column] = low, high
                costs[column] = np.inf
                count += 1
            if total < costs[column] - 1e-9:
                costs[column] = total
                for i in range(max_stops):
                    orders[column, i] = chosen[i] if i <= depth else -1
        if depth + 1 < max_stops:
            depth += 1
            tried[depth] = 0
    return costs[:count].copy(), orders[:count].copy()


def route_of(problem: Problem, pool: Pool, column: int) -> Route:
    """The route of a column: the earliest starts among those with the least waiting."""
    number = int(pool.evening[column])
    evening, some = pool.evenings[number], pool.candidates[number]
    order = [int(c) for c in pool.order[column] if c >= 0]
    starts = _starts_of(problem, evening, some, order)
    stops = []
    for c, start in zip(order, starts, strict=True):
        offer = evening.offers[some.offer[c]]
        stops.append(Stop(tuple(problem.visits[v].id for v in offer.visits), start, offer.role))
    return Route(problem.visitors[evening.visitor].id, evening.shift.on, tuple(stops))


def _starts_of(problem: Problem, evening: Evening, some: Candidates, order: list[int]) -> list[int]:
    """Starts with the least waiting: y_i = start_i - P_i never falls, and rises as little as it can."""
    grid = problem.rules.start_grid_minutes
    passed, earliest, latest = [0], [], []
    for number, c in enumerate(order):
        if number:
            before = order[number - 1]
            passed.append(passed[-1] + _up(int(some.minutes[before] + some.leg[before, c]), grid))
        earliest.append(int(some.first[c]) - passed[-1])
        latest.append(int(some.last[c]) - passed[-1])
    end = order[-1]
    earliest[0] = max(earliest[0], _up(evening.shift.leave_from + int(some.leg_out[order[0]]), grid))
    home = (evening.shift.back_by - int(some.minutes[end] + some.leg_back[end])) // grid * grid
    latest[-1] = min(latest[-1], home - passed[-1])
    level = min(*latest, max(earliest))
    starts = []
    for early, before_it in zip(earliest, passed, strict=True):
        level = max(level, early)
        starts.append(level + before_it)
    return starts
