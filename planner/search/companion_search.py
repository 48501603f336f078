"""The search for a component in which colleagues come along so often that its routes cannot be listed."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from planner.aggregation.company import CompanySearch, list_company
from planner.aggregation.company_types import CompanyTypes, company_types
from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.columns.routes import Pool, TooManyRoutes
from planner.master.big_m import BigMProblem
from planner.model.index import ProblemIndex
from planner.model.plan import Route
from planner.model.problem import Problem
from planner.search.component_search import UnlistedSearch
from planner.search.components import Component
from planner.search.joint import Tell
from planner.search.placeable import placeable


def needs_only_company(problem: Problem, visits: Iterable[int]) -> bool:
    """Whether second visitors are all that ties these visits: no siblings and no interpreters."""
    siblings = ProblemIndex(problem).siblings
    some = [problem.visits[visit] for visit in visits]
    return any(v.second for v in some) and not any(v.interpreter or v.id in siblings for v in some)


class CompanionSearch(UnlistedSearch):
    """Local search beside a search over the whole evenings of companions, which has the bound; the cheaper plan counts.

    Where even the relaxation of that has too many routes, it is local search and its bound alone.
    """

    def __init__(
        self, component: Component, problem: Problem, *, step: float, seed: int, jobs: int, tuning: Tuning
    ) -> None:
        super().__init__(component, problem, step=step, seed=seed, jobs=jobs, tuning=tuning)
        self.problem = problem
        self.step, self.seed = step, seed
        self.all_tuning = tuning
        self._company: CompanySearch | None = None
        self._light = BigMProblem(problem, problem.weights.unplaced)
        self._big_m = float("inf")

    @property
    def cost(self) -> float | None:
        return min(self.engine.cost, self._company_cost())

    @property
    def bound(self) -> float:
        company = self._company
        by_company = 0.0 if company is None else self._light.bound(max(0.0, company.bound)) + self._hopeless_cost
        return max(by_company, self.relaxation.bound)

    @property
    def _hopeless_cost(self) -> float:
        return self.problem.weights.unplaced * len(self.hopeless)

    def _company_cost(self) -> float:
        """The cost of the best plan of companions' evenings, infinite when there is none that keeps what is fixed."""
        company = self._company
        if company is None or not company.cost < self._big_m:
            return float("inf")
        return self._light.cost(company.cost) + self._hopeless_cost

    def run(self, deadline: Deadline, gap: float, tell: Tell) -> None:
        """Local search while the evenings of companions are listed and first planned; then groups of visitors."""

        def is_over() -> bool:
            return deadline.has_passed() or (self._company is not None and self.gap <= gap)

        until = Deadline(deadline.at, is_over)
        with ThreadPoolExecutor(max_workers=1) as thread:
            task = thread.submit(self._begin, until)
            share = deadline.seconds_left() * self.tuning.company_share
            self.engine.run(Deadline(until.at, lambda: task.done() or until.has_passed()).within(share))
            is_listed = task.result()
        if not is_listed or self._company is None:
            super().run(deadline, gap, tell)
            return
        self._company.run(until)
        if not until.has_passed():
            self.engine.run(until)

    def _begin(self, deadline: Deadline) -> bool:
        """List and plan the evenings of companions; false when there are too many."""
        company = company_types(self.problem, self.component.visitors, self.component.visits)
        try:
            pool = list_company(company, jobs=1, deadline=deadline, tuning=self.all_tuning)
        except TooManyRoutes:
            return False
        most = _dearest_plan(company, pool)
        self._light = BigMProblem.at_most(self.problem, most, self.step, self.all_tuning.big_m)
        visits = placeable(self.component.visits, pool)
        self.hopeless = frozenset(self.component.visits) - frozenset(visits)
        self._big_m = 1 + most + self._light.light * (len(visits) + 10)
        fixed = [visit for visit in visits if self.problem.visits[visit].id in self.problem.fixed]
        left_out = dict.fromkeys(visits, self._light.light) | dict.fromkeys(fixed, self._big_m)
        search = CompanySearch(
            self.problem, company, pool, visits, left_out,
            step=self.step, seed=self.seed, jobs=self.jobs, tuning=self.all_tuning,
        )  # fmt: skip
        self._company = search
        search.start(deadline)
        return True

    def _is_company_better(self) -> bool:
        return self._company_cost() < self.engine.cost

    def routes(self) -> Iterable[Route]:
        if self._company is not None and self._is_company_better():
            return self._company.routes()
        return self.engine.routes()

    def last_routes(self) -> Iterable[Route]:
        is_better = self._is_company_better() or not self.engine.keeps_fixed
        if self._company is not None and np.isfinite(self._company_cost()) and is_better:
            return self._company.routes()
        return super().last_routes()


def _dearest_plan(company: CompanyTypes, pool: Pool) -> float:
    """A cost above that of every plan beside its visits left out: the dearest route on every date, twice for those who
    come along and whose waiting is not in these routes.
    """
    dearest = np.zeros(len(company.types))
    np.maximum.at(dearest, pool.evening, pool.cost)
    most = pool.order.shape[1]
    day = 2 * (24 * 60) * float(company.problem.weights.waiting_minute)
    return float(
        sum(
            (cost + day) * 2 * len(kind.shifts) + most * sum(kind.week_costs)
            for cost, kind in zip(dearest, company.types, strict=True)
        )
    )
