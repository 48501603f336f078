"""Thousands of plans, each held to the rules by a judge that shares no line with the planner.

    python benchmarks/judged.py [--plans 2000] [--first 0] [--judge CHECK.py]

Small odd problems (wild roads, crossed windows, several visitors, coupled visits) and small schools of every kind, in
both formats, with published moments and fixed ones; some are stopped long before they are done, some are planned
without a list of routes, some are repaired after a visitor has lost an evening. `--judge` is a program that is called
with a problem file and a plan file and leaves with 1 when the plan breaks a rule. Leaves with 1 at the first broken
rule, wrong cost or bound above its plan.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from cases.ordinary import KINDS, as_second_format, make_ordinary_school  # noqa: E402 - beside this file
from cases.schools import make_school  # noqa: E402

from planner import BadProblem, Plan, Tuning, limit_arenas, repair_plan, solve  # noqa: E402
from planner.base.tuning import JointTuning, ListingTuning  # noqa: E402
from planner.model.exchange import plan_to_json, problem_from_json  # noqa: E402
from tests.planner import rules, together  # noqa: E402 - the repository is not installed
from tests.planner.problems import random_problem  # noqa: E402

TUNINGS = {
    "": Tuning(),
    "without a list": Tuning(listing=ListingTuning(most_routes=50)),
    "by dives": Tuning(joint=JointTuning(exact_columns=-1)),
}


@dataclass
class Case:
    """A problem and how it is planned: for so many seconds, by one of `TUNINGS`, or by a repair after a change."""

    kind: str
    problem: dict[str, Any]
    seconds: float
    tuning: str = ""
    is_repair: bool = False
    judged: dict[str, Any] = field(default_factory=dict)

    def plan(self) -> Plan:
        """The plan. `judged` is then the problem that it is a plan of. Raises BadProblem."""
        self.judged = self.problem
        how: dict[str, Any] = {"seconds": self.seconds, "tuning": TUNINGS[self.tuning]}
        plan = solve(problem_from_json(self.problem), **how)
        if not self.is_repair:
            return plan
        self.judged = copy.deepcopy(self.problem)
        fixed = self.judged.get("fixed", {})
        told = together.moments_of(plan_to_json(plan))
        self.judged["current"] = {name: moment for name, moment in told.items() if name not in fixed}
        busiest = max(self.judged["visitors"], key=lambda person: len(person["shifts"]))
        gone = next((s for s in busiest["shifts"] if not _is_fixed(fixed, busiest["id"], s["date"])), None)
        if gone is not None and len(busiest["shifts"]) > 1:
            busiest["shifts"].remove(gone)
        return repair_plan(problem_from_json(self.judged), **how)


def _is_fixed(fixed: dict[str, dict[str, str]], visitor: str, date: str) -> bool:
    return any((moment["visitor"], moment["date"]) == (visitor, date) for moment in fixed.values())


def case(seed: int) -> Case:
    """A problem of one of all kinds, by turns."""
    chance = random.Random(seed)
    kind, problem = _problem(seed, chance)
    tuning = chance.choice(["", "", "without a list", "by dives"])
    return Case(kind, problem, chance.choice([0.0, 0.05, 0.3, 1.0]), tuning, is_repair=chance.random() < 0.25)


def _problem(seed: int, chance: random.Random) -> tuple[str, dict[str, Any]]:
    match seed % 6:
        case 0:
            return "odd", random_problem(seed, visitors=chance.randint(1, 5), visits=12, days=4)
        case 1:
            visits = chance.randint(3, 9)
            return "odd coupled", together.random_coupled_problem(seed, visitors=4, visits=visits, days=3)
        case 2:
            visits = chance.randint(3, 9)
            return "odd second format", together.random_second_format(seed, visitors=4, visits=visits, days=3)
        case 3:
            shares = chance.choice([0.0, 0.1, 0.3])
            stops = chance.choice([2, 3, 4])
            return "school", make_school(seed, chance.randint(2, 4), 9, together=shares, max_stops=stops)
    name = sorted(KINDS)[seed // 6 % len(KINDS)]
    stops, families = chance.choice([2, 3, 3, 4]), chance.randint(3, 8)
    school = make_ordinary_school(name, seed, mentors=8, families=families, max_stops=stops)
    if seed % 6 == 4:
        return name, school
    return f"{name}, second format", _with_visits_apart(chance, as_second_format(school))


def _with_visits_apart(chance: random.Random, school: dict[str, Any]) -> dict[str, Any]:
    """The school with some more homes that two visitors come to, one after the other."""
    grouped = {name for group in [*school["siblings"], *school["apart"]] for name in group}
    free = [visit for visit in school["visits"] if visit["id"] not in grouped]
    chance.shuffle(free)
    pairs = list(zip(free[::2], free[1::2], strict=False))[: len(free) // 8]
    for one, other in pairs:
        other["place"] = one["place"]
    return school | {"apart": [*school["apart"], *([one["id"], other["id"]] for one, other in pairs)]}


def complaint(problem: dict[str, Any], plan: dict[str, Any], judge: Path | None, folder: Path) -> str:
    """What is wrong with a plan; empty when nothing is."""
    found = rules.judged(problem, plan)
    if found.complaints:
        return f"breaks a rule: {found.complaints[0]}"
    if {left["visit"] for left in plan["unplaced"]} != found.visits.keys() - found.made.keys():
        return "does not tell whom it leaves out"
    if abs(found.cost - plan["cost"]) > 1e-6:
        return f"says that it costs {plan['cost']}, and costs {found.cost}"
    if plan["bound"] > plan["cost"] + 1e-6:
        return f"has a bound of {plan['bound']} above its cost of {plan['cost']}"
    if judge is None:
        return ""
    files = [folder / "problem.json", folder / "plan.json"]
    for path, data in zip(files, (problem, plan), strict=True):
        path.write_text(json.dumps(data), encoding="utf-8")
    done = subprocess.run([sys.executable, str(judge), *map(str, files)], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"is refused by the judge: {done.stdout} {done.stderr}"


def main() -> int:
    """0 when no plan breaks a rule."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--plans", type=int, default=2_000)
    cli.add_argument("--first", type=int, default=0, help="the seed of the first problem")
    cli.add_argument("--judge", type=Path)
    asked = cli.parse_args()
    limit_arenas()
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.first, asked.first + asked.plans):
            one = case(seed)
            try:
                plan = plan_to_json(one.plan())
            except BadProblem:
                counted["refused"] += 1
                continue
            found = complaint(one.judged, plan, asked.judge, Path(folder))
            if found:
                print(f"the plan of problem {seed} ({one.kind}, {one.seconds} s {one.tuning}) {found}")
                return 1
            counted[one.kind] += 1
            counted["proven"] += plan["bound"] == plan["cost"]
            counted["repaired"] += one.is_repair
            if (seed + 1) % 500 == 0:
                print(f"{seed + 1} judged", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
