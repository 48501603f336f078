"""What changes the moment or the state of a visit.

Each of these locks the mentor and then the visit, so that two changes come one after the other; whatever the
code does, the database refuses a mentor in two homes at once (visits/apps.py) and that becomes `MentorBusy`.
A change of moment counts up `version`, so that a mail about an earlier moment is never sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.utils import DatabaseError
from django.utils.translation import gettext_lazy as _

from mentors.actions import record_event
from mentors.models import Mentor, User
from visits.actions.messages import queue_for_family
from visits.actions.routes import settle_route
from visits.models import Answer, Invitation, MessageKind, PlaceKind, Route, Visit, VisitState
from visits.queries.calendar import closed_days, local_day

# A family hears of a change by the school only after this: time for 'ongedaan maken', and for a second thought.
UNDO_WINDOW = dt.timedelta(minutes=10)
_RULE = "no_mentor_in_two_homes"


class MomentError(Exception):
    """A visit cannot be given this moment or state; the text is for whoever asked."""

    text: Any = ""

    def __init__(self) -> None:
        super().__init__(self.text)

    def __str__(self) -> str:
        return str(self.text)


class MentorBusy(MomentError):
    text = _("De mentor heeft op dat moment al een ander thuisbezoek. Kies een ander moment.")


class PastMoment(MomentError):
    text = _("Dat moment is al voorbij. Kies een moment dat nog komt.")


class ClosedDay(MomentError):
    text = _("Op die dag is het vakantie of een lesvrije dag. Kies een andere dag.")


class NoMentor(MomentError):
    text = _("Dit thuisbezoek heeft nog geen mentor.")


class VisitChanged(MomentError):
    text = _("Dit thuisbezoek is intussen veranderd. Kijk hoe het er nu voor staat en kies opnieuw.")


class VisitOver(MomentError):
    text = _("Dit thuisbezoek is al geweest of vervallen en kan niet meer veranderen.")


@transaction.atomic
def plan_visit(
    *,
    visit: Visit,
    mentor: Mentor,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    route: Route | None,
    by: User | None,
    now: dt.datetime,
) -> Visit:
    """Propose this moment with this mentor; nothing happens when it is the moment that stands already.

    Raises MentorBusy, PastMoment, VisitOver.
    """
    hold(visit, mentor)
    _refuse_over(visit)
    _refuse_past(starts_at, now)
    is_same = (visit.mentor_id, visit.starts_at, visit.ends_at) == (mentor.pk, starts_at, ends_at)
    if is_same and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
        _store(visit, route=route)
        return visit
    _store(
        visit,
        state=VisitState.PLANNED,
        mentor=mentor,
        starts_at=starts_at,
        ends_at=ends_at,
        route=route,
        version=visit.version + 1,
    )
    _ask_again(visit)
    _note("visit.planned", visit, by, now, starts_at=starts_at.isoformat(), mentor=mentor.pk)
    _tell(visit, MessageKind.MOVED, now)
    return visit


@transaction.atomic
def reschedule_visit(
    *,
    visit: Visit,
    starts_at: dt.datetime,
    by: User | None,
    now: dt.datetime,
    seen_version: int | None = None,
    is_agreed: bool = False,
) -> Visit:
    """Move the visit to another moment with its own mentor, and settle the routes of both days.

    The family has to agree anew, unless `is_agreed`: they asked for this moment themselves.
    Raises MentorBusy, PastMoment, ClosedDay, NoMentor, VisitOver, VisitChanged.
    """
    hold(visit, visit.mentor, seen_version=seen_version)
    _refuse_over(visit)
    _refuse_moment(visit, starts_at, now)
    mentor = visit.mentor
    if mentor is None:
        raise NoMentor
    if visit.starts_at == starts_at and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
        return visit
    before = visit.starts_at
    _store(
        visit,
        state=VisitState.CONFIRMED if is_agreed else VisitState.PLANNED,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=visit.campaign.visit_minutes),
        route=None,
        version=visit.version + 1,
    )
    _settle_days(visit, mentor, before, starts_at)
    _ask_again(visit)
    _note("visit.rescheduled", visit, by, now, starts_at=starts_at.isoformat())
    if not is_agreed:
        _tell(visit, MessageKind.MOVED, now)
    return visit


@transaction.atomic
def change_place(*, visit: Visit, place_kind: PlaceKind, place_note: str, by: User | None, now: dt.datetime) -> Visit:
    """Hold the conversation somewhere else, or by phone or video, at the moment that stands. Raises VisitOver."""
    hold(visit, visit.mentor)
    _refuse_over(visit)
    if (visit.place_kind, visit.place_note) == (place_kind, place_note):
        return visit
    _store(visit, place_kind=place_kind, place_note=place_note, version=visit.version + 1)
    if visit.mentor is not None:
        _settle_days(visit, visit.mentor, visit.starts_at)
    _note("visit.place_changed", visit, by, now, place=str(place_kind))
    return visit


@transaction.atomic
def open_visit(
    *,
    visit: Visit,
    by: User | None,
    now: dt.datetime,
    tell_family: bool = True,
    seen_version: int | None = None,
) -> Visit:
    """Take the moment away: the visit waits for another one. Raises VisitOver, VisitChanged."""
    hold(visit, visit.mentor, seen_version=seen_version)
    _refuse_over(visit)
    if visit.state == VisitState.OPEN:
        return visit
    _clear_moment(visit, VisitState.OPEN)
    _ask_again(visit)
    _note("visit.opened", visit, by, now)
    if tell_family:
        _tell(visit, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, by: User | None, now: dt.datetime, seen_version: int | None = None) -> Visit:
    """Call the visit off for good, by the school. Raises VisitOver when it took place, VisitChanged."""
    hold(visit, visit.mentor, seen_version=seen_version)
    if visit.state == VisitState.CANCELLED:
        return visit
    _refuse_over(visit)
    _clear_moment(visit, VisitState.CANCELLED)
    _note("visit.cancelled", visit, by, now)
    _tell(visit, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def decline_visit(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """The family would rather not; no reason is asked. Raises VisitOver.

    Only who had an appointment gets a mail, which takes it out of the calendars of all adults in the home.
    """
    hold(visit, visit.mentor)
    if visit.state == VisitState.DECLINED:
        return visit
    _refuse_over(visit)
    had_appointment = visit.state == VisitState.CONFIRMED
    _clear_moment(visit, VisitState.DECLINED)
    _note("visit.declined", visit, by, now)
    if had_appointment:
        _tell(visit, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def confirm_visit(*, visit: Visit, by: User | None, now: dt.datetime, seen_version: int | None = None) -> Visit:
    """The family agrees with the moment that stands; they get a confirmation. Raises VisitChanged, PastMoment."""
    hold(visit, visit.mentor, seen_version=seen_version)
    if visit.state not in (VisitState.PLANNED, VisitState.CONFIRMED) or visit.starts_at is None:
        raise VisitChanged
    _refuse_past(visit.starts_at, now)
    if visit.state == VisitState.PLANNED:
        _store(visit, state=VisitState.CONFIRMED)
        _note("visit.confirmed", visit, by, now)
    _tell(visit, MessageKind.CONFIRMATION, now, wait=dt.timedelta(0))
    return visit


@transaction.atomic
def reopen_visit(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """A family that had declined would like a visit after all; it waits for a moment. Raises VisitOver."""
    hold(visit, visit.mentor)
    if visit.state != VisitState.DECLINED:
        return visit
    _store(visit, state=VisitState.OPEN, version=visit.version + 1)
    _note("visit.reopened", visit, by, now)
    return visit


@transaction.atomic
def mark_met(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """The conversation took place. Raises VisitOver when the visit was called off."""
    hold(visit, visit.mentor)
    if visit.state == VisitState.MET:
        return visit
    if visit.state == VisitState.CANCELLED:
        raise VisitOver
    _store(visit, state=VisitState.MET)
    _note("visit.met", visit, by, now)
    return visit


@transaction.atomic
def mark_not_held(*, visit: Visit, called_off_by: str, by: User | None, now: dt.datetime) -> Visit:
    """The appointment did not take place: the visit waits for another moment. The family knows, and gets no mail.

    The route stays as it was: whoever stood at a closed door did travel. `called_off_by` is a code.
    """
    hold(visit, visit.mentor)
    if visit.state not in (VisitState.PLANNED, VisitState.CONFIRMED, VisitState.MET):
        return visit
    _store(visit, state=VisitState.OPEN, starts_at=None, ends_at=None, route=None, version=visit.version + 1)
    _ask_again(visit)
    visit.invitations.update(announced_starts_at=None)
    _note("visit.not_held", visit, by, now, called_off_by=called_off_by)
    return visit


@transaction.atomic
def restore_moment(
    *,
    visit: Visit,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    was_confirmed: bool,
    seen_version: int,
    by: User | None,
    now: dt.datetime,
) -> Visit:
    """Undo the school's last change: back to the moment and the answer that stood before it.

    Raises VisitChanged when anything happened since, MentorBusy, PastMoment, NoMentor.
    """
    hold(visit, visit.mentor, seen_version=seen_version)
    if visit.state not in (VisitState.OPEN, VisitState.PLANNED, VisitState.CANCELLED):
        raise VisitChanged
    _refuse_past(starts_at, now)
    mentor = visit.mentor
    if mentor is None:
        raise NoMentor
    before = visit.starts_at
    state = VisitState.CONFIRMED if was_confirmed else VisitState.PLANNED
    _store(visit, state=state, starts_at=starts_at, ends_at=ends_at, version=visit.version + 1)
    _settle_days(visit, mentor, before, starts_at)
    if was_confirmed:
        visit.invitations.filter(answer=Answer.NONE, announced_starts_at=starts_at).update(
            answer=Answer.ACCEPTED, answered_at=now, answered_version=visit.version
        )
    _note("visit.restored", visit, by, now, starts_at=starts_at.isoformat())
    _tell(visit, MessageKind.MOVED, now)
    return visit


def hold(visit: Visit, *mentors: Mentor | None, seen_version: int | None = None) -> None:
    """Lock the mentors and the visit until the transaction ends, and read the visit as it stands now.

    The mentors come first, in a fixed order: two families at one mentor wait for each other instead of dead-
    locking in the exclusion constraint. Raises VisitChanged when the visit is past the version that was seen.
    """
    keys = sorted({mentor.pk for mentor in mentors if mentor is not None} | {visit.mentor_id or 0})
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    visit.refresh_from_db(from_queryset=Visit.objects.select_for_update(of=("self",)))
    if seen_version is not None and visit.version != seen_version:
        raise VisitChanged


@contextmanager
def refusing_two_homes() -> Iterator[None]:
    """Say MentorBusy where the database says that a mentor would be in two homes; a savepoint holds the rest."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as refusal:
        if _RULE in str(refusal):
            raise MentorBusy from None
        raise


def _store(visit: Visit, **values: Any) -> None:
    for name, value in values.items():
        setattr(visit, name, value)
    with refusing_two_homes():
        visit.save(update_fields=list(values))


def _clear_moment(visit: Visit, state: VisitState) -> None:
    before, mentor = visit.starts_at, visit.mentor
    _store(visit, state=state, starts_at=None, ends_at=None, route=None, version=visit.version + 1)
    if mentor is not None:
        _settle_days(visit, mentor, before)


def _settle_days(visit: Visit, mentor: Mentor, *moments: dt.datetime | None) -> None:
    for on in sorted({local_day(moment) for moment in moments if moment is not None}):
        settle_route(campaign=visit.campaign, mentor=mentor, on=on)
    visit.refresh_from_db(fields=["route"])


def _ask_again(visit: Visit) -> None:
    """An answer was about the moment that stood then."""
    Invitation.objects.filter(visit=visit).exclude(answer=Answer.NONE).update(
        answer=Answer.NONE, answered_at=None, answered_version=None, channel=""
    )


def _tell(visit: Visit, kind: MessageKind, now: dt.datetime, wait: dt.timedelta = UNDO_WINDOW) -> None:
    """Queue a mail to each home that was invited; whether it is still news is asked at sending."""
    invitations = visit.invitations.filter(revoked_at=None).select_related("household", "visit__campaign__school")
    for invitation in invitations:
        queue_for_family(
            key=f"{kind}:{invitation.pk}:{visit.version}",
            kind=kind,
            invitation=invitation,
            due_at=now + wait,
            now=now,
        )


def _refuse_over(visit: Visit) -> None:
    if visit.state in (VisitState.MET, VisitState.CANCELLED):
        raise VisitOver


def _refuse_moment(visit: Visit, moment: dt.datetime, now: dt.datetime) -> None:
    _refuse_past(moment, now)
    if local_day(moment) in closed_days(visit.campaign.school_year):
        raise ClosedDay


def _refuse_past(moment: dt.datetime, now: dt.datetime) -> None:
    if moment <= now:
        raise PastMoment


def _note(verb: str, visit: Visit, by: User | None, now: dt.datetime, **facts: Any) -> None:
    record_event(verb=verb, by=by, now=now, school=visit.campaign.school, subject=visit, version=visit.version, **facts)
