"""The director's page: how far each class is, the pace, the hours; and the same as PDF and spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from reports.access import WHOLE_SCHOOL
from reports.actions.exports import export_figures
from reports.exports.pdf import PdfUnavailable, write_pdf
from reports.queries.dashboard import Figures, figures_of
from reports.views.figure_sheets import figures_workbook
from reports.views.files import PDF, XLSX, file_answer
from reports.views.pictures import pictures_of
from reports.views.rounds import asked_round, this_round


@for_roles(Role.DIRECTOR, Role.COORDINATOR, Role.CARE)
@require_safe
def dashboard(request: SchoolRequest) -> HttpResponse:
    """The figures of one round."""
    campaigns, campaign = asked_round(request)
    if campaign is None:
        return render(request, "reports/dashboard.html", {"campaigns": [], "campaign": None})
    context = dashboard_context(request, figures_of(campaign, now=timezone.now()))
    return render(request, "reports/dashboard.html", context | {"campaigns": campaigns})


@for_roles(Role.DIRECTOR, Role.COORDINATOR, Role.CARE)
@require_safe
def dashboard_pdf(request: SchoolRequest) -> HttpResponse:
    """The figures as PDF; without the means to make one, the page with a notice how to print it."""
    figures = export_figures(campaign=this_round(request), file_kind="pdf", by=request.user, now=timezone.now())
    context = dashboard_context(request, figures)
    try:
        document = write_pdf(render_to_string("reports/dashboard_pdf.html", context | {"school": request.school}))
    except PdfUnavailable as refusal:
        return render(request, "reports/dashboard.html", context | {"refusal": refusal.text})
    return file_answer(document, content_type=PDF, name=file_name(request, figures), ending="pdf")


@for_roles(Role.DIRECTOR, Role.COORDINATOR, Role.CARE)
@require_safe
def dashboard_sheet(request: SchoolRequest) -> HttpResponse:
    """The figures as a spreadsheet."""
    figures = export_figures(campaign=this_round(request), file_kind="xlsx", by=request.user, now=timezone.now())
    document = figures_workbook(figures, request.school)
    return file_answer(document, content_type=XLSX, name=file_name(request, figures), ending="xlsx")


def dashboard_context(request: SchoolRequest, figures: Figures) -> dict[str, Any]:
    """What the page and its PDF show. Numbers are links for whoever may open what they count."""
    may_open = bool(request.roles & WHOLE_SCHOOL)
    return {
        "campaign": figures.campaign,
        "figures": figures,
        "pictures": pictures_of(figures, request.school, may_open=may_open),
        "may_open": may_open,
    }


def file_name(request: SchoolRequest, figures: Figures) -> str:
    """The name of an export: what, of whom, of when."""
    return _("voortgang %(school)s %(day)s") % {"school": request.school.slug, "day": figures.today.isoformat()}
