"""'Herstel de rest' of a draft: look at what the planner would move, and say yes."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.actions.board import BoardError
from visits.actions.board_repair import Moved, apply_repair, propose_repair
from visits.forms.board import RevisionForm
from visits.planner.problem import Appointment
from visits.queries.board import Board
from visits.queries.board_words import Names, moment_words, parts_words
from visits.views.board import board_of, board_plan, may_edit


@dataclass(frozen=True)
class Line:
    """A family that moves, in words."""

    family: str
    before: str
    after: str


@for_roles(Role.COORDINATOR)
def board_repair(request: SchoolRequest, plan: int) -> HttpResponse:
    """What the planner would make of the rest; a yes makes it one change that can be undone."""
    found = board_plan(request, plan)
    if not may_edit(request, found):
        messages.error(request, _("Dit plan kan niet meer worden aangepast: het is gepubliceerd of weggegooid."))
        return redirect("visits:board", school=request.school.slug, plan=plan)
    if request.method == "POST":
        return _yes(request, plan)
    try:
        proposal = propose_repair(plan=found)
    except BoardError as refusal:
        messages.error(request, str(refusal))
        return redirect("visits:board", school=request.school.slug, plan=plan)
    board = board_of(request, found)
    names = board.fetch(moved.visit for moved in proposal.moved)
    context = {
        "plan": found,
        "proposal": proposal,
        "lines": [_line(moved, names) for moved in proposal.moved],
        "gains": parts_words(proposal.parts),
        "pins": _pins(board),
    }
    return render(request, "visits/board_repair.html", context)


def _yes(request: SchoolRequest, plan: int) -> HttpResponse:
    found, form = board_plan(request, plan), RevisionForm(request.POST)
    seen = form.cleaned_data["revision"] if form.is_valid() else -1
    try:
        token = request.POST.get("token", "")
        apply_repair(plan=found, token=token, seen=seen, by=request.user, now=timezone.now())
    except BoardError as refusal:
        messages.error(request, str(refusal))
        return redirect("visits:board_repair", school=request.school.slug, plan=plan)
    messages.success(request, _("De rest van het plan is hersteld. Met 'Ongedaan maken' is alles weer als daarvoor."))
    return redirect("visits:board", school=request.school.slug, plan=plan)


def _line(moved: Moved, names: Names) -> Line:
    return Line(names.visit(moved.visit), _words(moved.before, names), _words(moved.after, names))


def _words(at: Appointment | None, names: Names) -> str:
    if at is None:
        return _("geen moment")
    return _("%(moment)s, %(mentor)s") % {"moment": moment_words(at.on, at.start), "mentor": names.mentor(at.visitor)}


def _pins(board: Board) -> int:
    return len(board.desk.pins)
