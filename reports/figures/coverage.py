"""How far each class is: families that were met, planned, open or declined.

The unit is a family (household), not a visit. A family with two visits in a class counts once, in its best
standing; a family with children in two classes counts in both classes and once in the total. A cancelled
visit (the pupil left) is no part of the round.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

SMALLEST_GROUP = 5  # a group under five is not shown


class FamilyState(IntEnum):
    """Where a family stands; the highest of its visits counts."""

    DECLINED = 0
    OPEN = 1
    PLANNED = 2
    MET = 3


# The state of a visit (visits.models.VisitState) and where its family stands; 'cancelled' is left out on purpose.
STANDINGS: Mapping[str, FamilyState] = {
    "met": FamilyState.MET,
    "confirmed": FamilyState.PLANNED,
    "planned": FamilyState.PLANNED,
    "open": FamilyState.OPEN,
    "declined": FamilyState.DECLINED,
}


@dataclass(frozen=True)
class VisitFact:
    """What the figures need of one visit that is part of the round. Minutes are whole, dates are local."""

    visit: int
    household: int
    standing: FamilyState
    classes: tuple[tuple[int, str], ...] = ()  # (primary key, name) of its pupils' classes
    moment_on: dt.date | None = None  # the day it is planned on, or took place
    route: int | None = None
    real_minutes: int | None = None  # from the report, when begin and end were both filled in


@dataclass(frozen=True)
class Tally:
    """Families counted by standing."""

    met: int = 0
    planned: int = 0
    open: int = 0
    declined: int = 0

    @property
    def total(self) -> int:
        """All families of the group: the denominator."""
        return self.met + self.planned + self.open + self.declined

    @property
    def to_meet(self) -> int:
        """Those who did not say that they would rather not."""
        return self.total - self.declined

    @property
    def is_shown(self) -> bool:
        """Whether the group is large enough to show."""
        return self.total >= SMALLEST_GROUP

    @property
    def percent_met(self) -> int | None:
        """Met as a whole percentage of all families; None under five."""
        return round(100 * self.met / self.total) if self.is_shown else None


@dataclass(frozen=True)
class ClassTally:
    """One row: a class, or small classes taken together so that none is shown by itself."""

    classes: tuple[tuple[int, str], ...]
    tally: Tally

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes in the row."""
        return tuple(name for _pk, name in self.classes)


@dataclass(frozen=True)
class Coverage:
    """All rows, alphabetical, and the whole."""

    rows: tuple[ClassTally, ...]
    total: Tally


def standing_of(facts: Iterable[VisitFact]) -> dict[int, FamilyState]:
    """The best standing of each household."""
    best: dict[int, FamilyState] = {}
    for fact in facts:
        best[fact.household] = max(fact.standing, best.get(fact.household, FamilyState.DECLINED))
    return best


def tally_of(standings: Iterable[FamilyState]) -> Tally:
    """How many there are of each."""
    found = list(standings)
    return Tally(
        met=found.count(FamilyState.MET),
        planned=found.count(FamilyState.PLANNED),
        open=found.count(FamilyState.OPEN),
        declined=found.count(FamilyState.DECLINED),
    )


def coverage_of(facts: Iterable[VisitFact]) -> Coverage:
    """Coverage per class and in all. Classes under five families are taken together; see `joined`."""
    facts = list(facts)
    by_class: dict[tuple[int, str], list[VisitFact]] = {}
    for fact in facts:
        for school_class in fact.classes:
            by_class.setdefault(school_class, []).append(fact)
    return Coverage(rows=tuple(small_classes_merged(by_class)), total=tally_of(standing_of(facts).values()))


def small_classes_merged(by_class: Mapping[tuple[int, str], list[VisitFact]]) -> list[ClassTally]:
    """One row a class; classes under five families become one row, with the smallest other class if need be.

    Hiding a small class alone would not do: subtracting the others from the total brings it back.
    """
    rows = {key: (tally_of(standing_of(facts).values()), facts) for key, facts in by_class.items()}
    small = sorted((key for key, (tally, _facts) in rows.items() if not tally.is_shown), key=name_of)
    if not small:
        return [ClassTally((key,), rows[key][0]) for key in sorted(rows, key=name_of)]
    others = sorted((key for key in rows if key not in small), key=lambda key: (rows[key][0].total, name_of(key)))
    bundle = list(small)
    while others and not bundled(bundle, by_class).is_shown:
        bundle.append(others.pop(0))
    together = ClassTally(tuple(sorted(bundle, key=name_of)), bundled(bundle, by_class))
    return sorted([*(ClassTally((key,), rows[key][0]) for key in others), together], key=lambda row: row.names)


def bundled(keys: Iterable[tuple[int, str]], by_class: Mapping[tuple[int, str], list[VisitFact]]) -> Tally:
    """The tally of several classes together; a family in two of them counts once."""
    return tally_of(standing_of(fact for key in keys for fact in by_class[key]).values())


def name_of(key: tuple[int, str]) -> tuple[str, int]:
    """Classes stand in the order of their names, never in the order of their figures."""
    return key[1], key[0]


def first_met_on(facts: Iterable[VisitFact]) -> list[dt.date]:
    """The day on which each family was first met, in order; a family that was never met has none."""
    first: dict[int, dt.date] = {}
    for fact in facts:
        if fact.standing is FamilyState.MET and fact.moment_on is not None:
            first[fact.household] = min(fact.moment_on, first.get(fact.household, fact.moment_on))
    return sorted(first.values())
