"""The pages on which a coordinator takes a repair back, sees what that means, or why it cannot be."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mentors.dates import local_day
from mentors.models import Role, School, User
from planning.actions.undoing import take_back
from planning.models import Plan, RepairTrace
from planning.problem.incidents import IncidentKind
from planning.queries.obstacles import ObstacleKind
from planning.words.obstacles import obstacle_text
from tests import factories
from tests.pages import LogIn, here, links_on, messages_on, page
from tests.planning.repairing import agree, deliver, moments, published_campaign, repaired, say_yes
from tests.visits.staffed import StaffedCampaign
from visits.actions.moments import mark_met
from visits.models import Visit

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return published_campaign(now, school=school)


def first_of(staffed: StaffedCampaign) -> Visit:
    visit = staffed.campaign.visits.exclude(starts_at=None).order_by("starts_at").first()
    assert visit is not None and visit.starts_at is not None
    return visit


def done(staffed: StaffedCampaign) -> Plan:
    """An evening that was given back; its first family had agreed."""
    visit = first_of(staffed)
    assert visit.starts_at
    agree(visit)
    days = (local_day(visit.starts_at),)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=days)
    say_yes(staffed, plan)
    return plan


def test_a_repair_is_taken_back_from_its_own_page(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    visit, before = first_of(staffed), moments(staffed)
    plan = done(staffed)
    undo, repair = (here(name, staffed.school, plan=plan.pk) for name in ("repair_undo", "repair"))
    assert undo in links_on(page(client, repair))
    undoing = client.get(undo).context["undoing"]
    assert visit in [row.line.visit for row in undoing.lines if row.is_agreed]
    assert moments(staffed) != before
    after = client.post(undo, follow=True)
    assert moments(staffed) == before
    assert (after.context["trace"].taken_back_at, after.context["trace"].taken_back_by) == (staffed.now, coordinator)
    text = after.content.decode()
    assert coordinator.name in text and undo not in links_on(text)
    start = client.get(here("repair_start", staffed.school, campaign=staffed.campaign.pk))
    assert [line["plan"] for line in start.context["done"]] == [plan]
    assert repair in links_on(start.content.decode())


def test_the_page_says_who_hears_of_it_and_who_is_asked_anew(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = done(staffed)
    deliver(staffed, minutes=11)
    undoing = client.get(here("repair_undo", staffed.school, plan=plan.pk)).context["undoing"]
    assert undoing.told == len(undoing.lines) > 0 and undoing.silent == 0
    assert not any(row.is_agreed for row in undoing.lines)
    assert any(row.is_told and row.line.outcome.was_confirmed for row in undoing.lines)


def test_what_stands_in_the_way_is_said_and_the_button_is_gone(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = done(staffed)
    mark_met(visit=Visit.objects.get(pk=first_of(staffed).pk), by=None, now=staffed.now)
    trace = RepairTrace.objects.get()
    touched = Visit.objects.get(pk=next(int(key) for key in trace.before["visits"]))
    mark_met(visit=touched, by=None, now=staffed.now)
    undo, repair = (here(name, staffed.school, plan=plan.pk) for name in ("repair_undo", "repair"))
    changed = [obstacle_text(ObstacleKind.CHANGED, 1)]
    shown = client.get(repair)
    assert shown.context["obstacles"] == changed
    assert undo not in links_on(shown.content.decode())
    assert client.get(undo)["Location"] == repair
    before = moments(staffed)
    assert messages_on(client.post(undo, follow=True)) == changed and moments(staffed) == before


def test_pressing_twice_takes_back_once(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    plan = done(staffed)
    take_back(plan=plan, by=coordinator, now=staffed.now)
    before = moments(staffed)
    again = client.post(here("repair_undo", staffed.school, plan=plan.pk), follow=True)
    assert messages_on(again) == [obstacle_text(ObstacleKind.TAKEN_BACK, 1)] and moments(staffed) == before


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_only_the_schools_own_coordinator_takes_a_repair_back(
    staffed: StaffedCampaign, client: Client, log_in: LogIn, role: Role
) -> None:
    plan = done(staffed)
    undo = here("repair_undo", staffed.school, plan=plan.pk)
    log_in(staffed.school, role)
    assert (client.get(undo).status_code, client.post(undo).status_code) == (403, 403)
    elsewhere = factories.make_school()
    log_in(elsewhere, Role.COORDINATOR)
    assert client.post(undo).status_code == 404
    assert client.post(here("repair_undo", elsewhere, plan=plan.pk)).status_code == 404
    assert RepairTrace.objects.get().taken_back_at is None


def test_the_page_asks_no_more_of_many_families_than_of_one(
    school: School, client: Client, coordinator: User, now: dt.datetime
) -> None:
    counts = []
    for families in (1, 6):
        staffed = published_campaign(now, school=school, families=families)
        plan = done(staffed)
        with CaptureQueriesContext(connection) as queries:
            page(client, here("repair_undo", school, plan=plan.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]
