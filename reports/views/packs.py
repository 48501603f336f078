"""The meeting pack: a list of classes, a page a class, and both as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from reports.access import WHOLE_SCHOOL, packs_for
from reports.actions.exports import open_packs
from reports.exports.pdf import PdfUnavailable, write_pdf
from reports.queries.packs import Pack, classes_in, tallies
from reports.views.files import PDF, file_answer
from reports.views.rounds import asked_round, this_round
from students.models import SchoolClass
from visits.models import Campaign


@for_roles(Role.DIRECTOR, Role.COORDINATOR, Role.MENTOR)
@require_safe
def packs(request: SchoolRequest) -> HttpResponse:
    """The classes whose pack is open to who asks."""
    campaigns, campaign = asked_round(request)
    classes = open_classes(request, campaign) if campaign else []
    counted = tallies(campaign) if campaign else {}
    context = {
        "campaigns": campaigns,
        "campaign": campaign,
        "rows": [(school_class, counted.get(school_class.pk)) for school_class in classes],
        "may_take_all": bool(classes) and bool(request.roles & WHOLE_SCHOOL),
    }
    return render(request, "reports/packs.html", context)


@for_roles(Role.DIRECTOR, Role.COORDINATOR, Role.MENTOR)
@require_safe
def pack(request: SchoolRequest, school_class: int) -> HttpResponse:
    """One class's pack; the reading is recorded."""
    campaign, found = asked_class(request, school_class)
    made = open_packs(campaign=campaign, school_classes=[found], is_export=False, by=request.user, now=timezone.now())
    return render(request, "reports/pack.html", {"campaign": campaign, "packs": made, "pack": made[0]})


@for_roles(Role.DIRECTOR, Role.COORDINATOR, Role.MENTOR)
@require_safe
def pack_pdf(request: SchoolRequest, school_class: int) -> HttpResponse:
    """One class's pack as PDF."""
    campaign, found = asked_class(request, school_class)
    return packs_file(request, campaign, [found], name=_("teamoverleg %(name)s") % {"name": found.name})


@for_roles(Role.DIRECTOR, Role.COORDINATOR)
@require_safe
def packs_pdf(request: SchoolRequest) -> HttpResponse:
    """The packs of all classes in one PDF, a class a page."""
    campaign = this_round(request)
    classes = open_classes(request, campaign)
    if not classes:
        raise Http404
    return packs_file(request, campaign, classes, name=_("teamoverleg %(name)s") % {"name": request.school.slug})


def open_classes(request: SchoolRequest, campaign: Campaign) -> list[SchoolClass]:
    """The round's classes that are open to who asks."""
    return packs_for(classes_in(campaign), roles=request.roles, mentor=request.mentor)


def asked_class(request: SchoolRequest, key: int) -> tuple[Campaign, SchoolClass]:
    """The class with this primary key; 404 for one that is not open to who asks."""
    campaign = this_round(request)
    for school_class in open_classes(request, campaign):
        if school_class.pk == key:
            return campaign, school_class
    raise Http404


def packs_file(
    request: SchoolRequest, campaign: Campaign, classes: Sequence[SchoolClass], *, name: str
) -> HttpResponse:
    """These packs as PDF; without the means to make one, a page with a notice how to print it."""
    now = timezone.now()
    made = open_packs(campaign=campaign, school_classes=classes, is_export=True, by=request.user, now=now)
    context = pack_context(request, campaign, made) | {"made_at": now}
    try:
        document = write_pdf(render_to_string("reports/pack_pdf.html", context))
    except PdfUnavailable as refusal:
        return render(request, "reports/pack.html", context | {"refusal": refusal.text})
    return file_answer(document, content_type=PDF, name=f"{name} {timezone.localdate(now)}", ending="pdf")


def pack_context(request: SchoolRequest, campaign: Campaign, made: list[Pack]) -> dict[str, Any]:
    """What a pack's page and its PDF show."""
    return {"school": request.school, "campaign": campaign, "packs": made, "pack": made[0]}
