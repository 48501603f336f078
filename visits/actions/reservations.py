"""Reserving a moment for some minutes while a family reads and confirms, and making it an appointment.

Picking and confirming lock the mentor, so that of two families at once one comes after the other; whatever the code
does, the database refuses two reservations, or a reservation and an appointment, at one time (visits/apps.py).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.utils import DatabaseError
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import User
from visits.actions.answers import MomentTaken, TooLate, choose_moment, may_change
from visits.actions.visit_rows import MomentError, VisitOver, drop_expired_reservations, lock_visit
from visits.models import AnswerChannel, Invitation, MomentReservation, Visit, VisitState
from visits.queries.booking import Asked, asked_of_visit
from visits.queries.choosing import Choices

RESERVED_FOR = dt.timedelta(minutes=10)


class ReservationGone(MomentError):
    text = _("De tijd om te bevestigen is voorbij. Kies opnieuw een moment; misschien is dit er nog.")


class BookingClosed(MomentError):
    text = _("De school maakt nu het plan. U krijgt bericht met een voorstel voor een moment.")


@transaction.atomic
def reserve_moment(
    *, invitation: Invitation, starts_at: dt.datetime, seen_version: int, now: dt.datetime
) -> MomentReservation:
    """Keep this moment for this family for ten minutes; what it reserved before is given back.

    Raises MomentTaken, VisitChanged, VisitOver, TooLate, BookingClosed.
    """
    visit = invitation.visit
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    visit.campaign.refresh_from_db()
    _refuse(visit, now)
    drop_expired_reservations(now, visit.mentor)
    MomentReservation.objects.filter(visit=visit).delete()
    if visit.mentor is None or not Choices.of(visit, now).may_have(starts_at):
        raise MomentTaken
    length = dt.timedelta(minutes=visit.campaign.visit_minutes + visit.extra_minutes)
    try:
        with transaction.atomic():
            reservation = MomentReservation.objects.create(
                visit=visit,
                mentor=visit.mentor,
                starts_at=starts_at,
                ends_at=starts_at + length,
                reserved_at=now,
                reserved_until=now + RESERVED_FOR,
            )
    except DatabaseError as refusal:
        if "reserved" in str(refusal):
            raise MomentTaken from None
        raise
    _note("visit.reserved", visit, now, starts_at=starts_at.isoformat())
    return reservation


@transaction.atomic
def confirm_reservation(
    *,
    invitation: Invitation,
    starts_at: dt.datetime,
    seen_version: int,
    channel: AnswerChannel,
    by: User | None,
    now: dt.datetime,
) -> Visit:
    """Make the reserved moment an appointment. `starts_at` is the moment that the family read.

    Raises ReservationGone when it is not reserved any more, MomentTaken when it does not fit any more, VisitChanged,
    VisitOver, TooLate.
    """
    visit = invitation.visit
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    reservation = MomentReservation.objects.live(now).filter(visit=visit, starts_at=starts_at).first()
    if reservation is None or visit.state in (VisitState.MET, VisitState.CANCELLED):
        raise ReservationGone
    return choose_moment(
        invitation=invitation, starts_at=starts_at, seen_version=seen_version, channel=channel, by=by, now=now
    )


@transaction.atomic
def release_reservation(*, invitation: Invitation, now: dt.datetime) -> None:
    """The family would rather look at the other moments again."""
    visit = invitation.visit
    lock_visit(visit, visit.mentor)
    if MomentReservation.objects.filter(visit=visit).delete()[0]:
        _note("visit.released", visit, now)


def _refuse(visit: Visit, now: dt.datetime) -> None:
    if visit.state in (VisitState.MET, VisitState.CANCELLED):
        raise VisitOver
    if not may_change(visit, now):
        raise TooLate
    if asked_of_visit(visit, now) != Asked.MOMENT:
        raise BookingClosed


def _note(verb: str, visit: Visit, now: dt.datetime, **facts: str) -> None:
    record_event(verb=verb, by=None, now=now, school=visit.campaign.school, subject=visit, **facts)
