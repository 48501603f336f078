"""The bound by groups of visitors in whole numbers: below every plan, and the higher the larger the groups."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from planner import solve
from planner.base.deadline import Deadline
from planner.base.tuning import DecompositionBoundTuning, Tuning
from planner.columns.routes import list_routes
from planner.columns.stop_options import StopOptions
from planner.master.program import build_program
from planner.model.exchange import problem_from_json
from planner.search.decomposition_bound import DecompositionBound, _grown
from planner.search.joint import JointSearch
from planner.search.placeable import placeable
from planner.search.solver import cost_step
from tests.planner import together

SLACK = 1e-6
TOLERANCE = DecompositionBoundTuning().tolerance


def _relaxed(data: dict[str, Any], tuning: Tuning | None = None) -> tuple[JointSearch, float]:
    """A joint search with prices of the whole, and what the best plan of its program costs."""
    problem = problem_from_json(data)
    pool = list_routes(problem, StopOptions(problem).evenings(range(len(problem.visitors))))
    program = build_program(problem, placeable(range(len(problem.visits)), pool), pool)
    search = JointSearch(problem, program, step=cost_step(problem), tuning=tuning or Tuning())
    relaxation = search.relaxation
    relaxation.solve_visitors(lambda work, visitors: [work(visitor) for visitor in visitors])
    relaxation.begin_linear_program(np.zeros(0, dtype=np.int64))
    relaxed = relaxation.solve_likely(1.0)
    while relaxation.add_cuts(relaxed):
        relaxed = relaxation.solve_likely(1.0)
    relaxation.solve(np.inf, 1.0)
    hopeless = len(problem.visits) - len(program.visits)
    return search, solve(problem).cost - hopeless * problem.weights.unplaced


def _school(seed: int) -> dict[str, Any]:
    return together.random_coupled_problem(seed, visitors=4, visits=7, days=2)


def _bounds(search: JointSearch) -> DecompositionBound:
    """The bound with every visitor alone."""
    decomposition = DecompositionBound(search.context, search.relaxation.root)
    for visitor in search.context.visitors:
        decomposition.improve(search.relaxation.root, (visitor,), Deadline.after(60))
    return decomposition


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_of_every_way_to_fall_into_groups_is_below_the_best_plan(seed: int) -> None:
    search, best = _relaxed(_school(seed))
    root, visitors = search.relaxation.root, search.context.visitors
    alone = _bounds(search).bound()
    assert search.relaxation.bound - 2 * len(visitors) * TOLERANCE <= alone <= best + SLACK
    for size in range(2, len(visitors) + 1):
        for group in combinations(visitors, size):
            decomposition = _bounds(search)
            decomposition.improve(root, group, Deadline.after(60))
            assert alone - SLACK <= decomposition.bound() <= best + SLACK


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("columns", [1, 5, 40])
def test_few_routes_give_a_lower_bound_never_a_wrong_one(seed: int, columns: int) -> None:
    few = Tuning(decomposition_bound=DecompositionBoundTuning(columns_a_visitor=columns))
    search, best = _relaxed(_school(seed), few)
    root, visitors = search.relaxation.root, search.context.visitors
    decomposition = _bounds(search)
    assert decomposition.bound() <= best + SLACK
    for group in filter(None, (tuple(visitors[:2]), tuple(visitors[2:]), tuple(visitors))):
        decomposition.improve(root, group, Deadline.after(60))
        assert decomposition.bound() <= best + SLACK


@pytest.mark.parametrize("seed", range(12))
def test_everybody_together_proves_the_best_plan(seed: int) -> None:
    search, best = _relaxed(_school(seed))
    decomposition = _bounds(search)
    decomposition.improve(search.relaxation.root, tuple(search.context.visitors), Deadline.after(60))
    assert decomposition.bound() == pytest.approx(best, abs=2 * TOLERANCE)


def test_a_group_without_time_leaves_the_bound_as_it_was() -> None:
    search, best = _relaxed(_school(3))
    decomposition = _bounds(search)
    before = decomposition.bound()
    decomposition.improve(search.relaxation.root, tuple(search.context.visitors), Deadline.after(0))
    assert before - SLACK <= decomposition.bound() <= best + SLACK


def test_a_group_must_not_take_others_apart() -> None:
    search, best = next(found for found in map(_relaxed, map(_school, range(20))) if _rises_together(found[0]))
    decomposition, root, visitors = _bounds(search), search.relaxation.root, search.context.visitors
    decomposition.improve(root, tuple(visitors[:3]), Deadline.after(60))
    together = decomposition.bound()
    decomposition.improve(root, tuple(visitors[:2]), Deadline.after(60))  # too late: the larger group stays
    assert decomposition.bound() == together <= best + SLACK
    with pytest.raises(ValueError, match="in groups with others"):
        decomposition.improve(root, tuple(visitors[1:]), Deadline.after(60))


def _rises_together(search: JointSearch) -> bool:
    """Whether the first three of four visitors lift the bound together."""
    decomposition, visitors = _bounds(search), search.context.visitors
    before = decomposition.bound()
    decomposition.improve(search.relaxation.root, tuple(visitors[:3]), Deadline.after(60))
    return len(visitors) == 4 and decomposition.bound() > before + SLACK


def test_groups_grow_along_the_strongest_ties() -> None:
    tie = np.zeros((5, 5))
    for (one, other), strength in {(0, 1): 9.0, (1, 2): 5.0, (2, 3): 7.0, (3, 4): 1.0}.items():
        tie[one, other] = tie[other, one] = strength
    alone: list[tuple[int, ...]] = [(visitor,) for visitor in range(5)]
    assert sorted(_grown(alone, tie, 2)) == [(0, 1), (2, 3), (4,)]
    assert sorted(_grown(_grown(alone, tie, 2), tie, 4)) == [(0, 1, 2, 3), (4,)]
    assert sorted(_grown(alone, np.zeros((5, 5)), 5)) == alone


def test_larger_groups_come_one_by_one_and_then_no_more() -> None:
    search, _best = _relaxed(_school(3))
    decomposition = _bounds(search)
    groups = []
    while (group := decomposition.next_group()) is not None:
        groups.append(group)
    assert groups
    assert all(len(group) > 1 for group in groups)
    assert len(groups) == len(set(groups))
