"""Saying yes to a draft: first exactly what it means for each family, then the button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from planning.actions.publishing import PublishRefused, publish_plan
from planning.draft.contents import read_contents
from planning.forms.board import revision_of
from planning.models import Plan, PlanKind, PlanState
from planning.queries.consequences import consequences
from planning.queries.outcome import visit_outcomes
from planning.queries.publishing import blockers
from planning.views.finding import plan_of
from planning.words.blockers import blocker_texts


@for_roles(Role.COORDINATOR)
def plan_publish(request: SchoolRequest, plan: int) -> HttpResponse:
    """Who would get which moment; with a POST it is so: moments for the mentors, messages for the families."""
    found = plan_of(request, plan, with_result=True)
    if request.method == "POST":
        return _publish(request, found)
    now, contents = timezone.now(), read_contents(found)
    if found.kind == PlanKind.REPAIR or found.state != PlanState.READY or blockers(contents, now):
        return _to_plan(request, found)
    return render(request, "planning/plan_publish.html", {"plan": found, "found": consequences(contents, now)})


def _publish(request: SchoolRequest, plan: Plan) -> HttpResponse:
    seen = revision_of(request.POST.get("revision", ""))
    try:
        placed = publish_plan(
            plan=plan,
            by=request.user,
            now=timezone.now(),
            seen_revision=-1 if seen is None else seen,  # who does not say what was looked at, looked at nothing
        )
    except PublishRefused as refusal:
        standing = blockers(read_contents(plan), timezone.now()) if plan.kind == PlanKind.REPAIR else []
        shown = blocker_texts(standing)  # the page of a repair says those itself
        for text in blocker_texts(refusal.blockers):
            if text not in shown:
                messages.error(request, text)
        return _to_plan(request, plan)
    if plan.kind == PlanKind.REPAIR:
        plan.refresh_from_db()
        is_news = any(line.changes for line in visit_outcomes(read_contents(plan), timezone.now()))
        text = _("Gedaan. Wie een ander moment kreeg, krijgt één bericht.")
        messages.success(
            request, text if is_news else _("Gedaan. Elk gezin houdt wat het had: niemand krijgt bericht.")
        )
        return _to_plan(request, plan)
    text = ngettext(
        "Het plan is gepubliceerd: %(n)s gezin heeft een moment. Is dat moment nieuw, dan hoort het gezin het vandaag.",
        "Het plan is gepubliceerd: %(n)s gezinnen hebben een moment. Wie een nieuw moment kreeg, hoort het vandaag.",
        placed,
    )
    messages.success(request, text % {"n": placed})
    return redirect("planning:campaign", school=request.school.slug, campaign=plan.campaign_id)


def _to_plan(request: SchoolRequest, plan: Plan) -> HttpResponse:
    name = "planning:repair" if plan.kind == PlanKind.REPAIR else "planning:plan"
    return redirect(name, school=request.school.slug, plan=plan.pk)
