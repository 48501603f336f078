"""What starting a stop costs, by slot: windows, wishes, weeks and moments that families already have."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from planner.base.arrays import Floats
from planner.model.problem import Appointment, Problem, Shift, Visit, Window


class StartPrices:
    """A table with a row of prices for every different one that stops have; infinite where a stop cannot start."""

    def __init__(self, problem: Problem, shifts: Sequence[Shift]) -> None:
        self.problem = problem
        grid = problem.rules.start_grid_minutes
        self.low = min((shift.leave_from for shift in shifts), default=0) // grid
        highest = max((shift.visits_until for shift in shifts), default=0) // grid
        self.starts = (np.arange(max(1, highest + 1 - self.low)) + self.low) * grid  # minutes after midnight
        self._visitor = {visitor.id: number for number, visitor in enumerate(problem.visitors)}
        self._windows: dict[tuple[int, dt.date], list[Window]] = defaultdict(list)
        for v, visit in enumerate(problem.visits):
            for window in visit.windows:
                self._windows[v, window.on].append(window)
        self._known: dict[object, Floats] = {}
        self._numbers: dict[bytes, int] = {}
        self._rows: list[Floats] = []

    def table(self) -> Floats:
        """All rows; float64 (rows, slots), one row at least."""
        return np.array(self._rows or [np.full(len(self.starts), np.inf)], dtype=np.float64)

    def row(self, visits: Sequence[int], minutes: int, visitor: int, on: dt.date, extra: float) -> int | None:
        """The row of a stop of so many minutes for these visits by this visitor; None when it can never start."""
        price = sum((self._of_visit(v, minutes, visitor, on) for v in visits), np.full(len(self.starts), extra))
        if not np.isfinite(price).any():
            return None
        key = price.tobytes()
        if key not in self._numbers:
            self._numbers[key] = len(self._rows)
            self._rows.append(price)
        return self._numbers[key]

    def _of_visit(self, number: int, minutes: int, visitor: int, on: dt.date) -> Floats:
        """The price of one visit; rows that are asked for again are not worked out again."""
        visit, problem = self.problem.visits[number], self.problem
        fixed, current = problem.fixed.get(visit.id), problem.current.get(visit.id)
        if fixed is not None and not self._is_here(fixed, visitor, on):
            return np.full(len(self.starts), np.inf)
        stays = current.start if current is not None and self._is_here(current, visitor, on) else None
        windows = tuple(self._windows.get((number, on), ()))
        moved = current is not None, stays
        key = (windows, minutes, visit.has_wish, visit.is_coupled, fixed, moved, problem.weeks[on])
        if key not in self._known:
            self._known[key] = self._price(visit, windows, minutes, on, fixed, moved)
        return self._known[key]

    def _is_here(self, moment: Appointment, visitor: int, on: dt.date) -> bool:
        return (self._visitor[moment.visitor], moment.on) == (visitor, on)

    def _price(
        self,
        visit: Visit,
        windows: Sequence[Window],
        minutes: int,
        on: dt.date,
        fixed: Appointment | None,
        moved: tuple[bool, int | None],
    ) -> Floats:
        weights, starts = self.problem.weights, self.starts
        price, is_wished = np.full(len(starts), np.inf), np.zeros(len(starts), dtype=np.bool_)
        for window in windows:
            fits = (window.starts <= starts) & (starts + minutes <= window.ends)
            price[fits] = np.minimum(price[fits], window.cost)
            is_wished |= fits & window.is_wish
        if visit.has_wish:
            price[~is_wished] += weights.outside_wish
        price += weights.week * self.problem.weeks[on]
        if visit.is_coupled:
            price[starts % self.problem.rules.coupled_grid_minutes != 0] = np.inf
        if fixed is not None:
            price[starts != fixed.start] = np.inf
        has_current, stays = moved
        if has_current:
            price[starts != (-1 if stays is None else stays)] += weights.moved
        return price
