"""Moments that are kept free for a visit until it is decided, and what a move does to them.

A reservation is no stop yet: nothing is planned around it, and its visit may stand elsewhere in the schedule. A stop
of another visit that overlaps it is blocking; one that leaves too little time to travel between the two, or too little
slack, is a warning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from planner.evaluate.assessment import Finding, Severity
from planner.evaluate.moves import Move, Mover
from planner.model.index import ProblemIndex, Schedule, ShiftKey
from planner.model.plan import Stop

RESERVED, NEAR_RESERVED = "reserved", "near_reserved"  # codes of findings


@dataclass(frozen=True)
class Reservation:
    """One moment of a visitor that is kept for a visit, which need not be in the problem.

    `start`, `ends` and `until`, when it is decided, are minutes after midnight.
    """

    visit: str
    visitor: str
    on: dt.date
    start: int
    ends: int
    until: int

    @property
    def shift_key(self) -> ShiftKey:
        """The shift in which the moment lies."""
        return self.visitor, self.on


@dataclass(frozen=True)
class ReservingMover:
    """Answers what moves do to a schedule in which moments are reserved: as `mover` does, which knows of none."""

    mover: Mover
    reserved: Sequence[Reservation] = ()

    def take_out(self, visit: str) -> Move:
        """Leave the visit, a sibling in the same stop and its company without a moment."""
        return self.mover.take_out(visit)

    def place(self, visit: str, key: ShiftKey, *, start: int | None = None, position: int | None = None) -> Move:
        """Put the visit in this shift, at the start asked for or else at the best one that leaves reservations alone,
        at the best place in the order or the one asked for. Raises what `Mover.place` raises."""
        move = self._with_findings(self.mover.place(visit, key, start=start, position=position))
        return move if start is not None else self._beside_reservations(move, position)

    def best_moves(self, visit: str) -> Iterator[Move]:
        """The best place in every shift of every visitor who may make this visit."""
        for move in self.mover.best_moves(visit):
            yield self._beside_reservations(self._with_findings(move), None)

    def _with_findings(self, move: Move) -> Move:
        """The move with what it does to reservations among its findings."""
        found = [
            finding
            for each in self.reserved
            if each.shift_key in move.shift_stops
            for finding in _findings(self.mover.index, each, self._new_stops(each.shift_key, move))
        ]
        return replace(move, findings=(*move.findings, *found)) if found else move

    def _new_stops(self, key: ShiftKey, move: Move) -> list[Stop]:
        """The stops of a shift that are not there already: what was there is not asked about again."""
        before = set(self.mover.schedule.stops(key))
        return [stop for stop in move.shift_stops[key] if stop not in before]

    def _beside_reservations(self, move: Move, position: int | None) -> Move:
        """The move itself when it leaves the reservations of its shift alone, else the best one in that shift.

        Every start on the grid is tried: a school reserves a moment or two in an evening, and for minutes only.
        """
        key = move.evening
        is_reserved = any(each.shift_key == key for each in self.reserved)
        is_clear = all(finding.code not in (RESERVED, NEAR_RESERVED) for finding in move.findings)
        if key is None or not is_reserved or is_clear:
            return move
        others = [
            self._with_findings(self.mover.place(move.visit, key, start=start, position=position))
            for start in self._starts(move.visit, key)
        ]
        return min([move, *others], key=lambda one: (one.is_blocked, len(one.warnings), one.cost))

    def _starts(self, visit: str, key: ShiftKey) -> range:
        """Every start on the grid within the visitor's hours, in minutes after midnight."""
        index = self.mover.index
        shift, grid = index.shifts[key], index.problem.rules.start_grid_minutes
        last = shift.visits_until - index.visits[visit].minutes
        return range(-(-shift.leave_from // grid) * grid, last + 1, grid)


def reservation_findings(
    index: ProblemIndex, schedule: Schedule, reserved: Iterable[Reservation]
) -> tuple[Finding, ...]:
    """What is wrong between the stops of a schedule and these reservations."""
    return tuple(finding for each in reserved for finding in _findings(index, each, schedule.stops(each.shift_key)))


def _findings(index: ProblemIndex, reserved: Reservation, stops: Iterable[Stop]) -> Iterator[Finding]:
    """About stops of the reservation's own shift."""
    slack = index.problem.rules.slack_minutes
    for stop in stops:
        if reserved.visit in stop.visits:
            continue
        ends, leg = stop.start + index.stop_minutes(stop), _leg(index, reserved, stop)
        facts = {"start": reserved.start, "ends": reserved.ends, "until": reserved.until}
        if stop.start < reserved.ends and reserved.start < ends:
            yield Finding(RESERVED, Severity.BLOCKING, reserved.visitor, reserved.on, stop.visits[0], facts)
        elif stop.start < reserved.ends + leg + slack and reserved.start < ends + leg + slack:
            facts["leg"] = leg
            yield Finding(NEAR_RESERVED, Severity.WARNING, reserved.visitor, reserved.on, stop.visits[0], facts)


def _leg(index: ProblemIndex, reserved: Reservation, stop: Stop) -> int:
    """Minutes of travel between a stop and the reserved visit; 0 when the problem does not know that visit."""
    visit = index.visits.get(reserved.visit)
    if visit is None:
        return 0
    here = index.visits[stop.visits[0]].place
    first, second = (here, visit.place) if stop.start < reserved.start else (visit.place, here)
    return index.leg(reserved.visitor, first, second)
