"""An import from file to rows, in one step."""

from __future__ import annotations

import datetime as dt

from mentors.models import School
from students.actions.importing import apply_import, prepare_import
from students.roster.reading import SourceFile, read_rosters


def bring_in(
    school: School, now: dt.datetime, *data: bytes, scope: str | None = None, **choices: bool
) -> dict[str, int]:
    """Read, preview and apply files of any kind; the counts."""
    files = [SourceFile(f"bestand{number}", content) for number, content in enumerate(data)]
    roster = read_rosters(files, scope=scope)
    roster_import = prepare_import(school=school, roster=roster, by=None, now=now)
    return apply_import(roster_import=roster_import, by=None, now=now, **choices)
