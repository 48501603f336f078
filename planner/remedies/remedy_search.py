"""Trying a remedy: the problem is modified, the visitors whom that concerns are planned again, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import TooManyRoutes, list_routes, route_of
from planner.columns.stop_options import StopOptions
from planner.evaluate.insertion import InsertionCheck
from planner.evaluate.verdict import judge
from planner.master.program import build_program
from planner.model.index import ProblemIndex, Schedule
from planner.model.modification import Modification, beside_others, modify, restrict
from planner.model.plan import SECOND, VISITOR, Plan, Route, Stop
from planner.model.problem import Appointment, Problem, Window
from planner.remedies.remedy import Remedy, rank
from planner.repair.kept_appointments import KeptAppointments
from planner.repair.repairer import RepairRun
from planner.search.branch_and_bound import BranchAndBound
from planner.search.components import independent_components
from planner.search.placeable import placeable
from planner.search.solver import cost_step


@dataclass(frozen=True)
class TrialResult:
    """The plan that was found under one modification, for the visitors of one scope.

    `placed`: the visits that were asked for and have a moment; `moved` and `lost`: visits of the plan with another
    moment, and without one. `cost`: how much the plan costs more, the weights of visits placed or lost left out.
    """

    problem: Problem
    routes: tuple[Route, ...]
    placed: tuple[str, ...]
    moved: tuple[str, ...]
    lost: tuple[str, ...]
    cost: float

    def stop_of(self, visit: str) -> tuple[Route, Stop]:
        """The route and the stop in which this visit is made; it must be among `placed`."""
        return next(
            (route, stop)
            for route in self.routes
            for stop in route.stops
            if visit in stop.visits and stop.role == VISITOR
        )


class SearchScope:
    """Visitors who share no visit with others, as the plan has them: modifications are tried on them alone."""

    def __init__(self, problem: Problem, routes: Iterable[Route], visitors: frozenset[str]) -> None:
        routes = tuple(routes)
        self.routes = tuple(route for route in routes if route.visitor in visitors)
        self.moments = _moments(self.routes)
        self.company = {
            name: route.visitor
            for route in self.routes
            for stop in route.stops
            if stop.role == SECOND
            for name in stop.visits
        }
        own = restrict(
            problem,
            visitors=(visitor for visitor in problem.visitors if visitor.id in visitors),
            visits=(visit for visit in problem.visits if visitors.issuperset(visit.people)),
        )
        self._index, self._schedule = ProblemIndex(problem), Schedule.of(routes)
        self.problem = self._beside_others(replace(own, current=self.moments))
        self.cost = judge(self.problem, self.routes).cost

    def modified(self, change: Modification) -> Problem:
        """The problem of these visitors with the modification made."""
        return self._beside_others(modify(self.problem, change))

    def _beside_others(self, problem: Problem) -> Problem:
        """The problem in which nobody is visited at the hours of visits elsewhere from which theirs must be apart."""
        return replace(problem, visits=beside_others(self._index, self._schedule, problem.visits))

    def kept_under(self, problem: Problem) -> KeptAppointments | None:
        """The plan as it is, in a modified problem; None when it breaks a rule there."""
        verdict = judge(problem, self.routes)
        return None if verdict.broken else KeptAppointments(self.routes, frozenset(self.moments), verdict, self.company)

    def result_of(self, problem: Problem, routes: Iterable[Route], wanted: Iterable[str]) -> TrialResult | None:
        """What these routes bring; None when they break a rule or place nobody who is wanted."""
        routes = tuple(sorted(routes, key=lambda route: (route.on, route.visitor)))
        verdict = judge(problem, routes)
        after = _moments(routes)
        placed = [name for name in wanted if name in after]
        if verdict.broken or not placed:
            return None
        placed += sorted(after.keys() - self.moments.keys() - {*placed})  # siblings who are visited with them
        moved = tuple(name for name, at in self.moments.items() if name in after and after[name] != at)
        lost = tuple(name for name in self.moments if name not in after)
        gain = problem.weights.unplaced * (len(after) - len(self.moments))
        return TrialResult(problem, routes, tuple(placed), moved, lost, verdict.cost - self.cost + gain)


def _moments(routes: Iterable[Route]) -> dict[str, Appointment]:
    """Per visit that these routes make its moment."""
    return {
        name: Appointment(route.visitor, route.on, stop.start)
        for route in routes
        for stop in route.stops
        if stop.role == VISITOR
        for name in stop.visits
    }


class RemedySearch:
    """Tries modifications on one plan, and keeps the remedies that came of them.

    `best`: per kind and what it is for (a visitor, a visit, a weekday) the best remedy so far. `weeks`: the days of
    the problem and those besides on which visits could take place, with their week. `extra_windows`: per visit when
    the family could, besides its windows in the problem.
    """

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        deadline: Deadline,
        seed: int,
        days: Mapping[dt.date, int],
        windows: Mapping[str, Sequence[Window]],
        tuning: Tuning = DEFAULT,
    ) -> None:
        self.problem = problem
        self.plan = plan
        self.deadline = deadline
        self.seed = seed
        self.tuning = tuning
        self.weeks = {**days, **problem.weeks}
        self.extra_windows = windows
        self.index = ProblemIndex(problem)
        self.schedule = Schedule.of(plan.routes)
        self.insertion = InsertionCheck(self.index)
        parts = [frozenset(problem.visitors[v].id for v in part.visitors) for part in independent_components(problem)]
        self._colleagues = {name: part for part in parts for name in part}
        self.scopes: dict[frozenset[str], SearchScope] = {}
        self.best: dict[tuple[object, ...], Remedy] = {}

    def scope_of(self, people: Iterable[str]) -> SearchScope:
        """The scope of these visitors and of all who share visits with them, directly or not."""
        visitors = frozenset(name for who in people for name in self._colleagues[who])
        if visitors not in self.scopes:
            self.scopes[visitors] = SearchScope(self.problem, self.plan.routes, visitors)
        return self.scopes[visitors]

    def attempt(self, scope: SearchScope, change: Modification, wanted: Sequence[str]) -> TrialResult | None:
        """What a modification brings these visits; None when it places none, or takes somebody else's moment."""
        if self.deadline.has_passed():
            return None
        problem = scope.modified(change)
        kept = scope.kept_under(problem)
        if kept is None:
            return None
        deadline = self.deadline.within(self.tuning.remedies.try_seconds)
        run = RepairRun(problem, kept, deadline, seed=self.seed, only=wanted, tuning=self.tuning)
        run.run()
        found = scope.result_of(problem, run.kept.routes, wanted)
        return None if found is None or found.lost else found

    def keep(
        self,
        kind: str,
        key: object,
        found: TrialResult,
        facts: Mapping[str, object],
        change: Modification,
        asked: Sequence[str],
    ) -> None:
        """Keep a remedy if it is the best of its kind for `key`; `asked` are the visits for which it was tried."""
        facts = {**facts, "asked": list(asked)}
        changed = self._changed(found)
        routes = tuple(route for route in found.routes if route.visitor in changed)
        remedy = Remedy(kind, facts, found.placed, found.moved, found.lost, found.cost, change, changed, routes)
        known = self.best.get((kind, key))
        if known is None or rank(remedy) < rank(known):
            self.best[kind, key] = remedy

    def _changed(self, found: TrialResult) -> tuple[str, ...]:
        """The visitors whose routes are other than in the plan."""
        names = [visitor.id for visitor in found.problem.visitors]
        before = {name: {route for route in self.plan.routes if route.visitor == name} for name in names}
        after = {name: {route for route in found.routes if route.visitor == name} for name in names}
        return tuple(name for name in names if before[name] != after[name])

    def windows(self, names: Iterable[str], days: Iterable[dt.date]) -> tuple[tuple[str, Window], ...]:
        """What these families could do on these days besides the problem's windows."""
        wanted = set(days)
        return tuple((name, w) for name in names for w in self.extra_windows.get(name, ()) if w.on in wanted)

    def fits(self, name: str, on: dt.date, starts: int, ends: int) -> bool:
        """Whether the family has a window on this day that overlaps a shift of these hours for a whole visit."""
        visit = self.index.visits[name]
        return any(
            w.on == on and min(w.ends, ends) - max(w.starts, starts) >= visit.minutes
            for w in (*visit.windows, *self.extra_windows.get(name, ()))
        )


def forced_routes(
    problem: Problem, visit: str, deadline: Deadline, *, seed: int, tuning: Tuning = DEFAULT
) -> list[Route] | None:
    """The best plan in which this visit is made, whoever else is left out; None when there is none."""
    evenings = StopOptions(problem).evenings(range(len(problem.visitors)))
    try:
        pool = list_routes(problem, evenings, listing=tuning.listing)
    except TooManyRoutes:
        return None
    number = ProblemIndex(problem).visit_number[visit]
    names = placeable(range(len(problem.visits)), pool)
    if number not in names:
        return None
    program = build_program(problem, names, pool)
    cost = program.auxiliary.cost.copy()
    cost[program.visit_row[number]] = program.big_m
    program = replace(program, auxiliary=replace(program.auxiliary, cost=cost))
    search = BranchAndBound(program, step=cost_step(problem), seed=seed, tuning=tuning)
    search.run(deadline)
    if search.best is None or search.best.cost >= program.big_m:
        return None
    return [route_of(problem, pool, column) for column in search.best.routes]
