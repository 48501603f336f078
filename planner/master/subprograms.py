"""A program of some of the visitors: with the others' routes as they are, or with coupling at a price.

Rows that routes of one visitor alone meet are that visitor's own. All others couple visitors: in a sub-program they
either keep what the other visitors leave of them, or give way to a price per unit (Lagrangian relaxation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numba
import numpy as np

from planner.base.arrays import Columns, Flags, Floats, Integers, Rows
from planner.columns.routes import Pool
from planner.master.program import AuxiliaryColumns, Program
from planner.master.rows import Sparse

_NOBODY, _SEVERAL = -1, -2


@dataclass(frozen=True)
class SubProgram:
    """A program of some evenings, with the positions that its own have in the program that it was made from.

    columns: (columns of the sub-program,) int64, position in the whole pool.
    rows: (rows of the sub-program,) int64, position among the rows of the whole.
    auxiliary: int64, position of its auxiliary columns in the whole. Behind these it has stopgaps of its own: columns
        at the price `big_m` for rows that must be met, so that there always is a solution.
    """

    program: Program
    columns: Columns
    rows: Rows
    auxiliary: Integers


def owners(program: Program, group_of: Integers | None = None) -> Integers:
    """Per row the visitor whose routes alone meet it, -1 where nobody's do, -2 where several visitors' do; with the
    group of each visitor given (from 0 on): the group."""
    owner = np.full(program.rows, _NOBODY, dtype=np.int64)
    for number, evening in enumerate(program.pool.evenings):
        own = evening.visitor if group_of is None else group_of[evening.visitor]
        first, last = program.pool.offset[number], program.pool.offset[number + 1]
        met = np.unique(program.stops.index[program.stops.first[first] : program.stops.first[last]])
        met = np.append(met, program.evening_row[number])
        other = owner[met]
        owner[met] = np.where((other == _NOBODY) | (other == own), own, _SEVERAL)
    return _shared_by_columns(owner, program.auxiliary.entries)


def _shared_by_columns(owner: Integers, entries: Sparse) -> Integers:
    """The owners when rows that one column meets (a list of `entries`) have one owner, or several own them all."""
    column = np.repeat(np.arange(len(entries.first) - 1), np.diff(entries.first))
    while True:
        met, owned = owner[entries.index], owner[entries.index] >= 0
        least = np.full(len(entries.first) - 1, np.iinfo(np.int64).max)
        most = np.full(len(entries.first) - 1, _NOBODY)
        np.minimum.at(least, column[owned], met[owned])
        np.maximum.at(most, column[owned], met[owned])
        is_shared = (most >= 0) & (least < most)
        is_shared[column[met == _SEVERAL]] = True
        after = owner.copy()
        joins = (met == _NOBODY) & (most[column] >= 0)
        after[entries.index[joins]] = most[column[joins]]
        after[entries.index[is_shared[column]]] = _SEVERAL
        if (after == owner).all():
            return owner
        owner = after


def closed(program: Program, rows: Rows) -> Rows:
    """These rows and all that auxiliary columns meeting one of them meet: siblings' rows come together."""
    entries = program.auxiliary.entries
    inside = np.zeros(program.rows, dtype=np.bool_)
    inside[rows] = True
    column = np.repeat(np.arange(len(program.auxiliary)), np.diff(entries.first))
    while True:
        touched = np.isin(column, column[inside[entries.index]])
        if inside[entries.index[touched]].all():
            return np.flatnonzero(inside)
        inside[entries.index[touched]] = True


def sub_pool(pool: Pool, evenings: Sequence[int], keep: Flags | None) -> tuple[Pool, Columns]:
    """The columns of these evenings (rising numbers), of which `keep` may leave out some."""
    ranges = [np.arange(pool.start[e], pool.start[e + 1]) for e in evenings]
    if keep is not None:
        ranges = [columns[keep[columns]] for columns in ranges]
    columns = np.concatenate(ranges) if ranges else np.zeros(0, dtype=np.int64)
    counts = [len(some) for some in ranges]
    candidates = tuple(pool.candidates[e] for e in evenings)
    return Pool(
        evenings=tuple(pool.evenings[e] for e in evenings),
        candidates=candidates,
        offset=np.concatenate([[0], np.cumsum([len(some) for some in candidates])]).astype(np.int64),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cost=pool.cost[columns],
        order=pool.order[columns],
        evening=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
    ), columns


def sub_program(
    program: Program,
    evenings: Sequence[int],
    rows: Rows,
    *,
    keep: Flags | None = None,
    taken: Floats | None = None,
    prices: Floats | None = None,
    capped: Sequence[int] | Rows = (),
    must: Sequence[int] | Rows = (),
) -> SubProgram:
    """The program of these evenings (rising numbers) with these rows of `program`.

    Per row of the program, `taken` is what routes outside the sub-program use of it, and `prices` what a unit is
    worth: it is taken off the cost of whatever meets a row that is left out. `capped`: rows that are priced and
    yet may not be exceeded. `must`: rows of visits that must not be left out.
    """
    pool, columns = sub_pool(program.pool, evenings, keep)
    visits, order, new_row = _numbered(program, rows, capped)
    stops = _stops_of(program, evenings)
    if prices is not None:
        pool = _at_prices(pool, stops, np.where(_is_out(new_row, capped), prices, 0.0))
    lower, upper = _limits_left(program, order, len(rows), taken)
    auxiliary = _auxiliary_inside(program, visits, _is_out(new_row, capped))
    above = program.big_m - program.unplaced * (len(program.visits) - len(visits))
    own = _auxiliary_of(program, auxiliary, new_row, _auxiliary_cost(program, must, above))
    sub = replace(
        program,
        pool=pool,
        visits=tuple(program.visits[row] for row in visits),
        lower=lower,
        upper=upper,
        lazy_group=program.lazy_group[order],
        evening_row=new_row[program.evening_row[list(evenings)]],
        auxiliary=_with_stopgaps(own, lower, upper, len(visits), above),
        stops=stops.renumbered(new_row),
        limits={v: limit for v, limit in program.limits.items() if new_row[program.limit_row[v]] >= 0},
        big_m=above,
        row_names={},
        limit_row={v: int(new_row[row]) for v, row in program.limit_row.items() if new_row[row] >= 0},
    )
    return SubProgram(sub, columns, order, auxiliary)


def _numbered(program: Program, rows: Rows, capped: Sequence[int] | Rows) -> tuple[Rows, Rows, Rows]:
    """The rows of visits, all rows in order (visits, others, capped), and the new number of each row or -1."""
    is_visit = rows < len(program.visits)
    order = np.concatenate([rows[is_visit], rows[~is_visit], capped]).astype(np.int64)
    new_row = np.full(program.rows, -1, dtype=np.int64)
    new_row[order] = np.arange(len(order))
    return rows[is_visit], order, new_row


def _limits_left(program: Program, order: Rows, own: int, taken: Floats | None) -> tuple[Floats, Floats]:
    """What is left of the limits of these rows; those behind the first `own` must not be exceeded, no more."""
    used = np.zeros(len(order)) if taken is None else taken[order]
    lower, upper = program.lower[order] - used, program.upper[order] - used
    lower[own:] = -np.inf
    return lower, upper


def _stops_of(program: Program, evenings: Sequence[int]) -> Sparse:
    offset = program.pool.offset
    ranges = [np.arange(offset[e], offset[e + 1]) for e in evenings]
    return picked(program.stops, np.concatenate(ranges) if ranges else np.zeros(0, dtype=np.int64))


def picked(lists: Sparse, numbers: Integers) -> Sparse:
    """Some of the lists, in this order."""
    lengths = lists.first[numbers + 1] - lists.first[numbers]
    first = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    at = np.repeat(lists.first[numbers] - first[:-1], lengths) + np.arange(first[-1])
    return Sparse(first, lists.index[at], lists.weight[at])


def _is_out(new_row: Rows, capped: Sequence[int] | Rows) -> Flags:
    """Per row of the program whether it is priced: not in the sub-program, or in it as a cap only."""
    is_out: Flags = new_row < 0
    is_out[list(capped)] = True
    return is_out


def _at_prices(pool: Pool, stops: Sparse, price: Floats) -> Pool:
    """The pool with what its routes meet at these prices taken off their cost."""
    return replace(pool, cost=pool.cost - worth(pool, stops.dot(price)))


def _auxiliary_cost(program: Program, must: Sequence[int] | Rows, above: float) -> Floats:
    """The cost of the auxiliary columns, `above` at most and for what must not be."""
    cost: Floats = np.minimum(program.auxiliary.cost, above)
    cost[list(must)] = above
    return cost


def _auxiliary_inside(program: Program, visits: Integers, is_out: Flags) -> Integers:
    """The visits of the sub-program left out, then every other auxiliary column whose rows are all in it."""
    entries = program.auxiliary.entries
    outside = np.concatenate([[0], np.cumsum(is_out[entries.index])])
    is_inside = outside[entries.first[1:]] == outside[entries.first[:-1]]
    others = np.flatnonzero(is_inside[len(program.visits) :]) + len(program.visits)
    return np.concatenate([visits, others]).astype(np.int64)


def _auxiliary_of(program: Program, auxiliary: Integers, new_row: Rows, cost: Floats) -> AuxiliaryColumns:
    return AuxiliaryColumns(
        tuple(program.auxiliary.names[at] for at in auxiliary),
        cost[auxiliary],
        program.auxiliary.upper[auxiliary],
        picked(program.auxiliary.entries, auxiliary).renumbered(new_row),
    )


def _with_stopgaps(
    auxiliary: AuxiliaryColumns, lower: Floats, upper: Floats, visits: int, big_m: float
) -> AuxiliaryColumns:
    """Also columns at the cost `big_m` for rows that routes must meet, so that there always is a solution."""
    asking = [row for row in range(visits, len(lower)) if lower[row] > 0 or upper[row] < 0]
    entries = Sparse.of([[(row, 1.0 if lower[row] > 0 else -1.0)] for row in asking])
    return AuxiliaryColumns(
        (*auxiliary.names, *(("stopgap", row) for row in asking)),
        np.concatenate([auxiliary.cost, np.full(len(asking), big_m)]),
        np.concatenate([auxiliary.upper, np.full(len(asking), np.inf)]),
        auxiliary.entries.followed_by(entries),
    )


@numba.njit(cache=True, nogil=True)
def _worth(evening, order, offset, price):  # type: ignore[no-untyped-def]
    total = np.zeros(len(evening))
    for c in range(len(evening)):
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            total[c] += price[offset[evening[c]] + order[c, place]]
    return total


def worth(pool: Pool, price: Floats) -> Floats:
    """Per column the sum of the prices of its stops."""
    total: Floats = _worth(pool.evening, pool.order, pool.offset, price)
    return total
