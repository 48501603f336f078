"""Families for the tests of what happens at one moment: children in two classes, company, an interpreter."""

from __future__ import annotations

import datetime as dt

from students.models import Household
from tests import factories
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign
from visits.actions.cohorts import join_cohort
from visits.models import Visit


def campaign_with_siblings(now: dt.datetime, *, families: int = 2) -> tuple[StaffedCampaign, Visit, Visit]:
    """Two mentors with some families each, and one home with a child in both classes."""
    staffed = make_staffed_campaign(now, mentors=2, families=families)
    home = factories.make_household(staffed.school, guardians=2)
    for school_class, name in zip(staffed.classes, ["Sara", "Tom"], strict=True):
        factories.make_student(school_class, home, first_name=name)
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    return staffed, *two_visits(staffed, home)


def two_visits(staffed: StaffedCampaign, home: Household) -> tuple[Visit, Visit]:
    """The visits of this home, the older row first."""
    first, second = staffed.campaign.visits.filter(household=home).select_related("mentor", "campaign").order_by("pk")
    return first, second
