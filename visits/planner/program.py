"""The integer program of a plan: set partitioning over listed routes.

Rows: each visit is in one route or left out (`= 1`), each evening has at most one route (`<= 1`), each
visitor with a limit has so many stops at most, and what couples visitors. Columns: the routes of the pool,
which are never written out as a whole, and a few others (a visit left out). A route's entries are the sum of
those of its stops, so they are kept per offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numba
import numpy as np

from .offers import Evening, Offer
from .problem import Problem
from .routes import Floats, Integers, Pool

Entries = list[tuple[int, float]]


@dataclass(frozen=True)
class Sparse:
    """Lists of (index, weight): list i is `index[first[i]:first[i + 1]]` with `weight` likewise."""

    first: Integers
    index: Integers
    weight: Floats

    @classmethod
    def of(cls, lists: Sequence[Entries]) -> Sparse:
        first = np.concatenate([[0], np.cumsum([len(some) for some in lists])]).astype(np.int64)
        flat = [pair for some in lists for pair in some]
        index = np.array([index for index, _ in flat], dtype=np.int64)
        return cls(first, index, np.array([weight for _, weight in flat], dtype=np.float64))

    @classmethod
    def empty(cls, count: int) -> Sparse:
        return cls.of([[]] * count)

    def dot(self, values: Floats) -> Floats:
        """The sum of weight times value of every list."""
        total = np.concatenate([[0.0], np.cumsum(values[self.index] * self.weight)])
        return total[self.first[1:]] - total[self.first[:-1]]


@dataclass(frozen=True)
class Sides:
    """The columns that are no routes: what they are, cost, largest value and entries in rows."""

    names: tuple[tuple[str, int], ...]
    cost: Floats
    upper: Floats
    entries: Sparse

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Program:
    """Rows with their limits, the side columns, and the entries of every candidate stop of the pool.

    Rows start with `visits`, and so do side columns: number i is visit i left out. `limits`: the stops that
    a visitor may make in all, where there is a limit.
    """

    pool: Pool
    visits: tuple[int, ...]
    lower: Floats
    upper: Floats
    evening_row: Integers
    sides: Sides
    stops: Sparse
    limits: Mapping[int, int]

    @property
    def rows(self) -> int:
        return len(self.lower)

    @property
    def visit_row(self) -> dict[int, int]:
        return {visit: row for row, visit in enumerate(self.visits)}

    def routes(self, columns: Integers) -> Sparse:
        """The entries of these routes: those of their stops and their evening."""
        pool, stops = self.pool, self.stops
        order = pool.evening, pool.order, pool.offset, self.evening_row
        return Sparse(*_route_entries(columns, *order, stops.first, stops.index, stops.weight))


@numba.njit(cache=True, nogil=True)
def _route_entries(columns, evening, order, offset, evening_row, first, index, weight):  # type: ignore[no-untyped-def]
    """Entries of routes in compressed form; what two stops have in one row is added up."""
    starts = np.zeros(len(columns) + 1, dtype=np.int64)
    room = 0
    for c in columns:
        room += 1
        for place in range(order.shape[1]):
            if order[c, place] >= 0:
                k = offset[evening[c]] + order[c, place]
                room += first[k + 1] - first[k]
    rows, weights = np.empty(room, dtype=np.int64), np.empty(room)
    count = 0
    for number in range(len(columns)):
        c = columns[number]
        begin = count
        rows[count], weights[count] = evening_row[evening[c]], 1.0
        count += 1
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            k = offset[evening[c]] + order[c, place]
            for at in range(first[k], first[k + 1]):
                same = begin
                while same < count and rows[same] != index[at]:
                    same += 1
                if same == count:
                    rows[count], weights[count] = index[at], 0.0
                    count += 1
                weights[same] += weight[at]
        starts[number + 1] = count
    return starts, rows[:count], weights[:count]


class RowBuilder:
    """Collects rows by name while a program is put together."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self._number: dict[tuple[object, ...], int] = {}

    def add(self, name: tuple[object, ...], lower: float, upper: float) -> int:
        """The number of the row of this name, which comes into being at the first call."""
        if name not in self._number:
            self._number[name] = len(self.lower)
            self.lower.append(lower)
            self.upper.append(upper)
        return self._number[name]

    def get(self, name: tuple[object, ...]) -> int | None:
        return self._number.get(name)


def build_program(problem: Problem, visits: Sequence[int], pool: Pool) -> Program:
    """The program of one independent part of a school."""
    rows = RowBuilder()
    for visit in visits:
        rows.add(("visit", visit), 1, 1)
    evening_row = [rows.add(("evening", number), -np.inf, 1) for number in range(len(pool.evenings))]
    left_out = Sides(
        names=tuple(("unplaced", visit) for visit in visits),
        cost=np.array([_unplaced_cost(problem, visit) for visit in visits], dtype=np.float64),
        upper=np.ones(len(visits)),
        entries=Sparse.of([[(row, 1.0)] for row in range(len(visits))]),
    )
    stops = _candidate_entries(problem, rows, pool)
    return Program(
        pool=pool,
        visits=tuple(visits),
        lower=np.array(rows.lower, dtype=np.float64),
        upper=np.array(rows.upper, dtype=np.float64),
        evening_row=np.array(evening_row, dtype=np.int64),
        sides=left_out,
        stops=stops,
        limits={
            evening.visitor: limit
            for evening in pool.evenings
            if (limit := problem.visitors[evening.visitor].max_stops_total) is not None
        },
    )


def never(problem: Problem) -> float:
    """A cost that no plan can be worth: for what must not happen but keeps the rows solvable."""
    return 1e6 + 10 * problem.weights.unplaced


def _unplaced_cost(problem: Problem, visit: int) -> float:
    return never(problem) if problem.visits[visit].id in problem.fixed else problem.weights.unplaced


def _candidate_entries(problem: Problem, rows: RowBuilder, pool: Pool) -> Sparse:
    entries: list[Entries] = []
    for evening, some in zip(pool.evenings, pool.candidates, strict=True):
        by_offer = [_offer_entries(problem, rows, evening, offer) for offer in evening.offers]
        entries.extend(by_offer[number] for number in some.offer)
    return Sparse.of(entries)


def _offer_entries(problem: Problem, rows: RowBuilder, evening: Evening, offer: Offer) -> Entries:
    """The rows of a stop. A visit without a row is one that no route makes: then no route has this stop."""
    made = (rows.get(("visit", visit)) for visit in offer.visits)
    entries = [(row, 1.0) for row in made if row is not None]
    limit = problem.visitors[evening.visitor].max_stops_total
    if limit is not None:
        entries.append((rows.add(("limit", evening.visitor), -np.inf, limit), 1.0))
    return entries
