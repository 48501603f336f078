"""Moments that families have reserved while they choose, as the planner takes them and as an open board names them.

A reservation keeps a moment for a family for some minutes (docs/decisions/0010-free-booking.md), and the database
refuses every appointment that overlaps it. So a move over one is blocked; one that leaves too little travel time to it
gets a warning, like any travel time that is too short (0009-board.md). The family's name is not shown: it has not
answered yet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable

from mentors.dates import local_day, local_minutes
from planner import Reservation
from planning.draft.evenings import evening_key, evening_name
from planning.models import Plan
from visits.models import MomentReservation


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


def reservation_name(reserved: Reservation) -> str:
    """By which an open board tells whether reservations changed: '12 2026-10-06 1140'."""
    return f"{evening_name(reserved.shift_key)} {reserved.start}"


def evenings_in(names: Iterable[str]) -> set[str]:
    """The evenings in such names of reservations; a text that is no such name is left out."""
    found = set()
    for name in names:
        evening, _space, start = name.rpartition(" ")
        if start.isdecimal():
            with contextlib.suppress(ValueError):
                found.add(evening_name(evening_key(evening)))
    return found
