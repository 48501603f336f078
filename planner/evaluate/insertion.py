"""At which moments one more stop fits in a route, when all other stops keep theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.model.index import ProblemIndex
from planner.model.plan import Stop
from planner.model.problem import Shift, Visit, Visitor


@dataclass(frozen=True)
class InsertionCheck:
    """Checks for one problem whether a visit fits between other stops, by the hours of the shift and the travel."""

    index: ProblemIndex

    def feasible_starts(
        self, visitor: Visitor, shift: Shift, stops: Iterable[Stop], visit: Visit, starts: Iterable[int]
    ) -> Iterator[int]:
        """Those of `starts` (minutes after midnight) at which the visit fits beside these stops of the shift.

        The stops may come in any order. Windows, grids and limits of a visitor are not looked at, except for the most
        stops of a route.
        """
        problem, place = self.index.problem, self.index.place_number
        others = sorted((stop.start, self.index.stop_minutes(stop), place[self.index.place_of(stop)]) for stop in stops)
        slack = problem.rules.slack_minutes
        if len(others) >= problem.rules.max_stops:
            return
        roads, depot, there = problem.travel_minutes[visitor.mode], place[visitor.depot], place[visit.place]
        for start in starts:
            end = start + visit.minutes
            before = [(at + lasts + slack, number) for at, lasts, number in others if at < start]
            after = [(at - slack, number) for at, _lasts, number in others if at >= start]
            free, here = before[-1] if before else (shift.leave_from, depot)
            due, home = after[0] if after else (shift.back_by, depot)
            in_time = free + int(roads[here, there]) <= start and end + int(roads[there, home]) <= due
            if in_time and end <= shift.visits_until:
                yield start
