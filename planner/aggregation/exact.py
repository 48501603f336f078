"""The best plan of a program by types in whole numbers, with proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.program import TypedProgram, side_by_side
from planner.base.arrays import Columns, Positions
from planner.base.deadline import Deadline
from planner.base.tuning import Tuning
from planner.master.bound import SLACK
from planner.master.linear import Linear, Solved
from planner.master.rows import Sparse


@dataclass(frozen=True)
class TypedPlan:
    """A plan by types. cost: of the program. routes: int64 columns. slots: int64, the slot of each of them."""

    cost: float
    routes: Columns
    slots: Positions


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
    linear.add_columns(program.slots.cost, program.slots.upper, program.slot_entries())
    linear.add_rows(np.full(len(triples), -np.inf), np.ones(len(triples)), Sparse.empty(len(triples)))
    entries = side_by_side(program.route_entries(columns), triples.entries(program.visits_of(columns)), program.rows)
    linear.add_columns(program.pool.cost[columns], np.ones(len(columns)), entries)
    return linear


def _plan_of(program: TypedProgram, columns: Columns, solved: Solved) -> TypedPlan:
    """The plan of a solution; its cost is added up anew, free of the solver's tolerances."""
    visits, slots = len(program.visits), program.slots
    counts = np.round(solved.values[visits : visits + len(slots)]).astype(np.int64)
    routes = columns[solved.values[visits + len(slots) :] > 0.5]
    taken = np.repeat(np.arange(len(slots)), counts)
    taken = taken[np.argsort(slots.of_class[taken], kind="stable")]
    routes = routes[np.argsort(program.class_of[routes], kind="stable")]
    return TypedPlan(cost_of(program, routes, taken), routes, taken)


def cost_of(program: TypedProgram, routes: Columns, slots: Positions) -> float:
    """The cost of these routes on these slots, and of the visits that they leave out."""
    made = program.visits_of(routes)
    left_out = np.setdiff1d(np.arange(len(program.visits)), made[made >= 0])
    parts = program.pool.cost[routes], program.slots.cost[slots], program.left_out[left_out]
    return float(sum(part.sum() for part in parts))
