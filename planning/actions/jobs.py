"""What asks for a plan, stops it and throws it away. The row is the queue; runs.py works on it."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.dates import AMSTERDAM
from mentors.models import User
from mentors.refusals import Refusal
from planning.models import Plan, PlanState
from visits.actions.bookings import BookingRefused, lock_campaign
from visits.models import Campaign, CampaignState, MomentReservation, VisitState

REST_SECONDS = 60  # that the planner has for the families who did not choose


class PlanRefused(Refusal):
    """A plan cannot be asked for or thrown away; the text is for the coordinator."""


class ChoosingStillOpen(BookingRefused):
    text = _("Gezinnen kunnen nog kiezen. Sluit dat eerst.")


class MomentBeingConfirmed(BookingRefused):
    text = _("Een gezin bevestigt nu net een moment. Om %(clock)s uur kan het plan gemaakt worden.")


class PlanOfClosedCampaign(PlanRefused):
    text = _("Deze bezoekronde is afgesloten.")


class PlanWithoutSchool(PlanRefused):
    text = _("De school staat nog niet op de kaart. Vul eerst het adres van de school in.")


class NobodyToPlan(PlanRefused):
    text = _("Er is geen gezin dat nog een moment nodig heeft.")


class NoEveningsToPlan(PlanRefused):
    text = _("Nog geen mentor heeft avonden opgegeven. Vraag de mentoren om hun avonden.")


class PlanNotDiscardable(PlanRefused):
    text = _("Dit plan kan niet worden weggegooid: het is al gepubliceerd, of er wordt nog aan gewerkt.")


class PlanningAlready(PlanRefused):
    text = _("Er wordt al gepland voor deze bezoekronde. Wacht tot dat plan klaar is.")


@transaction.atomic
def request_plan(*, campaign: Campaign, seconds: int, by: User | None, now: dt.datetime) -> Plan:
    """Put a planning job in the queue. One at a time in a campaign: the database holds that."""
    _refuse_hopeless(campaign)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(campaign=campaign, seconds=seconds, created_by=by, created_at=now)
    except IntegrityError:
        raise PlanningAlready from None
    record_event(verb="plan.requested", by=by, now=now, school=campaign.school, subject=plan, seconds=seconds)
    return plan


@transaction.atomic
def plan_the_rest(*, campaign: Campaign, by: User | None, now: dt.datetime) -> Plan:
    """Give everybody who is left a moment by the planner. Raises BookingRefused, PlanRefused.

    Choosing has to be closed, and nobody may hold a moment any more: what is being confirmed would spoil the plan.
    """
    campaign = lock_campaign(campaign)
    if campaign.booking_closed_at is None:
        raise ChoosingStillOpen
    last = MomentReservation.objects.live(now).filter(visit__campaign=campaign).order_by("-reserved_until").first()
    if last is not None:
        clock = formats.date_format(_local(last.reserved_until), "H.i")
        raise MomentBeingConfirmed(clock=clock)
    return request_plan(campaign=campaign, seconds=REST_SECONDS, by=by, now=now)


def _local(moment: dt.datetime) -> dt.datetime:
    return (moment + dt.timedelta(seconds=59)).astimezone(AMSTERDAM)


def _refuse_hopeless(campaign: Campaign) -> None:
    if campaign.state == CampaignState.CLOSED:
        raise PlanOfClosedCampaign
    if campaign.school.latitude is None or campaign.school.longitude is None:
        raise PlanWithoutSchool
    if not campaign.visits.filter(state__in=[VisitState.OPEN, VisitState.PLANNED]).exists():
        raise NobodyToPlan
    if not campaign.shifts.exists():
        raise NoEveningsToPlan


@transaction.atomic
def stop_plan(*, plan: Plan, by: User | None, now: dt.datetime) -> None:
    """Good enough: a job at work ends with the best plan so far; one that waits is taken out of the queue."""
    if Plan.objects.filter(pk=plan.pk, state=PlanState.QUEUED).update(state=PlanState.DISCARDED, finished_at=now):
        record_event(verb="plan.withdrawn", by=by, now=now, school=plan.campaign.school, subject=plan)
    elif Plan.objects.filter(pk=plan.pk, state=PlanState.RUNNING).update(is_stop_asked=True):
        record_event(verb="plan.stop_asked", by=by, now=now, school=plan.campaign.school, subject=plan)


@transaction.atomic
def rename_plan(*, plan: Plan, label: str, by: User | None, now: dt.datetime) -> None:
    """Give a draft a name of its own; an empty one takes it away. The name may hold anything: it is not recorded."""
    Plan.objects.filter(pk=plan.pk).update(label=label)
    record_event(verb="plan.renamed", by=by, now=now, school=plan.campaign.school, subject=plan)


@transaction.atomic
def discard_plan(*, plan: Plan, by: User | None, now: dt.datetime) -> None:
    """Throw a draft away. A published plan is what the families were told: it stays."""
    droppable = [PlanState.READY, PlanState.FAILED]
    if not Plan.objects.filter(pk=plan.pk, state__in=droppable).update(state=PlanState.DISCARDED):
        raise PlanNotDiscardable
    record_event(verb="plan.discarded", by=by, now=now, school=plan.campaign.school, subject=plan)
