"""Colleagues who come along, planned by the whole evenings of companions: plans that hold, and bounds below all."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import Tuning, judge, solve
from planner.aggregation.company import CompanySearch, list_company
from planner.aggregation.company_types import company_types
from planner.base.aggregation_tuning import AggregationTuning
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, ListingTuning
from planner.columns.routes import TooManyRoutes
from planner.model.exchange import plan_to_json, problem_from_json
from planner.search.companion_search import needs_only_company
from tests.planner import together

pytestmark = pytest.mark.xdist_group("local search")  # one process compiles the loops for all of these

FEW_LISTED = Tuning(listing=ListingTuning(most_routes=3))  # no component of these tests has so few routes
ONE_BY_ONE = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
SOME = settings(ONE_BY_ONE, max_examples=40)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """The loops are compiled before any test gives them a deadline."""
    solve(problem_from_json(together.random_company(0)), seconds=0.5, tuning=FEW_LISTED)


def company_search(data: dict[str, object], *, step: float = 1.0) -> CompanySearch:
    """The search over all visits of a problem together."""
    problem = problem_from_json(data)
    visits = list(range(len(problem.visits)))
    company = company_types(problem, range(len(problem.visitors)), visits)
    pool = list_company(company, jobs=1, deadline=Deadline.after(60), tuning=DEFAULT)
    left_out = dict.fromkeys(visits, problem.weights.unplaced)
    return CompanySearch(problem, company, pool, visits, left_out, step=step)


@SOME
@given(st.integers(0, 10_000))
def test_the_evenings_of_companions_make_a_plan_that_holds_and_costs_what_it_says(seed: int) -> None:
    search = company_search(together.random_company(seed))
    search.run(Deadline.after(20))
    verdict = judge(search.problem, search.routes())
    assert not verdict.broken
    assert verdict.cost == search.cost


@pytest.mark.long
@SOME
@given(st.integers(0, 10_000))
def test_the_bound_of_company_is_below_every_plan(seed: int) -> None:
    data = together.random_company(seed, visits=4, days=2)
    search = company_search(data)
    search.run(Deadline.after(20))
    best = together.least_cost(data)
    exact = solve(problem_from_json(data), seconds=20).bound if best is None else best
    assert search.bound <= exact + 1e-6
    assert search.cost >= exact - 1e-6


@ONE_BY_ONE
@given(st.integers(0, 10_000))
def test_a_school_with_companions_and_too_many_routes_gets_plan_and_bound(seed: int) -> None:
    data = together.random_company(seed)
    plan = solve(problem_from_json(data), seconds=0.5, jobs=2, tuning=FEW_LISTED)
    assert together.price_of(data, plan_to_json(plan)) == plan.cost
    exact = solve(problem_from_json(data), seconds=20)
    assert plan.bound <= exact.cost + 1e-6
    assert plan.cost >= exact.bound - 1e-6


def test_with_one_companion_at_all_visits_the_plan_is_the_best_there_is() -> None:
    data = together.with_a_colleague()
    search = company_search(data)
    search.run(Deadline.after(20))
    assert search.cost == solve(problem_from_json(data)).cost


def test_a_weight_that_dwarfs_all_others_costs_no_precision_beside_companions() -> None:
    data = together.with_a_colleague()
    plan = solve(problem_from_json(data), seconds=1, tuning=FEW_LISTED)
    data["cost"]["unplaced"] = 10**12
    heavy = solve(problem_from_json(data), seconds=1, tuning=FEW_LISTED)
    assert heavy.cost == plan.cost
    assert heavy.bound <= heavy.cost


def test_where_the_relaxation_has_too_many_routes_local_search_plans_alone() -> None:
    tuning = Tuning(listing=ListingTuning(most_routes=3), aggregation=AggregationTuning(company_routes=1))
    data = together.with_a_colleague()
    company = company_types(problem_from_json(data), [0, 1], range(5))
    with pytest.raises(TooManyRoutes):
        list_company(company, jobs=1, deadline=Deadline.after(60), tuning=tuning)
    plan = solve(problem_from_json(data), seconds=0.5, tuning=tuning)
    assert together.price_of(data, plan_to_json(plan)) == plan.cost
    assert plan.bound <= plan.cost


@pytest.mark.parametrize("tie", ["siblings", "interpreter", "nothing"])
def test_other_ties_than_company_are_left_to_local_search(tie: str) -> None:
    data = together.with_a_colleague()
    if tie == "siblings":
        data["siblings"] = [["visit-0", "visit-3"]]
    if tie == "interpreter":
        data["visits"][0]["interpreter"] = "ar"
    if tie == "nothing":
        data["visits"] = [visit | {"second": []} for visit in data["visits"]]
    assert not needs_only_company(problem_from_json(data), range(5))
    assert needs_only_company(problem_from_json(together.with_a_colleague()), range(5))


@pytest.mark.parametrize("stops", ["visit-0", "visit-1"])
def test_a_fixed_visit_with_a_companion_stands(stops: str) -> None:
    data = together.with_a_colleague()
    date = data["days"][1]["date"]
    data["fixed"] = {stops: {"visitor": "mentor", "date": date, "start": "18:00"}}
    plan = solve(problem_from_json(data), seconds=1, tuning=FEW_LISTED)
    assert together.price_of(data, plan_to_json(plan)) == plan.cost
    moments = {s.visits[0]: (r.on.isoformat(), s.start) for r in plan.routes for s in r.stops}
    assert moments[stops] == (date, 18 * 60)
