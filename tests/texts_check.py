"""Whether every text on screen stands in the English catalogue, translated. Needs gettext's xgettext."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import polib

CATALOGUE = Path(__file__).resolve().parent.parent / "locale" / "en" / "LC_MESSAGES" / "django.po"


def collected() -> polib.POFile:
    """The catalogue as `make texts` would write it now; the file itself is left as it was."""
    before = CATALOGUE.read_bytes()
    ignored = [f"--ignore={name}" for name in (".venv", "var", "tests", "benchmarks", "staticfiles", "node_modules")]
    command = [sys.executable, "manage.py", "makemessages", "-l", "en", "--no-location", "--no-obsolete", *ignored]
    try:
        subprocess.run(command, check=True, capture_output=True)
        return polib.pofile(str(CATALOGUE))
    finally:
        CATALOGUE.write_bytes(before)


def problems() -> list[str]:
    """A line for each text that is not, or not surely, translated."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE))}
    found = []
    for entry in collected():
        ours = known.get((entry.msgctxt, entry.msgid))
        if ours is None or not ours.translated() or ours.fuzzy:
            found.append(entry.msgid)
    return found


def main() -> int:
    """The exit status: 1 with a line for each text without a translation."""
    if shutil.which("xgettext") is None:
        sys.exit("xgettext is not on this machine: install gettext.")
    missing = problems()
    for text in missing:
        print(f"not in English: {text!r}")  # noqa: T201
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
