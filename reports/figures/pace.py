"""The pace of a round: how many families were met, how many should have been, and when it will be done.

Needed is a straight line over the school days of the round, from none before its first day to all families
that did not decline on its last. The projection takes the pace of the last ten school days (or of all of
them, when there were fewer) and lays the families that are left over the school days to come.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures.coverage import Tally
from reports.figures.school_days import Break, SchoolCalendar

WINDOW_DAYS = 10  # two school weeks
DAYS_A_WEEK = 5


@dataclass(frozen=True)
class PacePoint:
    """The end of one school day."""

    on: dt.date
    met: int | None  # None for a day that has yet to come
    needed: float


@dataclass(frozen=True)
class Pace:
    """The pace on `today`. `behind_weeks` is negative for who is ahead."""

    starts_on: dt.date
    deadline: dt.date
    holiday: Break | None
    today: dt.date
    to_meet: int
    met: int
    needed: int
    behind_weeks: float
    points: tuple[PacePoint, ...]
    window_days: int
    met_in_window: int
    projected_on: dt.date | None
    planned_in_time: int  # met, or with a moment on or before the deadline

    @property
    def is_done(self) -> bool:
        """Whether nobody is left to meet."""
        return self.to_meet > 0 and self.met >= self.to_meet

    @property
    def has_begun(self) -> bool:
        """Whether the first day has come."""
        return self.today >= self.starts_on

    @property
    def is_over(self) -> bool:
        """Whether the last day has passed."""
        return self.today > self.deadline

    @property
    def is_late(self) -> bool:
        """Whether the projection ends after the deadline, or not at all."""
        return self.projected_on is None or self.projected_on > self.deadline


def pace_of(
    *,
    total: Tally,
    met_on: Sequence[dt.date],
    planned_on: Sequence[dt.date],
    starts_on: dt.date,
    ends_on: dt.date,
    calendar: SchoolCalendar,
    today: dt.date,
) -> Pace:
    """The pace of a round from `starts_on` to `ends_on`. `met_on` is in order, one date a family."""
    days = calendar.days(starts_on, ends_on)
    elapsed = share_elapsed(days, today)
    window = window_of(calendar, starts_on, today)
    in_window = bisect_right(met_on, today) - bisect_right(met_on, window[0] - dt.timedelta(days=1)) if window else 0
    left = total.to_meet - total.met
    return Pace(
        starts_on=starts_on,
        deadline=ends_on,
        holiday=calendar.holiday_after(ends_on),
        today=today,
        to_meet=total.to_meet,
        met=total.met,
        needed=round(total.to_meet * elapsed),
        behind_weeks=behind_weeks(total, days=days, today=today),
        points=points_of(days, met_on, total.to_meet, today),
        window_days=len(window),
        met_in_window=in_window,
        projected_on=projected_end(left, in_window, len(window), calendar, today),
        planned_in_time=total.met + sum(1 for day in planned_on if day <= ends_on),
    )


def share_elapsed(days: Sequence[dt.date], today: dt.date) -> float:
    """The part of the round's school days up to and including `today`, 0 to 1."""
    return bisect_right(days, today) / len(days) if days else 0.0


def behind_weeks(tally: Tally, *, days: Sequence[dt.date], today: dt.date) -> float:
    """School weeks that a group is behind the straight line: families short, over families a week."""
    if not days or not tally.to_meet:
        return 0.0
    short = tally.to_meet * share_elapsed(days, today) - tally.met
    return short / (tally.to_meet / (len(days) / DAYS_A_WEEK))


def window_of(calendar: SchoolCalendar, starts_on: dt.date, today: dt.date) -> list[dt.date]:
    """The last ten school days of the round so far, today included."""
    return calendar.days(starts_on, today)[-WINDOW_DAYS:]


def projected_end(left: int, met: int, days: int, calendar: SchoolCalendar, today: dt.date) -> dt.date | None:
    """The school day on which nobody is left, at `met` families in `days` school days; None if never."""
    if left <= 0:
        return today
    if not met or not days:
        return None
    return calendar.nth_after(today, math.ceil(left * days / met))


def points_of(
    days: Sequence[dt.date], met_on: Sequence[dt.date], to_meet: int, today: dt.date
) -> tuple[PacePoint, ...]:
    """Met and needed at the end of each school day of the round."""
    return tuple(
        PacePoint(
            on=day,
            met=bisect_right(met_on, day) if day <= today else None,
            needed=to_meet * number / len(days),
        )
        for number, day in enumerate(days, start=1)
    )
