"""Repair a plan after a change: appointments that still hold are kept, and move only where that gains enough.

The bound of a repair holds for every plan, also for one that moves everybody. In a part of the school that was searched
as a whole it is the search's own. For any other it is what its visits cost each by themselves: the least
week, and half of the shortest road to it and half of the shortest from it (every leg has two ends); a visit
that no route can hold costs its weight. That bound is not near: a small gap is for `solve` to show.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from planner.base.deadline import Deadline
from planner.base.threads import StopSign, in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import TooManyRoutes, list_routes
from planner.columns.stop_options import StopOptions
from planner.evaluate.least_cost import least_alone
from planner.evaluate.reasons import Reasons
from planner.evaluate.verdict import Verdict, judge
from planner.model.checks import check_problem
from planner.model.index import ProblemIndex
from planner.model.modification import restrict
from planner.model.plan import VISITOR, Plan, Route
from planner.model.problem import Appointment, Problem
from planner.repair.affected import (
    Affected,
    SubProblem,
    affected_groups,
    extract_sub_problem,
    possible_people,
    widened,
)
from planner.repair.kept_appointments import KeptAppointments, keep_appointments
from planner.repair.sub_problem_search import CostedRoutes, search_sub_problem, visits_made
from planner.search.components import Component, independent_components
from planner.search.placeable import placeable
from planner.search.solver import BrokenPlan, OnProgress, Progress, ShouldStop, is_coupled, solve


def repair_plan(
    problem: Problem,
    *,
    seconds: float = 10,
    seed: int = 0,
    jobs: int = 1,
    progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    company: Mapping[str, str] | None = None,
    is_cost_only: bool = False,
    tuning: Tuning = DEFAULT,
) -> Plan:
    """A plan in which the moments of `problem.current` stay where they are, unless moving pays.

    `fixed` moments never move. A visit of `current` whose moment cannot stand any more (its shift or window is
    gone, the road became too long) and a visit without a moment are planned anew. Searched are only the
    visitors who could make those: each visit of theirs that needs nobody else may move at `cost.moved`; one
    that ties two people to a moment stays, unless somebody would be left without a moment. All other routes stay
    as they are and are not searched. Nobody is moved for a gain that could have been had before the change,
    nor for less than once more what moving costs, unless somebody has no moment otherwise. `is_cost_only`: take the
    cheapest plan of what is searched, without these two conditions.
    `company`: visit -> who comes along now, and does still; where it is not known, somebody is found. Should fixed
    moments exclude kept ones in a way that no group's search resolves, the whole is planned anew by `solve`.

    `seconds`: at most, wall clock; what was found until then is left. `jobs`: threads. The same problem and seed give
    the same plan, as long as the time suffices. `progress` and `should_stop` are called in the caller's own thread.
    Raises BadProblem when the problem contradicts itself or its fixed moments cannot all be kept.
    """
    began = time.monotonic()
    check_problem(problem)
    deadline = Deadline.after(seconds, StopSign(should_stop) if should_stop else None)
    kept = keep_appointments(problem, company or {}, tuning.repairing)
    run = RepairRun(problem, kept, deadline, seed=seed, jobs=jobs, is_cost_only=is_cost_only, tuning=tuning)
    run.run(progress)
    if run.lacks_fixed:
        return solve(
            problem,
            seconds=deadline.seconds_left(),
            seed=seed,
            jobs=jobs,
            progress=progress,
            should_stop=should_stop,
            tuning=tuning,
        )
    return run.plan(time.monotonic() - began)


@dataclass(frozen=True)
class GroupResult:
    """The routes that were found for the affected visitors, and a bound on the cost of their plan."""

    affected: Affected
    routes: tuple[Route, ...]
    bound: float


class RepairRun:
    """One repair: the appointments that are kept, and the groups of affected visitors that are searched.

    `only`: of the visits without a moment just these are planned.
    """

    def __init__(
        self,
        problem: Problem,
        kept: KeptAppointments,
        deadline: Deadline,
        *,
        seed: int = 0,
        only: Iterable[str] | None = None,
        jobs: int = 1,
        is_cost_only: bool = False,
        tuning: Tuning = DEFAULT,
    ) -> None:
        self.problem = problem
        self.kept = kept
        self.deadline = deadline
        self.seed = seed
        self.jobs = jobs
        self.is_cost_only = is_cost_only
        self.tuning = tuning
        self.parts = independent_components(problem)
        self.index = ProblemIndex(problem)
        wanted = None if only is None else set(only)
        without = [v.id for v in problem.visits if v.id not in kept.made and (wanted is None or v.id in wanted)]
        self.skipped = set() if wanted is None else self.index.visits.keys() - kept.made - wanted
        self.hopeless = {name for name in without if not self._has_a_route(name)}
        self.needing = [name for name in without if name not in self.hopeless]
        self.bounds: dict[int, float] = {}
        self._waiting = 0  # groups that are not searched yet

    def _has_a_route(self, name: str) -> bool:
        """Whether the visit alone (or with its siblings) fits in some shift."""
        people = possible_people(self.index, name)
        names = sorted(self.index.families.get(name, {name}), key=self.index.visit_number.__getitem__)
        small = restrict(
            self.problem,
            visitors=(person for person in self.problem.visitors if person.id in people),
            visits=(self.index.visits[one] for one in names),
        )
        evenings = StopOptions(small).evenings(range(len(small.visitors)))
        try:
            pool = list_routes(small, evenings, listing=self.tuning.listing)
        except TooManyRoutes:
            return True
        return bool(placeable([names.index(name)], pool))

    def run(self, progress: OnProgress | None = None) -> None:
        """Search one group after another: first the coupled ones, which have the least choice."""
        groups = self._groups()
        coupled = [affected for affected in groups if self._is_coupled(affected)]
        others = [affected for affected in groups if not self._is_coupled(affected)]
        self._waiting = len(groups)
        for affected in coupled:
            self._accept(self._search(affected))
            self._report(progress, 0.5, "repairing")
        for done, found in enumerate(in_threads(self._search, others, self.jobs, self.deadline)):
            self._accept(found)
            self._report(progress, 0.5 + 0.5 * (done + 1) / (len(others) + 1), "repairing")
        self._widen()
        self._report(progress, 1.0, "done")

    def _is_coupled(self, affected: Affected) -> bool:
        """Whether it is searched by itself: others in another thread might want the same moments."""
        is_apart = not self.index.apart.keys().isdisjoint(affected.free)
        return is_apart or is_coupled(self.problem, (self.index.visit_number[name] for name in affected.free))

    def _groups(self) -> list[Affected]:
        """What has to be searched together; a small part of the school as a whole."""
        part_of = {self.problem.visitors[v].id: number for number, part in enumerate(self.parts) for v in part.visitors}
        groups: dict[object, Affected] = {}
        for affected in affected_groups(self.index, self.needing):
            number = part_of[min(affected.visitors)]
            if self._is_small(self.parts[number]):
                groups[number] = self._whole(self.parts[number])
            else:
                groups[affected] = affected
        return list(groups.values())

    def _is_small(self, part: Component) -> bool:
        if is_coupled(self.problem, part.visits):
            return len(part.visits) <= self.tuning.repairing.whole_visits
        return len(part.visitors) <= self.tuning.repairing.whole_visitors

    def _is_beside_others(self, part: Component) -> bool:
        """Whether visits of it must be apart from some elsewhere: it was searched beside the moments of these."""
        names = {self.problem.visits[v].id for v in part.visits}
        return any(not names.issuperset(self.index.apart.get(name, ())) for name in names)

    def _whole(self, part: Component) -> Affected:
        return Affected(
            frozenset(self.problem.visitors[v].id for v in part.visitors),
            frozenset(self.problem.visits[v].id for v in part.visits) - self.skipped,
        )

    def _search(self, affected: Affected, seconds: float = np.inf) -> GroupResult | None:
        """Search one group, for so many seconds and at most its share of the time left; None when nothing was found."""
        if self.deadline.has_passed():
            return None
        self._waiting = max(1, self._waiting - 1)
        deadline = self.deadline.within(min(seconds, self.deadline.seconds_left() * self.jobs / (self._waiting + 1)))
        part = extract_sub_problem(self.index, self.kept, affected)
        found = search_sub_problem(part.problem, deadline, seed=self.seed, unmoved=self.unmoved(), tuning=self.tuning)
        if found.best is None:
            return None
        chosen = self._chosen(part, found.best, found.unmoved, deadline)
        return GroupResult(affected, tuple(part.routes(chosen.routes)), found.bound)

    def _accept(self, found: GroupResult | None) -> None:
        """Take over the routes that were found, if they keep the rules and cost no more."""
        if found is None:
            return
        for number, own in enumerate(self.parts):
            if self._is_small(own) and self._whole(own) == found.affected and not self._is_beside_others(own):
                self.bounds[number] = found.bound
        routes = [route for route in self.kept.routes if route.visitor not in found.affected.visitors]
        routes += found.routes
        verdict = judge(self.problem, routes)
        if keeps_rules(verdict) and verdict.cost <= self.kept.verdict.cost:
            self.kept = KeptAppointments(tuple(routes), visits_made(routes), verdict, self.kept.company)

    def _chosen(
        self, part: SubProblem, best: CostedRoutes, unmoved: CostedRoutes | None, deadline: Deadline
    ) -> CostedRoutes:
        """The best plan, unless those who move in it could as well stay.

        Moving somebody has to gain once more what it costs, above what could have been gained before the change.
        """
        if self.is_cost_only or unmoved is None or unmoved.cost <= best.cost:
            return best
        gain = unmoved.cost - best.cost
        if gain < self.problem.weights.moved * (self._moved(best) - self._moved(unmoved)):
            return unmoved
        if gain >= self.problem.weights.unplaced:
            return best
        return unmoved if gain <= self._gain_before(part, deadline) else best

    def _moved(self, plan: CostedRoutes) -> int:
        """How many visits with a kept moment get another one."""
        current = self.problem.current
        return sum(
            name in self.kept.made
            and name in current
            and (route.visitor, route.on, stop.start) != (current[name].visitor, current[name].on, current[name].start)
            for route in plan.routes
            for stop in route.stops
            if stop.role == VISITOR
            for name in stop.visits
        )

    def unmoved(self) -> set[str]:
        """The visits at the moment of `problem.current`: not those that this repair has moved already."""
        current = self.problem.current
        return {
            name
            for route, stop in self.kept.stops
            for name in stop.visits
            if stop.role == VISITOR and current.get(name) == Appointment(route.visitor, route.on, stop.start)
        }

    def _gain_before(self, part: SubProblem, deadline: Deadline) -> float:
        """What moving could have gained in this part with only the visits that have a moment."""
        kept = [visit for visit in part.problem.visits if visit.id in self.kept.made or visit.id in part.stops]
        problem = restrict(part.problem, visitors=part.problem.visitors, visits=kept)
        before = search_sub_problem(problem, deadline, seed=self.seed, unmoved=self.unmoved(), tuning=self.tuning)
        if before.best is None or before.unmoved is None:
            return 0.0
        return before.unmoved.cost - before.best.cost

    def _widen(self) -> None:
        """For visits that are still without a moment: let the coupled visits of their visitors move as well."""
        for name in self.needing:
            if name in self.kept.made or self.deadline.has_passed():
                continue
            affected = widened(self.index, self.kept, name)
            if affected is not None:
                self._accept(self._search(affected, self.tuning.repairing.wider_seconds))

    def _report(self, progress: OnProgress | None, fraction: float, message: str) -> None:
        if progress is not None:
            cost = self.kept.verdict.cost
            progress(Progress(fraction, cost, min(cost, self._bound()), message))

    def _bound(self) -> float:
        """Below every plan: the bounds of the parts searched as a whole, and of every other visit its least."""
        in_parts = {v for number in self.bounds for v in self.parts[number].visits}
        others = [number for number in range(len(self.problem.visits)) if number not in in_parts]
        return sum(self.bounds.values()) + least_alone(self.index, others, self.hopeless)

    @property
    def lacks_fixed(self) -> bool:
        """Whether a fixed visit found no place beside the kept ones: then everything has to be planned anew."""
        return any(broken.code == "fixed_moved" for broken in self.kept.verdict.broken)

    def plan(self, seconds: float) -> Plan:
        """The plan so far; `seconds` is what it says it took. Raises BrokenPlan when a rule is broken."""
        if self.kept.verdict.broken:
            raise BrokenPlan(self.kept.verdict.broken[0])
        routes = tuple(sorted(self.kept.routes, key=lambda route: (route.on, route.visitor)))
        made = self.kept.made
        without = [number for number, visit in enumerate(self.problem.visits) if visit.id not in made]
        reasons = Reasons(self.problem, routes) if without else None
        unplaced = tuple(reasons.why_not(number) for number in without) if reasons else ()
        cost = self.kept.verdict.cost
        return Plan(routes, unplaced, cost, min(cost, self._bound()), seconds, self.kept.verdict.parts.as_dict())


def keeps_rules(verdict: Verdict) -> bool:
    """Whether no rule is broken, except that a fixed visit may still be without its moment."""
    return all(broken.code == "fixed_moved" for broken in verdict.broken)
