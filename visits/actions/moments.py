"""What changes the moment or the state of a visit.

Each of these locks the mentor and then the visit (visit_rows.py). A change of moment counts up `version`, so that a
mail about an earlier moment is never sent. Who comes along to a visit goes where it goes; two visits that are one
conversation with two mentors move, end and are agreed together.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mentors.models import Mentor, User
from visits.actions.visit_rows import (
    NO_MOMENT,
    NoMentor,
    VisitChanged,
    VisitOver,
    ask_again,
    clear_moment,
    conversation_visits,
    drop_expired_reservations,
    lock_visit,
    note,
    others_at,
    people_at,
    refuse_moment,
    refuse_over,
    refuse_past,
    settle_days,
    store,
    tell,
)
from visits.models import Answer, MessageKind, PlaceKind, Route, Visit, VisitState


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
    lock_visit(visit, mentor, second)
    refuse_over(visit)
    refuse_past(starts_at, now)
    way = {"route": route, "second": second, "second_route": second_route}
    is_same = (visit.mentor_id, visit.starts_at, visit.ends_at) == (mentor.pk, starts_at, ends_at)
    if is_same and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
        store(visit, **way)
        return visit
    drop_expired_reservations(now, mentor, second)
    store(
        visit,
        state=VisitState.PLANNED,
        mentor=mentor,
        starts_at=starts_at,
        ends_at=ends_at,
        version=visit.version + 1,
        **way,
    )
    ask_again(visit)
    note("visit.planned", visit, by, now, starts_at=starts_at.isoformat(), mentor=mentor.pk)
    tell(visit, MessageKind.MOVED, now)
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
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    refuse_over(visit)
    refuse_moment(visit, starts_at, now)
    if visit.mentor is None:
        raise NoMentor
    if visit.starts_at == starts_at and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
        return visit
    for one in conversation_visits(visit):
        before, people = one.starts_at, people_at(one)
        drop_expired_reservations(now, *people)
        store(
            one,
            state=VisitState.CONFIRMED if is_agreed else VisitState.PLANNED,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(minutes=one.campaign.visit_minutes + one.extra_minutes),
            route=None,
            second_route=None,
            version=one.version + 1,
        )
        settle_days(one, people, before, starts_at)
        ask_again(one)
        note("visit.rescheduled", one, by, now, starts_at=starts_at.isoformat())
        if not is_agreed:
            tell(one, MessageKind.MOVED, now)
    return visit


@transaction.atomic
def change_place(*, visit: Visit, place_kind: PlaceKind, place_note: str, by: User | None, now: dt.datetime) -> Visit:
    """Hold the conversation somewhere else, or by phone or video, at the moment that stands. Raises VisitOver."""
    lock_visit(visit, visit.mentor)
    refuse_over(visit)
    if (visit.place_kind, visit.place_note) == (place_kind, place_note):
        return visit
    for one in conversation_visits(visit):
        store(one, place_kind=place_kind, place_note=place_note, version=one.version + 1)
        settle_days(one, people_at(one), one.starts_at)
        note("visit.place_changed", one, by, now, place=str(place_kind))
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
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    refuse_over(visit)
    if visit.state == VisitState.OPEN:
        return visit
    for one in conversation_visits(visit):
        clear_moment(one, VisitState.OPEN)
        ask_again(one)
        note("visit.opened", one, by, now)
        if tell_family:
            tell(one, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, by: User | None, now: dt.datetime, seen_version: int | None = None) -> Visit:
    """Call the visit off for good, by the school. Raises VisitOver when it took place, VisitChanged."""
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    if visit.state == VisitState.CANCELLED:
        return visit
    refuse_over(visit)
    for one in conversation_visits(visit):
        clear_moment(one, VisitState.CANCELLED)
        note("visit.cancelled", one, by, now)
        tell(one, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def decline_visit(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """The family would rather not; no reason is asked. Raises VisitOver.

    Only who had an appointment gets a mail, which takes it out of the calendars of all adults in the home.
    """
    lock_visit(visit, visit.mentor)
    if visit.state == VisitState.DECLINED:
        return visit
    refuse_over(visit)
    for one in conversation_visits(visit):
        had_appointment = one.state == VisitState.CONFIRMED
        clear_moment(one, VisitState.DECLINED)
        note("visit.declined", one, by, now)
        if had_appointment:
            tell(one, MessageKind.CANCELLED, now)
    return visit


@transaction.atomic
def confirm_visit(*, visit: Visit, by: User | None, now: dt.datetime, seen_version: int | None = None) -> Visit:
    """The family agrees with the moment that stands; they get a confirmation. Raises VisitChanged, PastMoment."""
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    if visit.state not in (VisitState.PLANNED, VisitState.CONFIRMED) or visit.starts_at is None:
        raise VisitChanged
    refuse_past(visit.starts_at, now)
    for one in conversation_visits(visit):
        if one.state == VisitState.PLANNED:
            store(one, state=VisitState.CONFIRMED)
            note("visit.confirmed", one, by, now)
        tell(one, MessageKind.CONFIRMATION, now, wait=dt.timedelta(0))
    return visit


@transaction.atomic
def reopen_visit(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """A family that had declined would like a visit after all; it waits for a moment. Raises VisitOver."""
    lock_visit(visit, visit.mentor)
    if visit.state != VisitState.DECLINED:
        return visit
    for one in conversation_visits(visit):
        if one.state == VisitState.DECLINED:
            store(one, state=VisitState.OPEN, version=one.version + 1)
            note("visit.reopened", one, by, now)
    return visit


@transaction.atomic
def mark_met(*, visit: Visit, by: User | None, now: dt.datetime) -> Visit:
    """The conversation took place. Raises VisitOver when the visit was called off.

    Of one with two mentors each says so of their own visit.
    """
    lock_visit(visit, visit.mentor)
    if visit.state == VisitState.MET:
        return visit
    if visit.state == VisitState.CANCELLED:
        raise VisitOver
    store(visit, state=VisitState.MET)
    note("visit.met", visit, by, now)
    return visit


@transaction.atomic
def mark_not_held(*, visit: Visit, called_off_by: str, by: User | None, now: dt.datetime) -> Visit:
    """The appointment did not take place: the visit waits for another moment. The family knows, and gets no mail.

    The route stays as it was: whoever stood at a closed door did travel. `called_off_by` is a code.
    """
    lock_visit(visit, visit.mentor)
    if visit.state not in (VisitState.PLANNED, VisitState.CONFIRMED, VisitState.MET):
        return visit
    store(visit, state=VisitState.OPEN, version=visit.version + 1, **NO_MOMENT)
    ask_again(visit)
    visit.invitations.update(announced_starts_at=None)
    note("visit.not_held", visit, by, now, called_off_by=called_off_by)
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
    lock_visit(visit, visit.mentor, seen_version=seen_version)
    if visit.state not in (VisitState.OPEN, VisitState.PLANNED, VisitState.CANCELLED):
        raise VisitChanged
    refuse_past(starts_at, now)
    if visit.mentor is None:
        raise NoMentor
    state = VisitState.CONFIRMED if was_confirmed else VisitState.PLANNED
    for one in [visit, *others_at(visit, VisitState.OPEN, VisitState.PLANNED, VisitState.CANCELLED)]:
        before, one.second = one.starts_at, second if one.pk == visit.pk else None
        drop_expired_reservations(now, *people_at(one))
        store(one, state=state, starts_at=starts_at, ends_at=ends_at, second=one.second, version=one.version + 1)
        settle_days(one, people_at(one), before, starts_at)
        if was_confirmed:
            one.invitations.filter(answer=Answer.NONE, announced_starts_at=starts_at).update(
                answer=Answer.ACCEPTED, answered_at=now, answered_version=one.version
            )
        note("visit.restored", one, by, now, starts_at=starts_at.isoformat())
        tell(one, MessageKind.MOVED, now)
    return visit
