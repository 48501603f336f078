"""The volume ascent: its bound holds, comes near the linear optimum, and its prices are valid ones."""

from __future__ import annotations

import numpy as np
import pytest

from planner.base.deadline import Deadline, OutOfTime
from planner.base.tuning import VolumeTuning
from planner.columns.routes import list_routes
from planner.columns.stop_options import StopOptions
from planner.master.bound import clipped, lagrangian_bound
from planner.master.pricing import prices, reduced_costs
from planner.master.program import Program, build_program
from planner.master.relaxation import ActiveColumns, Relaxation
from planner.master.volume import VolumeAlgorithm
from planner.model.exchange import problem_from_json
from planner.search.placeable import placeable
from tests.planner.together import with_a_colleague


@pytest.fixture(scope="module")
def program() -> Program:
    """A coupled school: two visitors, one of whom comes along."""
    problem = problem_from_json(with_a_colleague())
    pool = list_routes(problem, StopOptions(problem).evenings(range(len(problem.visitors))))
    return build_program(problem, placeable(range(len(problem.visits)), pool), pool)


def volume_over(program: Program, relaxation: Relaxation) -> VolumeAlgorithm:
    active = ActiveColumns(program.pool, np.arange(len(program.pool)))
    duals = np.zeros(program.rows + len(relaxation.cuts))
    tuning = VolumeTuning()
    return VolumeAlgorithm(
        relaxation, active, duals, np.zeros(len(program.pool)), step=tuning.first_step, tuning=tuning
    )


def test_the_bound_nears_the_linear_optimum_and_never_passes_it(program: Program) -> None:
    relaxation = Relaxation(program)
    optimum = relaxation.solve(ActiveColumns(program.pool, np.arange(len(program.pool)))).bound.value
    relaxation = Relaxation(program)
    volume = volume_over(program, relaxation)
    volume.run(2000, Deadline.after(60))
    assert 0.9 * optimum < volume.value <= optimum + 1e-6


def test_the_prices_give_the_bound_and_have_the_sign_that_their_rows_allow(program: Program) -> None:
    relaxation = Relaxation(program)
    volume = volume_over(program, relaxation)
    volume.run(300, Deadline.after(60))
    at = prices(program, relaxation.table, volume.duals)
    reduced = reduced_costs(relaxation.bits, relaxation.table, at, program.pool)
    bound = lagrangian_bound(program, program.auxiliary.cost, volume.duals, program.pool, reduced)
    assert bound.value == pytest.approx(volume.value)
    inside = np.setdiff1d(np.arange(program.rows), program.evening_row)
    signed = clipped(volume.duals[inside], program.lower[inside], program.upper[inside])
    np.testing.assert_array_equal(volume.duals[inside], signed)


def test_the_mean_choice_makes_about_every_visit_once(program: Program) -> None:
    volume = volume_over(program, Relaxation(program))
    volume.run(2000, Deadline.after(60))
    used = np.flatnonzero(volume.use)
    met = program.routes(used).sums(volume.use[used], program.rows)[: len(program.visits)]
    assert np.abs(met - 1).mean() < 0.35
    assert volume.met[used].all()


def test_it_stops_when_the_clock_says_so(program: Program) -> None:
    with pytest.raises(OutOfTime):
        volume_over(program, Relaxation(program)).run(100, Deadline.after(0))
