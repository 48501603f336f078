"""The planner against another formulation of the same problem, where brute force would take for ever."""

from __future__ import annotations

import pytest

from planner import solve
from planner.model.exchange import plan_to_json, problem_from_json
from tests.planner import arc_model, oracle, together
from tests.planner.problems import random_problem


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_costs_what_the_best_flow_costs(seed: int) -> None:
    problem = random_problem(seed, visitors=4, visits=14, days=4) | {"current": {}}
    plan = solve(problem_from_json(problem), seconds=60)
    assert plan.cost == oracle.price_of(problem, plan_to_json(plan))
    assert plan.cost == pytest.approx(arc_model.least_cost(problem), abs=1e-3)
    assert plan.bound == plan.cost


@pytest.mark.parametrize("seed", range(12))
def test_a_coupled_plan_costs_what_the_best_flow_costs(seed: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=4, visits=10, days=2)
    problem["siblings"] = problem["siblings"][:1]
    plan = solve(problem_from_json(problem), seconds=60)
    assert plan.cost == together.price_of(problem, plan_to_json(plan))
    least = arc_model.least_cost(problem)
    assert plan.bound <= least + 1e-3
    assert plan.cost == pytest.approx(least, abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_no_plan_is_cheaper_than_the_linear_bound_of_the_flow(seed: int) -> None:
    problem = random_problem(seed + 100, visitors=6, visits=24, days=4) | {"current": {}}
    plan = solve(problem_from_json(problem), seconds=60)
    linear = arc_model.least_cost(problem, whole=False)
    assert plan.is_proven
    assert linear <= plan.cost + 1e-3
