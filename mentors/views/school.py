"""The school's details, for its coordinator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.access import SchoolRequest, for_roles
from mentors.actions.schools import change_school
from mentors.forms import DetailsForm
from mentors.models import Role, School
from roads.queries import Pin, PinKind, Place, network_info


def tabs(school: School, here: str) -> list[dict[str, Any]]:
    """The pages about the school."""
    pages = [
        ("mentors:school", _("Gegevens"), "school"),
        ("mentors:calendar", _("Schooljaar"), "calendar-days"),
        ("mentors:staff", _("Medewerkers"), "users"),
    ]
    return [
        {
            "label": label,
            "icon": icon,
            "url": reverse(name, kwargs={"school": school.slug}),
            "is_here": name == here,
        }
        for name, label, icon in pages
    ]


@for_roles(Role.COORDINATOR)
def school(request: SchoolRequest) -> HttpResponse:
    """What we know of the school, and what is still missing before a campaign can start."""
    context = {
        "tabs": tabs(request.school, "mentors:school"),
        "missing": missing_for_a_start(request.school),
        "pins": pin_of(request.school),
        "has_roads": network_info() is not None,
    }
    return render(request, "mentors/school.html", context)


@for_roles(Role.COORDINATOR)
def details(request: SchoolRequest) -> HttpResponse:
    """Change the details and the terms."""
    form = DetailsForm(request.POST or None, instance=request.school)
    if request.method == "POST" and form.is_valid():
        changed = change_school(school=request.school, values=form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("De gegevens zijn bewaard.") if changed else _("Er is niets veranderd."))
        if "latitude" in changed and request.school.latitude is None:
            messages.warning(request, _("Het adres staat niet op onze kaart. Vul de plek met de hand in."))
        return redirect("mentors:school", school=request.school.slug)
    return render(request, "mentors/details.html", {"form": form})


def pin_of(school: School) -> list[Pin]:
    """The school on a map; nothing without a place."""
    if school.latitude is None or school.longitude is None:
        return []
    return [Pin(Place(school.latitude, school.longitude), label=school.name, kind=PinKind.SCHOOL)]


def missing_for_a_start(school: School) -> list[dict[str, Any]]:
    """What a coordinator still has to fill in, each with the page where that is done."""
    details_url = reverse("mentors:details", kwargs={"school": school.slug})
    checks = [
        (
            school.latitude is None,
            _("De plek van de school op de kaart ontbreekt"),
            _("Daar beginnen de routes."),
            details_url,
            "map-pin-off",
        ),
        (
            not school.email,
            _("Er is nog geen e-mailadres voor antwoorden"),
            _("Gezinnen moeten de school kunnen antwoorden."),
            details_url,
            "mail",
        ),
        (
            not school.duty_phone,
            _("Er is nog geen nummer voor op de avond zelf"),
            _("Een mentor die onderweg is, moet iemand kunnen bellen."),
            details_url,
            "phone",
        ),
        (
            not school.years.exists(),
            _("Er is nog geen schooljaar"),
            _("Zonder schooljaar kun je geen bezoekronde maken."),
            reverse("mentors:calendar", kwargs={"school": school.slug}),
            "calendar-days",
        ),
        (
            not school.mentors.active().exists(),
            _("Er zijn nog geen mentoren"),
            _("Nodig ze uit, of lees eerst de leerlingen in."),
            reverse("mentors:staff", kwargs={"school": school.slug}),
            "users",
        ),
    ]
    return [
        {"text": text, "note": note, "url": url, "icon": icon, "tone": "wait"}
        for is_missing, text, note, url, icon in checks
        if is_missing
    ]
