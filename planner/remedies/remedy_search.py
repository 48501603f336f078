"""What-ifs on a plan: a change is made, the part of the school that it touches is repaired, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from planner.base.deadline import Deadline
from planner.columns.routes import list_routes, route_of
from planner.columns.stop_options import StopOptions
from planner.evaluate.openings import Openings
from planner.evaluate.verdict import judge
from planner.master.program import build_program
from planner.model.index import ProblemIndex, Schedule
from planner.model.modification import Modification, modify
from planner.model.plan import SECOND, VISITOR, Plan, Route, Stop
from planner.model.problem import Appointment, Problem, Visit, Window
from planner.remedies.remedy import Remedy, rank
from planner.repair.kept_appointments import Standing
from planner.repair.repairer import Mending
from planner.search.branch_and_bound import BranchAndBound
from planner.search.components import independent_components
from planner.search.solver import cost_step, placeable

TRY_SECONDS = 3.0  # for one what-if at most


@dataclass(frozen=True)
class Found:
    """What came of one what-if."""

    problem: Problem
    routes: tuple[Route, ...]
    placed: tuple[str, ...]
    moved: tuple[str, ...]
    lost: tuple[str, ...]
    cost: float

    def stop_of(self, visit: str) -> tuple[Route, Stop]:
        """Where the visit is made."""
        return next(
            (route, stop)
            for route in self.routes
            for stop in route.stops
            if visit in stop.visits and stop.role == VISITOR
        )


class Ground:
    """A part of the school as the plan has it: here what-ifs are tried."""

    def __init__(self, problem: Problem, routes: Iterable[Route], visitors: frozenset[str]) -> None:
        visits = tuple(visit for visit in problem.visits if visitors.issuperset(people_of(visit)))
        names = {visit.id for visit in visits}
        self.routes = tuple(route for route in routes if route.visitor in visitors)
        self.moments = {
            name: Appointment(route.visitor, route.on, stop.start)
            for route in self.routes
            for stop in route.stops
            if stop.role == VISITOR
            for name in stop.visits
        }
        self.company = {
            name: route.visitor
            for route in self.routes
            for stop in route.stops
            if stop.role == SECOND
            for name in stop.visits
        }
        self.problem = replace(
            problem,
            visitors=tuple(visitor for visitor in problem.visitors if visitor.id in visitors),
            visits=visits,
            siblings=tuple(pair for pair in problem.siblings if names.issuperset(pair)),
            fixed={name: at for name, at in problem.fixed.items() if name in names},
            current=self.moments,
        )
        self.cost = judge(self.problem, self.routes).cost

    def standing(self, problem: Problem) -> Standing | None:
        """The plan as it stands under a change; nothing when the change breaks it."""
        verdict = judge(problem, self.routes)
        return None if verdict.broken else Standing(self.routes, frozenset(self.moments), verdict, self.company)

    def found(self, problem: Problem, routes: Iterable[Route], wanted: Iterable[str]) -> Found | None:
        """What these routes bring; nothing when they break a rule or place nobody who is wanted."""
        routes = tuple(sorted(routes, key=lambda route: (route.on, route.visitor)))
        verdict = judge(problem, routes)
        after = {
            name: Appointment(route.visitor, route.on, stop.start)
            for route in routes
            for stop in route.stops
            if stop.role == VISITOR
            for name in stop.visits
        }
        placed = tuple(name for name in wanted if name in after)
        if verdict.broken or not placed:
            return None
        moved = tuple(name for name, at in self.moments.items() if name in after and after[name] != at)
        lost = tuple(name for name in self.moments if name not in after)
        gain = problem.weights.unplaced * (len(after) - len(self.moments))
        return Found(problem, routes, placed, moved, lost, verdict.cost - self.cost + gain)


def people_of(visit: Visit) -> set[str]:
    return {*visit.visitors, *visit.second}


class Trials:
    """All what-ifs for one plan; `best` are the remedies that came of them."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        deadline: Deadline,
        seed: int,
        days: Mapping[dt.date, int],
        windows: Mapping[str, Sequence[Window]],
    ) -> None:
        self.problem = problem
        self.plan = plan
        self.deadline = deadline
        self.seed = seed
        self.weeks = {**days, **problem.weeks}
        self.beyond = windows
        self.index = ProblemIndex(problem)
        self.schedule = Schedule.of(plan.routes)
        self.visits, self.visitors = self.index.visits, self.index.visitors
        self.route = {(route.visitor, route.on): route for route in plan.routes}
        self.openings = Openings.of(problem)
        parts = [frozenset(problem.visitors[v].id for v in part.visitors) for part in independent_components(problem)]
        self.part = {name: part for part in parts for name in part}
        self.grounds: dict[frozenset[str], Ground] = {}
        self.best: dict[tuple[object, ...], Remedy] = {}

    def ground(self, people: Iterable[str]) -> Ground:
        """The part of the school in which these visitors are."""
        visitors = frozenset(name for who in people for name in self.part[who])
        if visitors not in self.grounds:
            self.grounds[visitors] = Ground(self.problem, self.plan.routes, visitors)
        return self.grounds[visitors]

    def attempt(self, ground: Ground, change: Modification, wanted: Sequence[str]) -> Found | None:
        """What the change brings these visits."""
        if self.deadline.has_passed():
            return None
        problem = modify(ground.problem, change)
        standing = ground.standing(problem)
        if standing is None:
            return None
        mending = Mending(problem, standing, self.deadline.within(TRY_SECONDS), seed=self.seed, only=wanted)
        mending.run()
        found = ground.found(problem, mending.standing.routes, wanted)
        return None if found is None or found.lost else found

    def keep(
        self,
        kind: str,
        key: object,
        found: Found,
        facts: Mapping[str, object],
        change: Modification,
        asked: Sequence[str],
    ) -> None:
        """Remember a remedy if it is the best of its kind for whom it is for."""
        facts = {**facts, "asked": list(asked)}
        changed = self._changed(found)
        routes = tuple(route for route in found.routes if route.visitor in changed)
        remedy = Remedy(kind, facts, found.placed, found.moved, found.lost, found.cost, change, changed, routes)
        known = self.best.get((kind, key))
        if known is None or rank(remedy) < rank(known):
            self.best[kind, key] = remedy

    def _changed(self, found: Found) -> tuple[str, ...]:
        """The visitors whose routes are other than in the plan."""
        names = [visitor.id for visitor in found.problem.visitors]
        before = {name: {route for route in self.plan.routes if route.visitor == name} for name in names}
        after = {name: {route for route in found.routes if route.visitor == name} for name in names}
        return tuple(name for name in names if before[name] != after[name])

    def windows(self, names: Iterable[str], days: Iterable[dt.date]) -> tuple[tuple[str, Window], ...]:
        """What these families could do on these days beyond the problem's windows."""
        wanted = set(days)
        return tuple((name, w) for name in names for w in self.beyond.get(name, ()) if w.on in wanted)

    def fits(self, name: str, on: dt.date, starts: int, ends: int) -> bool:
        """Whether the family has a window on this day that a shift of these hours has in common."""
        visit = self.visits[name]
        return any(
            w.on == on and min(w.ends, ends) - max(w.starts, starts) >= visit.minutes
            for w in (*visit.windows, *self.beyond.get(name, ()))
        )


def forced_routes(problem: Problem, visit: str, deadline: Deadline, seed: int) -> list[Route] | None:
    """The best plan in which this visit is made, whoever else is left out; nothing when there is none."""
    pool = list_routes(problem, StopOptions(problem).evenings(range(len(problem.visitors))))
    number = next(at for at, one in enumerate(problem.visits) if one.id == visit)
    names = placeable(range(len(problem.visits)), pool)
    if number not in names:
        return None
    program = build_program(problem, names, pool)
    cost = program.auxiliary.cost.copy()
    cost[program.visit_row[number]] = program.big_m
    program = replace(program, auxiliary=replace(program.auxiliary, cost=cost))
    search = BranchAndBound(program, step=cost_step(problem), seed=seed)
    search.run(deadline)
    if search.best is None or search.best.cost >= program.big_m:
        return None
    return [route_of(problem, pool, column) for column in search.best.routes]
