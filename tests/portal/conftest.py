"""A family with a link, and a clock that the tests set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from mentors.models import School
from tests.conftest import NOW
from tests.factories import make_campaign, make_class, make_mentor, make_student, make_visit
from visits.actions.invitations import invite
from visits.links import page_key_of, token_of
from visits.models import Invitation, Visit

EVENING = dt.datetime(2026, 9, 29, 16, 30, tzinfo=dt.UTC)  # Tuesday, 18.30 in Amsterdam


@pytest.fixture(autouse=True)
def set_now(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """The clock stands at NOW; `clock(moment)` sets it."""

    def set_to(moment: dt.datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Nobody has tried anything yet."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def visit(school: School) -> Visit:
    """A proposed visit."""
    mentor = make_mentor(school)
    student = make_student(make_class(school, mentor), first_name="Sara", last_name="Geheimzinnig")
    return make_visit(make_campaign(school), student, starts_at=EVENING)


@pytest.fixture
def invitation(visit: Visit) -> Invitation:
    """The family's invitation."""
    (made,) = invite(visit=visit, by=None, now=NOW)
    return made


@pytest.fixture
def address(client: Client, invitation: Invitation) -> str:
    """The family's page, which the client has entered with the link."""
    return enter(client, invitation)


def enter(client: Client, invitation: Invitation) -> str:
    """Follow the link; the address of the family's page."""
    response = client.get(f"/gezin/{token_of(invitation)}/")
    assert response.status_code == 302
    address = f"/gezin/{page_key_of(invitation)}/"
    assert response["Location"] == address
    return address
