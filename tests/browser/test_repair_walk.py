"""Repair in a real browser: a worker that runs, what it means, the yes, and the telephone list of tonight."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mentors.dates import local_day, moment_at
from mentors.models import Role
from planning.actions.runs import run_waiting_plans
from planning.models import Plan, PlanKind, PlanState
from tests import factories
from tests.browser.conftest import DESK, PHONE, Visitor, Working
from tests.planning.repairing import agree, published_campaign
from tests.visits.staffed import StaffedCampaign
from visits.models import CampaignState, Visit, VisitState

PASSWORD = "een-lang-genoeg-wachtwoord"
LONG = "Van der Westerlaken-Oosterhuizen tot Nieuwenhoven en Zevenaar"
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)
Come = Callable[..., Visitor]


@pytest.fixture
def staffed(several_connections: None, monkeypatch: pytest.MonkeyPatch) -> StaffedCampaign:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    school = factories.make_school(slug="herstelschool", name="De Herstelschool")
    user = factories.make_user(school, Role.COORDINATOR, email="coordinator@example.org")
    user.set_password(PASSWORD)
    user.save()
    staffed = published_campaign(NOW, school=school, mentors=3, families=5)
    first = staffed.campaign.visits.order_by("pk")[0]
    first.household.name = LONG
    first.household.save()
    for number, guardian in enumerate(guardians_of(staffed)):
        guardian.phone = f"088 000 00 {number:02d}"
        guardian.save()
    return staffed


def guardians_of(staffed: StaffedCampaign) -> list[Any]:
    visits = staffed.campaign.visits.select_related("household").prefetch_related("household__guardians")
    return [guardian for visit in visits for guardian in visit.household.guardians.all()]


@pytest.fixture
def worker(staffed: StaffedCampaign, working: Working) -> None:
    """A worker that looks for jobs of this campaign."""
    working(staffed.tell_now)


def place(visit: Visit, *, on: dt.date, minutes: int) -> None:
    starts = moment_at(on, minutes)
    Visit.objects.filter(pk=visit.pk).update(starts_at=starts, ends_at=starts + dt.timedelta(minutes=45))


def test_what_happened_what_it_means_and_the_yes(visitor: Come, staffed: StaffedCampaign, worker: None) -> None:
    ill, today = staffed.mentors[0], local_day(NOW)
    tonight = staffed.campaign.visits.filter(mentor=ill).order_by("-starts_at")[0]
    place(tonight, on=today, minutes=19 * 60)
    tonight.refresh_from_db()
    agree(tonight)
    desk = visitor(DESK)
    desk.log_in("coordinator@example.org", PASSWORD)
    desk.go(f"/school/herstelschool/bezoeken/rondes/{staffed.campaign.pk}/")
    desk.look("repair-01-campaign")
    desk.page.get_by_role("link", name="Er is iets veranderd").click()
    expect(desk.page.get_by_role("heading", name="Wat is er gebeurd?")).to_be_visible()
    desk.look("repair-02-start")
    desk.page.get_by_role("link", name="Een mentor is er niet").click()
    desk.look("repair-03-which-mentor")
    desk.page.get_by_label("Om welke mentor gaat het?").select_option(label=ill.name)
    desk.page.get_by_role("button", name="Ga verder").click()
    desk.page.get_by_role("button", name="Bekijk wat dit betekent").click()
    expect(desk.page.get_by_role("alert")).to_be_visible()
    desk.look("repair-04-refused")
    assert [wrong for wrong in desk.wrongs if "422" not in wrong] == []
    desk.wrongs.clear()
    desk.page.get_by_label("Nog niet bekend tot wanneer").check()
    desk.page.get_by_role("button", name="Bekijk wat dit betekent").click()
    expect(desk.page.get_by_role("button", name="Zo doen we het")).to_be_visible(timeout=10_000)
    expect(desk.page.get_by_role("heading", name=re.compile("^Bel "))).to_be_visible()
    desk.look("repair-05-what-it-means")
    tonight.refresh_from_db()
    assert tonight.starts_at == moment_at(today, 19 * 60)
    desk.page.get_by_role("button", name="Zo doen we het").click()
    expect(desk.page.get_by_text("Gedaan op")).to_be_visible()
    desk.look("repair-06-done")
    tonight.refresh_from_db()
    assert tonight.state == VisitState.PLANNED and tonight.starts_at
    assert local_day(tonight.starts_at) > today
    desk.page.get_by_role("link", name="Draai dit terug").click()
    expect(desk.page.get_by_role("heading", name="Terugdraaien: wat betekent dat?")).to_be_visible()
    desk.look("repair-07-undo")
    address = desk.page.url.removeprefix(desk.origin)
    phone = visitor(PHONE)
    phone.log_in("coordinator@example.org", PASSWORD)
    phone.go(address)
    phone.look("repair-07-undo-phone")
    phone.page.get_by_role("button", name="Draai terug").click()
    expect(phone.page.get_by_text("Teruggedraaid op")).to_be_visible()
    phone.look("repair-08-undone-phone")
    tonight.refresh_from_db()
    assert (tonight.state, tonight.starts_at) == (VisitState.CONFIRMED, moment_at(today, 19 * 60))
    desk.page.get_by_role("button", name="Draai terug").click()
    expect(desk.page.get_by_text("al teruggedraaid")).to_be_visible()
    desk.look("repair-08-undone-twice")
    desk.page.get_by_role("link", name="Er is iets veranderd").first.click()
    expect(desk.page.get_by_role("heading", name="Wat is opgelost")).to_be_visible()
    desk.look("repair-09-solved")


def test_on_a_phone_a_family_cancels_and_somebody_thinks_better_of_it(
    visitor: Come, staffed: StaffedCampaign, worker: None
) -> None:
    visit = staffed.campaign.visits.order_by("pk")[0]
    before = visit.starts_at
    phone = visitor(PHONE)
    phone.log_in("coordinator@example.org", PASSWORD)
    phone.go(f"/school/herstelschool/bezoeken/{visit.pk}/")
    phone.look("repair-10-visit")
    phone.page.get_by_role("link", name="Gaat niet door: zoek een ander moment").click()
    expect(phone.page.get_by_label("Welk gezin?")).to_have_value(str(visit.pk))
    phone.look("repair-11-cancellation")
    phone.page.get_by_role("button", name="Bekijk wat dit betekent").click()
    expect(phone.page.get_by_role("button", name="Zo doen we het")).to_be_visible(timeout=10_000)
    phone.look("repair-12-what-it-means")
    phone.page.get_by_role("button", name="Toch niet").click()
    expect(phone.page.get_by_text("Er is niets veranderd")).to_be_visible()
    phone.look("repair-13-start")
    visit.refresh_from_db()
    assert visit.starts_at == before
    assert Plan.objects.get(kind=PlanKind.REPAIR).state == PlanState.DISCARDED


def test_a_mentor_who_is_away_has_visits_in_another_round_too(
    visitor: Come, staffed: StaffedCampaign, worker: None
) -> None:
    ill, day = staffed.mentors[0], dt.date(2026, 10, 6)
    elsewhere = factories.make_campaign(staffed.school, name="Bezoekronde leerjaar 2", state=CampaignState.PUBLISHED)
    pupil = factories.make_student(staffed.classes[0])
    factories.make_visit(elsewhere, pupil, ill, starts_at=moment_at(day, 20 * 60 + 30))
    for size, name in ((PHONE, "phone"), (DESK, "desk")):
        who = visitor(size)
        who.log_in("coordinator@example.org", PASSWORD)
        home = f"/school/herstelschool/bezoeken/rondes/{staffed.campaign.pk}/veranderd/"
        who.go(home + f"mentor-afwezig/?mentor={ill.pk}&van=2026-10-06&tot=2026-10-08")
        who.page.get_by_role("button", name="Bekijk wat dit betekent").click()
        expect(who.page.get_by_text("ook 1 thuisbezoek in Bezoekronde leerjaar 2")).to_be_visible(timeout=10_000)
        who.look(f"repair-14-{name}-two-rounds")
        who.page.get_by_role("link", name="Los het daar ook op").click()
        expect(who.page.get_by_label("Vanaf")).to_have_value("2026-10-06")
        expect(who.page.get_by_label(re.compile("^Tot en met"))).to_have_value("2026-10-08")
        who.look(f"repair-15-{name}-other-round")


def test_other_changes_and_states_are_looked_at(visitor: Come, staffed: StaffedCampaign) -> None:
    home = f"/school/herstelschool/bezoeken/rondes/{staffed.campaign.pk}/veranderd/"
    mentor = f"?mentor={staffed.mentors[0].pk}"
    for size, name in ((PHONE, "phone"), (DESK, "desk")):
        who = visitor(size)
        who.log_in("coordinator@example.org", PASSWORD)
        for what in ("mentor-afwezig", "avond-terug", "avond-erbij", "vrije-dag", "zonder-moment", "gaat-niet-door"):
            who.go(home + what + "/" + mentor)
            who.look(f"repair-20-{name}-{what}")
    who.go(home + "vrije-dag/")
    who.page.get_by_label("Naam").fill("Studiedag")
    for label in ("Eerste dag", "Laatste dag"):
        who.page.get_by_label(label).fill("2026-10-06")
    with who.page.expect_navigation():
        who.page.get_by_role("button", name="Bekijk wat dit betekent").click()
    who.look("repair-21-at-work")  # no worker runs
    run_waiting_plans(now=staffed.tell_now)
    expect(who.page.get_by_role("button", name="Zo doen we het")).to_be_visible()
    Visit.objects.filter(state=VisitState.PLANNED).update(version=7)
    who.page.get_by_role("button", name="Zo doen we het").click()
    expect(who.page.get_by_role("button", name="Maak het opnieuw")).to_be_visible()
    who.look("repair-22-changed-meanwhile")
    who.page.get_by_role("button", name="Maak het opnieuw").click()
    run_waiting_plans(now=staffed.tell_now)
    expect(who.page.get_by_role("button", name="Zo doen we het")).to_be_visible()
    who.look("repair-23-anew")
    with who.page.expect_navigation():
        who.page.get_by_role("link", name="Pas aan op het bord").click()
    who.look("repair-24-board")
