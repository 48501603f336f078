"""Visits of one home become one conversation: with all their mentors, or with one of them; and apart again.

Of a conversation with several mentors the visits stay as many, each with its own mentor and report; the oldest row has
the family's one invitation. Of a conversation with one mentor one visit stays, with all the children; the others lapse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from mentors.actions.record import record_event
from mentors.models import Event, User
from visits.actions.invitations import invite, revoke_link
from visits.actions.moments import cancel_visit
from visits.models import SiblingChoice, SiblingPair, Visit, VisitState
from visits.models.siblings import DOUBLE_EXTRA_MINUTES


@transaction.atomic
def tie(*, visits: Sequence[Visit], by: User | None, now: dt.datetime) -> None:
    """Make visits of one home one conversation with all their mentors; twice makes nothing twice."""
    lead, *others = sorted(visits, key=lambda visit: visit.pk)
    there = {visit.pk: visit.together_with_id for visit in Visit.objects.in_conversation_with(lead)}
    if there.keys() == {visit.pk for visit in visits} and all(there.values()):
        return
    for visit in (lead, *others):
        untie(visit=visit, by=by, now=now)
    for other in others:
        _point(other, lead)
        if (other.place_kind, other.place_note) != (lead.place_kind, lead.place_note):
            other.place_kind, other.place_note = lead.place_kind, lead.place_note
            other.save(update_fields=["place_kind", "place_note"])
        _close_links(other, with_visit=lead, by=by, now=now)
    _point(lead, others[0])
    pks = [other.pk for other in others]
    record_event(verb="visit.tied", by=by, now=now, school=lead.campaign.school, subject=lead, others=pks)


@transaction.atomic
def untie(*, visit: Visit, by: User | None, now: dt.datetime) -> None:
    """Make a conversation with several mentors visits of their own again, at most one of which may have a moment.

    Who has a moment and no invitation gets one.
    """
    visit.refresh_from_db(fields=["together_with"])
    if visit.together_with_id is None:
        return
    rows = Visit.objects.in_conversation_with(visit).select_related("campaign__school", "household")
    there = [visit if row.pk == visit.pk else row for row in rows.order_by("pk")]
    Visit.objects.filter(pk__in=[one.pk for one in there]).update(together_with=None)
    for follower in there[1:]:
        follower.together_with = None
        _open_links(follower)
        if follower.state in (VisitState.PLANNED, VisitState.CONFIRMED):
            invite(visit=follower, by=by, now=now)
    visit.together_with = None
    pks = [one.pk for one in there if one.pk != visit.pk]
    record_event(verb="visit.untied", by=by, now=now, school=visit.campaign.school, subject=visit, others=pks)


@transaction.atomic
def merge(*, kept: Visit, other: Visit, by: User | None, now: dt.datetime) -> list[int]:
    """One mentor for the children of both visits, somewhat longer: `other` lapses. Says which pupils went over.

    A family that was told of the moment of the other visit hears that it lapses; else nobody hears anything.
    """
    untie(visit=kept, by=by, now=now)
    untie(visit=other, by=by, now=now)
    pupils = list(other.students.values_list("pk", flat=True))
    kept.students.add(*pupils)
    _keep_refusals(kept, other)
    kept.extra_minutes = max(kept.extra_minutes, other.extra_minutes) + DOUBLE_EXTRA_MINUTES
    kept.save(update_fields=["extra_minutes"])
    was_told = other.invitations.exclude(announced_starts_at=None).exists()
    cancel_visit(visit=other, by=by, now=now)
    other.students.clear()
    if not was_told:
        _close_links(other, with_visit=kept, by=by, now=now)
    record_event(verb="visit.merged", by=by, now=now, school=kept.campaign.school, subject=kept, other=other.pk)
    return pupils


def _keep_refusals(kept: Visit, other: Visit) -> None:
    """What the family refused for the other conversation suits it no better now."""
    for row in other.refused_moments.exclude(starts_at__in=kept.refused_moments.values("starts_at")):
        row.pk, row.visit = None, kept
        row.save(force_insert=True)


def keep_pair(
    *, first: Visit, second: Visit, choice: SiblingChoice, moved: list[int], by: User | None, now: dt.datetime
) -> SiblingPair:
    """Write down what holds about two visits of one home, and which pupils went over, so that it can be taken back."""
    first, second = sorted((first, second), key=lambda visit: visit.pk)
    values = {"campaign": first.campaign, "choice": choice, "moved": moved, "decided_by": by, "decided_at": now}
    return SiblingPair.objects.update_or_create(first=first, second=second, defaults=values)[0]


@transaction.atomic
def part(*, pair: SiblingPair, by: User | None, now: dt.datetime) -> None:
    """Take a merging back: the visit that lapsed waits for a moment again, with its own pupils."""
    kept, other = sorted((pair.first, pair.second), key=lambda visit: visit.state == VisitState.CANCELLED)
    if other.state != VisitState.CANCELLED or not pair.moved:
        return
    other.state, other.version = VisitState.OPEN, other.version + 1
    other.save(update_fields=["state", "version"])
    pupils = list(kept.students.filter(pk__in=pair.moved).values_list("pk", flat=True))
    other.students.add(*pupils)
    kept.students.remove(*pupils)
    others = SiblingPair.objects.filter(Q(first=kept) | Q(second=kept)).exclude(pk=pair.pk).exclude(moved=[])
    kept.extra_minutes = DOUBLE_EXTRA_MINUTES * others.count()
    kept.save(update_fields=["extra_minutes"])
    _open_links(other)
    record_event(verb="visit.parted", by=by, now=now, school=kept.campaign.school, subject=kept, other=other.pk)


def _close_links(visit: Visit, *, with_visit: Visit, by: User | None, now: dt.datetime) -> None:
    for invitation in visit.invitations.filter(revoked_at=None):
        revoke_link(invitation=invitation, by=by, now=now, together_with=with_visit.pk)


def _open_links(visit: Visit) -> None:
    """Open what going together closed; a link that somebody at school closed stays closed, whatever is decided."""
    closed = Event.objects.filter(verb="invitation.revoked", facts__has_key="together_with")
    for invitation in visit.invitations.exclude(revoked_at=None):
        last = closed.filter(subject=f"{invitation._meta.label}:{invitation.pk}").order_by("-at").first()
        if last is not None and last.at == invitation.revoked_at:
            invitation.revoked_at = None
            invitation.save(update_fields=["revoked_at"])


def _point(visit: Visit, other: Visit) -> None:
    visit.together_with = other
    visit.save(update_fields=["together_with"])
