"""Simulated annealing over whole units: small moves by the hundred thousand, the worse of them by chance.

A move that costs more is kept with a probability that falls with the temperature (Kirkpatrick, Gelatt and Vecchi,
Optimization by simulated annealing, Science 220, 1983). The chance is drawn first, as the most that the move may cost,
so that most moves end at an estimate from below and touch nothing.
"""

from __future__ import annotations

import numba
import numpy as np

from planner.search.ruin_recreate import partial_cost
from planner.search.search_state import copy_plan, sync
from planner.search.unit_moves import exchange, is_full, is_movable, move, other_day, retime
from planner.search.unit_ways import day_of, pick_partition, pick_way

RETIMED_SHARE = 0.1  # share of the moves that stay on their day


@numba.njit(cache=True, nogil=True)
def anneal(d, now, saved, best, sc, room, seed, moves, heat, costs):  # type: ignore[no-untyped-def]
    """So many moves from plan `now`, at temperature `heat` (a cost); the arguments are those of `improve`."""
    np.random.seed(seed)
    units = len(now.u_mask)
    for _ in range(moves):
        limit = -heat * np.log(np.random.random())
        u = np.random.randint(units)
        if not is_movable(d, now, room, u):
            continue
        if np.random.random() < RETIMED_SHARE:
            retime(d, now, sc, room, u, limit)
            _settle(d, now, saved, best, sc, limit, costs)
            continue
        day = other_day(d, now, u)
        if day == day_of(d, now, u):
            continue
        pt = pick_partition(d, room.whole[u])
        stops = pick_way(d, now, room, u, pt, day)
        if stops == 0:
            continue
        if is_full(now, room, stops):
            is_touched = exchange(d, now, sc, room, u, pt, stops, day, limit, heat)
        else:
            is_touched = move(d, now, sc, room, u, pt, stops, day, limit)
        if is_touched:
            _settle(d, now, saved, best, sc, limit, costs)


@numba.njit(cache=True, nogil=True)
def _settle(d, now, saved, best, sc, limit, costs):  # type: ignore[no-untyped-def]
    """Keep what was changed if it costs `limit` more at most, or undo it."""
    change = partial_cost(d, now, sc) - partial_cost(d, saved, sc)
    if not change <= limit:
        sync(d, saved, now, sc)
        return
    sync(d, now, saved, sc)
    costs[0] += change
    if costs[0] < costs[1] - 1e-6:
        costs[1] = costs[0]
        copy_plan(now, best)
