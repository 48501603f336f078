"""`python -m planner`: a problem file in, a plan file out, without Django."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cases.schools import make_school
from planner import REASON_CODES, Progress, ProgressLine, Rules, Weights, plan_file
from planner.__main__ import exit_status, main
from planner.files import add_plan_options, stop_on_signal
from planner.terminal import REASONS, number_text
from tests.planner import oracle
from tests.planner.problems import plain_problem, random_problem

ROOT = Path(__file__).resolve().parents[2]


def _asked(folder: Path, problem: Any, *options: str) -> tuple[int, Path]:
    source, out = folder / "problem.json", folder / "plan.json"
    source.write_text(problem if isinstance(problem, str) else json.dumps(problem), encoding="utf-8")
    return main([str(source), "--out", str(out), *options]), out


def _progress(fraction: float, cost: float, bound: float, parts: dict[str, int] | None = None) -> Progress:
    return Progress(fraction, cost, bound, "planning", parts=parts)


def test_a_problem_file_becomes_a_plan_file_and_a_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = plain_problem()
    status, out = _asked(tmp_path, problem, "--gap", "0", "--jobs", "1", "--seed", "3", "--seconds", "20")
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert status == 0
    assert plan["format"] == "thuisbezoek-plan/1"
    assert plan["cost"] == plan["bound"] == oracle.price_of(problem, plan) == oracle.least_cost(problem)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    told = capsys.readouterr()
    assert f"cost {plan['cost']}, proven" in told.out
    assert f"travel {plan['parts']['travel_minutes']} minutes" in told.out
    assert "windows cost" not in told.out
    assert "left out" not in told.out
    assert f"cost {plan['cost']}  bound {plan['bound']}  gap 0.00 %  left out 0" in told.err.splitlines()[-1]


def test_who_is_left_out_is_named_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = plain_problem()
    problem["visits"][0]["windows"] = []
    assert _asked(tmp_path, problem, "--quiet")[0] == 0
    told = capsys.readouterr()
    name = problem["visits"][0]["id"]
    assert f"left out 1, {REASONS['no_windows']}: {name}" in told.out.splitlines()
    assert told.err == ""


def test_what_windows_cost_is_told_where_they_cost_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = plain_problem(format="thuisbezoek-problem/2")
    for window in problem["visits"][1]["windows"]:
        window["cost"] = 60
    assert _asked(tmp_path, problem, "--quiet")[0] == 0
    assert "windows cost 60" in capsys.readouterr().out


def test_every_reason_of_the_planner_is_told_in_words() -> None:
    assert set(REASONS) == set(REASON_CODES)


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], path: str
) -> None:
    status, out = _asked(tmp_path, plain_problem(**changes))
    assert status == 1
    assert capsys.readouterr().err.startswith(f"{path}: ")
    assert not out.exists()


def test_a_file_that_is_no_json_or_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _asked(tmp_path, "no problem at all")[0] == 1
    assert "is no JSON" in capsys.readouterr().err
    assert _asked(tmp_path, "[" * 100_000)[0] == 1
    assert "is no JSON" in capsys.readouterr().err
    (tmp_path / "problem.json").write_bytes(b"\xff\xfe")
    assert main([str(tmp_path / "problem.json"), "--out", str(tmp_path / "plan.json")]) == 1
    assert "is no JSON" in capsys.readouterr().err
    assert main([str(tmp_path / "missing.json"), "--out", str(tmp_path / "plan.json")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'missing.json'}: No such file or directory\n"


def test_where_no_plan_can_be_written_nothing_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "missing.json")
    assert main([missing, "--out", str(tmp_path / "nowhere" / "plan.json")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'nowhere'}: there is no such folder\n"
    assert main([missing, "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path}: is a folder\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="who is root may write everywhere")
def test_a_folder_in_which_nothing_may_be_written_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(PermissionError):
        plan_file(tmp_path / "missing.json", folder / "plan.json")


@pytest.mark.parametrize(
    "words",
    [
        ["--seconds", "-1"], ["--seconds", "nan"], ["--seconds", "inf"], ["--seconds", "soon"], ["--gap", "1.5"],
        ["--jobs", "0"], ["--jobs", "2.5"], ["--seed", "x"], ["--minutes", "3"],
    ],
)  # fmt: skip
def test_options_out_of_range_are_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["problem.json", "--out", str(tmp_path / "plan.json"), *words])
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_the_options_have_the_documented_defaults() -> None:
    parser = argparse.ArgumentParser()
    add_plan_options(parser)
    asked = parser.parse_args(["in.json", "--out", "out.json"])
    assert (asked.seconds, asked.gap, asked.jobs, asked.seed) == (60, 0.005, 2, 0)


def test_a_fault_of_the_planner_is_no_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("a fault")

    def leave() -> None:
        raise KeyboardInterrupt

    assert exit_status(fail) == 3
    assert "RuntimeError: a fault" in capsys.readouterr().err
    assert exit_status(leave) == 130


# --- progress ---


def test_a_terminal_gets_one_line_that_is_rewritten() -> None:
    told: list[str] = []
    line = ProgressLine(told.append, is_terminal=True, template="%(cost)s %(bound)s %(left_out)s")
    line(_progress(0.1, 250_000, 9, None))
    line(_progress(0.2, 3_000, 2_000, {"unplaced": 1}))
    assert told == ["\r250000 9 -", "\r3000 2000 1"]
    line(_progress(0.3, 5, 5, {"unplaced": 0}))
    assert told[-1] == "\r5 5 0      "
    line.end()
    line.end()
    assert told[3:] == ["\n"]


def test_a_file_gets_a_line_for_each_change() -> None:
    told: list[str] = []
    line = ProgressLine(told.append, is_terminal=False, template="%(percent)d %(cost)s %(gap)s", line_seconds=60)
    line(_progress(0.1, 4_000, 2_000))
    line(_progress(0.2, 3_000, 2_000))  # at once after the one before
    line(_progress(1.0, 3_000, 3_000))
    line.end()
    assert told == ["10 4000 50.00\n", "100 3000 0.00\n"]


def test_a_cost_keeps_the_digits_that_say_something() -> None:
    assert [number_text(cost) for cost in (0, 12, 103_297.25, 0.123_45, 7.5)] == ["0", "12", "103297", "0.1235", "7.5"]


# --- stopping ---


def test_the_first_interrupt_asks_and_the_second_is_one() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_signal() as is_asked:
        assert not is_asked()
        os.kill(os.getpid(), signal.SIGINT)
        assert is_asked()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_beside_the_main_thread_no_signal_is_waited_for() -> None:
    answers: list[bool] = []

    def ask() -> None:
        with stop_on_signal() as is_asked:
            answers.append(is_asked())

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert answers == [False]
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_makes_the_best_plan_so_far_the_plan(tmp_path: Path) -> None:
    problem = random_problem(11, visitors=3, visits=30, days=12)
    source, out = tmp_path / "problem.json", tmp_path / "plan.json"
    source.write_text(json.dumps(problem), encoding="utf-8")
    told: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    made = plan_file(source, out, gap=0.0, progress=interrupt)
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert made.was_stopped
    assert plan["bound"] <= plan["cost"] == made.plan.cost == oracle.price_of(problem, plan)


@pytest.mark.long
def test_ctrl_c_on_a_command_line_ends_soon_with_a_plan(tmp_path: Path) -> None:
    source, out = tmp_path / "problem.json", tmp_path / "plan.json"
    source.write_text(json.dumps(make_school(3, 8, 24, together=0.3)), encoding="utf-8")
    command = [sys.executable, "-m", "planner", str(source), "--out", str(out), "--seconds", "300", "--gap", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert re.match(r" +\d+\.\d s +\d+ %  cost \d+  bound \d+", child.stderr.readline())
        child.send_signal(signal.SIGINT)
        summary, _progress_told = child.communicate(timeout=120)
    assert child.returncode == 0
    assert "(stopped)" in summary
    assert json.loads(out.read_text(encoding="utf-8"))["format"] == "thuisbezoek-plan/1"


# --- the examples of the README ---

README = (ROOT / "planner" / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_rule_and_weight_of_a_problem_file() -> None:
    names = [field.name for kind in (Rules, Weights) for field in dataclasses.fields(kind)]
    assert [name for name in names if f"{name}`" not in README] == []


def test_the_examples_of_the_readme_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (problem,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert _asked(tmp_path, problem, "--seconds", "60", "--gap", "0.005", "--jobs", "2", "--seed", "0")[0] == 0
    assert "3 of 3 visits have a moment" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "README", "exec"), {})  # noqa: S102 - our own example
    assert "ada [(('mill',)" in capsys.readouterr().out
