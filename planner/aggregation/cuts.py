"""Rank-1 cuts of a program by types: of three visits, at most one route makes two or three.

Routes with two visits of a triple exclude each other, which the linear relaxation does not know: each with a half
share is a solution of cost below every plan. Subset-row inequalities: Jepsen, Petersen, Spoorendonk and Pisinger,
Operations Research 56, 2008. The price of a route is a look-up: each pair of its visits pays the prices of the
triples that the pair is in, and a triple that is wholly in the route was counted three times instead of once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from planner.base.arrays import Floats, Integers, Positions
from planner.master.rows import Sparse


@dataclass(frozen=True)
class Triples:
    """Cuts: (cuts, 3) int64, the rows of three visits each, rising."""

    rows: Integers

    @classmethod
    def none(cls) -> Triples:
        return cls(np.zeros((0, 3), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.rows)

    def followed_by(self, rows: Integers) -> Triples:
        return Triples(np.concatenate([self.rows, rows]))

    def entries(self, visits: Integers) -> Sparse:
        """Per route (visits: (routes, stops) int64 rows of its visits, -1 for none) the cuts that it meets."""
        return Sparse(*_met(visits, self.rows))

    def holders(self, visits: Integers) -> Sparse:
        """Per cut the routes that meet it."""
        return self.entries(visits).transposed(np.arange(len(self)), len(self))

    def tables(self, prices: Floats, visits: int) -> tuple[Floats, Positions, Floats]:
        """Prices as tables: (visits, visits) float64 of pairs; and of whole triples the sorted keys and the price that
        counts twice too often."""
        pairs = np.zeros((visits, visits))
        used = prices != 0
        rows, price = self.rows[used], prices[used]
        for a, b in ((0, 1), (0, 2), (1, 2)):
            np.add.at(pairs, (rows[:, a], rows[:, b]), price)
            np.add.at(pairs, (rows[:, b], rows[:, a]), price)
        keys = (rows[:, 0] * visits + rows[:, 1]) * visits + rows[:, 2]
        order = np.argsort(keys)
        return pairs, keys[order], 2 * price[order]


@numba.njit(cache=True, nogil=True)
def _met(visits, cuts):  # type: ignore[no-untyped-def]
    """The cuts of which each route has two visits or three, in compressed form."""
    first = np.zeros(len(visits) + 1, dtype=np.int64)
    found = np.empty(len(visits) * 4 + 16, dtype=np.int64)
    count = 0
    for c in range(len(visits)):
        for cut in range(len(cuts)):
            has = 0
            for place in range(visits.shape[1]):
                row = visits[c, place]
                has += row >= 0 and (row == cuts[cut, 0] or row == cuts[cut, 1] or row == cuts[cut, 2])
            if has >= 2:
                if count == len(found):
                    found = np.concatenate((found, np.empty(count, dtype=np.int64)))
                found[count] = cut
                count += 1
        first[c + 1] = count
    return first, found[:count].copy(), np.ones(count)


@numba.njit(cache=True, nogil=True)
def less_cut_prices(reduced, evening, order, offset, row_of, pairs, keys, twice):  # type: ignore[no-untyped-def]
    """Take the prices of cuts off the reduced costs of all columns of a pool."""
    visits = len(pairs)
    rows = np.empty(order.shape[1], dtype=np.int64)
    for c in range(len(reduced)):
        stops = 0
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            row = row_of[offset[evening[c]] + order[c, place]]
            if row >= 0:
                at = stops
                while at > 0 and rows[at - 1] > row:
                    rows[at] = rows[at - 1]
                    at -= 1
                rows[at] = row
                stops += 1
        for i in range(stops):
            for j in range(i + 1, stops):
                reduced[c] -= pairs[rows[i], rows[j]]
                for k in range(j + 1, stops):
                    if pairs[rows[i], rows[j]] != 0 and pairs[rows[j], rows[k]] != 0:
                        key = (rows[i] * visits + rows[j]) * visits + rows[k]
                        at = np.searchsorted(keys, key)
                        if at < len(keys) and keys[at] == key:
                            reduced[c] += twice[at]


@numba.njit(cache=True, nogil=True)
def violated(visits, values, count, least, most):  # type: ignore[no-untyped-def]
    """The `most` triples that a solution violates most, by `least` at least: (n, 3) int64 rows.

    visits: (routes, stops) int64, rising rows, -1 for none. values: (routes,) float64. count: visits in all. A triple
    counts the value of every route with two or three of its visits.
    """
    pairs = np.zeros((count, count))
    for c in range(len(visits)):
        for i in range(visits.shape[1]):
            for j in range(i + 1, visits.shape[1]):
                a, b = visits[c, i], visits[c, j]
                if a >= 0 and b >= 0:
                    pairs[a, b] += values[c]
                    pairs[b, a] += values[c]
    found = np.empty((most, 3), dtype=np.int64)
    by = np.zeros(most)
    size = 0
    for a in range(count):
        for b in range(a + 1, count):
            for c in range(b + 1, count):
                met = pairs[a, b] + pairs[a, c] + pairs[b, c]
                if met <= 1 + least:
                    continue
                met -= 2 * _whole(visits, values, a, b, c)
                if met <= 1 + least or (size == most and met <= by[most - 1]):
                    continue
                size = min(size + 1, most)
                at = size - 1
                while at > 0 and by[at - 1] < met:
                    found[at] = found[at - 1]
                    by[at] = by[at - 1]
                    at -= 1
                by[at] = met
                found[at, 0], found[at, 1], found[at, 2] = a, b, c
    return found[:size]


@numba.njit(cache=True, nogil=True)
def _whole(visits, values, a, b, c):  # type: ignore[no-untyped-def]
    """The value of the routes that make all three visits."""
    total = 0.0
    for number in range(len(visits)):
        has = 0
        for row in visits[number]:
            has += row in (a, b, c)
        if has == 3:
            total += values[number]
    return total
