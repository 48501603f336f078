"""A sub-program in whole numbers over some of its routes: HiGHS with the cuts of the root relaxation."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.base.arrays import Columns, Integers
from planner.base.deadline import Deadline
from planner.master.bound import SLACK
from planner.master.cuts import met_cuts
from planner.master.linear import Linear, Solved
from planner.master.rows import Sparse, joined
from planner.master.subprograms import SubProgram
from planner.search.joint_context import JointContext, RootRelaxation


def cuts_of(root: RootRelaxation, visitors: Iterable[int]) -> Integers:
    """The numbers of the cuts that routes of these visitors can meet, rising."""
    start, number = root.table.start, root.table.number
    return np.unique(np.concatenate([number[start[v] : start[v + 1]] for v in visitors]))


def solve_restricted_mip(
    context: JointContext,
    root: RootRelaxation,
    sub: SubProgram,
    visitors: Iterable[int],
    deadline: Deadline,
    *,
    limit: float = np.inf,
    gap: float = SLACK,
    only: Columns | None = None,
    start: Columns | None = None,
) -> Solved:
    """The best choice of the routes of a sub-program, which are these visitors' own, within its rows and the cuts.

    `only`: numbers of the routes to choose from; `start`: those of a choice to begin with. The choice may cost `gap`
    more than the best, and none that costs more than the limit is looked for. `values` are those of the auxiliary
    columns and then of the routes.
    """
    program, cuts = sub.program, cuts_of(root, visitors)
    chosen = np.arange(len(sub.columns)) if only is None else only
    lower = np.append(program.lower, np.full(len(cuts), -np.inf))
    upper = np.append(program.upper, np.ones(len(cuts)))
    at, cut = met_cuts(context.bits, root.table, context.program.pool, sub.columns[chosen])
    entries = joined(program.routes(chosen), at, program.rows + np.searchsorted(cuts, cut))
    linear = Linear(context.seed, context.tuning.integer_programs)
    linear.add_rows(lower, upper, Sparse.empty(len(lower)))
    linear.add_columns(program.auxiliary.cost, program.auxiliary.upper, program.auxiliary.entries)
    linear.add_columns(program.pool.cost[chosen], np.ones(len(chosen)), entries)
    begin = None if start is None else len(program.auxiliary) + start
    return linear.solve_whole(deadline, gap, limit, begin)
