"""The least of many values."""

from __future__ import annotations

import numpy as np
import pytest

from planner.columns.ranking import least_of


@pytest.mark.parametrize("count", [0, 1, 7, 100, 4_999, 5_000, 9_000])
@pytest.mark.parametrize("seed", range(4))
def test_the_least_are_chosen_in_the_order_of_their_positions(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    values = random.exponential(100.0, size=5_000)
    values[random.integers(0, len(values), size=900)] = 0.0
    values[random.integers(0, len(values), size=50)] = np.inf
    chosen = least_of(values, count)
    assert np.all(np.diff(chosen) > 0)
    assert np.sort(values[chosen]) == pytest.approx(np.sort(values)[:count], rel=1e-6)


def test_of_equal_values_the_first_come_first_and_below_zero_is_zero() -> None:
    assert least_of(np.array([3.0, 2.0, 2.0, 2.0, 1.0]), 3).tolist() == [1, 2, 4]
    assert least_of(np.array([5.0, -0.0, -1e-9, 0.0]), 2).tolist() == [1, 2]
    assert least_of(np.zeros(0), 4).tolist() == []
