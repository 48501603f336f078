"""Which stops an evening could hold: every visit with the starts that its windows and the shift allow.

Starts lie on a grid, so the starts that one stop allows are a few spans of grid points, each at one price
(inside or outside the family's wish, at the moment it already has or elsewhere).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from planner.model.index import ProblemIndex
from planner.model.plan import SECOND, VISITOR
from planner.model.problem import Problem, Shift, Visit, Visitor, Window, interpreters_there


@dataclass(frozen=True, slots=True)
class Span:
    """The starts `first`, `first` + grid, …, `last` (minutes after midnight), at one price."""

    first: int
    last: int
    cost: float

    def contains(self, other: Span) -> bool:
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class StopOption:
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
class ShiftOptions:
    """One shift of one visitor (a position in the problem's tuple) with all that it could hold."""

    visitor: int
    shift: Shift
    options: tuple[StopOption, ...]


class StopOptions:
    """Answers what a shift could hold, for one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        index = ProblemIndex(problem)
        self.place = index.place_number
        self.number = index.visit_number
        self._visitors = index.visitors
        self.pairs = [(self.number[a], self.number[b]) for a, b in problem.siblings]
        self._windows: dict[tuple[int, dt.date], list[Window]] = defaultdict(list)
        self._visits_of: dict[str, list[int]] = defaultdict(list)
        self._seconds_of: dict[str, list[int]] = defaultdict(list)
        self._siblings: dict[int, list[int]] = defaultdict(list)
        for number, visit in enumerate(problem.visits):
            for window in visit.windows:
                self._windows[number, window.on].append(window)
            for visitor in visit.visitors:
                self._visits_of[visitor].append(number)
            for visitor in visit.second:
                self._seconds_of[visitor].append(number)
        for a, b in self.pairs:
            self._siblings[a].append(b)
            self._siblings[b].append(a)
        self._shift = index.shifts

    def evenings(self, visitors: Iterable[int]) -> list[ShiftOptions]:
        """Every shift of these visitors that could hold anything, by visitor and day."""
        evenings = []
        for number in sorted(visitors):
            visitor = self.problem.visitors[number]
            for shift in sorted(visitor.shifts, key=lambda shift: shift.on):
                options = self.options(visitor, shift)
                if options:
                    evenings.append(ShiftOptions(number, shift, options))
        return evenings

    def options(self, visitor: Visitor, shift: Shift) -> tuple[StopOption, ...]:
        """The stops that this shift could hold, each alone."""
        return (
            *self._singles(visitor, shift),
            *self._doubles(visitor, shift),
            *self._second_stops(visitor, shift),
        )

    def _singles(self, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        for number in self._visits_of[visitor.id]:
            visit = self.problem.visits[number]
            spans = self.spans(number, visitor, shift, visit.minutes)
            if not spans:
                continue
            option = StopOption((number,), self.place[visit.place], visit.minutes, spans)
            if not visit.is_coupled:
                yield option
            if visit.is_coupled or self._siblings[number]:
                yield from self._at_moments(option, visitor, shift)

    def _doubles(self, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        """Both siblings at once, by the visitor of either."""
        for pair in self.pairs:
            a, b = (self.problem.visits[number] for number in pair)
            own = (visitor.id in a.visitors) + (visitor.id in b.visitors)
            if not own or a.place != b.place:
                continue
            minutes = self.problem.rules.stop_minutes(a, b)
            spans = _in_both(*(self.spans(number, visitor, shift, minutes) for number in pair))
            extra = self.problem.weights.substitute * (2 - own)
            spans = tuple(replace(span, cost=span.cost + extra) for span in spans)
            if not spans:
                continue
            option = StopOption(pair, self.place[a.place], minutes, spans)
            has_moment = a.is_coupled or b.is_coupled
            if not has_moment:
                yield option
            if has_moment or self.has_many_siblings(pair):
                yield from self._at_moments(option, visitor, shift)

    def _second_stops(self, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        """Company at a visit of somebody else: at every moment at which that visit could start."""
        own = self._seconds_of[visitor.id]
        for number in own:
            visit = self.problem.visits[number]
            yield from self._company((number,), visit.minutes, visitor, shift)
        for pair in self.pairs:
            a, b = (self.problem.visits[number] for number in pair)
            if pair[0] in own and pair[1] in own and a.place == b.place:
                minutes = self.problem.rules.stop_minutes(a, b)
                yield from self._company(pair, minutes, visitor, shift)

    def _company(self, visits: tuple[int, ...], minutes: int, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        place = self.place[self.problem.visits[visits[0]].place]
        moments = [self._main_moments(number, visitor, shift.on) for number in visits]
        for moment in sorted(set.intersection(*moments)):
            if shift.leave_from <= moment and moment + minutes <= shift.visits_until:
                yield StopOption(visits, place, minutes, (Span(moment, moment, 0),), SECOND, moment)

    def _main_moments(self, number: int, second: Visitor, on: dt.date) -> set[int]:
        """When somebody else than `second` could start this visit on a day."""
        visit = self.problem.visits[number]
        moments: set[int] = set()
        names = {*visit.visitors}.union(*(self.problem.visits[s].visitors for s in self._siblings[number]))
        for name in names - {second.id}:
            shift = self._shift.get((name, on))
            if shift is not None:
                for span in self.spans(number, self._visitors[name], shift, visit.minutes):
                    moments.update(self._moments((number,), span))
        return moments

    def has_many_siblings(self, visits: Iterable[int]) -> bool:
        return any(len(self._siblings[number]) > 1 for number in visits)

    def _moments(self, visits: Iterable[int], span: Span) -> range:
        """The starts of a span at which others can join: the coupled grid, for three siblings any start."""
        rules, grid = self.problem.rules, self.problem.rules.joint_grid_minutes
        family = {sibling for number in visits for sibling in [number, *self._siblings[number]]}
        if self.has_many_siblings(family) and not any(self.problem.visits[v].is_coupled for v in visits):
            grid = rules.start_grid_minutes
        return range(-(-span.first // grid) * grid, span.last + 1, grid)

    def _at_moments(self, option: StopOption, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        """A stop as one option for every moment at which whoever must or may be there too can be."""
        cheapest: dict[int, float] = {}
        for span in option.spans:
            for moment in self._moments(option.visits, span):
                cheapest[moment] = min(span.cost, cheapest.get(moment, span.cost))
        for moment in sorted(cheapest):
            if self._has_company(option, visitor, shift.on, moment):
                yield replace(option, spans=(Span(moment, moment, cheapest[moment]),), moment=moment)

    def _has_company(self, option: StopOption, visitor: Visitor, on: dt.date, moment: int) -> bool:
        """Whether second visitors and interpreters can be there; if none is needed, whether a sibling can."""
        needed = False
        for number in option.visits:
            visit = self.problem.visits[number]
            needed |= visit.is_coupled
            if visit.second and not any(
                self._is_on_duty(name, on, moment, visit.minutes) for name in visit.second if name != visitor.id
            ):
                return False
            if visit.interpreter and not interpreters_there(
                self.problem, visit.interpreter, on, moment, option.minutes
            ):
                return False
        return needed or any(
            self._is_on_duty(name, on, moment, self.problem.visits[sibling].minutes)
            for number in option.visits
            for sibling in self._siblings[number]
            for name in self.problem.visits[sibling].visitors
            if name != visitor.id
        )

    def _is_on_duty(self, name: str, on: dt.date, moment: int, minutes: int) -> bool:
        shift = self._shift.get((name, on))
        return shift is not None and shift.leave_from <= moment and moment + minutes <= shift.visits_until

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


def _in_both(some: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """Starts that both allow, at the sum of their prices."""
    others = tuple(others)
    common = [
        Span(max(a.first, b.first), min(a.last, b.last), a.cost + b.cost)
        for a in some
        for b in others
        if max(a.first, b.first) <= min(a.last, b.last)
    ]
    return _undominated(common)


def _undominated(spans: list[Span]) -> tuple[Span, ...]:
    """Without the spans that lie in another one that costs no more."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.cost, span.first - span.last, span.first)):
        if not any(better.contains(span) for better in kept):
            kept.append(span)
    return tuple(kept)
