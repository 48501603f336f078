"""Plans in which every coupled visit has its moment and its people: then each visitor is planned alone, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.base.arrays import Columns, Flags, Rows
from planner.base.deadline import Deadline
from planner.master.subprograms import SubProgram, picked, sub_program
from planner.search.branch_and_bound import BranchAndBound
from planner.search.joint_context import JointContext, routes_of_stops


class FixedMoments:
    """The programs of visitors around the stops that are fixed (candidates)."""

    def __init__(self, context: JointContext, fixed: Sequence[int]) -> None:
        self.context = context
        self.is_fixed = np.zeros(len(context.stop_table.evening), dtype=np.bool_)
        self.is_fixed[list(fixed)] = True
        self._allowed = self._stops_allowed()
        self._keep = routes_of_stops(context.program.pool, self._allowed, fixed)

    def _stops_allowed(self) -> Flags:
        """The fixed stops, those that are not coupled, and siblings' visits at any time if neither is fixed."""
        stop_table = self.context.stop_table
        settled = {v for k in np.flatnonzero(self.is_fixed) for v in stop_table.visits[k]}
        allowed = self.is_fixed | ~stop_table.is_coupled
        for k in np.flatnonzero(stop_table.is_coupled & ~self.is_fixed):
            alone = stop_table.moment[k] < 0 and len(stop_table.visits[k]) == 1
            allowed[k] = alone and stop_table.visits[k][0] not in settled
        return allowed

    def plan(self, visitor: int, deadline: Deadline) -> Columns:
        """The best routes of one visitor (columns of the pool) that can be found in time."""
        sub = self._program(visitor)
        search = BranchAndBound(sub.program, step=self.context.step, seed=self.context.seed, tuning=self.context.tuning)
        search.run(deadline)
        return sub.columns[list(search.best.routes)] if search.best else np.zeros(0, dtype=np.int64)

    def _program(self, visitor: int) -> SubProgram:
        """One visitor's program: the own visits, what is fixed, and nothing that depends on others."""
        program, evenings = self.context.program, self.context.evenings_of[visitor]
        own = np.isin(self.context.stop_table.evening, evenings)
        met = picked(program.stops, np.flatnonzero(own & self._allowed)).index
        company = self._company_rows(own & self.is_fixed & self.context.stop_table.is_second)
        limit = [program.limit_row[visitor]] if visitor in program.limit_row else []
        rows = np.concatenate([met[met < len(program.visits)], company, program.evening_row[evenings], limit])
        taken = np.zeros(program.rows)
        taken[company] = 1
        must = picked(program.stops, np.flatnonzero(own & self.is_fixed)).index
        return sub_program(
            program,
            evenings,
            np.unique(rows.astype(np.int64)),
            keep=self._keep,
            taken=taken,
            must=must[must < len(program.visits)],
        )

    def _company_rows(self, seconds: Flags) -> Rows:
        """The rows that ask for company at the moments of these second stops."""
        program = self.context.program
        met = picked(program.stops, np.flatnonzero(seconds)).index
        return met[(program.lower[met] == 0) & (program.upper[met] == 0)]


def planned_around(context: JointContext, fixed: Sequence[int], routes: Columns, deadline: Deadline) -> Columns | None:
    """Every visitor whose fixed stops are other than in these routes planned anew; nothing if none are."""
    before = context.conflicts.meetings(context.coupled_stops(routes))
    changed = {context.conflicts.visitor(k) for k in {*before} ^ {*fixed}}
    if not changed:
        return None
    plans = FixedMoments(context, fixed)
    pool, seconds = context.program.pool, context.tuning.joint.visitor_seconds
    visitor = np.array([pool.evenings[e].visitor for e in pool.evening[routes]], dtype=np.int64)
    kept = routes[~np.isin(visitor, list(changed))]
    return np.concatenate([kept, *(plans.plan(v, deadline.within(seconds)) for v in sorted(changed))])
