"""A better bound: groups of visitors in whole numbers, at the prices of the rows that tie them to others.

The linear relaxation takes of each visitor's part its linear optimum. Solved in whole numbers that can only be more,
and the more so the more visitors are solved together: what ties them to each other is then no longer at a price but
has to hold. So groups grow, those first that are tied most. This is Lagrangian relaxation of the coupling rows
(Guignard and Kim, Lagrangean Decomposition, Mathematical Programming 39, 1987), with blocks that are merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from threading import Lock

import numba
import numpy as np

from planner.base.arrays import Columns, Flags, Floats, Integers
from planner.base.deadline import Deadline
from planner.columns.ranking import least_of
from planner.columns.routes import Pool
from planner.master.pricing import above_least, least_by_evening, prices, reduced_costs
from planner.master.subprograms import SubProgram, owners, picked, sub_program
from planner.search.joint_context import JointContext, RootRelaxation, least_of_stops
from planner.search.restricted_mip import cuts_of, solve_restricted_mip

VisitorGroup = tuple[int, ...]


@dataclass(frozen=True)
class GroupBound:
    """A value below what a group adds to every better plan, and the auxiliary columns that it counts."""

    bound: float
    auxiliary: Integers


class DecompositionBound:
    """Groups into which the visitors fall, each with its bound; at first everybody is alone."""

    def __init__(self, context: JointContext, root: RootRelaxation) -> None:
        self.context = context
        self.duals = root.duals
        self._of_cuts = np.array(list(root.cuts.values()), dtype=np.float64)
        self._at = prices(context.program, root.table, np.append(root.duals, self._of_cuts))
        self._tie = context.conflicts.strength(context.program, root.duals)
        self._rise = np.zeros(len(context.problem.visitors))  # of the bound, by every visitor alone in whole numbers
        self._clusters: list[VisitorGroup] = [(visitor,) for visitor in context.visitors]
        self._tuning = context.tuning.decomposition_bound
        self._sizes = [*self._tuning.sizes]
        self._waiting: list[VisitorGroup] = []
        self._bounds: dict[VisitorGroup, GroupBound] = {}
        self._lock = Lock()

    def improve(self, root: RootRelaxation, group: VisitorGroup, deadline: Deadline) -> None:
        """Solve this group in whole numbers; it takes the place of the groups that it is made of if that says more.

        A larger group that was there sooner (in another thread) stays. Raises ValueError when the group has some
        members of another one and not the others.
        """
        solved = self._solved(root, group, deadline)
        with self._lock:
            parts = [other for other in self._bounds if not {*other}.isdisjoint(group)]
            if any({*group} < {*other} for other in parts):
                return
            if not {visitor for other in parts for visitor in other} <= {*group}:
                raise ValueError(f"the visitors {group} are in groups with others")
            after = {other: found for other, found in self._bounds.items() if other not in parts} | {group: solved}
            if not parts or self._value(after) > self._value(self._bounds):
                self._bounds = after

    def bound(self) -> float:
        """A value below every plan of the routes that are left, once every visitor has been in a group."""
        return self._value(self._bounds)

    def next_group(self) -> VisitorGroup | None:
        """A larger group that was not tried yet, if there is one left."""
        with self._lock:
            while not self._waiting and self._sizes:
                grown = _grown(self._clusters, self._tie, self._sizes.pop(0))
                self._waiting = [group for group in grown if group not in self._clusters]
                self._clusters = grown
            return self._waiting.pop(0) if self._waiting else None

    def _value(self, bounds: Mapping[VisitorGroup, GroupBound]) -> float:
        """What the groups cost, and what is left of the prices of the rows that are in none of them."""
        program = self.context.program
        group_of = np.zeros(len(self.context.problem.visitors), dtype=np.int64)
        for number, group in enumerate(bounds):
            group_of[list(group)] = number
        price = np.where(owners(program, group_of) < 0, self.duals, 0.0)
        limits = np.where(price > 0, program.lower, program.upper)
        rest = program.auxiliary.cost - program.auxiliary.entries.dot(price)
        inside = np.concatenate([np.zeros(0, dtype=np.int64), *(found.auxiliary for found in bounds.values())])
        outside = np.setdiff1d(np.arange(len(program.auxiliary)), inside)
        at_prices = (
            price[price != 0] @ limits[price != 0] + (np.minimum(0, rest) * program.auxiliary.upper)[outside].sum()
        )
        return sum(found.bound for found in bounds.values()) + float(at_prices)

    # one group

    def _solved(self, root: RootRelaxation, group: VisitorGroup, deadline: Deadline) -> GroupBound:
        """The group over its likeliest routes; what any other would cost at least is known without them."""
        sub, linear, most = self._listed(root, group)
        alone = linear + self._rise[list(group)].sum()
        solved = solve_restricted_mip(
            self.context, root, sub, group, deadline, limit=alone + most, gap=self._tuning.tolerance
        )
        exact = np.inf if solved.is_infeasible else solved.bound - self._tuning.rounding
        bound = max(alone, min(alone + most, exact))
        if len(group) == 1:
            self._rise[group[0]] = bound - linear
        return GroupBound(bound, sub.auxiliary)

    def _listed(self, root: RootRelaxation, group: VisitorGroup) -> tuple[SubProgram, float, float]:
        """The program of a group with its likeliest routes, its linear bound with all routes, and by how much every
        route that is not in the program lifts what its visitors cost alone."""
        context, evenings = self.context, self.context.evenings(group)
        routes = root.active.picked(root.active.pool.columns_of(evenings))
        reduced = reduced_costs(context.bits, root.table, self._at, routes.pool)
        least = least_by_evening(routes.pool.start, reduced)
        chosen, most = self._likeliest(routes.pool, group, above_least(routes.pool.start, reduced, least))
        sub = self._program(group, evenings, routes.original[chosen])
        return sub, self._linear(sub, least[evenings].sum(), cuts_of(root, group)), most

    def _likeliest(self, pool: Pool, group: VisitorGroup, own: Floats) -> tuple[Columns, float]:
        """The routes of a group to choose from, and by how much every other one lifts its bound at least.

        A route lifts the bound by its `own` reduced cost over the least, unless its visitor alone costs that much more
        anyhow; and by that of the cheapest route of the company that one of its stops needs in the group (one: two
        stops may have their company in one route).
        """
        context = self.context
        rise = self._rise[[evening.visitor for evening in pool.evenings]]
        more = np.maximum(0, own - rise[pool.evening])
        of_stops = least_of_stops(more, pool.evening, pool.order, pool.offset)
        of_stops[~np.isin(context.stop_table.evening, context.evenings(group))] = 0
        excess = more + _highest_price(pool.evening, pool.order, pool.offset, context.company.least(of_stops))
        count = min(self._tuning.columns_a_visitor * len(group), self._tuning.most_columns)
        if count >= len(excess):
            return np.arange(len(excess)), np.inf
        likely = least_of(excess + self._tuning.own_weight * own, count)
        excess[likely] = np.inf
        return likely, float(excess.min())

    def _program(self, group: VisitorGroup, evenings: list[int], columns: Columns) -> SubProgram:
        """The group with these routes, ties to others at their price; a visit that others may make is made once at
        most all the same."""
        program = self.context.program
        is_own = np.zeros(len(self.context.problem.visitors), dtype=np.int64)
        is_own[list(group)] = 1
        owner = owners(program, is_own)
        met = picked(program.stops, np.flatnonzero(np.isin(self.context.stop_table.evening, evenings))).index
        capped = np.unique(met[(met < len(program.visits)) & (owner[met] < 0)])
        keep = np.zeros(len(program.pool), dtype=np.bool_)
        keep[columns] = True
        rows = np.flatnonzero(owner == 1)
        return sub_program(program, evenings, rows, keep=keep, prices=self.duals, capped=capped)

    def _linear(self, sub: SubProgram, least: float, cuts: Integers) -> float:
        """The Lagrangian bound of a group whose evenings' best routes add up to `least` (see `bound.lagrangian`)."""
        own, program = self.duals[sub.rows], sub.program
        own[program.evening_row] = 0
        own[_capped(sub, len(self.context.program.visits))] = 0
        priced = own != 0
        limits = np.where(own > 0, program.lower, program.upper)
        rest = np.minimum(0, program.auxiliary.cost - program.auxiliary.entries.dot(own))
        auxiliary = rest[rest < 0] * program.auxiliary.upper[rest < 0]
        return float(own[priced] @ limits[priced] + auxiliary.sum() + self._of_cuts[cuts].sum() + least)


@numba.njit(cache=True, nogil=True)
def _highest_price(evening, order, offset, price):  # type: ignore[no-untyped-def]
    """Per route the highest price of one of its stops, 0 at least."""
    dearest = np.zeros(len(evening))
    for c in range(len(evening)):
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            dearest[c] = max(dearest[c], price[offset[evening[c]] + order[c, place]])
    return dearest


def _capped(sub: SubProgram, visits: int) -> Flags:
    """The rows of a sub-program that are priced and capped: those of visits that others may make too."""
    is_capped: Flags = sub.rows < visits
    is_capped[: len(sub.program.visits)] = False
    return is_capped


def _grown(groups: Sequence[VisitorGroup], tie: Floats, most: int) -> list[VisitorGroup]:
    """These groups put together, those first that are tied most, to groups of at most so many visitors."""
    groups = [*groups]
    while True:
        pairs = [
            (float(tie[np.ix_(one, other)].sum()), one, other)
            for one, other in combinations(groups, 2)
            if len(one) + len(other) <= most
        ]
        strength, one, other = max(pairs, default=(0.0, (), ()))
        if strength <= 0:
            return groups
        groups = [group for group in groups if group not in (one, other)] + [tuple(sorted((*one, *other)))]
