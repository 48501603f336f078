"""Reading decoded JSON strictly: a field that is missing, of the wrong kind or not finite is refused at its path."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.model.problem import MINUTES_A_DAY, BadProblem

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Field:
    """A value of decoded JSON and its path in the document. Every method but `refuse` raises BadProblem at that path
    when the value is not of the kind that it returns."""

    value: Any
    path: str

    def refuse(self, complaint: str) -> BadProblem:
        """The error to raise for this field."""
        return BadProblem(self.path, complaint)

    def get(self, name: str, default: Any = _ABSENT) -> Field:
        """The member of an object; a missing one is refused unless there is a default."""
        path = f"{self.path}.{name}" if self.path else name
        if not isinstance(self.value, dict):
            raise self.refuse("must be an object")
        if name not in self.value and default is _ABSENT:
            raise BadProblem(path, "is missing")
        return Field(self.value.get(name, default), path)

    def items(self) -> Iterator[Field]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.refuse("must be a list")
        return (Field(value, f"{self.path}[{number}]") for number, value in enumerate(self.value))

    def members(self) -> Iterator[tuple[str, Field]]:
        """The members of an object with their names."""
        if not isinstance(self.value, dict):
            raise self.refuse("must be an object")
        return ((name, self.get(name)) for name in self.value)

    def text(self) -> str:
        """A string that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.refuse("must be a text")
        return self.value

    def flag(self) -> bool:
        """True or false; no number."""
        if not isinstance(self.value, bool):
            raise self.refuse("must be true or false")
        return self.value

    def whole(self) -> int:
        """A whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.refuse("must be a whole number")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.refuse("must be a number")
        if not math.isfinite(self.value):
            raise self.refuse("must be a finite number")
        return self.value

    def clock(self) -> int:
        """Minutes after midnight of an `HH:MM`."""
        found = _CLOCK.fullmatch(self.text())
        if found is None:
            raise self.refuse("must be a clock time HH:MM")
        return MINUTES_A_DAY if found[1] is None else int(found[1]) * 60 + int(found[2])

    def day(self) -> dt.date:
        """A date `YYYY-MM-DD`."""
        try:
            return dt.date.fromisoformat(self.text())
        except ValueError:
            raise self.refuse("must be a date YYYY-MM-DD") from None
