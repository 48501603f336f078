"""A better bound on the whole: every visitor's part in whole numbers, at the prices of the coupling rows.

The Lagrangian bound takes of each visitor's part its linear optimum. Solved exactly that can only be more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .clock import Clock
from .parts import PartProgram, part_program, picked
from .routes import Flags, Floats, Integers
from .search import Search
from .whole import Root, Whole

EXACT_TOLERANCE = 0.3

Share = tuple[float, Integers]
Spread = Callable[[Callable[[int], Share], Iterable[int]], list[Share]]


@dataclass(frozen=True)
class Lifting:
    """`price`: of every row that several visitors meet, 0 for the others; `keep`: the routes that are left."""

    whole: Whole
    price: Floats
    keep: Flags

    @classmethod
    def of(cls, whole: Whole, root: Root) -> Lifting:
        price = np.where(whole.owner < 0, root.duals[: whole.program.rows], 0.0)
        keep = np.zeros(len(whole.program.pool), dtype=np.bool_)
        keep[root.part.original] = True
        return cls(whole, price, keep)

    def bound(self, spread: Spread, clock: Clock) -> float:
        """A value below every plan of the routes that are left."""

        def least(visitor: int) -> Share:
            part = self._program(visitor)
            search = Search(part.program, step=0, seed=self.whole.seed, tolerance=EXACT_TOLERANCE)
            search.run(clock)
            return search.bound, part.sides

        found = spread(least, self.whole.visitors)
        inside = np.concatenate([np.zeros(0, dtype=np.int64), *(sides for _, sides in found)])
        return sum(bound for bound, _ in found) + self._shared_value(inside)

    def _program(self, visitor: int) -> PartProgram:
        """One visitor's routes, coupling at its price; a shared visit is made once at most all the same."""
        program, evenings = self.whole.program, self.whole.evenings_of[visitor]
        met = picked(program.stops, np.flatnonzero(np.isin(self.whole.catalogue.evening, evenings))).index
        capped = np.unique(met[(met < len(program.visits)) & (self.whole.owner[met] < 0)])
        rows = np.flatnonzero(self.whole.owner == visitor)
        return part_program(program, evenings, rows, keep=self.keep, prices=self.price, capped=capped)

    def _shared_value(self, inside: Integers) -> float:
        """What the coupling rows and the side columns in no visitor's part add to the bound."""
        program, price = self.whole.program, self.price
        priced = price != 0
        limits = np.where(price > 0, program.lower, program.upper)
        rest = program.sides.cost - program.sides.entries.dot(price)
        outside = np.setdiff1d(np.arange(len(program.sides)), inside)
        return float(price[priced] @ limits[priced] + (np.minimum(0, rest) * program.sides.upper)[outside].sum())
