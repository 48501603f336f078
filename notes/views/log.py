"""The two-minute log: the form, the draft that saves itself, and the choice between two versions."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Mentor, Role
from notes.access import can_be_logged
from notes.actions.log import LogChanged, LogRefused, ReportFinished, finish_report, save_draft
from notes.forms.log import LogForm, SaveForm, initial_of, typed_fields
from notes.models import Feeling, LogDraft, VisitReport
from notes.queries.typed import Fields, draft_fields
from notes.views.broken import refuses_broken_seals
from notes.views.choice import OVERTAKEN, draft_choice, report_choice
from notes.views.finding import find_own_visit
from visits.models import Visit

WRONG, GONE = 422, 410


@for_roles(Role.MENTOR)
@require_http_methods(["GET", "HEAD", "POST"])
@refuses_broken_seals
def log(request: SchoolRequest, visit: int) -> HttpResponse:
    """The form as it was left; a report that is finished shows itself."""
    found, now = find_own_visit(request, visit), timezone.now()
    if request.method == "POST":
        return _sent(request, found, now)
    report = VisitReport.objects.took_place().filter(visit=found).first()
    if report is not None:
        return redirect("notes:report", school=request.school.slug, report=report.pk)
    if not can_be_logged(found, now):
        return render(request, "notes/log_not_yet.html", {"visit": found})
    draft = LogDraft.objects.filter(visit=found, author=request.mentor).first()
    form = LogForm(visit=found, now=now, initial=initial_of(draft_fields(draft)))
    return _form_page(request, found, form, version=draft.version if draft else 0, draft=draft)


@for_roles(Role.MENTOR)
@require_POST
@refuses_broken_seals
def draft(request: SchoolRequest, visit: int) -> HttpResponse:
    """Keep what was typed, for the script of the log page. Answers in JSON: the version, or why not."""
    found, now, save = find_own_visit(request, visit), timezone.now(), _save_of(request)
    try:
        kept = save_draft(
            visit=found,
            author=_mentor(request),
            fields=typed_fields(request.POST),
            client_id=save.cleaned_data["client_id"],
            seen=save.seen,
            by=request.user,
            now=now,
        )
    except LogChanged as changed:
        return JsonResponse({"error": str(changed), "version": changed.version}, status=OVERTAKEN)
    except ReportFinished as finished:
        return JsonResponse({"error": str(finished)}, status=GONE)
    except LogRefused as refused:
        return JsonResponse({"error": refused.text}, status=WRONG)
    return JsonResponse({"version": kept.version})


def _sent(request: SchoolRequest, visit: Visit, now: dt.datetime) -> HttpResponse:
    """Finish the log, keep it for later, or look at two versions beside each other."""
    save, fields = _save_of(request), typed_fields(request.POST)
    form = LogForm(request.POST, visit=visit, now=now)
    action = request.POST.get("action", "finish")
    given: dict[str, Any] = {
        "visit": visit,
        "author": _mentor(request),
        "client_id": save.cleaned_data["client_id"],
        "seen": save.seen,
        "by": request.user,
        "now": now,
    }
    try:
        if action == "compare":
            return _compared_with_kept(request, visit, fields, now)
        if action in ("keep", "choose"):
            save_draft(fields=fields, **given)
            return _kept(request, visit, action)
        if form.is_valid():
            return _finished(request, finish_report(content=form.content(), **given), form.content().feeling)
    except LogChanged as changed:
        return draft_choice(request, visit, now, sent=fields, kept=changed.fields, version=changed.version)
    except ReportFinished as finished:
        return report_choice(request, finished.report, fields, now)
    except LogRefused as refused:
        form.add_error(None, refused.text)
    return _form_page(request, visit, form, version=save.cleaned_data["version"], status=WRONG)


def _save_of(request: SchoolRequest) -> SaveForm:
    save = SaveForm(request.POST)
    if not save.is_valid():
        raise BadRequest
    return save


def _mentor(request: SchoolRequest) -> Mentor:
    """Who writes; `find_own_visit` found nothing for who is not a mentor."""
    if request.mentor is None:
        raise BadRequest
    return request.mentor


def _form_page(
    request: SchoolRequest,
    visit: Visit,
    form: LogForm,
    *,
    version: int,
    draft: LogDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "visit": visit,
        "form": form,
        "version": version,
        "draft": draft,
        "client_id": request.POST.get("client_id") or uuid.uuid4(),
        "unanswered": request.POST.get("unanswered", ""),
    }
    return render(request, "notes/log.html", context, status=status)


def _kept(request: SchoolRequest, visit: Visit, action: str) -> HttpResponseRedirect:
    if action == "choose":
        messages.success(request, _("Deze versie is bewaard. Kijk haar na en druk op Klaar."))
        return redirect("notes:log", school=request.school.slug, visit=visit.pk)
    messages.success(request, _("Je verslag is bewaard. Je kunt later verder."))
    return redirect("notes:evening", school=request.school.slug)


def _finished(request: SchoolRequest, report: VisitReport, feeling: Feeling | None) -> HttpResponseRedirect:
    if report.took_place:
        messages.success(request, _("Het verslag is klaar en staat bij de leerling."))
    else:
        messages.success(request, _("Genoteerd. Het bezoek staat weer open; er komt een nieuw moment."))
    page = "notes:support" if feeling == Feeling.HEAVY else "notes:evening"
    return redirect(page, school=request.school.slug)


def _compared_with_kept(request: SchoolRequest, visit: Visit, sent: Fields, now: dt.datetime) -> HttpResponse:
    report = VisitReport.objects.took_place().filter(visit=visit).first()
    if report is not None:
        return report_choice(request, report, sent, now)
    kept = LogDraft.objects.filter(visit=visit, author=request.mentor).first()
    version = kept.version if kept is not None else 0
    return draft_choice(request, visit, now, sent=sent, kept=draft_fields(kept), version=version)
