"""Where in a route that stands a stop more could go, nobody else moving."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from planner.evaluate.verdict import stop_minutes
from planner.model.plan import Stop
from planner.model.problem import Problem, Shift, Visit, Visitor


@dataclass(frozen=True)
class Openings:
    """Answers for one problem whether a stop fits between others, all at their moments."""

    problem: Problem
    place: Mapping[str, int]
    visits: Mapping[str, Visit]

    @classmethod
    def of(cls, problem: Problem) -> Openings:
        place = {name: number for number, name in enumerate(problem.places)}
        return cls(problem, place, {visit.id: visit for visit in problem.visits})

    def among(
        self, visitor: Visitor, shift: Shift, stops: Iterable[Stop], visit: Visit, starts: Iterable[int]
    ) -> Iterator[int]:
        """Those of these starts at which the visit fits beside the stops (in any order) of this shift."""
        others = sorted((stop.start, self.minutes(stop), self._place_of(stop)) for stop in stops)
        if len(others) >= self.problem.rules.max_stops:
            return
        roads, depot = self.problem.travel_minutes[visitor.mode], self.place[visitor.depot]
        there = self.place[visit.place]
        for start in starts:
            end = start + visit.minutes
            before = [(at + lasts, place) for at, lasts, place in others if at < start]
            after = [(at, place) for at, _lasts, place in others if at >= start]
            free, here = before[-1] if before else (shift.leave_from, depot)
            due, home = after[0] if after else (shift.back_by, depot)
            in_time = free + int(roads[here, there]) <= start and end + int(roads[there, home]) <= due
            if in_time and end <= shift.visits_until:
                yield start

    def minutes(self, stop: Stop) -> int:
        return stop_minutes(self.problem, self.visits, stop)

    def _place_of(self, stop: Stop) -> int:
        return self.place[self.visits[stop.visits[0]].place]
