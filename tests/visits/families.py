"""Families for the tests of what happens at one moment: children in two classes, company, an interpreter."""

from __future__ import annotations

import datetime as dt

from students.models import Household
from tests import factories
from tests.visits.seasons import Season, make_season
from visits.actions.cohorts import join_cohort
from visits.models import Visit


def season_with_siblings(now: dt.datetime, *, families: int = 2) -> tuple[Season, Visit, Visit]:
    """Two mentors with some families each, and one home with a child in both classes."""
    season = make_season(now, mentors=2, families=families)
    home = factories.make_household(season.school, guardians=2)
    for school_class, name in zip(season.classes, ["Sara", "Tom"], strict=True):
        factories.make_student(school_class, home, first_name=name)
    join_cohort(campaign=season.campaign, by=None, now=now)
    return season, *two_visits(season, home)


def two_visits(season: Season, home: Household) -> tuple[Visit, Visit]:
    """The visits of this home, the older row first."""
    first, second = season.campaign.visits.filter(household=home).select_related("mentor", "campaign").order_by("pk")
    return first, second
