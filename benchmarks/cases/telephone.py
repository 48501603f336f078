"""Planning as schools do it without a planner: down the class list, each family the first moment that suits it.

The mentor calls family after family. It says yes to the first moment within its wish that still fits between what
stands in the diary (driving included), and where there is none to the first moment that it can at all.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from planner import Problem, Route, Stop
from planner.model.problem import Shift, Visit, Visitor


def by_telephone(problem: Problem) -> list[Route]:
    """The routes of a school whose families are called in the order of the class list. No coupled visits."""
    place = {name: number for number, name in enumerate(problem.places)}
    diaries = {visitor.id: _Diary(problem, visitor, place) for visitor in problem.visitors}
    for visit in problem.visits:
        if visit.visitors:
            diaries[visit.visitors[0]].call(visit)
    return [route for diary in diaries.values() for route in diary.routes()]


class _Diary:
    """One mentor's evenings as they fill up."""

    def __init__(self, problem: Problem, visitor: Visitor, place: dict[str, int]) -> None:
        self.rules = problem.rules
        self.visitor = visitor
        self.place = place
        self.matrix = problem.travel_minutes[visitor.mode]
        self.evenings: dict[dt.date, list[tuple[int, Visit]]] = defaultdict(list)

    def call(self, visit: Visit) -> None:
        """Agree on a moment, or on none."""
        for wished in [True, False] if visit.has_wish else [False]:
            for shift in sorted(self.visitor.shifts, key=lambda shift: shift.on):
                start = next(self._fitting(visit, shift, wished=wished), None)
                if start is not None:
                    self.evenings[shift.on] = sorted([*self.evenings[shift.on], (start, visit)], key=lambda s: s[0])
                    return

    def _fitting(self, visit: Visit, shift: Shift, *, wished: bool) -> Iterator[int]:
        """The starts of an evening that fit, in time order."""
        stops, grid = self.evenings[shift.on], self.rules.start_grid_minutes
        if len(stops) >= self.rules.max_stops:
            return
        windows = [w for w in visit.windows if w.on == shift.on and w.is_wish >= wished]
        here, depot = self.place[visit.place], self.place[self.visitor.depot]
        for start in range(-(-shift.leave_from // grid) * grid, shift.visits_until - visit.minutes + 1, grid):
            end = start + visit.minutes
            if not any(w.starts <= start and end <= w.ends for w in windows):
                continue
            before = max((s for s in stops if s[0] < start), key=lambda s: s[0], default=None)
            after = min((s for s in stops if s[0] >= start), key=lambda s: s[0], default=None)
            free, came = (before[0] + before[1].minutes, self._at(before[1])) if before else (shift.leave_from, depot)
            due, goes = (after[0], self._at(after[1])) if after else (shift.back_by, depot)
            if free + int(self.matrix[came, here]) <= start and end + int(self.matrix[here, goes]) <= due:
                yield start

    def _at(self, visit: Visit) -> int:
        return self.place[visit.place]

    def routes(self) -> Iterator[Route]:
        """What stands in the diary."""
        for on, stops in self.evenings.items():
            if stops:
                yield Route(self.visitor.id, on, tuple(Stop((visit.id,), start) for start, visit in stops))
