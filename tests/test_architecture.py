"""The house rules that a machine can hold, beside import-linter's walls (pyproject.toml)."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["mentors", "notes", "portal", "reports", "roads", "students", "thuisbezoek", "visits"]
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
BELOW_VIEWS = re.compile(r"^[a-z]+/(models|actions|queries)(/|\.py$)")
FORBIDDEN_BELOW = ("django.http", "django.shortcuts", "django.contrib.messages", "celery")
CLOCKS = {"now", "today", "localdate", "localtime", "utcnow"}
CLOCK_OWNERS = ("timezone", "dt.datetime", "datetime", "dt.date", "date", "datetime.datetime")
BANNED_NAMES = re.compile(r"(service|manager|helper|util|process|handle)", re.IGNORECASE)


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(trees())


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_models_queries_and_actions_know_no_requests_and_no_workers() -> None:
    wrong = [
        (name, module)
        for name, tree in TREES.items()
        if BELOW_VIEWS.match(name)
        for module in imported(tree)
        if module.startswith(FORBIDDEN_BELOW)
    ]
    assert wrong == []


def test_nobody_reads_the_clock_below_views_tasks_and_commands() -> None:
    """`now=` comes in; a query or an action that asks the time itself cannot be replayed."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        if BELOW_VIEWS.match(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and not node.args
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and ast.unparse(node.func.value)
        in ("timezone", "dt.datetime", "datetime", "dt.date", "date", "datetime.datetime")
    ]
    assert wrong == []


def test_a_function_fits_a_screen() -> None:
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1 for tree in TREES.values() for node in functions(tree)
    )
    assert lengths[int(len(lengths) * 0.95)] <= 40
    assert lengths[-1] <= 80


def test_no_signals_and_no_save_overrides() -> None:
    """The one exception is the framework's own post_migrate, which lays the database's rules again."""
    text = {name: (ROOT / name).read_text(encoding="utf-8") for name in TREES}
    assert [
        name for name, code in text.items() if "post_save" in code or "pre_save" in code or "@receiver" in code
    ] == []
    models = {name: tree for name, tree in TREES.items() if "/models" in name}
    assert [name for name, tree in models.items() if any(node.name == "save" for node in functions(tree))] == []


def test_nothing_is_marked_safe_by_hand() -> None:
    """Text becomes markup through templates and format_html only."""
    pages = sorted((ROOT / "templates").rglob("*.html"))
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in pages}
    assert [name for name, text in texts.items() if re.search(r"\|\s*safe(seq)?\b|autoescape off", text)] == []
    marked = [name for name in TREES if re.search(r"\bmark_safe\(", (ROOT / name).read_text(encoding="utf-8"))]
    assert marked == []


def test_no_page_has_inline_script_or_style() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "mail" not in path.parts
        and re.search(r"\sstyle=\"|\son(click|change|submit|load|input)=|<script>(?!\s*<)", path.read_text("utf-8"))
    ]
    assert wrong == []


def test_no_file_is_named_for_having_no_subject() -> None:
    assert [name for name in TREES if BANNED_NAMES.search(Path(name).stem) and Path(name).stem != "manage"] == []


def test_every_module_and_public_function_says_what_it_is() -> None:
    silent = [name for name, tree in TREES.items() if tree.body and ast.get_docstring(tree) is None]
    assert silent == []


@pytest.mark.parametrize("pattern", [r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"raise NotImplementedError"])
def test_nothing_is_left_for_later(pattern: str) -> None:
    assert [name for name in TREES if re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))] == []


def test_no_third_party_asset_is_committed() -> None:
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    assert [name for name in listed if re.search(r"(\.min\.|bootstrap.*\.(css|js)$|htmx.*\.js$|\.woff2?$)", name)] == []
