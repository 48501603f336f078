"""Bringing a roster in: choose files, match columns, look, apply. Files stay in memory and are never kept."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from students.actions.importing import PREVIEW_LASTS, ImportRefused, apply_import, discard_import, prepare_import
from students.forms import ApplyForm, ColumnsForm, ImportForm, posted_mapping
from students.models import ImportState, RosterImport
from students.queries.known import preview_of, year_for
from students.queries.lists import imports_of, last_mapping, roster_work
from students.roster.columns import TableColumn
from students.roster.differences import PupilChange
from students.roster.reading import MAX_FILE_BYTES, MAX_FILES, SourceFile, headers_to_match, read_rosters
from students.roster.refusals import RosterRefused
from students.roster.template import HEADERS, explanations

SHOWN = 50
UPLOAD_LIMIT = MAX_FILE_BYTES * 5 // 4


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def import_start(request: SchoolRequest) -> HttpResponse:
    """Choose files; when a table has unknown columns, say first what they are."""
    if request.method == "GET":
        return _start_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        if int(request.META.get("CONTENT_LENGTH") or 0) > UPLOAD_LIMIT:
            form.errors.clear()
            form.add_error(None, _("Dit is te groot: hooguit 20 MB per bestand, en 25 MB bij elkaar."))
        return _start_page(request, form)
    by_hand = posted_mapping(request.POST)
    try:
        sources = form.sources()
        columns = _columns_to_match(request, form, sources, by_hand)
        if columns:
            return _start_page(request, form, columns)
        roster = read_rosters(
            sources,
            mapping=by_hand or last_mapping(request.school),
            scope=form.cleaned_data["scope"] or None,
            brin=request.school.brin,
            school_name=request.school.name,
        )
        made = prepare_import(school=request.school, roster=roster, by=request.user, now=timezone.now())
    except (RosterRefused, ImportRefused) as refused:
        form.add_error(None, refused.text)
        return _start_page(request, form)
    url = reverse("students:import_preview", kwargs={"school": request.school.slug, "pk": made.pk})
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


def _columns_to_match(
    request: SchoolRequest, form: ImportForm, sources: list[SourceFile], by_hand: dict[str, str]
) -> list[TableColumn]:
    """The columns to show for matching; none when everything is clear or was just said."""
    if form.cleaned_data["match_columns"] and not by_hand:
        headers = headers_to_match(sources, {}, all_of_them=True)
    else:
        headers = headers_to_match(sources, by_hand or last_mapping(request.school))
    shown = {
        column.header: column
        for header in headers
        for column in sorted(header.columns, key=lambda column: column.is_known)
        if column.header and not column.is_forbidden
    }
    return list(shown.values())


def _start_page(request: SchoolRequest, form: ImportForm, columns: list[TableColumn] | None = None) -> HttpResponse:
    """The page, or with htmx only the part under the files: the files themselves stay chosen."""
    context = {
        "form": form,
        "columns": ColumnsForm(columns=columns) if columns else None,
        "has_year": year_for(request.school, timezone.localdate()) is not None,
        "max_files": MAX_FILES,
    }
    is_part = request.method == "POST" and request.htmx  # type: ignore[attr-defined]
    # htmx swaps answers with status 200 only.
    status = 422 if request.method == "POST" and not is_part and (form.errors or columns) else 200
    return render(
        request, "students/_import_follow.html" if is_part else "students/import_start.html", context, status=status
    )


@for_roles(Role.COORDINATOR)
@require_GET
def import_preview(request: SchoolRequest, pk: int) -> HttpResponse:
    """What would change."""
    found = _open_import(request, pk)
    if found is None:
        return redirect("students:import_result", school=request.school.slug, pk=pk)
    return _preview_page(request, found, ApplyForm())


@for_roles(Role.COORDINATOR)
@require_POST
def import_apply(request: SchoolRequest, pk: int) -> HttpResponse:
    """Write it, all or nothing."""
    found = _open_import(request, pk)
    if found is None:
        return redirect("students:import_result", school=request.school.slug, pk=pk)
    form = ApplyForm(request.POST)
    form.full_clean()
    try:
        apply_import(
            roster_import=found,
            by=request.user,
            now=timezone.now(),
            skip_errors=form.cleaned_data["skip_errors"],
            accept_many_gone=form.cleaned_data["accept_many_gone"],
        )
    except ImportRefused as refused:
        form.add_error(None, refused.text)
        return _preview_page(request, found, form, status=422)
    return redirect("students:import_result", school=request.school.slug, pk=pk)


@for_roles(Role.COORDINATOR)
@require_POST
def import_discard(request: SchoolRequest, pk: int) -> HttpResponse:
    """Throw the preview away."""
    found = get_object_or_404(imports_of(request.school), pk=pk)
    discard_import(roster_import=found, by=request.user, now=timezone.now())
    messages.success(request, _("Het voorbeeld is weggegooid. Er is niets veranderd."))
    return redirect("students:roster", school=request.school.slug)


@for_roles(Role.COORDINATOR)
@require_GET
def import_result(request: SchoolRequest, pk: int) -> HttpResponse:
    """What happened, and what is next."""
    found = get_object_or_404(imports_of(request.school), pk=pk)
    if found.state == ImportState.PREVIEW and _open_import(request, pk) is not None:
        return redirect("students:import_preview", school=request.school.slug, pk=pk)
    year = year_for(request.school, timezone.localdate())
    context = {
        "roster_import": found,
        "counts": found.summary.get("counts", {}),
        "work": roster_work(request.school, year),
    }
    return render(request, "students/import_result.html", context)


@for_roles(Role.COORDINATOR)
@require_GET
def imports(request: SchoolRequest) -> HttpResponse:
    """What was brought in before."""
    page = Paginator(imports_of(request.school), 25).get_page(request.GET.get("page"))
    return render(request, "students/imports.html", {"page": page})


@for_roles(Role.COORDINATOR)
@require_GET
def import_template(request: SchoolRequest, form: str) -> HttpResponse:
    """An empty table with the headings that we know, as CSV or XLSX."""
    if form == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.write("\ufeff" + ";".join(HEADERS) + "\r\n")
    elif form == "xlsx":
        response = HttpResponse(
            _workbook(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="leerlingen.{form}"'
    return response


def _workbook() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(_("Leerlingen"))
        sheet.write_row(0, 0, HEADERS, bold)
        # As text, so that a leading zero of a number or a telephone stays.
        sheet.set_column(0, len(HEADERS) - 1, 20, text)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet(_("Uitleg"))
        notes.set_column(0, 0, 30)
        notes.set_column(1, 1, 90)
        for index, row in enumerate(explanations()):
            notes.write_row(index, 0, row)
    return target.getvalue()


def _open_import(request: SchoolRequest, pk: int) -> RosterImport | None:
    """The preview, or None when it was applied, thrown away or has expired."""
    found = get_object_or_404(RosterImport.objects.filter(school=request.school).select_related("school"), pk=pk)
    is_fresh = timezone.now() - found.created_at <= PREVIEW_LASTS
    return found if found.state == ImportState.PREVIEW and is_fresh and found.payload else None


def _preview_page(request: SchoolRequest, found: RosterImport, form: ApplyForm, status: int = 200) -> HttpResponse:
    shown = None if request.GET.get("alles") else SHOWN
    differences = preview_of(found, today=timezone.localdate())
    context = {
        "roster_import": found,
        "differences": differences,
        "form": form,
        "is_all": shown is None,
        "limit": shown or 10_000,
        "changed": _rows(differences.changed[:shown]),
        "returned": _rows(differences.returned[:shown]),
        "dropped": [
            {"name": name, "count": count, "is_forbidden": is_forbidden}
            for name, count, is_forbidden in found.summary.get("dropped", [])
        ],
    }
    return render(request, "students/import_preview.html", context, status=status)


def _rows(changes: list[PupilChange]) -> list[dict[str, Any]]:
    names = _field_names()
    return [
        {"pupil": item.pupil, "changes": [(names.get(change.field, change.field), change) for change in item.changes]}
        for item in changes
    ]


def _field_names() -> dict[str, str]:
    """Fields as the coordinator reads them."""
    return {
        "first_name": _("roepnaam"), "prefix": _("tussenvoegsel"), "last_name": _("achternaam"),
        "birth_on": _("geboortedatum"), "class_name": _("klas"), "entered_on": _("op school sinds"),
        "household": _("nieuw gezin"), "guardian": _("nieuwe ouder"), "postcode": _("postcode"),
        "house_number": _("huisnummer"), "suffix": _("toevoeging"), "street": _("straat"), "city": _("plaats"),
        "is_secret": _("geheim adres"), "language": _("taal van contact"), "name": _("naam"), "email": _("e-mail"),
        "phone": _("telefoon"), "authority": _("gezag"), "is_invited": _("uitnodigen"),
    }  # fmt: skip
