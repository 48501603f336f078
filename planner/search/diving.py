"""Diving: the coupled stops that a linear relaxation is surest of are fixed, it is solved again, until all are.

A fixing that lifts the linear optimum much leads nowhere: it is undone, and that stop is forbidden.

A dive that starts from a plan keeps the moments of some families and looks for others for the rest (a large
neighbourhood search). It works on the likeliest routes only, so what it finds says nothing of the bound.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.base.arrays import Columns, Flags, Floats
from planner.base.deadline import Deadline, OutOfTime
from planner.columns.routes import Pool
from planner.master.bound import SLACK
from planner.master.relaxation import ActiveColumns, Relaxation, Relaxed
from planner.master.subprograms import SubProgram, sub_program
from planner.search.fixed_moments import planned_around
from planner.search.joint_context import JointContext, RootRelaxation, routes_of_stops


class Dive:
    """One dive. `routes` is the plan that it starts from, `free` the visits that may get another moment; of the
    program's routes `is_used` marks those that its linear solutions use."""

    def __init__(
        self,
        context: JointContext,
        root: RootRelaxation,
        routes: Columns,
        free: set[int],
        cost: float,
        deadline: Deadline,
        is_used: Flags,
    ) -> None:
        self.context = context
        self.root = root
        self.routes = routes
        self.deadline = deadline
        self.cost = cost
        self.is_used = is_used
        self.tuning = context.tuning.diving
        self._allowed = np.ones(len(context.stop_table.evening), dtype=np.bool_)
        for k in context.coupled_stops(routes):
            if not free.intersection(context.stop_table.visits[k]):
                context.conflicts.exclude_rivals(k, self._allowed)
        self._is_whole = len(free) == len(context.conflicts.stops_of)
        self._share = len(free) / max(1, len(context.conflicts.stops_of))
        self._rise = 0.0
        self._undone = self._dead_ends = 0
        self._list()

    def _list(self) -> None:
        """A linear program of the likeliest routes whose stops are all allowed, with all rows and the root's cuts."""
        small = self._program()
        self._relaxation = Relaxation(small.program, seed=self.context.seed, tuning=self.context.tuning)
        self._relaxation.deadline = self.deadline
        self._relaxation.adopt(self.root.cuts)
        self._relaxation.begin_with(np.arange(len(small.columns)))
        self._active = ActiveColumns(small.program.pool, np.arange(len(small.columns)))
        self._listed = small.columns

    def _program(self) -> SubProgram:
        """All rows, and of the allowed routes the likeliest and those of the plan."""
        program, root = self.context.program, self.root
        an_evening = self.tuning.base_columns + self.tuning.free_columns * self._share
        an_evening *= self.tuning.dead_end_growth**self._dead_ends
        count = int(an_evening * len(program.pool.evenings))
        keep = np.zeros(len(program.pool), dtype=np.bool_)
        keep[root.likely.likeliest(count, routes_of_stops(root.likely.active.pool, self._allowed))] = True
        keep[self.routes[routes_of_stops(program.pool, self._allowed)[self.routes]]] = True
        return sub_program(program, range(len(program.pool.evenings)), np.arange(program.rows), keep=keep)

    def plan(self) -> Columns | None:
        """The routes of a plan with the moments that the dive found; nothing when they are the old ones."""
        try:
            fixed = self._fixed_stops()
        except OutOfTime:
            return None
        return planned_around(self.context, self.context.conflicts.meetings(fixed), self.routes, self.deadline)

    def _fixed_stops(self) -> list[int]:
        """The coupled stops (candidates) of the dive, until all are fixed or it leads to no better plan.

        Where it comes to a dead end it leaves a family out, whatever of it is fixed: often there is room for that one
        once the others have their moments.
        """
        fixed: list[int] = []
        relaxed = self._solve()
        least = self.tuning.tolerance * self.cost
        self._rise = max(self.tuning.most_rise * (self.cost - relaxed.bound.value), least)
        most = self.cost + self.tuning.most_left_out * self.context.program.unplaced
        while relaxed.bound.value <= most:
            chosen = self._surest(self._shares(relaxed), fixed)
            if not chosen:
                break
            relaxed, kept = self._decide(chosen, relaxed.bound.value + self._rise)
            fixed.extend(kept)
            if self._is_worn():
                self._list()
                relaxed = self._solve()
        share = self._shares(relaxed)
        return [k for k in fixed if share[k] > SLACK]

    def _is_worn(self) -> bool:
        """Whether so few of the listed routes are left that others have become likely."""
        return len(self._active.pool) < self.tuning.worn * len(self._listed)

    def _decide(self, chosen: list[int], limit: float) -> tuple[Relaxed, list[int]]:
        """Fix these stops (surest first), or half as many when the linear optimum rises above the limit; one alone
        that lifts it so far is undone and forbidden, unless going without it costs more still."""
        allowed, active = self._allowed, self._active
        while True:
            self._allowed = allowed.copy()
            for k in chosen:
                self.context.conflicts.exclude_rivals(k, self._allowed)
            relaxed = self._narrowed(active)
            if relaxed.bound.value <= limit or self._undone >= self.tuning.most_undone:
                return relaxed, chosen
            if len(chosen) == 1:
                return self._without(chosen, relaxed, allowed, active, limit)
            chosen = chosen[: len(chosen) // 2]

    def _without(
        self, chosen: list[int], fixed: Relaxed, allowed: Flags, active: ActiveColumns, limit: float
    ) -> tuple[Relaxed, list[int]]:
        """Forbid the chosen stop if that costs less than what was `fixed`; else leave that as it is. When a family
        is left out either way, that may be for want of routes in the list: then list them anew."""
        self._undone += 1
        if self._undone % self.tuning.patience == 0:
            self._rise *= 2
        after = self._allowed, self._active
        self._allowed = allowed.copy()
        self._allowed[chosen] = False
        relaxed = self._narrowed(active)
        least = min(relaxed.bound.value, fixed.bound.value)
        if least > limit + self.context.program.unplaced / 2 and self._dead_ends < self.tuning.dead_ends:
            self._allowed = allowed
            self._dead_ends += 1
            self._list()
            return self._solve(), []
        if relaxed.bound.value < fixed.bound.value:
            return relaxed, []
        self._allowed, self._active = after
        return fixed, chosen

    def _narrowed(self, active: ActiveColumns) -> Relaxed:
        """The linear optimum over the routes of `active` whose stops are all allowed."""
        self._active = active.kept(routes_of_stops(active.pool, self._allowed))
        self._relaxation.allow(self._active, self._relaxation.program.auxiliary.cost)
        return self._solve()

    def _solve(self) -> Relaxed:
        relaxed = self._relaxation.solve(self._active)
        self.is_used[self._listed[relaxed.columns]] = True
        return relaxed

    def _shares(self, relaxed: Relaxed) -> Floats:
        """Per candidate stop how much of it the linear solution makes."""
        pool: Pool = self._relaxation.program.pool
        share = np.zeros(len(self.context.stop_table.evening))
        order, evening = pool.order[relaxed.columns], pool.evening[relaxed.columns]
        for place in range(order.shape[1]):
            there = order[:, place] >= 0
            np.add.at(share, order[there, place] + pool.offset[evening[there]], relaxed.values[there])
        return share

    def _surest(self, share: Floats, fixed: Iterable[int]) -> list[int]:
        """Coupled stops that are made nearly whole, and at least those few that come nearest to it; surest first, and
        none that excludes another."""
        share = np.where(self.context.stop_table.is_coupled & self._allowed, share, 0)
        share[list(fixed)] = 0
        possible = np.flatnonzero(share > SLACK)
        left = len({visit for k in possible for visit in self.context.stop_table.visits[k]})
        count = max(1, int(np.sum(share > self.tuning.sure)), int(self.tuning.bold * left) if self._is_whole else 1)
        allowed, chosen = self._allowed.copy(), []
        for k in possible[np.argsort(-share[possible], kind="stable")][:count]:
            if allowed[k]:
                self.context.conflicts.exclude_rivals(int(k), allowed)
                chosen.append(int(k))
        return chosen
