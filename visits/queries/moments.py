"""Which other moments really fit: the gaps in a mentor's own evenings, with real travel between the neighbours.

Only moments come out of this module. That a mentor is elsewhere at some hour can be guessed from a moment that is
not there; where, and with whom, cannot.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from django.db.models import F

from mentors.dates import local_day, local_minutes, minutes_of, moment_at
from roads.queries import Place, TravelMatrix, travel_matrix
from visits.models import Availability, PlaceKind, Shift, Visit
from visits.models.visits import GRID_MINUTES
from visits.queries.calendar import open_days
from visits.queries.days import BookedStop, depot_of, place_of, reserved_stops, stops_of_mentor
from visits.queries.home_times import HomeTimes, TakenTime
from visits.queries.interpreters import BUFFER_MINUTES, Supply, supply_of, take_one
from visits.queries.together import others_in_conversation
from visits.queries.windows import Stretch

CHOICES_PER_DAY = 4


@dataclass(frozen=True, order=True)
class FreeMoment:
    """A moment that fits. `is_wish`: within the hours that this family named."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_wish: bool = False


def fitting_moments(visit: Visit, now: dt.datetime, place_kind: str | None = None) -> list[FreeMoment]:
    """Every moment from tomorrow on at which this visit fits in an evening of its mentor, other than its own.

    Held against: the mentor's shifts in the campaign, open days, visits that stand, travel between neighbours by
    the mentor's own means and the campaign's slack, the stops per evening, the hours at which the family cannot, what
    it refused, and other visits to its home. `place_kind` asks it for another place. Empty when there is no mentor, or
    when a home is not on the map. Who comes along, the other mentors of one conversation and the interpreter have to
    be free as well.
    """
    found = _fitting_for_mentor(visit, now, place_kind)
    for other in _in_the_eyes_of_others(visit) if found else []:
        free = {moment.starts_at for moment in _fitting_for_mentor(other, now, place_kind)}
        found = [moment for moment in found if moment.starts_at in free]
    return with_interpreter(visit, found) if found and visit.household.needs_interpreter else found


def _fitting_for_mentor(visit: Visit, now: dt.datetime, place_kind: str | None) -> list[FreeMoment]:
    """Held against the evenings of the visit's own mentor alone."""
    kind = place_kind or visit.place_kind
    if visit.mentor is None or (kind in (PlaceKind.HOME, PlaceKind.ELSEWHERE) and visit.household.latitude is None):
        return []
    shifts = _shifts_to_come(visit, now)
    if not shifts:
        return []
    hours = list(Availability.objects.filter(household=visit.household_id, campaign=visit.campaign_id))
    stops, taken = _stops_by_day(visit, shifts, now), HomeTimes.of(visit, now).taken
    return fitting_in(visit, shifts, stops, hours, taken, place_kind)


def fitting_in(
    visit: Visit,
    shifts: Sequence[Shift],
    stops: Mapping[dt.date, Sequence[BookedStop]],
    hours: Sequence[Availability],
    taken: Sequence[TakenTime],
    place_kind: str | None = None,
) -> list[FreeMoment]:
    """The moments that fit, from rows that were read before: `stops` are the other visits of each day, in order."""
    kind = place_kind or visit.place_kind
    travel = Travel(visit, kind, [stop for day in sorted(stops) for stop in stops[day]])
    moments = [
        moment
        for shift in shifts
        if len(stops.get(shift.on, ())) < visit.campaign.max_stops
        for moment in _moments_in(visit, shift, stops.get(shift.on, ()), travel, hours)
    ]
    same_place = kind == visit.place_kind
    return [
        moment
        for moment in moments
        if not (same_place and moment.starts_at == visit.starts_at)
        and not any(time.overlaps(moment.starts_at, moment.ends_at) for time in taken)
    ]


def _in_the_eyes_of_others(visit: Visit) -> list[Visit]:
    """The visit as whoever else is there has it: with them for a mentor. Rows that are never saved."""
    found = []
    if visit.second is not None:
        along = copy(visit)
        along.mentor = visit.second
        found.append(along)
    for other in others_in_conversation(visit):
        other.campaign, other.household = visit.campaign, visit.household
        found.append(other)
    return found


def with_interpreter(visit: Visit, moments: Sequence[FreeMoment]) -> list[FreeMoment]:
    """Those moments at which an interpreter is free; all of them when the campaign has no list for the language."""
    language = visit.household.language
    supply = supply_of(visit.campaign.interpreter_shifts.filter(language=language))
    if not supply:
        return list(moments)
    others = Visit.objects.upcoming().filter(
        campaign=visit.campaign_id, household__needs_interpreter=True, household__language=language
    )
    leads = others.exclude(together_with__lt=F("pk")).exclude(pk=visit.lead_pk)
    for starts_at, ends_at in leads.order_by("starts_at").values_list("starts_at", "ends_at"):
        if starts_at and ends_at:
            take_one(supply, (language, local_day(starts_at)), _busy(starts_at, ends_at))
    return [moment for moment in moments if _is_interpreted(supply, language, moment)]


def _is_interpreted(supply: Supply, language: str, moment: FreeMoment) -> bool:
    busy = _busy(moment.starts_at, moment.ends_at)
    there = supply.get((language, local_day(moment.starts_at)), [])
    return any(stretch.within(busy) == busy for stretch in there)


def _busy(starts_at: dt.datetime, ends_at: dt.datetime) -> Stretch:
    start, minutes = local_minutes(starts_at), int((ends_at - starts_at).total_seconds() // 60)
    return Stretch(start, start + minutes + BUFFER_MINUTES)


def moments_to_offer(moments: Sequence[FreeMoment]) -> dict[dt.date, list[FreeMoment]]:
    """A few moments a day, spread over it, the hours that the family named first: what a person can choose from."""
    days: dict[dt.date, list[FreeMoment]] = defaultdict(list)
    for moment in moments:
        days[local_day(moment.starts_at)].append(moment)
    return {on: _spread(days[on]) for on in sorted(days)}


def fits_now(visit: Visit, now: dt.datetime, starts_at: dt.datetime, place_kind: str | None = None) -> bool:
    """Whether this very moment fits, asked at the time of choosing."""
    return any(moment.starts_at == starts_at for moment in fitting_moments(visit, now, place_kind))


def place_fits(visit: Visit, place_kind: str) -> bool:
    """Whether the visit can be held in this kind of place at the moment that stands, between its neighbours.

    A call always can: the mentor makes it from wherever the planned visit would have been.
    """
    if visit.starts_at is None or visit.ends_at is None or visit.mentor is None:
        return False
    if place_kind in (PlaceKind.PHONE, PlaceKind.VIDEO):
        return True
    return all(_place_fits_mentor(one, place_kind) for one in [visit, *_in_the_eyes_of_others(visit)])


def _place_fits_mentor(visit: Visit, place_kind: str) -> bool:
    if visit.starts_at is None or visit.ends_at is None or visit.mentor is None:
        return False
    on = local_day(visit.starts_at)
    stops = [stop for stop in stops_of_mentor(visit.mentor, on, on) if stop.visit.pk != visit.pk]
    travel = Travel(visit, place_kind, stops)
    before = next((stop for stop in reversed(stops) if stop.starts_at < visit.starts_at), None)
    after = next((stop for stop in stops if stop.starts_at > visit.starts_at), None)
    slack = slack_of(visit)
    comes_in_time = before is None or before.ends_at + travel.to_me(before) + slack <= visit.starts_at
    leaves_in_time = after is None or visit.ends_at + travel.from_me(before, after) + slack <= after.starts_at
    return comes_in_time and leaves_in_time


class Travel:
    """Travel between the stops of a mentor's days and one visit that is to be fitted in between them."""

    def __init__(self, visit: Visit, kind: str, stops: Sequence[BookedStop]) -> None:
        assert visit.mentor is not None  # noqa: S101 - asked before
        self._depot = depot_of(visit.mentor)
        self._me = place_of(visit, kind)
        self._at: dict[int, Place | None] = {}
        here = self._depot
        day: dt.date | None = None
        for stop in stops:  # a call is made from where the mentor was before it
            if local_day(stop.starts_at) != day:
                day, here = local_day(stop.starts_at), self._depot
            here = place_of(stop.visit) or here
            self._at[stop.visit.pk] = here
        places = list(dict.fromkeys(place for place in (self._depot, self._me, *self._at.values()) if place))
        self._index = {place: nth for nth, place in enumerate(places)}
        self._matrix: TravelMatrix | None = travel_matrix(places, visit.mentor.mode) if places else None

    def to_me(self, before: BookedStop | None) -> dt.timedelta:
        """From the stop before (None: the depot) to this visit."""
        return self._between(self._where(before), self._here(before))

    def from_me(self, before: BookedStop | None, after: BookedStop | None) -> dt.timedelta:
        """From this visit to the stop after (None: the depot)."""
        return self._between(self._here(before), self._where(after))

    def _here(self, before: BookedStop | None) -> Place | None:
        return self._me or self._where(before)

    def _where(self, stop: BookedStop | None) -> Place | None:
        return self._depot if stop is None else self._at[stop.visit.pk]

    def _between(self, origin: Place | None, target: Place | None) -> dt.timedelta:
        if origin is None or target is None or self._matrix is None:
            return dt.timedelta(0)
        return dt.timedelta(minutes=int(self._matrix.minutes[self._index[origin], self._index[target]]))


def _shifts_to_come(visit: Visit, now: dt.datetime) -> list[Shift]:
    days = set(open_days(visit.campaign))
    shifts = Shift.objects.filter(campaign=visit.campaign_id, mentor=visit.mentor_id, on__gt=local_day(now))
    return [shift for shift in shifts.order_by("on") if shift.on in days]


def _stops_by_day(visit: Visit, shifts: Sequence[Shift], now: dt.datetime) -> dict[dt.date, list[BookedStop]]:
    """What stands in these days, and what other families hold at this instant."""
    assert visit.mentor is not None  # noqa: S101 - asked before
    first, last = shifts[0].on, shifts[-1].on
    stops: dict[dt.date, list[BookedStop]] = defaultdict(list)
    taken = [*stops_of_mentor(visit.mentor, first, last), *reserved_stops(visit.mentor, first, last, now)]
    for stop in sorted(taken, key=lambda stop: stop.starts_at):
        if stop.visit.pk != visit.pk:
            stops[local_day(stop.starts_at)].append(stop)
    return stops


def _moments_in(
    visit: Visit, shift: Shift, stops: Sequence[BookedStop], travel: Travel, hours: Sequence[Availability]
) -> Iterator[FreeMoment]:
    """The moments on the grid in every gap of one evening."""
    length, slack = dt.timedelta(minutes=visit.campaign.visit_minutes + visit.extra_minutes), slack_of(visit)
    leave, until, back = (
        moment_at(shift.on, minutes_of(clock)) for clock in (shift.leave_from, shift.visits_until, shift.back_by)
    )
    for before, after in zip([None, *stops], [*stops, None], strict=True):
        earliest = (before.ends_at + slack if before else leave) + travel.to_me(before)
        latest = (after.starts_at - slack if after else back) - travel.from_me(before, after)
        start = _up_to_grid(earliest, shift.on)
        while start + length <= min(latest, until):
            moment = FreeMoment(start, start + length)
            if not _is_barred(moment, hours):
                yield FreeMoment(start, start + length, _is_wished(moment, hours))
            start += dt.timedelta(minutes=GRID_MINUTES)


def slack_of(visit: Visit) -> dt.timedelta:
    """How long before the start of a visit, but for the first of an evening, its mentor should be there."""
    return dt.timedelta(minutes=visit.campaign.slack_minutes)


def _up_to_grid(moment: dt.datetime, on: dt.date) -> dt.datetime:
    minutes = -(-(moment - moment_at(on, 0)) // dt.timedelta(minutes=GRID_MINUTES)) * GRID_MINUTES
    return moment_at(on, 0) + dt.timedelta(minutes=minutes)


def _is_barred(moment: FreeMoment, hours: Sequence[Availability]) -> bool:
    return any(not row.is_wish and _overlaps(moment, row) for row in hours)


def _is_wished(moment: FreeMoment, hours: Sequence[Availability]) -> bool:
    start, end = local_minutes(moment.starts_at), local_minutes(moment.ends_at)
    weekday = local_day(moment.starts_at).weekday()
    return any(
        row.is_wish
        and row.weekday == weekday
        and minutes_of(row.from_time) <= start
        and end <= minutes_of(row.until_time)
        for row in hours
    )


def _overlaps(moment: FreeMoment, row: Availability) -> bool:
    return (
        local_day(moment.starts_at).weekday() == row.weekday
        and local_minutes(moment.starts_at) < minutes_of(row.until_time)
        and local_minutes(moment.ends_at) > minutes_of(row.from_time)
    )


def _spread(moments: Sequence[FreeMoment]) -> list[FreeMoment]:
    """At most CHOICES_PER_DAY of them, the first and the last included; wished ones before others."""
    wished = [moment for moment in moments if moment.is_wish]
    pool = wished if len(wished) >= CHOICES_PER_DAY else moments
    if len(pool) <= CHOICES_PER_DAY:
        return list(pool)
    step = (len(pool) - 1) / (CHOICES_PER_DAY - 1)
    return [pool[round(nth * step)] for nth in range(CHOICES_PER_DAY)]
