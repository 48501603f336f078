"""Look-ups for a problem and for the routes of a plan: by id, by position and by day.

A `Problem` and a `Plan` are plain lists, as in the file. Every algorithm that asks for the visit with an id, the
shift of a day or the siblings of a visit uses `ProblemIndex` instead of a dictionary of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from planner.model.plan import SECOND, Route, Stop
from planner.model.problem import Problem, Shift, Visit, Visitor, Window

ShiftKey = tuple[str, dt.date]  # visitor id and date: at most one shift, and at most one route


class ProblemIndex:
    """Visits, visitors, places, shifts, windows and siblings of one problem.

    Each look-up is built when it is first asked for: making an index costs nothing. Milliseconds for a school of a
    thousand visits. Do not change what it returns.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    @cached_property
    def visits(self) -> dict[str, Visit]:
        """Visit by id, in the order of the problem."""
        return {visit.id: visit for visit in self.problem.visits}

    @cached_property
    def visit_number(self) -> dict[str, int]:
        """Position in `problem.visits` by visit id."""
        return {visit.id: number for number, visit in enumerate(self.problem.visits)}

    @cached_property
    def visitors(self) -> dict[str, Visitor]:
        """Visitor by id, in the order of the problem."""
        return {visitor.id: visitor for visitor in self.problem.visitors}

    @cached_property
    def visitor_number(self) -> dict[str, int]:
        """Position in `problem.visitors` by visitor id."""
        return {visitor.id: number for number, visitor in enumerate(self.problem.visitors)}

    @cached_property
    def place_number(self) -> dict[str, int]:
        """Row and column in the travel matrices by place."""
        return {name: number for number, name in enumerate(self.problem.places)}

    @cached_property
    def shifts(self) -> dict[ShiftKey, Shift]:
        """Shift by visitor and date."""
        return {(visitor.id, shift.on): shift for visitor in self.problem.visitors for shift in visitor.shifts}

    @cached_property
    def siblings(self) -> dict[str, list[str]]:
        """The other visits of the groups of each visit by its id, each once; only visits in a group are keys."""
        return _others(self.problem.siblings)

    @cached_property
    def apart(self) -> dict[str, list[str]]:
        """The visits that may not overlap with each by its id, each once; only visits in a group are keys."""
        return _others(self.problem.apart)

    @cached_property
    def sibling_groups(self) -> dict[str, list[frozenset[str]]]:
        """The groups of siblings of each visit by its id; only visits in a group are keys."""
        found: dict[str, list[frozenset[str]]] = defaultdict(list)
        for group in self.problem.siblings:
            for name in group:
                found[name].append(frozenset(group))
        return dict(found)

    def may_share_stop(self, names: Sequence[str]) -> bool:
        """Whether one stop may serve these visits: one, or different ones of one group of siblings at one place."""
        if len(names) == 1:
            return True
        groups = self.sibling_groups.get(names[0], []) if names else []
        is_group = any(group.issuperset(names) for group in groups) and len({*names}) == len(names)
        return is_group and len({self.visits[name].place for name in names}) == 1

    @cached_property
    def families(self) -> dict[str, set[str]]:
        """Per visit with siblings all visits that groups connect it with, itself included."""
        found: dict[str, set[str]] = {}
        for group in self.problem.siblings:
            joined = {name for member in group for name in found.get(member, {member})}
            found.update(dict.fromkeys(joined, joined))
        return found

    @cached_property
    def _windows(self) -> dict[tuple[str, dt.date], list[Window]]:
        found: dict[tuple[str, dt.date], list[Window]] = defaultdict(list)
        for visit in self.problem.visits:
            for window in visit.windows:
                found[visit.id, window.on].append(window)
        return dict(found)

    def windows(self, visit: str, on: dt.date) -> list[Window]:
        """The windows and wishes of a visit on a day, in the order of the problem; empty when there are none."""
        return self._windows.get((visit, on), [])

    def leg(self, visitor: str, origin: str, target: str) -> int:
        """Travel time in whole minutes from one place to another, by this visitor's mode."""
        matrix = self.problem.travel_minutes[self.visitors[visitor].mode]
        return int(matrix[self.place_number[origin], self.place_number[target]])

    def place_of(self, stop: Stop) -> str:
        """Where a stop is made: the home of its visits."""
        return self.visits[stop.visits[0]].place

    def stop_minutes(self, stop: Stop) -> int:
        """Duration of a stop in minutes: the longest of its visits, and the extra minutes for each further one."""
        return self.problem.rules.stop_minutes(*[self.visits[visit] for visit in stop.visits])


def _others(groups: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Per member of these groups all others of its groups, each once, in their order."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for name in group:
            found.setdefault(name, {}).update(dict.fromkeys(other for other in group if other != name))
    return {name: list(others) for name, others in found.items()}


@dataclass
class Schedule:
    """The routes of a draft by visitor and date, and where each visit is made in them.

    `routes`: by shift. `made`: the shift in which a visit is made. `company`: the shifts whose visitor comes along to
    a visit.
    """

    routes: dict[ShiftKey, Route] = field(default_factory=dict)
    made: dict[str, ShiftKey] = field(default_factory=dict)
    company: dict[str, list[ShiftKey]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, routes: Iterable[Route]) -> Schedule:
        """A schedule of these routes; of two routes for one visitor and date the last is kept."""
        schedule = cls()
        for route in routes:
            here = (route.visitor, route.on)
            schedule.routes[here] = route
            for stop in route.stops:
                for visit in stop.visits:
                    if stop.role == SECOND:
                        schedule.company[visit].append(here)
                    else:
                        schedule.made[visit] = here
        return schedule

    def stops(self, key: ShiftKey) -> tuple[Stop, ...]:
        """The stops of a shift in driving order; empty when it has no route."""
        route = self.routes.get(key)
        return route.stops if route else ()

    def stop_of(self, visit: str) -> Stop | None:
        """The stop in which the visitor makes this visit, None when it has no moment."""
        here = self.made.get(visit)
        if here is None:
            return None
        return next(stop for stop in self.stops(here) if visit in stop.visits and stop.role != SECOND)

    def changed(self, stops: Mapping[ShiftKey, tuple[Stop, ...]]) -> Schedule:
        """A copy in which these shifts have these stops; a shift without stops has no route."""
        routes = {key: route for key, route in self.routes.items() if key not in stops}
        routes |= {key: Route(key[0], key[1], each) for key, each in stops.items() if each}
        return Schedule.of(routes.values())
