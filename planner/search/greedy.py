"""A first plan at once: evening after evening the route that saves most.

What a search starts from, and what is left when there was no time for one. Fixed visits come first.
"""

from __future__ import annotations

import numba
import numpy as np

from planner.base.arrays import Columns, Integers
from planner.master.program import Program


def greedy_plan(program: Program, visits_of: Integers, big_m: float) -> tuple[Columns, Integers]:
    """Routes (columns of the pool) and auxiliary columns (visits left out) of a plan.

    `visits_of[k]`: the visits of candidate stop k, -1 behind the last. Legal whenever the fixed visits
    (those that cost `big_m` to leave out) allow it evening by evening.
    """
    pool = program.pool
    credit = np.zeros(max([*program.visits, int(visits_of.max(initial=-1))], default=-1) + 1)
    credit[list(program.visits)] = program.auxiliary.cost[: len(program.visits)]
    fixed = np.where(credit >= big_m, credit, 0.0)
    visitor = np.array([evening.visitor for evening in pool.evenings], dtype=np.int64)
    room = np.full(int(visitor.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    for number, left in program.limits.items():
        room[number] = left
    chosen = np.full(len(pool.evenings), -1, dtype=np.int64)
    is_made = np.zeros(len(credit), dtype=np.bool_)
    for worth in (fixed, credit):
        _choose(pool.start, pool.cost, pool.order, pool.offset, visits_of, visitor, worth, room, chosen, is_made)
    left_out = [row for row, visit in enumerate(program.visits) if not is_made[visit]]
    return chosen[chosen >= 0], np.array(left_out, dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def _choose(start, cost, order, offset, visits_of, visitor, worth, room, chosen, is_made):  # type: ignore[no-untyped-def]
    """Per evening without a route the one whose visits are worth most above its cost, if any is."""
    for evening in range(len(start) - 1):
        if chosen[evening] >= 0:
            continue
        most = 0.0
        for c in range(start[evening], start[evening + 1]):
            gain = -cost[c]
            stops = 0
            for place in range(order.shape[1]):
                if order[c, place] < 0:
                    break
                stops += 1
                for visit in visits_of[offset[evening] + order[c, place]]:
                    if visit >= 0:
                        gain += -np.inf if is_made[visit] else worth[visit]
            if gain > most and stops <= room[visitor[evening]]:
                most, chosen[evening] = gain, c
        c = chosen[evening]
        if c >= 0:
            for place in range(order.shape[1]):
                if order[c, place] >= 0:
                    room[visitor[evening]] -= 1
                    for visit in visits_of[offset[evening] + order[c, place]]:
                        if visit >= 0:
                            is_made[visit] = True
