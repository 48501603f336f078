"""A solve that is broken off gives the best plan so far, and a bound that holds."""

from __future__ import annotations

from tests.visits.planner import oracle
from tests.visits.planner.problems import plain_problem, random_problem
from visits.planner import Progress, solve
from visits.planner.exchange import plan_to_json, problem_from_json


def test_no_time_at_all_still_gives_a_legal_plan_and_a_bound_that_holds() -> None:
    for seed in range(20):
        problem = random_problem(seed, visitors=2, visits=4)
        plan = plan_to_json(solve(problem_from_json(problem), seconds=0))
        assert plan["bound"] <= oracle.least_cost(problem) <= plan["cost"] == oracle.price_of(problem, plan)


def test_whoever_calls_it_good_enough_gets_the_plan_so_far() -> None:
    problem = random_problem(11, visitors=3, visits=30, days=12)
    asked = []
    plan = solve(problem_from_json(problem), should_stop=lambda: len(asked) > 2 or bool(asked.append(None)))
    best = solve(problem_from_json(problem))
    assert plan.bound <= best.cost <= plan.cost
    assert plan.cost == oracle.price_of(problem, plan_to_json(plan))


def test_progress_ends_with_the_plan_that_comes_out() -> None:
    told: list[Progress] = []
    plan = solve(problem_from_json(random_problem(3, visitors=3, visits=8)), progress=told.append)
    assert told[-1].fraction == 1
    assert told[-1].cost == plan.cost
    assert told[-1].bound == plan.bound
    assert [p.fraction for p in told] == sorted(p.fraction for p in told)


def test_no_time_at_all_still_keeps_what_is_fixed() -> None:
    fixed = {"visit-1": {"visitor": "mentor", "date": "2026-09-14", "start": "20:00"}}
    problem = plain_problem(fixed=fixed)
    plan = plan_to_json(solve(problem_from_json(problem), seconds=0))
    assert plan["cost"] == oracle.price_of(problem, plan)
    assert plan["bound"] <= oracle.least_cost(problem)
