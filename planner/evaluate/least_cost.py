"""A bound that needs no search: what visits cost at least, each by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from planner.base.arrays import Flags, Floats
from planner.model.index import ProblemIndex
from planner.model.problem import Matrix, Problem


def least_alone(index: ProblemIndex, visits: Iterable[int], hopeless: Iterable[str]) -> float:
    """A lower bound on what these visits cost together in any plan.

    `visits`: positions in `problem.visits`. `hopeless`: ids of visits that no route holds.
    """
    problem, hopeless = index.problem, set(hopeless)
    weights, roads = problem.weights, _half_roads(problem)
    total = 0.0
    for number in visits:
        visit = problem.visits[number]
        if visit.id in hopeless:
            total += weights.unplaced
            continue
        week = min((weights.week * problem.weeks[window.on] + window.cost for window in visit.windows), default=0.0)
        at_home = float(roads[index.place_number[visit.place]])
        road = 0.0 if visit.id in index.siblings else weights.travel_minute * at_home
        total += min(weights.unplaced, week + road)
    return total


def _half_roads(problem: Problem) -> Floats:
    """Per place half of the shortest leg to it and half of that from it, in minutes, by any mode; float64 (places,).

    A leg from a place to itself counts only where one route could stop there twice, or begin and stop.
    """
    used = Counter([visit.place for visit in problem.visits] + [visitor.depot for visitor in problem.visitors])
    many = np.array([used[name] > 1 for name in problem.places])
    return np.min([_shortest(matrix, many) for matrix in problem.travel_minutes.values()], axis=0)


def _shortest(matrix: Matrix, many: Flags) -> Floats:
    roads = matrix.copy()
    at = np.flatnonzero(~many)
    roads[at, at] = np.iinfo(roads.dtype).max
    return (roads.min(axis=0).astype(np.float64) + roads.min(axis=1)) / 2.0
