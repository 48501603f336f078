"""The linear relaxation of a program by types: column generation over its pool, and a bound from any prices.

For prices p of visits and q <= 0 of limits, a route of type t with k stops has reduced cost r = cost - sum of p over
its visits. A date of type t in a week of cost w holds one route at most, so it costs at least

    m[t, w] = min(0, min over k of (least r of t with k stops + k (w - q)))

and sum p + sum min(0, left_out - p) + sum of dates x m + sum of limits x q is below every plan, whatever p and q are
(Lagrangian relaxation: Geoffrion, Mathematical Programming Study 2, 1974). A route that lifts this above the best plan
wherever it is put is in no better plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from planner.aggregation.cuts import Triples, less_cut_prices, violated
from planner.aggregation.program import TypedProgram
from planner.base.arrays import Columns, Flags, Floats
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.master.linear import Linear
from planner.master.pricing import TINY
from planner.master.rows import Sparse


@dataclass(frozen=True)
class TypedPrices:
    """Prices, and what they say of every route.

    visit: (visits,) float64, price of making a visit. limit: (limits,) float64, 0 or below, of a stop of a visitor.
    cut: (cuts,) float64, 0 or below.
    value: a cost below that of every plan.
    excess: (columns,) float64, 0 or above, by how much a plan with this route is above `value` at least.
    """

    visit: Floats
    limit: Floats
    cut: Floats
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
    visits, limits = np.zeros(len(program.visits)), np.zeros(len(program.limit_of_row))
    prices = prices_at(program, visits, limits, Triples.none(), np.zeros(0))
    return TypedRelaxed(prices, np.zeros(0, dtype=np.int64), np.zeros(0), visits)


def prices_at(program: TypedProgram, visit: Floats, limit: Floats, triples: Triples, cut: Floats) -> TypedPrices:
    """The bound of these prices and the excess of every route; (visits,), (limits,) and (cuts,) float64."""
    limit, cut = np.minimum(limit, 0.0), np.minimum(cut, 0.0)
    reduced = reduced_costs(program, visit, triples, cut)
    least = np.full(program.classes, np.inf)
    _least_by_class(program.class_of, reduced, least)
    weeks = program.weeks
    per_stop = weeks.cost - _of_limits(program, limit)[weeks.kind]
    stops = np.arange(1, program.sizes + 1)
    by_size = per_stop[:, None] * stops  # (weeks, sizes): what a route of so many stops pays in a week
    date = np.minimum(0.0, (least.reshape(-1, program.sizes)[weeks.kind] + by_size).min(axis=1, initial=0.0))
    value = float(visit.sum() + np.minimum(0.0, program.left_out - visit).sum())
    value += float(weeks.dates @ date) + float(limit @ program.limit_of_row) + float(cut.sum())
    cheapest = np.full((len(program.types), program.sizes), np.inf)
    np.minimum.at(cheapest, weeks.kind, by_size - date[:, None])
    excess = reduced + cheapest.ravel()[program.class_of]
    return TypedPrices(visit, limit, cut, value, np.maximum(excess, 0.0))


def _of_limits(program: TypedProgram, limit: Floats) -> Floats:
    """Per type the price of a stop of its visitor."""
    if not len(limit):
        return np.zeros(len(program.types))
    return np.where(program.limit_row >= 0, limit[program.limit_row], 0.0)


def reduced_costs(program: TypedProgram, visit: Floats, triples: Triples, cut: Floats) -> Floats:
    """(columns,) float64: the cost of a route less the prices of its visits and cuts."""
    pool = program.pool
    price = np.where(program.row_of >= 0, visit[program.row_of], 0.0) if len(visit) else np.zeros(len(program.row_of))
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
        _week, _stops, cost = program.week_columns
        self._linear.add_columns(cost, np.full(len(cost), np.inf), program.week_entries())
        self._first = self._linear.columns
        self.columns: Columns = np.zeros(0, dtype=np.int64)
        self._is_known: Flags = np.zeros(len(program.pool), dtype=np.bool_)

    def solve(self, deadline: Deadline, tolerance: float = 0.0) -> TypedRelaxed:
        """The linear optimum, or a solution whose bound is within `tolerance` of it. Raises OutOfTime."""
        program, best = self.program, None
        visits, classes = len(program.visits), program.classes
        if not len(self.columns):
            self._add(self._first_prices(), np.zeros(0))
        while True:
            deadline.check()
            solved = self._linear.solve(deadline)
            deadline.check()
            visit, of_class = solved.duals[:visits], solved.duals[visits : visits + classes]
            limit = solved.duals[visits + classes + len(program.weeks) : program.rows]
            cut = solved.duals[program.rows :]
            at = prices_at(program, visit, limit, self.triples, cut)
            best = at if best is None or at.value > best.value else best
            if solved.cost - best.value <= max(tolerance, TINY) or not self._add(visit, cut, of_class):
                values = solved.values[self._first :]
                used = np.flatnonzero(values > TINY)
                return TypedRelaxed(best, self.columns[used], values[used], solved.values[:visits])

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

    def _first_prices(self) -> Floats:
        """Per visit what a route for it alone costs at least; what leaving it out costs where there is none."""
        program, pool = self.program, self.program.pool
        alone = np.flatnonzero(program.size == 1)
        at = program.row_of[pool.order[alone, 0] + pool.offset[pool.evening[alone]]]
        prices = program.left_out.copy()
        np.minimum.at(prices, at[at >= 0], pool.cost[alone[at >= 0]])
        return prices

    def _add(self, visit: Floats, cut: Floats, of_class: Floats | None = None) -> bool:
        """Let the program hold the routes that these prices call for; false when there are no new ones."""
        program, pool = self.program, self.program.pool
        reduced = reduced_costs(program, visit, self.triples, cut)
        if of_class is not None:
            reduced = reduced - of_class[program.class_of]
        reduced[self._is_known] = np.inf
        chosen = _best_of_class(
            program.class_of, program.row_of, pool.evening, pool.order, pool.offset, reduced + TINY,
            self.tuning.columns_a_class, program.classes, len(program.visits),
        )  # fmt: skip
        new = np.flatnonzero(chosen)
        self._is_known[new] = True
        self.columns = np.concatenate([self.columns, new])
        entries = program.route_entries(new)
        if len(self.triples):
            entries = side_by_side(entries, self.triples.entries(program.visits_of(new)), program.rows)
        self._linear.add_columns(pool.cost[new], np.full(len(new), np.inf), entries)
        return bool(len(new))


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
