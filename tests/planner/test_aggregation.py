"""Planning by types of evenings: the same plans as evening by evening, and bounds that hold at any prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import BadProblem, Problem, Tuning, judge, solve
from planner.aggregation.cuts import Triples, violated
from planner.aggregation.evening_types import EveningTypes, are_repeated
from planner.aggregation.parts import Part
from planner.aggregation.program import TypedProgram, typed_program
from planner.aggregation.relaxation import TypedRelaxation, prices_at, reduced_costs
from planner.aggregation.search import TypedSearch, routes_of
from planner.aggregation.shared import SharedSearch
from planner.base.aggregation_tuning import AggregationTuning
from planner.base.deadline import Deadline
from planner.columns.routes import list_routes
from planner.model.exchange import plan_to_json, problem_from_json
from planner.model.problem import Appointment
from tests.planner import oracle
from tests.planner.problems import day, year_beginning

FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
SOME = settings(FEW, max_examples=40)
SEEDS = st.integers(0, 10**6)


def program_of(problem: Problem) -> TypedProgram:
    """The program of all visitors of a problem together."""
    types = EveningTypes(problem).of(range(len(problem.visitors)))
    pool = list_routes(problem, [kind.options for kind in types])
    visits = range(len(problem.visits))
    return typed_program(problem, types, pool, visits, dict.fromkeys(visits, problem.weights.unplaced))


@SOME
@given(seed=SEEDS, visitors=st.integers(1, 2), visits=st.integers(1, 5), days=st.integers(2, 4))
def test_the_plan_is_the_best_there_is_when_nobody_has_answered(
    seed: int, visitors: int, visits: int, days: int
) -> None:
    problem = year_beginning(seed, visitors=visitors, visits=visits, days=days)
    plan = plan_to_json(solve(problem_from_json(problem)))
    assert plan["cost"] == oracle.price_of(problem, plan) == oracle.least_cost(problem)
    assert plan["bound"] == plan["cost"]


@SOME
@given(seed=SEEDS, visits=st.integers(3, 12), weight=st.sampled_from([10**4, 10**9]))
def test_by_type_and_by_evening_give_the_same_cost(seed: int, visits: int, weight: int) -> None:
    data = year_beginning(seed, visitors=1, visits=visits, days=4)
    data["cost"]["unplaced"] = weight
    problem = problem_from_json(data)
    by_evening = Tuning(aggregation=AggregationTuning(repeated=0.0))
    assert solve(problem).cost == solve(problem, tuning=by_evening).cost == solve(problem).bound


@SOME
@given(seed=SEEDS, visitors=st.integers(1, 3), visits=st.integers(2, 6))
def test_the_bound_of_any_prices_is_below_every_plan(seed: int, visitors: int, visits: int) -> None:
    problem = problem_from_json(year_beginning(seed, visitors=visitors, visits=visits, days=3))
    program, chance = program_of(problem), np.random.default_rng(seed)
    best = solve(problem)
    triples = np.array([[0, 1, 2]] if visits > 2 else np.zeros((0, 3)), dtype=np.int64)
    visit = chance.uniform(-200, 900, len(program.visits))
    resource = chance.uniform(-100, 0, len(program.capacity))
    cut = chance.uniform(-80, 0, len(triples))
    prices = prices_at(program, visit, np.zeros(0), resource, Triples(triples), cut)
    assert prices.value <= best.cost + 1e-6


@SOME
@given(seed=SEEDS, visits=st.integers(4, 10))
def test_a_route_of_the_best_plan_has_no_more_excess_than_the_plan(seed: int, visits: int) -> None:
    problem = problem_from_json(year_beginning(seed, visitors=1, visits=visits, days=3))
    search = TypedSearch(program_of(problem), step=1.0)
    search.run(Deadline.after(60))
    assert search.best is not None
    assert search.bound == search.best.cost
    prices = search.relaxed.prices
    assert (prices.excess[search.best.routes] <= search.best.cost - prices.value + 1e-6).all()
    routes = routes_of(problem, search.program, search.best)
    assert judge(problem, routes).cost == search.best.cost


@FEW
@given(seed=SEEDS)
def test_visitors_who_share_visits_are_planned_together(seed: int) -> None:
    problem = problem_from_json(year_beginning(seed, visitors=3, visits=10, days=3))
    program = program_of(problem)
    large = Tuning(aggregation=AggregationTuning(exact_columns=-1, visitor_seconds=5.0))
    search = SharedSearch(program, step=1.0, jobs=2, tuning=large)
    search.run(Deadline.after(1.5), gap=0.0)
    exact = TypedSearch(program, step=1.0)
    exact.run(Deadline.after(60))
    assert search.best is not None
    assert search.bound <= exact.cost + 1e-6
    assert search.cost >= exact.bound - 1e-6
    assert not judge(problem, routes_of(problem, program, search.best)).broken


@SOME
@given(seed=SEEDS, stops=st.integers(3, 4))
def test_cuts_cost_a_route_once_however_many_of_their_visits_it_makes(seed: int, stops: int) -> None:
    data = year_beginning(seed, visitors=1, visits=7, days=2)
    data["rules"]["max_stops"] = stops
    program, chance = program_of(problem_from_json(data)), np.random.default_rng(seed)
    every = np.array([(a, b, c) for a in range(7) for b in range(a) for c in range(b)], dtype=np.int64)
    triples = Triples(np.sort(every[chance.permutation(len(every))[:9]], axis=1))
    price = chance.integers(-50, 0, len(triples)).astype(np.float64)
    none = np.zeros(len(program.visits))
    by_table = reduced_costs(program, none, np.zeros(0), triples, price)
    visits = program.visits_of(np.arange(len(program.pool)))
    met = [sum(p for t, p in zip(triples.rows, price, strict=True) if len({*t} & {*v}) >= 2) for v in visits]
    assert np.allclose(by_table, program.pool.cost - np.array(met))
    assert np.allclose(triples.entries(visits).dot(price), met)


@SOME
@given(seed=SEEDS)
def test_the_cuts_that_are_found_are_the_violated_ones(seed: int) -> None:
    chance = np.random.default_rng(seed)
    routes = np.array([[*sorted(chance.choice(8, 3, replace=False)), -1] for _ in range(20)], dtype=np.int64)
    values = chance.uniform(0, 0.5, 20)
    found = {tuple(row) for row in violated(routes, values, 8, 0.02, 1000)}
    for a in range(8):
        for b in range(a + 1, 8):
            for c in range(b + 1, 8):
                met = sum(v for route, v in zip(routes, values, strict=True) if len({a, b, c} & {*route}) >= 2)
                assert ((a, b, c) in found) == (met > 1.02)


def test_evenings_are_of_one_type_when_only_their_week_differs() -> None:
    data = year_beginning(1, visitors=1, visits=3, days=4)
    (kind,) = EveningTypes(problem_from_json(data)).of([0])
    assert [shift.on.isoformat() for shift in kind.shifts] == [day(number) for number in range(4)]
    week = data["cost"]["week"]
    assert kind.week_costs == (0, 0, week, week)


@pytest.mark.parametrize("what", ["shift", "window", "wish", "current", "fixed"])
def test_an_evening_that_offers_something_else_is_a_type_of_its_own(what: str) -> None:
    data = year_beginning(1, visitors=1, visits=3, days=4)
    moment = {"visitor": "mentor-0", "date": day(2), "start": "17:00"}
    window = next(w for w in data["visits"][0]["windows"] if w["date"] == day(2))
    change: dict[str, Any] = {
        "shift": lambda: data["visitors"][0]["shifts"][2].update(leave_from="16:30"),
        "window": lambda: window.update({"from": "16:15"}),
        "wish": lambda: data["visits"][0]["windows"].append(window | {"wish": True, "until": "18:00"}),
        "current": lambda: data.update(current={"visit-0": moment}),
        "fixed": lambda: data.update(fixed={"visit-0": moment}),
    }
    change[what]()
    kinds = EveningTypes(problem_from_json(data)).of([0])
    assert [[shift.on.isoformat() for shift in kind.shifts] for kind in kinds] == [[day(0), day(1), day(3)], [day(2)]]


def test_types_are_used_where_evenings_repeat() -> None:
    problem = problem_from_json(year_beginning(1, visitors=1, visits=3, days=4))
    kinds = EveningTypes(problem).of([0])
    assert are_repeated(kinds, 0.7)
    assert not are_repeated(kinds, 0.2)


@SOME
@given(seed=SEEDS, visits=st.integers(2, 5))
def test_fixed_visits_stand_in_a_school_where_evenings_repeat(seed: int, visits: int) -> None:
    problem = problem_from_json(year_beginning(seed, visitors=2, visits=visits, days=4))
    best = solve(problem)
    moments = {s.visits[0]: Appointment(r.visitor, r.on, s.start) for r in best.routes for s in r.stops}
    kept = dict(list(moments.items())[::2])
    plan = solve(replace(problem, fixed=kept))
    assert plan.cost == best.cost == plan.bound


def test_fixed_visits_that_exclude_each_other_are_refused() -> None:
    data = year_beginning(3, visitors=1, visits=3, days=4)
    data["fixed"] = {name: {"visitor": "mentor-0", "date": day(0), "start": "17:00"} for name in ("visit-0", "visit-1")}
    for visit in data["visits"]:
        visit["visitors"] = ["mentor-0"]
    data["visitors"][0]["max_stops_total"] = None
    with pytest.raises(BadProblem, match="fixed"):
        solve(problem_from_json(data))


@SOME
@given(seed=SEEDS)
def test_a_part_of_a_program_is_the_program_of_that_part(seed: int) -> None:
    problem = problem_from_json(year_beginning(seed, visitors=3, visits=6, days=3))
    whole = program_of(problem)
    of_one = np.array([kind.visitor == 1 for kind in whole.types])[whole.pool.evening]
    part = Part.of(whole, of_one, np.array([0, 2, 3], dtype=np.int64))
    alone = TypedSearch(part.program, step=1.0)
    alone.run(Deadline.after(60))
    assert alone.best is not None
    routes = routes_of(problem, whole, part.in_whole(alone.best))
    mine = replace(
        problem,
        visits=tuple(
            replace(problem.visits[v], visitors=("mentor-1",))
            for v in (0, 2, 3)
            if "mentor-1" in problem.visits[v].visitors
        ),
    )
    others = 3 - len(mine.visits)
    assert judge(mine, routes).cost + others * problem.weights.unplaced == alone.best.cost == alone.bound


@SOME
@given(seed=SEEDS, visitors=st.integers(1, 3))
def test_without_any_time_there_is_a_plan_and_a_bound(seed: int, visitors: int) -> None:
    data = year_beginning(seed, visitors=visitors, visits=6, days=3)
    problem = problem_from_json(data)
    plan, best = solve(problem, seconds=0), solve(problem)
    assert oracle.price_of(data, plan_to_json(plan)) == plan.cost
    assert plan.bound <= best.cost <= plan.cost
    assert bool(plan.routes) == bool(best.routes)


def test_the_linear_optimum_is_the_same_however_many_routes_enter_at_once() -> None:
    problem = problem_from_json(year_beginning(8, visitors=2, visits=10, days=4))
    program = program_of(problem)
    bounds = [
        TypedRelaxation(program, tuning=Tuning(aggregation=AggregationTuning(columns_a_class=count)))
        .solve(Deadline.after(60))
        .prices.value
        for count in (1, 5, 500)
    ]
    assert bounds == pytest.approx([bounds[0]] * 3)


def test_early_dates_of_a_week_come_first() -> None:
    problem = problem_from_json(year_beginning(2, visitors=1, visits=1, days=4))
    plan = solve(problem)
    assert [route.on for route in plan.routes] == [dt.date(2026, 9, 7)][: len(plan.routes)]
