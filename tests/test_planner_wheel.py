"""The planner as a package of its own: its wheel, in an environment that holds nothing else."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from packages.build_wheel import build_wheel
from tests.planner import oracle
from tests.planner.problems import plain_problem

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "packages/planner/pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [Requirement(line) for line in PROJECT["dependencies"]]


def _locked(name: str) -> Iterator[Version]:
    """The versions of a package in the application's lock: it may differ by the version of Python."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for found in re.findall(rf"^{name}==([\w.]+)", lock, re.MULTILINE):
        yield Version(found)


def test_its_requirements_allow_the_versions_that_the_application_runs_on() -> None:
    for requirement in REQUIREMENTS:
        versions = list(_locked(requirement.name))
        assert versions, requirement
        assert [version for version in versions if version not in requirement.specifier] == []


def test_its_requirements_are_what_it_imports() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "planner").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"planner"}
    assert foreign == {requirement.name for requirement in REQUIREMENTS}


def test_the_wheel_holds_the_planner_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(build_wheel(tmp_path)) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith("/")]
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "planner").rglob("*.py")}
    held = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert sources < held
    assert held - sources == {"planner/py.typed", "planner/README.md"}


@pytest.mark.long
def test_installed_with_its_own_requirements_alone_it_plans_an_example(tmp_path: Path) -> None:
    wheel, python = build_wheel(tmp_path), tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    here = {f"{r.name}=={importlib.metadata.version(r.name)}" for r in REQUIREMENTS}
    probe = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(tmp_path), min(here)]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("no package index within reach")
    (tmp_path / "versions.txt").write_text("\n".join(sorted(here)), encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "-q", "-c", tmp_path / "versions.txt", str(wheel)], check=True)
    subprocess.run([python, "-m", "pip", "check", "--quiet"], check=True)

    (tmp_path / "problem.json").write_text(json.dumps(plain_problem()), encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    command = [python, "-m", "planner", "problem.json", "--out", "plan.json", "--gap", "0"]
    done = subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True, text=True)
    assert "proven: no plan costs less" in done.stdout
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert plan["cost"] == oracle.price_of(plain_problem(), plan) == oracle.least_cost(plain_problem())
