"""What the pages of a job that failed say."""

from __future__ import annotations

from planning.models import Plan
from planning.queries.failures import failure_of
from planning.words.failures import failure_text


def failure_context(plan: Plan) -> dict[str, object]:
    """The sentence, and the visits that it names; nothing of a job that did not fail."""
    failure = failure_of(plan)
    return {"failure": failure_text(failure), "failed_visits": failure.visits} if failure else {}
