"""Asking for a plan after something changed. Nothing is a fact, and no family hears anything, until it is published.

The plan is a job like any other (planning/actions/runs.py), made by the planner's `repair`; saying yes is
`publish_plan`, which makes the incident itself a fact in the same transaction (planning/actions/incidents.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.dates import local_day
from mentors.models import User
from mentors.refusals import Refusal
from planning.models import Plan, PlanKind, PlanState
from planning.problem.incidents import Incident, IncidentKind
from visits.models import Campaign, CampaignState, Visit, VisitState

SECONDS = 10  # a repair takes milliseconds; this is for a school in which very much happened


class RepairRefused(Refusal):
    """A repair cannot be asked for; the text is for the coordinator."""


class NotARepair(RepairRefused):
    text = _("Dit is geen herstelplan.")


class RepairOver(RepairRefused):
    text = _("Dit herstelplan is al uitgevoerd of weggegooid.")


class RepairOfClosedCampaign(RepairRefused):
    text = _("Deze bezoekronde is afgesloten.")


class RepairOfUnpublished(RepairRefused):
    text = _("Deze bezoekronde is nog niet gepubliceerd. Maak eerst een gewoon plan.")


class RepairWithoutSchool(RepairRefused):
    text = _("De school staat nog niet op de kaart. Vul eerst het adres van de school in.")


class RepairOfVisitOver(RepairRefused):
    text = _("Dit thuisbezoek is al geweest of vervallen.")


class RepairOfVisitBegun(RepairRefused):
    text = _("Dit thuisbezoek is al begonnen. Schrijf in het verslag dat het niet doorging.")


class RepairWhilePlanning(RepairRefused):
    text = _("Er wordt al gepland voor deze bezoekronde. Wacht tot dat plan klaar is.")


class DaysOver(RepairRefused):
    text = _("Deze dagen zijn al voorbij.")


class EveningNotToCome(RepairRefused):
    text = _("Kies een avond die nog komt. Is het voor vanavond, meld de mentor dan afwezig.")


class NobodyToRepair(RepairRefused):
    text = _("Er is geen gezin dat nog een moment nodig heeft.")


class NothingChanged(RepairRefused):
    text = _("Kies wat er is veranderd.")


@transaction.atomic
def request_repair(*, campaign: Campaign, incident: Incident, by: User | None, now: dt.datetime) -> Plan:
    """Put a job in the queue that plans as if `incident` were a fact. Raises RepairRefused."""
    _refuse_hopeless(campaign)
    _refuse_empty(campaign, incident, now)
    if incident.kind == IncidentKind.CANCELLATION:
        incident = replace(incident, first=_day_of(campaign, incident))
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                campaign=campaign,
                kind=PlanKind.REPAIR,
                incident=incident.to_json(),
                seconds=SECONDS,
                created_by=by,
                created_at=now,
            )
    except IntegrityError:
        raise RepairWhilePlanning from None
    record_event(verb="repair.requested", by=by, now=now, school=campaign.school, subject=plan, what=str(incident.kind))
    return plan


@transaction.atomic
def make_anew(*, plan: Plan, by: User | None, now: dt.datetime) -> Plan:
    """Request a repair once more, for the campaign as it is now; the old draft goes. Raises RepairRefused."""
    if plan.kind != PlanKind.REPAIR:
        raise NotARepair
    droppable = [PlanState.READY, PlanState.FAILED]
    if not Plan.objects.filter(pk=plan.pk, state__in=droppable).update(state=PlanState.DISCARDED):
        raise RepairOver
    return request_repair(campaign=plan.campaign, incident=Incident.from_json(plan.incident), by=by, now=now)


def _refuse_hopeless(campaign: Campaign) -> None:
    if campaign.state == CampaignState.CLOSED:
        raise RepairOfClosedCampaign
    if campaign.state != CampaignState.PUBLISHED:
        raise RepairOfUnpublished
    if campaign.school.latitude is None or campaign.school.longitude is None:
        raise RepairWithoutSchool


def _refuse_empty(campaign: Campaign, incident: Incident, now: dt.datetime) -> None:
    """An incident that is over, or that changes nothing, is a mistake in what was filled in."""
    today = local_day(now)
    match incident.kind:
        case IncidentKind.CANCELLATION:
            _refuse_over(campaign.visits.filter(pk=incident.visit or 0).first(), now)
        case IncidentKind.SICK | IncidentKind.CLOSURE if incident.last is None or incident.last < today:
            raise DaysOver
        case IncidentKind.EVENING_BACK | IncidentKind.EXTRA_EVENING if not incident.days or min(incident.days) <= today:
            raise EveningNotToCome
        case IncidentKind.LATE if not campaign.visits.filter(state=VisitState.OPEN).exists():
            raise NobodyToRepair
        case IncidentKind.NOTHING:
            raise NothingChanged


def _day_of(campaign: Campaign, incident: Incident) -> dt.date | None:
    """The day that is called off: that visit is not planned on it again."""
    starts_at = campaign.visits.get(pk=incident.visit or 0).starts_at
    return local_day(starts_at) if starts_at else None


def _refuse_over(visit: Visit | None, now: dt.datetime) -> None:
    if visit is None or visit.state not in (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED):
        raise RepairOfVisitOver
    if visit.starts_at is not None and visit.starts_at <= now:
        raise RepairOfVisitBegun
