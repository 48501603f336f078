"""Days and clock times: the local clock of a moment, and how readers and programs see both."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from mentors.dates import (
    clock_of,
    local_day,
    local_minutes,
    local_moment,
    minutes_of_clock,
    moment_at,
    nl_day,
    nl_day_short,
    nl_day_year,
    nl_moment,
    nl_time,
    spoken_clock,
    time_of,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.date(2026, 10, 6), "di 6 oktober"),
        (dt.datetime(2026, 10, 6, 22, 30, tzinfo=dt.UTC), "wo 7 oktober"),
        (None, ""),
    ],
)
def test_a_day_is_written_as_people_do(value: dt.date | None, expected: str) -> None:
    with translation.override("nl"):
        assert nl_day(value) == expected


def test_times_are_of_the_clock_in_amsterdam_on_both_sides_of_summer_time() -> None:
    with translation.override("nl"):
        assert nl_moment(dt.datetime(2026, 10, 6, 16, 30, tzinfo=dt.UTC)) == "di 6 oktober 18.30"
        assert nl_moment(dt.datetime(2026, 10, 27, 17, 30, tzinfo=dt.UTC)) == "di 27 oktober 18.30"
        assert nl_time(dt.time(9, 5)) == "9.05"
        assert nl_day_short(dt.date(2026, 10, 6)) == "di 6 okt"
        assert nl_day_year(dt.date(2026, 10, 6)) == "6 oktober 2026"


def test_a_day_follows_the_language_of_the_reader() -> None:
    with translation.override("en"):
        assert nl_day(dt.date(2026, 10, 6)) == "Tue 6 October"
        assert nl_day_short(dt.date(2026, 3, 6)) == "Fri 6 Mar"


@pytest.mark.parametrize("on", [dt.date(2026, 10, 24), dt.date(2026, 10, 25), dt.date(2027, 3, 28)])
def test_a_local_clock_time_becomes_a_moment_and_the_same_clock_time_again(on: dt.date) -> None:
    moment = moment_at(on, 18 * 60 + 30)
    assert (local_day(moment), local_minutes(moment)) == (on, 18 * 60 + 30)
    assert local_moment(on, dt.time(18, 30)) == moment
    assert moment.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("minutes", "exchanged", "spoken"), [(0, "00:00", "0.00"), (545, "09:05", "9.05"), (1110, "18:30", "18.30")]
)
def test_minutes_after_midnight_are_written_for_programs_and_for_readers(
    minutes: int, exchanged: str, spoken: str
) -> None:
    assert (clock_of(minutes), spoken_clock(minutes)) == (exchanged, spoken)
    assert minutes_of_clock(exchanged) == minutes
    assert time_of(minutes) == dt.time.fromisoformat(exchanged)


def test_the_end_of_a_day_is_exchanged_as_24_00_and_is_no_time_of_that_day() -> None:
    assert (clock_of(1440), minutes_of_clock("24:00")) == ("24:00", 1440)
    with pytest.raises(ValueError, match="hour must be in"):
        time_of(1440)
    assert spoken_clock(1470) == "0.30"
