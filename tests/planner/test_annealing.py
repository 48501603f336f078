"""Moves of whole units keep the plan, its tables and its cost in order, and estimate from below."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import Problem, judge, problem_from_json
from planner.base.deadline import Deadline
from planner.search.annealing import anneal
from planner.search.evening_tables import profile, recompute
from planner.search.local_search import LocalSearch
from planner.search.ruin_recreate import total_cost
from planner.search.search_state import copy_plan
from planner.search.unit_ways import cost_without, gain_at, least_more
from tests.planner.problems import random_problem
from tests.planner.together import random_coupled_problem, random_second_format

pytestmark = pytest.mark.xdist_group("local search")  # one process compiles the loops for all of these

MANY = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
SEEDS = st.integers(0, 10_000)


class Plan(LocalSearch):
    """A local search whose plan may be looked into and changed."""

    def anneal(self, moves: int, heat: float) -> None:
        """So many moves."""
        anneal(self.data, self._now, self._saved, self._best, self._scratch, self._room, 1, moves, heat, self._costs)

    def show_now(self) -> float:
        """Publish the plan as it is now, not the best one; its cost as the moves have counted it."""
        copy_plan(self._now, self._best)
        self._publish()
        return float(self._costs[0])

    @property
    def counted_anew(self) -> float:
        """The cost of the plan with the tables of all evenings built anew."""
        line = np.zeros(self.data.prices.shape[1])
        for evening in range(len(self._now.size)):
            recompute(self.data, self._now, evening, line)
        return float(total_cost(self.data, self._now))

    def gains(self) -> list[tuple[float, float]]:
        """Of every stop what its evening costs less without it, told twice."""
        line, plan = np.zeros(self.data.prices.shape[1]), self._now
        return [
            (
                float(gain_at(self.data, plan, int(plan.stops[s, i]), line)),
                float(plan.cost[s] - cost_without(self.data, plan, s, i, line)),
            )
            for s in range(len(plan.size))
            for i in range(plan.size[s])
        ]

    def costs_of_one_more(self, minutes: int) -> list[tuple[float, float]]:
        """Of every evening and place what a stop there more costs: the estimate from below, and exactly."""
        slots = self.data.prices.shape[1]
        exact, lines = np.zeros(slots), np.zeros((3, slots))
        found = []
        for evening in range(len(self._now.size)):
            for place in range(self.data.leg.shape[1]):
                profile(self.data, self._now, evening, place, minutes, -1, exact, lines)
                least = least_more(self.data, self._now, self._room, evening, -1, place, -1)
                found.append((float(least), float(exact.min())))
        return found


def busy_problem(seed: int) -> Problem:
    """Visits of several kinds that need each other, on more evenings than a random small problem has."""
    make = random_coupled_problem if seed % 2 else random_second_format
    return problem_from_json(make(seed, visitors=3, visits=7, days=3))


@MANY
@given(SEEDS, st.sampled_from([5.0, 60.0, 5000.0]))
def test_moves_keep_the_rules_and_count_what_they_cost(seed: int, heat: float) -> None:
    problem = busy_problem(seed)
    plan = Plan(problem, range(len(problem.visits)), seed=seed)
    plan.anneal(2000, heat)
    counted = plan.show_now()
    verdict = judge(problem, plan.routes())
    assert [broken for broken in verdict.broken if broken.code != "fixed_moved"] == []
    assert counted == pytest.approx(plan.counted_anew)
    assert verdict.cost <= counted + 1e-6


@MANY
@given(SEEDS)
def test_estimates_of_moves_are_from_below(seed: int) -> None:
    problem = problem_from_json(random_problem(seed, visitors=2, visits=8, days=2))
    plan = Plan(problem, range(len(problem.visits)), seed=seed)
    for gain, other in plan.gains():
        assert gain == pytest.approx(other)
    for least, exact in plan.costs_of_one_more(minutes=40):
        assert least <= exact + 1e-6


@MANY
@given(SEEDS)
def test_a_search_is_never_dearer_than_its_first_plan(seed: int) -> None:
    problem = busy_problem(seed)
    search = LocalSearch(problem, range(len(problem.visits)), seed=seed)
    first = search.cost
    search.run(Deadline.after(0.1))
    assert search.cost <= first
    assert judge(problem, search.routes()).cost <= search.cost + 1e-6
