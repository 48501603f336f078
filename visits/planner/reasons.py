"""Why a visit has no moment: a code, the facts behind it, and a Dutch sentence.

For every shift of everyone who may make the visit the first thing that fails is noted; the reason is the
one that came closest to a moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .offers import Offering
from .plan import Route, Unplaced
from .problem import Problem, Shift, Visit, Visitor

NO_VISITOR, NO_WINDOWS, NO_COMMON_DAY = "no_visitor", "no_windows", "no_common_day"
WINDOW_TOO_SHORT, OUTSIDE_SHIFT, ROAD_TOO_LONG = "window_too_short", "outside_shift", "road_too_long"
EVENINGS_FULL = "evenings_full"
_CLOSENESS = (NO_COMMON_DAY, WINDOW_TOO_SHORT, OUTSIDE_SHIFT, ROAD_TOO_LONG, EVENINGS_FULL)
_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


@dataclass(frozen=True)
class Failure:
    """Why one shift cannot hold the visit; `road_minutes` is the way there, where that is the reason."""

    visitor: Visitor
    shift: Shift
    code: str
    road_minutes: int = 0


class Reasons:
    """Gives reasons within one plan."""

    def __init__(self, problem: Problem, routes: Iterable[Route]) -> None:
        self.problem = problem
        self.offering = Offering(problem)
        self.visitors = {visitor.id: visitor for visitor in problem.visitors}
        self.route = {(route.visitor, route.on): route for route in routes}

    def why_not(self, number: int) -> Unplaced:
        """The reason for the visit at this position."""
        visit = self.problem.visits[number]
        failures = [
            self._failure(number, self.visitors[name], shift)
            for name in visit.visitors
            for shift in self.visitors[name].shifts
        ]
        code = self._code(visit, failures)
        facts = self._facts(visit, code, [failure for failure in failures if failure.code == code])
        return Unplaced(visit.id, code, facts, self._sentence(visit, code, failures))

    def _code(self, visit: Visit, failures: Sequence[Failure]) -> str:
        if not visit.visitors:
            return NO_VISITOR
        if not visit.windows:
            return NO_WINDOWS
        return max((failure.code for failure in failures), key=_CLOSENESS.index, default=NO_COMMON_DAY)

    def _failure(self, number: int, visitor: Visitor, shift: Shift) -> Failure:
        visit = self.problem.visits[number]
        windows = [window for window in visit.windows if window.on == shift.on]
        if not windows:
            return Failure(visitor, shift, NO_COMMON_DAY)
        if all(window.ends - window.starts < visit.minutes for window in windows):
            return Failure(visitor, shift, WINDOW_TOO_SHORT)
        spans = self.offering.spans(number, visitor, shift, visit.minutes)
        if not spans:
            return Failure(visitor, shift, OUTSIDE_SHIFT)
        matrix = self.problem.travel_minutes[visitor.mode]
        there, depot = self.offering.place[visit.place], self.offering.place[visitor.depot]
        out, back = int(matrix[depot, there]), int(matrix[there, depot])
        earliest, latest = shift.leave_from + out, shift.back_by - back - visit.minutes
        grid = self.problem.rules.start_grid_minutes
        if any(max(span.first, -(-earliest // grid) * grid) <= min(span.last, latest) for span in spans):
            return Failure(visitor, shift, EVENINGS_FULL)
        return Failure(visitor, shift, ROAD_TOO_LONG, out)

    def _facts(self, visit: Visit, code: str, failures: Sequence[Failure]) -> dict[str, object]:
        return {
            "minutes": visit.minutes,
            "windows": [
                {"date": w.on.isoformat(), "from": _clock(w.starts), "until": _clock(w.ends)} for w in visit.windows
            ],
            "visitors": list(visit.visitors),
            "shifts": [self._shift_facts(failure) for failure in failures],
        }

    def _shift_facts(self, failure: Failure) -> dict[str, object]:
        route = self.route.get((failure.visitor.id, failure.shift.on))
        return {
            "visitor": failure.visitor.id,
            "date": failure.shift.on.isoformat(),
            "from": _clock(failure.shift.leave_from),
            "until": _clock(failure.shift.visits_until),
            "road_minutes": failure.road_minutes,
            "visits": [visit for stop in route.stops for visit in stop.visits] if route else [],
        }

    def _sentence(self, visit: Visit, code: str, failures: Sequence[Failure]) -> str:
        family = _by_weekday((w.on, w.starts, w.ends) for w in visit.windows)
        shifts = [failure.shift for failure in failures]
        mentor = _by_weekday((s.on, s.leave_from, s.visits_until) for s in shifts)
        who = "de bezoeker" if len(visit.visitors) == 1 else "wie kan bezoeken"
        road = max((failure.road_minutes for failure in failures), default=0)
        nights = sum(failure.code == EVENINGS_FULL for failure in failures)
        return {
            NO_VISITOR: "Er is niemand aangewezen die dit gezin kan bezoeken.",
            NO_WINDOWS: "Het gezin heeft geen enkel moment opgegeven.",
            NO_COMMON_DAY: f"Geen gezamenlijke dag: het gezin kan op {family}, {who} bezoekt op {mentor}.",
            WINDOW_TOO_SHORT: (
                f"De momenten van het gezin ({family}) zijn korter dan het bezoek van {visit.minutes} minuten."
            ),
            OUTSIDE_SHIFT: (f"De momenten van het gezin ({family}) passen niet binnen de bezoektijden ({mentor})."),
            ROAD_TOO_LONG: (
                f"De weg is te lang: {road} minuten heen, en het gezin kan alleen op {family}, "
                f"{who} bezoekt op {mentor}."
            ),
            EVENINGS_FULL: (
                f"De avonden zijn vol: het gezin kan op {family}, {nights} keer een dag waarop {who} bezoekt, "
                "maar daar is met de andere bezoeken geen plaats."
            ),
        }[code]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _spoken(minutes: int) -> str:
    return f"{minutes // 60}.{minutes % 60:02d}"


def _by_weekday(stretches: Iterable[tuple[dt.date, int, int]]) -> str:
    """`dinsdag 16.00 tot 17.30 en donderdag 18.00 tot 21.00`, without repeating what comes back weekly."""
    distinct = sorted({(on.weekday(), start, end) for on, start, end in stretches})
    named = [f"{_WEEKDAYS[day]} {_spoken(start)} tot {_spoken(end)}" for day, start, end in distinct]
    if len(named) > 6:
        named = [*named[:6], f"{len(named) - 6} andere momenten"]
    if not named:
        return "geen enkele dag"
    return " en ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
