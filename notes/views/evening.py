"""Tonight, the card of a visit, and where a heavy one can be talked over."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from notes.queries.card import card_of
from notes.queries.evening import evening_page
from notes.views.finding import find_attended_visit


@for_roles(Role.MENTOR)
@require_safe
def evening(request: SchoolRequest) -> HttpResponse:
    """Tonight or the next evening, and what is left to do."""
    page = evening_page(user=request.user, mentor=request.mentor, school=request.school, now=timezone.now())
    return render(request, "notes/evening.html", {"page": page, "evening": page.evening})


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
