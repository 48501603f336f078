"""The mentor's own note about a visit."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from notes.actions.memory_aids import write_memory_aid
from notes.forms.texts import MemoryAidForm
from notes.models import MemoryAid
from notes.views.broken import refuses_broken_seals
from notes.views.finding import find_own_visit


@for_roles(Role.MENTOR)
@require_http_methods(["GET", "HEAD", "POST"])
@refuses_broken_seals
def memory_aid(request: SchoolRequest, visit: int) -> HttpResponse:
    """The owner's alone: there is no other page that shows it."""
    found = find_own_visit(request, visit)
    if request.mentor is None:
        raise PermissionDenied
    aid = MemoryAid.objects.visible_to(request.user).filter(visit=found, owner=request.mentor).first()
    form = MemoryAidForm(request.POST or None, initial={"text": aid.text if aid else ""})
    if form.is_valid():
        text = form.cleaned_data["text"]
        write_memory_aid(visit=found, owner=request.mentor, text=text, by=request.user, now=timezone.now())
        messages.success(request, _("Bewaard, alleen voor jou.") if text else _("Je geheugensteun is gewist."))
        return redirect("notes:evening", school=request.school.slug)
    return render(request, "notes/memory_aid.html", {"visit": found, "form": form, "aid": aid})
