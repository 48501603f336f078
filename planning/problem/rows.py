"""Everything that one planning reads from the database, in a fixed number of queries.

What the rows mean (who visits whom, on which days, what is left out) is decided in planning/problem/scope.py.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from mentors.dates import moment_at
from mentors.models import Closure, Mentor
from planning.models import PlanState
from planning.problem.incidents import Incident, IncidentKind
from planning.problem.visit_facts import MentorDay, days_of
from visits.models import Availability, Campaign, Route, Shift, Visit, VisitState
from visits.queries.home_times import TakenTime, refused_times
from visits.queries.together import SharedRows, shared_rows_of

TO_PLAN = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


@dataclass(frozen=True)
class CampaignRows:
    """The rows of a campaign as they stand; nothing of an incident that is not published yet is in them."""

    campaign: Campaign
    visits: list[Visit] = field(default_factory=list)  # still to take place, by primary key
    shifts: list[Shift] = field(default_factory=list)  # within the campaign, from the first day that may be planned
    closures: list[Closure] = field(default_factory=list)  # of the school year
    availability: list[Availability] = field(default_factory=list)
    mentors: dict[int, Mentor] = field(default_factory=dict)  # the active ones of the school, by primary key
    shared: SharedRows = field(default_factory=SharedRows)
    cancellations: list[Incident] = field(default_factory=list)  # published, and not taken back
    days_elsewhere: frozenset[MentorDay] = frozenset()  # on which mentors of the school visit for another campaign
    refused: Mapping[int, list[TakenTime]] = field(default_factory=dict)  # moments, by visit
    homes_elsewhere: Mapping[int, list[TakenTime]] = field(default_factory=dict)  # visits of other campaigns, by home


def read_rows(campaign: Campaign, first: dt.date) -> CampaignRows:
    """The rows of this campaign, with its days from `first` on; in the same number of queries for 1 and for 900."""
    visits = campaign.visits.filter(state__in=TO_PLAN).select_related("household", "mentor", "second").order_by("pk")
    shifts = campaign.shifts.filter(on__gte=max(first, campaign.starts_on), on__lte=campaign.ends_on)
    mentors = Mentor.objects.active().filter(school=campaign.school_id)
    return CampaignRows(
        campaign=campaign,
        visits=list(visits),
        shifts=list(shifts),
        closures=list(campaign.school_year.closures.all()),
        availability=list(Availability.objects.filter(campaign=campaign)),
        mentors={mentor.pk: mentor for mentor in mentors},
        shared=shared_rows_of(campaign),
        cancellations=_cancellations(campaign),
        days_elsewhere=_days_elsewhere(campaign, first),
        refused=refused_times(campaign.visits.filter(state__in=TO_PLAN)),
        homes_elsewhere=_homes_elsewhere(campaign, first),
    )


def _cancellations(campaign: Campaign) -> list[Incident]:
    repairs = campaign.plans.filter(
        state=PlanState.PUBLISHED, incident__kind=IncidentKind.CANCELLATION, trace__taken_back_at=None
    )
    return [Incident.from_json(facts) for facts in repairs.values_list("incident", flat=True)]


def _homes_elsewhere(campaign: Campaign, first: dt.date) -> dict[int, list[TakenTime]]:
    """When homes of this campaign are visited for another one."""
    homes = campaign.visits.filter(state__in=TO_PLAN).order_by().values("household")
    others = Visit.objects.upcoming().filter(household__in=homes, starts_at__gte=moment_at(first, 0))
    found: dict[int, list[TakenTime]] = defaultdict(list)
    rows = others.exclude(campaign=campaign).order_by("starts_at", "pk")
    for home, starts_at, ends_at in rows.values_list("household_id", "starts_at", "ends_at"):
        if starts_at and ends_at:
            found[home].append(TakenTime(starts_at, ends_at))
    return dict(found)


def _days_elsewhere(campaign: Campaign, first: dt.date) -> frozenset[MentorDay]:
    """Days that these mentors already have in another campaign: one route a mentor a day."""
    mentors = Mentor.objects.filter(school=campaign.school_id).values("pk")
    routes = Route.objects.filter(mentor__in=mentors, on__gte=first).exclude(campaign=campaign)
    visits = Visit.objects.upcoming().filter(mentor__in=mentors).exclude(campaign=campaign)
    days = {day for visit in visits.only("mentor_id", "second_id", "starts_at") for day in days_of(visit)}
    return frozenset({*routes.values_list("mentor_id", "on"), *days})
