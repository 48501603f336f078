"""A group of visitors freed, coupling and all, while the others stay as they are: one small exact program."""

from __future__ import annotations

import numpy as np

from .clock import Clock
from .parts import PartProgram, closed, part_program
from .program import activity
from .routes import Flags, Integers
from .search import Search
from .whole import Root, Whole

GROUP = 8
GROUP_COLUMNS = 6000
GROUP_SECONDS = 10.0


def regrouped(whole: Whole, root: Root, routes: Integers, visitors: list[int], clock: Clock) -> Integers | None:
    """A better plan in which only the routes of these visitors change, if there is one."""
    evenings = whole.evenings(visitors)
    is_own = np.isin(whole.program.pool.evening[routes], evenings)
    keep = np.zeros(len(whole.program.pool), dtype=np.bool_)
    keep[root.likeliest(GROUP_COLUMNS, np.isin(root.part.pool.evening, evenings))] = True
    keep[routes[is_own]] = True
    freed = _freed_program(whole, evenings, routes[~is_own], keep)
    search = Search(freed.program, step=whole.step, seed=whole.seed)
    search.start_from(np.flatnonzero(np.isin(freed.columns, routes[is_own])))
    start = search.best
    search.run(clock.part(GROUP_SECONDS))
    if search.best is None or search.best is start:
        return None
    return np.concatenate([routes[~is_own], freed.columns[list(search.best.routes)]])


def _freed_program(whole: Whole, evenings: list[int], others: Integers, keep: Flags) -> PartProgram:
    """The group's program over the routes to keep, beside those of the others."""
    program = whole.program
    used = program.routes(np.flatnonzero(keep)).index
    rows = closed(program, np.unique(np.concatenate([used, program.evening_row[evenings]])))
    return part_program(program, evenings, rows, keep=keep, taken=activity(program, others))
