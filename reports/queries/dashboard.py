"""All figures of one round: five queries, whatever its size."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from mentors.dates import local_day
from notes.models import Agreement
from reports.figures.coverage import Coverage, coverage_of
from reports.figures.hours import HoursSpent, hours_of
from reports.figures.pace import Pace, behind_weeks
from reports.queries.facts import calendar_for, route_facts, visit_facts
from reports.queries.pace import pace_from
from visits.models import Campaign


@dataclass(frozen=True)
class AgreementCount:
    """Agreements of finished reports: kept, open, and of the open ones those whose day has passed."""

    kept: int
    open: int
    overdue: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.kept + self.open


@dataclass(frozen=True)
class Figures:
    """What the dashboard, its PDF and its spreadsheet show. `behind` is in school weeks, per row of coverage."""

    campaign: Campaign
    today: dt.date
    coverage: Coverage
    behind: tuple[float, ...]
    pace: Pace
    hours: HoursSpent
    agreements: AgreementCount


def figures_of(campaign: Campaign, *, now: dt.datetime) -> Figures:
    """The figures of a round at `now`."""
    facts = visit_facts([campaign])[campaign.pk]
    coverage = coverage_of(facts)
    calendar = calendar_for(campaign)
    today = local_day(now)
    days = calendar.days(campaign.starts_on, campaign.ends_on)
    return Figures(
        campaign=campaign,
        today=today,
        coverage=coverage,
        behind=tuple(behind_weeks(row.tally, days=days, today=today) for row in coverage.rows),
        pace=pace_from(facts, coverage.total, campaign=campaign, calendar=calendar, today=today),
        hours=hours_of(
            facts,
            route_facts([campaign])[campaign.pk],
            families=coverage.total.total,
            families_met=coverage.total.met,
            visit_minutes=campaign.visit_minutes,
            hours_per_visit=campaign.hours_per_visit,
            today=today,
        ),
        agreements=agreements_of(campaign, today),
    )


def agreements_of(campaign: Campaign, today: dt.date) -> AgreementCount:
    """Agreements of finished reports. One query."""
    found = Agreement.objects.filter(visit__campaign=campaign, visit__report__finished_at__isnull=False).aggregate(
        kept=Count("pk", filter=Q(kept_at__isnull=False)),
        open=Count("pk", filter=Q(kept_at=None)),
        overdue=Count("pk", filter=Q(kept_at=None, due_on__lt=today)),
    )
    return AgreementCount(**found)
