"""What is read back from a stored problem (`Plan.problem`), beside what the planner makes of it.

planning/problem/build.py writes it; planner.problem_from_json reads the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner import Appointment
from planning.models import Plan

VisitFacts = list[Any]  # version, state and mentor of a visit


@dataclass(frozen=True)
class ProblemContext:
    """What a draft has to know that the planner does not; visits are primary keys as texts.

    `left_out`: the visits that could not be planned, each with the code that says why. `joint`: of two visits that are
    one conversation, the one in the problem and the other. `notes`: codes of what was assumed. `wishes_elsewhere`: how
    many visits have a wish that no evening of their mentor can meet.
    """

    left_out: Mapping[str, str]
    joint: Mapping[str, str]
    notes: tuple[str, ...]
    wishes_elsewhere: int

    @classmethod
    def from_json(cls, problem: dict[str, Any]) -> ProblemContext:
        """Of a problem as it was built, or as it is stored."""
        facts = problem["application"]
        left_out = {item["visit"]: item["code"] for item in facts["left_out"]}
        return cls(left_out, facts.get("joint", {}), tuple(facts["notes"]), facts["wishes_elsewhere"])


@dataclass(frozen=True)
class StoredMoments:
    """How the visits stood when a plan was begun, by primary key as a text.

    `snapshot`: the version, state and mentor of each. `current` moments could move, the visits in `fixed` could not.
    """

    snapshot: Mapping[str, VisitFacts]
    current: Mapping[str, Appointment]
    fixed: frozenset[str]


def moments_then(plan: Plan) -> StoredMoments:
    """What this plan's problem says of the moments that stood. One query, that leaves the rest of the problem there."""
    columns = ("problem__application__snapshot", "problem__current", "problem__fixed")
    snapshot, current, fixed = Plan.objects.values_list(*columns).get(pk=plan.pk)
    moments = {pk: _appointment(at) for pk, at in (current or {}).items()}
    return StoredMoments(snapshot or {}, moments, frozenset(fixed or ()))


def _appointment(data: dict[str, str]) -> Appointment:
    clock = dt.time.fromisoformat(data["start"])
    return Appointment(data["visitor"], dt.date.fromisoformat(data["date"]), clock.hour * 60 + clock.minute)
