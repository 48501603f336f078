"""Dives: the moments that a linear relaxation is surest of are pinned, it is solved again, until all are.

A pin that lifts the linear optimum much leads nowhere: it is taken back, and that stop is forbidden.

A dive that starts from a plan keeps the moments of some families and looks for others for the rest (a large
neighbourhood search). It works on the likeliest routes only, so what it finds says nothing of the bound.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .bound import SLACK
from .clock import Clock, OutOfTime
from .parts import PartProgram, part_program
from .pinned import planned_around
from .relaxation import Part, Relaxation, Relaxed
from .routes import Floats, Integers, Pool
from .whole import Root, Whole, routes_of_stops

SURE = 0.75
MOST_RISE = 0.012  # of the gap: a pin that lifts the linear optimum by more is taken back
PATIENCE = 15  # pins taken back until one may lift it twice as much
TAKEN_BACK = 150  # times in a dive, at most
DIVE_COLUMNS, START_COLUMNS = 100, 10  # an evening
SMOOTHING = 0.7
TOLERANCE = 2e-4  # of the cost


class Dive:
    """One dive. `routes` is the plan that it starts from, `free` the visits that may get another moment."""

    def __init__(self, whole: Whole, root: Root, routes: Integers, free: set[int], cost: float, clock: Clock) -> None:
        self.whole = whole
        self.routes = routes
        self.clock = clock
        self.cost = cost
        self._allowed = np.ones(len(whole.catalogue.evening), dtype=np.bool_)
        for k in whole.coupled_stops(routes):
            if not free.intersection(whole.catalogue.visits[k]):
                whole.ties.exclude_rivals(k, self._allowed)
        small = self._program(root)
        self._relaxation = Relaxation(small.program, seed=whole.seed, columns_a_round=4)
        self._relaxation.clock = clock
        self._relaxation.adopt(root.cuts)
        self._relaxation.center = root.duals
        start = np.concatenate([routes, root.likeliest(START_COLUMNS * len(whole.program.pool.evenings)), root.columns])
        self._relaxation.add_columns(np.flatnonzero(np.isin(small.columns, start)))
        self._part = Part(small.program.pool, np.arange(len(small.columns)))

    def _program(self, root: Root) -> PartProgram:
        """All rows, and of the allowed routes the likeliest and those of the plan."""
        program = self.whole.program
        keep = np.zeros(len(program.pool), dtype=np.bool_)
        count = DIVE_COLUMNS * len(program.pool.evenings)
        keep[root.likeliest(count, routes_of_stops(root.part.pool, self._allowed))] = True
        keep[self.routes] = True
        return part_program(program, range(len(program.pool.evenings)), np.arange(program.rows), keep=keep)

    def plan(self) -> Integers | None:
        """The routes of a plan with the moments that the dive found; nothing when they are the old ones."""
        try:
            pinned = self._pinned()
        except OutOfTime:
            return None
        return planned_around(self.whole, self.whole.ties.meetings(pinned), self.routes, self.clock)

    def _pinned(self) -> list[int]:
        """The coupled stops (candidates) of the dive. A pin that costs too much is taken back and forbidden."""
        pinned: list[int] = []
        taken_back = 0
        relaxed = self._solve()
        rise = max(MOST_RISE * (self.cost - relaxed.bound.value), TOLERANCE * self.cost)
        while relaxed.bound.value <= self.cost:
            chosen = self._surest(self._shares(relaxed), pinned)
            if not chosen:
                break
            allowed, part = self._allowed.copy(), self._part
            for k in chosen:
                self.whole.ties.exclude_rivals(k, self._allowed)
            limit = min(self.cost, relaxed.bound.value + rise)
            relaxed = self._narrowed(part)
            if relaxed.bound.value <= limit or taken_back == TAKEN_BACK:
                pinned.extend(chosen)
                continue
            taken_back += 1
            if taken_back % PATIENCE == 0:
                rise *= 2
            self._allowed = allowed
            self._allowed[chosen[-1]] = False
            relaxed = self._narrowed(part)
        return pinned

    def _narrowed(self, part: Part) -> Relaxed:
        """The linear optimum over the routes of `part` whose stops are all allowed."""
        self._part = part.kept(routes_of_stops(part.pool, self._allowed))
        self._relaxation.allow(self._part, self._relaxation.program.sides.cost)
        return self._solve()

    def _solve(self) -> Relaxed:
        return self._relaxation.solve(self._part, smoothing=SMOOTHING, tolerance=TOLERANCE * self.cost)

    def _shares(self, relaxed: Relaxed) -> Floats:
        """Per candidate stop how much of it the linear solution makes."""
        pool: Pool = self._relaxation.program.pool
        share = np.zeros(len(self.whole.catalogue.evening))
        order, evening = pool.order[relaxed.columns], pool.evening[relaxed.columns]
        for place in range(order.shape[1]):
            there = order[:, place] >= 0
            np.add.at(share, order[there, place] + pool.offset[evening[there]], relaxed.values[there])
        return share

    def _surest(self, share: Floats, pinned: Iterable[int]) -> list[int]:
        """Coupled stops that are made nearly whole, and at least the one that comes nearest to it; surest first."""
        share = np.where(self.whole.catalogue.is_coupled, share, 0)
        share[list(pinned)] = 0
        if share.max(initial=0) < SLACK:
            return []
        surest = np.argsort(-share, kind="stable")
        return [int(k) for k in surest[: max(1, int(np.sum(share > SURE)))]]
