"""Which visits some listed route makes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.columns.routes import Pool


def placeable(visits: Iterable[int], pool: Pool) -> list[int]:
    """The visits that some route makes."""
    made: set[int] = set()
    for evening, (first, last) in enumerate(zip(pool.start[:-1], pool.start[1:], strict=True)):
        some = pool.candidates[evening]
        used = np.unique(pool.order[first:last])
        for numbers in (some.visit, some.sibling):
            made.update(int(visit) for visit in numbers[used[used >= 0]])
    return [visit for visit in visits if visit in made]
