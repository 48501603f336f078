"""What opens and closes the choosing of moments, or the giving of wishes, in a campaign."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.dates import local_day
from mentors.models import User
from mentors.refusals import Refusal
from visits.actions.invitations import invite_all
from visits.models import Booking, Campaign, CampaignState, Invitation, VisitState
from visits.queries.booking import planned_by_school


class BookingRefused(Refusal):
    """Choosing cannot be opened or closed so; the text is for the coordinator."""


class BookingNotOpened(BookingRefused):
    text = _("De gezinnen zijn nog niet gevraagd.")


class WishesStillOpen(BookingRefused):
    text = _("Gezinnen kunnen tot en met %(day)s hun wensen doorgeven. Maak daarna het plan.")


class BookingOfClosedCampaign(BookingRefused):
    text = _("Deze bezoekronde is afgesloten.")


class SchoolProposesMoments(BookingRefused):
    text = _("In deze bezoekronde stelt de school een moment voor. Gezinnen kiezen niet zelf.")


class BookingAfterLastDay(BookingRefused):
    text = _("De laatste dag van deze bezoekronde is voorbij.")


class WishesDayOver(BookingRefused):
    text = _("De laatste dag om wensen door te geven is voorbij. Kies eerst een latere dag.")


class BookingWithoutSchool(BookingRefused):
    text = _("De school staat nog niet op de kaart. Vul eerst het adres van de school in.")


class NoEveningsToChoose(BookingRefused):
    text = _("Er zijn nog geen avonden om uit te kiezen. Vraag de mentoren om hun avonden.")


@transaction.atomic
def open_booking(*, campaign: Campaign, by: User | None, now: dt.datetime) -> int:
    """Ask every family without a moment to choose one, or for its wishes; says how many are asked anew.

    Once more is for who joined later, and opens what was closed. Whom the school plans itself is not asked to choose.
    Raises BookingRefused.
    """
    campaign = lock_campaign(campaign)
    _refuse_opening(campaign, now)
    campaign.booking_opened_at = campaign.booking_opened_at or now
    campaign.booking_closed_at = None
    if campaign.state == CampaignState.PREPARING:
        campaign.state, campaign.published_at = CampaignState.PUBLISHED, now
    campaign.save(update_fields=["booking_opened_at", "booking_closed_at", "state", "published_at"])
    waiting = campaign.visits.filter(state=VisitState.OPEN)
    if campaign.booking == Booking.FREE:
        waiting = waiting.exclude(pk__in=planned_by_school(waiting).values("pk"))
    waiting = waiting.exclude(pk__in=Invitation.objects.values("visit")).exclude(together_with__lt=F("pk"))
    asked = list(waiting.select_related("household", "mentor"))
    for visit in asked:
        visit.campaign = campaign
    invite_all(visits=asked, by=by, now=now)
    record_event(verb="booking.opened", by=by, now=now, school=campaign.school, subject=campaign, asked=len(asked))
    return len(asked)


@transaction.atomic
def close_booking(*, campaign: Campaign, by: User | None, now: dt.datetime) -> Campaign:
    """Nobody chooses any more; who holds a moment now may still confirm it. Raises BookingRefused."""
    campaign = lock_campaign(campaign)
    if campaign.booking_opened_at is None:
        raise BookingNotOpened
    until = campaign.wishes_until
    if campaign.booking == Booking.WISHES_FIRST and until is not None and local_day(now) <= until:
        day = formats.date_format(until, "l j F")
        raise WishesStillOpen(day=day)
    if campaign.booking_closed_at is None:
        campaign.booking_closed_at = now
        campaign.save(update_fields=["booking_closed_at"])
        record_event(verb="booking.closed", by=by, now=now, school=campaign.school, subject=campaign)
    return campaign


def lock_campaign(campaign: Campaign) -> Campaign:
    """The campaign with its row locked until the transaction ends."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("school", "school_year")
    return rows.get(pk=campaign.pk)


def _refuse_opening(campaign: Campaign, now: dt.datetime) -> None:
    today = local_day(now)
    if campaign.state == CampaignState.CLOSED:
        raise BookingOfClosedCampaign
    if campaign.booking == Booking.ASSIGNED:
        raise SchoolProposesMoments
    if today >= campaign.ends_on:
        raise BookingAfterLastDay
    if campaign.booking == Booking.WISHES_FIRST and (campaign.wishes_until is None or campaign.wishes_until < today):
        raise WishesDayOver
    if campaign.booking == Booking.FREE:
        _refuse_choosing(campaign, today)


def _refuse_choosing(campaign: Campaign, today: dt.date) -> None:
    """What a family cannot choose from."""
    if campaign.school.latitude is None or campaign.school.longitude is None:
        raise BookingWithoutSchool
    if not campaign.shifts.filter(on__gt=today).exists():
        raise NoEveningsToChoose
