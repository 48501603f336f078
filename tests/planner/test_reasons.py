"""A family without a moment gets a reason with its facts."""

from __future__ import annotations

import copy
from typing import Any

from planner import REASON_CODES, Unplaced, solve
from planner.evaluate import reasons
from planner.model.exchange import problem_from_json
from tests.planner import together
from tests.planner.problems import plain_problem


def _reason(spoil: dict[str, Any], **visitor: Any) -> Unplaced:
    problem = plain_problem()
    problem["visits"][0] |= spoil
    problem["visitors"][0] |= visitor
    return _only(problem)


def _only(problem: dict[str, Any]) -> Unplaced:
    """The one family without a moment: the first."""
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
    assert unplaced.facts["windows"] == [{"date": "2026-09-08", "from": "16:00", "until": "18:00"}]


def test_a_window_shorter_than_the_visit_is_named() -> None:
    unplaced = _reason(_windows(("16:00", "16:40")))
    assert unplaced.code == "window_too_short"


def test_windows_outside_the_shift_are_named() -> None:
    assert _reason(_windows(("09:00", "12:00"))).code == "outside_shift"


def test_a_road_that_is_too_long_is_named_with_its_minutes() -> None:
    unplaced = _reason(_windows(("16:00", "16:45")))
    assert unplaced.code == "road_too_long"
    assert [shift["road_minutes"] for shift in unplaced.facts["shifts"]] == [12]  # type: ignore[attr-defined]


def test_evenings_that_are_full_are_named_with_who_is_there() -> None:
    problem = plain_problem()
    problem["rules"]["max_stops"] = 1
    problem["visits"][0] |= _windows(("16:15", "17:00")) | {"minutes": 40}
    unplaced = _only(problem)
    assert unplaced.code == "evenings_full"
    assert [shift["visits"] for shift in unplaced.facts["shifts"]] == [["visit-2"]]  # type: ignore[attr-defined]


def test_a_mentor_who_makes_as_many_visits_as_they_may_is_named_with_the_limit() -> None:
    unplaced = _reason(_windows(("16:15", "17:00")) | {"minutes": 40}, max_stops_total=1)
    assert unplaced.code == "limit_reached"
    assert unplaced.facts["limits"] == {"mentor": 1}


def test_fixed_moments_that_leave_no_room_are_named() -> None:
    problem = plain_problem(fixed={"visit-2": {"visitor": "mentor", "date": "2026-09-07", "start": "16:30"}})
    problem["visits"][0] |= _windows(("16:30", "17:30"))
    unplaced = _only(problem)
    assert unplaced.code == "fixed_in_the_way"
    assert [shift["fixed"] for shift in unplaced.facts["shifts"]] == [["visit-2"]]  # type: ignore[attr-defined]


def _with_colleague(visit: dict[str, Any], **shift: Any) -> dict[str, Any]:
    """A first visit that needs a colleague, who is there on Monday 7 September."""
    problem = plain_problem()
    colleague = copy.deepcopy(problem["visitors"][0]) | {"id": "colleague"}
    colleague["shifts"] = [colleague["shifts"][0] | shift]
    problem["visitors"].append(colleague)
    problem["visits"][0] |= {"second": ["colleague"]} | visit
    return problem


def test_a_second_person_without_a_common_moment_is_named_with_both_persons_days() -> None:
    unplaced = _only(_with_colleague(_windows(("17:00", "21:00"), date="2026-09-14")))
    assert unplaced.code == "no_second_evening"
    hours = {"date": "2026-09-07", "from": "16:00", "until": "21:00"}
    assert unplaced.facts["second"] == [{"visitor": "colleague", "shifts": [hours]}]
    assert [shift["date"] for shift in unplaced.facts["shifts"]] == ["2026-09-14"]  # type: ignore[attr-defined]


def test_a_second_person_whom_the_road_keeps_away_has_no_common_moment() -> None:
    unplaced = _only(_with_colleague(_windows(("16:00", "17:00")), leave_from="16:10", visits_until="16:50"))
    assert unplaced.code == "no_second_evening"


def test_a_second_person_whose_evening_is_full_is_no_missing_one() -> None:
    problem = _with_colleague(_windows(("16:30", "17:15")))
    problem["visits"][1] |= {"visitors": ["colleague"], **_windows(("16:30", "17:15"))}
    problem["fixed"] = {"visit-2": {"visitor": "colleague", "date": "2026-09-07", "start": "16:30"}}
    assert _only(problem).code == "fixed_in_the_way"


def _with_interpreter(*shifts: dict[str, Any], **visit: Any) -> dict[str, Any]:
    problem = plain_problem(interpreters={"ar": list(shifts)})
    problem["visits"][0] |= {"interpreter": "ar"} | _windows(("16:15", "17:15")) | visit
    return problem


def test_a_language_without_an_interpreter_at_a_moment_that_fits_is_named() -> None:
    there = {"date": "2026-09-07", "from": "18:00", "until": "21:00", "count": 1}
    unplaced = _only(_with_interpreter(there))
    assert unplaced.code == "no_interpreter"
    assert unplaced.facts["interpreter"] == "ar"
    assert unplaced.facts["interpreters"] == [there]


def test_an_interpreter_who_is_with_another_family_is_named() -> None:
    problem = _with_interpreter({"date": "2026-09-07", "from": "16:00", "until": "18:00", "count": 1})
    problem["visitors"].append(problem["visitors"][0] | {"id": "colleague"})
    problem["visits"][1] |= {"interpreter": "ar", "visitors": ["colleague"], **_windows(("16:15", "17:15"))}
    problem["fixed"] = {"visit-2": {"visitor": "colleague", "date": "2026-09-07", "start": "16:30"}}
    assert _only(problem).code == "interpreters_busy"


def test_a_window_without_a_start_on_the_grid_of_company_is_named() -> None:
    there = {"date": "2026-09-07", "from": "16:00", "until": "21:00", "count": 1}
    unplaced = _only(_with_interpreter(there, **_windows(("16:20", "17:10"))))
    assert unplaced.code == "off_grid"


def test_a_moment_apart_from_a_brother_is_told_when_that_is_dearer_than_no_visit() -> None:
    problem = together.siblings_problem()
    problem["visits"][0] |= _windows(("18:00", "20:00"))
    problem["visits"][1] |= _windows(("16:15", "17:00"))
    problem["cost"]["siblings_split"] = 90_000
    (unplaced,) = solve(problem_from_json(problem)).unplaced
    assert unplaced.code == "siblings_apart"
    assert unplaced.facts["siblings"] != [unplaced.visit]


def test_a_place_that_is_left_is_named_when_a_visit_there_costs_too_much() -> None:
    problem = plain_problem()
    problem["cost"] |= {"unplaced": 1, "travel_minute": 50}
    unplaced = solve(problem_from_json(problem)).unplaced[0]
    assert unplaced.code == "room_left"
    assert unplaced.facts["shifts"][0]["room_at"] == "16:15"  # type: ignore[index]


def test_every_code_has_its_line_in_the_list() -> None:
    codes = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    codes.remove(reasons.VISITOR)
    assert codes == set(REASON_CODES)
    assert all(f"`{code}`" in (reasons.__doc__ or "") for code in codes)
    assert codes > reasons.HOPELESS
