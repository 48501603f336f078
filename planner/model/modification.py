"""Problems made of a problem: with something changed in it, or with only some of its visits and visitors."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from planner.model.index import ProblemIndex, Schedule
from planner.model.problem import InterpreterShift, Problem, Shift, Visit, Visitor, Window


@dataclass(frozen=True, slots=True)
class Modification:
    """What is to be changed in a problem; what is empty stays as it is.

    `shifts`: visitor and shift, in place of one on the same day if there is one. `windows`, `visitors`,
    `seconds`: visit and what it gets besides. `max_stops`: of every route. `limits`: visitor and stops in all.
    `modes`: visitor and way of travelling. `interpreters`: language and who is there besides. `days`: date and
    week of days that become possible.
    """

    shifts: tuple[tuple[str, Shift], ...] = ()
    windows: tuple[tuple[str, Window], ...] = ()
    visitors: tuple[tuple[str, str], ...] = ()
    seconds: tuple[tuple[str, str], ...] = ()
    max_stops: int | None = None
    limits: tuple[tuple[str, int], ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    interpreters: tuple[tuple[str, InterpreterShift], ...] = ()
    days: tuple[tuple[dt.date, int], ...] = ()


def restrict(problem: Problem, *, visitors: Iterable[Visitor], visits: Iterable[Visit]) -> Problem:
    """The problem with only these visitors and visits, and the siblings and appointments among them.

    Visits and visitors may be other than the problem's own of the same id. Those who are left out are still named by
    the visits that they may make. Of groups of siblings and of visits apart the members that stay are left.
    """
    visits = tuple(visits)
    names = {visit.id for visit in visits}
    return replace(
        problem,
        visitors=tuple(visitors),
        visits=visits,
        siblings=_among(problem.siblings, names),
        apart=_among(problem.apart, names),
        fixed={name: at for name, at in problem.fixed.items() if name in names},
        current={name: at for name, at in problem.current.items() if name in names},
    )


def _among(groups: Iterable[tuple[str, ...]], names: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """What is left of these groups among the visits of these names, where that is two visits or more."""
    left = [tuple(name for name in group if name in names) for group in groups]
    return tuple({frozenset(group): group for group in left if len(group) > 1}.values())


def without_hours(visit: Visit, on: dt.date, starts: int, ends: int) -> Visit:
    """The visit with what is left of its windows beside these hours of a day (minutes after midnight).

    A wish of which nothing is left stays as a window of no length: the visit has a wish as before.
    """
    windows: list[Window] = []
    for window in visit.windows:
        if window.on != on or window.ends <= starts or ends <= window.starts:
            windows.append(window)
            continue
        left = [replace(window, ends=starts), replace(window, starts=ends)]
        left = [some for some in left if some.starts < some.ends]
        windows += left or ([replace(window, ends=window.starts)] if window.is_wish else [])
    return replace(visit, windows=tuple(windows))


def beside_others(index: ProblemIndex, schedule: Schedule, visits: Iterable[Visit]) -> tuple[Visit, ...]:
    """These visits without the hours of others in a schedule from which they must be apart."""
    visits = tuple(visits)
    own = {visit.id for visit in visits}
    found = []
    for visit in visits:
        left = visit
        for other in index.apart.get(visit.id, []):
            stop = schedule.stop_of(other) if other not in own else None
            if stop is not None:
                on, ends = schedule.made[other][1], stop.start + index.stop_minutes(stop)
                left = without_hours(left, on, stop.start, ends)
        found.append(left)
    return tuple(found)


def modify(problem: Problem, change: Modification) -> Problem:
    """The problem with the modification made.

    Raises KeyError when it names a visitor whom the problem does not have; visits that it does not have are ignored.
    """
    interpreters = {language: list(shifts) for language, shifts in problem.interpreters.items()}
    for language, shift in change.interpreters:
        interpreters.setdefault(language, []).append(shift)
    visitors = {visitor.id: visitor for visitor in problem.visitors}
    for name in {name for name, _ in (*change.shifts, *change.limits, *change.modes)}:
        visitors[name] = _changed_visitor(visitors[name], change)
    rules, most = problem.rules, change.max_stops
    return replace(
        problem,
        rules=rules if most is None else replace(rules, max_stops=most),
        weeks={**dict(change.days), **problem.weeks},
        visitors=tuple(visitors.values()),
        visits=_changed_visits(problem, change),
        interpreters={language: tuple(shifts) for language, shifts in interpreters.items()},
    )


def _changed_visitor(visitor: Visitor, change: Modification) -> Visitor:
    shifts = {shift.on: shift for shift in visitor.shifts}
    shifts.update({shift.on: shift for name, shift in change.shifts if name == visitor.id})
    limit = dict(change.limits).get(visitor.id, visitor.max_stops_total)
    mode = dict(change.modes).get(visitor.id, visitor.mode)
    days = tuple(shifts[on] for on in sorted(shifts))
    return replace(visitor, shifts=days, max_stops_total=limit, mode=mode)


def _changed_visits(problem: Problem, change: Modification) -> tuple[Visit, ...]:
    windows: dict[str, list[Window]] = defaultdict(list)
    visitors: dict[str, list[str]] = defaultdict(list)
    seconds: dict[str, list[str]] = defaultdict(list)
    for name, window in change.windows:
        windows[name].append(window)
    for name, who in change.visitors:
        visitors[name].append(who)
    for name, who in change.seconds:
        seconds[name].append(who)
    touched = {*windows, *visitors, *seconds}
    return tuple(
        visit
        if visit.id not in touched
        else replace(
            visit,
            windows=(*visit.windows, *windows[visit.id]),
            visitors=tuple(dict.fromkeys((*visit.visitors, *visitors[visit.id]))),
            second=tuple(dict.fromkeys((*visit.second, *seconds[visit.id]))),
        )
        for visit in problem.visits
    )
