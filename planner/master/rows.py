"""Rows under construction, and sparse lists of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.base.arrays import Floats, Integers, Positions

Entries = list[tuple[int, float]]


@dataclass(frozen=True)
class Sparse:
    """Lists of entries (index, weight) in compressed form, as in scipy.sparse.csr_array without its width.

    first: (lists + 1,) int64, rising. List i is `index[first[i]:first[i + 1]]`, with `weight` likewise.
    index: (entries,) int64, the rows that a column meets, or after `transposed` the lists that hold a row. An index
        may occur once in a list.
    weight: (entries,) float64, the coefficients.
    """

    first: Positions
    index: Positions
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

    def picked(self, lists: Positions) -> Sparse:
        """Only these lists."""
        count = np.diff(self.first)[lists]
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        at = np.arange(first[-1]) - np.repeat(first[:-1] - self.first[lists], count)
        return Sparse(first, self.index[at], self.weight[at])

    def followed_by(self, others: Sparse) -> Sparse:
        """These lists and then the others."""
        first = np.concatenate([self.first, others.first[1:] + self.first[-1]])
        return Sparse(first, np.concatenate([self.index, others.index]), np.concatenate([self.weight, others.weight]))

    def dot(self, values: Floats) -> Floats:
        """The sum of weight times value of every list."""
        total = np.concatenate([[0.0], np.cumsum(values[self.index] * self.weight)])
        return total[self.first[1:]] - total[self.first[:-1]]

    def sums(self, values: Floats, count: int) -> Floats:
        """Per index below `count` the sum over the lists of weight times the value of the list."""
        total: Floats = np.bincount(
            self.index, weights=self.weight * np.repeat(values, np.diff(self.first)), minlength=count
        ).astype(np.float64)
        return total

    def renumbered(self, new: Positions) -> Sparse:
        """Lists with `new[index]` in place of each index, without the entries for which that is negative."""
        index = new[self.index]
        kept = index >= 0
        count = np.concatenate([[0], np.cumsum(kept)])
        return Sparse(count[self.first], index[kept], self.weight[kept])

    def transposed(self, which: Positions, count: int) -> Sparse:
        """Per index in `which` (all are below `count`) the positions of the lists that hold it."""
        new = np.full(count, -1, dtype=np.int64)
        new[which] = np.arange(len(which))
        kept = new[self.index] >= 0
        at = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))[kept]
        row = new[self.index[kept]]
        order = np.argsort(row, kind="stable")
        first = np.searchsorted(row[order], np.arange(len(which) + 1))
        return Sparse(first, at[order], self.weight[kept][order])


class RowBuilder:
    """Collects rows by name while a program is put together."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.lazy_group: list[int] = []
        self._lazy_groups: dict[tuple[object, ...], int] = {}
        self._number: dict[tuple[object, ...], int] = {}

    def add(self, name: tuple[object, ...], lower: float, upper: float, *, lazy_group: tuple[object, ...] = ()) -> int:
        """The number of the row of this name, which comes into being at the first call.

        Rows with a `lazy_group` are rows that few solutions violate: linear programs leave the group out until one
        of its rows is violated.
        """
        if name not in self._number:
            self._number[name] = len(self.lower)
            self.lower.append(lower)
            self.upper.append(upper)
            self.lazy_group.append(
                self._lazy_groups.setdefault(lazy_group, len(self._lazy_groups)) if lazy_group else -1
            )
        return self._number[name]

    @property
    def names(self) -> dict[tuple[object, ...], int]:
        """The number of every row by its name."""
        return self._number

    def get(self, name: tuple[object, ...]) -> int | None:
        return self._number.get(name)


def joined(entries: Sparse, at: Integers, row: Integers) -> Sparse:
    """The lists with a further entry of weight 1 in `row[i]` at the end of list `at[i]` (rising)."""
    places = entries.first[at + 1]
    extra = np.bincount(at, minlength=len(entries.first) - 1)
    first = entries.first + np.concatenate([[0], np.cumsum(extra)])
    return Sparse(first, np.insert(entries.index, places, row), np.insert(entries.weight, places, 1.0))
