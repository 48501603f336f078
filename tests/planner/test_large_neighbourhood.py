"""What makes a plan of tied visitors better: the company that a stop needs, and routes put together anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner import solve
from planner.base.deadline import Deadline
from planner.base.tuning import LargeNeighbourhood, Tuning, Volume
from planner.columns.routes import list_routes, route_of
from planner.columns.stop_options import Offering
from planner.evaluate.verdict import judge
from planner.master.program import build_program
from planner.model.exchange import problem_from_json
from planner.search.conflicts import Company
from planner.search.groups import regrouped
from planner.search.joint import JointSearch
from planner.search.solver import cost_step, placeable
from tests.planner import together
from tests.planner.test_repair import with_a_colleague


def _new_search(data: dict[str, Any], tuning: Tuning) -> JointSearch:
    """A joint search that has not begun."""
    problem = problem_from_json(data)
    pool = list_routes(problem, Offering(problem).evenings(range(len(problem.visitors))))
    program = build_program(problem, placeable(range(len(problem.visits)), pool), pool)
    return JointSearch(problem, program, step=cost_step(problem), tuning=tuning)


def _search(data: dict[str, Any], tuning: Tuning | None = None) -> JointSearch:
    """A joint search that has learned its first prices."""
    search = _new_search(data, tuning or Tuning())
    search.relaxation.learn(lambda work, visitors: [work(visitor) for visitor in visitors])
    return search


def test_the_company_of_a_stop_is_whoever_else_may_be_there_at_that_moment() -> None:
    whole = _search(with_a_colleague()).whole
    company, catalogue = whole.company, whole.catalogue
    assert len(company.stops) == np.sum(catalogue.moment >= 0) > 0
    for stop, first, last in zip(company.stops, company.first[:-1], company.first[1:], strict=True):
        others = company.others[first : last - 1]
        assert company.others[last - 1] == company.nobody
        assert len(others) == 1
        other = int(others[0])
        assert catalogue.visits[other] == catalogue.visits[stop]
        assert catalogue.moment[other] == catalogue.moment[stop]
        assert catalogue.is_second[other] != catalogue.is_second[stop]
        assert whole.ties.visitor(other) != whole.ties.visitor(int(stop))


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
    assert root.near.excess == pytest.approx([own[column] + company[made].sum() for column, made in enumerate(stops)])
    likeliest = root.near.likeliest(10)
    assert root.near.excess[likeliest].max() <= np.delete(root.near.excess, likeliest).min()


def test_whoever_lists_routes_looks_at_the_nearest_only() -> None:
    root = _search(with_a_colleague()).relaxation.root
    near, everything = replace(root, near_columns=12).near, root.near
    assert len(everything.excess) > len(near.excess) == len(near.part.pool) == 12
    assert near.part.original.tolist() == everything.likeliest(12).tolist()
    assert near.excess.tolist() == everything.excess[near.part.original].tolist()
    few = np.arange(12) % 2 == 0
    assert set(near.likeliest(3, few)) <= set(near.part.original[few])


@pytest.mark.parametrize(("stretches", "has_begun"), [(1, False), (2, True)])
def test_other_threads_dive_after_the_second_stretch_at_the_earliest(stretches: int, has_begun: bool) -> None:
    no_rise_is_enough = Volume(stretches=stretches, least_climb=np.inf, cut_rounds=0)
    search = _search(with_a_colleague(), Tuning(volume=no_rise_is_enough))
    search.tell, search.target, search.deadline = lambda _message: None, 0.0, Deadline.after(60)
    search.relaxation.deadline = search.deadline
    search._ascend()
    assert (search.relaxation.deadline is not search.deadline) == has_begun


@pytest.mark.parametrize("seed", range(6))
def test_all_visitors_freed_with_all_routes_give_the_best_plan(seed: int) -> None:
    data = together.random_coupled_problem(seed, visitors=3, visits=6, days=2)
    best = solve(problem_from_json(data))
    search = _search(data)
    nothing, everything = np.zeros(0, dtype=np.int64), len(search.program.pool)
    whole = search.whole
    found = regrouped(whole, search.relaxation.root, nothing, whole.visitors, Deadline.after(60), count=everything)
    assert found.is_proven
    hopeless = len(whole.problem.visits) - len(search.program.visits)
    routes = nothing if found.routes is None else found.routes
    plan = whole.judged(routes)
    assert plan is not None
    assert plan.cost + hopeless * whole.problem.weights.unplaced == best.cost


def test_good_routes_are_put_together_when_few_are_likely() -> None:
    search = _search(together.random_coupled_problem(3, visitors=3, visits=6, days=2))
    whole, root, nothing = search.whole, search.relaxation.root, np.zeros(0, dtype=np.int64)
    best = regrouped(whole, root, nothing, whole.visitors, Deadline.after(60), count=len(search.program.pool)).routes
    assert best is not None
    good = np.zeros(len(search.program.pool), dtype=np.bool_)
    good[best] = True
    few = len(best)
    likely = regrouped(whole, root, nothing, whole.visitors, Deadline.after(60), count=few)
    both = regrouped(whole, root, nothing, whole.visitors, Deadline.after(60), count=few, also=good)
    costs = [whole.judged(nothing if routes is None else routes) for routes in (likely.routes, both.routes, best)]
    assert all(cost is not None for cost in costs)
    assert costs[1].cost == costs[2].cost < costs[0].cost  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(30))
def test_siblings_are_split_where_the_judge_says_so(seed: int) -> None:
    data = together.random_coupled_problem(seed, visitors=3, visits=6, days=2)
    data["cost"]["siblings_split"] = 0
    search = _new_search(data, Tuning())
    search.run(Deadline.after(60), 0, lambda _message: None)
    assert search.best is not None
    whole, routes = search.whole, np.array(search.best.routes, dtype=np.int64)
    verdict = judge(whole.problem, [route_of(whole.problem, search.program.pool, int(column)) for column in routes])
    split = whole.ties.split_siblings(whole.coupled_stops(routes))
    assert len(split) == verdict.parts.siblings_split


def _split(search: JointSearch) -> list[np.ndarray]:
    """Plans of two routes, each on an evening of its own, in which siblings are split."""
    evening, whole = search.program.pool.evening, search.whole
    routes = [np.flatnonzero(evening == number) for number in range(2)]
    plans = [np.array([one, other]) for one in routes[0] for other in routes[1]]
    return [plan for plan in plans if whole.ties.split_siblings(whole.coupled_stops(plan))]


def test_siblings_whom_a_plan_splits_are_brought_together() -> None:
    data = together.siblings_problem()
    data["visitors"].append(data["visitors"][0] | {"id": "bystander"})
    data["visits"].append(data["visits"][0] | {"id": "visit-3", "visitors": ["bystander"]})
    search = _search(data, Tuning(large_neighbourhood=LargeNeighbourhood(completion_visitors=2)))
    assert len(search.whole.visitors) == 3
    split = _split(search)
    assert split
    for routes in split:
        better = search.renewal.completed(search.relaxation.root, routes, Deadline.after(60))
        assert not search.whole.ties.split_siblings(search.whole.coupled_stops(better))


def test_a_plan_is_not_completed_by_planning_everybody_anew() -> None:
    search = _search(together.siblings_problem())
    for routes in _split(search):
        same = search.renewal.completed(search.relaxation.root, routes, Deadline.after(60))
        assert same.tolist() == routes.tolist()


def test_tasks_that_bring_nothing_make_it_barren_until_one_does() -> None:
    search = _search(with_a_colleague(), Tuning(large_neighbourhood=LargeNeighbourhood(stagnation=2)))
    renewal, root, nothing = search.renewal, search.relaxation.root, np.zeros(0, dtype=np.int64)
    barren = []
    for cost in (900.0, 900.0, 900.0, 900.0, 800.0):
        renewal.task(root, nothing, cost)
        barren.append(renewal.is_barren)
    assert barren == [False, False, False, True, False]


def test_good_routes_are_joined_once_at_a_time_and_only_when_there_is_memory() -> None:
    search = _search(with_a_colleague(), Tuning(large_neighbourhood=LargeNeighbourhood(turns=3)))
    renewal, root, nothing = search.renewal, search.relaxation.root, np.zeros(0, dtype=np.int64)
    for _turn in range(3):
        renewal.task(root, nothing, 900.0, may_join=False)
    assert not renewal.is_joining
    *_others, join = [renewal.task(root, nothing, 900.0) for _turn in range(3)]
    assert renewal.is_joining
    join(Deadline.after(60))
    assert not renewal.is_joining
