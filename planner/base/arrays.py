"""What the arrays of the planner hold: aliases that name dtype and meaning.

Shapes stand where an array is a field or an argument. Positions are 0-based.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]  # costs, prices, values of columns
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]  # sets of small numbers, 64 members a word
Integers = npt.NDArray[np.integer[Any]]  # positions, counts and minutes; the width is said where it matters
Positions = npt.NDArray[np.int64]  # in another array
Columns = npt.NDArray[np.int64]  # positions of columns in a pool, that is of routes
Rows = npt.NDArray[np.int64]  # positions of rows in a program
