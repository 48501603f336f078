"""The integer program of a plan: set partitioning over listed routes.

Rows: each visit is in one route or left out (`= 1`), each evening has at most one route (`<= 1`), each
visitor with a limit has so many stops at most, and what couples visitors. Columns: the routes of the pool,
which are never written out as a whole, and auxiliary columns (a visit left out, siblings apart or together).
The entries of a route are the sum of those of its stops, so they are kept per candidate stop.

    minimise    sum over routes r of cost[r] x[r] + sum over auxiliary columns a of cost[a] y[a]
    subject to  lower <= A x + B y <= upper,   x in {0, 1},   0 <= y <= upper[a], integer

Set partitioning over listed routes: Balinski and Quandt, On an Integer Program for a Delivery Problem, Operations
Research 12, 1964.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from planner.base.arrays import Columns, Floats, Integers, Rows
from planner.columns.routes import Pool
from planner.columns.stop_options import ShiftOptions, StopOption
from planner.master.coupling import AuxiliaryColumn, Coupling
from planner.master.rows import Entries, RowBuilder, Sparse
from planner.model.plan import VISITOR
from planner.model.problem import Problem


@dataclass(frozen=True)
class AuxiliaryColumns:
    """The columns that are no routes. m is their number.

    names: what each stands for: ("unplaced", visit), ("split", group, number), ("together", group, date, start),
        ("stopgap", row).
    cost: (m,) float64, cost of a unit.
    upper: (m,) float64, largest value.
    entries: per column its rows with their coefficients.
    """

    names: tuple[tuple[object, ...], ...]
    cost: Floats
    upper: Floats
    entries: Sparse

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Program:
    """The rows and columns of the program. Positions of visits and visitors are those in the problem's tuples.

    pool: the routes, one column each.
    visits: the visits that have a row, in the order of their rows: row i says that visit `visits[i]` is made once or
        left out. Auxiliary column i is that visit left out.
    lower, upper: (rows,) float64, limits of each row, infinite where there is none.
    lazy_group: (rows,) int64, -1 for rows that every linear program holds. Rows of one group >= 0 are left out of
        linear programs until a solution violates one of them; then all of the group enter.
    evening_row: (evenings,) int64, the row "at most one route" of each evening of the pool.
    auxiliary: the columns that are no routes.
    stops: per candidate stop of the pool its rows with their coefficients, without the row of its evening.
    limits: the stops that a visitor may make in all, by position of the visitor, where there is a limit.
    limit_row: the row of that limit, by position of the visitor.
    unplaced: cost of a visit that is left out (as planned with, see `big_m.BigMProblem`).
    big_m: a cost above that of every plan, for columns that only keep the rows solvable.
    row_names: position of each row by its name, for example ("visit", 3) or ("company", visit, date, start); empty in
        a sub-program.
    """

    pool: Pool
    visits: tuple[int, ...]
    lower: Floats
    upper: Floats
    lazy_group: Integers
    evening_row: Rows
    auxiliary: AuxiliaryColumns
    stops: Sparse
    limits: Mapping[int, int]
    limit_row: Mapping[int, int]
    unplaced: float
    big_m: float
    row_names: Mapping[tuple[object, ...], int]

    @property
    def rows(self) -> int:
        return len(self.lower)

    @cached_property
    def visit_row(self) -> dict[int, int]:
        """The number of the row of every visit."""
        return {visit: row for row, visit in enumerate(self.visits)}

    def routes(self, columns: Columns) -> Sparse:
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


def activity(program: Program, columns: Columns) -> Floats:
    """What these routes use of every row."""
    entries = program.routes(np.asarray(columns, dtype=np.int64))
    return np.bincount(entries.index, weights=entries.weight, minlength=program.rows).astype(np.float64)


def build_program(
    problem: Problem, visits: Sequence[int], pool: Pool, *, left_out: Mapping[int, float] | None = None
) -> Program:
    """The program of one component of a school. `visits`: positions of those that some route makes.

    `left_out`: what leaving a visit out costs, where that is less than the weight of the problem.
    """
    rows = RowBuilder()
    for visit in visits:
        rows.add(("visit", visit), 1, 1)
    evening_row = [rows.add(("evening", number), -np.inf, 1) for number in range(len(pool.evenings))]
    coupling = Coupling(problem, rows, pool.evenings, visits)
    stops = _candidate_entries(problem, rows, coupling, pool)
    big_m = _big_m(problem, visits, pool)
    auxiliary = _auxiliary_columns(problem, visits, coupling, big_m, left_out or {})
    visitors = {evening.visitor for evening in pool.evenings}
    limit_row = {v: row for v in visitors if (row := rows.get(("limit", v))) is not None}
    return Program(
        pool=pool,
        visits=tuple(visits),
        lower=np.array(rows.lower, dtype=np.float64),
        upper=np.array(rows.upper, dtype=np.float64),
        lazy_group=np.array(rows.lazy_group, dtype=np.int64),
        evening_row=np.array(evening_row, dtype=np.int64),
        auxiliary=auxiliary,
        stops=stops,
        limits={visitor: int(rows.upper[row]) for visitor, row in limit_row.items()},
        limit_row=limit_row,
        unplaced=problem.weights.unplaced,
        big_m=big_m,
        row_names=rows.names,
    )


def _big_m(problem: Problem, visits: Sequence[int], pool: Pool) -> float:
    """A cost above that of every plan: for what must not happen but keeps the rows solvable."""
    weights = problem.weights
    dearest = np.zeros(len(pool.evenings))
    np.maximum.at(dearest, pool.evening, pool.cost)
    siblings = weights.siblings_split * sum(len(group) - 1 for group in problem.siblings)
    return float(1 + dearest.sum() + siblings + weights.unplaced * (len(visits) + 10))


def _auxiliary_columns(
    problem: Problem, visits: Sequence[int], coupling: Coupling, big_m: float, left_out_costs: Mapping[int, float]
) -> AuxiliaryColumns:
    """Visits left out, in the order of their rows, and then what coupling asks for."""
    rows_of: dict[int, list[int]] = {visit: [row] for row, visit in enumerate(visits)}
    columns = coupling.auxiliary_columns(rows_of)
    left_out = []
    for visit in visits:
        cost = big_m if problem.visits[visit].id in problem.fixed else problem.weights.unplaced
        cost = min(cost, left_out_costs.get(visit, cost))
        left_out.append(AuxiliaryColumn(("unplaced", visit), cost, [(row, 1.0) for row in rows_of[visit]]))
    columns = [*left_out, *columns]
    return AuxiliaryColumns(
        names=tuple(column.name for column in columns),
        cost=np.array([column.cost for column in columns], dtype=np.float64),
        upper=np.array([column.upper for column in columns], dtype=np.float64),
        entries=Sparse.of([column.entries for column in columns]),
    )


def _candidate_entries(problem: Problem, rows: RowBuilder, coupling: Coupling, pool: Pool) -> Sparse:
    entries: list[Entries] = []
    for evening, some in zip(pool.evenings, pool.candidates, strict=True):
        by_option = [_option_entries(problem, rows, coupling, evening, option) for option in evening.options]
        entries.extend(by_option[number] for number in some.option)
    return Sparse.of(entries)


def _option_entries(
    problem: Problem, rows: RowBuilder, coupling: Coupling, evening: ShiftOptions, option: StopOption
) -> Entries:
    """The rows of a stop. A visit without a row is one that no route makes: then no route has this stop."""
    made = [rows.get(("visit", visit)) for visit in option.visits]
    if None in made:
        return []
    entries = coupling.entries(evening, option)
    if option.role == VISITOR:
        entries += [(row, 1.0) for row in made if row is not None]
    limit = problem.visitors[evening.visitor].max_stops_total
    if limit is not None:
        entries.append((rows.add(("limit", evening.visitor), -np.inf, limit), 1.0))
    return entries
