"""The school holidays that the government advises per region, and the public holidays. Plain dates.

Source: rijksoverheid.nl, the tables of 2026-2027 and 2027-2028. Autumn and spring holidays are advice: a
school's own calendar wins, so these dates only fill in what a school has not entered itself.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass

NORTH, MIDDLE, SOUTH = "noord", "midden", "zuid"
REGIONS = (NORTH, MIDDLE, SOUTH)


@dataclass(frozen=True, slots=True)
class DayOff:
    """One or more days without visits; both days are included."""

    name: str
    starts_on: dt.date
    ends_on: dt.date
    is_holiday: bool = True


def _holiday(name: str, first: str, last: str) -> DayOff:
    return DayOff(name, dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def _everywhere(name: str, first: str, last: str) -> dict[str, DayOff]:
    return dict.fromkeys(REGIONS, _holiday(name, first, last))


# One mapping of region to days for each holiday.
SCHOOL_HOLIDAYS: list[dict[str, DayOff]] = [
    {
        NORTH: _holiday("Zomervakantie", "2026-07-04", "2026-08-16"),
        MIDDLE: _holiday("Zomervakantie", "2026-07-18", "2026-08-30"),
        SOUTH: _holiday("Zomervakantie", "2026-07-11", "2026-08-23"),
    },
    {
        NORTH: _holiday("Herfstvakantie", "2026-10-10", "2026-10-18"),
        MIDDLE: _holiday("Herfstvakantie", "2026-10-17", "2026-10-25"),
        SOUTH: _holiday("Herfstvakantie", "2026-10-17", "2026-10-25"),
    },
    _everywhere("Kerstvakantie", "2026-12-19", "2027-01-03"),
    {
        NORTH: _holiday("Voorjaarsvakantie", "2027-02-20", "2027-02-28"),
        MIDDLE: _holiday("Voorjaarsvakantie", "2027-02-20", "2027-02-28"),
        SOUTH: _holiday("Voorjaarsvakantie", "2027-02-13", "2027-02-21"),
    },
    _everywhere("Meivakantie", "2027-04-24", "2027-05-02"),
    {
        NORTH: _holiday("Zomervakantie", "2027-07-10", "2027-08-22"),
        MIDDLE: _holiday("Zomervakantie", "2027-07-17", "2027-08-29"),
        SOUTH: _holiday("Zomervakantie", "2027-07-24", "2027-09-05"),
    },
    {
        NORTH: _holiday("Herfstvakantie", "2027-10-16", "2027-10-24"),
        MIDDLE: _holiday("Herfstvakantie", "2027-10-16", "2027-10-24"),
        SOUTH: _holiday("Herfstvakantie", "2027-10-23", "2027-10-31"),
    },
    _everywhere("Kerstvakantie", "2027-12-25", "2028-01-09"),
    {
        NORTH: _holiday("Voorjaarsvakantie", "2028-02-19", "2028-02-27"),
        MIDDLE: _holiday("Voorjaarsvakantie", "2028-02-26", "2028-03-05"),
        SOUTH: _holiday("Voorjaarsvakantie", "2028-02-26", "2028-03-05"),
    },
    _everywhere("Meivakantie", "2028-04-29", "2028-05-07"),
    {
        NORTH: _holiday("Zomervakantie", "2028-07-15", "2028-08-27"),
        MIDDLE: _holiday("Zomervakantie", "2028-07-08", "2028-08-20"),
        SOUTH: _holiday("Zomervakantie", "2028-07-22", "2028-09-03"),
    },
]
EASTER = (dt.date(2027, 3, 28), dt.date(2028, 4, 16))


def days_off(region: str, starts_on: dt.date, ends_on: dt.date) -> list[DayOff]:
    """The holidays of a region between two dates, cut off at both, in order; public ones that fall outside them."""
    holidays = _between([days[region] for days in SCHOOL_HOLIDAYS], starts_on, ends_on)
    public = [
        day
        for day in _between(_public_holidays(), starts_on, ends_on)
        if not any(holiday.starts_on <= day.starts_on <= holiday.ends_on for holiday in holidays)
    ]
    return sorted([*holidays, *public], key=lambda day: day.starts_on)


def known_years(region: str) -> list[tuple[dt.date, dt.date]]:
    """First and last school day of each year between two known summer holidays."""
    summers = [days[region] for days in SCHOOL_HOLIDAYS if days[region].name == "Zomervakantie"]
    day = dt.timedelta(days=1)
    return [(before.ends_on + day, after.starts_on - day) for before, after in itertools.pairwise(summers)]


def _between(days: list[DayOff], starts_on: dt.date, ends_on: dt.date) -> list[DayOff]:
    return [
        DayOff(day.name, max(day.starts_on, starts_on), min(day.ends_on, ends_on), day.is_holiday)
        for day in days
        if day.starts_on <= ends_on and day.ends_on >= starts_on
    ]


def _public_holidays() -> list[DayOff]:
    """Those on which schools are closed, counted from Easter; King's Day moves from a Sunday to the Saturday."""
    found = []
    for easter in EASTER:
        kings_day = dt.date(easter.year, 4, 27)
        if kings_day.weekday() == 6:
            kings_day -= dt.timedelta(days=1)
        for name, first, length in (
            ("Goede Vrijdag", easter - dt.timedelta(days=2), 1),
            ("Tweede paasdag", easter + dt.timedelta(days=1), 1),
            ("Koningsdag", kings_day, 1),
            ("Hemelvaart", easter + dt.timedelta(days=39), 2),
            ("Tweede pinksterdag", easter + dt.timedelta(days=50), 1),
        ):
            found.append(DayOff(name, first, first + dt.timedelta(days=length - 1), is_holiday=False))
    return found
