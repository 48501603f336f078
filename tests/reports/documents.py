"""What stands in a document."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def words_of(document: bytes, tmp_path: Path) -> str:
    """The text of a PDF, as pdftotext reads it."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    path = tmp_path / "document.pdf"
    path.write_bytes(document)
    return subprocess.run([tool, "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout
