"""What the refusals of this room have in common."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Something cannot be, and the class says why: to whoever asked, and with nobody's data in it."""

    text: Any = ""
    field = ""  # of the form, where it is about one

    def __str__(self) -> str:
        return str(self.text)
