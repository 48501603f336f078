"""A plan is repaired: appointments that hold are kept, and move only where that gains enough."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planner import BadProblem, Plan, Progress, repair_plan, solve
from planner.base.change_tuning import RepairTuning
from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.model.exchange import clock_text, plan_to_json, problem_from_json
from planner.repair.kept_appointments import keep_appointments
from planner.repair.repairer import RepairRun
from tests.planner import oracle, together
from tests.planner.problems import day, plain_problem, random_problem
from tests.planner.together import with_a_colleague

NEVER_EXACT = Tuning(repairing=RepairTuning(exact_columns=0))
ODD = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def _moments(plan: Plan) -> dict[str, dict[str, Any]]:
    """The moments of a plan as `current` takes them."""
    return {
        name: {"visitor": route.visitor, "date": route.on.isoformat(), "start": clock_text(stop.start)}
        for route in plan.routes
        for stop in route.stops
        if stop.role == "visitor"
        for name in stop.visits
    }


def _changed(problem: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The problem after its plan was published: some moments fixed, a shift gone, a family late, another away."""
    plan = solve(problem_from_json(problem | {"current": {}}))
    moments = _moments(plan)
    changed = copy.deepcopy(problem)
    gone = rng.choice([(p["id"], s["date"]) for p in problem["visitors"] for s in p["shifts"]])
    for person in changed["visitors"]:
        if len(person["shifts"]) > 1:
            person["shifts"] = [s for s in person["shifts"] if (person["id"], s["date"]) != gone]
    shifts = {(person["id"], shift["date"]) for person in changed["visitors"] for shift in person["shifts"]}
    forgotten = rng.choice(sorted(moments) or [""])
    keep = {name: at for name, at in moments.items() if name != forgotten}
    fixed = {name for name, at in keep.items() if (at["visitor"], at["date"]) in shifts and rng.random() < 0.3}
    return changed | {
        "fixed": {name: keep[name] for name in fixed},
        "current": {name: at for name, at in keep.items() if name not in fixed},
    }


@ODD
@given(seed=st.integers(0, 10**6), visitors=st.integers(1, 2), visits=st.integers(1, 4))
def test_a_small_school_is_repaired_as_cheaply_as_can_be(seed: int, visitors: int, visits: int) -> None:
    problem = _changed(random_problem(seed, visitors=visitors, visits=visits), random.Random(seed))
    plan = plan_to_json(repair_plan(problem_from_json(problem), is_cost_only=True))
    assert plan["cost"] == oracle.price_of(problem, plan) == oracle.least_cost(problem)
    assert plan["bound"] <= plan["cost"]


@ODD
@given(seed=st.integers(0, 10**6), visitors=st.integers(2, 3))
def test_a_small_school_with_company_is_repaired_as_cheaply_as_can_be(seed: int, visitors: int) -> None:
    problem = _changed(together.random_coupled_problem(seed, visitors=visitors, visits=3), random.Random(seed))
    problem["current"] = {}
    least = together.least_cost(problem, most=30_000)
    plan = plan_to_json(repair_plan(problem_from_json(problem), is_cost_only=True))
    assert plan["cost"] == together.price_of(problem, plan)
    if least is not None and not problem["fixed"]:
        assert plan["bound"] <= least == plan["cost"]


@ODD
@given(seed=st.integers(0, 10**6), visits=st.integers(9, 14))
def test_a_repaired_plan_keeps_what_is_fixed_and_is_below_no_bound(seed: int, visits: int) -> None:
    problem = _changed(random_problem(seed, visitors=4, visits=visits, days=3), random.Random(seed))
    for is_cost_only in (False, True):
        plan = repair_plan(problem_from_json(problem), is_cost_only=is_cost_only)
        assert plan.cost == oracle.price_of(problem, plan_to_json(plan))
        assert plan.bound <= solve(problem_from_json(problem)).cost
        moments = _moments(plan)
        assert {name: moments[name] for name in problem["fixed"]} == problem["fixed"]


@pytest.mark.long
@ODD
@pytest.mark.parametrize("tuning", [Tuning(), NEVER_EXACT], ids=["exact", "joint"])
@given(seed=st.integers(0, 10**6))
@example(seed=132183)  # a fixed visit whose company has gone
def test_a_bigger_school_with_company_is_repaired_without_a_broken_rule(seed: int, tuning: Tuning) -> None:
    problem = together.random_coupled_problem(seed, visitors=5, visits=15, days=3)
    problem = _changed(problem, random.Random(seed))
    try:
        plan = repair_plan(problem_from_json(problem), tuning=tuning)
    except BadProblem as refused:
        with pytest.raises(BadProblem) as also:
            solve(problem_from_json(problem))
        assert refused.path == also.value.path and refused.path.startswith("fixed")
        return
    assert together.price_of(problem, plan_to_json(plan)) == plan.cost
    moments = _moments(plan)
    assert {name: moments[name] for name in problem["fixed"]} == problem["fixed"]


def test_nothing_moves_when_everything_still_stands() -> None:
    current = _moments(solve(problem_from_json(plain_problem())))
    after = repair_plan(problem_from_json(plain_problem(current=current)))
    assert _moments(after) == current
    assert after.parts["moved"] == 0


def test_a_moment_that_is_not_the_best_stays_when_nobody_needs_another() -> None:
    current = {
        "visit-1": {"visitor": "mentor", "date": day(2), "start": "20:00"},
        "visit-2": {"visitor": "mentor", "date": day(0), "start": "18:00"},
    }
    assert _moments(repair_plan(problem_from_json(plain_problem(current=current)))) == current


def _three_families(**changes: Any) -> dict[str, Any]:
    """A late family on the only Monday, when the first could have a dearer moment a week later."""
    problem = plain_problem(**changes)
    problem["rules"]["max_stops"] = 2
    problem["places"].append("home-3")
    problem["travel_minutes"] = {"bike": [[0 if a == b else 10 for b in range(4)] for a in range(4)]}
    window = {"date": day(0), "from": "16:00", "until": "21:00", "wish": False}
    problem["visits"].append(problem["visits"][1] | {"id": "late", "place": "home-3", "windows": [window]})
    problem["current"] = {
        "visit-1": {"visitor": "mentor", "date": day(0), "start": "16:15"},
        "visit-2": {"visitor": "mentor", "date": day(0), "start": "17:15"},
    }
    return problem


def test_one_family_moves_when_a_late_one_has_no_place_otherwise() -> None:
    plan = repair_plan(problem_from_json(_three_families()))
    moments = _moments(plan)
    assert plan.unplaced == ()
    assert plan.parts["moved"] == 1
    assert moments["visit-1"]["date"] == day(2)
    assert moments["visit-2"]["start"] == "17:15"


def test_a_confirmed_family_does_not_move_for_a_late_one() -> None:
    problem = _three_families()
    problem["fixed"] = problem["current"]
    problem["current"] = {}
    (unplaced,) = repair_plan(problem_from_json(problem)).unplaced
    assert unplaced.visit == "late"
    assert unplaced.code == "fixed_in_the_way"


def test_nobody_moves_for_a_gain_that_was_there_before_the_change() -> None:
    problem = _three_families()
    problem["rules"]["max_stops"] = 3
    problem["cost"]["moved"] = 1
    problem["current"]["visit-1"] = {"visitor": "mentor", "date": day(2), "start": "18:00"}
    assert repair_plan(problem_from_json(problem)).parts["moved"] == 0
    assert repair_plan(problem_from_json(problem), is_cost_only=True).parts["moved"] > 0


def test_a_mentor_who_is_ill_gives_the_families_another_evening() -> None:
    problem = plain_problem()
    problem["visits"][1]["windows"].append({"date": day(2), "from": "16:30", "until": "20:00", "wish": False})
    problem["current"] = _moments(solve(problem_from_json(problem)))
    problem["visitors"][0]["shifts"] = problem["visitors"][0]["shifts"][1:]
    plan = repair_plan(problem_from_json(problem))
    assert plan.unplaced == ()
    assert {at["date"] for at in _moments(plan).values()} == {day(2)}


# 132184: a moment with somebody who has nothing to do with the part that is repaired
@pytest.mark.parametrize("seed", [132184, *range(20)])
def test_what_ties_too_many_moments_together_for_an_exact_search_is_repaired_as_well(seed: int) -> None:
    problem = together.random_coupled_problem(seed, visitors=5, visits=15, days=3)
    problem = _changed(problem, random.Random(seed))
    plan = repair_plan(problem_from_json(problem), tuning=NEVER_EXACT)
    assert together.price_of(problem, plan_to_json(plan)) == plan.cost
    moments = _moments(plan)
    assert {name: moments[name] for name in problem["fixed"]} == problem["fixed"]


def test_a_family_that_a_repair_has_given_another_evening_is_not_held_at_the_old_one() -> None:
    problem = plain_problem()
    problem["visits"][1]["windows"].append({"date": day(2), "from": "16:30", "until": "20:00", "wish": False})
    problem["current"] = _moments(solve(problem_from_json(problem)))
    gone = problem["visitors"][0]["shifts"][0]["date"]
    problem["visitors"][0]["shifts"] = problem["visitors"][0]["shifts"][1:]
    parsed = problem_from_json(problem)
    under_way = RepairRun(parsed, keep_appointments(parsed, {}), Deadline.after(20))
    under_way.run()
    moved = {name for name, at in problem["current"].items() if at["date"] == gone}
    assert moved and moved <= under_way.kept.made
    assert not moved & under_way.unmoved()


def test_whoever_comes_along_stays_the_same_when_that_is_known() -> None:
    problem = plain_problem()
    problem["visitors"] += [copy.deepcopy(problem["visitors"][0]) | {"id": name} for name in ("near", "far")]
    problem["visits"][0] |= {"second": ["near", "far"]}
    problem["current"] = {"visit-1": {"visitor": "mentor", "date": day(0), "start": "16:15"}}
    for who in ("near", "far"):
        plan = repair_plan(problem_from_json(problem), company={"visit-1": who})
        seconds = [route.visitor for route in plan.routes for stop in route.stops if stop.role == "second"]
        assert seconds == [who]
        assert plan.parts["moved"] == 0


def test_fixed_moments_that_exclude_one_another_are_refused() -> None:
    at = {"visitor": "mentor", "date": day(0), "start": "17:00"}
    problem = plain_problem(fixed={"visit-1": at, "visit-2": at})
    with pytest.raises(BadProblem, match="fixed"):
        repair_plan(problem_from_json(problem))


def test_a_fixed_visit_whose_company_has_gone_is_refused_at_its_name() -> None:
    problem = with_a_colleague()
    problem["fixed"] = {"visit-1": {"visitor": "mentor", "date": day(0), "start": "16:30"}}
    problem["visitors"][1]["shifts"] = problem["visitors"][1]["shifts"][1:]
    for plan in (solve, repair_plan):
        with pytest.raises(BadProblem, match="cannot stand") as refused:
            plan(problem_from_json(problem))
        assert refused.value.path == "fixed.visit-1"


def test_a_repair_without_time_leaves_what_stands() -> None:
    problem = problem_from_json(_three_families())
    plan = repair_plan(problem, seconds=0)
    assert [unplaced.visit for unplaced in plan.unplaced] == ["late"]
    assert plan.parts["moved"] == 0
    stopped = repair_plan(problem, should_stop=lambda: True)
    assert stopped.routes == plan.routes


def test_a_repair_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    plan = repair_plan(problem_from_json(_three_families()), progress=told.append)
    assert told[-1].fraction == 1
    assert told[-1].cost == plan.cost
    assert told[-1].bound <= plan.cost


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_problem_and_seed_give_the_same_repair(jobs: int) -> None:
    problem = problem_from_json(_changed(random_problem(5, visitors=6, visits=14, days=4), random.Random(5)))
    plans = [repair_plan(problem, jobs=jobs, seed=3) for _ in range(2)]
    assert plans[0].routes == plans[1].routes
    assert plans[0].bound == plans[1].bound


def test_whoever_takes_a_colleague_along_from_now_on_loses_no_family() -> None:
    """Their moments stood with one person, and may not lie on the grid of those with two."""
    problem = with_a_colleague()
    starts = [(day(0), "16:20"), (day(0), "17:25"), (day(2), "16:20")]
    problem["current"] = {
        f"visit-{n}": {"visitor": "mentor", "date": date, "start": start} for n, (date, start) in enumerate(starts)
    }
    plan = repair_plan(problem_from_json(problem), seconds=60)
    assert not plan.unplaced
    assert plan.cost == solve(problem_from_json(problem)).cost
