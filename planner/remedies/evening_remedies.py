"""Remedies that ask something of a visitor: longer or more evenings, more stops, another way of travelling."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from planner.evaluate.verdict import judge
from planner.model.exchange import clock_text
from planner.model.modification import Modification
from planner.model.plan import Route
from planner.model.problem import MINUTES_A_DAY, MOST_STOPS, Shift, Visitor
from planner.remedies.remedy_search import RemedySearch, SearchScope

_LATEST = MINUTES_A_DAY - 1


class EveningRemedies:
    """What one visitor could do for the families without a moment."""

    def __init__(self, search: RemedySearch) -> None:
        self.search = search
        self._step = search.tuning.remedies.step_minutes

    def for_visitor(self, visitor: Visitor, names: list[str]) -> None:
        """Try every kind for these visits (ids) of the visitor that have no moment."""
        scope = self.search.scope_of([visitor.id])
        self._longer_evenings(scope, visitor, names)
        self._one_more_stop(scope, visitor, names)
        self._higher_limit(scope, visitor, names)
        self._extra_evenings(scope, visitor, names)
        self._faster_modes(scope, visitor, names)
        self._longer_season(scope, visitor, names)

    def _longer_evenings(self, scope: SearchScope, visitor: Visitor, names: list[str]) -> None:
        for edge in ("later", "earlier"):
            longer = [_longer(shift, edge, self._step) for shift in visitor.shifts]
            longer = [s for s in longer if any(self.search.fits(n, s.on, s.leave_from, s.visits_until) for n in names)]
            change = Modification(
                shifts=tuple((visitor.id, shift) for shift in longer),
                windows=self.search.windows(names, [shift.on for shift in longer]),
            )
            found = self.search.attempt(scope, change, names) if longer else None
            if found is None:
                continue
            days = [r.on for r in found.routes if r.visitor == visitor.id and self._is_past(scope, visitor, r)]
            if days:
                used = tuple((visitor.id, shift) for shift in longer if shift.on in days)
                facts = {"visitor": visitor.id, "edge": edge, "minutes": self._step, "days": _iso(days)}
                change = replace(change, shifts=used, windows=self.search.windows(names, days))
                self.search.keep("longer_evening", (visitor.id, edge), found, facts, change, names)

    def _is_past(self, scope: SearchScope, visitor: Visitor, route: Route) -> bool:
        """Whether a route does not fit within the visitor's own hours."""
        codes = {broken.code for broken in judge(scope.problem, [route]).broken}
        return bool(codes & {"too_early", "ends_too_late", "back_too_late"})

    def _one_more_stop(self, scope: SearchScope, visitor: Visitor, names: list[str]) -> None:
        most = self.search.problem.rules.max_stops
        change = Modification(max_stops=most + 1)
        found = self.search.attempt(scope, change, names) if most < MOST_STOPS else None
        days = [route.on for route in found.routes if len(route.stops) > most] if found else []
        if found is not None and days:
            facts = {"visitor": visitor.id, "stops": most + 1, "stops_now": most, "days": _iso(days)}
            self.search.keep("one_more_stop", visitor.id, found, facts, change, names)

    def _higher_limit(self, scope: SearchScope, visitor: Visitor, names: list[str]) -> None:
        limit = visitor.max_stops_total
        if limit is None:
            return
        found = self.search.attempt(scope, Modification(limits=((visitor.id, limit + len(names)),)), names)
        if found is not None:
            made = sum(len(route.stops) for route in found.routes if route.visitor == visitor.id)
            facts = {"visitor": visitor.id, "limit": made, "limit_now": limit}
            if made > limit:
                self.search.keep(
                    "higher_limit", visitor.id, found, facts, Modification(limits=((visitor.id, made),)), names
                )

    def _extra_evenings(self, scope: SearchScope, visitor: Visitor, names: list[str]) -> None:
        """On each weekday the days on which most of these families can."""
        by_weekday: dict[int, list[tuple[int, dt.date, Shift]]] = defaultdict(list)
        for on in sorted(set(self.search.weeks) - {shift.on for shift in visitor.shifts}):
            shift = usual_shift(visitor, on)
            able = sum(self.search.fits(name, on, shift.leave_from, shift.visits_until) for name in names)
            if able:
                by_weekday[on.weekday()].append((-able, on, shift))
        dates = self.search.tuning.remedies.dates_a_weekday
        for weekday, options in sorted(by_weekday.items()):
            most = 0
            for less, _on, shift in sorted(options, key=lambda option: option[:2])[:dates]:
                if -less > most:
                    most = max(most, self._extra_evening(scope, visitor, names, weekday, shift))

    def _extra_evening(self, scope: SearchScope, visitor: Visitor, names: list[str], weekday: int, shift: Shift) -> int:
        """How many visits one evening more places."""
        on = shift.on
        change = Modification(
            shifts=((visitor.id, shift),), windows=self.search.windows(names, [on]), days=((on, self.search.weeks[on]),)
        )
        found = self.search.attempt(scope, change, names)
        if found is None or not any(r.on == on and r.visitor == visitor.id for r in found.routes):
            return 0
        facts = {
            "visitor": visitor.id,
            "weekday": weekday,
            "day": on.isoformat(),
            "leave": clock_text(shift.leave_from),
            "until": clock_text(shift.visits_until),
            "back": clock_text(shift.back_by),
        }
        self.search.keep("extra_evening", (visitor.id, weekday), found, facts, change, names)
        return len(found.placed)

    def _faster_modes(self, scope: SearchScope, visitor: Visitor, names: list[str]) -> None:
        own = float(self.search.problem.travel_minutes[visitor.mode].mean())
        for mode, matrix in sorted(self.search.problem.travel_minutes.items()):
            if mode != visitor.mode and float(matrix.mean()) < own:
                change = Modification(modes=((visitor.id, mode),))
                found = self.search.attempt(scope, change, names)
                if found is not None:
                    facts = {"visitor": visitor.id, "mode": mode, "mode_now": visitor.mode}
                    self.search.keep("faster_mode", visitor.id, found, facts, change, names)

    def _longer_season(self, scope: SearchScope, visitor: Visitor, names: list[str]) -> None:
        """The visitor's weekdays, on the days after the last one."""
        last = max(self.search.problem.weeks, default=dt.date.max)
        usual = {shift.on.weekday() for shift in visitor.shifts}
        days = [on for on in sorted(self.search.weeks) if on > last and on.weekday() in usual]
        change = Modification(
            shifts=tuple((visitor.id, usual_shift(visitor, on)) for on in days),
            windows=self.search.windows(names, days),
            days=tuple((on, self.search.weeks[on]) for on in days),
        )
        found = self.search.attempt(scope, change, names) if days else None
        used = [route.on for route in found.routes if route.on > last] if found else []
        if found is not None and used:
            change = Modification(
                shifts=tuple(pair for pair in change.shifts if pair[1].on in used),
                windows=self.search.windows(names, used),
                days=tuple(pair for pair in change.days if pair[0] in used),
            )
            self.search.keep(
                "longer_season", visitor.id, found, {"visitor": visitor.id, "days": _iso(used)}, change, names
            )


def usual_shift(visitor: Visitor, on: dt.date) -> Shift:
    """The hours that this visitor keeps most, on this weekday if ever, on another day."""
    same = [shift for shift in visitor.shifts if shift.on.weekday() == on.weekday()]
    hours = Counter((s.leave_from, s.visits_until, s.back_by) for s in same or visitor.shifts)
    return Shift(on, *min(hours, key=lambda one: (-hours[one], one)))


def _longer(shift: Shift, edge: str, minutes: int) -> Shift:
    if edge == "earlier":
        return replace(shift, leave_from=max(0, shift.leave_from - minutes))
    until, back = shift.visits_until + minutes, shift.back_by + minutes
    return replace(shift, visits_until=min(until, _LATEST), back_by=min(back, _LATEST))


def _iso(days: Iterable[dt.date]) -> list[str]:
    return [on.isoformat() for on in sorted(set(days))]
