"""The planner's commands, which need no database: `plan`, a problem file in, a plan file out, and `compile_planner`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.planner import oracle
from tests.planner.problems import plain_problem


def _asked(folder: Path, problem: Any, **options: Any) -> Path:
    source, out = folder / "problem.json", folder / "plan.json"
    source.write_text(problem if isinstance(problem, str) else json.dumps(problem), encoding="utf-8")
    call_command("plan", str(source), out=out, **{"verbosity": 0, **options})
    return out


def test_a_problem_file_becomes_a_plan_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = plain_problem()
    plan = json.loads(_asked(tmp_path, problem, gap=0.0).read_text(encoding="utf-8"))
    assert plan["format"] == "thuisbezoek-plan/1"
    assert plan["cost"] == plan["bound"] == oracle.price_of(problem, plan) == oracle.least_cost(problem)
    told = capsys.readouterr().out
    assert "0 gezinnen zonder moment" in told
    assert f"{plan['parts']['travel_minutes']} minuten reizen" in told


def test_progress_is_told_and_who_is_left_out_is_counted_by_cause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = plain_problem()
    problem["visits"][0]["windows"] = []
    _asked(tmp_path, problem, gap=0.0, verbosity=1)
    told = capsys.readouterr()
    assert "1 zonder moment: Gezin kan nooit als de mentor kan" in told.out
    assert re.search(r"kosten \d+  ondergrens \d+  verschil 0.00 %  zonder moment 1\n", told.err)


@pytest.mark.parametrize("words", [["--seconds", "nan"], ["--gap", "2"], ["--jobs", "0"]])
def test_options_out_of_range_are_refused(tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(CommandError, match=words[0]):
        call_command("plan", str(tmp_path / "problem.json"), "--out", str(tmp_path / "plan.json"), *words)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"format": "thuisbezoek-problem/9"}, "format"),
        ({"travel_minutes": {"bike": [[0, 1], [1, 0]]}}, "travel_minutes.bike"),
        ({"days": []}, "visitors[0].shifts[0].date"),
        ({"cost": plain_problem()["cost"] | {"week": float("nan")}}, "cost.week"),
    ],
)
def test_a_bad_problem_is_refused_at_the_field_and_no_plan_is_written(
    tmp_path: Path, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        _asked(tmp_path, plain_problem(**changes))
    assert str(refusal.value).startswith(f"{path}: ")
    assert not (tmp_path / "plan.json").exists()


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="JSON"):
        _asked(tmp_path, "no problem at all")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Het bestand \S+missing\.json is er niet\."):
        call_command("plan", str(tmp_path / "missing.json"), out=tmp_path / "plan.json")


def test_a_folder_that_is_not_there_is_refused_before_anything_is_planned(tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_text("not read", encoding="utf-8")
    with pytest.raises(CommandError, match=r"De map \S+nowhere is er niet"):
        call_command("plan", str(tmp_path / "problem.json"), out=tmp_path / "nowhere" / "plan.json")


@pytest.mark.long
def test_compiling_ahead_says_how_many_loops_it_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("compile_planner")
    assert re.fullmatch(r"[1-9]\d* lussen van de planner zijn gecompileerd\.\n", capsys.readouterr().out)
