"""Compile the planner's loops ahead, by planning small made-up schools that use all of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numba.extending import is_jitted

from planner.aggregation.company import CompanySearch, list_company
from planner.aggregation.company_types import company_types
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, ListingTuning
from planner.columns.routes import TooManyRoutes, list_routes
from planner.columns.stop_options import StopOptions
from planner.model.problem import InterpreterShift, Matrix, Problem, Rules, Shift, Visit, Visitor, Weights, Window
from planner.search.local_search import LocalSearch
from planner.search.solver import solve

SECONDS = 300.0  # at most: a slow machine compiles for a minute
LOCAL_SECONDS = 0.1  # of local search, which compiles its loops at the first round
MONDAY = dt.date(2001, 9, 3)
EVENING = (16 * 60, 21 * 60)
VISITORS, VISITS = 6, 14


def compile_loops() -> int:
    """Compile every loop of the planner for the types with which it is called, into numba's cache; how many there are.

    Takes up to a minute, and seconds when they were compiled before. Numba keeps the code in `NUMBA_CACHE_DIR`, else
    beside the source. Raises RuntimeError, naming the loops, when the made-up schools did not call some of them.
    """
    loops = _loops()

    def missing() -> list[str]:
        return [name for name, loop in loops.items() if not (loop.signatures or _is_kept(loop))]

    solve(_separate(), seconds=SECONDS, jobs=2)
    solve(_alike(), seconds=SECONDS, jobs=2)
    _plan_without_a_list(_coupled())
    solve(_coupled(), seconds=SECONDS, jobs=2, should_stop=lambda: not missing())
    if missing():
        raise RuntimeError(f"never called: {', '.join(missing())}")
    return len(loops)


def _plan_without_a_list(problem: Problem) -> None:
    """Plan as a problem with too many routes is planned: estimate how many there are, and search without them."""
    with contextlib.suppress(TooManyRoutes):
        evenings = StopOptions(problem).evenings(range(len(problem.visitors)))
        list_routes(problem, evenings, listing=ListingTuning(most_routes=1))
    LocalSearch(problem, range(len(problem.visits))).run(Deadline.after(LOCAL_SECONDS))
    everyone = list(range(len(problem.visits)))
    tied = _with_company(problem)
    company = company_types(tied, range(len(tied.visitors)), everyone)
    pool = list_company(company, jobs=1, deadline=Deadline.after(SECONDS), tuning=DEFAULT)
    left_out = dict.fromkeys(everyone, tied.weights.unplaced)
    search = CompanySearch(tied, company, pool, everyone, left_out, step=1.0)
    search.run(Deadline.after(SECONDS))
    search.routes()


def _loops() -> dict[str, Any]:
    """All functions of this package that numba compiles by themselves (not inlined into others), by full name."""
    found = {}
    for module in pkgutil.walk_packages([str(Path(__file__).parent)], f"{__package__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if is_jitted(value) and value.targetoptions.get("inline") != "always":
                found[f"{value.__module__}.{name}"] = value
    return found


def _is_kept(loop: Any) -> bool:
    """Whether numba's cache has code of this loop that is newer than its source.

    A loop that only other loops call is never called from Python when those come from the cache.
    """
    source = Path(loop.py_func.__code__.co_filename)
    folder = loop.stats.cache_path
    kept = Path(folder).glob(f"{source.stem}.{loop.py_func.__qualname__}-*.nbi") if folder else ()
    return any(index.stat().st_mtime > source.stat().st_mtime for index in kept)


def _separate() -> Problem:
    """Families who each have one mentor, so that every mentor is planned apart."""
    chance = np.random.default_rng(1)
    days = [MONDAY + dt.timedelta(weeks=week) for week in range(7)]
    people = [f"mentor-{number}" for number in range(VISITORS)]
    visits = tuple(_visit(chance, mentor, number, days) for mentor in people for number in range(VISITS))
    places = ("school", *(visit.place for visit in visits))
    where = chance.uniform(0, 40, (len(places), 2))
    road: Matrix = np.ceil(np.abs(where[:, None] - where[None, :]).sum(axis=2)).astype(np.int32)
    return Problem(
        rules=Rules(max_stops=3),
        weights=Weights(50_000, 150, 20, 5, 1, siblings_split=2_000, substitute=400, moved=300),
        weeks={on: week for week, on in enumerate(days)},
        places=places,
        travel_minutes={"bike": road},
        visitors=tuple(
            Visitor(mentor, "bike", "school", tuple(Shift(on, *EVENING, EVENING[1] + 30) for on in days))
            for mentor in people
        ),
        visits=visits,
    )


def _visit(chance: np.random.Generator, mentor: str, number: int, days: list[dt.date]) -> Visit:
    name = f"{mentor}-visit-{number}"
    windows = [Window(on, *EVENING) for on in days if chance.random() < 0.8]
    wished = [Window(window.on, EVENING[0], 18 * 60, is_wish=True) for window in windows if chance.random() < 0.5]
    return Visit(name, f"home-{name}", 45, (mentor,), (*windows, *wished))


def _alike() -> Problem:
    """Nobody has answered yet, so that all evenings are alike, and two mentors share their families."""
    problem = _separate()
    anytime = tuple(Window(on, *EVENING) for on in problem.weeks)
    visits = [replace(visit, windows=anytime) for visit in problem.visits]
    both = tuple(visitor.id for visitor in problem.visitors[:2])
    visits[: 2 * VISITS : 2] = [replace(visit, visitors=both) for visit in visits[: 2 * VISITS : 2]]
    return replace(problem, visits=tuple(visits))


def _with_company(problem: Problem) -> Problem:
    """The families of some mentors need the same colleague at every visit, and nothing else."""
    colleague = problem.visitors[-1].id
    led = {visitor.id for visitor in problem.visitors[:2]}
    visits = [
        replace(visit, interpreter=None, second=(colleague,) if led.issuperset(visit.visitors) else ())
        for visit in problem.visits
    ]
    return replace(problem, visits=tuple(visits), siblings=(), interpreters={})


def _coupled() -> Problem:
    """Families some of whom have a sibling, a second visitor or an interpreter, so that all are planned together."""
    problem = _separate()
    visits, siblings = list(problem.visits), []
    for first in range(0, len(visits), VISITS):
        other = (first + VISITS) % len(visits)
        visits[other + 1] = replace(visits[other + 1], place=visits[first].place)
        siblings.append((visits[first].id, visits[other + 1].id))
        visits[first + 2] = replace(visits[first + 2], second=visits[other].visitors)
        visits[first + 3] = replace(visits[first + 3], interpreter="ar")
    there = tuple(InterpreterShift(on, *EVENING, count=1) for on in problem.weeks)
    return replace(problem, visits=tuple(visits), siblings=tuple(siblings), interpreters={"ar": there})
