"""Evenings and reservations on a board."""

from __future__ import annotations

import datetime as dt
from typing import Any

from mentors.dates import moment_at
from planning.models import Plan
from planning.queries.board.loading import load_draft
from visits.models import MomentReservation, Visit


def another_evening(plan: Plan) -> tuple[str, tuple[str, dt.date]]:
    draft = load_draft(plan)
    for visit in sorted(draft.schedule.made):
        for change in draft.mover().best_moves(visit):
            is_free = not change.is_blocked and not change.warnings
            if is_free and change.evening and change.evening != draft.schedule.made[visit]:
                return visit, change.evening
    raise AssertionError


def reserve(visit: Visit, on: dt.date, start: int, now: dt.datetime, **fields: Any) -> MomentReservation:
    starts_at = moment_at(on, start)
    values: dict[str, Any] = {"reserved_at": now, "reserved_until": now + dt.timedelta(minutes=10)} | fields
    length = dt.timedelta(minutes=visit.campaign.visit_minutes)
    return MomentReservation.objects.create(
        visit=visit, mentor=visit.mentor, starts_at=starts_at, ends_at=starts_at + length, **values
    )
