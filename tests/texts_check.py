"""Whether the English catalogue has every text on screen, translated, and no other. Needs gettext's xgettext."""

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
    """A line for each text that is not, or not surely, translated, and for each that stands on no screen any more."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE))}
    used = {(entry.msgctxt, entry.msgid) for entry in collected()}
    found = []
    for key in used:
        ours = known.get(key)
        if ours is None or not ours.translated() or ours.fuzzy:
            found.append(f"not in English: {key[1]!r}")
    found += [f"on no screen any more: {key[1]!r}" for key in known if key not in used]
    return sorted(found)


def main() -> int:
    """The exit status: 1 with a line for each text without a translation, or without a use."""
    if shutil.which("xgettext") is None:
        sys.exit("xgettext is not on this machine: install gettext.")
    found = problems()
    for line in found:
        print(line)  # noqa: T201
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
