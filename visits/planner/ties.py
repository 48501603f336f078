"""What ties visitors to one another: the coupled stops of each visit, and which of them exclude one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from .encounters import Catalogue
from .problem import Problem
from .program import Program
from .routes import Flags


class Ties:
    """Stops are candidates of the program's pool, visits and visitors positions in the problem's tuples."""

    def __init__(self, problem: Problem, program: Program, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.evenings = program.pool.evenings
        self.stops_of: dict[int, list[int]] = defaultdict(list)
        for k in np.flatnonzero(catalogue.is_coupled):
            for visit in catalogue.visits[k]:
                self.stops_of[visit].append(int(k))
        self.siblings_of: dict[int, list[int]] = defaultdict(list)
        at = {visit.id: number for number, visit in enumerate(problem.visits)}
        for a, b in problem.siblings:
            self.siblings_of[at[a]].append(at[b])
            self.siblings_of[at[b]].append(at[a])
        self._tied = self._tied_visitors()

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
        return self.evenings[self.catalogue.evening[k]].visitor

    def meetings(self, stops: Iterable[int]) -> list[int]:
        """Those of these stops that tie visitors to a moment or are a double stop."""
        return [k for k in stops if self.catalogue.moment[k] >= 0 or len(self.catalogue.visits[k]) == 2]

    def exclude_rivals(self, k: int, allowed: Flags) -> None:
        """Forbid the stops that cannot be made when stop k is."""
        second = self.catalogue.is_second
        for visit in self.catalogue.visits[k]:
            for other in self.stops_of[visit]:
                if other != k and (second[other] == second[k] or not self._meet(k, other)):
                    allowed[other] = False
            if not second[k]:
                self._exclude_siblings(k, visit, allowed)

    def _exclude_siblings(self, k: int, visit: int, allowed: Flags) -> None:
        """Forbid the stops at siblings of this visit that would not be together with stop k."""
        moment = self.catalogue.moment
        for sibling in self.siblings_of.get(visit, ()):
            if sibling in self.catalogue.visits[k]:
                continue
            for other in self.stops_of[sibling]:
                both_alone = moment[k] < 0 and moment[other] < 0
                if not self.catalogue.is_second[other] and not both_alone and not self._meet(k, other):
                    allowed[other] = False

    def _meet(self, k: int, other: int) -> bool:
        """Whether two stops are at one moment on evenings of two visitors."""
        at, moment = self.catalogue.evening, self.catalogue.moment
        one, two = self.evenings[at[k]], self.evenings[at[other]]
        same = moment[k] == moment[other] >= 0
        return bool(same and one.shift.on == two.shift.on and one.visitor != two.visitor)

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
