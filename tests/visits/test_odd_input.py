"""Numbers, days and clocks that nobody types: a page says what is wrong, or is not there; it never breaks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from mentors.models import Role, School
from planning.draft.stored import read_draft_of
from planning.models import Plan, PlanState
from tests.addresses import view_name
from tests.pages import LogIn
from tests.planning.repairing import published_campaign
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign

pytestmark = pytest.mark.usefixtures("today")
HUGE = "9" * 5000  # Python refuses to read more than 4300 digits
BIG = "9" * 30  # no column holds it


@pytest.fixture
def staffed(school: School, now: dt.datetime, log_in: LogIn) -> StaffedCampaign:
    log_in(school, Role.COORDINATOR)
    return make_staffed_campaign(now, school=school, mentors=2, families=3)


@pytest.fixture
def running(school: School, now: dt.datetime, log_in: LogIn) -> StaffedCampaign:
    log_in(school, Role.COORDINATOR)
    return published_campaign(now, school=school)


def here(name: str, staffed: StaffedCampaign, **kwargs: object) -> str:
    return reverse(view_name(name), kwargs={"school": staffed.school.slug, **kwargs})


@pytest.mark.parametrize("number", [HUGE, BIG])
def test_a_revision_that_cannot_be_publishes_nothing(client: Client, staffed: StaffedCampaign, number: str) -> None:
    plan = staffed.draft()
    client.post(here("plan_publish", staffed, plan=plan.pk), {"revision": number})
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_a_publishing_that_does_not_say_what_was_looked_at_publishes_nothing(
    client: Client, staffed: StaffedCampaign
) -> None:
    plan = staffed.draft()
    client.post(here("plan_publish", staffed, plan=plan.pk))
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


@pytest.mark.parametrize("number", [HUGE, BIG])
def test_a_comparison_for_a_mentor_that_cannot_be_is_shown_without_one(
    client: Client, staffed: StaffedCampaign, number: str
) -> None:
    plans = [staffed.draft().pk, staffed.draft().pk]
    url = here("plans_compare", staffed, campaign=staffed.campaign.pk)
    assert client.get(url, {"plan": plans, "mentor": number}).status_code == 200


@pytest.mark.parametrize("number", [HUGE, BIG])
def test_a_change_about_a_mentor_that_cannot_be_is_not_there(
    client: Client, running: StaffedCampaign, number: str
) -> None:
    url = here("repair_new", running, campaign=running.campaign.pk, what="mentor-afwezig")
    assert client.get(url, {"mentor": number}).status_code == 404


@pytest.mark.parametrize("first", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("rest", [{"is_unknown": "on"}, {"last": "9999-12-31"}])
def test_a_mentor_who_is_away_at_the_end_of_time_is_refused(
    client: Client, running: StaffedCampaign, first: str, rest: dict[str, str]
) -> None:
    url = here("repair_new", running, campaign=running.campaign.pk, what="mentor-afwezig")
    url += f"?mentor={running.mentors[0].pk}"
    response = client.post(url, {"first": first, "who": "own", **rest})
    assert response.status_code in (302, 422)


@pytest.mark.parametrize("revision", [HUGE, BIG, "-1", "x"])
def test_a_move_at_a_revision_that_cannot_be_changes_nothing(
    client: Client, staffed: StaffedCampaign, revision: str
) -> None:
    plan = staffed.draft()
    visit = read_draft_of(plan).routes[0].stops[0].visits[0]
    for name in ("board_move", "board_pin"):
        for headers in ({}, {"X-Board": "1"}):
            response = client.post(
                here(name, staffed, plan=plan.pk, visit=visit), {"revision": revision}, headers=headers
            )
            assert response.status_code in (200, 302, 409)
    assert Plan.objects.get(pk=plan.pk).revision == 0


@pytest.mark.parametrize("start", ["00:00", "23:59", ""])
@pytest.mark.parametrize("evening", ["1 0001-01-01", "x 9999-12-31", "{mentor} 9999-12-31", "{mentor} {day}"])
def test_a_move_to_an_evening_or_a_time_that_cannot_be_changes_nothing(
    client: Client, staffed: StaffedCampaign, evening: str, start: str
) -> None:
    plan = staffed.draft()
    route = read_draft_of(plan).routes[0]
    visit = route.stops[0].visits[0]
    where = evening.format(mentor=route.visitor, day=route.on)
    for position in ("", "0", "20"):
        fields = {"revision": "0", "evening": where, "start": start or "03:00", "position": position}
        for headers in ({}, {"X-Board": "1"}):
            response = client.post(here("board_move", staffed, plan=plan.pk, visit=visit), fields, headers=headers)
            assert response.status_code in (200, 302)
    assert Plan.objects.get(pk=plan.pk).revision == 0


@pytest.mark.parametrize("value", [HUGE, BIG, "x", "-1", "²"])
def test_a_board_asked_for_nonsense_shows_what_it_can(client: Client, staffed: StaffedCampaign, value: str) -> None:
    plan = staffed.draft()
    asked = {"week": value, "mentor": value, "klas": value, "dag": value, "sinds": value, "avond": value}
    assert client.get(here("board", staffed, plan=plan.pk), asked).status_code == 200
    assert client.get(here("board_news", staffed, plan=plan.pk), asked).status_code in (200, 404)
    assert (
        client.get(here("board_evening", staffed, plan=plan.pk, mentor=staffed.mentors[0].pk), asked).status_code == 404
    )
