"""A family without a moment gets a reason with its facts."""

from __future__ import annotations

from typing import Any

from tests.visits.planner.problems import plain_problem
from visits.planner import Unplaced, solve
from visits.planner.exchange import problem_from_json


def _reason(spoil: dict[str, Any], **visitor: Any) -> Unplaced:
    problem = plain_problem()
    problem["visits"][0] |= spoil
    problem["visitors"][0] |= visitor
    (unplaced,) = solve(problem_from_json(problem)).unplaced
    assert unplaced.visit == "visit-1"
    return unplaced


def _windows(*clocks: tuple[str, str], date: str = "2026-09-07") -> dict[str, Any]:
    return {"windows": [{"date": date, "from": start, "until": end} for start, end in clocks]}


def test_a_family_without_windows_is_told_so() -> None:
    assert _reason({"windows": []}).code == "no_windows"


def test_a_family_that_nobody_may_visit_is_told_so() -> None:
    assert _reason({"visitors": []}).code == "no_visitor"


def test_a_day_on_which_the_mentor_does_not_visit_is_named() -> None:
    problem = plain_problem()
    problem["days"].append({"date": "2026-09-08", "week": 0})
    problem["visits"][0] |= _windows(("16:00", "18:00"), date="2026-09-08")
    (unplaced,) = solve(problem_from_json(problem)).unplaced
    assert unplaced.code == "no_common_day"
    assert "dinsdag 16.00 tot 18.00" in unplaced.reason
    assert "maandag 16.00 tot 21.00" in unplaced.reason
    assert unplaced.facts["windows"] == [{"date": "2026-09-08", "from": "16:00", "until": "18:00"}]


def test_a_window_shorter_than_the_visit_is_named() -> None:
    unplaced = _reason(_windows(("16:00", "16:40")))
    assert unplaced.code == "window_too_short"
    assert "45 minuten" in unplaced.reason


def test_windows_outside_the_shift_are_named() -> None:
    assert _reason(_windows(("09:00", "12:00"))).code == "outside_shift"


def test_a_road_that_is_too_long_is_named_with_its_minutes() -> None:
    unplaced = _reason(_windows(("16:00", "16:45")))
    assert unplaced.code == "road_too_long"
    assert "12 minuten" in unplaced.reason
    assert [shift["road_minutes"] for shift in unplaced.facts["shifts"]] == [12]  # type: ignore[attr-defined]


def test_evenings_that_are_full_are_named_with_who_is_there() -> None:
    unplaced = _reason(_windows(("16:15", "17:00")) | {"minutes": 40}, max_stops_total=1)
    assert unplaced.code == "evenings_full"
    assert [shift["visits"] for shift in unplaced.facts["shifts"]] == [["visit-2"]]  # type: ignore[attr-defined]
