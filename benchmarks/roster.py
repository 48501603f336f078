"""Measures an EDEXML file of 1,000 pupils with a table of 1,000 households: read, preview, import, again.

    python benchmarks/roster.py [--pupils 1000]

Leaves with 1 when a limit is passed. Runs on an SQLite file of its own that is thrown away.
"""

# ruff: noqa: E402 - Django has to be set up before anything of the product can be imported

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
_folder = tempfile.TemporaryDirectory(prefix="thuisbezoek-benchmark-")
os.environ["THUISBEZOEK_DATA"] = _folder.name
os.environ["DATABASE_URL"] = f"sqlite:///{_folder.name}/benchmark.sqlite3"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thuisbezoek.settings")

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone

from students.actions.importing import apply_import, prepare_import
from students.queries.known import preview_of
from students.roster.reading import SourceFile, read_rosters
from tests.factories import make_school
from tests.students.roster_files import HEADERS, edexml_school, table

PREVIEW_SECONDS = 10.0
IMPORT_SECONDS = 10.0
MEMORY_MB = 400.0
Result = TypeVar("Result")


def timed(what: str, work: Callable[[], Result]) -> tuple[Result, float]:
    """Do the work and say how long it took."""
    started = time.perf_counter()
    result = work()
    took = time.perf_counter() - started
    print(f"{what:<42}{took:8.2f} s")
    return result, took


def households(count: int) -> bytes:
    """A table with an address and two adults for each pupil."""
    rows = (
        f"{number:05d};Voornaam{number};van den;Achternaam{number};21-06-2014;;Laan;{number};;8261AB;Kampen;"
        f"M. Ouder{number};ouder{number}@example.org;06{number:08d};ja"
        for number in range(1, count + 1)
    )
    return table(*rows, headers=HEADERS.replace("Klas", "Lokaal"))


def main() -> int:
    """1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=1000)
    count = parser.parse_args().pupils
    call_command("migrate", verbosity=0)
    now = timezone.now()
    school = make_school()
    school.years.update(starts_on=now.date().replace(month=1, day=1), ends_on=now.date().replace(month=12, day=31))
    files = [SourceFile("school.xml", edexml_school(count)), SourceFile("gezinnen.csv", households(count))]
    roster, reading = timed("read both files", lambda: read_rosters(files))
    made, preparing = timed(
        "compare and keep the preview", lambda: prepare_import(school=school, roster=roster, by=None, now=now)
    )
    _seen, looking = timed("show the preview", lambda: preview_of(made, today=now.date()))
    counts, applying = timed("import", lambda: apply_import(roster_import=made, by=None, now=now))
    assert counts["new"] == count, counts
    again, _took = timed(
        "the same files again: preview", lambda: prepare_import(school=school, roster=roster, by=None, now=now)
    )
    assert again.summary["counts"]["unchanged"] == count and not again.summary["counts"]["changed"], again.summary
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory at most':<42}{memory:8.0f} MB")
    limits = [
        ("read and preview", reading + preparing + looking, PREVIEW_SECONDS),
        ("import", applying, IMPORT_SECONDS),
        ("memory", memory, MEMORY_MB),
    ]
    passed = [f"{what}: {value:.2f} (limit {limit})" for what, value, limit in limits if value > limit]
    print("\n".join(passed) or f"within all limits, {count} pupils")
    return int(bool(passed))


if __name__ == "__main__":
    sys.exit(main())
