"""The rows that tie visitors together: company, siblings, interpreters.

A stop that somebody else must or may be at is offered once for every moment, so that two visitors meet when
both choose the stop of the same moment:

* company: at each moment of a visit as many second stops as stops of its visitor;
* siblings: a pair is together in a double stop or, at each moment, when both have a stop there
  (`together` columns); otherwise, if neither is left out, it is split, at a price;
* interpreters: at each start no more visits that are still busy than interpreters who are there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.columns.stop_options import ShiftOptions, StopOption
from planner.master.rows import Entries, RowBuilder
from planner.model.index import ProblemIndex
from planner.model.plan import SECOND, VISITOR
from planner.model.problem import Problem, interpreters_there

Moment = tuple[dt.date, int]


@dataclass(frozen=True)
class AuxiliaryColumn:
    """A column that is no route: what it stands for, its cost and its entries."""

    name: tuple[object, ...]
    cost: float
    entries: Entries


class Coupling:
    """The coupling rows of one component of a school. `entries` gives those of a stop."""

    def __init__(
        self, problem: Problem, rows: RowBuilder, evenings: Sequence[ShiftOptions], visits: Sequence[int]
    ) -> None:
        self.problem = problem
        self.rows = rows
        number = ProblemIndex(problem).visit_number
        known = set(visits)
        pairs = [(number[a], number[b]) for a, b in problem.siblings]
        self.pairs = [pair for pair in pairs if known.issuperset(pair)]
        self._pairs_of: dict[int, list[int]] = defaultdict(list)
        for at, pair in enumerate(self.pairs):
            for visit in pair:
                self._pairs_of[visit].append(at)
        self._busy = _Busy(problem, evenings)
        self._together: dict[tuple[int, Moment], set[int]] = defaultdict(set)

    def entries(self, on: dt.date, option: StopOption) -> Entries:
        """The coupling rows of a stop with their coefficients."""
        if option.role == SECOND:
            return [(row, -1.0) for visit in option.visits for row in self._company_rows(visit, on, option.moment)]
        found: Entries = []
        for visit in option.visits:
            if self.problem.visits[visit].second:
                found.extend((row, 1.0) for row in self._company_rows(visit, on, option.moment))
            if self.problem.visits[visit].interpreter:
                found.extend(self._busy.entries(self.rows, visit, on, option))
            found.extend(self._sibling_entries(visit, on, option))
        return found

    def _company_rows(self, visit: int, on: dt.date, moment: int | None) -> list[int]:
        """As many second stops as stops of the visitor, at a moment; and, as their sum, on a day."""
        return [
            self.rows.add(("company", visit, on, moment), 0, 0, lazy_group=("company", visit, on)),
            self.rows.add(("company on", visit, on), 0, 0),
        ]

    def _there_rows(self, at: int, visit: int, on: dt.date, moment: int) -> list[int]:
        """One of a pair of siblings is there at a moment; and, as the sum of these, on a day."""
        return [
            self.rows.add(("there", at, visit, on, moment), 0, np.inf, lazy_group=("there", at, on)),
            self.rows.add(("there on", at, visit, on), 0, np.inf),
        ]

    def _sibling_entries(self, visit: int, on: dt.date, option: StopOption) -> Entries:
        found: Entries = []
        for at in self._pairs_of[visit]:
            pair = self.pairs[at]
            if set(option.visits) == set(pair):
                if visit == pair[0]:
                    found.append((self.rows.add(("split", at), 1, np.inf), 1.0))
            elif option.moment is not None and self._may_be_together(option, visit == pair[0]):
                self._together[at, (on, option.moment)].add(visit)
                found.extend((row, 1.0) for row in self._there_rows(at, visit, on, option.moment))
        return found

    def _may_be_together(self, option: StopOption, is_first: bool) -> bool:
        """Off the coupled grid only the first of a pair in a double stop (with a third) counts as joint."""
        on_grid = option.moment is not None and option.moment % self.problem.rules.coupled_grid_minutes == 0
        return on_grid or not is_first or len(option.visits) == 2

    def auxiliary_columns(self, unplaced_rows: dict[int, list[int]]) -> list[AuxiliaryColumn]:
        """Pairs that are together at a moment, and pairs that are split; rows of `unplaced_rows` grow."""
        columns = []
        for (at, (on, moment)), visits in self._together.items():
            if len(visits) == 2:
                there = [(row, -1.0) for v in sorted(visits) for row in self._there_rows(at, v, on, moment)]
                split = (self.rows.add(("split", at), 1, np.inf), 1.0)
                columns.append(AuxiliaryColumn(("together", at, on, moment), 0, [*there, split]))
        for at, pair in enumerate(self.pairs):
            row = self.rows.add(("split", at), 1, np.inf)
            columns.append(AuxiliaryColumn(("split", at), self.problem.weights.siblings_split, [(row, 1.0)]))
            for visit in pair:
                unplaced_rows[visit].append(row)
        return columns


@dataclass(frozen=True, order=True, slots=True)
class _Stretch:
    """A visit with an interpreter from its start until it and the buffer are over; `there` can do that."""

    visit: int
    start: int
    until: int
    there: int


class _Busy:
    """At which starts a visit with an interpreter is still busy, and how many interpreters are there."""

    def __init__(self, problem: Problem, evenings: Sequence[ShiftOptions]) -> None:
        self.problem = problem
        self._stretches: dict[tuple[str, dt.date], set[_Stretch]] = defaultdict(set)
        for evening in evenings:
            for option in evening.options:
                for visit in option.visits if option.role == VISITOR else ():
                    language = problem.visits[visit].interpreter
                    if language is not None:
                        on = evening.shift.on
                        self._stretches[language, on].add(self._stretch(visit, on, option))

    def _stretch(self, visit: int, on: dt.date, option: StopOption) -> _Stretch:
        start, language = _start(option), self.problem.visits[visit].interpreter or ""
        until = start + option.minutes + self.problem.rules.interpreter_buffer_minutes
        return _Stretch(visit, start, until, interpreters_there(self.problem, language, on, start, option.minutes))

    def entries(self, rows: RowBuilder, visit: int, on: dt.date, option: StopOption) -> Entries:
        """One entry for every start at which this visit is busy.

        What holds at the last start before a moment holds at the moment, so the largest number that those
        who may be busy need is asked everywhere. Where a visit needs more to be free at its own start, a row
        of its own asks that.
        """
        language, own = self.problem.visits[visit].interpreter or "", self._stretch(visit, on, option)
        stretches, lazy_group = self._stretches[language, on], ("busy", language, on)
        found: Entries = []
        for start in sorted({other.start for other in stretches if own.start <= other.start < own.until}):
            most = max(other.there for other in stretches if other.start <= start < other.until)
            found.append((rows.add(("busy", language, on, start), -np.inf, most, lazy_group=lazy_group), 1.0))
            for other in sorted(other for other in stretches if other.start == start and other.there < most):
                weight = 1.0 + (most - other.there if other == own else 0)
                found.append((rows.add(("busy", language, on, other), -np.inf, most, lazy_group=lazy_group), weight))
        return found


def _start(option: StopOption) -> int:
    """The moment of a stop that has one: every stop with company or an interpreter does."""
    return -1 if option.moment is None else option.moment
