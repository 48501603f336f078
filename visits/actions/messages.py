"""Putting a mail in the outbox. Nothing is sent here: the row is the queue (visits/actions/outbox.py)."""

from __future__ import annotations

import datetime as dt

from mentors.models import Mentor, Role, School, User
from students.models import Guardian
from visits.models import Invitation, Message, MessageKind, Visit


def queue_message(
    *,
    key: str,
    kind: MessageKind,
    school: School,
    due_at: dt.datetime,
    now: dt.datetime,
    invitation: Invitation | None = None,
    visit: Visit | None = None,
    to_mentor: Mentor | None = None,
    to_user: User | None = None,
    to_guardian: Guardian | None = None,
) -> Message:
    """The message with this key: a new row that is due at `due_at`, or the one that was queued before.

    It remembers the version of the visit that it speaks of; whether it is still true is asked at sending.
    """
    visit = visit or (invitation.visit if invitation else None)
    message, _is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "school": school,
            "invitation": invitation,
            "visit": visit,
            "to_mentor": to_mentor,
            "to_user": to_user,
            "to_guardian": to_guardian,
            "visit_version": visit.version if visit else None,
            "created_at": now,
            "due_at": due_at,
        },
    )
    return message


def queue_for_family(
    *, key: str, kind: MessageKind, invitation: Invitation, due_at: dt.datetime, now: dt.datetime
) -> list[Message]:
    """A message to each guardian in this household who is invited and has an e-mail address.

    Each has a row of its own: one wrong address holds nobody else up, and nobody sees another's address.
    """
    guardians = invitation.household.guardians.filter(is_invited=True).exclude(email="")
    return [
        queue_message(
            key=f"{key}:{guardian.pk}",
            kind=kind,
            school=invitation.visit.campaign.school,
            due_at=due_at,
            now=now,
            invitation=invitation,
            to_guardian=guardian,
        )
        for guardian in guardians
    ]


def queue_for_staff(*, key: str, kind: MessageKind, visit: Visit, due_at: dt.datetime, now: dt.datetime) -> None:
    """A message about a visit to its mentor; to the coordinators when it has no mentor who can be mailed."""
    school, mentor = visit.campaign.school, visit.mentor
    if mentor is not None and mentor.is_active and mentor.email:
        queue_message(key=key, kind=kind, school=school, due_at=due_at, now=now, visit=visit, to_mentor=mentor)
        return
    queue_for_coordinators(key=key, kind=kind, visit=visit, due_at=due_at, now=now)


def queue_for_coordinators(*, key: str, kind: MessageKind, visit: Visit, due_at: dt.datetime, now: dt.datetime) -> None:
    """A message about a visit to every coordinator of the school."""
    school = visit.campaign.school
    coordinators = User.objects.filter(memberships__school=school, memberships__role=Role.COORDINATOR, is_active=True)
    for user in coordinators:
        queue_message(
            key=f"{key}:u{user.pk}", kind=kind, school=school, due_at=due_at, now=now, visit=visit, to_user=user
        )
