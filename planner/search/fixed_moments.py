"""Plans in which every coupled visit has its moment and its people: then each visitor is planned alone, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.base.deadline import Deadline
from planner.columns.routes import Flags, Integers
from planner.master.subprograms import PartProgram, part_program, picked
from planner.search.branch_and_bound import Search
from planner.search.joint_context import Whole, routes_of_stops


class Pinned:
    """The programs of visitors around the stops that are pinned (candidates)."""

    def __init__(self, whole: Whole, pinned: Sequence[int]) -> None:
        self.whole = whole
        self.is_pinned = np.zeros(len(whole.catalogue.evening), dtype=np.bool_)
        self.is_pinned[list(pinned)] = True
        self._allowed = self._stops_allowed()
        self._keep = routes_of_stops(whole.program.pool, self._allowed, pinned)

    def _stops_allowed(self) -> Flags:
        """The pinned stops, those that are not coupled, and siblings' visits at any time if neither is pinned."""
        catalogue = self.whole.catalogue
        settled = {v for k in np.flatnonzero(self.is_pinned) for v in catalogue.visits[k]}
        allowed = self.is_pinned | ~catalogue.is_coupled
        for k in np.flatnonzero(catalogue.is_coupled & ~self.is_pinned):
            alone = catalogue.moment[k] < 0 and len(catalogue.visits[k]) == 1
            allowed[k] = alone and catalogue.visits[k][0] not in settled
        return allowed

    def plan(self, visitor: int, deadline: Deadline) -> Integers:
        """The best routes of one visitor (columns of the pool) that can be found in time."""
        part = self._program(visitor)
        search = Search(part.program, step=self.whole.step, seed=self.whole.seed, tuning=self.whole.tuning)
        search.run(deadline)
        return part.columns[list(search.best.routes)] if search.best else np.zeros(0, dtype=np.int64)

    def _program(self, visitor: int) -> PartProgram:
        """One visitor's program: the own visits, what is pinned, and nothing that depends on others."""
        program, evenings = self.whole.program, self.whole.evenings_of[visitor]
        own = np.isin(self.whole.catalogue.evening, evenings)
        met = picked(program.stops, np.flatnonzero(own & self._allowed)).index
        company = self._company_rows(own & self.is_pinned & self.whole.catalogue.is_second)
        limit = [program.limit_row[visitor]] if visitor in program.limit_row else []
        rows = np.concatenate([met[met < len(program.visits)], company, program.evening_row[evenings], limit])
        taken = np.zeros(program.rows)
        taken[company] = 1
        must = picked(program.stops, np.flatnonzero(own & self.is_pinned)).index
        return part_program(
            program,
            evenings,
            np.unique(rows.astype(np.int64)),
            keep=self._keep,
            taken=taken,
            must=must[must < len(program.visits)],
        )

    def _company_rows(self, seconds: Flags) -> Integers:
        """The rows that ask for company at the moments of these second stops."""
        program = self.whole.program
        met = picked(program.stops, np.flatnonzero(seconds)).index
        return met[(program.lower[met] == 0) & (program.upper[met] == 0)]


def planned_around(whole: Whole, pinned: Sequence[int], routes: Integers, deadline: Deadline) -> Integers | None:
    """Every visitor whose pinned stops are other than in these routes planned anew; nothing if none are."""
    before = whole.ties.meetings(whole.coupled_stops(routes))
    changed = {whole.ties.visitor(k) for k in {*before} ^ {*pinned}}
    if not changed:
        return None
    plans = Pinned(whole, pinned)
    pool, seconds = whole.program.pool, whole.tuning.joint.visitor_seconds
    visitor = np.array([pool.evenings[e].visitor for e in pool.evening[routes]], dtype=np.int64)
    kept = routes[~np.isin(visitor, list(changed))]
    return np.concatenate([kept, *(plans.plan(v, deadline.within(seconds)) for v in sorted(changed))])
