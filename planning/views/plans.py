"""Planning: asking for a plan, watching it being made, looking at the draft, publishing it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Mentor, Role
from planning.actions.jobs import PlanRefused, discard_plan, plan_the_rest, request_plan, stop_plan
from planning.draft.contents import read_contents
from planning.draft.stored import read_draft_of
from planning.forms.plans import PlanForm, PlanNameForm
from planning.models import AT_WORK, Plan, PlanKind, PlanState
from planning.problem.staffing import MentorShortage
from planning.queries.comparison import COMPARABLE, FEWEST
from planning.queries.drafts import gap_of, route_map, show_draft
from planning.queries.progress import closing_gap, work_of
from planning.queries.publishing import blockers, drafts_of
from planning.queries.remedies import useful_first
from planning.queries.shortages import shortages_before_planning, shortages_of_plan
from planning.views.failures import failure_context
from planning.views.finding import plan_of
from planning.views.remedies import with_addresses
from planning.views.waking import wake_planner
from planning.words.blockers import blocker_texts
from planning.words.progress import spoken_text
from planning.words.shortages import shortage_text
from visits.actions.bookings import BookingRefused, close_booking
from visits.forms.campaigns import date_in_address
from visits.models import Campaign, CampaignState
from visits.views.finding import campaign_of


@for_roles(Role.COORDINATOR)
def plans(request: SchoolRequest, campaign: int) -> HttpResponse:
    """The drafts of a campaign side by side, and the button that asks for another."""
    found = campaign_of(request, campaign)
    drafts = drafts_of(found)
    jobs = [line.plan for line in drafts]
    comparable = [plan.pk for plan in jobs if plan.state in COMPARABLE]
    whole = [plan.pk for plan in jobs if plan.pk in comparable and plan.kind != PlanKind.REPAIR]
    context = {
        "campaign": found,
        "drafts": drafts,
        "at_work": next((plan for plan in jobs if plan.state in AT_WORK), None),
        "form": PlanForm(),
        "comparable": comparable if len(comparable) >= FEWEST else [],
        "shortages": _shortage_lines(_shortages_now(found, jobs)),
        "picked": sorted(comparable, key=lambda pk: pk not in whole)[:FEWEST],
    }
    return render(request, "planning/plans.html", context)


@for_roles(Role.COORDINATOR)
@require_POST
def plan_request(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Put a planning job in the queue and wake a worker up."""
    found, form = campaign_of(request, campaign), PlanForm(request.POST)
    seconds = form.cleaned_data["seconds"] if form.is_valid() else 60
    try:
        plan = request_plan(campaign=found, seconds=seconds, by=request.user, now=timezone.now())
    except PlanRefused as refusal:
        messages.error(request, refusal.text)
        return redirect("planning:plans", school=request.school.slug, campaign=found.pk)
    transaction.on_commit(wake_planner)
    return redirect("planning:plan", school=request.school.slug, plan=plan.pk)


@for_roles(Role.COORDINATOR)
def plan(request: SchoolRequest, plan: int) -> HttpResponse:
    """A job at work, or the draft that it made."""
    found = plan_of(request, plan, with_result=True)
    if found.state in AT_WORK or found.state == PlanState.FAILED:
        return render(request, "planning/plan.html", {"plan": found} | _progress(found) | failure_context(found))
    contents = read_contents(found)
    draft = show_draft(found, contents.draft)
    helps_first, helps_rest = useful_first(draft.helps or [])
    by_evening = request.GET.get("per") == "avond"
    context = {
        "plan": found,
        "draft": draft,
        "shortages": _shortage_lines(shortages_of_plan(found, contents.draft)),
        "helps_first": with_addresses(found.campaign, helps_first),
        "helps_rest": with_addresses(found.campaign, helps_rest),
        "gap": gap_of(found, contents.draft),
        "name_form": PlanNameForm({"label": found.label}),
        "picture": closing_gap(found.trail, contents.draft.hopeless),
        "by_evening": by_evening,
        "lines": draft.by_evening() if by_evening else draft.by_mentor(),
        "blockers": [] if found.state == PlanState.PUBLISHED else blocker_texts(blockers(contents, timezone.now())),
        "tabs": [
            {"label": _("Per mentor"), "url": "?per=mentor", "is_here": not by_evening, "icon": "users"},
            {"label": _("Per avond"), "url": "?per=avond", "is_here": by_evening, "icon": "calendar"},
        ],
    }
    return render(request, "planning/plan.html", context)


@for_roles(Role.COORDINATOR)
def plan_progress(request: SchoolRequest, plan: int) -> HttpResponse:
    """The part of the page that shows how far a job is; when it is done the page is fetched anew.

    The page says in `gehoord` which milestone it has read aloud: only another one is read aloud again.
    """
    found = plan_of(request, plan)
    context = {"plan": found, "heard": request.GET.get("gehoord", "")} | _progress(found)
    response = render(request, "planning/plan_progress.html", context)
    if found.state not in AT_WORK:
        response["HX-Refresh"] = "true"
    return response


@for_roles(Role.COORDINATOR)
@require_POST
def plan_stop(request: SchoolRequest, plan: int) -> HttpResponse:
    """Good enough: end with the best plan so far."""
    found = plan_of(request, plan)
    stop_plan(plan=found, by=request.user, now=timezone.now())
    if found.state == PlanState.QUEUED:
        messages.success(request, _("Het plan is uit de wachtrij gehaald."))
        return redirect("planning:plans", school=request.school.slug, campaign=found.campaign_id)
    messages.success(request, _("Het plannen stopt. Zo verschijnt het beste plan tot nu toe."))
    return redirect("planning:plan", school=request.school.slug, plan=plan)


@for_roles(Role.COORDINATOR)
@require_POST
def plan_discard(request: SchoolRequest, plan: int) -> HttpResponse:
    """Throw a draft away."""
    found = plan_of(request, plan)
    try:
        discard_plan(plan=found, by=request.user, now=timezone.now())
    except PlanRefused as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("Het plan is weggegooid."))
    return redirect("planning:plans", school=request.school.slug, campaign=found.campaign_id)


@for_roles(Role.COORDINATOR)
def plan_mentor(request: SchoolRequest, plan: int, mentor: int) -> HttpResponse:
    """All evenings of one mentor in this draft, each with its map."""
    found = plan_of(request, plan, with_result=True)
    person = get_object_or_404(Mentor.objects.filter(school=request.school), pk=mentor)
    draft = show_draft(found, read_draft_of(found))
    routes = [{"route": route, "map": route_map(route)} for route in draft.of_mentor(person.pk)]
    unplaced = [item for item in draft.unplaced if item.visit.mentor_id == person.pk]
    context = {"plan": found, "person": person, "routes": routes, "unplaced": unplaced}
    return render(request, "planning/plan_mentor.html", context)


@for_roles(Role.COORDINATOR)
def plan_evening(request: SchoolRequest, plan: int) -> HttpResponse:
    """All mentors of one evening (`?dag=`) in this draft, each with the map."""
    found = plan_of(request, plan, with_result=True)
    draft = show_draft(found, read_draft_of(found))
    days = [line.on for line in draft.by_evening()]
    if not days:
        return redirect("planning:plan", school=request.school.slug, plan=plan)
    day = date_in_address(request.GET.get("dag", days[0].isoformat()))
    if day not in days:
        raise Http404
    routes = [{"route": route, "map": route_map(route)} for route in draft.on_day(day)]
    here = days.index(day)
    context = {
        "plan": found,
        "day": day,
        "routes": routes,
        "before": days[here - 1] if here else None,
        "after": days[here + 1] if here + 1 < len(days) else None,
    }
    return render(request, "planning/plan_evening.html", context)


def _shortages_now(campaign: Campaign, jobs: list[Plan]) -> list[MentorShortage]:
    """Who is short of evenings, where a plan can be asked for."""
    if campaign.state == CampaignState.CLOSED or any(plan.state in AT_WORK for plan in jobs):
        return []
    return shortages_before_planning(campaign, timezone.now())


def _shortage_lines(shortages: list[MentorShortage]) -> list[tuple[MentorShortage, str]]:
    return [(shortage, shortage_text(shortage)) for shortage in shortages]


def _progress(plan: Plan) -> dict[str, object]:
    if plan.state not in AT_WORK:
        return {"is_at_work": False, "work": None}
    work = work_of(plan, timezone.now())
    spoken = spoken_text(work.phase, work.percent, work.families, work.best, work.gap)
    return {"is_at_work": True, "work": work, "spoken": spoken}


@for_roles(Role.COORDINATOR)
@require_POST
def campaign_booking_rest(request: SchoolRequest, campaign: int) -> HttpResponse:
    """'Geef de rest een moment': end the choosing, and let the planner place who is left."""
    found, now = campaign_of(request, campaign), timezone.now()
    try:
        closed = close_booking(campaign=found, by=request.user, now=now)
        plan = plan_the_rest(campaign=closed, by=request.user, now=now)
    except (BookingRefused, PlanRefused) as refusal:
        messages.warning(request, refusal.text)
        return redirect("visits:campaign_booking", school=request.school.slug, campaign=found.pk)
    transaction.on_commit(wake_planner)
    return redirect("planning:plan", school=request.school.slug, plan=plan.pk)
