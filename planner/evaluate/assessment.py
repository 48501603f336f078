"""What is wrong with routes that a person changed, as values: which rule, how badly, who, when and which facts.

`verdict.judge` decides what is broken; here each broken rule gets what a sentence needs, and its severity:

* blocking: cannot be carried out (two homes at once, a visit torn apart, a promise broken);
* warning: goes against what was agreed, and a person may decide otherwise (hours, stops, travel, the grid);
* note: breaks nothing and is worth knowing (a wish that is not met, a long wait, siblings apart).

So there is a blocking finding or a warning exactly when the judge finds something broken; and for siblings whose visits
overlap without beginning together: the format counts them as split, and nobody can receive both.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from planner.evaluate.verdict import BrokenRule, CostParts, judge
from planner.model.index import ProblemIndex, Schedule, ShiftKey
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
        "slack_short",
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
    leaves_early: leaves, leave_from · two_homes, travel_short, slack_short: before (a visit), until, leg, start, and
    slack in the last · not_apart: other (a visit) · ends_too_late: ends, until · back_too_late: back, until ·
    too_many_stops, too_many_in_all: stops, most ·
    outside_windows, outside_wish: start, ends, windows (pairs) · off_grid, off_coupled_grid: start, grid ·
    no_interpreter: language, start · fixed_moved, moved: start, on, visitor · siblings_split, siblings_overlap:
    sibling · long_wait: minutes, before (a visit) · reserved: start, ends, until · near_reserved: start, ends, until,
    leg.
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
    parts: CostParts
    cost: float

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Blocking findings and warnings: empty when `judge` finds no broken rule and no siblings' visits overlap."""
        return tuple(finding for finding in self.findings if finding.severity != Severity.NOTE)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What cannot be carried out."""
        return tuple(finding for finding in self.findings if finding.severity == Severity.BLOCKING)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person may overrule."""
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


def assess(problem: Problem, schedule: Schedule, index: ProblemIndex | None = None) -> Assessment:
    """Everything that is broken, worth knowing and paid for in a schedule.

    `index` may be of a wider problem than `problem`, whose visits alone are assessed; without it one is made.
    """
    index = index or ProblemIndex(problem)
    verdict = judge(problem, schedule.routes.values())
    explainer = _Explainer(index, schedule)
    visits = {visit.id for visit in problem.visits}
    findings = [explainer.explain(broken) for broken in verdict.broken]
    return Assessment((*findings, *_notes(index, schedule, visits)), verdict.parts, verdict.cost)


class _Explainer:
    """Adds the facts to a broken rule."""

    def __init__(self, index: ProblemIndex, schedule: Schedule) -> None:
        self.index, self.schedule = index, schedule

    def explain(self, broken: BrokenRule) -> Finding:
        code, facts, size = broken.code, dict[str, object](), 0
        facts_of = getattr(self, f"_{broken.code}", None)
        if facts_of is not None:
            code, facts, size = facts_of(broken)
        severity = Severity.WARNING if code in MAY_BE_OVERRULED else Severity.BLOCKING
        return Finding(code, severity, broken.visitor, broken.on, broken.visit, facts, size)

    def _evening(self, broken: BrokenRule) -> ShiftKey:
        assert broken.visitor is not None and broken.on is not None  # noqa: S101 - these rules are about an evening
        return broken.visitor, broken.on

    def _at(self, broken: BrokenRule) -> tuple[int, tuple[Stop, ...]]:
        """Which stop of its evening it is about."""
        stops = self.schedule.stops(self._evening(broken))
        return next(number for number, stop in enumerate(stops) if stop.visits[0] == broken.visit), stops

    def _too_early(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        """Too early for the mentor to be there: leaves before the hours, cannot cover the road, or is elsewhere."""
        evening = self._evening(broken)
        number, stops = self._at(broken)
        stop, visitor = stops[number], self.index.visitors[evening[0]]
        if number == 0:
            leg = self.index.leg(visitor.id, visitor.depot, self.index.place_of(stop))
            leave_from, leaves = self.index.shifts[evening].leave_from, stop.start - leg
            return "leaves_early", {"leaves": leaves, "leave_from": leave_from}, leave_from - leaves
        before = stops[number - 1]
        until = before.start + self.index.stop_minutes(before)
        leg = self.index.leg(visitor.id, self.index.place_of(before), self.index.place_of(stop))
        slack = self.index.problem.rules.slack_minutes
        facts: dict[str, object] = {"before": before.visits[0], "until": until, "leg": leg, "start": stop.start}
        code = "two_homes" if stop.start < until else "travel_short" if stop.start < until + leg else "slack_short"
        facts |= {"slack": slack} if code == "slack_short" else {}
        return code, facts, until + leg + slack - stop.start

    def _ends_too_late(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        number, stops = self._at(broken)
        ends = stops[number].start + self.index.stop_minutes(stops[number])
        until = self.index.shifts[self._evening(broken)].visits_until
        return broken.code, {"ends": ends, "until": until}, ends - until

    def _back_too_late(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        evening = self._evening(broken)
        last = self.schedule.stops(evening)[-1]
        visitor = self.index.visitors[evening[0]]
        ends = last.start + self.index.stop_minutes(last)
        back = ends + self.index.leg(visitor.id, self.index.place_of(last), visitor.depot)
        until = self.index.shifts[evening].back_by
        return broken.code, {"back": back, "until": until}, back - until

    def _too_many_stops(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        stops, most = len(self.schedule.stops(self._evening(broken))), self.index.problem.rules.max_stops
        return broken.code, {"stops": stops, "most": most}, stops - most

    def _too_many_in_all(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        stops = sum(len(route.stops) for key, route in self.schedule.routes.items() if key[0] == broken.visitor)
        most = self.index.visitors[broken.visitor or ""].max_stops_total or 0
        return broken.code, {"stops": stops, "most": most}, stops - most

    def _outside_windows(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        visit, stop = broken.visit or "", self.schedule.stop_of(broken.visit or "")
        assert stop is not None and broken.on is not None  # noqa: S101 - only a visit that is made has a moment
        ends = stop.start + self.index.stop_minutes(stop)
        windows = [(window.starts, window.ends) for window in self.index.windows(visit, broken.on)]
        out = [max(0, first - stop.start) + max(0, ends - last) for first, last in windows]
        facts: dict[str, object] = {"start": stop.start, "ends": ends, "windows": sorted(set(windows))}
        return broken.code, facts, min(out, default=0)

    def _off_grid(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        number, stops = self._at(broken)
        return broken.code, {"start": stops[number].start, "grid": self.index.problem.rules.start_grid_minutes}, 0

    def _off_coupled_grid(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        stop = self.schedule.stop_of(broken.visit or "")
        start = stop.start if stop else 0
        return broken.code, {"start": start, "grid": self.index.problem.rules.coupled_grid_minutes}, 0

    def _no_interpreter(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        stop = self.schedule.stop_of(broken.visit or "")
        language = self.index.visits[broken.visit or ""].interpreter
        return broken.code, {"language": language, "start": stop.start if stop else 0}, 0

    def _not_apart(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        name, own = broken.visit or "", self.schedule.stop_of(broken.visit or "")
        assert own is not None  # noqa: S101 - only a visit that is made overlaps
        for other in self.index.apart.get(name, []):
            stop = self.schedule.stop_of(other)
            if stop is not None and self.schedule.made[other][1] == broken.on and _overlap(self.index, own, stop):
                return broken.code, {"other": other}, 0
        return broken.code, {}, 0

    def _fixed_moved(self, broken: BrokenRule) -> tuple[str, dict[str, object], int]:
        fixed = self.index.problem.fixed[broken.visit or ""]
        return broken.code, {"visitor": fixed.visitor, "on": fixed.on, "start": fixed.start}, 0


def _notes(index: ProblemIndex, schedule: Schedule, visits: Iterable[str]) -> Iterator[Finding]:
    """What breaks nothing and is worth knowing, about these visits."""
    wanted = set(visits)
    for (visitor, on), route in schedule.routes.items():
        if (visitor, on) in index.shifts:
            yield from _long_waits(index, visitor, on, route.stops)
    for name in sorted(wanted & schedule.made.keys()):
        visitor, on = schedule.made[name]
        stop = schedule.stop_of(name)
        if stop is None or (visitor, on) not in index.shifts:
            continue
        yield from _visit_notes(index, schedule, name, visitor, on, stop)


def _visit_notes(
    index: ProblemIndex, schedule: Schedule, name: str, visitor: str, on: dt.date, stop: Stop
) -> Iterator[Finding]:
    visit, ends = index.visits[name], stop.start + index.stop_minutes(stop)
    if visit.has_wish:
        wishes = [(w.starts, w.ends) for w in index.windows(name, on) if w.is_wish]
        if not any(first <= stop.start and ends <= last for first, last in wishes):
            facts: dict[str, object] = {"start": stop.start, "ends": ends, "windows": sorted(set(wishes))}
            yield Finding("outside_wish", Severity.NOTE, visitor, on, name, facts)
    current = index.problem.current.get(name)
    if current is not None and (current.visitor, current.on, current.start) != (visitor, on, stop.start):
        facts = {"visitor": current.visitor, "on": current.on, "start": current.start}
        yield Finding("moved", Severity.NOTE, visitor, on, name, facts)
    for sibling in index.siblings.get(name, []):
        if name < sibling and not _is_together(index, schedule, name, sibling):
            yield Finding("siblings_split", Severity.NOTE, visitor, on, name, {"sibling": sibling})
            other = schedule.stop_of(sibling)
            is_same_day = other is not None and schedule.made[sibling][1] == on
            if other is not None and is_same_day and other.start != stop.start and _overlap(index, stop, other):
                yield Finding("siblings_overlap", Severity.BLOCKING, visitor, on, name, {"sibling": sibling})


def _is_together(index: ProblemIndex, schedule: Schedule, name: str, sibling: str) -> bool:
    """As the judge counts it; a sibling without a moment is not apart."""
    one, other = schedule.stop_of(name), schedule.stop_of(sibling)
    if one is None or other is None or schedule.made[sibling] not in index.shifts:
        return True
    own, theirs = schedule.made[name], schedule.made[sibling]
    is_on_grid = one.start % index.problem.rules.coupled_grid_minutes == 0
    return (own == theirs or (own[1] == theirs[1] and is_on_grid)) and one.start == other.start


def _overlap(index: ProblemIndex, one: Stop, other: Stop) -> bool:
    """Whether two stops of one day are both under way at some moment."""
    return one.start < other.start + index.stop_minutes(other) and other.start < one.start + index.stop_minutes(one)


def _long_waits(index: ProblemIndex, visitor: str, on: dt.date, stops: tuple[Stop, ...]) -> Iterator[Finding]:
    for before, stop in itertools.pairwise(stops):
        places = [index.place_of(each) for each in (before, stop)]
        there = before.start + index.stop_minutes(before) + index.leg(visitor, places[0], places[1])
        waiting = stop.start - there - index.problem.rules.slack_minutes
        if waiting >= LONG_WAIT and stop.role != SECOND:
            facts: dict[str, object] = {"minutes": waiting, "before": before.visits[0]}
            yield Finding("long_wait", Severity.NOTE, visitor, on, stop.visits[0], facts, waiting)
