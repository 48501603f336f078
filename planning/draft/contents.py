"""A plan's row with what its documents say, read once and handed on."""

from __future__ import annotations

from dataclasses import dataclass

from planning.draft.stored import StoredDraft, read_draft_of
from planning.models import Plan
from planning.problem.incidents import Incident


@dataclass(frozen=True)
class PlanContents:
    """A plan with its draft and, of a repair, what happened. They belong to the row as it was when it was read."""

    plan: Plan
    draft: StoredDraft
    incident: Incident


def read_contents(plan: Plan) -> PlanContents:
    """What the plan holds; an empty draft when the job is not done."""
    return PlanContents(plan, read_draft_of(plan), Incident.from_json(plan.incident))
