"""The agreements, open first, each with one button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.dates import local_day
from mentors.models import Role
from notes.actions.agreements import keep_agreement, reopen_agreement
from notes.models import Agreement
from notes.queries.agreements import agreement_lines


@for_roles(Role.MENTOR, Role.COORDINATOR)
@require_safe
def agreements(request: SchoolRequest) -> HttpResponse:
    """What is open, the nearest first, and what was kept."""
    visible = Agreement.objects.visible_to(request.user).filter(school=request.school)
    lines = agreement_lines(visible, today=local_day(timezone.now()))
    context = {
        "open_lines": [line for line in lines if line.agreement.kept_at is None],
        "kept_lines": [line for line in lines if line.agreement.kept_at is not None],
    }
    return render(request, "notes/agreements.html", context)


@for_roles(Role.MENTOR, Role.COORDINATOR)
@require_POST
def keep(request: SchoolRequest, agreement: int) -> HttpResponse:
    """This one was kept."""
    found = _find(request, agreement)
    keep_agreement(agreement=found, by=request.user, now=timezone.now())
    undo = reverse("notes:reopen", kwargs={"school": request.school.slug, "agreement": found.pk})
    messages.success(request, _("De afspraak is nagekomen."), extra_tags=f"undo:{undo}")
    return _back(request)


@for_roles(Role.MENTOR, Role.COORDINATOR)
@require_POST
def reopen(request: SchoolRequest, agreement: int) -> HttpResponse:
    """It was not kept after all."""
    reopen_agreement(agreement=_find(request, agreement), by=request.user, now=timezone.now())
    messages.success(request, _("De afspraak staat weer open."))
    return _back(request)


def _find(request: SchoolRequest, pk: int) -> Agreement:
    visible = Agreement.objects.visible_to(request.user).filter(school=request.school).select_related("school")
    return get_object_or_404(visible, pk=pk)


def _back(request: SchoolRequest) -> HttpResponseRedirect:
    """To the page that the button stood on; to the list when that is not known, or not ours."""
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return HttpResponseRedirect(back)
    return redirect("notes:agreements", school=request.school.slug)
