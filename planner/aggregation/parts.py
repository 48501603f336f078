"""A part of a program by types: some of its visitors with some of its visits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numba
import numpy as np

from planner.aggregation.exact import TypedPlan
from planner.aggregation.program import TypedProgram, Weeks
from planner.base.arrays import Columns, Flags, Floats, Positions, Rows
from planner.columns.routes import Pool


@dataclass(frozen=True)
class Part:
    """A program of some types of another program.

    program: the part. columns: (columns of the part,) int64, their positions in the whole pool. rows: (visits of the
    part,) int64, their rows in the whole. z: (z columns of the part,) int64, their positions among those of the whole.
    """

    program: TypedProgram
    columns: Columns
    rows: Rows
    z: Positions

    @classmethod
    def of(cls, whole: TypedProgram, visitors: Collection[int], rows: Rows, keep: Flags | None = None) -> Part:
        """The part of these visitors and rows; routes with other visits, or that `keep` does not mark, are left out."""
        kinds = [number for number, kind in enumerate(whole.types) if kind.visitor in visitors]
        allowed = np.zeros(len(whole.visits), dtype=np.bool_)
        allowed[rows] = True
        columns = whole.pool.columns_of(kinds)
        pool = whole.pool
        mine = only_with(columns, pool.evening, pool.order, pool.offset, whole.row_of, allowed)
        columns = columns[mine if keep is None else mine & keep[columns]]
        part = _pool_of(pool, kinds, columns)
        new_row = np.full(len(whole.visits) + 1, -1, dtype=np.int64)  # the last is for candidates without a row
        new_row[rows] = np.arange(len(rows))
        ranges = [np.arange(pool.offset[k], pool.offset[k + 1]) for k in kinds]
        candidates = np.concatenate([np.zeros(0, dtype=np.int64), *ranges])
        types = tuple(whole.types[number] for number in kinds)
        program = TypedProgram(
            types=types,
            pool=part,
            visits=tuple(whole.visits[row] for row in rows),
            left_out=whole.left_out[rows],
            row_of=new_row[whole.row_of[candidates]],
            size=whole.size[columns],
            weeks=Weeks.of(types),
            limits=whole.limits[kinds],
        )
        weeks = np.flatnonzero(np.isin(whole.weeks.kind, kinds))
        z = (weeks[:, None] * whole.sizes + np.arange(whole.sizes)).ravel()
        return cls(program, columns, np.asarray(rows, dtype=np.int64), z)

    def in_whole(self, plan: TypedPlan, whole: TypedProgram) -> TypedPlan:
        """A plan of the part as one of the whole, in which the other visitors have no routes; the cost stays."""
        dates = np.zeros(len(whole.week_columns[2]))
        dates[self.z] = plan.dates
        return TypedPlan(plan.cost, self.columns[plan.routes], dates)

    def with_costs(self, left_out: Floats, cost: Floats) -> TypedProgram:
        """The program of the part at other costs of visits left out and of routes."""
        return replace(self.program, left_out=left_out, pool=replace(self.program.pool, cost=cost))


def _pool_of(pool: Pool, kinds: list[int], columns: Columns) -> Pool:
    """The pool of these evenings and columns."""
    number = np.full(len(pool.evenings), -1, dtype=np.int32)
    number[kinds] = np.arange(len(kinds))
    evening = number[pool.evening[columns]]
    counts = [len(pool.candidates[kind]) for kind in kinds]
    return Pool(
        evenings=tuple(pool.evenings[kind] for kind in kinds),
        candidates=tuple(pool.candidates[kind] for kind in kinds),
        offset=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        start=np.searchsorted(evening, np.arange(len(kinds) + 1)).astype(np.int64),
        cost=pool.cost[columns],
        order=pool.order[columns],
        evening=evening,
    )


@numba.njit(cache=True, nogil=True)
def only_with(columns, evening, order, offset, row_of, allowed):  # type: ignore[no-untyped-def]
    """Per column whether all its visits are allowed."""
    keep = np.ones(len(columns), dtype=np.bool_)
    for number in range(len(columns)):
        c = columns[number]
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            row = row_of[offset[evening[c]] + order[c, place]]
            keep[number] &= row >= 0 and allowed[row]
    return keep
