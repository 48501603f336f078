"""Which stops an evening could hold: every visit with the starts that its windows and the shift allow.

Starts lie on a grid, so the starts that one stop allows are a few spans of grid points, each at one price
(inside or outside the family's wish, at the moment it already has or elsewhere).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .plan import VISITOR
from .problem import Problem, Shift, Visit, Visitor, Window


@dataclass(frozen=True, slots=True)
class Span:
    """The starts `first`, `first` + grid, …, `last` (minutes after midnight), at one price."""

    first: int
    last: int
    cost: float

    def contains(self, other: Span) -> bool:
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class Offer:
    """A stop that an evening could hold. `visits` and `place` are positions in the problem's tuples.

    `moment` is set when somebody else must be there at exactly that start; then `spans` is that one point.
    """

    visits: tuple[int, ...]
    place: int
    minutes: int
    spans: tuple[Span, ...]
    role: str = VISITOR
    moment: int | None = None


@dataclass(frozen=True, slots=True)
class Evening:
    """One shift of one visitor (a position in the problem's tuple) with all that it could hold."""

    visitor: int
    shift: Shift
    offers: tuple[Offer, ...]


class Offering:
    """Answers what a shift could hold, for one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.place = {name: number for number, name in enumerate(problem.places)}
        self._windows: dict[tuple[int, dt.date], list[Window]] = defaultdict(list)
        self._visits_of: dict[str, list[int]] = defaultdict(list)
        for number, visit in enumerate(problem.visits):
            for window in visit.windows:
                self._windows[number, window.on].append(window)
            for visitor in visit.visitors:
                self._visits_of[visitor].append(number)

    def evenings(self, visitors: Iterable[int]) -> list[Evening]:
        """Every shift of these visitors that could hold anything, by visitor and day."""
        evenings = []
        for number in sorted(visitors):
            visitor = self.problem.visitors[number]
            for shift in sorted(visitor.shifts, key=lambda shift: shift.on):
                offers = self.offers(visitor, shift)
                if offers:
                    evenings.append(Evening(number, shift, offers))
        return evenings

    def offers(self, visitor: Visitor, shift: Shift) -> tuple[Offer, ...]:
        """The stops that this shift could hold, each alone."""
        singles = (self._single(number, visitor, shift) for number in self._visits_of[visitor.id])
        return tuple(offer for offer in singles if offer is not None)

    def _single(self, number: int, visitor: Visitor, shift: Shift) -> Offer | None:
        visit = self.problem.visits[number]
        spans = self.spans(number, visitor, shift, visit.minutes)
        if not spans:
            return None
        return Offer((number,), self.place[visit.place], visit.minutes, spans)

    def spans(self, number: int, visitor: Visitor, shift: Shift, minutes: int) -> tuple[Span, ...]:
        """When a stop of `minutes` for this visit may start in this shift, and at which price."""
        windows = self._windows.get((number, shift.on))
        if not windows:
            return ()
        visit = self.problem.visits[number]
        spans = self._by_wish(visit, windows, shift, minutes)
        week = self.problem.weights.week * self.problem.weeks[shift.on]
        spans = [replace(span, cost=span.cost + week) for span in spans]
        return _undominated(self._by_appointment(visit, visitor, shift, spans))

    def _by_wish(self, visit: Visit, windows: list[Window], shift: Shift, minutes: int) -> list[Span]:
        grid = self.problem.rules.start_grid_minutes
        all_starts = [_starts(window, shift, minutes, grid) for window in windows]
        if not visit.has_wish:
            return _merged(all_starts, grid, 0)
        wished = [starts for starts, window in zip(all_starts, windows, strict=True) if window.is_wish]
        return _merged(wished, grid, 0) + _merged(all_starts, grid, self.problem.weights.outside_wish)

    def _by_appointment(self, visit: Visit, visitor: Visitor, shift: Shift, spans: list[Span]) -> list[Span]:
        """A fixed visit has one moment; a published one pays `moved` at every moment but its own."""
        fixed = self.problem.fixed.get(visit.id)
        if fixed is not None:
            if (fixed.visitor, fixed.on) != (visitor.id, shift.on):
                return []
            spans = _at(fixed.start, spans)
        current = self.problem.current.get(visit.id)
        if current is None:
            return spans
        stays = (current.visitor, current.on) == (visitor.id, shift.on)
        moved = self.problem.weights.moved
        elsewhere = [replace(span, cost=span.cost + moved) for span in spans]
        return (_at(current.start, spans) if stays else []) + elsewhere


def _starts(window: Window, shift: Shift, minutes: int, grid: int) -> tuple[int, int]:
    """First and last start on the grid that keep the visit inside the window and the shift."""
    first = max(window.starts, shift.leave_from)
    last = min(window.ends, shift.visits_until) - minutes
    return -(-first // grid) * grid, last // grid * grid


def _merged(starts: Iterable[tuple[int, int]], grid: int, cost: float) -> list[Span]:
    """The union of stretches of grid points as few disjoint spans."""
    spans: list[Span] = []
    for first, last in sorted(starts):
        if first > last:
            continue
        if spans and first <= spans[-1].last + grid:
            spans[-1] = replace(spans[-1], last=max(last, spans[-1].last))
        else:
            spans.append(Span(first, last, cost))
    return spans


def _at(start: int, spans: Iterable[Span]) -> list[Span]:
    return [Span(start, start, span.cost) for span in spans if span.first <= start <= span.last]


def _undominated(spans: list[Span]) -> tuple[Span, ...]:
    """Without the spans that lie in another one that costs no more."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.cost, span.first - span.last, span.first)):
        if not any(better.contains(span) for better in kept):
            kept.append(span)
    return tuple(kept)
