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
from tests.planning.repairing import OCTOBER, agree, deliver, moments, published_season, repaired, say_yes
from tests.visits.families import season_with_siblings
from tests.visits.seasons import EVENINGS, Season
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
def season(db: None, now: dt.datetime) -> Season:
    return published_season(now)


@pytest.fixture
def coordinator(season: Season) -> User:
    return factories.make_user(season.school, Role.COORDINATOR)


def standing(season: Season) -> list[Visit]:
    visits = season.campaign.visits.exclude(starts_at=None).select_related("household", "mentor")
    return list(visits.order_by("starts_at"))


def day_of(visit: Visit) -> dt.date:
    assert visit.starts_at is not None
    return local_day(visit.starts_at)


def as_it_stands(season: Season) -> dict[str, Any]:
    """All facts that a repair may change, but for the numbers that count changes."""
    visits = season.campaign.visits
    return {
        "moments": moments(season),
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


def undo(season: Season, plan: Plan, by: User) -> None:
    take_back(plan=plan, by=by, now=season.now)


def in_the_way(season: Season, plan: Plan) -> dict[ObstacleKind, int]:
    plan.campaign.refresh_from_db()
    found = obstacles(plan, RepairTrace.objects.filter(plan=plan).first(), season.now)
    assert all("%" not in obstacle_text(each.kind, each.number) for each in found)
    return {obstacle.kind: obstacle.number for obstacle in found}


def test_every_obstacle_has_a_sentence() -> None:
    assert set(OBSTACLES) == set(ObstacleKind)


def refused(season: Season, plan: Plan, by: User) -> list[str]:
    """Why it stays as it is; nothing has changed."""
    before = as_it_stands(season)
    with pytest.raises(UndoRefused) as caught:
        undo(season, plan, by)
    assert as_it_stands(season) == before
    return [obstacle.kind for obstacle in caught.value.obstacles]


Make = Callable[[Season], Plan]


def _first(season: Season) -> Visit:
    return standing(season)[0]


EVERY_CHANGE: dict[str, Make] = {
    "cancellation": lambda season: repaired(season, IncidentKind.CANCELLATION, visit=_first(season).pk),
    "called off": lambda season: repaired(season, IncidentKind.CANCELLATION, visit=_first(season).pk, again=False),
    "away": lambda season: repaired(
        season, IncidentKind.SICK, mentor=season.mentors[0].pk, first=OCTOBER[0], last=OCTOBER[1]
    ),
    "evening back": lambda season: repaired(
        season, IncidentKind.EVENING_BACK, mentor=season.mentors[0].pk, days=(day_of(_first(season)),)
    ),
    "extra evening": lambda season: repaired(
        season,
        IncidentKind.EXTRA_EVENING,
        mentor=season.mentors[0].pk,
        days=(dt.date(2026, 10, 7), OCTOBER[0]),
        hours=(dt.time(15, 0), dt.time(21, 0), dt.time(21, 30)),
    ),
    "day off": lambda season: repaired(
        season, IncidentKind.CLOSURE, name="Studiedag", first=day_of(_first(season)), last=day_of(_first(season))
    ),
    "moved holiday": lambda season: repaired(
        season,
        IncidentKind.CLOSURE,
        name="Herfst",
        closure=Closure.objects.get().pk,
        first=OCTOBER[0],
        last=OCTOBER[1],
    ),
    "late": lambda season: repaired(season, IncidentKind.LATE),
}


@pytest.mark.parametrize("what", EVERY_CHANGE)
@pytest.mark.parametrize("is_told", [False, True])
def test_every_repair_is_taken_back_to_what_stood_before(
    season: Season, coordinator: User, what: str, is_told: bool
) -> None:
    factories.make_visit(season.campaign, factories.make_student(season.classes[0]))
    if not is_told:  # who agreed and was told otherwise is asked anew
        agree(*standing(season)[::2])
    before = as_it_stands(season)
    plan = EVERY_CHANGE[what](season)
    say_yes(season, plan)
    assert as_it_stands(season) != before
    deliver(season, minutes=30 if is_told else 0)
    undo(season, plan, coordinator)
    assert as_it_stands(season) == before
    trace = RepairTrace.objects.get()
    assert (trace.taken_back_at, trace.taken_back_by) == (season.now, coordinator)
    assert Event.objects.filter(verb="repair.taken_back", by=coordinator).count() == 1


def test_within_the_undo_window_no_family_hears_anything_and_who_agreed_keeps_the_appointment(
    season: Season, coordinator: User
) -> None:
    first, *_others = standing(season)
    agree(first)
    plan = repaired(season, IncidentKind.EVENING_BACK, mentor=season.mentors[0].pk, days=(day_of(first),))
    say_yes(season, plan)
    season.change_moment(lambda now: now + dt.timedelta(minutes=5))
    undoing = undoing_of(plan, season.now)
    assert (undoing.told, undoing.silent) == (0, len(undoing.lines))
    undo(season, plan, coordinator)
    first.refresh_from_db()
    assert first.state == VisitState.CONFIRMED
    assert Invitation.objects.get(visit=first).answer == Answer.ACCEPTED
    assert deliver(season, minutes=30) == []


def test_who_was_told_hears_once_that_the_old_moment_stands_again_and_who_agreed_is_asked_anew(
    season: Season, coordinator: User
) -> None:
    first, *_others = standing(season)
    agree(first)
    before = moments(season)
    plan = repaired(season, IncidentKind.EVENING_BACK, mentor=season.mentors[0].pk, days=(day_of(first),))
    say_yes(season, plan)
    told = {mail.to[0] for mail in deliver(season, minutes=11)}
    assert told
    undoing = undoing_of(plan, season.now)
    assert undoing.told == len(told) and not undoing.silent
    undo(season, plan, coordinator)
    assert moments(season) == before
    first.refresh_from_db()
    assert (first.state, Invitation.objects.get(visit=first).answer) == (VisitState.PLANNED, Answer.NONE)
    sent = deliver(season, minutes=11)
    assert {mail.to[0] for mail in sent} == told and len(sent) == len(told)
    assert {mail.subject for mail in sent} == {"Het eerdere moment geldt weer: kennismaken met de mentor"}
    assert "Past dat nog?" in sent[0].body
    assert deliver(season, minutes=60) == []


def test_who_heard_that_the_visit_was_called_off_hears_that_it_goes_on(season: Season, coordinator: User) -> None:
    visit = _first(season)
    plan = EVERY_CHANGE["called off"](season)
    say_yes(season, plan)
    assert "vervalt" in deliver(season, minutes=11)[0].subject
    undo(season, plan, coordinator)
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED
    assert [mail.subject[:21] for mail in deliver(season, minutes=11)] == ["Het eerdere moment ge"]


def test_who_got_a_first_moment_hears_that_it_lapses_only_if_the_invitation_went_out(
    season: Season, coordinator: User
) -> None:
    for waits, words in ((0, []), (1, ["Het moment vervalt: kennismaken met de mentor"])):
        late = factories.make_visit(season.campaign, factories.make_student(season.classes[0]))
        plan = repaired(season, IncidentKind.LATE)
        say_yes(season, plan)
        if waits:
            deliver(season)
        undo(season, plan, coordinator)
        late.refresh_from_db()
        assert late.state == VisitState.OPEN
        assert [mail.subject for mail in deliver(season, minutes=11)] == words
        Visit.objects.filter(pk=late.pk).update(state=VisitState.CANCELLED)


def test_a_home_that_was_told_by_letter_is_called_and_not_mailed(season: Season, coordinator: User) -> None:
    visit = _first(season)
    visit.household.guardians.update(email="")
    plan = repaired(season, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(season, plan)
    (invitation,) = Invitation.objects.filter(visit=visit).select_related("visit__campaign__school")
    note_letter_given(invitation=invitation, by=None, now=season.now)
    undoing = undoing_of(plan, season.now)
    assert [line.line.visit for line in undoing.to_call] == [visit] and undoing.told == 0
    undo(season, plan, coordinator)
    assert deliver(season, minutes=11) == []


def test_a_visit_whose_repair_was_taken_back_may_be_planned_on_that_day_again(
    season: Season, coordinator: User
) -> None:
    visit = _first(season)
    day = day_of(visit)
    plan = repaired(season, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(season, plan)

    def days() -> set[str]:
        problem = build_planning(season.campaign, season.now).problem
        (found,) = [item for item in problem["visits"] if item["id"] == str(visit.pk)]
        return {window["date"] for window in found["windows"]}

    assert day.isoformat() not in days()
    undo(season, plan, coordinator)
    assert day.isoformat() in days()


# --- two at one moment ---


@pytest.mark.parametrize("choice", [SiblingChoice.JOINT, SiblingChoice.TOGETHER])
def test_children_of_two_classes_are_together_or_apart_as_they_were(
    db: None, now: dt.datetime, choice: SiblingChoice
) -> None:
    season, sara, tom = season_with_siblings(now)
    user = factories.make_user(season.school, Role.COORDINATOR)
    decide_siblings(first=sara, second=tom, choice=choice, mentor=None, by=user, now=now)
    publish_plan(plan=season.draft(), by=None, now=now)
    season.campaign.refresh_from_db()
    deliver(season)
    before = as_it_stands(season)
    sara.refresh_from_db()
    plan = repaired(season, IncidentKind.CANCELLATION, visit=sara.pk)
    say_yes(season, plan)
    deliver(season, minutes=11)
    assert as_it_stands(season) != before
    undo(season, plan, user)
    assert as_it_stands(season) == before
    assert len(deliver(season, minutes=11)) == sara.household.guardians.count()


def test_children_whom_a_repair_gave_one_mentor_have_their_own_again(db: None, now: dt.datetime) -> None:
    season, _sara, _tom = season_with_siblings(now, families=0)
    user = factories.make_user(season.school, Role.COORDINATOR)
    season.campaign.siblings = SiblingChoice.TOGETHER
    season.campaign.state = CampaignState.PUBLISHED
    season.campaign.save()
    season.campaign.shifts.filter(mentor=season.mentors[0]).exclude(on=EVENINGS[0]).delete()
    season.campaign.shifts.filter(mentor=season.mentors[1], on=EVENINGS[0]).delete()
    before = as_it_stands(season)
    plan = repaired(season, IncidentKind.LATE)
    say_yes(season, plan)
    assert SiblingPair.objects.get().moved
    deliver(season)
    undo(season, plan, user)
    assert as_it_stands(season) == before
    assert not SiblingPair.objects.exists()


# --- what stands in the way ---


def done(season: Season) -> tuple[Visit, Plan]:
    """A family that got another moment by a repair, and was told."""
    visit = _first(season)
    plan = repaired(season, IncidentKind.EVENING_BACK, mentor=season.mentors[0].pk, days=(day_of(visit),))
    say_yes(season, plan)
    deliver(season, minutes=11)
    visit.refresh_from_db()
    return visit, plan


def test_a_family_that_answered_keeps_the_repair(season: Season, coordinator: User) -> None:
    visit, plan = done(season)
    (invitation,) = Invitation.objects.filter(visit=visit)
    common: dict[str, Any] = {"channel": AnswerChannel.LINK, "by": None, "now": season.now}
    accept(invitation=invitation, seen_version=visit.version, **common)
    assert in_the_way(season, plan) == {ObstacleKind.ANSWERED: 1}
    assert refused(season, plan, coordinator) == [ObstacleKind.ANSWERED]


def test_a_family_that_would_rather_not_keeps_the_repair(season: Season, coordinator: User) -> None:
    visit, plan = done(season)
    (invitation,) = Invitation.objects.filter(visit=visit)
    decline(invitation=invitation, seen_version=visit.version, channel=AnswerChannel.LINK, by=None, now=season.now)
    assert refused(season, plan, coordinator) == [ObstacleKind.ANSWERED]


def test_what_moved_since_stays_where_it_is(season: Season, coordinator: User) -> None:
    visit, plan = done(season)
    assert visit.starts_at
    reschedule_visit(visit=visit, starts_at=visit.starts_at + dt.timedelta(hours=3), by=None, now=season.now)
    assert refused(season, plan, coordinator) == [ObstacleKind.CHANGED]


def test_a_conversation_that_was_held_is_not_undone(season: Season, coordinator: User) -> None:
    visit, plan = done(season)
    mark_met(visit=visit, by=None, now=season.now)
    assert ObstacleKind.CHANGED in refused(season, plan, coordinator)


def test_a_moment_that_is_over_does_not_come_back(season: Season, coordinator: User) -> None:
    visit, plan = done(season)
    assert visit.starts_at
    season.change_moment(lambda now: moment_at(OCTOBER[0], 23 * 60))
    assert ObstacleKind.PAST in refused(season, plan, coordinator)


def test_a_mentor_who_is_somewhere_else_by_now_does_not_come_back(season: Season, coordinator: User) -> None:
    old = _first(season).starts_at
    _visit, plan = done(season)
    elsewhere = factories.make_campaign(season.school)
    factories.make_visit(elsewhere, factories.make_student(season.classes[0]), season.mentors[0], starts_at=old)
    assert refused(season, plan, coordinator) == [ObstacleKind.BUSY]


def test_a_moment_that_a_family_is_choosing_is_left_to_it(season: Season, coordinator: User) -> None:
    old = _first(season)
    moment = {"starts_at": old.starts_at, "ends_at": old.ends_at}
    _visit, plan = done(season)
    other = factories.make_visit(factories.make_campaign(season.school), factories.make_student(season.classes[0]))
    until = season.now + dt.timedelta(minutes=10)
    MomentReservation.objects.create(
        visit=other, mentor=season.mentors[0], **moment, reserved_at=season.now, reserved_until=until
    )
    assert refused(season, plan, coordinator) == [ObstacleKind.HELD]


def test_evenings_and_days_that_changed_since_stay(season: Season, coordinator: User) -> None:
    day = day_of(_first(season))
    _visit, plan = done(season)
    shift = factories.make_shift(season.campaign, season.mentors[0], day)
    assert refused(season, plan, coordinator) == [ObstacleKind.EVENINGS]
    shift.delete()
    Closure.objects.create(school_year=season.campaign.school_year, name="Studiedag", starts_on=day, ends_on=day)
    assert refused(season, plan, coordinator) == [ObstacleKind.CLOSED_DAY]


def test_a_calendar_that_changed_since_stays(season: Season, coordinator: User) -> None:
    plan = EVERY_CHANGE["day off"](season)
    say_yes(season, plan)
    Closure.objects.filter(name="Studiedag").update(name="Sportdag")
    assert refused(season, plan, coordinator) == [ObstacleKind.CALENDAR]


def test_an_extra_evening_on_which_somebody_else_was_planned_since_stays(season: Season, coordinator: User) -> None:
    plan = EVERY_CHANGE["extra evening"](season)
    say_yes(season, plan)
    factories.make_visit(
        season.campaign,
        factories.make_student(season.classes[0]),
        starts_at=moment_at(dt.date(2026, 10, 7), 20 * 60 + 15),
    )
    assert refused(season, plan, coordinator) == [ObstacleKind.IN_THE_WAY]


def test_a_mentor_who_left_school_does_not_come_back(season: Season, coordinator: User) -> None:
    _visit, plan = done(season)
    season.mentors[0].is_active = False
    season.mentors[0].save()
    assert refused(season, plan, coordinator) == [ObstacleKind.MENTOR_GONE]


def test_a_mail_that_is_being_sent_is_waited_for(season: Season, coordinator: User) -> None:
    visit = _first(season)
    plan = repaired(season, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(season, plan)
    lease = season.now + dt.timedelta(minutes=5)
    visit.messages.filter(state=MessageState.DUE).update(state=MessageState.CLAIMED, lease_until=lease)
    assert refused(season, plan, coordinator) == [ObstacleKind.BEING_MAILED]


def test_a_repair_is_taken_back_once_and_only_when_it_was_carried_out(season: Season, coordinator: User) -> None:
    plan = EVERY_CHANGE["cancellation"](season)
    assert refused(season, plan, coordinator) == [ObstacleKind.NOT_DONE]
    say_yes(season, plan)
    undo(season, plan, coordinator)
    assert refused(season, plan, coordinator) == [ObstacleKind.TAKEN_BACK]
    whole = Plan.objects.exclude(pk=plan.pk).get()
    assert refused(season, whole, coordinator) == [ObstacleKind.NOT_DONE]


def test_a_round_that_was_closed_since_keeps_the_repair(season: Season, coordinator: User) -> None:
    _visit, plan = done(season)
    season.campaign.state = CampaignState.CLOSED
    season.campaign.save()
    assert refused(season, plan, coordinator) == [ObstacleKind.CLOSED]


def test_a_refusal_holds_no_name(season: Season, coordinator: User) -> None:
    visit, plan = done(season)
    mark_met(visit=visit, by=None, now=season.now)
    with pytest.raises(UndoRefused) as caught:
        undo(season, plan, coordinator)
    words = str(caught.value) + " ".join(obstacle_text(each.kind, each.number) for each in caught.value.obstacles)
    assert visit.household.name not in words and season.mentors[0].name not in words


def test_what_was_repaired_after_it_elsewhere_does_not_hold_it_back(season: Season, coordinator: User) -> None:
    first, second, *_others = standing(season)
    plan = repaired(season, IncidentKind.CANCELLATION, visit=first.pk)
    say_yes(season, plan)
    touched = RepairTrace.objects.get().before["visits"]
    if str(second.pk) not in touched:
        say_yes(season, repaired(season, IncidentKind.CANCELLATION, visit=second.pk, again=False))
    undo(season, plan, coordinator)
    assert Visit.objects.get(pk=first.pk).starts_at == first.starts_at


def test_who_was_reminded_of_tomorrow_is_not_reminded_again_after_there_and_back(
    season: Season, coordinator: User
) -> None:
    visit = _first(season)
    agree(visit)
    Invitation.objects.filter(visit=visit).update(answered_at=season.now)
    season.change_moment(lambda now: moment_at(day_of(visit) - dt.timedelta(days=1), 17 * 60 + 5))
    queue_reminders(now=season.now)
    home = visit.household.guardians.get().email
    assert [mail.subject for mail in deliver(season) if home in mail.to] == ["Uw afspraak met de mentor"]
    plan = repaired(season, IncidentKind.CANCELLATION, visit=visit.pk, again=False)
    say_yes(season, plan)
    undo(season, plan, coordinator)
    visit.refresh_from_db()
    assert visit.state == VisitState.CONFIRMED
    queue_reminders(now=season.now)
    assert [mail.subject for mail in deliver(season, minutes=15) if home in mail.to] == []
