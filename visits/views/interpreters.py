"""The interpreters of a campaign: when they are there, and where they are needed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.actions.interpreters import InterpreterError, add_interpreters, remove_interpreters
from visits.forms.together import InterpretersForm
from visits.models import InterpreterShift
from visits.queries.interpreters import booked_interpreters, hours_of, languages_to_choose, wanted_by_families
from visits.views.finding import campaign_of


@for_roles(Role.COORDINATOR)
def campaign_interpreters(request: SchoolRequest, campaign: int) -> HttpResponse:
    """The hours, who wishes an interpreter, when and where one has to be; a form for more hours."""
    found, now = campaign_of(request, campaign), timezone.now()
    form = InterpretersForm(request.POST or None, languages=languages_to_choose(found))
    if request.method == "POST" and form.is_valid():
        try:
            days = add_interpreters(campaign=found, by=request.user, now=now, **form.cleaned_data)
        except InterpreterError as refusal:
            form.add_error(refusal.field, refusal.text)
        else:
            text = ngettext("De uren staan erin.", "De uren staan erin, op %(n)s dagen.", days)
            messages.success(request, text % {"n": days})
            return redirect("visits:campaign_interpreters", school=request.school.slug, campaign=found.pk)
    context = {
        "campaign": found,
        "form": form,
        "hours": hours_of(found),
        "wanted": wanted_by_families(found),
        "booked": booked_interpreters(found, now),
    }
    return render(request, "visits/campaign_interpreters.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
@require_POST
def interpreters_remove(request: SchoolRequest, campaign: int, hours: int) -> HttpResponse:
    """Take hours off the list."""
    found = campaign_of(request, campaign)
    shift = get_object_or_404(InterpreterShift.objects.select_related("campaign__school"), campaign=found, pk=hours)
    remove_interpreters(shift=shift, by=request.user, now=timezone.now())
    messages.success(request, _("De uren zijn eraf. Afspraken die staan, blijven staan."))
    return redirect("visits:campaign_interpreters", school=request.school.slug, campaign=found.pk)
