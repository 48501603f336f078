"""From the planner's routes to a draft that can be stored: travel and clock times, and what the whole comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planner import Problem, ProblemIndex, Route
from planning.draft.routes import DrawnRoute, Metres, draw_route
from planning.draft.stored import LeftOut, StoredDraft, Totals
from planning.problem.build import Planning
from planning.problem.stored import ProblemContext


def make_draft(
    planning: Planning,
    index: ProblemIndex | None,
    routes: Iterable[Route] = (),
    unplaced: Iterable[LeftOut] = (),
    *,
    outside_wish: int = 0,
) -> StoredDraft:
    """The draft of these routes through a problem.

    `index`: of `planning.problem`; None when no family can be planned. `outside_wish`: how many visits with a wish lie
    outside it, as in the planner's `Parts`.
    """
    context = ProblemContext.from_json(planning.problem)
    drawn, left = tuple(_draw(planning, index, routes) if index else ()), tuple(unplaced)
    totals = Totals(left_out=len(context.left_out), wishes_elsewhere=context.wishes_elsewhere)
    if index:
        totals = count_totals(totals, index.problem, drawn, unplaced=len(left), outside_wish=outside_wish)
    return StoredDraft(
        routes=drawn,
        unplaced=left,
        left_out=tuple(LeftOut(visit, code) for visit, code in context.left_out.items()),
        totals=totals,
        joint=context.joint,
        notes=context.notes,
    )


def count_totals(
    before: Totals, problem: Problem, routes: Sequence[DrawnRoute], *, unplaced: int, outside_wish: int
) -> Totals:
    """What these routes come to; what was left out of the problem is as it was before.

    `outside_wish`: how many visits with a wish lie outside it, as in the planner's `Parts`.
    """
    placed = {visit for route in routes for stop in route.stops if not stop.is_second for visit in stop.visits}
    wishing = {visit.id for visit in problem.visits if visit.has_wish}
    return Totals(
        placed=len(placed),
        unplaced=unplaced,
        left_out=before.left_out,
        routes=len(routes),
        travel_minutes=sum(route.travel_minutes for route in routes),
        travel_metres=sum(route.travel_metres for route in routes),
        wishes=len(wishing),
        wishes_met=len(wishing & placed) - outside_wish,
        wishes_elsewhere=before.wishes_elsewhere,
        last_on=max((route.on for route in routes), default=None),
    )


def _draw(planning: Planning, index: ProblemIndex, routes: Iterable[Route]) -> Iterable[DrawnRoute]:
    for route in routes:
        metres = _metres_of(planning, index.visitors[route.visitor].mode)
        drawn = draw_route(index, (route.visitor, route.on), route.stops, metres)
        if drawn is not None:
            yield drawn


def _metres_of(planning: Planning, mode: str) -> Metres:
    """The lengths of a problem's roads: its places are numbered, and are rows of the matrix (whole metres)."""
    matrix = planning.metres[mode]
    return lambda origin, target: int(matrix[int(origin), int(target)])
