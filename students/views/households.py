"""A household, its adults and its place on the map, changed by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from roads.queries import Place, find_address
from students.actions.households import edit_guardian, edit_household, remove_guardian
from students.actions.locating import PinRefused, set_pin
from students.forms import GuardianForm, HouseholdForm, PinForm
from students.models import Guardian, Household, LocationQuality


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def household(request: SchoolRequest, pk: int) -> HttpResponse:
    """Address, language, secrecy, and the adults who live there."""
    found = _household(request, pk)
    form = HouseholdForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        edit_household(household=found, values=form.values(), by=request.user, now=timezone.now())
        if found.location_quality == LocationQuality.NONE and found.postcode:
            messages.warning(request, _("Bewaard. Dit adres staat niet in het adresboek: prik het zelf op de kaart."))
        else:
            messages.success(
                request, _("Bewaard. Pas het ook aan in jullie leerlingvolgsysteem, anders komt het oude terug.")
            )
        return redirect("students:household", school=request.school.slug, pk=pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "students/household.html", {"household": found, "form": form}, status=status)


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def household_pin(request: SchoolRequest, pk: int) -> HttpResponse:
    """Put the household on the map by hand. Not for a secret address: no map shows it."""
    found = _household(request, pk)
    if found.is_secret_address:
        messages.warning(request, _("Een geheim adres komt op geen enkele kaart."))
        return redirect("students:household", school=request.school.slug, pk=pk)
    form = PinForm(request.POST or None, initial={"latitude": found.latitude, "longitude": found.longitude})
    if request.method == "POST" and form.is_valid():
        try:
            set_pin(household=found, **form.cleaned_data, by=request.user, now=timezone.now())
        except PinRefused as refused:
            form.add_error(None, refused.text)
        else:
            messages.success(request, _("De speld staat. De reistijden rekenen vanaf nu met deze plek."))
            return redirect("students:addresses", school=request.school.slug)
    status = 422 if form.is_bound and form.errors else 200
    context = {"household": found, "form": form, "centre": _centre(request, found)}
    return render(request, "students/household_pin.html", context, status=status)


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def guardian_new(request: SchoolRequest, pk: int) -> HttpResponse:
    """Add an adult to a household."""
    return _guardian_page(request, Guardian(household=_household(request, pk)))


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def guardian(request: SchoolRequest, pk: int) -> HttpResponse:
    """Contact details and authority of an adult."""
    return _guardian_page(request, _guardian(request, pk))


@for_roles(Role.COORDINATOR)
@require_POST
def guardian_remove(request: SchoolRequest, pk: int) -> HttpResponse:
    """Take an adult out of a household."""
    found = _guardian(request, pk)
    remove_guardian(guardian=found, by=request.user, now=timezone.now())
    messages.success(request, _("De ouder is weggehaald."))
    return redirect("students:household", school=request.school.slug, pk=found.household_id)


def _guardian_page(request: SchoolRequest, found: Guardian) -> HttpResponse:
    form = GuardianForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        edit_guardian(guardian=found, values=form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("De gegevens van de ouder zijn bewaard."))
        return redirect("students:household", school=request.school.slug, pk=found.household_id)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "students/guardian.html", {"guardian": found, "form": form}, status=status)


def _household(request: SchoolRequest, pk: int) -> Household:
    households = Household.objects.visible_to(request.user).prefetch_related("guardians", "students__school_class")
    return get_object_or_404(households, school=request.school, pk=pk)


def _guardian(request: SchoolRequest, pk: int) -> Guardian:
    visible = Household.objects.visible_to(request.user).filter(school=request.school)
    return get_object_or_404(Guardian.objects.select_related("household__school"), household__in=visible, pk=pk)


def _centre(request: SchoolRequest, household: Household) -> Place | None:
    """Where the map opens: near the postcode, else at school."""
    near = find_address(household.postcode, household.house_number or 1) if household.postcode else None
    if near is not None:
        return near.place
    school = request.school
    return Place(school.latitude, school.longitude) if school.latitude and school.longitude else None
