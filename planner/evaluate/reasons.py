"""Why a visit has no moment: a code, and the facts behind it.

For every shift of everyone who may make the visit the first thing that fails is noted; the reason is the one
that came closest to a moment. The codes, from far to near:

`no_visitor`          nobody may make the visit
`no_windows`          the family has no moment at all
`no_common_day`       no day of the family is a day of the visitor
`window_too_short`    every window is shorter than the visit
`outside_shift`       the windows lie outside the hours of the visitor
`road_too_long`       the way there and back does not leave enough time
`off_grid`            company meets on a coarse grid, and no start on it fits
`no_second_evening`   nobody who may come along can be there at a moment that fits
`no_interpreter`      no interpreter of the language is there at a moment that fits
`limit_reached`       the visitor makes as many stops as they may
`fixed_in_the_way`    the fixed moments of others leave no room
`interpreters_busy`   the interpreters are with other families at every moment that fits
`family_busy`         the family is in another conversation at every moment that fits
`evenings_full`       the other visits leave no room
`siblings_apart`      there is room, but not together with a brother or sister, and apart costs more than nothing
`room_left`           there is room: the search ended too early, or a visit there costs more than leaving it out

Up to `no_interpreter` no plan can place the visit (`HOPELESS`); the others another plan may.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from planner.evaluate.insertion import InsertionCheck
from planner.model.exchange import clock_text
from planner.model.index import ProblemIndex
from planner.model.plan import VISITOR, Route, Stop, Unplaced
from planner.model.problem import Problem, Shift, Visit, Visitor, Window, interpreters_there

NO_VISITOR, NO_WINDOWS, NO_COMMON_DAY = "no_visitor", "no_windows", "no_common_day"
WINDOW_TOO_SHORT, OUTSIDE_SHIFT, ROAD_TOO_LONG = "window_too_short", "outside_shift", "road_too_long"
OFF_GRID, NO_SECOND_EVENING, NO_INTERPRETER = "off_grid", "no_second_evening", "no_interpreter"
LIMIT_REACHED, FIXED_IN_THE_WAY, INTERPRETERS_BUSY = "limit_reached", "fixed_in_the_way", "interpreters_busy"
FAMILY_BUSY = "family_busy"
EVENINGS_FULL, SIBLINGS_APART, ROOM_LEFT = "evenings_full", "siblings_apart", "room_left"

_CLOSENESS = (
    NO_COMMON_DAY, WINDOW_TOO_SHORT, OUTSIDE_SHIFT, ROAD_TOO_LONG, OFF_GRID, NO_SECOND_EVENING, NO_INTERPRETER,
    LIMIT_REACHED, FIXED_IN_THE_WAY, INTERPRETERS_BUSY, FAMILY_BUSY, EVENINGS_FULL, SIBLINGS_APART, ROOM_LEFT,
)  # fmt: skip
REASON_CODES = (NO_VISITOR, NO_WINDOWS, *_CLOSENESS)
HOPELESS = frozenset(REASON_CODES[: REASON_CODES.index(LIMIT_REACHED)])


@dataclass(frozen=True)
class ShiftFailure:
    """Why one shift does not hold a visit.

    `road_minutes`: from the visitor's depot to the family. `start`: a moment at which there is room, in minutes after
    midnight; None when there is none.
    """

    visitor: Visitor
    shift: Shift
    code: str
    road_minutes: int
    start: int | None = None


class Reasons:
    """Finds out why visits have no moment in one plan."""

    def __init__(self, problem: Problem, routes: Iterable[Route]) -> None:
        self.problem = problem
        self.index = ProblemIndex(problem)
        self.insertion = InsertionCheck(self.index)
        self.visitors = self.index.visitors
        self.route = {(route.visitor, route.on): route for route in routes}
        self.stops_of: dict[str, int] = defaultdict(int)
        for route in self.route.values():
            self.stops_of[route.visitor] += len(route.stops)

    def why_not(self, number: int) -> Unplaced:
        """The reason why the visit at this position of `problem.visits` has no moment; it must not be in the routes.

        Each shift of each of its visitors is checked; the reason is that of the shift that came closest to a moment.
        """
        visit = self.problem.visits[number]
        failures = [
            self._failure(number, self.visitors[name], shift)
            for name in visit.visitors
            for shift in self.visitors[name].shifts
        ]
        code = self._code(visit, failures)
        near = [failure for failure in failures if failure.code == code]
        return Unplaced(visit.id, code, self._facts(visit, code, near))

    def _code(self, visit: Visit, failures: Sequence[ShiftFailure]) -> str:
        if not visit.visitors:
            return NO_VISITOR
        if not visit.windows:
            return NO_WINDOWS
        return max((failure.code for failure in failures), key=_CLOSENESS.index, default=NO_COMMON_DAY)

    # one shift

    def _failure(self, number: int, visitor: Visitor, shift: Shift) -> ShiftFailure:
        visit = self.problem.visits[number]
        matrix = self.problem.travel_minutes[visitor.mode]
        road = int(matrix[self.index.place_number[visitor.depot], self.index.place_number[visit.place]])
        starts = self._starts(number, visitor, shift)
        if isinstance(starts, str):
            return ShiftFailure(visitor, shift, starts, road)
        for code, left in self._obstacles(visit, visitor, shift, starts):
            if not left:
                return ShiftFailure(visitor, shift, code, road)
            starts = left
        code = SIBLINGS_APART if visit.id in self.index.siblings else ROOM_LEFT
        return ShiftFailure(visitor, shift, code, road, starts[0])

    def _starts(self, number: int, visitor: Visitor, shift: Shift) -> list[int] | str:
        """When the visit could start if this shift held nothing else, or what forbids that."""
        visit = self.problem.visits[number]
        windows = [window for window in visit.windows if window.on == shift.on]
        if not windows:
            return NO_COMMON_DAY
        if all(window.ends - window.starts < visit.minutes for window in windows):
            return WINDOW_TOO_SHORT
        grid = self.problem.rules.start_grid_minutes
        starts = sorted({start for window in windows for start in _starts_within(window, shift, visit.minutes, grid)})
        if not starts:
            return OUTSIDE_SHIFT
        return list(self.insertion.feasible_starts(visitor, shift, (), visit, starts)) or ROAD_TOO_LONG

    def _obstacles(
        self, visit: Visit, visitor: Visitor, shift: Shift, starts: list[int]
    ) -> Iterator[tuple[str, list[int]]]:
        """One obstacle after another, with the starts that it leaves."""
        left = starts
        if visit.is_coupled:
            left = [start for start in left if start % self.problem.rules.joint_grid_minutes == 0]
            yield OFF_GRID, left
        if visit.second:
            left = self._with_company(visit, visitor, shift.on, left, lambda _name: ())
            yield NO_SECOND_EVENING, left
        if visit.interpreter:
            left = [start for start in left if self._interpreters(visit, shift.on, start)]
            yield NO_INTERPRETER, left
        limit = visitor.max_stops_total
        yield LIMIT_REACHED, left if limit is None or self.stops_of[visitor.id] < limit else []
        left = self._beside(visit, visitor, shift, left, only_fixed=True)
        yield FIXED_IN_THE_WAY, left
        if visit.interpreter:
            left = [s for s in left if self._busy(visit, shift.on, s) < self._interpreters(visit, shift.on, s)]
            yield INTERPRETERS_BUSY, left
        if visit.id in self.index.apart:
            left = self._beside_family(visit, shift.on, left)
            yield FAMILY_BUSY, left
        yield EVENINGS_FULL, self._beside(visit, visitor, shift, left, only_fixed=False)

    def _beside(
        self, visit: Visit, visitor: Visitor, shift: Shift, starts: list[int], *, only_fixed: bool
    ) -> list[int]:
        """The starts at which there is room beside what stands (or what of it is fixed), for company too."""
        own = self._stops(visitor.id, shift.on, only_fixed=only_fixed)
        left = list(self.insertion.feasible_starts(visitor, shift, own, visit, starts))
        if not visit.second:
            return left
        return self._with_company(
            visit, visitor, shift.on, left, lambda name: self._stops(name, shift.on, only_fixed=only_fixed)
        )

    def _beside_family(self, visit: Visit, on: dt.date, starts: list[int]) -> list[int]:
        """The starts at which no visit is under way that must be apart from this one."""
        others = set(self.index.apart[visit.id])
        busy = [
            (stop.start, stop.start + self.index.stop_minutes(stop))
            for (_who, day), route in self.route.items()
            for stop in route.stops
            if day == on and stop.role == VISITOR and not others.isdisjoint(stop.visits)
        ]
        return [start for start in starts if all(end <= start or start + visit.minutes <= a for a, end in busy)]

    def _stops(self, visitor: str, on: dt.date, *, only_fixed: bool) -> tuple[Stop, ...]:
        route = self.route.get((visitor, on))
        stops = route.stops if route else ()
        fixed = self.problem.fixed
        return tuple(stop for stop in stops if not only_fixed or any(name in fixed for name in stop.visits))

    def _with_company(
        self, visit: Visit, visitor: Visitor, on: dt.date, starts: list[int], stops_of: Callable[[str], Iterable[Stop]]
    ) -> list[int]:
        """The starts at which somebody can come along, beside the stops that `stops_of` names."""
        left: set[int] = set()
        for name in visit.second:
            shift = self.visitors[name].shift_on(on)
            if name != visitor.id and shift is not None:
                left.update(self.insertion.feasible_starts(self.visitors[name], shift, stops_of(name), visit, starts))
        return sorted(left)

    def _interpreters(self, visit: Visit, on: dt.date, start: int) -> int:
        return interpreters_there(self.problem, visit.interpreter or "", on, start, visit.minutes)

    def _busy(self, visit: Visit, on: dt.date, start: int) -> int:
        """How many interpreters are with others at some time of this visit (or after it, in its buffer)."""
        buffer = self.problem.rules.interpreter_buffer_minutes
        end, busy = start + visit.minutes + buffer, 0
        for (_who, day), route in self.route.items():
            for stop in route.stops if day == on else ():
                languages = [self.index.visits[name].interpreter for name in stop.visits]
                minutes = self.index.stop_minutes(stop) + buffer
                if stop.role == VISITOR and visit.interpreter in languages:
                    busy += start < stop.start + minutes and stop.start < end
        return busy

    # what is told

    def _facts(self, visit: Visit, code: str, failures: Sequence[ShiftFailure]) -> dict[str, object]:
        facts: dict[str, object] = {
            "minutes": visit.minutes,
            "windows": [
                {"date": w.on.isoformat(), "from": clock_text(w.starts), "until": clock_text(w.ends)}
                for w in visit.windows
            ],
            "visitors": list(visit.visitors),
            "shifts": [self._shift_facts(failure) for failure in failures],
        }
        if visit.second:
            facts["second"] = [
                {"visitor": name, "shifts": [_hours(shift) for shift in self.visitors[name].shifts]}
                for name in visit.second
            ]
        if visit.interpreter:
            facts["interpreter"] = visit.interpreter
            facts["interpreters"] = [
                {"date": s.on.isoformat(), "from": clock_text(s.starts), "until": clock_text(s.ends), "count": s.count}
                for s in self.problem.interpreters.get(visit.interpreter, ())
            ]
        if code == LIMIT_REACHED:
            facts["limits"] = {name: self.visitors[name].max_stops_total for name in visit.visitors}
        if code == SIBLINGS_APART:
            facts["siblings"] = list(self.index.siblings[visit.id])
        return facts

    def _shift_facts(self, failure: ShiftFailure) -> dict[str, object]:
        own = (failure.visitor.id, failure.shift.on)
        return {
            "visitor": failure.visitor.id,
            **_hours(failure.shift),
            "road_minutes": failure.road_minutes,
            "visits": [visit for stop in self._stops(*own, only_fixed=False) for visit in stop.visits],
            "fixed": [visit for stop in self._stops(*own, only_fixed=True) for visit in stop.visits],
            "room_at": None if failure.start is None else clock_text(failure.start),
        }


def _starts_within(window: Window, shift: Shift, minutes: int, grid: int) -> range:
    """The starts on the grid that keep a visit within the window and the shift."""
    first, last = max(window.starts, shift.leave_from), min(window.ends, shift.visits_until) - minutes
    return range(-(-first // grid) * grid, last + 1, grid)


def _hours(shift: Shift) -> dict[str, object]:
    return {"date": shift.on.isoformat(), "from": clock_text(shift.leave_from), "until": clock_text(shift.visits_until)}
