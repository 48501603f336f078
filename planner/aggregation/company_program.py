"""The two programs of people who come along: the relaxation, and that of the evenings of companions.

In the relaxation a class of routes is a type with so many own visits and so many along, and the agreement of a visit
and a class of dates holds the two sides together. In the other program a column is the whole evening of a companion
with everybody whom it goes along with: those visitors make no other stops that evening. It takes the evenings of all
of them, its moments are inside the column, and no agreement is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from planner.aggregation.company_types import CompanyTypes
from planner.aggregation.program import Resources, Slots, TypedProgram
from planner.base.arrays import Columns, Flags, Floats, Integers
from planner.columns.routes import Pool
from planner.master.rows import Entries, Sparse
from planner.model.problem import Problem


@dataclass(frozen=True)
class CompanyStops:
    """What the candidate stops of a pool are. n is their number.

    row: (n,) int64, the row of the visit, also where the stop is company at it; -1 for none. is_second: (n,) bool.
    visitor: (n,) int64, position of who makes the visit; for company, of the visitor whom it goes along with, -1 when
    that may be several. visit: (n,) int64, position of the visit in the problem.
    """

    row: Integers
    is_second: Flags
    visitor: Integers
    visit: Integers

    @classmethod
    def of(cls, problem: Problem, company: CompanyTypes, pool: Pool, visits: Sequence[int]) -> CompanyStops:
        row = np.full(len(company.problem.visits), -1, dtype=np.int64)
        row[list(visits)] = np.arange(len(visits))
        original = np.arange(len(company.problem.visits))
        for visit, second in company.second_of.items():
            original[second] = visit
        made = np.concatenate([np.zeros(0, dtype=np.int64), *(some.visit for some in pool.candidates)])
        evening = np.repeat(np.arange(len(pool.candidates)), np.diff(pool.offset))
        own = np.array([kind.visitor for kind in company.types], dtype=np.int64)[evening]
        number = {visitor.id: place for place, visitor in enumerate(problem.visitors)}
        of_visit = [number[v.visitors[0]] if len(v.visitors) == 1 else -1 for v in problem.visits]
        is_second = made >= len(problem.visits)
        visit = original[made]
        visitor = np.where(is_second, np.array([*of_visit, -1], dtype=np.int64)[visit], own)
        return cls(row[visit], is_second, visitor, visit)


def relaxation_program(
    problem: Problem,
    company: CompanyTypes,
    pool: Pool,
    visits: Sequence[int],
    left_out: Mapping[int, float],
) -> TypedProgram:
    """The program in which agreements tie visitors and second visitors, and dates the sizes of their evenings.

    An evening on which a companion is with k families of one visitor is one on which that visitor makes k visits, or
    one on which others come along too: then the visits of these evenings and the company at them add up on every date.
    """
    table = CompanyStops.of(problem, company, pool, visits)
    agreed, agreements = _agreements(problem, company, pool, table)
    keys = _class_keys(company, pool, table)
    number = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    slots, capacity = _RelaxedSlots(problem, company, number).build()
    return TypedProgram(
        types=company.types,
        pool=pool,
        visits=tuple(visits),
        left_out=np.array([left_out[visit] for visit in visits], dtype=np.float64),
        row_of=np.where(table.is_second, -1, table.row).astype(np.int64),
        agreed=agreed,
        agreements=agreements,
        class_of=np.array([number[key] for key in keys], dtype=np.int64),
        people=tuple((company.types[kind].visitor,) for kind, _own, _along in number),
        slots=slots,
        capacity=capacity,
    )


def _agreements(problem: Problem, company: CompanyTypes, pool: Pool, table: CompanyStops) -> tuple[Sparse, int]:
    """Per candidate stop its entry in the agreement of its visit and class of dates; and how many there are."""
    evening = np.repeat(np.arange(len(pool.candidates)), np.diff(pool.offset))
    date_class = np.array(company.date_class, dtype=np.int64)[evening]
    number: dict[tuple[int, int], int] = {}
    entries: list[Entries] = []
    for row, second, visit, of_class in zip(table.row, table.is_second, table.visit, date_class, strict=True):
        if row < 0 or int(visit) not in company.second_of:
            entries.append([])
            continue
        agreement = number.setdefault((int(row), int(of_class)), len(number))
        entries.append([(agreement, -1.0 if second else 1.0)])
    return Sparse.of(entries), len(number)


# a class of the relaxation: the type, own visits, and along with whom to how many; -1 for visits of several visitors
_ClassKey = tuple[int, int, tuple[tuple[int, int], ...]]


def _class_keys(company: CompanyTypes, pool: Pool, table: CompanyStops) -> list[_ClassKey]:
    """The class of every column."""
    at = _stops(pool)
    second = np.concatenate([table.is_second, [False]])[at]
    led = np.where(second, np.concatenate([table.visitor, [-1]])[at], -2)
    own = ((at >= 0) & ~second).sum(axis=1)
    packed = np.concatenate([pool.evening[:, None].astype(np.int64), own[:, None], np.sort(led, axis=1)], axis=1)
    unique, place = np.unique(packed, axis=0, return_inverse=True)
    keys: list[_ClassKey] = []
    for kind, count, *people in unique:
        along = Counter(int(person) for person in people if person > -2)
        keys.append((int(kind), int(count), tuple(sorted(along.items()))))
    return [keys[number] for number in place.reshape(-1)]


class _RelaxedSlots:
    """The slots of the relaxation: of companions with the evenings of those whom they go along with."""

    def __init__(self, problem: Problem, company: CompanyTypes, number: Mapping[_ClassKey, int]) -> None:
        self.company = company
        self.number = number
        self.resources = Resources(problem)
        self.led_alone, self.led_by_several = _led(problem, company)
        self.led_class = {
            (company.types[kind].visitor, company.date_class[kind], own): place
            for (kind, own, along), place in number.items()
            if company.is_coarse[kind] and not along
        }
        self.of_class: list[int] = []
        self.also: list[Entries] = []
        self.cost: list[float] = []
        self.dates: list[tuple[int, ...]] = []
        self.used: list[Entries] = []

    def build(self) -> tuple[Slots, Floats]:
        for key, place in self.number.items():
            self._add_class(key, place)
        slots = Slots(
            np.array(self.of_class, dtype=np.int64), Sparse.of(self.also), np.array(self.cost, dtype=np.float64),
            np.ones(len(self.cost)), tuple(self.dates), Sparse.of(self.used),
        )  # fmt: skip
        return slots, self.resources.capacity

    def _add_class(self, key: _ClassKey, place: int) -> None:
        kind, own, along = key
        visitor = self.company.types[kind].visitor
        is_led = self.company.is_coarse[kind] and not along
        if is_led and visitor in self.led_alone:
            return  # these evenings come with those of the companion
        if is_led and visitor in self.led_by_several:
            if own > 1:
                self._add(key, place, (), {visitor: -own})
            return
        for whole in self._wholes(along):
            partly = {person: count for person, count in along if person in self.led_by_several and person not in whole}
            self._add(key, place, tuple((person, count) for person, count in along if person in whole), partly)

    def _wholes(self, along: tuple[tuple[int, int], ...]) -> list[frozenset[int]]:
        """With whom a companion may be all evening: all who are led by nobody else, and any of the others."""
        sure = frozenset(person for person, _count in along if person in self.led_alone)
        some = [person for person, _count in along if person in self.led_by_several]
        return [sure | {*chosen} for count in range(len(some) + 1) for chosen in combinations(some, count)]

    def _add(self, key: _ClassKey, place: int, whole: tuple[tuple[int, int], ...], shared: Mapping[int, int]) -> None:
        """A slot a date. `whole`: whose evening comes with it, with so many visits. `shared`: visits (below 0) or
        company at visits of somebody with whom several are on that date."""
        kind, own, along = key
        each = self.company.types[kind]
        date_class = self.company.date_class[kind]
        also = [self.led_class.get((person, date_class, count)) for person, count in whole]
        if None in also:
            return
        visits = own + sum(count for _person, count in whole)
        for at, shift in enumerate(each.shifts):
            used = [(self.resources.add((person, shift.on), 1), 1.0) for person in (each.visitor, *dict(whole))]
            used += self.resources.stops(each.visitor, own + sum(count for _person, count in along))
            for person, count in whole:
                used += self.resources.stops(person, count)
            for person, count in shared.items():
                used.append((self.resources.add(("more company", person, shift.on), 0), float(count)))
                used.append((self.resources.add(("more visits", person, shift.on), 0), -float(count)))
            self.of_class.append(place)
            self.also.append([(number, 1.0) for number in also if number is not None])
            self.cost.append(each.week_costs[at] * visits)
            self.dates.append((at,))
            self.used.append(used)


def _led(problem: Problem, company: CompanyTypes) -> tuple[set[int], set[int]]:
    """Who visits only with company and never comes along: those with always the same companion, and the others."""
    companions: dict[int, set[str]] = defaultdict(set)
    number = {visitor.id: place for place, visitor in enumerate(problem.visitors)}
    others = {number[name] for place in company.second_of for name in problem.visits[place].second}
    for place, visit in enumerate(problem.visits):
        for name in visit.visitors:
            if place in company.second_of and len(visit.visitors) == 1:
                companions[number[name]].update(visit.second)
            else:
                others.add(number[name])
    led = {visitor: names for visitor, names in companions.items() if visitor not in others}
    alone = {visitor for visitor, names in led.items() if len(names) == 1}
    return alone, set(led) - alone


def evenings_program(
    problem: Problem,
    company: CompanyTypes,
    relaxation: TypedProgram,
    table: CompanyStops,
    columns: Columns,
    cost: Floats,
) -> TypedProgram:
    """The program of these routes of the relaxation, each the whole evening of all whose visits are in it.

    cost: (columns,) float64, without the week.
    """
    pool = replace(relaxation.pool.picked(columns), cost=cost)
    at = _stops(pool)
    types = np.array([kind.visitor for kind in company.types], dtype=np.int64)
    keys = []
    for evening, stops in zip(pool.evening, at, strict=True):
        stops = stops[stops >= 0]
        people = {int(types[evening]): len(stops)}
        for k in stops[table.is_second[stops]]:
            person = int(table.visitor[k])
            people[person] = people.get(person, 0) + 1
        keys.append((int(evening), tuple(sorted(people.items()))))
    number: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
    class_of = np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
    sizes = np.zeros(len(number), dtype=np.int64)
    sizes[class_of] = (at >= 0).sum(axis=1)
    slots, capacity = _slots(
        problem, company, [(kind, int(sizes[n]), dict(people)) for (kind, people), n in number.items()]
    )
    return TypedProgram(
        types=company.types,
        pool=pool,
        visits=relaxation.visits,
        left_out=relaxation.left_out,
        row_of=table.row.astype(np.int64),
        agreed=Sparse.empty(len(table.row)),
        agreements=0,
        class_of=class_of,
        people=tuple(tuple(person for person, _stops in people) for _kind, people in number),
        slots=slots,
        capacity=capacity,
    )


def _slots(
    problem: Problem, company: CompanyTypes, classes: Sequence[tuple[int, int, Mapping[int, int]]]
) -> tuple[Slots, Floats]:
    """The slots of classes (type, visits that pay for the week, stops by person), one a date."""
    resources = Resources(problem)
    of_class, cost, dates, used = [], [], [], []
    for number, (kind, visits, people) in enumerate(classes):
        own = company.types[kind]
        stops = list(people.items())
        for at, shift in enumerate(own.shifts):
            of_class.append(number)
            cost.append(own.week_costs[at] * visits)
            dates.append((at,))
            taken = [(resources.add((person, shift.on), 1), 1.0) for person, _count in stops]
            used.append(taken + [entry for person, count in stops for entry in resources.stops(person, count)])
    upper = np.ones(len(cost))
    slots = Slots(
        np.array(of_class, dtype=np.int64), Sparse.empty(len(cost)), np.array(cost, dtype=np.float64), upper,
        tuple(dates), Sparse.of(used),
    )  # fmt: skip
    return slots, resources.capacity


def _stops(pool: Pool) -> Integers:
    """(columns, most stops) int64, candidate stops, -1 behind the last."""
    order = pool.order.astype(np.int64)
    at: Integers = np.where(order >= 0, order + pool.offset[pool.evening][:, None], -1)
    return at
