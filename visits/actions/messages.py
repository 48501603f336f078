"""Putting a mail in the outbox. Nothing is sent here: the row is the queue (visits/actions/outbox.py)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

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


def queue_for_families(
    *, keyed: Iterable[tuple[str, Invitation]], kind: MessageKind, due_at: dt.datetime, now: dt.datetime
) -> None:
    """`queue_for_family` for many homes, each with its own key, in few statements.

    A message that was queued before stays as it is, also when another process queued it just now.
    """
    keyed = list(keyed)
    homes: dict[int, list[Guardian]] = defaultdict(list)
    wanted = {invitation.household_id for _key, invitation in keyed}
    for guardian in Guardian.objects.filter(household__in=wanted, is_invited=True).exclude(email=""):
        homes[guardian.household_id].append(guardian)
    messages = [
        Message(
            key=f"{key}:{guardian.pk}",
            kind=kind,
            school=invitation.visit.campaign.school,
            invitation=invitation,
            visit=invitation.visit,
            to_guardian=guardian,
            visit_version=invitation.visit.version,
            created_at=now,
            due_at=due_at,
        )
        for key, invitation in keyed
        for guardian in homes[invitation.household_id]
    ]
    Message.objects.bulk_create(messages, update_conflicts=True, unique_fields=["key"], update_fields=["key"])


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
