"""What the planner proposes for the rest of a draft: who would get another moment, and what that gains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner import Appointment, Schedule
from planning.draft.patches import DraftPatch
from planning.models import Plan, PlanKind, PlanState


@dataclass(frozen=True)
class MovedVisit:
    """A family that gets another evening or start; None is no moment."""

    visit: str
    before: Appointment | None
    after: Appointment | None

    def to_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "visit": self.visit,
            "before": _appointment_to_json(self.before),
            "after": _appointment_to_json(self.after),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MovedVisit:
        """What `to_json` wrote."""
        return cls(data["visit"], _appointment_from_json(data["before"]), _appointment_from_json(data["after"]))


@dataclass(frozen=True)
class CompletionProposal:
    """What a job made of the rest of a draft; the one place that knows how a job keeps it in `Plan.result`.

    `parts` and `cost` are after less before. `patches`: the draft before and after; None when nobody moves.
    """

    moved: tuple[MovedVisit, ...]
    parts: Mapping[str, float]
    cost: float
    patches: tuple[DraftPatch, DraftPatch] | None

    def to_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "moved": [each.to_json() for each in self.moved],
            "parts": dict(self.parts),
            "cost": self.cost,
            "patches": [side.to_json() for side in self.patches] if self.patches else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CompletionProposal:
        """What `to_json` wrote."""
        before, after = data["patches"] or (None, None)
        return cls(
            moved=tuple(MovedVisit.from_json(each) for each in data["moved"]),
            parts=data["parts"],
            cost=data["cost"],
            patches=(DraftPatch.from_json(before), DraftPatch.from_json(after)) if after else None,
        )


def completion_of(draft: Plan) -> Plan | None:
    """The latest job that completes this draft, at work or done; None when nobody asked for one."""
    jobs = Plan.objects.filter(based_on=draft.pk, kind=PlanKind.COMPLETION).exclude(state=PlanState.DISCARDED)
    return jobs.defer("problem").order_by("-pk").first()


def proposal_of(job: Plan) -> CompletionProposal:
    """What this job proposes; nothing while it is not done."""
    return CompletionProposal.from_json(job.result) if job.result else CompletionProposal((), {}, 0.0, None)


def moves_between(before: Schedule, after: Schedule) -> list[MovedVisit]:
    """Every family that stands elsewhere, or at another time."""
    found = []
    for name in sorted(before.made.keys() | after.made.keys()):
        old, new = _appointment(before, name), _appointment(after, name)
        if old != new:
            found.append(MovedVisit(name, old, new))
    return found


def _appointment(schedule: Schedule, name: str) -> Appointment | None:
    stop, home = schedule.stop_of(name), schedule.made.get(name)
    return Appointment(home[0], home[1], stop.start) if stop is not None and home is not None else None


def _appointment_to_json(at: Appointment | None) -> list[Any] | None:
    return [at.visitor, at.on.isoformat(), at.start] if at else None


def _appointment_from_json(data: list[Any] | None) -> Appointment | None:
    return Appointment(data[0], dt.date.fromisoformat(data[1]), data[2]) if data else None
