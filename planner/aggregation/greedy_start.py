"""A plan by types at once: route after route the one that saves most, on the cheapest dates that are left."""

from __future__ import annotations

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.exact import TypedPlan, cost_of
from planner.aggregation.program import TypedProgram
from planner.aggregation.relaxation import reduced_costs


def first_plan(program: TypedProgram) -> TypedPlan:
    """What there is before anything is solved, and what is left when there was no time for more.

    A route saves what its visits cost when they are left out, less its own cost; it is taken where it saves more than
    its week costs.
    """
    saved = -reduced_costs(program, program.left_out, np.zeros(program.agreements), Triples.none(), np.zeros(0))
    slots = program.slots
    by_class: dict[int, list[int]] = {}
    for slot in np.lexsort((slots.cost, slots.of_class)):
        by_class.setdefault(int(slots.of_class[slot]), []).append(int(slot))
    left, room = program.capacity.copy(), slots.upper.copy()
    is_made = np.zeros(len(program.visits), dtype=np.bool_)
    routes: list[int] = []
    taken: list[int] = []
    for column in np.argsort(-saved, kind="stable"):
        if saved[column] <= 0 or is_made.all():
            break
        visits = program.visits_of(np.array([column]))[0]
        visits = visits[visits >= 0]
        if is_made[visits].any():
            continue
        for slot in by_class.get(int(program.class_of[column]), ()):
            used = slice(int(slots.used.first[slot]), int(slots.used.first[slot + 1]))
            index, weight = slots.used.index[used], slots.used.weight[used]
            if saved[column] > slots.cost[slot] and room[slot] >= 1 and (left[index] >= weight).all():
                left[index] -= weight
                room[slot] -= 1
                is_made[visits] = True
                routes.append(int(column))
                taken.append(slot)
                break
    chosen, on = np.array(routes, dtype=np.int64), np.array(taken, dtype=np.int64)
    return TypedPlan(cost_of(program, chosen, on), chosen, on)
