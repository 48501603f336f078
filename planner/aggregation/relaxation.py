"""The linear relaxation of a program by types: column generation over its pool, and a bound from any prices.

For prices p of visits and agreements, and q <= 0 of resources, a route has reduced cost r = cost - the prices of its
visits, agreements and cuts. Its class costs at least s = the least r of the class, so a slot has reduced cost
cost - the prices of its resources + s (the sum over its classes). The sum of p, of min(0, left_out - p), of
capacity x q, of the prices of cuts and of the negative reduced costs of slots, as often as they can be taken, is below
every plan, whatever p and q are (Lagrangian relaxation: Geoffrion, Mathematical Programming Study 2, 1974). A route
that lifts this above the best plan wherever it is put is in no better plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from planner.aggregation.cuts import Triples, less_cut_prices, violated
from planner.aggregation.program import TypedProgram, side_by_side
from planner.base.arrays import Columns, Flags, Floats
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.master.linear import Linear
from planner.master.pricing import TINY
from planner.master.rows import Sparse


class NothingFits(Exception):
    """The routes that were fixed exclude each other."""


@dataclass(frozen=True)
class TypedPrices:
    """Prices, and what they say of every route.

    visit: (visits,) float64, price of making a visit. agreement: (agreements,) float64. resource: (resources,) float64,
    0 or below. cut: (cuts,) float64, 0 or below. of_class: (classes,) float64, the least reduced cost of the routes of
    a class, 0 where there are none.
    value: a cost below that of every plan.
    excess: (columns,) float64, 0 or above, by how much a plan with this route is above `value` at least.
    """

    visit: Floats
    agreement: Floats
    resource: Floats
    cut: Floats
    of_class: Floats
    value: float
    excess: Floats


@dataclass(frozen=True)
class TypedRelaxed:
    """A linear optimum. prices: those of the best bound. columns: int64, the routes in use. values: their shares in
    (0, 1]. left_out: (visits,) float64, share of each visit that is left out."""

    prices: TypedPrices
    columns: Columns
    values: Floats
    left_out: Floats


def nothing_known(program: TypedProgram) -> TypedRelaxed:
    """What holds before anything is solved: the bound of prices of 0."""
    visits = np.zeros(len(program.visits))
    rest = np.zeros(program.agreements), np.zeros(len(program.capacity))
    prices = prices_at(program, visits, *rest, Triples.none(), np.zeros(0))
    return TypedRelaxed(prices, np.zeros(0, dtype=np.int64), np.zeros(0), visits)


def prices_at(
    program: TypedProgram, visit: Floats, agreement: Floats, resource: Floats, triples: Triples, cut: Floats
) -> TypedPrices:
    """The bound of these prices and the excess of every route.

    The price of the first resource of a slot, its dates, is lowered where a slot has a negative reduced cost: for the
    dates of one visitor that is where the bound is highest.
    """
    resource, cut = np.minimum(resource, 0.0), np.minimum(cut, 0.0)
    reduced = reduced_costs(program, visit, agreement, triples, cut)
    least = np.full(program.classes, np.inf)
    _least_by_class(program.class_of, reduced, least)
    slots = program.slots
    of_classes = slots.least(least)
    resource = _absorbed(program, resource, slots.cost - slots.used.dot(resource) + of_classes)
    total = slots.cost - slots.used.dot(resource) + of_classes
    gained = np.where(total < 0, total * slots.upper, 0.0)
    value = float(visit.sum() + np.minimum(0.0, program.left_out - visit).sum())
    value += float(resource @ program.capacity) + float(cut.sum() + gained.sum())
    cheapest = np.full(program.classes, np.inf)
    least_total = np.maximum(total, 0.0)
    np.minimum.at(cheapest, slots.of_class, least_total)
    np.minimum.at(cheapest, slots.also.index, np.repeat(least_total, np.diff(slots.also.first)))
    excess = reduced - least[program.class_of] + cheapest[program.class_of]
    known = np.where(np.isfinite(least), least, 0.0)
    return TypedPrices(visit, agreement, resource, cut, known, value, np.maximum(excess, 0.0))


def _absorbed(program: TypedProgram, resource: Floats, own: Floats) -> Floats:
    """Resources at lower prices where slots that first use them have a negative reduced cost `own`."""
    slots = program.slots
    uses = np.flatnonzero(np.diff(slots.used.first))
    lowered = np.zeros(len(resource))
    np.minimum.at(lowered, slots.used.index[slots.used.first[uses]], own[uses])
    return resource + np.where(np.isfinite(lowered), lowered, 0.0)


def reduced_costs(program: TypedProgram, visit: Floats, agreement: Floats, triples: Triples, cut: Floats) -> Floats:
    """(columns,) float64: the cost of a route less the prices of its visits, agreements and cuts."""
    pool = program.pool
    price = np.where(program.row_of >= 0, visit[program.row_of], 0.0) if len(visit) else np.zeros(len(program.row_of))
    if program.agreements:
        price = price + program.agreed.dot(agreement)
    reduced: Floats = _less_prices(pool.evening, pool.cost, pool.order, pool.offset, price)
    if np.any(cut):
        tables = triples.tables(cut, len(program.visits))
        less_cut_prices(reduced, pool.evening, pool.order, pool.offset, program.row_of, *tables)
    return reduced


@numba.njit(cache=True, nogil=True)
def _less_prices(evening, cost, order, offset, price):  # type: ignore[no-untyped-def]
    """The cost of every column less the prices of its candidate stops."""
    reduced = np.empty(len(cost))
    for c in range(len(cost)):
        total = cost[c]
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            total -= price[offset[evening[c]] + order[c, place]]
        reduced[c] = total
    return reduced


@numba.njit(cache=True, nogil=True)
def _least_by_class(class_of, reduced, least):  # type: ignore[no-untyped-def]
    """Lower `least` to the least reduced cost of every class."""
    for c in range(len(reduced)):
        least[class_of[c]] = min(least[class_of[c]], reduced[c])


@numba.njit(cache=True, nogil=True)
def _best_of_class(class_of, row_of, evening, order, offset, value, most, classes, visits):  # type: ignore[no-untyped-def]
    """Marks of columns below 0: the `most` least of every class, and the least with every visit."""
    chosen = np.zeros(len(value), dtype=np.bool_)
    of_visit = np.full(visits, -1, dtype=np.int64)
    best = np.full((classes, most), -1, dtype=np.int64)
    for c in range(len(value)):
        if value[c] >= 0:
            continue
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            row = row_of[offset[evening[c]] + order[c, place]]
            if row >= 0 and (of_visit[row] < 0 or value[c] < value[of_visit[row]]):
                of_visit[row] = c
        mine = best[class_of[c]]
        if mine[most - 1] >= 0 and value[c] >= value[mine[most - 1]]:
            continue
        at = most - 1
        while at > 0 and (mine[at - 1] < 0 or value[mine[at - 1]] > value[c]):
            mine[at] = mine[at - 1]
            at -= 1
        mine[at] = c
    for row in range(visits):
        if of_visit[row] >= 0:
            chosen[of_visit[row]] = True
    for number in range(classes):
        for at in range(most):
            if best[number, at] >= 0:
                chosen[best[number, at]] = True
    return chosen


class TypedRelaxation:
    """One growing linear program over a pool by types. triples: the cuts in it, in the order of their rows."""

    def __init__(self, program: TypedProgram, *, seed: int = 0, tuning: Tuning = DEFAULT) -> None:
        self.program = program
        self.tuning = tuning.aggregation
        self.triples = Triples.none()
        self._linear = Linear(seed, tuning.integer_programs)
        self._linear.add_rows(program.lower, program.upper, Sparse.empty(program.rows))
        visits = np.arange(len(program.visits) + 1)
        left_out = Sparse(visits, visits[:-1], np.ones(len(visits) - 1))
        self._linear.add_columns(program.left_out, np.full(len(program.visits), np.inf), left_out)
        self._linear.add_columns(program.slots.cost, np.full(len(program.slots), np.inf), program.slot_entries())
        self._first = self._linear.columns
        a_class = self.tuning.columns_a_round // max(1, program.classes)
        self._most_a_class = max(2, min(self.tuning.columns_a_class, a_class))
        self.columns: Columns = np.zeros(0, dtype=np.int64)
        self._joined = 0
        self._is_known: Flags = np.zeros(len(program.pool), dtype=np.bool_)

    def solve(self, deadline: Deadline, tolerance: float = 0.0) -> TypedRelaxed:
        """The linear optimum, or a solution whose bound is within `tolerance` of it.

        Raises OutOfTime, and NothingFits when there is none with the routes that were fixed.
        """
        program, best = self.program, None
        visits = len(program.visits)
        if not len(self.columns):
            self._add(self._first_prices(), np.zeros(program.agreements), np.zeros(0))
        while True:
            deadline.check()
            if self._is_swollen():
                self._linear.begin_inside()
            solved = self._linear.solve(deadline)
            deadline.check()
            if solved.is_infeasible:
                raise NothingFits
            visit, agreement, of_class, resource, cut = np.split(
                solved.duals, [visits, program.first_class, program.first_resource, program.rows]
            )
            at = prices_at(program, visit, agreement, resource, self.triples, cut)
            best = at if best is None or at.value > best.value else best
            is_near = solved.cost - best.value <= max(tolerance, TINY)
            if is_near or not self._add(visit, agreement, cut, of_class):
                values = solved.values[self._first :]
                used = np.flatnonzero(values > TINY)
                return TypedRelaxed(best, self.columns[used], values[used], solved.values[:visits])

    def _is_swollen(self) -> bool:
        """Whether so many routes joined a large program that the interior point method is the quicker one."""
        tuning = self.tuning
        return self.program.rows > tuning.inside_rows and self._joined > tuning.inside_columns

    def add_cuts(self, relaxed: TypedRelaxed) -> bool:
        """Add the cuts that this solution violates most; false when there are none."""
        program, tuning = self.program, self.tuning
        visits = np.sort(program.visits_of(relaxed.columns), axis=1)[:, ::-1].copy()
        rows = violated(visits, relaxed.values, len(program.visits), tuning.least_violation, tuning.cuts_a_round)
        if not len(rows):
            return False
        new = Triples(rows)
        entries = new.holders(program.visits_of(self.columns))
        entries = Sparse(entries.first, entries.index + self._first, entries.weight)
        self._linear.add_rows(np.full(len(new), -np.inf), np.ones(len(new)), entries)
        self.triples = self.triples.followed_by(rows)
        return True

    def fix(self, columns: Columns) -> None:
        """Let these routes, which the program holds, be in every solution from now on: bounds no longer hold."""
        place = np.full(len(self.program.pool), -1, dtype=np.int64)
        place[self.columns] = np.arange(len(self.columns))
        self._linear.fix_columns(self._first + place[columns])

    def _first_prices(self) -> Floats:
        """Per visit what a route for it alone costs at least; what leaving it out costs where there is none."""
        program, pool = self.program, self.program.pool
        alone = np.flatnonzero((pool.order >= 0).sum(axis=1) == 1)
        at = program.row_of[pool.order[alone, 0] + pool.offset[pool.evening[alone]]]
        prices = program.left_out.copy()
        np.minimum.at(prices, at[at >= 0], pool.cost[alone[at >= 0]])
        return prices

    def _add(self, visit: Floats, agreement: Floats, cut: Floats, of_class: Floats | None = None) -> bool:
        """Let the program hold the routes that these prices call for; false when there are no new ones."""
        program, pool = self.program, self.program.pool
        reduced = reduced_costs(program, visit, agreement, self.triples, cut)
        if of_class is not None:
            reduced = reduced - of_class[program.class_of]
        reduced[self._is_known] = np.inf
        chosen = _best_of_class(
            program.class_of, program.row_of, pool.evening, pool.order, pool.offset, reduced + TINY,
            self._most_a_class, program.classes, len(program.visits),
        )  # fmt: skip
        new = np.flatnonzero(chosen)
        self._joined = len(new)
        self._is_known[new] = True
        self.columns = np.concatenate([self.columns, new])
        entries = program.route_entries(new)
        if len(self.triples):
            entries = side_by_side(entries, self.triples.entries(program.visits_of(new)), program.rows)
        self._linear.add_columns(pool.cost[new], np.full(len(new), np.inf), entries)
        return bool(len(new))
