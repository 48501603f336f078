"""A problem that cannot be meant is refused, at the path of the field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner import BadProblem, solve
from planner.base.tuning import ListingTuning, Tuning
from planner.model.exchange import problem_from_json, read_problem
from tests.planner.problems import plain_problem

_CASES: list[tuple[str, Callable[[dict[str, Any]], Any], str]] = [
    ("another format", lambda p: p.update(format="thuisbezoek-problem/9"), "format"),
    ("no format", lambda p: p.pop("format"), "format"),
    ("no rules", lambda p: p.pop("rules"), "rules"),
    ("no stops", lambda p: p["rules"].update(max_stops=0), "rules.max_stops"),
    ("half a stop", lambda p: p["rules"].update(max_stops=2.5), "rules.max_stops"),
    ("true as a number", lambda p: p["rules"].update(max_stops=True), "rules.max_stops"),
    ("a grid of nothing", lambda p: p["rules"].update(start_grid_minutes=0), "rules.start_grid_minutes"),
    ("negative extra", lambda p: p["rules"].update(double_extra_minutes=-1), "rules.double_extra_minutes"),
    ("a missing weight", lambda p: p["cost"].pop("week"), "cost.week"),
    ("a weight that is no number", lambda p: p["cost"].update(week=float("nan")), "cost.week"),
    ("an endless weight", lambda p: p["cost"].update(unplaced=float("inf")), "cost.unplaced"),
    ("a negative weight", lambda p: p["cost"].update(travel_minute=-5), "cost.travel_minute"),
    ("a weight too large for exact sums", lambda p: p["cost"].update(week=2e6), "cost.week"),
    ("a text as a weight", lambda p: p["cost"].update(travel_minute="5"), "cost.travel_minute"),
    ("a day twice", lambda p: p["days"].append(p["days"][0]), "days[2].date"),
    ("no date", lambda p: p["days"][0].update(date="7 september"), "days[0].date"),
    ("a negative week", lambda p: p["days"][0].update(week=-1), "days[0].week"),
    ("a place twice", lambda p: p["places"].__setitem__(2, "home-1"), "places[2]"),
    ("a row too few", lambda p: p["travel_minutes"]["bike"].pop(), "travel_minutes.bike[0]"),
    ("a row too short", lambda p: p["travel_minutes"]["bike"][1].pop(), "travel_minutes.bike[1]"),
    ("a place without roads", lambda p: p["places"].append("home-3"), "travel_minutes.bike"),
    (
        "a negative road",
        lambda p: p["travel_minutes"]["bike"][1].__setitem__(2, -1),
        "travel_minutes.bike[1][2]",
    ),
    (
        "a road of no length",
        lambda p: p["travel_minutes"]["bike"][1].__setitem__(2, float("nan")),
        "travel_minutes.bike[1][2]",
    ),
    ("a visitor twice", lambda p: p["visitors"].append(p["visitors"][0]), "visitors[1].id"),
    ("an unknown mode", lambda p: p["visitors"][0].update(mode="horse"), "visitors[0].mode"),
    ("an unknown depot", lambda p: p["visitors"][0].update(depot="moon"), "visitors[0].depot"),
    ("no shift", lambda p: p["visitors"][0].update(shifts=[]), "visitors[0].shifts"),
    ("shifts left out", lambda p: p["visitors"][0].pop("shifts"), "visitors[0].shifts"),
    (
        "a shift on an unknown day",
        lambda p: p["visitors"][0]["shifts"][1].update(date="2026-12-25"),
        "visitors[0].shifts[1].date",
    ),
    (
        "two shifts on a day",
        lambda p: p["visitors"][0]["shifts"][1].update(date="2026-09-07"),
        "visitors[0].shifts[1].date",
    ),
    (
        "a clock of 25 hours",
        lambda p: p["visitors"][0]["shifts"][0].update(leave_from="25:00"),
        "visitors[0].shifts[0].leave_from",
    ),
    (
        "back before leaving",
        lambda p: p["visitors"][0]["shifts"][0].update(back_by="15:00"),
        "visitors[0].shifts[0].back_by",
    ),
    (
        "a negative limit",
        lambda p: p["visitors"][0].update(max_stops_total=-1),
        "visitors[0].max_stops_total",
    ),
    ("a visit twice", lambda p: p["visits"][1].update(id="visit-1"), "visits[1].id"),
    ("an unknown place", lambda p: p["visits"][0].update(place="moon"), "visits[0].place"),
    ("a visit of no length", lambda p: p["visits"][0].update(minutes=0), "visits[0].minutes"),
    (
        "an unknown visitor",
        lambda p: p["visits"][0].update(visitors=["mentor", "ghost"]),
        "visits[0].visitors[1]",
    ),
    ("an unknown second", lambda p: p["visits"][0].update(second=["ghost"]), "visits[0].second[0]"),
    (
        "a window on an unknown day",
        lambda p: p["visits"][0]["windows"][1].update(date="2026-12-25"),
        "visits[0].windows[1].date",
    ),
    (
        "a window that ends before it starts",
        lambda p: p["visits"][0]["windows"][1].update(until="16:59"),
        "visits[0].windows[1].until",
    ),
    (
        "a clock without a colon",
        lambda p: p["visits"][0]["windows"][1].update({"from": "1700"}),
        "visits[0].windows[1].from",
    ),
    (
        "a wish that is no yes or no",
        lambda p: p["visits"][0]["windows"][0].update(wish=1),
        "visits[0].windows[0].wish",
    ),
    ("an unknown sibling", lambda p: p.update(siblings=[["visit-1", "ghost"]]), "siblings[0][1]"),
    ("a sibling of oneself", lambda p: p.update(siblings=[["visit-1", "visit-1"]]), "siblings[0]"),
    ("three siblings at once", lambda p: p.update(siblings=[["visit-1", "visit-2", "visit-1"]]), "siblings[0]"),
    (
        "a pair twice",
        lambda p: p.update(siblings=[["visit-1", "visit-2"], ["visit-2", "visit-1"]]),
        "siblings[1]",
    ),
    (
        "an interpreter on an unknown day",
        lambda p: p.update(
            interpreters={"ar": [{"date": "2026-12-25", "from": "16:00", "until": "20:00", "count": 1}]}
        ),
        "interpreters.ar[0].date",
    ),
    (
        "an unknown visit fixed",
        lambda p: p.update(fixed={"ghost": {"visitor": "mentor", "date": "2026-09-07", "start": "16:30"}}),
        "fixed.ghost",
    ),
    (
        "fixed on a day without a shift",
        lambda p: p.update(fixed={"visit-1": {"visitor": "mentor", "date": "2026-09-08", "start": "16:30"}}),
        "fixed.visit-1.date",
    ),
    (
        "fixed outside the windows",
        lambda p: p.update(fixed={"visit-1": {"visitor": "mentor", "date": "2026-09-07", "start": "18:00"}}),
        "fixed.visit-1.start",
    ),
    (
        "fixed off the grid",
        lambda p: p.update(fixed={"visit-1": {"visitor": "mentor", "date": "2026-09-07", "start": "16:33"}}),
        "fixed.visit-1.start",
    ),
    (
        "an unknown visitor now",
        lambda p: p.update(current={"visit-1": {"visitor": "ghost", "date": "2026-09-07", "start": "16:30"}}),
        "current.visit-1.visitor",
    ),
    ("visits that are no list", lambda p: p.update(visits={}), "visits"),
    ("a visit that is no object", lambda p: p["visits"].__setitem__(0, "visit-1"), "visits[0]"),
]


@pytest.mark.parametrize(("spoil", "path"), [case[1:] for case in _CASES], ids=[case[0] for case in _CASES])
def test_nonsense_is_refused_at_its_field(spoil: Callable[[dict[str, Any]], Any], path: str) -> None:
    problem = copy.deepcopy(plain_problem())
    problem_from_json(problem)
    spoil(problem)
    with pytest.raises(BadProblem) as refused:
        problem_from_json(problem)
    assert refused.value.path == path
    assert str(refused.value).startswith(f"{path}: ")


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(BadProblem, match="no JSON"):
        read_problem(file)


def test_a_nan_in_a_file_is_refused_at_its_field(tmp_path: Path) -> None:
    problem = plain_problem()
    problem["cost"]["unplaced"] = float("nan")
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem), encoding="utf-8")
    with pytest.raises(BadProblem, match=r"cost\.unplaced"):
        read_problem(file)


def test_a_problem_with_more_routes_than_fit_is_planned_all_the_same() -> None:
    three = Tuning(listing=ListingTuning(most_routes=3))
    problem = problem_from_json(plain_problem())
    plan = solve(problem, seconds=2, tuning=three)
    assert plan.bound <= solve(problem).cost <= plan.cost
    assert not plan.unplaced


def _fixed_on_a_day_of_one_stop() -> dict[str, Any]:
    """Two fixed moments of one evening, each of which can stand without the other."""
    moment = {"visitor": "mentor", "date": "2026-09-07"}
    problem = plain_problem(fixed={"visit-1": moment | {"start": "16:30"}, "visit-2": moment | {"start": "18:00"}})
    problem["rules"]["max_stops"] = 1
    return problem


def test_fixed_moments_that_exclude_each_other_are_refused_without_a_list_of_routes_too() -> None:
    problem = problem_from_json(_fixed_on_a_day_of_one_stop())
    with pytest.raises(BadProblem, match="fixed"):
        solve(problem, seconds=1, tuning=Tuning(listing=ListingTuning(most_routes=3)))


def test_fixed_moments_that_exclude_each_other_are_refused() -> None:
    problem = problem_from_json(_fixed_on_a_day_of_one_stop())
    with pytest.raises(BadProblem, match="fixed"):
        solve(problem)


def test_fixed_moments_between_which_there_is_no_time_are_named() -> None:
    moment = {"visitor": "mentor", "date": "2026-09-07", "start": "16:30"}
    with pytest.raises(BadProblem, match="after visit-1") as refused:
        problem_from_json(plain_problem(fixed={"visit-1": moment, "visit-2": moment}))
    assert refused.value.path == "fixed.visit-2.start"
