"""Lower bounds that hold whatever the linear solver's tolerances are, and what they exclude.

For any prices of the rows (of the right sign) the Lagrangian bound (Geoffrion, Lagrangean Relaxation for Integer
Programming, Mathematical Programming Study 2, 1974) is: the prices times the rows' limits,
plus for every evening the least reduced cost of its routes or 0 for none, plus the negative reduced costs of
the other columns. A route whose own reduced cost lifts this bound above the best plan so far is in no better
plan and is left out for good (reduced cost fixing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.base.arrays import Floats
from planner.columns.routes import Pool
from planner.master.pricing import least_by_evening, within
from planner.master.program import Program

SLACK = 1e-6  # cost, and values of rows: what rounding may change. No tuning: bounds rest on it


@dataclass(frozen=True)
class Bound:
    """A lower bound on every plan.

    value: cost. `least`: (evenings,) float64, the least reduced cost of each evening's routes, 0 at most.
    """

    value: float
    least: Floats


def clipped(duals: Floats, lower: Floats, upper: Floats) -> Floats:
    """Duals with the sign that their row allows (the solver's tolerance may have it a hair wrong)."""
    duals = np.where(np.isinf(lower), np.minimum(duals, 0), duals)
    return np.where(np.isinf(upper), np.maximum(duals, 0), duals)


def lagrangian_bound(program: Program, auxiliary_cost: Floats, duals: Floats, pool: Pool, reduced: Floats) -> Bound:
    """The bound of these (clipped) duals; `reduced` are the pool's reduced costs without evening prices."""
    own, cuts = duals[: program.rows].copy(), duals[program.rows :]
    own[program.evening_row] = 0
    priced = own != 0
    limits = np.where(own > 0, program.lower, program.upper)
    rest = np.minimum(0.0, auxiliary_cost - program.auxiliary.entries.dot(own))
    auxiliary = rest[rest < 0] * program.auxiliary.upper[rest < 0]
    least = least_by_evening(pool.start, reduced)
    value = float(own[priced] @ limits[priced]) + float(cuts.sum() + auxiliary.sum() + least.sum())
    return Bound(value, least)


def survivors(bound: Bound, pool: Pool, reduced: Floats, best: float, step: float) -> npt.NDArray[np.bool_]:
    """The columns that a plan at least `step` cheaper than `best` may still use."""
    keep: npt.NDArray[np.bool_] = within(pool.start, reduced, bound.least, best - step + SLACK - bound.value)
    return keep


def rounded_up(value: float, step: float) -> float:
    """The least multiple of `step` from `value` on: what a cost must be. A step of 0 rounds nothing."""
    return float(np.ceil((value - SLACK) / step) * step) if step else value
