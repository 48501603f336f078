"""What waits for the coordinator, in eight queries for a school of any size."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from mentors.models import Closure, Membership, Mentor, Role, School
from planning.models import Plan, PlanState
from planning.queries.overview import with_wishes_in
from planning.queries.repairs import on_closed_days
from reports.figures.pace import Pace
from reports.queries.campaigns import campaigns_current_first
from reports.queries.pace import pace_of_campaign
from students.models import (
    Guardian,
    Household,
    HouseholdSuggestion,
    ImportState,
    RosterImport,
    SchoolClass,
    Student,
    SuggestionState,
)
from visits.models import Campaign, CampaignState, Invitation, Message, MessageState, Shift, VisitState
from visits.queries.booking import still_asked
from visits.queries.shifts import MentorEvenings, evenings_per_mentor
from visits.queries.siblings import undecided_siblings
from visits.queries.visit_list import WaitsFor, waiting_for


@dataclass(frozen=True)
class WaitingCounts:
    """How many of each wait."""

    to_choose: int
    wishes_in: int
    unanswered: int
    rather_otherwise: int
    without_moment: int
    on_closed_day: int
    not_located: int
    suggestions: int
    without_household: int
    classes_without_mentor: int
    failed_messages: int
    letters: int
    without_account: int
    imports: int
    drafts: int
    sibling_pairs: int


@dataclass(frozen=True)
class Beginnings:
    """How far a school is that has not published a round yet."""

    has_pupils: bool
    has_calendar: bool
    has_staff: bool
    has_campaign: bool
    has_evenings: bool
    has_plan: bool
    has_published: bool


@dataclass(frozen=True)
class MissingLogs:
    """The visits of one mentor that took place, it seems, and are not logged."""

    mentor: str
    count: int


@dataclass(frozen=True)
class Worklist:
    """Everything on the coordinator's first page."""

    campaign: Campaign | None
    waiting: WaitingCounts
    beginnings: Beginnings
    logs: tuple[MissingLogs, ...]
    short: tuple[MentorEvenings, ...]
    pace: Pace | None
    plan: int | None  # the newest plan that can be looked at


def worklist_of(school: School, *, now: dt.datetime) -> Worklist:
    """The work of today. A round that was closed asks for nothing any more."""
    campaigns = [found for found in campaigns_current_first(school) if found.state != CampaignState.CLOSED]
    campaign = campaigns[0] if campaigns else None
    numbers = numbers_of(school, now)
    return Worklist(
        campaign=campaign,
        waiting=WaitingCounts(**{name: numbers[name] for name in WaitingCounts.__dataclass_fields__}),
        beginnings=Beginnings(**{name: numbers[name] for name in Beginnings.__dataclass_fields__}),
        logs=missing_logs(school, now),
        short=short_of_evenings(campaign),
        pace=pace_of_campaign(campaign, now=now) if campaign and campaign.state == CampaignState.PUBLISHED else None,
        plan=numbers["newest_plan"],
    )


def numbers_of(school: School, now: dt.datetime) -> dict[str, Any]:
    """All counts and yes-or-noes of a school in one query."""
    counts = {
        "to_choose": number(waiting_for(WaitsFor.CHOICE, now), "campaign__school", "pk"),
        "wishes_in": number(with_wishes_in(now), "school", "pk"),
        "unanswered": number(waiting_for(WaitsFor.ANSWER, now), "campaign__school", "pk"),
        "rather_otherwise": number(waiting_for(WaitsFor.OTHER_MOMENT, now), "campaign__school", "pk"),
        "without_moment": number(waiting_for(WaitsFor.MOMENT, now), "campaign__school", "pk"),
        "on_closed_day": number(on_closed_days(now), "campaign__school", "pk"),
        "not_located": number(not_located(), "school", "pk"),
        "suggestions": number(HouseholdSuggestion.objects.filter(state=SuggestionState.OPEN), "school", "pk"),
        "without_household": number(Student.objects.enrolled().filter(residences=None), "school", "pk"),
        "classes_without_mentor": number(classes_without_mentor(), "school_year__school", "pk"),
        "letters": number(letters(now), "visit__campaign__school", "pk"),
        "failed_messages": number(Message.objects.filter(state=MessageState.FAILED), "school", "pk"),
        "without_account": number(without_account(), "school", "pk"),
        "imports": number(RosterImport.objects.filter(state=ImportState.PREVIEW), "school", "pk"),
        "drafts": number(drafts(), "campaign__school", "campaign"),
        "sibling_pairs": number(undecided_siblings(), "campaign__school", "household"),
    }
    plans = (
        Plan.objects.drafts()
        .filter(campaign__school=OuterRef("pk"), state__in=[PlanState.READY, PlanState.PUBLISHED])
        .exclude(campaign__state=CampaignState.CLOSED)
    )
    newest = {"newest_plan": Subquery(plans.order_by("-created_at", "-pk").values("pk")[:1])}
    found: dict[str, Any] = School.objects.filter(pk=school.pk).values(**counts, **beginnings(), **newest).get()  # type: ignore[assignment]
    return found


def number(rows: QuerySet[Any], school_path: str, counted: str) -> Coalesce:
    """The number of different `counted` among `rows` of the outer school."""
    per_school = rows.filter(**{school_path: OuterRef("pk")}).order_by().values(school_path)
    return Coalesce(Subquery(per_school.annotate(number=Count(counted, distinct=True)).values("number")), 0)


def beginnings() -> dict[str, Exists]:
    """Whether the outer school has made each of the first steps."""

    def any_of(model: type[Model], path: str, *conditions: Q) -> Exists:
        return Exists(model._default_manager.filter(*conditions, **{path: OuterRef("pk")}))

    return {
        "has_pupils": any_of(Student, "school", Q(left_on=None)),
        "has_calendar": any_of(Closure, "school_year__school"),
        "has_staff": any_of(Membership, "school", Q(role=Role.MENTOR)),
        "has_campaign": any_of(Campaign, "school"),
        "has_evenings": any_of(Shift, "campaign__school"),
        "has_plan": any_of(Plan, "campaign__school", Q(state__in=[PlanState.READY, PlanState.PUBLISHED])),
        "has_published": any_of(Campaign, "school", ~Q(state=CampaignState.PREPARING)),
    }


def letters(now: dt.datetime) -> QuerySet[Invitation]:
    """Invitations on paper that were not given yet: nobody in the home can be mailed."""
    can_be_mailed = Guardian.objects.filter(household=OuterRef("household"), is_invited=True).exclude(email="")
    has_moment = Q(visit__state__in=[VisitState.PLANNED, VisitState.CONFIRMED])
    is_asked = still_asked(now, "visit__campaign__") & Q(visit__state=VisitState.OPEN)
    return Invitation.objects.exclude(Exists(can_be_mailed)).filter(
        has_moment | is_asked,
        sent_at=None,
        revoked_at=None,
        visit__campaign__state=CampaignState.PUBLISHED,
    )


def not_located() -> QuerySet[Household]:
    """Addresses of enrolled pupils that are not, or only roughly, on the map."""
    return Household.objects.not_located().filter(
        Exists(Student.objects.enrolled().filter(residences__household=OuterRef("pk")))
    )


def classes_without_mentor() -> QuerySet[SchoolClass]:
    """Classes with a visit in a round that is not closed, and nobody to make it."""
    in_a_round = Student.objects.enrolled().filter(
        school_class=OuterRef("pk"),
        visits__campaign__state__in=[CampaignState.PREPARING, CampaignState.PUBLISHED],
    )
    return SchoolClass.objects.filter(Exists(in_a_round)).exclude(mentors__is_active=True)


def without_account() -> QuerySet[Mentor]:
    """Mentors of a class, or with a visit, who cannot log in yet."""
    busy = Q(classes__isnull=False) | Q(visits__campaign__state__in=[CampaignState.PREPARING, CampaignState.PUBLISHED])
    return Mentor.objects.active().filter(busy, user=None)


def drafts() -> QuerySet[Plan]:
    """Plans that are ready to be looked at and published."""
    return Plan.objects.drafts().filter(state=PlanState.READY).exclude(campaign__state=CampaignState.CLOSED)


def missing_logs(school: School, now: dt.datetime) -> tuple[MissingLogs, ...]:
    """Per mentor, alphabetical, the visits that are over and not logged. One query."""
    rows = (
        waiting_for(WaitsFor.REPORT, now)
        .filter(campaign__school=school)
        .order_by("mentor__name", "mentor_id")
        .values("mentor_id", "mentor__name")
        .annotate(count=Count("pk"))
    )
    return tuple(MissingLogs(row["mentor__name"], row["count"]) for row in rows)


def short_of_evenings(campaign: Campaign | None) -> tuple[MentorEvenings, ...]:
    """Mentors of the round with too few evenings for their families, alphabetical. Four queries."""
    if campaign is None:
        return ()
    rows = [row for row in evenings_per_mentor(campaign) if row.short]
    return tuple(sorted(rows, key=lambda row: (row.mentor.name, row.mentor.pk)))
