"""Costs of routes by types when a visit with siblings pays for a start off the grid on which siblings are together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from planner.aggregation.company_evenings import EveningPrices
from planner.aggregation.evening_types import EveningType
from planner.base.arrays import Floats, Integers
from planner.columns.routes import Pool
from planner.model.index import ProblemIndex
from planner.model.problem import Problem

NOBODY = -1  # no stop of these routes is made along with somebody


def with_off_grid_prices(
    problem: Problem, types: Sequence[EveningType], pool: Pool, price: Mapping[int, float]
) -> Pool:
    """The pool with every route at its least cost when visits (positions) pay `price` off the joint grid.

    Routes that are in time without such prices are so with them.
    """
    index = ProblemIndex(problem)
    modes = {mode: number for number, mode in enumerate(problem.travel_minutes)}
    rules = problem.rules
    shifts = [kind.shifts[0] for kind in types]
    low = min(shift.leave_from for shift in shifts) // rules.start_grid_minutes * rules.start_grid_minutes
    high = max(shift.visits_until for shift in shifts)
    starts = low + rules.start_grid_minutes * np.arange((high - low) // rules.start_grid_minutes + 1)
    stops, prices = _stops(problem, index, types, pool, starts, price)
    visitors = [problem.visitors[kind.visitor] for kind in types]
    companions = [
        (shift.leave_from, shift.back_by, index.place_number[visitor.depot], modes[visitor.mode])
        for shift, visitor in zip(shifts, visitors, strict=True)
    ]
    evenings = EveningPrices(
        stops=stops,
        companions=np.array(companions, dtype=np.int64),
        prices=np.array(prices).reshape(-1, len(starts)),
        legs=np.array(list(problem.travel_minutes.values()), dtype=np.int64),
        day=np.array([low, rules.start_grid_minutes, rules.slack_minutes], dtype=np.int64),
        travel=float(problem.weights.travel_minute),
        waiting=float(problem.weights.waiting_minute),
    )
    cost, _orders = evenings.of(pool, np.arange(len(pool)))
    return replace(pool, cost=cost)


def _stops(
    problem: Problem,
    index: ProblemIndex,
    types: Sequence[EveningType],
    pool: Pool,
    starts: Integers,
    price: Mapping[int, float],
) -> tuple[Integers, list[Floats]]:
    """The table of candidate stops of `EveningPrices`, and the prices of each visit on each type by start."""
    rows: dict[tuple[int, int], int] = {}
    prices: list[Floats] = []
    stops = np.full((int(pool.offset[-1]), 8), NOBODY, dtype=np.int64)
    off_grid = starts % problem.rules.joint_grid_minutes != 0
    for number, (kind, some) in enumerate(zip(types, pool.candidates, strict=True)):
        for place in range(len(some)):
            option = kind.options.options[int(some.option[place])]
            visit = option.visits[0]
            if (number, visit) not in rows:
                rows[number, visit] = len(prices)
                table = np.full(len(starts), np.inf)
                for span in option.spans:
                    inside = (starts >= span.first) & (starts <= span.last)
                    table[inside] = np.minimum(table[inside], span.cost)
                prices.append(table + np.where(off_grid, price.get(visit, 0.0), 0.0))
            home = index.place_number[problem.visits[visit].place]
            stops[int(pool.offset[number]) + place, :3] = rows[number, visit], home, int(some.minutes[place])
    return stops, prices
