"""What no problem may contradict: every field by itself, and together with others."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields

import numpy as np

from planner.model.problem import (
    MINUTES_A_DAY,
    MOST_SIBLINGS,
    MOST_STOPS,
    MOST_TIED,
    MOST_UNPLACED,
    MOST_WEIGHT,
    Appointment,
    BadProblem,
    Problem,
    Visit,
    Visitor,
)


def check_problem(problem: Problem) -> None:
    """Raise `BadProblem` at the first field that contradicts another one or itself."""
    _check_rules(problem)
    _check_weights(problem)
    _check_travel(problem)
    _check_visitors(problem)
    _check_visits(problem)
    _check_siblings(problem)
    _check_groups(problem, "apart", problem.apart)
    _check_interpreters(problem)
    for name, appointments in (("fixed", problem.fixed), ("current", problem.current)):
        _check_appointments(problem, name, appointments)
    _check_fixed_can_stand(problem)
    _check_fixed_are_apart(problem)
    _check_fixed_in_time(problem)


def _refuse_unless(holds: bool, path: str, complaint: str) -> None:
    if not holds:
        raise BadProblem(path, complaint)


def _check_rules(problem: Problem) -> None:
    rules = problem.rules
    _refuse_unless(1 <= rules.max_stops <= MOST_STOPS, "rules.max_stops", f"must be 1 to {MOST_STOPS}")
    for name in ("start_grid_minutes", "coupled_grid_minutes"):
        _refuse_unless(1 <= getattr(rules, name) <= MINUTES_A_DAY, f"rules.{name}", "must be 1 to 1440 minutes")
    for name in ("double_extra_minutes", "interpreter_buffer_minutes"):
        _refuse_unless(getattr(rules, name) >= 0, f"rules.{name}", "must not be negative")
    _refuse_unless(0 <= rules.slack_minutes <= MINUTES_A_DAY, "rules.slack_minutes", "must be 0 to 1440 minutes")


def _check_weights(problem: Problem) -> None:
    for weight in fields(problem.weights):
        value = getattr(problem.weights, weight.name)
        most = MOST_UNPLACED if weight.name == "unplaced" else MOST_WEIGHT
        _refuse_unless(0 <= value <= most, f"cost.{weight.name}", f"must be a number from 0 to {most:.0f}")
    for on, week in problem.weeks.items():
        _refuse_unless(week >= 0, f"days[{on}].week", "must not be negative")


def _check_travel(problem: Problem) -> None:
    size = len(problem.places)
    _refuse_repeats(problem.places, "places[{}]")
    for mode, matrix in problem.travel_minutes.items():
        path = f"travel_minutes.{mode}"
        _refuse_unless(matrix.shape == (size, size), path, f"must be {size} x {size}, as many as places")
        _refuse_unless(not (matrix < 0).any(), path, "must not be negative")


def _refuse_repeats(names: Iterable[str], path: str) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        _refuse_unless(name not in seen, path.format(number), f"{name!r} stands there twice")
        seen.add(name)


def _check_visitors(problem: Problem) -> None:
    _refuse_repeats((visitor.id for visitor in problem.visitors), "visitors[{}].id")
    places = set(problem.places)
    for number, visitor in enumerate(problem.visitors):
        path = f"visitors[{number}]"
        _refuse_unless(visitor.mode in problem.travel_minutes, f"{path}.mode", f"no matrix {visitor.mode!r}")
        _refuse_unless(visitor.depot in places, f"{path}.depot", f"unknown place {visitor.depot!r}")
        limit = visitor.max_stops_total
        _refuse_unless(limit is None or limit >= 0, f"{path}.max_stops_total", "must not be negative")
        _check_shifts(problem, visitor, path)


def _check_shifts(problem: Problem, visitor: Visitor, path: str) -> None:
    seen: set[dt.date] = set()
    for number, shift in enumerate(visitor.shifts):
        here = f"{path}.shifts[{number}]"
        _refuse_unless(shift.on in problem.weeks, f"{here}.date", f"{shift.on} is not one of the days")
        _refuse_unless(shift.on not in seen, f"{here}.date", f"a second shift on {shift.on}")
        _refuse_unless(shift.leave_from <= shift.visits_until, f"{here}.visits_until", "lies before leave_from")
        _refuse_unless(shift.leave_from <= shift.back_by, f"{here}.back_by", "lies before leave_from")
        seen.add(shift.on)


def _check_visits(problem: Problem) -> None:
    _refuse_repeats((visit.id for visit in problem.visits), "visits[{}].id")
    places, visitors = set(problem.places), {visitor.id for visitor in problem.visitors}
    for number, visit in enumerate(problem.visits):
        path = f"visits[{number}]"
        _refuse_unless(visit.place in places, f"{path}.place", f"unknown place {visit.place!r}")
        _refuse_unless(1 <= visit.minutes <= MINUTES_A_DAY, f"{path}.minutes", "must be 1 to 1440 minutes")
        for name, people in (("visitors", visit.visitors), ("second", visit.second)):
            _refuse_repeats(people, f"{path}.{name}[{{}}]")
            for place, person in enumerate(people):
                _refuse_unless(person in visitors, f"{path}.{name}[{place}]", f"unknown visitor {person!r}")
        _check_windows(problem, visit, path)


def _check_windows(problem: Problem, visit: Visit, path: str) -> None:
    for number, window in enumerate(visit.windows):
        if window.on in problem.weeks and window.starts <= window.ends and 0 <= window.cost <= MOST_WEIGHT:
            continue  # a school has thousands: a path is only written for one that is wrong
        here = f"{path}.windows[{number}]"
        _refuse_unless(window.on in problem.weeks, f"{here}.date", f"{window.on} is not one of the days")
        _refuse_unless(window.starts <= window.ends, f"{here}.until", "lies before from")
        _refuse_unless(0 <= window.cost <= MOST_WEIGHT, f"{here}.cost", f"must be a number from 0 to {MOST_WEIGHT:.0f}")


def _check_siblings(problem: Problem) -> None:
    _check_groups(problem, "siblings", problem.siblings)
    seen: set[frozenset[str]] = set()
    for number, group in enumerate(problem.siblings):
        path = f"siblings[{number}]"
        _refuse_unless(len(group) <= MOST_SIBLINGS, path, f"must be {MOST_SIBLINGS} visits at most")
        _refuse_unless(frozenset(group) not in seen, path, "these visits stand there twice")
        seen.add(frozenset(group))
    tied: dict[str, set[str]] = {}
    for number, group in enumerate(problem.siblings):
        joined = {name for member in group for name in tied.get(member, {member})}
        _refuse_unless(len(joined) <= MOST_TIED, f"siblings[{number}]", f"connects more than {MOST_TIED} visits")
        tied.update(dict.fromkeys(joined, joined))


def _check_groups(problem: Problem, name: str, groups: Iterable[tuple[str, ...]]) -> None:
    """Each group is two or more different visits of the problem."""
    visits = {visit.id for visit in problem.visits}
    for number, group in enumerate(groups):
        path = f"{name}[{number}]"
        for place, visit in enumerate(group):
            _refuse_unless(visit in visits, f"{path}[{place}]", f"unknown visit {visit!r}")
        _refuse_unless(len(group) >= 2, path, "must be two visits or more")
        _refuse_unless(len(set(group)) == len(group), path, "one visit stands there twice")


def _check_interpreters(problem: Problem) -> None:
    for language, shifts in problem.interpreters.items():
        for number, shift in enumerate(shifts):
            path = f"interpreters.{language}[{number}]"
            _refuse_unless(shift.on in problem.weeks, f"{path}.date", f"{shift.on} is not one of the days")
            _refuse_unless(shift.starts <= shift.ends, f"{path}.until", "lies before from")
            _refuse_unless(shift.count >= 0, f"{path}.count", "must not be negative")


def _check_appointments(problem: Problem, name: str, appointments: Mapping[str, Appointment]) -> None:
    visits = {visit.id for visit in problem.visits}
    visitors = {visitor.id for visitor in problem.visitors}
    for visit, appointment in appointments.items():
        path = f"{name}.{visit}"
        _refuse_unless(visit in visits, path, f"unknown visit {visit!r}")
        _refuse_unless(appointment.visitor in visitors, f"{path}.visitor", f"unknown visitor {appointment.visitor!r}")


def _check_fixed_can_stand(problem: Problem) -> None:
    """A fixed moment that already breaks a rule of its own would leave no plan at all."""
    visits = {visit.id: visit for visit in problem.visits}
    visitors = {visitor.id: visitor for visitor in problem.visitors}
    siblings = {visit for group in problem.siblings for visit in group}
    for name, moment in problem.fixed.items():
        path, visit = f"fixed.{name}", visits[name]
        shift = visitors[moment.visitor].shift_on(moment.on)
        _refuse_unless(shift is not None, f"{path}.date", f"{moment.visitor} has no shift on {moment.on}")
        grid = problem.rules.start_grid_minutes
        _refuse_unless(moment.start % grid == 0, f"{path}.start", f"lies off the grid of {grid} minutes")
        may_visit = moment.visitor in visit.visitors or name in siblings
        _refuse_unless(may_visit, f"{path}.visitor", f"{moment.visitor} may not visit {name}")
        end = moment.start + visit.minutes
        fits = any(w.on == moment.on and w.starts <= moment.start and end <= w.ends for w in visit.windows)
        _refuse_unless(fits, f"{path}.start", f"lies outside the windows of {name}")


def _check_fixed_are_apart(problem: Problem) -> None:
    """Fixed moments of visits that must be apart: a stop lasts as long as the visit at least."""
    minutes = {visit.id: visit.minutes for visit in problem.visits}
    for group in problem.apart:
        fixed = [(problem.fixed[name].on, problem.fixed[name].start, name) for name in group if name in problem.fixed]
        for (on, start, name), (other_on, other_start, other) in itertools.pairwise(sorted(fixed)):
            is_apart = on != other_on or start + minutes[name] <= other_start
            _refuse_unless(is_apart, f"fixed.{other}.start", f"overlaps {name}, from which {other} must be apart")


def _check_fixed_in_time(problem: Problem) -> None:
    """Fixed moments of one visitor on one day: the next is not before the visit is over and the road is done.

    By way of another stop may be shorter on odd roads, but not than the shortest out of the one home and into the
    other. Siblings at one start are one stop.
    """
    visits, modes = {visit.id: visit for visit in problem.visits}, {v.id: v.mode for v in problem.visitors}
    place, of_day = (
        {name: at for at, name in enumerate(problem.places)},
        defaultdict[tuple[str, dt.date], list[str]](list),
    )
    for name in sorted(problem.fixed, key=lambda name: (problem.fixed[name].start, name)):
        of_day[problem.fixed[name].visitor, problem.fixed[name].on].append(name)
    for (visitor, _on), names in of_day.items():
        roads = problem.travel_minutes[modes[visitor]]
        for one, other in itertools.pairwise(names):
            start, then = problem.fixed[one].start, problem.fixed[other].start
            if start == then and any({one, other} <= {*group} for group in problem.siblings):
                continue
            a, b = place[visits[one].place], place[visits[other].place]
            by_another = np.delete(roads[a], a).min(initial=MINUTES_A_DAY) + np.delete(roads[:, b], b).min(initial=0)
            road = min(int(roads[a, b]), int(by_another))
            ready = start + visits[one].minutes + road + problem.rules.slack_minutes
            complaint = f"{visitor} cannot be there in time after {one}"
            _refuse_unless(ready <= then, f"fixed.{other}.start", complaint)
