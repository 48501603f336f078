"""The coordinator's first page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from reports.links import place
from reports.queries.worklist import worklist_of
from reports.views.findings import pace_finding
from reports.views.worklist_lines import lines_of, plan_url, standing_url, steps_of


@for_roles(Role.COORDINATOR)
@require_safe
def worklist(request: SchoolRequest) -> HttpResponse:
    """The work of today, the pace of the round in one line, and the first steps of a school that starts."""
    school = request.school
    work = worklist_of(school, now=timezone.now())
    is_starting = not work.beginnings.has_published
    context = {
        "campaign": work.campaign,
        "lines": lines_of(work, school),
        "steps": steps_of(work.beginnings, work.campaign, school) if is_starting else [],
        "pace": work.pace,
        "finding": pace_finding(work.pace) if work.pace else "",
        "plans_url": plan_url(work.campaign, school) if work.campaign else "",
        "standing_url": standing_url(work.campaign, school) if work.campaign else "",
        "board_url": place("planning:board", school, plan=work.plan) if work.plan else "",
    }
    return render(request, "reports/worklist.html", context)
