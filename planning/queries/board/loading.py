"""What a change by hand works on: the problem of a draft, read once in a process, and the routes as they stand.

A problem is some megabytes with its matrix and never changes once its draft is ready, so a few are kept in the
process. The routes are read anew each time: somebody else may have changed them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from mentors.dates import minutes_of_clock
from planner import (
    VISITOR,
    Assessment,
    Finding,
    Mover,
    ProblemIndex,
    Reservation,
    ReservingMover,
    Route,
    Schedule,
    ShiftKey,
    Stop,
    assess,
    problem_from_json,
    reservation_findings,
)
from planning.draft.routes import draw_route
from planning.models import Plan


@dataclass(frozen=True)
class LoadedDraft:
    """A draft as the planner's own values, with the moments that families have reserved beside it."""

    plan: Plan
    index: ProblemIndex
    schedule: Schedule
    reserved: tuple[Reservation, ...] = ()

    @property
    def pins(self) -> frozenset[str]:
        return frozenset(self.plan.pins)

    @cached_property
    def assessment(self) -> Assessment:
        """Of the draft as it stands."""
        return assess(self.index.problem, self.schedule, self.index)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """About the draft as it stands, also beside what is reserved."""
        return *self.assessment.findings, *reservation_findings(self.index, self.schedule, self.reserved)

    def mover(self) -> ReservingMover:
        """Answers what moves cost, given what is reserved; a pinned visit is not moved to make room."""
        return ReservingMover(Mover(self.index, self.schedule, self.pins), self.reserved)


def load_draft(plan: Plan, reserved: tuple[Reservation, ...] = ()) -> LoadedDraft:
    """The draft with its problem; `plan.result` must have been read."""
    routes = routes_of((plan.result or {}).get("routes", []))
    return LoadedDraft(plan, index_of(plan), Schedule.of(routes), reserved)


def index_of(plan: Plan) -> ProblemIndex:
    """The problem of a draft that is ready, from memory when this process has read it before."""
    return _read_index(plan.uuid, plan.finished_at)


@lru_cache(maxsize=4)  # a problem of a school of a thousand families takes about five megabytes
def _read_index(plan: uuid.UUID, finished_at: dt.datetime | None) -> ProblemIndex:
    """The problem in the row; a job that is done once more, at another moment, has another one."""
    return ProblemIndex(problem_from_json(Plan.objects.values_list("problem", flat=True).get(uuid=plan)))


def routes_of(drawn: Iterable[dict[str, Any]]) -> list[Route]:
    """The routes of a result as the planner's values."""
    return [
        Route(
            visitor=route["visitor"],
            on=dt.date.fromisoformat(route["date"]),
            stops=tuple(
                Stop(tuple(stop["visits"]), minutes_of_clock(stop["start"]), stop.get("role", VISITOR))
                for stop in route["stops"]
            ),
        )
        for route in drawn
    ]


def name_of(evening: ShiftKey) -> str:
    """An evening as a text: '12 2026-10-06'; in pages, in stored changes and in forms."""
    return f"{evening[0]} {evening[1].isoformat()}"


def evening_of(name: str) -> ShiftKey:
    """The evening of such a text. Raises ValueError."""
    visitor, _space, date = name.partition(" ")
    return visitor, dt.date.fromisoformat(date)


def drawn_route(
    index: ProblemIndex, evening: ShiftKey, stops: Iterable[Stop], metres: dict[tuple[str, str], int]
) -> Any:
    """An evening as it stands in a result: `metres` from place to place; None for an evening without stops."""
    drawn = draw_route(index, evening, stops, lambda here, there: metres.get((here, there), 0))
    return drawn and drawn.to_json()
