"""What changes the moment or the state of a visit.

Each of these locks the mentor and then the visit, so that two changes come one after the other; whatever the
code does, the database refuses a mentor in two homes at once (visits/apps.py) and that becomes `MentorBusy`.
A change of moment counts up `version`, so that a mail about an earlier moment is never sent. Who comes along to a
visit goes where it goes; two visits that are one conversation with two mentors move, end and are agreed together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.utils import DatabaseError
from django.utils.translation import gettext_lazy as _

from mentors.actions import record_event
from mentors.models import Mentor, User
from visits.actions.messages import queue_for_family
from visits.actions.routes import settle_route
from visits.models import Answer, Invitation, MessageKind, MomentHold, PlaceKind, Route, Visit, VisitState
from visits.queries.calendar import closed_days, local_day

# A family hears of a change by the school only after this: time for 'ongedaan maken', and for a second thought.
UNDO_WINDOW = dt.timedelta(minutes=10)
_RULE = "no_mentor_in_two_homes"
_NO_MOMENT: dict[str, Any] = dict.fromkeys(["starts_at", "ends_at", "route", "second", "second_route"])


class MomentError(Exception):
    """A visit cannot be given this moment or state; the text is for whoever asked."""

    text: Any = ""

    def __init__(self) -> None:
        super().__init__(self.text)

    def __str__(self) -> str:
        return str(self.text)


class MentorBusy(MomentError):
    text = _("De mentor heeft op dat moment al een ander thuisbezoek. Kies een ander moment.")


class MomentHeld(MentorBusy):
    text = _("Een gezin kiest net dit moment. Kies een ander moment, of probeer het over tien minuten opnieuw.")


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
    second: Mentor | None = None,
    second_route: Route | None = None,
) -> Visit:
    """Propose this moment with this mentor; nothing happens when it is the moment that stands already.

    `second` comes along. Of two visits that are one conversation each is planned by itself, with its own mentor.

    Raises MentorBusy, PastMoment, VisitOver.
    """
    hold(visit, mentor, second)
    _refuse_over(visit)
    _refuse_past(starts_at, now)
    is_same = (visit.mentor_id, visit.starts_at, visit.ends_at) == (mentor.pk, starts_at, ends_at)
    if is_same and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
        _store(visit, route=route, second=second, second_route=second_route)
        return visit
    drop_expired_holds(now, mentor, second)
    _store(
        visit,
        state=VisitState.PLANNED,
        mentor=mentor,
        starts_at=starts_at,
        ends_at=ends_at,
        route=route,
        second=second,
        second_route=second_route,
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
    if visit.mentor is None:
        raise NoMentor
    if visit.starts_at == starts_at and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
        return visit
    for one in party_of(visit):
        before, people = one.starts_at, _people_at(one)
        drop_expired_holds(now, *people)
        _store(
            one,
            state=VisitState.CONFIRMED if is_agreed else VisitState.PLANNED,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(minutes=one.campaign.visit_minutes + one.extra_minutes),
            route=None,
            second_route=None,
            version=one.version + 1,
        )
        _settle_days(one, people, before, starts_at)
        _ask_again(one)
        _note("visit.rescheduled", one, by, now, starts_at=starts_at.isoformat())
        if not is_agreed:
            _tell(one, MessageKind.MOVED, now)
    return visit


@transaction.atomic
def change_place(*, visit: Visit, place_kind: PlaceKind, place_note: str, by: User | None, now: dt.datetime) -> Visit:
    """Hold the conversation somewhere else, or by phone or video, at the moment that stands. Raises VisitOver."""
    hold(visit, visit.mentor)
    _refuse_over(visit)
    if (visit.place_kind, visit.place_note) == (place_kind, place_note):
        return visit
    for one in party_of(visit):
        _store(one, place_kind=place_kind, place_note=place_note, version=one.version + 1)
        _settle_days(one, _people_at(one), one.starts_at)
        _note("visit.place_changed", one, by, now, place=str(place_kind))
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
    for one in party_of(visit):
        _clear_moment(one, VisitState.OPEN)
        _ask_again(one)
        _note("visit.opened", one, by, now)
        if tell_family:
            _tell(one, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, by: User | None, now: dt.datetime, seen_version: int | None = None) -> Visit:
    """Call the visit off for good, by the school. Raises VisitOver when it took place, VisitChanged."""
    hold(visit, visit.mentor, seen_version=seen_version)
    if visit.state == VisitState.CANCELLED:
        return visit
    _refuse_over(visit)
    for one in party_of(visit):
        _clear_moment(one, VisitState.CANCELLED)
        _note("visit.cancelled", one, by, now)
        _tell(one, MessageKind.CANCELLED, now)
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
    for one in party_of(visit):
        had_appointment = one.state == VisitState.CONFIRMED
        _clear_moment(one, VisitState.DECLINED)
        _note("visit.declined", one, by, now)
        if had_appointment:
            _tell(one, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def confirm_visit(*, visit: Visit, by: User | None, now: dt.datetime, seen_version: int | None = None) -> Visit:
    """The family agrees with the moment that stands; they get a confirmation. Raises VisitChanged, PastMoment."""
    hold(visit, visit.mentor, seen_version=seen_version)
    if visit.state not in (VisitState.PLANNED, VisitState.CONFIRMED) or visit.starts_at is None:
        raise VisitChanged
    _refuse_past(visit.starts_at, now)
    for one in party_of(visit):
        if one.state == VisitState.PLANNED:
            _store(one, state=VisitState.CONFIRMED)
            _note("visit.confirmed", one, by, now)
        _tell(one, MessageKind.CONFIRMATION, now, wait=dt.timedelta(0))
    return visit


@transaction.atomic
def reopen_visit(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """A family that had declined would like a visit after all; it waits for a moment. Raises VisitOver."""
    hold(visit, visit.mentor)
    if visit.state != VisitState.DECLINED:
        return visit
    for one in party_of(visit):
        if one.state == VisitState.DECLINED:
            _store(one, state=VisitState.OPEN, version=one.version + 1)
            _note("visit.reopened", one, by, now)
    return visit


@transaction.atomic
def mark_met(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """The conversation took place. Raises VisitOver when the visit was called off.

    Of one with two mentors each says so of their own visit.
    """
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
    _store(visit, state=VisitState.OPEN, version=visit.version + 1, **_NO_MOMENT)
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
    second: Mentor | None = None,
) -> Visit:
    """Undo the school's last change: back to the moment, the company and the answer that stood before it.

    Raises VisitChanged when anything happened since, MentorBusy, PastMoment, NoMentor.
    """
    hold(visit, visit.mentor, seen_version=seen_version)
    if visit.state not in (VisitState.OPEN, VisitState.PLANNED, VisitState.CANCELLED):
        raise VisitChanged
    _refuse_past(starts_at, now)
    if visit.mentor is None:
        raise NoMentor
    state = VisitState.CONFIRMED if was_confirmed else VisitState.PLANNED
    for one in [visit, *others_at(visit, VisitState.OPEN, VisitState.PLANNED, VisitState.CANCELLED)]:
        before, one.second = one.starts_at, second if one.pk == visit.pk else None
        drop_expired_holds(now, *_people_at(one))
        _store(one, state=state, starts_at=starts_at, ends_at=ends_at, second=one.second, version=one.version + 1)
        _settle_days(one, _people_at(one), before, starts_at)
        if was_confirmed:
            one.invitations.filter(answer=Answer.NONE, announced_starts_at=starts_at).update(
                answer=Answer.ACCEPTED, answered_at=now, answered_version=one.version
            )
        _note("visit.restored", one, by, now, starts_at=starts_at.isoformat())
        _tell(one, MessageKind.MOVED, now)
    return visit


def hold(visit: Visit, *mentors: Mentor | None, seen_version: int | None = None) -> None:
    """Lock the mentors and the visit until the transaction ends, and read the visit as it stands now.

    The mentors come first, in a fixed order: two families at one mentor wait for each other instead of dead-
    locking in the exclusion constraint. Raises VisitChanged when the visit is past the version that was seen.
    """
    keys = {mentor.pk for mentor in mentors if mentor is not None} | {visit.mentor_id or 0, visit.second_id or 0}
    if visit.together_with_id:
        keys |= set(Visit.objects.filter(pk=visit.together_with_id).values_list("mentor_id", flat=True)) - {None}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    if visit.together_with_id:
        both = Visit.objects.filter(pk__in=[visit.pk, visit.together_with_id]).order_by("pk")
        list(both.select_for_update(of=("self",)).values_list("pk"))
    visit.refresh_from_db(from_queryset=Visit.objects.select_for_update(of=("self",)))
    if seen_version is not None and visit.version != seen_version:
        raise VisitChanged


def drop_expired_holds(now: dt.datetime, *mentors: Mentor | None) -> None:
    """Give back the moments of these mentors that families held too long: whoever takes one asks this first."""
    keys = [mentor.pk for mentor in mentors if mentor is not None]
    MomentHold.objects.expired(now).filter(mentor__in=keys).delete()


def party_of(visit: Visit) -> list[Visit]:
    """This visit, and the other one of a conversation with two mentors unless that is over."""
    still = [state for state in VisitState if state not in (VisitState.MET, VisitState.CANCELLED)]
    return [visit, *others_at(visit, *still)]


def others_at(visit: Visit, *states: VisitState) -> list[Visit]:
    """The other visit of a conversation with two mentors, if it is in one of these states."""
    if visit.together_with_id is None:
        return []
    found = Visit.objects.filter(pk=visit.together_with_id, state__in=states).select_related("mentor", "second")
    for other in found:
        other.campaign, other.household = visit.campaign, visit.household
    return list(found)


@contextmanager
def refusing_two_homes() -> Iterator[None]:
    """Say MentorBusy where the database says that a mentor would be in two homes; a savepoint holds the rest."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as refusal:
        if f"{_RULE}: held" in str(refusal):
            raise MomentHeld from None
        if _RULE in str(refusal):
            raise MentorBusy from None
        raise


def _store(visit: Visit, **values: Any) -> None:
    for name, value in values.items():
        setattr(visit, name, value)
    with refusing_two_homes():
        visit.save(update_fields=list(values))


def _clear_moment(visit: Visit, state: VisitState) -> None:
    before, people = visit.starts_at, _people_at(visit)
    _store(visit, state=state, version=visit.version + 1, **_NO_MOMENT)
    _settle_days(visit, people, before)


def _people_at(visit: Visit) -> list[Mentor]:
    return [person for person in (visit.mentor, visit.second) if person is not None]


def _settle_days(visit: Visit, people: Iterable[Mentor], *moments: dt.datetime | None) -> None:
    for on in sorted({local_day(moment) for moment in moments if moment is not None}):
        for person in people:
            settle_route(campaign=visit.campaign, mentor=person, on=on)
    visit.refresh_from_db(fields=["route", "second_route"])


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
