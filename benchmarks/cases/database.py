"""An empty database of a benchmark's own, in a folder that goes away with it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from typing import NoReturn

import django


def run(main: Callable[..., int], *usual: int, settings: str = "tests.settings") -> NoReturn:
    """End with what `main` returns for the sizes on the command line, or the usual ones.

    Another database, or another folder for data, may be named in the environment.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("THUISBEZOEK_DATA", folder)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
        django.setup()
        asked = [int(word) for word in sys.argv[1 : 1 + len(usual)]]
        sys.exit(main(*(asked if len(asked) == len(usual) else usual)))
