"""A linear program in HiGHS that grows: rows and columns are added, duals and values read back.

One thread a program (HiGHS falls silent when the number of threads changes between solves); it lets other
Python threads run while it solves, so several programs can be solved at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from planner.base.arrays import Floats, Integers
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, IntegerProgramTuning
from planner.master.rows import Sparse

_DUAL, _PRIMAL = 1, 4  # HiGHS' numbers of the simplex strategies
_OPTIMAL = highspy.HighsModelStatus.kOptimal
_INFEASIBLE = highspy.HighsModelStatus.kInfeasible


@dataclass(frozen=True)
class Solved:
    """Outcome of a solve.

    cost: of the solution. bound: below every solution, -inf when nothing is proven.
    values: (columns,) float64, empty when no solution was found.
    duals: (rows,) float64, empty for programs in whole numbers.
    """

    is_optimal: bool
    is_infeasible: bool
    cost: float
    bound: float
    values: Floats
    duals: Floats


class Linear:
    """Minimise cost over columns from 0 to their upper limits, within the rows' limits."""

    def __init__(self, seed: int = 0, tuning: IntegerProgramTuning = DEFAULT.integer_programs) -> None:
        self._tuning = tuning
        self._highs = highspy.Highs()
        self._set(output_flag=False, threads=1, random_seed=seed)
        self._simplex = _DUAL
        self._solver = "simplex"
        self.columns = 0
        self.rows = 0

    def _set(self, **options: bool | int | float | str) -> None:
        for name, value in options.items():
            self._highs.setOptionValue(name, value)

    def add_rows(self, lower: Floats, upper: Floats, entries: Sparse) -> None:
        """Rows with their limits and their entries in the columns that are there."""
        self._highs.addRows(
            len(lower),
            np.maximum(lower, -highspy.kHighsInf),
            np.minimum(upper, highspy.kHighsInf),
            len(entries.index),
            entries.first[:-1].astype(np.int32),
            entries.index.astype(np.int32),
            entries.weight,
        )
        self.rows += len(lower)
        self._simplex = _DUAL

    def add_columns(self, cost: Floats, upper: Floats, entries: Sparse) -> None:
        """Columns from 0 to `upper` with their entries in the rows that are there."""
        self._highs.addCols(
            len(cost),
            cost,
            np.zeros(len(cost)),
            np.minimum(upper, highspy.kHighsInf),
            len(entries.index),
            entries.first[:-1].astype(np.int32),
            entries.index.astype(np.int32),
            entries.weight,
        )
        self.columns += len(cost)

    def limit_columns(self, first: int, upper: Floats) -> None:
        """New upper limits of the columns from `first` on."""
        columns = np.arange(first, first + len(upper), dtype=np.int32)
        limits = np.minimum(upper, highspy.kHighsInf)
        self._highs.changeColsBounds(len(columns), columns, np.zeros(len(columns)), limits)
        self._simplex = _DUAL

    def fix_columns(self, columns: Integers) -> None:
        """Let these columns be 1 in every solution."""
        ones = np.ones(len(columns))
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), ones, ones)
        self._simplex = _DUAL

    def price_columns(self, cost: Floats) -> None:
        """New costs of the first columns."""
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def begin_inside(self) -> None:
        """Let the next solve be by the interior point method, which also finds a basis to go on from: for a program
        that begins with all its columns, some times sooner than the simplex method."""
        self._solver = "ipm"

    def solve(self, deadline: Deadline) -> Solved:
        """The linear optimum, or nothing to rely on when the deadline has passed; continues from the last basis.

        New columns leave that feasible in the primal, new rows and limits in the dual: either simplex method
        goes on where it can.
        """
        limit = self._highs.getRunTime() + deadline.seconds_left()
        self._set(time_limit=limit, simplex_strategy=self._simplex, solver=self._solver)
        if self._solver == "ipm":
            self._run_until(deadline, highspy.cb.HighsCallbackType.kCallbackIpmInterrupt)
        else:
            self._highs.run()
        self._simplex, self._solver = _PRIMAL, "simplex"
        status, solution = self._highs.getModelStatus(), self._highs.getSolution()
        optimal, cost = status == _OPTIMAL, self._highs.getInfo().objective_function_value
        values, duals = np.array(solution.col_value), np.array(solution.row_dual)
        return Solved(optimal, status == _INFEASIBLE, cost, cost if optimal else -np.inf, values, duals)

    def _run_until(self, deadline: Deadline, kind: highspy.cb.HighsCallbackType) -> None:
        """Run, and interrupt when the deadline has passed; an error of whoever is asked comes out here."""
        errors: list[BaseException] = []

        def look_up(_kind: object, _message: str, _found: object, answer: Any, _data: object) -> None:
            try:
                answer.user_interrupt = deadline.has_passed()
            except BaseException as error:
                errors.append(error)
                answer.user_interrupt = True

        self._highs.setCallback(look_up, None)
        self._highs.startCallback(kind)
        self._highs.run()
        self._highs.stopCallback(kind)
        if errors:
            raise errors[0]

    def solve_whole(self, deadline: Deadline, gap: float, limit: float, start: Integers | None = None) -> Solved:
        """The optimum in whole numbers, or the best until the deadline passes: it is asked many times a second.

        `gap` is an absolute difference; solutions that cost more than `limit` are of no interest, so when
        there is none below it the outcome is anything above, or infeasible. `start`: columns that are 1 in a solution
        to begin with.
        """
        columns = np.arange(self.columns, dtype=np.int32)
        integer = np.full(self.columns, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        self._highs.changeColsIntegrality(self.columns, columns, integer)
        self._set(mip_rel_gap=0.0, mip_abs_gap=gap, time_limit=self._highs.getRunTime() + deadline.seconds_left())
        self._set(mip_pool_age_limit=self._tuning.cut_age, mip_lp_age_limit=self._tuning.cut_age_in_use)
        self._set(mip_heuristic_run_root_reduced_cost=False)
        if np.isfinite(limit):
            self._set(objective_bound=limit)
        if start is not None:
            self._highs.setSolution(len(start), start.astype(np.int32), np.ones(len(start)))
        self._run_until(deadline, highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
        info, status = self._highs.getInfo(), self._highs.getModelStatus()
        found = info.primal_solution_status == 2
        values = np.array(self._highs.getSolution().col_value) if found else np.zeros(0)
        cost, bound = info.objective_function_value, info.mip_dual_bound
        return Solved(status == _OPTIMAL, status == _INFEASIBLE, cost, bound, values, np.zeros(0))
