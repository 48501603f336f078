"""The search of one sub-problem of a repair, started from the best plan in which nobody moves."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

import numpy as np

from planner.base.arrays import Columns, Flags, Integers
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import Pool, TooManyRoutes, list_routes, route_of
from planner.columns.stop_options import ShiftOptions, StopOptions
from planner.evaluate.least_cost import least_alone
from planner.evaluate.verdict import judge
from planner.master.big_m import BigMProblem
from planner.master.program import Program, build_program
from planner.master.subprograms import sub_program
from planner.model.index import ProblemIndex
from planner.model.plan import VISITOR, Route
from planner.model.problem import Appointment, Problem
from planner.search.branch_and_bound import BranchAndBound
from planner.search.joint import JointSearch
from planner.search.local_search import LocalSearch
from planner.search.placeable import placeable
from planner.search.solver import cost_step, is_coupled


@dataclass(frozen=True)
class CostedRoutes:
    """A plan of the sub-problem: its routes, and what it costs there."""

    routes: tuple[Route, ...]
    cost: float


@dataclass(frozen=True)
class SearchResult:
    """The best plan, the best one in which nobody moves, and a lower bound on the cost of any plan.

    A plan is None when time ran out before there was one, or when there is none that keeps the fixed moments.
    """

    best: CostedRoutes | None
    unmoved: CostedRoutes | None
    bound: float


NO_RESULT = SearchResult(None, None, 0.0)


def search_sub_problem(
    problem: Problem, deadline: Deadline, *, seed: int, unmoved: Container[str], tuning: Tuning = DEFAULT
) -> SearchResult:
    """The best plan of a small problem in which most visits have a moment already.

    `unmoved`: the visits whose moment in `problem.current` counts as kept. A coupled problem with more than
    `tuning.repairing.exact_columns` routes is searched by large neighbourhoods, or without its list of routes when
    visits must be apart; any other exactly.
    """
    evenings = StopOptions(problem).each_evening(range(len(problem.visitors)))
    try:
        pool = list_routes(problem, evenings, listing=tuning.listing)
    except TooManyRoutes:
        return _search_locally(problem, deadline, seed=seed, unmoved=unmoved, tuning=tuning)
    visits = placeable(range(len(problem.visits)), pool)
    if any(visit.id in problem.fixed for number, visit in enumerate(problem.visits) if number not in visits):
        return NO_RESULT
    if len(pool) > tuning.repairing.exact_columns and is_coupled(problem, range(len(problem.visits))):
        if problem.apart:
            return _search_locally(problem, deadline, seed=seed, unmoved=unmoved, tuning=tuning)
        return _search_joint(problem, pool, visits, deadline, seed=seed, unmoved=unmoved, tuning=tuning)
    hopeless = problem.weights.unplaced * (len(problem.visits) - len(visits))
    program = build_program(problem, visits, pool)
    search = BranchAndBound(program, step=cost_step(problem), seed=seed, tuning=tuning)
    search.deadline = search.relaxation.deadline = deadline
    columns = _best_of(program, _unmoved_columns(problem, pool, unmoved), search.step, deadline, seed, tuning)
    if len(columns) and not deadline.has_passed():
        search.start_from(columns)
    nobody_moves = _best_routes(problem, search)
    search.run(deadline)
    return SearchResult(_best_routes(problem, search), nobody_moves, max(0.0, search.bound) + hopeless)


def _search_locally(
    problem: Problem, deadline: Deadline, *, seed: int, unmoved: Container[str], tuning: Tuning
) -> SearchResult:
    """Search a problem with more routes than can be listed: first with nobody who moves, then with all."""
    visits = range(len(problem.visits))
    stay = {name: moment for name, moment in problem.current.items() if name in unmoved}
    half = deadline.within(deadline.seconds_left() / 2)
    kept = _found_locally(problem, replace(problem, fixed={**stay, **problem.fixed}), half, seed, tuning)
    best = _found_locally(problem, problem, deadline, seed, tuning)
    if best is None or (kept is not None and kept.cost < best.cost):
        best = kept
    return SearchResult(best, kept, least_alone(ProblemIndex(problem), visits, ()))


def _found_locally(
    problem: Problem, searched: Problem, deadline: Deadline, seed: int, tuning: Tuning
) -> CostedRoutes | None:
    """The best plan of `searched`, at its cost in `problem`; None when none was found that keeps what is fixed."""
    search = LocalSearch(searched, range(len(problem.visits)), seed=seed, tuning=tuning)
    search.run(deadline)
    if not search.keeps_fixed:
        return None
    return CostedRoutes(search.routes(), judge(problem, search.routes()).cost)


def _search_joint(
    problem: Problem,
    pool: Pool,
    visits: list[int],
    deadline: Deadline,
    *,
    seed: int,
    unmoved: Container[str],
    tuning: Tuning,
) -> SearchResult:
    """Search a problem that couples so many moments that an exact search takes too long, by large neighbourhoods."""
    step = cost_step(problem)
    light = BigMProblem.of(problem, pool, step, tuning.big_m)
    program = build_program(light.problem, visits, pool)
    search = JointSearch(light.problem, program, step=step, seed=seed, tuning=tuning)
    columns = _best_of(program, _unmoved_columns(problem, pool, unmoved), step, deadline, seed, tuning)
    if len(columns):
        search.take(columns)
    nobody_moves = _best_routes(problem, search)
    search.run(deadline, 0.0, lambda _message: None)
    hopeless = problem.weights.unplaced * (len(problem.visits) - len(visits))
    return SearchResult(_best_routes(problem, search), nobody_moves, light.bound(max(0.0, search.bound)) + hopeless)


def _best_routes(problem: Problem, search: BranchAndBound | JointSearch) -> CostedRoutes | None:
    """The best plan of a search so far, if it keeps what is fixed, at its cost in the whole problem."""
    if search.best is None or search.best.cost >= search.program.big_m:
        return None
    routes = tuple(route_of(problem, search.program.pool, column) for column in search.best.routes)
    return CostedRoutes(routes, judge(problem, routes).cost)


def _best_of(program: Program, columns: Columns, step: float, deadline: Deadline, seed: int, tuning: Tuning) -> Columns:
    """The routes (positions in the pool) of the best plan that uses only these; empty when none was found in time."""
    keep = np.zeros(len(program.pool), dtype=np.bool_)
    keep[columns] = True
    sub = sub_program(program, range(len(program.pool.evenings)), np.arange(program.rows), keep=keep)
    search = BranchAndBound(sub.program, step=step, seed=seed, tuning=tuning)
    search.run(deadline)
    return sub.columns[list(search.best.routes)] if search.best else np.zeros(0, dtype=np.int64)


def _unmoved_columns(problem: Problem, pool: Pool, unmoved: Container[str]) -> Columns:
    """The routes (positions in the pool, int64) in which every visit with a kept or fixed moment keeps it."""
    moments = {name: at for name, at in problem.current.items() if name in unmoved} | dict(problem.fixed)
    parts = [
        _unmoved_stops(problem, moments, evening, some.option, some.first, some.last)
        for evening, some in zip(pool.evenings, pool.candidates, strict=True)
    ]
    is_unmoved = np.concatenate([*parts, np.zeros(1, dtype=np.bool_)])
    at = np.where(pool.order >= 0, pool.order + pool.offset[pool.evening][:, None], len(is_unmoved) - 1)
    keeps = is_unmoved[at] | (pool.order < 0)
    return np.flatnonzero(keeps.all(axis=1))


def _unmoved_stops(
    problem: Problem,
    moments: dict[str, Appointment],
    evening: ShiftOptions,
    option: Integers,
    first: Integers,
    last: Integers,
) -> Flags:
    """Per candidate stop of a shift whether it moves nobody, bool (candidates,)."""
    visitor, on = problem.visitors[evening.visitor].id, evening.shift.on
    keeps = np.zeros(len(option), dtype=np.bool_)
    for k, number in enumerate(option):
        stop = evening.options[number]
        names = [problem.visits[v].id for v in stop.visits] if stop.role == VISITOR else []
        here = [moments[name] for name in names if name in moments]
        keeps[k] = all(first[k] == last[k] == at.start and (at.visitor, at.on) == (visitor, on) for at in here)
    return keeps


def visits_made(routes: Iterable[Route]) -> frozenset[str]:
    """The ids of the visits that these routes make; coming along is not making."""
    stops = (stop for route in routes for stop in route.stops if stop.role == VISITOR)
    return frozenset(name for stop in stops for name in stop.visits)
