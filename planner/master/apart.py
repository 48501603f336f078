"""The rows of visits that must be apart: no two of a group are under way at one moment.

On a day on which two visitors could be at two visits of a group each stop is offered once for every start, and once
with no moment of its own (see `columns.stop_options`):

* at each start of such a stop at most one visit of the group is under way;
* a stop with no moment of its own and any stop at another visit of the group by somebody else exclude each other.

Stops of one visitor are in one route, where they never overlap.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from planner.columns.stop_options import ShiftOptions, StopOption
from planner.master.rows import Entries, RowBuilder
from planner.model.index import ProblemIndex
from planner.model.plan import VISITOR
from planner.model.problem import Problem

_Day = tuple[int, dt.date]  # a group or a visit, by number, and a date


class Apart:
    """The rows of the groups among these visits (positions)."""

    def __init__(
        self, problem: Problem, rows: RowBuilder, evenings: Sequence[ShiftOptions], visits: Sequence[int]
    ) -> None:
        self.rows = rows
        number, known = ProblemIndex(problem).visit_number, set(visits)
        groups = ({number[name] for name in group} & known for group in problem.apart)
        self.groups = [group for group in groups if len(group) > 1]
        self._groups_of: dict[int, list[int]] = defaultdict(list)
        for at, group in enumerate(self.groups):
            for visit in sorted(group):
                self._groups_of[visit].append(at)
        self._starts: dict[_Day, set[int]] = defaultdict(set)
        self._visitors: dict[_Day, set[int]] = defaultdict(set)
        self._free: dict[_Day, set[int]] = defaultdict(set)
        for evening in evenings if self.groups else ():
            for option in evening.options:
                self._note(evening, option)

    def _note(self, evening: ShiftOptions, option: StopOption) -> None:
        """Who can be where on a day, who of these without a moment, and the starts of the others."""
        on = evening.shift.on
        for visit in option.visits if option.role == VISITOR else ():
            groups = self._groups_of.get(visit, ())
            if groups:
                self._visitors[visit, on].add(evening.visitor)
            if groups and option.moment is None:
                self._free[visit, on].add(evening.visitor)
            if option.moment is not None:
                for at in groups:
                    self._starts[at, on].add(option.moment)

    def entries(self, evening: ShiftOptions, option: StopOption) -> Entries:
        """The rows of a stop of a visitor with their coefficients."""
        found: Entries = []
        for visit in option.visits:
            for at in self._groups_of.get(visit, ()):
                others = sorted(self.groups[at].difference(option.visits))
                found.extend((row, 1.0) for other in others for row in self._day_rows(evening, option, visit, other))
                found.extend((row, 1.0) for row in self._moment_rows(at, evening.shift.on, option))
        return list(dict(found).items())

    def _day_rows(self, evening: ShiftOptions, option: StopOption, visit: int, other: int) -> Iterator[int]:
        """A stop of this visit and those of somebody else at the other one, where one of the two has no moment."""
        on, visitor = evening.shift.on, evening.visitor
        if option.moment is None and self._visitors[other, on] - {visitor}:
            yield self._day_row(visit, visitor, other, on)
        for somebody in sorted(self._free[other, on] - {visitor}):
            yield self._day_row(other, somebody, visit, on)

    def _day_row(self, visit: int, visitor: int, other: int, on: dt.date) -> int:
        """The visitor is at the visit without a moment, or somebody else at the other one."""
        name = ("apart on", visit, visitor, other, on)
        return self.rows.add(name, -np.inf, 1, lazy_group=("apart", min(visit, other), max(visit, other), on))

    def _moment_rows(self, at: int, on: dt.date, option: StopOption) -> Iterator[int]:
        """At each start of the group on a day: who of it is under way."""
        start = option.moment
        if start is None:
            return
        for moment in sorted(self._starts[at, on]):
            if start <= moment < start + option.minutes:
                yield self.rows.add(("apart", at, on, moment), -np.inf, 1, lazy_group=("apart", at, on))
