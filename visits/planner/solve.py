"""The way in: a problem becomes a plan with a proof of how good it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from .clock import Clock
from .components import Component, independent_parts
from .offers import Offering
from .plan import Plan, Route
from .problem import BadProblem, Problem, check_problem
from .program import build_program, never
from .reasons import Reasons
from .routes import Pool, list_routes, route_of
from .search import Search
from .verdict import judge


class CoupledProblem(ValueError):
    """Visits that need two people at one moment are beyond this planner."""


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

    Parts of a school that do not touch are planned apart, `jobs` at a time (in threads: the heavy work lets
    other threads run). Each gets its share of the time; what is left goes to those further than `gap` from
    their bound. The same problem and seed give the same plan, as long as the time suffices.
    """
    began = time.monotonic()
    check_problem(problem)
    if problem.siblings or any(visit.is_coupled for visit in problem.visits):
        raise CoupledProblem("siblings, second visitors and interpreters cannot be planned")
    clock = Clock.of(seconds, should_stop)
    season = _Season(problem, seed, progress)
    season.search(clock, gap, jobs)
    return season.plan(time.monotonic() - began)


class _Season:
    """One solve: the parts, their searches, and what they add up to."""

    def __init__(self, problem: Problem, seed: int, progress: OnProgress | None) -> None:
        self.problem = problem
        self.seed = seed
        self.progress = progress
        self.offering = Offering(problem)
        self.parts = independent_parts(problem)
        self.searches: dict[int, Search] = {}
        self.step = cost_step(problem)

    def search(self, clock: Clock, gap: float, jobs: int) -> None:
        """Search every part, then once more those that are not good enough, while there is time."""
        numbers = range(len(self.parts))
        with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
            for _ in pool.map(lambda number: self._search_part(number, clock, jobs), numbers):
                self._report(clock)
            poor = [number for number in numbers if self.searches[number].gap > gap]
            for _ in pool.map(lambda number: self.searches[number].run(clock), poor):
                self._report(clock)

    def _search_part(self, number: int, clock: Clock, jobs: int) -> None:
        """The first go at a part: at most its share of what is left of the time."""
        search = self._prepared(self.parts[number])
        self.searches[number] = search
        waiting = max(1, len(self.parts) - len(self.searches) + 1)
        search.run(clock.part(clock.left() * min(1.0, jobs / waiting)))

    def _prepared(self, part: Component) -> Search:
        pool = list_routes(self.problem, self.offering.evenings(part.visitors))
        program = build_program(self.problem, placeable(part.visits, pool), pool)
        return Search(program, step=self.step, never=never(self.problem), seed=self.seed)

    def _report(self, clock: Clock) -> None:
        if self.progress is None:
            return
        done = [search for search in self.searches.values() if search.best is not None]
        cost, bound = self._total([search.best.cost for search in done if search.best]), self._bound()
        self.progress(Progress(len(done) / max(1, len(self.parts)), cost, bound, "searching"))

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
            if search.best is None or search.best.cost >= search.never:
                self._refuse_fixed()
                continue
            for column in search.best.routes:
                yield route_of(self.problem, search.program.pool, column)

    def _refuse_fixed(self) -> None:
        if self.problem.fixed:
            raise BadProblem("fixed", "these moments cannot all stand: no route holds them together")


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
