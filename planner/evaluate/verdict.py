"""What is wrong with routes, and what they cost: the rules, written once more, apart from the search.

The solver lets no plan out that breaks a rule here; a planning board asks the same for a change by hand.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from planner.model.index import ProblemIndex
from planner.model.plan import SECOND, VISITOR, Route, Stop
from planner.model.problem import Problem, Visit, Visitor


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that does not hold. `code` says which; the rest says where, as far as it applies."""

    code: str
    visitor: str | None = None
    on: dt.date | None = None
    visit: str | None = None


@dataclass
class CostParts:
    """How often a plan has what costs something, to be multiplied by the weight of that name in `Weights`.

    `weeks`: the sum of the weeks of all visits. `window_cost`: what the windows of all visits cost, which has no weight
    of its own. `routes` costs nothing.
    """

    unplaced: int = 0
    outside_wish: int = 0
    weeks: int = 0
    travel_minutes: int = 0
    waiting_minutes: int = 0
    siblings_split: int = 0
    substitutes: int = 0
    moved: int = 0
    routes: int = 0
    window_cost: float = 0

    def as_dict(self) -> dict[str, float]:
        """By name, in the order of the fields."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    def cost(self, problem: Problem) -> float:
        """The weighted sum."""
        weights = problem.weights
        return (
            weights.unplaced * self.unplaced
            + weights.outside_wish * self.outside_wish
            + weights.week * self.weeks
            + weights.travel_minute * self.travel_minutes
            + weights.waiting_minute * self.waiting_minutes
            + weights.siblings_split * self.siblings_split
            + weights.substitute * self.substitutes
            + weights.moved * self.moved
            + self.window_cost
        )


@dataclass(frozen=True)
class Verdict:
    """The rules that a plan breaks (none for a plan that may be carried out), its components and their cost."""

    broken: tuple[BrokenRule, ...]
    parts: CostParts
    cost: float


@dataclass(frozen=True, slots=True)
class PlacedVisit:
    """A visit as the routes make it; `start` and `ends` (without any buffer) in minutes after midnight."""

    visitor: str
    on: dt.date
    start: int
    ends: int

    @property
    def moment(self) -> tuple[dt.date, int]:
        """Date and start."""
        return self.on, self.start


@dataclass
class _Ledger:
    """What is seen while the routes are walked through."""

    problem: Problem
    broken: list[BrokenRule] = field(default_factory=list)
    parts: CostParts = field(default_factory=CostParts)
    made: dict[str, PlacedVisit] = field(default_factory=dict)
    seconds: dict[str, list[tuple[str, dt.date, int]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.index = ProblemIndex(self.problem)
        self.visits, self.visitors = self.index.visits, self.index.visitors


def judge(problem: Problem, routes: Iterable[Route]) -> Verdict:
    """Every rule that these routes break, and what they cost.

    Raises KeyError when a route names a visitor or a visit that the problem does not have.
    """
    ledger = _Ledger(problem)
    routes = list(routes)
    _check_days(ledger, routes)
    for route in routes:
        _walk(ledger, route)
    _check_limits(ledger, routes)
    for name, made in ledger.made.items():
        _check_visit(ledger, ledger.visits[name], made)
    _check_seconds(ledger)
    _check_interpreters(ledger)
    _check_apart(ledger)
    _check_appointments(ledger)
    _count_siblings(ledger)
    ledger.parts.unplaced = len(problem.visits) - len(ledger.made)
    ledger.parts.routes = len(routes)
    return Verdict(tuple(ledger.broken), ledger.parts, ledger.parts.cost(problem))


def _check_days(ledger: _Ledger, routes: list[Route]) -> None:
    seen = set()
    for route in routes:
        if (route.visitor, route.on) in seen:
            ledger.broken.append(BrokenRule("second_route", route.visitor, route.on))
        seen.add((route.visitor, route.on))


def _walk(ledger: _Ledger, route: Route) -> None:
    """Follow one route along the clock."""
    visitor = ledger.visitors[route.visitor]
    shift = visitor.shift_on(route.on)
    broken = ledger.broken
    if shift is None:
        broken.append(BrokenRule("no_shift", route.visitor, route.on))
        return
    if not 1 <= len(route.stops) <= ledger.problem.rules.max_stops:
        broken.append(BrokenRule("too_many_stops", route.visitor, route.on))
    matrix = ledger.problem.travel_minutes[visitor.mode]
    depot = here = ledger.index.place_number[visitor.depot]
    free = None
    for stop in route.stops:
        there = ledger.index.place_number[ledger.visits[stop.visits[0]].place]
        leg = int(matrix[here, there])
        earliest = (shift.leave_from if free is None else free + ledger.problem.rules.slack_minutes) + leg
        if stop.start < earliest:
            broken.append(BrokenRule("too_early", route.visitor, route.on, stop.visits[0]))
        elif free is not None:
            ledger.parts.waiting_minutes += stop.start - earliest
        here, free = there, stop.start + ledger.index.stop_minutes(stop)
        if free > shift.visits_until:
            broken.append(BrokenRule("ends_too_late", route.visitor, route.on, stop.visits[0]))
        ledger.parts.travel_minutes += leg
        _note_stop(ledger, visitor, route.on, stop, free)
    way_back = int(matrix[here, depot])
    ledger.parts.travel_minutes += way_back
    if free is not None and free + way_back > shift.back_by:
        broken.append(BrokenRule("back_too_late", route.visitor, route.on))


def _note_stop(ledger: _Ledger, visitor: Visitor, on: dt.date, stop: Stop, ends: int) -> None:
    """Enter who is visited, and check who may."""
    if stop.start % ledger.problem.rules.start_grid_minutes:
        ledger.broken.append(BrokenRule("off_grid", visitor.id, on, stop.visits[0]))
    if not ledger.index.may_share_stop(stop.visits):
        ledger.broken.append(BrokenRule("no_siblings", visitor.id, on, stop.visits[0]))
    for name in stop.visits:
        if stop.role == SECOND:
            if visitor.id not in ledger.visits[name].second:
                ledger.broken.append(BrokenRule("may_not_be_second", visitor.id, on, name))
            ledger.seconds[name].append((visitor.id, on, stop.start))
        elif name in ledger.made:
            ledger.broken.append(BrokenRule("visited_twice", visitor.id, on, name))
        else:
            ledger.made[name] = PlacedVisit(visitor.id, on, stop.start, ends)
    if stop.role == VISITOR:
        own = sum(visitor.id in ledger.visits[name].visitors for name in stop.visits)
        if not own:
            ledger.broken.append(BrokenRule("may_not_visit", visitor.id, on, stop.visits[0]))
        ledger.parts.substitutes += len(stop.visits) - max(own, 1)


def _check_limits(ledger: _Ledger, routes: list[Route]) -> None:
    stops: dict[str, int] = defaultdict(int)
    for route in routes:
        stops[route.visitor] += len(route.stops)
    for name, count in stops.items():
        limit = ledger.visitors[name].max_stops_total
        if limit is not None and count > limit:
            ledger.broken.append(BrokenRule("too_many_in_all", name))


def _check_visit(ledger: _Ledger, visit: Visit, made: PlacedVisit) -> None:
    """A visit lies in a window, on the grid that its company asks for."""
    fits = [
        window
        for window in visit.windows
        if window.on == made.on and window.starts <= made.start and made.ends <= window.ends
    ]
    if not fits:
        ledger.broken.append(BrokenRule("outside_windows", made.visitor, made.on, visit.id))
    if visit.has_wish and not any(window.is_wish for window in fits):
        ledger.parts.outside_wish += 1
    ledger.parts.window_cost += min((window.cost for window in fits), default=0)
    ledger.parts.weeks += ledger.problem.weeks.get(made.on, 0)
    if visit.is_coupled and made.start % ledger.problem.rules.coupled_grid_minutes:
        ledger.broken.append(BrokenRule("off_coupled_grid", made.visitor, made.on, visit.id))


def _check_seconds(ledger: _Ledger) -> None:
    """A visit that needs company has exactly one other visitor, at its own moment."""
    for name, made in ledger.made.items():
        needed = 1 if ledger.visits[name].second else 0
        there = ledger.seconds.get(name, [])
        together = [s for s in there if s[0] != made.visitor and s[1:] == made.moment]
        if len(there) != needed or len(together) != needed:
            ledger.broken.append(BrokenRule("lacks_second", made.visitor, made.on, name))
    for name in ledger.seconds:
        if name not in ledger.made:
            ledger.broken.append(BrokenRule("second_alone", visit=name))


def _check_interpreters(ledger: _Ledger) -> None:
    """At each start of a visit with an interpreter no more are busy than are there for all of it."""
    buffer = ledger.problem.rules.interpreter_buffer_minutes
    busy: dict[tuple[str, dt.date], list[tuple[str, int, int]]] = defaultdict(list)
    for name, made in ledger.made.items():
        language = ledger.visits[name].interpreter
        if language is not None:
            busy[language, made.on].append((name, made.start, made.ends + buffer))
    for (language, on), stretches in busy.items():
        shifts = [s for s in ledger.problem.interpreters.get(language, ()) if s.on == on]
        for name, start, end in stretches:
            there = sum(s.count for s in shifts if s.starts <= start and end <= s.ends)
            if sum(a <= start < b for _, a, b in stretches) > there:
                ledger.broken.append(BrokenRule("no_interpreter", ledger.made[name].visitor, on, name))


def _check_apart(ledger: _Ledger) -> None:
    """Of visits that must be apart each is over when the next one begins."""
    for group in ledger.problem.apart:
        names = sorted((*ledger.made[name].moment, name) for name in group if name in ledger.made)
        for (on, _start, before), (other_on, start, name) in itertools.pairwise(names):
            if on == other_on and start < ledger.made[before].ends:
                ledger.broken.append(BrokenRule("not_apart", ledger.made[name].visitor, on, name))


def _check_appointments(ledger: _Ledger) -> None:
    for name, fixed in ledger.problem.fixed.items():
        made = ledger.made.get(name)
        if made is None or (made.visitor, *made.moment) != (fixed.visitor, fixed.on, fixed.start):
            ledger.broken.append(BrokenRule("fixed_moved", fixed.visitor, fixed.on, name))
    for name, now in ledger.problem.current.items():
        made = ledger.made.get(name)
        if made is not None and (made.visitor, *made.moment) != (now.visitor, now.on, now.start):
            ledger.parts.moved += 1


def _count_siblings(ledger: _Ledger) -> None:
    """Siblings are together in one stop or at one start on the coupled grid; each moment after the first counts."""
    grid = ledger.problem.rules.coupled_grid_minutes
    for group in ledger.problem.siblings:
        made = [ledger.made[name] for name in group if name in ledger.made]
        moments = {(*one.moment, "" if one.start % grid == 0 else one.visitor) for one in made}
        ledger.parts.siblings_split += max(0, len(moments) - 1)
