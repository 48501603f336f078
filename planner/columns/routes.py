"""All feasible routes of every evening, listed: the pool of columns that plans are chosen from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice, permutations

import numpy as np

from planner.base.arrays import Columns, Floats, Integers, Positions
from planner.base.deadline import Deadline
from planner.base.threads import in_threads
from planner.base.tuning import DEFAULT, ListingTuning
from planner.columns.enumeration import FACTS, Day, count_feasible, enumerate_routes, up
from planner.columns.stop_options import ShiftOptions
from planner.model.index import ProblemIndex
from planner.model.plan import Route, Stop
from planner.model.problem import Matrix, Problem

MOST_ORDERS = 24  # of one set of stops that an estimate tries


class TooManyRoutes(Exception):
    """More routes than fit in memory: their problem has to be planned without a list of them."""


@dataclass(frozen=True)
class Candidates:
    """The candidate stops of one evening: one for every span of starts of every stop option. n is their number.

    option: (n,) int32, position in `ShiftOptions.options`.
    first, last: (n,) int32, first and last start that the candidate allows, minutes after midnight, on the grid of
        starts.
    minutes: (n,) int32, how long the stop lasts.
    cost: (n,) float64, cost of starting the stop in this span: week, wish, moving, substitute; no travel or waiting.
    visit: (n,) int32, position in `problem.visits` of the first visit of the stop.
    family: (n,) int32, which visits may be in one stop with those of this one; the number of a family is the position
        in `problem.visits` of its first visit.
    members: (n,) int64, the visits of the stop as bits: bit i for visit number i of the family.
    place: (n,) int32, row of its place in `matrix`.
    matrix: (places, places) int32 minutes of travel by the visitor's mode, the problem's own.
    leg_out, leg_back: (n,) integer minutes from and to the visitor's depot.
    """

    option: Integers
    first: Integers
    last: Integers
    minutes: Integers
    cost: Floats
    visit: Integers
    family: Integers
    members: Integers
    place: Integers
    matrix: Matrix
    leg_out: Integers
    leg_back: Integers

    def __len__(self) -> int:
        return len(self.option)

    def legs(self) -> Matrix:
        """(n, n) int32 minutes of travel from the place of one candidate to that of another.

        Made anew at each call: of all evenings together these would be gigabytes.
        """
        return self.matrix[np.ix_(self.place, self.place)]

    def leg(self, before: int, after: int) -> int:
        """Minutes of travel from the place of one candidate to that of another."""
        return int(self.matrix[self.place[before], self.place[after]])


@dataclass(frozen=True)
class Pool:
    """The listed routes of many evenings: one column a route, those of one evening next to each other.

    evenings: the shifts with their stop options; evening e is one shift of one visitor. By visitor and date.
    candidates: the candidate stops of each evening.
    offset: (evenings + 1,) int64. Candidate i of evening e has number `offset[e] + i` among all candidates; such
        numbers are called `k` throughout the planner.
    start: (evenings + 1,) int64. The columns of evening e are `start[e]` to `start[e + 1]`.
    cost: (columns,) float64, cost of the route: its stops, travel and waiting.
    order: (columns, rules.max_stops) int16, the stops in driving order: positions among the candidates of the
        evening, -1 behind the last.
    evening: (columns,) int32, the evening of each column.
    """

    evenings: tuple[ShiftOptions, ...]
    candidates: tuple[Candidates, ...]
    offset: Positions
    start: Positions
    cost: Floats
    order: Integers
    evening: Integers

    def __len__(self) -> int:
        return len(self.cost)

    def columns_of(self, evenings: Iterable[int]) -> Columns:
        """The columns of these evenings (rising numbers)."""
        ranges = [np.arange(self.start[e], self.start[e + 1]) for e in evenings]
        return np.concatenate([np.zeros(0, dtype=np.int64), *ranges])

    def picked(self, columns: Columns) -> Pool:
        """A pool of these columns only (rising positions), with all evenings and candidates."""
        start = np.searchsorted(columns, self.start)
        return replace(
            self, start=start, cost=self.cost[columns], order=self.order[columns], evening=self.evening[columns]
        )


def _families(index: ProblemIndex) -> dict[int, tuple[int, int]]:
    """Per visit its family and its number in that, as `Candidates` has them; all are positions."""
    number = index.visit_number
    found = {visit: (visit, 0) for visit in number.values()}
    for names in index.families.values():
        members = sorted(number[name] for name in names)
        found.update((visit, (members[0], at)) for at, visit in enumerate(members))
    return found


def candidates_of(
    problem: Problem, evening: ShiftOptions, place: dict[str, int], families: dict[int, tuple[int, int]]
) -> Candidates:
    """The candidate stops of one evening. `place`: row of each place in the travel matrices. `families`: of visits."""
    visitor = problem.visitors[evening.visitor]
    matrix = problem.travel_minutes[visitor.mode]
    depot = place[visitor.depot]
    rows = [(number, option, span) for number, option in enumerate(evening.options) for span in option.spans]
    places = np.array([option.place for _, option, _ in rows], dtype=np.int32)
    return Candidates(
        option=np.array([number for number, _, _ in rows], dtype=np.int32),
        first=np.array([span.first for _, _, span in rows], dtype=np.int32),
        last=np.array([span.last for _, _, span in rows], dtype=np.int32),
        minutes=np.array([option.minutes for _, option, _ in rows], dtype=np.int32),
        cost=np.array([span.cost for _, _, span in rows], dtype=np.float64),
        visit=np.array([option.visits[0] for _, option, _ in rows], dtype=np.int32),
        family=np.array([families[option.visits[0]][0] for _, option, _ in rows], dtype=np.int32),
        members=np.array([sum(1 << families[v][1] for v in option.visits) for _, option, _ in rows], dtype=np.int64),
        place=places,
        matrix=matrix,
        leg_out=matrix[depot, places],
        leg_back=matrix[places, depot],
    )


def list_routes(
    problem: Problem,
    evenings: Iterable[ShiftOptions],
    *,
    jobs: int = 1,
    deadline: Deadline | None = None,
    listing: ListingTuning = DEFAULT.listing,
) -> Pool:
    """Every feasible set of stops of every evening, each in its cheapest order; `jobs` evenings at a time, while
    the deadline is looked at.

    Raises TooManyRoutes for more than `listing.most_routes`, which do not fit in a modest memory: as soon as an
    estimate says so, or else when they are there.
    """
    evenings, candidates = _candidates(problem, evenings, listing)
    listed: list[tuple[Floats, Integers]] = []
    days = zip(evenings, candidates, strict=True)
    until = deadline or Deadline.after(np.inf)
    for routes in in_threads(lambda day: _routes_of(problem, *day, listing), days, jobs, until):
        listed.append(routes)
        refuse_too_many(sum(len(cost) for cost, _ in listed), listing.most_routes)
    width = problem.rules.max_stops
    counts = [len(cost) for cost, _ in listed]
    return Pool(
        evenings=evenings,
        candidates=candidates,
        offset=_running_total([len(some) for some in candidates]),
        start=_running_total(counts),
        evening=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        cost=np.concatenate([cost for cost, _ in listed] or [np.zeros(0)]),
        order=np.concatenate([order for _, order in listed] or [np.zeros((0, width), dtype=np.int16)]),
    )


def refuse_too_many(routes: int, most: int) -> None:
    """Raise TooManyRoutes for more than `most` routes."""
    if routes > most:
        raise TooManyRoutes(f"more than {most} possible routes")


def _candidates(
    problem: Problem, evenings: Iterable[ShiftOptions], listing: ListingTuning
) -> tuple[tuple[ShiftOptions, ...], tuple[Candidates, ...]]:
    """The evenings with their candidate stops; TooManyRoutes as soon as those seen so far have too many routes.

    Nothing is estimated while all sets of stops of these would fit.
    """
    index, estimate = ProblemIndex(problem), _Estimate(problem, listing)
    place, families = index.place_number, _families(index)
    found: list[tuple[ShiftOptions, Candidates]] = []
    sets = estimated = 0
    for evening in evenings:
        found.append((evening, candidates_of(problem, evening, place, families)))
        size = len(found[-1][1])
        sets += math.comb(size, min(problem.rules.max_stops, size))
        while sets > listing.most_routes and estimated < len(found):
            estimate.add(*found[estimated])
            estimated += 1
        refuse_too_many(int(estimate.routes), listing.most_routes)
    return tuple(evening for evening, _ in found), tuple(some for _, some in found)


class _Estimate:
    """About how many routes of `max_stops` stops some evenings have.

    Of each evening so many random sets of stops are tried, each in every order (up to four stops; in some for more).
    """

    def __init__(self, problem: Problem, listing: ListingTuning) -> None:
        self.problem = problem
        self.samples = listing.samples
        self.routes = 0.0
        self._chance = np.random.default_rng(0)
        self._orders = np.array(list(islice(permutations(range(problem.rules.max_stops)), MOST_ORDERS)))

    def add(self, evening: ShiftOptions, some: Candidates) -> None:
        """Count those of one more evening."""
        stops = self.problem.rules.max_stops
        if len(some) < stops:
            return
        table, day = _table_of(self.problem, evening, some)
        sets = self._chance.integers(len(some), size=(self.samples, stops))
        feasible = count_feasible(table, some.cost, some.legs(), day, sets, self._orders)
        self.routes += math.comb(len(some), stops) * feasible / self.samples


def _running_total(counts: list[int]) -> Positions:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def _routes_of(
    problem: Problem, evening: ShiftOptions, some: Candidates, listing: ListingTuning
) -> tuple[Floats, Integers]:
    table, day = _table_of(problem, evening, some)
    return enumerate_routes(table, some.cost, some.legs(), day, problem.rules.max_stops, listing)


def _table_of(problem: Problem, evening: ShiftOptions, some: Candidates) -> tuple[Integers, Day]:
    """The table of stops and the day, as the enumeration takes them."""
    rules, weights, shift = problem.rules, problem.weights, evening.shift
    table = np.stack([getattr(some, fact) for fact in FACTS], axis=1).astype(np.int64)
    prices = float(weights.travel_minute), float(weights.waiting_minute)
    return table, Day(shift.leave_from, shift.back_by, rules.start_grid_minutes, *prices, rules.slack_minutes)


def route_of(problem: Problem, pool: Pool, column: int) -> Route:
    """The route of a column: the earliest starts among those with the least waiting."""
    number = int(pool.evening[column])
    evening, some = pool.evenings[number], pool.candidates[number]
    order = [int(c) for c in pool.order[column] if c >= 0]
    starts = _starts_of(problem, evening, some, order)
    stops = []
    for c, start in zip(order, starts, strict=True):
        option = evening.options[some.option[c]]
        stops.append(Stop(tuple(problem.visits[v].id for v in option.visits), start, option.role))
    return Route(problem.visitors[evening.visitor].id, evening.shift.on, tuple(stops))


def _starts_of(problem: Problem, evening: ShiftOptions, some: Candidates, order: list[int]) -> list[int]:
    """Starts with the least waiting: y_i = start_i - P_i never falls, and rises as little as it can."""
    grid = problem.rules.start_grid_minutes
    passed, earliest, latest = [0], [], []
    for number, c in enumerate(order):
        if number:
            before = order[number - 1]
            busy = int(some.minutes[before]) + some.leg(before, c) + problem.rules.slack_minutes
            passed.append(passed[-1] + up(busy, grid))
        earliest.append(int(some.first[c]) - passed[-1])
        latest.append(int(some.last[c]) - passed[-1])
    end = order[-1]
    earliest[0] = max(earliest[0], up(evening.shift.leave_from + int(some.leg_out[order[0]]), grid))
    home = (evening.shift.back_by - int(some.minutes[end] + some.leg_back[end])) // grid * grid
    latest[-1] = min(latest[-1], home - passed[-1])
    level = min(*latest, max(earliest))
    starts = []
    for early, before_it in zip(earliest, passed, strict=True):
        level = max(level, early)
        starts.append(level + before_it)
    return starts
