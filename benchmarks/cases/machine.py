"""How fast this machine is, by work that never changes: seconds mean little without it."""

from __future__ import annotations

import time

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import random_array

ROWS, COLUMNS, TIMES = 500, 16_000, 3


def yardstick_seconds() -> float:
    """CPU seconds of one thread that solves a covering problem, always the same one; the least of three."""
    chance = np.random.default_rng(1)
    matrix = random_array((ROWS, COLUMNS), density=0.02, rng=chance).tocsr()
    matrix.data[:] = 1.0
    costs = chance.integers(20, 200, COLUMNS).astype(float)
    took = []
    for _time in range(TIMES):
        began = time.process_time()
        solved = linprog(costs, A_ub=-matrix, b_ub=-np.ones(ROWS), method="highs-ds")
        took.append(time.process_time() - began)
        assert solved.success
    return min(took)
