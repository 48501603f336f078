"""Prices for the rows of a large program by the volume algorithm: near the best bound long before a simplex method is.

At some prices each evening takes the route of least reduced cost. Where these routes meet a row too often its
price falls, where they meet it too little it rises; the step leans on a running mean of all choices so far, which
itself nears a linear solution (the volume algorithm: Barahona and Anbil, Mathematical Programming 87, 2000).
"""

from __future__ import annotations

import numba
import numpy as np

from planner.base.arrays import Floats, Integers
from planner.base.deadline import Deadline
from planner.base.tuning import VolumeTuning
from planner.master.relaxation import ActiveColumns, Relaxation


class VolumeAlgorithm:
    """A run over the active columns that can be continued.

    duals: (rows + cuts,) float64, the best prices so far; `value`: their bound over the active columns.
    use: (active columns,) float64, the share of each route in the running mean of all choices.
    met: (active columns,) bool, whether a route was ever chosen.
    step: length of the next steps, a share of the rise that is aimed at.
    """

    def __init__(
        self,
        relaxation: Relaxation,
        active: ActiveColumns,
        duals: Floats,
        use: Floats,
        *,
        step: float,
        tuning: VolumeTuning,
    ) -> None:
        program = relaxation.program
        self.active = active
        self.tuning = tuning
        self.auxiliary = program.auxiliary
        cuts = len(relaxation.cuts)
        self.lower = np.concatenate([program.lower, np.full(cuts, -np.inf)])
        self.upper = np.concatenate([program.upper, np.ones(cuts)])
        self.lower[program.evening_row], self.upper[program.evening_row] = -np.inf, np.inf  # the choice keeps to one
        self._entries = relaxation.all_entries(active.original)
        self.duals = duals.copy()
        self.duals[program.evening_row] = 0
        self.use = use
        self.value = -np.inf
        self._highest_cost = float(active.pool.cost.max(initial=0.0))
        self.met = np.zeros(len(active.original), dtype=np.bool_)
        self.step = step

    def run(self, rounds: int, deadline: Deadline) -> None:
        """At most so many rounds, until the steps are small or the deadline passes (OutOfTime)."""
        tuning, duals, mean, misses = self.tuning, self.duals, None, 0
        for _round in range(rounds):
            deadline.check()
            value, chosen, met = self._choices(duals)
            share = tuning.weight_last + (tuning.weight_first - tuning.weight_last) * self.step / tuning.first_step
            mean = met if mean is None else share * met + (1 - share) * mean
            self.use *= 1 - share
            self.use[chosen] += share
            self.met[chosen] = True
            misses = 0 if value > self.value + tuning.least_rise * abs(self.value) else misses + 1
            if value > self.value:
                self.value, self.duals = value, duals
            if misses >= tuning.patience:
                self.step, misses = self.step * tuning.shrink, 0
                if self.step < tuning.least_step:
                    return
            aim = self.value + tuning.aim * max(abs(self.value), self._highest_cost)
            reach = self.step * (aim - value)
            duals = _moved(self.duals, self.lower, self.upper, mean, reach, tuning.least_square)

    def _choices(self, duals: Floats) -> tuple[float, Integers, Floats]:
        """The bound at these prices, the routes that make it, and how often they meet every row."""
        pool, entries, auxiliary = self.active.pool, self._entries, self.auxiliary
        met = np.zeros(len(duals))
        extra = (
            auxiliary.cost,
            auxiliary.upper,
            auxiliary.entries.first,
            auxiliary.entries.index,
            auxiliary.entries.weight,
        )
        value = _worth(duals, self.lower, self.upper) + _auxiliary_taken(*extra, duals, met)
        least, chosen = _cheapest(pool.start, pool.cost, entries.first, entries.index, entries.weight, duals, met)
        return value + least, chosen, met


@numba.njit(cache=True, nogil=True)
def _worth(duals, lower, upper):  # type: ignore[no-untyped-def]
    """The prices times the limits of their rows."""
    total = 0.0
    for row in range(len(duals)):
        if duals[row] != 0:
            total += duals[row] * (lower[row] if duals[row] > 0 else upper[row])
    return total


@numba.njit(cache=True, nogil=True)
def _moved(duals, lower, upper, mean, reach, least_square):  # type: ignore[no-untyped-def]
    """The prices a step on, towards where the mean choice breaks rows; `reach` is what the step should gain."""
    slope = np.zeros(len(duals))
    square = 0.0
    for row in range(len(duals)):
        has_lower, has_upper = lower[row] > -np.inf, upper[row] < np.inf
        if not (has_lower or has_upper):
            continue
        fall = (lower[row] if has_lower else upper[row]) - mean[row]
        if (not has_lower and duals[row] >= 0 and fall > 0) or (not has_upper and duals[row] <= 0 and fall < 0):
            continue
        slope[row] = fall
        square += fall * fall
    stride = reach / max(square, least_square)
    for row in range(len(duals)):
        slope[row] = duals[row] + stride * slope[row]
        if lower[row] == -np.inf:
            slope[row] = min(slope[row], 0.0)
        if upper[row] == np.inf:
            slope[row] = max(slope[row], 0.0)
    return slope


@numba.njit(cache=True, nogil=True)
def _auxiliary_taken(cost, most, first, index, weight, duals, met):  # type: ignore[no-untyped-def]
    """What the columns that are no routes add to the bound; their entries are added to `met`."""
    total = 0.0
    for side in range(len(cost)):
        rest = cost[side]
        for e in range(first[side], first[side + 1]):
            rest -= weight[e] * duals[index[e]]
        if rest < 0:
            total += rest * most[side]
            for e in range(first[side], first[side + 1]):
                met[index[e]] += weight[e] * most[side]
    return total


@numba.njit(cache=True, nogil=True)
def _cheapest(start, cost, first, index, weight, duals, met):  # type: ignore[no-untyped-def]
    """Every evening's route of least reduced cost if that is negative, their sum; their entries are added to `met`."""
    chosen = np.empty(len(start) - 1, dtype=np.int64)
    count, total = 0, 0.0
    for evening in range(len(start) - 1):
        best, at = 0.0, -1
        for c in range(start[evening], start[evening + 1]):
            reduced = cost[c]
            for e in range(first[c], first[c + 1]):
                reduced -= weight[e] * duals[index[e]]
            if reduced < best:
                best, at = reduced, c
        if at >= 0:
            chosen[count] = at
            count += 1
            total += best
            for e in range(first[at], first[at + 1]):
                met[index[e]] += weight[e]
    return total, chosen[:count]
