"""Which listed routes would improve a linear solution: reduced costs over the whole pool."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from .cuts import Bits, CutTable, meets_two
from .program import Program
from .routes import Floats, Pool

TINY = 1e-7


@dataclass(frozen=True)
class Prices:
    """Duals in the form that pricing wants: per candidate stop, per evening, per entry of the cut table."""

    candidate: Floats
    evening: Floats
    cut: Floats


def prices(program: Program, table: CutTable, duals: Floats) -> Prices:
    """What each stop, evening and cut is worth by the duals of the rows (cuts behind the program's rows)."""
    cuts = duals[program.rows :]
    return Prices(program.stops.dot(duals), duals[program.evening_row], cuts[table.number])


def reduced_costs(program: Program, bits: Bits, table: CutTable, at: Prices, pool: Pool) -> Floats:
    """Reduced cost of every column of the pool, the price of its evening left out."""
    return _reduced_costs(
        pool.start, pool.cost, pool.order, pool.offset, at.candidate, at.cut,
        bits.candidate, bits.evening, bits.visitor, table.start, table.words,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _reduced_costs(  # type: ignore[no-untyped-def]
    start, cost, order, offset, candidate_price, cut_price,
    candidate_words, evening_words, visitor, cut_start, cut_words,
):  # fmt: skip
    reduced = np.empty(len(cost))
    width = order.shape[1]
    for evening in range(len(start) - 1):
        first, last = cut_start[visitor[evening]], cut_start[visitor[evening] + 1]
        for c in range(start[evening], start[evening + 1]):
            total = cost[c]
            low, high = evening_words[evening, 0], evening_words[evening, 1]
            for place in range(width):
                if order[c, place] < 0:
                    break
                k = offset[evening] + order[c, place]
                total -= candidate_price[k]
                low |= candidate_words[k, 0]
                high |= candidate_words[k, 1]
            for cut in range(first, last):
                if meets_two(low, high, cut_words[cut, 0], cut_words[cut, 1]):
                    total -= cut_price[cut]
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
