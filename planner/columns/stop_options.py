"""Which stops an evening could hold: every visit with the starts that its windows and the shift allow.

Starts lie on a grid, so the starts that one stop allows are a few spans of grid points, each at one price
(inside or outside the family's wish, what the windows cost, at the moment it already has or elsewhere).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

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

    `moment` is set when somebody else must be there at exactly that start, or must not be at another visit then; then
    `spans` is that one point.
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
        self.index = ProblemIndex(problem)
        self.place = self.index.place_number
        self.number = self.index.visit_number
        self._windows: dict[tuple[int, dt.date], list[Window]] = defaultdict(list)
        self._stops_of: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        self._seconds_of: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        self._siblings: dict[int, list[int]] = {
            self.number[name]: [self.number[other] for other in others] for name, others in self.index.siblings.items()
        }
        self._apart = {
            self.number[name]: [self.number[other] for other in others] for name, others in self.index.apart.items()
        }
        self._people_of: dict[int, set[str]] = defaultdict(set)
        for number, visit in enumerate(problem.visits):
            for window in visit.windows:
                self._windows[number, window.on].append(window)
        for visits in [*((number,) for number in range(len(problem.visits))), *self._parties()]:
            self._enter(visits)
        self._shift = self.index.shifts

    def _parties(self) -> Iterator[tuple[int, ...]]:
        """Every set of two or more siblings whom one stop could serve, once each."""
        seen: set[frozenset[str]] = set()
        for group in self.problem.siblings:
            for size in range(2, len(group) + 1):
                for names in combinations(group, size):
                    is_apart = any(other in names for name in names for other in self.index.apart.get(name, ()))
                    if frozenset(names) not in seen and self.index.may_share_stop(names) and not is_apart:
                        seen.add(frozenset(names))
                        yield tuple(self.number[name] for name in names)

    def _enter(self, visits: tuple[int, ...]) -> None:
        """Note who may make a stop for these visits, and who may come along to it."""
        some = [self.problem.visits[number] for number in visits]
        makers = dict.fromkeys(name for visit in some for name in visit.visitors)
        for name in makers:
            self._stops_of[name].append(visits)
        for name in some[0].second:
            if all(name in visit.second for visit in some):
                self._seconds_of[name].append(visits)
        for number in visits:
            self._people_of[number] |= makers.keys()

    def evenings(self, visitors: Iterable[int]) -> list[ShiftOptions]:
        """Every shift of these visitors that could hold anything, by visitor and day."""
        return list(self.each_evening(visitors))

    def each_evening(self, visitors: Iterable[int]) -> Iterator[ShiftOptions]:
        """These shifts one by one: a hundred thousand options take seconds, and one may know earlier not to list."""
        for number in sorted(visitors):
            visitor = self.problem.visitors[number]
            for shift in sorted(visitor.shifts, key=lambda shift: shift.on):
                options = self.options(visitor, shift)
                if options:
                    yield ShiftOptions(number, shift, options)

    def options(self, visitor: Visitor, shift: Shift) -> tuple[StopOption, ...]:
        """The stops that this shift could hold, each alone."""
        return (*self._own_stops(visitor, shift), *self._second_stops(visitor, shift))

    def _own_stops(self, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        """Visits, and siblings at once by the visitor of any of them."""
        for visits in self._stops_of[visitor.id]:
            some = [self.problem.visits[number] for number in visits]
            minutes = self.problem.rules.stop_minutes(*some)
            spans = self._common_spans(visits, visitor, shift, minutes)
            if not spans:
                continue
            guests = sum(visitor.id not in visit.visitors for visit in some)
            extra = self.problem.weights.substitute * guests
            spans = tuple(replace(span, cost=span.cost + extra) for span in spans) if guests else spans
            option = StopOption(visits, self.place[some[0].place], minutes, spans)
            is_bound = any(visit.is_coupled for visit in some)
            if not is_bound:
                yield option
            if is_bound or self._others(visits) or self._may_overlap(visits, visitor, shift.on):
                yield from self._at_moments(option, visitor, shift)

    def _common_spans(self, visits: tuple[int, ...], visitor: Visitor, shift: Shift, minutes: int) -> tuple[Span, ...]:
        """When a stop of `minutes` for all these visits may start."""
        first, *others = visits
        spans = self.spans(first, visitor, shift, minutes)
        for number in others:
            spans = _in_both(spans, self.spans(number, visitor, shift, minutes)) if spans else spans
        return spans

    def _others(self, visits: Iterable[int]) -> set[int]:
        """The siblings of these visits who are not among them."""
        return {sibling for number in visits for sibling in self._siblings.get(number, ())}.difference(visits)

    def _may_overlap(self, visits: Iterable[int], visitor: Visitor, on: dt.date) -> bool:
        """Whether somebody else could be at a visit on that day that must be apart from one of these."""
        return any(
            (other, on) in self._windows
            and any((name, on) in self._shift for name in self._people_of[other] - {visitor.id})
            for number in visits
            for other in self._apart.get(number, ())
        )

    def _second_stops(self, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        """Company at visits of somebody else: at every moment at which these could start."""
        for visits in self._seconds_of[visitor.id]:
            some = [self.problem.visits[number] for number in visits]
            place, minutes = self.place[some[0].place], self.problem.rules.stop_minutes(*some)
            moments = [self._main_moments(number, visitor, shift.on) for number in visits]
            for moment in sorted(set.intersection(*moments)):
                if shift.leave_from <= moment and moment + minutes <= shift.visits_until:
                    yield StopOption(visits, place, minutes, (Span(moment, moment, 0),), SECOND, moment)

    def _main_moments(self, number: int, second: Visitor, on: dt.date) -> set[int]:
        """When somebody else than `second` could start this visit on a day."""
        visit = self.problem.visits[number]
        moments: set[int] = set()
        for name in self._people_of[number] - {second.id}:
            shift = self._shift.get((name, on))
            if shift is not None:
                for span in self.spans(number, self.index.visitors[name], shift, visit.minutes):
                    moments.update(_points(span, self.problem.rules.joint_grid_minutes))
        return moments

    def _at_moments(self, option: StopOption, visitor: Visitor, shift: Shift) -> Iterator[StopOption]:
        """A stop as one option for every moment at which others can be there too, or must not be."""
        is_bound = any(self.problem.visits[number].is_coupled for number in option.visits)
        any_start = not is_bound and self._may_overlap(option.visits, visitor, shift.on)
        rules, cheapest = self.problem.rules, dict[int, float]()
        for span in option.spans:
            for moment in _points(span, rules.start_grid_minutes if any_start else rules.joint_grid_minutes):
                cheapest[moment] = min(span.cost, cheapest.get(moment, span.cost))
        for moment in sorted(cheapest):
            if any_start or self._has_company(option, visitor, shift.on, moment):
                at = (Span(moment, moment, cheapest[moment]),)
                yield StopOption(option.visits, option.place, option.minutes, at, option.role, moment)

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
            for sibling in self._others(option.visits)
            for name in self._people_of[sibling]
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
        spans = self._by_price(visit, windows, shift, minutes)
        week = self.problem.weights.week * self.problem.weeks[shift.on]
        spans = [replace(span, cost=span.cost + week) for span in spans]
        return _undominated(self._by_appointment(visit, visitor, shift, spans))

    def _by_price(self, visit: Visit, windows: list[Window], shift: Shift, minutes: int) -> list[Span]:
        """The starts that wishes and windows make cost no more than a price, for every price that there is."""
        grid, outside = self.problem.rules.start_grid_minutes, self.problem.weights.outside_wish
        starts = [(window, _starts(window, shift, minutes, grid)) for window in windows]
        wished = _merged([some for window, some in starts if window.is_wish], grid, 0)
        spans: list[Span] = []
        for price in sorted({window.cost for window in windows}):
            cheap = _merged([some for window, some in starts if window.cost <= price], grid, price)
            if visit.has_wish:
                spans += _in_both(cheap, wished)
                cheap = [replace(span, cost=price + outside) for span in cheap]
            spans += cheap
        return spans

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
        is_on_grid = current.start % self.problem.rules.start_grid_minutes == 0  # one that is not may only move
        stays = is_on_grid and (current.visitor, current.on) == (visitor.id, shift.on)
        moved = self.problem.weights.moved
        elsewhere = [replace(span, cost=span.cost + moved) for span in spans]
        return (_at(current.start, spans) if stays else []) + elsewhere


def _points(span: Span, grid: int) -> range:
    """The starts of a span on a grid."""
    return range(-(-span.first // grid) * grid, span.last + 1, grid)


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
