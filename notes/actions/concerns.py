"""Handing a worry over to the care coordinator, and taking it over."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Event, Mentor, Role, School, User
from mentors.refusals import Refusal
from notes.models import Concern
from students.models import Student
from visits.actions.messages import queue_message
from visits.models import Message, MessageKind, MessageState, Visit


class ConcernRefused(Refusal):
    """A worry cannot be handed over or taken over; the text is for who asked."""


class NotAboutThisPupil(ConcernRefused):
    """The pupil does not belong to the visit."""

    text = _("Deze leerling hoort niet bij dit bezoek.")


class NotCare(ConcernRefused):
    """Only a care coordinator takes over."""

    text = _("Alleen een zorgcoördinator van deze school neemt een melding over.")


def care_coordinators(school: School) -> list[User]:
    """Who take worries over at this school."""
    users = User.objects.filter(memberships__school=school, memberships__role=Role.CARE, is_active=True)
    return list(users.order_by("pk"))


@transaction.atomic
def hand_over_concern(
    *, visit: Visit, student: Student, author: Mentor, facts: str, client_id: uuid.UUID, by: User, now: dt.datetime
) -> Concern:
    """Hand the facts over; each care coordinator gets a message that one waits. The same `client_id` is one."""
    there = Concern.objects.filter(client_id=client_id, author=author).first()
    if there is not None:
        return there
    if not visit.students.filter(pk=student.pk).exists():
        raise NotAboutThisPupil
    school = visit.campaign.school
    concern = Concern(
        school=school, visit=visit, student=student, author=author, client_id=client_id, handed_over_at=now
    )
    concern.facts = facts
    concern.save()
    for user in care_coordinators(school):
        queue_message(
            key=f"{message_keys(concern)}{user.pk}",
            kind=MessageKind.CONCERN_WAITS,
            school=school,
            due_at=now,
            now=now,
            to_user=user,
        )
    record_event(verb="concern.handed_over", by=by, now=now, school=school, subject=concern)
    return concern


@transaction.atomic
def take_over_concern(*, concern: Concern, by: User, now: dt.datetime) -> bool:
    """The care coordinator carries on with it; False when somebody already did. Raises NotCare.

    A message that it waits is no longer true, so one that was not sent yet is left out.
    """
    if by.pk not in {user.pk for user in care_coordinators(concern.school)}:
        raise NotCare
    if not Concern.objects.waiting().filter(pk=concern.pk).update(taken_over_at=now, taken_over_by=by):
        return False
    Message.objects.filter(key__startswith=message_keys(concern), state=MessageState.DUE).update(
        state=MessageState.SUPERSEDED, outcome="taken_over"
    )
    record_event(verb="concern.taken_over", by=by, now=now, school=concern.school, subject=concern)
    return True


def message_keys(concern: Concern) -> str:
    """What the keys of the messages about this concern begin with."""
    return f"concern:{concern.pk}:"


def record_concern_reading(*, concern: Concern, by: User, now: dt.datetime) -> Event:
    """Write down that somebody read this concern. The one row that a GET may add."""
    return record_event(verb="concern.read", by=by, now=now, school=concern.school, subject=concern)
