"""The pace of one round by itself: two queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mentors.dates import local_day
from reports.figures.coverage import FamilyState, Tally, VisitFact, first_met_on, standing_of, tally_of
from reports.figures.pace import Pace, pace_of
from reports.figures.school_days import SchoolCalendar
from reports.queries.facts import calendar_for, visit_facts
from visits.models import Campaign


def pace_of_campaign(campaign: Campaign, *, now: dt.datetime) -> Pace:
    """The pace of a round at `now`."""
    facts = visit_facts([campaign], with_classes=False)[campaign.pk]
    total = tally_of(standing_of(facts).values())
    return pace_from(facts, total, campaign=campaign, calendar=calendar_for(campaign), today=local_day(now))


def pace_from(
    facts: Sequence[VisitFact], total: Tally, *, campaign: Campaign, calendar: SchoolCalendar, today: dt.date
) -> Pace:
    """The pace that follows from facts which were read already."""
    return pace_of(
        total=total,
        met_on=first_met_on(facts),
        planned_on=planned_days(facts),
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        calendar=calendar,
        today=today,
    )


def planned_days(facts: Sequence[VisitFact]) -> list[dt.date]:
    """The first planned day of each family that was not met yet."""
    met = {fact.household for fact in facts if fact.standing is FamilyState.MET}
    first: dict[int, dt.date] = {}
    for fact in facts:
        if fact.standing is FamilyState.PLANNED and fact.household not in met and fact.moment_on is not None:
            first[fact.household] = min(fact.moment_on, first.get(fact.household, fact.moment_on))
    return sorted(first.values())
