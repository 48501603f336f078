"""Inviting families: one invitation per household of a visit, with a link of its own."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mentors.actions import record_event
from mentors.models import User
from visits.actions.messages import queue_for_family
from visits.links import RENEWAL, code_from, code_hash_of, hash_of, new_seed, token_from
from visits.models import Answer, Invitation, MessageKind, Visit, VisitState

ANSWERABLE = frozenset({VisitState.PLANNED, VisitState.CONFIRMED})


@transaction.atomic
def invite(*, visit: Visit, by: User | None, now: dt.datetime) -> list[Invitation]:
    """Invite the household of this visit, and queue the mail to each invited guardian; twice makes nothing twice.

    A visit is one household's. The other home of a pupil with two is invited to a visit of its own or, when
    the school chose one visit, not: a shared invitation would tell the one home what the other chose. A guardian
    whose e-mail address came later gets the mail at the next call.
    """
    invitation = Invitation.objects.filter(visit=visit, household=visit.household).first()
    if invitation is None:
        invitation = _make(visit, now)
        record_event(verb="invitation.made", by=by, now=now, school=visit.campaign.school, subject=invitation)
    if visit.state in ANSWERABLE and invitation.answer == Answer.NONE and invitation.revoked_at is None:
        _queue(invitation, now)
    return [invitation]


@transaction.atomic
def renew_link(*, invitation: Invitation, by: User | None, now: dt.datetime) -> Invitation:
    """Give a family a new link and a new letter code; the old ones open nothing from now on."""
    fresh = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    for name, value in _secrets(fresh.visit, now).items():
        setattr(fresh, name, value)
    fresh.revoked_at = None
    fresh.save()
    record_event(verb="invitation.renewed", by=by, now=now, school=fresh.visit.campaign.school, subject=fresh)
    _queue(fresh, now, is_renewal=True)
    return fresh


@transaction.atomic
def revoke_link(*, invitation: Invitation, by: User | None, now: dt.datetime) -> None:
    """Close a family's page at once; the link and the letter code open nothing from now on."""
    closed = Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now)
    if closed:
        record_event(
            verb="invitation.revoked", by=by, now=now, school=invitation.visit.campaign.school, subject=invitation
        )


@transaction.atomic
def note_letter_given(*, invitation: Invitation, by: User | None, now: dt.datetime) -> None:
    """The family has the letter in hand: from now on they know of the visit as it stands."""
    visit = invitation.visit
    Invitation.objects.filter(pk=invitation.pk).update(
        sent_at=invitation.sent_at or now,
        announced_starts_at=visit.starts_at,
        announced_place=visit.place_kind,
    )
    record_event(verb="invitation.letter_given", by=by, now=now, school=visit.campaign.school, subject=invitation)


def _make(visit: Visit, now: dt.datetime) -> Invitation:
    invitation, _is_new = Invitation.objects.get_or_create(
        visit=visit, household=visit.household, defaults={"created_at": now, **_secrets(visit, now)}
    )
    return invitation


def _secrets(visit: Visit, now: dt.datetime) -> dict[str, object]:
    seed = new_seed()
    return {
        "seed": seed,
        "token_hash": hash_of(token_from(seed)),
        "code_hash": code_hash_of(code_from(seed)),
        "expires_at": now + dt.timedelta(days=visit.campaign.school.link_days),
    }


def _queue(invitation: Invitation, now: dt.datetime, *, is_renewal: bool = False) -> None:
    """The key holds the link's hash: a renewed link is a new letter, the same link is not."""
    word = RENEWAL if is_renewal else MessageKind.INVITATION
    queue_for_family(
        key=f"{word}:{invitation.pk}:{invitation.token_hash[:12]}",
        kind=MessageKind.INVITATION,
        invitation=invitation,
        due_at=now,
        now=now,
    )
