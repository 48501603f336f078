"""What is wrong with routes that a person changed, as values: which rule, how badly, who, when and which facts.

`verdict.judge` decides what is broken; here each broken rule gets what a sentence needs, and its severity:

* blocking: cannot be carried out (two homes at once, a visit torn apart, a promise broken);
* warning: goes against what was agreed, and a person may decide otherwise (hours, stops, travel, the grid);
* note: breaks nothing and is worth knowing (a wish that is not met, a long wait, siblings apart).

So there is a blocking finding or a warning exactly when the judge finds something broken.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from planner.evaluate.verdict import Broken, Parts, judge
from planner.model.index import Almanac, Days, Evening
from planner.model.plan import SECOND, Stop
from planner.model.problem import Problem

LONG_WAIT = 30  # minutes between two families that are worth a remark


class Severity(StrEnum):
    """How bad it is."""

    BLOCKING = "blocking"
    WARNING = "warning"
    NOTE = "note"


# What a person may decide otherwise, with a reason; every other broken rule blocks. See docs/decisions/0009-board.md.
MAY_BE_OVERRULED = frozenset(
    {
        "leaves_early",
        "travel_short",
        "ends_too_late",
        "back_too_late",
        "too_many_stops",
        "too_many_in_all",
        "outside_windows",
        "off_grid",
        "off_coupled_grid",
    }
)


@dataclass(frozen=True)
class Finding:
    """One thing to know about a draft. `size`: by how much (minutes or visits), 0 where that means nothing.

    `facts` by code; minutes of the day are minutes after midnight:
    leaves_early: leaves, leave_from · two_homes, travel_short: before (a visit), until, leg · ends_too_late:
    ends, until · back_too_late: back, until · too_many_stops, too_many_in_all: stops, most ·
    outside_windows, outside_wish: start, ends, windows (pairs) · off_grid, off_coupled_grid: start, grid ·
    no_interpreter: language, start · fixed_moved, moved: start, on, visitor · siblings_split: sibling ·
    long_wait: minutes, before (a visit).
    """

    code: str
    severity: Severity
    visitor: str | None = None
    on: dt.date | None = None
    visit: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    size: int = 0

    @property
    def subject(self) -> tuple[str, str | None, dt.date | None, str | None]:
        """What it is about: two findings with one subject are one problem, worse or less bad."""
        return self.code, self.visitor, self.on, self.visit


@dataclass(frozen=True)
class Assessment:
    """All findings about some routes, and what the routes cost."""

    findings: tuple[Finding, ...]
    parts: Parts
    cost: float

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Blocking and warnings: none means that the judge finds nothing either."""
        return tuple(finding for finding in self.findings if finding.severity != Severity.NOTE)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == Severity.BLOCKING)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == Severity.WARNING)

    def beyond(self, before: Assessment) -> tuple[Finding, ...]:
        """What is new or worse here than it was before."""
        known = Counter[tuple[object, ...]]()
        sizes: dict[tuple[object, ...], int] = {}
        for finding in before.findings:
            known[finding.subject] += 1
            sizes[finding.subject] = max(finding.size, sizes.get(finding.subject, 0))
        new = []
        for finding in self.findings:
            if known[finding.subject] > 0 and finding.size <= sizes[finding.subject]:
                known[finding.subject] -= 1
            else:
                new.append(finding)
        return tuple(new)


def assess(problem: Problem, days: Days, almanac: Almanac | None = None) -> Assessment:
    """All that is broken, worth knowing and paid for in these days. `almanac` is of the same problem or a wider one."""
    almanac = almanac or Almanac(problem)
    verdict = judge(problem, days.routes.values())
    explainer = _Explainer(almanac, days)
    visits = {visit.id for visit in problem.visits}
    findings = [explainer.explain(broken) for broken in verdict.broken]
    return Assessment((*findings, *_notes(almanac, days, visits)), verdict.parts, verdict.cost)


class _Explainer:
    """Adds the facts to a broken rule."""

    def __init__(self, almanac: Almanac, days: Days) -> None:
        self.almanac, self.days = almanac, days

    def explain(self, broken: Broken) -> Finding:
        code, facts, size = broken.code, dict[str, object](), 0
        facts_of = getattr(self, f"_{broken.code}", None)
        if facts_of is not None:
            code, facts, size = facts_of(broken)
        severity = Severity.WARNING if code in MAY_BE_OVERRULED else Severity.BLOCKING
        return Finding(code, severity, broken.visitor, broken.on, broken.visit, facts, size)

    def _evening(self, broken: Broken) -> Evening:
        assert broken.visitor is not None and broken.on is not None  # noqa: S101 - these rules are about an evening
        return broken.visitor, broken.on

    def _at(self, broken: Broken) -> tuple[int, tuple[Stop, ...]]:
        """Which stop of its evening it is about."""
        stops = self.days.stops(self._evening(broken))
        return next(number for number, stop in enumerate(stops) if stop.visits[0] == broken.visit), stops

    def _place(self, stop: Stop) -> str:
        return self.almanac.visits[stop.visits[0]].place

    def _too_early(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        """Too early for the mentor to be there: leaves before the hours, cannot cover the road, or is elsewhere."""
        evening = self._evening(broken)
        number, stops = self._at(broken)
        stop, visitor = stops[number], self.almanac.visitors[evening[0]]
        if number == 0:
            leg = self.almanac.leg(visitor.id, visitor.depot, self._place(stop))
            leave_from, leaves = self.almanac.shifts[evening].leave_from, stop.start - leg
            return "leaves_early", {"leaves": leaves, "leave_from": leave_from}, leave_from - leaves
        before = stops[number - 1]
        until = before.start + self.almanac.stop_minutes(before)
        leg = self.almanac.leg(visitor.id, self._place(before), self._place(stop))
        facts: dict[str, object] = {"before": before.visits[0], "until": until, "leg": leg, "start": stop.start}
        return ("two_homes" if stop.start < until else "travel_short"), facts, until + leg - stop.start

    def _ends_too_late(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        number, stops = self._at(broken)
        ends = stops[number].start + self.almanac.stop_minutes(stops[number])
        until = self.almanac.shifts[self._evening(broken)].visits_until
        return broken.code, {"ends": ends, "until": until}, ends - until

    def _back_too_late(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        evening = self._evening(broken)
        last = self.days.stops(evening)[-1]
        visitor = self.almanac.visitors[evening[0]]
        ends = last.start + self.almanac.stop_minutes(last)
        back = ends + self.almanac.leg(visitor.id, self._place(last), visitor.depot)
        until = self.almanac.shifts[evening].back_by
        return broken.code, {"back": back, "until": until}, back - until

    def _too_many_stops(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        stops, most = len(self.days.stops(self._evening(broken))), self.almanac.problem.rules.max_stops
        return broken.code, {"stops": stops, "most": most}, stops - most

    def _too_many_in_all(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        stops = sum(len(route.stops) for key, route in self.days.routes.items() if key[0] == broken.visitor)
        most = self.almanac.visitors[broken.visitor or ""].max_stops_total or 0
        return broken.code, {"stops": stops, "most": most}, stops - most

    def _outside_windows(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        visit, stop = broken.visit or "", self.days.stop_of(broken.visit or "")
        assert stop is not None and broken.on is not None  # noqa: S101 - only a visit that is made has a moment
        ends = stop.start + self.almanac.stop_minutes(stop)
        windows = [(window.starts, window.ends) for window in self.almanac.windows(visit, broken.on)]
        out = [max(0, first - stop.start) + max(0, ends - last) for first, last in windows]
        facts: dict[str, object] = {"start": stop.start, "ends": ends, "windows": sorted(set(windows))}
        return broken.code, facts, min(out, default=0)

    def _off_grid(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        number, stops = self._at(broken)
        return broken.code, {"start": stops[number].start, "grid": self.almanac.problem.rules.start_grid_minutes}, 0

    def _off_coupled_grid(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        stop = self.days.stop_of(broken.visit or "")
        start = stop.start if stop else 0
        return broken.code, {"start": start, "grid": self.almanac.problem.rules.coupled_grid_minutes}, 0

    def _no_interpreter(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        stop = self.days.stop_of(broken.visit or "")
        language = self.almanac.visits[broken.visit or ""].interpreter
        return broken.code, {"language": language, "start": stop.start if stop else 0}, 0

    def _fixed_moved(self, broken: Broken) -> tuple[str, dict[str, object], int]:
        fixed = self.almanac.problem.fixed[broken.visit or ""]
        return broken.code, {"visitor": fixed.visitor, "on": fixed.on, "start": fixed.start}, 0


def _notes(almanac: Almanac, days: Days, visits: Iterable[str]) -> Iterator[Finding]:
    """What breaks nothing and is worth knowing, about these visits."""
    wanted = set(visits)
    for (visitor, on), route in days.routes.items():
        if (visitor, on) in almanac.shifts:
            yield from _long_waits(almanac, visitor, on, route.stops)
    for name in sorted(wanted & days.made.keys()):
        visitor, on = days.made[name]
        stop = days.stop_of(name)
        if stop is None or (visitor, on) not in almanac.shifts:
            continue
        yield from _visit_notes(almanac, days, name, visitor, on, stop)


def _visit_notes(almanac: Almanac, days: Days, name: str, visitor: str, on: dt.date, stop: Stop) -> Iterator[Finding]:
    visit, ends = almanac.visits[name], stop.start + almanac.stop_minutes(stop)
    if visit.has_wish:
        wishes = [(w.starts, w.ends) for w in almanac.windows(name, on) if w.is_wish]
        if not any(first <= stop.start and ends <= last for first, last in wishes):
            facts: dict[str, object] = {"start": stop.start, "ends": ends, "windows": sorted(set(wishes))}
            yield Finding("outside_wish", Severity.NOTE, visitor, on, name, facts)
    current = almanac.problem.current.get(name)
    if current is not None and (current.visitor, current.on, current.start) != (visitor, on, stop.start):
        facts = {"visitor": current.visitor, "on": current.on, "start": current.start}
        yield Finding("moved", Severity.NOTE, visitor, on, name, facts)
    for sibling in almanac.siblings.get(name, []):
        if name < sibling and not _is_together(almanac, days, name, sibling):
            yield Finding("siblings_split", Severity.NOTE, visitor, on, name, {"sibling": sibling})


def _is_together(almanac: Almanac, days: Days, name: str, sibling: str) -> bool:
    """As the judge counts it; a sibling without a moment is not apart."""
    one, other = days.stop_of(name), days.stop_of(sibling)
    if one is None or other is None or days.made[sibling] not in almanac.shifts:
        return True
    same_moment = days.made[name][1] == days.made[sibling][1] and one.start == other.start
    return same_moment and (len(one.visits) == 2 or one.start % almanac.problem.rules.coupled_grid_minutes == 0)


def _long_waits(almanac: Almanac, visitor: str, on: dt.date, stops: tuple[Stop, ...]) -> Iterator[Finding]:
    for before, stop in itertools.pairwise(stops):
        places = [almanac.visits[each.visits[0]].place for each in (before, stop)]
        there = before.start + almanac.stop_minutes(before) + almanac.leg(visitor, places[0], places[1])
        waiting = stop.start - there
        if waiting >= LONG_WAIT and stop.role != SECOND:
            facts: dict[str, object] = {"minutes": waiting, "before": before.visits[0]}
            yield Finding("long_wait", Severity.NOTE, visitor, on, stop.visits[0], facts, waiting)
