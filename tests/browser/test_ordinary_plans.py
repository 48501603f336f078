"""Plans of ordinary schools in a real browser: a primary school, and a mentor who takes a colleague along each time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mentors.models import Role, School
from planning.models import Plan, PlanState
from tests import factories
from tests.browser.conftest import DESK, PHONE, Come, Visitor, Working
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign
from visits.actions.cohorts import join_cohort
from visits.models import Campaign, Commitment, DayPart, Shift, SiblingChoice, Visit

PASSWORD = "een-lang-genoeg-wachtwoord"
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)
MONDAYS = [dt.date(2026, 9, 28), dt.date(2026, 10, 5), dt.date(2026, 10, 12)]
AFTERNOONS = [monday + dt.timedelta(days=day) for monday in MONDAYS for day in (0, 1, 3)]
GROUPS, CHILDREN, HOMES_OF_MANY = 8, 12, 14


@pytest.fixture
def ordinary_school(several_connections: None, monkeypatch: pytest.MonkeyPatch) -> School:
    """A school with a coordinator."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    school = factories.make_school(slug="gewone-school", name="De Gewone School")
    user = factories.make_user(school, Role.COORDINATOR, email="coordinator@example.org")
    user.set_password(PASSWORD)
    user.save()
    return school


def primary(school: School) -> StaffedCampaign:
    """Eight groups on afternoons of half an hour a visit; of fourteen homes two, three or four children come."""
    staffed = make_staffed_campaign(NOW, school=school, mentors=GROUPS, families=CHILDREN, evenings=AFTERNOONS)
    for number in range(HOMES_OF_MANY):
        home = factories.make_household(school, name=f"Van der Meer-{number}")
        for child in range(2 + number % 3):
            factories.make_student(staffed.classes[(number * 3 + child) % GROUPS], home)
    hours = {"leave_from": dt.time(15, 30), "visits_until": dt.time(18, 30), "back_by": dt.time(19)}
    Shift.objects.filter(campaign=staffed.campaign).update(**hours)
    rules = {"visit_minutes": 30, "day_part": DayPart.ANY, "siblings": SiblingChoice.TOGETHER}
    Campaign.objects.filter(pk=staffed.campaign.pk).update(**rules)
    staffed.campaign.refresh_from_db()
    join_cohort(campaign=staffed.campaign, by=None, now=NOW)
    return staffed


def ask_for_a_plan(there: Visitor, staffed: StaffedCampaign) -> Plan:
    there.go(f"/school/gewone-school/bezoeken/rondes/{staffed.campaign.pk}/plannen/")
    there.page.get_by_role("button", name="Maak een plan").click()
    there.page.wait_for_url(re.compile(r"/plannen/\d+/$"))
    return Plan.objects.get()


@pytest.mark.long
def test_a_primary_school_of_eight_groups_sees_its_plan_grow_and_takes_it(
    visitor: Come, ordinary_school: School, working: Working
) -> None:
    staffed = primary(ordinary_school)
    visits = Visit.objects.filter(campaign=staffed.campaign).count()
    there = visitor(DESK)
    there.log_in("coordinator@example.org", PASSWORD)
    plan = ask_for_a_plan(there, staffed)
    working(staffed.tell_now)
    expect(there.page.get_by_text("Het beste plan tot nu toe")).to_be_visible(timeout=45_000)
    expect(there.page.get_by_text(re.compile(rf"^\d+ van {visits}$"))).to_be_visible()
    there.look("ordinary-01-progress")
    there.page.get_by_role("button", name="Zo is het goed genoeg").click()
    expect(there.page.get_by_text("Gezinnen met een moment")).to_be_visible(timeout=45_000)
    there.look("ordinary-02-plan")
    plan.refresh_from_db()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    phone = visitor(PHONE)
    phone.log_in("coordinator@example.org", PASSWORD)
    phone.go(f"/school/gewone-school/bezoeken/plannen/{plan.pk}/")
    phone.look("ordinary-03-plan-phone")
    phone.go(f"/school/gewone-school/bezoeken/plannen/{plan.pk}/bord/")
    phone.look("ordinary-04-board-phone")
    there.go(f"/school/gewone-school/bezoeken/plannen/{plan.pk}/bord/")
    there.look("ordinary-05-board")


@pytest.mark.long
def test_a_mentor_who_takes_one_colleague_along_everywhere_gets_a_plan_and_reads_who_is_short(
    visitor: Come, ordinary_school: School, working: Working
) -> None:
    staffed = make_staffed_campaign(NOW, school=ordinary_school, mentors=3, families=8, evenings=AFTERNOONS[:3])
    first, _second, colleague = staffed.mentors
    Commitment.objects.create(campaign=staffed.campaign, mentor=first).companions.set([colleague])
    there = visitor(DESK)
    there.log_in("coordinator@example.org", PASSWORD)
    there.go(f"/school/gewone-school/bezoeken/rondes/{staffed.campaign.pk}/inzet/")
    expect(there.page.get_by_text(f"neemt mee: {colleague.name}")).to_be_visible()
    there.look("ordinary-06-commitments")
    plan = ask_for_a_plan(there, staffed)
    working(staffed.tell_now)
    skip = there.page.get_by_role("button", name="Sla dit over")  # what would help those without a moment
    expect(skip).to_be_visible(timeout=120_000)
    there.look("ordinary-07-helping")
    skip.click()
    said = f"{colleague.name} heeft 8 gezinnen, gaat mee naar 8 gezinnen en heeft 9 plekken: 7 gezinnen krijgen"
    expect(there.page.get_by_text(said)).to_be_visible(timeout=45_000)
    there.look("ordinary-08-shortage")
    plan.refresh_from_db()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    there.go(f"/school/gewone-school/bezoeken/plannen/{plan.pk}/bord/")
    expect(there.page.get_by_text(f"neemt {colleague.name} mee")).to_be_visible()
    there.look("ordinary-09-board")
