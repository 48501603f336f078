"""The way in: a problem becomes a plan with a proof of how good it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace

from planner.aggregation.evening_types import EveningTypes, are_repeated
from planner.base.deadline import Deadline
from planner.base.threads import StopSign, in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import Pool, TooManyRoutes, list_routes, refuse_too_many
from planner.columns.stop_options import ShiftOptions, StopOptions
from planner.evaluate.least_cost import least_alone
from planner.evaluate.reasons import Reasons
from planner.evaluate.verdict import judge
from planner.master.big_m import BigMProblem
from planner.master.program import build_program
from planner.model.checks import check_problem
from planner.model.index import ProblemIndex
from planner.model.plan import Plan, Route
from planner.model.problem import BadProblem, Problem
from planner.search.companion_search import CompanionSearch, needs_only_company
from planner.search.component_search import AggregatedSearch, ComponentSearch, ListedSearch, UnlistedSearch
from planner.search.components import Component, independent_components
from planner.search.placeable import placeable
from planner.search.separation import Separation


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
    parts: Mapping[str, float] | None = None


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
    plan or a bound means. Visits that must be apart are planned as if they need not be, and what overlaps is planned
    anew (see `separation`): reports until then are of plans in which visits may overlap.
    """
    began = time.monotonic()
    check_problem(problem)
    before = seconds * (1 - tuning.separation.share) if problem.apart else seconds
    run = _Solve(problem, before, seed=seed, jobs=jobs, progress=progress, should_stop=should_stop, tuning=tuning)
    run.search(gap)
    plan = run.plan(time.monotonic() - began)
    return run.separated(plan, began, seconds) if problem.apart else plan


class _Solve:
    """One solve: the components, their searches, and what they add up to.

    `whole`: the problem to plan. `problem`: the same without visits that must be apart, for searches that list routes.
    """

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
        self.whole = problem
        self.problem = problem = replace(problem, apart=())
        self.deadline = Deadline.after(seconds, StopSign(self._look_up))
        self.should_stop = should_stop
        self.seed = seed
        self.tuning = tuning
        self.jobs = jobs
        self.progress = progress
        self.stop_options = StopOptions(problem)
        self.components = independent_components(problem)
        self.types = EveningTypes(problem)
        self.searches: dict[int, ComponentSearch] = {}
        self._least = self._least_alone()
        self.step = cost_step(problem)
        self._searched = 0
        self._fraction = 0.0
        self._seconds = max(self.deadline.seconds_left(), 1e-9)
        self._stage = "planning"
        self._tell_from = 0.0
        self._parts: Mapping[str, float] | None = None
        self._parts_until = 0.0

    def search(self, gap: float) -> None:
        """Search every component: those of one visitor or a few first, then those that are tied together."""
        coupled = [n for n, component in enumerate(self.components) if is_coupled(self.problem, component.visits)]
        others = [n for n in range(len(self.components)) if n not in coupled]
        for work in (self._start_part, self._search_part):
            for _ in in_threads(work, others, self.jobs, self.deadline):
                self._report("planning")
        poor = [n for n in others if self.searches[n].gap > gap]
        poor = [] if self.deadline.has_passed() else poor
        for _ in in_threads(lambda number: self._run(number, self.deadline, gap), poor, self.jobs, self.deadline):
            self._report("planning")
        coupled.sort(key=lambda number: len(self.components[number].visits))
        for number in coupled:
            self.searches[number] = self._coupled_search(number)
            self._report("planning")
        visits = sum(len(self.components[number].visits) for number in coupled)
        for number in coupled:
            search, own = self.searches[number], len(self.components[number].visits)
            share = self.deadline.seconds_left() * own / max(1, visits)
            visits -= own
            takes_all = isinstance(search, ListedSearch)
            search.run(self.deadline if takes_all else self.deadline.within(share), gap, self._report)
        self._fraction = 1.0
        self._report("done")

    def _start_part(self, number: int) -> None:
        """A first plan of a component planned by types of evenings; the others are only made ready."""
        self.searches[number] = search = self._part_search(number)
        if isinstance(search, AggregatedSearch):
            search.start(self.deadline)

    def _search_part(self, number: int) -> None:
        """The search of a component: at most its share of what is left of the time."""
        self._searched += 1
        waiting = max(1, len(self.components) - self._searched + 1)
        self._run(number, self.deadline.within(self.deadline.seconds_left() * min(1.0, self.jobs / waiting)), 0.0)

    def _run(self, number: int, deadline: Deadline, gap: float) -> None:
        self.searches[number].run(deadline, gap, _tell_nobody)

    def _part_search(self, number: int) -> ComponentSearch:
        """The search for a component in which nobody is tied to another."""
        component = self.components[number]
        types = self.types.of(component.visitors)
        try:
            if len(component.visitors) > 1 or are_repeated(types, self.tuning.aggregation.repeated):
                pool = self._pool([kind.options for kind in types])
                return AggregatedSearch(
                    component, self.problem, types, pool, step=self.step, seed=self.seed, jobs=self.jobs,
                    tuning=self.tuning,
                )  # fmt: skip
            return self._listed(component, is_joint=False, jobs=1)
        except TooManyRoutes:
            return self._unlisted(component, jobs=1)

    def _coupled_search(self, number: int) -> ComponentSearch:
        """The search for a component that ties people together."""
        component = self.components[number]
        try:
            return self._listed(component, is_joint=True, jobs=self.jobs)
        except TooManyRoutes:
            if needs_only_company(self.problem, component.visits):
                return CompanionSearch(
                    component, self.problem, step=self.step, seed=self.seed, jobs=self.jobs, tuning=self.tuning
                )
            return self._unlisted(component, jobs=self.jobs)

    def _listed(self, component: Component, *, is_joint: bool, jobs: int) -> ListedSearch:
        pool = self._pool(self.stop_options.each_evening(component.visitors), jobs=jobs)
        light = BigMProblem.of(self.problem, pool, self.step, self.tuning.big_m)
        program = build_program(light.problem, placeable(component.visits, pool), pool)
        return ListedSearch(
            component, self.problem, light, program, step=self.step, seed=self.seed, jobs=jobs, is_joint=is_joint,
            tuning=self.tuning,
        )  # fmt: skip

    def _unlisted(self, component: Component, *, jobs: int) -> UnlistedSearch:
        return UnlistedSearch(component, self.whole, step=self.step, seed=self.seed, jobs=jobs, tuning=self.tuning)

    def _pool(self, evenings: Iterable[ShiftOptions], *, jobs: int = 1) -> Pool:
        """The routes of these evenings. Raises TooManyRoutes when all searches together hold too many."""
        listing = self.tuning.listing
        pool = list_routes(self.problem, evenings, jobs=jobs, deadline=self.deadline, listing=listing)
        refuse_too_many(len(pool) + sum(search.routes_held for search in self._begun()), listing.most_routes)
        return pool

    def _look_up(self) -> bool:
        """Asked all the time, in the caller's thread, whether to stop: a good moment to tell how far it is."""
        if self.searches and time.monotonic() >= self._tell_from:
            self._report(self._stage)
        return self.should_stop is not None and self.should_stop()

    def _report(self, message: str) -> None:
        """Tell how far it is; the fraction never falls."""
        if self.progress is None:
            return
        self._stage, self._tell_from = message, time.monotonic() + self.tuning.solving.progress_seconds
        begun = self._begun()
        done = sum(search.cost is not None for search in begun) / max(1, len(self.components))
        elapsed = 1 - self.deadline.seconds_left() / self._seconds
        takes_all = any(search.is_joint for search in begun)
        self._fraction = max(self._fraction, min(0.99, elapsed) if takes_all else min(done, 0.99))
        cost = self._cost()
        bound = min(cost, self._bound())
        self.progress(Progress(self._fraction, cost, bound, message, len(self._hopeless()), self._made_of()))

    def _made_of(self) -> Mapping[str, float] | None:
        """What the best plan so far is made of, at most a second old; at the end it is the plan's own."""
        if self._fraction == 1 or time.monotonic() >= self._parts_until:
            routes = [route for search in self._begun() for route in search.routes()]
            self._parts = judge(self.problem, routes).parts.as_dict() if routes else None
            self._parts_until = time.monotonic() + self.tuning.solving.parts_seconds
        return self._parts

    def _begun(self) -> list[ComponentSearch]:
        """The searches so far, at one moment: other threads begin new ones."""
        return list(dict(self.searches).values())

    def _cost(self) -> float:
        """The cost of a whole plan: what has no plan yet is left out."""
        planned = [(search, cost) for search in self._begun() if (cost := search.cost) is not None]
        left_out = len(self.problem.visits) - sum(len(search.component.visits) for search, _ in planned)
        return sum(cost for _, cost in planned) + self.problem.weights.unplaced * left_out

    def _bound(self) -> float:
        """Below every plan; a component that is not searched yet counts what each visit costs at least by itself."""
        return sum(self._bounds()) + self.problem.weights.unplaced * len(self._nobodys())

    def _bounds(self) -> list[float]:
        """Per component a cost below each of its plans."""
        begun = dict(self.searches)
        return [max(least, begun[n].bound if n in begun else 0.0) for n, least in enumerate(self._least)]

    def _least_alone(self) -> list[float]:
        """Per component a bound that holds before anything is searched."""
        index = ProblemIndex(self.problem)
        return [least_alone(index, component.visits, ()) for component in self.components]

    def _hopeless(self) -> set[int]:
        """The visits of what was searched that no route makes."""
        return {visit for search in self._begun() for visit in search.hopeless}

    def plan(self, seconds: float) -> Plan:
        """The plan as it stands, judged. Raises BadProblem when a fixed visit has no route."""
        self._refuse(self._hopeless() | self._nobodys())
        routes = tuple(sorted(self._routes(), key=lambda route: (route.on, route.visitor)))
        return _judged(self.problem, routes, self._bound(), seconds)

    def separated(self, plan: Plan, began: float, seconds: float) -> Plan:
        """The plan of the whole problem, in which visits must be apart, that comes of one without regard to that.

        `began`, `seconds`: when the solve began and how long it may take in all.
        """
        deadline = Deadline(began + seconds, StopSign(self.should_stop) if self.should_stop else None)
        rest = self.problem.weights.unplaced * len(self._nobodys())
        separation = Separation(
            self.whole, self.components, self._bounds(), rest, step=self.step, seed=self.seed, tuning=self.tuning
        )
        found = separation.run(plan.routes, deadline)
        routes = tuple(sorted(found.routes, key=lambda route: (route.on, route.visitor)))
        whole = _judged(self.whole, routes, found.bound, time.monotonic() - began)
        if self.progress is not None:
            self.progress(Progress(1.0, whole.cost, whole.bound, "done", len(self._hopeless()), whole.parts))
        return whole

    def _refuse(self, hopeless: Iterable[int]) -> None:
        """Raise BadProblem when one of these visits, which no route makes, is fixed: its company may have gone."""
        for name in sorted(self.problem.visits[visit].id for visit in hopeless):
            if name in self.problem.fixed:
                raise BadProblem(f"fixed.{name}", "no route makes this visit at this moment: it cannot stand")

    def _nobodys(self) -> set[int]:
        """The visits that are in no component: there is no visitor for them."""
        return set(range(len(self.problem.visits))) - {v for component in self.components for v in component.visits}

    def _routes(self) -> Iterable[Route]:
        for search in self.searches.values():
            yield from search.last_routes()


def _judged(problem: Problem, routes: tuple[Route, ...], bound: float, seconds: float) -> Plan:
    """The plan of these routes. Raises BrokenPlan when they break a rule."""
    verdict = judge(problem, routes)
    if verdict.broken:
        raise BrokenPlan(verdict.broken[0])
    made = {visit for route in routes for stop in route.stops for visit in stop.visits}
    reasons = Reasons(problem, routes)
    unplaced = tuple(reasons.why_not(number) for number, visit in enumerate(problem.visits) if visit.id not in made)
    return Plan(routes, unplaced, verdict.cost, min(verdict.cost, bound), seconds, verdict.parts.as_dict())


def _tell_nobody(_message: str) -> None:
    """Searches in other threads report nothing: the caller hears of them when they end."""


def is_coupled(problem: Problem, visits: Iterable[int]) -> bool:
    """Whether some of these visits need or may have two people at one moment, or two visitors may be at two of them
    that must be apart."""
    index, some = ProblemIndex(problem), {problem.visits[v].id: problem.visits[v] for v in visits}
    if any(visit.is_coupled or name in index.siblings for name, visit in some.items()):
        return True
    apart = ((some[name], some[other]) for name in some for other in index.apart.get(name, ()) if other in some)
    return any(len({*one.visitors, *other.visitors}) > 1 for one, other in apart)


def cost_step(problem: Problem) -> float:
    """What two costs differ by at least: whole weights and prices make all costs multiples of their divisor."""
    weights, prices = problem.weights, {window.cost for visit in problem.visits for window in visit.windows}
    if not weights.are_whole or not all(float(price).is_integer() for price in prices):
        return 0.0
    return float(math.gcd(*(int(getattr(weights, weight.name)) for weight in fields(weights)), *map(int, prices)))
