"""A school with a planning job in the queue, for workers in processes of their own.

`python -m tests.planning.planner_school MENTORS FAMILIES`: the database is DATABASE_URL. Workers read the real
clock, so the campaign lies ahead of today.
"""

from __future__ import annotations

import datetime as dt
import os
import sys

import django

WEEKS, WEEKDAYS = 8, (0, 1, 3)  # Monday, Tuesday and Thursday


def seed(mentors: int, families: int) -> None:
    """The school, its campaign, evenings and families, and one job that waits."""
    from django.db import transaction
    from django.utils import timezone

    from planning.actions.jobs import request_plan
    from tests import factories
    from visits.actions.cohorts import join_cohort
    from visits.models import CampaignState

    now = timezone.now()
    monday = now.date() + dt.timedelta(days=7 - now.weekday())
    with transaction.atomic():
        school = factories.make_school()
        year = school.years.get()
        year.closures.all().delete()
        year.starts_on, year.ends_on = monday - dt.timedelta(weeks=4), monday + dt.timedelta(weeks=30)
        year.save()
        ends_on = monday + dt.timedelta(weeks=WEEKS)
        campaign = factories.make_campaign(
            school, state=CampaignState.PREPARING, starts_on=monday, ends_on=ends_on, created_at=now
        )
        for _mentor in range(mentors):
            mentor = factories.make_mentor(school, with_account=False)
            school_class = factories.make_class(school, mentor)
            for _family in range(families):
                factories.make_student(school_class, entered_on=monday - dt.timedelta(weeks=3))
            for week in range(WEEKS):
                for weekday in WEEKDAYS:
                    factories.make_shift(campaign, mentor, monday + dt.timedelta(weeks=week, days=weekday))
        join_cohort(campaign=campaign, by=None, now=now)
        request_plan(campaign=campaign, seconds=60, by=None, now=now)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    seed(int(sys.argv[1]), int(sys.argv[2]))
