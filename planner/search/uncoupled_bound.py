"""A lower bound on a component whose routes cannot be listed: its visits with nothing that ties people together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse.csgraph import shortest_path

from planner.base.deadline import Deadline
from planner.base.threads import in_threads
from planner.base.tuning import Tuning
from planner.columns.routes import TooManyRoutes, list_routes
from planner.columns.stop_options import StopOptions
from planner.evaluate.capacity import least_left_out
from planner.evaluate.least_cost import least_alone
from planner.master.big_m import BigMProblem
from planner.master.program import build_program
from planner.model.index import ProblemIndex
from planner.model.problem import Matrix, Problem
from planner.search.branch_and_bound import BranchAndBound
from planner.search.components import Component, independent_components
from planner.search.placeable import placeable

MOST_PLACES = 1500  # between which shortest roads are worked out, in some seconds


class UncoupledBound:
    """The relaxation in which no visit needs company or an interpreter, siblings are visited apart at no price, and
    visits that must be apart need not be.

    A stop for several serves a sibling beside another one, which is cheaper than any stop of its own. So a visit with
    siblings may be left out here for what being served so costs at least: `substitute`, or nothing where one visitor
    may visit it and a sibling. A plan without the stops of companions and guests may wait longer, and on shortest
    roads drives no further: so waiting is free here, and roads are the shortest by way of any place. Every plan of
    the problem then is one of the relaxation that costs no more.

    Where counting shows that some visits must be left out (`planner.evaluate.capacity`), all may be for a lower price,
    and the difference is added for as many as must: the relaxation itself would leave out nobody.
    """

    def __init__(self, problem: Problem, visits: Sequence[int], *, step: float, seed: int, tuning: Tuning) -> None:
        self.step, self.seed, self.tuning = step, seed, tuning
        self.problem = replace(
            problem,
            weights=replace(problem.weights, waiting_minute=0),
            travel_minutes={mode: _shortest_roads(matrix) for mode, matrix in problem.travel_minutes.items()},
            visits=tuple(replace(visit, second=(), interpreter=None) for visit in problem.visits),
            siblings=(),
            interpreters={},
            apart=(),
        )
        self._options = StopOptions(self.problem)
        wanted = set(visits)
        self._left_out = _left_out_costs(problem)
        self._short = 0.0
        least = least_left_out(problem, sorted(wanted))
        if least:
            light = min(problem.weights.unplaced, _dearest_stop(problem))
            self._left_out = {v: min(light, self._left_out.get(v, light)) for v in wanted}
            self._short = (problem.weights.unplaced - light) * least
        self._components = [part for part in independent_components(self.problem) if wanted.intersection(part.visits)]
        index = ProblemIndex(problem)
        nobodys = wanted - {v for part in self._components for v in part.visits}
        alone = [v for v in nobodys if problem.visits[v].id not in index.siblings]
        self._nobodys = problem.weights.unplaced * len(alone)
        self._alone = [least_alone(index, part.visits, ()) for part in self._components]
        self._bounds = [0.0] * len(self._components)

    @property
    def bound(self) -> float:
        """Below the cost of every plan of these visits; valid at any moment."""
        return max(self._nobodys + sum(self._alone), self._short + sum(self._bounds))

    def run(self, deadline: Deadline, jobs: int) -> None:
        """Lift the bound until the deadline, `jobs` components of the relaxation at a time; each has its share."""
        waiting = len(self._components)
        shares = [deadline.seconds_left() * min(1.0, jobs / max(1, waiting))] * waiting
        tasks = zip(range(waiting), shares, strict=True)
        for number, bound in in_threads(lambda task: self._bound_of(*task, deadline), tasks, jobs, deadline):
            self._bounds[number] = bound

    def _bound_of(self, number: int, seconds: float, deadline: Deadline) -> tuple[int, float]:
        """The bound of one component of the relaxation."""
        component = self._components[number]
        if deadline.has_passed():
            return number, 0.0
        try:
            pool = list_routes(
                self.problem,
                self._options.evenings(component.visitors),
                deadline=deadline,
                listing=replace(self.tuning.listing, most_routes=self.tuning.local_search.bound_routes),
            )
        except TooManyRoutes:
            return number, 0.0
        light = BigMProblem.of(self.problem, pool, self.step, self.tuning.big_m)
        visits = placeable(component.visits, pool)
        program = build_program(light.problem, visits, pool, left_out=self._left_out)
        search = BranchAndBound(program, step=self.step, seed=self.seed, tuning=self.tuning)
        search.run(deadline.within(seconds))
        return number, max(0.0, search.bound) + self._cost_of_rest(component, visits)

    def _cost_of_rest(self, component: Component, placed: Sequence[int]) -> float:
        """What the visits cost that no route makes."""
        rest = set(component.visits) - set(placed)
        return sum(min(self.problem.weights.unplaced, self._left_out.get(v, float("inf"))) for v in rest)


def _shortest_roads(matrix: Matrix) -> Matrix:
    """Minutes between places by way of any others; nothing where working that out would take too long."""
    if len(matrix) > MOST_PLACES:
        return np.zeros_like(matrix)
    # A zero would mean that there is no road: no path of these adds up to a minute.
    found: Matrix = np.floor(shortest_path(np.where(matrix > 0, matrix, 1e-5), method="FW")).astype(np.int32)
    return found


def _dearest_stop(problem: Problem) -> float:
    """About what a stop costs at most: the farthest road both ways, a wish, a window, the last week, and moving."""
    weights = problem.weights
    road = max((int(matrix.max(initial=0)) for matrix in problem.travel_minutes.values()), default=0)
    week = max(problem.weeks.values(), default=0)
    window = max((window.cost for visit in problem.visits for window in visit.windows), default=0.0)
    return weights.travel_minute * 2 * road + weights.outside_wish + window + weights.week * week + weights.moved


def _left_out_costs(problem: Problem) -> Mapping[int, float]:
    """Per visit with siblings what being served in a stop of one of these costs at least."""
    index = ProblemIndex(problem)
    costs: dict[int, float] = {}
    for group in problem.siblings:
        for name in group:
            own = set(index.visits[name].visitors)
            shares = any(own.intersection(index.visits[other].visitors) for other in group if other != name)
            cost = 0.0 if shares else problem.weights.substitute
            number = index.visit_number[name]
            costs[number] = min(cost, costs.get(number, cost))
    return costs
