"""What a mentor takes on in a campaign: how many visits, for whom else, and with whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from visits.models import Campaign, Commitment, Visit


class CommitmentError(Refusal):
    """What is asked of a mentor contradicts itself; `field` is where, the text is for the coordinator."""


class GivesAndTakes(CommitmentError):
    field = "takes_over"
    text = _("Wie de eigen bezoeken uit handen geeft, kan er geen overnemen.")


class OwnCompany(CommitmentError):
    field = "companions"
    text = _("Kies een ander: niemand gaat met zichzelf mee.")


class OtherSchool(CommitmentError):
    field = "companions"
    text = _("Kies uit de mentoren van deze school.")


@transaction.atomic
def set_commitment(
    *,
    campaign: Campaign,
    mentor: Mentor,
    most_visits: int | None,
    hands_over: bool,
    takes_over: bool,
    most_extra: int | None,
    companions: Collection[Mentor],
    by: User,
    now: dt.datetime,
) -> Commitment:
    """Keep what this mentor takes on in this campaign. Raises GivesAndTakes, OwnCompany, OtherSchool.

    What stands already stays: it is the next plan that follows.
    """
    if hands_over and takes_over:
        raise GivesAndTakes
    _refuse_company(campaign.school_id, mentor, companions)
    values = {
        "most_visits": most_visits,
        "hands_over": hands_over,
        "takes_over": takes_over,
        "most_extra": most_extra if takes_over else None,
    }
    commitment, _is_new = Commitment.objects.update_or_create(campaign=campaign, mentor=mentor, defaults=values)
    commitment.companions.set(companions)
    facts = {"campaign": campaign.pk, "mentor": mentor.pk, "companions": len(companions), **values}
    record_event(verb="commitment.set", by=by, now=now, school=campaign.school, subject=commitment, **facts)
    return commitment


@transaction.atomic
def make_team(*, campaign: Campaign, first: Mentor, second: Mentor, by: User, now: dt.datetime) -> None:
    """Two mentors make all visits of both together: each takes the other one along, and nobody else.

    Raises OwnCompany, OtherSchool.
    """
    for mentor, other in ((first, second), (second, first)):
        _refuse_company(campaign.school_id, mentor, [other])
    for mentor, other in ((first, second), (second, first)):
        commitment, _is_new = Commitment.objects.get_or_create(campaign=campaign, mentor=mentor)
        commitment.companions.set([other])
    _note_team("team.made", campaign, first, second, by, now)


@transaction.atomic
def part_team(*, campaign: Campaign, first: Mentor, second: Mentor, by: User, now: dt.datetime) -> None:
    """Neither takes the other one along any more. Twice changes nothing."""
    gone = 0
    for mentor, other in ((first, second), (second, first)):
        rows = Commitment.companions.through.objects.filter(commitment__campaign=campaign, commitment__mentor=mentor)
        gone += rows.filter(mentor=other).delete()[0]
    if gone:
        _note_team("team.parted", campaign, first, second, by, now)


def _note_team(verb: str, campaign: Campaign, first: Mentor, second: Mentor, by: User, now: dt.datetime) -> None:
    mentors = [first.pk, second.pk]
    record_event(verb=verb, by=by, now=now, school=campaign.school, subject=campaign, mentors=mentors)


@transaction.atomic
def set_company(*, visit: Visit, companions: Collection[Mentor], by: User, now: dt.datetime) -> None:
    """Of whom one comes along to this visit; nobody: as its mentor always does. Raises OwnCompany, OtherSchool."""
    _refuse_company(visit.campaign.school_id, visit.mentor, companions)
    visit.companions.set(companions)
    record_event(
        verb="visit.company", by=by, now=now, school=visit.campaign.school, subject=visit, companions=len(companions)
    )


def _refuse_company(school: int, mentor: Mentor | None, companions: Collection[Mentor]) -> None:
    if mentor is not None and any(companion.pk == mentor.pk for companion in companions):
        raise OwnCompany
    if any(companion.school_id != school for companion in companions):
        raise OtherSchool
