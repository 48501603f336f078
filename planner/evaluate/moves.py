"""A move by hand: one visit to another shift, another moment or out of the plan, and what that costs and breaks.

A move changes a shift or two; only those, and the visits coupled with theirs, are judged before and after. Other
visits of the shift keep their moment unless the new one needs the room; visits that are fixed, pinned or coupled with
somebody else always do.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from planner.base.change_tuning import MoveTuning
from planner.base.tuning import DEFAULT
from planner.evaluate.assessment import Assessment, Finding, Severity, assess
from planner.evaluate.minute_costs import MinuteCostTable, exceeding
from planner.evaluate.start_costs import BREACH, MINUTE_OF_DAY, MinuteCosts, StartCosts
from planner.model.index import ProblemIndex, Schedule, ShiftKey
from planner.model.modification import restrict
from planner.model.plan import SECOND, Stop
from planner.model.problem import MINUTES_A_DAY, Problem

ShiftStops = dict[ShiftKey, tuple[Stop, ...]]  # the stops of some shifts, in driving order; none: no route


class NoSuchShift(ValueError):
    """The visitor has no shift on that day."""


@dataclass(frozen=True)
class StartChange:
    """A visit that stays in its shift and starts at another time; both in minutes after midnight."""

    visit: str
    before: int
    after: int


@dataclass(frozen=True)
class Move:
    """What one visit's move makes of the shifts that it changes, and the difference that it makes.

    `evening` and `start` (minutes after midnight): where the visit goes, None when it is taken out. `shift_stops`: the
    new stops of each shift that changes. `cost` and `parts` are after less before; `findings` are those that are new or
    worse, `solved` those that are gone. `shifted`: other visits that start at another time.
    """

    visit: str
    evening: ShiftKey | None
    start: int | None
    shift_stops: ShiftStops
    cost: float
    parts: Mapping[str, float]
    findings: tuple[Finding, ...]
    solved: tuple[Finding, ...]
    shifted: tuple[StartChange, ...] = ()

    @property
    def is_blocked(self) -> bool:
        """Whether the move makes a finding that nobody may overrule."""
        return any(finding.severity == Severity.BLOCKING for finding in self.findings)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The new findings that a person may overrule, with a reason."""
        return tuple(finding for finding in self.findings if finding.severity == Severity.WARNING)


@dataclass(frozen=True)
class _Insertion:
    """A place in an evening's order with a start, and what that costs in the search."""

    cost: float
    position: int
    start: int
    starts: tuple[int, ...]


@dataclass
class Mover:
    """Finds out what moves cost in one draft, without changing it.

    `pinned`: visits that keep their moment whatever comes next to them.
    """

    index: ProblemIndex
    schedule: Schedule
    pinned: Collection[str] = frozenset()
    tuning: MoveTuning = DEFAULT.moves

    def __post_init__(self) -> None:
        self._costs = MinuteCostTable(self.index, self.schedule, self.pinned)

    def take_out(self, visit: str) -> Move:
        """Leave the visit without a moment, with a sibling in the same stop and whoever came along."""
        return self._weigh(visit, None, None, self._without(visit))

    def place(self, visit: str, evening: ShiftKey, *, start: int | None = None, position: int | None = None) -> Move:
        """Put the visit in this shift.

        `start` (minutes after midnight) and `position` (in the driving order, from 0) are the cheapest ones unless they
        are asked for. Raises NoSuchShift when the visitor has no such shift.
        """
        if evening not in self.index.shifts:
            raise NoSuchShift(evening)
        stop = self.schedule.stop_of(visit) or Stop((visit,), 0)
        touched = self._without(visit)
        others = touched.get(evening, self.schedule.stops(evening))
        company = self._company_of(stop, evening)
        if company:
            insertion, partner = self._together(stop, evening, others, touched, company, start, position)
        else:
            insertion, partner = self._best(stop, evening, others, start, position), None
        insertion = insertion or self._as_asked(stop, others, start, position)
        touched[evening] = _inserted(others, replace(stop, start=insertion.start), insertion)
        if partner is not None:
            key, second, place = partner
            beside = touched.get(key, self.schedule.stops(key))
            touched[key] = _inserted(beside, replace(second, start=place.start), place)
        return self._weigh(visit, evening, insertion.start, touched)

    def best_moves(self, visit: str, dates: Collection[dt.date] | None = None) -> Iterator[Move]:
        """The cheapest move to every shift of every visitor who may make this visit, by date and visitor.

        `dates`: only shifts on these.
        """
        stop = self.schedule.stop_of(visit) or Stop((visit,), 0)
        people = {person for name in stop.visits for person in self.index.visits[name].visitors}
        for evening in sorted(self.index.shifts, key=lambda key: (key[1], key[0])):
            if evening[0] in people and (dates is None or evening[1] in dates):
                yield self.place(visit, evening)

    # --- the shifts that a move changes ---

    def _without(self, visit: str) -> ShiftStops:
        """The evenings that hold the visit or its company, without them and closed up."""
        stop, touched = self.schedule.stop_of(visit), ShiftStops()
        if stop is None:
            return touched
        home = self.schedule.made[visit]
        touched[home] = self._closed_up(home, [each for each in self.schedule.stops(home) if each is not stop])
        for key in {key for name in stop.visits for key in self.schedule.company.get(name, [])}:
            stops = touched.get(key, self.schedule.stops(key))
            left = [each for each in stops if each.role != SECOND or not set(each.visits) & set(stop.visits)]
            touched[key] = self._closed_up(key, left)
        return touched

    def _closed_up(self, evening: ShiftKey, stops: Iterable[Stop]) -> tuple[Stop, ...]:
        """The stops that stay, earlier or later where that saves more than it disturbs."""
        left = tuple(stops)
        if not left:
            return left
        day = self._day(
            evening, [(stop, self._costs.of_present_stop(stop, evening, self.tuning.closing_up)) for stop in left]
        )
        costs = day.by_start_of(0)
        start = int(np.argmin(costs))
        if not np.isfinite(costs[start]):
            return left
        return tuple(replace(stop, start=at) for stop, at in zip(left, day.starts(0, start), strict=True))

    def _company_of(self, stop: Stop, evening: ShiftKey) -> tuple[str, ...]:
        """Who could come along to this stop: colleagues with an evening on that day."""
        needing = [self.index.visits[name].second for name in stop.visits if self.index.visits[name].second]
        if not needing:
            return ()
        people = set(needing[0]).intersection(*needing[1:]) - {evening[0]}
        return tuple(sorted(person for person in people if (person, evening[1]) in self.index.shifts))

    # --- searching for the best place ---

    def _best(
        self, stop: Stop, evening: ShiftKey, others: tuple[Stop, ...], start: int | None, position: int | None
    ) -> _Insertion | None:
        """The cheapest place; None when no order leaves the time for it."""
        profiles = self._profiles(stop, evening, others, start, position)
        best: _Insertion | None = None
        for number, (day, costs) in profiles.items():
            at = int(np.argmin(costs))
            if np.isfinite(costs[at]) and (best is None or costs[at] < best.cost - 1e-6):
                best = _Insertion(float(costs[at]), number, at, tuple(day.starts(number, at)))
        return best

    def _together(
        self,
        stop: Stop,
        evening: ShiftKey,
        others: tuple[Stop, ...],
        touched: ShiftStops,
        company: tuple[str, ...],
        start: int | None,
        position: int | None,
    ) -> tuple[_Insertion | None, tuple[ShiftKey, Stop, _Insertion] | None]:
        """The cheapest place for the visit and for one colleague, at one start."""
        needing = tuple(name for name in stop.visits if self.index.visits[name].second)
        second = Stop(needing, 0, SECOND)
        best: tuple[float, int, int, ShiftKey, int] | None = None
        own = self._profiles(stop, evening, others, start, position)
        theirs = {
            key: self._profiles(second, key, touched.get(key, self.schedule.stops(key)), None, None)
            for key in ((person, evening[1]) for person in company)
        }
        for number, (_day, costs) in own.items():
            for key, profiles in theirs.items():
                for place, (_other, their_costs) in profiles.items():
                    both = costs + their_costs
                    at = int(np.argmin(both))
                    if np.isfinite(both[at]) and (best is None or both[at] < best[0] - 1e-6):
                        best = (float(both[at]), number, at, key, place)
        if best is None:
            return self._best(stop, evening, others, start, position), None
        cost, number, at, key, place = best
        insertion = _Insertion(cost, number, at, tuple(own[number][0].starts(number, at)))
        return insertion, (key, second, _Insertion(cost, place, at, tuple(theirs[key][place][0].starts(place, at))))

    def _profiles(
        self, stop: Stop, evening: ShiftKey, others: tuple[Stop, ...], start: int | None, position: int | None
    ) -> dict[int, tuple[StartCosts, MinuteCosts]]:
        """Per place in the order: the evening with the stop there, and its cost by the start of the stop."""
        cost = self._costs.of_new_stop(stop, evening)
        if start is not None:
            alone = np.full_like(cost, np.inf)
            alone[start] = cost[start] if np.isfinite(cost[start]) else BREACH
            cost = alone
        rest = [(each, self._costs.of_present_stop(each, evening, self.tuning.for_room)) for each in others]
        places = range(len(others) + 1) if position is None else [min(max(position, 0), len(others))]
        found = {}
        for place in places:
            day = self._day(evening, [*rest[:place], (stop, cost), *rest[place:]])
            found[place] = (day, day.by_start_of(place))
        return found

    def _as_asked(self, stop: Stop, others: tuple[Stop, ...], start: int | None, position: int | None) -> _Insertion:
        """No order leaves the time: as it was asked for, so that the assessment can say what breaks."""
        if start is None:
            before = others[min(position if position is not None else len(others), len(others)) - 1] if others else None
            start = before.start + self.index.stop_minutes(before) if before else stop.start
        start = min(start, MINUTES_A_DAY)
        place = sum(each.start <= start for each in others) if position is None else min(position, len(others))
        starts = [each.start for each in others]
        return _Insertion(np.inf, place, start, (*starts[:place], start, *starts[place:]))

    def _day(self, evening: ShiftKey, stops: list[tuple[Stop, MinuteCosts]]) -> StartCosts:
        """The order with its roads: travel that it takes is in the cost of leaving."""
        person, weights = evening[0], self.index.problem.weights
        shift, visitor = self.index.shifts[evening], self.index.visitors[person]
        places = [visitor.depot, *(self.index.visits[stop.visits[0]].place for stop, _cost in stops), visitor.depot]
        legs = [self.index.leg(person, a, b) for a, b in itertools.pairwise(places)]
        lengths = [self.index.stop_minutes(stop) for stop, _cost in stops]
        slack = self.index.problem.rules.slack_minutes
        first = weights.travel_minute * sum(legs) + exceeding(shift.leave_from - (MINUTE_OF_DAY - legs[0]))
        last = exceeding(MINUTE_OF_DAY + lengths[-1] + legs[-1] - shift.back_by)
        return StartCosts(
            costs=tuple(cost for _stop, cost in stops),
            gaps=tuple(length + leg + slack for length, leg in zip(lengths[:-1], legs[1:-1], strict=True)),
            first=first,
            last=last,
            waiting=weights.waiting_minute,
        )

    # --- what it comes to ---

    def _weigh(self, visit: str, evening: ShiftKey | None, start: int | None, touched: ShiftStops) -> Move:
        """Judge the evenings concerned before and after."""
        after = self.schedule.changed(touched)
        before, then = difference(self.index, self.schedule, after, touched, visit)
        old, new = before.parts.as_dict(), then.parts.as_dict()
        return Move(
            visit=visit,
            evening=evening,
            start=start,
            shift_stops=touched,
            cost=then.cost - before.cost,
            parts={name: new[name] - old[name] for name in new},
            findings=then.beyond(before),
            solved=before.beyond(then),
            shifted=tuple(self._shifted(visit, touched)),
        )

    def _shifted(self, visit: str, touched: ShiftStops) -> Iterator[StartChange]:
        own = self.schedule.stop_of(visit)
        moved = set(own.visits) if own else {visit}
        for key, stops in touched.items():
            old = {each.visits[0]: each.start for each in self.schedule.stops(key)}
            for stop in stops:
                name = stop.visits[0]
                if name in old and name not in moved and old[name] != stop.start:
                    yield StartChange(name, old[name], stop.start)


def difference(
    index: ProblemIndex, before: Schedule, after: Schedule, touched: Iterable[ShiftKey], visit: str
) -> tuple[Assessment, Assessment]:
    """Assessments of two drafts, of no more than can differ: these shifts, and the visits coupled with theirs.

    `touched`: the shifts that differ. `visit`: the visit that was moved.
    """
    keys = set(touched)
    names = {visit} | {n for schedule in (before, after) for key in keys for s in schedule.stops(key) for n in s.visits}
    tied = {other for name in names for some in (index.siblings, index.apart) for other in some.get(name, [])}
    for schedule in (before, after):
        keys |= {schedule.made[name] for name in names | tied if name in schedule.made}
        keys |= {key for name in names for key in schedule.company.get(name, [])}
    keys |= _of_interpreters(index, (before, after), names)
    limited = {person for person, _on in keys if index.visitors[person].max_stops_total is not None}
    keys |= {key for schedule in (before, after) for key in schedule.routes if key[0] in limited}
    names |= {n for schedule in (before, after) for key in keys for s in schedule.stops(key) for n in s.visits}
    part = _part(index, names | tied, {person for person, _on in keys})
    old, new = (
        Schedule.of(schedule.routes[key] for key in sorted(keys) if key in schedule.routes)
        for schedule in (before, after)
    )
    return assess(part, old, index), assess(part, new, index)


def _of_interpreters(index: ProblemIndex, some: Iterable[Schedule], names: Collection[str]) -> set[ShiftKey]:
    """The evenings that ask for the same interpreters on the same days."""
    found: set[ShiftKey] = set()
    for schedule in some:
        asked = {
            (index.visits[name].interpreter, schedule.made[name][1])
            for name in names
            if name in schedule.made and index.visits[name].interpreter is not None
        }
        if asked:
            found |= {key for name, key in schedule.made.items() if (index.visits[name].interpreter, key[1]) in asked}
    return found


def _part(index: ProblemIndex, names: Collection[str], people: Collection[str]) -> Problem:
    """The problem with only these visits and visitors."""
    return restrict(
        index.problem,
        visitors=(index.visitors[person] for person in sorted(people)),
        visits=(index.visits[name] for name in sorted(names)),
    )


def _inserted(others: tuple[Stop, ...], stop: Stop, insertion: _Insertion) -> tuple[Stop, ...]:
    stops = [*others[: insertion.position], stop, *others[insertion.position :]]
    return tuple(replace(each, start=at) for each, at in zip(stops, insertion.starts, strict=True))
