"""Run the suite on PostgreSQL, when this machine has it: `python -m tests.on_postgresql [pytest arguments]`."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.services import IN_CI, POSTGRES_URL, postgresql_answers


def main() -> int:
    """The exit status of the suite; 0 with a line that says so where there is no PostgreSQL (1 in CI)."""
    if not postgresql_answers():
        print("PostgreSQL is not on this machine: the suite ran on SQLite only.")  # noqa: T201
        return int(IN_CI)
    arguments = ["-m", "pytest", "-m", "not browser", *sys.argv[1:]]
    return subprocess.run([sys.executable, *arguments], env=os.environ | {"DATABASE_URL": POSTGRES_URL}).returncode


if __name__ == "__main__":
    sys.exit(main())
