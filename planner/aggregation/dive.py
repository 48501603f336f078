"""Fixing the surest routes of a linear relaxation, one round after another, until a plan is left."""

from __future__ import annotations

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.exact import TypedPlan, best_plan
from planner.aggregation.program import TypedProgram
from planner.aggregation.relaxation import NothingFits
from planner.aggregation.search import TypedSearch
from planner.base.arrays import Columns
from planner.base.deadline import Deadline


def dive(search: TypedSearch, deadline: Deadline) -> TypedPlan:
    """The best plan of the routes that remain when the surest are fixed in turn and all others priced anew each time.

    It ends before all are fixed where those that are exclude each other: what was likely then is chosen from. `search`
    must be relaxed. Raises OutOfTime.
    """
    tuning = search.tuning.aggregation
    relaxed = search.relaxed
    fixed: Columns = np.zeros(0, dtype=np.int64)
    while True:
        rest = ~np.isin(relaxed.columns, fixed)
        columns, values = relaxed.columns[rest], relaxed.values[rest]
        if not len(columns):
            break
        count = max(int((values >= tuning.sure).sum()), round(tuning.dive_share * float(values.sum())), 1)
        sure = _compatible(search.program, fixed, columns[np.argsort(-values, kind="stable")[:count]])
        fixed = np.concatenate([fixed, sure])
        search.relaxation.fix(sure)
        try:
            relaxed = search.relaxation.solve(deadline, tuning.dive_tolerance)
        except NothingFits:
            break
    columns = np.union1d(fixed, relaxed.columns)
    outcome = best_plan(
        search.program, columns, Triples.none(), deadline, below=np.inf, least_gain=0.0, seed=search.seed,
        tuning=search.tuning,
    )  # fmt: skip
    nothing = np.zeros(0, dtype=np.int64)
    return outcome.plan or TypedPlan(float(search.program.left_out.sum()), nothing, nothing)


def _compatible(program: TypedProgram, fixed: Columns, likely: Columns) -> Columns:
    """Of some routes, the likeliest first, those that make no visit that another one or a fixed one makes."""
    made = program.visits_of(fixed)
    taken = set(made[made >= 0].tolist())
    chosen = []
    for column, visits in zip(likely, program.visits_of(likely), strict=True):
        own = set(visits[visits >= 0].tolist())
        if not own & taken:
            chosen.append(column)
            taken |= own
    return np.array(chosen, dtype=np.int64)
