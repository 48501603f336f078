"""The exchange format: `thuisbezoek-problem/1` in, `thuisbezoek-plan/1` out.

Reading is strict: a field that is missing, of the wrong kind or not finite is refused at its path. What the
fields mean together is checked by `problem.check_problem`, in the same words.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
    check_problem,
)

PROBLEM_FORMAT = "thuisbezoek-problem/1"
PLAN_FORMAT = "thuisbezoek-plan/1"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Field:
    """A value of decoded JSON and its path in the document. Every method but `refuse` raises BadProblem at that path
    when the value is not of the kind that it returns."""

    value: Any
    path: str

    def refuse(self, complaint: str) -> BadProblem:
        """The error to raise for this field."""
        return BadProblem(self.path, complaint)

    def get(self, name: str, default: Any = _ABSENT) -> Field:
        """The member of an object; a missing one is refused unless there is a default."""
        path = f"{self.path}.{name}" if self.path else name
        if not isinstance(self.value, dict):
            raise self.refuse("must be an object")
        if name not in self.value and default is _ABSENT:
            raise BadProblem(path, "is missing")
        return Field(self.value.get(name, default), path)

    def items(self) -> Iterator[Field]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.refuse("must be a list")
        return (Field(value, f"{self.path}[{number}]") for number, value in enumerate(self.value))

    def members(self) -> Iterator[tuple[str, Field]]:
        """The members of an object with their names."""
        if not isinstance(self.value, dict):
            raise self.refuse("must be an object")
        return ((name, self.get(name)) for name in self.value)

    def text(self) -> str:
        """A string that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.refuse("must be a text")
        return self.value

    def flag(self) -> bool:
        """True or false; no number."""
        if not isinstance(self.value, bool):
            raise self.refuse("must be true or false")
        return self.value

    def whole(self) -> int:
        """A whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.refuse("must be a whole number")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.refuse("must be a number")
        if not math.isfinite(self.value):
            raise self.refuse("must be a finite number")
        return self.value

    def clock(self) -> int:
        """Minutes after midnight of an `HH:MM`."""
        found = _CLOCK.fullmatch(self.text())
        if found is None:
            raise self.refuse("must be a clock time HH:MM")
        return MINUTES_A_DAY if found[1] is None else int(found[1]) * 60 + int(found[2])

    def day(self) -> dt.date:
        """A date `YYYY-MM-DD`."""
        try:
            return dt.date.fromisoformat(self.text())
        except ValueError:
            raise self.refuse("must be a date YYYY-MM-DD") from None


def read_problem(path: Path) -> Problem:
    """The problem in a file; `BadProblem` when it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise BadProblem("$", f"is no JSON: {error}") from None
    return problem_from_json(data)


def problem_from_json(data: Any) -> Problem:
    """The problem in decoded JSON; `BadProblem` names the field that is wrong."""
    root = Field(data, "")
    if root.get("format").value != PROBLEM_FORMAT:
        raise root.get("format").refuse(f"must be {PROBLEM_FORMAT!r}")
    problem = Problem(
        rules=_rules(root.get("rules")),
        weights=_weights(root.get("cost")),
        weeks=_weeks(root.get("days")),
        places=tuple(item.text() for item in root.get("places").items()),
        travel_minutes={mode: _matrix(item) for mode, item in root.get("travel_minutes").members()},
        visitors=tuple(_visitor(item) for item in root.get("visitors").items()),
        visits=tuple(_visit(item) for item in root.get("visits").items()),
        siblings=tuple(_pair(item) for item in root.get("siblings", []).items()),
        interpreters={
            language: tuple(_interpreter_shift(item) for item in shifts.items())
            for language, shifts in root.get("interpreters", {}).members()
        },
        fixed={visit: _appointment(item) for visit, item in root.get("fixed", {}).members()},
        current={visit: _appointment(item) for visit, item in root.get("current", {}).members()},
    )
    check_problem(problem)
    return problem


def _rules(item: Field) -> Rules:
    return Rules(
        max_stops=item.get("max_stops").whole(),
        start_grid_minutes=item.get("start_grid_minutes").whole(),
        coupled_grid_minutes=item.get("coupled_grid_minutes").whole(),
        double_extra_minutes=item.get("double_extra_minutes").whole(),
        interpreter_buffer_minutes=item.get("interpreter_buffer_minutes").whole(),
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
    )


def _pair(item: Field) -> tuple[str, str]:
    names = [name.text() for name in item.items()]
    if len(names) != 2:
        raise item.refuse("must be two visits")
    return names[0], names[1]


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
