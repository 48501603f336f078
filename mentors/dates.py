"""Days and clock times of the Netherlands: between moments in UTC and the local clock, and how a reader sees them.

A moment is an aware datetime, a clock time is a `datetime.time` or a number of minutes after midnight, local time.
Texts for readers (`nl_…`, `spoken_clock`) follow the active language; `clock_of` writes the `HH:MM` that programs read.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


# --- moments and the local clock ---


def local_day(moment: dt.datetime) -> dt.date:
    """The date in the Netherlands at this moment."""
    return moment.astimezone(AMSTERDAM).date()


def local_minutes(moment: dt.datetime) -> int:
    """Minutes after midnight on the Dutch clock at this moment."""
    return minutes_of(moment.astimezone(AMSTERDAM).time())


def local_moment(on: dt.date, clock: dt.time) -> dt.datetime:
    """The moment, in UTC, at which the Dutch clock shows this time on this day."""
    return dt.datetime.combine(on, clock, tzinfo=AMSTERDAM).astimezone(dt.UTC)


def moment_at(on: dt.date, minutes: int) -> dt.datetime:
    """The moment, in UTC, at which the Dutch clock shows `minutes` after midnight on this day."""
    return local_moment(on, time_of(minutes))


# --- clock times and minutes after midnight ---


def minutes_of(clock: dt.time) -> int:
    """Minutes after midnight of a clock time."""
    return clock.hour * 60 + clock.minute


def time_of(minutes: int) -> dt.time:
    """The clock time of minutes after midnight; a ValueError from 24:00 on."""
    return dt.time(minutes // 60, minutes % 60)


def clock_of(minutes: int) -> str:
    """`HH:MM` of minutes after midnight, as programs exchange it; midnight at the end of a day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of_clock(clock: str) -> int:
    """Minutes after midnight of an `HH:MM`."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


# --- texts for readers ---


def nl_day(value: dt.date | None) -> str:
    """A day: 'di 6 oktober'."""
    return date_format(_local(value), "D j F") if value else ""


def nl_day_short(value: dt.date | None) -> str:
    """A day where there is little room: 'di 6 okt'."""
    month = "b" if (get_language() or "nl").startswith("nl") else "M"
    return date_format(_local(value), f"D j {month}").replace(".", "") if value else ""


def nl_day_year(value: dt.date | None) -> str:
    """A day far away: '6 oktober 2026'."""
    return date_format(_local(value), "j F Y") if value else ""


def nl_time(value: dt.datetime | dt.time | None) -> str:
    """A time of the clock in the Netherlands: '18.30'."""
    if value is None:
        return ""
    local = _local(value) if isinstance(value, dt.datetime) else value
    return local.strftime("%H.%M").removeprefix("0")


def nl_moment(value: dt.datetime | None) -> str:
    """A day and a time: 'di 6 oktober 18.30'."""
    return f"{nl_day(value)} {nl_time(value)}" if value else ""


def spoken_clock(minutes: int) -> str:
    """Minutes after midnight as '18.30'; after 24 hours the clock starts anew."""
    return f"{minutes // 60 % 24}.{minutes % 60:02d}"


def _local(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return value.astimezone(AMSTERDAM)
    return value
