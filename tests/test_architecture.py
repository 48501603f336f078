"""The house rules that a machine can hold, beside import-linter's walls (pyproject.toml)."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentors.refusals import Refusal

ROOT = Path(__file__).resolve().parent.parent
ROOMS = [
    "mentors",
    "notes",
    "planner",
    "planning",
    "portal",
    "reports",
    "roads",
    "students",
    "thuisbezoek",
    "visits",
]
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
BELOW_VIEWS = re.compile(r"^[a-z]+/(models|actions|queries)(/|\.py$)")
FORBIDDEN_BELOW = ("django.http", "django.shortcuts", "django.contrib.messages", "celery")
CLOCKS = {"now", "today", "localdate", "localtime", "utcnow"}
BANNED_NAMES = re.compile(r"(service|manager|helper|util|process|handle)", re.IGNORECASE)


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(trees())
PLANNING = [path for room in ("planner", "planning") for path in sorted((ROOT / room).rglob("*.py"))]
PRODUCT = TREES | {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for path in PLANNING
    if "migrations" not in path.parts
}
TESTS = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests").rglob("*.py"))
}
# The planner's own and the model's; Django's commands; arrays, since the planner shares nothing with roads.
AT_TWO_LEVELS = {"Visit", "Plan", "Route", "Shift", "InterpreterShift", "Command", "Floats"}


def names_in(body: list[ast.stmt]) -> Iterator[str]:
    """The classes, and the names that are assigned, in the body of a module or a class."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


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
    assert lengths[int(len(lengths) * 0.95)] <= 25
    assert lengths[-1] <= 45


def test_a_file_is_read_in_one_sitting() -> None:
    """All but the list of the planner's constants with their reasons, which is one list."""
    names = set(TREES) - {"planner/base/tuning.py"}
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in names}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_queries_give_values_and_no_sentences() -> None:
    wrong = [
        name
        for name, tree in PRODUCT.items()
        if "queries" in Path(name).parts and "django.utils.translation" in set(imported(tree))
    ]
    assert wrong == []


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


def test_every_module_and_public_function_and_class_says_what_it_is() -> None:
    """A class of a refusal says it by its text, a command by its help, a room's configuration by its module."""
    silent = [name for name, tree in PRODUCT.items() if tree.body and ast.get_docstring(tree) is None]
    silent += [
        f"{name}: {node.name}"
        for name, tree in PRODUCT.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
        and not {"text", "help", "default_auto_field"} & set(names_in(node.body))
    ]
    assert silent == []


def test_no_docstring_needs_another_one_to_be_understood() -> None:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    wrong = [
        f"{name}: {(ast.get_docstring(node) or '')[:40]}"
        for name, tree in (PRODUCT | TESTS).items()
        for node in ast.walk(tree)
        if isinstance(node, documented) and (ast.get_docstring(node) or "").startswith("The same")
    ]
    assert wrong == []


def test_a_class_name_means_one_thing() -> None:
    """A public class or type alias is defined in one module, apart from concepts that exist at two levels."""
    places: dict[str, list[str]] = {}
    for module, tree in PRODUCT.items():
        for name in names_in(tree.body):
            if re.fullmatch(r"[A-Z][A-Za-z]*[a-z][A-Za-z]*", name):
                places.setdefault(name, []).append(module)
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in AT_TWO_LEVELS} == {}


def test_a_refusal_has_a_code_that_no_other_has() -> None:
    for name in PRODUCT:
        if (name.split("/")[0] != "planner" and "actions" in name) or name.endswith("refusals.py"):
            importlib.import_module(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
    found: list[type[Refusal]] = []
    below = [Refusal]
    while below:
        below = [each for parent in below for each in parent.__subclasses__()]
        found += below
    codes = Counter(each.code for each in set(found))
    assert len(codes) > 50
    assert [code for code, number in codes.items() if number > 1 or not code] == []


@pytest.mark.parametrize("pattern", [r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"raise NotImplementedError"])
def test_nothing_is_left_for_later(pattern: str) -> None:
    assert [name for name in TREES if re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))] == []


def test_no_third_party_asset_is_committed() -> None:
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    assert [name for name in listed if re.search(r"(\.min\.|bootstrap.*\.(css|js)$|htmx.*\.js$|\.woff2?$)", name)] == []


# --- the tests themselves ---

PATCHES = {"setattr", "setitem", "delattr", "delitem"}


def own_names(tree: ast.Module) -> set[str]:
    """The names that a module has from one of our rooms."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (node.module or "" if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0] in ROOMS
    }


def patched(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What a test module patches: the line, and the first name of the target."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in PATCHES
            and node.args
        ):
            target = node.args[0]
            text = target.value if isinstance(target, ast.Constant) else ast.unparse(target)
            yield node.lineno, str(text).partition(".")[0]


def test_no_test_patches_our_own_code() -> None:
    own = {name: own_names(tree) | set(ROOMS) for name, tree in TESTS.items()}
    wrong = [f"{name}:{line}" for name, tree in TESTS.items() for line, target in patched(tree) if target in own[name]]
    assert wrong == []
    assert [
        name for name, tree in TESTS.items() if any(module.startswith("unittest") for module in imported(tree))
    ] == []


def test_no_test_sleeps() -> None:
    """Waiting for another process is `comes_true` of tests/services.py."""
    calls = {
        name: [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"]
        for name, tree in TESTS.items()
    }
    assert {name: len(found) for name, found in calls.items() if found} == {"tests/services.py": 1}


def test_no_test_module_imports_another() -> None:
    """What two of them share stands in a conftest.py or in a plain module."""
    wrong = [
        (name, module)
        for name, tree in TESTS.items()
        for module in imported(tree)
        if module.startswith("tests.") and any(part.startswith("test_") for part in module.split("."))
    ]
    assert wrong == []
