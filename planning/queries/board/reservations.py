"""Moments that families have reserved while they choose: where they are, and what a move on the board does to them.

A reservation keeps a moment for a family for some minutes (docs/decisions/0010-free-booking.md), and the database
refuses every appointment that overlaps it. So a move over one is blocked; one that leaves too little travel time to it
gets a warning, like any travel time that is too short (0009-board.md). The family's name is not shown: it has not
answered yet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from mentors.dates import local_day, local_minutes
from planner import Finding, Move, Mover, ProblemIndex, Severity, ShiftKey, Stop
from planning.models import Plan
from planning.queries.board.loading import LoadedDraft, evening_of, name_of
from visits.models import MomentReservation


@dataclass(frozen=True)
class Reservation:
    """One reserved moment; minutes after midnight on the Dutch clock. `until`: when the family has decided."""

    visit: str
    visitor: str
    on: dt.date
    start: int
    ends: int
    until: int

    @property
    def evening(self) -> ShiftKey:
        return self.visitor, self.on

    @property
    def name(self) -> str:
        """For an open board, to hear whether anything changed: '12 2026-10-06 1140'."""
        return f"{name_of(self.evening)} {self.start}"


def reservations_of(plan: Plan, now: dt.datetime) -> tuple[Reservation, ...]:
    """What families of this school have reserved at this moment, in order. One query."""
    found = MomentReservation.objects.live(now).filter(mentor__school=plan.campaign.school_id)
    return tuple(
        Reservation(
            visit=str(row.visit_id),
            visitor=str(row.mentor_id),
            on=local_day(row.starts_at),
            start=local_minutes(row.starts_at),
            ends=local_minutes(row.ends_at),
            until=local_minutes(row.reserved_until),
        )
        for row in found
    )


def evenings_in(names: Iterable[str]) -> set[str]:
    """The evenings in such names of reserved moments; what is none is left out."""
    found = set()
    for name in names:
        evening, _space, start = name.rpartition(" ")
        if start.isdecimal():
            with contextlib.suppress(ValueError):
                found.add(name_of(evening_of(evening)))
    return found


def findings_beside(draft: LoadedDraft, reserved: Iterable[Reservation]) -> Iterator[Finding]:
    """What is wrong with the draft as it stands, beside what is reserved."""
    for each in reserved:
        yield from _findings(draft.index, each, draft.schedule.stops(each.evening))


def beside_reservations(draft: LoadedDraft, reserved: Iterable[Reservation], change: Move) -> Move:
    """The change with what it does to reserved moments among its findings."""
    found = [
        finding
        for each in reserved
        if each.evening in change.touched
        for finding in _findings(draft.index, each, _new(draft, each.evening, change))
    ]
    return replace(change, findings=(*change.findings, *found)) if found else change


def placed(
    draft: LoadedDraft,
    reserved: Collection[Reservation],
    mover: Mover,
    visit: str,
    evening: ShiftKey,
    *,
    start: int | None = None,
    position: int | None = None,
) -> Move:
    """The visit in this evening: at the start asked for, else at the best one that leaves reserved moments alone.

    Raises what `Mover.place` raises.
    """
    change = beside_reservations(draft, reserved, mover.place(visit, evening, start=start, position=position))
    here = [each for each in reserved if each.evening == evening]
    if (
        start is not None
        or not here
        or not {"reserved", "near_reserved"} & {finding.code for finding in change.findings}
    ):
        return change
    others = [
        beside_reservations(draft, reserved, mover.place(visit, evening, start=at, position=position))
        for at in _starts(draft.index, visit, evening)
    ]
    return min([change, *others], key=lambda one: (one.is_blocked, len(one.warnings), one.cost))


def _starts(index: ProblemIndex, visit: str, evening: ShiftKey) -> range:
    """Every start of the grid within the mentor's hours."""
    shift, grid = index.shifts[evening], index.problem.rules.start_grid_minutes
    last = shift.visits_until - index.visits[visit].minutes
    return range(-(-shift.leave_from // grid) * grid, last + 1, grid)


def _new(draft: LoadedDraft, evening: ShiftKey, change: Move) -> list[Stop]:
    """The stops of an evening that do not stand there already."""
    before = set(draft.schedule.stops(evening))
    return [stop for stop in change.touched[evening] if stop not in before]


def _findings(index: ProblemIndex, reserved: Reservation, stops: Iterable[Stop]) -> Iterator[Finding]:
    for stop in stops:
        if reserved.visit in stop.visits:
            continue
        ends, road = stop.start + index.stop_minutes(stop), _road(index, reserved, stop)
        facts = {"start": reserved.start, "ends": reserved.ends, "until": reserved.until}
        if stop.start < reserved.ends and reserved.start < ends:
            yield Finding("reserved", Severity.BLOCKING, reserved.visitor, reserved.on, stop.visits[0], facts)
        elif stop.start < reserved.ends + road and reserved.start < ends + road:
            yield Finding(
                "near_reserved", Severity.WARNING, reserved.visitor, reserved.on, stop.visits[0], facts | {"leg": road}
            )


def _road(index: ProblemIndex, reserved: Reservation, stop: Stop) -> int:
    """Minutes between a stop and the home that is reserved; none when this draft does not know that home."""
    home = index.visits.get(reserved.visit)
    if home is None:
        return 0
    here = index.visits[stop.visits[0]].place
    first, second = (here, home.place) if stop.start < reserved.start else (home.place, here)
    return index.leg(reserved.visitor, first, second)
