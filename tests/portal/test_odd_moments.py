"""Moments that no page offers: a family's page says that they are taken; it never breaks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from mentors.models import School
from tests.conftest import NOW
from tests.factories import make_campaign, make_class, make_mentor, make_shift, make_student, make_visit
from tests.portal.conftest import enter
from tests.portal.pages import post
from visits.actions.invitations import invite
from visits.models import Booking, Visit, VisitState

pytestmark = pytest.mark.django_db
ODD = ["0001-01-01T00:00:00+2359", "9999-12-31T23:59:59-2359", "2026-10-06T18:00:00+0200", "x", ""]


@pytest.fixture(params=[Booking.FREE, Booking.ASSIGNED, Booking.WISHES_FIRST])
def asked(request: pytest.FixtureRequest, school: School) -> Visit:
    """A family without a moment, however its round is booked."""
    mentor = make_mentor(school)
    student = make_student(make_class(school, mentor))
    campaign = make_campaign(
        school, booking=request.param, booking_opened_at=NOW, wishes_until=NOW.date() + dt.timedelta(days=3)
    )
    make_shift(campaign, mentor, dt.date(2026, 9, 28))
    return make_visit(campaign, student)


@pytest.mark.parametrize("step", ["moment/", "bevestigen/"])
@pytest.mark.parametrize("moment", ODD)
def test_a_moment_that_is_not_on_offer_is_not_given(client: Client, asked: Visit, step: str, moment: str) -> None:
    (invitation,) = invite(visit=asked, by=None, now=NOW)
    address = enter(client, invitation)
    assert post(client, address + step, version=asked.version, starts_at=moment) in (200, 302, 409, 422)
    asked.refresh_from_db()
    assert (asked.state, asked.starts_at) == (VisitState.OPEN, None)


@pytest.mark.parametrize("version", ["9" * 5000, "9" * 30, "0", "-1", "x"])
def test_a_version_that_cannot_be_answers_nothing(client: Client, asked: Visit, version: str) -> None:
    (invitation,) = invite(visit=asked, by=None, now=NOW)
    address = enter(client, invitation)
    values = {"version": version, "starts_at": "2026-09-28T18:00:00+0200", "place_kind": "school"}
    for step in ("moment/", "bevestigen/", "wensen/", "wanneer/", "plek/", "liever-niet/", "akkoord/"):
        assert post(client, address + step, **values) in (200, 302, 409, 422)
    asked.refresh_from_db()
    assert (asked.state, asked.version, asked.place_kind) == (VisitState.OPEN, 1, "home")
