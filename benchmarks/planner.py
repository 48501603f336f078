"""The planner against its targets, its peers and the telephone: one table.

    python benchmarks/planner.py [--peers PYTHON] [--only WORD] [--seeds 1 2 3] [PROBLEM.json …]
    python benchmarks/planner.py --list

Without problem files it makes schools of its own: ordinary ones (cases/ordinary.py), then those whose families have
said when they can (cases/schools.py). `--peers` is the Python of the environment that holds PyVRP, OR-Tools and VROOM
(`make bench-planner` makes it): each gets the problems that it can express, with the wall time that the planner took on
two processes, or ten times that. None of them can hold two people to one moment or share a visit out over several
mentors: pairs, volunteers and siblings are left out for them. Every plan, theirs too, is timed on the grid and judged
by the same rules.

One table, a school after another. `cost` and `gap` are of what lies beyond the visits that every plan leaves out:
those without any route of their own, and those for whom counting shows that there is no room. `limit` is a share of
what is allowed: of the gap, of the seconds until a proof, of our cost to a peer's. `first`: seconds of the search until
nineteen visits in twenty have a moment. Of the first seed all limits hold; the others run until the first one. Leaves
with 1 when a target is missed.

Wall times are those of a machine that does nothing else; how fast it is stands above the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from cases.machine import yardstick_seconds  # noqa: E402 - beside this file
from cases.measuring import HEAD, Row, School, line  # noqa: E402
from cases.targets import ALL_PEERS, PROVEN, TARGETS, Limit, Target  # noqa: E402


@dataclass(frozen=True)
class Case:
    """A school of a target, made from a seed or read from a file."""

    target: Target
    seed: int
    school: School

    def measure(self, python: Path | None) -> Iterator[str]:
        """Print the rows of this school, and yield what was missed. `python`: of the peers' environment."""
        ours = self.school.ours(self.target.seconds_of(self.seed), self.target.limits_of(self.seed))
        for row in ours:
            self._show(row.cells())
        yield from self._missed(ours)
        if self.target.telephone_travel is not None:
            called = self.school.telephone()
            share = ours[-1].travel / called.travel / self.target.telephone_travel
            self._show(replace(called, of_limit=share).cells())
            if share > 1:
                yield f"travel is more than {self.target.telephone_travel} of the telephone's"
        if self.school.inexpressible:
            self._show([f"no peer can express {', '.join(self.school.inexpressible)}"])
        elif python is not None:
            yield from self._beside(ours[0], python)

    def _missed(self, ours: list[Row]) -> Iterator[str]:
        """What the planner did not reach."""
        for row in ours:
            if row.of_limit is not None and row.of_limit > 1 + PROVEN:
                yield f"gap {row.gap:.2%} after {row.seconds:.1f} s"
        last, target = ours[-1], self.target
        if last.unplaced > self.school.unavoidable:
            yield f"{last.unplaced} left out, of whom {self.school.unavoidable} by every plan"
        if last.megabytes > target.megabytes:
            yield f"{last.megabytes:.0f} MB instead of {target.megabytes:.0f}"
        if target.first_plan and (last.first_plan is None or last.first_plan > target.first_plan):
            yield f"the first plan came after {last.first_plan} s instead of {target.first_plan:.0f}"

    def _beside(self, ours: Row, python: Path) -> Iterator[str]:
        """Print the rows of the peers, and yield where our cost is too near theirs."""
        wall = max(1.0, min(ours.seconds, self.target.limits[0].seconds))
        for label, most in self.target.peers_of(self.seed).items():
            try:
                theirs = self.school.peer(python, label, wall * (10 if label.endswith("x10") else 1))
            except AssertionError as broken:
                self._show([f"{label}: {broken}"])
                continue
            ratio = ours.cost / theirs.cost if theirs.cost else 1.0
            self._show(replace(theirs, of_limit=ratio / most).cells())
            if ratio > most:
                yield f"our cost is {ratio:.4f} of {label}'s, not {most}"

    def _show(self, cells: Iterable[str]) -> None:
        print(line(self.target.name, f"{self.seed}", cells), flush=True)


def cases(asked: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """The files that were named, else the schools of the targets, seed by seed."""
    for path in asked.problems:
        make = partial(json.loads, path.read_text(encoding="utf-8"))
        limits = (Limit(asked.seconds, max(PROVEN, asked.gap)),)
        yield Case(Target(path.stem, make, limits, peers=ALL_PEERS, patience=1, seeds=(1,)), 1, School(path))
    for target in chosen(asked):
        target = target.shortened(asked.share)
        for seed in asked.seeds or target.seeds:
            path = folder / "school.json"
            path.write_text(json.dumps(target.make(seed)), encoding="utf-8")
            yield Case(target, seed, School(path))


def chosen(asked: argparse.Namespace) -> list[Target]:
    """The targets that were asked for: by their whole name, else by a part of it."""
    if asked.problems:
        return []
    named = [target for target in TARGETS if target.name == asked.only]
    return named or [target for target in TARGETS if asked.only in target.name]


def main() -> int:
    """0 when every target is met."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("problems", nargs="*", type=Path)
    cli.add_argument("--peers", type=Path, help="the Python of the peers' environment")
    cli.add_argument("--only", default="", help="only the target of this name, else those with this in their name")
    cli.add_argument("--seeds", nargs="+", type=int, help="other seeds than those of the targets")
    cli.add_argument("--seconds", type=float, default=60, help="for problem files: how long it may take")
    cli.add_argument("--gap", type=float, default=1.0, help="for problem files: what must be reached (1: anything)")
    cli.add_argument("--share", type=float, default=1.0, help="only this share of every time, to see that it works")
    cli.add_argument("--list", action="store_true", help="only say what there is, and how long it may take")
    asked = cli.parse_args()
    if asked.list:
        print("\n".join(listed(chosen(asked))))
        return 0
    print(f"yardstick {yardstick_seconds():.2f} s of one core, {os.cpu_count()} cores\n{HEAD}", flush=True)
    compile_ahead = [sys.executable, "-c", "from planner import compile_loops; compile_loops()"]
    began, missed = time.monotonic(), []
    subprocess.run(compile_ahead, cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(asked, Path(folder)):
            missed += [f"{case.target.name}, seed {case.seed}: {what}" for what in case.measure(asked.peers)]
    print(f"\n{(time.monotonic() - began) / 60:.0f} minutes")
    print("\n".join(f"MISSED: {complaint}" for complaint in missed) or "every target is met")
    return 1 if missed else 0


def listed(targets: list[Target]) -> Iterator[str]:
    """A line for each target: what must be reached by when, and for how long it may run."""
    for target in targets:
        limits = ", ".join(
            f"{'proven' if limit.gap <= PROVEN else f'{limit.gap:.1%}'} in {limit.seconds:.0f} s"
            for limit in target.limits
        )
        yield f"{target.name:<22} {limits:<34} seeds {target.seeds}, {target.most_seconds() / 60:.0f} minutes at most"
    yield f"{sum(target.most_seconds() for target in targets) / 60:.0f} minutes at most"


if __name__ == "__main__":
    sys.exit(main())
