"""A solve that is broken off gives the best plan so far, and a bound that holds."""

from __future__ import annotations

import time

import numpy as np
import pytest

from planner import Progress, solve
from planner.base.deadline import Deadline
from planner.master.linear import Linear
from planner.master.rows import Sparse
from planner.model.exchange import plan_to_json, problem_from_json
from tests.planner import oracle, together
from tests.planner.problems import plain_problem, random_problem


def test_no_time_at_all_still_gives_a_legal_plan_and_a_bound_that_holds() -> None:
    for seed in range(20):
        problem = random_problem(seed, visitors=2, visits=4)
        plan = plan_to_json(solve(problem_from_json(problem), seconds=0))
        assert plan["bound"] <= oracle.least_cost(problem) <= plan["cost"] == oracle.price_of(problem, plan)


def test_no_time_at_all_still_places_visits_that_need_two_people() -> None:
    problem = together.with_a_colleague()
    plan = solve(problem_from_json(problem), seconds=0)
    assert together.price_of(problem, plan_to_json(plan)) == plan.cost
    assert plan.routes
    assert plan.bound <= plan.cost


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
    assert told[-1].parts == plan.parts
    assert [p.fraction for p in told] == sorted(p.fraction for p in told)


def test_progress_tells_how_many_visits_have_no_route_at_all() -> None:
    problem = plain_problem()
    problem["visits"][0]["windows"] = []
    told: list[Progress] = []
    solve(problem_from_json(problem), progress=told.append)
    assert told[-1].hopeless == 1


def test_no_time_at_all_still_keeps_what_is_fixed() -> None:
    fixed = {"visit-1": {"visitor": "mentor", "date": "2026-09-14", "start": "20:00"}}
    problem = plain_problem(fixed=fixed)
    plan = plan_to_json(solve(problem_from_json(problem), seconds=0))
    assert plan["cost"] == oracle.price_of(problem, plan)
    assert plan["bound"] <= oracle.least_cost(problem)


def _market_split() -> Linear:
    """An integer program that takes minutes: orders of forty retailers to be split in equal halves."""
    random = np.random.default_rng(1)
    orders = random.integers(0, 100, size=(5, 40)).astype(np.float64)
    halves = np.floor(orders.sum(axis=1) / 2)
    linear = Linear()
    linear.add_rows(halves, halves, Sparse.empty(5))
    left_over = Sparse.of([[(row, sign)] for row in range(5) for sign in (1.0, -1.0)])
    linear.add_columns(np.ones(10), np.full(10, np.inf), left_over)
    entries = Sparse.of([[(row, float(orders[row, column])) for row in range(5)] for column in range(40)])
    linear.add_columns(np.zeros(40), np.ones(40), entries)
    return linear


def test_the_end_game_stops_soon_after_somebody_calls_it_good_enough() -> None:
    began = time.monotonic()
    deadline = Deadline.after(60, lambda: time.monotonic() > began + 0.5)
    solved = _market_split().solve_whole(deadline, 1e-6, np.inf)
    assert not solved.is_optimal
    assert time.monotonic() - began < 20


def test_what_goes_wrong_while_somebody_is_asked_comes_out() -> None:
    def ask() -> bool:
        raise ConnectionError("nobody there")

    with pytest.raises(ConnectionError, match="nobody there"):
        _market_split().solve_whole(Deadline.after(60, ask), 1e-6, np.inf)


def test_a_linear_program_begun_from_the_inside_stops_when_somebody_calls_it_good_enough() -> None:
    linear = _market_split()
    linear.begin_inside()
    assert not linear.solve(Deadline.after(60, lambda: True)).is_optimal


def test_what_goes_wrong_while_a_linear_program_asks_comes_out() -> None:
    def ask() -> bool:
        raise ConnectionError("nobody there")

    linear = _market_split()
    linear.begin_inside()
    with pytest.raises(ConnectionError, match="nobody there"):
        linear.solve(Deadline.after(60, ask))


def test_from_the_inside_a_linear_program_comes_to_the_same_optimum_and_goes_on_from_there() -> None:
    inside, along = _market_split(), _market_split()
    for linear in (inside, along):
        linear.price_columns(np.arange(1.0, 11.0))
    inside.begin_inside()
    deadline = Deadline.after(60)
    found, known = inside.solve(deadline), along.solve(deadline)
    assert found.is_optimal and found.cost == pytest.approx(known.cost)
    for linear in (inside, along):
        linear.limit_columns(10, np.full(40, 0.25))
    found, known = inside.solve(deadline), along.solve(deadline)
    assert found.is_optimal and found.cost == pytest.approx(known.cost)
    assert known.cost > 0
