"""The second exchange format: slack, groups of siblings, visits apart and prices of windows."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import BadProblem, Plan, judge, problem_from_json, problem_to_json
from planner.model.exchange import plan_to_json
from tests.planner import rules
from tests.planner.problems import plain_problem, random_days, random_problem
from tests.planner.together import random_coupled_problem, random_second_format

QUICK: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


def second_format(**changes: Any) -> dict[str, Any]:
    """The plain problem in the second format, with a third family beside the second one."""
    problem = plain_problem(format="thuisbezoek-problem/2")
    problem["visits"].append(problem["visits"][1] | {"id": "visit-3"})
    return problem | changes


_CASES: list[tuple[str, Callable[[dict[str, Any]], Any], str]] = [
    ("negative slack", lambda p: p["rules"].update(slack_minutes=-5), "rules.slack_minutes"),
    ("half a minute of slack", lambda p: p["rules"].update(slack_minutes=2.5), "rules.slack_minutes"),
    ("more slack than a day", lambda p: p["rules"].update(slack_minutes=1441), "rules.slack_minutes"),
    ("a negative price", lambda p: p["visits"][0]["windows"][1].update(cost=-1), "visits[0].windows[1].cost"),
    ("a price of nothing", lambda p: p["visits"][0]["windows"][1].update(cost=None), "visits[0].windows[1].cost"),
    (
        "a price that is no number",
        lambda p: p["visits"][0]["windows"][1].update(cost=float("nan")),
        "visits[0].windows[1].cost",
    ),
    (
        "a price too large for exact sums",
        lambda p: p["visits"][0]["windows"][0].update(cost=2e6),
        "visits[0].windows[0].cost",
    ),
    ("one sibling", lambda p: p.update(siblings=[["visit-1"]]), "siblings[0]"),
    ("nobody's siblings", lambda p: p.update(siblings=[[]]), "siblings[0]"),
    ("a sibling twice", lambda p: p.update(siblings=[["visit-1", "visit-2", "visit-1"]]), "siblings[0]"),
    ("an unknown sibling", lambda p: p.update(siblings=[["visit-1", "visit-2", "ghost"]]), "siblings[0][2]"),
    (
        "siblings twice",
        lambda p: p.update(siblings=[["visit-1", "visit-2", "visit-3"], ["visit-3", "visit-2", "visit-1"]]),
        "siblings[1]",
    ),
    ("apart from nobody", lambda p: p.update(apart=[["visit-1"]]), "apart[0]"),
    ("apart from oneself", lambda p: p.update(apart=[["visit-1", "visit-1"]]), "apart[0]"),
    ("apart from a ghost", lambda p: p.update(apart=[["visit-1", "visit-2"], ["visit-1", "ghost"]]), "apart[1][1]"),
    ("apart that is no list", lambda p: p.update(apart={"visit-1": "visit-2"}), "apart"),
    (
        "fixed at once and apart",
        lambda p: p.update(
            apart=[["visit-3", "visit-2"]],
            fixed={
                "visit-2": {"visitor": "mentor", "date": "2026-09-07", "start": "17:00"},
                "visit-3": {"visitor": "mentor", "date": "2026-09-07", "start": "17:30"},
            },
        ),
        "fixed.visit-3.start",
    ),
    (
        "fixed without the slack between",
        lambda p: p.update(
            rules=p["rules"] | {"slack_minutes": 10},
            fixed={
                "visit-1": {"visitor": "mentor", "date": "2026-09-07", "start": "16:15"},
                "visit-2": {"visitor": "mentor", "date": "2026-09-07", "start": "17:10"},
            },
        ),
        "fixed.visit-2.start",
    ),
]


@pytest.mark.parametrize(("spoil", "path"), [case[1:] for case in _CASES], ids=[case[0] for case in _CASES])
def test_nonsense_is_refused_at_its_field(spoil: Callable[[dict[str, Any]], Any], path: str) -> None:
    problem = second_format()
    problem_from_json(problem)
    spoil(problem)
    with pytest.raises(BadProblem) as refused:
        problem_from_json(problem)
    assert refused.value.path == path


def test_nine_siblings_are_more_than_a_group_may_hold() -> None:
    problem = plain_problem(format="thuisbezoek-problem/2")
    problem["visits"] = [problem["visits"][0] | {"id": f"visit-{number}"} for number in range(9)]
    problem["siblings"] = [[visit["id"] for visit in problem["visits"]]]
    with pytest.raises(BadProblem, match=r"siblings\[0\]: must be 8 visits at most"):
        problem_from_json(problem)


@pytest.mark.parametrize(
    ("meant", "path"),
    [
        (lambda p: p["rules"].update(slack_minutes=5), "rules.slack_minutes"),
        (lambda p: p["visits"][0]["windows"][0].update(cost=10), "visits[0].windows[0].cost"),
        (lambda p: p.update(apart=[["visit-1", "visit-2"]]), "apart"),
        (lambda p: p.update(siblings=[["visit-1", "visit-2", "visit-3"]]), "siblings[0]"),
    ],
)
def test_the_first_format_does_not_quietly_ignore_what_only_the_second_can_say(
    meant: Callable[[dict[str, Any]], Any], path: str
) -> None:
    problem = second_format(format="thuisbezoek-problem/1")
    meant(problem)
    with pytest.raises(BadProblem, match="thuisbezoek-problem/2") as refused:
        problem_from_json(problem)
    assert refused.value.path == path
    assert problem_from_json(problem | {"format": "thuisbezoek-problem/2"}).visits


def test_what_says_nothing_is_no_matter_in_the_first_format() -> None:
    problem = second_format(format="thuisbezoek-problem/1", apart=[])
    problem["rules"]["slack_minutes"] = 0
    problem["visits"][0]["windows"][0]["cost"] = 0
    assert problem_to_json(problem_from_json(problem)) == problem_to_json(problem_from_json(second_format()))


@settings(max_examples=40, database=None, **QUICK)
@given(seed=st.integers(0, 10**6))
def test_a_problem_that_was_written_is_read_as_it_was(seed: int) -> None:
    for data in (random_problem(seed), random_coupled_problem(seed), random_second_format(seed, visits=5, days=2)):
        problem = problem_from_json(data)
        written = json.loads(json.dumps(problem_to_json(problem)))
        again = problem_from_json(written)
        assert written == problem_to_json(again)
        assert (again.visits, again.visitors, again.rules, again.siblings) == (
            problem.visits,
            problem.visitors,
            problem.rules,
            problem.siblings,
        )
        assert (again.fixed, again.current, again.apart) == (problem.fixed, problem.current, problem.apart)


@settings(max_examples=200, database=None, **QUICK)
@given(seed=st.integers(0, 10**6))
def test_the_judge_says_what_the_rules_say_of_odd_routes_too(seed: int) -> None:
    chance = random.Random(seed)
    make = random_coupled_problem if chance.random() < 0.4 else random_second_format
    data = make(seed, visitors=chance.randint(1, 3), visits=chance.randint(2, 6), days=2)
    problem = problem_from_json(data)
    routes = random_days(chance, problem).routes.values()
    verdict = judge(problem, routes)
    plan = plan_to_json(Plan(tuple(routes), (), verdict.cost, 0.0, 0.0))
    judged = rules.judged(data, plan)
    assert bool(verdict.broken) == bool(judged.complaints), (verdict.broken, judged.complaints)
    if not verdict.broken:
        assert verdict.cost == judged.cost
