"""A lower bound on a component whose routes cannot be listed: its visits with nothing that ties people together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse.csgraph import shortest_path

from planner.aggregation.evening_types import EveningType, EveningTypes, are_repeated
from planner.aggregation.off_grid import with_off_grid_prices
from planner.aggregation.program import typed_program
from planner.aggregation.search import TypedSearch, dearest_plan
from planner.base.deadline import Deadline
from planner.base.threads import in_threads
from planner.base.tuning import Tuning
from planner.columns.routes import Pool, TooManyRoutes, list_routes
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

MOST_ORDERED = 4  # stops of a route of which all orders are timed
MOST_PLACES = 1500  # between which shortest roads are worked out, in some seconds


class UncoupledBound:
    """The relaxation in which no visit needs company or an interpreter, siblings are visited apart at no price, and
    visits that must be apart need not be.

    A stop for several serves a sibling beside one whom its visitor may visit, which is cheaper than a stop of its own.
    So a visit with siblings may be left out here for what being served so costs at least: `substitute`, or nothing
    where one visitor may visit it and a sibling. Without it that stop is shorter, and its visitor may wait as much
    longer: the cost of that waiting is taken off. A plan without the stops of companions waits longer still and drives
    otherwise: where there are any, waiting is free and roads are the shortest by way of any place. Every plan of the
    problem then is one of the relaxation that costs no more.

    Siblings whom different people visit are together only on the coupled grid. So a visit with siblings pays for
    another start here, and may be left out for as much less: of a family, those who are visited alone off that grid
    are split from the others, and a stop off it for several has one at least who is served beside the others.

    Where counting shows that some visits must be left out (`planner.evaluate.capacity`), all may be for a lower price,
    and the difference is added for as many as must: the relaxation itself would leave out nobody.
    """

    def __init__(self, problem: Problem, visits: Sequence[int], *, step: float, seed: int, tuning: Tuning) -> None:
        self.step, self.seed, self.tuning = step, seed, tuning
        self.problem = _without_ties(problem, visits)
        self._options, self._types = StopOptions(self.problem), EveningTypes(self.problem)
        wanted = set(visits)
        self._left_out = _left_out_costs(problem, self.problem.weights.waiting_minute)
        self._off_grid = _off_grid_prices(problem, visits, self._left_out, step)
        self._left_out = {v: cost - self._off_grid.get(v, 0.0) for v, cost in self._left_out.items()}
        self._short = 0.0
        least = least_left_out(problem, sorted(wanted))
        if least:
            light = min(problem.weights.unplaced, _dearest_stop(problem))
            self._left_out = {v: min(light, self._left_out.get(v, light)) for v in wanted}
            self._off_grid = {}
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
        types = self._types.of(component.visitors)
        is_typed = len(component.visitors) > 1 or are_repeated(types, self.tuning.aggregation.repeated)
        evenings = [kind.options for kind in types] if is_typed else self._options.evenings(component.visitors)
        try:
            listing = replace(self.tuning.listing, most_routes=self.tuning.local_search.bound_routes)
            pool = list_routes(self.problem, evenings, deadline=deadline, listing=listing)
        except TooManyRoutes:
            return number, 0.0
        visits = placeable(component.visits, pool)
        bound = (self._typed_bound if is_typed else self._listed_bound)(types, pool, visits, deadline.within(seconds))
        return number, max(0.0, bound) + self._cost_of_rest(component, visits)

    def _typed_bound(self, types: list[EveningType], pool: Pool, visits: list[int], deadline: Deadline) -> float:
        """The bound with evenings that offer the same as one."""
        light = BigMProblem.at_most(self.problem, dearest_plan(types, pool), self.step, self.tuning.big_m)
        left_out = {visit: min(light.light, self._left_out.get(visit, light.light)) for visit in visits}
        if self._off_grid and len(pool) and self.problem.rules.max_stops <= MOST_ORDERED and light.light == light.real:
            pool = with_off_grid_prices(self.problem, types, pool, self._off_grid)
        program = typed_program(self.problem, types, pool, visits, left_out)
        search = TypedSearch(program, step=self.step, seed=self.seed, tuning=self.tuning)
        search.run(deadline)
        return search.bound

    def _listed_bound(self, _types: list[EveningType], pool: Pool, visits: list[int], deadline: Deadline) -> float:
        """The bound evening by evening."""
        light = BigMProblem.of(self.problem, pool, self.step, self.tuning.big_m)
        program = build_program(light.problem, visits, pool, left_out=self._left_out)
        search = BranchAndBound(program, step=self.step, seed=self.seed, tuning=self.tuning)
        search.run(deadline)
        return search.bound

    def _cost_of_rest(self, component: Component, placed: Sequence[int]) -> float:
        """What the visits cost that no route makes."""
        rest = set(component.visits) - set(placed)
        return sum(min(self.problem.weights.unplaced, self._left_out.get(v, float("inf"))) for v in rest)


def _without_ties(problem: Problem, visits: Sequence[int]) -> Problem:
    """The problem with nothing that ties people together; see `UncoupledBound` for waiting and roads."""
    weights, roads = problem.weights, problem.travel_minutes
    if any(problem.visits[visit].is_coupled for visit in visits):
        weights = replace(weights, waiting_minute=0)
        roads = {mode: _shortest_roads(matrix) for mode, matrix in roads.items()}
    return replace(
        problem,
        weights=weights,
        travel_minutes=roads,
        visits=tuple(replace(visit, second=(), interpreter=None) for visit in problem.visits),
        siblings=(),
        interpreters={},
        apart=(),
    )


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


def _left_out_costs(problem: Problem, waiting: float) -> Mapping[int, float]:
    """Per visit with siblings what being served in a stop of one of these costs at least.

    waiting: cost of a minute by which its visitor may wait longer when the stop is for the others alone.
    """
    index = ProblemIndex(problem)
    costs: dict[int, float] = {}
    for group in problem.siblings:
        for name in group:
            others = [index.visits[other] for other in group if other != name]
            visit = index.visits[name]
            shares = any(set(visit.visitors).intersection(other.visitors) for other in others)
            longer = max(0, visit.minutes - min((other.minutes for other in others), default=visit.minutes))
            cost = 0.0 if shares else problem.weights.substitute
            cost -= waiting * (problem.rules.double_extra_minutes + longer)
            number = index.visit_number[name]
            costs[number] = min(cost, costs.get(number, cost))
    return costs


def _off_grid_prices(
    problem: Problem, visits: Sequence[int], left_out: Mapping[int, float], step: float
) -> dict[int, float]:
    """Per visit with siblings what a start off the grid costs in the relaxation, where that is anything.

    With p for all of a family: who is served beside others costs p less than it must and pays for the one whom it is
    served with. Of k visits alone off the grid in a group, k / 2 at least are split, at `siblings_split`, unless the
    others are left out, which costs `unplaced`. Prices are multiples of `step`: so bounds may be rounded up to one.
    """
    if any(problem.visits[visit].is_coupled for visit in visits):
        return {}
    index, weights = ProblemIndex(problem), problem.weights
    prices: dict[int, float] = {}
    for family in _families(index, visits):
        costs = [left_out[visit] for visit in family]
        spare = (weights.unplaced - max(costs)) / len(family)
        price = min(min(costs) / 2, weights.siblings_split / 2, spare)
        price = math.floor(price / step) * step if step else price
        if price > 0:
            prices |= dict.fromkeys(family, price)
    return prices


def _families(index: ProblemIndex, visits: Sequence[int]) -> list[list[int]]:
    """The visits with siblings, those who are siblings of each other or of a common one together."""
    rest = {visit for visit in visits if index.siblings.get(index.problem.visits[visit].id)}
    families = []
    while rest:
        family, new = set[int](), [rest.pop()]
        while new:
            visit = new.pop()
            family.add(visit)
            near = {index.visit_number[name] for name in index.siblings[index.problem.visits[visit].id]}
            new += sorted((near & rest) - family)
            rest -= near
        families.append(sorted(family))
    return families
