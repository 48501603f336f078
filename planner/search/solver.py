"""The way in: a problem becomes a plan with a proof of how good it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields

from planner.base.deadline import Deadline
from planner.base.threads import StopSign, in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import TooManyRoutes, list_routes, refuse_too_many, route_of
from planner.columns.stop_options import StopOptions
from planner.evaluate.reasons import Reasons
from planner.evaluate.verdict import judge
from planner.master.big_m import BigMProblem
from planner.master.bound import SLACK
from planner.master.program import Program, build_program
from planner.model.index import ProblemIndex
from planner.model.plan import Plan, Route
from planner.model.problem import BadProblem, Problem, check_problem
from planner.search.branch_and_bound import BranchAndBound
from planner.search.components import independent_components
from planner.search.fixed_only import fixed_routes
from planner.search.joint import JointSearch
from planner.search.local_search import LocalSearch
from planner.search.placeable import placeable
from planner.search.uncoupled_bound import UncoupledBound


class BrokenPlan(AssertionError):
    """The planner made a plan that breaks a rule: a fault of the planner, never to be shown."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve is: `fraction` of the work, the best plan so far and the bound on any plan.

    `hopeless` visits are known to have no route at all. `parts` is what the best plan so far is made of, in
    the names of `verdict.CostParts`; it is looked up once a second, and None until there is a plan.
    """

    fraction: float
    cost: float
    bound: float
    message: str
    hopeless: int = 0
    parts: Mapping[str, int] | None = None


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
    tuning: Tuning = DEFAULT,
) -> Plan:
    """The best plan that can be found within `seconds`, and a bound on the best there is.

    Components of a school are planned apart, `jobs` at a time (in threads). Each gets its share
    of the time; what is left goes to those further than `gap` from their bound. Visitors who are tied
    together are planned until they are within `gap`. A component with more routes than can be listed is planned by
    local search; its bound is that of the same visits with nothing that ties people together, which is not near. The
    same
    problem and seed give the same plan, as long as the time suffices, no visitors are tied together while several
    threads plan them, and all routes can be listed. `progress` and
    `should_stop` are called in the caller's own thread. `tuning` changes how soon good plans are found, never what a
    plan or a bound means.
    """
    began = time.monotonic()
    check_problem(problem)
    run = _Solve(problem, seconds, seed=seed, jobs=jobs, progress=progress, should_stop=should_stop, tuning=tuning)
    run.search(gap)
    return run.plan(time.monotonic() - began)


class _Solve:
    """One solve: the components, their searches, and what they add up to."""

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        *,
        seed: int,
        jobs: int,
        progress: OnProgress | None,
        should_stop: ShouldStop | None,
        tuning: Tuning,
    ) -> None:
        self.problem = problem
        self.deadline = Deadline.after(seconds, StopSign(self._look_up))
        self.should_stop = should_stop
        self.seed = seed
        self.tuning = tuning
        self.jobs = jobs
        self.progress = progress
        self.stop_options = StopOptions(problem)
        self.components = independent_components(problem)
        self.searches: dict[int, BranchAndBound | JointSearch] = {}
        # of components with more routes than can be listed
        self.local_searches: dict[int, LocalSearch] = {}
        self.uncoupled_bounds: dict[int, UncoupledBound] = {}
        self.big_m_problems: dict[int, BigMProblem] = {}
        self.step = cost_step(problem)
        self._fraction = 0.0
        self._seconds = max(self.deadline.seconds_left(), 1e-9)
        self._stage = "planning"
        self._tell_from = 0.0
        self._parts: Mapping[str, int] | None = None
        self._parts_until = 0.0

    def search(self, gap: float) -> None:
        """Search every component: those of one visitor or a few first, then those that are tied together."""
        coupled = [n for n, component in enumerate(self.components) if is_coupled(self.problem, component.visits)]
        others = [n for n in range(len(self.components)) if n not in coupled]
        for _ in in_threads(self._search_part, others, self.jobs, self.deadline):
            self._report("planning")
        poor = [n for n in others if n in self.searches and self.searches[n].gap > gap]
        poor = [] if self.deadline.has_passed() else poor
        for _ in in_threads(self._search_on, poor, self.jobs, self.deadline):
            self._report("planning")
        for place, number in enumerate(coupled):
            self._search_coupled(number, gap, self.deadline.seconds_left() / (len(coupled) - place))
        self._fraction = 1.0
        self._report("done")

    def _search_part(self, number: int) -> None:
        """The first search of a component: at most its share of what is left of the time."""
        waiting = max(1, len(self.components) - len(self.searches) - len(self.local_searches))
        share = self.deadline.seconds_left() * min(1.0, self.jobs / waiting)
        try:
            search = BranchAndBound(self._program(number), step=self.step, seed=self.seed, tuning=self.tuning)
        except TooManyRoutes:
            self._search_locally(number, share, jobs=1)
            return
        self.searches[number] = search
        search.run(self.deadline.within(share))

    def _search_on(self, number: int) -> None:
        search = self.searches[number]
        if isinstance(search, BranchAndBound):
            search.run(self.deadline)

    def _search_coupled(self, number: int, gap: float, share: float) -> None:
        """Search a component that ties people together. `share`: seconds for one whose routes cannot be listed."""
        try:
            search = self._joint(number)
        except TooManyRoutes:
            self._search_locally(number, share, jobs=self.jobs)
            return
        self.searches[number] = search
        search.run(self.deadline, gap, self._report)

    def _search_locally(self, number: int, seconds: float, *, jobs: int) -> None:
        """Plan a component without a list of its routes, for so many seconds; a part of them is for its bound."""
        visits, deadline = self.components[number].visits, self.deadline.within(seconds)
        search = LocalSearch(self.problem, visits, seed=self.seed, tuning=self.tuning)
        self.local_searches[number] = search
        bound = UncoupledBound(self.problem, visits, step=self.step, seed=self.seed, tuning=self.tuning)
        self.uncoupled_bounds[number] = bound
        bound_seconds = deadline.seconds_left() * self.tuning.local_search.bound_share
        bound.run(deadline.within(bound_seconds), jobs)
        search.run(deadline)

    def _joint(self, number: int) -> JointSearch:
        program = self._program(number, jobs=self.jobs)
        problem = self.big_m_problems[number].problem
        return JointSearch(problem, program, step=self.step, seed=self.seed, jobs=self.jobs, tuning=self.tuning)

    def _program(self, number: int, *, jobs: int = 1) -> Program:
        component = self.components[number]
        evenings, listing = self.stop_options.evenings(component.visitors), self.tuning.listing
        pool = list_routes(self.problem, evenings, jobs=jobs, deadline=self.deadline, listing=listing)
        others = sum(len(search.program.pool) for search in self._begun().values())
        refuse_too_many(len(pool) + others, listing.most_routes)
        self.big_m_problems[number] = BigMProblem.of(self.problem, pool, self.step, self.tuning.big_m)
        return build_program(self.big_m_problems[number].problem, placeable(component.visits, pool), pool)

    def _look_up(self) -> bool:
        """Asked all the time, in the caller's thread, whether to stop: a good moment to tell how far it is."""
        if (self.searches or self.local_searches) and time.monotonic() >= self._tell_from:
            self._report(self._stage)
        return self.should_stop is not None and self.should_stop()

    def _report(self, message: str) -> None:
        """Tell how far it is; the fraction never falls."""
        if self.progress is None:
            return
        self._stage, self._tell_from = message, time.monotonic() + self.tuning.solving.progress_seconds
        done = {number: search for number, search in self._begun().items() if search.best is not None}
        parts = (len(done) + len(self.local_searches)) / max(1, len(self.components))
        elapsed = 1 - self.deadline.seconds_left() / self._seconds
        joint = bool(self.local_searches) or any(isinstance(search, JointSearch) for search in done.values())
        self._fraction = max(self._fraction, min(0.99, elapsed) if joint else min(parts, 0.99))
        cost = self._total(done)
        bound = min(cost, self._whole_bound())
        self.progress(Progress(self._fraction, cost, bound, message, len(self._hopeless()), self._made_of()))

    def _made_of(self) -> Mapping[str, int] | None:
        """What the best plan so far is made of, at most a second old; at the end it is the plan's own."""
        if self._fraction == 1 or time.monotonic() >= self._parts_until:
            routes = [
                route_of(self.problem, search.program.pool, column)
                for search in self._begun().values()
                if search.best is not None and search.best.cost < search.program.big_m
                for column in search.best.routes
            ]
            routes += [route for search in list(self.local_searches.values()) for route in search.routes()]
            self._parts = judge(self.problem, routes).parts.as_dict() if routes else None
            self._parts_until = time.monotonic() + self.tuning.solving.parts_seconds
        return self._parts

    def _begun(self) -> dict[int, BranchAndBound | JointSearch]:
        """The searches so far, at one moment: other threads begin new ones."""
        return dict(self.searches)

    def _total(self, done: Mapping[int, BranchAndBound | JointSearch]) -> float:
        """The cost of a whole plan: what has no plan yet is left out."""
        local = dict(self.local_searches)
        known = {visit for search in done.values() for visit in search.program.visits}
        known |= {visit for number in local for visit in self.components[number].visits}
        costs = [self.big_m_problems[number].cost(search.best.cost) for number, search in done.items() if search.best]
        costs += [search.cost for search in local.values()]
        return sum(costs) + self.problem.weights.unplaced * (len(self.problem.visits) - len(known))

    def _bound(self) -> float:
        """Below every plan: a component that is not searched yet may cost nothing."""
        begun = self._begun().items()
        bounds = [self.big_m_problems[number].bound(max(0.0, search.bound)) for number, search in begun]
        return sum(bounds) + self._local_bound() + self.problem.weights.unplaced * len(self._hopeless())

    def _local_bound(self) -> float:
        """Below every plan of the components whose routes cannot be listed."""
        return sum(bound.bound for bound in list(self.uncoupled_bounds.values()))

    def _hopeless(self) -> set[int]:
        """The visits of what was searched that no route makes."""
        begun = self._begun()
        touched = {v for number in begun for v in self.components[number].visits}
        return touched - {v for search in begun.values() for v in search.program.visits}

    def plan(self, seconds: float) -> Plan:
        """The plan as it stands, judged. Raises BadProblem when a fixed visit has no route."""
        self._refuse(self._hopeless() | self._nobodys())
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

    def _refuse(self, hopeless: Iterable[int]) -> None:
        """Raise BadProblem when one of these visits, which no route makes, is fixed: its company may have gone."""
        for name in sorted(self.problem.visits[visit].id for visit in hopeless):
            if name in self.problem.fixed:
                raise BadProblem(f"fixed.{name}", "no route makes this visit at this moment: it cannot stand")

    def _nobodys(self) -> set[int]:
        """The visits that are in no component: there is no visitor for them."""
        return set(range(len(self.problem.visits))) - {v for component in self.components for v in component.visits}

    def _whole_bound(self) -> float:
        return self._bound() + self.problem.weights.unplaced * len(self._nobodys())

    def _routes(self) -> Iterable[Route]:
        for local in self.local_searches.values():
            if not local.keeps_fixed:
                raise BadProblem("fixed", "no plan was found that keeps all these moments")
            yield from local.routes()
        for search in self.searches.values():
            for column in self._columns(search):
                yield route_of(self.problem, search.program.pool, int(column))

    def _columns(self, search: BranchAndBound | JointSearch) -> Iterable[int]:
        """The best plan of a component; when there was no time for one, what is fixed."""
        program = search.program
        if search.best is not None and search.best.cost < program.big_m:
            return search.best.routes
        if not self.problem.fixed:
            return ()
        if search.bound >= program.big_m - SLACK:
            raise BadProblem("fixed", "these moments cannot all stand: no route holds them together")
        columns = fixed_routes(self.problem, program, step=self.step, seed=self.seed, tuning=self.tuning)
        if columns is None:
            raise BadProblem("seconds", "too few to find a plan around the fixed moments")
        return columns


def is_coupled(problem: Problem, visits: Iterable[int]) -> bool:
    """Whether some of these visits need or may have two people at one moment."""
    siblings = ProblemIndex(problem).siblings
    return any(problem.visits[v].is_coupled or problem.visits[v].id in siblings for v in visits)


def cost_step(problem: Problem) -> float:
    """What two different costs differ by at least: whole weights make all costs multiples of their divisor."""
    weights = problem.weights
    if not weights.are_whole:
        return 0.0
    return float(math.gcd(*(int(getattr(weights, weight.name)) for weight in fields(weights))))
