"""Spreadsheets in which a text stays a text: what begins with `=`, `+`, `-` or `@` is never a formula."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

SheetCell = str | int | float | dt.date | None
_SAFE = {
    "in_memory": True,  # nothing of a school touches the disk
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST = 60  # characters


@dataclass(frozen=True)
class WorkbookSheet:
    """A sheet of a workbook: a title above, a row of headings, and rows."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[SheetCell]]


def write_workbook(sheets: Iterable[WorkbookSheet]) -> bytes:
    """The .xlsx file with these sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _SAFE) as book:
        styles = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "heading": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "d-m-yyyy", "align": "left"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, styles)
    return buffer.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, sheet: WorkbookSheet, styles: dict[str, object]) -> None:
    rows = [list(row) for row in sheet.rows]
    page.write_string(0, 0, sheet.title, styles["title"])
    for column, heading in enumerate(sheet.headings):
        page.write_string(2, column, heading, styles["heading"])
        lengths = [len(str(row[column])) for row in rows if column < len(row)]
        page.set_column(column, column, min(max([len(heading) / 2, 8, *lengths]) + 2, WIDEST))
    for number, row in enumerate(rows, start=3):
        for column, value in enumerate(row):
            _cell(page, number, column, value, styles)
    page.freeze_panes(3, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _cell(
    page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: SheetCell, styles: dict[str, object]
) -> None:
    """A text is written as a text, whatever it begins with."""
    if value is None:
        page.write_blank(row, column, None)
    elif isinstance(value, str):
        page.write_string(row, column, value, styles["text"])
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), styles["day"])
    else:
        page.write_number(row, column, value)
