"""Why a planning job failed, with the visits that it is about."""

from __future__ import annotations

from mentors.models import Mentor
from planning.models import Plan, PlanFailure
from planning.problem.contradictions import Contradiction, JobFailure


def failure_of(plan: Plan) -> JobFailure | None:
    """Why this job failed; None of one that did not. A visit that lost its moment since is left out."""
    if not plan.failure:
        return None
    found = Contradiction.from_json(plan.failure_facts)
    visits = plan.campaign.visits.filter(pk__in=found.visits, starts_at__isnull=False)
    ordered = visits.select_related("household").order_by("starts_at", "pk")
    person = Mentor.objects.filter(school=plan.campaign.school_id, pk=found.person).first() if found.person else None
    return JobFailure(PlanFailure(plan.failure), found.field, list(ordered), person)
