"""Remembering that a family refused a moment, and letting it be proposed again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mentors.actions.record import record_event
from mentors.models import User
from visits.models import AnswerChannel, RefusedMoment, Visit, VisitState


@transaction.atomic
def remember_refusal(*, visit: Visit, channel: AnswerChannel, by: User | None, now: dt.datetime) -> None:
    """The family said no to the moment that stands for this visit; of a conversation with several mentors to all of it.

    Nothing is remembered of a visit without a moment.
    """
    there = Visit.objects.in_conversation_with(visit).filter(state__in=[VisitState.PLANNED, VisitState.CONFIRMED])
    for one in there.select_related("campaign__school").order_by("pk"):
        if one.starts_at is None:
            continue
        facts = {"ends_at": one.ends_at, "channel": channel, "refused_at": now, "by": by}
        RefusedMoment.objects.update_or_create(visit=one, starts_at=one.starts_at, defaults=facts)
        _note("moment.refused", one, one.starts_at, by, now)


def forget_refusal(visit: Visit) -> None:
    """The family said yes to a moment after all: it was not refused any more."""
    there = Visit.objects.in_conversation_with(visit).values("pk")
    RefusedMoment.objects.filter(visit__in=there, starts_at=visit.starts_at).delete()


@transaction.atomic
def allow_again(*, visit: Visit, starts_at: dt.datetime, by: User, now: dt.datetime) -> None:
    """This moment may be proposed for this visit again, and for all of its conversation. Twice changes nothing."""
    for one in Visit.objects.in_conversation_with(visit).select_related("campaign__school").order_by("pk"):
        if RefusedMoment.objects.filter(visit=one, starts_at=starts_at).delete()[0]:
            _note("moment.allowed", one, starts_at, by, now)


def _note(verb: str, visit: Visit, starts_at: dt.datetime | None, by: User | None, now: dt.datetime) -> None:
    facts = {"starts_at": starts_at.isoformat()} if starts_at else {}
    record_event(verb=verb, by=by, now=now, school=visit.campaign.school, subject=visit, **facts)
