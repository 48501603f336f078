"""The searches for one component of a school, each with the same interface.

Which one is made for a component stands in `solver`. Costs and bounds are those of the problem itself, with its own
weight of a visit left out, and count the visits that no route makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.evening_types import EveningType
from planner.aggregation.exact import best_plan
from planner.aggregation.program import typed_program
from planner.aggregation.search import TypedSearch, dearest_plan, routes_of
from planner.aggregation.shared import SharedSearch
from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.columns.routes import Pool, route_of
from planner.master.big_m import BigMProblem
from planner.master.bound import SLACK
from planner.master.program import Program
from planner.model.plan import Route
from planner.model.problem import BadProblem, Problem
from planner.search.branch_and_bound import BranchAndBound
from planner.search.components import Component
from planner.search.fixed_only import fixed_routes
from planner.search.joint import JointSearch, Tell
from planner.search.local_search import LocalSearch
from planner.search.placeable import placeable
from planner.search.uncoupled_bound import UncoupledBound


class ComponentSearch(Protocol):
    """What the solver asks of the search for one component.

    component: its visitors and visits. is_joint: whether it takes all the time there is. hopeless: visits (positions)
    that are known to have no route at all. routes_held: how many routes it keeps in memory.
    """

    component: Component
    hopeless: frozenset[int]
    routes_held: int
    is_joint: bool

    @property
    def cost(self) -> float | None:
        """Of the best plan so far, None when there is none yet."""

    @property
    def bound(self) -> float:
        """A cost below that of every plan, 0 at least."""

    @property
    def gap(self) -> float:
        """The share of the cost that is not proven to be needed, 1 when there is no plan."""

    def run(self, deadline: Deadline, gap: float, tell: Tell) -> None:
        """Search, or search on, until the plan is within `gap` of the bound or the deadline passes."""

    def routes(self) -> Iterable[Route]:
        """The best plan so far; nothing when there is none."""

    def last_routes(self) -> Iterable[Route]:
        """The best plan at the end. When there was no time for any, each visit where it costs least; without one that
        keeps the fixed visits, those alone, in seconds of its own.

        Raises BadProblem when they cannot all stand or no plan was found that keeps them.
        """


def _gap(cost: float | None, bound: float) -> float:
    if cost is None:
        return 1.0
    return (cost - bound) / cost if cost else 0.0


class ListedSearch:
    """A component whose routes are all listed: branch and bound, or the joint search where people are tied."""

    def __init__(
        self, component: Component, problem: Problem, light: BigMProblem, program: Program, *,
        step: float, seed: int, jobs: int, is_joint: bool, tuning: Tuning,
    ) -> None:  # fmt: skip
        self.component = component
        self.problem = problem
        self.light = light
        self.program = program
        self.seed, self.step, self.tuning = seed, step, tuning
        self.hopeless = frozenset(component.visits) - frozenset(program.visits)
        self.routes_held = len(program.pool)
        self.is_joint = is_joint
        self.engine: BranchAndBound | JointSearch = (
            JointSearch(light.problem, program, step=step, seed=seed, jobs=jobs, tuning=tuning)
            if is_joint
            else BranchAndBound(program, step=step, seed=seed, tuning=tuning)
        )

    @property
    def _hopeless_cost(self) -> float:
        return self.problem.weights.unplaced * len(self.hopeless)

    @property
    def cost(self) -> float | None:
        best = self.engine.best
        return None if best is None else self.light.cost(best.cost) + self._hopeless_cost

    @property
    def bound(self) -> float:
        return self.light.bound(max(0.0, self.engine.bound)) + self._hopeless_cost

    @property
    def gap(self) -> float:
        return self.engine.gap

    def run(self, deadline: Deadline, gap: float, tell: Tell) -> None:
        if isinstance(self.engine, JointSearch):
            self.engine.run(deadline, gap, tell)
        else:
            self.engine.run(deadline)

    def routes(self) -> list[Route]:
        best = self.engine.best
        if best is None or best.cost >= self.program.big_m:
            return []
        return [route_of(self.problem, self.program.pool, column) for column in best.routes]

    def last_routes(self) -> list[Route]:
        best = self.engine.best
        if best is None:
            quick = LocalSearch(self.problem, self.component.visits, seed=self.seed, tuning=self.tuning)
            if quick.keeps_fixed:
                return list(quick.routes())
        if not self.problem.fixed or (best is not None and best.cost < self.program.big_m):
            return self.routes()
        if self.engine.bound >= self.program.big_m - SLACK:
            raise BadProblem("fixed", "these moments cannot all stand: no route holds them together")
        columns = fixed_routes(self.problem, self.program, step=self.step, seed=self.seed, tuning=self.tuning)
        if columns is None:
            raise BadProblem("seconds", "too few to find a plan around the fixed moments")
        return [route_of(self.problem, self.program.pool, int(column)) for column in columns]


class AggregatedSearch:
    """A component in which nothing is tied together but visits that several may make, planned by types of evenings."""

    def __init__(
        self, component: Component, problem: Problem, types: list[EveningType], pool: Pool, *,
        step: float, seed: int, jobs: int, tuning: Tuning,
    ) -> None:  # fmt: skip
        self.component = component
        self.problem = problem
        self.seed, self.step, self.tuning = seed, step, tuning
        self.light = BigMProblem.at_most(problem, dearest_plan(types, pool), step, tuning.big_m)
        visits = placeable(component.visits, pool)
        self.hopeless = frozenset(component.visits) - frozenset(visits)
        self.routes_held = len(pool)
        self.is_joint = len(component.visitors) > 1
        self._big_m = 1 + dearest_plan(types, pool) + self.light.light * (len(visits) + 10)
        self._fixed = [visit for visit in visits if problem.visits[visit].id in problem.fixed]
        left_out = dict.fromkeys(visits, self.light.light) | dict.fromkeys(self._fixed, self._big_m)
        self.program = typed_program(problem, types, pool, visits, left_out)
        self.engine: TypedSearch | SharedSearch = (
            SharedSearch(self.program, step=step, seed=seed, jobs=jobs, tuning=tuning)
            if self.is_joint
            else TypedSearch(self.program, step=step, seed=seed, tuning=tuning)
        )

    @property
    def _hopeless_cost(self) -> float:
        return self.problem.weights.unplaced * len(self.hopeless)

    @property
    def cost(self) -> float | None:
        return None if self.engine.best is None else self.light.cost(self.engine.cost) + self._hopeless_cost

    @property
    def bound(self) -> float:
        return self.light.bound(max(0.0, self.engine.bound)) + self._hopeless_cost

    @property
    def gap(self) -> float:
        best = self.engine.best
        return _gap(None if best is None else best.cost, max(0.0, self.engine.bound))

    def start(self, deadline: Deadline) -> None:
        """A first plan and a bound."""
        self.engine.start(deadline)

    def run(self, deadline: Deadline, gap: float, tell: Tell) -> None:
        self.engine.run(deadline, gap)

    def routes(self) -> list[Route]:
        best = self.engine.best
        if best is None or best.cost >= self._big_m:
            return []
        return routes_of(self.problem, self.program, best)

    def last_routes(self) -> list[Route]:
        if not self._fixed or self.engine.cost < self._big_m:
            return self.routes()
        if self.engine.bound >= self._big_m - SLACK:
            raise BadProblem("fixed", "these moments cannot all stand: no route holds them together")
        outcome = best_plan(
            self.program, np.arange(len(self.program.pool)), Triples.none(),
            Deadline.after(self.tuning.solving.fixed_only_seconds), below=self._big_m, least_gain=self.step,
            seed=self.seed, tuning=self.tuning,
        )  # fmt: skip
        if outcome.plan is None:
            raise BadProblem("seconds", "too few to find a plan around the fixed moments")
        return routes_of(self.problem, self.program, outcome.plan)


class UnlistedSearch:
    """A component with more routes than can be listed: local search, and a bound without what ties people together."""

    routes_held = 0
    is_joint = True
    hopeless: frozenset[int] = frozenset()

    def __init__(
        self, component: Component, problem: Problem, *, step: float, seed: int, jobs: int, tuning: Tuning
    ) -> None:
        self.component = component
        self.jobs = jobs
        self.tuning = tuning.local_search
        self.engine = LocalSearch(problem, component.visits, seed=seed, tuning=tuning)
        self.relaxation = UncoupledBound(problem, component.visits, step=step, seed=seed, tuning=tuning)

    @property
    def cost(self) -> float | None:
        return self.engine.cost

    @property
    def bound(self) -> float:
        return self.relaxation.bound

    @property
    def gap(self) -> float:
        return _gap(self.cost, self.bound)

    def run(self, deadline: Deadline, gap: float, tell: Tell) -> None:
        self.relaxation.run(deadline.within(deadline.seconds_left() * self.tuning.bound_share), self.jobs)
        self.engine.run(deadline)

    def routes(self) -> Iterable[Route]:
        return self.engine.routes()

    def last_routes(self) -> Iterable[Route]:
        if not self.engine.keeps_fixed:
            raise BadProblem("fixed", "no plan was found that keeps all these moments")
        return self.engine.routes()
