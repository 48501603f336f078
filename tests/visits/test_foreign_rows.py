"""Rows that a coordinator names in a form or after the question mark are looked for in the own school, too.

Each case is tried with rows of the own school first, and does something there; then with those of another one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Mentor, Role
from planning.models import Plan
from planning.problem.incidents import IncidentKind
from students.models import Household, SchoolClass
from tests import factories, worlds
from visits.actions.commitments import OtherSchool, set_company
from visits.models import Campaign, Visit

pytestmark = pytest.mark.django_db
CANARY = "KANARIE"
EVENING = "2026-10-06"  # given by the mentor of each world
Fields = dict[str, Any]


@dataclass
class Scene:
    """A school: its world, and a second mentor at work there."""

    world: worlds.World
    second: Mentor

    @property
    def mentor(self) -> Mentor:
        return self.world.mentor

    @property
    def visit(self) -> Visit:
        """Tonight's."""
        return self.world.visit

    @property
    def waiting(self) -> Visit:
        """A visit without a moment."""
        visit: Visit = self.world.rows["planning:plan_why:visit"]
        return visit

    @property
    def drafts(self) -> list[int]:
        return list(
            Plan.objects.filter(campaign=self.world.campaign, result__isnull=False).values_list("pk", flat=True)
        )


@dataclass
class Case:
    """A page of `mine`, and what is filled in there with rows of a school."""

    name: str
    page: str
    kwargs: Callable[[Scene], Fields]
    posted: Callable[[Scene], Fields] | None = None  # None: a GET
    asked: Callable[[Scene], Fields] = field(default=lambda scene: {})
    own: Callable[[Scene], Fields] = field(default=lambda scene: {})  # always of the own school

    def send(self, client: Client, mine: Scene, theirs: Scene) -> tuple[Any, list[str]]:
        """The answer, and what was written besides the session."""
        address = reverse(self.page, kwargs={"school": mine.world.school.slug} | self.kwargs(mine))
        address = f"{address}?{urlencode(self.asked(theirs) | self.own(mine), doseq=True)}"
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(address, self.posted(theirs)) if self.posted else client.get(address)
        verbs = ("INSERT", "UPDATE", "DELETE")
        statements = [query["sql"] for query in queries.captured_queries]
        return answer, [sql for sql in statements if sql.startswith(verbs) and "django_session" not in sql]


def repair(what: str) -> Callable[[Scene], Fields]:
    return lambda scene: {"campaign": scene.world.campaign.pk, "what": what}


def of_visit(scene: Scene) -> Fields:
    return {"visit": scene.visit.pk}


def of_campaign(scene: Scene) -> Fields:
    return {"campaign": scene.world.campaign.pk}


def of_draft(scene: Scene) -> Fields:
    return {"plan": scene.world.rows["planning:plan:plan"].pk}


def holiday(scene: Scene) -> Fields:
    closure = scene.world.rows["closure"].pk
    return {"closure": closure, "name": "Herfst", "first": "2026-10-08", "last": "2026-10-09", "is_holiday": "on"}


CASES = [
    Case(
        "the visit that does not go on",
        "planning:repair_new",
        repair("gaat-niet-door"),
        lambda scene: {"visit": scene.visit.pk, "again": "yes"},
    ),
    Case(
        "the colleagues who take over",
        "planning:repair_new",
        repair("mentor-afwezig"),
        lambda scene: {"first": EVENING, "last": EVENING, "who": "others", "others": [scene.second.pk]},
        own=lambda scene: {"mentor": scene.mentor.pk},
    ),
    Case(
        "the mentor who is away",
        "planning:repair_new",
        repair("mentor-afwezig"),
        lambda scene: {"first": EVENING, "last": EVENING, "who": "own"},
        asked=lambda scene: {"mentor": scene.mentor.pk},
    ),
    Case("the days off that move", "planning:repair_new", repair("vrije-dag"), holiday),
    Case("who comes along once", "visits:visit_company", of_visit, lambda scene: {"companions": [scene.second.pk]}),
    Case(
        "who always comes along",
        "visits:campaign_commitment",
        lambda scene: {"campaign": scene.world.campaign.pk, "mentor": scene.mentor.pk},
        lambda scene: {"companions": [scene.second.pk]},
    ),
    Case(
        "an evening on the board",
        "planning:board_move",
        lambda scene: of_draft(scene) | {"visit": scene.waiting.pk},
        lambda scene: {"revision": 0, "evening": f"{scene.mentor.pk} {EVENING}", "reason": "Het kan zo."},
    ),
    Case(
        "a letter that was given",
        "visits:letters",
        of_campaign,
        lambda scene: {"given": [scene.visit.invitations.get().pk]},
    ),
]
LOOKS = [
    Case("drafts to compare", "planning:plans_compare", of_campaign, asked=lambda scene: {"plan": scene.drafts}),
    Case(
        "visits of a class",
        "visits:visits",
        lambda scene: {},
        asked=lambda scene: {"klas": scene.world.rows["school_class"].pk},
    ),
    Case("visits of a mentor", "visits:visits", lambda scene: {}, asked=lambda scene: {"mentor": scene.mentor.pk}),
    Case(
        "visits of a round", "visits:visits", lambda scene: {}, asked=lambda scene: {"ronde": scene.visit.campaign_id}
    ),
    Case("a mentor's row", "planning:board", of_draft, asked=lambda scene: {"mentor": scene.mentor.pk}),
    Case(
        "a class's rows", "planning:board", of_draft, asked=lambda scene: {"klas": scene.world.rows["school_class"].pk}
    ),
]


def make_scene(now: dt.datetime, word: str) -> Scene:
    """A school in which the name of every person, class and round begins with this word."""
    world = worlds.make_world(now)
    second = factories.make_mentor(world.school)
    factories.make_shift(world.campaign, second, dt.date.fromisoformat(EVENING))
    Mentor.objects.filter(pk=world.mentor.pk).update(name=f"{word}-mentor")
    Mentor.objects.filter(pk=second.pk).update(name=f"{word}-collega")
    Household.objects.filter(school=world.school).update(name=f"{word}-gezin")
    SchoolClass.objects.filter(school_year__school=world.school).update(name=f"{word}-klas")
    Campaign.objects.filter(school=world.school).update(name=f"{word}-ronde")
    Plan.objects.filter(campaign__school=world.school).update(label=f"{word}-plan")
    world.visit.household.guardians.update(email="")  # this family gets a letter
    return Scene(world, second)


@pytest.fixture
def scenes(now: dt.datetime, monkeypatch: pytest.MonkeyPatch, client: Client) -> tuple[Scene, Scene]:
    """Two schools in mid-campaign; the client is a coordinator of the first."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    mine, theirs = make_scene(now, "EIGEN"), make_scene(now, CANARY)
    client.force_login(factories.make_user(mine.world.school, Role.COORDINATOR))
    return mine, theirs


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_row_of_another_school_in_a_form_does_nothing(
    case: Case, scenes: tuple[Scene, Scene], client: Client
) -> None:
    mine, theirs = scenes
    answer, written = case.send(client, mine, theirs)
    assert written == []
    assert answer.status_code in (200, 302, 404, 422)
    assert CANARY not in answer.content.decode()
    answer, written = case.send(client, mine, mine)
    assert answer.status_code == 302
    assert written != []


@pytest.mark.parametrize("case", LOOKS, ids=lambda case: case.name)
def test_a_row_of_another_school_in_an_address_shows_nothing(
    case: Case, scenes: tuple[Scene, Scene], client: Client
) -> None:
    mine, theirs = scenes
    answer, _written = case.send(client, mine, theirs)
    assert answer.status_code in (200, 404)
    assert CANARY not in answer.content.decode()
    answer, _written = case.send(client, mine, mine)
    assert "EIGEN" in answer.content.decode()


def test_nobody_of_another_school_comes_along_to_a_visit_without_a_mentor(
    scenes: tuple[Scene, Scene], now: dt.datetime
) -> None:
    mine, theirs = scenes
    Visit.objects.filter(pk=mine.waiting.pk).update(mentor=None)
    visit, by = Visit.objects.get(pk=mine.waiting.pk), factories.make_user(mine.world.school, Role.COORDINATOR)
    with pytest.raises(OtherSchool):
        set_company(visit=visit, companions=[theirs.second], by=by, now=now)
    assert list(visit.companions.all()) == []
    set_company(visit=visit, companions=[mine.second], by=by, now=now)
    assert list(visit.companions.all()) == [mine.second]


def test_every_kind_of_change_that_names_a_row_is_tried() -> None:
    """A kind that is added has to say here what it names, or that it names nothing but days of the mentor."""
    named = {IncidentKind.CANCELLATION, IncidentKind.SICK, IncidentKind.CLOSURE}
    days_or_nothing = {IncidentKind.EVENING_BACK, IncidentKind.EXTRA_EVENING, IncidentKind.LATE, IncidentKind.NOTHING}
    assert named | days_or_nothing == set(IncidentKind)
