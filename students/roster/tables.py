"""A school's own table (CSV or XLSX) as a roster.

Two shapes, told apart by nothing but their columns: one row a pupil with columns for up to four adults,
or one row an adult with the pupil's number repeated. Rows of the same pupil are put together. Columns that
are forbidden or unknown are left out by name, before a row becomes a record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from students.roster.cleaning import (
    CITY_LENGTH,
    CLASS_LENGTH,
    FULL_NAME_LENGTH,
    LAST_NAME_LENGTH,
    NAME_LENGTH,
    PREFIX_LENGTH,
    STREET_LENGTH,
    Findings,
    ValuePlace,
    are_bsns,
    clean_date,
    clean_email,
    clean_house_number,
    clean_language,
    clean_number,
    clean_phone,
    clean_postcode,
    clean_suffix,
    clean_text,
    clean_yes_no,
    year_of,
)
from students.roster.columns import GUARDIANS, TableColumn, match_columns
from students.roster.names import plain_adult_name, split_address, split_pupil_name
from students.roster.records import (
    KIND_TABLE,
    SCOPE_ADDITION,
    SCOPE_CLASSES,
    DroppedField,
    Roster,
    RosterClass,
    RosterGuardian,
    RosterHousehold,
    RosterPupil,
    merge_households,
    merge_pupils,
)
from students.roster.refusals import (
    ColumnHoldsPersonalNumbers,
    HeaderMissing,
    NumberColumnMissing,
    TableWithoutPupils,
)
from students.roster.sheets import TableSheet, read_sheets

_HEADER_SEARCH_ROWS = 10
_IDENTITY = ("first_name", "last_name", "birth_on", "class_name")


@dataclass(frozen=True)
class TableHeader:
    """A sheet with its columns recognised, before any row is read."""

    sheet: TableSheet
    header_row: int
    columns: tuple[TableColumn, ...]

    @property
    def has_number(self) -> bool:
        """Whether one column is the pupil's number: nothing can be read without it."""
        return any(column.target == "number" for column in self.columns)

    @property
    def unknown(self) -> list[TableColumn]:
        """Columns that nobody has said anything about yet."""
        return [column for column in self.columns if not column.is_known]

    @property
    def needs_matching(self) -> bool:
        """Whether a person should look at the columns first."""
        return not self.has_number or bool(self.unknown)


def read_header(data: bytes, name: str, mapping: Mapping[str, str] | None = None) -> TableHeader:
    """The sheet and the row with the most known headings. Raises RosterRefused for an unreadable file."""
    best: TableHeader | None = None
    best_score = -1
    for sheet in read_sheets(data, name):
        for number, cells in sheet.rows[:_HEADER_SEARCH_ROWS]:
            columns = tuple(match_columns(_unique(cells), mapping))
            score = sum(bool(column.target) for column in columns) + 3 * any(
                column.target == "number" for column in columns
            )
            if score > best_score:
                best, best_score = TableHeader(sheet, number, columns), score
    assert best is not None  # read_sheets refuses an empty file  # noqa: S101
    if best_score == 0 and not mapping:
        first, cells = best.sheet.rows[0]
        best = TableHeader(best.sheet, first, tuple(match_columns(_unique(cells))))
    if any(_is_value(column.header) for column in best.columns):
        raise HeaderMissing
    return best


def _is_value(header: str) -> bool:
    """Whether a heading is somebody's data: a list without headings is not taken in by its first pupil."""
    return "@" in header or bool(re.search(r"[0-9]{4}", header))


def _unique(cells: Sequence[str]) -> list[str]:
    """The headings, trimmed; a second column with the same heading gets a number."""
    seen: Counter[str] = Counter()
    headers = []
    for cell in cells:
        header = " ".join(cell.split())[:80]
        seen[header] += 1
        headers.append(f"{header} ({seen[header]})" if header and seen[header] > 1 else header)
    return headers


def read_table(data: bytes, name: str, mapping: Mapping[str, str] | None = None) -> Roster:
    """The roster of one table, with ``mapping`` from heading to field for what was matched by hand.

    Raises RosterRefused when the file cannot be read, has no column with the pupil's number, or holds
    national numbers in a column that would be kept.
    """
    header = read_header(data, name, mapping)
    if not header.has_number:
        raise NumberColumnMissing
    rows = [row for row in header.sheet.rows if row[0] > header.header_row]
    _refuse_bsn(header, rows)
    findings = Findings()
    pupils: dict[str, RosterPupil] = {}
    for number, cells in rows:
        reader = _RowReader(header.columns, cells, header.sheet.row_name(number), findings)
        pupil = reader.pupil()
        if pupil is not None:
            _put_together(pupils, pupil, findings)
    if not pupils and not findings.errors:
        raise TableWithoutPupils
    targets = {column.target for column in header.columns}
    is_listing = "class_name" in targets and bool(targets & {"first_name", "last_name", "full_name"})
    names = dict.fromkeys(pupil.class_name for pupil in pupils.values() if pupil.class_name)
    return Roster(
        kind=KIND_TABLE,
        pupils=tuple(pupils.values()),
        classes=tuple(RosterClass(name, year_of(name)) for name in names),
        errors=tuple(findings.errors),
        notices=tuple(findings.notices),
        dropped=_dropped(header, rows),
        scope=SCOPE_CLASSES if is_listing else SCOPE_ADDITION,
        mapping={column.header: column.target for column in header.columns if not column.is_forbidden},
    )


def _refuse_bsn(header: TableHeader, rows: list[tuple[int, list[str]]]) -> None:
    """No column whose every value is a national number is read, whatever it is called."""
    for index, column in enumerate(header.columns):
        values = [cells[index].strip() for _number, cells in rows if index < len(cells)]
        if column.target and are_bsns(values):
            raise ColumnHoldsPersonalNumbers(name=column.header)


def _dropped(header: TableHeader, rows: list[tuple[int, list[str]]]) -> tuple[DroppedField, ...]:
    dropped = []
    for index, column in enumerate(header.columns):
        if column.header and not column.target:
            count = sum(1 for _number, cells in rows if index < len(cells) and cells[index].strip())
            dropped.append(DroppedField(column.header, count, column.is_forbidden))
    return tuple(dropped)


def _put_together(pupils: dict[str, RosterPupil], pupil: RosterPupil, findings: Findings) -> None:
    """Add a pupil, or join the row to the earlier rows with the same number."""
    known = pupils.get(pupil.number)
    if known is None:
        pupils[pupil.number] = pupil
        return
    for name in _IDENTITY:
        first, second = getattr(known, name), getattr(pupil, name)
        if first and second and first != second:
            findings.refuse(
                pupil.row,
                name,
                _("Dit leerlingnummer staat ook in %(row)s, met iets anders in dit veld.") % {"row": known.row},
            )
            return
    pupils[pupil.number] = merge_pupils(known, pupil)


class _RowReader:
    """The cells of one row by field, each with its place for errors."""

    def __init__(self, columns: Sequence[TableColumn], cells: list[str], row: str, findings: Findings) -> None:
        self.row, self.findings = row, findings
        self.values: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column.target and not (self.values.get(column.target) and not cell.strip()):
                if self.values.get(column.target):
                    continue
                self.values[column.target] = cell.strip()
                self.headers[column.target] = column.header

    def place(self, target: str) -> ValuePlace:
        return ValuePlace(self.findings, self.row, self.headers.get(target, target))

    def text(self, target: str, limit: int) -> str | None:
        return clean_text(self.values.get(target), self.place(target), limit)

    def clean(self, target: str, cleaner: Any) -> Any:
        return cleaner(self.values.get(target), self.place(target))

    def pupil(self) -> RosterPupil | None:
        """The pupil of this row, or None when there is no number to know the pupil by."""
        number = self.clean("number", clean_number)
        if number is None:
            return None
        first_name, prefix, last_name = self._names()
        return RosterPupil(
            number=number,
            row=self.row,
            first_name=first_name,
            prefix=prefix,
            last_name=last_name,
            birth_on=self.clean("birth_on", clean_date),
            class_name=self.text("class_name", CLASS_LENGTH),
            entered_on=self.clean("entered_on", clean_date),
            left_on=self.clean("left_on", clean_date),
            households=self._households(),
        )

    def _names(self) -> tuple[str | None, str | None, str | None]:
        if "full_name" in self.values and "first_name" not in self.values:
            full_name = self.text("full_name", FULL_NAME_LENGTH) or ""
            first_name, prefix, last_name = split_pupil_name(full_name)
            return first_name[:NAME_LENGTH], prefix, last_name[:LAST_NAME_LENGTH]
        return (
            self.text("first_name", NAME_LENGTH),
            self.text("prefix", PREFIX_LENGTH),
            self.text("last_name", LAST_NAME_LENGTH),
        )

    def _households(self) -> tuple[RosterHousehold, ...]:
        """The addresses of this row, each with its adults; an adult without an own address lives at the first."""
        addresses = {number: self._address(number) for number in range(1, GUARDIANS + 1)}
        language = self.clean("language", clean_language)
        if language:
            addresses[1] = replace(addresses[1], language=addresses[1].language or language)
        for number in range(1, GUARDIANS + 1):
            guardian = self._guardian(number)
            if guardian is None:
                continue
            home = number if addresses[number].postcode or addresses[number].street else 1
            addresses[home] = replace(addresses[home], guardians=(*addresses[home].guardians, guardian))
        filled = tuple(household for household in addresses.values() if not household.is_empty)
        merged = merge_households((), filled[:1])
        return merge_households(merged, filled[1:])

    def _address(self, number: int) -> RosterHousehold:
        prefix = f"address{number}_"
        whole = self.text(prefix + "address", 200)
        for part, text in split_address(whole or "").items():
            self.values[prefix + part] = self.values.get(prefix + part) or text
            self.headers.setdefault(prefix + part, self.headers[prefix + "address"])
        if whole and not self.values.get(prefix + "house_number"):
            self.place(prefix + "address").refuse(
                _("In dit adres is geen huisnummer te vinden. Schrijf het als Dorpsstraat 12, 8261 AB Kampen.")
            )
        house_number, own_suffix = self.clean(prefix + "house_number", clean_house_number)
        suffix = self.clean(prefix + "suffix", clean_suffix) or own_suffix
        return RosterHousehold(
            postcode=self.clean(prefix + "postcode", clean_postcode),
            house_number=house_number,
            suffix=suffix if suffix is not None or house_number is None else "",
            street=self.text(prefix + "street", STREET_LENGTH),
            city=self.text(prefix + "city", CITY_LENGTH),
            is_secret=self.clean(prefix + "is_secret", clean_yes_no),
            language=self.clean(f"guardian{number}_language", clean_language) or None,
        )

    def _guardian(self, number: int) -> RosterGuardian | None:
        prefix = f"guardian{number}_"
        name = self.text(prefix + "name", FULL_NAME_LENGTH)
        if not name:
            parts = [
                self.text(prefix + "first_name", NAME_LENGTH),
                self.text(prefix + "prefix", PREFIX_LENGTH),
                self.text(prefix + "last_name", LAST_NAME_LENGTH),
            ]
            name = " ".join(part for part in parts if part)[:FULL_NAME_LENGTH] or name
        guardian = RosterGuardian(
            name=plain_adult_name(name) if name else name,
            email=self.clean(prefix + "email", clean_email),
            phone=self.clean(prefix + "phone", clean_phone),
            has_authority=self.clean(prefix + "authority", clean_yes_no),
        )
        return None if guardian.is_empty else guardian
