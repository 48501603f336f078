"""What a repair changes, as plain values: the rows before it, the rows after it, and what differs from those by now.

A snapshot holds tables of rows; keys and values are what JSON can hold: codes, dates and primary keys.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mentors.dates import local_day
from mentors.models import Closure
from planning.models import RepairTrace
from visits.models import Campaign, Invitation, Visit, VisitState

Snapshot = dict[str, dict[str, Any]]
_VISIT = ("version", "state", "mentor", "second", "starts_at", "ends_at", "together_with")
_CLOSURE = ("name", "starts_on", "ends_on", "is_holiday")
_PAIR = ("choice", "moved", "decided_by", "decided_at")
_INVITATION = ("visit", "answer", "answered_at", "answered_version", "channel", "announced_starts_at")


def snapshot_of(campaign: Campaign, now: dt.datetime) -> Snapshot:
    """All rows that a repair may touch. Five queries."""
    shifts = campaign.shifts.filter(on__gte=local_day(now))
    return {
        "visits": _rows(campaign.visits.all(), ("pk",), _VISIT),
        "invitations": _rows(Invitation.objects.filter(visit__campaign=campaign), ("pk",), _INVITATION),
        "shifts": _rows(shifts, ("mentor", "on"), ("leave_from", "visits_until", "back_by")),
        "closures": _rows(Closure.objects.filter(school_year=campaign.school_year_id), ("pk",), _CLOSURE),
        "pairs": _rows(campaign.sibling_pairs.all(), ("first", "second"), _PAIR),
    }


def _rows(found: QuerySet[Any], key: tuple[str, ...], columns: tuple[str, ...]) -> dict[str, Any]:
    """The rows by their key, in which a space parts what it is made of."""
    return {
        " ".join(map(str, row[: len(key)])): dict(zip(columns, map(_plain, row[len(key) :]), strict=True))
        for row in found.values_list(*key, *columns)
    }


def what_differs(before: Snapshot, after: Snapshot) -> tuple[Snapshot, Snapshot]:
    """The rows that are not the same in both, and the invitations to every visit among them; None: no such row."""
    keys = {
        table: [key for key in {**before[table], **after[table]} if before[table].get(key) != after[table].get(key)]
        for table in before
    }
    visits = {int(key) for key in keys["visits"]}
    both = {**before["invitations"], **after["invitations"]}
    keys["invitations"] = [key for key, row in both.items() if row["visit"] in visits]
    left, right = (
        {table: {key: side[table].get(key) for key in keys[table]} for table in side} for side in (before, after)
    )
    return left, right


@dataclass(frozen=True)
class VisitSnapshot:
    """One visit as it was before a repair. Mentors and visits are primary keys; moments are in UTC."""

    visit: int
    state: str
    version: int
    mentor: int | None
    second: int | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    together_with: int | None

    @property
    def has_moment(self) -> bool:
        """Whether it stood in a mentor's evening."""
        return self.starts_at is not None and self.state in (VisitState.PLANNED, VisitState.CONFIRMED)

    @property
    def was_confirmed(self) -> bool:
        """Whether the family had agreed."""
        return self.state == VisitState.CONFIRMED


def visits_before(trace: RepairTrace) -> list[VisitSnapshot]:
    """The visits that the repair touched, as they were before it, by primary key."""
    return [visit_in(int(key), row) for key, row in sorted(trace.before["visits"].items(), key=lambda at: int(at[0]))]


def visit_in(pk: int, row: dict[str, Any]) -> VisitSnapshot:
    """A visit from a row of a snapshot."""
    moments: dict[str, Any] = {
        name: row[name] and dt.datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at")
    }
    return VisitSnapshot(visit=pk, **{**{name: row[name] for name in _VISIT}, **moments})


def visits_now(trace: RepairTrace) -> dict[int, Visit]:
    """The visits that the repair touched, as they are now."""
    visits = Visit.objects.select_related("mentor", "second", "household", "campaign__school")
    return visits.in_bulk([int(key) for key in trace.before["visits"]])


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
