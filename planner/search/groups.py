"""A group of visitors freed, coupling and all, while the others stay as they are: one small exact program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.base.deadline import Deadline
from planner.columns.routes import Flags, Integers
from planner.master.bound import SLACK
from planner.master.program import activity
from planner.master.subprograms import PartProgram, closed, part_program
from planner.search.joint_context import Root, Whole, routes_of_stops
from planner.search.restricted_mip import solved_exactly


@dataclass(frozen=True)
class Regrouped:
    """A better plan if one was found, and whether there is none better still among the routes that were looked at."""

    routes: Integers | None
    is_proven: bool


def regrouped(
    whole: Whole,
    root: Root,
    routes: Integers,
    visitors: list[int],
    deadline: Deadline,
    *,
    count: int,
    also: Flags | None = None,
) -> Regrouped:
    """The best plan in which only the routes of these visitors change, among their `count` likeliest and `also` as many
    of those marked."""
    evenings = whole.evenings(visitors)
    is_own = np.isin(whole.program.pool.evening[routes], evenings)
    possible = _possible(whole, root, evenings, routes[~is_own])
    keep = np.zeros(len(whole.program.pool), dtype=np.bool_)
    keep[root.near.likeliest(count, possible)] = True
    if also is not None:
        keep[root.near.likeliest(count, possible & also[root.near.part.original])] = True
    keep[routes[is_own]] = True
    freed = _freed_program(whole, evenings, routes[~is_own], keep)
    present = np.flatnonzero(np.isin(freed.columns, routes[is_own]))
    now = solved_exactly(whole, root, freed, visitors, deadline, only=present)
    gap, seconds = max(SLACK, whole.step / 2), whole.tuning.large_neighbourhood.group_seconds
    solved = solved_exactly(whole, root, freed, visitors, deadline.within(seconds), gap=gap, start=present)
    if not len(solved.values) or solved.cost > now.cost - gap:
        return Regrouped(None, solved.is_optimal)
    chosen = freed.columns[solved.values[len(freed.program.sides) :] > 0.5]
    return Regrouped(np.concatenate([routes[~is_own], chosen]), solved.is_optimal)


def _possible(whole: Whole, root: Root, evenings: list[int], others: Integers) -> Flags:
    """Per likely route whether it is one of these evenings that can stand beside the others'."""
    allowed = np.ones(len(whole.catalogue.evening), dtype=np.bool_)
    for k in whole.coupled_stops(others):
        whole.ties.exclude_rivals(k, allowed)
    pool = root.near.part.pool
    possible: Flags = np.isin(pool.evening, evenings)
    return possible & routes_of_stops(pool, allowed) if len(others) else possible


def _freed_program(whole: Whole, evenings: list[int], others: Integers, keep: Flags) -> PartProgram:
    """The group's program over the routes to keep, beside those of the others."""
    program = whole.program
    used = program.routes(np.flatnonzero(keep)).index
    rows = closed(program, np.unique(np.concatenate([used, program.evening_row[evenings]])))
    return part_program(program, evenings, rows, keep=keep, taken=activity(program, others))
