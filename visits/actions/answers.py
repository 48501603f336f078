"""What a family answers: by the link, with the code from a letter, or by telephone through somebody at school.

`by` is the member of staff who wrote an answer down, None for the family itself. Nobody is asked for a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.dates import local_day
from mentors.models import User
from visits.actions.messages import queue_for_coordinators, queue_for_staff
from visits.actions.moments import (
    change_place,
    confirm_visit,
    decline_visit,
    open_visit,
    reopen_visit,
    reschedule_visit,
)
from visits.actions.refused_moments import forget_refusal, remember_refusal
from visits.actions.visit_rows import UNDO_WINDOW, MentorBusy, MomentError, VisitOver, lock_visit
from visits.models import (
    Answer,
    AnswerChannel,
    Availability,
    Invitation,
    MessageKind,
    MomentReservation,
    PlaceKind,
    Visit,
    VisitState,
)
from visits.queries.booking import Asked, asked_of, asked_of_visit, is_being_planned
from visits.queries.moments import fits_now, place_fits


class MomentTaken(MomentError):
    text = _("Dit moment is net bezet. Kies een ander moment.")


class TooLate(MomentError):
    text = _("Het thuisbezoek is vandaag of al geweest. Bel de school als er iets verandert.")


class WishesClosed(MomentError):
    text = _("De school is begonnen met plannen. Wensen doorgeven kan niet meer; u krijgt bericht met een voorstel.")


@dataclass(frozen=True)
class FamilyHours:
    """Hours on a weekday (Monday is 0) at which a family can, or cannot."""

    weekday: int
    from_time: dt.time
    until_time: dt.time
    is_wish: bool


def may_change(visit: Visit, now: dt.datetime) -> bool:
    """Whether a family may still change its mind: until the day before, and never after the conversation."""
    if visit.state in (VisitState.MET, VisitState.CANCELLED):
        return False
    return visit.starts_at is None or local_day(visit.starts_at) > local_day(now)


@transaction.atomic
def accept(
    *, invitation: Invitation, seen_version: int, channel: AnswerChannel, by: User | None, now: dt.datetime
) -> Visit:
    """The family agrees with the moment that it saw. Raises VisitChanged when it has moved since, PastMoment."""
    visit = confirm_visit(visit=invitation.visit, by=by, now=now, seen_version=seen_version)
    _answer(invitation, Answer.ACCEPTED, channel, by, now)
    return visit


@transaction.atomic
def choose_moment(
    *,
    invitation: Invitation,
    starts_at: dt.datetime,
    seen_version: int,
    channel: AnswerChannel,
    by: User | None,
    now: dt.datetime,
) -> Visit:
    """The family takes another moment, which must fit in the mentor's evening at this very instant.

    Raises MomentTaken, VisitChanged, TooLate, WishesClosed.
    """
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    _refuse_while_planning(visit, by, now)
    if not fits_now(visit, now, starts_at):
        raise MomentTaken
    _refuse_proposal(visit, starts_at, channel, by, now)
    reopen_visit(visit=visit, by=by, now=now)
    try:
        reschedule_visit(visit=visit, starts_at=starts_at, by=by, now=now, is_agreed=True)
    except MentorBusy:
        raise MomentTaken from None
    confirm_visit(visit=visit, by=by, now=now)
    _answer(invitation, Answer.ACCEPTED, channel, by, now)
    _tell_mentor(invitation, by, now)
    return visit


@transaction.atomic
def choose_place(
    *,
    invitation: Invitation,
    place_kind: PlaceKind,
    place_note: str,
    seen_version: int,
    channel: AnswerChannel,
    by: User | None,
    now: dt.datetime,
) -> bool:
    """The family would rather meet elsewhere, or by phone or video: True when the moment can stay.

    When it cannot (another place is further from the neighbours), the moment is given back and the family chooses
    another one. Raises VisitChanged, TooLate.
    """
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    had_moment = visit.starts_at is not None
    reopen_visit(visit=visit, by=by, now=now)
    stays = visit.state in (VisitState.PLANNED, VisitState.CONFIRMED) and place_fits(visit, place_kind)
    if not stays:
        open_visit(visit=visit, by=by, now=now, tell_family=False)
    change_place(
        visit=visit,
        place_kind=place_kind,
        place_note=place_note if place_kind == PlaceKind.ELSEWHERE else "",
        by=by,
        now=now,
    )
    if not had_moment and asked_of_visit(visit, now) == Asked.MOMENT:
        return False  # nothing was agreed yet: the family goes on to the moments that fit there
    if stays:
        confirm_visit(visit=visit, by=by, now=now)
    _answer(invitation, Answer.ACCEPTED if stays else Answer.OTHER, channel, by, now)
    _tell_mentor(invitation, by, now, and_coordinators=not stays)
    return stays


@transaction.atomic
def tell_hours(
    *,
    invitation: Invitation,
    hours: Sequence[FamilyHours],
    seen_version: int,
    channel: AnswerChannel,
    by: User | None,
    now: dt.datetime,
) -> Visit:
    """No moment suits: the family says when it can and cannot, and the coordinator finds another one.

    The moment that stood is not proposed again. What it said before about this campaign is replaced.

    Raises VisitChanged, TooLate, WishesClosed.
    """
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    _refuse_while_planning(visit, by, now)
    remember_refusal(visit=visit, channel=channel, by=by, now=now)
    reopen_visit(visit=visit, by=by, now=now)
    open_visit(visit=visit, by=by, now=now, tell_family=False)
    _keep_hours(visit, hours)
    _answer(invitation, Answer.OTHER, channel, by, now)
    _tell_mentor(invitation, by, now, and_coordinators=True)
    return visit


@transaction.atomic
def tell_wishes(
    *,
    invitation: Invitation,
    hours: Sequence[FamilyHours],
    place_kind: PlaceKind,
    place_note: str,
    seen_version: int,
    channel: AnswerChannel,
    by: User | None,
    now: dt.datetime,
) -> Visit:
    """When the family can, cannot and would rather, and where; none of it is first come, first served.

    It may be changed until the last day for wishes. Raises WishesClosed, VisitChanged, VisitOver.
    """
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    visit.campaign.refresh_from_db()
    if asked_of(visit.campaign, now) != Asked.WISHES or visit.state not in (VisitState.OPEN, VisitState.DECLINED):
        raise WishesClosed
    reopen_visit(visit=visit, by=by, now=now)
    note = place_note if place_kind == PlaceKind.ELSEWHERE else ""
    change_place(visit=visit, place_kind=place_kind, place_note=note, by=by, now=now)
    _keep_hours(visit, hours)
    _answer(invitation, Answer.WISHES, channel, by, now)
    return visit


@transaction.atomic
def decline(
    *, invitation: Invitation, seen_version: int, channel: AnswerChannel, by: User | None, now: dt.datetime
) -> Visit:
    """The family would rather not. Raises VisitChanged, TooLate."""
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    decline_visit(visit=visit, by=by, now=now)
    _answer(invitation, Answer.DECLINED, channel, by, now)
    _tell_mentor(invitation, by, now)
    return visit


def _lock_and_release(visit: Visit, seen_version: int, by: User | None, now: dt.datetime) -> None:
    """Lock the visit and refuse what cannot be; any answer ends the hold that the family had."""
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    MomentReservation.objects.filter(visit=visit).delete()
    if visit.state in (VisitState.MET, VisitState.CANCELLED):
        raise VisitOver
    if by is None and not may_change(visit, now):
        raise TooLate


def _refuse_proposal(
    visit: Visit, starts_at: dt.datetime, channel: AnswerChannel, by: User | None, now: dt.datetime
) -> None:
    """Who takes another moment than the school proposed refuses that one; who moves an own choice does not."""
    if visit.state == VisitState.PLANNED and visit.starts_at != starts_at:
        remember_refusal(visit=visit, channel=channel, by=by, now=now)


def _refuse_while_planning(visit: Visit, by: User | None, now: dt.datetime) -> None:
    """What a family adds after the last day would count for nothing in the plan: better to say so."""
    if by is None and is_being_planned(visit, now):
        raise WishesClosed


def _keep_hours(visit: Visit, hours: Sequence[FamilyHours]) -> None:
    """What the family said before about this campaign is replaced."""
    Availability.objects.filter(household=visit.household, campaign=visit.campaign).delete()
    Availability.objects.bulk_create(
        Availability(
            household=visit.household,
            campaign=visit.campaign,
            weekday=row.weekday,
            from_time=row.from_time,
            until_time=row.until_time,
            is_wish=row.is_wish,
        )
        for row in sorted(hours, key=lambda row: (row.weekday, row.from_time))
    )


def _answer(invitation: Invitation, answer: Answer, channel: AnswerChannel, by: User | None, now: dt.datetime) -> None:
    version = invitation.visit.version
    if answer == Answer.ACCEPTED:
        forget_refusal(invitation.visit)
    invitation.answer, invitation.answered_at = answer, now
    invitation.answered_version, invitation.channel = version, channel
    invitation.save(update_fields=["answer", "answered_at", "answered_version", "channel"])
    record_event(
        verb="invitation.answered",
        by=by,
        now=now,
        school=invitation.visit.campaign.school,
        subject=invitation,
        answer=str(answer),
        channel=str(channel),
        version=version,
    )


def _tell_mentor(invitation: Invitation, by: User | None, now: dt.datetime, *, and_coordinators: bool = False) -> None:
    """Tell who has to know; a mentor who wrote the answer down knows."""
    visit = invitation.visit
    key = f"{MessageKind.ANSWER_RECEIVED}:{invitation.pk}:{visit.version}"
    mentor = visit.mentor
    if by is None or mentor is None or mentor.user_id != by.pk:
        queue_for_staff(key=key, kind=MessageKind.ANSWER_RECEIVED, visit=visit, due_at=now + UNDO_WINDOW, now=now)
    if and_coordinators:
        queue_for_coordinators(
            key=key, kind=MessageKind.ANSWER_RECEIVED, visit=visit, due_at=now + UNDO_WINDOW, now=now
        )


@transaction.atomic
def agree_by_phone(
    *, invitation: Invitation, starts_at: dt.datetime, seen_version: int, by: User, now: dt.datetime
) -> Visit:
    """A moment that family and school agreed on in a call; it need not be one of those that were offered.

    Raises MentorBusy, PastMoment, ClosedDay, NoMentor, VisitChanged, VisitOver.
    """
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    _refuse_proposal(visit, starts_at, AnswerChannel.PHONE, by, now)
    reopen_visit(visit=visit, by=by, now=now)
    reschedule_visit(visit=visit, starts_at=starts_at, by=by, now=now, is_agreed=True)
    confirm_visit(visit=visit, by=by, now=now)
    _answer(invitation, Answer.ACCEPTED, AnswerChannel.PHONE, by, now)
    _tell_mentor(invitation, by, now)
    return visit


@transaction.atomic
def ask_school_to_search(
    *, invitation: Invitation, seen_version: int, channel: AnswerChannel, by: User | None, now: dt.datetime
) -> Visit:
    """The moment does not suit and no hours were named: the school goes on looking, for another moment.

    Raises VisitChanged, TooLate.
    """
    visit = invitation.visit
    _lock_and_release(visit, seen_version, by, now)
    remember_refusal(visit=visit, channel=channel, by=by, now=now)
    reopen_visit(visit=visit, by=by, now=now)
    open_visit(visit=visit, by=by, now=now, tell_family=False)
    _answer(invitation, Answer.OTHER, channel, by, now)
    _tell_mentor(invitation, by, now, and_coordinators=True)
    return visit
