"""The components of a school: visitors who share no visit, no company and no interpreter are planned apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from planner.model.index import ProblemIndex
from planner.model.problem import Problem, Visit


@dataclass(frozen=True)
class Component:
    """Visitors and visits (positions in the problem's tuples) that can be planned apart from all others."""

    visitors: tuple[int, ...]
    visits: tuple[int, ...]


def independent_components(problem: Problem) -> list[Component]:
    """The components in the order of their first visitor; visits that nobody may make are in none."""
    index = ProblemIndex(problem)
    people_of = [[index.visitor_number[name] for name in _people_of(index, visit)] for visit in problem.visits]
    label = _labels(len(problem.visitors), [*people_of, *_sharing_interpreters(index)])
    visitors: dict[int, list[int]] = defaultdict(list)
    visits: dict[int, list[int]] = defaultdict(list)
    for number in range(len(problem.visitors)):
        visitors[label[number]].append(number)
    for number, people in enumerate(people_of):
        if people:
            visits[label[people[0]]].append(number)
    return [Component(tuple(visitors[component]), tuple(visits[component])) for component in visitors]


def _people_of(index: ProblemIndex, visit: Visit) -> list[str]:
    """Whoever may be at this visit, the visitors of siblings included."""
    siblings = [index.visits[sibling] for sibling in index.siblings.get(visit.id, ())]
    return [*visit.visitors, *(person for sibling in siblings for person in sibling.visitors), *visit.second]


def _sharing_interpreters(index: ProblemIndex) -> list[list[int]]:
    """Per language the visitors (positions) of visits with an interpreter of it."""
    sharing: dict[str, list[int]] = defaultdict(list)
    for visit in index.problem.visits:
        if visit.interpreter is not None:
            sharing[visit.interpreter].extend(index.visitor_number[name] for name in visit.visitors)
    return list(sharing.values())


def _labels(count: int, groups: list[list[int]]) -> list[int]:
    """Per visitor the number of the component, when those of each group are connected."""
    edges = {(people[0], person) for people in groups for person in people[1:]}
    ends = np.array(sorted(edges), dtype=np.int64).reshape(-1, 2)
    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    return [int(number) for number in label]
