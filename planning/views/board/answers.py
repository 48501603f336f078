"""What the script of the board gets back: the cells that look different now, and the lines around them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.template.loader import render_to_string

from mentors.access import SchoolRequest
from mentors.models import Role
from planning.actions.board.edits import undone_last
from planning.draft.evenings import evening_key
from planning.forms.board import query_of
from planning.queries.board.loading import LoadedDraft
from planning.queries.board.page import BoardPage
from planning.views.board.finding import may_edit


def can_undo(draft: LoadedDraft) -> bool:
    """Whether there is a change that stands."""
    return draft.plan.revision > 0 and draft.plan.edits.filter(undone_at=None).exists()


def can_redo(draft: LoadedDraft) -> bool:
    """Whether something was undone and the draft is still as it was before it."""
    return draft.plan.revision > 0 and undone_last(draft) is not None


def answer_of(request: SchoolRequest, board: BoardPage, evenings: Collection[str]) -> dict[str, Any]:
    """The revision, the changed cells and row heads, the tray, the totals and the buttons, as HTML by id."""
    plan = board.plan
    wanted = [evening_key(name) for name in evenings]
    shown = {(str(mentor.pk), on) for mentor in board.people() for on in board.days()}
    cells = board.cells([evening for evening in wanted if evening in shown])
    heads = board.row_heads({evening[0] for evening in wanted})
    common = {"plan": plan, "school": request.school, "selection": board.selection, "query": query_of(board.selection)}
    common |= {"may_edit": may_edit(request, plan), "is_coordinator": Role.COORDINATOR in request.roles}
    parts = {cell.key: _part(request, "_board_cell", common | {"cell": cell}) for cell in cells}
    parts |= {f"rij-{row.mentor.pk}": _part(request, "_board_row_head", common | {"row": row}) for row in heads}
    parts["bak"] = _part(
        request, "_board_tray", common | {"tray": board.tray(), "left_out": board.left_out(), "board": board}
    )
    parts["stand"] = _part(request, "_board_totals", common | {"totals": board.totals(), "board": board})
    buttons = common | {"can_undo": can_undo(board.draft), "can_redo": can_redo(board.draft)}
    parts["knoppen"] = _part(request, "_board_buttons", buttons)
    return {"revision": plan.revision, "parts": parts}


def _part(request: SchoolRequest, name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"planning/{name}.html", context, request=request)
