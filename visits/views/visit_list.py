"""The list of visits, which every number on a page links to."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.models import PlaceKind, VisitState
from visits.queries.visit_list import UPCOMING, Filters, WaitsFor, choices_at, list_visits
from visits.words.visit_list import WAITS

A_PAGE = 50
ASKED = ("ronde", "stand", "klas", "mentor", "plek", "wacht")


@for_roles(Role.COORDINATOR, Role.DIRECTOR, Role.MENTOR)
def visits(request: SchoolRequest) -> HttpResponse:
    """Visits, narrowed by what stands in the address; a mentor sees own ones."""
    now = timezone.now()
    found = list_visits(request.user, request.school, Filters.of(request.GET), now=now)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    context = {
        "page": page,
        "query": urlencode(asked) + "&" if asked else "",
        "asked": asked,
        "choices": choices_at(request.school, request.user, now=now),
        "states": [*VisitState.choices, (UPCOMING, _("voorgesteld of afgesproken"))],
        "waits": [(each.value, WAITS[each]) for each in WaitsFor],
        "places": PlaceKind.choices,
    }
    return render(request, "visits/visits.html", context)
