"""School years and the days without visits."""

from __future__ import annotations

import datetime as dt

import pytest

from mentors.actions.schools import CalendarError, change_year, fill_closures, open_year, remove_closure, save_closure
from mentors.holidays import REGIONS, SCHOOL_HOLIDAYS, days_off, known_years
from mentors.models import Closure, Event, HolidayRegion, Role, School
from tests import factories

D = dt.date


@pytest.mark.parametrize(
    ("region", "first", "last"),
    [
        ("noord", D(2026, 10, 10), D(2026, 10, 18)),
        ("midden", D(2026, 10, 17), D(2026, 10, 25)),
        ("zuid", D(2026, 10, 17), D(2026, 10, 25)),
    ],
)
def test_each_region_has_its_own_autumn_holiday(region: str, first: dt.date, last: dt.date) -> None:
    autumn = days_off(region, D(2026, 9, 1), D(2026, 11, 1))
    assert [(day.name, day.starts_on, day.ends_on) for day in autumn] == [("Herfstvakantie", first, last)]


def test_the_regions_are_those_of_the_model() -> None:
    assert set(REGIONS) == {str(region) for region in HolidayRegion}


@pytest.mark.parametrize("days", SCHOOL_HOLIDAYS)
def test_every_holiday_runs_from_a_saturday_to_a_sunday_of_whole_weeks(days: dict) -> None:
    for day in days.values():
        assert (day.starts_on.weekday(), day.ends_on.weekday()) == (5, 6)
        assert (day.ends_on - day.starts_on).days + 1 in (9, 16, 44)


def test_public_holidays_stand_there_unless_a_holiday_covers_them() -> None:
    found = {
        day.name: (day.starts_on, day.ends_on, day.is_holiday) for day in days_off("noord", *known_years("noord")[0])
    }
    assert found["Tweede paasdag"] == (D(2027, 3, 29), D(2027, 3, 29), False)
    assert found["Hemelvaart"] == (D(2027, 5, 6), D(2027, 5, 7), False)
    assert found["Tweede pinksterdag"] == (D(2027, 5, 17), D(2027, 5, 17), False)
    assert "Koningsdag" not in found, "it lies in the May holiday of 2027"


@pytest.mark.parametrize("region", REGIONS)
def test_two_school_years_are_known_for_every_region(region: str) -> None:
    assert [first.year for first, _last in known_years(region)] == [2026, 2027]
    for first, last in known_years(region):
        assert first.weekday() == 0
        assert last.weekday() == 4


@pytest.fixture
def empty_school(db: None) -> School:
    """A school without a calendar."""
    return School.objects.create(name="Leeg", slug="leeg", holiday_region="noord")


def test_a_new_year_comes_with_the_holidays_of_the_region(empty_school: School, now: dt.datetime) -> None:
    year = open_year(school=empty_school, starts_on=D(2026, 8, 17), ends_on=D(2027, 7, 9), by=None, now=now)
    names = [closure.name for closure in year.closures.all()]
    assert names[:3] == ["Herfstvakantie", "Kerstvakantie", "Voorjaarsvakantie"]
    assert "Zomervakantie" not in names
    assert Event.objects.filter(verb="closures.filled").get().facts == {"number": len(names)}


def test_the_schools_own_calendar_wins(empty_school: School, now: dt.datetime) -> None:
    year = open_year(school=empty_school, starts_on=D(2026, 8, 17), ends_on=D(2027, 7, 9), by=None, now=now)
    autumn = year.closures.get(name="Herfstvakantie")
    Closure.objects.filter(pk=autumn.pk).update(starts_on=D(2026, 10, 17), ends_on=D(2026, 10, 25))
    assert fill_closures(year=year, by=None, now=now) == 0
    assert year.closures.filter(name="Herfstvakantie").count() == 1


def test_what_was_removed_comes_back_only_when_asked(empty_school: School, now: dt.datetime) -> None:
    by = factories.make_user(empty_school, Role.COORDINATOR)
    year = open_year(school=empty_school, starts_on=D(2026, 8, 17), ends_on=D(2027, 7, 9), by=by, now=now)
    remove_closure(closure=year.closures.get(name="Herfstvakantie"), by=by, now=now)
    assert not year.closures.filter(name="Herfstvakantie").exists()
    assert fill_closures(year=year, by=by, now=now) == 1


@pytest.mark.parametrize(
    ("first", "last"),
    [(D(2027, 1, 1), D(2027, 12, 1)), (D(2028, 1, 1), D(2027, 9, 1)), (D(2027, 8, 1), D(2029, 8, 1))],
)
def test_a_year_that_overlaps_or_cannot_be_is_refused(
    school: School, now: dt.datetime, first: dt.date, last: dt.date
) -> None:
    with pytest.raises(CalendarError):
        open_year(school=school, starts_on=first, ends_on=last, by=None, now=now)
    assert school.years.count() == 1


def test_a_year_may_move_but_not_over_another_one(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    year = school.years.get()
    open_year(school=school, starts_on=D(2027, 8, 30), ends_on=D(2028, 7, 7), by=by, now=now)
    change_year(year=year, starts_on=D(2026, 8, 24), ends_on=D(2027, 7, 16), by=by, now=now)
    with pytest.raises(CalendarError):
        change_year(year=year, starts_on=D(2026, 8, 24), ends_on=D(2027, 9, 16), by=by, now=now)
    year.refresh_from_db()
    assert year.ends_on == D(2027, 7, 16)


@pytest.mark.parametrize(
    ("first", "last"),
    [(D(2026, 12, 2), D(2026, 12, 1)), (D(2026, 8, 1), D(2026, 9, 1)), (D(2027, 7, 1), D(2027, 8, 1))],
)
def test_days_outside_the_year_are_refused(school: School, now: dt.datetime, first: dt.date, last: dt.date) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    closure = Closure(school_year=school.years.get(), name="Studiedag", starts_on=first, ends_on=last)
    with pytest.raises(CalendarError):
        save_closure(closure=closure, by=by, now=now)
    assert Closure.objects.filter(name="Studiedag").count() == 0
