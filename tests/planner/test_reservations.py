"""Moves beside moments that are reserved for another visit: what is refused, warned of, and avoided."""

from __future__ import annotations

import datetime as dt

import pytest

from planner import (
    Mover,
    ProblemIndex,
    Reservation,
    ReservingMover,
    Route,
    Schedule,
    Severity,
    Stop,
    problem_from_json,
    reservation_findings,
)
from tests.planner.problems import day, plain_problem

MONDAY = dt.date.fromisoformat(day(0))
SHIFT = ("mentor", MONDAY)


@pytest.fixture
def index() -> ProblemIndex:
    return ProblemIndex(problem_from_json(plain_problem()))


def reserved(start: int, ends: int, visit: str = "visit-2") -> tuple[Reservation, ...]:
    return (Reservation(visit, "mentor", MONDAY, start, ends, until=900),)


def mover(index: ProblemIndex, *reservations: Reservation) -> ReservingMover:
    return ReservingMover(Mover(index, Schedule()), reservations)


def test_a_start_that_overlaps_a_reservation_is_blocking(index: ProblemIndex) -> None:
    move = mover(index, *reserved(990, 1035)).place("visit-1", SHIFT, start=1000)
    (finding,) = [each for each in move.findings if each.code == "reserved"]
    assert (finding.severity, finding.visit) == (Severity.BLOCKING, "visit-1")
    assert finding.facts == {"start": 990, "ends": 1035, "until": 900}


def test_a_start_that_leaves_too_little_travel_time_is_a_warning_with_the_travel_time(index: ProblemIndex) -> None:
    move = mover(index, *reserved(990, 1035)).place("visit-1", SHIFT, start=1040)
    (finding,) = [each for each in move.findings if each.code == "near_reserved"]
    assert finding.severity == Severity.WARNING
    assert finding.facts["leg"] == 10  # from home-2 to home-1
    clear = mover(index, *reserved(990, 1035)).place("visit-1", SHIFT, start=1045)
    assert "near_reserved" not in {each.code for each in clear.findings}


def test_without_a_start_the_best_one_that_leaves_the_reservation_alone_is_taken(index: ProblemIndex) -> None:
    best = mover(index).place("visit-1", SHIFT)
    assert best.start is not None
    beside = mover(index, *reserved(best.start, best.start + 45)).place("visit-1", SHIFT)
    assert beside.start != best.start
    assert not beside.is_blocked and not beside.warnings and beside.cost >= best.cost
    assert beside in list(mover(index, *reserved(best.start, best.start + 45)).best_moves("visit-1"))


def test_a_visit_may_stand_on_its_own_reservation(index: ProblemIndex) -> None:
    move = mover(index, *reserved(990, 1035, visit="visit-1")).place("visit-1", SHIFT, start=990)
    assert {"reserved", "near_reserved"}.isdisjoint(each.code for each in move.findings)


def test_a_reservation_of_a_visit_outside_the_problem_counts_without_travel_time(index: ProblemIndex) -> None:
    beside = mover(index, *reserved(990, 1035, visit="stranger"))
    assert beside.place("visit-1", SHIFT, start=1000).is_blocked
    codes = {each.code for each in beside.place("visit-1", SHIFT, start=1035).findings}
    assert "near_reserved" not in codes


def test_what_stands_on_a_reservation_already_is_found_in_the_schedule_and_not_in_a_move(index: ProblemIndex) -> None:
    schedule = Schedule.of([Route("mentor", MONDAY, (Stop(("visit-1",), 990),))])
    (finding,) = reservation_findings(index, schedule, reserved(1000, 1045))
    assert (finding.code, finding.visit) == ("reserved", "visit-1")
    move = ReservingMover(Mover(index, schedule), reserved(1000, 1045)).place("visit-1", SHIFT, start=990)
    assert "reserved" not in {each.code for each in move.findings}
