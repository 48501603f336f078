"""From the first upload to the first plan of a year, in which no family has said anything yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mentors.models import Mentor, Role, School
from planning.actions.runs import run_waiting_plans
from planning.models import Plan, PlanState
from students.models import Household, RosterImport, SchoolClass, Student
from students.roster.cleaning import year_of
from tests import factories
from tests.pages import LogIn, here
from tests.students.roster_files import table
from visits.actions.shifts import ShiftHours, give_weekdays
from visits.models import Campaign, VisitState

pytestmark = [pytest.mark.usefixtures("today"), pytest.mark.django_db]
ROW = "{n};Kind{n};;Achter{n};21-06-2014;{name};Dorpsstraat;{n};;8261 AB;Kampen;Ouder {n};ouder{n}@example.org;;ja"


def upload(client: Client, school: School, *names: str) -> None:
    """Six pupils of each class, through the pages."""
    rows = [ROW.format(n=6 * nth + pupil + 1, name=name) for nth, name in enumerate(names) for pupil in range(6)]
    file = SimpleUploadedFile("lijst.csv", table(*rows))
    client.post(f"/school/{school.slug}/leerlingen/invoer/", {"roster_files": [file]})
    client.post(f"/school/{school.slug}/leerlingen/invoer/{RosterImport.objects.get().pk}/invoeren/")
    assert Student.objects.count() == len(rows)
    for number, home in enumerate(Household.objects.order_by("pk")):  # as the map of the town would say
        home.latitude, home.longitude = 52.55 + number / 900, 5.90 + (number % 5) / 900
        home.save()


def open_campaign(client: Client, school: School) -> Campaign:
    """The form as it comes, sent back as it is."""
    page = client.get(here("campaign_open", school))
    form = page.context["form"]
    values: dict[str, Any] = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in values.items()}
    answer = client.post(here("campaign_open", school), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    return Campaign.objects.get()


def test_a_class_called_havo_1a_goes_from_import_to_plan(
    school: School, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    log_in(school, Role.COORDINATOR)
    upload(client, school, "HAVO1A", "VWO1B")
    assert dict(SchoolClass.objects.values_list("name", "year_group")) == {"HAVO1A": 1, "VWO1B": 1}
    for school_class in SchoolClass.objects.all():
        mentor = factories.make_mentor(school)
        page = f"/school/{school.slug}/leerlingen/klassen/{school_class.pk}/"
        client.post(page, {"mentors": [mentor.pk], "year_group": "1"})
    campaign = open_campaign(client, school)
    assert campaign.visits.count() == 12
    for mentor in Mentor.objects.all():
        give_weekdays(campaign=campaign, mentor=mentor, weekdays=(1, 3), hours=ShiftHours(), by=None, now=now)
    client.post(here("plan_request", school, campaign=campaign.pk), {"seconds": "20"})
    assert run_waiting_plans(now=lambda: now) == 1
    plan = Plan.objects.get()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    page = client.get(here("plan", school, plan=plan.pk))
    assert (page.context["draft"].totals.placed, page.context["draft"].totals.without_moment) == (12, 0)
    assert all(stop.start.hour * 60 + stop.start.minute >= 18 * 60 + 30 for stop in _stops(page.context["draft"]))
    client.post(here("plan_publish", school, plan=plan.pk), {"revision": plan.revision})
    assert campaign.visits.filter(state=VisitState.PLANNED).count() == 12


def _stops(draft: Any) -> list[Any]:
    return [stop for route in draft.routes for stop in route.stops]


def test_a_class_of_which_the_name_says_no_year_is_named_and_gets_one_by_hand(
    school: School, client: Client, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    upload(client, school, "Wereldklas")
    page = client.get(here("campaign_open", school)).content.decode()
    assert "Eerst het leerjaar van de klassen" in page
    (school_class,) = SchoolClass.objects.all()
    address = f"/school/{school.slug}/leerlingen/klassen/{school_class.pk}/"
    assert client.post(address, {"year_group": "9"}).status_code == 422
    client.post(address, {"year_group": "2", "mentors": [factories.make_mentor(school).pk]})
    school_class.refresh_from_db()
    assert school_class.year_group == 2
    factories.make_class(school, name="Nog een", year_group=None)
    page = client.get(here("campaign_open", school)).content.decode()
    assert "Klas Nog een heeft nog geen leerjaar en doet dus niet mee." in page
    assert open_campaign(client, school).visits.count() == 6


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("1c", 1),
        ("h1b", 1),
        ("B1A", 1),
        ("HAVO1A", 1),
        ("havo 3b", 3),
        ("HAVO/VWO 1c", 1),
        ("vmbo-t 2a", 2),
        ("Atheneum4", 4),
        ("gymnasium 6", 6),
        ("Brugklas 1D", 1),
        ("TL-2", 2),
        ("groep 7", 7),
        ("Gr 8", 8),
        ("Wereldklas", None),
        ("Lokaal 3", None),
        ("havo 12", None),
        ("2026-a", None),
        ("groep 9", None),
    ],
)
def test_the_year_in_the_name_of_a_class(name: str, year: int | None) -> None:
    assert year_of(name) == year
