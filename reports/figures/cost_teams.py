"""What the planner makes of one team: a mentor, or mentors who share a class, and the families of theirs.

All evenings are alike here: every family can, and every mentor leaves from school in the same hours. So an evening
needs no date, and what matters is how few evenings hold everybody, and how little travel those take. The planner
itself (`planner.search.solver`) answers both; teams share nothing, so planning them apart loses nothing.

* *How many in a row.* A problem of one evening: as many families as the planner can get into it is the most that
  any evening holds. With 60 minutes and the hours of a short evening, four stops may be three in truth.
* *How few evenings.* That many families an evening is a lower bound. With too few evenings the planner leaves
  somebody out, and its own bound says how many at least: that gives the next number to try.
* *Longer visits.* A plan for short visits that fits with long ones too is the best plan for these as well: whatever
  long visits allow, short ones allow. And a plan for long visits will always do for short ones.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from planner import (
    GRID_MINUTES,
    Plan,
    Problem,
    Route,
    Rules,
    Shift,
    Stop,
    Visit,
    Visitor,
    Weights,
    Window,
    judge,
    solve,
)
from reports.figures.cost_question import EveningHours

TravelMinutes = npt.NDArray[np.int32]

WEIGHTS = Weights(unplaced=50_000, outside_wish=0, week=0, travel_minute=5, waiting_minute=1)
GOOD_ENOUGH = 0.01
POOR = 0.05  # of a team's hours left open: then it gets another go
SECONDS_A_SOLVE = 1.0  # for a class of thirty
PATIENCE = 6  # times as long is that go; the gap that is left is told
USUAL_FAMILIES = 30
EVENING_ONE = dt.date(2001, 1, 1)  # evenings are numbered; the planner wants a date
ROAD_TOO_LONG = "road_too_long"


class WorkStopped(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True)
class Roads:
    """Minutes and metres between the places of a school, place 0 being the school."""

    minutes: TravelMinutes
    metres: TravelMinutes
    is_estimate: bool = False


@dataclass(frozen=True)
class Team:
    """Mentors who share families; of each family the place, and the mentors (by position) who may visit it."""

    mentors: int
    families: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True)
class TeamPlan:
    """What the visits of one team take. `routes` are the planner's, without dates that mean anything.

    `least_cost` is below the cost of every plan on as many evenings; `least_dates` below the evenings of every
    plan. `unreachable`: families to whom no evening is long enough.
    """

    routes: tuple[Route, ...]
    dates: int
    least_dates: int
    travel_minutes: int
    waiting_minutes: int
    travel_metres: int
    unreachable: int
    least_cost: float
    reach: int

    @property
    def cost(self) -> float:
        """What the planner weighed: travel, and what little waiting there is."""
        return WEIGHTS.travel_minute * self.travel_minutes + WEIGHTS.waiting_minute * self.waiting_minutes

    @property
    def unproven_minutes(self) -> float:
        """Minutes of travel that a better plan on as many evenings could save at most."""
        return max(0.0, self.cost - self.least_cost) / WEIGHTS.travel_minute

    def sizes(self) -> list[list[int]]:
        """Of each mentor the number of visits of each evening, the fullest evenings first."""
        by_mentor: dict[str, list[int]] = {}
        for route in self.routes:
            by_mentor.setdefault(route.visitor, []).append(len(route.stops))
        return [sorted(sizes, reverse=True) for _mentor, sizes in sorted(by_mentor.items())]


@dataclass
class TeamPlanner:
    """Plans teams, and remembers what it planned: variants share most of their work."""

    hours: EveningHours
    roads: Mapping[str, Roads]
    should_stop: Callable[[], bool] = lambda: False
    seconds: float = SECONDS_A_SOLVE
    known: dict[tuple[Team, str, int, int], TeamPlan] = field(default_factory=dict)
    reaches: dict[tuple[Team, str, int, int], tuple[int, int]] = field(default_factory=dict)

    def plan(self, team: Team, mode: str, max_stops: int, durations: Sequence[int]) -> dict[int, TeamPlan]:
        """The plans of one team for these durations, which help each other."""
        found: dict[int, TeamPlan] = {}
        for minutes in sorted(durations):
            reach, unreachable = self._reach(team, mode, minutes, max_stops)
            key = (team, mode, minutes, reach)
            if key not in self.known:
                work = _Work(self, team, mode, minutes, reach, unreachable)
                self.known[key] = work.best(list(found.values()))
            found[minutes] = self.known[key]
        self._let_longer_help(team, mode, found)
        return found

    def _let_longer_help(self, team: Team, mode: str, found: dict[int, TeamPlan]) -> None:
        """A plan for longer visits serves shorter ones as well, should it be the better one."""
        longer: TeamPlan | None = None
        for minutes in sorted(found, reverse=True):
            plan = found[minutes]
            if longer is not None and longer.dates == plan.dates and longer.cost < plan.cost:
                work = _Work(self, team, mode, minutes, plan.reach, plan.unreachable)
                moved = work.moved(longer)
                if moved is not None and moved.cost < plan.cost:
                    plan = replace(moved, least_cost=plan.least_cost, least_dates=plan.least_dates)
                    found[minutes] = self.known[team, mode, minutes, plan.reach] = plan
            longer = plan

    def _reach(self, team: Team, mode: str, minutes: int, max_stops: int) -> tuple[int, int]:
        """The most families that one evening holds, and how many families no evening reaches."""
        key = (team, mode, minutes, max_stops)
        if key not in self.reaches:
            alone = Team(1, tuple((place, (0,)) for place, _who in team.families))
            problem = problem_of(alone, self.roads[mode], mode, minutes, max_stops, self.hours, dates=1)
            plan = self.solve(problem)
            unreachable = sum(left.code == ROAD_TOO_LONG for left in plan.unplaced)
            self.reaches[key] = len(team.families) - len(plan.unplaced), unreachable
        return self.reaches[key]

    def solve(self, problem: Problem, patience: int = 1) -> Plan:
        """The planner's answer. Raises WorkStopped."""
        seconds = self.seconds * patience * max(1.0, len(problem.visits) / USUAL_FAMILIES)
        plan = solve(problem, seconds=seconds, gap=GOOD_ENOUGH, should_stop=self.should_stop)
        if self.should_stop():
            raise WorkStopped
        return plan


@dataclass(frozen=True)
class _Work:
    """One team with visits of one length."""

    planner: TeamPlanner
    team: Team
    mode: str
    minutes: int
    reach: int
    unreachable: int

    def best(self, shorter: Sequence[TeamPlan]) -> TeamPlan:
        """Everybody on as few evenings as the planner can, with as little travel as it can."""
        to_place = len(self.team.families) - self.unreachable
        if not self.reach:
            return TeamPlan((), 0, 0, 0, 0, 0, self.unreachable, 0.0, 0)
        dates = least = math.ceil(to_place / (self.reach * self.team.mentors))
        while True:
            for plan in shorter:
                moved = self.moved(plan) if plan.dates == dates else None
                if moved is not None:
                    return replace(moved, least_cost=plan.least_cost, least_dates=max(least, plan.least_dates))
            problem = self._problem(dates)
            made = self.planner.solve(problem)
            left_out = len(made.unplaced) - self.unreachable
            if left_out <= 0:
                return self._good_enough(problem, made, dates, least)
            surely = math.floor(made.bound / WEIGHTS.unplaced) - self.unreachable
            if surely > 0 and least == dates:
                least = dates = dates + math.ceil(surely / (self.reach * self.team.mentors))
            else:
                dates += 1

    def _good_enough(self, problem: Problem, made: Plan, dates: int, least: int) -> TeamPlan:
        """This plan, or a better proven one when the first go left too much open."""
        plan = self._proven(problem, made, dates, least)
        if plan.unproven_minutes <= POOR * (plan.travel_minutes + self.minutes * len(self.team.families)):
            return plan
        again = self._proven(problem, self.planner.solve(problem, PATIENCE), dates, least)
        best = min(plan, again, key=lambda some: (some.unreachable, some.cost))
        return replace(best, least_cost=max(plan.least_cost, again.least_cost))

    def _proven(self, problem: Problem, made: Plan, dates: int, least: int) -> TeamPlan:
        below = made.bound - WEIGHTS.unplaced * self.unreachable
        return self._measured(problem, made.routes, dates, least, max(0.0, below))

    def moved(self, plan: TeamPlan) -> TeamPlan | None:
        """The routes of another length's plan with visits of this length; None when an evening is too short for one."""
        if plan.unreachable != self.unreachable or any(len(route.stops) > self.reach for route in plan.routes):
            return None
        problem = self._problem(plan.dates)
        routes = tuple(timed(problem, route) for route in plan.routes)
        if judge(problem, routes).broken:
            return None
        return self._measured(problem, routes, plan.dates, 0, 0.0)

    def _problem(self, dates: int) -> Problem:
        planner = self.planner
        return problem_of(
            self.team, planner.roads[self.mode], self.mode, self.minutes, self.reach, planner.hours, dates
        )

    def _measured(
        self, problem: Problem, routes: Iterable[Route], dates: int, least_dates: int, least_cost: float
    ) -> TeamPlan:
        routes = tuple(routes)
        parts = judge(problem, routes).parts
        metres = self.planner.roads[self.mode].metres
        return TeamPlan(
            routes=routes,
            dates=dates,
            least_dates=least_dates,
            travel_minutes=parts.travel_minutes,
            waiting_minutes=parts.waiting_minutes,
            travel_metres=sum(metres_of(self.team, route, metres) for route in routes),
            unreachable=self.unreachable,
            least_cost=least_cost,
            reach=self.reach,
        )


def problem_of(
    team: Team, roads: Roads, mode: str, minutes: int, max_stops: int, hours: EveningHours, dates: int
) -> Problem:
    """The planner's problem: each of the team's mentors has `dates` evenings, and every family can on all of them."""
    places = sorted({0, *(place for place, _who in team.families)})
    days = [EVENING_ONE + dt.timedelta(days=number) for number in range(dates)]
    shifts = tuple(Shift(day, hours.leave_from, hours.visits_until, hours.back_by) for day in days)
    windows = tuple(Window(day, hours.leave_from, hours.visits_until) for day in days)
    return Problem(
        rules=Rules(max_stops=max_stops, start_grid_minutes=GRID_MINUTES),
        weights=WEIGHTS,
        weeks=dict.fromkeys(days, 0),
        places=tuple(str(place) for place in places),
        travel_minutes={mode: roads.minutes[np.ix_(places, places)]},
        visitors=tuple(Visitor(str(number), mode, "0", shifts) for number in range(team.mentors)),
        visits=tuple(
            Visit(str(number), str(place), minutes, tuple(str(mentor) for mentor in who), windows)
            for number, (place, who) in enumerate(team.families)
        ),
    )


def timed(problem: Problem, route: Route) -> Route:
    """A route with its stops in the order that they have, each as early as it can be."""
    matrix = next(iter(problem.travel_minutes.values()))
    place = {name: number for number, name in enumerate(problem.places)}
    visits = {visit.id: visit for visit in problem.visits}
    free, here, stops = problem.visitors[0].shifts[0].leave_from, place["0"], []
    for stop in route.stops:
        visit = visits[stop.visits[0]]
        there = place[visit.place]
        start = -(-(free + int(matrix[here, there])) // GRID_MINUTES) * GRID_MINUTES
        stops.append(Stop(stop.visits, start))
        free, here = start + visit.minutes, there
    return replace(route, stops=tuple(stops))


def metres_of(team: Team, route: Route, metres: TravelMinutes) -> int:
    """The way of a route, from school and back."""
    places = [0, *(team.families[int(stop.visits[0])][0] for stop in route.stops), 0]
    return sum(int(metres[here, there]) for here, there in itertools.pairwise(places))
