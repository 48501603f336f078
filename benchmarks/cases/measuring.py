"""One solver on one school: its plan is judged, and becomes a row of the table."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peers.town import inexpressible

from planner import Problem, Route, Stop, judge
from planner.columns.routes import list_routes
from planner.columns.stop_options import StopOptions
from planner.evaluate.capacity import least_left_out
from planner.model.exchange import problem_from_json
from planner.search.placeable import placeable

from .grid_times import GridTimes
from .targets import PROVEN, Limit
from .telephone import by_telephone

LATE = 1.05  # a search that ends so little after its time has ended in time
ROOT = Path(__file__).resolve().parents[2]
TOLD = re.compile(r" *([\d.]+) s .* cost (\S+)  bound (\S+)  gap .* left out (\S+)\n")


@dataclass(frozen=True)
class Row:
    """One solver on one school. `cost` and `gap` are of what lies beyond the visits that every plan leaves out.

    `of_limit`: what is limited (the gap, the seconds of a proof, our cost to a peer's) as a share of its limit; more
    than 1 is a miss.
    """

    solver: str
    cost: float
    seconds: float
    unplaced: int | None = None
    wishes: float | None = None
    travel: int | None = None
    gap: float | None = None
    megabytes: float | None = None
    first_plan: float | None = None
    of_limit: float | None = None

    def cells(self) -> Iterator[str]:
        """As the columns of `HEAD` have them."""
        yield f"{self.solver:<12}"
        yield f"{self.cost:>8.0f}"
        yield f"{_text(self.unplaced, 'd'):>5}"
        yield f"{_text(self.wishes, '.1%'):>7}"
        yield f"{_text(self.travel, 'd'):>7}"
        yield f"{_text(self.gap, '.2%'):>7}"
        yield f"{self.seconds:>7.1f}"
        yield f"{_text(self.first_plan, '.1f'):>6}"
        yield f"{_text(self.megabytes, '.0f'):>5}"
        yield f"{_text(self.of_limit, '.2f'):>6}"


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


TITLES = ("solver", "cost", "left", "wishes", "travel", "gap", "seconds", "first", "MB", "limit")
WIDTHS = (12, 8, 5, 7, 7, 7, 7, 6, 5, 6)


def line(school: str, seed: str, cells: Iterable[str]) -> str:
    """A row of the table, in Markdown."""
    return f"| {school:<21} | {seed:>4} | {' | '.join(cells)} |"


HEAD = "\n".join(
    line(first, second, cells)
    for first, second, cells in (
        ("school", "seed", [f"{title:>{width}}" for title, width in zip(TITLES, WIDTHS, strict=True)]),
        ("-" * 21, "-" * 4, ["-" * width for width in WIDTHS]),
    )
)


@dataclass(frozen=True)
class Moment:
    """What the planner told at one moment: the seconds of its search, and the best plan and bound by then."""

    seconds: float
    cost: float
    bound: float
    left_out: int | None

    @classmethod
    def of(cls, told: str) -> Moment | None:
        """The moment that a line of progress tells of; None when it is another line."""
        found = TOLD.fullmatch(told)
        if found is None:
            return None
        seconds, cost, bound = (float(number) for number in found.groups()[:3])
        return cls(seconds, cost, bound, int(found[4]) if found[4].isdigit() else None)


class School:
    """A problem file and what is asked of every plan for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = json.loads(path.read_text(encoding="utf-8"))
        self.problem: Problem = problem_from_json(self.data)
        self.unavoidable = _left_out_by_every_plan(self.problem)
        self.inexpressible = inexpressible(self.data)

    def beyond(self, cost: float) -> float:
        """The part of a cost that a plan can change."""
        return cost - self.problem.weights.unplaced * self.unavoidable

    def row(self, solver: str, routes: Iterable[Route], seconds: float, **more: Any) -> Row:
        """Judge a plan. Raises AssertionError when it breaks a rule."""
        verdict = judge(self.problem, routes)
        assert not verdict.broken, verdict.broken[0]
        wishing = sum(visit.has_wish for visit in self.problem.visits)
        met = 1 - verdict.parts.outside_wish / wishing if wishing else None
        parts = verdict.parts
        return Row(solver, self.beyond(verdict.cost), seconds, parts.unplaced, met, parts.travel_minutes, **more)

    def ours(self, seconds: float, limits: Sequence[Limit]) -> list[Row]:
        """The planner in a process of its own, as others run it.

        A row for each limit that was passed on the way, as the planner told of it then, and one for the plan at the
        end, which is judged.
        """
        plan, trail, memory = self._run(seconds)
        first = next((moment.seconds for moment in trail if moment.cost <= self._almost_all_left_out()), None)
        passed = [limit for limit in limits if limit.seconds * LATE < plan["seconds"]]
        rows = [row for limit in passed for row in self._row_at(limit, trail)]
        gap = self.gap(plan["cost"], plan["bound"])
        judged = self.row("thuisbezoek", list(_routes(plan)), plan["seconds"], gap=gap, megabytes=memory)
        share = _share(gap, plan["seconds"], limits[-1])
        return [*rows, replace(judged, first_plan=first, of_limit=share)]

    def _row_at(self, limit: Limit, trail: Sequence[Moment]) -> Iterator[Row]:
        """How far it was when the time of a limit had passed. A proof is judged by its seconds, in the last row."""
        known = [moment for moment in trail if moment.seconds <= limit.seconds]
        if known:
            now, gap = known[-1], self.gap(known[-1].cost, known[-1].bound)
            share = gap / limit.gap if limit.gap > PROVEN else None
            label = f"at {limit.seconds:.0f} s"
            yield Row(label, self.beyond(now.cost), limit.seconds, now.left_out, gap=gap, of_limit=share)

    def _run(self, seconds: float) -> tuple[dict[str, Any], list[Moment], float]:
        """The plan as it was written, what was told on the way, and the peak of memory in megabytes."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "plan.json"
            command = [sys.executable, "-m", "planner", str(self.path), "--out", str(out)]
            command += ["--seconds", str(seconds), "--gap", "0", "--jobs", "2"]
            child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            assert child.stderr is not None
            told = list(child.stderr)
            _pid, status, usage = os.wait4(child.pid, 0)
            assert status == 0, "".join(told)
            plan = json.loads(out.read_text(encoding="utf-8"))
        moments = [moment for moment in map(Moment.of, told) if moment is not None]
        return plan, moments, usage.ru_maxrss / 1024

    def _almost_all_left_out(self) -> float:
        """A cost at which nineteen visits in twenty have a moment, of those that can have one."""
        return self.problem.weights.unplaced * (self.unavoidable + len(self.problem.visits) / 20)

    def gap(self, cost: float, bound: float) -> float:
        """Of the cost beyond the visits that every plan leaves out."""
        within = self.beyond(cost)
        return max(0.0, cost - bound) / within if within > 0 else 0.0

    def telephone(self) -> Row:
        """Down the class list."""
        return self.row("telephone", by_telephone(self.problem), 0)

    def peer(self, python: Path, label: str, seconds: float) -> Row:
        """A peer with this much wall time on two processes, in its own environment.

        Raises AssertionError when its plan breaks a rule.
        """
        command = [str(python.absolute()), "-m", "peers", label.partition(" ")[0], str(self.path)]
        command += ["--seconds", str(seconds), "--jobs", "2"]
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT / "benchmarks", capture_output=True, text=True, check=True)
        took = time.monotonic() - began
        times = GridTimes(self.problem)
        return self.row(label, [times.route(route) for route in json.loads(done.stdout) if route["visits"]], took)


def _share(gap: float, seconds: float, limit: Limit) -> float:
    """The seconds of a proof, or the gap, as a share of what is allowed."""
    if limit.gap > PROVEN:
        return gap / limit.gap
    return seconds / limit.seconds if gap <= PROVEN else math.inf


def _left_out_by_every_plan(problem: Problem) -> int:
    """Visits for whom no visitor has any route, and those for whom counting shows that there is no room."""
    alone = replace(problem, rules=replace(problem.rules, max_stops=1))
    options = StopOptions(alone)
    pool = list_routes(alone, options.evenings(range(len(alone.visitors))))
    possible = placeable(range(len(alone.visits)), pool)
    return len(problem.visits) - len(possible) + least_left_out(problem, possible)


def _routes(plan: dict[str, Any]) -> Iterator[Route]:
    for route in plan["routes"]:
        stops = tuple(
            Stop(tuple(stop["visits"]), _minutes(stop["start"]), stop.get("role", "visitor")) for stop in route["stops"]
        )
        yield Route(route["visitor"], dt.date.fromisoformat(route["date"]), stops)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
