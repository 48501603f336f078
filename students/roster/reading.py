"""Any roster file, by what is in it: EDEXML, a OneRoster set, or the school's own table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from students.roster.archives import is_zip, read_archive
from students.roster.edexml import is_edexml, read_edexml
from students.roster.oneroster import is_oneroster, read_oneroster
from students.roster.records import SCOPES, Roster, merge_rosters
from students.roster.refusals import (
    FileEmpty,
    FileRefused,
    FileTooLarge,
    NoFileChosen,
    RosterRefused,
    TooManyFiles,
    ZipNotOneRoster,
)
from students.roster.tables import TableHeader, read_header, read_table

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 12


@dataclass(frozen=True)
class SourceFile:
    """A file as it was offered: its name and its content, in memory."""

    name: str
    data: bytes


def read_rosters(
    files: Sequence[SourceFile],
    *,
    mapping: Mapping[str, str] | None = None,
    scope: str | None = None,
    brin: str = "",
    school_name: str = "",
) -> Roster:
    """All files together as one roster. Raises RosterRefused, with the name of the file in the text."""
    refuse_large([(file.name, len(file.data)) for file in files])
    sets, others = _sort(files)
    rosters = []
    if sets:
        rosters.append(read_oneroster(sets, brin=brin, school_name=school_name))
    for file in others:
        try:
            rosters.append(
                read_edexml(file.data) if is_edexml(file.data) else read_table(file.data, file.name, mapping)
            )
        except RosterRefused as refused:
            raise FileRefused(name=_short(file.name), why=refused.text) from None
    merged = merge_rosters(rosters)
    return replace(merged, scope=scope) if scope in SCOPES else merged


def headers_to_match(
    files: Sequence[SourceFile], mapping: Mapping[str, str] | None = None, *, all_of_them: bool = False
) -> list[TableHeader]:
    """The tables among the files whose columns a person should look at first (or all tables)."""
    refuse_large([(file.name, len(file.data)) for file in files])
    _sets, others = _sort(files)
    headers = [read_header(file.data, file.name, mapping) for file in others if not is_edexml(file.data)]
    return [header for header in headers if header.needs_matching or all_of_them]


def refuse_large(sizes: Sequence[tuple[str, int]]) -> None:
    """Refuse by size alone, before a byte is looked at. Raises RosterRefused."""
    if not sizes:
        raise NoFileChosen
    if len(sizes) > MAX_FILES:
        raise TooManyFiles(count=MAX_FILES)
    for name, size in sizes:
        if size > MAX_FILE_BYTES:
            raise FileTooLarge(name=_short(name))
        if size == 0:
            raise FileEmpty(name=_short(name))


def _sort(files: Sequence[SourceFile]) -> tuple[dict[str, bytes], list[SourceFile]]:
    """The files of a OneRoster set (from a zip or apart), and all others."""
    apart = [file.name for file in files]
    if is_oneroster(apart):
        sets = {file.name: file.data for file in files if file.name.casefold().endswith(".csv")}
        return sets, [file for file in files if file.name not in sets]
    sets, others = {}, []
    for file in files:
        contents = read_archive(file.data) if _is_plain_zip(file) else {}
        if is_oneroster(list(contents)):
            sets.update(contents)
        elif contents:
            raise ZipNotOneRoster(name=_short(file.name))
        else:
            others.append(file)
    return sets, others


def _is_plain_zip(file: SourceFile) -> bool:
    return is_zip(file.data) and b"[Content_Types].xml" not in file.data[:4096] and b"xl/" not in file.data


def _short(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1][:80]
