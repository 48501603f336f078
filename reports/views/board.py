"""The board's page: its schools, compared."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mentors.access import BoardRequest, for_board
from reports.queries.board import board_figures


@for_board
@require_safe
def board(request: BoardRequest) -> HttpResponse:
    """How far each school is, its hours, and a count of concerns; nothing under five."""
    figures = board_figures(request.board, now=timezone.now())
    return render(request, "reports/board.html", {"board": request.board, "figures": figures})
