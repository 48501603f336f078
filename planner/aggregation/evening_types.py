"""Types of evenings: the shifts of one visitor that could hold the same routes at the same cost but for the week.

When no family has said anything yet, all evenings of a mentor offer the same and differ in their week alone. The
cost of a week is paid a visit, so for a route it depends on the number of its stops only. Routes are listed once a
type, and which date takes a route of which size is decided apart: no two plans differ by an exchange of dates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from planner.columns.stop_options import ShiftOptions, StopOptions
from planner.model.problem import Problem, Shift


@dataclass(frozen=True)
class EveningType:
    """Evenings of one visitor that offer the same.

    options: of one of them, with costs without the week. shifts: all of them, by date. week_costs: per shift what its
    week costs a visit.
    """

    options: ShiftOptions
    shifts: tuple[Shift, ...]
    week_costs: tuple[float, ...]

    @property
    def visitor(self) -> int:
        """Position in the problem's visitors."""
        return self.options.visitor


class EveningTypes:
    """Answers which types of evenings visitors have, for one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._options = StopOptions(replace(problem, weights=replace(problem.weights, week=0)))

    def of(self, visitors: Iterable[int]) -> list[EveningType]:
        """The types of evenings of these visitors that could hold anything, by visitor and first date."""
        alike: dict[tuple[object, ...], list[ShiftOptions]] = defaultdict(list)
        for evening in self._options.evenings(visitors):
            shift = evening.shift
            key = (evening.visitor, shift.leave_from, shift.visits_until, shift.back_by, evening.options)
            alike[key].append(evening)
        return [self._type_of(evenings) for evenings in alike.values()]

    def _type_of(self, evenings: list[ShiftOptions]) -> EveningType:
        shifts = tuple(evening.shift for evening in evenings)
        week = self.problem.weights.week
        return EveningType(evenings[0], shifts, tuple(week * self.problem.weeks[shift.on] for shift in shifts))


def are_repeated(types: list[EveningType], share: float) -> bool:
    """Whether evenings repeat so much that planning by types pays: at most `share` types an evening."""
    return len(types) <= share * sum(len(some.shifts) for some in types)
