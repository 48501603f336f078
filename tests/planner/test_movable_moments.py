"""A moment that may move contradicts nothing, whatever it is: the visit stays if it can, and moves if it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner import Plan, Problem, judge, problem_from_json, repair_plan, solve

FILES = Path(__file__).parent / "files"


def read(name: str, *starts: str) -> Problem:
    """The problem in a file; `starts` are the proposed moments of its first visits, all on one evening."""
    data: dict[str, Any] = json.loads((FILES / name).read_text(encoding="utf-8"))
    at = data["current"]["v1"]
    data["current"] |= {f"v{number}": at | {"start": start} for number, start in enumerate(starts, 1)}
    return problem_from_json(data)


def start_of(plan: Plan, visit: str) -> int:
    return next(stop.start for route in plan.routes for stop in route.stops if visit in stop.visits)


@pytest.mark.parametrize("make", [solve, repair_plan])
@pytest.mark.parametrize(
    "starts",
    [
        (),  # 17:03, off the five minutes
        ("17:03", "17:03", "17:03"),
        ("17:00", "17:20", "17:40"),  # overlapping
        ("16:00",),  # before the mentor can be there
        ("19:45",),  # past the window
        ("08:00", "23:59"),
    ],
)
def test_a_proposed_moment_that_cannot_stand_is_planned_anew(make: Any, starts: tuple[str, ...]) -> None:
    problem = read("proposal-off-the-grid.json", *starts)
    plan = make(problem, seconds=60)
    assert not judge(problem, plan.routes).broken
    assert (plan.unplaced, plan.bound <= plan.cost + 1e-6) == ((), True)
    assert start_of(plan, "v1") % 5 == 0


@pytest.mark.parametrize("make", [solve, repair_plan])
def test_a_proposed_moment_that_can_stand_may_stay(make: Any) -> None:
    problem = read("proposal-on-the-grid.json")
    plan = make(problem, seconds=60)
    assert (start_of(plan, "v1"), plan.parts["moved"]) == (17 * 60, 0)
