"""The search for visitors some of whom come along with others, planned by types of evenings.

1. The relaxation in which only agreements tie a visit and its company (`company_types`): its linear optimum with cuts
   is a bound, and later the same with every visitor in whole numbers, at the prices of the agreements (Lagrangian
   decomposition: Guignard and Kim, Mathematical Programming 39, 1987).
2. The evenings of companions that these prices make likely, timed exactly (`company_evenings`), as columns of a program
   without agreements; a dive in its linear relaxation gives a plan.
3. Groups of visitors exactly, over these columns, for as long as there is time (`groups`).

A visitor goes with one companion an evening in these plans, and with nobody but on evenings when all its visits need
company or none does; the bound is below every plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numba
import numpy as np

from planner.aggregation.company_evenings import EveningPrices, evening_prices, routes_of_evening
from planner.aggregation.company_program import CompanyStops, evenings_program, relaxation_program
from planner.aggregation.company_types import CompanyTypes
from planner.aggregation.dive import dive
from planner.aggregation.groups import GroupSearch
from planner.aggregation.parts import Part
from planner.aggregation.program import Slots
from planner.aggregation.relaxation import TypedPrices
from planner.aggregation.search import TypedSearch
from planner.base.arrays import Flags, Floats
from planner.base.deadline import Deadline, OutOfTime
from planner.base.threads import in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.ranking import least_of
from planner.columns.routes import Pool, list_routes
from planner.master.rows import Sparse
from planner.model.plan import Route
from planner.model.problem import Problem


class CompanySearch:
    """The plan and the bound of one component whose visits need second visitors, and nothing else at one moment.

    pool: the routes of the relaxation (`list_company`). left_out: cost of each visit that is left out.
    """

    def __init__(
        self,
        problem: Problem,
        company: CompanyTypes,
        pool: Pool,
        visits: Sequence[int],
        left_out: Mapping[int, float],
        *,
        step: float,
        seed: int = 0,
        jobs: int = 1,
        tuning: Tuning = DEFAULT,
    ) -> None:
        self.problem, self.company = problem, company
        self.step, self.seed, self.jobs, self.tuning = step, seed, jobs, tuning
        self.table = CompanyStops.of(problem, company, pool, visits)
        self.program = relaxation_program(problem, company, pool, visits, left_out)
        self._relaxation = TypedSearch(self.program, step=step, seed=seed, tuning=tuning)
        self._evenings: TypedSearch | None = None
        self._prices: EveningPrices | None = None
        self._exact: dict[int, float] = {}

    @property
    def cost(self) -> float:
        """Of the best plan, infinite when there is none."""
        return np.inf if self._evenings is None else self._evenings.cost

    @property
    def bound(self) -> float:
        """A value below every plan."""
        return self._relaxation.bound

    def relax(self, deadline: Deadline) -> None:
        """The linear bound. Raises OutOfTime."""
        self._relaxation.relax(deadline)

    def start(self, deadline: Deadline) -> None:
        """The linear bound and a first plan."""
        try:
            self._relaxation.relax(deadline)
            if self._evenings is None:
                evenings = self._likely_evenings()
                evenings.relax(deadline)
                plan = dive(evenings, deadline)
                evenings.take(plan)
                self._evenings = evenings
        except OutOfTime:
            return

    def run(self, deadline: Deadline, gap: float = 0.0) -> None:
        """Improve bound and plan until they are within `gap` or the deadline passes."""
        self.start(deadline)
        if self._evenings is None:
            return
        waiting = [visitor for visitor in self.program.visitors if visitor not in self._exact]
        list(in_threads(lambda visitor: self._bound_visitor(visitor, deadline), waiting, self.jobs, deadline))
        GroupSearch(self._evenings, jobs=self.jobs).run(deadline, gap)

    def routes(self) -> list[Route]:
        """The best plan, nothing when there is none."""
        if self._evenings is None or self._evenings.best is None or self._prices is None:
            return []
        routes: list[Route] = []
        program = self._evenings.program
        columns = self._evenings.best.routes
        _costs, orders = self._prices.of(program.pool, columns)
        for column, slot, order in zip(columns, self._evenings.best.slots, orders, strict=True):
            number = int(program.pool.evening[column])
            kind = program.types[number]
            at = order[order >= 0]
            starts = self._prices.starts(at, number)
            companion = self.problem.visitors[kind.visitor].id
            shift = kind.shifts[program.slots.dates[slot][0]]
            routes.extend(routes_of_evening(self.problem, self.table, list(at), list(starts), companion, shift))
        return routes

    # the evenings of companions

    def _likely_evenings(self) -> TypedSearch:
        """The program of the whole evenings that the prices of the relaxation make likely."""
        program, prices = self.program, self._relaxation.relaxed.prices
        at = program.stops_of(np.arange(len(program.pool)))
        coupled = np.concatenate([self._is_coupled(), [False]])[at]
        second = np.concatenate([self.table.is_second, [False]])[at]
        is_led = (coupled & ~second).any(axis=1)
        excess = prices.excess + self._excess_of_led(prices.excess, np.asarray(second.any(axis=1)))
        excess[np.asarray(is_led)] = np.inf
        tuning = self.tuning.aggregation
        columns = least_of(excess, tuning.evening_columns)
        columns = columns[np.isfinite(excess[columns])]
        self._prices = evening_prices(self.problem, self.company, program.pool, self.table)
        cost, _orders = self._prices.of(program.pool, columns)
        in_time = np.isfinite(cost)
        evenings = evenings_program(self.problem, self.company, program, self.table, columns[in_time], cost[in_time])
        return TypedSearch(evenings, step=self.step, seed=self.seed, tuning=self.tuning)

    def _is_coupled(self) -> Flags:
        """(candidates,) bool, whether the visit needs company."""
        needs = np.zeros(len(self.problem.visits), dtype=np.bool_)
        needs[list(self.company.second_of)] = True
        return np.asarray(needs[self.table.visit])

    def _excess_of_led(self, excess: Floats, has_second: Flags) -> Floats:
        """(columns,) float64, the excess of the routes of those whom the companion of a route goes along with, each
        with the visits of the route and no other; infinite where they have no such route."""
        program, table = self.program, self.table
        chance = np.random.default_rng(0)
        of_row = chance.integers(1, 1 << 62, len(program.visits) + 1).astype(np.int64)
        classes = max(self.company.date_class, default=0) + 1
        of_type = chance.integers(1, 1 << 62, (len(self.problem.visitors) + 1, classes)).astype(np.int64)
        kinds = np.array([kind.visitor for kind in self.company.types], dtype=np.int64)
        date_class = np.array(self.company.date_class, dtype=np.int64)
        is_coarse = np.array(self.company.is_coarse, dtype=np.bool_)
        at = program.stops_of(np.arange(len(program.pool)))
        evening = program.pool.evening.astype(np.int64)
        own = np.flatnonzero(is_coarse[evening] & ~has_second)
        rows = np.concatenate([table.row, [len(program.visits)]])
        of_row[-1] = 0
        keys = (
            np.bitwise_xor.reduce(of_row[rows[at[own]]], axis=1)
            ^ of_type[kinds[evening[own]], date_class[evening[own]]]
        )
        order = np.argsort(keys)
        found: Floats = _led_excess(
            at, evening, has_second, table.is_second, table.visitor, table.row, date_class, of_row, of_type,
            keys[order], excess[own][order],
        )  # fmt: skip
        return found

    # the bound in whole numbers

    def _bound_visitor(self, visitor: int, deadline: Deadline) -> None:
        """Plan a visitor exactly at the prices of agreements, of classes and of visits that others may make too.

        Dates cost nothing else. A visit that others may make costs its price when it is left out: so much too high is
        the cost of the visitor, and so much is added once for all.
        """
        prices, program = self._relaxation.relaxed.prices, self.program
        mine: Flags = np.array([kind.visitor == visitor for kind in program.types])[program.pool.evening]
        columns = np.flatnonzero(mine)
        rows = program.visits_of(columns)
        price = np.concatenate([program.agreed.dot(prices.agreement), [0.0]])
        cost = program.pool.cost.copy()
        cost[columns] -= price[program.stops_of(columns)].sum(axis=1)
        part = Part.of(replace(program, slots=self._free(prices)), mine, np.unique(rows[rows >= 0]))
        shared = self._is_shared[part.rows]
        left_out = np.where(shared, prices.visit[part.rows], part.program.left_out)
        alone = replace(part.program.repriced(left_out, cost[part.columns]), agreements=0)
        search = TypedSearch(alone, step=0.0, seed=self.seed, tuning=self.tuning)
        search.run(deadline.within(self.tuning.aggregation.visitor_seconds))
        self._exact[visitor] = search.bound - float(left_out[shared].sum())
        if len(self._exact) == len(program.visitors):
            rest = self._nobodys() + self._of_slots(prices) + self._of_shared(prices)
            self._relaxation.raise_bound(sum(list(self._exact.values())) + rest)

    @cached_property
    def _is_shared(self) -> Flags:
        """(visits,) bool, whether several visitors may make it."""
        program = self.program
        kinds = np.array([kind.visitor for kind in program.types], dtype=np.int64)
        rows = program.visits_of(np.arange(len(program.pool)))
        visitors = np.repeat(kinds[program.pool.evening][:, None], rows.shape[1], axis=1)
        pairs = np.unique(np.stack([rows[rows >= 0], visitors[rows >= 0]], axis=1), axis=0)
        found: Flags = np.bincount(pairs[:, 0], minlength=len(program.visits)) > 1
        return found

    def _of_shared(self, prices: TypedPrices) -> float:
        """The least that visits cost, at their prices, that several may make."""
        return float(np.minimum(prices.visit, self.program.left_out)[self._is_shared].sum())

    def _free(self, prices: TypedPrices) -> Slots:
        """A slot a class, in which a route on every date may be and costs the price of the class."""
        program, count = self.program, self.program.classes
        dates = np.array([len(kind.shifts) for kind in program.types], dtype=np.float64)
        upper = np.zeros(count)
        upper[program.class_of] = dates[program.pool.evening]
        nothing = Sparse.empty(count)
        return Slots(np.arange(count), nothing, -prices.of_class, upper, ((),) * count, nothing)

    def _of_slots(self, prices: TypedPrices) -> float:
        """The least that the slots cost at the prices of classes and resources."""
        slots = self.program.slots
        total = slots.cost - slots.used.dot(prices.resource) + slots.least(prices.of_class)
        return float(prices.resource @ self.program.capacity + (np.minimum(total, 0.0) * slots.upper).sum())

    def _nobodys(self) -> float:
        """The cost of the visits that no visitor's routes make."""
        made = self.program.visits_of(np.arange(len(self.program.pool)))
        rest = np.setdiff1d(np.arange(len(self.program.visits)), made[made >= 0])
        return float(self.program.left_out[rest].sum())


def list_company(company: CompanyTypes, *, jobs: int, deadline: Deadline, tuning: Tuning) -> Pool:
    """The routes of a relaxation. Raises TooManyRoutes for more than may be kept."""
    fine = [kind.options for kind, coarse in zip(company.types, company.is_coarse, strict=True) if not coarse]
    coarse = [kind.options for kind, coarse in zip(company.types, company.is_coarse, strict=True) if coarse]
    listing = replace(tuning.listing, most_routes=tuning.aggregation.company_routes)
    first, second = (
        list_routes(problem, evenings, jobs=jobs, deadline=deadline, listing=listing)
        for problem, evenings in ((company.problem, fine), (company.coarse, coarse))
    )
    coupled = np.zeros(len(company.problem.visits), dtype=np.bool_)
    coupled[[*company.second_of, *company.second_of.values()]] = True
    made = np.concatenate([np.zeros(0, dtype=np.int64), *(some.visit for some in first.candidates)])
    is_coupled = np.concatenate([coupled[made], [True]])
    order = first.order.astype(np.int64)
    at = np.where(order >= 0, order + first.offset[first.evening][:, None], -1)
    return _joined(first.picked(np.flatnonzero(~is_coupled[at].all(axis=1))), second)


def _joined(first: Pool, second: Pool) -> Pool:
    """The evenings of both."""
    return Pool(
        evenings=first.evenings + second.evenings,
        candidates=first.candidates + second.candidates,
        offset=np.concatenate([first.offset, first.offset[-1] + second.offset[1:]]),
        start=np.concatenate([first.start, first.start[-1] + second.start[1:]]),
        cost=np.concatenate([first.cost, second.cost]),
        order=np.concatenate([first.order, second.order]),
        evening=np.concatenate([first.evening, second.evening + len(first.evenings)]).astype(np.int32),
    )


@numba.njit(cache=True, nogil=True)
def _led_excess(  # type: ignore[no-untyped-def]
    at, evening, has_second, is_second, led_by, row, date_class, of_row, of_type, keys, excess
):  # fmt: skip
    """Per route with company the excess of the routes of those who are led; keys: of their sets of visits, rising."""
    total = np.zeros(len(at))
    for c in range(len(at)):
        if not has_second[c]:
            continue
        for i in range(at.shape[1]):
            if at[c, i] < 0:
                break
            if not is_second[at[c, i]]:
                continue
            led = led_by[at[c, i]]
            key, is_first = of_type[led, date_class[evening[c]]], led >= 0
            for j in range(at.shape[1]):
                k = at[c, j]
                if k >= 0 and is_second[k] and led_by[k] == led:
                    key ^= of_row[row[k]]
                    is_first = is_first and j >= i
            if led < 0:
                total[c] = np.inf
            if not is_first:
                continue
            place = np.searchsorted(keys, key)
            if place < len(keys) and keys[place] == key:
                total[c] += excess[place]
            else:
                total[c] = np.inf
    return total
