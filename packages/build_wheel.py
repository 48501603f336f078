"""Build the planner's wheel from planner/ alone: `python packages/build_wheel.py [--out dist]`.

The package is copied to a temporary folder with its own pyproject.toml, so that nothing of the application can come
along, and nothing is left in the repository. Prints where the wheel is.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build_wheel(out: Path) -> Path:
    """The wheel, in the folder `out`, which is made when it is not there."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        shutil.copytree(ROOT / "planner", stage / "planner", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "packages" / "planner" / "pyproject.toml", stage)
        shutil.copy(ROOT / "planner" / "README.md", stage)
        made = stage / "made"
        command = [
            sys.executable,
            "-m",
            "uv",
            "build",
            "--wheel",
            "--offline",
            "--quiet",
            "--out-dir",
            str(made),
            str(stage),
        ]
        subprocess.run(command, check=True)
        (wheel,) = made.glob("*.whl")
        out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, out))


def main() -> None:
    """Build it where the command line says."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--out", type=Path, default=ROOT / "dist", help="the folder for the wheel (default: dist)")
    sys.stdout.write(f"{build_wheel(cli.parse_args().out)}\n")


if __name__ == "__main__":
    main()
