"""A school and its accounts from the command line."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from mentors.models import Board, Event, Membership, Role, School, User

pytestmark = pytest.mark.django_db
SCHOOL = {
    "name": "Proefschool",
    "slug": "proef",
    "region": "noord",
    "brin": "99zz",
    "coordinator": "Nina@example.org",
    "coordinator_name": "Nina",
}


def run(command: str, **options: object) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def test_a_school_opens_with_a_calendar_and_a_coordinator_who_sets_a_password() -> None:
    printed = run("create_school", **SCHOOL)
    school = School.objects.get(slug="proef")
    assert school.brin == "99ZZ"
    assert school.years.count() == 1
    assert Membership.objects.get().role == Role.COORDINATOR
    path = re.search(r"/wachtwoord/nieuw/\S+", printed)
    assert path is not None
    client = Client()
    page = client.get(path[0], follow=True)
    long = "vier paarden eten koek"
    client.post(page.request["PATH_INFO"], {"password1": long, "password2": long})
    assert User.objects.get(email="nina@example.org").check_password(long)
    assert set(Event.objects.values_list("verb", flat=True)) >= {"school.opened", "school_year.opened", "role.given"}


@pytest.mark.parametrize("wrong", [{"slug": "geen slug"}, {"brin": "x"}, {"coordinator": "geen adres"}, {"name": ""}])
def test_a_school_that_cannot_be_leaves_nothing_behind(wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        run("create_school", **SCHOOL | wrong)
    assert not School.objects.exists()
    assert not User.objects.exists()


def test_a_school_opens_once() -> None:
    run("create_school", **SCHOOL)
    with pytest.raises(CommandError):
        run("create_school", **SCHOOL)


def test_an_account_gets_roles_at_a_school() -> None:
    run("create_school", **SCHOOL)
    printed = run("create_account", email="m@example.org", name="M", school="proef", role=["mentor", "care"])
    assert "/wachtwoord/nieuw/" in printed
    assert set(User.objects.get(email="m@example.org").memberships.values_list("role", flat=True)) == {"mentor", "care"}


def test_an_account_gets_a_board() -> None:
    run("create_account", email="b@example.org", name="B", board="Stichting")
    assert Membership.objects.get(user__email="b@example.org").board == Board.objects.get(name="Stichting")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"school": "proef", "board": "Stichting"},
        {"school": "bestaat-niet", "role": ["mentor"]},
        {"school": "proef"},
        {"school": "proef", "role": ["mentor"], "email": "geen adres"},
    ],
)
def test_an_account_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    run("create_school", **SCHOOL)
    with pytest.raises(CommandError):
        run("create_account", **{"email": "m@example.org", "name": "M"} | options)
    assert User.objects.count() == 1
