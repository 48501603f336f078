"""Lists of work: addresses that are not on the map, and households that may be one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from roads.queries import network_info
from students.actions.locating import locate_addresses
from students.actions.suggesting import MergeRefused, confirm_suggestion, reject_suggestion
from students.queries.lists import households_to_place, open_suggestions, suggestions_with_people


@for_roles(Role.COORDINATOR)
@require_GET
def addresses(request: SchoolRequest) -> HttpResponse:
    """Households that are not, or only roughly, on the map."""
    page = Paginator(households_to_place(request.user, request.school), 50).get_page(request.GET.get("page"))
    return render(request, "students/addresses.html", {"page": page, "network": network_info()})


@for_roles(Role.COORDINATOR)
@require_POST
def addresses_locate(request: SchoolRequest) -> HttpResponse:
    """Look all addresses up again."""
    counts = locate_addresses(school=request.school, by=request.user, now=timezone.now())
    messages.success(
        request,
        _("Alle adressen zijn opnieuw opgezocht. %(changed)d zijn veranderd, %(none)d zijn niet gevonden.") % counts,
    )
    return redirect("students:addresses", school=request.school.slug)


@for_roles(Role.COORDINATOR)
@require_GET
def suggestions(request: SchoolRequest) -> HttpResponse:
    """Pairs of households at one address with one surname."""
    page = Paginator(suggestions_with_people(request.school), 20).get_page(request.GET.get("page"))
    return render(request, "students/suggestions.html", {"page": page})


@for_roles(Role.COORDINATOR)
@require_POST
def suggestion_confirm(request: SchoolRequest, pk: int) -> HttpResponse:
    """One household."""
    found = get_object_or_404(open_suggestions(request.school), pk=pk)
    try:
        kept = confirm_suggestion(suggestion=found, by=request.user, now=timezone.now())
    except MergeRefused as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, _("%(name)s is nu één gezin: samen één uitnodiging.") % {"name": kept.name})
    return redirect("students:suggestions", school=request.school.slug)


@for_roles(Role.COORDINATOR)
@require_POST
def suggestion_reject(request: SchoolRequest, pk: int) -> HttpResponse:
    """Two households."""
    found = get_object_or_404(open_suggestions(request.school), pk=pk)
    reject_suggestion(suggestion=found, by=request.user, now=timezone.now())
    messages.success(request, _("Het blijven twee gezinnen. Dit voorstel komt niet terug."))
    return redirect("students:suggestions", school=request.school.slug)
