"""The integer program of visitors whose evenings are planned by type.

A column is a set of stops on an evening of a type; which date of the type it gets does not matter but for the week,
and that costs the same for all routes with as many stops. With x[c] a column of the pool, of type t(c) with k(c)
stops, y[v] a visit left out, and z[t, k, w] the number of dates of type t in weeks of cost w that hold a route of k
stops:

    minimise    sum_c cost[c] x[c] + sum_v left_out[v] y[v] + sum_tkw k w z[t, k, w]
    subject to  sum over c with v of x[c] + y[v]  = 1              for every visit v
                sum over c of (t, k) of x[c] - sum_w z[t, k, w] = 0  for every type t and size k
                sum_k z[t, k, w] <= dates of type t in weeks of cost w
                sum over t of visitor i of k z[t, k, w] <= most stops of visitor i
                x, y in {0, 1}, z integer

Identical periods as one: Desrosiers, Gauthier and Lübbecke, Row-reduced column generation, EJOR 236, 2014, and the
remark on identical vehicles in Barnhart et al., Branch-and-Price, Operations Research 46, 1998.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from planner.aggregation.evening_types import EveningType
from planner.base.arrays import Columns, Floats, Integers, Positions, Rows
from planner.columns.routes import Pool
from planner.master.rows import Sparse
from planner.model.problem import Problem


@dataclass(frozen=True)
class Weeks:
    """The dates of all types, those in weeks of one cost together. n is the number of such (type, cost).

    kind: (n,) int64, the type. cost: (n,) float64, of a visit. dates: (n,) int64, how many.
    """

    kind: Positions
    cost: Floats
    dates: Integers

    @classmethod
    def of(cls, types: Sequence[EveningType]) -> Weeks:
        found = [
            (number, float(cost), int(count))
            for number, each in enumerate(types)
            for cost, count in zip(*np.unique(each.week_costs, return_counts=True), strict=True)
        ]
        kind, cost, dates = zip(*found, strict=True) if found else ((), (), ())
        return cls(np.array(kind, dtype=np.int64), np.array(cost, dtype=np.float64), np.array(dates, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class TypedProgram:
    """The program of some visitors and visits.

    types: of the evenings; evening e of `pool` stands for all of type e.
    pool: the routes of every type, at costs without the week.
    visits: positions in the problem of the visits, a row each.
    left_out: (visits,) float64, cost of leaving a visit out.
    row_of: (candidates,) int64, the row of the visit that a candidate stop makes, -1 for none of `visits`.
    size: (columns,) int64, the stops of a route.
    weeks: the dates by type and cost of the week.
    limits: (types,) float64, the most stops in all of the visitor of a type, infinite for no limit.
    """

    types: tuple[EveningType, ...]
    pool: Pool
    visits: tuple[int, ...]
    left_out: Floats
    row_of: Positions
    size: Integers
    weeks: Weeks
    limits: Floats

    @classmethod
    def of(
        cls,
        problem: Problem,
        types: Sequence[EveningType],
        pool: Pool,
        visits: Sequence[int],
        left_out: Mapping[int, float],
    ) -> TypedProgram:
        """The program of these types of evenings. `left_out`: cost of each of the visits when it is left out."""
        row = np.full(len(problem.visits), -1, dtype=np.int64)
        row[list(visits)] = np.arange(len(visits))
        made = np.concatenate([np.zeros(0, dtype=np.int64), *(some.visit for some in pool.candidates)])
        most = [problem.visitors[each.visitor].max_stops_total for each in types]
        return cls(
            types=tuple(types),
            pool=pool,
            visits=tuple(visits),
            left_out=np.array([left_out[visit] for visit in visits], dtype=np.float64),
            row_of=row[made],
            size=np.count_nonzero(pool.order >= 0, axis=1).astype(np.int64),
            weeks=Weeks.of(types),
            limits=np.array([np.inf if limit is None else limit for limit in most], dtype=np.float64),
        )

    @cached_property
    def visitors(self) -> list[int]:
        """Positions of the visitors in the problem, rising."""
        return sorted({each.visitor for each in self.types})

    @cached_property
    def sizes(self) -> int:
        """Most stops of a route."""
        return int(self.pool.order.shape[1])

    @cached_property
    def limit_row(self) -> Rows:
        """(types,) int64, the number of the limit of the type's visitor among all limits, -1 for none."""
        limited = sorted({each.visitor for each, most in zip(self.types, self.limits, strict=True) if most < np.inf})
        number = {visitor: row for row, visitor in enumerate(limited)}
        return np.array([number.get(each.visitor, -1) for each in self.types], dtype=np.int64)

    @cached_property
    def limit_of_row(self) -> Floats:
        """(limits,) float64, the most stops of each visitor with a limit."""
        found = np.zeros(int(self.limit_row.max(initial=-1)) + 1)
        found[self.limit_row[self.limit_row >= 0]] = self.limits[self.limit_row >= 0]
        return found

    @cached_property
    def class_of(self) -> Positions:
        """(columns,) int64, type times `sizes` plus stops less one: which of the classes (t, k) a column is of."""
        return self.pool.evening.astype(np.int64) * self.sizes + self.size - 1

    @property
    def classes(self) -> int:
        return len(self.types) * self.sizes

    @property
    def rows(self) -> int:
        """Visits, classes, weeks and limits, in this order."""
        return len(self.visits) + self.classes + len(self.weeks) + len(self.limit_of_row)

    @cached_property
    def lower(self) -> Floats:
        """(rows,) float64, least activity of each row."""
        free = np.full(len(self.weeks) + len(self.limit_of_row), -np.inf)
        return np.concatenate([np.ones(len(self.visits)), np.zeros(self.classes), free])

    @cached_property
    def upper(self) -> Floats:
        """(rows,) float64, most activity of each row."""
        return np.concatenate(
            [np.ones(len(self.visits)), np.zeros(self.classes), self.weeks.dates.astype(float), self.limit_of_row]
        )

    @cached_property
    def week_columns(self) -> tuple[Positions, Integers, Floats]:
        """The columns z: (n,) int64 week (of `weeks`), (n,) int64 stops, and (n,) float64 cost."""
        week = np.repeat(np.arange(len(self.weeks)), self.sizes)
        stops = np.tile(np.arange(1, self.sizes + 1), len(self.weeks))
        return week, stops, self.weeks.cost[week] * stops

    def week_entries(self) -> Sparse:
        """The entries of the columns z in the rows."""
        week, stops, _cost = self.week_columns
        first_class, first_week = len(self.visits), len(self.visits) + self.classes
        first_limit = first_week + len(self.weeks)
        lists = []
        for of_week, size in zip(week, stops, strict=True):
            kind = int(self.weeks.kind[of_week])
            entries = [(first_class + kind * self.sizes + int(size) - 1, -1.0), (first_week + int(of_week), 1.0)]
            if self.limit_row[kind] >= 0:
                entries.append((first_limit + int(self.limit_row[kind]), float(size)))
            lists.append(entries)
        return Sparse.of(lists)

    def route_entries(self, columns: Columns) -> Sparse:
        """The entries of these routes: the rows of their visits and of their class."""
        rows = self.visits_of(columns)
        rows = np.concatenate([rows, len(self.visits) + self.class_of[columns][:, None]], axis=1)
        kept = rows >= 0
        first = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64)
        index = rows[kept].astype(np.int64)
        return Sparse(first, index, np.ones(len(index)))

    def visits_of(self, columns: Columns) -> Integers:
        """(routes, sizes) int64, the rows of the visits of these routes, -1 for none."""
        pool = self.pool
        order = pool.order[columns].astype(np.int64)
        at = np.where(order >= 0, order + pool.offset[pool.evening[columns]][:, None], -1)
        rows: Integers = np.where(at >= 0, self.row_of[at], -1)
        return rows

    def repriced(self, left_out: Floats) -> TypedProgram:
        """This program with other costs for visits left out."""
        return replace(self, left_out=left_out)
