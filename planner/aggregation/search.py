"""The search for the best plan of visitors whose evenings are planned by type.

1. The linear relaxation, tightened with rank-1 cuts: a bound, and the excess of every route above it.
2. The best plan in whole numbers of the routes whose excess is at most some width. A plan that costs at most the bound
   and the width has only such routes, so the optimum is known as soon as it costs no more; else the width grows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.evening_types import EveningType
from planner.aggregation.exact import TypedPlan, best_plan
from planner.aggregation.greedy_start import first_plan
from planner.aggregation.program import TypedProgram
from planner.aggregation.relaxation import TypedRelaxation, TypedRelaxed, nothing_known
from planner.base.deadline import Deadline, OutOfTime
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import Pool, route_of
from planner.master.bound import SLACK, rounded_up
from planner.model.plan import Route
from planner.model.problem import Problem


class TypedSearch:
    """`best` is the cheapest plan so far, `bound` a value below every plan; both hold at any moment.

    step: what two different costs differ by at least (0: by anything).
    """

    def __init__(self, program: TypedProgram, *, step: float, seed: int = 0, tuning: Tuning = DEFAULT) -> None:
        self.program = program
        self.step = step
        self.seed = seed
        self.tuning = tuning
        self.best: TypedPlan | None = None
        self.bound = -np.inf
        self.relaxed: TypedRelaxed = nothing_known(program)
        self.is_relaxed = False
        self.relaxation = TypedRelaxation(program, seed=seed, tuning=tuning)
        self._width = tuning.aggregation.width

    @property
    def cost(self) -> float:
        """Of the best plan, infinite when there is none."""
        return np.inf if self.best is None else self.best.cost

    def start(self, deadline: Deadline) -> None:
        """A first plan at once, the linear relaxation with its cuts, and a better plan."""
        if self.best is None:
            self.take(first_plan(self.program))
        if self.is_relaxed:
            return
        try:
            self.relax(deadline)
            self._try(self._width, deadline.within(self.tuning.aggregation.first_seconds))
        except OutOfTime:
            return

    def run(self, deadline: Deadline, gap: float = 0.0) -> None:
        """Search until the best plan is within `gap` of the bound or the deadline passes."""
        self.start(deadline)
        while self.is_relaxed and not self.is_good_enough(gap) and not deadline.has_passed():
            if not self._try(self._width, deadline):
                return

    def relax(self, deadline: Deadline) -> None:
        """Rounds of cuts until there are no more to add; the best bound of all counts. Raises OutOfTime."""
        if self.is_relaxed:
            return
        tuning = self.tuning.aggregation
        relaxed = self.relaxation.solve(deadline)
        self._note(relaxed)
        for _round in range(tuning.cut_rounds if len(self.program.visits) <= tuning.cut_visits else 0):
            if not self.relaxation.add_cuts(relaxed):
                return
            relaxed = self.relaxation.solve(deadline)
            self._note(relaxed)

    def _note(self, relaxed: TypedRelaxed) -> None:
        if not self.is_relaxed or relaxed.prices.value > self.relaxed.prices.value:
            self.relaxed, self.is_relaxed = relaxed, True
            self.raise_bound(relaxed.prices.value)

    def raise_bound(self, value: float) -> None:
        """Take up a value below every plan."""
        self.bound = max(self.bound, min(rounded_up(value, self.step), self.cost))

    @property
    def triples(self) -> Triples:
        """The cuts of the prices of `relaxed`."""
        return Triples(self.relaxation.triples.rows[: len(self.relaxed.prices.cut)])

    def needed(self) -> float:
        """Excess of a route, at most, that a plan better than the best so far may have."""
        return self.cost - self.step + 3 * SLACK - self.relaxed.prices.value

    def is_good_enough(self, gap: float) -> bool:
        """Whether the best plan is within `gap` (a share of its cost) of the bound."""
        return self.best is not None and self.cost - self.bound <= max(SLACK, gap * self.cost)

    def take(self, plan: TypedPlan) -> bool:
        """Keep this plan if it is cheaper than the best so far; the search looks for better ones only."""
        if plan.cost >= self.cost - SLACK:
            return False
        self.best = plan
        self.raise_bound(self.bound)
        return True

    def _try(self, width: float, deadline: Deadline) -> bool:
        """The best plan of the routes within a width; false when it was not found in time."""
        prices = self.relaxed.prices
        columns = np.flatnonzero(prices.excess <= width)
        used = self.triples.rows[prices.cut < -SLACK]
        outcome = best_plan(
            self.program, columns, Triples(used), deadline, below=self.cost, least_gain=self.step, seed=self.seed,
            tuning=self.tuning,
        )  # fmt: skip
        if outcome.plan is not None:
            self.take(outcome.plan)
        outside = np.inf if len(columns) == len(prices.excess) else prices.value + width
        self.raise_bound(min(outside, outcome.bound, self.cost))
        if outcome.bound < min(outside, self.cost) - max(self.step, SLACK):
            return False
        needed = self.needed()
        self._width = needed if needed < self.tuning.aggregation.most_growth * width else 2 * width
        return True


def routes_of(problem: Problem, program: TypedProgram, plan: TypedPlan) -> list[Route]:
    """The routes of a plan with their dates: of each slot the early dates first."""
    free = [list(range(len(kind.shifts))) for kind in program.types]
    routes = []
    for column, slot in zip(plan.routes, plan.slots, strict=True):
        number = int(program.pool.evening[column])
        at = next(date for date in program.slots.dates[slot] if date in free[number])
        free[number].remove(at)
        on = program.types[number].shifts[at].on
        routes.append(replace(route_of(problem, program.pool, int(column)), on=on))
    return routes


def dearest_plan(types: list[EveningType], pool: Pool) -> float:
    """A cost above that of every plan beside its visits left out: the dearest route on every date."""
    dearest = np.zeros(len(types))
    np.maximum.at(dearest, pool.evening, pool.cost)
    most = pool.order.shape[1]
    return float(
        sum(cost * len(kind.shifts) + most * sum(kind.week_costs) for cost, kind in zip(dearest, types, strict=True))
    )
