"""What the coordinator decides about children of one home in two classes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from visits.actions.together import keep_pair, merge, part, tie, untie
from visits.models import Campaign, CampaignState, SiblingChoice, SiblingPair, Visit, VisitState
from visits.queries.together import is_one_conversation


class SiblingError(Refusal):
    """A choice about two visits cannot be made; the text is for the coordinator."""


class MomentStands(SiblingError):
    text = _("Dit gezin heeft al een moment. Haal dat moment eerst weg; daarna kun je opnieuw kiezen.")


class ThirdChild(SiblingError):
    text = _("Een van deze kinderen gaat al samen met een ander kind uit dit gezin. Kies hier iets anders.")


class NoSuchMentor(SiblingError):
    text = _("Kies wie van de twee mentoren beide kinderen bezoekt.")


class NoPair(SiblingError):
    text = _("Deze twee thuisbezoeken horen niet meer bij elkaar. Kijk hoe het er nu voor staat.")


@transaction.atomic
def decide_siblings(
    *,
    first: Visit,
    second: Visit,
    choice: SiblingChoice,
    mentor: Mentor | None,
    by: User,
    now: dt.datetime,
) -> SiblingPair:
    """Keep what is decided about two visits of one home, and make it so. `mentor`: who visits both, of a double.

    Raises MomentStands, ThirdChild, NoSuchMentor, NoPair.
    """
    first, second = _lock_both(first, second)
    pair = SiblingPair.objects.filter(first=first, second=second).select_related("first", "second").first()
    if pair is not None and pair.moved:
        _refuse_moment(first, second)
        part(pair=pair, by=by, now=now)
        first, second = _lock_both(first, second)
    _refuse_no_pair(first, second)
    _apply_choice(first, second, choice, by, now)
    moved = _give_to(first, second, mentor, by, now) if choice == SiblingChoice.DOUBLE else []
    Visit.objects.filter(pk__in=[first.pk, second.pk]).update(version=_next_version(first, second))
    pair = keep_pair(first=first, second=second, choice=choice, moved=moved, by=by, now=now)
    facts = {"first": first.pk, "second": second.pk, "choice": str(choice)}
    record_event(verb="siblings.decided", by=by, now=now, school=first.campaign.school, subject=first.campaign, **facts)
    return pair


@transaction.atomic
def set_sibling_default(*, campaign: Campaign, choice: SiblingChoice | None, by: User, now: dt.datetime) -> None:
    """What holds for children in two classes about whom nothing was decided one by one; None: to be decided.

    One mentor for both is chosen one by one only: somebody has to say which of the two.
    """
    if choice == SiblingChoice.DOUBLE:
        raise NoSuchMentor
    campaign.siblings = choice or ""
    campaign.save(update_fields=["siblings"])
    facts = {"choice": campaign.siblings}
    record_event(verb="siblings.default", by=by, now=now, school=campaign.school, subject=campaign, **facts)


def _lock_both(first: Visit, second: Visit) -> tuple[Visit, Visit]:
    """Both visits, locked, the older row first."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("campaign__school", "household", "mentor")
    found = list(rows.filter(pk__in=[first.pk, second.pk]).order_by("pk"))
    if len(found) != 2 or found[0].household_id != found[1].household_id:
        raise NoPair
    if found[0].campaign_id != found[1].campaign_id or found[0].campaign.state == CampaignState.CLOSED:
        raise NoPair
    return found[0], found[1]


def _refuse_no_pair(first: Visit, second: Visit) -> None:
    waiting = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)
    if first.state not in waiting or second.state not in waiting or first.mentor_id == second.mentor_id:
        raise NoPair


def _refuse_moment(*visits: Visit) -> None:
    if any(visit.starts_at is not None for visit in visits):
        raise MomentStands


def _apply_choice(first: Visit, second: Visit, choice: SiblingChoice, by: User, now: dt.datetime) -> None:
    """Tie the two, or part them; what changes nothing is no reason to refuse."""
    is_tied = is_one_conversation(first, second)
    if choice == SiblingChoice.JOINT and not is_tied:
        _refuse_moment(first, second)
        others = SiblingPair.objects.filter(campaign=first.campaign, choice=SiblingChoice.JOINT)
        for pair in others:
            if {pair.first_id, pair.second_id} != {first.pk, second.pk} and (
                {pair.first_id, pair.second_id} & {first.pk, second.pk}
            ):
                raise ThirdChild
        tie(visits=[first, second], by=by, now=now)
    elif choice != SiblingChoice.JOINT and is_tied:
        _refuse_moment(first, second)
        untie(visit=first, by=by, now=now)


def _give_to(first: Visit, second: Visit, mentor: Mentor | None, by: User, now: dt.datetime) -> list[int]:
    _refuse_moment(first, second)
    if mentor is None or mentor.pk not in (first.mentor_id, second.mentor_id):
        raise NoSuchMentor
    kept, other = (first, second) if first.mentor_id == mentor.pk else (second, first)
    for visit in (kept, other):
        visit.refresh_from_db()
    return merge(kept=kept, other=other, by=by, now=now)


def _next_version(*visits: Visit) -> int:
    """Higher than both: a draft that was made before does not know of this choice."""
    return 1 + max(Visit.objects.filter(pk__in=[v.pk for v in visits]).values_list("version", flat=True))
