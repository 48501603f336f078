"""Reduced costs: what a route costs, less what its stops and the cuts that it meets are worth."""

from __future__ import annotations

import random

import numpy as np
import pytest

from planner.columns.routes import list_routes
from planner.columns.stop_options import StopOptions
from planner.master.cuts import Triple, cut_table, number_bits
from planner.master.pricing import above_least, least_by_evening, prices, reduced_costs, within
from planner.master.program import Program, build_program
from planner.model.exchange import problem_from_json
from planner.model.plan import VISITOR
from planner.search.placeable import placeable
from tests.planner import together
from tests.planner.problems import random_problem


def _program(data: dict[str, object]) -> Program:
    problem = problem_from_json(data)
    pool = list_routes(problem, StopOptions(problem).evenings(range(len(problem.visitors))))
    return build_program(problem, placeable(range(len(problem.visits)), pool), pool)


def _cuts(program: Program, count: int, chance: random.Random) -> dict[Triple, None]:
    """At most so many triples of each visitor's rows."""
    bit_of = number_bits(program).bit_of
    rows = [sorted(bits) for bits in bit_of.values() if len(bits) >= 3]
    cuts: dict[Triple, None] = {}
    for own in rows:
        for _ in range(count):
            first, second, third = sorted(chance.sample(own, 3))
            cuts[first, second, third] = None
    return cuts


def _rows_of(program: Program, column: int) -> set[int]:
    """The rows of visits and of the evening that a route meets, as the cuts count them."""
    pool = program.pool
    number = int(pool.evening[column])
    evening, candidates = pool.evenings[number], pool.candidates[number]
    met = {int(program.evening_row[number])}
    for at in pool.order[column][pool.order[column] >= 0]:
        option = evening.options[candidates.option[at]]
        if option.role == VISITOR:
            met.update(program.visit_row[visit] for visit in option.visits)
    return met


@pytest.mark.parametrize("seed", range(12))
def test_a_route_pays_for_its_stops_and_for_the_cuts_of_which_it_meets_two_rows(seed: int) -> None:
    coupled = together.random_coupled_problem(seed, visitors=4, visits=9, days=3)
    program = _program(coupled if seed % 2 else random_problem(seed, visitors=2, visits=24, days=6))
    cuts = _cuts(program, 200, random.Random(seed))
    duals = np.random.default_rng(seed).normal(size=program.rows + len(cuts))
    bits = number_bits(program)
    table = cut_table(bits, cuts)
    assert seed % 2 or table.once.shape[1] > 1
    found = reduced_costs(bits, table, prices(program, table, duals), program.pool)
    own = duals[: program.rows].copy()
    own[program.evening_row] = 0
    for column in range(len(program.pool)):
        entries = program.routes(np.array([column]))
        cost = program.pool.cost[column] - entries.weight @ own[entries.index]
        met = _rows_of(program, column)
        paid = [number for number, cut in enumerate(cuts) if len(met.intersection(cut)) >= 2]
        assert found[column] == pytest.approx(cost - duals[program.rows + np.array(paid, dtype=np.int64)].sum())


def test_a_double_stop_pays_alone_for_a_cut_on_both_its_visits() -> None:
    program = _program(together.siblings_problem())
    bits, pool = number_bits(program), program.pool
    cuts: dict[Triple, None] = {(0, 1, int(program.evening_row[0])): None}
    table = cut_table(bits, cuts)
    duals = np.append(np.zeros(program.rows), -7.0)
    paid = reduced_costs(bits, table, prices(program, table, duals), pool) - pool.cost
    rows = [_rows_of(program, column) for column in range(len(pool))]
    alone = [int(number) for number in np.flatnonzero((pool.order >= 0).sum(axis=1) == 1)]
    assert {len(rows[number] & {0, 1}) for number in alone if pool.evening[number] == 1} == {1, 2}
    assert paid.tolist() == [7.0 if len(met.intersection(*cuts)) >= 2 else 0.0 for met in rows]


def test_the_least_of_every_evening_and_what_lies_near_it() -> None:
    start, reduced = np.array([0, 3, 3, 5]), np.array([-4.0, 2.0, -1.0, 5.0, 1.0])
    least = least_by_evening(start, reduced)
    assert least.tolist() == [-4, 0, 0]
    assert above_least(start, reduced, least).tolist() == [0, 6, 3, 5, 1]
    assert within(start, reduced, least, 3.0).tolist() == [True, False, True, False, True]
