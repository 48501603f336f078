"""What could be beyond a plan's problem: days of the campaign that nobody gave, and when families could then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from planner import MINUTES_A_DAY, Window
from planning.problem.incidents import Incident
from planning.problem.rows import CampaignRows, read_rows
from planning.problem.scope import PlanningScope, first_day
from planning.problem.windows import excluded_on
from visits.models import Campaign
from visits.queries.windows import Stretch, without

DAYS_BEYOND = 14  # so far past its last day a round may be thought to go on
SUNDAY = 6


def possible_hours(
    campaign: Campaign, visits: Iterable[str], now: dt.datetime
) -> tuple[dict[dt.date, int], dict[str, list[Window]]]:
    """Days with their week, and per visit (by primary key, as text) the hours that its family does not exclude."""
    rows = read_rows(campaign, first_day(now))
    scope = PlanningScope.of(rows, now)
    days = _days(rows, scope.first)
    windows: dict[str, list[Window]] = {}
    for pk in visits:
        visit = scope.who.by_pk.get(int(pk))
        if visit is not None:
            windows[pk] = [
                Window(day, free.starts, free.ends)
                for day in days
                if not scope.is_avoided(visit, day)
                for free in without(Stretch(0, MINUTES_A_DAY - 1), excluded_on(scope, visit, day))
            ]
    return days, windows


def _days(rows: CampaignRows, first: dt.date) -> dict[dt.date, int]:
    """Every day that could have visits from `first` on, also shortly after the campaign's last day, with its week."""
    campaign, closed = rows.campaign, Incident().closed_days(rows.closures)
    monday = campaign.starts_on - dt.timedelta(days=campaign.starts_on.weekday())
    last = min(campaign.ends_on + dt.timedelta(days=DAYS_BEYOND), campaign.school_year.ends_on)
    first = max(first, campaign.starts_on)
    all_days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return {day: max(0, (day - monday).days // 7) for day in all_days if day.weekday() != SUNDAY and day not in closed}
