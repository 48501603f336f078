"""The moment of a visit: proposing, moving, calling off, and what may not be."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from mentors.models import Event, School
from tests.factories import (
    make_campaign,
    make_class,
    make_mentor,
    make_student,
    make_visit,
)
from visits.actions.invitations import invite
from visits.actions.moments import (
    cancel_visit,
    confirm_visit,
    decline_visit,
    mark_met,
    mark_not_held,
    open_visit,
    plan_visit,
    reopen_visit,
    reschedule_visit,
    restore_moment,
)
from visits.actions.visit_rows import ClosedDay, MentorBusy, NoMentor, PastMoment, VisitChanged, VisitOver
from visits.models import Answer, Message, MessageKind, Route, Visit, VisitState

pytestmark = pytest.mark.django_db
EVENING = dt.datetime(2026, 9, 29, 16, 30, tzinfo=dt.UTC)  # 18.30 in Amsterdam
LENGTH = dt.timedelta(minutes=45)


@pytest.fixture
def visit(school: School) -> Visit:
    """An open visit of a family to which a link was sent, with a mentor."""
    mentor = make_mentor(school)
    return make_visit(make_campaign(school), make_student(make_class(school, mentor)))


def another(visit: Visit, **fields: object) -> Visit:
    """Another family's visit by the same mentor."""
    school_class = visit.mentor.classes.get()
    return make_visit(visit.campaign, make_student(school_class), visit.mentor, **fields)


def plan(visit: Visit, now: dt.datetime, starts_at: dt.datetime = EVENING) -> Visit:
    return plan_visit(
        visit=visit, mentor=visit.mentor, starts_at=starts_at, ends_at=starts_at + LENGTH, route=None, by=None, now=now
    )


def test_a_planned_visit_has_a_moment_and_a_new_version(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at, visit.version) == (VisitState.PLANNED, EVENING, 2)
    assert Event.objects.get(verb="visit.planned").facts["version"] == 2


def test_planning_the_same_moment_again_changes_nothing(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    plan(visit, now)
    visit.refresh_from_db()
    assert visit.version == 2
    assert Event.objects.filter(verb="visit.planned").count() == 1


def test_a_mentor_in_two_homes_is_refused_in_words_and_nothing_is_written(visit: Visit, now: dt.datetime) -> None:
    other = another(visit, starts_at=EVENING + dt.timedelta(minutes=30))
    with pytest.raises(MentorBusy):
        plan(visit, now)
    visit.refresh_from_db()
    assert (visit.state, visit.version) == (VisitState.OPEN, 1)
    with pytest.raises(MentorBusy):
        reschedule_visit(visit=visit, starts_at=EVENING, by=None, now=now)
    assert Visit.objects.get(pk=other.pk).state == VisitState.PLANNED
    assert not Event.objects.exists()


def test_the_database_itself_refuses_a_mentor_in_two_homes(visit: Visit) -> None:
    another(visit, starts_at=EVENING)
    with pytest.raises(IntegrityError, match="no_mentor_in_two_homes"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.PLANNED, starts_at=EVENING, ends_at=EVENING + LENGTH)


def test_two_visits_that_only_touch_are_no_overlap(visit: Visit, now: dt.datetime) -> None:
    another(visit, starts_at=EVENING + LENGTH)
    plan(visit, now)
    assert visit.state == VisitState.PLANNED


def test_a_past_moment_is_refused(visit: Visit, now: dt.datetime) -> None:
    with pytest.raises(PastMoment):
        plan(visit, now, now - dt.timedelta(hours=1))
    with pytest.raises(PastMoment):
        reschedule_visit(visit=visit, starts_at=now, by=None, now=now)


def test_a_day_in_the_holiday_is_refused(visit: Visit, now: dt.datetime) -> None:
    with pytest.raises(ClosedDay):
        reschedule_visit(visit=visit, starts_at=dt.datetime(2026, 10, 20, 16, tzinfo=dt.UTC), by=None, now=now)


def test_a_visit_without_a_mentor_cannot_move(school: School, now: dt.datetime) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school)))
    with pytest.raises(NoMentor):
        reschedule_visit(visit=visit, starts_at=EVENING, by=None, now=now)


def test_a_change_that_was_seen_too_late_is_refused(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    with pytest.raises(VisitChanged):
        reschedule_visit(visit=visit, starts_at=EVENING, by=None, now=now, seen_version=1)
    with pytest.raises(VisitChanged):
        confirm_visit(visit=visit, by=None, now=now, seen_version=1)
    with pytest.raises(VisitChanged):
        cancel_visit(visit=visit, by=None, now=now, seen_version=1)


def test_a_visit_that_took_place_cannot_move_or_be_called_off(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    mark_met(visit=visit, by=None, now=now)
    for refused in (
        lambda: plan(visit, now, EVENING + dt.timedelta(days=1)),
        lambda: reschedule_visit(visit=visit, starts_at=EVENING + LENGTH, by=None, now=now),
        lambda: cancel_visit(visit=visit, by=None, now=now),
        lambda: open_visit(visit=visit, by=None, now=now),
        lambda: decline_visit(visit=visit, by=None, now=now),
    ):
        with pytest.raises(VisitOver):
            refused()
    assert Visit.objects.get(pk=visit.pk).state == VisitState.MET


def test_a_cancelled_visit_is_not_met(visit: Visit, now: dt.datetime) -> None:
    cancel_visit(visit=visit, by=None, now=now)
    with pytest.raises(VisitOver):
        mark_met(visit=visit, by=None, now=now)


def test_moving_asks_the_family_again_and_tells_each_home_once(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    (invitation,) = invite(visit=visit, by=None, now=now)
    confirm_visit(visit=visit, by=None, now=now)
    invitation.answer, invitation.answered_at = Answer.ACCEPTED, now
    invitation.save()
    later = EVENING + dt.timedelta(days=1)
    reschedule_visit(visit=visit, starts_at=later, by=None, now=now)
    reschedule_visit(visit=visit, starts_at=later, by=None, now=now)
    invitation.refresh_from_db()
    assert (visit.state, visit.version, invitation.answer) == (VisitState.PLANNED, 3, Answer.NONE)
    moved = Message.objects.get(kind=MessageKind.MOVED)
    assert moved.visit_version == 3
    assert moved.due_at > now  # time to undo


def test_moving_settles_the_routes_of_both_days(visit: Visit, now: dt.datetime) -> None:
    neighbour = another(visit, starts_at=EVENING + dt.timedelta(hours=1))
    reschedule_visit(visit=visit, starts_at=EVENING, by=None, now=now)
    neighbour.refresh_from_db()
    route = visit.route
    assert route is not None and route == neighbour.route
    assert route.leaves_at < EVENING and route.travel_metres > 0
    reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=now)
    route.refresh_from_db()
    assert list(route.visits.all()) == [neighbour]
    open_visit(visit=visit, by=None, now=now)
    assert Route.objects.count() == 1


def test_a_conversation_that_did_not_take_place_waits_for_a_moment_and_sends_nothing(
    visit: Visit, now: dt.datetime
) -> None:
    plan(visit, now)
    invite(visit=visit, by=None, now=now)
    mark_not_held(visit=visit, called_off_by="family", by=None, now=EVENING + LENGTH)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.OPEN, None)
    assert set(Message.objects.values_list("kind", flat=True)) == {MessageKind.INVITATION}


def test_undoing_a_cancellation_puts_moment_and_answer_back(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    confirm_visit(visit=visit, by=None, now=now)
    cancel_visit(visit=visit, by=None, now=now)
    assert visit.version == 3
    restore_moment(
        visit=visit, starts_at=EVENING, ends_at=EVENING + LENGTH, was_confirmed=True, seen_version=3, by=None, now=now
    )
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.CONFIRMED, EVENING)
    with pytest.raises(VisitChanged):
        restore_moment(
            visit=visit,
            starts_at=EVENING,
            ends_at=EVENING + LENGTH,
            was_confirmed=True,
            seen_version=3,
            by=None,
            now=now,
        )


def test_undoing_is_refused_when_the_moment_was_given_away(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    cancel_visit(visit=visit, by=None, now=now)
    another(visit, starts_at=EVENING)
    with pytest.raises(MentorBusy):
        restore_moment(
            visit=visit,
            starts_at=EVENING,
            ends_at=EVENING + LENGTH,
            was_confirmed=False,
            seen_version=visit.version,
            by=None,
            now=now,
        )


def test_a_family_that_declined_may_change_its_mind(visit: Visit, now: dt.datetime) -> None:
    decline_visit(visit=visit, by=None, now=now)
    reopen_visit(visit=visit, by=None, now=now)
    visit.refresh_from_db()
    assert visit.state == VisitState.OPEN


def test_inviting_twice_makes_nothing_twice(visit: Visit, now: dt.datetime) -> None:
    plan(visit, now)
    first = invite(visit=visit, by=None, now=now)
    assert invite(visit=visit, by=None, now=now) == first
    assert Message.objects.count() == 1
