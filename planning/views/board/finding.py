"""The board that a request asks for, and what this person may do on it."""

from __future__ import annotations

from django.utils import timezone

from mentors.access import SchoolRequest
from mentors.dates import local_day
from mentors.models import Role
from planning.forms.board import selection_of
from planning.models import Plan, PlanState
from planning.queries.board.loading import LoadedDraft, load_draft
from planning.queries.board.page import BoardPage
from planning.queries.board.reservations import reservations_of
from planning.queries.board.values import BoardSelection


def board_of(request: SchoolRequest, plan: Plan) -> BoardPage:
    """The board as this request wants to see it."""
    draft = load_draft(plan, reservations_of(plan, timezone.now()))
    return BoardPage.of(draft, requested_selection(request, draft))


def requested_selection(request: SchoolRequest, draft: LoadedDraft) -> BoardSelection:
    """What this request wants to see; the first week that is not over when it does not say."""
    weeks, today = draft.index.problem.weeks, local_day(timezone.now())
    to_come = [week for on, week in weeks.items() if on >= today]
    first = min(to_come, default=max(weeks.values(), default=0))
    return selection_of(request.POST if request.method == "POST" else request.GET, first)


def may_edit(request: SchoolRequest, plan: Plan) -> bool:
    """Whether this person may change this draft."""
    return Role.COORDINATOR in request.roles and plan.state == PlanState.READY


def is_script(request: SchoolRequest) -> bool:
    """Whether the script of the board asks, which takes JSON or a part of a page for an answer."""
    return request.headers.get("X-Board") == "1"
