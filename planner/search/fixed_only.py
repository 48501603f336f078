"""The least plan when the time ran out before there was any: what is fixed, and nothing else if that can be."""

from __future__ import annotations

import numpy as np

from planner.base.arrays import Columns, Flags
from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.master.program import Program
from planner.master.subprograms import sub_program
from planner.model.problem import Problem
from planner.search.branch_and_bound import BranchAndBound
from planner.search.joint_context import routes_of_stops


def fixed_routes(problem: Problem, program: Program, *, step: float, seed: int, tuning: Tuning) -> Columns | None:
    """Routes (columns of the pool) that make every fixed visit, if such are found.

    It takes seconds of its own: that a solve had too little time is no reason to call fixed moments impossible.
    Routes past the fixed visits and their siblings alone are tried first. Those can be too late where others
    are not, on roads on which the straight way is not the shortest: so then all routes are.
    """
    for stops in (_stops_at_fixed(problem, program), np.ones(int(program.pool.offset[-1]), dtype=np.bool_)):
        columns = _best(program, routes_of_stops(program.pool, stops), step, seed, tuning)
        if columns is not None:
            return columns
    return None


def _best(program: Program, keep: Flags, step: float, seed: int, tuning: Tuning) -> Columns | None:
    """The best plan of these routes that makes what must be made."""
    evenings = range(len(program.pool.evenings))
    sub = sub_program(program, evenings, np.arange(program.rows), keep=keep)
    search = BranchAndBound(sub.program, step=step, seed=seed, tuning=tuning)
    search.run(Deadline.after(tuning.solving.fixed_only_seconds))
    if search.best is None or search.best.cost >= program.big_m:
        return None
    return sub.columns[list(search.best.routes)]


def _stops_at_fixed(problem: Problem, program: Program) -> Flags:
    """Per candidate stop whether all its visits are fixed, or siblings of such."""
    pool = program.pool
    pairs = [{*pair} for pair in problem.siblings if not problem.fixed.keys().isdisjoint(pair)]
    near = {*problem.fixed}.union(*pairs)
    return np.array(
        [
            all(problem.visits[visit].id in near for visit in evening.options[number].visits)
            for evening, some in zip(pool.evenings, pool.candidates, strict=True)
            for number in some.option
        ],
        dtype=np.bool_,
    )
