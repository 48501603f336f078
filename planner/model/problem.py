"""What has to be planned: visits, visitors, places and roads, rules and weights.

Plain values. Dates are `datetime.date`; a moment of the day is a number of whole minutes after midnight,
local time; a duration is in whole minutes. `exchange` reads them from a file, the application builds them
from its tables; either way `check_problem` is what refuses nonsense, naming the field.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

MINUTES_A_DAY = 24 * 60
GRID_MINUTES = 5  # visits start at a whole multiple of this
COUPLED_GRID_MINUTES = 15  # and those at which somebody else must be too, of this
MOST_WEIGHT, MOST_UNPLACED = 1e6, 1e12  # up to here sums of costs are exact (see `planner.master.big_m`)
MOST_STOPS = 8  # a set of stops is one key of 8 x 16 bits; practice asks for two to four
MOST_SIBLINGS = 8  # of a group: every set of them that one stop could serve is looked at
MOST_TIED = 60  # visits that groups of siblings connect: a set of them is the bits of one number

Matrix = npt.NDArray[np.int32]


class BadProblem(ValueError):
    """A problem that cannot be meant. `path` names the field, as in `visits[3].windows[0].date`."""

    def __init__(self, path: str, complaint: str) -> None:
        super().__init__(f"{path}: {complaint}")
        self.path = path
        self.complaint = complaint


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every route. `max_stops`: most stops of one route, 1 to `MOST_STOPS`.

    In minutes: `start_grid_minutes`, every visit starts at a multiple of it after midnight; `coupled_grid_minutes`, and
    one with a second visitor or an interpreter at a multiple of this; `double_extra_minutes`, how much longer a stop
    with siblings' visits lasts for each one after the first; `interpreter_buffer_minutes`, how long an interpreter is
    busy after a visit; `slack_minutes`, at least so long before its start a visitor arrives at every stop of a route
    but the first, which is no waiting.
    """

    max_stops: int
    start_grid_minutes: int = GRID_MINUTES
    coupled_grid_minutes: int = COUPLED_GRID_MINUTES
    double_extra_minutes: int = 15
    interpreter_buffer_minutes: int = 30
    slack_minutes: int = 0

    @property
    def joint_grid_minutes(self) -> int:
        """The grid of a start that lies on both grids."""
        return math.lcm(self.start_grid_minutes, self.coupled_grid_minutes)

    def stop_minutes(self, *visits: Visit) -> int:
        """Whole minutes that a stop lasts: the longest of its visits, and the extra minutes for each further one."""
        return max([visit.minutes for visit in visits]) + self.double_extra_minutes * (len(visits) - 1)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each of these costs in a plan. The unit has no meaning of its own, only the proportions count.

    `unplaced`: a visit without a moment. `outside_wish`: a visit outside the wishes of its family, if it has any.
    `week`: a visit, times the number of its week. `travel_minute`: from leaving to coming home. `waiting_minute`:
    between two stops.
    `siblings_split`: each moment at which a group of siblings is visited, after the first. `substitute`: a visit made
    by a sibling's visitor. `moved`: a visit with another moment than in `Problem.current`. What a window costs is said
    there.
    """

    unplaced: float
    outside_wish: float
    week: float
    travel_minute: float
    waiting_minute: float
    siblings_split: float = 0
    substitute: float = 0
    moved: float = 0

    @property
    def are_whole(self) -> bool:
        """Whole weights make whole costs: then a bound may be rounded up."""
        return all(float(getattr(self, name.name)).is_integer() for name in fields(self))


@dataclass(frozen=True, slots=True)
class Shift:
    """One evening or afternoon of a visitor: earliest departure, last end of a visit and latest return.

    In minutes after midnight; `back_by` may lie past midnight.
    """

    on: dt.date
    leave_from: int
    visits_until: int
    back_by: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who visits: travels by `mode`, from and to `depot`, with at most one shift and one route a day.

    `max_stops_total`: most stops of all routes together, coming along included; None for no limit.
    """

    id: str
    mode: str
    depot: str
    shifts: tuple[Shift, ...]
    max_stops_total: int | None = None

    def shift_on(self, on: dt.date) -> Shift | None:
        """The shift of a day, if there is one."""
        return next((shift for shift in self.shifts if shift.on == on), None)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a day in which a visit may lie from its start to its end, in minutes after midnight.

    `is_wish`: a window that the family prefers; a visit may lie in any window, wish or not. `cost`: of a visit in it;
    a visit pays for the cheapest of the windows that it lies in.
    """

    on: dt.date
    starts: int
    ends: int
    is_wish: bool = False
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One household to be visited by any one of `visitors`.

    `second`: one of these must be there too, as a stop of a route of their own. `interpreter`: a language.
    """

    id: str
    place: str
    minutes: int
    visitors: tuple[str, ...]
    windows: tuple[Window, ...]
    second: tuple[str, ...] = ()
    interpreter: str | None = None

    @property
    def people(self) -> set[str]:
        """The visitors who may make this visit or come along to it."""
        return {*self.visitors, *self.second}

    @property
    def has_wish(self) -> bool:
        """Whether the family would rather have some hours than others."""
        return any(window.is_wish for window in self.windows)

    @property
    def is_coupled(self) -> bool:
        """Whether somebody else must be there at the same moment."""
        return bool(self.second) or self.interpreter is not None


@dataclass(frozen=True, slots=True)
class InterpreterShift:
    """So many interpreters of a language, all there for this stretch of a day (minutes after midnight)."""

    on: dt.date
    starts: int
    ends: int
    count: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """A moment that a family has been given: the visitor, the day and the start in minutes after midnight."""

    visitor: str
    on: dt.date
    start: int


@dataclass(frozen=True)
class Problem:
    """Everything that a plan is made of.

    `weeks`: the days on which visits may take place, with the number of their week from 0. `travel_minutes`: per mode
    an int32 matrix of shape (places, places), from row to column, not necessarily symmetric. `siblings`: groups of
    two or more visits that had better be at one moment, in one stop or by several visitors at one start on the coupled
    grid. `interpreters`: by language. `fixed`: visits that keep exactly this moment. `current`: moments that families
    have been told, which may change at `Weights.moved`. `apart`: groups of visits of which no two may overlap in time,
    from the start of a stop to its end.
    """

    rules: Rules
    weights: Weights
    weeks: Mapping[dt.date, int]
    places: tuple[str, ...]
    travel_minutes: Mapping[str, Matrix]
    visitors: tuple[Visitor, ...]
    visits: tuple[Visit, ...]
    siblings: tuple[tuple[str, ...], ...] = ()
    interpreters: Mapping[str, tuple[InterpreterShift, ...]] = field(default_factory=dict)
    fixed: Mapping[str, Appointment] = field(default_factory=dict)
    current: Mapping[str, Appointment] = field(default_factory=dict)
    apart: tuple[tuple[str, ...], ...] = ()


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


def interpreters_there(problem: Problem, language: str, on: dt.date, start: int, minutes: int) -> int:
    """How many interpreters are there from the start of a visit until after it and the buffer."""
    end = start + minutes + problem.rules.interpreter_buffer_minutes
    shifts = problem.interpreters.get(language, ())
    return sum(s.count for s in shifts if s.on == on and s.starts <= start and end <= s.ends)
