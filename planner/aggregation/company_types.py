"""Types of evenings of people who come along: the listing of a school in which some visits need a second visitor.

The relaxation: whoever comes along has stops of an own, at any moment of the visit's windows, instead of being there at
the moment of the visit. Then nobody is tied to another's moments, and all routes can be listed. What remains of the tie
is an agreement: on the dates of a class, as many second visitors are with a family as visitors are. Dates are of one
class when every visitor offers the same on them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.aggregation.evening_types import EveningType
from planner.columns.stop_options import ShiftOptions, StopOptions
from planner.model.problem import Problem, Visit


@dataclass(frozen=True)
class CompanyTypes:
    """The types of evenings of visitors some of whom come along.

    problem: with a visit `second_of[v]` of its own for the company at each visit v (positions), beside all visits of
    the original, which need no company here. coarse: the same on the grid of coupled starts.
    types: with `date_class` of each, and whether routes of it are on the coarse grid.
    """

    problem: Problem
    coarse: Problem
    second_of: dict[int, int]
    types: tuple[EveningType, ...]
    date_class: tuple[int, ...]
    is_coarse: tuple[bool, ...]

    @property
    def visit_of(self) -> dict[int, int]:
        """The visit at which each visit for company is."""
        return {second: visit for visit, second in self.second_of.items()}


def company_types(problem: Problem, visitors: Sequence[int], visits: Sequence[int]) -> CompanyTypes:
    """The types of a component: stops of coupled visits alone on the coarse grid, others with them on the fine one."""
    alone, second_of = _without_ties(problem, visits)
    coarse = replace(alone, rules=replace(alone.rules, start_grid_minutes=problem.rules.joint_grid_minutes))
    fine_options, coarse_options = (
        StopOptions(replace(each, weights=replace(each.weights, week=0))).evenings(visitors) for each in (alone, coarse)
    )
    coupled = {*second_of, *second_of.values()}
    class_of = _date_classes(fine_options)
    found: dict[tuple[object, ...], list[ShiftOptions]] = defaultdict(list)
    for evening in fine_options:
        if any(coupled.isdisjoint(option.visits) for option in evening.options):
            found[_key(evening, class_of, is_coarse=False)].append(evening)
    for evening in coarse_options:
        options = tuple(option for option in evening.options if coupled.issuperset(option.visits))
        if options:
            some = replace(evening, options=options)
            found[_key(some, class_of, is_coarse=True)].append(some)
    week = problem.weights.week
    types = [
        EveningType(some[0], tuple(e.shift for e in some), tuple(week * problem.weeks[e.shift.on] for e in some))
        for some in found.values()
    ]
    return CompanyTypes(
        alone, coarse, second_of, tuple(types),
        tuple(class_of[kind.shifts[0].on] for kind in types), tuple(bool(key[0]) for key in found),
    )  # fmt: skip


def _key(evening: ShiftOptions, class_of: dict[dt.date, int], *, is_coarse: bool) -> tuple[object, ...]:
    shift = evening.shift
    return (
        is_coarse, evening.visitor, class_of[shift.on], shift.leave_from, shift.visits_until, shift.back_by,
        evening.options,
    )  # fmt: skip


def _date_classes(evenings: Sequence[ShiftOptions]) -> dict[dt.date, int]:
    """The class of each date: dates on which every visitor offers the same are of one class."""
    offered: dict[dt.date, list[tuple[object, ...]]] = defaultdict(list)
    for evening in evenings:
        shift = evening.shift
        offered[shift.on].append(
            (evening.visitor, shift.leave_from, shift.visits_until, shift.back_by, evening.options)
        )
    number: dict[tuple[object, ...], int] = {}
    return {on: number.setdefault(tuple(some), len(number)) for on, some in offered.items()}


def _without_ties(problem: Problem, visits: Sequence[int]) -> tuple[Problem, dict[int, int]]:
    """The problem in which a second visitor makes a visit of their own; and the position of that for each visit."""
    second_of = {}
    all_visits = [replace(visit, second=()) for visit in problem.visits]
    for number in visits:
        visit = problem.visits[number]
        if visit.second:
            second_of[number] = len(all_visits)
            all_visits.append(_second_visit(problem, visit))
    return replace(problem, visits=tuple(all_visits)), second_of


def _second_visit(problem: Problem, visit: Visit) -> Visit:
    """The company at a visit as a visit of its own: at any moment at which the visit may be, at no cost."""
    fixed = problem.fixed.get(visit.id)
    windows = [replace(window, is_wish=False, cost=0) for window in visit.windows]
    if fixed is not None:
        end = fixed.start + visit.minutes
        windows = [replace(w, starts=fixed.start, ends=end) for w in windows if w.on == fixed.on][:1]
    return replace(
        visit, id=f"{visit.id} (second)", visitors=visit.second, second=(), windows=tuple(dict.fromkeys(windows))
    )
