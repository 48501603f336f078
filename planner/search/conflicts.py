"""What ties visitors to one another: the coupled stops of each visit, and which of them exclude one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.base.arrays import Flags, Floats, Integers
from planner.master.program import Program
from planner.model.index import ProblemIndex
from planner.model.problem import Problem
from planner.search.stops import StopTable


@dataclass(frozen=True)
class Company:
    """Stops that cannot be made alone. With number i of them (`stops`) goes one of the stops `others[first[i] :
    first[i + 1]]`, of which the last is no stop (its number is `nobody`)."""

    stops: Integers
    first: Integers
    others: Integers
    nobody: int

    @classmethod
    def of(cls, others_of: Mapping[int, Sequence[int]], nobody: int) -> Company:
        ends = np.cumsum([0, *(len(others) + 1 for others in others_of.values())])
        flat = [k for others in others_of.values() for k in (*others, nobody)]
        return cls(np.array([*others_of], dtype=np.int64), ends, np.array(flat, dtype=np.int64), nobody)

    def least(self, value: Floats) -> Floats:
        """Of a value per stop, per stop the least among the company that it needs: infinite when nobody can be that,
        0 for stops that need none."""
        least = np.zeros(self.nobody)
        if len(self.stops):
            least[self.stops] = np.minimum.reduceat(np.append(value, np.inf)[self.others], self.first[:-1])
        return least


class Conflicts:
    """Which stops exclude one another.

    Stops are candidates of the program's pool, visits and visitors positions in the problem's tuples.
    """

    def __init__(self, problem: Problem, program: Program, stop_table: StopTable) -> None:
        self.stop_table = stop_table
        self.evenings = program.pool.evenings
        self.stops_of: dict[int, list[int]] = defaultdict(list)
        for k in np.flatnonzero(stop_table.is_coupled):
            for visit in stop_table.visits[k]:
                self.stops_of[visit].append(int(k))
        index = ProblemIndex(problem)
        at = index.visit_number
        self.siblings_of = {at[name]: [at[other] for other in others] for name, others in index.siblings.items()}
        pairs = [[at[name] for name in group] for group in problem.siblings if len(group) == 2]
        self._sibling_of: dict[int, list[int]] = defaultdict(list)
        for a, b in pairs:
            self._sibling_of[a].append(b)
            self._sibling_of[b].append(a)
        self._tied = self._tied_visitors()
        self._needs_second = [bool(visit.second) for visit in problem.visits]
        self._has_own_moment = [visit.interpreter is not None or visit.id in index.apart for visit in problem.visits]

    def _tied_visitors(self) -> dict[int, set[int]]:
        """Per visitor who else may be at one of the same coupled visits."""
        tied: dict[int, set[int]] = defaultdict(set)
        for stops in self.stops_of.values():
            together = {self.visitor(k) for k in stops}
            for visitor in together:
                tied[visitor] |= together - {visitor}
        return tied

    def visitor(self, k: int) -> int:
        """Whose stop this is."""
        return self.evenings[self.stop_table.evening[k]].visitor

    def meetings(self, stops: Iterable[int]) -> list[int]:
        """Those of these stops that tie visitors to a moment or serve several visits."""
        return [k for k in stops if self.stop_table.moment[k] >= 0 or len(self.stop_table.visits[k]) > 1]

    def exclude_rivals(self, k: int, allowed: Flags) -> None:
        """Forbid the stops that cannot be made when stop k is."""
        second = self.stop_table.is_second
        for visit in self.stop_table.visits[k]:
            for other in self.stops_of[visit]:
                if other != k and (second[other] == second[k] or not self._meet(k, other)):
                    allowed[other] = False
            if not second[k]:
                self._exclude_siblings(k, visit, allowed)

    def _exclude_siblings(self, k: int, visit: int, allowed: Flags) -> None:
        """Forbid the stops at the sibling of this visit that would not be together with stop k; of more than two
        siblings some may be together and others not."""
        moment = self.stop_table.moment
        for sibling in self._sibling_of.get(visit, ()):
            if sibling in self.stop_table.visits[k]:
                continue
            for other in self.stops_of[sibling]:
                both_alone = moment[k] < 0 and moment[other] < 0
                if not self.stop_table.is_second[other] and not both_alone and not self._meet(k, other):
                    allowed[other] = False

    def _meet(self, k: int, other: int) -> bool:
        """Whether two stops are at one moment on evenings of two visitors."""
        at, moment = self.stop_table.evening, self.stop_table.moment
        one, two = self.evenings[at[k]], self.evenings[at[other]]
        same = moment[k] == moment[other] >= 0
        return bool(same and one.shift.on == two.shift.on and one.visitor != two.visitor)

    def split_siblings(self, stops: Iterable[int]) -> list[tuple[int, int]]:
        """The pairs of siblings, the lower number first, who are both visited by these stops and not together."""
        made: dict[int, list[int]] = defaultdict(list)
        for k in stops:
            for visit in () if self.stop_table.is_second[k] else self.stop_table.visits[k]:
                made[visit].append(k)
        pairs = [
            (a, b) for a in sorted(self.siblings_of) for b in self.siblings_of[a] if a < b and a in made and b in made
        ]
        return [(a, b) for a, b in pairs if not any(k == o or self._meet(k, o) for k in made[a] for o in made[b])]

    def company(self) -> Company:
        """Who must be there too: at a second visit the visitor and the other way round, at siblings visited by several
        mentors another one."""
        at: dict[tuple[object, ...], list[int]] = defaultdict(list)
        timed = [int(k) for k in np.flatnonzero(self.stop_table.moment >= 0)]
        for k in timed:
            for visit in self.stop_table.visits[k]:
                at[self._meeting(k, visit)].append(k)
        needed: dict[int, list[int]] = {}
        for k in timed:
            visits, is_second = self.stop_table.visits[k], self.stop_table.is_second
            if len(visits) == 1 and self._needs_second[visits[0]]:
                others = [o for o in at[self._meeting(k, visits[0])] if is_second[o] != is_second[k]]
            elif not any(self._has_own_moment[visit] or self._needs_second[visit] for visit in visits):
                siblings = {sibling for visit in visits for sibling in self.siblings_of.get(visit, ())} - {*visits}
                met = {o for sibling in siblings for o in at[self._meeting(k, sibling)] if not is_second[o]}
                others = sorted(met)
            else:
                continue
            needed[k] = [o for o in others if self.visitor(o) != self.visitor(k)]
        return Company.of(needed, len(self.stop_table.evening))

    def _meeting(self, k: int, visit: int) -> tuple[object, ...]:
        """What stop k has in common with whoever is at this visit at the same moment."""
        return visit, self.evenings[self.stop_table.evening[k]].shift.on, int(self.stop_table.moment[k])

    def strength(self, program: Program, duals: Floats) -> Floats:
        """Per pair of visitors (both numbered as in the problem) the prices of the rows that tie them to each other."""
        meets = np.zeros((program.rows, 1 + max((e.visitor for e in self.evenings), default=-1)), dtype=np.bool_)
        for number, evening in enumerate(self.evenings):
            first, last = program.stops.first[program.pool.offset[number : number + 2]]
            meets[program.stops.index[first:last], evening.visitor] = True
        entries = program.auxiliary.entries
        column = np.repeat(np.arange(len(program.auxiliary)), np.diff(entries.first))
        of_column = np.zeros((len(program.auxiliary), meets.shape[1]), dtype=np.bool_)
        np.logical_or.at(of_column, column, meets[entries.index])
        np.logical_or.at(meets, entries.index, of_column[column])
        weight = np.abs(duals[: program.rows]) * (meets.sum(axis=1) > 1)
        strength: Floats = (meets * weight[:, None]).T @ meets.astype(np.float64)
        np.fill_diagonal(strength, 0)
        return strength

    def some_families(self, count: int, random: np.random.Generator) -> set[int]:
        """By chance so many of the coupled visits, and their siblings."""
        visits = sorted(self.stops_of)
        chosen = random.choice(visits, min(count, len(visits)), replace=False)
        return {int(v) for visit in chosen for v in [visit, *self.siblings_of.get(int(visit), ())]}

    def some_visitors(
        self, size: int, visitors: Iterable[int], random: np.random.Generator, first: Iterable[int] = ()
    ) -> list[int]:
        """The `first` or else one by chance, and then who is tied to those chosen, one after another."""
        chosen = list(first)[:size]
        free = set(visitors) - set(chosen)
        while len(chosen) < size and free:
            near = sorted({w for v in chosen for w in self._tied[v]} & free)
            chosen.append(int(random.choice(near or sorted(free))))
            free.discard(chosen[-1])
        return sorted(chosen)
