"""The reports of own pupils: the list, one report, and correcting it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from notes.access import may_amend
from notes.actions.reports import AmendmentRefused, ReportChanged, amend_report, record_reading
from notes.forms.log import LogForm, SaveForm, initial_of, typed_fields
from notes.models import VisitReport
from notes.queries.reports import report_lines, report_page
from notes.queries.typed import report_fields
from notes.views.broken import refuses_broken_seals
from notes.views.choice import report_choice
from notes.views.finding import find_report

WRONG = 422


@for_roles(Role.MENTOR)
@require_safe
def reports(request: SchoolRequest) -> HttpResponse:
    """Whose reports there are; nothing of what is in them."""
    return render(request, "notes/reports.html", {"lines": report_lines(user=request.user, school=request.school)})


@for_roles(Role.MENTOR)
@require_safe
@refuses_broken_seals
def report(request: SchoolRequest, report: int) -> HttpResponse:
    """One report. Opening it is recorded."""
    found = find_report(request, report)
    page = report_page(found)
    record_reading(report=found, by=request.user, now=timezone.now())
    return render(request, "notes/report.html", {"page": page, "may_amend": may_amend(found, request.mentor)})


@for_roles(Role.MENTOR)
@require_http_methods(["GET", "HEAD", "POST"])
@refuses_broken_seals
def amend(request: SchoolRequest, report: int) -> HttpResponse:
    """Correct an own report. Opening it is recorded too."""
    found, now = find_report(request, report), timezone.now()
    if not may_amend(found, request.mentor):
        raise PermissionDenied
    if request.method == "POST" and request.POST.get("action") != "fill":
        return _amended(request, found)
    fields = typed_fields(request.POST) if request.method == "POST" else report_fields(found)
    form = LogForm(visit=found.visit, now=now, is_amendment=True, initial=initial_of(fields))
    record_reading(report=found, by=request.user, now=now)
    return render(request, "notes/amend.html", {"report": found, "form": form, "version": found.version})


def _amended(request: SchoolRequest, report: VisitReport) -> HttpResponse:
    now, save = timezone.now(), SaveForm(request.POST)
    if not save.is_valid():
        raise BadRequest
    form = LogForm(request.POST, visit=report.visit, now=now, is_amendment=True)
    seen_version = save.cleaned_data["version"]
    try:
        if form.is_valid():
            amend_report(report=report, content=form.content(), seen_version=seen_version, by=request.user, now=now)
            messages.success(request, _("Het verslag is verbeterd."))
            return redirect("notes:report", school=request.school.slug, report=report.pk)
    except ReportChanged as changed:
        return report_choice(request, changed.report, typed_fields(request.POST), now)
    except AmendmentRefused as refused:
        form.add_error(None, refused.text)
    return render(request, "notes/amend.html", {"report": report, "form": form, "version": seen_version}, status=WRONG)
