"""What makes a plan of tied visitors better: the company that a stop needs, and routes put together anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner import solve
from planner.base.deadline import Deadline
from planner.base.tuning import LargeNeighbourhoodTuning, Tuning, VolumeTuning
from planner.columns.routes import list_routes, route_of
from planner.columns.stop_options import StopOptions
from planner.evaluate.verdict import judge
from planner.master.program import build_program
from planner.model.exchange import problem_from_json
from planner.search.conflicts import Company
from planner.search.groups import replan_group
from planner.search.joint import JointSearch
from planner.search.placeable import placeable
from planner.search.solver import cost_step
from tests.planner import together
from tests.planner.together import with_a_colleague


def _new_search(data: dict[str, Any], tuning: Tuning) -> JointSearch:
    """A joint search that has not begun."""
    problem = problem_from_json(data)
    pool = list_routes(problem, StopOptions(problem).evenings(range(len(problem.visitors))))
    program = build_program(problem, placeable(range(len(problem.visits)), pool), pool)
    return JointSearch(problem, program, step=cost_step(problem), tuning=tuning)


def _search(data: dict[str, Any], tuning: Tuning | None = None) -> JointSearch:
    """A joint search that has learned its first prices."""
    search = _new_search(data, tuning or Tuning())
    search.relaxation.solve_visitors(lambda work, visitors: [work(visitor) for visitor in visitors])
    return search


def test_the_company_of_a_stop_is_whoever_else_may_be_there_at_that_moment() -> None:
    context = _search(with_a_colleague()).context
    company, stop_table = context.company, context.stop_table
    assert len(company.stops) == np.sum(stop_table.moment >= 0) > 0
    for stop, first, last in zip(company.stops, company.first[:-1], company.first[1:], strict=True):
        others = company.others[first : last - 1]
        assert company.others[last - 1] == company.nobody
        assert len(others) == 1
        other = int(others[0])
        assert stop_table.visits[other] == stop_table.visits[stop]
        assert stop_table.moment[other] == stop_table.moment[stop]
        assert stop_table.is_second[other] != stop_table.is_second[stop]
        assert context.conflicts.visitor(other) != context.conflicts.visitor(int(stop))


def test_the_cheapest_company_counts_and_nobody_is_infinite() -> None:
    company = Company.of({0: [1, 2], 3: []}, 4)
    assert company.least(np.array([9.0, 7.0, 5.0, 1.0])).tolist() == [5, 0, 0, np.inf]
    assert Company.of({}, 3).least(np.ones(3)).tolist() == [0, 0, 0]


def test_a_route_is_as_likely_as_the_route_of_its_company() -> None:
    search = _search(with_a_colleague())
    root, pool = search.relaxation.root, search.program.pool
    own = root.reduced - root.least[pool.evening]
    stops = [pool.order[c][pool.order[c] >= 0] + pool.offset[pool.evening[c]] for c in range(len(pool))]
    least = np.full(int(pool.offset[-1]), np.inf)
    for column, made in enumerate(stops):
        least[made] = np.minimum(least[made], own[column])
    company = root.company.least(least)
    assert root.likely.excess == pytest.approx([own[column] + company[made].sum() for column, made in enumerate(stops)])
    likeliest = root.likely.likeliest(10)
    assert root.likely.excess[likeliest].max() <= np.delete(root.likely.excess, likeliest).min()


def test_whoever_lists_routes_looks_at_the_nearest_only() -> None:
    root = _search(with_a_colleague()).relaxation.root
    near, everything = replace(root, likely_limit=12).likely, root.likely
    assert len(everything.excess) > len(near.excess) == len(near.active.pool) == 12
    assert near.active.original.tolist() == everything.likeliest(12).tolist()
    assert near.excess.tolist() == everything.excess[near.active.original].tolist()
    few = np.arange(12) % 2 == 0
    assert set(near.likeliest(3, few)) <= set(near.active.original[few])


@pytest.mark.parametrize(("stretches", "has_begun"), [(1, False), (2, True)])
def test_other_threads_dive_after_the_second_stretch_at_the_earliest(stretches: int, has_begun: bool) -> None:
    no_rise_is_enough = VolumeTuning(stretches=stretches, least_stretch_rise=np.inf, cut_rounds=0)
    search = _search(with_a_colleague(), Tuning(volume=no_rise_is_enough))
    search.tell, search.target, search.deadline = lambda _message: None, 0.0, Deadline.after(60)
    search.relaxation.deadline = search.deadline
    search._run_volume()
    assert (search.relaxation.deadline is not search.deadline) == has_begun


@pytest.mark.parametrize("seed", range(6))
def test_all_visitors_freed_with_all_routes_give_the_best_plan(seed: int) -> None:
    data = together.random_coupled_problem(seed, visitors=3, visits=6, days=2)
    best = solve(problem_from_json(data))
    search = _search(data)
    nothing, everything = np.zeros(0, dtype=np.int64), len(search.program.pool)
    context = search.context
    found = replan_group(
        context, search.relaxation.root, nothing, context.visitors, Deadline.after(60), count=everything
    )
    assert found.is_proven
    hopeless = len(context.problem.visits) - len(search.program.visits)
    routes = nothing if found.routes is None else found.routes
    plan = context.judged(routes)
    assert plan is not None
    assert plan.cost + hopeless * context.problem.weights.unplaced == best.cost


def test_good_routes_are_put_together_when_few_are_likely() -> None:
    search = _search(together.random_coupled_problem(3, visitors=3, visits=6, days=2))
    context, root, nothing = search.context, search.relaxation.root, np.zeros(0, dtype=np.int64)
    best = replan_group(
        context, root, nothing, context.visitors, Deadline.after(60), count=len(search.program.pool)
    ).routes
    assert best is not None
    good = np.zeros(len(search.program.pool), dtype=np.bool_)
    good[best] = True
    few = len(best)
    likely = replan_group(context, root, nothing, context.visitors, Deadline.after(60), count=few)
    both = replan_group(context, root, nothing, context.visitors, Deadline.after(60), count=few, also=good)
    costs = [context.judged(nothing if routes is None else routes) for routes in (likely.routes, both.routes, best)]
    assert all(cost is not None for cost in costs)
    assert costs[1].cost == costs[2].cost < costs[0].cost  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(30))
def test_siblings_are_split_where_the_judge_says_so(seed: int) -> None:
    data = together.random_coupled_problem(seed, visitors=3, visits=6, days=2)
    data["cost"]["siblings_split"] = 0
    search = _new_search(data, Tuning())
    search.run(Deadline.after(60), 0, lambda _message: None)
    assert search.best is not None
    context, routes = search.context, np.array(search.best.routes, dtype=np.int64)
    verdict = judge(context.problem, [route_of(context.problem, search.program.pool, int(column)) for column in routes])
    split = context.conflicts.split_siblings(context.coupled_stops(routes))
    assert len(split) == verdict.parts.siblings_split


def _split(search: JointSearch) -> list[np.ndarray]:
    """Plans of two routes, each on an evening of its own, in which siblings are split."""
    evening, context = search.program.pool.evening, search.context
    routes = [np.flatnonzero(evening == number) for number in range(2)]
    plans = [np.array([one, other]) for one in routes[0] for other in routes[1]]
    return [plan for plan in plans if context.conflicts.split_siblings(context.coupled_stops(plan))]


def test_siblings_whom_a_plan_splits_are_brought_together() -> None:
    data = together.siblings_problem()
    data["visitors"].append(data["visitors"][0] | {"id": "bystander"})
    data["visits"].append(data["visits"][0] | {"id": "visit-3", "visitors": ["bystander"]})
    search = _search(data, Tuning(large_neighbourhood=LargeNeighbourhoodTuning(completion_visitors=2)))
    assert len(search.context.visitors) == 3
    split = _split(search)
    assert split
    for routes in split:
        better = search.neighbourhoods.completed(search.relaxation.root, routes, Deadline.after(60))
        assert not search.context.conflicts.split_siblings(search.context.coupled_stops(better))


def test_a_plan_is_not_completed_by_planning_everybody_anew() -> None:
    search = _search(together.siblings_problem())
    for routes in _split(search):
        same = search.neighbourhoods.completed(search.relaxation.root, routes, Deadline.after(60))
        assert same.tolist() == routes.tolist()


def test_tasks_that_bring_nothing_make_it_barren_until_one_does() -> None:
    search = _search(with_a_colleague(), Tuning(large_neighbourhood=LargeNeighbourhoodTuning(stagnation=2)))
    neighbourhoods, root, nothing = search.neighbourhoods, search.relaxation.root, np.zeros(0, dtype=np.int64)
    stagnating = []
    for cost in (900.0, 900.0, 900.0, 900.0, 800.0):
        neighbourhoods.task(root, nothing, cost)
        stagnating.append(neighbourhoods.is_stagnating)
    assert stagnating == [False, False, False, True, False]


@pytest.mark.long
def test_good_routes_are_joined_once_at_a_time_and_only_when_there_is_memory() -> None:
    search = _search(with_a_colleague(), Tuning(large_neighbourhood=LargeNeighbourhoodTuning(turns=3)))
    neighbourhoods, root, nothing = search.neighbourhoods, search.relaxation.root, np.zeros(0, dtype=np.int64)
    for _turn in range(3):
        neighbourhoods.task(root, nothing, 900.0, may_join=False)
    assert not neighbourhoods.is_joining
    *_others, join = [neighbourhoods.task(root, nothing, 900.0) for _turn in range(3)]
    assert neighbourhoods.is_joining
    join(Deadline.after(60))
    assert not neighbourhoods.is_joining
