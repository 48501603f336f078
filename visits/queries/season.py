"""The rows of a campaign that a plan is about, and what is left out of it, each with a code that says why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mentors.models import Mentor
from visits.models import Availability, Campaign, PlaceKind, Route, Shift, Visit, VisitState
from visits.queries.calendar import closed_days, local_day, local_minutes

DAYS_AHEAD = 3  # nobody is asked for an evening sooner than this: a family needs time to answer
NEAR_HOME = (PlaceKind.HOME, PlaceKind.ELSEWHERE)  # of a place elsewhere only the family's words are known
MentorDay = tuple[int, dt.date]


def first_day(now: dt.datetime) -> dt.date:
    """The first day that may still be planned."""
    return local_day(now) + dt.timedelta(days=DAYS_AHEAD)


@dataclass
class Season:
    """The rows of one campaign from the first day that may be planned, and what is left out of the problem."""

    campaign: Campaign
    visits: list[Visit]
    shifts: dict[MentorDay, Shift]
    availability: dict[int, list[Availability]]
    first: dt.date
    left_out: dict[int, str] = field(default_factory=dict)
    standing: set[int] = field(default_factory=set)  # they have a moment that this plan does not touch

    @classmethod
    def of(cls, campaign: Campaign, now: dt.datetime) -> Season:
        season = cls(
            campaign=campaign,
            visits=list(_visits_to_plan(campaign)),
            shifts=_shifts_to_use(campaign, first_day(now)),
            availability=defaultdict(list),
            first=first_day(now),
        )
        for stretch in Availability.objects.filter(campaign=campaign):
            season.availability[stretch.household_id].append(stretch)
        season._leave_out()
        return season

    def _leave_out(self) -> None:
        with_shift = {mentor for mentor, _day in self.shifts}
        kept_days = _days_of_other_campaigns(self.campaign, self.first)
        for visit in self.visits:
            if visit.starts_at and local_day(visit.starts_at) < self.first:
                self.standing.add(visit.pk)
                continue
            code = _why_not(visit, with_shift)
            if code and visit.starts_at:
                kept_days.add((visit.mentor_id or 0, local_day(visit.starts_at)))
            elif code:
                self.left_out[visit.pk] = code
        self.block(kept_days)

    def block(self, days: Iterable[MentorDay]) -> None:
        """Leave these evenings as they are: no new visits, and those that stand there stay."""
        blocked = set(days)
        for day in blocked:
            self.shifts.pop(day, None)
        for visit in self.visits:
            if visit.starts_at and (visit.mentor_id, local_day(visit.starts_at)) in blocked:
                self.standing.add(visit.pk)
        with_shift = {mentor for mentor, _day in self.shifts} | {mentor for mentor, _day in self.fixed_days()}
        for visit in self.planned_visits():
            if visit.mentor_id not in with_shift:
                if visit.starts_at:
                    self.standing.add(visit.pk)
                else:
                    self.left_out[visit.pk] = "no_evenings"

    def planned_visits(self) -> list[Visit]:
        """The visits that are in the problem."""
        return [visit for visit in self.visits if visit.pk not in self.left_out and visit.pk not in self.standing]

    def fixed_days(self) -> dict[MentorDay, list[Visit]]:
        """The confirmed visits of each evening, in time order."""
        days: dict[MentorDay, list[Visit]] = defaultdict(list)
        agreed = [visit for visit in self.planned_visits() if is_fixed(visit)]
        for visit in sorted(agreed, key=start_of):
            if visit.starts_at and visit.mentor_id:
                days[visit.mentor_id, local_day(visit.starts_at)].append(visit)
        return days

    def visitors(self) -> list[Mentor]:
        """The mentors who have visits in the problem."""
        mentors = {visit.mentor_id: visit.mentor for visit in self.planned_visits() if visit.mentor}
        return [mentors[pk] for pk in sorted(pk for pk in mentors if pk)]

    def notes(self) -> list[str]:
        """Codes of what the coordinator should know about the problem as a whole."""
        visitors = self.visitors()
        found = []
        if any(mentor.starts_from_home and mentor.home_latitude is None for mentor in visitors):
            found.append("home_not_located")
        if any(visit.household.needs_interpreter for visit in self.planned_visits()):
            found.append("interpreter_by_hand")
        if any(visit.place_kind == PlaceKind.ELSEWHERE for visit in self.planned_visits()):
            found.append("elsewhere_near_home")
        return found


def _visits_to_plan(campaign: Campaign) -> Iterable[Visit]:
    wanted = [VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED]
    return campaign.visits.filter(state__in=wanted).select_related("household", "mentor").order_by("pk")


def _shifts_to_use(campaign: Campaign, first: dt.date) -> dict[MentorDay, Shift]:
    closed = closed_days(campaign.school_year)
    shifts = campaign.shifts.filter(on__gte=max(first, campaign.starts_on), on__lte=campaign.ends_on)
    return {(shift.mentor_id, shift.on): shift for shift in shifts if shift.on not in closed}


def _days_of_other_campaigns(campaign: Campaign, first: dt.date) -> set[MentorDay]:
    """Evenings that these mentors already have in another campaign: one route a mentor a day."""
    mentors = campaign.visits.values("mentor")
    routes = Route.objects.filter(mentor__in=mentors, on__gte=first).exclude(campaign=campaign)
    days = set(routes.values_list("mentor_id", "on"))
    others = Visit.objects.upcoming().filter(mentor__in=mentors).exclude(campaign=campaign)
    for mentor, starts_at in others.values_list("mentor_id", "starts_at"):
        if mentor and starts_at:
            days.add((mentor, local_day(starts_at)))
    return days


def _why_not(visit: Visit, with_shift: set[int]) -> str:
    """The code of why a visit cannot be planned at all; empty when it can."""
    if visit.mentor is None:
        return "no_mentor"
    if not visit.mentor.is_active:
        return "mentor_left"
    if visit.place_kind in NEAR_HOME and not is_located(visit):
        return "not_located"
    if visit.mentor.pk not in with_shift and not visit.starts_at:
        return "no_evenings"
    return ""


def is_located(visit: Visit) -> bool:
    """Whether the family's address has a place on the map."""
    return visit.household.latitude is not None and visit.household.longitude is not None


def is_fixed(visit: Visit) -> bool:
    """Whether the family agreed: then no plan moves it."""
    return visit.state == VisitState.CONFIRMED


def length_of(visit: Visit) -> int:
    """Minutes; an appointment keeps the length that was agreed."""
    if visit.starts_at and visit.ends_at and is_fixed(visit):
        return int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    return visit.campaign.visit_minutes


def mentor_of(visit: Visit) -> Mentor:
    """The mentor of a visit that has one."""
    assert visit.mentor is not None  # noqa: S101 - visits without a mentor were left out before this
    return visit.mentor


def start_of(visit: Visit) -> int:
    """Minutes after midnight, on the Dutch clock, at which a visit with a moment starts."""
    assert visit.starts_at is not None  # noqa: S101 - only asked of visits with a moment
    return local_minutes(visit.starts_at)
