"""`python -m planner PROBLEM.json --out PLAN.json`: plan a problem file.

Progress goes to the standard error output, the summary to the standard output. Ends with

    0    the plan is written; after Ctrl-C too, with the best plan so far
    1    the problem is refused, or a file cannot be read or written: one line says which field, or which file
    2    the command line is wrong
    3    the planner failed: a traceback says where
    130  a second Ctrl-C: there is no plan
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from planner.files import add_plan_options, plan_file
from planner.model.problem import BadProblem
from planner.terminal import ProgressLine, summary

DONE, REFUSED, FAILED, INTERRUPTED = 0, 1, 3, 130


def main(words: Sequence[str] | None = None) -> int:
    """Plan as the command line asks (`words`, else those of this process), and return how to end."""
    cli = argparse.ArgumentParser(
        prog="python -m planner", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_plan_options(cli)
    cli.add_argument("--quiet", action="store_true", help="tell no progress")
    asked = vars(cli.parse_args(words))
    return exit_status(lambda: _plan(**asked))


def exit_status(work: Callable[[], object]) -> int:
    """Do the work and return how to end; what went wrong is told on the standard error output."""
    try:
        work()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BadProblem, OSError) as refusal:
        _tell(f"{_complaint(refusal)}\n")
        return REFUSED
    except Exception:
        traceback.print_exc()
        return FAILED
    return DONE


def _plan(*, quiet: bool, **asked: Any) -> None:
    line = ProgressLine(_tell, is_terminal=sys.stderr.isatty())
    try:
        made = plan_file(**asked, progress=None if quiet else line)
    finally:
        line.end()
    for each in summary(made):
        sys.stdout.write(f"{each}\n")


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _complaint(refusal: BadProblem | OSError) -> str:
    if isinstance(refusal, OSError) and refusal.filename:
        return f"{refusal.filename}: {refusal.strerror}"
    return str(refusal)


if __name__ == "__main__":
    sys.exit(main())
