"""The rows that tie visitors together: company, siblings, interpreters, visits apart.

A stop that somebody else must or may be at is offered once for every moment, so that two visitors meet when
both choose the stop of the same moment:

* company: at each moment of a visit as many second stops as stops of its visitor;
* siblings: what a group pays is the number of moments at which it is visited less one. Of n visits each is a moment of
  its own, but for those left out, those that one stop serves beside another, and those of stops that meet at one
  moment: `together` columns count the stops there less one, since for each visit of the group they are at most the
  stops there that do not serve it. What is left of n - 1 is split, at a price;
* interpreters: at each start no more visits that are still busy than interpreters who are there;
* visits apart: of a group at most one is under way at each start. A stop with no moment of its own is for days on which
  no other visitor is at one of the group: it excludes each of their stops.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from planner.columns.stop_options import ShiftOptions, StopOption
from planner.master.apart import Apart
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
    upper: float = 1.0


def sibling_groups(problem: Problem, visits: Iterable[int]) -> list[tuple[int, ...]]:
    """The groups of siblings among these visits (positions), in the order in which the rows number them."""
    number, known = ProblemIndex(problem).visit_number, set(visits)
    groups = (tuple(number[name] for name in group if number[name] in known) for group in problem.siblings)
    return [group for group in groups if len(group) > 1]


class Coupling:
    """The coupling rows of one component of a school. `entries` gives those of a stop."""

    def __init__(
        self, problem: Problem, rows: RowBuilder, evenings: Sequence[ShiftOptions], visits: Sequence[int]
    ) -> None:
        self.problem = problem
        self.rows = rows
        self.groups = sibling_groups(problem, visits)
        self._groups_of: dict[int, list[int]] = defaultdict(list)
        for at, group in enumerate(self.groups):
            for visit in group:
                self._groups_of[visit].append(at)
        self._busy = _Busy(problem, evenings)
        self._apart = Apart(problem, rows, evenings, visits)
        self._stops_at: dict[tuple[int, Moment], set[frozenset[int]]] = defaultdict(set)

    def entries(self, evening: ShiftOptions, option: StopOption) -> Entries:
        """The coupling rows of a stop with their coefficients."""
        on = evening.shift.on
        if option.role == SECOND:
            return [(row, -1.0) for visit in option.visits for row in self._company_rows(visit, on, option.moment)]
        found: Entries = []
        for visit in option.visits:
            if self.problem.visits[visit].second:
                found.extend((row, 1.0) for row in self._company_rows(visit, on, option.moment))
            if self.problem.visits[visit].interpreter:
                found.extend(self._busy.entries(self.rows, visit, on, option))
        for at in sorted({at for visit in option.visits for at in self._groups_of[visit]}):
            found.extend(self._sibling_entries(at, on, option))
        found.extend(self._apart.entries(evening, option))
        return found

    def _company_rows(self, visit: int, on: dt.date, moment: int | None) -> list[int]:
        """As many second stops as stops of the visitor, at a moment; and, as their sum, on a day."""
        return [
            self.rows.add(("company", visit, on, moment), 0, 0, lazy_group=("company", visit, on)),
            self.rows.add(("company on", visit, on), 0, 0),
        ]

    def _split_row(self, at: int) -> int:
        """What must be saved or paid: as many as the group has visits, less one."""
        return self.rows.add(("split", at), len(self.groups[at]) - 1, np.inf)

    def _beside_rows(self, at: int, visit: int, on: dt.date, moment: int) -> list[int]:
        """Stops of a group at a moment that do not serve this visit of it; and, as the sum of these, on a day."""
        return [
            self.rows.add(("beside", at, visit, on, moment), 0, np.inf, lazy_group=("beside", at, on)),
            self.rows.add(("beside on", at, visit, on), 0, np.inf),
        ]

    def _sibling_entries(self, at: int, on: dt.date, option: StopOption) -> Entries:
        """What a stop saves a group by itself, and where it may meet others of the group."""
        group = self.groups[at]
        own = frozenset(option.visits).intersection(group)
        found: Entries = [(self._split_row(at), len(own) - 1.0)] if len(own) > 1 else []
        is_joint = option.moment is not None and option.moment % self.problem.rules.coupled_grid_minutes == 0
        if option.moment is not None and is_joint and len(own) < len(group):
            self._stops_at[at, (on, option.moment)].add(own)
            others = [visit for visit in group if visit not in own]
            found.extend((row, 1.0) for visit in others for row in self._beside_rows(at, visit, on, option.moment))
        return found

    def auxiliary_columns(self, unplaced_rows: dict[int, list[int]]) -> list[AuxiliaryColumn]:
        """Stops of a group that meet at a moment, and moments too many; rows of `unplaced_rows` grow."""
        columns = []
        for (at, (on, moment)), stops in self._stops_at.items():
            group = self.groups[at]
            if any(one.isdisjoint(other) for one, other in combinations(stops, 2)):
                beside = [(row, -1.0) for visit in group for row in self._beside_rows(at, visit, on, moment)]
                saved = (self._split_row(at), 1.0)
                columns.append(AuxiliaryColumn(("together", at, on, moment), 0, [*beside, saved], len(group) - 1.0))
        for at, group in enumerate(self.groups):
            row = self._split_row(at)
            for number in range(1, len(group)):
                cost = self.problem.weights.siblings_split
                columns.append(AuxiliaryColumn(("split", at, number), cost, [(row, 1.0)]))
            for visit in group:
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
