"""Which listed routes would improve a linear solution: reduced costs over the whole pool."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from planner.base.arrays import Floats
from planner.columns.routes import Pool
from planner.master.cuts import Bits, CutTable
from planner.master.program import Program

TINY = 1e-7  # cost: a reduced cost nearer to 0 is 0. No tuning: it is the tolerance of the linear solver

# Number i of the bits of a word: the first six bits of `_SPREAD` times it are another number for each i (a de Bruijn
# sequence: Leiserson, Prokop and Randall, Using de Bruijn Sequences to Index a 1 in a Computer Word, 1998).
_SPREAD = np.uint64(0x03F79D71B4CB0A89)
_NUMBER_OF = np.zeros(64, dtype=np.int64)
for _bit in range(64):
    _NUMBER_OF[((int(_SPREAD) << _bit) % 2**64) >> 58] = _bit


@dataclass(frozen=True)
class Prices:
    """Duals in the form that pricing uses.

    candidate: (candidates,) float64, the sum of the duals of a stop's rows times its coefficients.
    evening: (evenings,) float64, the dual of the evening's row.
    cut: (entries of the cut table,) float64, the dual of the cut of each entry, 0 or below.
    """

    candidate: Floats
    evening: Floats
    cut: Floats


def prices(program: Program, table: CutTable, duals: Floats) -> Prices:
    """What each stop, evening and cut is worth by the duals of the rows (cuts behind the program's rows)."""
    cuts = duals[program.rows :]
    return Prices(program.stops.dot(duals), duals[program.evening_row], cuts[table.number])


def reduced_costs(bits: Bits, table: CutTable, at: Prices, pool: Pool) -> Floats:
    """Reduced cost of every column of the pool, the price of its evening left out."""
    reduced: Floats = _reduced_costs(
        pool.start, pool.cost, pool.order, pool.offset, at.candidate, at.cut,
        bits.visitor, table.start, table.once, table.twice, table.evening,
    )  # fmt: skip
    return reduced


@numba.njit(cache=True, nogil=True)
def _reduced_costs(  # type: ignore[no-untyped-def]
    start, cost, order, offset, candidate_price, cut_price,
    visitor, cut_start, once, twice, of_evening,
):  # fmt: skip
    """A route pays for the cuts of which it meets two rows: 64 cuts at a time, stop after stop, are seen to be met
    once or twice by what went before."""
    reduced = np.empty(len(cost))
    width = order.shape[1]
    for evening in range(len(start) - 1):
        first = cut_start[visitor[evening]]
        words = (cut_start[visitor[evening] + 1] - first + 63) // 64
        for c in range(start[evening], start[evening + 1]):
            total = cost[c]
            stops = 0
            while stops < width and order[c, stops] >= 0:
                total -= candidate_price[offset[evening] + order[c, stops]]
                stops += 1
            for word in range(words):
                met, paid = of_evening[evening, word], np.uint64(0)
                for place in range(stops):
                    k = offset[evening] + order[c, place]
                    paid |= twice[k, word] | (met & once[k, word])
                    met |= once[k, word]
                while paid:
                    lowest = paid & (~paid + np.uint64(1))
                    total -= cut_price[first + 64 * word + _NUMBER_OF[(lowest * _SPREAD) >> np.uint64(58)]]
                    paid ^= lowest
            reduced[c] = total
    return reduced


@numba.njit(cache=True, nogil=True)
def least_by_evening(start, reduced):  # type: ignore[no-untyped-def]
    """The least reduced cost of every evening, and 0 where none lies below: the evening may stay empty."""
    least = np.zeros(len(start) - 1)
    for evening in range(len(start) - 1):
        for c in range(start[evening], start[evening + 1]):
            least[evening] = min(least[evening], reduced[c])
    return least


@numba.njit(cache=True, nogil=True)
def above_least(start, reduced, least):  # type: ignore[no-untyped-def]
    """By how much the reduced cost of every column is above the least of its evening."""
    above = np.empty(len(reduced))
    for evening in range(len(start) - 1):
        for c in range(start[evening], start[evening + 1]):
            above[c] = reduced[c] - least[evening]
    return above


@numba.njit(cache=True, nogil=True)
def within(start, reduced, least, most):  # type: ignore[no-untyped-def]
    """The columns whose reduced cost is at most `most` above the least of their evening."""
    is_within = np.empty(len(reduced), dtype=np.bool_)
    for evening in range(len(start) - 1):
        for c in range(start[evening], start[evening + 1]):
            is_within[c] = reduced[c] - least[evening] <= most
    return is_within


@numba.njit(cache=True, nogil=True)
def best_columns(start, reduced, improves, most):  # type: ignore[no-untyped-def]
    """Per evening the `most` columns of least reduced cost among those that improve."""
    chosen = np.empty((len(start) - 1) * most, dtype=np.int64)
    count = 0
    sorted_best = np.empty(most, dtype=np.int64)
    for evening in range(len(start) - 1):
        size = 0
        for c in range(start[evening], start[evening + 1]):
            if not improves[c] or (size == most and reduced[c] >= reduced[sorted_best[most - 1]]):
                continue
            at = size if size < most else most - 1
            size = min(size + 1, most)
            while at > 0 and reduced[sorted_best[at - 1]] > reduced[c]:
                sorted_best[at] = sorted_best[at - 1]
                at -= 1
            sorted_best[at] = c
        chosen[count : count + size] = sorted_best[:size]
        count += size
    return chosen[:count]
