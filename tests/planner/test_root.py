"""The relaxation of a whole coupled school begins also when a plan has left routes out already."""

from __future__ import annotations

import numpy as np

from planner.columns.routes import list_routes
from planner.columns.stop_options import StopOptions
from planner.master.program import build_program
from planner.model.exchange import problem_from_json
from planner.search.joint import JointSearch
from planner.search.placeable import placeable
from planner.search.solver import cost_step
from tests.planner.together import with_a_colleague


def test_a_relaxation_begins_with_routes_that_a_plan_has_not_left_out() -> None:
    problem = problem_from_json(with_a_colleague())
    pool = list_routes(problem, StopOptions(problem).evenings(range(len(problem.visitors))))
    program = build_program(problem, placeable(range(len(problem.visits)), pool), pool)
    whole = JointSearch(problem, program, step=cost_step(problem)).relaxation
    whole.solve_visitors(lambda work, visitors: [work(visitor) for visitor in visitors])
    keep = whole.reduced <= np.partition(whole.reduced, 200)[200]
    whole.active, whole.reduced = whole.active.kept(keep), whole.reduced[keep]
    whole.start(whole.duals)
    whole.run_volume()
    whole.begin_linear_program(np.zeros(0, dtype=np.int64))
    likely = np.setdiff1d(whole._relaxation.columns, whole._known)
    assert len(likely)
    assert np.isin(likely, whole.active.original).all()
