"""What the pages about evenings show: a mentor's calendar, and who gave enough of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import ceil

from django.db.models import Count, Q, QuerySet

from mentors.dates import local_day
from mentors.models import Mentor, School
from visits.models import Campaign, CampaignState, Shift, Visit, VisitState
from visits.queries.calendar import campaign_days, closed_days

_NEEDS_AN_EVENING = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


@dataclass(frozen=True)
class ShiftLine:
    """One day of the period as a mentor sees it."""

    on: dt.date
    shift: Shift | None
    closure: str  # the name of the holiday or day off, or nothing
    is_past: bool
    visits: int  # appointments on it

    @property
    def is_locked(self) -> bool:
        """Whether the mentor cannot switch it."""
        return bool(self.closure) or self.is_past or self.visits > 0


@dataclass(frozen=True)
class ShiftWeek:
    """The days of one week, from its Monday on."""

    monday: dt.date
    evenings: list[ShiftLine]

    @property
    def closure(self) -> str:
        """The holiday that takes the whole week, or nothing."""
        names = {evening.closure for evening in self.evenings}
        return names.pop() if len(names) == 1 else ""


@dataclass(frozen=True)
class MentorEvenings:
    """How many evenings a mentor gave against what the families need."""

    mentor: Mentor
    families: int
    needed: int
    given: int

    @property
    def short(self) -> int:
        """Evenings too few."""
        return max(0, self.needed - self.given)


def campaigns_for_shifts(school: School, today: dt.date) -> QuerySet[Campaign]:
    """The campaigns for which evenings can still be given, the earliest first."""
    return (
        Campaign.objects.filter(school=school, ends_on__gte=today)
        .exclude(state=CampaignState.CLOSED)
        .select_related("school_year", "school")
        .order_by("starts_on", "pk")
    )


def shift_weeks(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> list[ShiftWeek]:
    """The period in weeks: what the mentor gave, what is closed and what is past."""
    shifts = {shift.on: shift for shift in Shift.objects.filter(campaign=campaign, mentor=mentor)}
    closed, today, busy = closed_days(campaign.school_year), local_day(now), _visits_per_day(mentor)
    weeks: dict[dt.date, list[ShiftLine]] = {}
    for day in campaign_days(campaign):
        evening = ShiftLine(day, shifts.get(day), closed.get(day, ""), day <= today, busy.get(day, 0))
        weeks.setdefault(day - dt.timedelta(days=day.weekday()), []).append(evening)
    return [ShiftWeek(monday, evenings) for monday, evenings in weeks.items()]


def evenings_per_mentor(campaign: Campaign) -> list[MentorEvenings]:
    """Every mentor with families in this campaign, or with evenings; who is short comes first."""
    families = _counts(campaign.visits.filter(state__in=[*_NEEDS_AN_EVENING, VisitState.MET]))
    closed = closed_days(campaign.school_year)
    given: dict[int, int] = {}
    shifts = campaign.shifts.filter(on__range=(campaign.starts_on, campaign.ends_on))
    for mentor, on in shifts.values_list("mentor_id", "on"):
        given[mentor] = given.get(mentor, 0) + (on not in closed)
    mentors = Mentor.objects.filter(Q(pk__in=families) | Q(pk__in=given), school=campaign.school_id)
    rows = [
        MentorEvenings(
            mentor=mentor,
            families=families.get(mentor.pk, 0),
            needed=ceil(families.get(mentor.pk, 0) / campaign.max_stops),
            given=given.get(mentor.pk, 0),
        )
        for mentor in mentors
    ]
    return sorted(rows, key=lambda row: (row.given > 0 and not row.short, -row.short, row.mentor.name, row.mentor.pk))


def families_of(campaign: Campaign, mentor: Mentor) -> int:
    """How many families of this mentor have a visit in this campaign, met ones too."""
    return campaign.visits.filter(mentor=mentor, state__in=[*_NEEDS_AN_EVENING, VisitState.MET]).count()


def _counts(visits: QuerySet[Visit]) -> dict[int, int]:
    counted = visits.exclude(mentor=None).order_by().values("mentor_id").annotate(number=Count("pk"))
    return {row["mentor_id"]: row["number"] for row in counted}


def _visits_per_day(mentor: Mentor) -> dict[dt.date, int]:
    found: dict[dt.date, int] = {}
    for starts_at in Visit.objects.upcoming().filter(mentor=mentor).values_list("starts_at", flat=True):
        if starts_at:
            day = local_day(starts_at)
            found[day] = found.get(day, 0) + 1
    return found
