"""Every page that puts a planning job in the queue wakes a worker, and one that is refused wakes nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mentors.models import Role, School, User
from planning.actions.jobs import request_plan
from planning.models import Plan, PlanFailure, PlanKind, PlanState
from tests.planning.repairing import published_campaign
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign
from visits.actions.bookings import open_booking
from visits.models import Booking, Visit

Woken = Callable[[Callable[[], Any]], list[str]]
TASK = "planning.tasks.run_waiting_plan_jobs"
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def coordinator(school: School, log_in: Callable[..., User]) -> User:
    return log_in(school, Role.COORDINATOR)


def here(name: str, staffed: StaffedCampaign, **kwargs: Any) -> str:
    return reverse(f"planning:{name}", kwargs={"school": staffed.school.slug, **kwargs})


def waiting() -> list[str]:
    """The kinds of the jobs that wait for a worker."""
    return list(Plan.objects.filter(state=PlanState.QUEUED).values_list("kind", flat=True))


def test_asking_for_a_plan_wakes_a_worker_once(school: School, now: dt.datetime, client: Client, woken: Woken) -> None:
    staffed = make_staffed_campaign(now, school=school)
    url = here("plan_request", staffed, campaign=staffed.campaign.pk)
    assert woken(lambda: client.post(url, {"seconds": "20"})) == [TASK]
    assert waiting() == [PlanKind.WHOLE]
    assert woken(lambda: client.post(url, {"seconds": "20"})) == []


def test_giving_the_rest_a_moment_wakes_a_worker(
    school: School, now: dt.datetime, client: Client, woken: Woken
) -> None:
    staffed = make_staffed_campaign(now, school=school)
    staffed.campaign.booking = Booking.FREE
    staffed.campaign.save()
    url = here("campaign_booking_rest", staffed, campaign=staffed.campaign.pk)
    assert woken(lambda: client.post(url)) == []
    open_booking(campaign=staffed.campaign, by=None, now=now)
    assert woken(lambda: client.post(url)) == [TASK]
    assert waiting() == [PlanKind.WHOLE]


def test_completing_a_draft_wakes_a_worker(school: School, now: dt.datetime, client: Client, woken: Woken) -> None:
    staffed = make_staffed_campaign(now, school=school)
    plan = staffed.draft()
    url = here("board_complete", staffed, plan=plan.pk)
    assert woken(lambda: client.post(url, {"revision": "7"})) == []
    assert woken(lambda: client.post(url, {"revision": str(plan.revision)})) == [TASK]
    assert waiting() == [PlanKind.COMPLETION]


def test_asking_for_a_repair_wakes_a_worker_and_so_does_asking_anew(
    school: School, now: dt.datetime, client: Client, woken: Woken
) -> None:
    staffed = published_campaign(now, school=school)
    visit = Visit.objects.exclude(starts_at=None).order_by("starts_at")[0]
    url = here("repair_new", staffed, campaign=staffed.campaign.pk, what="gaat-niet-door")
    filled = {"visit": str(visit.pk), "again": "yes"}
    assert woken(lambda: client.post(url, filled)) == [TASK]
    assert waiting() == [PlanKind.REPAIR]
    assert woken(lambda: client.post(url, filled)) == []
    repair = Plan.objects.get(state=PlanState.QUEUED)
    Plan.objects.filter(pk=repair.pk).update(state=PlanState.FAILED, failure=PlanFailure.UNEXPECTED)
    assert woken(lambda: client.post(here("repair_again", staffed, plan=repair.pk))) == [TASK]
    assert waiting() == [PlanKind.REPAIR]


def test_an_action_wakes_nobody_by_itself(school: School, now: dt.datetime, woken: Woken) -> None:
    staffed = make_staffed_campaign(now, school=school)
    assert woken(lambda: request_plan(campaign=staffed.campaign, seconds=20, by=None, now=now)) == []
