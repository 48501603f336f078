"""From the teams' plans to the figures of a variant: hours, kilometres, evenings and the weeks that they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reports.figures.cost_question import Question, Variant
from reports.figures.cost_teams import TeamPlan
from reports.figures.school_days import DAY, Break, SchoolCalendar

LONG_BREAK_DAYS = 5  # a day off in between is no holiday to be ready before


@dataclass(frozen=True)
class VariantOutcome:
    """What a variant takes. Minutes and metres of all mentors together; dates are ISO texts.

    `placed` of `families` have an evening; to the `unreachable` no evening is long enough, and for the `too_late`
    the school year is. `before_holiday`: placed on an evening before the first long holiday; `is_in_time` when
    all of `placed` are, and nobody is too late. `unproven_minutes`: what a better plan on as many evenings could
    save at most. `unproven_evenings`: evenings that are not proven to be needed. `reach`: the most visits that an
    evening truly holds.
    """

    families: int
    placed: int
    unreachable: int
    too_late: int
    mentors: int
    talk_minutes: int
    travel_minutes: int
    report_minutes: int
    waiting_minutes: int
    metres: int
    evenings: int
    most_evenings: int
    weeks: int
    last_on: str | None
    before_holiday: int | None
    is_in_time: bool | None
    reach: int
    unproven_minutes: float
    unproven_evenings: int
    is_estimate: bool

    @property
    def minutes(self) -> int:
        """All hours: conversations, travel, preparing and writing."""
        return self.talk_minutes + self.travel_minutes + self.report_minutes

    @property
    def minutes_a_mentor(self) -> float:
        """The mean."""
        return self.minutes / self.mentors if self.mentors else 0.0

    @property
    def minutes_a_family(self) -> float:
        """The mean over the families that have an evening."""
        return self.minutes / self.placed if self.placed else 0.0

    @property
    def evenings_a_mentor(self) -> float:
        """The mean."""
        return self.evenings / self.mentors if self.mentors else 0.0

    @property
    def kilometres(self) -> float:
        """In all."""
        return self.metres / 1000

    @property
    def kilometres_a_mentor(self) -> float:
        """The mean."""
        return self.kilometres / self.mentors if self.mentors else 0.0

    @property
    def unplaced(self) -> int:
        """Families without an evening, for whatever reason."""
        return self.families - self.placed

    @property
    def proven_within(self) -> float:
        """The share of all hours that a better plan on as many evenings could save at most."""
        return self.unproven_minutes / self.minutes if self.minutes else 0.0

    def cost_cents(self, rate_cents: int) -> int:
        """All hours at a price an hour."""
        return round(self.minutes * rate_cents / 60)

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> VariantOutcome:
        """The outcome of a row."""
        return cls(**kept)


@dataclass(frozen=True)
class Calendar:
    """The days on which there may be evenings, and the holiday before which it should be done."""

    calendar: SchoolCalendar
    starts_on: dt.date

    @property
    def holiday(self) -> Break | None:
        """The first long holiday after the first day."""
        return next(
            (
                off
                for off in self.calendar.breaks
                if off.is_holiday
                and off.starts_on > self.starts_on
                and off.ends_on - off.starts_on >= (LONG_BREAK_DAYS - 1) * DAY
            ),
            None,
        )

    def evenings(self, weekdays: Sequence[int]) -> list[dt.date]:
        """All evenings on these weekdays until the school year ends, closures left out."""
        span = (self.calendar.ends_on - self.starts_on).days + 1
        days = (self.starts_on + number * DAY for number in range(max(0, span)))
        return [day for day in days if day.weekday() in weekdays and not self._is_closed(day)]

    def weeks_before_holiday(self, weekdays: Sequence[int]) -> int | None:
        """The weeks with an evening before that holiday; nothing when the calendar has none."""
        holiday = self.holiday
        if holiday is None:
            return None
        return weeks_of([day for day in self.evenings(weekdays) if day < holiday.starts_on])

    def _is_closed(self, day: dt.date) -> bool:
        return any(off.starts_on <= day <= off.ends_on for off in self.calendar.breaks)


def weeks_of(days: Sequence[dt.date]) -> int:
    """In how many weeks these days lie."""
    return len({day.isocalendar()[:2] for day in days})


def variant_outcome(
    variant: Variant,
    question: Question,
    plans: Sequence[TeamPlan],
    calendar: Calendar,
    *,
    mentors: int,
    is_estimate: bool,
) -> VariantOutcome:
    """Lay the teams' evenings over the calendar, each mentor's fullest ones first, and add up."""
    days = calendar.evenings(question.weekdays[: variant.evenings_a_week])
    holiday = calendar.holiday
    in_time = len(days) if holiday is None else sum(day < holiday.starts_on for day in days)
    sizes = [evenings for plan in plans for evenings in plan.sizes()]
    placed = sum(sum(evenings[: len(days)]) for evenings in sizes)
    early = sum(sum(evenings[:in_time]) for evenings in sizes)
    too_late = sum(sum(evenings[len(days) :]) for evenings in sizes)
    used = min(len(days), max((len(evenings) for evenings in sizes), default=0))
    unreachable = sum(plan.unreachable for plan in plans)
    share = placed / (placed + too_late) if placed else 0.0  # travel of evenings that no longer fit in the year
    return VariantOutcome(
        families=placed + too_late + unreachable,
        placed=placed,
        unreachable=unreachable,
        too_late=too_late,
        mentors=mentors,
        talk_minutes=variant.minutes * placed,
        travel_minutes=round(share * sum(plan.travel_minutes for plan in plans)),
        report_minutes=question.report_minutes * placed,
        waiting_minutes=round(share * sum(plan.waiting_minutes for plan in plans)),
        metres=round(share * sum(plan.travel_metres for plan in plans)),
        evenings=sum(min(len(evenings), len(days)) for evenings in sizes),
        most_evenings=used,
        weeks=weeks_of(days[:used]),
        last_on=days[used - 1].isoformat() if used else None,
        before_holiday=early if holiday else None,
        is_in_time=early == placed and not too_late if holiday else None,
        reach=max((plan.reach for plan in plans), default=0),
        unproven_minutes=round(sum(plan.unproven_minutes for plan in plans), 1),
        unproven_evenings=sum((plan.dates - plan.least_dates) * len(plan.sizes()) for plan in plans),
        is_estimate=is_estimate,
    )
