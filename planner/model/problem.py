"""What has to be planned: visits, visitors, places and roads, rules and weights.

Plain values. Dates are `datetime.date`; a moment of the day is a number of whole minutes after midnight,
local time; a duration is in whole minutes. `exchange` reads them from a file, the application builds them
from its tables; either way `checks.check_problem` is what refuses nonsense, naming the field.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
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


def interpreters_there(problem: Problem, language: str, on: dt.date, start: int, minutes: int) -> int:
    """How many interpreters are there from the start of a visit until after it and the buffer."""
    end = start + minutes + problem.rules.interpreter_buffer_minutes
    shifts = problem.interpreters.get(language, ())
    return sum(s.count for s in shifts if s.on == on and s.starts <= start and end <= s.ends)
