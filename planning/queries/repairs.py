"""What the pages of a repair start from: what does not fit any more, whom it is about, and what happened in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from mentors.dates import AMSTERDAM, local_day
from mentors.models import Closure, Mentor
from planning.models import Plan, PlanKind, PlanState
from planning.problem.incidents import Incident, IncidentKind
from planning.problem.scope import first_day
from visits.models import Campaign, CampaignState, Shift, Visit, VisitState
from visits.queries.calendar import open_days

SHOWN = 5  # repairs that were done


@dataclass(frozen=True)
class OnClosedDay:
    """Visits that stand on days without visits: the calendar changed after they were planned."""

    closure: Closure
    visits: int


@dataclass(frozen=True)
class AffectedEvening:
    """An evening that a mentor gives, and how many visits stand on it."""

    on: dt.date
    visits: int


@dataclass(frozen=True)
class OtherCampaign:
    """Another campaign that the same incident affects: how many visits stand there, and a repair that waits."""

    campaign: Campaign
    visits: int
    waiting: int | None


@dataclass(frozen=True)
class RepairsDue:
    """What waits for a repair in a campaign, without anybody reporting it."""

    closures: list[OnClosedDay]
    without_moment: int
    drafts: list[Plan]  # repairs that wait for a yes

    @property
    def is_anything(self) -> bool:
        """Whether there is something to solve."""
        return bool(self.closures or self.without_moment or self.drafts)


def broken_in(campaign: Campaign, now: dt.datetime) -> RepairsDue:
    """What does not fit any more in this campaign. Four queries."""
    upcoming = campaign.visits.upcoming().filter(starts_at__gt=now)
    days = [local_day(starts_at) for starts_at in upcoming.values_list("starts_at", flat=True) if starts_at]
    closures = [
        OnClosedDay(closure, sum(closure.starts_on <= day <= closure.ends_on for day in days))
        for closure in campaign.school_year.closures.all()
    ]
    repairs = campaign.plans.filter(
        kind=PlanKind.REPAIR, state__in=[PlanState.READY, PlanState.QUEUED, PlanState.RUNNING]
    )
    return RepairsDue(
        closures=[line for line in closures if line.visits],
        without_moment=campaign.visits.filter(state=VisitState.OPEN, mentor__is_active=True).count(),
        drafts=list(repairs.defer("problem", "result")),
    )


def done_repairs(campaign: Campaign) -> list[Plan]:
    """The last repairs that were said yes to, the last one first; whether each was taken back stands in its trace."""
    done = campaign.plans.filter(kind=PlanKind.REPAIR, state=PlanState.PUBLISHED).order_by("-published_at", "-pk")
    return list(
        done.select_related("trace", "campaign").defer("problem", "result", "trace__before", "trace__after")[:SHOWN]
    )


def on_closed_days(now: dt.datetime) -> QuerySet[Visit]:
    """Appointments to come, of all schools, on a day on which nobody visits by now. Narrow it."""
    closed = Closure.objects.filter(
        school_year=OuterRef("campaign__school_year"), starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day")
    )
    upcoming = Visit.objects.upcoming().filter(campaign__state=CampaignState.PUBLISHED, starts_at__gt=now)
    return upcoming.annotate(day=TruncDate("starts_at", tzinfo=AMSTERDAM)).filter(Exists(closed))


def mentors_at_work(campaign: Campaign) -> list[Mentor]:
    """Who has families or evenings in this campaign, by name."""
    pks = {*campaign.visits.values_list("mentor", flat=True), *campaign.shifts.values_list("mentor", flat=True)}
    return list(Mentor.objects.active().filter(pk__in=pks - {None}))


def evenings_to_come(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> list[AffectedEvening]:
    """The evenings that a mentor gives from tomorrow on, each with its visits."""
    busy: dict[dt.date, int] = {}
    for starts_at in (
        Visit.objects.upcoming().filter(mentor=mentor, campaign=campaign).values_list("starts_at", flat=True)
    ):
        if starts_at:
            busy[local_day(starts_at)] = busy.get(local_day(starts_at), 0) + 1
    shifts = Shift.objects.filter(campaign=campaign, mentor=mentor, on__gt=local_day(now)).order_by("on")
    return [AffectedEvening(shift.on, busy.get(shift.on, 0)) for shift in shifts]


def free_days(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> list[dt.date]:
    """The open days that may still be planned and on which the mentor gives no evening yet."""
    given = set(campaign.shifts.filter(mentor=mentor).values_list("on", flat=True))
    return [day for day in open_days(campaign) if day >= first_day(now) and day not in given]


def visits_to_cancel(campaign: Campaign, now: dt.datetime) -> list[Visit]:
    """Every appointment to come, by mentor and family."""
    upcoming = campaign.visits.upcoming().filter(starts_at__gt=now)
    return list(upcoming.select_related("household", "mentor").order_by("mentor__name", "household__name", "pk"))


def hit_elsewhere(plan: Plan, now: dt.datetime) -> list[OtherCampaign]:
    """A mentor who is away, or a day off, hits other campaigns too: those with visits then. Two queries at most.

    Each is repaired by itself, after this one: its plan has to know which evenings are taken by then.
    """
    incident = Incident.from_json(plan.incident)
    if incident.kind not in (IncidentKind.SICK, IncidentKind.CLOSURE):
        return []
    others = Visit.objects.upcoming().filter(
        campaign__state=CampaignState.PUBLISHED, campaign__school_year=plan.campaign.school_year_id, starts_at__gt=now
    )
    if incident.kind == IncidentKind.SICK:
        others = others.filter(Q(mentor=incident.mentor) | Q(second=incident.mentor))
    hit: dict[Campaign, int] = defaultdict(int)
    for visit in others.exclude(campaign=plan.campaign_id).select_related("campaign").order_by("campaign"):
        hit[visit.campaign] += incident.loses(visit, now)
    campaigns = [campaign for campaign, visits in hit.items() if visits]
    ready = Plan.objects.filter(
        campaign__in=campaigns, kind=PlanKind.REPAIR, state=PlanState.READY, incident__kind=str(incident.kind)
    )
    waiting = {
        campaign: pk
        for campaign, pk, mentor in ready.values_list("campaign", "pk", "incident__mentor")
        if mentor == incident.mentor
    }
    return [OtherCampaign(campaign, hit[campaign], waiting.get(campaign.pk)) for campaign in campaigns]


def name_in(campaign: Campaign, incident: Incident) -> str:
    """The name of the family, the mentor or the days that the incident is about; '' when it is gone. One query."""
    if incident.kind == IncidentKind.CLOSURE:
        return incident.name
    if incident.kind == IncidentKind.CANCELLATION:
        visit = campaign.visits.select_related("household").filter(pk=incident.visit or 0).first()
        return visit.household.name if visit else ""
    mentor = Mentor.objects.filter(pk=incident.mentor or 0).first()
    return mentor.name if mentor else ""
