"""The days of a round on which a visit can take place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Break:
    """Days off, first and last included."""

    name: str
    starts_on: dt.date
    ends_on: dt.date
    is_holiday: bool = True


@dataclass(frozen=True)
class SchoolCalendar:
    """Monday to Friday without the school's own days off, until the last day of the school year."""

    breaks: tuple[Break, ...]
    ends_on: dt.date

    def is_school_day(self, day: dt.date) -> bool:
        """Whether the school is open on `day`."""
        return day.weekday() < 5 and not any(off.starts_on <= day <= off.ends_on for off in self.breaks)

    def days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The school days from `first` up to and including `last`."""
        span = ((last - first).days + 1) if last >= first else 0
        return [day for day in (first + n * DAY for n in range(span)) if self.is_school_day(day)]

    def nth_after(self, day: dt.date, count: int) -> dt.date | None:
        """The `count`-th school day after `day`; None when the school year ends before it."""
        if count <= 0:
            return day
        coming = self.days(day + DAY, self.ends_on)
        return coming[count - 1] if count <= len(coming) else None

    def holiday_after(self, day: dt.date, within_days: int = 10) -> Break | None:
        """The holiday that begins within `within_days` after `day`: the one that ends a round."""
        return next(
            (
                off
                for off in sorted(self.breaks, key=lambda off: off.starts_on)
                if off.is_holiday and dt.timedelta(0) <= off.starts_on - day <= within_days * DAY
            ),
            None,
        )


def calendar_of(breaks: Iterable[Break], ends_on: dt.date) -> SchoolCalendar:
    """A calendar with its days off in order."""
    return SchoolCalendar(tuple(sorted(breaks, key=lambda off: (off.starts_on, off.ends_on))), ends_on)
