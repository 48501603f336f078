"""What would it cost us? The question, the work on it, and the answer: a page, a PDF and a spreadsheet."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from typing import Any

from celery import current_app
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role, SchoolYear
from reports.actions.cost_studies import (
    CostRefused,
    record_cost_export,
    request_cost_study,
    resume_cost_study,
    stop_cost_study,
)
from reports.exports.pdf import PdfUnavailable, write_pdf
from reports.figures.cost_question import Question, Variant
from reports.forms import CostForm
from reports.models import CostState, CostStudy
from reports.queries.cost_roster import roster_year, year_groups_of
from reports.queries.cost_studies import CostAnswer, VariantLine, answer_of, earlier_studies, last_study
from reports.views import cost_words
from reports.views.cost_assumptions import assumptions
from reports.views.cost_pictures import choices_of, here_of, picture_of, tables_of
from reports.views.cost_sheets import cost_workbook
from reports.views.files import PDF, XLSX, file_answer

# The schedule looks every 30 seconds, and a wake-up is quicker: who waits longer waits for no worker.
LONG_WAIT = dt.timedelta(seconds=45)


def study_of(request: SchoolRequest, pk: int) -> CostStudy:
    """The study, if it is of this school. Raises Http404."""
    seen = CostStudy.objects.visible_to(request.user).filter(school=request.school)
    return get_object_or_404(seen.select_related("school", "created_by"), pk=pk)


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_safe
def costs(request: SchoolRequest) -> HttpResponse:
    """The newest answer, or the question when none was asked yet."""
    study = last_study(request.school)
    if study is None:
        return redirect("reports:cost_new", school=request.school.slug)
    return redirect("reports:cost_study", school=request.school.slug, study=study.pk)


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def cost_new(request: SchoolRequest) -> HttpResponse:
    """The question; as it stands it is a sensible one, for one click."""
    form = form_of(request)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            study = request_cost_study(
                school=request.school, question=form.question(), by=request.user, now=timezone.now()
            )
        except CostRefused as refusal:
            form.add_error(None, refusal.text)
        else:
            transaction.on_commit(wake_worker)
            return redirect("reports:cost_study", school=request.school.slug, study=study.pk)
    context = {"form": form, "is_on_map": request.school.latitude is not None, "last": last_study(request.school)}
    context |= {"may_fill_in": Role.COORDINATOR in request.roles}
    return render(request, "reports/cost_new.html", context)


def form_of(request: SchoolRequest) -> CostForm | None:
    """The form, filled in as the last time or as usual; nothing for a school without pupils or calendar."""
    year = roster_year(request.school)
    newest = SchoolYear.objects.filter(school=request.school).order_by("-starts_on").first()
    if year is None or newest is None or request.school.latitude is None:
        return None
    groups, last = year_groups_of(year), last_study(request.school)
    initial = CostForm.usual(newest)
    if last is not None:
        initial = CostForm.as_asked(Question.from_json(last.question), groups)
    data = request.POST if request.method == "POST" else None
    return CostForm(data, initial=initial, school=request.school, year_groups=groups)


def wake_worker() -> None:
    """Tell a worker that a question waits. When the broker is down, the schedule finds the row."""
    with contextlib.suppress(OperationalError):
        current_app.send_task("reports.tasks.run_waiting_cost_studies")


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_safe
def cost_study(request: SchoolRequest, study: int) -> HttpResponse:
    """The answer, as far as it is worked out."""
    found = study_of(request, study)
    return render(request, "reports/cost_study.html", study_context(request, answer_of(found)))


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_safe
def cost_progress(request: SchoolRequest, study: int) -> HttpResponse:
    """The part of the page that grows while the work goes on; when it is done the page is fetched anew."""
    answer = answer_of(study_of(request, study))
    response = render(request, "reports/_cost_answer.html", study_context(request, answer))
    if not answer.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_POST
def cost_stop(request: SchoolRequest, study: int) -> HttpResponse:
    """Enough: keep what is worked out."""
    stop_cost_study(study=study_of(request, study), by=request.user, now=timezone.now())
    messages.success(request, _("Het rekenen stopt. Wat al berekend is, blijft staan."))
    return redirect("reports:cost_study", school=request.school.slug, study=study)


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_POST
def cost_resume(request: SchoolRequest, study: int) -> HttpResponse:
    """Go on with what is left."""
    try:
        resume_cost_study(study=study_of(request, study), by=request.user, now=timezone.now())
    except CostRefused as refusal:
        messages.error(request, refusal.text)
    else:
        transaction.on_commit(wake_worker)
    return redirect("reports:cost_study", school=request.school.slug, study=study)


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_safe
def cost_pdf(request: SchoolRequest, study: int) -> HttpResponse:
    """The answer as PDF; without the means to make one, the page with a notice how to print it."""
    found = study_of(request, study)
    record_cost_export(study=found, file_kind="pdf", by=request.user, now=timezone.now())
    answer = answer_of(found)
    context = study_context(request, answer)
    paper = context | {"school": request.school, "tables": tables_of(answer)}
    try:
        document = write_pdf(render_to_string("reports/cost_pdf.html", paper))
    except PdfUnavailable as refusal:
        return render(request, "reports/cost_study.html", context | {"refusal": refusal.text})
    return file_answer(document, content_type=PDF, name=file_name(request, found), ending="pdf")


@for_roles(Role.COORDINATOR, Role.DIRECTOR)
@require_safe
def cost_sheet(request: SchoolRequest, study: int) -> HttpResponse:
    """The answer as a spreadsheet."""
    found = study_of(request, study)
    record_cost_export(study=found, file_kind="xlsx", by=request.user, now=timezone.now())
    document = cost_workbook(answer_of(found))
    return file_answer(document, content_type=XLSX, name=file_name(request, found), ending="xlsx")


def file_name(request: SchoolRequest, study: CostStudy) -> str:
    """The name of an export: what, of whom, of when."""
    day = timezone.localdate(study.created_at).isoformat()
    return _("wat kost het %(school)s %(day)s") % {"school": request.school.slug, "day": day}


def asked_variant(request: SchoolRequest, answer: CostAnswer) -> Variant:
    """The variant whose slice is looked at: the most useful one, or what the address says of it."""
    question, like = answer.question, answer.lines[0].variant
    asked = request.GET
    groups = dict(enumerate(question.cohorts))
    mode = asked.get("vervoer")
    evenings = {str(number): number for number in question.evenings}.get(asked.get("avonden", ""))
    number = asked.get("groep", "")
    return Variant(
        minutes=like.minutes,
        max_stops=like.max_stops,
        mode=mode if mode in question.modes else like.mode,
        year_groups=groups.get(int(number), like.year_groups) if number in map(str, groups) else like.year_groups,
        evenings_a_week=evenings or like.evenings_a_week,
    )


def study_context(request: SchoolRequest, answer: CostAnswer) -> dict[str, Any]:
    """What page, part and PDF show."""
    like = asked_variant(request, answer)
    main = next((line for line in answer.lines if line.variant == like), answer.lines[0])
    waits_long = answer.study.state == CostState.QUEUED and timezone.now() - answer.study.created_at > LONG_WAIT
    return {
        "answer": answer,
        "study": answer.study,
        "like": like,
        "main": main,
        "main_name": cost_words.full_name(like),
        "main_finding": cost_words.main_finding(main) if main.outcome else "",
        "here": here_of(answer, like),
        "percent": round(100 * answer.fraction),
        "picture": picture_of(answer, like),
        "choices": choices_of(answer, like),
        "assumptions": assumptions(answer, main.outcome),
        "waits_long": waits_long,
        "query": request.META.get("QUERY_STRING", ""),
        "earlier": earlier_studies(request.school, answer.study),
    } | comparison_context(request, answer, main.pk)


def comparison_context(request: SchoolRequest, answer: CostAnswer, shown: int) -> dict[str, Any]:
    """Two variants side by side: those that were asked for, else the shown one and one that differs in length."""
    done = answer.done
    if len(done) < 2:
        return {"comparable": []}
    second = answer.by_key(request.GET.get("twee", "")) or answer.by_key(str(shown)) or done[0]
    first = answer.by_key(request.GET.get("een", "")) or longest_like(done, second)
    return {
        "comparable": [(line.pk, cost_words.full_name(line.variant)) for line in done],
        "first": first,
        "second": second,
        "comparison": cost_words.comparison(first, second),
        "differences": cost_words.compared(first, second, answer.question),
    }


def longest_like(done: list[VariantLine], shown: VariantLine) -> VariantLine:
    """Of the others that differ in length alone the longest; else any other."""
    others = [line for line in done if line.pk != shown.pk]
    alike = [line for line in others if replace(line.variant, minutes=shown.variant.minutes) == shown.variant]
    return max(alike or others[:1], key=lambda line: line.variant.minutes)
