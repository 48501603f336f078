"""The rows of a campaign that a plan is about, and what is left out of it, each with a code that says why."""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mentors.dates import local_day, local_minutes
from mentors.models import Mentor
from planning.models import PlanState
from planning.problem.affected import affected_visits
from planning.problem.incidents import Incident, IncidentKind
from visits.models import Availability, Campaign, PlaceKind, Route, Shift, Visit, VisitState
from visits.models.visits import NEAR_HOME
from visits.queries.together import Togetherness

DAYS_AHEAD = 3  # nobody is asked for an evening sooner than this: a family needs time to answer
MentorDay = tuple[int, dt.date]


def first_day(now: dt.datetime) -> dt.date:
    """The first day that may still be planned."""
    return local_day(now) + dt.timedelta(days=DAYS_AHEAD)


@dataclass
class PlanningScope:
    """The rows of one campaign from the first day that may be planned, and what is left out of the problem."""

    campaign: Campaign
    visits: list[Visit]
    shifts: dict[MentorDay, Shift]
    availability: dict[int, list[Availability]]
    first: dt.date
    left_out: dict[int, str] = field(default_factory=dict)
    standing: set[int] = field(default_factory=set)  # they have a moment that this plan does not touch
    as_found: dict[str, list[object]] = field(default_factory=dict)  # version, state, mentor of each, by primary key
    lost: dict[int, dt.date] = field(default_factory=dict)  # the day of a moment that the incident took away
    incident: Incident = field(default_factory=Incident)
    called_off: dict[int, set[dt.date]] = field(default_factory=dict)  # days that a visit had and cannot have
    stand_ins: dict[int, Mentor] = field(default_factory=dict)  # who take over what was lost
    together: Togetherness = field(default_factory=Togetherness)

    @classmethod
    def of(cls, campaign: Campaign, now: dt.datetime, incident: Incident | None = None) -> PlanningScope:
        """The campaign as it stands; with an incident, as it is once that is a fact."""
        incident = incident or Incident()
        found = list(_visits_to_plan(campaign))
        scope = cls(
            campaign=campaign,
            visits=[visit for visit in found if not incident.drops(visit)],
            shifts=_shifts_to_use(campaign, first_day(now), incident),
            availability=defaultdict(list),
            first=first_day(now),
            as_found={str(visit.pk): [visit.version, visit.state, visit.mentor_id] for visit in found},
            incident=incident,
            called_off=_called_off(campaign, incident),
            stand_ins=Mentor.objects.active().filter(school=campaign.school_id).in_bulk(incident.others),
        )
        scope._let_go(now)
        scope.together = Togetherness.of(campaign, scope.visits)
        if incident.kind != IncidentKind.NOTHING:
            scope._narrow()
        for stretch in Availability.objects.filter(campaign=campaign):
            scope.availability[stretch.household_id].append(stretch)
        scope._leave_out()
        return scope

    def _let_go(self, now: dt.datetime) -> None:
        """Take away, on these rows in memory only, the moments that cannot stand after the incident."""
        losing = self.incident.lost_among(self.visits, now)
        for visit in self.visits:
            if visit.pk in losing and visit.starts_at:
                self.lost[visit.pk] = local_day(visit.starts_at)
                visit.state, visit.starts_at, visit.ends_at = VisitState.OPEN, None, None
                visit.second_id = None

    def _narrow(self) -> None:
        """Leave the rest of the school as it is: a repair is about those whom the incident affects."""
        tied = [*self.together.partner.items(), *self.together.pairs]
        near = affected_visits(self.visits, self.incident, self.lost, self._people_of, tied)
        far = {visit.pk for visit in self.visits if visit.pk not in near}
        self.standing |= far
        self.visits = [visit for visit in self.visits if visit.pk in near or visit.starts_at]
        self.as_found = {pk: row for pk, row in self.as_found.items() if int(pk) not in far}

    def _people_of(self, visit: Visit) -> set[int]:
        """Everybody who is at this visit, or may be."""
        able = {*self.visitors_for(visit), *self.seconds_for(visit)}
        return able | {pk for pk in (visit.mentor_id, visit.second_id) if pk}

    def visitors_for(self, visit: Visit) -> list[int]:
        """Who may make this visit: its mentor, a volunteer, or whoever stands in for one who is away.

        Not who has an appointment of their own with this family: that would be the same conversation twice.
        """
        if visit.pk in self.lost and self.stand_ins and visit.mentor_id == self.incident.mentor:
            return self._without_own(visit, self.stand_ins)
        if visit.mentor_id in self.together.handed_over and not is_fixed(visit):
            return self._without_own(visit, [pk for pk in self.together.takers if pk in self.together.people])
        return [visit.mentor_id] if visit.mentor_id else []

    def _without_own(self, visit: Visit, people: Iterable[int]) -> list[int]:
        own = {other.mentor_id for other in self.visits if other.household_id == visit.household_id}
        return [pk for pk in sorted(people) if pk not in own or pk == visit.mentor_id]

    def seconds_for(self, visit: Visit) -> list[int]:
        """Of whom one has to be there too: the other child's mentor, or a colleague who comes along."""
        partner = self.partner_of(visit)
        if partner is not None:
            return self.visitors_for(partner)
        return [pk for pk in self.together.company.get(visit.pk, []) if pk in self.together.people]

    def partner_of(self, visit: Visit) -> Visit | None:
        """The other child's visit, when the two are one conversation with two mentors."""
        return self.by_pk.get(self.together.partner.get(visit.pk, 0))

    @functools.cached_property
    def by_pk(self) -> dict[int, Visit]:
        """The visits by primary key."""
        return {visit.pk: visit for visit in self.visits}

    def is_avoided(self, visit: Visit, day: dt.date) -> bool:
        """Whether this day was called off, now or before: nobody wants to hear that again."""
        return day in self.called_off.get(visit.pk, ())

    def _leave_out(self) -> None:
        with_shift = {mentor for mentor, _day in self.shifts}
        kept_days = _days_of_other_campaigns(self.campaign, self.first)
        codes = {visit.pk: self._why_not(visit, with_shift) for visit in self.visits}
        for visit in self.visits:
            if visit.starts_at and local_day(visit.starts_at) < self.first:
                self.standing.add(visit.pk)
                continue
            code = codes[visit.pk] or codes.get(self.together.partner.get(visit.pk, 0), "")
            if code and visit.starts_at:
                kept_days |= set(days_of(visit))
            elif code:
                self.left_out[visit.pk] = code
        self.block(kept_days)

    def _why_not(self, visit: Visit, with_shift: set[int]) -> str:
        """The code of why a visit cannot be planned at all; empty when it can."""
        has_stand_in = (visit.pk in self.lost and bool(self.stand_ins)) or visit.mentor_id in self.together.handed_over
        if visit.mentor is None and not has_stand_in:
            return "no_mentor"
        if visit.mentor is not None and not visit.mentor.is_active and not has_stand_in:
            return "mentor_left"
        if visit.place_kind in NEAR_HOME and not is_located(visit):
            return "not_located"
        if not self.visitors_for(visit) and not visit.starts_at:
            return "no_taker"
        return self._why_nobody_comes(visit, with_shift) if not visit.starts_at else ""

    def _why_nobody_comes(self, visit: Visit, with_days: set[int]) -> str:
        """Whether somebody who is needed gave no evening at all."""
        if not with_days.intersection(self.visitors_for(visit)):
            return "no_evenings"
        needs_company = visit.pk in self.together.company or visit.pk in self.together.partner
        if needs_company and not with_days.intersection(self.seconds_for(visit)):
            return "no_evenings" if visit.pk in self.together.partner else "no_company"
        return ""

    def block(self, days: Iterable[MentorDay]) -> None:
        """Leave these evenings as they are: no new visits, and those that stand there stay.

        A visit that stays keeps the evening of everybody who is at it.
        """
        blocked = self._with_company(set(days))
        for day in blocked:
            self.shifts.pop(day, None)
        for visit in self.visits:
            if blocked.intersection(self._days_of(visit)):
                self.standing.add(visit.pk)
        with_days = {mentor for mentor, _day in self.shifts} | {mentor for mentor, _day in self.fixed_days()}
        codes = {visit.pk: self._why_nobody_comes(visit, with_days) for visit in self.planned_visits()}
        for visit in self.planned_visits():
            code = codes[visit.pk] or codes.get(self.together.partner.get(visit.pk, 0), "")
            if code and visit.starts_at:
                self.standing.add(visit.pk)
            elif code:
                self.left_out[visit.pk] = code

    def _with_company(self, days: set[MentorDay]) -> set[MentorDay]:
        """These evenings, and those of everybody who is at a visit in one of them, and so on."""
        while True:
            met = [self._days_of(visit) for visit in self.visits if visit.starts_at]
            more = {day for there in met if days.intersection(there) for day in there} - days
            if not more:
                return days
            days |= more

    def _days_of(self, visit: Visit) -> list[MentorDay]:
        partner = self.partner_of(visit)
        return days_of(visit) + (days_of(partner) if partner is not None else [])

    def planned_visits(self) -> list[Visit]:
        """The visits that this plan is about."""
        return [visit for visit in self.visits if visit.pk not in self.left_out and visit.pk not in self.standing]

    def conversations(self) -> list[Visit]:
        """The visits as the problem has them: of two that are one conversation, the older row."""
        return [visit for visit in self.planned_visits() if not self.together.follows(visit)]

    def fixed_days(self) -> dict[MentorDay, list[Visit]]:
        """The confirmed visits of each evening, in time order; of who comes along too."""
        days: dict[MentorDay, list[Visit]] = defaultdict(list)
        agreed = [visit for visit in self.planned_visits() if is_fixed(visit)]
        for visit in sorted(agreed, key=start_of):
            for day in days_of(visit):
                days[day].append(visit)
        return days

    def everybody(self) -> dict[int, Mentor]:
        """All who may be anywhere in the problem, by primary key."""
        mentors = {visit.mentor.pk: visit.mentor for visit in self.visits if visit.mentor}
        seconds = {visit.second.pk: visit.second for visit in self.visits if visit.second}
        return self.together.people | seconds | mentors | self.stand_ins

    def visitors(self) -> list[Mentor]:
        """The mentors who have, or may get, visits in the problem."""
        there = self.conversations()
        needed = {pk for visit in there for pk in [*self.visitors_for(visit), *self.seconds_for(visit)]}
        needed |= {mentor for mentor, _day in self.fixed_days()} | set(self.stand_ins)
        with_days = {mentor for mentor, _day in [*self.shifts, *self.fixed_days()]}
        everybody = self.everybody()
        return [everybody[pk] for pk in sorted(with_days.intersection(needed).intersection(everybody))]

    def has_days(self, mentor: int) -> bool:
        """Whether this mentor has any evening in the problem."""
        return any(pk == mentor for pk, _day in [*self.shifts, *self.fixed_days()])

    def notes(self) -> list[str]:
        """Codes of what the coordinator should know about the problem as a whole."""
        visitors = self.visitors()
        found = []
        if any(mentor.starts_from_home and mentor.home_latitude is None for mentor in visitors):
            found.append("home_not_located")
        if any(interpreter_by_hand(self, visit) for visit in self.planned_visits()):
            found.append("interpreter_by_hand")
        if any(visit.place_kind == PlaceKind.ELSEWHERE for visit in self.planned_visits()):
            found.append("elsewhere_near_home")
        return found


def _visits_to_plan(campaign: Campaign) -> Iterable[Visit]:
    wanted = [VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED]
    return campaign.visits.filter(state__in=wanted).select_related("household", "mentor", "second").order_by("pk")


def _shifts_to_use(campaign: Campaign, first: dt.date, incident: Incident) -> dict[MentorDay, Shift]:
    closed = incident.closed_days(campaign.school_year)
    given = campaign.shifts.filter(on__gte=max(first, campaign.starts_on), on__lte=campaign.ends_on)
    shifts = [shift for shift in incident.shifts_of(campaign, given) if shift.on >= first]
    return {(shift.mentor_id, shift.on): shift for shift in shifts if shift.on not in closed}


def _called_off(campaign: Campaign, incident: Incident) -> dict[int, set[dt.date]]:
    """The days on which a family or the school called a visit off, by this incident or an earlier one."""
    repairs = campaign.plans.filter(
        state=PlanState.PUBLISHED, incident__kind=IncidentKind.CANCELLATION, trace__taken_back_at=None
    )
    days: dict[int, set[dt.date]] = defaultdict(set)
    for before in [*map(Incident.from_json, repairs.values_list("incident", flat=True)), incident]:
        if before.kind == IncidentKind.CANCELLATION and before.visit and before.first:
            days[before.visit].add(before.first)
    return days


def _days_of_other_campaigns(campaign: Campaign, first: dt.date) -> set[MentorDay]:
    """Evenings that these mentors already have in another campaign: one route a mentor a day."""
    mentors = Mentor.objects.filter(school=campaign.school_id).values("pk")
    routes = Route.objects.filter(mentor__in=mentors, on__gte=first).exclude(campaign=campaign)
    days = set(routes.values_list("mentor_id", "on"))
    others = Visit.objects.upcoming().filter(mentor__in=mentors).exclude(campaign=campaign)
    for visit in others.only("mentor_id", "second_id", "starts_at"):
        days |= set(days_of(visit))
    return days


def days_of(visit: Visit) -> list[MentorDay]:
    """The evenings in which a visit stands: its mentor's, and that of who comes along."""
    people = [pk for pk in (visit.mentor_id, visit.second_id) if pk]
    return [(pk, local_day(visit.starts_at)) for pk in people] if visit.starts_at else []


def language_to_interpret(scope: PlanningScope, visit: Visit) -> str | None:
    """The language for which this visit gets one of the interpreters of the campaign."""
    language = visit.household.language
    is_there = any(row.language == language for row in scope.together.interpreters)
    return language if visit.household.needs_interpreter and is_there else None


def interpreter_by_hand(scope: PlanningScope, visit: Visit) -> bool:
    """Whether somebody has to arrange an interpreter: one is wished, and none is in the list."""
    return visit.household.needs_interpreter and language_to_interpret(scope, visit) is None


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
    return visit.campaign.visit_minutes + visit.extra_minutes


def start_of(visit: Visit) -> int:
    """Minutes after midnight, on the Dutch clock, at which a visit with a moment starts."""
    assert visit.starts_at is not None  # noqa: S101 - only asked of visits with a moment
    return local_minutes(visit.starts_at)
