"""Repair: what happened becomes a fact with a yes, confirmed visits stay, and each family hears of it once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from mentors.dates import local_day, moment_at
from mentors.models import Closure, Event
from planning.actions.publishing import publish_plan
from planning.actions.repairs import (
    DaysOver,
    EveningNotToCome,
    NobodyToRepair,
    NotARepair,
    NothingChanged,
    RepairOfClosedCampaign,
    RepairOfUnpublished,
    RepairOfVisitOver,
    RepairOver,
    RepairRefused,
    make_anew,
    request_repair,
)
from planning.draft.blockers import BlockerCode
from planning.draft.contents import read_contents
from planning.models import Plan, PlanKind, PlanState
from planning.problem.incidents import Incident, IncidentKind
from planning.queries.outcome import visit_outcomes
from tests import factories
from tests.planning.repairing import OCTOBER, agree, deliver, moments, published_campaign, repaired, say_yes
from tests.visits.staffed import StaffedCampaign, not_published
from visits.actions.answers import accept
from visits.actions.moments import open_visit, reschedule_visit
from visits.models import (
    AnswerChannel,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    Route,
    Shift,
    Visit,
    VisitState,
)


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return published_campaign(now)


def standing(staffed: StaffedCampaign) -> list[Visit]:
    return list(staffed.campaign.visits.exclude(starts_at=None).order_by("starts_at"))


def as_it_was(staffed: StaffedCampaign) -> dict[str, Any]:
    """All facts that a repair may change."""
    return {
        "moments": moments(staffed),
        "states": dict(staffed.campaign.visits.values_list("pk", "state")),
        "shifts": set(Shift.objects.values_list("mentor", "on", "leave_from")),
        "closures": set(Closure.objects.values_list("name", "starts_on", "ends_on")),
        "messages": Message.objects.count(),
        "routes": set(Route.objects.values_list("mentor", "on", "travel_minutes")),
    }


def on_day(staffed: StaffedCampaign, day: dt.date) -> list[Visit]:
    return [visit for visit in standing(staffed) if visit.starts_at and local_day(visit.starts_at) == day]


# --- a visit that does not go on ---


def test_a_cancelled_family_gets_another_day_and_one_mail_and_nobody_else_hears_anything(
    staffed: StaffedCampaign,
) -> None:
    visit, *others = standing(staffed)
    before = moments(staffed)
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(staffed, plan)
    after = moments(staffed)
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED and visit.starts_at
    assert local_day(visit.starts_at) != local_day(before[visit.pk][1])  # type: ignore[arg-type]
    assert {pk: after[pk] for pk in before if pk != visit.pk} == {pk: before[pk] for pk in before if pk != visit.pk}
    sent = deliver(staffed, minutes=11)
    assert [mail.subject for mail in sent] == ["Een ander moment: kennismaken met de mentor"]
    assert len(others) == 3


def test_nothing_is_a_fact_and_nobody_hears_anything_before_the_yes(staffed: StaffedCampaign) -> None:
    before = as_it_was(staffed)
    mentor = staffed.mentors[0].pk
    repaired(staffed, IncidentKind.CANCELLATION, visit=standing(staffed)[0].pk)
    repaired(staffed, IncidentKind.SICK, mentor=mentor, first=OCTOBER[0], last=OCTOBER[1])
    repaired(staffed, IncidentKind.EVENING_BACK, mentor=mentor, days=(OCTOBER[0],))
    repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=OCTOBER[0], last=OCTOBER[0])
    assert as_it_was(staffed) == before
    assert deliver(staffed, minutes=30) == []


def test_a_visit_that_is_called_off_for_good_leaves_the_plan_and_the_family_hears_it_once(
    staffed: StaffedCampaign,
) -> None:
    visit = standing(staffed)[0]
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk, again=False)
    outcome = visit_outcomes(read_contents(plan), staffed.now)
    assert [(line.visit, line.is_called_off) for line in outcome] == [(visit.pk, True)]
    say_yes(staffed, plan)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.CANCELLED, None)
    sent = deliver(staffed, minutes=11)
    assert "Het moment vervalt" in sent[0].subject and sent[0].to == [visit.household.guardians.get().email]


# --- a mentor who is away ---


def test_the_families_of_a_sick_mentor_are_planned_later_with_the_same_mentor(staffed: StaffedCampaign) -> None:
    first, last = OCTOBER[0], OCTOBER[1]
    hit = [visit for day in (first, last) for visit in on_day(staffed, day)]
    assert hit
    agree(hit[0])
    plan = repaired(staffed, IncidentKind.SICK, mentor=staffed.mentors[0].pk, first=first, last=last)
    say_yes(staffed, plan)
    for visit in hit:
        visit.refresh_from_db()
        assert visit.state == VisitState.PLANNED and visit.starts_at and local_day(visit.starts_at) > last
        assert visit.mentor == staffed.mentors[0]
    assert not Shift.objects.filter(on__range=(first, last)).exists()
    assert not Route.objects.filter(on__range=(first, last)).exists()
    sent = deliver(staffed, minutes=11)
    assert len(sent) == len(hit) and {mail.subject for mail in sent} == {"Een ander moment: kennismaken met de mentor"}


def test_a_colleague_takes_over_when_the_coordinator_says_so(db: None, now: dt.datetime) -> None:
    staffed = published_campaign(now, mentors=2, families=2)
    sick, colleague = staffed.mentors
    hit = [visit for visit in standing(staffed) if visit.mentor == sick]
    plan = repaired(
        staffed, IncidentKind.SICK, mentor=sick.pk, first=OCTOBER[0], last=OCTOBER[-1], others=(colleague.pk,)
    )
    say_yes(staffed, plan)
    for visit in hit:
        visit.refresh_from_db()
        assert (visit.mentor, visit.state) == (colleague, VisitState.PLANNED)
    assert len(hit) == 2


def test_a_mentor_who_is_ill_tonight_is_called_off_at_once_and_not_after_the_undo_window(
    db: None, now: dt.datetime
) -> None:
    staffed = published_campaign(now)
    tonight = standing(staffed)[0]
    at = moment_at(local_day(staffed.now), 19 * 60)
    reschedule_visit(visit=tonight, starts_at=at, by=None, now=staffed.now)
    deliver(staffed, minutes=11)
    agree(tonight)
    today = local_day(staffed.now)
    plan = repaired(staffed, IncidentKind.SICK, mentor=staffed.mentors[0].pk, first=today, last=today)
    (line,) = visit_outcomes(read_contents(plan), staffed.now)
    assert (line.visit, line.was_confirmed, line.old_starts_at) == (tonight.pk, True, at)
    say_yes(staffed, plan)
    tonight.refresh_from_db()
    assert tonight.starts_at and local_day(tonight.starts_at) >= today + dt.timedelta(days=3)
    assert len(deliver(staffed)) == 1  # no minute has passed


def test_visits_that_began_already_are_not_called_off(db: None, now: dt.datetime) -> None:
    staffed = published_campaign(now)
    visit = standing(staffed)[0]
    Visit.objects.filter(pk=visit.pk).update(starts_at=staffed.now, ends_at=staffed.now + dt.timedelta(minutes=45))
    today = local_day(staffed.now)
    plan = repaired(staffed, IncidentKind.SICK, mentor=staffed.mentors[0].pk, first=today, last=today)
    say_yes(staffed, plan)
    visit.refresh_from_db()
    assert visit.starts_at == staffed.now


# --- evenings and days ---


def test_an_evening_that_a_mentor_takes_back_is_gone_and_its_families_move(staffed: StaffedCampaign) -> None:
    day = local_day(standing(staffed)[0].starts_at)  # type: ignore[arg-type]
    hit = on_day(staffed, day)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day,))
    say_yes(staffed, plan)
    assert on_day(staffed, day) == [] and not Shift.objects.filter(on=day).exists()
    assert all(visit.state == VisitState.PLANNED for visit in Visit.objects.filter(pk__in=[v.pk for v in hit]))


def test_an_extra_evening_goes_to_families_without_a_moment_first(db: None, now: dt.datetime) -> None:
    staffed = published_campaign(now, families=4, evenings=[OCTOBER[0]])
    (left,) = staffed.campaign.visits.filter(state=VisitState.OPEN)
    before = {pk: moment for pk, moment in moments(staffed).items() if pk != left.pk}
    hours = (dt.time(16, 0), dt.time(21, 0), dt.time(21, 30))
    plan = repaired(staffed, IncidentKind.EXTRA_EVENING, mentor=staffed.mentors[0].pk, days=(OCTOBER[1],), hours=hours)
    assert not Shift.objects.filter(on=OCTOBER[1]).exists()
    say_yes(staffed, plan)
    left.refresh_from_db()
    assert left.starts_at and local_day(left.starts_at) == OCTOBER[1]
    assert {pk: moment for pk, moment in moments(staffed).items() if pk != left.pk} == before
    assert Shift.objects.get(on=OCTOBER[1]).leave_from == dt.time(16, 0)
    assert [mail.to for mail in deliver(staffed)] == [[left.household.guardians.get().email]]


def test_late_entrants_get_a_first_moment(staffed: StaffedCampaign) -> None:
    late = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    before = moments(staffed)
    say_yes(staffed, repaired(staffed, IncidentKind.LATE))
    late.refresh_from_db()
    assert late.state == VisitState.PLANNED
    assert {pk: moment for pk, moment in moments(staffed).items() if pk != late.pk} == {
        pk: moment for pk, moment in before.items() if pk != late.pk
    }
    assert [mail.subject[:24] for mail in deliver(staffed)] == ["Kennismaken met de mentor"[:24]]


def test_a_day_that_closes_goes_into_the_calendar_and_moves_even_who_agreed(staffed: StaffedCampaign) -> None:
    day = local_day(standing(staffed)[0].starts_at)  # type: ignore[arg-type]
    hit = on_day(staffed, day)
    agree(hit[0])
    stays = next(visit for visit in standing(staffed) if visit not in hit)
    agree(stays)
    plan = repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=day, last=day)
    say_yes(staffed, plan)
    assert on_day(staffed, day) == []
    assert Closure.objects.get(name="Studiedag").starts_on == day
    hit[0].refresh_from_db()
    assert hit[0].state == VisitState.PLANNED
    kept = Visit.objects.get(pk=stays.pk)
    assert (kept.state, kept.starts_at) == (VisitState.CONFIRMED, stays.starts_at)


def test_a_holiday_that_moves_opens_its_old_days_again(staffed: StaffedCampaign) -> None:
    holiday = Closure.objects.get()
    staffed.campaign.ends_on = dt.date(2026, 10, 30)
    staffed.campaign.save()
    factories.make_shift(staffed.campaign, staffed.mentors[0], dt.date(2026, 10, 20))
    days = {"first": dt.date(2026, 10, 5), "last": dt.date(2026, 10, 16)}
    plan = repaired(staffed, IncidentKind.CLOSURE, name=holiday.name, closure=holiday.pk, **days)
    say_yes(staffed, plan)
    holiday.refresh_from_db()
    assert (holiday.starts_on, holiday.ends_on) == (days["first"], days["last"])
    assert {local_day(visit.starts_at) for visit in standing(staffed) if visit.starts_at} <= {dt.date(2026, 10, 20)}


def test_a_day_that_stood_in_the_calendar_already_is_not_written_twice(staffed: StaffedCampaign) -> None:
    day = local_day(standing(staffed)[0].starts_at)  # type: ignore[arg-type]
    year = staffed.campaign.school_year
    Closure.objects.create(school_year=year, name="Studiedag", starts_on=day, ends_on=day)
    say_yes(staffed, repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=day, last=day))
    assert Closure.objects.filter(starts_on=day).count() == 1
    assert on_day(staffed, day) == []


# --- who loses a moment ---


def test_who_is_left_without_a_moment_hears_that_it_lapses_and_the_draft_says_why(db: None, now: dt.datetime) -> None:
    staffed = published_campaign(now, families=2, evenings=[OCTOBER[0]])
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(OCTOBER[0],))
    lines = visit_outcomes(read_contents(plan), staffed.now)
    assert [(line.new_starts_at, line.code) for line in lines] == [(None, "no_evenings")] * 2
    say_yes(staffed, plan)
    assert set(staffed.campaign.visits.values_list("state", flat=True)) == {VisitState.OPEN}
    assert [mail.subject for mail in deliver(staffed, minutes=11)] == [
        "Het moment vervalt: kennismaken met de mentor"
    ] * 2


# --- told once ---


def test_two_repairs_within_the_undo_window_are_one_mail_about_where_it_ended(staffed: StaffedCampaign) -> None:
    visit = standing(staffed)[0]
    say_yes(staffed, repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk))
    visit.refresh_from_db()
    between = visit.starts_at
    staffed.change_now(lambda now: now + dt.timedelta(minutes=3))
    say_yes(staffed, repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk))
    visit.refresh_from_db()
    assert visit.starts_at != between
    sent = deliver(staffed, minutes=11)
    assert len(sent) == 1
    old = Message.objects.filter(visit=visit, kind=MessageKind.MOVED).order_by("pk")[0]
    assert (old.state, old.outcome) == (MessageState.SUPERSEDED, "changed_since")


def test_a_move_there_and_back_within_the_undo_window_is_no_news(staffed: StaffedCampaign) -> None:
    visit = standing(staffed)[0]
    told = visit.starts_at
    say_yes(staffed, repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk))
    visit.refresh_from_db()
    assert told is not None
    reschedule_visit(visit=visit, starts_at=told, by=None, now=staffed.now)
    assert deliver(staffed, minutes=11) == []


def test_a_published_repair_remembers_who_had_which_moment(staffed: StaffedCampaign) -> None:
    visit = standing(staffed)[0]
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    before = visit_outcomes(read_contents(plan), staffed.now)
    say_yes(staffed, plan)
    plan.refresh_from_db()
    assert visit_outcomes(read_contents(plan), staffed.now) == before
    assert [line.old_starts_at for line in before] == [visit.starts_at]
    assert Event.objects.filter(verb="repair.requested").get().facts == {"what": "cancellation"}


# --- refusals ---


def test_a_family_that_agrees_with_a_moment_that_stays_does_not_spoil_the_repair(staffed: StaffedCampaign) -> None:
    first, second = standing(staffed)[:2]
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=first.pk)
    accept_moment(staffed, second)
    say_yes(staffed, plan)
    kept = Visit.objects.get(pk=second.pk)
    assert (kept.state, kept.starts_at) == (VisitState.CONFIRMED, second.starts_at)


def accept_moment(staffed: StaffedCampaign, visit: Visit) -> None:
    accept(
        invitation=Invitation.objects.get(visit=visit),
        seen_version=visit.version,
        channel=AnswerChannel.LINK,
        by=None,
        now=staffed.now,
    )


def test_a_family_that_agrees_with_a_moment_that_was_to_move_spoils_it_and_one_step_makes_it_anew(
    staffed: StaffedCampaign,
) -> None:
    visit = standing(staffed)[0]
    day = local_day(visit.starts_at)  # type: ignore[arg-type]
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day,))
    accept_moment(staffed, visit)
    before = as_it_was(staffed)
    with not_published(BlockerCode.CHANGED_VISITS):
        say_yes(staffed, plan)
    assert as_it_was(staffed) == before
    again = make_anew(plan=plan, by=None, now=staffed.now)
    plan.refresh_from_db()
    assert (plan.state, again.incident, again.kind) == (PlanState.DISCARDED, plan.incident, PlanKind.REPAIR)


def test_a_repair_is_published_once(staffed: StaffedCampaign) -> None:
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=standing(staffed)[0].pk)
    say_yes(staffed, plan)
    after = as_it_was(staffed)
    with not_published(BlockerCode.ALREADY_PUBLISHED):
        say_yes(staffed, plan)
    with pytest.raises(RepairOver):
        make_anew(plan=plan, by=None, now=staffed.now)
    assert as_it_was(staffed) == after


def test_a_draft_that_somebody_changed_by_hand_since_it_was_looked_at_is_refused(staffed: StaffedCampaign) -> None:
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=standing(staffed)[0].pk)
    Plan.objects.filter(pk=plan.pk).update(revision=4)
    with not_published(BlockerCode.CHANGED_BY_HAND):
        publish_plan(plan=plan, by=None, now=staffed.now, seen_revision=3)
    publish_plan(plan=plan, by=None, now=staffed.now, seen_revision=4)


def test_an_ordinary_draft_is_not_made_anew_as_a_repair(staffed: StaffedCampaign) -> None:
    with pytest.raises(NotARepair):
        make_anew(plan=Plan.objects.get(), by=None, now=staffed.now)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"kind": IncidentKind.NOTHING}, NothingChanged),
        ({"kind": IncidentKind.LATE}, NobodyToRepair),
        ({"kind": IncidentKind.SICK, "first": dt.date(2026, 9, 1), "last": dt.date(2026, 9, 2)}, DaysOver),
        ({"kind": IncidentKind.CLOSURE, "first": dt.date(2026, 9, 1), "last": dt.date(2026, 9, 2)}, DaysOver),
        ({"kind": IncidentKind.EVENING_BACK, "days": ()}, EveningNotToCome),
        ({"kind": IncidentKind.EXTRA_EVENING, "days": (dt.date(2026, 9, 22),)}, EveningNotToCome),
        ({"kind": IncidentKind.CANCELLATION, "visit": 987654}, RepairOfVisitOver),
    ],
)
def test_a_change_that_changes_nothing_is_refused(
    staffed: StaffedCampaign, facts: Any, refusal: type[RepairRefused]
) -> None:
    with pytest.raises(refusal):
        request_repair(campaign=staffed.campaign, incident=Incident(**facts), by=None, now=staffed.now)
    assert Plan.objects.count() == 1


def test_a_round_that_is_closed_or_not_published_yet_has_nothing_to_repair(staffed: StaffedCampaign) -> None:
    refusals = {CampaignState.CLOSED: RepairOfClosedCampaign, CampaignState.PREPARING: RepairOfUnpublished}
    for state, refusal in refusals.items():
        staffed.campaign.state = state
        with pytest.raises(refusal):
            request_repair(
                campaign=staffed.campaign, incident=Incident(kind=IncidentKind.LATE), by=None, now=staffed.now
            )


def test_a_change_survives_being_kept_as_json() -> None:
    incident = Incident(
        kind=IncidentKind.EXTRA_EVENING,
        mentor=3,
        days=(dt.date(2026, 10, 6),),
        hours=(dt.time(16, 0), dt.time(21, 0), dt.time(21, 30)),
        first=dt.date(2026, 10, 6),
        others=(4, 5),
    )
    assert Incident.from_json(incident.to_json()) == incident
    assert Incident.from_json(None) == Incident()


# --- how far it reaches ---


def test_a_repair_is_about_the_mentors_concerned_and_what_others_do_meanwhile_does_not_spoil_it(
    db: None, now: dt.datetime
) -> None:
    staffed = published_campaign(now, mentors=3, families=2)
    visit = standing(staffed)[0]
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    assert plan.problem is not None
    assert [person["id"] for person in plan.problem["visitors"]] == [str(visit.mentor_id)]
    assert len(plan.problem["visits"]) == 2
    elsewhere = next(other for other in standing(staffed) if other.mentor_id != visit.mentor_id)
    open_visit(visit=elsewhere, by=None, now=staffed.now)
    say_yes(staffed, plan)
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED


def test_the_evenings_of_a_mentor_who_comes_along_are_lost_with_a_visit(db: None, now: dt.datetime) -> None:
    staffed = published_campaign(now, mentors=2, families=1)
    visit = next(visit for visit in standing(staffed) if visit.mentor == staffed.mentors[0])
    visit.second = staffed.mentors[1]
    day = local_day(visit.starts_at)  # type: ignore[arg-type]
    incident = Incident(kind=IncidentKind.SICK, mentor=staffed.mentors[1].pk, first=day, last=day)
    assert incident.lost_among([visit], staffed.now) == {visit.pk}
