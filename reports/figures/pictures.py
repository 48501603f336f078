"""Where the lines and bars of a picture go: numbers in, coordinates out. Bars and axes begin at zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures.coverage import FamilyState, Tally
from reports.figures.pace import Pace, PacePoint

WORDS_WIDTH = 125  # pixels: "gesproken 168"


@dataclass(frozen=True)
class StateColours:
    """The colours of a state: one hue, dark and light, and white and grey. In the drawing itself, for paper too."""

    fill: str
    edge: str
    ink: str


PAINTS = {
    "met": StateColours("#1d5c55", "#1d5c55", "#ffffff"),
    "planned": StateColours("#8fbdb5", "#1d5c55", "#2a251f"),
    "open": StateColours("#ffffff", "#8a7f70", "#2a251f"),
    "declined": StateColours("#d6ccbe", "#8a7f70", "#2a251f"),
}


@dataclass(frozen=True)
class Segment:
    """A piece of a stacked bar, in percent of the width of the picture."""

    standing: str
    paint: StateColours
    count: int
    left: str
    width: str
    middle: str
    has_room: bool  # for its number inside


@dataclass(frozen=True)
class Tick:
    """A line of the grid with its label."""

    at: float
    label: str
    on: dt.date | None = None


@dataclass(frozen=True)
class Label:
    """Where the words of a line stand; `anchor` is the side of them that is held."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class LineChart:
    """Two lines over the days of a round, in pixels."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    needed: str
    met: str
    levels: tuple[Tick, ...]
    weeks: tuple[Tick, ...]
    today_x: float | None
    met_label: Label | None
    needed_label: Label | None


def stacked_bar(tally: Tally, longest: int) -> tuple[Segment, ...]:
    """One bar of met, planned, open and declined families; the bar of `longest` families fills the width."""
    counts = [
        (FamilyState.MET, tally.met),
        (FamilyState.PLANNED, tally.planned),
        (FamilyState.OPEN, tally.open),
        (FamilyState.DECLINED, tally.declined),
    ]
    pieces, left = [], 0.0
    for standing, count in counts:
        width = 100 * count / longest if longest else 0.0
        if count:
            name = standing.name.lower()
            middle = left + width / 2
            pieces.append(Segment(name, PAINTS[name], count, pct(left), pct(width), pct(middle), width >= 5))
        left += width
    return tuple(pieces)


def plain_bar(value: float, longest: float) -> str:
    """The width of a single bar, in percent of the widest."""
    return pct(100 * value / longest if longest else 0.0)


def pct(value: float) -> str:
    """A percentage as SVG writes it, whatever the language of the page."""
    return f"{value:.2f}%"


def pace_chart(pace: Pace, *, width: int, height: int = 240) -> LineChart | None:
    """Met and needed families per school day; None for a round without days or families."""
    if not pace.points or not pace.to_meet:
        return None
    left, right, top, bottom = 40, width - 16, 16, height - 32
    highest = max(pace.to_meet, pace.met)
    step = (right - left) / len(pace.points)

    def spot(number: int, value: float) -> tuple[float, float]:
        return round(left + number * step, 1), round(bottom - value * (bottom - top) / highest, 1)

    needed = [spot(0, 0)] + [spot(n, point.needed) for n, point in enumerate(pace.points, start=1)]
    met = [spot(n, point.met) for n, point in enumerate(pace.points, start=1) if point.met is not None]
    met = [spot(0, 0), *met] if met else []
    past = len(met) - 1
    return LineChart(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        needed=path_of(needed),
        met=path_of(met),
        levels=tuple(Tick(spot(0, value)[1], str(value)) for value in levels_up_to(highest)),
        weeks=tuple(
            Tick(spot(n, 0)[0], "", point.on)
            for n, point in enumerate(pace.points)
            if n == 0 or point.on.isocalendar().week != pace.points[n - 1].on.isocalendar().week
        ),
        today_x=met[-1][0] if met and not pace.is_over else None,
        met_label=label_at(met[-1], left, bottom, above=pace.met >= pace.needed) if past > 0 else None,
        needed_label=label_at(needed[past], left, bottom, above=pace.met < pace.needed) if past > 0 else None,
    )


def label_at(spot: tuple[float, float], left: int, bottom: int, *, above: bool) -> Label:
    """The place of a line's words: above the higher line and below the lower one, so that they never meet.

    Both stay above the axis, where the weeks have their names; at the start of a round that is two lines of words.
    """
    x, y = spot
    if above:
        has_room = x > left + WORDS_WIDTH
        return Label(x - 8 if has_room else left + 4, min(y - 8, bottom - 28), "end" if has_room else "start")
    return Label(x + 10, min(y + 24, bottom - 6), "start")


def path_of(spots: Sequence[tuple[float, float]]) -> str:
    """The `points` of a polyline."""
    return " ".join(f"{x},{y}" for x, y in spots)


def week_ends(points: Sequence[PacePoint]) -> list[PacePoint]:
    """The last school day of each week of the round."""
    last = {point.on.isocalendar()[:2]: point for point in points}
    return list(last.values())


def levels_up_to(highest: int) -> list[int]:
    """Round numbers from zero, at most six of them."""
    steps = (size * 10**power for power in range(6) for size in (1, 2, 5))
    step = next(step for step in steps if highest / step <= 5)
    return list(range(0, highest + 1, step))
