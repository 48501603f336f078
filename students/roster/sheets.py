"""The cells of a CSV or XLSX file as rows of text, each with the place where a person finds it.

Dutch spreadsheets are read as they come: semicolons, commas or tabs; cp1252, UTF-8 with or without a byte
order mark, UTF-16; a quoted cell may hold several lines. Everything stays in memory.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from students.roster.archives import is_zip, read_archive
from students.roster.refusals import (
    CsvUnreadable,
    ExcelDamaged,
    ExcelOldOrProtected,
    NotAnExcelFile,
    NotATextFile,
    SheetEmpty,
    SheetTooLarge,
)

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL_CHARACTERS = 10_000
_FILLED_CELL = re.compile(rb"<(?:[A-Za-z]\w*:)?c\b[^>]*?\br\s*=\s*[\"']([A-Za-z]+)([0-9]+)[\"'][^>]*?(/?)>")
_DIMENSION = re.compile(rb"<(?:[A-Za-z]\w*:)?dimension\b[^>]*/?>")


@dataclass(frozen=True)
class TableSheet:
    """One sheet: its name (empty for CSV), and rows of (row number as a spreadsheet shows it, cells)."""

    name: str
    rows: list[tuple[int, list[str]]]

    def row_name(self, number: int) -> str:
        """Where a row is, for a person: 'rij 12' or 'blad Ouders, rij 12'."""
        if not self.name:
            return str(_("rij %(number)d") % {"number": number})
        return str(_("blad %(sheet)s, rij %(number)d") % {"sheet": self.name[:40], "number": number})


def read_sheets(data: bytes, name: str) -> list[TableSheet]:
    """The sheets that hold something. Raises RosterRefused for what is no readable CSV or XLSX."""
    if is_zip(data):
        sheets = _read_workbook(data)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ExcelOldOrProtected
    else:
        sheets = [TableSheet("", list(_read_csv(decode(data))))]
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise SheetEmpty(name=name[:80])
    return filled


def decode(data: bytes) -> str:
    """The text of a file in any of the encodings that spreadsheets write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[:400:2].count(0) > 20 or data[1:400:2].count(0) > 20:
        encodings = ["utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotATextFile


def _read_csv(text: str) -> Iterator[tuple[int, list[str]]]:
    first, _newline, rest = text.partition("\n")
    offset = 0
    marked = re.fullmatch(r'"?sep=(.)"?\r?', first, re.IGNORECASE)
    if marked:
        text, offset = rest, 1
    delimiter = marked[1] if marked and marked[1] in ";,\t|" else _sniff(text)
    rows = csv.reader(_lines(text), delimiter=delimiter)
    try:
        for number, cells in enumerate(rows, start=1 + offset):
            _refuse_large(number, len(cells))
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise CsvUnreadable(line=rows.line_num) from error


def _sniff(text: str) -> str:
    """The sign between cells: the one that stands most often in the first line, outside quotes."""
    line = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", line)
    return max(";\t,|", key=outside.count)


def _lines(text: str) -> Iterator[str]:
    """The lines, with their ends. One that cannot be a row of ours is refused before it is cut into cells."""
    for line in io.StringIO(text, newline=""):
        if len(line) > MAX_COLUMNS * MAX_CELL_CHARACTERS:
            raise SheetTooLarge(rows=MAX_ROWS, columns=MAX_COLUMNS)
        yield line


def _refuse_large(row: int, columns: int) -> None:
    if row > MAX_ROWS or columns > MAX_COLUMNS:
        raise SheetTooLarge(rows=MAX_ROWS, columns=MAX_COLUMNS)


def _read_workbook(data: bytes) -> list[TableSheet]:
    contents = read_archive(data)
    if not any(name.startswith("xl/") for name in contents):
        raise NotAnExcelFile
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_repack(contents)))
        return [_read_sheet(workbook, name) for name in workbook.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise ExcelDamaged from error


def _repack(contents: dict[str, bytes]) -> bytes:
    """The workbook as we have checked it: the reader sees the very bytes that were counted.

    A sheet with one cell far to the lower right would make the reader set aside room for all cells
    between, so such a cell is refused first, and a stated size is taken out.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            if name.lower().endswith(".xml") and b"sheetData" in content:
                for column, row, is_empty in _FILLED_CELL.findall(content):
                    if not is_empty:
                        _refuse_large(int(row[:9]), _column_number(column))
                content = _DIMENSION.sub(b"", content)
            archive.writestr(name, content)
    return target.getvalue()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    return number


def _read_sheet(workbook: CalamineWorkbook, name: str) -> TableSheet:
    rows: list[tuple[int, list[str]]] = []
    cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for number, values in enumerate(cells, start=1):
        _refuse_large(number, len(values))
        texts = [_as_text(value) for value in values]
        if any(texts):
            rows.append((number, texts))
    return TableSheet(name, rows)


def _as_text(value: object) -> str:
    """A cell as a person would type it: whole numbers without a point, dates as ISO."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        return ""
    return str(value)[:MAX_CELL_CHARACTERS].strip()
