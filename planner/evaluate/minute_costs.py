"""What a start of a stop costs by itself, for every minute of the day: windows, wishes, grids, appointments, company.

What it costs together with the other stops of the shift (travel, waiting) is added in `start_costs`. A broken rule that
a person may overrule costs `BREACH`, more than any plan; a start that cannot be is infinite.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.evaluate.start_costs import BREACH, MINUTE_OF_DAY, MinuteCosts
from planner.model.index import ProblemIndex, Schedule, ShiftKey
from planner.model.plan import SECOND, Stop
from planner.model.problem import MINUTES_A_DAY, interpreters_there


@dataclass
class MinuteCostTable:
    """Costs of starts in one draft. Every result is float64 of shape (MINUTES_A_DAY + 1,), one per minute of the day.

    `pinned`: visits that a person has pinned to their moment.
    """

    index: ProblemIndex
    schedule: Schedule
    pinned: Collection[str] = frozenset()
    _known: dict[tuple[str, ShiftKey, bool], MinuteCosts] = field(
        default_factory=dict
    )  # of visits, at their own length

    def of_present_stop(self, stop: Stop, evening: ShiftKey, disturbance: float) -> MinuteCosts:
        """A stop that is in the shift already: free at its start, `disturbance` more elsewhere, never against a rule.

        Only its own start is finite for a stop that may not move: pinned, fixed, coupled, of a visit with siblings or
        one that must be apart from others, or with several visits or a second visitor.
        """
        cost = np.full(MINUTES_A_DAY + 1, np.inf)
        if not self._stays(stop):
            cost = self._of_visit(stop.visits[0], evening, is_strict=True) + disturbance
        cost[stop.start] = cost[stop.start] - disturbance if np.isfinite(cost[stop.start]) else 0.0
        return cost

    def _stays(self, stop: Stop) -> bool:
        """Whether a stop keeps its moment whatever comes next to it."""
        problem, names = self.index.problem, stop.visits
        return (
            stop.role == SECOND
            or len(names) > 1
            or any(name in self.pinned or name in problem.fixed for name in names)
            or any(self.index.visits[name].is_coupled for name in names)
            or any(name in self.index.siblings or name in self.index.apart for name in names)
        )

    def of_new_stop(self, stop: Stop, evening: ShiftKey) -> MinuteCosts:
        """A stop that comes into the shift: what a person may overrule is possible, at `BREACH`."""
        if stop.role == SECOND:
            return self._within_shift(evening, self.index.stop_minutes(stop))
        cost = self._of_siblings(stop, evening[1])
        for name in stop.visits:
            cost = cost + self._of_visit(name, evening, minutes=self.index.stop_minutes(stop))
            cost = cost + self._of_apart(name, stop, evening[1])
            cost = cost + self._of_interpreter(name, stop, evening[1])
        return cost

    def _of_visit(
        self, name: str, evening: ShiftKey, *, is_strict: bool = False, minutes: int | None = None
    ) -> MinuteCosts:
        """What windows, wishes, prices, the grid, the shift and an appointment cost a visit of this length.

        `is_strict`: what breaks a rule is infinite rather than `BREACH`.
        """
        key = (name, evening, is_strict)
        length = minutes or self.index.visits[name].minutes
        if key in self._known and length == self.index.visits[name].minutes:
            return self._known[key].copy()
        problem, visit = self.index.problem, self.index.visits[name]
        wishes, hours, prices = _inside(self.index, name, evening[1], length)
        cost = np.where(wishes, 0.0, problem.weights.outside_wish) if visit.has_wish else np.zeros(MINUTES_A_DAY + 1)
        cost = cost + prices + self._within_shift(evening, length) + np.where(hours <= 0, 0.0, BREACH + hours)
        if is_strict:
            cost[cost >= BREACH] = np.inf
        cost[MINUTE_OF_DAY % problem.rules.start_grid_minutes != 0] = np.inf
        if visit.is_coupled:
            cost[MINUTE_OF_DAY % problem.rules.coupled_grid_minutes != 0] = np.inf
        cost = cost + self._of_appointment(name, evening)
        self._known[key] = cost
        return cost.copy()

    def _of_appointment(self, name: str, evening: ShiftKey) -> MinuteCosts:
        """What another moment than the appointment of a visit costs, if it has one."""
        problem = self.index.problem
        cost = np.zeros(MINUTES_A_DAY + 1)
        for moments, weight in ((problem.current, problem.weights.moved), (problem.fixed, 10 * BREACH)):
            told = moments.get(name)
            if told is not None:
                elsewhere = np.full(MINUTES_A_DAY + 1, weight)
                if (told.visitor, told.on) == evening:
                    elsewhere[told.start] = 0.0
                cost = cost + elsewhere
        return cost

    def _within_shift(self, evening: ShiftKey, minutes: int) -> MinuteCosts:
        """A breach for every start after which the visitor is not ready in time."""
        return exceeding(MINUTE_OF_DAY + minutes - self.index.shifts[evening].visits_until)

    def _of_siblings(self, stop: Stop, on: dt.date) -> MinuteCosts:
        """What one moment more costs each group whose others have a moment; not at a start of theirs on the coupled
        grid."""
        rules, split = self.index.problem.rules, self.index.problem.weights.siblings_split
        cost = np.zeros(MINUTES_A_DAY + 1)
        for group in {group for name in stop.visits for group in self.index.sibling_groups.get(name, [])}:
            others = [
                (self.schedule.made[name][1], self._start_of(name))
                for name in group.difference(stop.visits)
                if name in self.schedule.made
            ]
            if others:
                own = np.full(MINUTES_A_DAY + 1, split)
                own[[start for day, start in others if day == on and start % rules.coupled_grid_minutes == 0]] = 0.0
                cost = cost + own
        return cost

    def _start_of(self, name: str) -> int:
        """When a visit that is made starts."""
        stop = self.schedule.stop_of(name)
        assert stop is not None  # noqa: S101 - of visits that are made only
        return stop.start

    def _of_apart(self, name: str, stop: Stop, on: dt.date) -> MinuteCosts:
        """A breach at each start at which the stop would overlap a visit that must be apart from this one, or a
        sibling's visit that does not begin with it."""
        minutes, cost = self.index.stop_minutes(stop), np.zeros(MINUTES_A_DAY + 1)
        siblings = self.index.siblings.get(name, [])
        for other in [*self.index.apart.get(name, []), *siblings]:
            there = self.schedule.stop_of(other)
            if there is not None and other not in stop.visits and self.schedule.made[other][1] == on:
                ends, at_once = there.start + self.index.stop_minutes(there), cost[there.start]
                cost[max(0, there.start - minutes + 1) : ends] = 10 * BREACH
                if other in siblings:
                    cost[there.start] = at_once
        return cost

    def _of_interpreter(self, name: str, stop: Stop, on: dt.date) -> MinuteCosts:
        """A breach where no interpreter is free."""
        problem, visit = self.index.problem, self.index.visits[name]
        cost = np.zeros(MINUTES_A_DAY + 1)
        if visit.interpreter is None:
            return cost
        minutes = self.index.stop_minutes(stop)
        buffer = problem.rules.interpreter_buffer_minutes
        busy = [
            (other.start, other.start + self.index.stop_minutes(other) + buffer)
            for each, key in self.schedule.made.items()
            if key[1] == on and each not in stop.visits and self.index.visits[each].interpreter == visit.interpreter
            for other in [self.schedule.stop_of(each)]
            if other is not None
        ]
        for start in range(0, MINUTES_A_DAY + 1, problem.rules.coupled_grid_minutes):
            end = start + minutes + buffer
            there = interpreters_there(problem, visit.interpreter, on, start, minutes)
            if sum(a < end and start < b for a, b in busy) >= there:
                cost[start] = 10 * BREACH
        return cost


def exceeding(minutes: MinuteCosts) -> MinuteCosts:
    """`BREACH` and the minutes themselves where minutes over a limit are positive, 0 elsewhere; the shape is kept."""
    return np.where(minutes > 0, BREACH + minutes, 0.0)


def _inside(
    index: ProblemIndex, name: str, on: dt.date, minutes: int
) -> tuple[npt.NDArray[np.bool_], MinuteCosts, MinuteCosts]:
    """Per start: whether it lies in a wish, how many minutes it lies outside the nearest window (0: inside), and what
    the cheapest window costs that it lies in."""
    wishes, prices = np.zeros(MINUTES_A_DAY + 1, dtype=bool), np.full(MINUTES_A_DAY + 1, np.inf)
    away = np.full(MINUTES_A_DAY + 1, float(MINUTES_A_DAY))
    for window in index.windows(name, on):
        out = np.maximum(0, window.starts - MINUTE_OF_DAY) + np.maximum(0, MINUTE_OF_DAY + minutes - window.ends)
        away = np.minimum(away, out)
        if window.is_wish:
            wishes |= out == 0
        prices = np.where(out == 0, np.minimum(prices, window.cost), prices)
    return wishes, away, np.where(np.isfinite(prices), prices, 0.0)
