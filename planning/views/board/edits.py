"""Changing a draft by hand. Each answers a form with a page, and the script of the board with what changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from planning.actions.board.edits import (
    Edited,
    MoveRefused,
    ReasonNeeded,
    move_visit,
    pin_visit,
    redo_edit,
    take_out_visit,
    undo_edit,
)
from planning.actions.board.patches import BoardChanged, BoardError
from planning.draft.evenings import evening_name
from planning.forms.board import MoveForm, RevisionForm, query_of
from planning.models import Plan
from planning.queries.board.changes import changes_since, touches
from planning.queries.board.loading import load_draft
from planning.queries.board.page import BoardPage
from planning.views.board.answers import answer_of
from planning.views.board.finding import board_of, is_script, requested_selection
from planning.views.finding import board_plan, visit_on
from planning.words.board import moment_words, move_cost_words, sentences, shifts
from planning.words.edits import edit_text

Act = Callable[[Plan, int], Edited]


@for_roles(Role.COORDINATOR)
@require_POST
def board_move(request: SchoolRequest, plan: int, visit: int) -> HttpResponse:
    """Put a family in another evening, or take it out of the plan."""
    found, form = board_plan(request, plan), MoveForm(request.POST)
    visit_on(request, found, visit)
    if not form.is_valid():
        return _refused(request, found, BoardError(), [_("Kies een avond en een tijd die bestaan.")])
    values, now = form.cleaned_data, timezone.now()

    def act(locked: Plan, seen: int) -> Edited:
        if values["evening"] is None:
            return take_out_visit(plan=locked, visit=str(visit), seen=seen, by=request.user, now=now)
        return move_visit(
            plan=locked,
            visit=str(visit),
            evening=values["evening"],
            start=values["start"],
            position=values["position"],
            reason=values["reason"],
            seen=seen,
            by=request.user,
            now=now,
        )

    return _answer(request, found, values["revision"], act, visit=str(visit))


@for_roles(Role.COORDINATOR)
@require_POST
def board_pin(request: SchoolRequest, plan: int, visit: int) -> HttpResponse:
    """Pin a family where it stands, or (`los=1`) let it go again."""
    is_pinned, now = request.POST.get("los") != "1", timezone.now()
    return _change(
        request,
        plan,
        lambda locked, seen: pin_visit(
            plan=locked, visit=str(visit), is_pinned=is_pinned, seen=seen, by=request.user, now=now
        ),
        visit,
    )


@for_roles(Role.COORDINATOR)
@require_POST
def board_undo(request: SchoolRequest, plan: int) -> HttpResponse:
    """Take the last change back."""
    now = timezone.now()
    return _change(request, plan, lambda locked, seen: undo_edit(plan=locked, seen=seen, by=request.user, now=now))


@for_roles(Role.COORDINATOR)
@require_POST
def board_redo(request: SchoolRequest, plan: int) -> HttpResponse:
    """Do again what was undone last."""
    now = timezone.now()
    return _change(request, plan, lambda locked, seen: redo_edit(plan=locked, seen=seen, by=request.user, now=now))


def _change(request: SchoolRequest, plan: int, act: Act, visit: int | None = None) -> HttpResponse:
    found, form = board_plan(request, plan), RevisionForm(request.POST)
    name = None if visit is None else str(visit_on(request, found, visit).pk)
    if not form.is_valid():
        return _refused(request, found, BoardError(), [_("Ververs de pagina en probeer het opnieuw.")])
    return _answer(request, found, form.cleaned_data["revision"], act, visit=name)


def _answer(request: SchoolRequest, plan: Plan, seen: int, act: Act, *, visit: str | None) -> HttpResponse:
    """Carry it out, and say what happened or why it did not."""
    try:
        edited = act(plan, seen)
    except BoardChanged as late:
        return _too_late(request, plan, late, visit)
    except (MoveRefused, ReasonNeeded) as stop:
        return _not_so(request, plan, stop)
    except BoardError as refusal:
        return _refused(request, plan, refusal, [refusal.text])
    edited.plan.campaign.school = request.school
    board = BoardPage.of(edited.draft, requested_selection(request, edited.draft))
    text = _told(board, edited)
    if is_script(request):
        return JsonResponse(answer_of(request, board, edited.evenings) | {"done": text})
    messages.success(request, text)
    return redirect(_board_url(request, plan))


def _told(board: BoardPage, edited: Edited) -> str:
    """What was done and what it costs."""
    change = edited.change
    if change is None:
        return _("Gedaan.") if edited.edit.undone_at is None else _("Ongedaan gemaakt.")
    names = board.fetch({change.visit, *(one.visit for one in change.shifted)})
    words = {"family": names.visit(change.visit), "costs": ", ".join(move_cost_words(change))}
    if change.evening is None or change.start is None:
        return _("%(family)s heeft nu geen moment: %(costs)s.") % words
    words["moment"] = moment_words(change.evening[1], change.start)
    return " ".join([_("%(family)s staat nu op %(moment)s: %(costs)s.") % words, *shifts(change, names)])


# --- what stands in the way ---


def _too_late(request: SchoolRequest, plan: Plan, late: BoardChanged, visit: str | None) -> HttpResponse:
    """Somebody else was quicker: what changed, and the same once more by one click where nothing clashes."""
    board = board_of(request, board_plan(request, plan.pk))
    changes = changes_since(board.plan, late.seen)
    wanted = {name for name in [request.POST.get("evening", "")] if name}
    home = board.draft.schedule.made.get(visit or "")
    wanted |= {evening_name(home)} if home else set()
    clashes = touches(changes, evenings=wanted, visit=visit)
    context = {
        "plan": board.plan,
        "late": late,
        "changes": [
            {"at": change.at, "text": edit_text(change.edit, is_undone=change.is_undone)} for change in changes
        ],
        "clashes": clashes,
        "fields": _fields(request, board),
        "query": query_of(board.selection),
    }
    if is_script(request):
        evenings = {name for change in changes for name in change.evenings}
        return _dialog(request, "_board_late", context, answer_of(request, board, evenings))
    return render(request, "planning/board_late.html", context, status=409)


def _not_so(request: SchoolRequest, plan: Plan, stop: MoveRefused | ReasonNeeded) -> HttpResponse:
    """What breaks: nothing was changed; a warning asks for a reason."""
    board = board_of(request, board_plan(request, plan.pk))
    change = stop.change
    mentioned = {change.visit, *(one.visit for one in change.shifted)}
    for finding in change.findings:
        mentioned |= {str(name) for name in (finding.visit, finding.facts.get("before")) if name is not None}
    names = board.fetch(mentioned)
    context = {
        "plan": board.plan,
        "refusal": stop,
        "visit": change.visit,
        "is_refused": isinstance(stop, MoveRefused),
        "troubles": sentences(change.findings, names),
        "costs": ", ".join(move_cost_words(change)),
        "shifts": shifts(change, names),
        "family": names.visit(change.visit),
        "moment": moment_words(change.evening[1], change.start) if change.evening and change.start is not None else "",
        "fields": _fields(request, board),
        "query": query_of(board.selection),
    }
    if is_script(request):
        return _dialog(request, "_board_refusal", context, {})
    return render(request, "planning/board_refusal.html", context)


def _refused(request: SchoolRequest, plan: Plan, refusal: BoardError, texts: list[str]) -> HttpResponse:
    if is_script(request):
        return JsonResponse({"said": texts})
    for text in texts:
        messages.error(request, text)
    return redirect(_board_url(request, plan))


def _dialog(request: SchoolRequest, name: str, context: dict[str, Any], more: dict[str, Any]) -> HttpResponse:
    """A window of the board. For the script this is an answer like any other: 200, and no error in its console."""
    response = render(request, f"planning/{name}.html", context)
    return JsonResponse(more | {"dialog": response.content.decode()})


def _fields(request: SchoolRequest, board: BoardPage) -> dict[str, str]:
    """The fields with which an edit is sent once more, at the revision that stands now."""
    kept = ("evening", "start", "position", "los", "week", "mentor", "klas", "dag")
    fields = {name: request.POST[name] for name in kept if request.POST.get(name)}
    return fields | {"revision": str(board.plan.revision)}


def _board_url(request: SchoolRequest, plan: Plan) -> str:
    address = reverse("planning:board", kwargs={"school": request.school.slug, "plan": plan.pk})
    return f"{address}?{query_of(requested_selection(request, load_draft(plan)))}"
