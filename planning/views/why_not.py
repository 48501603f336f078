"""Why a family has no moment in a draft."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mentors.access import SchoolRequest, for_roles
from mentors.models import Mentor, Role
from planning.draft.stored import read_draft_of
from planning.queries.drafts import show_draft
from planning.queries.why_not import why_not
from planning.views.finding import plan_of
from planning.views.remedies import with_addresses


@for_roles(Role.COORDINATOR)
def plan_why(request: SchoolRequest, plan: int, visit: int) -> HttpResponse:
    """One family without a moment: when it can, when the mentor visits, the road between, and what would help.

    A family that has a moment in this draft is shown as it is.
    """
    found = plan_of(request, plan, with_result=True)
    people = {person.pk: person for person in Mentor.objects.filter(school=request.school)}
    why = why_not(show_draft(found, read_draft_of(found)), visit, people)
    if why is None:
        own = get_object_or_404(found.campaign.visits, pk=visit)
        return redirect("visits:visit", school=request.school.slug, visit=own.pk)
    helps = with_addresses(found.campaign, why.helps)
    context = {"plan": found, "why": why, "visit": why.item.visit, "helps": helps}
    return render(request, "planning/plan_why.html", context)
