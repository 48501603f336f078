"""A school's year in a real browser: roster in, plan, invitations, answers, reminders, log, pack, dashboard.

The clock that the application reads is moved on between the seasons of the year; everything else is real: the
pages, the files, the database, the street network, the planner and the mails.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from playwright.sync_api import expect

from mentors.models import Mentor, Role, School
from notes.models import Headline, VisitReport
from planning.actions.runs import run_waiting_plans
from roads.actions import build_network
from roads.queries import find_address
from students.models import Student
from tests import factories
from tests.browser.conftest import AMSTERDAM, DESK, PHONE, Come, SettableNow, Visitor
from thuisbezoek.demo.families import DemoAddress, edexml, guardians_csv, make_pupils
from thuisbezoek.demo.town import make_town
from thuisbezoek.demo.town_extract import write_extract
from thuisbezoek.demo.town_shapes import Town
from visits.actions.outbox import send_due_messages
from visits.actions.reminders import queue_reminders
from visits.actions.shifts import ShiftHours, give_weekdays
from visits.models import Answer, Campaign, Invitation, Message, MessageKind, MessageState, Visit, VisitState

PASSWORD = "een-lang-genoeg-wachtwoord"


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Path]]:
    """A made-up town and its street network, built from its own extract."""
    made = make_town(seed=7)
    folder = tmp_path_factory.mktemp("town")
    write_extract(made, folder / "town.osm.pbf")
    root = folder / "roads"
    build_network(source=folder / "town.osm.pbf", root=root, now=dt.datetime(2026, 8, 1, tzinfo=dt.UTC))
    yield made, root


@pytest.fixture
def streets(town: tuple[Town, Path], settings: Any) -> Town:
    settings.ROADS_DIR = town[1]
    return town[0]


@pytest.fixture
def year_school(several_connections: None, settable_now: SettableNow, streets: Town) -> School:
    """A school on the map with a coordinator and a director, and nothing else."""
    found = find_address(streets.school.postcode, streets.school.number)
    assert found
    school = factories.make_school(
        slug="jaarschool", name="De Jaarschool", latitude=found.place.lat, longitude=found.place.lon
    )
    for role in (Role.COORDINATOR, Role.DIRECTOR):
        user = factories.make_user(school, role, email=f"{role}@example.org")
        user.set_password(PASSWORD)
        user.save()
    return school


def roster_files(town: Town) -> list[dict[str, Any]]:
    """EDEXML and a Dutch CSV, as a browser offers them."""
    addresses = [DemoAddress(a.street, a.number, a.suffix, a.postcode, town.name) for a in town.addresses]
    pupils = make_pupils(addresses, rng=random.Random(3), first_day=dt.date(2026, 8, 31))
    xml = edexml(pupils, school_year="2026-2027", brin="99ZZ")
    return [
        {"name": "leerlingen.xml", "mimeType": "text/xml", "buffer": xml},
        {"name": "ouders.csv", "mimeType": "text/csv", "buffer": guardians_csv(pupils)},
    ]


def test_a_school_walks_through_its_year(
    visitor: Come, year_school: School, streets: Town, settable_now: SettableNow, live_server: Any
) -> None:
    settings.SITE_URL = live_server.url
    desk = visitor(DESK)
    desk.log_in("coordinator@example.org", PASSWORD)
    read_the_roster(desk, streets)
    mentor = settle_mentors(year_school)
    campaign = open_the_campaign(desk)
    phone = visitor(PHONE)
    give_evenings(phone, mentor, campaign, settable_now)
    make_and_publish_the_plan(desk, campaign, settable_now)
    visit = families_answer(visitor, campaign, mentor, settable_now)
    reminders_go_out(campaign, settable_now)
    log_the_evening(phone, visit, settable_now)
    look_back(visitor, desk, visit)


def read_the_roster(desk: Visitor, town: Town) -> None:
    page = desk.page
    desk.look("year-01-worklist-first")
    desk.go("/school/jaarschool/leerlingen/invoer/")
    page.set_input_files("input[type=file]", roster_files(town))
    desk.look("year-02-import")
    page.get_by_role("button", name="Bekijk wat er verandert").click()
    page.wait_for_url(re.compile(r"/invoer/\d+/$"))
    expect(page.get_by_text("Er is nog niets ingevoerd")).to_be_visible()
    assert Student.objects.count() == 0
    desk.look("year-03-preview")
    page.get_by_role("button", name="Invoeren", exact=True).click()
    page.wait_for_url(re.compile(r"/klaar/$"))
    assert Student.objects.count() == 168
    desk.look("year-04-imported")
    desk.go("/school/jaarschool/leerlingen/")
    desk.look("year-05-roster")


def settle_mentors(school: School) -> Mentor:
    """The mentors of the roster get their accounts; the page for it has a test of its own."""
    for number, mentor in enumerate(Mentor.objects.filter(school=school).order_by("external_key")):
        user = factories.make_user(None, email=mentor.email or f"m{number}@example.org", name=mentor.name)
        user.set_password(PASSWORD)
        user.save()
        factories.give_role(user, Role.MENTOR, school)
        Mentor.objects.filter(pk=mentor.pk).update(user=user)
    found = Mentor.objects.filter(school=school).order_by("external_key").last()
    assert found
    return found


def open_the_campaign(desk: Visitor) -> Campaign:
    page = desk.page
    desk.go("/school/jaarschool/bezoeken/rondes/nieuw/")
    desk.look("year-06-campaign-new")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/rondes/\d+/$"))
    campaign = Campaign.objects.get()
    assert (campaign.starts_on, campaign.ends_on) == (dt.date(2026, 9, 14), dt.date(2026, 10, 16))
    assert campaign.visits.count() > 168
    desk.look("year-07-campaign")
    return campaign


def give_evenings(phone: Visitor, mentor: Mentor, campaign: Campaign, settable_now: SettableNow) -> None:
    """One mentor on a phone; the others likewise, without the walk."""
    page = phone.page
    assert mentor.user
    phone.log_in(mentor.user.email, PASSWORD)
    phone.look("year-08-mentor-home")
    phone.go("/school/jaarschool/bezoeken/mijn-avonden/")
    for day in ("dinsdag", "donderdag"):
        page.get_by_label(day, exact=True).check()
    page.get_by_role("button", name="Zet deze avonden erbij").click()
    expect(page.get_by_text("genoeg voor")).to_be_visible()
    phone.look("year-09-my-shifts")
    assert mentor.shifts.count() == 10
    for other in Mentor.objects.filter(school=campaign.school).exclude(pk=mentor.pk):
        give_weekdays(
            campaign=campaign, mentor=other, weekdays=(0, 2), hours=ShiftHours(), by=other.user, now=settable_now()
        )


def make_and_publish_the_plan(desk: Visitor, campaign: Campaign, settable_now: SettableNow) -> None:
    page = desk.page
    desk.go(f"/school/jaarschool/bezoeken/rondes/{campaign.pk}/plannen/")
    page.get_by_role("button", name="Maak een plan").click()
    page.wait_for_url(re.compile(r"/plannen/\d+/$"))
    desk.look("year-10-plan-waits")
    run_waiting_plans(now=settable_now)
    page.reload()
    expect(page.get_by_text("Bewezen best mogelijke plan")).to_be_visible()
    desk.look("year-11-draft")
    assert not Visit.objects.filter(state=VisitState.PLANNED).exists()
    page.get_by_role("link", name="Publiceren").click()
    expect(page.get_by_text("krijgen een uitnodiging per mail")).to_be_visible()
    desk.look("year-11-what-it-means")
    page.get_by_role("button", name="Publiceer en nodig uit").click()
    page.wait_for_load_state()
    assert Visit.objects.filter(state=VisitState.PLANNED).count() > 150
    desk.look("year-12-published")


def families_answer(visitor: Come, campaign: Campaign, mentor: Mentor, settable_now: SettableNow) -> Visit:
    """One family agrees and picks topics, one wants another moment, one would rather not."""
    settable_now.set(2026, 9, 1, 10)
    send_due_messages(now=settable_now(), seconds=120)
    planned = list(Visit.objects.filter(mentor=mentor, state=VisitState.PLANNED).order_by("starts_at")[:3])
    agrees, moves, declines = planned
    family = visitor(PHONE, java_script_enabled=False)
    open_link(family, agrees)
    family.look("year-13-family")
    assert "/gezin/" in family.page.url and len(family.page.url.rstrip("/").rsplit("/", 1)[1]) < 20
    family.page.get_by_role("button", name="Dat is goed").click()
    expect(family.page.get_by_role("heading", name="De afspraak staat")).to_be_visible()
    family.page.get_by_role("link", name="Onderwerpen kiezen").click()
    family.page.get_by_label("Leren en huiswerk thuis").check()
    family.look("year-14-family-topics")
    family.page.locator("main form button.btn-primary").click()
    other = visitor(PHONE)
    open_link(other, moves)
    other.page.get_by_role("link", name="Liever anders").click()
    other.look("year-15-family-other")
    other.go(other.page.url.removeprefix(other.origin).replace("/anders/", "/moment/"))
    other.page.locator("input[type=radio]").first.check()
    other.look("year-16-family-moment")
    other.page.locator("main form button.btn-primary").click()
    expect(other.page.get_by_role("heading", name="De afspraak staat")).to_be_visible()
    open_link(third := visitor(PHONE), declines)
    third.go(third.page.url.removeprefix(third.origin) + "liever-niet/")
    third.look("year-17-family-decline")
    third.page.locator("main form button[type=submit]").first.click()
    expect(third.page.get_by_role("heading", name="Liever geen gesprek")).to_be_visible()
    states = {visit.pk: Visit.objects.get(pk=visit.pk).state for visit in planned}
    assert states == {agrees.pk: "confirmed", moves.pk: "confirmed", declines.pk: "declined"}
    return Visit.objects.get(pk=agrees.pk)


def open_link(family: Visitor, visit: Visit) -> None:
    """The link in the mail to this household."""
    household = visit.household
    to = set(household.guardians.filter(is_invited=True).exclude(email="").values_list("email", flat=True))
    names = [student.first_name for student in visit.students.all()]
    for letter in mail.outbox:
        link = re.search(r"/gezin/[\w-]{43}/", str(letter.body))
        if set(letter.to) & to and link and names[0] in str(letter.body):
            family.go(link[0])
            return
    raise AssertionError(f"no mail with a link to visit {visit.pk}")


def reminders_go_out(campaign: Campaign, settable_now: SettableNow) -> None:
    """A week later one friendly second invitation to who has not answered, and to nobody else."""
    settable_now.set(2026, 9, 8, 10)
    queue_reminders(now=settable_now())
    send_due_messages(now=settable_now(), seconds=120)
    second = Message.objects.filter(kind=MessageKind.SECOND_INVITATION, state=MessageState.SENT)
    reminded = set(second.values_list("invitation", flat=True))
    silent = Invitation.objects.filter(visit__campaign=campaign, answer=Answer.NONE, messages__state=MessageState.SENT)
    assert reminded == set(silent.values_list("pk", flat=True)) != set()
    count = len(mail.outbox)
    queue_reminders(now=settable_now())
    send_due_messages(now=settable_now(), seconds=120)
    assert len(mail.outbox) == count


def log_the_evening(phone: Visitor, visit: Visit, settable_now: SettableNow) -> None:
    """The card before, and the log after."""
    page = phone.page
    assert visit.starts_at
    evening = visit.starts_at.astimezone(AMSTERDAM)
    settable_now.set(evening.year, evening.month, evening.day, 13)
    phone.go("/school/jaarschool/verslagen/")
    if "inloggen" in page.url:
        phone.log_in(str(visit.mentor and visit.mentor.user and visit.mentor.user.email), PASSWORD)
        phone.go("/school/jaarschool/verslagen/")
    phone.look("year-18-evening")
    phone.go(f"/school/jaarschool/verslagen/bezoek/{visit.pk}/kaart/")
    expect(page.get_by_text("Leren en huiswerk thuis").first).to_be_visible()
    phone.look("year-19-card")
    settable_now.set(evening.year, evening.month, evening.day, 21, 30)
    phone.go(f"/school/jaarschool/verslagen/bezoek/{visit.pk}/verslag/")
    phone.look("year-20-log-empty")
    page.locator("input[name=outcome][value=home]").check()
    page.locator("input[name=as_planned]").check()
    page.locator("input[name=present][value=pupil]").check()
    page.locator("input[name=going_well]").fill("Fietst met plezier naar school.")
    page.locator("input[name=headline]").fill("Is goed geland in de klas")
    page.locator("input[name=good_news]").check()
    phone.look("year-21-log-filled")
    page.get_by_role("button", name="Klaar", exact=True).click()
    page.wait_for_url(re.compile(r"/verslagen/$"))
    report = VisitReport.objects.get(visit=visit)
    assert report.finished_at and report.going_well == "Fietst met plezier naar school."
    assert Headline.objects.get(visit=visit).text == "Is goed geland in de klas"
    assert Visit.objects.get(pk=visit.pk).state == VisitState.MET
    phone.look("year-22-log-done")


def look_back(visitor: Come, desk: Visitor, visit: Visit) -> None:
    """The team's pack and the director's picture; the text of the report stands in neither."""
    director = visitor(DESK)
    director.log_in("director@example.org", PASSWORD)
    director.look("year-23-dashboard")
    expect(director.page.get_by_text("gesproken").first).to_be_visible()
    director.go("/school/jaarschool/voortgang/teamoverleg/")
    director.look("year-24-packs")
    school_class = visit.students.get().school_class
    assert school_class
    director.go(f"/school/jaarschool/voortgang/teamoverleg/{school_class.pk}/")
    expect(director.page.get_by_text("Is goed geland in de klas")).to_be_visible()
    assert "Fietst met plezier" not in director.page.content()
    director.look("year-25-pack")
    pdf = director.page.request.get(
        director.origin + f"/school/jaarschool/voortgang/teamoverleg/{school_class.pk}/klas.pdf"
    )
    assert pdf.ok and pdf.body().startswith(b"%PDF")
    # Two weeks later the coordinator's session has ended, as it should.
    desk.go("/school/jaarschool/voortgang/werklijst/")
    expect(desk.page.get_by_role("heading", name="Inloggen")).to_be_visible()
    desk.log_in("coordinator@example.org", PASSWORD)
    expect(desk.page.get_by_text("nog niet geantwoord")).to_be_visible()
    desk.look("year-26-worklist")
