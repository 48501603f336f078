"""The best plan of a program by types in whole numbers, with proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.program import TypedProgram
from planner.aggregation.relaxation import TypedPrices, side_by_side
from planner.base.arrays import Columns, Floats
from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.master.bound import SLACK
from planner.master.linear import Linear, Solved
from planner.master.rows import Sparse


@dataclass(frozen=True)
class TypedPlan:
    """Routes of a plan by types. cost: of the program. routes: int64 columns. dates: (z columns,) float64, how many
    dates of a week hold a route of a size."""

    cost: float
    routes: Columns
    dates: Floats


@dataclass(frozen=True)
class Outcome:
    """What a search over some routes gave. plan: cheaper than the limit, None when there is none or time ran out.

    bound: below every plan of these routes that is cheaper than the limit, infinite when there is none.
    """

    plan: TypedPlan | None
    bound: float


def best_plan(
    program: TypedProgram,
    columns: Columns,
    triples: Triples,
    deadline: Deadline,
    *,
    below: float,
    least_gain: float,
    seed: int,
    tuning: Tuning,
    gap: float = 0.0,
) -> Outcome:
    """The cheapest plan of these routes that costs less than `below` by `least_gain` at least."""
    linear = _program_of(program, columns, triples, seed, tuning)
    solved = linear.solve_whole(deadline, max(SLACK, least_gain / 2, gap), below - least_gain + SLACK)
    bound = np.inf if solved.is_infeasible else solved.bound
    if not len(solved.values):
        return Outcome(None, np.inf if solved.is_optimal else bound)
    return Outcome(_plan_of(program, columns, solved), bound)


def _program_of(program: TypedProgram, columns: Columns, triples: Triples, seed: int, tuning: Tuning) -> Linear:
    linear = Linear(seed, tuning.integer_programs)
    linear.add_rows(program.lower, program.upper, Sparse.empty(program.rows))
    visits = np.arange(len(program.visits) + 1)
    linear.add_columns(
        program.left_out, np.ones(len(visits) - 1), Sparse(visits, visits[:-1], np.ones(len(visits) - 1))
    )
    week, _stops, cost = program.week_columns
    linear.add_columns(cost, program.weeks.dates[week].astype(float), program.week_entries())
    linear.add_rows(np.full(len(triples), -np.inf), np.ones(len(triples)), Sparse.empty(len(triples)))
    entries = side_by_side(program.route_entries(columns), triples.entries(program.visits_of(columns)), program.rows)
    linear.add_columns(program.pool.cost[columns], np.ones(len(columns)), entries)
    return linear


def _plan_of(program: TypedProgram, columns: Columns, solved: Solved) -> TypedPlan:
    """The plan of a solution; its cost is added up anew, free of the solver's tolerances."""
    visits, weeks = len(program.visits), len(program.week_columns[2])
    left_out = np.round(solved.values[:visits])
    dates = np.round(solved.values[visits : visits + weeks])
    routes = columns[solved.values[visits + weeks :] > 0.5]
    cost = float(left_out @ program.left_out + dates @ program.week_columns[2] + program.pool.cost[routes].sum())
    return TypedPlan(cost, routes, dates)


def likely_columns(prices: TypedPrices, most: float) -> Columns:
    """The routes whose excess is at most `most`."""
    return np.flatnonzero(prices.excess <= most)
