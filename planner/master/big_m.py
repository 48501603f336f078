"""A huge weight of a visit left out, replaced by a smaller big-M without changing which plan is best.

Sums in which 1e9 stands beside a minute of travel lose that minute to rounding. In one component of a school no
plan costs more than some M beside its visits left out. With any weight above M the best plan leaves out as few
as can be, and is then the cheapest of these: it is the same plan for every such weight. So the component is planned
with a weight of M, and its cost and bound are made those of the real weight afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from planner.base.tuning import DEFAULT, BigMTuning
from planner.columns.routes import Pool
from planner.model.problem import Problem


@dataclass(frozen=True)
class BigMProblem:
    """`problem` to plan with; `cost` and `bound` say what its costs and bounds are with the weight `real`."""

    problem: Problem
    real: float

    @classmethod
    def of(cls, problem: Problem, pool: Pool, step: float, tuning: BigMTuning = DEFAULT.big_m) -> BigMProblem:
        """For the component of a school that these routes are of; all costs are multiples of `step` (0: anything)."""
        dearest = np.zeros(len(pool.evenings))
        np.maximum.at(dearest, pool.evening, pool.cost)
        splits = problem.weights.siblings_split * sum(len(group) - 1 for group in problem.siblings)
        return cls.at_most(problem, float(dearest.sum()) + splits, step, tuning)

    @classmethod
    def at_most(cls, problem: Problem, most: float, step: float, tuning: BigMTuning = DEFAULT.big_m) -> BigMProblem:
        """For a component of which no plan costs more than `most` beside its visits left out."""
        weights = problem.weights
        if weights.unplaced <= tuning.heavy:
            return cls(problem, weights.unplaced)
        light = math.ceil((most + 2) / step) * step if step else float(math.ceil(most + 2))
        return cls(replace(problem, weights=replace(weights, unplaced=min(light, weights.unplaced))), weights.unplaced)

    @property
    def light(self) -> float:
        return self.problem.weights.unplaced

    def cost(self, cost: float) -> float:
        """The real cost of a plan: what is left of a multiple of the weight is less than it."""
        if self.light == self.real:
            return cost
        return cost + (self.real - self.light) * math.floor((cost + 0.5) / self.light)

    def bound(self, bound: float) -> float:
        """The real bound: a plan that costs so much leaves out so many at least."""
        if self.light == self.real:
            return bound
        left_out = max(0, math.ceil((bound + 1) / self.light) - 1)
        return bound + (self.real - self.light) * left_out
