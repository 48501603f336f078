"""Finding the plan, or the visit in it, that an address is about, as this person may see it."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from mentors.access import SchoolRequest
from planning.models import Plan, PlanState
from visits.models import Campaign, Visit

DRAWN = (PlanState.READY, PlanState.PUBLISHED)  # states of a plan that the board shows


def plan_of(request: SchoolRequest, pk: int, *, with_result: bool = False) -> Plan:
    """The plan, if it is of this school and was not thrown away. Raises Http404."""
    seen = Campaign.objects.visible_to(request.user).filter(school=request.school)
    plans = Plan.objects.drafts().filter(campaign__in=seen.values("pk")).exclude(state=PlanState.DISCARDED)
    plans = plans.select_related("campaign__school", "campaign__school_year", "created_by")
    return get_object_or_404(plans.defer("problem") if with_result else plans.defer("problem", "result"), pk=pk)


def board_plan(request: SchoolRequest, pk: int) -> Plan:
    """The plan, if it has a draft to draw. Raises Http404."""
    plan = plan_of(request, pk, with_result=True)
    if plan.state not in DRAWN or not plan.result:
        raise Http404
    return plan


def visit_on(request: SchoolRequest, plan: Plan, pk: int) -> Visit:
    """The visit, if it is of the plan's campaign. Raises Http404."""
    visits = Visit.objects.visible_to(request.user).filter(campaign=plan.campaign_id)
    return get_object_or_404(visits.select_related("household", "campaign").prefetch_related("students"), pk=pk)
