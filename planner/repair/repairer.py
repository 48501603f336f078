"""Mend a plan after a change: what stands is kept, what has no moment is planned, the rest moves only if it pays."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.base.deadline import Deadline
from planner.base.threads import StopSign, in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import Floats, list_routes
from planner.columns.stop_options import StopOptions
from planner.evaluate.reasons import Reasons
from planner.evaluate.verdict import Verdict, judge
from planner.model.plan import VISITOR, Plan, Route
from planner.model.problem import Appointment, Matrix, Problem, check_problem
from planner.repair.affected import Part, Touched, family_of, part_of, people_of, touched_groups, widened
from planner.repair.kept_appointments import Standing, standing_of
from planner.repair.part_repair import Outcome, made_in, search_part
from planner.search.components import Component, independent_components
from planner.search.solver import BrokenPlan, OnProgress, Progress, ShouldStop, is_coupled, placeable, solve


def repair_plan(
    problem: Problem,
    *,
    seconds: float = 10,
    seed: int = 0,
    jobs: int = 1,
    progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    company: Mapping[str, str] | None = None,
    is_tidy: bool = False,
    tuning: Tuning = DEFAULT,
) -> Plan:
    """A plan in which the moments of `problem.current` stay where they are, unless moving pays.

    `fixed` moments never move. A visit of `current` whose moment cannot stand any more (its shift or window is
    gone, the road became too long) and a visit without a moment are planned anew. Searched are only the
    visitors who could make those: each visit of theirs that needs nobody else may move at `cost.moved`; one
    that ties two people to a moment stays, unless somebody would be left without a moment. All other routes stay
    as they are and are not searched. Nobody is moved for a gain that could have been had before the change,
    nor for less than once more what moving costs, unless somebody has no moment otherwise. `is_tidy`: the best
    plan of what is searched, by the weights alone.
    `company`: visit -> who comes along now, and does still; where it is not known, somebody is found. Should fixed
    moments exclude what stands in a way that this cannot mend, the whole is planned anew by `solve`.

    The bound holds for every plan, also for one that moves everybody. In a part of the school that was searched
    as a whole it is the search's own. For any other it is what its visits cost each by themselves: the least
    week, and half of the shortest road to it and half of the shortest from it (every leg has two ends); a visit
    that no route can hold costs its weight. That bound is not near: a small gap is for `solve` to show.

    Time that runs out leaves what was found until then. The same problem and seed give the same plan, as long
    as the time suffices. `progress` and `should_stop` are called in the caller's own thread.
    """
    began = time.monotonic()
    check_problem(problem)
    deadline = Deadline.after(seconds, StopSign(should_stop) if should_stop else None)
    standing = standing_of(problem, company or {}, tuning.repairing)
    mending = Mending(problem, standing, deadline, seed=seed, jobs=jobs, is_tidy=is_tidy, tuning=tuning)
    mending.run(progress)
    if mending.lacks_fixed:
        return solve(
            problem,
            seconds=deadline.seconds_left(),
            seed=seed,
            jobs=jobs,
            progress=progress,
            should_stop=should_stop,
            tuning=tuning,
        )
    return mending.plan(time.monotonic() - began)


@dataclass(frozen=True)
class Searched:
    """The routes that a group's search found for its visitors, and its bound."""

    touched: Touched
    routes: tuple[Route, ...]
    bound: float


class Mending:
    """One repair: what stands, the groups that are searched, and what they add up to.

    `only`: of the visits without a moment just these are planned.
    """

    def __init__(
        self,
        problem: Problem,
        standing: Standing,
        deadline: Deadline,
        *,
        seed: int = 0,
        only: Iterable[str] | None = None,
        jobs: int = 1,
        is_tidy: bool = False,
        tuning: Tuning = DEFAULT,
    ) -> None:
        self.problem = problem
        self.standing = standing
        self.deadline = deadline
        self.seed = seed
        self.jobs = jobs
        self.is_tidy = is_tidy
        self.tuning = tuning
        self.parts = independent_components(problem)
        self.visits = {visit.id: visit for visit in problem.visits}
        self.number = {visit.id: number for number, visit in enumerate(problem.visits)}
        wanted = None if only is None else set(only)
        without = [v.id for v in problem.visits if v.id not in standing.made and (wanted is None or v.id in wanted)]
        self.skipped = set() if wanted is None else {v.id for v in problem.visits} - standing.made - wanted
        self.hopeless = {name for name in without if not self._has_a_route(name)}
        self.needing = [name for name in without if name not in self.hopeless]
        self.bounds: dict[int, float] = {}
        self._waiting = 0  # groups that are not searched yet

    def _has_a_route(self, name: str) -> bool:
        """Whether the visit alone (or with its siblings) fits in some evening."""
        family = family_of(self.problem)
        names = family.get(name, {name})
        people = people_of(family, self.visits, name)
        small = replace(
            self.problem,
            visitors=tuple(person for person in self.problem.visitors if person.id in people),
            visits=tuple(self.visits[one] for one in sorted(names, key=lambda one: self.number[one])),
            siblings=tuple(pair for pair in self.problem.siblings if names.issuperset(pair)),
        )
        at = next(number for number, visit in enumerate(small.visits) if visit.id == name)
        evenings = StopOptions(small).evenings(range(len(small.visitors)))
        pool = list_routes(small, evenings, listing=self.tuning.listing)
        return bool(placeable([at], pool))

    def run(self, progress: OnProgress | None = None) -> None:
        """Search one group after another: first those that tie people together, they have the least choice."""
        groups = self._groups()
        tied = [touched for touched in groups if self._is_tied(touched)]
        others = [touched for touched in groups if not self._is_tied(touched)]
        self._waiting = len(groups)
        for touched in tied:
            self._accept(self._searched(touched))
            self._report(progress, 0.5, "repairing")
        for done, found in enumerate(in_threads(self._searched, others, self.jobs, self.deadline)):
            self._accept(found)
            self._report(progress, 0.5 + 0.5 * (done + 1) / (len(others) + 1), "repairing")
        self._widen()
        self._report(progress, 1.0, "done")

    def _is_tied(self, touched: Touched) -> bool:
        return is_coupled(self.problem, (self.number[name] for name in touched.free))

    def _groups(self) -> list[Touched]:
        """What has to be searched together; a small part of the school as a whole."""
        people = {self.problem.visitors[v].id: number for number, part in enumerate(self.parts) for v in part.visitors}
        groups: dict[object, Touched] = {}
        for touched in touched_groups(self.problem, self.needing):
            number = people[min(touched.visitors)]
            if self._is_small(self.parts[number]):
                groups[number] = self._whole(self.parts[number])
            else:
                groups[touched] = touched
        return list(groups.values())

    def _is_small(self, part: Component) -> bool:
        if is_coupled(self.problem, part.visits):
            return len(part.visits) <= self.tuning.repairing.whole_visits
        return len(part.visitors) <= self.tuning.repairing.whole_visitors

    def _whole(self, part: Component) -> Touched:
        return Touched(
            frozenset(self.problem.visitors[v].id for v in part.visitors),
            frozenset(self.problem.visits[v].id for v in part.visits) - self.skipped,
        )

    def _searched(self, touched: Touched, seconds: float = np.inf) -> Searched | None:
        """What a group's search found: the routes of its visitors."""
        if self.deadline.has_passed():
            return None
        self._waiting = max(1, self._waiting - 1)
        deadline = self.deadline.within(min(seconds, self.deadline.seconds_left() * self.jobs / (self._waiting + 1)))
        part = part_of(self.problem, self.standing, touched)
        found = search_part(part.problem, deadline, seed=self.seed, keeping=self.staying(), tuning=self.tuning)
        if found.best is None:
            return None
        chosen = self._chosen(part, found.best, found.still, deadline)
        return Searched(touched, tuple(part.routes(chosen.routes)), found.bound)

    def _accept(self, found: Searched | None) -> None:
        """Keep what was found if it is no worse."""
        if found is None:
            return
        for number, own in enumerate(self.parts):
            if self._is_small(own) and self._whole(own) == found.touched:
                self.bounds[number] = found.bound
        routes = [route for route in self.standing.routes if route.visitor not in found.touched.visitors]
        routes += found.routes
        verdict = judge(self.problem, routes)
        if is_legal(verdict) and verdict.cost <= self.standing.verdict.cost:
            self.standing = Standing(tuple(routes), made_in(routes), verdict, self.standing.company)

    def _chosen(self, part: Part, best: Outcome, still: Outcome | None, deadline: Deadline) -> Outcome:
        """The best plan, unless those who move in it could as well stay.

        Moving somebody has to gain once more what it costs, above what could have been gained before the change.
        """
        if self.is_tidy or still is None or still.cost <= best.cost:
            return best
        gain = still.cost - best.cost
        if gain < self.problem.weights.moved * (self._moved(best) - self._moved(still)):
            return still
        if gain >= self.problem.weights.unplaced:
            return best
        return still if gain <= self._gain_before(part, deadline) else best

    def _moved(self, plan: Outcome) -> int:
        """How many visits whose moment stands get another one."""
        current = self.problem.current
        return sum(
            name in self.standing.made
            and name in current
            and (route.visitor, route.on, stop.start) != (current[name].visitor, current[name].on, current[name].start)
            for route in plan.routes
            for stop in route.stops
            if stop.role == VISITOR
            for name in stop.visits
        )

    def staying(self) -> set[str]:
        """The visits that stand at the very moment that they had; not those that this repair has moved already."""
        current = self.problem.current
        return {
            name
            for route, stop in self.standing.stops
            for name in stop.visits
            if stop.role == VISITOR and current.get(name) == Appointment(route.visitor, route.on, stop.start)
        }

    def _gain_before(self, part: Part, deadline: Deadline) -> float:
        """What moving could have gained in this part with only the visits that have a moment."""
        kept = [visit for visit in part.problem.visits if visit.id in self.standing.made or visit.id in part.stops]
        names = {visit.id for visit in kept}
        pairs = tuple(pair for pair in part.problem.siblings if names.issuperset(pair))
        current = {name: at for name, at in part.problem.current.items() if name in names}
        problem = replace(part.problem, visits=tuple(kept), siblings=pairs, current=current)
        before = search_part(problem, deadline, seed=self.seed, keeping=self.staying(), tuning=self.tuning)
        if before.best is None or before.still is None:
            return 0.0
        return before.still.cost - before.best.cost

    def _widen(self) -> None:
        """For families that are still without: let the visits that tie their visitors to others move as well."""
        for name in self.needing:
            if name in self.standing.made or self.deadline.has_passed():
                continue
            touched = widened(self.problem, self.standing, name)
            if touched is not None:
                self._accept(self._searched(touched, self.tuning.repairing.wider_seconds))

    def _report(self, progress: OnProgress | None, fraction: float, message: str) -> None:
        if progress is not None:
            cost = self.standing.verdict.cost
            progress(Progress(fraction, cost, min(cost, self._bound()), message))

    def _bound(self) -> float:
        """Below every plan: the bounds of the parts searched as a whole, and of every other visit its least."""
        in_parts = {v for number in self.bounds for v in self.parts[number].visits}
        others = [number for number in range(len(self.problem.visits)) if number not in in_parts]
        return sum(self.bounds.values()) + least_alone(self.problem, others, self.hopeless)

    @property
    def lacks_fixed(self) -> bool:
        """Whether a fixed visit found no place beside what stands: then only planning all anew can tell."""
        return any(broken.code == "fixed_moved" for broken in self.standing.verdict.broken)

    def plan(self, seconds: float) -> Plan:
        """The plan as it stands, judged."""
        if self.standing.verdict.broken:
            raise BrokenPlan(self.standing.verdict.broken[0])
        routes = tuple(sorted(self.standing.routes, key=lambda route: (route.on, route.visitor)))
        made = self.standing.made
        without = [number for number, visit in enumerate(self.problem.visits) if visit.id not in made]
        reasons = Reasons(self.problem, routes) if without else None
        unplaced = tuple(reasons.why_not(number) for number in without) if reasons else ()
        cost = self.standing.verdict.cost
        return Plan(routes, unplaced, cost, min(cost, self._bound()), seconds, self.standing.verdict.parts.as_dict())


def is_legal(verdict: Verdict) -> bool:
    """Whether no rule is broken; a fixed visit that has no moment yet is seen to at the end."""
    return all(broken.code == "fixed_moved" for broken in verdict.broken)


def least_alone(problem: Problem, visits: Iterable[int], hopeless: Iterable[str]) -> float:
    """What these visits (positions) cost at least together in any plan, however they are combined."""
    weights, never = problem.weights, set(hopeless)
    roads = _half_roads(problem)
    place = {name: number for number, name in enumerate(problem.places)}
    tied = {name for pair in problem.siblings for name in pair}
    total = 0.0
    for number in visits:
        visit = problem.visits[number]
        if visit.id in never:
            total += weights.unplaced
            continue
        week = weights.week * min((problem.weeks[window.on] for window in visit.windows), default=0)
        road = 0.0 if visit.id in tied else weights.travel_minute * float(roads[place[visit.place]])
        total += min(weights.unplaced, week + road)
    return total


def _half_roads(problem: Problem) -> Floats:
    """Per place half of its shortest way in and half of its shortest way out, by any mode.

    From a place to itself counts only where one route could halt there twice, or begin and halt.
    """
    used = Counter([visit.place for visit in problem.visits] + [visitor.depot for visitor in problem.visitors])
    many = np.array([used[name] > 1 for name in problem.places])
    return np.min([_shortest(matrix, many) for matrix in problem.travel_minutes.values()], axis=0)


def _shortest(matrix: Matrix, many: npt.NDArray[np.bool_]) -> Floats:
    roads = matrix.copy()
    at = np.flatnonzero(~many)
    roads[at, at] = np.iinfo(roads.dtype).max
    return (roads.min(axis=0).astype(np.float64) + roads.min(axis=1)) / 2.0
