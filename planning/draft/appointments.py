"""The appointments in a draft: who is at which family at what moment, company and brothers included."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from mentors.dates import minutes_of_clock, moment_at

Evening = tuple[int, dt.date]


@dataclass(frozen=True)
class Drawn:
    """One visit of a draft, with its mentor, moment (UTC) and who comes along; primary keys."""

    mentor: int
    on: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    second: int | None = None

    @property
    def evening(self) -> Evening:
        return self.mentor, self.on


def appointments_in(result: dict[str, Any]) -> dict[str, Drawn]:
    """Each visit of the draft that has a moment, by its primary key as a text.

    Of two visits that are one conversation the draft draws the first alone, with the other one's mentor as company:
    here each stands with its own mentor.
    """
    own, company = _of_role(result, "visitor"), _of_role(result, "second")
    found = {pk: replace(drawn, second=company[pk].mentor if pk in company else None) for pk, drawn in own.items()}
    for pk, other in result.get("application", {}).get("joint", {}).items():
        second = found[pk].second if pk in found else None
        if second is not None:
            found[pk] = replace(found[pk], second=None)
            found[other] = replace(found[pk], mentor=second)
    return found


def doubles_in(result: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Every two visits that one mentor makes at once, with that mentor."""
    return [
        (stop["visits"][0], stop["visits"][1], int(route["visitor"]))
        for route in result.get("routes", [])
        for stop in route["stops"]
        if len(stop["visits"]) == 2 and stop.get("role", "visitor") == "visitor"
    ]


def _of_role(result: dict[str, Any], role: str) -> dict[str, Drawn]:
    return {
        pk: Drawn(int(route["visitor"]), on, _moment(on, stop["start"]), _moment(on, stop["until"]))
        for route in result.get("routes", [])
        for on in [dt.date.fromisoformat(route["date"])]
        for stop in route["stops"]
        if stop.get("role", "visitor") == role
        for pk in stop["visits"]
    }


def _moment(on: dt.date, clock: str) -> dt.datetime:
    return moment_at(on, minutes_of_clock(clock))
