"""Which visits some listed route makes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.columns.routes import Pool


def placeable(visits: Iterable[int], pool: Pool) -> list[int]:
    """The visits that some route makes."""
    made: set[int] = set()
    for evening, (first, last) in enumerate(zip(pool.start[:-1], pool.start[1:], strict=True)):
        used = np.unique(pool.order[first:last])
        options = {int(number) for number in pool.candidates[evening].option[used[used >= 0]]}
        made.update(visit for number in options for visit in pool.evenings[evening].options[number].visits)
    return [visit for visit in visits if visit in made]
