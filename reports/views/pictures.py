"""Everything that is drawn or listed of the figures, with its sentence: one object for page and PDF."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from mentors.models import School
from reports.figures.coverage import Tally
from reports.figures.hours import WRITING_MINUTES, HoursSpent
from reports.figures.pace import PacePoint
from reports.figures.pictures import (
    PAINTS,
    LineChart,
    Segment,
    StateColours,
    pace_chart,
    plain_bar,
    stacked_bar,
    week_ends,
)
from reports.links import place
from reports.queries.dashboard import Figures
from reports.views.findings import (
    capitalized,
    class_finding,
    hours_finding,
    pace_finding,
    pace_words,
    row_label,
)

WIDE, NARROW = 720, 340  # pixels: the chart for a desk and for a phone


@dataclass(frozen=True)
class ClassPicture:
    """One class: its bar and its numbers, each with the address of what it counts."""

    label: str
    tally: Tally
    bar: tuple[Segment, ...]
    behind: float
    urls: dict[str, str]


@dataclass(frozen=True)
class HoursLine:
    """One of budget, planned and spent."""

    label: str
    minutes: int
    width: str
    paint: StateColours

    @property
    def hours(self) -> int:
        """Whole hours."""
        return round(self.minutes / 60)


@dataclass(frozen=True)
class Pictures:
    """The page of the figures."""

    is_shown: bool
    class_finding: str
    classes: tuple[ClassPicture, ...]
    total_urls: dict[str, str]
    counts_twice: bool
    pace_finding: str
    pace_words: str
    pace_wide: LineChart | None
    pace_narrow: LineChart | None
    weeks: tuple[PacePoint, ...]
    hours_finding: str
    hours: tuple[HoursLine, ...]
    writing_minutes: int
    key: tuple[tuple[str, StateColours], ...]


def pictures_of(figures: Figures, school: School, *, may_open: bool) -> Pictures:
    """The pictures of a round. Without `may_open` no number is a link."""
    rows = figures.coverage.rows
    longest = max((row.tally.total for row in rows), default=0)
    return Pictures(
        is_shown=figures.coverage.total.is_shown,
        class_finding=capitalized(class_finding(figures)),
        classes=tuple(
            ClassPicture(
                label=row_label(row),
                tally=row.tally,
                bar=stacked_bar(row.tally, longest),
                behind=behind,
                urls=urls_of(figures, school, [pk for pk, _name in row.classes]) if may_open else {},
            )
            for row, behind in zip(rows, figures.behind, strict=True)
            if row.tally.is_shown
        ),
        total_urls=urls_of(figures, school, []) if may_open else {},
        counts_twice=sum(row.tally.total for row in rows) != figures.coverage.total.total,
        pace_finding=capitalized(pace_finding(figures.pace)),
        pace_words=pace_words(figures.pace),
        pace_wide=pace_chart(figures.pace, width=WIDE),
        pace_narrow=pace_chart(figures.pace, width=NARROW),
        weeks=tuple(week_ends(figures.pace.points)),
        hours_finding=hours_finding(figures.hours),
        hours=hours_lines(figures.hours),
        writing_minutes=WRITING_MINUTES,
        key=(
            (_("gesproken"), PAINTS["met"]),
            (_("gepland"), PAINTS["planned"]),
            (_("nog geen moment"), PAINTS["open"]),
            (_("liever niet"), PAINTS["declined"]),
        ),
    )


def urls_of(figures: Figures, school: School, classes: list[int]) -> dict[str, str]:
    """Where each number of a row leads: the visits in that state, of that class. Nothing for joined classes."""
    if len(classes) > 1:
        return {}
    base: dict[str, object] = {"ronde": figures.campaign.pk}
    if classes:
        base["klas"] = classes[0]
    states = {"met": "met", "planned": "gepland", "open": "open", "declined": "declined"}
    return {name: place("visits:visits", school, query=base | {"stand": state}) for name, state in states.items()} | {
        "total": place("visits:visits", school, query=base)
    }


def hours_lines(hours: HoursSpent) -> tuple[HoursLine, ...]:
    """Budget, planned and spent on one scale."""
    lines = [
        (_("Begroot"), hours.budget_minutes, "open"),
        (_("Gepland"), hours.planned.minutes, "planned"),
        (_("Besteed"), hours.spent.minutes, "met"),
    ]
    longest = max(minutes for _label, minutes, _kind in lines)
    return tuple(HoursLine(label, minutes, plain_bar(minutes, longest), PAINTS[kind]) for label, minutes, kind in lines)
