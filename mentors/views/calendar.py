"""The school's years, and the days in them on which nobody visits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.actions.schools import CalendarError, change_year, fill_closures, open_year, remove_closure, save_closure
from mentors.forms import ClosureForm, YearForm
from mentors.holidays import known_years
from mentors.models import Closure, Role, School, SchoolYear
from mentors.views.school import tabs


@for_roles(Role.COORDINATOR)
def calendar(request: SchoolRequest) -> HttpResponse:
    """All years with their closures, the newest first."""
    years = request.school.years.prefetch_related("closures").order_by("-starts_on")
    context = {"tabs": tabs(request.school, "mentors:calendar"), "years": years, "next": next_year(request.school)}
    return render(request, "mentors/calendar.html", context)


def next_year(school: School) -> tuple[dt.date, dt.date] | None:
    """First and last day of the first known year of the region that the school does not have yet."""
    taken = list(school.years.values_list("starts_on", "ends_on"))
    for starts_on, ends_on in known_years(school.holiday_region):
        if not any(first <= ends_on and starts_on <= last for first, last in taken):
            return starts_on, ends_on
    return None


@for_roles(Role.COORDINATOR)
def year_add(request: SchoolRequest) -> HttpResponse:
    """A new school year, with the days of the region filled in."""
    proposal = next_year(request.school)
    initial = {"starts_on": proposal[0], "ends_on": proposal[1]} if proposal else {}
    form = YearForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            open_year(school=request.school, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CalendarError as error:
            form.add_error(None, error.text)
        else:
            messages.success(
                request, _("Het schooljaar staat klaar. Kijk na of de vakanties van jullie school kloppen.")
            )
            return back(request)
    return render(request, "mentors/year_add.html", {"form": form, "proposal": proposal})


@for_roles(Role.COORDINATOR)
def year_change(request: SchoolRequest, year: int) -> HttpResponse:
    """Move the first or last day of a year."""
    found = year_or_404(request.school, year)
    form = YearForm(request.POST) if request.method == "POST" else YearForm.of(found)
    if request.method == "POST" and form.is_valid():
        try:
            change_year(year=found, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CalendarError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("Het schooljaar is veranderd."))
            return back(request)
    return render(request, "mentors/year_change.html", {"form": form, "year": found})


@for_roles(Role.COORDINATOR)
@require_POST
def year_fill(request: SchoolRequest, year: int) -> HttpResponse:
    """Add the holidays of the region that are not there yet."""
    number = fill_closures(year=year_or_404(request.school, year), by=request.user, now=timezone.now())
    if number:
        text = ngettext("Er is %(n)s vrije periode bij gekomen.", "Er zijn %(n)s vrije periodes bij gekomen.", number)
        messages.success(request, text % {"n": number})
    else:
        messages.info(request, _("Alle dagen van de regio die we kennen, stonden er al."))
    return back(request)


@for_roles(Role.COORDINATOR)
def closure_add(request: SchoolRequest, year: int) -> HttpResponse:
    """A day or a holiday without visits."""
    closure = Closure(school_year=year_or_404(request.school, year))
    return edit_closure(request, closure, "mentors/closure_add.html")


@for_roles(Role.COORDINATOR)
def closure_change(request: SchoolRequest, closure: int) -> HttpResponse:
    """Change a day or a holiday without visits."""
    return edit_closure(request, closure_or_404(request.school, closure), "mentors/closure_change.html")


def edit_closure(request: SchoolRequest, closure: Closure, template: str) -> HttpResponse:
    """The form of a closure, new or not."""
    form = ClosureForm(request.POST or None, instance=closure)
    if request.method == "POST" and form.is_valid():
        try:
            save_closure(closure=form.instance, by=request.user, now=timezone.now())
        except CalendarError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("Op deze dagen plannen we geen thuisbezoeken."))
            return back(request)
    return render(request, template, closure_context(form, closure))


def closure_context(form: ClosureForm, closure: Closure) -> dict[str, Any]:
    """What both pages of a closure show."""
    return {"form": form, "closure": closure, "year": closure.school_year}


@for_roles(Role.COORDINATOR)
@require_POST
def closure_remove(request: SchoolRequest, closure: int) -> HttpResponse:
    """Visits may take place on these days again."""
    found = closure_or_404(request.school, closure)
    remove_closure(closure=found, by=request.user, now=timezone.now())
    messages.success(
        request, _("%(name)s is weggehaald. Op deze dagen kunnen weer thuisbezoeken zijn.") % {"name": found.name}
    )
    return back(request)


def back(request: SchoolRequest) -> HttpResponse:
    """To the calendar."""
    return redirect("mentors:calendar", school=request.school.slug)


def year_or_404(school: School, pk: int) -> SchoolYear:
    """A year of this school."""
    return get_object_or_404(school.years.select_related("school"), pk=pk)


def closure_or_404(school: School, pk: int) -> Closure:
    """A closure in a year of this school."""
    return get_object_or_404(Closure.objects.select_related("school_year__school"), pk=pk, school_year__school=school)
