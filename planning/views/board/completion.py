"""'Herstel de rest' of a draft: ask for it, wait a moment, look at what the planner would move, and say yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from planner import Appointment
from planning.actions.board.completion import apply_completion, request_completion
from planning.actions.board.patches import BoardError
from planning.forms.board import RevisionForm, revision_of
from planning.models import AT_WORK, Plan, PlanKind, PlanState
from planning.queries.board.completion import MovedVisit, completion_of, proposal_of
from planning.views.board.finding import board_of, may_edit
from planning.views.finding import board_plan
from planning.views.waking import wake_planner
from planning.words.board import Names, moment_words, parts_words


@dataclass(frozen=True)
class MovedFamily:
    """A family that moves, in words."""

    family: str
    before: str
    after: str


@for_roles(Role.COORDINATOR)
def board_complete(request: SchoolRequest, plan: int) -> HttpResponse:
    """Asking (POST) puts a job in the queue; looking shows how far it is, and then what it would move."""
    found = board_plan(request, plan)
    if not may_edit(request, found):
        messages.error(request, _("Dit plan kan niet meer worden aangepast: het is gepubliceerd of weggegooid."))
        return redirect("planning:board", school=request.school.slug, plan=plan)
    if request.method == "POST":
        return _ask(request, found)
    job = completion_of(found)
    is_late = job is not None and job.revision != found.revision
    context: dict[str, Any] = {"plan": found, "job": job, "is_late": is_late, "revision": found.revision}
    if job is not None and job.state in AT_WORK:
        context |= {"is_at_work": True, "progress_url": _progress_url(request, found)}
    elif job is not None and job.state == PlanState.READY and not is_late:
        proposal = proposal_of(job)
        names = board_of(request, found).fetch(moved.visit for moved in proposal.moved)
        context |= {
            "proposal": proposal,
            "lines": [_moved_family(moved, names) for moved in proposal.moved],
            "gains": parts_words(proposal.parts, says_one=True),
        }
    return render(request, "planning/board_complete.html", context)


@for_roles(Role.COORDINATOR)
@require_GET
def board_complete_progress(request: SchoolRequest, plan: int) -> HttpResponse:
    """Whether the job is done; when it is, the page is fetched anew."""
    found = board_plan(request, plan)
    job = completion_of(found)
    is_at_work = job is not None and job.state in AT_WORK
    context = {"plan": found, "is_at_work": is_at_work, "progress_url": _progress_url(request, found)}
    response = render(request, "planning/_repair_progress.html", context)
    if not is_at_work:
        response["HX-Refresh"] = "true"
    return response


@for_roles(Role.COORDINATOR)
@require_POST
def board_complete_apply(request: SchoolRequest, plan: int) -> HttpResponse:
    """Yes: the proposal that was looked at becomes one change of the draft, which can be undone."""
    found = board_plan(request, plan)
    jobs = Plan.objects.filter(based_on=found, kind=PlanKind.COMPLETION).select_related("based_on")
    job = get_object_or_404(jobs, pk=revision_of(request.POST.get("voorstel")) or 0)
    try:
        apply_completion(job=job, by=request.user, now=timezone.now())
    except BoardError as refusal:
        messages.error(request, refusal.text)
        return redirect("planning:board_complete", school=request.school.slug, plan=plan)
    messages.success(request, _("De rest van het plan is hersteld. Met 'Ongedaan maken' is alles weer als daarvoor."))
    return redirect("planning:board", school=request.school.slug, plan=plan)


def _ask(request: SchoolRequest, plan: Plan) -> HttpResponse:
    form = RevisionForm(request.POST)
    seen = form.cleaned_data["revision"] if form.is_valid() else -1
    try:
        request_completion(plan=plan, seen=seen, by=request.user, now=timezone.now())
    except BoardError as refusal:
        messages.error(request, refusal.text)
        return redirect("planning:board", school=request.school.slug, plan=plan.pk)
    transaction.on_commit(wake_planner)
    return redirect("planning:board_complete", school=request.school.slug, plan=plan.pk)


def _progress_url(request: SchoolRequest, plan: Plan) -> str:
    return reverse("planning:board_complete_progress", kwargs={"school": request.school.slug, "plan": plan.pk})


def _moved_family(moved: MovedVisit, names: Names) -> MovedFamily:
    return MovedFamily(names.visit(moved.visit), _words(moved.before, names), _words(moved.after, names))


def _words(at: Appointment | None, names: Names) -> str:
    if at is None:
        return _("geen moment")
    return _("%(moment)s, %(mentor)s") % {"moment": moment_words(at.on, at.start), "mentor": names.mentor(at.visitor)}
