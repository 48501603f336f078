"""What the documents and comments point at is there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ["git", "ls-files"]
LISTED = subprocess.run(COMMAND, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
FILES = [name for name in LISTED if (ROOT / name).is_file()]
FOLDERS = {str(parent) for name in FILES for parent in Path(name).parents} - {"."}
KNOWN = {*FILES, *FOLDERS}
TOP = "|".join(sorted({name.split("/")[0] for name in FOLDERS if not name.startswith(".")}))
PATH = re.compile(rf"(?<![\w/.-])(?:{TOP})/[\w/-]*(?:\w\.(?:py|md|toml|html|css|js|json|svg|png)\b|/(?![\w<{{*]))")
NAME = re.compile(r"(?<![\w/.*<-])[a-z_]\w*\.(?:py|css|js|md)\b")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
WRITTEN = (".md", ".py", ".css", ".js", ".html", ".toml")


def texts() -> Iterator[tuple[str, str]]:
    for name in FILES:
        if name.endswith(WRITTEN) and "/migrations/" not in name:
            yield name, (ROOT / name).read_text(encoding="utf-8")


def test_every_path_that_a_document_or_a_comment_names_exists() -> None:
    assert [
        f"{name}: {path}"
        for name, text in texts()
        for path in PATH.findall(text)
        if not {path.rstrip("/"), f"templates/{path}"} & KNOWN
    ] == []


def test_every_file_that_a_document_or_a_docstring_names_without_its_folder_exists() -> None:
    names = {Path(name).name for name in FILES}
    assert [
        f"{name}: {found}"
        for name, text in texts()
        if name.endswith((".md", ".py")) and not name.startswith("tests/")
        for found in NAME.findall(text)
        if found not in names and not found.startswith("bootstrap.")
    ] == []


def test_every_link_of_a_document_leads_to_a_file() -> None:
    assert [
        f"{name}: {target}"
        for name, text in texts()
        if name.endswith(".md")
        for target in LINK.findall(text)
        if not (ROOT / name).parent.joinpath(target).exists()
    ] == []


def test_every_word_of_the_code_in_the_list_of_words_is_one() -> None:
    """What stands in the first column, between backticks."""
    written = (text for name, text in texts() if name.endswith(".py") and not name.startswith("tests/"))
    code = {word for text in written for word in re.findall(r"\w+", text)}
    rows = [line for line in (ROOT / "docs/words.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    words = [word for row in rows for word in re.findall(r"`([A-Za-z_.]+)`", row.split("|")[1])]
    assert len(words) > 100
    assert [word for word in words if word.rpartition(".")[2] not in code] == []
