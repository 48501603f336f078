"""Holding a moment while a family reads: who gets it, how long, and that nobody else does."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from mentors.models import Event, School
from tests.factories import (
    make_campaign,
    make_class,
    make_household,
    make_mentor,
    make_school,
    make_shift,
    make_student,
    make_visit,
)
from tests.visits.racing import EVENING, WRITERS, open_visits
from visits.actions import answers, moments
from visits.actions.invitations import invite
from visits.actions.reservations import (
    RESERVED_FOR,
    BookingClosed,
    ReservationGone,
    confirm_reservation,
    release_reservation,
    reserve_moment,
)
from visits.actions.visit_rows import MomentReserved, VisitChanged, VisitOver
from visits.models import (
    Answer,
    AnswerChannel,
    Booking,
    Campaign,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MomentReservation,
    Visit,
    VisitState,
)
from visits.queries.choosing import Choices
from visits.queries.moments import fitting_moments

DAY = dt.date(2026, 9, 29)
NEAR = {"latitude": 52.555, "longitude": 5.91}


@pytest.fixture
def campaign(school: School, now: dt.datetime) -> Campaign:
    """Families choose; the mentor gives one evening."""
    return make_campaign(school, booking=Booking.FREE, booking_opened_at=now)


@pytest.fixture
def family(campaign: Campaign, now: dt.datetime) -> Callable[..., Invitation]:
    """`family()` is another household of the same mentor, invited to choose."""
    mentor = make_mentor(campaign.school)
    school_class = make_class(campaign.school, mentor)
    make_shift(campaign, mentor, DAY)

    def come(**place: Any) -> Invitation:
        home = make_household(campaign.school, **(NEAR | place))
        visit = make_visit(campaign, make_student(school_class, home))
        (invitation,) = invite(visit=visit, by=None, now=now)
        return Invitation.objects.select_related("visit__campaign__school", "visit__mentor__school").get(
            pk=invitation.pk
        )

    return come


def offered(invitation: Invitation, now: dt.datetime) -> list[dt.datetime]:
    return [moment.starts_at for moment in fitting_moments(invitation.visit, now)]


def pick(invitation: Invitation, starts_at: dt.datetime, now: dt.datetime) -> MomentReservation:
    return reserve_moment(invitation=invitation, starts_at=starts_at, seen_version=invitation.visit.version, now=now)


def confirm(invitation: Invitation, starts_at: dt.datetime, now: dt.datetime) -> Visit:
    return confirm_reservation(
        invitation=invitation,
        starts_at=starts_at,
        seen_version=invitation.visit.version,
        channel=AnswerChannel.LINK,
        by=None,
        now=now,
    )


def test_a_moment_that_is_picked_is_held_for_ten_minutes_and_is_no_appointment(family, now: dt.datetime) -> None:
    mine = family()
    starts_at = offered(mine, now)[0]
    held = pick(mine, starts_at, now)
    assert (held.starts_at, held.reserved_until) == (starts_at, now + RESERVED_FOR)
    mine.visit.refresh_from_db()
    assert (mine.visit.state, mine.visit.starts_at) == (VisitState.OPEN, None)
    assert Event.objects.filter(verb="visit.reserved").count() == 1


def test_a_moment_is_held_as_long_as_the_appointment_will_last(family, now: dt.datetime) -> None:
    mine = family()
    Visit.objects.filter(pk=mine.visit.pk).update(extra_minutes=15)  # children of two classes
    mine.visit.refresh_from_db()
    starts_at = offered(mine, now)[0]
    held = pick(mine, starts_at, now)
    visit = confirm(mine, starts_at, now)
    assert (held.starts_at, held.ends_at) == (visit.starts_at, visit.ends_at)


def test_confirming_makes_the_appointment_with_its_route_and_mail(family, now: dt.datetime) -> None:
    mine = family()
    starts_at = offered(mine, now)[0]
    pick(mine, starts_at, now)
    visit = confirm(mine, starts_at, now)
    mine.refresh_from_db()
    assert (visit.state, visit.starts_at, mine.answer) == (VisitState.CONFIRMED, starts_at, Answer.ACCEPTED)
    assert visit.route is not None and visit.route.on == DAY
    assert not MomentReservation.objects.exists()
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds == {MessageKind.INVITATION, MessageKind.CONFIRMATION, MessageKind.ANSWER_RECEIVED}


def test_what_one_family_holds_another_is_not_offered_and_cannot_have(family, now: dt.datetime) -> None:
    mine, other = family(), family()
    starts_at = offered(mine, now)[0]
    pick(mine, starts_at, now)
    assert starts_at not in offered(other, now)
    for taken in (starts_at, starts_at + dt.timedelta(minutes=30)):
        with pytest.raises(answers.MomentTaken):
            pick(other, taken, now)
    assert MomentReservation.objects.get().visit == mine.visit


def test_a_hold_that_expired_keeps_nobody_away_and_cannot_be_confirmed(family, now: dt.datetime) -> None:
    mine, other = family(), family()
    starts_at, later = offered(mine, now)[0], now + RESERVED_FOR
    pick(mine, starts_at, now)
    with pytest.raises(ReservationGone):
        confirm(mine, starts_at, later)
    pick(other, starts_at, later)
    assert MomentReservation.objects.get().visit == other.visit


def test_another_pick_gives_the_first_moment_back(family, now: dt.datetime) -> None:
    mine, other = family(), family()
    first, last = offered(mine, now)[0], offered(mine, now)[-1]
    pick(mine, first, now)
    pick(mine, last, now)
    assert first in offered(other, now) and last not in offered(other, now)
    with pytest.raises(ReservationGone):
        confirm(mine, first, now)
    release_reservation(invitation=mine, now=now)
    assert last in offered(other, now)


def test_any_other_answer_gives_the_moment_back(family, now: dt.datetime) -> None:
    mine = family()
    pick(mine, offered(mine, now)[0], now)
    answers.decline(invitation=mine, seen_version=1, channel=AnswerChannel.LINK, by=None, now=now)
    assert not MomentReservation.objects.exists()


def test_the_school_cannot_put_a_visit_on_a_moment_that_is_held(family, now: dt.datetime) -> None:
    mine, other = family(), family()
    starts_at = offered(mine, now)[0]
    pick(mine, starts_at, now)
    with pytest.raises(MomentReserved):
        moments.reschedule_visit(visit=other.visit, starts_at=starts_at, by=None, now=now)
    other.visit.refresh_from_db()
    assert other.visit.state == VisitState.OPEN
    moments.reschedule_visit(visit=other.visit, starts_at=starts_at, by=None, now=now + RESERVED_FOR)
    other.visit.refresh_from_db()
    assert other.visit.starts_at == starts_at


def test_what_no_longer_fits_is_refused_at_confirming(family, now: dt.datetime) -> None:
    mine, other = family(latitude=52.645), family()
    starts_at = offered(mine, now)[4]
    pick(mine, starts_at, now)
    before = starts_at - dt.timedelta(minutes=46)  # no overlap, but the ride takes longer than a minute
    moments.reschedule_visit(visit=other.visit, starts_at=before, by=None, now=now)
    with pytest.raises(answers.MomentTaken):
        confirm(mine, starts_at, now)


def test_a_moment_that_would_leave_another_family_without_an_evening_is_not_given(
    family, campaign: Campaign, now: dt.datetime
) -> None:
    mine, other = family(), family()
    campaign.shifts.update(visits_until=dt.time(17, 45), back_by=dt.time(18, 15))
    choices = Choices.of(mine.visit, now)
    fitting = [moment.starts_at for moment in choices.moments]
    middle = fitting[len(fitting) // 2]
    assert not choices.may_have(middle)
    with pytest.raises(answers.MomentTaken):
        pick(mine, middle, now)
    pick(mine, fitting[0], now)
    assert Choices.of(other.visit, now).offer().days


def closed(campaign: Campaign, now: dt.datetime) -> None:
    Campaign.objects.update(booking_closed_at=now)


def assigned(campaign: Campaign, now: dt.datetime) -> None:
    Campaign.objects.update(booking=Booking.ASSIGNED)


def over(campaign: Campaign, now: dt.datetime) -> None:
    Campaign.objects.update(state=CampaignState.CLOSED)


def with_interpreter(campaign: Campaign, now: dt.datetime) -> None:
    for visit in campaign.visits.all():
        type(visit.household).objects.filter(pk=visit.household_id).update(needs_interpreter=True)


@pytest.mark.parametrize("change", [closed, assigned, over, with_interpreter])
def test_nothing_is_held_where_families_do_not_choose(family, campaign, now: dt.datetime, change) -> None:
    mine = family()
    starts_at = offered(mine, now)[0]
    change(campaign, now)
    with pytest.raises(BookingClosed):
        pick(mine, starts_at, now)
    assert not MomentReservation.objects.exists()


def test_nothing_is_held_on_what_changed_meanwhile_or_is_over(family, now: dt.datetime) -> None:
    mine = family()
    starts_at = offered(mine, now)[0]
    with pytest.raises(VisitChanged):
        reserve_moment(invitation=mine, starts_at=starts_at, seen_version=9, now=now)
    moments.cancel_visit(visit=mine.visit, by=None, now=now)
    with pytest.raises(VisitOver):
        pick(mine, starts_at, now)


def test_an_appointment_stays_until_the_other_moment_is_confirmed(family, now: dt.datetime) -> None:
    mine = family()
    first, last = offered(mine, now)[0], offered(mine, now)[-1]
    pick(mine, first, now)
    confirm(mine, first, now)
    mine.visit.refresh_from_db()
    pick(mine, first + dt.timedelta(minutes=15), now)  # overlaps with its own appointment: no matter
    pick(mine, last, now)
    mine.visit.refresh_from_db()
    assert mine.visit.starts_at == first
    confirm(mine, last, now)
    assert Visit.objects.get(pk=mine.visit.pk).starts_at == last


# --- the database ---


def hold_row(alias: str, visit: Visit, starts_at: dt.datetime = EVENING) -> MomentReservation:
    return MomentReservation.objects.using(alias).create(
        visit=visit,
        mentor_id=visit.mentor_id,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=45),
        reserved_at=starts_at - dt.timedelta(days=9),
        reserved_until=starts_at - dt.timedelta(days=8),
    )


def book(alias: str, visit: Visit, starts_at: dt.datetime = EVENING) -> None:
    values = {"state": VisitState.PLANNED, "starts_at": starts_at, "ends_at": starts_at + dt.timedelta(minutes=45)}
    Visit.objects.using(alias).filter(pk=visit.pk).update(**values)


def refuses(alias: str) -> None:
    """Neither a hold over a hold or an appointment, nor an appointment over a hold; beside each other they may."""
    first, second, third, *_rest = open_visits(alias)
    hold_row(alias, first)
    with pytest.raises(DatabaseError, match="reserved"):
        hold_row(alias, second, EVENING + dt.timedelta(minutes=44))
    with pytest.raises(DatabaseError, match="no_mentor_in_two_homes: reserved"):
        book(alias, second)
    book(alias, first)  # a family's own hold is in nobody's way
    book(alias, third, EVENING + dt.timedelta(minutes=45))
    with pytest.raises(DatabaseError, match="no_mentor_in_two_homes: reserved"):
        hold_row(alias, second, EVENING + dt.timedelta(minutes=60))
    hold_row(alias, second, EVENING + dt.timedelta(minutes=90))


def test_sqlite_itself_keeps_holds_and_appointments_apart(on_sqlite: str) -> None:
    refuses(on_sqlite)


@pytest.mark.services
def test_postgresql_itself_keeps_holds_and_appointments_apart(on_postgresql: str) -> None:
    refuses(on_postgresql)


def race(alias: str) -> tuple[int, int]:
    """Half of the writers hold, half book, all at one time and past the code: how many stand, how many were refused."""
    visits, start, refusals = open_visits(alias), threading.Barrier(WRITERS), []

    def write(number: int) -> None:
        start.wait()
        try:
            (hold_row if number % 2 else book)(alias, visits[number])
        except DatabaseError as refusal:
            refusals.append(str(refusal))
        finally:
            connections[alias].close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = Visit.objects.using(alias).filter(state=VisitState.PLANNED).count()
    return booked + MomentReservation.objects.using(alias).count(), len(refusals)


def test_of_holds_and_bookings_at_once_sqlite_lets_one_through(on_sqlite: str) -> None:
    assert race(on_sqlite) == (1, WRITERS - 1)


@pytest.mark.services
def test_of_holds_and_bookings_at_once_postgresql_lets_one_through(on_postgresql: str) -> None:
    assert race(on_postgresql) == (1, WRITERS - 1)


def test_of_families_who_pick_one_moment_at_once_exactly_one_gets_it(several_connections: None, now) -> None:
    """Real connections on whichever engine the suite runs."""
    school = make_school()
    campaign = make_campaign(school, booking=Booking.FREE, booking_opened_at=now)
    mentor = make_mentor(school)
    school_class = make_class(school, mentor)
    make_shift(campaign, mentor, DAY)
    make_shift(campaign, mentor, DAY + dt.timedelta(days=1))
    invited = []
    for _number in range(4):
        visit = make_visit(campaign, make_student(school_class, make_household(school, **NEAR)))
        invited += invite(visit=Visit.objects.get(pk=visit.pk), by=None, now=now)
    starts_at = offered(invited[0], now)[0]
    start, refused = threading.Barrier(len(invited)), []

    def choose(pk: int) -> None:
        mine = Invitation.objects.select_related("visit__campaign__school", "visit__mentor__school").get(pk=pk)
        start.wait()
        try:
            pick(mine, starts_at, now)
        except answers.MomentTaken as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=choose, args=(row.pk,)) for row in invited]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert MomentReservation.objects.count() == 1
    assert refused == ["Dit moment is net bezet. Kies een ander moment."] * 3
