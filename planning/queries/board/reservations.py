"""Moments that families hold while they choose, on the board: where they are, and what a move does to them.

A hold is a promise of some minutes to a family (docs/decisions/0010-free-booking.md), and the database keeps every
appointment away from it. So a move over one is refused; one that leaves the road to it too short is a warning, like
any road that is too short (0009-board.md). Nobody's name is told: who chooses has not answered yet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from mentors.dates import local_day, local_minutes
from planner.evaluate.assessment import Finding, Severity
from planner.evaluate.moves import Move, Mover
from planner.model.index import ProblemIndex, ShiftKey
from planner.model.plan import Stop
from planning.models import Plan
from planning.queries.board.loading import Desk, evening_of, name_of
from visits.models import MomentHold


@dataclass(frozen=True)
class Held:
    """One held moment; minutes after midnight on the Dutch clock. `until`: when the family has decided."""

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


def held_moments(plan: Plan, now: dt.datetime) -> tuple[Held, ...]:
    """What families of this school hold at this moment, in order. One query."""
    holds = MomentHold.objects.live(now).filter(mentor__school=plan.campaign.school_id)
    return tuple(
        Held(
            visit=str(hold.visit_id),
            visitor=str(hold.mentor_id),
            on=local_day(hold.starts_at),
            start=local_minutes(hold.starts_at),
            ends=local_minutes(hold.ends_at),
            until=local_minutes(hold.held_until),
        )
        for hold in holds
    )


def evenings_of(names: Iterable[str]) -> set[str]:
    """The evenings in such names of held moments; what is none is left out."""
    found = set()
    for name in names:
        evening, _space, start = name.rpartition(" ")
        if start.isdecimal():
            with contextlib.suppress(ValueError):
                found.add(name_of(evening_of(evening)))
    return found


def standing_on(desk: Desk, held: Iterable[Held]) -> Iterator[Finding]:
    """What is wrong with the draft as it stands, beside what is held."""
    for each in held:
        yield from _findings(desk.almanac, each, desk.days.stops(each.evening))


def beside_holds(desk: Desk, held: Iterable[Held], change: Move) -> Move:
    """The change with what it does to held moments among its findings."""
    found = [
        finding
        for each in held
        if each.evening in change.touched
        for finding in _findings(desk.almanac, each, _new(desk, each.evening, change))
    ]
    return replace(change, findings=(*change.findings, *found)) if found else change


def placed(
    desk: Desk,
    held: Collection[Held],
    mover: Mover,
    visit: str,
    evening: ShiftKey,
    *,
    start: int | None = None,
    position: int | None = None,
) -> Move:
    """The visit in this evening: at the start asked for, else at the best one that leaves held moments alone.

    Raises what `Mover.place` raises.
    """
    change = beside_holds(desk, held, mover.place(visit, evening, start=start, position=position))
    here = [each for each in held if each.evening == evening]
    if start is not None or not here or not {"held", "held_near"} & {finding.code for finding in change.findings}:
        return change
    others = [
        beside_holds(desk, held, mover.place(visit, evening, start=at, position=position))
        for at in _starts(desk.almanac, visit, evening)
    ]
    return min([change, *others], key=lambda one: (one.is_blocked, len(one.warnings), one.cost))


def _starts(almanac: ProblemIndex, visit: str, evening: ShiftKey) -> range:
    """Every start of the grid within the mentor's hours."""
    shift, grid = almanac.shifts[evening], almanac.problem.rules.start_grid_minutes
    last = shift.visits_until - almanac.visits[visit].minutes
    return range(-(-shift.leave_from // grid) * grid, last + 1, grid)


def _new(desk: Desk, evening: ShiftKey, change: Move) -> list[Stop]:
    """The stops of an evening that do not stand there already."""
    before = set(desk.days.stops(evening))
    return [stop for stop in change.touched[evening] if stop not in before]


def _findings(almanac: ProblemIndex, held: Held, stops: Iterable[Stop]) -> Iterator[Finding]:
    for stop in stops:
        if held.visit in stop.visits:
            continue
        ends, road = stop.start + almanac.stop_minutes(stop), _road(almanac, held, stop)
        facts = {"start": held.start, "ends": held.ends, "until": held.until}
        if stop.start < held.ends and held.start < ends:
            yield Finding("held", Severity.BLOCKING, held.visitor, held.on, stop.visits[0], facts)
        elif stop.start < held.ends + road and held.start < ends + road:
            yield Finding("held_near", Severity.WARNING, held.visitor, held.on, stop.visits[0], facts | {"leg": road})


def _road(almanac: ProblemIndex, held: Held, stop: Stop) -> int:
    """Minutes between a stop and the home that is held; none when this draft does not know that home."""
    home = almanac.visits.get(held.visit)
    if home is None:
        return 0
    here = almanac.visits[stop.visits[0]].place
    first, second = (here, home.place) if stop.start < held.start else (home.place, here)
    return almanac.leg(held.visitor, first, second)
