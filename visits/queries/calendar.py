"""Which days a school year and a campaign have, and the period that a campaign usually takes."""

from __future__ import annotations

import datetime as dt

from mentors.holidays import days_off
from mentors.models import SchoolYear
from visits.models import Campaign

USUAL_WEEKS = 8  # "7 or 8 school weeks", for a school year without a holiday in its calendar
AUTUMN_MONTHS = (10, 11)


def closed_days(year: SchoolYear) -> dict[dt.date, str]:
    """Each day of the school year on which nobody visits, with the name of the holiday or day off."""
    return {
        closure.starts_on + dt.timedelta(days=number): closure.name
        for closure in year.closures.all()
        for number in range((closure.ends_on - closure.starts_on).days + 1)
    }


def campaign_days(campaign: Campaign) -> list[dt.date]:
    """The days of the period from Monday to Saturday, closures included; nobody visits on a Sunday."""
    length = (campaign.ends_on - campaign.starts_on).days + 1
    days = (campaign.starts_on + dt.timedelta(days=number) for number in range(length))
    return [day for day in days if day.weekday() < 6]


def open_days(campaign: Campaign) -> list[dt.date]:
    """The days of the period on which visits may take place."""
    closed = closed_days(campaign.school_year)
    return [day for day in campaign_days(campaign) if day not in closed]


def current_year(years: list[SchoolYear], today: dt.date) -> SchoolYear | None:
    """The school year that runs today, else the next one."""
    to_come = sorted((year for year in years if year.ends_on >= today), key=lambda year: year.starts_on)
    return to_come[0] if to_come else None


def autumn_holiday(year: SchoolYear) -> dt.date | None:
    """The first day of the autumn holiday: in the school's own calendar, else in that of its region."""
    own = [closure.starts_on for closure in year.closures.all() if closure.is_holiday]
    of_region = [
        day.starts_on for day in days_off(year.school.holiday_region, year.starts_on, year.ends_on) if day.is_holiday
    ]
    for days in (own, of_region):
        autumn = [day for day in days if day.month in AUTUMN_MONTHS and day > year.starts_on]
        if autumn:
            return min(autumn)
    return None


def usual_period(year: SchoolYear) -> tuple[dt.date, dt.date]:
    """From two weeks after the year's start to the Friday before the autumn holiday.

    Where that holiday leaves less than a week, as in a year that starts late, it is a campaign of the usual length.
    """
    first = year.starts_on + dt.timedelta(days=14)
    usual_end = first + dt.timedelta(weeks=USUAL_WEEKS)
    last = _friday_before(autumn_holiday(year) or usual_end)
    if last < first + dt.timedelta(days=7):
        last = min(_friday_before(usual_end), year.ends_on)
    return first, max(first, last)


def _friday_before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=(day.weekday() - 5) % 7 + 1)
