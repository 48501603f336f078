"""What parents, and pupils, want to talk about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from mentors.actions.record import record_event
from visits.actions.answers import TooLate
from visits.actions.visit_rows import lock_visit
from visits.models import AgendaTopic, ConversationTopic, Invitation, Visit, VisitState


@transaction.atomic
def pick_topics(
    *, invitation: Invitation, chosen: Sequence[ConversationTopic], own_text: str, by_whom: str, now: dt.datetime
) -> None:
    """What parents, or the pupil, want to talk about; it replaces what they picked before. Raises TooLate."""
    visit = invitation.visit
    lock_visit(visit, visit.mentor)
    if not may_speak(visit, now):
        raise TooLate
    invitation.agenda.filter(by=by_whom).delete()
    rows = [AgendaTopic(invitation=invitation, topic=topic, by=by_whom) for topic in chosen]
    if own_text:
        rows.append(AgendaTopic(invitation=invitation, own_text=own_text, by=by_whom))
    AgendaTopic.objects.bulk_create(rows)
    record_event(
        verb="invitation.topics",
        by=None,
        now=now,
        school=visit.campaign.school,
        subject=invitation,
        topics=len(rows),
        who=by_whom,
    )


def may_speak(visit: Visit, now: dt.datetime) -> bool:
    """Whether topics may still be picked: until the conversation begins."""
    if visit.state in (VisitState.MET, VisitState.CANCELLED, VisitState.DECLINED):
        return False
    return visit.starts_at is None or visit.starts_at > now
