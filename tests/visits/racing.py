"""Databases of their own in which several writers race, and what they race for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management import call_command
from django.db import connections

from mentors.models import Mentor, School, SchoolYear
from students.models import Household
from visits.models import Campaign, Visit

ALIAS = "racing"
WRITERS = 8
EVENING = dt.datetime(2026, 10, 6, 16, 30, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)


def enter(alias: str, settings: dict[str, Any]) -> None:
    """Make Django know a database that is not in its settings."""
    known = connections.configure_settings({"default": connections.settings["default"], alias: settings})
    connections.settings[alias] = known[alias]


def migrate(alias: str) -> None:
    """Make the tables, and the rules that the database keeps."""
    call_command("migrate", database=alias, verbosity=0, interactive=False)


def leave(alias: str) -> None:
    connections[alias].close()
    del connections[alias]
    del connections.settings[alias]


def open_visits(alias: str) -> list[Visit]:
    """Eight families of one mentor who all wait for a moment."""
    school = School.objects.using(alias).create(name="Racebaan", slug="racebaan", holiday_region="noord")
    year = SchoolYear.objects.using(alias).create(
        school=school, starts_on=dt.date(2026, 8, 31), ends_on=dt.date(2027, 7, 9)
    )
    campaign = Campaign.objects.using(alias).create(
        school=school,
        school_year=year,
        name="Ronde",
        starts_on=dt.date(2026, 9, 7),
        ends_on=dt.date(2026, 10, 16),
        created_at=NOW,
    )
    mentor = Mentor.objects.using(alias).create(school=school, name="Mentor")
    return [
        Visit.objects.using(alias).create(
            campaign=campaign,
            mentor=mentor,
            household=Household.objects.using(alias).create(school=school, name=f"Gezin {number}"),
        )
        for number in range(WRITERS)
    ]
