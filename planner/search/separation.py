"""Visits that must be apart: a plan that was made without regard to them becomes one that keeps them apart.

Few visits overlap others by chance, and a school in which they were the only tie falls into visitors who are planned
exactly. So every component is planned as if nothing had to be apart, which gives a bound on all plans; then:

1. local search begins with the routes of the components in which visits overlap, and inserts those anew;
2. visitors who are a component by themselves are planned anew, exactly, beside the moments of the others;
3. where that costs more than the bound, and the routes are few, all that is tied is planned at once, exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.columns.routes import TooManyRoutes, list_routes, route_of
from planner.columns.stop_options import StopOptions
from planner.evaluate.verdict import judge
from planner.master.big_m import BigMProblem
from planner.master.bound import SLACK
from planner.master.program import build_program
from planner.model.index import ProblemIndex, Schedule
from planner.model.modification import beside_others, restrict
from planner.model.plan import Route
from planner.model.problem import BadProblem, Problem, Visit
from planner.search.branch_and_bound import BranchAndBound
from planner.search.components import Component
from planner.search.local_search import LocalSearch
from planner.search.placeable import placeable


@dataclass(frozen=True)
class Separated:
    """Routes that keep visits apart, and a cost below every plan of the problem."""

    routes: tuple[Route, ...]
    bound: float


@dataclass(frozen=True)
class _Exact:
    """The best plan found of some visitors, None for none, and a bound on all their plans."""

    routes: tuple[Route, ...] | None
    bound: float


class Separation:
    """Makes a plan one that keeps visits apart.

    `components`: of the problem without visits apart, each with a bound on its plans. `rest`: what visits cost that are
    in none of them.
    """

    def __init__(
        self,
        problem: Problem,
        components: Sequence[Component],
        bounds: Sequence[float],
        rest: float,
        *,
        step: float,
        seed: int,
        tuning: Tuning,
    ) -> None:
        self.problem = problem
        self.components = components
        self.bounds = list(bounds)
        self.rest = rest
        self.step, self.seed, self.tuning = step, seed, tuning
        self.index = ProblemIndex(problem)
        self._part_of = {problem.visits[v].id: n for n, part in enumerate(components) for v in part.visits}
        self._visitors = [{problem.visitors[v].id for v in part.visitors} for part in components]

    def run(self, routes: Sequence[Route], deadline: Deadline) -> Separated:
        """The cheapest plan found. Raises BadProblem when none was found that keeps fixed moments as well."""
        if not self._overlapping(routes):
            return Separated(tuple(routes), self._bound())
        plans = [self._by_local_search(routes, deadline), self._one_by_one(routes, deadline)]
        best = min(plans, key=self._cost)
        if self._cost(best) > self._bound() + SLACK:
            best = self._at_once(routes, best, deadline)
        if self._cost(best) == float("inf"):
            raise BadProblem("apart", "no plan was found that keeps these visits apart and all fixed moments")
        return Separated(tuple(best), self._bound())

    def _bound(self) -> float:
        return self.rest + sum(self.bounds)

    def _cost(self, routes: Iterable[Route]) -> float:
        """Of the whole plan; infinite when it breaks a rule."""
        verdict = judge(self.problem, routes)
        return float("inf") if verdict.broken else verdict.cost

    def _overlapping(self, routes: Iterable[Route]) -> list[tuple[str, str]]:
        """The pairs of visits that must be apart and are not."""
        schedule = Schedule.of(routes)
        moments = {}
        for name in self.index.apart.keys() & schedule.made.keys():
            stop = schedule.stop_of(name)
            if stop is not None:
                moments[name] = (schedule.made[name][1], stop.start, stop.start + self.index.stop_minutes(stop))
        found = []
        for group in self.problem.apart:
            there = [name for name in group if name in moments]
            for one, other in itertools.combinations(there, 2):
                (day, start, end), (on, begins, ends) = moments[one], moments[other]
                if day == on and start < ends and begins < end:
                    found.append((one, other))
        return found

    # the parts of a plan

    def _routes_of(self, routes: Iterable[Route], parts: Collection[int]) -> list[Route]:
        people = {person for number in parts for person in self._visitors[number]}
        return [route for route in routes if route.visitor in people]

    def _with(self, routes: Iterable[Route], parts: Collection[int], own: Iterable[Route]) -> list[Route]:
        """The routes with `own` in place of those of these components."""
        people = {person for number in parts for person in self._visitors[number]}
        return [*(route for route in routes if route.visitor not in people), *own]

    def _beside(self, routes: Iterable[Route], parts: Collection[int]) -> tuple[Visit, ...]:
        """All visits, those of these components without the hours of visits elsewhere from which they must be apart."""
        visits = list(self.problem.visits)
        own = [v for number in parts for v in self.components[number].visits]
        for v, visit in zip(own, beside_others(self.index, Schedule.of(routes), (visits[v] for v in own)), strict=True):
            visits[v] = visit
        return tuple(visits)

    # the steps

    def _by_local_search(self, routes: Sequence[Route], deadline: Deadline) -> list[Route]:
        """The plan with the overlapping visits inserted anew, and improved where that helps."""
        parts = {self._part_of[name] for pair in self._overlapping(routes) for name in pair}
        visits = sorted(v for number in parts for v in self.components[number].visits)
        own, tuning = self._routes_of(routes, parts), self.tuning.separation
        problem = replace(self.problem, visits=self._beside(routes, parts))
        search = LocalSearch(problem, visits, seed=self.seed, tuning=self.tuning, routes=own)
        if not search.keeps_fixed:
            search = LocalSearch(problem, visits, seed=self.seed, tuning=self.tuning)
        seconds = min(tuning.most_seconds, max(tuning.least_seconds, deadline.seconds_left() / 2))
        search.run(Deadline.after(seconds, deadline.should_stop), tuning.warm)
        return self._with(routes, parts, search.routes())

    def _one_by_one(self, routes: Sequence[Route], deadline: Deadline) -> list[Route]:
        """The plan with one visitor after another planned anew, of two whose visits overlap the one who loses less."""
        now = list(routes)
        while pairs := self._overlapping(now):
            tried = [self._replanned(now, self._part_of[name], deadline) for name in pairs[0]]
            found = [plan for plan in tried if plan is not None]
            if not found:
                return now
            now = min(found, key=self._cost_so_far)
        return now

    def _cost_so_far(self, routes: Iterable[Route]) -> tuple[int, float]:
        """How many rules routes break in which visits may still overlap, and what they cost."""
        verdict = judge(self.problem, routes)
        return sum(broken.code != "not_apart" for broken in verdict.broken), verdict.cost

    def _replanned(self, routes: Sequence[Route], number: int, deadline: Deadline) -> list[Route] | None:
        """The plan with this component planned anew beside all others; None for several visitors, or in vain."""
        if len(self._visitors[number]) > 1 or deadline.has_passed():
            return None
        found = self._planned(
            {number}, self._beside(routes, {number}), deadline.within(self.tuning.separation.visitor_seconds)
        )
        return None if found is None or found.routes is None else self._with(routes, {number}, found.routes)

    def _at_once(self, routes: Sequence[Route], best: list[Route], deadline: Deadline) -> list[Route]:
        """The plan with everything planned anew that is tied to visits that overlapped, when its routes are few."""
        parts = {self._part_of[name] for pair in self._overlapping(routes) for name in pair}
        while True:
            names = {self.problem.visits[v].id for number in parts for v in self.components[number].visits}
            near = {other for name in names for other in self.index.apart.get(name, []) if other in self._part_of}
            more = {self._part_of[name] for name in near} - parts
            if not more:
                break
            parts |= more
        found = None if deadline.has_passed() else self._planned(parts, self.problem.visits, deadline)
        if found is None:
            return best
        if found.bound > sum(self.bounds[number] for number in parts):
            first, *others = sorted(parts)
            self.bounds[first] = found.bound
            for number in others:
                self.bounds[number] = 0.0
        return best if found.routes is None else min([best, self._with(routes, parts, found.routes)], key=self._cost)

    def _planned(self, parts: Collection[int], visits: Sequence[Visit], deadline: Deadline) -> _Exact | None:
        """The best plan of these components with these visits of theirs; None when they have too many routes."""
        own = sorted(v for number in parts for v in self.components[number].visits)
        people = sorted(v for number in parts for v in self.components[number].visitors)
        problem = restrict(
            self.problem, visitors=(self.problem.visitors[v] for v in people), visits=(visits[v] for v in own)
        )
        evenings = StopOptions(problem).each_evening(range(len(people)))
        listing = replace(self.tuning.listing, most_routes=self.tuning.separation.exact_columns)
        try:
            pool = list_routes(problem, evenings, deadline=deadline, listing=listing)
        except TooManyRoutes:
            return None
        light = BigMProblem.of(problem, pool, self.step, self.tuning.big_m)
        made = placeable(range(len(own)), pool)
        program = build_program(light.problem, made, pool)
        search = BranchAndBound(program, step=self.step, seed=self.seed, tuning=self.tuning)
        search.run(deadline)
        hopeless = problem.weights.unplaced * (len(own) - len(made))
        bound = light.bound(max(0.0, search.bound)) + hopeless
        if search.best is None or search.best.cost >= program.big_m:
            return _Exact(None, bound)
        return _Exact(tuple(route_of(problem, pool, column) for column in search.best.routes), bound)
