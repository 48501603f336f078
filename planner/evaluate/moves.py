"""A change by hand: one visit to another evening, another moment or out of the plan, and what that costs and breaks.

A move touches an evening or two; only those, and whatever is tied to them, are judged before and after. Other
families of the evening keep their moment unless the newcomer needs the room; who agreed, who is pinned and who
is tied to somebody else always does.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from planner.evaluate import timetable
from planner.evaluate.assessment import Assessment, Finding, Severity, assess
from planner.evaluate.timetable import BREACH, CLOCK, Prices
from planner.model.index import ProblemIndex, Schedule, ShiftKey
from planner.model.plan import SECOND, Stop
from planner.model.problem import MINUTES_A_DAY, Problem, interpreters_there

# In the search only. Who comes in shifts a neighbour only for lack of room; who leaves lets the others close up when
# that saves half an hour of waiting.
FOR_ROOM, CLOSING_UP = 5_000.0, 30.0
ShiftStops = dict[ShiftKey, tuple[Stop, ...]]


class NoSuchShift(ValueError):
    """The visitor has no shift on that day."""


@dataclass(frozen=True)
class StartChange:
    """A family that stays in its evening and starts at another time."""

    visit: str
    before: int
    after: int


@dataclass(frozen=True)
class Move:
    """What a move makes of the evenings that it touches, and the difference that it makes.

    `cost` and `parts` are after less before; `findings` are those that are new or worse, `solved` those that are
    gone. `start` is None when the visit was taken out.
    """

    visit: str
    evening: ShiftKey | None
    start: int | None
    touched: ShiftStops
    cost: float
    parts: Mapping[str, int]
    findings: tuple[Finding, ...]
    solved: tuple[Finding, ...]
    shifted: tuple[StartChange, ...] = ()

    @property
    def is_blocked(self) -> bool:
        return any(finding.severity == Severity.BLOCKING for finding in self.findings)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == Severity.WARNING)


@dataclass(frozen=True)
class _Spot:
    """A place in an evening's order with a start, and what that costs in the search's own prices."""

    cost: float
    position: int
    start: int
    starts: tuple[int, ...]


@dataclass
class Mover:
    """Answers what moves cost in one draft."""

    index: ProblemIndex
    schedule: Schedule
    pinned: Collection[str] = frozenset()
    _prices: dict[tuple[str, ShiftKey, bool], Prices] = field(default_factory=dict)

    def take_out(self, visit: str) -> Move:
        """Leave the visit, a sibling in the same stop and its company without a moment."""
        return self._weigh(visit, None, None, self._without(visit))

    def place(self, visit: str, evening: ShiftKey, *, start: int | None = None, position: int | None = None) -> Move:
        """Put the visit in this evening, at the best start or the one asked for, at the best place in the order or
        the one asked for. Raises NoSuchEvening when the visitor gives no such evening."""
        if evening not in self.index.shifts:
            raise NoSuchShift(evening)
        stop = self.schedule.stop_of(visit) or Stop((visit,), 0)
        touched = self._without(visit)
        others = touched.get(evening, self.schedule.stops(evening))
        company = self._company_of(stop, evening)
        if company:
            spot, partner = self._together(stop, evening, others, touched, company, start, position)
        else:
            spot, partner = self._best(stop, evening, others, start, position), None
        spot = spot or self._as_asked(stop, others, start, position)
        touched[evening] = _inserted(others, replace(stop, start=spot.start), spot)
        if partner is not None:
            key, second, place = partner
            touched[key] = _inserted(
                touched.get(key, self.schedule.stops(key)), replace(second, start=place.start), place
            )
        return self._weigh(visit, evening, spot.start, touched)

    def spots(self, visit: str, dates: Collection[dt.date] | None = None) -> Iterator[Move]:
        """The best place in every evening of every visitor who may make this visit."""
        stop = self.schedule.stop_of(visit) or Stop((visit,), 0)
        people = {person for name in stop.visits for person in self.index.visits[name].visitors}
        for evening in sorted(self.index.shifts, key=lambda key: (key[1], key[0])):
            if evening[0] in people and (dates is None or evening[1] in dates):
                yield self.place(visit, evening)

    # --- the evenings that a move touches ---

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
        day = self._day(evening, [(stop, self._price(stop, evening, CLOSING_UP)) for stop in left])
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
    ) -> _Spot | None:
        """The cheapest place; None when no order leaves the time for it."""
        profiles = self._profiles(stop, evening, others, start, position)
        best: _Spot | None = None
        for number, (day, costs) in profiles.items():
            at = int(np.argmin(costs))
            if np.isfinite(costs[at]) and (best is None or costs[at] < best.cost - 1e-6):
                best = _Spot(float(costs[at]), number, at, tuple(day.starts(number, at)))
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
    ) -> tuple[_Spot | None, tuple[ShiftKey, Stop, _Spot] | None]:
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
                for place, (_other, prices) in profiles.items():
                    both = costs + prices
                    at = int(np.argmin(both))
                    if np.isfinite(both[at]) and (best is None or both[at] < best[0] - 1e-6):
                        best = (float(both[at]), number, at, key, place)
        if best is None:
            return self._best(stop, evening, others, start, position), None
        cost, number, at, key, place = best
        spot = _Spot(cost, number, at, tuple(own[number][0].starts(number, at)))
        return spot, (key, second, _Spot(cost, place, at, tuple(theirs[key][place][0].starts(place, at))))

    def _profiles(
        self, stop: Stop, evening: ShiftKey, others: tuple[Stop, ...], start: int | None, position: int | None
    ) -> dict[int, tuple[timetable.StartCosts, Prices]]:
        """Per place in the order: the evening with the stop there, and its cost by the start of the stop."""
        price = self._price_of_mover(stop, evening)
        if start is not None:
            alone = np.full_like(price, np.inf)
            alone[start] = price[start] if np.isfinite(price[start]) else BREACH
            price = alone
        rest = [(each, self._price(each, evening, FOR_ROOM)) for each in others]
        places = range(len(others) + 1) if position is None else [min(max(position, 0), len(others))]
        found = {}
        for place in places:
            day = self._day(evening, [*rest[:place], (stop, price), *rest[place:]])
            found[place] = (day, day.by_start_of(place))
        return found

    def _as_asked(self, stop: Stop, others: tuple[Stop, ...], start: int | None, position: int | None) -> _Spot:
        """No order leaves the time: as it was asked for, so that the assessment can say what breaks."""
        if start is None:
            before = others[min(position if position is not None else len(others), len(others)) - 1] if others else None
            start = before.start + self.index.stop_minutes(before) if before else stop.start
        start = min(start, MINUTES_A_DAY)
        place = sum(each.start <= start for each in others) if position is None else min(position, len(others))
        starts = [each.start for each in others]
        return _Spot(np.inf, place, start, (*starts[:place], start, *starts[place:]))

    def _day(self, evening: ShiftKey, stops: list[tuple[Stop, Prices]]) -> timetable.StartCosts:
        """The order with its roads: travel that it takes is in the price of leaving."""
        person, weights = evening[0], self.index.problem.weights
        shift, visitor = self.index.shifts[evening], self.index.visitors[person]
        places = [visitor.depot, *(self.index.visits[stop.visits[0]].place for stop, _price in stops), visitor.depot]
        legs = [self.index.leg(person, a, b) for a, b in itertools.pairwise(places)]
        lengths = [self.index.stop_minutes(stop) for stop, _price in stops]
        first = weights.travel_minute * sum(legs) + _late(shift.leave_from - (CLOCK - legs[0]))
        last = _late(CLOCK + lengths[-1] + legs[-1] - shift.back_by)
        return timetable.StartCosts(
            prices=tuple(price for _stop, price in stops),
            gaps=tuple(length + leg for length, leg in zip(lengths[:-1], legs[1:-1], strict=True)),
            first=first,
            last=last,
            waiting=weights.waiting_minute,
        )

    # --- what a start costs ---

    def _price(self, stop: Stop, evening: ShiftKey, disturbance: float) -> Prices:
        """Of a stop that is there already, by minute of the day: free where it stands, at a price elsewhere, and
        never against a rule."""
        price = np.full(MINUTES_A_DAY + 1, np.inf)
        if not self._stays(stop):
            price = self._price_of_visit(stop.visits[0], evening, is_strict=True) + disturbance
        price[stop.start] = price[stop.start] - disturbance if np.isfinite(price[stop.start]) else 0.0
        return price

    def _stays(self, stop: Stop) -> bool:
        """Whether a stop keeps its moment whatever comes next to it."""
        problem, names = self.index.problem, stop.visits
        return (
            stop.role == SECOND
            or len(names) > 1
            or any(name in self.pinned or name in problem.fixed for name in names)
            or any(self.index.visits[name].is_coupled or self.index.siblings.get(name) for name in names)
        )

    def _price_of_mover(self, stop: Stop, evening: ShiftKey) -> Prices:
        """Of the stop that comes in: what may be overruled is possible, at more than any plan costs."""
        if stop.role == SECOND:
            return self._within_shift(evening, self.index.stop_minutes(stop))
        price = np.zeros(MINUTES_A_DAY + 1)
        for name in stop.visits:
            price = price + self._price_of_visit(name, evening, minutes=self.index.stop_minutes(stop))
            price = price + self._price_of_siblings(name, stop, evening[1])
            price = price + self._price_of_interpreter(name, stop, evening[1])
        return price

    def _price_of_visit(
        self, name: str, evening: ShiftKey, *, is_strict: bool = False, minutes: int | None = None
    ) -> Prices:
        """Windows, wishes, the grid, the shift and the moment that the family was told."""
        key = (name, evening, is_strict)
        length = minutes or self.index.visits[name].minutes
        if key in self._prices and length == self.index.visits[name].minutes:
            return self._prices[key].copy()
        problem, visit = self.index.problem, self.index.visits[name]
        wishes, hours = _inside(self.index, name, evening[1], length)
        price = np.where(wishes, 0.0, problem.weights.outside_wish) if visit.has_wish else np.zeros(MINUTES_A_DAY + 1)
        price = price + self._within_shift(evening, length) + np.where(hours <= 0, 0.0, BREACH + hours)
        if is_strict:
            price[price >= BREACH] = np.inf
        price[CLOCK % problem.rules.start_grid_minutes != 0] = np.inf
        if visit.is_coupled:
            price[CLOCK % problem.rules.coupled_grid_minutes != 0] = np.inf
        price = price + self._price_of_appointment(name, evening)
        self._prices[key] = price
        return price.copy()

    def _price_of_appointment(self, name: str, evening: ShiftKey) -> Prices:
        problem = self.index.problem
        price = np.zeros(MINUTES_A_DAY + 1)
        for moments, cost in ((problem.current, problem.weights.moved), (problem.fixed, 10 * BREACH)):
            told = moments.get(name)
            if told is not None:
                elsewhere = np.full(MINUTES_A_DAY + 1, cost)
                if (told.visitor, told.on) == evening:
                    elsewhere[told.start] = 0.0
                price = price + elsewhere
        return price

    def _within_shift(self, evening: ShiftKey, minutes: int) -> Prices:
        return _late(CLOCK + minutes - self.index.shifts[evening].visits_until)

    def _price_of_siblings(self, name: str, stop: Stop, on: dt.date) -> Prices:
        """Apart from a sibling unless at one start on the coupled grid."""
        rules, split = self.index.problem.rules, self.index.problem.weights.siblings_split
        price = np.zeros(MINUTES_A_DAY + 1)
        for sibling in self.index.siblings.get(name, []):
            other = self.schedule.stop_of(sibling)
            if sibling in stop.visits or other is None:
                continue
            apart = np.full(MINUTES_A_DAY + 1, split)
            if self.schedule.made[sibling][1] == on and other.start % rules.coupled_grid_minutes == 0:
                apart[other.start] = 0.0
            price = price + apart
        return price

    def _price_of_interpreter(self, name: str, stop: Stop, on: dt.date) -> Prices:
        """A breach where no interpreter is free."""
        problem, visit = self.index.problem, self.index.visits[name]
        price = np.zeros(MINUTES_A_DAY + 1)
        if visit.interpreter is None:
            return price
        minutes = self.index.stop_minutes(stop)
        buffer = problem.rules.interpreter_buffer_minutes
        busy = [
            (other.start, other.start + self.index.stop_minutes(other) + buffer)
            for each, key in self.schedule.made.items()
            if key[1] == on and each not in stop.visits and self.index.visits[each].interpreter == visit.interpreter
            for other in [self.schedule.stop_of(each)]
            if other is not None
        ]
        for start in range(0, MINUTES_A_DAY + 1, problem.rules.coupled_grid_minutes):
            end = start + minutes + buffer
            there = interpreters_there(problem, visit.interpreter, on, start, minutes)
            if sum(a < end and start < b for a, b in busy) >= there:
                price[start] = 10 * BREACH
        return price

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
            touched=touched,
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
    """Both drafts, judged as far as they can differ: the evenings touched and all that is tied to them."""
    keys = set(touched)
    names = {visit} | {n for schedule in (before, after) for key in keys for s in schedule.stops(key) for n in s.visits}
    tied = {sibling for name in names for sibling in index.siblings.get(name, [])}
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
    """The problem with only these visits and these people's own facts; everybody stays known by name."""
    problem = index.problem
    return replace(
        problem,
        visitors=tuple(index.visitors[person] for person in sorted(people)),
        visits=tuple(index.visits[name] for name in sorted(names)),
        siblings=tuple(pair for pair in problem.siblings if pair[0] in names and pair[1] in names),
        fixed={name: moment for name, moment in problem.fixed.items() if name in names},
        current={name: moment for name, moment in problem.current.items() if name in names},
    )


def _inserted(others: tuple[Stop, ...], stop: Stop, spot: _Spot) -> tuple[Stop, ...]:
    stops = [*others[: spot.position], stop, *others[spot.position :]]
    return tuple(replace(each, start=at) for each, at in zip(stops, spot.starts, strict=True))


def _late(minutes: Prices) -> Prices:
    """A breach for every moment that is so many minutes over; nothing when it is not."""
    return np.where(minutes > 0, BREACH + minutes, 0.0)


def _inside(index: ProblemIndex, name: str, on: dt.date, minutes: int) -> tuple[np.ndarray, Prices]:
    """Per start: whether it lies in a wish, and how many minutes it lies outside the nearest window (0: inside)."""
    wishes = np.zeros(MINUTES_A_DAY + 1, dtype=bool)
    away = np.full(MINUTES_A_DAY + 1, float(MINUTES_A_DAY))
    for window in index.windows(name, on):
        out = np.maximum(0, window.starts - CLOCK) + np.maximum(0, CLOCK + minutes - window.ends)
        away = np.minimum(away, out)
        if window.is_wish:
            wishes |= out == 0
    return wishes, away
