"""Repair: saying what changed, seeing exactly who would get another moment, and only then saying yes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Mentor, Role
from planning.actions.jobs import PlanRefused, discard_plan
from planning.actions.repairs import RepairRefused, make_anew, request_repair
from planning.actions.undoing import UndoRefused, take_back
from planning.draft.contents import read_contents
from planning.forms.repairs import FORMS
from planning.models import AT_WORK, Plan, PlanKind, PlanState, RepairTrace
from planning.problem.incidents import Incident
from planning.queries.consequences import consequences
from planning.queries.obstacles import obstacles
from planning.queries.publishing import blockers
from planning.queries.repairs import OtherCampaign, broken_in, done_repairs, hit_elsewhere, mentors_at_work, name_in
from planning.queries.undoing import undoing_of
from planning.views.failures import failure_context
from planning.views.finding import plan_of
from planning.views.waking import wake_planner
from planning.words.blockers import blocker_texts
from planning.words.incidents import incident_text
from planning.words.obstacles import obstacle_text
from visits.models import Campaign, CampaignState
from visits.views.finding import campaign_of

# By the word in the address: the choice on the first page, a note under it, and its icon.
CHOICES: dict[str, tuple[Promise, Promise, str]] = {
    "gaat-niet-door": (
        gettext_lazy("Een thuisbezoek gaat niet door"),
        gettext_lazy("Een gezin of de school zegt af."),
        "calendar-x",
    ),
    "mentor-afwezig": (
        gettext_lazy("Een mentor is er niet"),
        gettext_lazy("Ziek of weg: voor een avond of voor weken."),
        "thermometer",
    ),
    "avond-terug": (
        gettext_lazy("Een mentor geeft een avond terug"),
        gettext_lazy("De gezinnen van die avond krijgen een ander moment."),
        "calendar-minus",
    ),
    "avond-erbij": (
        gettext_lazy("Een mentor geeft een avond extra"),
        gettext_lazy("Wie nog geen moment heeft, gaat voor."),
        "calendar-plus",
    ),
    "vrije-dag": (
        gettext_lazy("Een vrije dag of vakantie erbij, of verplaatst"),
        gettext_lazy("Wie op die dagen een thuisbezoek heeft, krijgt een ander moment."),
        "calendar-off",
    ),
    "zonder-moment": (
        gettext_lazy("Er zijn gezinnen zonder moment"),
        gettext_lazy("Zoals een leerling die later op school kwam."),
        "user-plus",
    ),
}


@for_roles(Role.COORDINATOR)
def repair_start(request: SchoolRequest, campaign: int) -> HttpResponse:
    """'Er is iets veranderd': what does not fit any more, and what can be reported."""
    found = campaign_of(request, campaign)
    choices = [
        {"text": text, "note": note, "icon": icon, "url": _new(request, found, what)}
        for what, (text, note, icon) in CHOICES.items()
    ]
    broken = broken_in(found, timezone.now())
    context = {
        "campaign": found,
        "choices": choices,
        "broken": broken,
        "drafts": [{"plan": plan, "words": _what_happened(plan)} for plan in broken.drafts],
        "done": [{"plan": plan, "words": _what_happened(plan)} for plan in done_repairs(found)],
        "is_running": found.state == CampaignState.PUBLISHED,
    }
    return render(request, "planning/repair_start.html", context)


@for_roles(Role.COORDINATOR)
def repair_new(request: SchoolRequest, campaign: int, what: str) -> HttpResponse:
    """What exactly happened; the mentor whom it is about stands in the address (`?mentor=`)."""
    found = campaign_of(request, campaign)
    if what not in FORMS:
        raise Http404
    mentor, now = _mentor_of(request), timezone.now()
    filled = request.POST if request.method == "POST" else None
    form = FORMS[what](filled, campaign=found, mentor=mentor, now=now, initial=_initial(request))
    context: dict[str, Any] = {"campaign": found, "form": form, "what": what, "person": mentor}
    context |= dict(zip(("title", "note"), CHOICES[what], strict=False))
    if form.is_about_mentor and mentor is None:
        return render(request, "planning/repair_mentor.html", context | {"mentors": mentors_at_work(found)})
    if request.method == "POST" and form.is_valid():
        return _ask(request, found, form.incident())
    return render(request, "planning/repair_new.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
def repair(request: SchoolRequest, plan: int) -> HttpResponse:
    """The repair being made; then who would get another moment; and once it is done, what happened."""
    found = plan_of(request, plan, with_result=True)
    if found.kind != PlanKind.REPAIR:
        return redirect("planning:plan", school=request.school.slug, plan=plan)
    now, contents = timezone.now(), read_contents(found)
    is_ready = found.state == PlanState.READY
    trace = RepairTrace.objects.filter(plan=found).select_related("taken_back_by").first()
    context = {
        "plan": found,
        "what": _what_happened(found),
        "trace": trace,
        "obstacles": [
            obstacle_text(obstacle.kind, obstacle.number)
            for obstacle in (obstacles(found, trace, now) if trace is not None else [])
        ],
        "elsewhere": _elsewhere(request, found, trace, now),
        "is_at_work": found.state in AT_WORK,
        "incident": contents.incident,
        "blockers": blocker_texts(blockers(contents, now)) if is_ready else [],
        "found": consequences(contents, now) if is_ready or found.state == PlanState.PUBLISHED else None,
    }
    return render(request, "planning/repair.html", context | failure_context(found))


@for_roles(Role.COORDINATOR)
def repair_progress(request: SchoolRequest, plan: int) -> HttpResponse:
    """Whether the repair is made; when it is, the page is fetched anew."""
    found = plan_of(request, plan)
    response = render(request, "planning/_repair_progress.html", {"plan": found, "is_at_work": found.state in AT_WORK})
    if found.state not in AT_WORK:
        response["HX-Refresh"] = "true"
    return response


@for_roles(Role.COORDINATOR)
def repair_undo(request: SchoolRequest, plan: int) -> HttpResponse:
    """What taking the repair back means for whom; with a POST everything stands again as it stood."""
    found, now = plan_of(request, plan), timezone.now()
    if request.method == "POST":
        try:
            take_back(plan=found, by=request.user, now=now)
        except UndoRefused as refusal:
            for obstacle in refusal.obstacles:
                messages.warning(request, obstacle_text(obstacle.kind, obstacle.number))
        else:
            messages.success(request, _("Teruggedraaid. Elk gezin heeft weer het moment van daarvoor."))
        return redirect("planning:repair", school=request.school.slug, plan=plan)
    undoing = undoing_of(found, now)
    if undoing.obstacles:
        return redirect("planning:repair", school=request.school.slug, plan=plan)
    return render(
        request, "planning/repair_undo.html", {"plan": found, "what": _what_happened(found), "undoing": undoing}
    )


@for_roles(Role.COORDINATOR)
@require_POST
def repair_again(request: SchoolRequest, plan: int) -> HttpResponse:
    """Make a repair once more, for the campaign as it is now."""
    found = plan_of(request, plan)
    try:
        fresh = make_anew(plan=found, by=request.user, now=timezone.now())
    except RepairRefused as refusal:
        messages.error(request, refusal.text)
        return redirect("planning:repair_start", school=request.school.slug, campaign=found.campaign_id)
    transaction.on_commit(wake_planner)
    return redirect("planning:repair", school=request.school.slug, plan=fresh.pk)


@for_roles(Role.COORDINATOR)
@require_POST
def repair_drop(request: SchoolRequest, plan: int) -> HttpResponse:
    """'Toch niet': the draft goes, and nothing has changed."""
    found = plan_of(request, plan)
    try:
        discard_plan(plan=found, by=request.user, now=timezone.now())
    except PlanRefused as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("Er is niets veranderd. Elk gezin houdt zijn moment."))
    return redirect("planning:repair_start", school=request.school.slug, campaign=found.campaign_id)


def _what_happened(plan: Plan) -> str:
    """What the plan repairs, as the heading of the page says it. One query at most."""
    incident = Incident.from_json(plan.incident)
    return incident_text(incident, name_in(plan.campaign, incident))


def _ask(request: SchoolRequest, campaign: Campaign, incident: Incident) -> HttpResponse:
    try:
        plan: Plan = request_repair(campaign=campaign, incident=incident, by=request.user, now=timezone.now())
    except RepairRefused as refusal:
        messages.error(request, refusal.text)
        return redirect("planning:repair_start", school=request.school.slug, campaign=campaign.pk)
    transaction.on_commit(wake_planner)
    return redirect("planning:repair", school=request.school.slug, plan=plan.pk)


def _new(request: SchoolRequest, campaign: Campaign, what: str) -> str:
    kwargs = {"school": request.school.slug, "campaign": campaign.pk, "what": what}
    return reverse("planning:repair_new", kwargs=kwargs)


def _elsewhere(request: SchoolRequest, plan: Plan, trace: RepairTrace | None, now: dt.datetime) -> list[dict[str, Any]]:
    """Other campaigns that the same incident affects, each with the address at which it is solved there."""
    if plan.state in AT_WORK or (trace is not None and trace.taken_back_at is not None):
        return []
    return [
        {"campaign": line.campaign, "visits": line.visits, "waits": line.waiting, "url": _solve(request, plan, line)}
        for line in hit_elsewhere(plan, now)
    ]


def _solve(request: SchoolRequest, plan: Plan, line: OtherCampaign) -> str:
    """The repair that waits there, or the form with the same incident filled in."""
    if line.waiting:
        return reverse("planning:repair", kwargs={"school": request.school.slug, "plan": line.waiting})
    incident = Incident.from_json(plan.incident)
    what = next(word for word, form in FORMS.items() if form.kind == incident.kind)
    last = incident.last if incident.is_last_known else None
    asked = {
        "mentor": incident.mentor,
        "van": incident.first,
        "tot": last,
        "naam": incident.name,
        "vrij": incident.closure,
    }
    asked["onbekend"] = "1" if not incident.is_last_known else None
    return _new(request, line.campaign, what) + "?" + urlencode({name: value for name, value in asked.items() if value})


def _mentor_of(request: SchoolRequest) -> Mentor | None:
    """The mentor in `?mentor=`, if it is one of this school. Raises Http404 for another one."""
    asked = request.GET.get("mentor", "")
    if not asked.isdecimal():
        return None
    return get_object_or_404(
        Mentor.objects.active().filter(school=request.school), pk=int(asked) if len(asked) < 10 else 0
    )


def _initial(request: SchoolRequest) -> dict[str, Any]:
    """The visit in `?thuisbezoek=` and the days in `?van=` and `?tot=` fill the form in."""
    asked = {"visit": "thuisbezoek", "first": "van", "last": "tot", "name": "naam", "closure": "vrij"}
    asked["is_unknown"] = "onbekend"
    return {name: request.GET[word] for name, word in asked.items() if request.GET.get(word)}
