"""A moment that may still move is never a contradiction, whatever it is: a plan is made all the same."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from mentors.dates import moment_at
from mentors.models import Closure, Role
from planning.models import PlanState
from planning.problem.build import build_planning
from tests import factories
from tests.pages import LogIn, here
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Campaign, Visit, VisitState

pytestmark = [pytest.mark.usefixtures("today"), pytest.mark.django_db]


@pytest.fixture
def staffed(now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, families=3)


def propose(staffed: StaffedCampaign, *moments: tuple[dt.date, int]) -> list[Visit]:
    """Proposals at these moments (minutes after midnight), as the school may have made them by hand."""
    visits = list(staffed.campaign.visits.order_by("pk"))
    for visit, (on, minutes) in zip(visits, moments, strict=False):
        at = moment_at(on, minutes)
        moment = {"state": VisitState.PLANNED, "starts_at": at, "ends_at": at + dt.timedelta(minutes=45)}
        Visit.objects.filter(pk=visit.pk).update(**moment)
    return visits


SIX = 18 * 60


@pytest.mark.parametrize(
    "moments",
    [
        [(EVENINGS[0], 17 * 60 + 3)],  # off the five minutes
        [(EVENINGS[0], SIX), (EVENINGS[0], SIX + 46), (EVENINGS[0], SIX + 92)],  # no time to go from one to another
        [(EVENINGS[0], 8 * 60)],  # before the mentor's hours
        [(EVENINGS[0], 22 * 60)],  # after them
        [(dt.date(2026, 10, 7), SIX)],  # on a day that the mentor does not give
        [(dt.date(2026, 10, 20), SIX)],  # in the holiday, after the round
        [(dt.date(2026, 9, 23), SIX)],  # tomorrow, too soon to be planned
        [(EVENINGS[0], 23 * 60 + 30)],  # past midnight
    ],
)
def test_a_plan_is_made_around_any_proposal(staffed: StaffedCampaign, moments: list[tuple[dt.date, int]]) -> None:
    propose(staffed, *moments)
    plan = staffed.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    assert plan.cost is not None and plan.bound is not None and plan.bound <= plan.cost


def test_a_time_that_a_coordinator_typed_is_moved_to_one_that_can_be_planned(
    staffed: StaffedCampaign, client: Client, log_in: LogIn
) -> None:
    log_in(staffed.school, Role.COORDINATOR)
    visit = staffed.campaign.visits.order_by("pk")[0]
    values = {"version": visit.version, "moment": "own", "on": EVENINGS[0].isoformat(), "at": "17:03"}
    client.post(here("visit_reschedule", staffed.school, visit=visit.pk), values)
    visit.refresh_from_db()
    assert visit.starts_at == moment_at(EVENINGS[0], 17 * 60 + 3)
    assert build_planning(staffed.campaign, staffed.now).problem["current"][str(visit.pk)]["start"] == "17:03"
    plan = staffed.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")


def test_more_slack_than_was_left_between_two_proposals_is_no_contradiction(staffed: StaffedCampaign) -> None:
    propose(staffed, (EVENINGS[0], SIX), (EVENINGS[0], SIX + 50))
    Campaign.objects.update(slack_minutes=15)
    staffed.campaign.refresh_from_db()
    plan = staffed.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")


def test_more_slack_than_was_left_between_two_agreed_visits_leaves_that_evening_as_it_is(
    staffed: StaffedCampaign,
) -> None:
    visits = propose(staffed, (EVENINGS[0], SIX), (EVENINGS[0], SIX + 55))
    Visit.objects.filter(pk__in=[visit.pk for visit in visits[:2]]).update(state=VisitState.CONFIRMED)
    Campaign.objects.update(slack_minutes=15)
    staffed.campaign.refresh_from_db()
    plan = staffed.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    assert {each["id"] for each in (plan.problem or {})["visits"]} == {str(visits[2].pk)}


def test_a_proposal_on_a_day_that_closed_since_is_planned_anew(staffed: StaffedCampaign) -> None:
    visit = propose(staffed, (EVENINGS[0], SIX))[0]
    year = staffed.campaign.school_year
    Closure.objects.create(school_year=year, name="Studiedag", starts_on=EVENINGS[0], ends_on=EVENINGS[0])
    plan = staffed.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    assert str(visit.pk) in {each["id"] for each in (plan.problem or {})["visits"]}


def test_a_proposal_to_a_home_of_which_another_child_waits_is_no_contradiction(staffed: StaffedCampaign) -> None:
    visits = propose(staffed, (EVENINGS[0], SIX))
    colleague = factories.make_mentor(staffed.school)
    factories.make_shift(staffed.campaign, colleague, EVENINGS[0])
    pupil = factories.make_student(factories.make_class(staffed.school, colleague), visits[0].household)
    factories.make_visit(staffed.campaign, pupil, colleague)
    plan = staffed.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    assert len((plan.problem or {})["apart"]) == 1
