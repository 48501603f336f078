"""Tonight, the card of a visit, and where a heavy one can be talked over."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from notes.queries.card import card_of
from notes.queries.evening import VisitEvening, evening_page, is_on_map
from notes.views.finding import find_attended_visit
from roads.queries import Pin, PinKind, draw_route_map
from visits.queries.days import place_of
from visits.words.visitors import names_in_words


@for_roles(Role.MENTOR)
@require_safe
def evening(request: SchoolRequest) -> HttpResponse:
    """Tonight or the next evening, and what is left to do."""
    page = evening_page(user=request.user, mentor=request.mentor, school=request.school, now=timezone.now())
    context = {"page": page, "evening": page.evening, "map": evening_map(page.evening) if page.evening else None}
    return render(request, "notes/evening.html", context)


def evening_map(evening: VisitEvening) -> SafeString | None:
    """The route of an evening, each stop with its number; None where no stop is on the map."""
    pins = [
        Pin(place, text=str(stop.number), label=names_in_words(stop.names))
        for stop in evening.stops
        if is_on_map(stop.visit) and (place := place_of(stop.visit)) is not None
    ]
    if not pins:
        return None
    start = [Pin(evening.depot, label=_("Vertrek"), kind=PinKind.START)] if evening.depot is not None else []
    return draw_route_map([*start, *pins], evening.legs, title=_("De route van deze avond"))


@for_roles(Role.MENTOR)
@require_safe
def card(request: SchoolRequest, visit: int) -> HttpResponse:
    """What to read before ringing the bell."""
    now = timezone.now()
    found = find_attended_visit(request, visit, now)
    context = {"card": card_of(found, now=now, mentor=request.mentor), "visit": found}
    return render(request, "notes/card.html", context)


@for_roles(Role.MENTOR)
@require_safe
def support(request: SchoolRequest) -> HttpResponse:
    """Whom to call after a heavy visit."""
    return render(request, "notes/support.html")
