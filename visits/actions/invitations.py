"""Inviting families: one invitation per household of a visit, with a link of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from mentors.actions.record import record_event, record_events
from mentors.models import User
from visits.actions.messages import queue_for_families, queue_for_family
from visits.links import RENEWAL, code_from, code_hash_of, hash_of, new_seed, token_from
from visits.models import Answer, Invitation, Message, MessageKind, MessageState, Visit, VisitState
from visits.queries.booking import Asked, asked_of_visit
from visits.queries.together import invited_visit

ANSWERABLE = frozenset({VisitState.PLANNED, VisitState.CONFIRMED})


@transaction.atomic
def invite(*, visit: Visit, by: User | None, now: dt.datetime) -> list[Invitation]:
    """Invite the household of this visit, and queue the mail to each invited guardian; twice makes nothing twice.

    A visit is one household's. The other home of a pupil with two is invited to a visit of its own or, when
    the school chose one visit, not: a shared invitation would tell the one home what the other chose. A guardian
    whose e-mail address came later gets the mail at the next call. Two visits that are one conversation have one
    invitation, on the older row.
    """
    visit = invited_visit(visit)
    invitation = Invitation.objects.filter(visit=visit, household=visit.household).first()
    if invitation is None:
        invitation = _make(visit, now)
        record_event(verb="invitation.made", by=by, now=now, school=visit.campaign.school, subject=invitation)
    if _is_asked(visit, now) and invitation.answer == Answer.NONE and invitation.revoked_at is None:
        _queue(invitation, now)
    return [invitation]


@transaction.atomic
def invite_all(*, visits: Iterable[Visit], by: User | None, now: dt.datetime) -> None:
    """`invite` for many visits of one campaign: those that have no invitation yet in few statements."""
    visits = list(visits)
    known = set(Invitation.objects.filter(visit__in=visits).values_list("visit_id", "household_id"))
    fresh = [visit for visit in visits if (visit.pk, visit.household_id) not in known]
    try:
        with transaction.atomic():
            made = Invitation.objects.bulk_create(
                [
                    Invitation(visit=visit, household=visit.household, created_at=now, **_secrets(visit, now))
                    for visit in fresh
                ]
            )
    except IntegrityError:  # somebody invited one of these families at this very moment
        made, fresh = [], []
    done = {invitation.visit_id for invitation in made}
    for visit in visits:
        if visit.pk not in done:
            invite(visit=visit, by=by, now=now)
    if not made:
        return
    school = fresh[0].campaign.school
    subjects: list[tuple[Model, dict[str, Any]]] = [(invitation, {}) for invitation in made]
    record_events(verb="invitation.made", by=by, now=now, school=school, subjects=subjects)
    asked = [invitation for invitation in made if _is_asked(invitation.visit, now)]
    keyed = [(_key_of(invitation), invitation) for invitation in asked]
    queue_for_families(keyed=keyed, kind=MessageKind.INVITATION, due_at=now, now=now)


@transaction.atomic
def renew_link(*, invitation: Invitation, by: User | None, now: dt.datetime) -> Invitation:
    """Give a family a new link and a new letter code; the old ones open nothing from now on.

    A conversation has one link, whichever of its visits this was asked for.
    """
    lead = invited_visit(invitation.visit)
    if lead.pk != invitation.visit_id:
        invitation = _make(lead, now)
    fresh = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    for name, value in _secrets(fresh.visit, now).items():
        setattr(fresh, name, value)
    fresh.revoked_at = None
    fresh.save()
    record_event(verb="invitation.renewed", by=by, now=now, school=fresh.visit.campaign.school, subject=fresh)
    _queue(fresh, now, is_renewal=True)
    return fresh


@transaction.atomic
def revoke_link(*, invitation: Invitation, by: User | None, now: dt.datetime, **facts: Any) -> None:
    """Close a family's page at once; the link and the letter code open nothing from now on."""
    closed = Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now)
    if closed:
        school = invitation.visit.campaign.school
        record_event(verb="invitation.revoked", by=by, now=now, school=school, subject=invitation, **facts)


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


def _is_asked(visit: Visit, now: dt.datetime) -> bool:
    """Whether this family has something to say yes to, or to choose."""
    return visit.state in ANSWERABLE or asked_of_visit(visit, now) != Asked.NOTHING


def _key_of(invitation: Invitation, word: str = MessageKind.INVITATION) -> str:
    """The key holds the link's hash: a renewed link is a new letter, the same link is not."""
    return f"{word}:{invitation.pk}:{invitation.token_hash[:12]}"


def _make(visit: Visit, now: dt.datetime) -> Invitation:
    invitation, _is_new = Invitation.objects.get_or_create(
        visit=visit, household=visit.household, defaults={"created_at": now, **_secrets(visit, now)}
    )
    return invitation


def _secrets(visit: Visit, now: dt.datetime) -> dict[str, Any]:
    seed = new_seed()
    return {
        "seed": seed,
        "token_hash": hash_of(token_from(seed)),
        "code_hash": code_hash_of(code_from(seed)),
        "expires_at": now + dt.timedelta(days=visit.campaign.school.link_days),
    }


def _queue(invitation: Invitation, now: dt.datetime, *, is_renewal: bool = False) -> None:
    key = _key_of(invitation, RENEWAL if is_renewal else MessageKind.INVITATION)
    # What had become untrue before it went out is true again: this family was never told anything.
    Message.objects.filter(
        key__startswith=f"{key}:", state=MessageState.SUPERSEDED, invitation__sent_at=None, invitation=invitation
    ).update(state=MessageState.DUE, due_at=now, outcome="")
    queue_for_family(
        key=key,
        kind=MessageKind.INVITATION,
        invitation=invitation,
        due_at=now,
        now=now,
    )
