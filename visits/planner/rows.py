"""Rows under construction, and sparse lists of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .routes import Floats, Integers

Entries = list[tuple[int, float]]


@dataclass(frozen=True)
class Sparse:
    """Lists of (index, weight): list i is `index[first[i]:first[i + 1]]` with `weight` likewise."""

    first: Integers
    index: Integers
    weight: Floats

    @classmethod
    def of(cls, lists: Sequence[Entries]) -> Sparse:
        first = np.concatenate([[0], np.cumsum([len(some) for some in lists])]).astype(np.int64)
        flat = [pair for some in lists for pair in some]
        index = np.array([index for index, _ in flat], dtype=np.int64)
        return cls(first, index, np.array([weight for _, weight in flat], dtype=np.float64))

    @classmethod
    def empty(cls, count: int) -> Sparse:
        return cls.of([[]] * count)

    def followed_by(self, others: Sparse) -> Sparse:
        """These lists and then the others."""
        first = np.concatenate([self.first, others.first[1:] + self.first[-1]])
        return Sparse(first, np.concatenate([self.index, others.index]), np.concatenate([self.weight, others.weight]))

    def dot(self, values: Floats) -> Floats:
        """The sum of weight times value of every list."""
        total = np.concatenate([[0.0], np.cumsum(values[self.index] * self.weight)])
        return total[self.first[1:]] - total[self.first[:-1]]


class RowBuilder:
    """Collects rows by name while a program is put together."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self._number: dict[tuple[object, ...], int] = {}

    def add(self, name: tuple[object, ...], lower: float, upper: float) -> int:
        """The number of the row of this name, which comes into being at the first call."""
        if name not in self._number:
            self._number[name] = len(self.lower)
            self.lower.append(lower)
            self.upper.append(upper)
        return self._number[name]

    @property
    def names(self) -> dict[tuple[object, ...], int]:
        """The number of every row by its name."""
        return self._number

    def get(self, name: tuple[object, ...]) -> int | None:
        return self._number.get(name)
