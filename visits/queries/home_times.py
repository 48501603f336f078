"""When a home cannot have a visit, whatever its mentor's evenings allow: it has another one, or refused the moment.

What a family says about hours of a weekday is `Availability`; this is about moments.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from mentors.dates import local_day, local_minutes
from visits.models import RefusedMoment, Visit, VisitState
from visits.queries.windows import Stretch

_STANDS = (VisitState.PLANNED, VisitState.CONFIRMED, VisitState.MET)
_COLUMNS = (
    *("pk", "together_with", "household", "state", "starts_at", "ends_at"),
    *("reservation__starts_at", "reservation__ends_at", "reservation__reserved_until"),
    *("refused_moments__starts_at", "refused_moments__ends_at"),
)


@dataclass(frozen=True)
class TakenTime:
    """From one moment to another at which a home is not to be visited, in UTC."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    def overlaps(self, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        """Whether a visit from `starts_at` to `ends_at` would run into it."""
        return self.starts_at < ends_at and self.ends_at > starts_at

    @property
    def on(self) -> dt.date:
        """The day in Dutch time on which it begins."""
        return local_day(self.starts_at)

    @property
    def stretch(self) -> Stretch:
        """The minutes of that day."""
        start = local_minutes(self.starts_at)
        return Stretch(start, start + int((self.ends_at - self.starts_at).total_seconds() // 60))


@dataclass(frozen=True)
class HomeTimes:
    """Of one visit when its home is not to be visited (`taken`), and of all visits of its mentor what was `refused`."""

    taken: list[TakenTime]
    refused: dict[int, list[TakenTime]]  # by visit

    @classmethod
    def of(cls, visit: Visit, now: dt.datetime) -> HomeTimes:
        """What the family refused, and other visits to its home, in any campaign; also what is reserved at this
        instant. One query."""
        of_mentor = Q(campaign=visit.campaign_id, mentor=visit.mentor_id, refused_moments__isnull=False)
        rows = Visit.objects.filter(Q(household=visit.household_id) | of_mentor).order_by("pk")
        refused: dict[int, list[TakenTime]] = defaultdict(list)
        others: dict[TakenTime, None] = {}
        for row in rows.values_list(*_COLUMNS):
            pk, together, home, state, *times = row
            starts_at, ends_at, reserved_at, reserved_end, until, refused_at, refused_end = times
            if refused_at:
                refused[pk].append(TakenTime(refused_at, refused_end))
            if home != visit.household_id or min(pk, together or pk) == visit.lead_pk:
                continue
            if state in _STANDS and starts_at and ends_at:
                others[TakenTime(starts_at, ends_at)] = None
            if until and until > now:
                others[TakenTime(reserved_at, reserved_end)] = None
        return cls([*refused.get(visit.pk, []), *others], dict(refused))


def was_refused(visit: Visit, starts_at: dt.datetime) -> bool:
    """Whether a visit from then on would run into a moment that its family refused."""
    ends_at = starts_at + dt.timedelta(minutes=visit.campaign.visit_minutes + visit.extra_minutes)
    return visit.refused_moments.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()


def refused_times(visits: QuerySet[Visit]) -> dict[int, list[TakenTime]]:
    """The moments that the families of these visits refused, by visit. One query."""
    found: dict[int, list[TakenTime]] = defaultdict(list)
    rows = RefusedMoment.objects.filter(visit__in=visits.order_by().values("pk"))
    for pk, starts_at, ends_at in rows.values_list("visit_id", "starts_at", "ends_at"):
        found[pk].append(TakenTime(starts_at, ends_at))
    return dict(found)


def stretches_on(times: Iterable[TakenTime], on: dt.date) -> list[Stretch]:
    """The parts of this day that these times take."""
    return [time.stretch for time in times if time.on == on]
