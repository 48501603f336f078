"""Groups of siblings, visits apart, slack and prices against brute force."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import BadProblem, Plan, Tuning, solve
from planner.base.tuning import JointTuning, ListingTuning
from planner.model.exchange import plan_to_json, problem_from_json
from tests.planner import rules, together

QUICK: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}
FEW = Tuning(listing=ListingTuning(most_routes=3))
NEVER_EXACT = Tuning(joint=JointTuning(exact_columns=-1))


def checked(problem: dict[str, Any], plan: Plan) -> Plan:
    """The plan, when it breaks no rule, costs what it says and is not below its bound."""
    judged = rules.judged(problem, plan_to_json(plan))
    assert judged.complaints == []
    assert judged.cost == plan.cost
    assert plan.bound <= plan.cost
    return plan


def planned(problem: dict[str, Any], **how: Any) -> Plan | None:
    """The plan of a problem; None when its moments contradict each other."""
    try:
        return checked(problem, solve(problem_from_json(problem), **({"seconds": 300} | how)))
    except BadProblem:
        return None


@settings(max_examples=120, database=None, **QUICK)
@given(seed=st.integers(0, 10**6), visitors=st.integers(2, 3), visits=st.integers(2, 5), days=st.integers(1, 2))
def test_a_plan_of_the_second_format_is_the_best_there_is(seed: int, visitors: int, visits: int, days: int) -> None:
    problem = together.random_second_format(seed, visitors=visitors, visits=visits, days=days)
    plan = planned(problem)
    least = together.least_cost(problem, most=40_000)
    if plan is not None and least is not None:
        assert plan.bound <= least <= plan.cost
        assert plan.is_proven
        assert plan.cost == least
    if plan is None and least is not None:
        assert least == float("inf")
