"""Publishing: moments and invitations, all or nothing, and never over a family that agreed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from mentors.dates import local_day, moment_at
from mentors.models import Closure, Event
from planning.actions.jobs import PlanNotDiscardable, discard_plan
from planning.actions.publishing import publish_plan
from planning.draft.blockers import BlockerCode
from planning.draft.stored import read_draft_of
from planning.models import Plan, PlanState
from tests import factories
from tests.visits.staffed import EVENINGS, StaffedCampaign, keep_draft, make_staffed_campaign, not_published
from visits.models import (
    Availability,
    Campaign,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    Route,
    Shift,
    Visit,
    VisitState,
)


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now)


def publish(plan: Plan, staffed: StaffedCampaign) -> int:
    return publish_plan(plan=plan, by=None, now=staffed.now)


def moments(staffed: StaffedCampaign) -> dict[int, dt.datetime | None]:
    return dict(staffed.campaign.visits.values_list("pk", "starts_at"))


def agree(staffed: StaffedCampaign, visit: Visit) -> None:
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED)


def test_publishing_proposes_every_moment_and_invites_every_family(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    assert publish(plan, staffed) == 4
    visits = staffed.campaign.visits.all()
    assert {visit.state for visit in visits} == {VisitState.PLANNED}
    assert all(visit.route and visit.route.mentor == visit.mentor for visit in visits)
    assert Invitation.objects.count() == 4
    assert Message.objects.filter(kind=MessageKind.INVITATION).count() == 4
    plan.refresh_from_db()
    staffed.campaign.refresh_from_db()
    assert (plan.state, plan.published_at) == (PlanState.PUBLISHED, staffed.now)
    assert (staffed.campaign.state, staffed.campaign.published_at) == (CampaignState.PUBLISHED, staffed.now)
    assert Event.objects.get(verb="plan.published").facts == {"routes": Route.objects.count(), "visits": 4}


def test_a_route_holds_the_evening_from_departure_to_return(staffed: StaffedCampaign) -> None:
    publish(staffed.draft(), staffed)
    for route in Route.objects.prefetch_related("visits"):
        visits = list(route.visits.all())
        assert route.on in EVENINGS
        assert route.leaves_at < visits[0].starts_at and route.back_at > visits[-1].ends_at  # type: ignore[operator]
        assert {local_day(visit.starts_at) for visit in visits if visit.starts_at} == {route.on}
        assert route.is_estimate and route.travel_minutes > 0 and route.travel_metres > 0


def test_a_draft_is_published_once(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    publish(plan, staffed)
    with not_published(BlockerCode.ALREADY_PUBLISHED):
        publish(plan, staffed)
    assert Invitation.objects.count() == 4


def test_a_published_plan_is_not_thrown_away(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    publish(plan, staffed)
    with pytest.raises(PlanNotDiscardable):
        discard_plan(plan=plan, by=None, now=staffed.now)


@pytest.mark.parametrize("state", [PlanState.QUEUED, PlanState.RUNNING, PlanState.FAILED, PlanState.DISCARDED])
def test_only_a_draft_that_is_ready_can_be_published(staffed: StaffedCampaign, state: PlanState) -> None:
    plan = staffed.draft()
    Plan.objects.update(state=state)
    with not_published(BlockerCode.NOT_READY):
        publish(plan, staffed)


def _declined(staffed: StaffedCampaign) -> None:
    Visit.objects.filter(pk=staffed.campaign.visits.all()[0].pk).update(state=VisitState.DECLINED)


def _moved(staffed: StaffedCampaign) -> None:
    Visit.objects.filter(pk=staffed.campaign.visits.all()[0].pk).update(version=2)


def _handed_over(staffed: StaffedCampaign) -> None:
    other = factories.make_mentor(staffed.school)
    Visit.objects.filter(pk=staffed.campaign.visits.all()[0].pk).update(mentor=other)


def _evening_taken_back(staffed: StaffedCampaign) -> None:
    Shift.objects.all().delete()


def _leaves_later(staffed: StaffedCampaign) -> None:
    Shift.objects.update(leave_from=dt.time(20, 0))


def _day_off(staffed: StaffedCampaign) -> None:
    year = staffed.campaign.school_year
    Closure.objects.create(school_year=year, name="Staking", starts_on=EVENINGS[0], ends_on=EVENINGS[-1])


def _closed(staffed: StaffedCampaign) -> None:
    Campaign.objects.update(state=CampaignState.CLOSED)


def _weeks_pass(staffed: StaffedCampaign) -> None:
    staffed.change_now(lambda now: now + dt.timedelta(days=30))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_declined, BlockerCode.CHANGED_VISITS),
        (_moved, BlockerCode.CHANGED_VISITS),
        (_handed_over, BlockerCode.CHANGED_VISITS),
        (_evening_taken_back, BlockerCode.CHANGED_EVENING),
        (_leaves_later, BlockerCode.CHANGED_EVENING),
        (_day_off, BlockerCode.CLOSED_DAY),
        (_closed, BlockerCode.CAMPAIGN_CLOSED),
        (_weeks_pass, BlockerCode.PAST_EVENING),
    ],
)
def test_a_draft_that_is_out_of_date_is_refused_with_the_reason(
    staffed: StaffedCampaign, change: Any, code: BlockerCode
) -> None:
    plan = staffed.draft()
    change(staffed)
    with not_published(code):
        publish(plan, staffed)
    assert not Invitation.objects.exists()
    assert not Route.objects.exists()
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_a_mentor_who_turns_out_to_be_busy_leaves_everything_as_it_was(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    other = factories.make_campaign(staffed.school, year_groups=[4])
    pupil = factories.make_student(factories.make_class(staffed.school, staffed.mentors[0], year_group=4))
    route = read_draft_of(plan).routes[-1]
    factories.make_visit(other, pupil, starts_at=moment_at(route.on, route.stops[-1].start))
    with not_published(BlockerCode.BUSY_MENTOR):
        publish(plan, staffed)
    assert set(staffed.campaign.visits.values_list("state", flat=True)) == {VisitState.OPEN}
    assert not Invitation.objects.exists() and not Route.objects.exists()


def test_a_second_plan_moves_nobody_who_agreed(staffed: StaffedCampaign) -> None:
    publish(staffed.draft(), staffed)
    agreed = staffed.campaign.visits.order_by("starts_at")[0]
    agree(staffed, agreed)
    before = moments(staffed)
    late = factories.make_student(staffed.classes[0])
    factories.make_visit(staffed.campaign, late)
    Shift.objects.filter(on=EVENINGS[-1]).delete()
    factories.make_shift(staffed.campaign, staffed.mentors[0], dt.date(2026, 10, 15))
    assert publish(staffed.draft(), staffed) == 5
    after = moments(staffed)
    assert after[agreed.pk] == before[agreed.pk]
    assert Visit.objects.get(pk=agreed.pk).state == VisitState.CONFIRMED
    assert Invitation.objects.count() == 5


def test_a_family_that_agrees_with_a_moment_that_stays_does_not_spoil_the_draft(staffed: StaffedCampaign) -> None:
    publish(staffed.draft(), staffed)
    factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    plan = staffed.draft()
    placed = read_draft_of(plan).appointments
    stays = next(visit for visit in staffed.campaign.visits.filter(state=VisitState.PLANNED) if str(visit.pk) in placed)
    agree(staffed, stays)
    before = moments(staffed)[stays.pk]
    publish(plan, staffed)
    assert moments(staffed)[stays.pk] == before
    assert Visit.objects.get(pk=stays.pk).state == VisitState.CONFIRMED


def test_proposed_visits_can_change_places(staffed: StaffedCampaign) -> None:
    publish(staffed.draft(), staffed)
    first, second = staffed.campaign.visits.order_by("starts_at")[:2]
    plan = staffed.draft()
    swap = {str(first.pk): str(second.pk), str(second.pk): str(first.pk)}
    keep_draft(
        plan,
        routes=tuple(
            replace(
                route,
                stops=tuple(
                    replace(stop, visits=tuple(swap.get(visit, visit) for visit in stop.visits)) for stop in route.stops
                ),
            )
            for route in read_draft_of(plan).routes
        ),
    )
    before = moments(staffed)
    publish(plan, staffed)
    after = moments(staffed)
    assert (after[first.pk], after[second.pk]) == (before[second.pk], before[first.pk])
    assert Message.objects.filter(kind=MessageKind.MOVED).count() == 2


def test_a_family_that_loses_its_moment_waits_again_and_hears_it(staffed: StaffedCampaign) -> None:
    publish(staffed.draft(), staffed)
    visit = staffed.campaign.visits.order_by("starts_at")[0]
    for weekday in range(7):
        Availability.objects.create(
            household=visit.household,
            campaign=staffed.campaign,
            weekday=weekday,
            from_time=dt.time(0, 0),
            until_time=dt.time(23, 59),
            is_wish=False,
        )
    publish(staffed.draft(), staffed)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.OPEN, None)
    assert Message.objects.filter(kind=MessageKind.CANCELLED).count() == 1


def test_an_evening_that_became_empty_is_no_route_any_more(staffed: StaffedCampaign) -> None:
    publish(staffed.draft(), staffed)
    used = Route.objects.order_by("on")[0]
    Shift.objects.filter(on=used.on).delete()
    factories.make_shift(staffed.campaign, staffed.mentors[0], dt.date(2026, 10, 15))
    publish(staffed.draft(), staffed)
    assert not Route.objects.filter(on=used.on).exists()
    assert not Route.objects.filter(visits=None).exists()


def test_times_around_the_end_of_summer_time_are_as_the_clock_says(now: dt.datetime, db: None) -> None:
    days = [dt.date(2026, 10, 22), dt.date(2026, 10, 27)]
    staffed = make_staffed_campaign(now, evenings=days, families=2)
    Closure.objects.all().delete()
    staffed.campaign.ends_on = dt.date(2026, 11, 13)
    staffed.campaign.max_stops = 1
    staffed.campaign.save()
    publish(staffed.draft(), staffed)
    hours = {
        route.on: [visit.starts_at.hour for visit in route.visits.all() if visit.starts_at]
        for route in Route.objects.all()
    }
    local = {day: [hour + (2 if day < dt.date(2026, 10, 25) else 1) for hour in found] for day, found in hours.items()}
    assert set(local) == set(days)
    assert all(16 <= hour <= 20 for found in local.values() for hour in found)
    for visit in staffed.campaign.visits.all():
        assert visit.starts_at and visit.ends_at
        assert visit.ends_at - visit.starts_at == dt.timedelta(minutes=45)
