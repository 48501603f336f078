"""A problem's rows by name and by day, for whoever asks one thing after another about it.

Built once a problem: a school of a thousand families takes some milliseconds, a look-up nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planner.model.plan import SECOND, Route, Stop
from planner.model.problem import Problem, Shift, Visit, Visitor, Window

Evening = tuple[str, dt.date]  # a visitor's day


class Almanac:
    """Visits, visitors, shifts and windows of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits: dict[str, Visit] = {visit.id: visit for visit in problem.visits}
        self.visitors: dict[str, Visitor] = {visitor.id: visitor for visitor in problem.visitors}
        self.place = {name: number for number, name in enumerate(problem.places)}
        self.shifts: dict[Evening, Shift] = {
            (visitor.id, shift.on): shift for visitor in problem.visitors for shift in visitor.shifts
        }
        self.siblings: dict[str, list[str]] = defaultdict(list)
        for a, b in problem.siblings:
            self.siblings[a].append(b)
            self.siblings[b].append(a)
        self._windows: dict[tuple[str, dt.date], list[Window]] = defaultdict(list)
        for visit in problem.visits:
            for window in visit.windows:
                self._windows[visit.id, window.on].append(window)

    def windows(self, visit: str, on: dt.date) -> list[Window]:
        """When this visit may lie on a day."""
        return self._windows.get((visit, on), [])

    def leg(self, visitor: str, origin: str, target: str) -> int:
        """Whole minutes from place to place, by this visitor's way of travelling."""
        matrix = self.problem.travel_minutes[self.visitors[visitor].mode]
        return int(matrix[self.place[origin], self.place[target]])

    def stop_minutes(self, stop: Stop) -> int:
        """How long a stop lasts: the longer of two siblings' visits, and the extra minutes."""
        longest = max(self.visits[visit].minutes for visit in stop.visits)
        return longest + (self.problem.rules.double_extra_minutes if len(stop.visits) == 2 else 0)


@dataclass
class Days:
    """The routes of a draft by visitor and day, and where each visit stands in them."""

    routes: dict[Evening, Route] = field(default_factory=dict)
    made: dict[str, Evening] = field(default_factory=dict)
    company: dict[str, list[Evening]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, routes: Iterable[Route]) -> Days:
        """At most one route an evening, as the board draws them."""
        days = cls()
        for route in routes:
            here = (route.visitor, route.on)
            days.routes[here] = route
            for stop in route.stops:
                for visit in stop.visits:
                    if stop.role == SECOND:
                        days.company[visit].append(here)
                    else:
                        days.made[visit] = here
        return days

    def stops(self, evening: Evening) -> tuple[Stop, ...]:
        """The stops of an evening in driving order; none when nobody is visited."""
        route = self.routes.get(evening)
        return route.stops if route else ()

    def stop_of(self, visit: str) -> Stop | None:
        """The stop in which the visitor makes this visit."""
        here = self.made.get(visit)
        if here is None:
            return None
        return next(stop for stop in self.stops(here) if visit in stop.visits and stop.role != SECOND)

    def changed(self, touched: Mapping[Evening, tuple[Stop, ...]]) -> Days:
        """The days with these evenings in place of their own; an evening without stops is no route."""
        routes = {key: route for key, route in self.routes.items() if key not in touched}
        routes |= {key: Route(key[0], key[1], stops) for key, stops in touched.items() if stops}
        return Days.of(routes.values())
