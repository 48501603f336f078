"""What happened after publishing, as a value: which evenings there are after it, and which moments it takes away.

Nothing is written here. A repair is planned as if the incident were a fact already; it becomes one when the coordinator
says yes (planning/actions/repairs.py). In a plan it is kept as plain JSON: codes, dates and primary keys, no names.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from mentors.dates import local_day
from mentors.models import Closure
from visits.models import Campaign, Shift, Visit, VisitState


class IncidentKind(models.TextChoices):
    """The values are kept, in drafts and in the record of events; that somebody is ill is not."""

    NOTHING = "nothing", _("niets")
    CANCELLATION = "cancellation", _("een thuisbezoek gaat niet door")
    SICK = "away", _("een mentor is er niet")
    EVENING_BACK = "evening_back", _("een mentor geeft een avond terug")
    EXTRA_EVENING = "extra_evening", _("een mentor geeft een avond extra")
    LATE = "late", _("gezinnen zonder moment")
    CLOSURE = "closure", _("een vrije dag of vakantie erbij of verplaatst")


@dataclass(frozen=True)
class Incident:
    """What happened. Which fields count depends on `kind`.

    A visit that does not go on, on the day `first`, `again` when the family is to get another moment; a mentor who is
    away from `first` to `last` (a guess unless `is_last_known`), whose families are taken over by `others` (empty:
    they wait for their own mentor); `days` that a mentor gives back, or gives extra with `hours`; a `closure` (its
    primary key, None: a new one) called `name` from `first` to `last`.
    """

    kind: IncidentKind = IncidentKind.NOTHING
    visit: int | None = None
    again: bool = True
    mentor: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    is_last_known: bool = True
    others: tuple[int, ...] = ()
    days: tuple[dt.date, ...] = ()
    hours: tuple[dt.time, dt.time, dt.time] | None = None
    name: str = ""
    is_holiday: bool = False
    closure: int | None = None

    @classmethod
    def from_json(cls, facts: dict[str, Any] | None) -> Incident:
        """The incident that `to_json` wrote; nothing happened when there is none."""
        values = dict(facts or {})
        for name in ("first", "last"):
            values[name] = dt.date.fromisoformat(values[name]) if values.get(name) else None
        values["kind"] = IncidentKind(values.get("kind", IncidentKind.NOTHING))
        values["others"] = tuple(values.get("others", ()))
        values["days"] = tuple(dt.date.fromisoformat(day) for day in values.get("days", ()))
        hours = values.get("hours")
        values["hours"] = tuple(dt.time.fromisoformat(clock) for clock in hours) if hours else None
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a plan."""
        return {
            "kind": str(self.kind),
            "visit": self.visit,
            "again": self.again,
            "mentor": self.mentor,
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "is_last_known": self.is_last_known,
            "others": list(self.others),
            "days": [day.isoformat() for day in self.days],
            "hours": self.hours and [clock.strftime("%H:%M") for clock in self.hours],
            "name": self.name,
            "is_holiday": self.is_holiday,
            "closure": self.closure,
        }

    def takes(self, mentor: int | None, day: dt.date) -> bool:
        """Whether the mentor is not there on this day because of it."""
        if mentor is None or mentor != self.mentor:
            return False
        if self.kind == IncidentKind.SICK:
            return self.covers(day)
        return self.kind == IncidentKind.EVENING_BACK and day in self.days

    def covers(self, day: dt.date) -> bool:
        """Whether the day lies from `first` to `last`."""
        return self.first is not None and self.last is not None and self.first <= day <= self.last

    def loses(self, visit: Visit, now: dt.datetime) -> bool:
        """Whether this visit, still to begin, cannot stand at its moment any more."""
        if visit.starts_at is None or visit.starts_at <= now:
            return False
        if self.kind == IncidentKind.CANCELLATION:
            return visit.pk == self.visit
        day = local_day(visit.starts_at)
        is_taken = self.takes(visit.mentor_id, day) or self.takes(visit.second_id, day)
        return is_taken or (self.kind == IncidentKind.CLOSURE and self.covers(day))

    def lost_among(self, visits: Iterable[Visit], now: dt.datetime) -> set[int]:
        """The visits that cannot stand; who loses a conversation with several mentors loses it with all."""
        there = [visit for visit in visits if visit.starts_at and visit.starts_at > now]
        lost = {visit.lead_pk for visit in there if self.loses(visit, now)}
        return {visit.pk for visit in there if visit.lead_pk in lost}

    def drops(self, visit: Visit) -> bool:
        """Whether this visit is called off for good."""
        return self.kind == IncidentKind.CANCELLATION and visit.pk == self.visit and not self.again

    def apply_to(self, visits: Iterable[Visit], now: dt.datetime) -> tuple[list[Visit], dict[int, dt.date]]:
        """The visits to plan once this is a fact, and by primary key the day of each moment that it takes away.

        A visit that loses its moment is a copy of the given row; nothing is saved.
        """
        left = [visit for visit in visits if not self.drops(visit)]
        losing = self.lost_among(left, now)
        lost = {visit.pk: local_day(visit.starts_at) for visit in left if visit.pk in losing and visit.starts_at}
        return [_without_moment(visit) if visit.pk in lost else visit for visit in left], lost

    def closed_days(self, closures: Iterable[Closure]) -> dict[dt.date, str]:
        """The days without visits, by name, when the incident is a fact; `closures` are those of the school year."""
        closed = {
            closure.starts_on + dt.timedelta(days=number): closure.name
            for closure in closures
            if closure.pk != self.closure
            for number in range((closure.ends_on - closure.starts_on).days + 1)
        }
        if self.kind == IncidentKind.CLOSURE and self.first and self.last:
            for number in range((self.last - self.first).days + 1):
                closed.setdefault(self.first + dt.timedelta(days=number), self.name)
        return closed

    def shifts_of(self, campaign: Campaign, given: Iterable[Shift]) -> list[Shift]:
        """The evenings that there are when the incident is a fact; new ones are rows that are not saved."""
        kept = [shift for shift in given if not self.takes(shift.mentor_id, shift.on)]
        return [shift for shift in kept if not self._replaces(shift)] + self.new_shifts(campaign)

    def new_shifts(self, campaign: Campaign) -> list[Shift]:
        """The evenings that come, as rows that are not saved."""
        if self.kind != IncidentKind.EXTRA_EVENING or self.hours is None or self.mentor is None:
            return []
        leave_from, visits_until, back_by = self.hours
        return [
            Shift(
                campaign=campaign,
                mentor_id=self.mentor,
                on=day,
                leave_from=leave_from,
                visits_until=visits_until,
                back_by=back_by,
            )
            for day in self.days
        ]

    def _replaces(self, shift: Shift) -> bool:
        return self.kind == IncidentKind.EXTRA_EVENING and shift.mentor_id == self.mentor and shift.on in self.days


def _without_moment(visit: Visit) -> Visit:
    """A copy of the row that waits for a moment, with nobody who comes along."""
    after = copy.copy(visit)
    after.state, after.starts_at, after.ends_at, after.second_id = VisitState.OPEN, None, None, None
    return after
