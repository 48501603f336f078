"""The planner's loops are compiled ahead, in the form in which plans call them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANS = """
from benchmarks.cases.schools import make_school
from planner import solve
from planner.model.exchange import problem_from_json

solve(problem_from_json(make_school(3, 4, 12)), jobs=2)
alike = make_school(3, 4, 12)
for visit in alike["visits"]:
    dates = [shift["date"] for each in alike["visitors"] if each["id"] in visit["visitors"] for shift in each["shifts"]]
    visit["windows"] = [{"date": date, "from": "16:00", "until": "21:00", "wish": False} for date in dates]
solve(problem_from_json(alike), jobs=2)
solve(problem_from_json(make_school(3, 6, 14, together=0.2)), seconds=15, gap=0.002, jobs=2)
"""


@pytest.mark.long
def test_after_compiling_no_plan_compiles_anything(tmp_path: Path) -> None:
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}

    def run(*words: str) -> str:
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout

    run("-c", "from planner import compile_loops; compile_loops()")
    compiled = {path.name for path in tmp_path.rglob("*.nbc")}
    assert compiled
    run("-c", PLANS)
    assert {path.name for path in tmp_path.rglob("*.nbc")} == compiled
