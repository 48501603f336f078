"""The exchange format: problems of `PROBLEM_FORMATS` in, `thuisbezoek-plan/1` out.

The second format adds slack between stops, groups of siblings where the first has pairs, visits that must be apart and
prices of windows. A problem of the first means the same in both.

What the fields mean together is checked by `checks.check_problem`, in the same words as here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from planner.model.checks import check_problem
from planner.model.json_fields import Field
from planner.model.plan import Plan, Route, Unplaced
from planner.model.problem import (
    MINUTES_A_DAY,
    Appointment,
    BadProblem,
    InterpreterShift,
    Matrix,
    Problem,
    Rules,
    Shift,
    Visit,
    Visitor,
    Weights,
    Window,
)

FIRST_FORMAT = "thuisbezoek-problem/1"
PROBLEM_FORMAT = "thuisbezoek-problem/2"  # the one to write
PROBLEM_FORMATS = (FIRST_FORMAT, PROBLEM_FORMAT)
PLAN_FORMAT = "thuisbezoek-plan/1"


def read_problem(path: Path) -> Problem:
    """The problem in a file; `BadProblem` when it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadProblem("$", f"is no JSON: {error}") from None
    return problem_from_json(data)


def problem_from_json(data: Any) -> Problem:
    """The problem in decoded JSON; `BadProblem` names the field that is wrong."""
    root = Field(data, "")
    if root.get("format").value not in PROBLEM_FORMATS:
        raise root.get("format").refuse(f"must be {' or '.join(map(repr, PROBLEM_FORMATS))}")
    is_first = root.get("format").value == FIRST_FORMAT
    problem = Problem(
        rules=_rules(root.get("rules")),
        weights=_weights(root.get("cost")),
        weeks=_weeks(root.get("days")),
        places=tuple(item.text() for item in root.get("places").items()),
        travel_minutes={mode: _matrix(item) for mode, item in root.get("travel_minutes").members()},
        visitors=tuple(_visitor(item) for item in root.get("visitors").items()),
        visits=tuple(_visit(item) for item in root.get("visits").items()),
        siblings=tuple(_group(item) for item in root.get("siblings", []).items()),
        interpreters={
            language: tuple(_interpreter_shift(item) for item in shifts.items())
            for language, shifts in root.get("interpreters", {}).members()
        },
        fixed={visit: _appointment(item) for visit, item in root.get("fixed", {}).members()},
        current={visit: _appointment(item) for visit, item in root.get("current", {}).members()},
        apart=tuple(_group(item) for item in root.get("apart", []).items()),
    )
    if is_first:
        _refuse_second_format(root, problem)
    check_problem(problem)
    return problem


def _refuse_second_format(root: Field, problem: Problem) -> None:
    """Raise BadProblem where a problem of the first format says what only the second one can."""
    for number, group in enumerate(problem.siblings):
        if len(group) != 2:
            raise BadProblem(f"siblings[{number}]", f"must be two visits, or else the format {PROBLEM_FORMAT!r}")
    complaint = f"needs the format {PROBLEM_FORMAT!r}"
    if problem.rules.slack_minutes:
        raise root.get("rules").get("slack_minutes").refuse(complaint)
    if problem.apart:
        raise root.get("apart").refuse(complaint)
    for place, visit in enumerate(problem.visits):
        for number, window in enumerate(visit.windows):
            if window.cost:
                raise BadProblem(f"visits[{place}].windows[{number}].cost", complaint)


def _rules(item: Field) -> Rules:
    return Rules(
        max_stops=item.get("max_stops").whole(),
        start_grid_minutes=item.get("start_grid_minutes").whole(),
        coupled_grid_minutes=item.get("coupled_grid_minutes").whole(),
        double_extra_minutes=item.get("double_extra_minutes").whole(),
        interpreter_buffer_minutes=item.get("interpreter_buffer_minutes").whole(),
        slack_minutes=item.get("slack_minutes", 0).whole(),
    )


def _weights(item: Field) -> Weights:
    names = ("unplaced", "outside_wish", "week", "travel_minute", "waiting_minute", "siblings_split", "substitute")
    return Weights(**{name: item.get(name).number() for name in names}, moved=item.get("moved", 0).number())


def _weeks(item: Field) -> dict[dt.date, int]:
    weeks: dict[dt.date, int] = {}
    for day in item.items():
        on = day.get("date").day()
        if on in weeks:
            raise day.get("date").refuse(f"{on} stands there twice")
        weeks[on] = day.get("week").whole()
        if weeks[on] < 0:
            raise day.get("week").refuse("must not be negative")
    return weeks


def _matrix(item: Field) -> Matrix:
    """A square of whole minutes. The size against the places is checked later, each number here."""
    rows = [row.value for row in item.items()]
    for number, row in enumerate(rows):
        here = Field(row, f"{item.path}[{number}]")
        if not isinstance(row, list) or len(row) != len(rows):
            raise here.refuse(f"must be a row of {len(rows)}, as the matrix is square")
        if not all(type(minutes) is int and 0 <= minutes <= MINUTES_A_DAY for minutes in row):
            _refuse_cell(here)
    return np.array(rows, dtype=np.int32).reshape(len(rows), len(rows))


def _refuse_cell(row: Field) -> None:
    for cell in row.items():
        if not 0 <= cell.whole() <= MINUTES_A_DAY:
            raise cell.refuse("must be 0 to 1440 minutes")


def _visitor(item: Field) -> Visitor:
    limit = item.get("max_stops_total", None)
    shifts = tuple(_shift(shift) for shift in item.get("shifts").items())
    if not shifts:
        raise item.get("shifts").refuse("must hold at least one shift")
    return Visitor(
        id=item.get("id").text(),
        mode=item.get("mode").text(),
        depot=item.get("depot").text(),
        shifts=shifts,
        max_stops_total=None if limit.value is None else limit.whole(),
    )


def _shift(item: Field) -> Shift:
    return Shift(
        on=item.get("date").day(),
        leave_from=item.get("leave_from").clock(),
        visits_until=item.get("visits_until").clock(),
        back_by=item.get("back_by").clock(),
    )


def _visit(item: Field) -> Visit:
    language = item.get("interpreter", None)
    return Visit(
        id=item.get("id").text(),
        place=item.get("place").text(),
        minutes=item.get("minutes").whole(),
        visitors=tuple(person.text() for person in item.get("visitors").items()),
        windows=tuple(_window(window) for window in item.get("windows").items()),
        second=tuple(person.text() for person in item.get("second", []).items()),
        interpreter=None if language.value is None else language.text(),
    )


def _window(item: Field) -> Window:
    return Window(
        on=item.get("date").day(),
        starts=item.get("from").clock(),
        ends=item.get("until").clock(),
        is_wish=item.get("wish", False).flag(),
        cost=item.get("cost", 0).number(),
    )


def _group(item: Field) -> tuple[str, ...]:
    return tuple(name.text() for name in item.items())


def _interpreter_shift(item: Field) -> InterpreterShift:
    return InterpreterShift(
        on=item.get("date").day(),
        starts=item.get("from").clock(),
        ends=item.get("until").clock(),
        count=item.get("count").whole(),
    )


def _appointment(item: Field) -> Appointment:
    return Appointment(visitor=item.get("visitor").text(), on=item.get("date").day(), start=item.get("start").clock())


def clock_text(minutes: int) -> str:
    """`HH:MM` of minutes after midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The problem as plain values in the second format, ready for `json.dump`."""
    rules, weights = problem.rules, problem.weights
    return {
        "format": PROBLEM_FORMAT,
        "rules": {name.name: getattr(rules, name.name) for name in fields(rules)},
        "cost": {name.name: _plain(getattr(weights, name.name)) for name in fields(weights)},
        "days": [{"date": on.isoformat(), "week": week} for on, week in problem.weeks.items()],
        "places": list(problem.places),
        "travel_minutes": {mode: matrix.tolist() for mode, matrix in problem.travel_minutes.items()},
        "visitors": [_visitor_to_json(visitor) for visitor in problem.visitors],
        "visits": [_visit_to_json(visit) for visit in problem.visits],
        "siblings": [list(group) for group in problem.siblings],
        "interpreters": {
            language: [_hours_to_json(shift) | {"count": shift.count} for shift in shifts]
            for language, shifts in problem.interpreters.items()
        },
        "fixed": _appointments_to_json(problem.fixed),
        "current": _appointments_to_json(problem.current),
        "apart": [list(group) for group in problem.apart],
    }


def _visitor_to_json(visitor: Visitor) -> dict[str, Any]:
    return {
        "id": visitor.id,
        "mode": visitor.mode,
        "depot": visitor.depot,
        "max_stops_total": visitor.max_stops_total,
        "shifts": [
            {"date": shift.on.isoformat()}
            | {name: clock_text(getattr(shift, name)) for name in ("leave_from", "visits_until", "back_by")}
            for shift in visitor.shifts
        ],
    }


def _visit_to_json(visit: Visit) -> dict[str, Any]:
    return {
        "id": visit.id,
        "place": visit.place,
        "minutes": visit.minutes,
        "visitors": list(visit.visitors),
        "windows": [
            _hours_to_json(window) | {"wish": window.is_wish, "cost": _plain(window.cost)} for window in visit.windows
        ],
        "second": list(visit.second),
        "interpreter": visit.interpreter,
    }


def _hours_to_json(hours: Window | InterpreterShift) -> dict[str, Any]:
    return {"date": hours.on.isoformat(), "from": clock_text(hours.starts), "until": clock_text(hours.ends)}


def _appointments_to_json(appointments: Mapping[str, Appointment]) -> dict[str, Any]:
    return {
        visit: {"visitor": at.visitor, "date": at.on.isoformat(), "start": clock_text(at.start)}
        for visit, at in appointments.items()
    }


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain values, ready for `json.dump`."""
    return {
        "format": PLAN_FORMAT,
        "routes": [_route_to_json(route) for route in plan.routes],
        "unplaced": [_unplaced_to_json(unplaced) for unplaced in plan.unplaced],
        "cost": _plain(plan.cost),
        "bound": _plain(plan.bound),
        "seconds": round(plan.seconds, 3),
        "parts": {name: _plain(count) for name, count in plan.parts.items()},
    }


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _route_to_json(route: Route) -> dict[str, Any]:
    return {
        "visitor": route.visitor,
        "date": route.on.isoformat(),
        "stops": [
            {"visits": list(stop.visits), "start": clock_text(stop.start), "role": stop.role} for stop in route.stops
        ],
    }


def _unplaced_to_json(unplaced: Unplaced) -> dict[str, Any]:
    """`reason` repeats the code: readers of the format make their own sentence of the code and its facts."""
    return {
        "visit": unplaced.visit,
        "code": unplaced.code,
        "facts": dict(unplaced.facts),
        "reason": unplaced.code,
    }
