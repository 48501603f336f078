"""When the stops of a route start, for an order that somebody else chose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from planner import Problem, Route, Stop, Visit, Window


class GridTimes:
    """The cheapest starts on the grid for the orders of visits that a peer drives."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits = {visit.id: visit for visit in problem.visits}
        self.visitors = {visitor.id: visitor for visitor in problem.visitors}
        self.place = {name: number for number, name in enumerate(problem.places)}

    def route(self, drawn: dict[str, Any]) -> Route:
        """All starts are tried, stop after stop, keeping for each start the cheapest way to get there."""
        visitor, on = self.visitors[drawn["visitor"]], dt.date.fromisoformat(drawn["date"])
        shift = visitor.shift_on(on)
        assert shift is not None, "a route on a day without a shift"
        matrix, weights = self.problem.travel_minutes[visitor.mode], self.problem.weights
        here, ways = self.place[visitor.depot], {shift.leave_from: (0.0, ())}
        is_first = True
        for name in drawn["visits"]:
            visit, found = self.visits[name], {}
            there = self.place[visit.place]
            for free, (cost, starts) in ways.items():
                arrives = free + int(matrix[here, there])
                for start, price in self._starts(visit, visitor.id, on, arrives, shift.visits_until):
                    total = cost + price + (0 if is_first else weights.waiting_minute * (start - arrives))
                    end = start + visit.minutes
                    if end not in found or total < found[end][0]:
                        found[end] = (total, (*starts, start))
            here, ways, is_first = there, found, False
        back = int(matrix[here, self.place[visitor.depot]])
        in_time = [way for end, way in ways.items() if end + back <= shift.back_by]
        assert in_time, "an order that cannot be driven in time"
        stops = zip(drawn["visits"], min(in_time)[1], strict=True)
        return Route(visitor.id, on, tuple(Stop((name,), start) for name, start in stops))

    def _starts(
        self, visit: Visit, visitor: str, on: dt.date, earliest: int, until: int
    ) -> Iterator[tuple[int, float]]:
        """The starts at which a visit may begin from `earliest` on, and what each costs beyond travel and waiting."""
        grid = self.problem.rules.start_grid_minutes
        windows = [window for window in visit.windows if window.on == on]
        fixed, told = self.problem.fixed.get(visit.id), self.problem.current.get(visit.id)
        for start in range(-(-earliest // grid) * grid, until - visit.minutes + 1, grid):
            fits = [window for window in windows if window.starts <= start and start + visit.minutes <= window.ends]
            if not fits or (fixed is not None and (fixed.visitor, fixed.on, fixed.start) != (visitor, on, start)):
                continue
            is_moved = told is not None and (told.visitor, told.on, told.start) != (visitor, on, start)
            yield start, self._price(visit, fits) + self.problem.weights.moved * is_moved

    def _price(self, visit: Visit, fits: list[Window]) -> float:
        is_outside = visit.has_wish and not any(window.is_wish for window in fits)
        return self.problem.weights.outside_wish * is_outside
