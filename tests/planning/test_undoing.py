"""Taking a whole repair back: all of it or nothing, with findings for what stands in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mentors.dates import local_day, moment_at
from mentors.models import Closure, Event, Role, User
from planning.actions.publishing import publish_plan
from planning.actions.undoing import UndoRefused, take_back
from planning.models import Plan, RepairTrace
from planning.problem.build import build_planning
from planning.problem.incidents import IncidentKind
from planning.queries.obstacles import ObstacleKind, obstacles
from planning.queries.undoing import undoing_of
from planning.words.obstacles import OBSTACLES, obstacle_text
from tests import factories
from tests.planning.repairing import OCTOBER, agree, deliver, moments, published_campaign, repaired, say_yes
from tests.visits.families import campaign_with_siblings
from tests.visits.staffed import EVENINGS, StaffedCampaign
from visits.actions.answers import accept, decline
from visits.actions.invitations import note_letter_given
from visits.actions.moments import mark_met, reschedule_visit
from visits.actions.reminders import queue_reminders
from visits.actions.siblings import decide_siblings
from visits.models import (
    Answer,
    AnswerChannel,
    CampaignState,
    Invitation,
    MessageState,
    MomentReservation,
    Route,
    Shift,
    SiblingChoice,
    SiblingPair,
    Visit,
    VisitState,
)


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return published_campaign(now)


@pytest.fixture
def coordinator(staffed: StaffedCampaign) -> User:
    return factories.make_user(staffed.school, Role.COORDINATOR)


def standing(staffed: StaffedCampaign) -> list[Visit]:
    visits = staffed.campaign.visits.exclude(starts_at=None).select_related("household", "mentor")
    return list(visits.order_by("starts_at"))


def day_of(visit: Visit) -> dt.date:
    assert visit.starts_at is not None
    return local_day(visit.starts_at)


def as_it_stands(staffed: StaffedCampaign) -> dict[str, Any]:
    """All facts that a repair may change, but for the numbers that count changes."""
    visits = staffed.campaign.visits
    return {
        "moments": moments(staffed),
        "states": dict(visits.values_list("pk", "state")),
        "company": set(visits.values_list("pk", "second", "together_with", "extra_minutes")),
        "pupils": set(visits.values_list("pk", "students")),
        "pairs": set(SiblingPair.objects.values_list("first", "second", "choice", "decided_at")),
        "shifts": set(Shift.objects.values_list("mentor", "on", "leave_from", "visits_until", "back_by")),
        "closures": set(Closure.objects.values_list("name", "starts_on", "ends_on", "is_holiday")),
        "routes": set(Route.objects.values_list("mentor", "on", "travel_minutes", "leaves_at", "back_at")),
        "on_routes": set(visits.values_list("pk", "route__mentor", "route__on", "second_route__mentor")),
        "answers": set(Invitation.objects.exclude(answer=Answer.NONE).values_list("pk", "answer", "channel")),
        "closed_links": set(Invitation.objects.exclude(revoked_at=None).values_list("pk", "revoked_at")),
    }


def undo(staffed: StaffedCampaign, plan: Plan, by: User) -> None:
    take_back(plan=plan, by=by, now=staffed.now)


def in_the_way(staffed: StaffedCampaign, plan: Plan) -> dict[ObstacleKind, int]:
    plan.campaign.refresh_from_db()
    found = obstacles(plan, RepairTrace.objects.filter(plan=plan).first(), staffed.now)
    assert all("%" not in obstacle_text(each.kind, each.number) for each in found)
    return {obstacle.kind: obstacle.number for obstacle in found}


def test_every_obstacle_has_a_sentence() -> None:
    assert set(OBSTACLES) == set(ObstacleKind)


def refused(staffed: StaffedCampaign, plan: Plan, by: User) -> list[str]:
    """Why it stays as it is; nothing has changed."""
    before = as_it_stands(staffed)
    with pytest.raises(UndoRefused) as caught:
        undo(staffed, plan, by)
    assert as_it_stands(staffed) == before
    return [obstacle.kind for obstacle in caught.value.obstacles]


Make = Callable[[StaffedCampaign], Plan]


def _first(staffed: StaffedCampaign) -> Visit:
    return standing(staffed)[0]


EVERY_CHANGE: dict[str, Make] = {
    "cancellation": lambda staffed: repaired(staffed, IncidentKind.CANCELLATION, visit=_first(staffed).pk),
    "called off": lambda staffed: repaired(staffed, IncidentKind.CANCELLATION, visit=_first(staffed).pk, again=False),
    "away": lambda staffed: repaired(
        staffed, IncidentKind.SICK, mentor=staffed.mentors[0].pk, first=OCTOBER[0], last=OCTOBER[1]
    ),
    "evening back": lambda staffed: repaired(
        staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day_of(_first(staffed)),)
    ),
    "extra evening": lambda staffed: repaired(
        staffed,
        IncidentKind.EXTRA_EVENING,
        mentor=staffed.mentors[0].pk,
        days=(dt.date(2026, 10, 7), OCTOBER[0]),
        hours=(dt.time(15, 0), dt.time(21, 0), dt.time(21, 30)),
    ),
    "day off": lambda staffed: repaired(
        staffed, IncidentKind.CLOSURE, name="Studiedag", first=day_of(_first(staffed)), last=day_of(_first(staffed))
    ),
    "moved holiday": lambda staffed: repaired(
        staffed,
        IncidentKind.CLOSURE,
        name="Herfst",
        closure=Closure.objects.get().pk,
        first=OCTOBER[0],
        last=OCTOBER[1],
    ),
    "late": lambda staffed: repaired(staffed, IncidentKind.LATE),
}


@pytest.mark.parametrize("what", EVERY_CHANGE)
@pytest.mark.parametrize("is_told", [False, True])
def test_every_repair_is_taken_back_to_what_stood_before(
    staffed: StaffedCampaign, coordinator: User, what: str, is_told: bool
) -> None:
    factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    if not is_told:  # who agreed and was told otherwise is asked anew
        agree(*standing(staffed)[::2])
    before = as_it_stands(staffed)
    plan = EVERY_CHANGE[what](staffed)
    say_yes(staffed, plan)
    assert as_it_stands(staffed) != before
    deliver(staffed, minutes=30 if is_told else 0)
    undo(staffed, plan, coordinator)
    assert as_it_stands(staffed) == before
    trace = RepairTrace.objects.get()
    assert (trace.taken_back_at, trace.taken_back_by) == (staffed.now, coordinator)
    assert Event.objects.filter(verb="repair.taken_back", by=coordinator).count() == 1


def test_within_the_undo_window_no_family_hears_anything_and_who_agreed_keeps_the_appointment(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    first, *_others = standing(staffed)
    agree(first)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day_of(first),))
    say_yes(staffed, plan)
    staffed.change_now(lambda now: now + dt.timedelta(minutes=5))
    undoing = undoing_of(plan, staffed.now)
    assert (undoing.told, undoing.silent) == (0, len(undoing.lines))
    undo(staffed, plan, coordinator)
    first.refresh_from_db()
    assert first.state == VisitState.CONFIRMED
    assert Invitation.objects.get(visit=first).answer == Answer.ACCEPTED
    assert deliver(staffed, minutes=30) == []


def test_who_was_told_hears_once_that_the_old_moment_stands_again_and_who_agreed_is_asked_anew(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    first, *_others = standing(staffed)
    agree(first)
    before = moments(staffed)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day_of(first),))
    say_yes(staffed, plan)
    told = {mail.to[0] for mail in deliver(staffed, minutes=11)}
    assert told
    undoing = undoing_of(plan, staffed.now)
    assert undoing.told == len(told) and not undoing.silent
    undo(staffed, plan, coordinator)
    assert moments(staffed) == before
    first.refresh_from_db()
    assert (first.state, Invitation.objects.get(visit=first).answer) == (VisitState.PLANNED, Answer.NONE)
    sent = deliver(staffed, minutes=11)
    assert {mail.to[0] for mail in sent} == told and len(sent) == len(told)
    assert {mail.subject for mail in sent} == {"Het eerdere moment geldt weer: kennismaken met de mentor"}
    assert "Past dat nog?" in sent[0].body
    assert deliver(staffed, minutes=60) == []


def test_who_heard_that_the_visit_was_called_off_hears_that_it_goes_on(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    visit = _first(staffed)
    plan = EVERY_CHANGE["called off"](staffed)
    say_yes(staffed, plan)
    assert "vervalt" in deliver(staffed, minutes=11)[0].subject
    undo(staffed, plan, coordinator)
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED
    assert [mail.subject[:21] for mail in deliver(staffed, minutes=11)] == ["Het eerdere moment ge"]


def test_who_got_a_first_moment_hears_that_it_lapses_only_if_the_invitation_went_out(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    for waits, words in ((0, []), (1, ["Het moment vervalt: kennismaken met de mentor"])):
        late = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
        plan = repaired(staffed, IncidentKind.LATE)
        say_yes(staffed, plan)
        if waits:
            deliver(staffed)
        undo(staffed, plan, coordinator)
        late.refresh_from_db()
        assert late.state == VisitState.OPEN
        assert [mail.subject for mail in deliver(staffed, minutes=11)] == words
        Visit.objects.filter(pk=late.pk).update(state=VisitState.CANCELLED)


def test_a_home_that_was_told_by_letter_is_called_and_not_mailed(staffed: StaffedCampaign, coordinator: User) -> None:
    visit = _first(staffed)
    visit.household.guardians.update(email="")
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(staffed, plan)
    (invitation,) = Invitation.objects.filter(visit=visit).select_related("visit__campaign__school")
    note_letter_given(invitation=invitation, by=None, now=staffed.now)
    undoing = undoing_of(plan, staffed.now)
    assert [line.line.visit for line in undoing.to_call] == [visit] and undoing.told == 0
    undo(staffed, plan, coordinator)
    assert deliver(staffed, minutes=11) == []


def test_a_visit_whose_repair_was_taken_back_may_be_planned_on_that_day_again(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    visit = _first(staffed)
    day = day_of(visit)
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(staffed, plan)

    def days() -> set[str]:
        problem = build_planning(staffed.campaign, staffed.now).problem
        (found,) = [item for item in problem["visits"] if item["id"] == str(visit.pk)]
        return {window["date"] for window in found["windows"]}

    assert day.isoformat() not in days()
    undo(staffed, plan, coordinator)
    assert day.isoformat() in days()


# --- two at one moment ---


@pytest.mark.parametrize("choice", [SiblingChoice.JOINT, SiblingChoice.TOGETHER])
def test_children_of_two_classes_are_together_or_apart_as_they_were(
    db: None, now: dt.datetime, choice: SiblingChoice
) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    decide_siblings(first=sara, second=tom, choice=choice, mentor=None, by=user, now=now)
    publish_plan(plan=staffed.draft(), by=None, now=now)
    staffed.campaign.refresh_from_db()
    deliver(staffed)
    before = as_it_stands(staffed)
    sara.refresh_from_db()
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=sara.pk)
    say_yes(staffed, plan)
    deliver(staffed, minutes=11)
    assert as_it_stands(staffed) != before
    undo(staffed, plan, user)
    assert as_it_stands(staffed) == before
    assert len(deliver(staffed, minutes=11)) == sara.household.guardians.count()


def test_children_whom_a_repair_gave_one_mentor_have_their_own_again(db: None, now: dt.datetime) -> None:
    staffed, _sara, _tom = campaign_with_siblings(now, families=0)
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    staffed.campaign.siblings = SiblingChoice.TOGETHER
    staffed.campaign.state = CampaignState.PUBLISHED
    staffed.campaign.save()
    staffed.campaign.shifts.filter(mentor=staffed.mentors[0]).exclude(on=EVENINGS[0]).delete()
    staffed.campaign.shifts.filter(mentor=staffed.mentors[1], on=EVENINGS[0]).delete()
    before = as_it_stands(staffed)
    plan = repaired(staffed, IncidentKind.LATE)
    say_yes(staffed, plan)
    assert SiblingPair.objects.get().moved
    deliver(staffed)
    undo(staffed, plan, user)
    assert as_it_stands(staffed) == before
    assert not SiblingPair.objects.exists()


# --- what stands in the way ---


def done(staffed: StaffedCampaign) -> tuple[Visit, Plan]:
    """A family that got another moment by a repair, and was told."""
    visit = _first(staffed)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day_of(visit),))
    say_yes(staffed, plan)
    deliver(staffed, minutes=11)
    visit.refresh_from_db()
    return visit, plan


def test_a_family_that_answered_keeps_the_repair(staffed: StaffedCampaign, coordinator: User) -> None:
    visit, plan = done(staffed)
    (invitation,) = Invitation.objects.filter(visit=visit)
    common: dict[str, Any] = {"channel": AnswerChannel.LINK, "by": None, "now": staffed.now}
    accept(invitation=invitation, seen_version=visit.version, **common)
    assert in_the_way(staffed, plan) == {ObstacleKind.ANSWERED: 1}
    assert refused(staffed, plan, coordinator) == [ObstacleKind.ANSWERED]


def test_a_family_that_would_rather_not_keeps_the_repair(staffed: StaffedCampaign, coordinator: User) -> None:
    visit, plan = done(staffed)
    (invitation,) = Invitation.objects.filter(visit=visit)
    decline(invitation=invitation, seen_version=visit.version, channel=AnswerChannel.LINK, by=None, now=staffed.now)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.ANSWERED]


def test_what_moved_since_stays_where_it_is(staffed: StaffedCampaign, coordinator: User) -> None:
    visit, plan = done(staffed)
    assert visit.starts_at
    reschedule_visit(visit=visit, starts_at=visit.starts_at + dt.timedelta(hours=3), by=None, now=staffed.now)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.CHANGED]


def test_a_conversation_that_was_held_is_not_undone(staffed: StaffedCampaign, coordinator: User) -> None:
    visit, plan = done(staffed)
    mark_met(visit=visit, by=None, now=staffed.now)
    assert ObstacleKind.CHANGED in refused(staffed, plan, coordinator)


def test_a_moment_that_is_over_does_not_come_back(staffed: StaffedCampaign, coordinator: User) -> None:
    visit, plan = done(staffed)
    assert visit.starts_at
    staffed.change_now(lambda now: moment_at(OCTOBER[0], 23 * 60))
    assert ObstacleKind.PAST in refused(staffed, plan, coordinator)


def test_a_mentor_who_is_somewhere_else_by_now_does_not_come_back(staffed: StaffedCampaign, coordinator: User) -> None:
    old = _first(staffed).starts_at
    _visit, plan = done(staffed)
    elsewhere = factories.make_campaign(staffed.school)
    factories.make_visit(elsewhere, factories.make_student(staffed.classes[0]), staffed.mentors[0], starts_at=old)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.BUSY]


def test_a_moment_that_a_family_is_choosing_is_left_to_it(staffed: StaffedCampaign, coordinator: User) -> None:
    old = _first(staffed)
    moment = {"starts_at": old.starts_at, "ends_at": old.ends_at}
    _visit, plan = done(staffed)
    other = factories.make_visit(factories.make_campaign(staffed.school), factories.make_student(staffed.classes[0]))
    until = staffed.now + dt.timedelta(minutes=10)
    MomentReservation.objects.create(
        visit=other, mentor=staffed.mentors[0], **moment, reserved_at=staffed.now, reserved_until=until
    )
    assert refused(staffed, plan, coordinator) == [ObstacleKind.HELD]


def test_evenings_and_days_that_changed_since_stay(staffed: StaffedCampaign, coordinator: User) -> None:
    day = day_of(_first(staffed))
    _visit, plan = done(staffed)
    shift = factories.make_shift(staffed.campaign, staffed.mentors[0], day)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.EVENINGS]
    shift.delete()
    Closure.objects.create(school_year=staffed.campaign.school_year, name="Studiedag", starts_on=day, ends_on=day)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.CLOSED_DAY]


def test_a_calendar_that_changed_since_stays(staffed: StaffedCampaign, coordinator: User) -> None:
    plan = EVERY_CHANGE["day off"](staffed)
    say_yes(staffed, plan)
    Closure.objects.filter(name="Studiedag").update(name="Sportdag")
    assert refused(staffed, plan, coordinator) == [ObstacleKind.CALENDAR]


def test_an_extra_evening_on_which_somebody_else_was_planned_since_stays(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    plan = EVERY_CHANGE["extra evening"](staffed)
    say_yes(staffed, plan)
    factories.make_visit(
        staffed.campaign,
        factories.make_student(staffed.classes[0]),
        starts_at=moment_at(dt.date(2026, 10, 7), 20 * 60 + 15),
    )
    assert refused(staffed, plan, coordinator) == [ObstacleKind.IN_THE_WAY]


def test_a_mentor_who_left_school_does_not_come_back(staffed: StaffedCampaign, coordinator: User) -> None:
    _visit, plan = done(staffed)
    staffed.mentors[0].is_active = False
    staffed.mentors[0].save()
    assert refused(staffed, plan, coordinator) == [ObstacleKind.MENTOR_GONE]


def test_a_mail_that_is_being_sent_is_waited_for(staffed: StaffedCampaign, coordinator: User) -> None:
    visit = _first(staffed)
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(staffed, plan)
    lease = staffed.now + dt.timedelta(minutes=5)
    visit.messages.filter(state=MessageState.DUE).update(state=MessageState.CLAIMED, lease_until=lease)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.BEING_MAILED]


def test_a_repair_is_taken_back_once_and_only_when_it_was_carried_out(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    plan = EVERY_CHANGE["cancellation"](staffed)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.NOT_DONE]
    say_yes(staffed, plan)
    undo(staffed, plan, coordinator)
    assert refused(staffed, plan, coordinator) == [ObstacleKind.TAKEN_BACK]
    whole = Plan.objects.exclude(pk=plan.pk).get()
    assert refused(staffed, whole, coordinator) == [ObstacleKind.NOT_DONE]


def test_a_round_that_was_closed_since_keeps_the_repair(staffed: StaffedCampaign, coordinator: User) -> None:
    _visit, plan = done(staffed)
    staffed.campaign.state = CampaignState.CLOSED
    staffed.campaign.save()
    assert refused(staffed, plan, coordinator) == [ObstacleKind.CLOSED]


def test_a_refusal_holds_no_name(staffed: StaffedCampaign, coordinator: User) -> None:
    visit, plan = done(staffed)
    mark_met(visit=visit, by=None, now=staffed.now)
    with pytest.raises(UndoRefused) as caught:
        undo(staffed, plan, coordinator)
    words = str(caught.value) + " ".join(obstacle_text(each.kind, each.number) for each in caught.value.obstacles)
    assert visit.household.name not in words and staffed.mentors[0].name not in words


def test_what_was_repaired_after_it_elsewhere_does_not_hold_it_back(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    first, second, *_others = standing(staffed)
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=first.pk)
    say_yes(staffed, plan)
    touched = RepairTrace.objects.get().before["visits"]
    if str(second.pk) not in touched:
        say_yes(staffed, repaired(staffed, IncidentKind.CANCELLATION, visit=second.pk, again=False))
    undo(staffed, plan, coordinator)
    assert Visit.objects.get(pk=first.pk).starts_at == first.starts_at


def test_who_was_reminded_of_tomorrow_is_not_reminded_again_after_there_and_back(
    staffed: StaffedCampaign, coordinator: User
) -> None:
    visit = _first(staffed)
    agree(visit)
    Invitation.objects.filter(visit=visit).update(answered_at=staffed.now)
    staffed.change_now(lambda now: moment_at(day_of(visit) - dt.timedelta(days=1), 17 * 60 + 5))
    queue_reminders(now=staffed.now)
    home = visit.household.guardians.get().email
    assert [mail.subject for mail in deliver(staffed) if home in mail.to] == ["Uw afspraak met de mentor"]
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk, again=False)
    say_yes(staffed, plan)
    undo(staffed, plan, coordinator)
    visit.refresh_from_db()
    assert visit.state == VisitState.CONFIRMED
    queue_reminders(now=staffed.now)
    assert [mail.subject for mail in deliver(staffed, minutes=15) if home in mail.to] == []
