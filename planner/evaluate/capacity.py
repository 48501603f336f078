"""What no plan can do, by counting alone: how many visits must be left out, and whose evenings are too few.

A linear program over counts: visits that the same people may make, with the same company, are one kind; days on which
the same people have a shift are one kind. Windows, roads and the order of stops are left out of account, so the count
is below that of every plan.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from planner.model.problem import Problem, Visit

ROUNDING = 1e-6  # visits: what the linear program may be off by


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who is needed at one visit: one of `visitors`, and beside that one of `second` when there are any."""

    visitors: Sequence[str]
    second: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Shortage:
    """A visitor whom more visits need than there is room for: `wanted` stops, and `room` for so many.

    At `along` of the wanted stops this visitor comes along with somebody else.
    """

    visitor: str
    wanted: int
    room: int
    along: int = 0


def count_shortages(
    attendances: Iterable[Attendance],
    dates: Mapping[str, Collection[dt.date]],
    limits: Mapping[str, int],
    max_stops: int,
) -> list[Shortage]:
    """The visitors without whom more visits cannot be made than fit in their shifts, in the order of `dates`.

    `attendances`: one per visit. One that may be made in one stop with a sibling must be left out, since a stop may
    serve several. `dates`: on which each visitor has a shift. `limits`: the most stops of all shifts together, of
    visitors who have such a limit. A visit counts for a visitor who alone may make it, or alone may come along.
    """
    wanted: Counter[str] = Counter()
    along: Counter[str] = Counter()
    usable: dict[str, set[dt.date]] = defaultdict(set)
    for each in attendances:
        for people, others in ((each.visitors, each.second), (each.second, each.visitors)):
            if len(people) == 1:
                person = people[0]
                wanted[person] += 1
                along[person] += people is each.second
                there = [dates[name] for name in others] or [dates[person]]
                usable[person] |= {*dates[person]}.intersection(itertools.chain(*there))
    room = {person: min(max_stops * len(usable[person]), limits.get(person, sys.maxsize)) for person in dates}
    return [
        Shortage(person, wanted[person], room[person], along[person])
        for person in dates
        if wanted[person] > room[person]
    ]


def least_left_out(problem: Problem, visits: Iterable[int]) -> int:
    """How many of these visits (positions) every plan leaves out at least."""
    program = _CountingProgram(problem, [problem.visits[v] for v in visits])
    return program.least_left_out()


def _possible_visitors(problem: Problem) -> dict[str, tuple[str, ...]]:
    """Per visit who may make it, the visitors of its siblings included: they may serve it in one stop with theirs."""
    visits = {visit.id: visit for visit in problem.visits}
    found = {name: set(visit.visitors) for name, visit in visits.items()}
    for group in problem.siblings:
        people = {person for name in group for person in visits[name].visitors}
        for name in group:
            found[name] |= people
    return {name: tuple(sorted(people)) for name, people in found.items()}


class _CountingProgram:
    """Variables: how many visits of a kind a visitor makes with a companion on days of a kind."""

    def __init__(self, problem: Problem, visits: list[Visit]) -> None:
        self.problem = problem
        sizes = {name: len(group) for group in sorted(problem.siblings, key=len) for name in group}
        may_visit = _possible_visitors(problem)
        self.kinds = Counter((may_visit[v.id], v.second, sizes.get(v.id, 1)) for v in visits)
        there: dict[dt.date, list[str]] = defaultdict(list)
        for visitor in problem.visitors:
            for shift in visitor.shifts:
                there[shift.on].append(visitor.id)
        self.days = Counter(tuple(people) for people in there.values())
        self.rows: dict[tuple[object, ...], int] = {}
        self.limits: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self.columns = 0
        self._build()

    def _row(self, key: tuple[object, ...], limit: float) -> int:
        if key not in self.rows:
            self.rows[key] = len(self.limits)
            self.limits.append(limit)
        return self.rows[key]

    def _build(self) -> None:
        """Rows: visits of a kind; stops of a person on days of a kind, and in all."""
        limits = {visitor.id: visitor.max_stops_total for visitor in self.problem.visitors}
        for kind, number in self.kinds.items():
            visitors, seconds, size = kind
            for people, days in self.days.items():
                for visitor in set(visitors).intersection(people):
                    companions = [name for name in seconds if name in people and name != visitor] if seconds else [None]
                    for companion in companions:
                        self.entries.append((self._row(("kind", kind), number), self.columns, 1.0))
                        for person in (visitor, companion):
                            if person is None:
                                continue
                            room = self.problem.rules.max_stops * days
                            self.entries.append((self._row((person, people), room), self.columns, 1.0 / size))
                            most = limits[person]
                            if most is not None:
                                self.entries.append((self._row((person,), most), self.columns, 1.0 / size))
                        self.columns += 1

    def least_left_out(self) -> int:
        """All visits less the most that fit, rounded up."""
        total = sum(self.kinds.values())
        if not self.columns:
            return total
        rows, columns, values = zip(*self.entries, strict=True)
        shape = len(self.limits), self.columns
        matrix = coo_array((values, (rows, columns)), shape=shape).tocsr()
        solved = linprog(-np.ones(self.columns), A_ub=matrix, b_ub=self.limits, method="highs")
        if not solved.success:
            return 0
        return max(0, math.ceil(total + solved.fun - ROUNDING))
