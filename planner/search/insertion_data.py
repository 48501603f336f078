"""The problem as arrays for construction and local search: units, stops that they allow, evenings, prices of starts.

A *unit* is what is placed as a whole: the visits of one home that are siblings of each other, or one visit. A *stop
set* is a set of visits of a unit that one stop may serve. A *block* is a set of visits of a unit that are made at one
moment, and a *partition* of it says which stops, each by a visitor of its own, make it. A *split* of a unit is a set of
blocks at different moments. A set of visits of a unit is a bit mask over its visits. Slots are starts on the grid,
counted from `InsertionData.low`; prices are infinite where a stop cannot start.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from planner.base.arrays import Floats, Integers
from planner.base.packed import packed
from planner.model.index import ProblemIndex
from planner.model.problem import Problem, Shift
from planner.search.start_prices import StartPrices

MOST_CHILDREN = 4  # of one home in one unit; a home with more is several units
NEIGHBOURS = 40  # units that are listed as near a unit
NO_LIMIT = 1 << 40  # stops in all of a visitor without a limit


class InsertionData(NamedTuple):
    """What does not change during a search: V visits, U units, Q stop sets, S shifts, M visitors, D days, T slots.

    All int64 but `leg` (int32) and the costs (float64). `*_first` are the starts of rows in compressed form: what
    belongs to item i is at `*_first[i]` to `*_first[i + 1]`.
    """

    grid: int  # minutes
    joint: int  # minutes: the grid of starts that several visitors share
    low: int  # the slot of midnight is -low
    travel: float  # cost of a minute
    waiting: float
    slack: int  # minutes between the arrival at a stop that is not the first and its start
    unplaced: float
    splitting: float  # each moment at which a group of siblings is visited, after the first
    leg: Integers  # (modes, places, places) minutes
    mode: Integers  # (M,)
    depot: Integers  # (M,) place
    limit: Integers  # (M,) stops in all
    shift_visitor: Integers  # (S,)
    shift_day: Integers
    leave_from: Integers  # minutes after midnight
    visits_until: Integers
    back_by: Integers
    unit_first: Integers  # visits of a unit
    unit_fixed_mask: Integers  # (U,) its visits at a fixed moment
    place: Integers  # (U,)
    set_unit: Integers  # (Q,)
    set_mask: Integers
    set_minutes: Integers
    set_place: Integers
    set_is_pinned: Integers  # starts at a moment that has to be known: somebody else is bound to it
    set_second_mask: Integers  # who needs company; 0: nobody
    set_second_minutes: Integers
    option_first: Integers  # (Q * D + 1,) of a stop set on a day
    option_shift: Integers  # who may make it
    option_row: Integers  # its row of `prices`
    second_first: Integers  # (Q * D + 1,) of a stop set on a day
    second_shift: Integers  # who may come along
    prices: Floats  # (rows, T)
    block_first: Integers  # blocks of a unit
    block_mask: Integers
    partition_first: Integers  # partitions of a block
    partition: Integers  # (partitions, MOST_CHILDREN) stop sets, then -1
    split_first: Integers  # splits of a unit
    split: Integers  # (splits, MOST_CHILDREN) blocks, -1 for one that cannot be made, then -2
    group_first: Integers  # groups of siblings of a unit
    group_mask: Integers
    visit_unit: Integers  # (V,)
    apart_first: Integers  # the visits that may not overlap with a visit
    apart: Integers
    near: Integers  # (U, NEIGHBOURS) the nearest units that share a possible visitor, then -1
    language: Integers  # (V,) of the interpreter; -1: none
    speakers_first: Integers  # of a language
    speakers: Integers  # visits
    there_first: Integers  # (languages * D + 1,)
    there: Integers  # (hours, 3) from, until, how many interpreters
    buffer: int  # minutes


def build_data(
    problem: Problem, visits: Iterable[int]
) -> tuple[InsertionData, list[list[int]], list[tuple[int, Shift]]]:
    """The arrays for these visits (positions), the visits of each unit, and the shifts, each with its visitor."""
    builder = _Builder(problem, set(visits))
    for number in range(len(builder.units)):
        builder.add_unit(number)
    return builder.data(), builder.units, builder.shifts


class _Builder:
    """Collects the rows of `InsertionData`, unit by unit."""

    def __init__(self, problem: Problem, visits: set[int]) -> None:
        self.problem = problem
        self.index = ProblemIndex(problem)
        self.place = {name: number for number, name in enumerate(problem.places)}
        self.visitor = {visitor.id: number for number, visitor in enumerate(problem.visitors)}
        self.shifts = [(m, shift) for m, visitor in enumerate(problem.visitors) for shift in visitor.shifts]
        self.days = sorted({shift.on for _, shift in self.shifts}) or [dt.date.min]
        self.day = {on: number for number, on in enumerate(self.days)}
        self.shifts_of: dict[int, list[int]] = defaultdict(list)
        for number, (m, _) in enumerate(self.shifts):
            self.shifts_of[m].append(number)
        self.prices = StartPrices(problem, [shift for _, shift in self.shifts])
        number_of = self.index.visit_number
        self.groups = [frozenset(number_of[name] for name in group) for group in problem.siblings]
        self.apart = {
            number_of[name]: {number_of[other] for other in others} for name, others in self.index.apart.items()
        }
        self.units = list(_units(self.groups, sorted(visits)))
        self.sets: list[tuple[int, ...]] = []
        self.option_first, self.second_first, self.block_first = [0], [0], [0]
        self.partition_first, self.split_first = [0], [0]
        self.option_shift: list[int] = []
        self.option_row: list[int] = []
        self.second_shift: list[int] = []
        self.block_mask: list[int] = []
        self.partition: list[list[int]] = []
        self.split: list[list[int]] = []

    def add_unit(self, number: int) -> None:
        """The stop sets, blocks and splits of a unit."""
        unit = self.units[number]
        masks = range(1, 1 << len(unit))
        sets = {mask: found for mask in masks if (found := self._add_set(number, mask)) is not None}
        blocks: dict[int, int] = {}
        for mask in masks:
            numbers = [[sets[part] for part in parts] for parts in _partitions(mask) if sets.keys() >= {*parts}]
            if numbers and not self._overlap(_members(unit, mask)):
                blocks[mask] = len(self.block_mask)
                self.block_mask.append(mask)
                self.partition += [_filled(parts, -1) for parts in numbers]
                self.partition_first.append(len(self.partition))
        self.block_first.append(len(self.block_mask))
        for parts in _partitions((1 << len(unit)) - 1):
            if len(parts) > 1:
                self.split.append(_filled([blocks.get(part, -1) for part in parts], -2))
        self.split_first.append(len(self.split))

    def _add_set(self, number: int, mask: int) -> int | None:
        """Add a stop set with who may make it; None when no stop can serve these visits."""
        unit, visits, extra = self.units[number], self.problem.visits, self.problem.rules.double_extra_minutes
        members = _members(unit, mask)
        if not self.index.may_share_stop([visits[v].id for v in members]) or self._overlap(members):
            return None
        minutes = max(visits[v].minutes for v in members) + extra * (len(members) - 1)
        options = self._options(members, minutes)
        if not options:
            return None
        needing = [v for v in members if visits[v].second]
        second_minutes = max((visits[v].minutes for v in needing), default=0) + extra * max(0, len(needing) - 1)
        second_mask = sum(1 << i for i, v in enumerate(unit) if v in needing)
        is_pinned = any(visits[v].is_coupled for v in members)
        place = self.place[visits[members[0]].place]
        self.sets.append((number, mask, minutes, place, int(is_pinned), second_mask, second_minutes))
        companions = set.intersection(*({*visits[v].second} for v in needing)) if needing else set()
        for day in range(len(self.days)):
            there = options.get(day, [])
            self.option_shift += [shift for shift, _ in there]
            self.option_row += [row for _, row in there]
            self.option_first.append(len(self.option_shift))
            for name in sorted(companions):
                self.second_shift += [s for s in self.shifts_of[self.visitor[name]] if self._day_of(s) == day]
            self.second_first.append(len(self.second_shift))
        return len(self.sets) - 1

    def _day_of(self, shift: int) -> int:
        return self.day[self.shifts[shift][1].on]

    def _options(self, members: Sequence[int], minutes: int) -> dict[int, list[tuple[int, int]]]:
        """Per day the shifts that may make a stop for these visits, with the row of its prices."""
        own: dict[int, int] = defaultdict(int)
        for v in members:
            for name in self.problem.visits[v].visitors:
                own[self.visitor[name]] += 1
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for m, count in sorted(own.items()):
            substitutes = self.problem.weights.substitute * (len(members) - count)
            for shift in self.shifts_of[m]:
                row = self.prices.row(members, minutes, m, self.shifts[shift][1].on, substitutes)
                if row is not None:
                    found[self._day_of(shift)].append((shift, row))
        return found

    def _overlap(self, members: Sequence[int]) -> bool:
        """Whether some of these visits must be apart: they cannot be made at one moment."""
        return any(not self.apart.get(v, set()).isdisjoint(members) for v in members)

    def _groups_of(self, unit: Sequence[int]) -> list[int]:
        """The groups of siblings of a unit, as sets of its visits."""
        masks = [sum(1 << i for i, v in enumerate(unit) if v in group) for group in self.groups if group & {*unit}]
        return [mask for mask in masks if mask.bit_count() > 1]

    def _apart(self, flat: Sequence[int]) -> dict[str, Any]:
        """The fields about visits that must be apart, of these visits; nobody can make two at once by themselves."""
        at = {v: number for number, v in enumerate(flat)}
        others = [
            sorted(at[w] for w in self.apart.get(v, ()) if w in at and not self._same_visitor(v, w)) for v in flat
        ]
        return {"apart_first": _starts(others), "apart": _longs([w for some in others for w in some])}

    def _same_visitor(self, v: int, w: int) -> bool:
        """Whether one and the same visitor makes both of these visits, whatever the plan."""
        names = [self.problem.visits[v].id, self.problem.visits[w].id]
        families = [self.index.families.get(name, {name}) for name in names]
        people = [{who for name in family for who in self.index.visits[name].visitors} for family in families]
        return len(people[0] | people[1]) == 1

    def _fixed_mask(self, unit: Sequence[int]) -> int:
        """The visits of a unit at a fixed moment."""
        return sum(1 << i for i, v in enumerate(unit) if self.problem.visits[v].id in self.problem.fixed)

    def _near(self) -> Integers:
        """Per unit the nearest units that share somebody who may visit, nearest first; -1 behind the last."""
        visits = self.problem.visits
        people = np.zeros((len(self.units), max(1, len(self.visitor))), dtype=np.float32)
        for number, unit in enumerate(self.units):
            for v in unit:
                people[number, [self.visitor[name] for name in (*visits[v].visitors, *visits[v].second)]] = 1
        place = _longs([self.place[visits[unit[0]].place] for unit in self.units])
        matrix = next(iter(self.problem.travel_minutes.values()), np.zeros((0, 0)))
        near = np.full((len(self.units), NEIGHBOURS), -1, dtype=np.int64)
        for number in range(len(self.units)):
            shares = people @ people[number] > 0
            shares[number] = False
            others = np.flatnonzero(shares)
            nearest = others[np.argsort(matrix[place[number], place[others]], kind="stable")][:NEIGHBOURS]
            near[number, : len(nearest)] = nearest
        return near

    def _interpreters(self, flat: Sequence[int]) -> dict[str, Any]:
        """The fields about interpreters, for these visits."""
        visits = self.problem.visits
        languages = sorted({name for v in flat if (name := visits[v].interpreter) is not None})
        code = {name: number for number, name in enumerate(languages)}
        language = [-1 if (spoken := visits[v].interpreter) is None else code[spoken] for v in flat]
        hours = [
            [[i.starts, i.ends, i.count] for i in self.problem.interpreters.get(name, ()) if i.on == on]
            for name in languages
            for on in self.days
        ]
        speakers = [[v for v, own in enumerate(language) if own == number] for number in range(len(languages))]
        return {
            "language": _longs(language),
            "speakers_first": _starts(speakers),
            "speakers": _longs([v for some in speakers for v in some]),
            "there_first": _starts(hours),
            "there": _longs([row for some in hours for row in some]).reshape(-1, 3),
        }

    def _people(self) -> dict[str, Any]:
        """The fields about visitors and their shifts."""
        problem, shifts = self.problem, [shift for _, shift in self.shifts]
        modes = list(problem.travel_minutes)
        limits = [visitor.max_stops_total for visitor in problem.visitors]
        return {
            "leg": np.stack([problem.travel_minutes[mode] for mode in modes]).astype(np.int32),
            "mode": _longs([modes.index(visitor.mode) for visitor in problem.visitors]),
            "depot": _longs([self.place[visitor.depot] for visitor in problem.visitors]),
            "limit": _longs([NO_LIMIT if limit is None else limit for limit in limits]),
            "shift_visitor": _longs([m for m, _ in self.shifts]),
            "shift_day": _longs([self.day[shift.on] for shift in shifts]),
            "leave_from": _longs([shift.leave_from for shift in shifts]),
            "visits_until": _longs([shift.visits_until for shift in shifts]),
            "back_by": _longs([shift.back_by for shift in shifts]),
        }

    def data(self) -> InsertionData:
        """What was collected, as arrays."""
        problem = self.problem
        flat = [v for unit in self.units for v in unit]
        groups = [self._groups_of(unit) for unit in self.units]
        sets = np.ascontiguousarray(_longs(self.sets).reshape(-1, len(SET_FIELDS)).T)
        return packed(
            InsertionData(
                grid=problem.rules.start_grid_minutes,
                joint=problem.rules.joint_grid_minutes,
                low=self.prices.low,
                travel=float(problem.weights.travel_minute),
                waiting=float(problem.weights.waiting_minute),
                slack=problem.rules.slack_minutes,
                splitting=float(problem.weights.siblings_split),
                unplaced=float(problem.weights.unplaced),
                **self._people(),
                unit_first=_starts(self.units),
                unit_fixed_mask=_longs([self._fixed_mask(unit) for unit in self.units]),
                place=_longs([self.place[problem.visits[unit[0]].place] for unit in self.units]),
                **dict(zip(SET_FIELDS, sets, strict=True)),
                option_first=_longs(self.option_first),
                option_shift=_longs(self.option_shift),
                option_row=_longs(self.option_row),
                second_first=_longs(self.second_first),
                second_shift=_longs(self.second_shift),
                prices=self.prices.table(),
                block_first=_longs(self.block_first),
                block_mask=_longs(self.block_mask),
                partition_first=_longs(self.partition_first),
                partition=_longs(self.partition).reshape(-1, MOST_CHILDREN),
                split_first=_longs(self.split_first),
                split=_longs(self.split).reshape(-1, MOST_CHILDREN),
                group_first=_starts(groups),
                group_mask=_longs([mask for some in groups for mask in some]),
                visit_unit=_longs([number for number, unit in enumerate(self.units) for _ in unit]),
                **self._apart(flat),
                near=self._near(),
                **self._interpreters(flat),
                buffer=problem.rules.interpreter_buffer_minutes,
            )
        )


SET_FIELDS = (
    "set_unit",
    "set_mask",
    "set_minutes",
    "set_place",
    "set_is_pinned",
    "set_second_mask",
    "set_second_minutes",
)


def _longs(values: Any) -> Integers:
    return np.array(values, dtype=np.int64)


def _starts(rows: Sequence[Sequence[Any]]) -> Integers:
    """Where each of these rows starts when they stand behind each other."""
    return _longs([0, *np.cumsum([len(row) for row in rows])])


def _units(groups: Iterable[frozenset[int]], visits: Sequence[int]) -> Iterator[list[int]]:
    """These visits, siblings together as far as `MOST_CHILDREN` allows, by their first visit."""
    home = {v: [v] for v in visits}
    for group in groups:
        members = sorted({w for v in group if v in home for w in home[v]})
        for v in members:
            home[v] = members
    for v in visits:
        if home[v][0] == v:
            for first in range(0, len(home[v]), MOST_CHILDREN):
                yield home[v][first : first + MOST_CHILDREN]


def _members(unit: Sequence[int], mask: int) -> list[int]:
    """The visits of a set."""
    return [v for i, v in enumerate(unit) if mask >> i & 1]


def _filled(numbers: list[int], rest: int) -> list[int]:
    """`MOST_CHILDREN` numbers: these, and `rest` behind them."""
    return numbers + [rest] * (MOST_CHILDREN - len(numbers))


def _partitions(mask: int) -> Iterator[list[int]]:
    """All partitions of a set into sets."""
    if not mask:
        yield []
        return
    lowest = mask & -mask
    rest = others = mask ^ lowest
    while True:
        for parts in _partitions(rest ^ others):
            yield [lowest | others, *parts]
        if not others:
            return
        others = (others - 1) & rest
