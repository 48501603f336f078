"""Drafts beside each other, and the names that a coordinator gives them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from planning.actions.jobs import rename_plan
from planning.forms.plans import PlanNameForm
from planning.queries.comparison import FEWEST, MOST, compare, plans_to_compare
from planning.views.finding import plan_of
from visits.views.finding import campaign_of

A_PAGE = 50


@for_roles(Role.COORDINATOR)
def plans_compare(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Two or three drafts (`?plan=`, more than once) beside each other; `?mentor=` narrows what differs."""
    found = campaign_of(request, campaign)
    plans = plans_to_compare(found, request.GET.getlist("plan"))
    context: dict[str, object] = {"campaign": found, "plans": plans}
    if FEWEST <= len(plans) <= MOST:
        mentor = request.GET.get("mentor", "")
        asked: list[tuple[str, object]] = [("plan", plan.pk) for plan in plans]
        comparison = compare(found, plans, _number(mentor))
        context |= {
            "comparison": comparison,
            "page": Paginator(comparison.differences, A_PAGE).get_page(request.GET.get("page")),
            "query": urlencode([*asked, ("mentor", mentor)] if mentor else asked) + "&",
            "mentor": mentor,
        }
    return render(request, "planning/plans_compare.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@for_roles(Role.COORDINATOR)
@require_POST
def plan_rename(request: SchoolRequest, plan: int) -> HttpResponse:
    """Give a draft a name of its own, or take that away."""
    found, form = plan_of(request, plan), PlanNameForm(request.POST)
    if form.is_valid():
        rename_plan(plan=found, label=form.cleaned_data["label"], by=request.user, now=timezone.now())
        messages.success(request, _("De naam is bewaard."))
    else:
        messages.error(request, _("Een naam heeft hoogstens 80 letters."))
    return redirect("planning:plan", school=request.school.slug, plan=plan)
