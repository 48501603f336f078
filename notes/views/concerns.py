"""A worry: handing it over, and the care coordinator's list. It is shown on no other page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from notes.actions.concerns import (
    care_coordinators,
    hand_over_concern,
    record_concern_reading,
    take_over_concern,
)
from notes.forms.texts import ConcernForm
from notes.models import Concern
from notes.views.broken import refuses_broken_seals
from notes.views.finding import find_own_visit

WRONG = 422


@for_roles(Role.MENTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SchoolRequest, visit: int) -> HttpResponse:
    """Ik maak me zorgen: the facts, and over to the care coordinator."""
    found = find_own_visit(request, visit)
    if request.mentor is None:
        raise PermissionDenied
    pupils = list(found.students.all())
    initial = {"client_id": uuid.uuid4(), "student": pupils[0] if len(pupils) == 1 else None}
    form = ConcernForm(request.POST or None, visit=found, initial=initial)
    if form.is_valid():
        concern = hand_over_concern(
            visit=found, author=request.mentor, by=request.user, now=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("Je zorg is overgedragen aan de zorgcoördinator."))
        return redirect("notes:concern", school=request.school.slug, concern=concern.pk)
    context = {
        "visit": found,
        "form": form,
        "pupils": pupils,
        "care": care_coordinators(request.school),
        "own_concerns": Concern.objects.filter(visit=found, author=request.mentor).select_related("student"),
    }
    return render(request, "notes/hand_over.html", context, status=WRONG if form.errors else 200)


@for_roles(Role.CARE)
@require_safe
def concerns(request: SchoolRequest) -> HttpResponse:
    """What waits, the oldest first, and what was taken over. No facts in a list."""
    visible = Concern.objects.visible_to(request.user).filter(school=request.school)
    visible = visible.select_related("student__school_class", "author", "taken_over_by")
    context = {
        "waiting": visible.waiting(),
        "taken_over": visible.filter(taken_over_at__isnull=False).order_by("-taken_over_at"),
    }
    return render(request, "notes/concerns.html", context)


@for_roles(Role.CARE, Role.MENTOR)
@require_safe
@refuses_broken_seals
def concern(request: SchoolRequest, concern: int) -> HttpResponse:
    """The facts, for the care coordinator and for who wrote them. Opening it is recorded."""
    found = _find(request, concern)
    facts = found.facts
    record_concern_reading(concern=found, by=request.user, now=timezone.now())
    context = {"concern": found, "facts": facts, "is_care": Role.CARE in request.roles}
    return render(request, "notes/concern.html", context)


@for_roles(Role.CARE)
@require_POST
def take_over(request: SchoolRequest, concern: int) -> HttpResponse:
    """The care coordinator carries on with it."""
    found = _find(request, concern)
    if take_over_concern(concern=found, by=request.user, now=timezone.now()):
        messages.success(request, _("Je hebt de melding overgenomen. De mentor ziet dat."))
    else:
        messages.info(request, _("Deze melding was al overgenomen."))
    return redirect("notes:concern", school=request.school.slug, concern=found.pk)


def _find(request: SchoolRequest, pk: int) -> Concern:
    visible = Concern.objects.visible_to(request.user).filter(school=request.school)
    visible = visible.select_related("student__school_class", "author", "taken_over_by", "school", "visit")
    return get_object_or_404(visible, pk=pk)
