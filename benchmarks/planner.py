"""The planner against its targets, its peers and the telephone.

    python benchmarks/planner.py [--peers PYTHON] [--only WORD] [PROBLEM.json …]

Without problem files it makes schools of its own (cases/schools.py). `--peers` is the Python of the environment that
holds PyVRP, OR-Tools and VROOM (`make bench-planner` makes it): each gets the problems that it can express, with the
wall time that the planner took on two processes, PyVRP and OR-Tools ten times that as well. Every plan, theirs too,
is timed on the grid and judged by the same rules. Costs are those beyond the families that no plan can place.

Leaves with 1 when a target is missed. Wall times are those of a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from cases.schools import make_school  # noqa: E402 - beside this file
from cases.telephone import by_telephone  # noqa: E402 - beside this file

from planner import Problem, Route, Stop  # noqa: E402 - the repository is not installed
from planner.columns.routes import list_routes  # noqa: E402
from planner.columns.stop_options import StopOptions  # noqa: E402
from planner.evaluate.verdict import judge  # noqa: E402
from planner.model.exchange import problem_from_json  # noqa: E402
from planner.model.problem import Visit  # noqa: E402
from planner.search.placeable import placeable  # noqa: E402

PROVEN = 1e-9


@dataclass(frozen=True)
class Target:
    """A school, the seconds it may take, and what must be reached by then."""

    name: str
    school: dict[str, Any]
    seconds: float
    gap: float
    megabytes: float = 1_000
    first_plan: float | None = None  # seconds until there is any plan

    @property
    def is_coupled(self) -> bool:
        return float(self.school.get("together", 0)) > 0


TARGETS = [
    Target("30 x 28", {"mentors": 30, "families": 28}, 6, PROVEN),
    Target("60 x 30", {"mentors": 60, "families": 30}, 12, PROVEN, 2_000),
    Target("30 x 28, 4 stops", {"mentors": 30, "families": 28, "max_stops": 4}, 12, PROVEN),
    Target("30 x 28, 10 % coupled", {"mentors": 30, "families": 28, "together": 0.1}, 45, 0.005, first_plan=10),
    Target("30 x 28, 10 % coupled, longer", {"mentors": 30, "families": 28, "together": 0.1}, 120, 0.003),
    Target("30 x 28, 20 % coupled", {"mentors": 30, "families": 28, "together": 0.2}, 120, 0.01, 2_000),
    Target("60 x 30, 10 % coupled", {"mentors": 60, "families": 30, "together": 0.1}, 180, 0.006, 2_000),
]
RATIOS = {"vroom": 0.97, "pyvrp x10": 0.92, "ortools x10": 0.92}  # our cost to theirs, at most
TELEPHONE_TRAVEL = 0.70


@dataclass(frozen=True)
class Row:
    """One solver on one school. `gap` is of the cost beyond the families that no plan can place."""

    solver: str
    cost: float
    unplaced: int
    wishes: float
    travel: int
    seconds: float
    gap: float | None = None
    megabytes: float | None = None
    first_plan: float | None = None

    def __str__(self) -> str:
        gap = "-" if self.gap is None else f"{self.gap:.2%}"
        memory = "-" if self.megabytes is None else f"{self.megabytes:.0f}"
        return (
            f"| {self.solver:<14} | {self.cost:>9.0f} | {self.unplaced:>8} | {self.wishes:>7.1%} | {self.travel:>7} "
            f"| {gap:>6} | {self.seconds:>7.1f} | {memory:>5} |"
        )


HEAD = (
    f"| {'solver':<14} | {'cost':>9} | {'unplaced':>8} | {'wishes':>7} | {'travel':>7} | {'gap':>6} "
    f"| {'seconds':>7} | {'MB':>5} |"
)


class School:
    """A problem file and what is asked of every plan for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = json.loads(path.read_text(encoding="utf-8"))
        self.problem: Problem = problem_from_json(self.data)
        self.hopeless = _hopeless(self.problem)
        self.is_coupled = bool(self.problem.siblings) or any(visit.is_coupled for visit in self.problem.visits)

    def beyond(self, cost: float) -> float:
        """The part of a cost that a plan can change."""
        return cost - self.problem.weights.unplaced * self.hopeless

    def row(self, solver: str, routes: Iterable[Route], seconds: float, **more: Any) -> Row:
        """Judge a plan. Raises AssertionError when it breaks a rule."""
        verdict = judge(self.problem, routes)
        assert not verdict.broken, verdict.broken[0]
        wishing = sum(visit.has_wish for visit in self.problem.visits)
        met = 1 - verdict.parts.outside_wish / max(1, wishing)
        travel = verdict.parts.travel_minutes
        return Row(solver, self.beyond(verdict.cost), verdict.parts.unplaced, met, travel, seconds, **more)

    def ours(self, seconds: float, gap: float) -> Row:
        """The planner in a process of its own, as `manage.py plan` runs it."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "plan.json"
            command = [sys.executable, "manage.py", "plan", str(self.path), "--out", str(out), "--verbosity", "2"]
            command += ["--seconds", str(seconds), "--gap", str(gap if gap > PROVEN else 0), "--jobs", "2"]
            began = time.monotonic()
            child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            first = self._first_plan(child, began)
            _pid, status, usage = os.wait4(child.pid, 0)
            assert status == 0, f"manage.py plan ended with {status}"
            plan = json.loads(out.read_text(encoding="utf-8"))
        within = self.beyond(plan["cost"])
        return self.row(
            "thuisbezoek",
            list(_routes(plan)),
            plan["seconds"],
            gap=max(0.0, plan["cost"] - plan["bound"]) / within if within > 0 else 0.0,
            megabytes=usage.ru_maxrss / 1024,
            first_plan=first,
        )

    def _first_plan(self, child: subprocess.Popen[str], began: float) -> float | None:
        """Read the planner's progress to its end; after how many seconds had all but one in twenty a moment?"""
        missing = self.hopeless + len(self.problem.visits) / 20
        found = None
        assert child.stderr is not None
        for line in child.stderr:
            words = line.split()
            if found is None and words[0].endswith("%") and float(words[1]) <= missing * self.problem.weights.unplaced:
                found = time.monotonic() - began
        return found

    def telephone(self) -> Row:
        """Down the class list."""
        return self.row("telephone", by_telephone(self.problem), 0)

    def peer(self, python: Path, name: str, seconds: float, label: str) -> Row:
        """A peer with this much wall time on two processes, in its own environment."""
        command = [str(python.absolute()), "-m", "peers", name, str(self.path), "--seconds", str(seconds)]
        command += ["--jobs", "2"]
        began = time.monotonic()
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
        took = time.monotonic() - began
        timing = _Timing(self.problem)
        routes = [timing.route(route) for route in json.loads(done.stdout) if route["visits"]]
        return self.row(label, routes, took)


def _hopeless(problem: Problem) -> int:
    """Families for whom no visitor has any route."""
    alone = replace(problem, rules=replace(problem.rules, max_stops=1))
    options = StopOptions(alone)
    pool = list_routes(alone, options.evenings(range(len(alone.visitors))))
    return len(alone.visits) - len(placeable(range(len(alone.visits)), pool))


def _routes(plan: dict[str, Any]) -> Iterator[Route]:
    for route in plan["routes"]:
        stops = tuple(
            Stop(tuple(stop["visits"]), _minutes(stop["start"]), stop.get("role", "visitor")) for stop in route["stops"]
        )
        yield Route(route["visitor"], dt.date.fromisoformat(route["date"]), stops)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


class _Timing:
    """The cheapest starts on the grid for an order that somebody else chose."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits = {visit.id: visit for visit in problem.visits}
        self.visitors = {visitor.id: visitor for visitor in problem.visitors}
        self.place = {name: number for number, name in enumerate(problem.places)}

    def route(self, drawn: dict[str, Any]) -> Route:
        """All starts are tried, stop after stop, keeping for each start the cheapest way to get there."""
        visitor, on = self.visitors[drawn["visitor"]], dt.date.fromisoformat(drawn["date"])
        shift = visitor.shift_on(on)
        assert shift is not None, "a route on a day without a shift"
        matrix, weights = self.problem.travel_minutes[visitor.mode], self.problem.weights
        here, ways = self.place[visitor.depot], {shift.leave_from: (0.0, ())}
        is_first = True
        for name in drawn["visits"]:
            visit, found = self.visits[name], {}
            there = self.place[visit.place]
            for free, (cost, starts) in ways.items():
                arrives = free + int(matrix[here, there])
                for start, price in self._starts(visit, on, arrives, shift.visits_until):
                    total = cost + price + (0 if is_first else weights.waiting_minute * (start - arrives))
                    end = start + visit.minutes
                    if end not in found or total < found[end][0]:
                        found[end] = (total, (*starts, start))
            here, ways, is_first = there, found, False
        back = int(matrix[here, self.place[visitor.depot]])
        in_time = [way for end, way in ways.items() if end + back <= shift.back_by]
        assert in_time, "an order that cannot be driven in time"
        stops = zip(drawn["visits"], min(in_time)[1], strict=True)
        return Route(visitor.id, on, tuple(Stop((name,), start) for name, start in stops))

    def _starts(self, visit: Visit, on: dt.date, earliest: int, until: int) -> Iterator[tuple[int, float]]:
        grid = self.problem.rules.start_grid_minutes
        windows = [window for window in visit.windows if window.on == on]
        for start in range(-(-earliest // grid) * grid, until - visit.minutes + 1, grid):
            end = start + visit.minutes
            fits = [window for window in windows if window.starts <= start and end <= window.ends]
            if fits:
                is_outside = visit.has_wish and not any(window.is_wish for window in fits)
                yield start, self.problem.weights.outside_wish * is_outside


def compare(school: School, ours: Row, python: Path | None) -> Iterator[tuple[Row, str]]:
    """The other rows of a school's table, and what each says of a target; empty when it holds."""
    if school.is_coupled:
        return
    called = school.telephone()
    is_shorter = ours.travel <= TELEPHONE_TRAVEL * called.travel and ours.unplaced <= school.hopeless
    yield called, "" if is_shorter else "travel is more than 0.70 of the telephone's, or somebody is lost"
    if python is None:
        return
    wall = max(ours.seconds, 1.0)
    for name, times in (("vroom", 1), ("pyvrp", 1), ("ortools", 1), ("pyvrp", 10), ("ortools", 10)):
        label = name if times == 1 else f"{name} x{times}"
        theirs = school.peer(python, name, wall * times, label)
        ratio = ours.cost / theirs.cost if theirs.cost else 1.0
        most = RATIOS.get(label, 1.0)
        yield theirs, "" if ratio <= most else f"our cost is {ratio:.3f} of {label}'s, not {most}"


def missed(target: Target, ours: Row) -> Iterator[str]:
    """What the planner did not reach."""
    if ours.gap is None or ours.gap > target.gap + PROVEN:
        yield f"gap {ours.gap:.2%} instead of {target.gap:.2%} within {target.seconds:.0f} s"
    if target.gap <= PROVEN and ours.seconds > target.seconds:
        yield f"{ours.seconds:.1f} s instead of {target.seconds:.0f}"
    if ours.megabytes and ours.megabytes > target.megabytes:
        yield f"{ours.megabytes:.0f} MB instead of {target.megabytes:.0f}"
    if target.first_plan and (ours.first_plan is None or ours.first_plan > target.first_plan):
        yield f"the first plan came after {ours.first_plan} s instead of {target.first_plan:.0f}"


def targets_of(asked: argparse.Namespace, folder: Path) -> Iterator[tuple[Target, Path]]:
    """The files that were named, else the schools of the targets."""
    for path in asked.problems:
        yield Target(path.stem, {}, asked.seconds, asked.gap, 2_000), path
    for target in TARGETS if not asked.problems else []:
        if asked.only in target.name:
            path = folder / f"{target.name.replace(' ', '-')}.json"
            path.write_text(json.dumps(make_school(1, **target.school)), encoding="utf-8")
            yield target, path


def main() -> int:
    """0 when every target is met."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("problems", nargs="*", type=Path)
    cli.add_argument("--peers", type=Path, help="the Python of the peers' environment")
    cli.add_argument("--only", default="", help="only targets with this in their name")
    cli.add_argument("--seconds", type=float, default=60, help="for problem files: how long it may take")
    cli.add_argument("--gap", type=float, default=PROVEN, help="for problem files: what must be reached")
    asked = cli.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(ROOT / "manage.py"), "compile_planner"], check=True, capture_output=True)
        for target, path in targets_of(asked, Path(folder)):
            school = School(path)
            seconds = max(target.seconds, 60) if target.gap <= PROVEN else target.seconds
            ours = school.ours(seconds, target.gap)
            print(f"\n{target.name} ({school.hopeless} families that no plan can place)\n{HEAD}\n{ours}", flush=True)
            complaints = list(missed(target, ours))
            for row, complaint in compare(school, ours, asked.peers):
                print(row, flush=True)
                complaints += [complaint] if complaint else []
            for complaint in complaints:
                print(f"  MISSED: {complaint}", flush=True)
            failures += len(complaints)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
