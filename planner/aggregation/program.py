"""The integer program of evenings that are planned by type.

A column is a set of stops on an evening of a type. Which date it gets does not matter but for the week, and that costs
the same for all routes of a class: of one type, with as many visits of the same people. With x[c] a column of the pool,
y[v] a visit left out, and z[s] how many routes of class k(s) are put on the dates of slot s:

    minimise    sum_c cost[c] x[c] + sum_v left_out[v] y[v] + sum_s cost[s] z[s]
    subject to  sum over c with v of x[c] + y[v]  = 1               for every visit v
                sum_c agreed[c, a] x[c]  = 0                         for every agreement a
                sum over c of class k of x[c] - sum over s with class k of z[s] = 0
                sum_s used[s, r] z[s] <= capacity[r]                 for every resource r: dates, stops of a visitor
                x, y in {0, 1}, z integer

Identical evenings as one: what Barnhart et al., Branch-and-Price, Operations Research 46, 1998, say of identical
vehicles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from planner.aggregation.evening_types import EveningType
from planner.base.arrays import Columns, Floats, Integers, Positions
from planner.columns.routes import Pool
from planner.master.rows import Entries, Sparse
from planner.model.problem import Problem


@dataclass(frozen=True)
class Slots:
    """Where routes can be put: one slot a class and stretch of dates whose week costs the same. n is their number.

    of_class: (n,) int64, the class of a route that is put there. also: per slot the classes of which a route comes with
    it. cost: (n,) float64, of putting one route there. upper: (n,) float64, how many at most.
    dates: per slot the positions of its dates in the shifts of the type. used: per slot the resources that one route
    takes, with how much.
    """

    of_class: Positions
    also: Sparse
    cost: Floats
    upper: Floats
    dates: tuple[tuple[int, ...], ...]
    used: Sparse

    def __len__(self) -> int:
        return len(self.cost)

    def picked(self, slots: Positions) -> Slots:
        """Only these slots."""
        dates = tuple(self.dates[s] for s in slots)
        used, also = self.used.picked(slots), self.also.picked(slots)
        return Slots(self.of_class[slots], also, self.cost[slots], self.upper[slots], dates, used)

    def least(self, by_class: Floats) -> Floats:
        """(n,) float64, the sum of a value of classes over the class of each slot and those that come with it."""
        total = by_class[self.of_class]
        np.add.at(total, np.repeat(np.arange(len(self)), np.diff(self.also.first)), by_class[self.also.index])
        return total

    def taken(self, resources: int) -> Floats:
        """(resources,) float64, what one route on each of these slots takes."""
        return np.bincount(self.used.index, weights=self.used.weight, minlength=resources).astype(np.float64)


@dataclass(frozen=True)
class TypedProgram:
    """The program of some visitors and visits.

    types: of the evenings; evening e of `pool` stands for all of type e.
    pool: the routes of every type, at costs without the week.
    visits: positions in the problem of the visits, a row each.
    left_out: (visits,) float64, cost of leaving a visit out.
    row_of: (candidates,) int64, the row of the visit that a candidate stop makes, -1 for none of `visits`.
    agreed: per candidate stop its entries in the agreements. agreements: how many there are.
    class_of: (columns,) int64, the class of a route. people: per class the visitors (positions in the problem) whose
        evening a route of it takes.
    slots: where the routes of a class can be put.
    capacity: (resources,) float64.
    """

    types: tuple[EveningType, ...]
    pool: Pool
    visits: tuple[int, ...]
    left_out: Floats
    row_of: Positions
    agreed: Sparse
    agreements: int
    class_of: Positions
    people: tuple[tuple[int, ...], ...]
    slots: Slots
    capacity: Floats

    @property
    def classes(self) -> int:
        return len(self.people)

    @cached_property
    def visitors(self) -> list[int]:
        """Positions of the visitors in the problem, rising."""
        return sorted({person for people in self.people for person in people})

    @property
    def rows(self) -> int:
        """Visits, agreements, classes and resources, in this order."""
        return len(self.visits) + self.agreements + self.classes + len(self.capacity)

    @property
    def first_class(self) -> int:
        """The row of the first class."""
        return len(self.visits) + self.agreements

    @property
    def first_resource(self) -> int:
        """The row of the first resource."""
        return self.first_class + self.classes

    @cached_property
    def lower(self) -> Floats:
        """(rows,) float64, least activity of each row."""
        none = np.zeros(self.agreements + self.classes)
        return np.concatenate([np.ones(len(self.visits)), none, np.full(len(self.capacity), -np.inf)])

    @cached_property
    def upper(self) -> Floats:
        """(rows,) float64, most activity of each row."""
        none = np.zeros(self.agreements + self.classes)
        return np.concatenate([np.ones(len(self.visits)), none, self.capacity])

    def slot_entries(self) -> Sparse:
        """The entries of the columns z in the rows."""
        slots = self.slots
        of_class = Sparse(np.arange(len(slots) + 1), slots.of_class + self.first_class, -np.ones(len(slots)))
        also = replace(slots.also, weight=-slots.also.weight)
        return side_by_side(side_by_side(of_class, also, self.first_class), slots.used, self.first_resource)

    def route_entries(self, columns: Columns) -> Sparse:
        """The entries of these routes: the rows of their visits, their agreements and their class."""
        at = self.stops_of(columns)
        rows = np.where(at >= 0, self.row_of[at], -1)
        rows = np.concatenate([rows, self.first_class + self.class_of[columns][:, None]], axis=1)
        kept = rows >= 0
        first = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64)
        index = rows[kept].astype(np.int64)
        entries = Sparse(first, index, np.ones(len(index)))
        if not self.agreements:
            return entries
        return side_by_side(entries, self._agreed(at), len(self.visits))

    def _agreed(self, at: Integers) -> Sparse:
        """Per route (its stops a row) the agreements of its stops."""
        kept = at >= 0
        stops = at[kept]
        counts = np.diff(self.agreed.first)[stops]
        by_route = np.zeros(len(at) + 1, dtype=np.int64)
        np.add.at(by_route, np.repeat(np.arange(len(at)), kept.sum(axis=1)) + 1, counts)
        total = int(counts.sum())
        ends = np.cumsum(counts)
        entries = np.arange(total) - np.repeat(ends - counts, counts) + np.repeat(self.agreed.first[stops], counts)
        return Sparse(np.cumsum(by_route), self.agreed.index[entries], self.agreed.weight[entries])

    def stops_of(self, columns: Columns) -> Integers:
        """(routes, most stops) int64, the candidate stops of these routes, -1 behind the last."""
        order = self.pool.order[columns].astype(np.int64)
        at: Integers = np.where(order >= 0, order + self.pool.offset[self.pool.evening[columns]][:, None], -1)
        return at

    def visits_of(self, columns: Columns) -> Integers:
        """(routes, most stops) int64, the rows of the visits of these routes, -1 for none."""
        at = self.stops_of(columns)
        rows: Integers = np.where(at >= 0, self.row_of[at], -1)
        return rows

    def repriced(self, left_out: Floats, cost: Floats) -> TypedProgram:
        """This program at other costs of visits left out and of routes."""
        return replace(self, left_out=left_out, pool=replace(self.pool, cost=cost))


def typed_program(
    problem: Problem,
    types: Sequence[EveningType],
    pool: Pool,
    visits: Sequence[int],
    left_out: Mapping[int, float],
) -> TypedProgram:
    """The program of visitors who are tied by nothing but visits that several may make.

    `pool`: a listed evening for each of `types`. `left_out`: cost of each of the visits when it is left out.
    """
    row = np.full(len(problem.visits), -1, dtype=np.int64)
    row[list(visits)] = np.arange(len(visits))
    made = np.concatenate([np.zeros(0, dtype=np.int64), *(some.visit for some in pool.candidates)])
    most = pool.order.shape[1]
    size = np.count_nonzero(pool.order >= 0, axis=1).astype(np.int64)
    slots, capacity = _slots_by_size(problem, types, most)
    return TypedProgram(
        types=tuple(types),
        pool=pool,
        visits=tuple(visits),
        left_out=np.array([left_out[visit] for visit in visits], dtype=np.float64),
        row_of=row[made],
        agreed=Sparse.empty(len(made)),
        agreements=0,
        class_of=pool.evening.astype(np.int64) * most + size - 1,
        people=tuple((kind.visitor,) for kind in types for _ in range(most)),
        slots=slots,
        capacity=capacity,
    )


def _slots_by_size(problem: Problem, types: Sequence[EveningType], most: int) -> tuple[Slots, Floats]:
    """The slots of classes (type, stops), `most` a type; a resource a stretch of dates and one a limited visitor."""
    resources = Resources(problem)
    of_class, cost, upper, dates, used = [], [], [], [], []
    for number, kind in enumerate(types):
        for week in sorted(set(kind.week_costs)):
            these = tuple(at for at, each in enumerate(kind.week_costs) if each == week)
            row = resources.add((number, week), len(these))
            for stops in range(1, most + 1):
                of_class.append(number * most + stops - 1)
                cost.append(week * stops)
                upper.append(len(these))
                dates.append(these)
                used.append([(row, 1.0), *resources.stops(kind.visitor, stops)])
    slots = Slots(
        np.array(of_class, dtype=np.int64), Sparse.empty(len(cost)), np.array(cost, dtype=np.float64),
        np.array(upper, dtype=np.float64), tuple(dates), Sparse.of(used),
    )  # fmt: skip
    return slots, resources.capacity


class Resources:
    """Resources under construction, by name: dates, and the most stops of visitors with a limit."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._number: dict[object, int] = {}
        self._capacity: list[float] = []

    def add(self, name: object, capacity: float) -> int:
        """The number of this resource, which comes into being at the first call."""
        if name not in self._number:
            self._number[name] = len(self._capacity)
            self._capacity.append(float(capacity))
        return self._number[name]

    def stops(self, visitor: int, stops: int) -> Entries:
        """What so many stops take of the limit of a visitor; nothing without a limit."""
        limit = self._problem.visitors[visitor].max_stops_total
        return [] if limit is None else [(self.add(("stops", visitor), limit), float(stops))]

    @property
    def capacity(self) -> Floats:
        """(resources,) float64."""
        return np.array(self._capacity, dtype=np.float64)


def side_by_side(some: Sparse, others: Sparse, offset: int) -> Sparse:
    """Every list of `some` followed by the one of `others`, whose indices are raised by `offset`."""
    first = some.first + others.first
    index, weight = np.empty(first[-1], dtype=np.int64), np.empty(first[-1])
    left = np.repeat(np.arange(len(first) - 1), np.diff(some.first))
    at = np.arange(len(some.index)) + others.first[left]
    index[at], weight[at] = some.index, some.weight
    right = np.repeat(np.arange(len(first) - 1), np.diff(others.first))
    at = np.arange(len(others.index)) + some.first[right + 1]
    index[at], weight[at] = others.index + offset, others.weight
    return Sparse(first, index, weight)
