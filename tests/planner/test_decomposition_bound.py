"""The bound by groups of visitors in whole numbers: below every plan, and the higher the larger the groups."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from planner import solve
from planner.base.deadline import Deadline
from planner.base.tuning import DecompositionBound, Tuning
from planner.columns.routes import list_routes
from planner.columns.stop_options import Offering
from planner.master.program import build_program
from planner.model.exchange import problem_from_json
from planner.search.decomposition_bound import Lifting, _grown
from planner.search.joint import JointSearch
from planner.search.solver import cost_step, placeable
from tests.planner import together

SLACK = 1e-6
TOLERANCE = DecompositionBound().tolerance


def _relaxed(data: dict[str, Any], tuning: Tuning | None = None) -> tuple[JointSearch, float]:
    """A joint search with prices of the whole, and what the best plan of its program costs."""
    problem = problem_from_json(data)
    pool = list_routes(problem, Offering(problem).evenings(range(len(problem.visitors))))
    program = build_program(problem, placeable(range(len(problem.visits)), pool), pool)
    search = JointSearch(problem, program, step=cost_step(problem), tuning=tuning or Tuning())
    relaxation = search.relaxation
    relaxation.learn(lambda work, visitors: [work(visitor) for visitor in visitors])
    relaxation.hold(np.zeros(0, dtype=np.int64))
    relaxed = relaxation.solve_likely(1.0)
    while relaxation.add_cuts(relaxed):
        relaxed = relaxation.solve_likely(1.0)
    relaxation.solve(np.inf, 1.0)
    hopeless = len(problem.visits) - len(program.visits)
    return search, solve(problem).cost - hopeless * problem.weights.unplaced


def _school(seed: int) -> dict[str, Any]:
    return together.random_coupled_problem(seed, visitors=4, visits=7, days=2)


def _lifted(search: JointSearch) -> Lifting:
    """The bound with every visitor alone."""
    lifting = Lifting(search.whole, search.relaxation.root)
    for visitor in search.whole.visitors:
        lifting.lift(search.relaxation.root, (visitor,), Deadline.after(60))
    return lifting


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_of_every_way_to_fall_into_groups_is_below_the_best_plan(seed: int) -> None:
    search, best = _relaxed(_school(seed))
    root, visitors = search.relaxation.root, search.whole.visitors
    alone = _lifted(search).bound()
    assert search.relaxation.bound - 2 * len(visitors) * TOLERANCE <= alone <= best + SLACK
    for size in range(2, len(visitors) + 1):
        for group in combinations(visitors, size):
            lifting = _lifted(search)
            lifting.lift(root, group, Deadline.after(60))
            assert alone - SLACK <= lifting.bound() <= best + SLACK


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("columns", [1, 5, 40])
def test_few_routes_give_a_lower_bound_never_a_wrong_one(seed: int, columns: int) -> None:
    few = Tuning(decomposition_bound=DecompositionBound(columns_a_visitor=columns))
    search, best = _relaxed(_school(seed), few)
    root, visitors = search.relaxation.root, search.whole.visitors
    lifting = _lifted(search)
    assert lifting.bound() <= best + SLACK
    for group in filter(None, (tuple(visitors[:2]), tuple(visitors[2:]), tuple(visitors))):
        lifting.lift(root, group, Deadline.after(60))
        assert lifting.bound() <= best + SLACK


@pytest.mark.parametrize("seed", range(12))
def test_everybody_together_proves_the_best_plan(seed: int) -> None:
    search, best = _relaxed(_school(seed))
    lifting = _lifted(search)
    lifting.lift(search.relaxation.root, tuple(search.whole.visitors), Deadline.after(60))
    assert lifting.bound() == pytest.approx(best, abs=2 * TOLERANCE)


def test_a_group_without_time_leaves_the_bound_as_it_was() -> None:
    search, best = _relaxed(_school(3))
    lifting = _lifted(search)
    before = lifting.bound()
    lifting.lift(search.relaxation.root, tuple(search.whole.visitors), Deadline.after(0))
    assert before - SLACK <= lifting.bound() <= best + SLACK


def test_a_group_must_not_take_others_apart() -> None:
    search, best = next(found for found in map(_relaxed, map(_school, range(20))) if _rises_together(found[0]))
    lifting, root, visitors = _lifted(search), search.relaxation.root, search.whole.visitors
    lifting.lift(root, tuple(visitors[:3]), Deadline.after(60))
    together = lifting.bound()
    lifting.lift(root, tuple(visitors[:2]), Deadline.after(60))  # too late: the larger group stays
    assert lifting.bound() == together <= best + SLACK
    with pytest.raises(ValueError, match="in groups with others"):
        lifting.lift(root, tuple(visitors[1:]), Deadline.after(60))


def _rises_together(search: JointSearch) -> bool:
    """Whether the first three of four visitors lift the bound together."""
    lifting, visitors = _lifted(search), search.whole.visitors
    before = lifting.bound()
    lifting.lift(search.relaxation.root, tuple(visitors[:3]), Deadline.after(60))
    return len(visitors) == 4 and lifting.bound() > before + SLACK


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
    lifting = _lifted(search)
    groups = []
    while (group := lifting.next_group()) is not None:
        groups.append(group)
    assert groups
    assert all(len(group) > 1 for group in groups)
    assert len(groups) == len(set(groups))
