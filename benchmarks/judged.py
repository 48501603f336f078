"""Thousands of plans, each held to the rules by a judge that shares no line with the planner.

    python benchmarks/judged.py [--plans 2000] [--judge CHECK.py]

Small odd problems (wild roads, crossed windows, several visitors, coupled visits) and schools of some classes, with
published moments and fixed ones; some are stopped long before they are done. `--judge` is a program that is called
with a problem file and a plan file and leaves with 1 when the plan breaks a rule. Leaves with 1 at the first broken
rule, wrong cost or bound above its plan.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from cases.schools import make_school  # noqa: E402 - beside this file

from planner import BadProblem, limit_arenas, solve  # noqa: E402
from planner.model.exchange import plan_to_json, problem_from_json  # noqa: E402
from tests.planner import oracle, together  # noqa: E402 - the repository is not installed
from tests.planner.problems import random_problem  # noqa: E402


def problems(count: int) -> Iterator[tuple[str, dict[str, Any], float]]:
    """Kind, problem and the seconds that it gets."""
    for seed in range(count):
        chance = random.Random(seed)
        seconds = chance.choice([0.0, 0.05, 0.3, 1.0])
        match seed % 4:
            case 0:
                yield "odd", random_problem(seed, visitors=chance.randint(1, 5), visits=12, days=4), seconds
            case 1:
                visits = chance.randint(3, 9)
                yield "odd coupled", together.random_coupled_problem(seed, visitors=4, visits=visits, days=3), seconds
            case 2:
                stops = chance.choice([2, 3, 4])
                yield "school", make_school(seed, chance.randint(1, 4), 12, max_stops=stops), seconds
            case _:
                yield "school coupled", make_school(seed, 4, 9, together=chance.choice([0.1, 0.3])), seconds


def complaint(problem: dict[str, Any], plan: dict[str, Any], judge: Path | None, folder: Path) -> str:
    """What is wrong with a plan; empty when nothing is."""
    is_coupled = problem["siblings"] or any(visit["second"] or visit["interpreter"] for visit in problem["visits"])
    try:
        cost = (together if is_coupled else oracle).price_of(problem, plan)
    except AssertionError as error:
        return f"breaks a rule: {error}"
    if abs(cost - plan["cost"]) > 1e-6:
        return f"says that it costs {plan['cost']}, and costs {cost}"
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
    cli.add_argument("--judge", type=Path)
    asked = cli.parse_args()
    limit_arenas()
    judged: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed, (kind, problem, seconds) in enumerate(problems(asked.plans)):
            try:
                plan = plan_to_json(solve(problem_from_json(problem), seconds=seconds))
            except BadProblem:
                judged["refused"] += 1
                continue
            found = complaint(problem, plan, asked.judge, Path(folder))
            if found:
                print(f"the plan of problem {seed} ({kind}, {seconds} s) {found}")
                return 1
            judged[kind] += 1
            judged["proven"] += plan["bound"] == plan["cost"]
            if (seed + 1) % 500 == 0:
                print(f"{seed + 1} judged", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in sorted(judged.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
