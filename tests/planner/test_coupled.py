"""Visits that need two people at one moment: siblings, second visitors, interpreters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import Plan, Progress, solve
from planner.base.tuning import JointTuning, Tuning
from planner.model.exchange import clock_text, plan_to_json, problem_from_json
from tests.planner import together
from tests.planner.problems import plain_problem


def _stops(plan: Plan) -> list[tuple[str, tuple[str, ...], int, str]]:
    return sorted((r.visitor, s.visits, s.start, s.role) for r in plan.routes for s in r.stops)


def _solved(problem: dict[str, Any]) -> Plan:
    plan = solve(problem_from_json(problem))
    assert plan.cost == together.price_of(problem, plan_to_json(plan))
    assert plan.is_proven
    return plan


def _solved_by_dives(problem: dict[str, Any], told: list[Progress] | None = None) -> Plan:
    """With the large machinery also for few routes, for half a second."""
    never_exact = Tuning(joint=JointTuning(exact_columns=-1))
    tell = None if told is None else told.append
    return solve(problem_from_json(problem), seconds=0.5, jobs=2, progress=tell, tuning=never_exact)


def _moments(plan: Plan) -> list[tuple[str, dict[str, str]]]:
    """Each visit of a plan with who makes it and when, as in `fixed`."""
    return [
        (visit, {"visitor": route.visitor, "date": route.on.isoformat(), "start": clock_text(stop.start)})
        for route in plan.routes
        for stop in route.stops
        if stop.role == "visitor"
        for visit in stop.visits
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), visitors=st.integers(2, 3), visits=st.integers(2, 4), days=st.integers(1, 2))
def test_a_coupled_plan_is_the_best_there_is(seed: int, visitors: int, visits: int, days: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=visitors, visits=visits, days=days)
    least = together.least_cost(problem, most=30_000)
    if least is not None:
        assert _solved(problem).cost == least


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6))
def test_bounds_of_dives_and_neighbourhoods_hold_too(seed: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=3, visits=4)
    least = together.least_cost(problem, most=30_000)
    plan = _solved_by_dives(problem)
    assert plan.cost == together.price_of(problem, plan_to_json(plan))
    if least is not None:
        assert plan.bound <= least <= plan.cost


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), weight=st.sampled_from([2 * 10**6, 10**9, 10**12]))
def test_a_weight_that_dwarfs_all_others_costs_no_precision(seed: int, weight: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=3, visits=4)
    problem["cost"]["unplaced"] = weight
    least = together.least_cost(problem, most=30_000)
    if least is not None:
        assert _solved(problem).cost == least


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), fixed=st.integers(1, 4))
def test_no_time_at_all_keeps_what_is_fixed_and_calls_nothing_impossible(seed: int, fixed: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=3, visits=4, days=2)
    best = _solved(problem)
    problem["fixed"] = dict(_moments(best)[:fixed])
    plan = solve(problem_from_json(problem), seconds=0)
    assert plan.cost == together.price_of(problem, plan_to_json(plan))
    assert plan.bound <= best.cost <= plan.cost


@pytest.mark.long
def test_siblings_are_visited_at_one_moment_when_both_mentors_can() -> None:
    problem = together.siblings_problem()
    plan = _solved(problem)
    starts = {start for _, _, start, _ in _stops(plan)}
    assert plan.parts["siblings_split"] == 0
    assert len(starts) == 1
    assert starts.pop() % problem["rules"]["coupled_grid_minutes"] == 0 or plan.parts["substitutes"] == 1


def test_one_mentor_visits_both_siblings_when_that_is_cheaper() -> None:
    problem = together.siblings_problem()
    problem["cost"]["substitute"] = 0
    plan = _solved(problem)
    assert plan.parts["substitutes"] == 1
    assert [visits for _, visits, _, _ in _stops(plan)] == [("visit-1", "visit-2")]


def test_siblings_are_split_when_there_is_no_common_moment() -> None:
    problem = together.siblings_problem()
    for visit, ends in zip(problem["visits"], (("16:15", "17:00"), ("18:00", "18:45")), strict=True):
        visit["windows"] = [{"date": "2026-09-07", "from": ends[0], "until": ends[1], "wish": False}]
    plan = _solved(problem)
    assert plan.parts["siblings_split"] == 1
    assert plan.unplaced == ()


def test_a_second_visitor_is_there_from_the_start_on_the_coupled_grid() -> None:
    problem = together.siblings_problem(siblings=[])
    problem["visits"][0]["second"] = ["colleague"]
    stops = _stops(_solved(problem))
    (start,) = {start for _, visits, start, _ in stops if visits == ("visit-1",)}
    assert start % 15 == 0
    assert ("colleague", ("visit-1",), start, "second") in stops
    assert ("mentor", ("visit-1",), start, "visitor") in stops


def test_a_visit_whose_second_visitor_cannot_come_is_left_out() -> None:
    problem = plain_problem()
    problem["visits"][0]["second"] = ["mentor"]
    plan = _solved(problem)
    assert [unplaced.visit for unplaced in plan.unplaced] == ["visit-1"]


def test_one_interpreter_is_not_at_two_visits_at_once_nor_within_the_buffer() -> None:
    problem = together.siblings_problem(siblings=[])
    shift = {"date": "2026-09-07", "from": "16:00", "until": "21:30", "count": 1}
    problem["interpreters"] = {"ar": [shift]}
    for visit in problem["visits"]:
        visit["interpreter"] = "ar"
    first, second = sorted(start for _, _, start, _ in _stops(_solved(problem)))
    assert second - first >= 45 + 30
    shift["count"] = 2
    first, second = sorted(start for _, _, start, _ in _stops(_solved(problem)))
    assert second - first < 45 + 30


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), fixed=st.integers(1, 4))
def test_fixing_moments_of_the_best_plan_changes_nothing(seed: int, fixed: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=3, visits=4, days=2)
    best = _solved(problem)
    again = _solved(problem | {"fixed": dict(_moments(best)[:fixed])})
    assert again.cost == best.cost


def test_the_gap_only_closes_while_tied_visitors_are_planned() -> None:
    for seed in range(5):
        told: list[Progress] = []
        plan = _solved_by_dives(together.random_coupled_problem(seed, visitors=3, visits=5), told)
        costs, bounds = [progress.cost for progress in told], [progress.bound for progress in told]
        assert costs == sorted(costs, reverse=True)
        assert bounds == sorted(bounds)
        assert (costs[-1], bounds[-1]) == (plan.cost, plan.bound)


def test_one_thread_plans_tied_visitors_the_same_way_twice() -> None:
    problem = problem_from_json(together.random_coupled_problem(4, visitors=3, visits=6, days=2))
    plans = [solve(problem, seed=2) for _ in range(2)]
    assert plans[0].routes == plans[1].routes
    assert plans[0].bound == plans[1].bound
