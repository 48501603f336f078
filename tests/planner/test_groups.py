"""Groups of siblings, visits apart, slack and prices against brute force."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import BadProblem, Plan, Tuning, judge, plan_to_json, problem_from_json, repair_plan, solve
from planner.base.tuning import JointTuning, ListingTuning, SeparationTuning
from tests.planner import rules, together
from tests.planner.problems import day, plain_problem

pytestmark = pytest.mark.xdist_group("local search")  # one process compiles its loops

QUICK: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}
FEW = Tuning(listing=ListingTuning(most_routes=3))
HASTY = Tuning(separation=SeparationTuning(most_seconds=0.3))
NEVER_EXACT = Tuning(joint=JointTuning(exact_columns=-1))


def checked(problem: dict[str, Any], plan: Plan) -> Plan:
    """The plan, when it breaks no rule, costs what it says and is not below its bound."""
    judged = rules.judged(problem, plan_to_json(plan))
    assert judged.complaints == []
    assert judged.cost == plan.cost
    assert plan.bound <= plan.cost
    return plan


def planned(problem: dict[str, Any], **how: Any) -> Plan | None:
    """The plan of a problem; None when its moments contradict each other."""
    try:
        return checked(problem, solve(problem_from_json(problem), **({"seconds": 300} | how)))
    except BadProblem:
        return None


@settings(max_examples=40, database=None, **QUICK)
@given(seed=st.integers(0, 10**6), visitors=st.integers(2, 3), visits=st.integers(2, 5), days=st.integers(1, 2))
def test_a_plan_of_the_second_format_is_the_best_there_is(seed: int, visitors: int, visits: int, days: int) -> None:
    problem = together.random_second_format(seed, visitors=visitors, visits=visits, days=days)
    plan, least = planned(problem, tuning=HASTY), together.least_cost(problem, most=40_000)
    if least is not None:
        assert (plan.cost if plan else math.inf) == least
        assert plan is None or plan.is_proven


@pytest.mark.long
@settings(max_examples=400, database=None, **QUICK)
@given(seed=st.integers(0, 10**6), visits=st.integers(3, 6), days=st.integers(1, 2))
def test_many_plans_of_the_second_format_are_the_best_there_are(seed: int, visits: int, days: int) -> None:
    problem = together.random_second_format(seed, visitors=3, visits=visits, days=days)
    plan, least = planned(problem), together.least_cost(problem, most=100_000)
    if least is not None:
        assert (plan.cost if plan else math.inf) == least


@settings(max_examples=40, database=None, **QUICK)
@given(seed=st.integers(0, 10**6), visits=st.integers(3, 5), is_triangle=st.booleans())
def test_three_children_given_as_pairs_are_planned_as_well_as_can_be(seed: int, visits: int, is_triangle: bool) -> None:
    problem = together.random_coupled_problem(seed, visitors=3, visits=visits)
    first, second, third = problem["visits"][:3]
    names = [visit["id"] for visit in (first, second, third)]
    problem["siblings"] = [names[:2], [names[0], names[2]], *([names[1:]] if is_triangle else [])]
    for visit in (second, third):
        visit |= {"place": first["place"], "windows": first["windows"], "second": [], "interpreter": None}
    plan, least = planned(problem, tuning=HASTY), together.least_cost(problem, most=40_000)
    if least is not None and plan is not None:
        assert plan.bound <= least == plan.cost


@pytest.mark.parametrize(
    "how",
    [{"seconds": 0.0}, {"seconds": 0.2, "tuning": FEW}, {"seconds": 0.3, "jobs": 2, "tuning": NEVER_EXACT}],
    ids=["no time", "no list of routes", "dives"],
)
@settings(max_examples=20, database=None, **QUICK)
@given(seed=st.integers(0, 10**6))
def test_no_bound_is_above_the_best_plan_however_it_is_planned(how: dict[str, Any], seed: int) -> None:
    problem = together.random_second_format(seed, visitors=3, visits=5, days=2)
    plan, least = planned(problem, **how), together.least_cost(problem, most=40_000)
    if plan is not None and least is not None:
        assert plan.bound <= least <= plan.cost


@settings(max_examples=25, database=None, **QUICK)
@given(seed=st.integers(0, 10**6))
def test_a_repair_of_the_second_format_breaks_no_rule_and_is_below_no_bound(seed: int) -> None:
    chance = random.Random(seed)
    problem = together.random_second_format(seed, visitors=3, visits=6, days=2)
    problem["fixed"] = {}
    best = planned(problem)
    assert best is not None
    problem["current"] = together.moments_of(plan_to_json(best))
    gone = chance.choice(problem["visitors"])
    gone["shifts"] = gone["shifts"][1:] or gone["shifts"]
    plan = checked(problem, repair_plan(problem_from_json(problem), is_cost_only=chance.random() < 0.5))
    again = planned(problem)
    assert again is not None and plan.bound <= again.cost


def _school_of_families(mentors: int, homes: int) -> dict[str, Any]:
    """Every mentor visits one child in each of these homes, whose conversations must be apart."""
    problem = plain_problem(format="thuisbezoek-problem/2", siblings=[])
    (mentor,), first = problem["visitors"], problem["visits"][0]
    problem["visitors"] = [mentor | {"id": f"mentor-{number}"} for number in range(mentors)]
    windows = [{"date": day(number), "from": "16:00", "until": "21:00", "wish": False} for number in (0, 2)]
    problem["visits"] = [
        first
        | {"id": f"{home}-{number}", "place": f"home-{home % 2 + 1}", "windows": windows}
        | {"visitors": [f"mentor-{number}"]}
        for home in range(homes)
        for number in range(mentors)
    ]
    problem["apart"] = [[f"{home}-{number}" for number in range(mentors)] for home in range(homes)]
    return problem


def test_families_see_one_mentor_after_another_and_mentors_are_planned_as_if_alone() -> None:
    apart = planned(_school_of_families(3, 4), seconds=20)
    free = planned(_school_of_families(3, 4) | {"apart": []}, seconds=20)
    assert apart is not None and free is not None
    assert not apart.unplaced
    assert apart.is_proven and apart.cost >= free.cost
    assert apart.cost <= 1.1 * free.cost


def test_what_must_be_apart_may_follow_at_once() -> None:
    problem = _school_of_families(2, 1)
    for visit in problem["visits"]:
        visit["windows"] = [{"date": day(0), "from": "16:30", "until": "18:00", "wish": False}]
    plan = planned(problem)
    assert plan is not None
    assert sorted(stop.start for route in plan.routes for stop in route.stops) == [990, 1035]
    problem["visits"][1]["windows"][0]["until"] = "17:55"
    problem["visits"][0]["windows"][0]["until"] = "17:55"
    (left_out,) = solve(problem_from_json(problem)).unplaced
    assert left_out.code == "family_busy"


def _three_children(**changes: Any) -> dict[str, Any]:
    """Three siblings with a mentor each, on one evening."""
    problem = plain_problem(format="thuisbezoek-problem/2")
    (mentor,) = problem["visitors"]
    problem["visitors"] = [mentor | {"id": f"mentor-{number}"} for number in range(3)]
    windows = [{"date": day(0), "from": "16:00", "until": "21:00", "wish": False}]
    first = problem["visits"][0] | {"windows": windows}
    problem["visits"] = [first | {"id": f"child-{n}", "visitors": [f"mentor-{n}"]} for n in range(3)]
    return problem | {"siblings": [["child-0", "child-1", "child-2"]]} | changes


def test_one_stop_may_serve_three_children_and_lasts_longer_for_each_after_the_first() -> None:
    problem = _three_children()
    problem["cost"] |= {"substitute": 0}
    plan = planned(problem)
    assert plan is not None and plan.is_proven
    ((stop,),) = (route.stops for route in plan.routes)
    assert set(stop.visits) == {"child-0", "child-1", "child-2"}
    problem["visits"][0]["windows"] = [{"date": day(0), "from": "17:00", "until": "18:14", "wish": False}]
    shorter = planned(problem)
    assert shorter is not None and shorter.is_proven
    assert max(len(stop.visits) for route in shorter.routes for stop in route.stops) == 2


def test_a_family_pays_for_each_moment_after_the_first() -> None:
    problem = _three_children()
    problem["cost"] |= {"substitute": 5_000, "siblings_split": 1_000}
    together_at_once = planned(problem)
    assert together_at_once is not None
    assert together_at_once.parts["siblings_split"] == 0 and together_at_once.parts["routes"] == 3
    for number, hours in enumerate([("16:15", "17:00"), ("17:30", "18:30"), ("17:30", "18:30")]):
        window = {"date": day(0), "from": hours[0], "until": hours[1], "wish": False}
        problem["visits"][number]["windows"] = [window]
    in_two = planned(problem)
    assert in_two is not None
    assert in_two.parts["siblings_split"] == 1


def test_between_two_families_there_is_slack_that_is_no_waiting() -> None:
    problem = plain_problem(format="thuisbezoek-problem/2")
    problem["visits"][0]["windows"] = problem["visits"][1]["windows"]
    problem["rules"]["slack_minutes"] = 15
    plan = planned(problem)
    assert plan is not None
    (route,) = plan.routes
    first, second = route.stops
    leg = 9 if first.visits == ("visit-1",) else 10
    assert second.start - (first.start + 45 + leg) >= 15
    assert plan.parts["waiting_minutes"] == second.start - (first.start + 45 + leg) - 15 < 5


def test_a_dear_window_is_left_for_a_cheap_one() -> None:
    problem = plain_problem(format="thuisbezoek-problem/2")
    early = {"date": day(0), "from": "16:00", "until": "20:00", "wish": False, "cost": 200}
    problem["visits"][0]["windows"] = [early, early | {"from": "18:00", "cost": 0}]
    plan = planned(problem)
    assert plan is not None and plan.parts["window_cost"] == 0
    assert next(s.start for r in plan.routes for s in r.stops if s.visits == ("visit-1",)) >= 18 * 60
    problem["visits"][0]["windows"] = [early]
    dear = planned(problem)
    assert dear is not None and dear.parts["window_cost"] == 200


def test_fixed_moments_that_a_long_stop_lets_overlap_are_refused() -> None:
    problem = _three_children(siblings=[["child-0", "child-1"]], apart=[["child-0", "child-2"]])
    told = {"visitor": "mentor-0", "date": day(0), "start": "17:00"}
    problem["fixed"] = {"child-0": told, "child-1": told, "child-2": told | {"visitor": "mentor-2", "start": "17:45"}}
    with pytest.raises(BadProblem, match=r"apart|fixed"):
        solve(problem_from_json(problem), seconds=2)


def test_the_judge_of_a_plan_agrees_with_the_rules_when_one_start_is_another() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        problem = together.random_second_format(seed, visitors=3, visits=5, days=2)
        plan = planned(problem)
        if plan is None or not plan.routes:
            continue
        moved = chance.choice(plan.routes)
        at, by = chance.randrange(len(moved.stops)), chance.choice([-20, -5, 5, 10, 20, 30, 60])
        stops = [replace(stop, start=stop.start + by * (n == at)) for n, stop in enumerate(moved.stops)]
        routes = [replace(route, stops=tuple(stops)) if route is moved else route for route in plan.routes]
        verdict = judge(problem_from_json(problem), routes)
        judged = rules.judged(problem, plan_to_json(replace(plan, routes=tuple(routes))))
        assert bool(verdict.broken) == bool(judged.complaints), seed
        assert verdict.broken or verdict.cost == judged.cost
