"""What would give a family a moment is tried: each remedy, carried out, really places whom it says."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import Plan, Progress, Remedy, Route, solve, try_remedies
from planner.evaluate.verdict import judge
from planner.model.exchange import problem_from_json
from planner.model.modification import modify
from planner.model.problem import Problem, Window
from planner.remedies.remedy import REMEDY_KINDS
from tests.planner import together
from tests.planner.problems import day, plain_problem, random_problem


def _tried(problem: dict[str, Any], **more: Any) -> dict[str, Remedy]:
    """The best remedy of each kind for the families that have no moment."""
    known = problem_from_json(problem)
    plan = solve(known)
    assert plan.unplaced
    best: dict[str, Remedy] = {}
    for remedy in try_remedies(known, plan, **more):
        _check(known, plan, remedy)
        best.setdefault(remedy.kind, remedy)
    return best


def _routes_under(remedy: Remedy, plan: Plan) -> list[Route]:
    """The plan's routes as they are under this remedy."""
    return [*(route for route in plan.routes if route.visitor not in remedy.visitors), *remedy.routes]


def _check(problem: Problem, plan: Plan, remedy: Remedy) -> None:
    """The remedy's routes, put in the place of the plan's, break no rule of the changed problem."""
    changed = modify(problem, remedy.change)
    verdict = judge(changed, _routes_under(remedy, plan))
    assert not verdict.broken
    without = len(plan.unplaced) - len(remedy.visits) + len(remedy.lost)
    assert verdict.parts.unplaced == without
    assert remedy.visits
    assert bool(remedy.lost) == (remedy.kind == "gives_way")


def _window(date: str, start: str, end: str) -> dict[str, Any]:
    return {"date": date, "from": start, "until": end, "wish": False}


def _busy_problem(**changes: Any) -> dict[str, Any]:
    """Two families who both can only on one Monday, when the mentor makes one stop."""
    problem = plain_problem(**changes)
    problem["rules"]["max_stops"] = 1
    for visit in problem["visits"]:
        visit["windows"] = [_window(day(0), "16:30", "19:00")]
    return problem


def test_a_stop_more_on_an_evening_is_offered_when_that_places_the_family() -> None:
    remedy = _tried(_busy_problem())["one_more_stop"]
    assert remedy.facts["stops"] == 2
    assert remedy.facts["days"] == [day(0)]


def test_another_day_of_the_family_is_offered() -> None:
    remedy = _tried(_monday_and_tuesday())["other_day"]
    assert remedy.facts["day"] == day(1)


def _monday_and_tuesday() -> dict[str, Any]:
    """The busy Monday, and a Tuesday on which the mentor is there and the families are not."""
    problem = _busy_problem()
    problem["days"].append({"date": day(1), "week": 0})
    tuesday = problem["visitors"][0]["shifts"][0] | {"date": day(1)}
    problem["visitors"][0]["shifts"].append(tuesday)
    return problem


def test_an_evening_more_is_offered_on_the_weekday_on_which_most_families_can() -> None:
    problem = _busy_problem()
    problem["places"] += ["home-3", "home-4"]
    problem["travel_minutes"] = {"bike": [[0 if a == b else 10 for b in range(5)] for a in range(5)]}
    for number in (3, 4):
        more = copy.deepcopy(problem["visits"][1]) | {"id": f"visit-{number}", "place": f"home-{number}"}
        problem["visits"].append(more)
    problem["rules"]["max_stops"] = 2
    problem["days"].append({"date": day(1), "week": 0})
    for visit in problem["visits"]:
        visit["windows"].append(_window(day(1), "16:30", "20:00"))
    remedy = _tried(problem)["extra_evening"]
    assert len(remedy.visits) == 2
    assert remedy.facts["day"] == day(1)


def test_days_and_hours_that_only_the_application_knows_are_tried_too() -> None:
    problem = _busy_problem()
    tuesday = dt.date.fromisoformat(day(1))
    families = {visit["id"]: [Window(tuesday, 17 * 60, 20 * 60)] for visit in problem["visits"]}
    assert "extra_evening" not in _tried(problem)
    remedy = _tried(problem, days={tuesday: 0}, windows=families)["extra_evening"]
    assert remedy.facts["day"] == day(1)


def test_a_longer_season_is_offered_on_days_that_the_application_knows() -> None:
    later = dt.date.fromisoformat(day(4))
    problem = _busy_problem()
    families = {visit["id"]: [Window(later, 17 * 60, 20 * 60)] for visit in problem["visits"]}
    remedy = _tried(problem, days={later: 2}, windows=families)["longer_season"]
    assert remedy.facts["days"] == [day(4)]


def test_a_longer_evening_is_offered_at_the_end_that_helps() -> None:
    problem = plain_problem()
    problem["visits"][0]["windows"] = [_window(day(0), "20:20", "22:00")]
    remedies = _tried(problem)
    assert remedies["longer_evening"].facts["edge"] == "later"
    assert remedies["longer_evening"].facts["days"] == [day(0)]
    problem["visits"][0]["windows"] = [_window(day(0), "15:00", "16:45")]
    assert _tried(problem)["longer_evening"].facts["edge"] == "earlier"


def test_a_wider_window_is_offered_when_half_an_hour_is_enough() -> None:
    problem = plain_problem()
    problem["visits"][0]["windows"] = [_window(day(0), "16:00", "16:45")]
    remedy = _tried(problem)["wider_window"]
    assert remedy.facts["edge"] == "later"


def test_a_higher_limit_is_offered_with_the_number_that_is_needed() -> None:
    problem = plain_problem()
    problem["visitors"][0]["max_stops_total"] = 1
    remedy = _tried(problem)["higher_limit"]
    assert (remedy.facts["limit"], remedy.facts["limit_now"]) == (2, 1)


def test_a_faster_way_of_travelling_is_offered_when_the_road_is_too_long() -> None:
    problem = plain_problem()
    problem["travel_minutes"]["car"] = [[0, 4, 4], [4, 0, 4], [4, 4, 0]]
    problem["visits"][0]["windows"] = [_window(day(0), "16:05", "16:55")]
    remedy = _tried(problem)["faster_mode"]
    assert remedy.facts["mode"] == "car"


def test_a_colleague_with_room_is_offered_and_nobody_moves() -> None:
    problem = _busy_problem()
    problem["visitors"].append(copy.deepcopy(problem["visitors"][0]) | {"id": "colleague"})
    remedy = _tried(problem)["other_visitor"]
    assert remedy.facts["visitor"] == "colleague"
    assert remedy.moved == ()


def test_somebody_else_who_can_come_along_is_offered() -> None:
    problem = plain_problem()
    for name, on in (("busy", day(2)), ("free", day(0))):
        colleague = copy.deepcopy(problem["visitors"][0]) | {"id": name}
        colleague["shifts"] = [shift for shift in colleague["shifts"] if shift["date"] == on]
        problem["visitors"].append(colleague)
    problem["visits"][0] |= {"second": ["busy"], "windows": [_window(day(0), "16:30", "18:00")]}
    remedy = _tried(problem)["other_second"]
    assert remedy.facts["second"] == "free"


def test_an_interpreter_more_is_offered_on_the_day_on_which_that_helps() -> None:
    problem = plain_problem(interpreters={})
    problem["visits"][0] |= {"interpreter": "ar"}
    remedy = _tried(problem)["more_interpreters"]
    assert remedy.facts["language"] == "ar"
    assert remedy.facts["day"] == day(2)


def test_who_would_give_way_is_told() -> None:
    remedy = _tried(_busy_problem())["gives_way"]
    assert len(remedy.lost) == 1
    assert {*remedy.visits, *remedy.lost} == {"visit-1", "visit-2"}


def test_nobody_with_a_confirmed_moment_is_asked_to_give_way() -> None:
    at = {"visitor": "mentor", "date": day(0), "start": "17:00"}
    assert "gives_way" not in _tried(_busy_problem(fixed={"visit-2": at}))


def test_what_places_most_comes_first_and_only_asked_families_count() -> None:
    problem = problem_from_json(_monday_and_tuesday())
    plan = solve(problem)
    remedies = try_remedies(problem, plan)
    assert [len(remedy.visits) for remedy in remedies] == sorted((len(r.visits) for r in remedies), reverse=True)
    assert try_remedies(problem, plan, visits=[]) == []
    assert {remedy.kind for remedy in remedies} <= set(REMEDY_KINDS)


def test_remedies_come_out_the_same_and_stop_when_told() -> None:
    problem = problem_from_json(_busy_problem())
    plan = solve(problem)
    told: list[Progress] = []
    assert try_remedies(problem, plan, progress=told.append) == try_remedies(problem, plan)
    assert told[-1].fraction == 1
    assert try_remedies(problem, plan, should_stop=lambda: True) == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 10**6), kind=st.integers(0, 2))
def test_every_remedy_carried_out_places_whom_it_says(seed: int, kind: int) -> None:
    make = (random_problem, together.random_coupled_problem, together.random_second_format)[kind]
    problem = problem_from_json(make(seed, visitors=2, visits=5, days=3) | {"fixed": {}})
    plan = solve(problem)
    for remedy in try_remedies(problem, plan):
        _check(problem, plan, remedy)
        if not remedy.lost:
            anew = solve(modify(problem, remedy.change))
            assert anew.cost <= judge(modify(problem, remedy.change), _routes_under(remedy, plan)).cost
            saved = plan.cost - problem.weights.unplaced * len(remedy.visits)
            assert anew.cost <= saved + remedy.cost + problem.weights.moved * len(problem.current)
