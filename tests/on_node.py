"""Run the tests of JavaScript, when this machine has Node.js: `python -m tests.on_node`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.services import IN_CI

SCRIPTS = Path(__file__).parent / "js"


def main() -> int:
    """The exit status of the tests; 0 with a line that says so where there is no Node.js (1 in CI)."""
    node = shutil.which("node")
    if node is None:
        print("Node.js is not on this machine: the tests of JavaScript did not run.")  # noqa: T201
        return int(IN_CI)
    return subprocess.run([node, "--test", *sorted(map(str, SCRIPTS.glob("*.test.*js")))]).returncode


if __name__ == "__main__":
    sys.exit(main())
