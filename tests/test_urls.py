"""Walks every address: each wears a guard, and each guard holds for every role, method and foreign object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mentors.access import Guard
from mentors.models import Membership, Role, School, User
from tests import bare_urls, factories, worlds

SCHOOL_ROLES = [Role.COORDINATOR, Role.MENTOR, Role.DIRECTOR, Role.CARE]
# What browsers send, and (in `make test`) every other method besides.
SENT = pytest.param(["get", "post"], id="get and post")
METHODS = [SENT, pytest.param(["head", "put", "patch", "delete", "options"], id="others", marks=pytest.mark.long)]


@dataclass(frozen=True)
class Address:
    """One pattern of the tree: its full name, its guard, its parameters and their converters."""

    name: str
    guard: Guard | None
    parameters: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.name

    def placeholder(self, slug: str) -> str:
        """An address of this pattern whose objects need not exist."""
        values = {"int": 987654, "uuid": "00000000-0000-4000-8000-000000000000", "slug": "niets", "str": "niets"}
        kwargs: dict[str, Any] = {name: values[kind] for name, kind in self.parameters if name != "school"}
        if any(name == "school" for name, _kind in self.parameters):
            kwargs["school"] = slug
        return reverse(self.name, kwargs=kwargs)


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "", above: tuple = ()) -> Iterator[Address]:
    for pattern in patterns:
        kinds = tuple(
            (name, type(converter).__name__.removesuffix("Converter").lower().replace("string", "str"))
            for name, converter in pattern.pattern.converters.items()
        )
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from walk(pattern.url_patterns, inner, above + kinds)
        else:
            yield Address(f"{prefix}{pattern.name}", getattr(pattern.callback, "guard", None), above + kinds)


ADDRESSES = sorted(walk(get_resolver().url_patterns), key=str)
SCHOOL_PAGES = [address for address in ADDRESSES if address.guard and address.guard.kind == "school"]
OBJECT_PAGES = [address for address in SCHOOL_PAGES if any(kind == "int" for _name, kind in address.parameters)]
UNSAFE = [SENT, pytest.param(["get", "post", "put", "patch", "delete"], id="all unsafe", marks=pytest.mark.long)]


def test_every_address_wears_a_guard() -> None:
    assert [str(address) for address in ADDRESSES if address.guard is None] == []


def test_every_open_page_says_why_and_no_other_page_is_open() -> None:
    open_pages = {
        address.name: address.guard for address in ADDRESSES if address.guard and address.guard.kind == "open"
    }
    assert all(guard.why for guard in open_pages.values())
    assert set(open_pages) == worlds.OPEN_PAGES


def test_a_page_of_a_school_has_the_school_in_its_address_and_no_other_has() -> None:
    with_school = {str(address) for address in ADDRESSES if ("school", "slug") in address.parameters}
    assert with_school == {str(address) for address in SCHOOL_PAGES}


def test_no_guard_lets_in_more_roles_than_the_table_says() -> None:
    said = {name: roles for roles, names in worlds.WHO_OPENS.items() for name in names.split()}
    guarded = {address.name: address.guard.roles for address in SCHOOL_PAGES if address.guard}
    alone = frozenset({Role.COORDINATOR})
    assert {name: roles for name, roles in guarded.items() if roles != alone} == said


@pytest.fixture(scope="module", autouse=True)
def _refusals_without_a_page_on_request() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.bare_urls"):
        yield


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    found: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield found


def answers(client: Client, url: str, methods: list[str]) -> Iterator[tuple[str, Any, list[str]]]:
    """Each method's answer, with the statements that wrote something other than the session.

    The page that says no is the same for each method: it is drawn for the first one.
    """
    for number, method in enumerate(methods):
        with statements() as found:
            response = getattr(client, method)(url, headers={bare_urls.HEADER: "1"} if number else {})
        writes = [
            sql
            for sql in found
            if sql.split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE") and "django_session" not in sql
        ]
        yield method, response, writes


@pytest.mark.parametrize("methods", METHODS)
def test_a_stranger_has_to_log_in(methods: list[str], school: School, client: Client) -> None:
    login = reverse("account_login")
    wrong = [
        (address.name, method, response.status_code)
        for address in SCHOOL_PAGES
        for method, response, _writes in answers(client, address.placeholder(school.slug), methods)
        if response.status_code != 302 or not response["Location"].startswith(login)
    ]
    assert wrong == []


@pytest.mark.parametrize("methods", METHODS)
def test_somebody_of_another_school_finds_nothing(methods: list[str], school: School, client: Client) -> None:
    client.force_login(factories.make_user(factories.make_school(), *SCHOOL_ROLES))
    wrong = [
        (address.name, method, response.status_code, writes)
        for address in SCHOOL_PAGES
        for method, response, writes in answers(client, address.placeholder(school.slug), methods)
        if response.status_code != 404 or writes
    ]
    assert wrong == []


@pytest.mark.parametrize("methods", METHODS)
def test_a_board_finds_no_page_of_its_schools(methods: list[str], school: School, client: Client) -> None:
    user = factories.make_user()
    Membership.objects.create(user=user, role=Role.BOARD, board=factories.make_board(school))
    client.force_login(user)
    wrong = [
        (address.name, method, response.status_code, writes)
        for address in SCHOOL_PAGES
        for method, response, writes in answers(client, address.placeholder(school.slug), methods)
        if response.status_code != 404 or writes
    ]
    assert wrong == []


@pytest.mark.parametrize("methods", METHODS)
@pytest.mark.parametrize("role", SCHOOL_ROLES)
def test_a_role_is_refused_wherever_it_has_no_business(
    role: Role, methods: list[str], school: School, client: Client
) -> None:
    client.force_login(factories.make_user(school, role))
    wrong = [
        (address.name, method, response.status_code, writes)
        for address in SCHOOL_PAGES
        if address.guard and role not in address.guard.roles
        for method, response, writes in answers(client, address.placeholder(school.slug), methods)
        if response.status_code != 403 or writes
    ]
    assert wrong == []


@pytest.fixture
def two_schools(db: None, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> tuple[User, worlds.World, worlds.World]:
    """Somebody with every role at the first school, and two schools full of rows, in the middle of their campaign."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    mine, other = worlds.make_world(now), worlds.make_world(now)
    user = mine.mentor.user
    assert user
    for role in set(SCHOOL_ROLES) - {Role.MENTOR}:
        factories.give_role(user, role, mine.school)
    return user, mine, other


def address_of(address: Address, through: School, rows: worlds.World) -> str:
    """The address below the school `through`, with the objects of `rows`."""
    kwargs = {name: rows.value(address.name, name) for name, _kind in address.parameters if name != "school"}
    return reverse(address.name, kwargs={"school": through.slug, **kwargs})


def refusals(client: Client, url: str, methods: list[str], about: object) -> list[tuple[object, ...]]:
    """What is wrong with how this address refuses: it answers 404 to the methods that it knows, and writes nothing."""
    found = [(method, response.status_code, writes) for method, response, writes in answers(client, url, methods)]
    statuses = {status for _method, status, _writes in found}
    is_refused = statuses <= {404, 405} and 404 in statuses and not any(writes for _method, _status, writes in found)
    return [] if is_refused else [(about, *found)]


@pytest.mark.parametrize("methods", UNSAFE)
def test_another_schools_object_is_not_found_through_ones_own_school(
    methods: list[str], two_schools: tuple[User, worlds.World, worlds.World], client: Client
) -> None:
    user, mine, other = two_schools
    client.force_login(user)
    wrong = [
        line
        for address in OBJECT_PAGES
        for line in refusals(client, address_of(address, mine.school, other), methods, address.name)
    ]
    assert wrong == []


@pytest.mark.parametrize("methods", UNSAFE)
def test_another_schools_object_is_not_found_beside_an_own_one(
    methods: list[str], two_schools: tuple[User, worlds.World, worlds.World], client: Client
) -> None:
    """Of an address with two objects each is looked for in the own school, not only the first."""
    user, mine, other = two_schools
    client.force_login(user)
    wrong = []
    for address in OBJECT_PAGES:
        names = [name for name, kind in address.parameters if kind == "int"]
        own = {name: mine.value(address.name, name) for name, _kind in address.parameters if name != "school"}
        for name in names if len(names) > 1 else []:
            kwargs = own | {name: other.value(address.name, name)}
            url = reverse(address.name, kwargs={"school": mine.school.slug, **kwargs})
            wrong += refusals(client, url, methods, (address.name, name))
    assert wrong == []


def test_every_page_answers_who_may_see_it_and_a_get_changes_nothing(
    two_schools: tuple[User, worlds.World, worlds.World], client: Client
) -> None:
    """The negative control of the tests above. Reading may leave a line in the record, and nothing else."""
    user, mine, _other = two_schools
    client.force_login(user)
    wrong = [
        (address.name, response.status_code, writes)
        for address in SCHOOL_PAGES
        for _method, response, writes in answers(client, address_of(address, mine.school, mine), ["get", "get"])
        if response.status_code not in (200, 405, 302 if address.name in worlds.SEND_ON else 200)
        or [statement for statement in writes if "mentors_event" not in statement]
    ]
    assert wrong == []
