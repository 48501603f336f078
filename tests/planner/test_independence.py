"""The planner and its tests are a library of their own: they run where Django is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("planner", "tests/planner")
    for path in (ROOT / folder).rglob("*.py")
    if path.stem not in ("__init__", "__main__")
)
IMPORT_ALL = """
import importlib, sys

for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_neither_the_planner_nor_its_tests_import_django_or_another_room() -> None:
    command = [sys.executable, "-c", IMPORT_ALL, *MODULES]
    loaded = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    rooms = {"thuisbezoek", "portal", "reports", "planning", "notes", "visits", "students", "mentors", "roads"}
    assert {"planner", "numpy"} <= set(loaded)
    assert not ({"django", "celery"} | rooms) & set(loaded)
