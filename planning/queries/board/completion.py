"""What the planner proposes for the rest of a draft: who would get another moment, and what that gains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner import Appointment, Schedule
from planning.models import Plan, PlanKind, PlanState


@dataclass(frozen=True)
class MovedVisit:
    """A family that gets another evening or start; None is no moment."""

    visit: str
    before: Appointment | None
    after: Appointment | None

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {"visit": self.visit, "before": _to_json(self.before), "after": _to_json(self.after)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MovedVisit:
        """What `as_json` wrote."""
        return cls(data["visit"], _from_json(data["before"]), _from_json(data["after"]))


@dataclass(frozen=True)
class CompletionProposal:
    """What a job made of the rest of a draft. `parts` and `cost` are after less before."""

    moved: tuple[MovedVisit, ...]
    parts: Mapping[str, int]
    cost: float


def completion_of(draft: Plan) -> Plan | None:
    """The latest job that completes this draft, at work or done; None when nobody asked for one."""
    jobs = Plan.objects.filter(based_on=draft.pk, kind=PlanKind.COMPLETION).exclude(state=PlanState.DISCARDED)
    return jobs.defer("problem").order_by("-pk").first()


def proposal_of(job: Plan) -> CompletionProposal:
    """What this job, which is done, proposes."""
    kept = job.result or {}
    moved = tuple(MovedVisit.from_json(each) for each in kept.get("moved", []))
    return CompletionProposal(moved, kept.get("parts", {}), kept.get("cost", 0.0))


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


def _to_json(at: Appointment | None) -> list[Any] | None:
    return [at.visitor, at.on.isoformat(), at.start] if at else None


def _from_json(data: list[Any] | None) -> Appointment | None:
    return Appointment(data[0], dt.date.fromisoformat(data[1]), data[2]) if data else None
