"""The volume ascent: its bound holds, comes near the linear optimum, and its prices are valid ones."""

from __future__ import annotations

import numpy as np
import pytest

from planner.base.deadline import Deadline, OutOfTime
from planner.base.tuning import Volume
from planner.columns.routes import list_routes
from planner.columns.stop_options import Offering
from planner.master.bound import clipped, lagrangian
from planner.master.pricing import prices, reduced_costs
from planner.master.program import Program, build_program
from planner.master.relaxation import Part, Relaxation
from planner.master.volume import Ascent
from planner.model.exchange import problem_from_json
from planner.search.solver import placeable
from tests.planner.test_repair import with_a_colleague


@pytest.fixture(scope="module")
def program() -> Program:
    """A coupled school: two visitors, one of whom comes along."""
    problem = problem_from_json(with_a_colleague())
    pool = list_routes(problem, Offering(problem).evenings(range(len(problem.visitors))))
    return build_program(problem, placeable(range(len(problem.visits)), pool), pool)


def ascent_over(program: Program, relaxation: Relaxation) -> Ascent:
    part = Part(program.pool, np.arange(len(program.pool)))
    duals = np.zeros(program.rows + len(relaxation.cuts))
    tuning = Volume()
    return Ascent(relaxation, part, duals, np.zeros(len(program.pool)), step=tuning.first_step, tuning=tuning)


def test_the_bound_nears_the_linear_optimum_and_never_passes_it(program: Program) -> None:
    relaxation = Relaxation(program)
    optimum = relaxation.solve(Part(program.pool, np.arange(len(program.pool)))).bound.value
    relaxation = Relaxation(program)
    ascent = ascent_over(program, relaxation)
    ascent.climb(2000, Deadline.after(60))
    assert 0.9 * optimum < ascent.value <= optimum + 1e-6


def test_the_prices_give_the_bound_and_have_the_sign_that_their_rows_allow(program: Program) -> None:
    relaxation = Relaxation(program)
    ascent = ascent_over(program, relaxation)
    ascent.climb(300, Deadline.after(60))
    at = prices(program, relaxation.table, ascent.duals)
    reduced = reduced_costs(relaxation.bits, relaxation.table, at, program.pool)
    bound = lagrangian(program, program.sides.cost, ascent.duals, program.pool, reduced)
    assert bound.value == pytest.approx(ascent.value)
    inside = np.setdiff1d(np.arange(program.rows), program.evening_row)
    signed = clipped(ascent.duals[inside], program.lower[inside], program.upper[inside])
    np.testing.assert_array_equal(ascent.duals[inside], signed)


def test_the_mean_choice_makes_about_every_visit_once(program: Program) -> None:
    ascent = ascent_over(program, Relaxation(program))
    ascent.climb(2000, Deadline.after(60))
    used = np.flatnonzero(ascent.use)
    met = program.routes(used).sums(ascent.use[used], program.rows)[: len(program.visits)]
    assert np.abs(met - 1).mean() < 0.35
    assert ascent.met[used].all()


def test_it_stops_when_the_clock_says_so(program: Program) -> None:
    with pytest.raises(OutOfTime):
        ascent_over(program, Relaxation(program)).climb(100, Deadline.after(0))
