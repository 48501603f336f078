"""Files that leave the application: PDF and spreadsheet."""

from __future__ import annotations

import datetime as dt
import io
import socket
import sys
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from mentors.models import Event, Role
from reports.exports.pdf import ClosedFetcher, PdfUnavailable, write_pdf
from reports.exports.sheets import WorkbookSheet, write_workbook
from students.models import SchoolClass
from tests.pages import LogIn
from tests.reports.conftest import VisitedClass, make_visited_class
from tests.reports.documents import words_of
from tests.reports.notes_rows import headline, log_visit

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://example.org","x")', "http://example.org"]


def fetch(client: Client, name: str, visited: VisitedClass, **kwargs: object):
    return client.get(reverse(f"reports:{name}", kwargs={"school": visited.school.slug, **kwargs}))


# --- PDF ---


def test_a_pdf_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "geheim.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>GEHEIM</text></svg>')
    opened: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: opened.append(address))
    document = write_pdf(
        f'<link rel="stylesheet" href="http://127.0.0.1:9/a.css"><style>@import "{secret.as_uri()}";'
        f'p {{ background: url({secret.as_uri()}) }}</style><p>zichtbaar</p><img src="{secret.as_uri()}">'
        f'<img src="https://example.org/x.png"><object data="{secret.as_uri()}"></object>'
    )
    words = words_of(document, tmp_path)
    assert "zichtbaar" in words
    assert "GEHEIM" not in words
    assert opened == []


def test_the_fetcher_refuses_every_address() -> None:
    for url in ("file:///etc/passwd", "http://127.0.0.1/", "data:text/plain,x", "ftp://example.org/"):
        with pytest.raises(ValueError, match="nothing is opened"):
            ClosedFetcher()(url)


def test_without_libpango_there_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfUnavailable, match="Deze server kan geen PDF maken"):
        write_pdf("<p>x</p>")


@pytest.mark.parametrize("name", ["dashboard_pdf", "packs_pdf", "pack_pdf"])
def test_without_libpango_the_page_itself_comes_with_the_message(
    name: str, visited: VisitedClass, client: Client, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    log_in(visited.school, Role.DIRECTOR)
    kwargs = {"school_class": visited.school_class.pk} if name == "pack_pdf" else {}
    answer = fetch(client, name, visited, **kwargs)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert "Deze server kan geen PDF maken" in answer.content.decode()
    assert visited.school_class.name in answer.content.decode()


def test_the_packs_of_all_classes_start_each_on_a_new_page(
    visited: VisitedClass, client: Client, log_in: LogIn, tmp_path: Path
) -> None:
    make_visited_class(visited.school, "1d", visited.campaign)
    log_visit(visited.visits[0], began=dt.datetime(2026, 9, 17, 17, tzinfo=dt.UTC))
    headline(visited.visits[0], "Helpt graag in de klas")
    log_in(visited.school, Role.DIRECTOR)
    answer = fetch(client, "packs_pdf", visited)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store, private"
    pages = words_of(answer.content, tmp_path).split("\f")
    assert "Klas 1c" in pages[0]
    assert "Helpt graag in de klas" in pages[0]
    assert "Klas 1d" in pages[1]


def test_the_dashboard_as_pdf_has_the_same_numbers(
    visited: VisitedClass, client: Client, log_in: LogIn, tmp_path: Path, frozen
) -> None:
    log_in(visited.school, Role.DIRECTOR)
    words = " ".join(words_of(fetch(client, "dashboard_pdf", visited).content, tmp_path).split())
    assert "1 gesproken, 2 gepland, 2 nog geen moment, 1 liever niet" in words
    assert "17 % (1 van 6)" in words


def test_a_file_name_cannot_break_a_header(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    SchoolClass.objects.filter(pk=visited.school_class.pk).update(name='1c"; x=\r\nSet-Cookie: a=b/../')
    log_in(visited.school, Role.DIRECTOR)
    answer = fetch(client, "pack_pdf", visited, school_class=visited.school_class.pk)
    assert answer["Content-Disposition"].startswith('attachment; filename="teamoverleg-1c-x-set-cookie')
    assert not answer.cookies.get("a")


# --- spreadsheets ---


def test_a_text_stays_a_text_whatever_it_begins_with() -> None:
    book = write_workbook([WorkbookSheet("Blad", HOSTILE[0], HOSTILE, [HOSTILE])])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Blad").to_python()
    assert rows[0][0] == HOSTILE[0]
    assert rows[2] == rows[3] == HOSTILE
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()
        assert not any("rels" in name and b"example.org" in parts.read(name) for name in parts.namelist())


def test_a_class_named_as_a_formula_is_a_name_in_the_sheet(
    visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    SchoolClass.objects.filter(pk=visited.school_class.pk).update(name="=cmd|'/c calc'!A0")
    log_in(visited.school, Role.DIRECTOR)
    book = fetch(client, "dashboard_sheet", visited).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Klassen").to_python()
    assert rows[3][0] == "=cmd|'/c calc'!A0"
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert all("<f>" not in parts.read(name).decode() for name in sheets)


def test_the_sheet_has_the_numbers_of_the_page(visited: VisitedClass, client: Client, log_in: LogIn, frozen) -> None:
    log_in(visited.school, Role.COORDINATOR)
    answer = fetch(client, "dashboard_sheet", visited)
    assert answer["Content-Disposition"].endswith('2026-09-22.xlsx"')
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.get_sheet_by_name("Klassen").to_python()[3][:7] == ["1c", 6, 1, 2, 2, 1, 17]
    pace = book.get_sheet_by_name("Tempo").to_python()
    assert pace[3] == [dt.date(2026, 9, 7), 0, pytest.approx(0.2)]
    assert len(pace) == 3 + 30


def test_a_round_under_five_exports_no_numbers(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    for visit in visited.visits[4:]:
        visit.delete()
    log_in(visited.school, Role.DIRECTOR)
    book = CalamineWorkbook.from_filelike(io.BytesIO(fetch(client, "dashboard_sheet", visited).content))
    assert book.sheet_names == ["Toelichting"]


def test_every_export_of_figures_is_recorded(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    user = log_in(visited.school, Role.DIRECTOR)
    fetch(client, "dashboard_sheet", visited)
    fetch(client, "dashboard_pdf", visited)
    rows = Event.objects.filter(verb="figures.exported").order_by("pk")
    assert [(row.by, row.facts["file_kind"]) for row in rows] == [(user, "xlsx"), (user, "pdf")]
