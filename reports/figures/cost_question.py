"""What a school asks before it decides: a grid of variants, and the evenings on which they would be carried out."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

USUAL_MINUTES, USUAL_STOPS, USUAL_EVENINGS, USUAL_MODE = 45, 3, 2, "bike"


@dataclass(frozen=True)
class Variant:
    """One way to do it."""

    minutes: int
    max_stops: int
    mode: str
    year_groups: tuple[int, ...]
    evenings_a_week: int


@dataclass(frozen=True)
class EveningHours:
    """An evening: earliest departure, last end of a visit, latest return; minutes after midnight."""

    leave_from: int
    visits_until: int
    back_by: int


@dataclass(frozen=True)
class Question:
    """The grid, and what holds for all of it. `rate_cents`: what an hour costs, if the school says so."""

    minutes: tuple[int, ...]
    max_stops: tuple[int, ...]
    modes: tuple[str, ...]
    cohorts: tuple[tuple[int, ...], ...]  # year groups
    evenings: tuple[int, ...]  # a week
    weekdays: tuple[int, ...]  # Monday is 0; the first of them is the one evening
    hours: EveningHours
    starts_on: dt.date
    report_minutes: int
    rate_cents: int | None = None

    def variants(self) -> list[Variant]:
        """The whole grid, the most useful ones first.

        What differs least from the usual way comes first; at the same distance, what shares most work with what
        went before: another duration or number of evenings, then stops, the way of travelling, the pupils.
        """
        return sorted(
            itertools.starmap(
                Variant, itertools.product(self.minutes, self.max_stops, self.modes, self.cohorts, self.evenings)
            ),
            key=self._distance,
        )

    def _distance(self, variant: Variant) -> tuple[object, ...]:
        """First the way of travelling and the pupils of the usual one, then its stops, then the rest."""
        return (
            (variant.mode != USUAL_MODE) + (variant.year_groups != self.cohorts[0]),
            variant.year_groups != self.cohorts[0],
            variant.mode != USUAL_MODE,
            abs(variant.max_stops - USUAL_STOPS),
            variant.max_stops,
            abs(variant.minutes - USUAL_MINUTES),
            variant.minutes,
            variant.evenings_a_week != USUAL_EVENINGS,
        )

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "minutes": list(self.minutes),
            "max_stops": list(self.max_stops),
            "modes": list(self.modes),
            "cohorts": [list(cohort) for cohort in self.cohorts],
            "evenings": list(self.evenings),
            "weekdays": list(self.weekdays),
            "hours": [self.hours.leave_from, self.hours.visits_until, self.hours.back_by],
            "starts_on": self.starts_on.isoformat(),
            "report_minutes": self.report_minutes,
            "rate_cents": self.rate_cents,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Question:
        """The question of a row."""
        return cls(
            minutes=tuple(kept["minutes"]),
            max_stops=tuple(kept["max_stops"]),
            modes=tuple(kept["modes"]),
            cohorts=tuple(tuple(cohort) for cohort in kept["cohorts"]),
            evenings=tuple(kept["evenings"]),
            weekdays=tuple(kept["weekdays"]),
            hours=EveningHours(*kept["hours"]),
            starts_on=dt.date.fromisoformat(kept["starts_on"]),
            report_minutes=kept["report_minutes"],
            rate_cents=kept["rate_cents"],
        )


def distinct_cohorts(chosen: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Each set of year groups once, the smallest first: at a school of one year group, all is the first-years."""
    return tuple(sorted({tuple(sorted(set(cohort))) for cohort in chosen if cohort}, key=lambda c: (len(c), c)))
