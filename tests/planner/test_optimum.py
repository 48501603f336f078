"""The planner against brute force, and against its own word."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import solve
from planner.model.exchange import plan_to_json, problem_from_json
from tests.planner import oracle
from tests.planner.problems import plain_problem, random_problem


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), visitors=st.integers(1, 3), visits=st.integers(1, 4))
def test_the_plan_is_the_best_there_is_and_the_bound_says_so(seed: int, visitors: int, visits: int) -> None:
    problem = random_problem(seed, visitors=visitors, visits=visits)
    plan = plan_to_json(solve(problem_from_json(problem)))
    assert plan["cost"] == oracle.price_of(problem, plan) == oracle.least_cost(problem)
    assert plan["bound"] == plan["cost"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), weight=st.sampled_from([2 * 10**6, 10**9, 10**12]))
def test_a_weight_that_dwarfs_all_others_costs_no_precision(seed: int, weight: int) -> None:
    problem = random_problem(seed, visitors=2, visits=4)
    problem["cost"]["unplaced"] = weight
    plan = plan_to_json(solve(problem_from_json(problem)))
    assert plan["cost"] == oracle.price_of(problem, plan) == oracle.least_cost(problem)
    assert plan["bound"] == plan["cost"]


def test_a_plan_names_cost_bound_and_nobody_left_out() -> None:
    problem = plain_problem()
    plan = solve(problem_from_json(problem))
    assert plan.unplaced == ()
    assert plan.is_proven
    assert plan.gap == 0
    assert plan.cost == oracle.least_cost(problem) == oracle.price_of(problem, plan_to_json(plan))


def test_a_fixed_visit_stays_where_it_is_although_that_costs_more() -> None:
    free = solve(problem_from_json(plain_problem()))
    fixed = {"visit-1": {"visitor": "mentor", "date": "2026-09-14", "start": "20:00"}}
    problem = plain_problem(fixed=fixed)
    plan = solve(problem_from_json(problem))
    stops = {stop.visits[0]: (route.on.isoformat(), stop.start) for route in plan.routes for stop in route.stops}
    assert stops["visit-1"] == ("2026-09-14", 20 * 60)
    assert plan.cost == oracle.least_cost(problem) > free.cost


def test_a_published_visit_moves_only_when_it_pays() -> None:
    current = {"visit-1": {"visitor": "mentor", "date": "2026-09-14", "start": "20:00"}}
    dear, cheap = plain_problem(current=current), plain_problem(current=current)
    dear["cost"]["moved"], cheap["cost"]["moved"] = 10_000, 1
    assert solve(problem_from_json(dear)).parts["moved"] == 0
    assert solve(problem_from_json(cheap)).parts["moved"] == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_problem_and_seed_give_the_same_plan(jobs: int) -> None:
    problem = problem_from_json(random_problem(5, visitors=3, visits=9, days=4))
    plans = [solve(problem, jobs=jobs, seed=3) for _ in range(2)]
    assert plans[0].routes == plans[1].routes
    assert plans[0].bound == plans[1].bound
