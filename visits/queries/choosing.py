"""The moments that a family may choose from: those that fit, keep room for everybody, and keep the ride short.

Only moments come out of this module, a few a day. What they cost in travel decides which ones; it is not told.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from mentors.dates import local_day, local_minutes, minutes_of, moment_at
from roads.queries import Place, travel_matrix
from visits.models import Availability, PlaceKind, Shift, Visit, VisitState
from visits.queries.calendar import open_days
from visits.queries.capacity import DEPOT, CapacityNeed, EveningCapacity, MentorCapacity
from visits.queries.days import STAYS_PUT, BookedStop, depot_of, place_of
from visits.queries.home_times import HomeTimes, stretches_on
from visits.queries.moments import FreeMoment, fitting_in
from visits.queries.windows import Stretch, without

DAYS_AT_FIRST = 5
TIMES_A_DAY, TIMES_AT_FIRST = 4, 3
APART_MINUTES = 30  # two times on offer on a day are this far from each other
WISH_MINUTES = 30  # of travel that a time which the family named may cost more


@dataclass(frozen=True)
class OfferedMoments:
    """What a family sees: days with times, and whether there is more to ask for."""

    days: dict[dt.date, list[FreeMoment]]
    has_more: bool


@dataclass
class Choices:
    """Everything about one family's choice, read from the tables at one instant."""

    visit: Visit
    moments: list[FreeMoment]
    capacity: MentorCapacity | None
    need: CapacityNeed

    @classmethod
    def of(cls, visit: Visit, now: dt.datetime) -> Choices:
        """The moments that fit this visit, and what its mentor has room for; in six queries."""
        evenings = _MentorEvenings.of(visit, now)
        nothing = CapacityNeed(visit.pk, None, visit.campaign.visit_minutes, {})
        if evenings is None:
            return cls(visit, [], None, nothing)
        hours = evenings.hours.get(visit.household_id, [])
        moments = fitting_in(visit, evenings.shifts, evenings.stops, hours, evenings.home.taken)
        capacity, need = evenings.capacity()
        return cls(visit, moments, capacity, need)

    def may_have(self, starts_at: dt.datetime) -> bool:
        """Whether this very moment fits and leaves room for everybody else."""
        found = next((moment for moment in self.moments if moment.starts_at == starts_at), None)
        return found is not None and self._cost(found) is not None

    def offer(self, *, all_days: bool = False) -> OfferedMoments:
        """A few times on the few days that keep the ride shortest; more days and times when they are asked for."""
        days: dict[dt.date, list[FreeMoment]] = defaultdict(list)
        for moment in self.moments:
            days[local_day(moment.starts_at)].append(moment)
        priced = {on: self._priced(days[on]) for on in days}
        priced = {on: found for on, found in priced.items() if found}
        if all_days:
            return OfferedMoments({on: _few(priced[on], TIMES_A_DAY) for on in sorted(priced)}, has_more=False)
        best = sorted(priced, key=lambda on: (min(cost for cost, _moment in priced[on]), on))[:DAYS_AT_FIRST]
        has_more = len(priced) > len(best) or any(len(found) > TIMES_AT_FIRST for found in priced.values())
        return OfferedMoments({on: _few(priced[on], TIMES_AT_FIRST) for on in sorted(best)}, has_more)

    def _priced(self, moments: Sequence[FreeMoment]) -> list[tuple[int, FreeMoment]]:
        """What the likely times of one day cost; without those that would leave somebody without an evening."""
        found = [(self._cost(moment), moment) for moment in _likely(moments)]
        return [(cost - WISH_MINUTES * moment.is_wish, moment) for cost, moment in found if cost is not None]

    def _cost(self, moment: FreeMoment) -> int | None:
        if self.capacity is None:
            return None
        return self.capacity.cost_of(self.need, local_day(moment.starts_at), local_minutes(moment.starts_at))


def _likely(moments: Sequence[FreeMoment]) -> list[FreeMoment]:
    """Of each unbroken row of times the first, the last and one between: next to a neighbour, or well apart."""
    rows: list[list[FreeMoment]] = []
    for moment in moments:
        is_next = rows and moment.starts_at - rows[-1][-1].starts_at <= dt.timedelta(minutes=APART_MINUTES)
        rows[-1].append(moment) if is_next else rows.append([moment])
    found: dict[dt.datetime, FreeMoment] = {}
    for row in rows:
        wished = [moment for moment in row if moment.is_wish]
        for moment in (row[0], row[len(row) // 2], row[-1], *wished[:1], *wished[-1:]):
            found[moment.starts_at] = moment
    return [found[starts_at] for starts_at in sorted(found)]


def _few(priced: Sequence[tuple[int, FreeMoment]], most: int) -> list[FreeMoment]:
    """The cheapest times that are well apart, in the order of the clock."""
    chosen: list[FreeMoment] = []
    for _cost, moment in sorted(priced, key=lambda pair: (pair[0], pair[1].starts_at)):
        apart = dt.timedelta(minutes=APART_MINUTES)
        if len(chosen) < most and all(abs(moment.starts_at - other.starts_at) >= apart for other in chosen):
            chosen.append(moment)
    return sorted(chosen)


@dataclass
class _MentorEvenings:
    """One mentor's evenings to come: who stands in them, who reserved a moment, and who still waits."""

    visit: Visit
    shifts: list[Shift]
    stops: dict[dt.date, list[BookedStop]]
    waiting: list[Visit]
    hours: dict[int, list[Availability]]  # by household
    home: HomeTimes

    @classmethod
    def of(cls, visit: Visit, now: dt.datetime) -> _MentorEvenings | None:
        """None when there is nothing to choose from: no mentor, no evening, or a home that is not on the map."""
        if visit.mentor is None or _is_lost(visit):
            return None
        days = set(open_days(visit.campaign))
        given = Shift.objects.filter(campaign=visit.campaign_id, mentor=visit.mentor_id, on__gt=local_day(now))
        shifts = [shift for shift in given.order_by("on") if shift.on in days]
        if not shifts:
            return None
        hours: dict[int, list[Availability]] = defaultdict(list)
        same_mentor = Availability.objects.filter(campaign=visit.campaign_id, household__visits__mentor=visit.mentor_id)
        for row in same_mentor.distinct():
            hours[row.household_id].append(row)
        stops, waiting = _stops_and_waiting(visit, shifts, now)
        return cls(visit, shifts, stops, waiting, hours, HomeTimes.of(visit, now))

    def capacity(self) -> tuple[MentorCapacity, CapacityNeed]:
        """The mentor's evenings with everybody in them, and this family as one who waits."""
        places, legs = self._legs()
        slack = self.visit.campaign.slack_minutes
        evenings = {shift.on: _evening(shift, slack) for shift in self.shifts}
        for on, stops in self.stops.items():
            standing = tuple(self._standing(stop, places) for stop in stops)
            filled = evenings[on].along(standing, legs)
            if filled is None:  # somebody agreed on what the planner would not: nobody is added to that evening
                del evenings[on]
            else:
                evenings[on] = filled
        capacity = MentorCapacity(evenings, legs, self.visit.campaign.max_stops)
        needs = [self._waiting(found, places, set(evenings)) for found in self.waiting]
        capacity.fill(needs)
        return capacity, next(need for need in needs if need.key == self.visit.pk)

    def _standing(self, stop: BookedStop, places: dict[Place, int]) -> CapacityNeed:
        on, start = local_day(stop.starts_at), local_minutes(stop.starts_at)
        minutes = int((stop.ends_at - stop.starts_at).total_seconds() // 60)
        return CapacityNeed(-stop.visit.pk, _row(stop.visit, places), minutes, {on: [(start, start + minutes)]})

    def _waiting(self, visit: Visit, places: dict[Place, int], days: set[dt.date]) -> CapacityNeed:
        minutes = visit.campaign.visit_minutes + visit.extra_minutes
        windows = {
            shift.on: free
            for shift in self.shifts
            if shift.on in days and (free := list(self._free(visit, shift, minutes)))
        }
        return CapacityNeed(visit.pk, _row(visit, places), minutes, windows)

    def _free(self, visit: Visit, shift: Shift, minutes: int) -> Iterator[tuple[int, int]]:
        """The mentor's hours on this day, less those at which the family cannot and what it refused."""
        barred = [
            Stretch(minutes_of(row.from_time), minutes_of(row.until_time))
            for row in self.hours.get(visit.household_id, [])
            if not row.is_wish and row.weekday == shift.on.weekday()
        ]
        barred += stretches_on(self.home.refused.get(visit.pk, []), shift.on)
        for free in without(Stretch(minutes_of(shift.leave_from), minutes_of(shift.visits_until)), barred):
            if free.ends - free.starts >= minutes:
                yield free.starts, free.ends

    def _legs(self) -> tuple[dict[Place, int], list[list[int]]]:
        """Whole minutes between the depot (row 0) and everybody's place; all zero when no place is known."""
        assert self.visit.mentor is not None  # noqa: S101 - asked before
        depot = depot_of(self.visit.mentor)
        everybody = [*self.waiting, *(stop.visit for stops in self.stops.values() for stop in stops)]
        known = [place for place in map(place_of, everybody) if place is not None]
        places = list(dict.fromkeys([depot, *known] if depot else known))
        if depot is None:
            return {}, [[0]]
        matrix = travel_matrix(places, self.visit.mentor.mode)
        return {place: row for row, place in enumerate(places)}, matrix.minutes.tolist()


def _evening(shift: Shift, slack: int) -> EveningCapacity:
    leave, until, back = (minutes_of(clock) for clock in (shift.leave_from, shift.visits_until, shift.back_by))
    return EveningCapacity(shift.on, leave, until, back, slack=slack)


def _row(visit: Visit, places: dict[Place, int]) -> int | None:
    place = place_of(visit)
    return None if place is None else places.get(place, DEPOT)


def _is_lost(visit: Visit) -> bool:
    return visit.place_kind not in {*STAYS_PUT, PlaceKind.SCHOOL} and visit.household.latitude is None


def _stops_and_waiting(
    visit: Visit, shifts: Sequence[Shift], now: dt.datetime
) -> tuple[dict[dt.date, list[BookedStop]], list[Visit]]:
    """Who stands in these days, or reserved a moment in them; and who of this campaign waits, this family included."""
    days = {shift.on for shift in shifts}
    first, after = moment_at(shifts[0].on, 0), moment_at(shifts[-1].on + dt.timedelta(days=1), 0)
    stands = Q(state__in=[VisitState.PLANNED, VisitState.CONFIRMED], starts_at__gte=first, starts_at__lt=after)
    waits = Q(state=VisitState.OPEN, campaign=visit.campaign_id)
    reserved = Q(reservation__reserved_until__gt=now)
    rows = Visit.objects.filter(Q(mentor=visit.mentor_id) | Q(second=visit.mentor_id)).filter(stands | waits | reserved)
    stops: dict[dt.date, list[BookedStop]] = defaultdict(list)
    waiting = [visit]
    for row in rows.select_related("household", "campaign__school", "reservation"):
        if row.pk == visit.pk:
            continue
        found = _stops_of(row, now)
        for stop in found:
            if local_day(stop.starts_at) in days:
                stops[local_day(stop.starts_at)].append(stop)
        if not found and row.campaign_id == visit.campaign_id and not _is_lost(row):
            waiting.append(row)
    for found in stops.values():
        found.sort(key=lambda stop: stop.starts_at)
    return stops, waiting


def _stops_of(visit: Visit, now: dt.datetime) -> list[BookedStop]:
    """Where a visit takes the mentor's time: at its moment, and at the one that is reserved for another."""
    found = [BookedStop(visit, visit.starts_at, visit.ends_at)] if visit.starts_at and visit.ends_at else []
    reservation = getattr(visit, "reservation", None)
    if reservation is not None and reservation.reserved_until > now:
        found.append(BookedStop(visit, reservation.starts_at, reservation.ends_at))
    return found
