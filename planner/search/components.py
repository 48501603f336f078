"""The independent parts of a school: visitors who share no visit, no company and no interpreter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from planner.model.problem import Problem, Visit


@dataclass(frozen=True)
class Component:
    """Visitors and visits (positions in the problem's tuples) that can be planned apart from all others."""

    visitors: tuple[int, ...]
    visits: tuple[int, ...]


def independent_components(problem: Problem) -> list[Component]:
    """The parts in the order of their first visitor; visits that nobody may make are in none."""
    visitor = {person.id: number for number, person in enumerate(problem.visitors)}
    groups = _Groups(len(problem.visitors))
    for people in _people_together(problem):
        for person in people[1:]:
            groups.join(visitor[people[0]], visitor[person])
    siblings = _siblings(problem)
    visitors, visits = defaultdict(list), defaultdict(list)
    for number in range(len(problem.visitors)):
        visitors[groups.root(number)].append(number)
    for number, visit in enumerate(problem.visits):
        people = _people_of(visit, siblings.get(visit.id, []))
        if people:
            visits[groups.root(visitor[people[0]])].append(number)
    return [Component(tuple(visitors[root]), tuple(visits[root])) for root in visitors]


def _siblings(problem: Problem) -> dict[str, list[Visit]]:
    by_id = {visit.id: visit for visit in problem.visits}
    siblings: dict[str, list[Visit]] = defaultdict(list)
    for a, b in problem.siblings:
        siblings[a].append(by_id[b])
        siblings[b].append(by_id[a])
    return siblings


def _people_of(visit: Visit, siblings: list[Visit]) -> list[str]:
    """Whoever may be at this visit, a sibling's visitor included."""
    of_siblings = [person for sibling in siblings for person in sibling.visitors]
    return [*visit.visitors, *of_siblings, *visit.second]


def _people_together(problem: Problem) -> list[list[str]]:
    siblings = _siblings(problem)
    together = [_people_of(visit, siblings.get(visit.id, [])) for visit in problem.visits]
    by_language: dict[str, list[str]] = defaultdict(list)
    for visit in problem.visits:
        if visit.interpreter is not None:
            by_language[visit.interpreter].extend(visit.visitors)
    return [people for people in [*together, *by_language.values()] if people]


class _Groups:
    """Disjoint sets of numbers; the root of a set is its least member."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low
