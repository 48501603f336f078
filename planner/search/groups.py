"""A group of visitors freed, coupling and all, while the others stay as they are: one small exact program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.base.arrays import Columns, Flags
from planner.base.deadline import Deadline
from planner.master.bound import SLACK
from planner.master.program import activity
from planner.master.subprograms import SubProgram, closed, sub_program
from planner.search.joint_context import JointContext, RootRelaxation, routes_of_stops
from planner.search.restricted_mip import solve_restricted_mip


@dataclass(frozen=True)
class ReplannedGroup:
    """A better plan if one was found, and whether there is none better still among the routes that were looked at."""

    routes: Columns | None
    is_proven: bool


def replan_group(
    context: JointContext,
    root: RootRelaxation,
    routes: Columns,
    visitors: list[int],
    deadline: Deadline,
    *,
    count: int,
    also: Flags | None = None,
) -> ReplannedGroup:
    """The best plan in which only the routes of these visitors change, among their `count` likeliest and `also` as many
    of those marked."""
    evenings = context.evenings(visitors)
    is_own = np.isin(context.program.pool.evening[routes], evenings)
    possible = _possible(context, root, evenings, routes[~is_own])
    keep = np.zeros(len(context.program.pool), dtype=np.bool_)
    keep[root.likely.likeliest(count, possible)] = True
    if also is not None:
        keep[root.likely.likeliest(count, possible & also[root.likely.active.original])] = True
    keep[routes[is_own]] = True
    freed = _freed_program(context, evenings, routes[~is_own], keep)
    present = np.flatnonzero(np.isin(freed.columns, routes[is_own]))
    now = solve_restricted_mip(context, root, freed, visitors, deadline, only=present)
    gap, seconds = max(SLACK, context.step / 2), context.tuning.large_neighbourhood.group_seconds
    solved = solve_restricted_mip(context, root, freed, visitors, deadline.within(seconds), gap=gap, start=present)
    if not len(solved.values) or solved.cost > now.cost - gap:
        return ReplannedGroup(None, solved.is_optimal)
    chosen = freed.columns[solved.values[len(freed.program.auxiliary) :] > 0.5]
    return ReplannedGroup(np.concatenate([routes[~is_own], chosen]), solved.is_optimal)


def _possible(context: JointContext, root: RootRelaxation, evenings: list[int], others: Columns) -> Flags:
    """Per likely route whether it is one of these evenings that can stand beside the others'."""
    allowed = np.ones(len(context.stop_table.evening), dtype=np.bool_)
    for k in context.coupled_stops(others):
        context.conflicts.exclude_rivals(k, allowed)
    pool = root.likely.active.pool
    possible: Flags = np.isin(pool.evening, evenings)
    return possible & routes_of_stops(pool, allowed) if len(others) else possible


def _freed_program(context: JointContext, evenings: list[int], others: Columns, keep: Flags) -> SubProgram:
    """The group's program over the routes to keep, beside those of the others."""
    program = context.program
    used = program.routes(np.flatnonzero(keep)).index
    rows = closed(program, np.unique(np.concatenate([used, program.evening_row[evenings]])))
    return sub_program(program, evenings, rows, keep=keep, taken=activity(program, others))
