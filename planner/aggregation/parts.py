"""A part of a program by types: some of its routes with some of its visits, while the rest of a plan stays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numba
import numpy as np

from planner.aggregation.exact import TypedPlan
from planner.aggregation.program import TypedProgram
from planner.base.arrays import Columns, Flags, Floats, Positions, Rows


@dataclass(frozen=True)
class Part:
    """A program of some routes of another program.

    program: the part. columns: (columns of the part,) int64, their positions in the whole pool. rows: (visits of the
    part,) int64, their rows in the whole. slots: (slots of the part,) int64, their positions in the whole.
    """

    program: TypedProgram
    columns: Columns
    rows: Rows
    slots: Positions

    @classmethod
    def of(cls, whole: TypedProgram, keep: Flags, rows: Rows, capacity: Floats | None = None) -> Part:
        """The part of the routes that `keep` marks, but for those with other visits than `rows`.

        Slots that take routes of several classes are left out.

        keep: (columns,) bool. capacity: what is left of the resources, all of it by default.
        """
        allowed = np.zeros(len(whole.visits), dtype=np.bool_)
        allowed[rows] = True
        pool = whole.pool
        columns = np.flatnonzero(keep)
        columns = columns[_only_with(columns, pool.evening, pool.order, pool.offset, whole.row_of, allowed)]
        new_row = np.full(len(whole.visits) + 1, -1, dtype=np.int64)  # the last is for candidates without a row
        new_row[rows] = np.arange(len(rows))
        classes, class_of = np.unique(whole.class_of[columns], return_inverse=True)
        slots = np.flatnonzero(np.isin(whole.slots.of_class, classes) & (np.diff(whole.slots.also.first) == 0))
        picked = whole.slots.picked(slots)
        program = replace(
            whole,
            pool=pool.picked(columns),
            visits=tuple(whole.visits[row] for row in rows),
            left_out=whole.left_out[rows],
            row_of=new_row[whole.row_of],
            class_of=class_of.astype(np.int64),
            people=tuple(whole.people[number] for number in classes),
            slots=replace(picked, of_class=np.searchsorted(classes, picked.of_class)),
            capacity=whole.capacity if capacity is None else capacity,
        )
        return cls(program, columns, np.asarray(rows, dtype=np.int64), slots)

    def in_whole(self, plan: TypedPlan) -> TypedPlan:
        """A plan of the part as one of the whole, in which there are no other routes; the cost stays."""
        return TypedPlan(plan.cost, self.columns[plan.routes], self.slots[plan.slots])


@numba.njit(cache=True, nogil=True)
def _only_with(columns, evening, order, offset, row_of, allowed):  # type: ignore[no-untyped-def]
    """Per column whether all visits that it makes are allowed."""
    keep = np.ones(len(columns), dtype=np.bool_)
    for number in range(len(columns)):
        c = columns[number]
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            row = row_of[offset[evening[c]] + order[c, place]]
            keep[number] &= row < 0 or allowed[row]
    return keep
