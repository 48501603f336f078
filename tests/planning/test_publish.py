"""Publishing: moments and invitations, all or nothing, and never over a family that agreed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from mentors.dates import local_day, moment_at
from mentors.models import Closure, Event
from planning.actions.jobs import discard_plan
from planning.actions.publishing import publish_plan
from planning.models import Plan, PlanState
from tests import factories
from tests.visits.seasons import EVENINGS, Season, make_season, not_published
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
def season(db: None, now: dt.datetime) -> Season:
    return make_season(now)


def publish(plan: Plan, season: Season) -> int:
    return publish_plan(plan=plan, by=None, now=season.now)


def moments(season: Season) -> dict[int, dt.datetime | None]:
    return dict(season.campaign.visits.values_list("pk", "starts_at"))


def agree(season: Season, visit: Visit) -> None:
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED)


def test_publishing_proposes_every_moment_and_invites_every_family(season: Season) -> None:
    plan = season.draft()
    assert publish(plan, season) == 4
    visits = season.campaign.visits.all()
    assert {visit.state for visit in visits} == {VisitState.PLANNED}
    assert all(visit.route and visit.route.mentor == visit.mentor for visit in visits)
    assert Invitation.objects.count() == 4
    assert Message.objects.filter(kind=MessageKind.INVITATION).count() == 4
    plan.refresh_from_db()
    season.campaign.refresh_from_db()
    assert (plan.state, plan.published_at) == (PlanState.PUBLISHED, season.now)
    assert (season.campaign.state, season.campaign.published_at) == (CampaignState.PUBLISHED, season.now)
    assert Event.objects.get(verb="plan.published").facts == {"routes": Route.objects.count(), "visits": 4}


def test_a_route_holds_the_evening_from_departure_to_return(season: Season) -> None:
    publish(season.draft(), season)
    for route in Route.objects.prefetch_related("visits"):
        visits = list(route.visits.all())
        assert route.on in EVENINGS
        assert route.leaves_at < visits[0].starts_at and route.back_at > visits[-1].ends_at  # type: ignore[operator]
        assert {local_day(visit.starts_at) for visit in visits if visit.starts_at} == {route.on}
        assert route.is_estimate and route.travel_minutes > 0 and route.travel_metres > 0


def test_a_draft_is_published_once(season: Season) -> None:
    plan = season.draft()
    publish(plan, season)
    with not_published("al gepubliceerd"):
        publish(plan, season)
    assert Invitation.objects.count() == 4


def test_a_published_plan_is_not_thrown_away(season: Season) -> None:
    plan = season.draft()
    publish(plan, season)
    with pytest.raises(Exception, match="niet worden weggegooid"):
        discard_plan(plan=plan, by=None, now=season.now)


@pytest.mark.parametrize("state", [PlanState.QUEUED, PlanState.RUNNING, PlanState.FAILED, PlanState.DISCARDED])
def test_only_a_draft_that_is_ready_can_be_published(season: Season, state: PlanState) -> None:
    plan = season.draft()
    Plan.objects.update(state=state)
    with not_published("niet klaar"):
        publish(plan, season)


def _declined(season: Season) -> None:
    Visit.objects.filter(pk=season.campaign.visits.all()[0].pk).update(state=VisitState.DECLINED)


def _moved(season: Season) -> None:
    Visit.objects.filter(pk=season.campaign.visits.all()[0].pk).update(version=2)


def _handed_over(season: Season) -> None:
    other = factories.make_mentor(season.school)
    Visit.objects.filter(pk=season.campaign.visits.all()[0].pk).update(mentor=other)


def _evening_taken_back(season: Season) -> None:
    Shift.objects.all().delete()


def _leaves_later(season: Season) -> None:
    Shift.objects.update(leave_from=dt.time(20, 0))


def _day_off(season: Season) -> None:
    year = season.campaign.school_year
    Closure.objects.create(school_year=year, name="Staking", starts_on=EVENINGS[0], ends_on=EVENINGS[-1])


def _closed(season: Season) -> None:
    Campaign.objects.update(state=CampaignState.CLOSED)


def _weeks_pass(season: Season) -> None:
    season.change_moment(lambda now: now + dt.timedelta(days=30))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_declined, "1 thuisbezoek veranderd"),
        (_moved, "1 thuisbezoek veranderd"),
        (_handed_over, "1 thuisbezoek veranderd"),
        (_evening_taken_back, "intussen veranderd"),
        (_leaves_later, "intussen veranderd"),
        (_day_off, "niemand op school"),
        (_closed, "afgesloten"),
        (_weeks_pass, "al voorbij"),
    ],
)
def test_a_draft_that_is_out_of_date_is_refused_in_plain_words(season: Season, change: Any, words: str) -> None:
    plan = season.draft()
    change(season)
    with not_published(words):
        publish(plan, season)
    assert not Invitation.objects.exists()
    assert not Route.objects.exists()
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_a_mentor_who_turns_out_to_be_busy_leaves_everything_as_it_was(season: Season) -> None:
    plan = season.draft()
    other = factories.make_campaign(season.school, year_groups=[4])
    pupil = factories.make_student(factories.make_class(season.school, season.mentors[0], year_group=4))
    stop = plan.result["routes"][-1]["stops"][-1]
    hours, minutes = stop["start"].split(":")
    on = dt.date.fromisoformat(plan.result["routes"][-1]["date"])
    factories.make_visit(other, pupil, starts_at=moment_at(on, int(hours) * 60 + int(minutes)))
    with not_published("al iets anders"):
        publish(plan, season)
    assert set(season.campaign.visits.values_list("state", flat=True)) == {VisitState.OPEN}
    assert not Invitation.objects.exists() and not Route.objects.exists()


def test_a_second_plan_moves_nobody_who_agreed(season: Season) -> None:
    publish(season.draft(), season)
    agreed = season.campaign.visits.order_by("starts_at")[0]
    agree(season, agreed)
    before = moments(season)
    late = factories.make_student(season.classes[0])
    factories.make_visit(season.campaign, late)
    Shift.objects.filter(on=EVENINGS[-1]).delete()
    factories.make_shift(season.campaign, season.mentors[0], dt.date(2026, 10, 15))
    assert publish(season.draft(), season) == 5
    after = moments(season)
    assert after[agreed.pk] == before[agreed.pk]
    assert Visit.objects.get(pk=agreed.pk).state == VisitState.CONFIRMED
    assert Invitation.objects.count() == 5


def test_a_family_that_agrees_with_a_moment_that_stays_does_not_spoil_the_draft(season: Season) -> None:
    publish(season.draft(), season)
    factories.make_visit(season.campaign, factories.make_student(season.classes[0]))
    plan = season.draft()
    stays = next(
        visit
        for visit in season.campaign.visits.filter(state=VisitState.PLANNED)
        if any(
            str(visit.pk) in stop["visits"] and moment_at(dt.date.fromisoformat(route["date"]), 0).date()
            for route in plan.result["routes"]
            for stop in route["stops"]
        )
    )
    agree(season, stays)
    before = moments(season)[stays.pk]
    publish(plan, season)
    assert moments(season)[stays.pk] == before
    assert Visit.objects.get(pk=stays.pk).state == VisitState.CONFIRMED


def test_proposed_visits_can_change_places(season: Season) -> None:
    publish(season.draft(), season)
    first, second = season.campaign.visits.order_by("starts_at")[:2]
    plan = season.draft()
    result = plan.result
    swap = {str(first.pk): str(second.pk), str(second.pk): str(first.pk)}
    for route in result["routes"]:
        for stop in route["stops"]:
            stop["visits"] = [swap.get(visit, visit) for visit in stop["visits"]]
    Plan.objects.filter(pk=plan.pk).update(result=result)
    before = moments(season)
    publish(plan, season)
    after = moments(season)
    assert (after[first.pk], after[second.pk]) == (before[second.pk], before[first.pk])
    assert Message.objects.filter(kind=MessageKind.MOVED).count() == 2


def test_a_family_that_loses_its_moment_waits_again_and_hears_it(season: Season) -> None:
    publish(season.draft(), season)
    visit = season.campaign.visits.order_by("starts_at")[0]
    for weekday in range(7):
        Availability.objects.create(
            household=visit.household,
            campaign=season.campaign,
            weekday=weekday,
            from_time=dt.time(0, 0),
            until_time=dt.time(23, 59),
            is_wish=False,
        )
    publish(season.draft(), season)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.OPEN, None)
    assert Message.objects.filter(kind=MessageKind.CANCELLED).count() == 1


def test_an_evening_that_became_empty_is_no_route_any_more(season: Season) -> None:
    publish(season.draft(), season)
    used = Route.objects.order_by("on")[0]
    Shift.objects.filter(on=used.on).delete()
    factories.make_shift(season.campaign, season.mentors[0], dt.date(2026, 10, 15))
    publish(season.draft(), season)
    assert not Route.objects.filter(on=used.on).exists()
    assert not Route.objects.filter(visits=None).exists()


def test_times_around_the_end_of_summer_time_are_as_the_clock_says(now: dt.datetime, db: None) -> None:
    days = [dt.date(2026, 10, 22), dt.date(2026, 10, 27)]
    season = make_season(now, evenings=days, families=2)
    Closure.objects.all().delete()
    season.campaign.ends_on = dt.date(2026, 11, 13)
    season.campaign.max_stops = 1
    season.campaign.save()
    publish(season.draft(), season)
    hours = {
        route.on: [visit.starts_at.hour for visit in route.visits.all() if visit.starts_at]
        for route in Route.objects.all()
    }
    local = {day: [hour + (2 if day < dt.date(2026, 10, 25) else 1) for hour in found] for day, found in hours.items()}
    assert set(local) == set(days)
    assert all(16 <= hour <= 20 for found in local.values() for hour in found)
    for visit in season.campaign.visits.all():
        assert visit.starts_at and visit.ends_at
        assert visit.ends_at - visit.starts_at == dt.timedelta(minutes=45)
