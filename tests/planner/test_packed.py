"""Named tuples that compiled loops take as one argument."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from planner.base.arrays import Floats, Integers
from planner.base.packed import packed


class Evening(NamedTuple):
    """As the loops have them: numbers and arrays."""

    grid: int
    starts: Integers
    costs: Floats


@numba.njit
def cheapest(evening):  # type: ignore[no-untyped-def]
    """The start that costs least, on the clock; its cost becomes zero."""
    at = np.argmin(evening.costs)
    evening.costs[at] = 0.0
    return evening.starts[at] * evening.grid


def an_evening(*costs: float) -> Evening:
    return packed(Evening(15, np.arange(len(costs)), np.array(costs)))


def test_a_compiled_loop_reads_and_writes_the_arrays_that_python_sees() -> None:
    evening = an_evening(3.0, 1.0, 2.0)
    assert cheapest(evening) == 15
    assert list(evening.costs) == [3.0, 0.0, 2.0]
    assert (evening.grid, list(evening.starts)) == (15, [0, 1, 2])


def test_values_of_the_same_types_are_compiled_for_once() -> None:
    assert cheapest(an_evening(2.0, 1.0)) == 15
    compiled = len(cheapest.signatures)
    assert cheapest(an_evening(1.0, 2.0, 3.0)) == 0
    assert len(cheapest.signatures) == compiled
