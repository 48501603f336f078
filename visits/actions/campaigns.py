"""What opens, changes and closes a campaign, and what makes its cohort's visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Required, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import School, SchoolYear, User
from mentors.refusals import Refusal
from visits.actions.cohorts import join_cohort
from visits.actions.topics import seed_topics
from visits.models import Booking, Campaign, CampaignState, DayPart, Frequency, VisitState
from visits.models.campaigns import (
    EARLIEST_EVENING,
    LATEST_EVENING,
    LONGEST_VISIT,
    SHORTEST_VISIT,
    SLACK_CHOICES,
)
from visits.queries.cohort import cohort


class CampaignRefused(Refusal):
    """A campaign cannot be so; `field` names the form's field, the text is for the coordinator."""


class CampaignClosed(CampaignRefused):
    field = "name"
    text = _("Deze bezoekronde is afgesloten en verandert niet meer.")


class NoYearGroup(CampaignRefused):
    field = "year_groups"
    text = _("Kies ten minste één leerjaar.")


class CampaignEndsBeforeStart(CampaignRefused):
    field = "ends_on"
    text = _("De laatste dag ligt voor de eerste dag.")


class CampaignStartsBeforeYear(CampaignRefused):
    field = "starts_on"
    text = _("De eerste dag ligt voor het begin van het schooljaar.")


class CampaignEndsAfterYear(CampaignRefused):
    field = "ends_on"
    text = _("De laatste dag ligt na het einde van het schooljaar.")


class VisitLengthOutOfRange(CampaignRefused):
    field = "visit_minutes"
    text = _("Een thuisbezoek duurt 30 tot 60 minuten.")


class StopsOutOfRange(CampaignRefused):
    field = "max_stops"
    text = _("Kies één tot vier thuisbezoeken op een avond.")


class SlackOutOfRange(CampaignRefused):
    field = "slack_minutes"
    text = _("Kies een speling van 0, 5, 10 of 15 minuten.")


class NoSuchDayPart(CampaignRefused):
    field = "day_part"
    text = _("Kies of bezoeken liefst 's avonds zijn, liefst 's middags, of dat het niet uitmaakt.")


class EveningOutOfRange(CampaignRefused):
    field = "evening_from"
    text = _("De avond begint tussen 15.00 en 20.00 uur.")


class NoWishesDay(CampaignRefused):
    field = "wishes_until"
    text = _("Kies tot en met welke dag gezinnen hun wensen doorgeven.")


class WishesDayTooLate(CampaignRefused):
    field = "wishes_until"
    text = _("Kies een dag die voor de laatste dag van de bezoekronde ligt.")


class FamiliesInvited(CampaignRefused):
    field = "booking"
    text = _("De eerste gezinnen zijn al uitgenodigd. Hoe zij een moment krijgen, verandert niet meer.")


class LaterDayPromised(CampaignRefused):
    field = "wishes_until"
    text = _("Gezinnen is een latere dag beloofd. Kies die dag of een latere.")


class CampaignNameTaken(CampaignRefused):
    field = "name"
    text = _("Er is dit schooljaar al een bezoekronde met deze naam. Kies een andere naam.")


class CampaignAgreements(TypedDict, total=False):
    """What a school agrees on for a campaign; what is not given has the default of its column."""

    name: Required[str]
    year_groups: Required[Sequence[int]]
    frequency: Required[Frequency]
    starts_on: Required[dt.date]
    ends_on: Required[dt.date]
    visit_minutes: Required[int]
    max_stops: Required[int]
    slack_minutes: int
    day_part: str
    evening_from: dt.time
    mode: Required[str]
    hours_per_visit: Required[Decimal]
    set_up: Required[str]
    reply_days: Required[int]
    booking: str
    wishes_until: dt.date | None


@transaction.atomic
def open_campaign(
    *,
    school: School,
    school_year: SchoolYear,
    by: User | None,
    now: dt.datetime,
    **agreements: Unpack[CampaignAgreements],
) -> Campaign:
    """A campaign in preparation, with a visit for every family of its cohort.

    A school without topics gets the fourteen that the practice starts with. Raises CampaignRefused.
    """
    fields: dict[str, Any] = {**agreements, "year_groups": sorted(set(agreements["year_groups"]))}
    campaign = Campaign(school=school, school_year=school_year, created_by=by, created_at=now, **fields)
    _save(campaign)
    seed_topics(school=school, by=by, now=now)
    record_event(verb="campaign.opened", by=by, now=now, school=school, subject=campaign)
    join_cohort(campaign=campaign, by=by, now=now)
    return campaign


@transaction.atomic
def change_campaign(*, campaign: Campaign, by: User | None, now: dt.datetime, **fields: object) -> Campaign:
    """Change the agreements of a campaign. Visits that have a moment keep it.

    Before anybody was invited, who is no longer in the cohort drops out; after that only who left does.
    """
    if campaign.state == CampaignState.CLOSED:
        raise CampaignClosed
    _refuse_other_way(campaign, fields)
    for name, value in fields.items():
        setattr(campaign, name, value)
    _save(campaign)
    if campaign.state == CampaignState.PREPARING:
        outside = campaign.visits.filter(state=VisitState.OPEN, invitations=None)
        outside.exclude(students__in=cohort(campaign).order_by()).delete()
    record_event(verb="campaign.changed", by=by, now=now, school=campaign.school, subject=campaign)
    join_cohort(campaign=campaign, by=by, now=now)
    return campaign


@transaction.atomic
def close_campaign(*, campaign: Campaign, by: User | None, now: dt.datetime) -> None:
    """Close a campaign: nobody joins it any more."""
    campaign.state = CampaignState.CLOSED
    campaign.save(update_fields=["state"])
    record_event(verb="campaign.closed", by=by, now=now, school=campaign.school, subject=campaign)


def _save(campaign: Campaign) -> None:
    _refuse_nonsense(campaign)
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError:
        raise CampaignNameTaken from None


def _refuse_nonsense(campaign: Campaign) -> None:
    year = campaign.school_year
    if not campaign.year_groups:
        raise NoYearGroup
    if campaign.ends_on < campaign.starts_on:
        raise CampaignEndsBeforeStart
    if campaign.starts_on < year.starts_on:
        raise CampaignStartsBeforeYear
    if campaign.ends_on > year.ends_on:
        raise CampaignEndsAfterYear
    if not SHORTEST_VISIT <= campaign.visit_minutes <= LONGEST_VISIT:
        raise VisitLengthOutOfRange
    _refuse_wishes(campaign)
    if not 1 <= campaign.max_stops <= 4:
        raise StopsOutOfRange
    _refuse_hours(campaign)


def _refuse_hours(campaign: Campaign) -> None:
    if campaign.slack_minutes not in SLACK_CHOICES:
        raise SlackOutOfRange
    if campaign.day_part not in DayPart.values:
        raise NoSuchDayPart
    if not EARLIEST_EVENING <= campaign.evening_from <= LATEST_EVENING:
        raise EveningOutOfRange


def _refuse_wishes(campaign: Campaign) -> None:
    """A last day for wishes belongs to that way alone, and leaves time to plan and to visit after it."""
    if campaign.booking != Booking.WISHES_FIRST:
        campaign.wishes_until = None
        return
    if campaign.wishes_until is None:
        raise NoWishesDay
    if campaign.wishes_until >= campaign.ends_on:
        raise WishesDayTooLate


def _refuse_other_way(campaign: Campaign, fields: dict[str, object]) -> None:
    """What families were told stands: how they get their moment, and until when they may give their wishes."""
    stored = Campaign.objects.get(pk=campaign.pk)
    way = fields.get("booking", stored.booking)
    is_asked = stored.booking_opened_at is not None or stored.visits.filter(invitations__isnull=False).exists()
    if is_asked and way != stored.booking:
        raise FamiliesInvited
    until = fields.get("wishes_until", stored.wishes_until)
    told = stored.wishes_until if stored.booking_opened_at is not None else None
    if told is not None and isinstance(until, dt.date) and until < told:
        raise LaterDayPromised
