"""The way in: a problem becomes a plan with a proof of how good it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from .clock import Clock
from .components import Component, independent_parts
from .joint import JointSearch
from .offers import Offering
from .plan import Plan, Route
from .problem import BadProblem, Problem, check_problem
from .program import Program, build_program
from .reasons import Reasons
from .routes import Pool, list_routes, route_of
from .search import Search
from .threads import StopSign, in_threads
from .verdict import judge


class BrokenPlan(AssertionError):
    """The planner made a plan that breaks a rule: never to be shown, always to be mended here."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve is: `fraction` of the work, the best plan so far and the bound on any plan."""

    fraction: float
    cost: float
    bound: float
    message: str


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def solve(
    problem: Problem,
    *,
    seconds: float = 60,
    gap: float = 0.0,
    seed: int = 0,
    jobs: int = 1,
    progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Plan:
    """The best plan that can be found within `seconds`, and a bound on the best there is.

    Parts of a school that do not touch are planned apart, `jobs` at a time (in threads). Each gets its share
    of the time; what is left goes to those further than `gap` from their bound. Visitors who are tied
    together are planned until they are within `gap`. The same problem and seed give the same plan, as long
    as the time suffices. `progress` and `should_stop` are called in the caller's own thread.
    """
    began = time.monotonic()
    check_problem(problem)
    clock = Clock.of(seconds, StopSign(should_stop) if should_stop else None)
    season = _Season(problem, clock, seed=seed, jobs=jobs, progress=progress)
    season.search(gap)
    return season.plan(time.monotonic() - began)


class _Season:
    """One solve: the parts, their searches, and what they add up to."""

    def __init__(self, problem: Problem, clock: Clock, *, seed: int, jobs: int, progress: OnProgress | None) -> None:
        self.problem = problem
        self.clock = clock
        self.seed = seed
        self.jobs = jobs
        self.progress = progress
        self.offering = Offering(problem)
        self.parts = independent_parts(problem)
        self.searches: dict[int, Search | JointSearch] = {}
        self.step = cost_step(problem)
        self._fraction = 0.0
        self._seconds = max(clock.left(), 1e-9)

    def search(self, gap: float) -> None:
        """Search every part: those of one visitor or a few first, then those that are tied together."""
        coupled = [n for n, part in enumerate(self.parts) if is_coupled(self.problem, part.visits)]
        others = [n for n in range(len(self.parts)) if n not in coupled]
        for _ in in_threads(self._search_part, others, self.jobs, self.clock):
            self._report("planning")
        poor = [number for number in others if self.searches[number].gap > gap]
        for _ in in_threads(self._search_on, poor, self.jobs, self.clock):
            self._report("planning")
        for number in coupled:
            search = self._joint(self.parts[number])
            self.searches[number] = search
            search.run(self.clock, gap, self._report)
        self._fraction = 1.0
        self._report("done")

    def _search_part(self, number: int) -> None:
        """The first go at a part: at most its share of what is left of the time."""
        search = Search(self._program(self.parts[number]), step=self.step, seed=self.seed)
        self.searches[number] = search
        waiting = max(1, len(self.parts) - len(self.searches) + 1)
        search.run(self.clock.part(self.clock.left() * min(1.0, self.jobs / waiting)))

    def _search_on(self, number: int) -> None:
        search = self.searches[number]
        if isinstance(search, Search):
            search.run(self.clock)

    def _joint(self, part: Component) -> JointSearch:
        return JointSearch(self.problem, self._program(part), step=self.step, seed=self.seed, jobs=self.jobs)

    def _program(self, part: Component) -> Program:
        pool = list_routes(self.problem, self.offering.evenings(part.visitors))
        return build_program(self.problem, placeable(part.visits, pool), pool)

    def _report(self, message: str) -> None:
        """Tell how far it is; the fraction never falls."""
        if self.progress is None:
            return
        done = [search for search in self.searches.values() if search.best is not None]
        parts = len(done) / max(1, len(self.parts))
        elapsed = 1 - self.clock.left() / self._seconds
        joint = any(isinstance(search, JointSearch) for search in done)
        self._fraction = max(self._fraction, min(0.99, elapsed) if joint else min(parts, 0.99))
        cost = self._total([search.best.cost for search in done if search.best])
        self.progress(Progress(self._fraction, cost, min(cost, self._whole_bound()), message))

    def _total(self, costs: Sequence[float]) -> float:
        """The cost of a whole plan: what is not searched yet is left out."""
        known = {visit for search in self.searches.values() for visit in search.program.visits}
        return sum(costs) + self.problem.weights.unplaced * (len(self.problem.visits) - len(known))

    def _bound(self) -> float:
        """Below every plan: a part that is not searched yet may cost nothing."""
        bounds = [max(0.0, search.bound) for search in self.searches.values()]
        touched = {v for number in self.searches for v in self.parts[number].visits}
        hopeless = touched - {v for search in self.searches.values() for v in search.program.visits}
        return sum(bounds) + self.problem.weights.unplaced * len(hopeless)

    def plan(self, seconds: float) -> Plan:
        """The plan as it stands, judged."""
        routes = tuple(sorted(self._routes(), key=lambda route: (route.on, route.visitor)))
        verdict = judge(self.problem, routes)
        if verdict.broken:
            raise BrokenPlan(verdict.broken[0])
        made = {visit for route in routes for stop in route.stops for visit in stop.visits}
        reasons = Reasons(self.problem, routes)
        unplaced = tuple(
            reasons.why_not(number) for number, visit in enumerate(self.problem.visits) if visit.id not in made
        )
        bound = min(verdict.cost, self._whole_bound())
        return Plan(routes, unplaced, verdict.cost, bound, seconds, verdict.parts.as_dict())

    def _whole_bound(self) -> float:
        nobody = set(range(len(self.problem.visits))) - {v for part in self.parts for v in part.visits}
        return self._bound() + self.problem.weights.unplaced * len(nobody)

    def _routes(self) -> Iterable[Route]:
        for search in self.searches.values():
            if search.best is None or search.best.cost >= search.program.never:
                self._refuse_fixed()
                continue
            for column in search.best.routes:
                yield route_of(self.problem, search.program.pool, column)

    def _refuse_fixed(self) -> None:
        if self.problem.fixed:
            raise BadProblem("fixed", "these moments cannot all stand: no route holds them together")


def is_coupled(problem: Problem, visits: Iterable[int]) -> bool:
    """Whether some of these visits need or may have two people at one moment."""
    siblings = {name for pair in problem.siblings for name in pair}
    return any(problem.visits[v].is_coupled or problem.visits[v].id in siblings for v in visits)


def placeable(visits: Iterable[int], pool: Pool) -> list[int]:
    """The visits that some route makes."""
    made: set[int] = set()
    for evening, (first, last) in enumerate(zip(pool.start[:-1], pool.start[1:], strict=True)):
        some = pool.candidates[evening]
        used = np.unique(pool.order[first:last])
        for numbers in (some.visit, some.sibling):
            made.update(int(visit) for visit in numbers[used[used >= 0]])
    return [visit for visit in visits if visit in made]


def cost_step(problem: Problem) -> float:
    """What two different costs differ by at least: whole weights make all costs multiples of their divisor."""
    weights = problem.weights
    if not weights.are_whole:
        return 0.0
    return float(math.gcd(*(int(getattr(weights, weight.name)) for weight in fields(weights))))
