"""What taking a repair back does to each family, before anything is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from planning.draft.outcomes import VisitOutcome
from planning.models import Plan, RepairTrace
from planning.queries.consequences import FamilyLine, lines_of
from planning.queries.obstacles import Obstacle, obstacles
from planning.queries.snapshots import VisitSnapshot, visits_before, visits_now
from visits.models import Invitation, Visit


@dataclass(frozen=True)
class UndoPreview:
    """What taking a repair back does, family by family, or why it cannot be."""

    lines: list[UndoLine]
    obstacles: list[Obstacle]

    @property
    def told(self) -> int:
        """How many families get a mail: they were told of what the repair made of it."""
        return sum(line.is_told and line.line.has_mail for line in self.lines)

    @property
    def silent(self) -> int:
        """How many notice nothing."""
        return sum(not line.is_told for line in self.lines)

    @property
    def to_call(self) -> list[UndoLine]:
        """Who heard of it and cannot be mailed, or expects somebody within days."""
        return [line for line in self.lines if line.is_told and (line.line.is_near or not line.line.has_mail)]


@dataclass(frozen=True)
class UndoLine:
    """One family. `is_told`: it knows what the repair made of it; who agreed before is then asked again."""

    line: FamilyLine
    is_told: bool
    is_agreed: bool  # it had agreed, and keeps its appointment


def undoing_of(plan: Plan, now: dt.datetime) -> UndoPreview:
    """What the page says before the coordinator takes a repair back. A fixed number of queries."""
    trace = RepairTrace.objects.filter(plan=plan).first()
    found = obstacles(plan, trace, now)
    if trace is None:
        return UndoPreview([], found)
    visits, told = visits_now(trace), told_homes(trace)
    stood = {row.visit: row for row in visits_before(trace) if row.visit in visits}
    outcomes = [outcome for pk, row in stood.items() if (outcome := _outcome(row, visits[pk])) is not None]
    lines = [
        UndoLine(
            line=line,
            is_told=line.visit.household_id in told,
            is_agreed=stood[line.visit.pk].was_confirmed and line.visit.household_id not in told,
        )
        for line in lines_of(plan, outcomes, now)
    ]
    return UndoPreview(sorted(lines, key=lambda one: (str(one.line.outcome.new_starts_at), one.line.visit.pk)), found)


def told_homes(trace: RepairTrace) -> set[int]:
    """The households that heard, by mail or letter, of what the repair made of their moment."""
    before = {int(key): row for key, row in trace.before["invitations"].items()}
    rows = Invitation.objects.filter(pk__in=list(before) + [int(key) for key in trace.after["invitations"]])
    return {row.household_id for row in rows if _as_text(row.announced_starts_at) != _announced(before.get(row.pk))}


def _announced(row: dict[str, Any] | None) -> str | None:
    return row["announced_starts_at"] if row else None


def _as_text(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _outcome(stood: VisitSnapshot, visit: Visit) -> VisitOutcome | None:
    """From the moment that stands now to the one that comes back; None for who keeps it."""
    new = (stood.mentor, stood.starts_at) if stood.has_moment else (None, None)
    if (visit.mentor_id, visit.starts_at) == new:
        return None
    return VisitOutcome(
        visit=stood.visit,
        was_confirmed=stood.was_confirmed,
        old_mentor=visit.mentor_id if visit.starts_at else None,
        old_starts_at=visit.starts_at,
        new_mentor=new[0],
        new_starts_at=new[1],
    )
