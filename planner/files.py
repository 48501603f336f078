"""A problem file in, a plan file out: what every command line around the planner shares."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from planner.base.memory import limit_arenas
from planner.model.exchange import plan_to_json, read_problem
from planner.model.plan import Plan
from planner.model.problem import Problem
from planner.search.solver import OnProgress, solve

HELPS = {
    "problem": "the problem, a JSON file",
    "out": "where the plan goes, a JSON file",
    "seconds": "how long it may take (default: %(default)s)",
    "gap": "how near to the bound is near enough, as a share of the cost (default: %(default)s)",
    "jobs": "how many parts are planned at a time (default: %(default)s)",
    "seed": "the same number, the same plan (default: %(default)s)",
}
Number = TypeVar("Number", int, float)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class PlannedFile:
    """A problem as it was read, its plan, and whether somebody stopped the search before it was done."""

    problem: Problem
    plan: Plan
    was_stopped: bool


def add_plan_options(parser: argparse.ArgumentParser, helps: Mapping[str, str] = HELPS) -> None:
    """The arguments of `plan_file`, for a command line whose help texts are these."""
    parser.add_argument("problem", type=Path, help=helps["problem"])
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json", help=helps["out"])
    parser.add_argument("--seconds", type=_seconds, default=60.0, help=helps["seconds"])
    parser.add_argument("--gap", type=_share, default=0.005, help=helps["gap"])
    parser.add_argument("--jobs", type=_count, default=2, help=helps["jobs"])
    parser.add_argument("--seed", type=int, default=0, help=helps["seed"])


def plan_file(
    problem: Path,
    out: Path,
    *,
    seconds: float = 60.0,
    gap: float = 0.005,
    jobs: int = 2,
    seed: int = 0,
    progress: OnProgress | None = None,
) -> PlannedFile:
    """Plan the problem in one file and write the plan to another.

    The first Ctrl-C (or request to end) makes the best plan so far the plan; the second one ends the process as usual.
    The plan file is there as a whole or not at all. Raises BadProblem at the field that is wrong, and OSError, with the
    file or folder in `filename`, when that cannot be read or written; the folder is looked at before anything is
    planned. Sets options of malloc for the whole process.
    """
    _check_writable(out)
    limit_arenas()
    with stop_on_signal() as is_asked:
        found = read_problem(problem)
        plan = solve(found, seconds=seconds, gap=gap, jobs=jobs, seed=seed, progress=progress, should_stop=is_asked)
        was_stopped = is_asked()
    _write(out, plan_to_json(plan))
    return PlannedFile(found, plan, was_stopped)


@contextlib.contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """A question whether the first Ctrl-C, or request to end, has come; from then on they do what they did before.

    Outside the main thread, where no signal arrives, the answer stays no.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in _SIGNALS}

    def give_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(_number: int, _frame: object) -> None:
        asked.set()
        give_back()

    for number in before:
        signal.signal(number, note)
    try:
        yield asked.is_set
    finally:
        give_back()


def _check_writable(out: Path) -> None:
    folder = out.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "there is no such folder", str(folder))
    if out.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(out))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "nothing may be written in this folder", str(folder))


def _write(out: Path, data: dict[str, Any]) -> None:
    """Write beside the file first, so that a reader never sees half a plan."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_text(json.dumps(data) + "\n", encoding="utf-8")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _seconds(text: str) -> float:
    value = _number(float, text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds, 0 or more")
    return value


def _share(text: str) -> float:
    value = _number(float, text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be a share from 0 to 1")
    return value


def _count(text: str) -> int:
    value = _number(int, text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _number(kind: Callable[[str], Number], text: str) -> Number:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of this kind") from None
