"""The board of a draft: looking at it, and where a family could go. What changes it is in edits.py."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_GET, require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Mentor, Role
from planning.actions.board.standing import StandingRefused, open_standing_board
from planning.draft.contents import read_contents
from planning.forms.board import OwnMomentForm, query_of, revision_of, selection_of
from planning.models import Plan
from planning.queries.board.changes import changes_since
from planning.queries.board.page import BoardPage, classes_of_plan
from planning.queries.board.reservations import evenings_in, reservation_name, reservations_of
from planning.queries.board.spots import Spot, spots_of
from planning.queries.drafts import route_map, show_draft
from planning.queries.publishing import blockers
from planning.views.board.answers import answer_of, can_redo, can_undo
from planning.views.board.finding import board_of, is_script, may_edit
from planning.views.finding import DRAWN, board_plan, plan_of, visit_on
from planning.words.blockers import blocker_texts
from planning.words.board import moment_words
from planning.words.edits import edit_text
from visits.views.finding import campaign_of

BEST = 6  # places that the page of one family offers first


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_GET
def board(request: SchoolRequest, plan: int) -> HttpResponse:
    """Mentors by evenings, for a week or the season."""
    found = board_plan(request, plan)
    shown = board_of(request, found)
    context = {
        "plan": found,
        "board": shown,
        "selection": shown.selection,
        "query": query_of(shown.selection),
        "filters": query_of(shown.selection, with_week=False),
        "weekdays": [(number, str(name).lower()) for number, name in WEEKDAYS.items() if number < 5],
        "is_coordinator": Role.COORDINATOR in request.roles,
        "rows": shown.rows(),
        "days": shown.days(),
        "weeks": shown.weeks(),
        "tray": shown.tray(),
        "totals": shown.totals(),
        "classes": classes_of_plan(found),
        "may_edit": may_edit(request, found),
        "can_undo": can_undo(shown.draft),
        "can_redo": can_redo(shown.draft),
        "blockers": _blockers(found) if may_edit(request, found) else [],
    }
    return render(request, "planning/board.html", context)


def _blockers(plan: Plan) -> list[str]:
    return blocker_texts(blockers(read_contents(plan), timezone.now()))


@for_roles(Role.COORDINATOR)
@require_POST
def board_standing(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Put what stands now on a board."""
    found = campaign_of(request, campaign)
    try:
        plan = open_standing_board(campaign=found, by=request.user, now=timezone.now())
    except StandingRefused as refusal:
        messages.error(request, refusal.text)
        return redirect("planning:campaign", school=request.school.slug, campaign=found.pk)
    return redirect("planning:board", school=request.school.slug, plan=plan.pk)


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_GET
def board_evening(request: SchoolRequest, plan: int, mentor: int) -> HttpResponse:
    """One evening (`?dag=`) of a mentor with its map: a page, or a part of one for the script."""
    found = board_plan(request, plan)
    person = get_object_or_404(Mentor.objects.filter(school=request.school), pk=mentor)
    shown = board_of(request, found)
    days = sorted(on for who, on in shown.draft.index.shifts if who == str(person.pk))
    asked = request.GET.get("avond", days[0].isoformat() if days else "")
    day = next((on for on in days if on.isoformat() == asked), None)
    if day is None:
        raise Http404
    draft = show_draft(found, shown.draft.stored)
    route = next((route for route in draft.of_mentor(person.pk) if route.on == day), None)
    query, shown = query_of(shown.selection), BoardPage.of(shown.draft, selection_of({"week": "0"}, 0))
    context = {
        "plan": found,
        "person": person,
        "day": day,
        "cell": shown.cells([(str(person.pk), day)])[0],
        "is_coordinator": Role.COORDINATOR in request.roles,
        "item": {"route": route, "map": route_map(route)} if route else None,
        "query": query,
        "may_edit": may_edit(request, found),
    }
    is_part = is_script(request)
    return render(request, "planning/_board_evening.html" if is_part else "planning/board_evening.html", context)


@for_roles(Role.COORDINATOR)
@require_GET
def board_visit(request: SchoolRequest, plan: int, visit: int) -> HttpResponse:
    """One family: the best places, and a form to choose an own moment. Works without a script."""
    found = board_plan(request, plan)
    row = visit_on(request, found, visit)
    shown = board_of(request, found)
    name = str(row.pk)
    if name not in shown.draft.index.visits:
        raise Http404
    spots = [] if name in shown.draft.pinned else sorted(spots_of(shown, name), key=_clean_first)
    stop = shown.draft.schedule.stop_of(name)
    home = shown.draft.schedule.made.get(name)
    context = {
        "plan": found,
        "visit": row,
        "spots": [spot for spot in spots if spot.is_possible and not spot.is_here][:BEST],
        "own": OwnMomentForm(board=shown, visit=name, initial={"revision": found.revision}),
        "home": home,
        "moment": moment_words(home[1], stop.start) if home and stop else "",
        "selection": shown.selection,
        "mentor": shown.mentors.get(home[0]) if home else None,
        "is_pinned": name in shown.draft.pinned,
        "is_agreed": name in shown.draft.index.problem.fixed,
        "query": query_of(shown.selection),
        "may_edit": may_edit(request, found),
    }
    return render(request, "planning/board_visit.html", context)


@for_roles(Role.COORDINATOR)
@require_GET
def board_spots(request: SchoolRequest, plan: int, visit: int) -> HttpResponse:
    """Where this family could go, for the script."""
    found = board_plan(request, plan)
    row = visit_on(request, found, visit)
    shown = board_of(request, found)
    name = str(row.pk)
    if name not in shown.draft.index.visits or not may_edit(request, found):
        raise Http404
    spots = spots_of(shown, name)
    return JsonResponse({"revision": found.revision, "spots": [spot.as_json() for spot in spots]})


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_GET
def board_news(request: SchoolRequest, plan: int) -> HttpResponse:
    """What others changed since the revision `?sinds=`, and the reservations other than `?vast=`; only that revision
    when nothing changed."""
    found = plan_of(request, plan)
    since = revision_of(request.GET.get("sinds"))
    if since is None:
        raise Http404
    seen = set(filter(None, request.GET.get("vast", "").split("|")))
    reserved = reservations_of(found, timezone.now())
    other = seen ^ {reservation_name(each) for each in reserved}
    if found.revision == since and found.state in DRAWN and not other:
        return JsonResponse({"revision": since})
    shown = board_of(request, board_plan(request, plan))
    changes = changes_since(found, since)
    evenings = {name for change in changes for name in change.evenings} | evenings_in(other)
    others = [edit_text(change.edit, is_undone=change.is_undone) for change in changes if change.by != request.user.pk]
    return JsonResponse(answer_of(request, shown, evenings) | {"news": others, "reserved": shown.reserved_names})


def _clean_first(spot: Spot) -> tuple[bool, float]:
    """What asks for an exception comes after what does not."""
    return spot.tone == "wait", spot.cost
