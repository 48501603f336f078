"""A problem with more routes than can be listed has a plan, a good one, and a bound that holds."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import Attendance, Problem, Shortage, Tuning, count_shortages, judge, solve
from planner.base.deadline import Deadline
from planner.base.tuning import ListingTuning
from planner.evaluate.capacity import least_left_out
from planner.model.exchange import plan_to_json, problem_from_json
from planner.model.plan import VISITOR
from planner.model.problem import Appointment
from planner.search.local_search import LocalSearch
from planner.search.solver import cost_step
from planner.search.uncoupled_bound import UncoupledBound
from tests.planner import together
from tests.planner.problems import day, plain_problem, random_problem

pytestmark = pytest.mark.xdist_group("local search")  # one process compiles the loops for all of these

FEW = Tuning(listing=ListingTuning(most_routes=3))  # no component of these tests has so few routes


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """The loops are compiled before any test gives them a deadline."""
    solve(problem_from_json(together.random_coupled_problem(0)), seconds=0.1, tuning=FEW)


@pytest.mark.long
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(st.integers(0, 10_000))
def test_a_coupled_problem_without_a_list_of_routes_gets_a_plan_and_a_bound(seed: int) -> None:
    problem = together.random_coupled_problem(seed)
    plan = solve(problem_from_json(problem), seconds=0.3, tuning=FEW)
    assert together.price_of(problem, plan_to_json(plan)) == plan.cost
    exact = solve(problem_from_json(problem), seconds=20)
    assert plan.bound <= exact.cost + 1e-6
    assert plan.cost >= exact.bound - 1e-6


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(st.integers(0, 10_000), st.integers(0, 2), st.booleans())
def test_the_bound_without_coupling_is_never_above_the_best_plan(seed: int, stand: int, are_fixed: bool) -> None:
    problem = problem_from_json(together.random_coupled_problem(seed))
    best = solve(problem, seconds=20)
    moments = {
        name: Appointment(route.visitor, route.on, stop.start)
        for route in best.routes
        for stop in route.stops
        if stop.role == VISITOR
        for name in stop.visits
    }
    some = dict(list(moments.items())[:stand])
    problem = replace(problem, fixed=some) if are_fixed else replace(problem, current=some)
    best = solve(problem, seconds=20)
    visits = range(len(problem.visits))
    bound = UncoupledBound(problem, visits, step=cost_step(problem), seed=seed, tuning=Tuning())
    assert 0 <= bound.bound <= best.cost + 1e-6
    bound.run(Deadline.after(10), jobs=1)
    assert 0 <= bound.bound <= best.cost + 1e-6


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(st.integers(0, 10_000), st.sampled_from([300, 50_000]), st.sampled_from([0, 60, 500, 2000]))
def test_the_bound_with_siblings_alone_is_never_above_the_best_plan(seed: int, unplaced: int, split: int) -> None:
    data = together.random_second_format(seed)
    for visit in data["visits"]:
        visit |= {"second": [], "interpreter": None}
    data["cost"] |= {"unplaced": unplaced, "siblings_split": split}
    problem = problem_from_json(data | {"fixed": {}, "current": {}})
    best = solve(problem, seconds=20)
    visits = range(len(problem.visits))
    bound = UncoupledBound(problem, visits, step=cost_step(problem), seed=seed, tuning=Tuning())
    bound.run(Deadline.after(10), jobs=1)
    assert 0 <= bound.bound <= best.cost + 1e-6


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(st.integers(0, 10_000))
def test_what_is_fixed_is_kept_without_a_list_of_routes(seed: int) -> None:
    problem = problem_from_json(together.random_coupled_problem(seed))
    best = solve(problem, seconds=20)
    first = next((route for route in best.routes if route.stops[0].role == VISITOR), None)
    if first is None:
        return
    fixed = {name: Appointment(first.visitor, first.on, first.stops[0].start) for name in first.stops[0].visits}
    plan = solve(replace(problem, fixed=fixed), seconds=0.5, tuning=FEW)
    assert not judge(replace(problem, fixed=fixed), plan.routes).broken


def test_a_sibling_who_cannot_be_visited_keeps_nobody_else_out() -> None:
    problem = together.siblings_problem()
    problem["visits"][0]["windows"] = []
    plan = solve(problem_from_json(problem), seconds=0.5, tuning=FEW)
    assert [each.visit for each in plan.unplaced] == [problem["visits"][0]["id"]]


@pytest.mark.parametrize("seed", range(4))
def test_local_search_finds_the_optimum_of_a_small_school(seed: int) -> None:
    problem = problem_from_json(random_problem(seed, visitors=2, visits=6))
    exact = solve(problem, seconds=20)
    search = LocalSearch(problem, range(len(problem.visits)), seed=seed)
    search.run(Deadline.after(2))
    assert search.cost == judge(problem, search.routes()).cost
    assert search.cost <= 1.02 * exact.cost


def test_a_plan_is_there_before_any_time_has_passed() -> None:
    problem = problem_from_json(random_problem(7, visitors=3, visits=12))
    search = LocalSearch(problem, range(len(problem.visits)))
    assert not judge(problem, search.routes()).broken
    assert search.routes()


def test_a_search_ends_at_its_deadline() -> None:
    problem = problem_from_json(random_problem(7, visitors=3, visits=12))
    search = LocalSearch(problem, range(len(problem.visits)))
    search.run(Deadline.after(0.1))
    began = time.monotonic()
    search.run(Deadline.after(0.1))
    assert time.monotonic() - began < 2


def _one_companion(visits: int, evenings: int) -> dict[str, Any]:
    """A mentor who takes the same colleague along to so many visits, on so many evenings of one or two stops."""
    problem = plain_problem()
    colleague = problem["visitors"][0] | {"id": "colleague"}
    shift = problem["visitors"][0]["shifts"][0]
    shifts = [shift | {"date": day(n)} for n in range(evenings)]
    problem["visitors"] = [problem["visitors"][0] | {"shifts": shifts}, colleague | {"shifts": shifts}]
    windows = [{"date": day(n), "from": "16:00", "until": "21:00", "wish": False} for n in range(evenings)]
    first = problem["visits"][0] | {"windows": windows, "second": ["colleague"]}
    problem["visits"] = [first | {"id": f"visit-{n}"} for n in range(visits)]
    problem["siblings"] = []
    problem["days"] = [{"date": day(n), "week": 0} for n in range(evenings)]
    problem["rules"]["max_stops"] = 2
    return problem


def _shortages(problem: Problem) -> list[Shortage]:
    dates = {visitor.id: {shift.on for shift in visitor.shifts} for visitor in problem.visitors}
    attendances = [Attendance(visit.visitors, visit.second) for visit in problem.visits]
    return count_shortages(attendances, dates, {}, problem.rules.max_stops)


def test_counting_says_how_many_a_companion_has_no_room_for() -> None:
    problem = problem_from_json(_one_companion(visits=7, evenings=2))
    assert least_left_out(problem, range(7)) == 3
    assert _shortages(problem) == [Shortage("mentor", 7, 4), Shortage("colleague", 7, 4, along=7)]


def test_a_limit_of_a_visitor_and_days_without_the_other_one_are_no_room() -> None:
    dates = {"mentor": [1, 2, 3], "colleague": [3, 4]}
    days = {name: {dt.date(2026, 10, number) for number in numbers} for name, numbers in dates.items()}
    together = [Attendance(["mentor"], ["colleague"])] * 3
    assert count_shortages(together, days, {}, 2) == [Shortage("mentor", 3, 2), Shortage("colleague", 3, 2, along=3)]
    alone = [Attendance(["mentor"])] * 3
    assert count_shortages(alone, days, {"mentor": 2}, 2) == [Shortage("mentor", 3, 2)]


def test_who_has_room_for_everybody_is_short_of_nothing() -> None:
    problem = problem_from_json(_one_companion(visits=4, evenings=2))
    assert least_left_out(problem, range(4)) == 0
    assert _shortages(problem) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(st.integers(0, 10_000))
def test_counting_never_leaves_out_more_than_the_best_plan(seed: int) -> None:
    problem = problem_from_json(together.random_coupled_problem(seed))
    best = solve(problem, seconds=20)
    assert least_left_out(problem, range(len(problem.visits))) <= len(best.unplaced)


def test_the_bound_counts_the_families_that_must_be_left_out() -> None:
    problem = problem_from_json(_one_companion(visits=7, evenings=2))
    plan = solve(problem, seconds=2, tuning=FEW)
    assert len(plan.unplaced) == 3
    assert plan.bound >= 0.9 * 3 * problem.weights.unplaced
