"""What all steps of the search for visitors who are tied together share: the problem, its program and look-ups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from planner.base.arrays import Columns, Flags, Floats, Integers
from planner.base.tuning import Tuning
from planner.columns.ranking import least_of
from planner.columns.routes import Pool, route_of
from planner.evaluate.verdict import judge
from planner.master.cuts import Bits, CutTable, Triple, cut_table, number_bits
from planner.master.pricing import above_least
from planner.master.program import Program, activity
from planner.master.relaxation import ActiveColumns
from planner.master.subprograms import owners, worth
from planner.model.problem import Problem
from planner.search.branch_and_bound import ChosenColumns
from planner.search.conflicts import Company, Conflicts
from planner.search.stops import StopTable


@dataclass(frozen=True)
class JointContext:
    """The problem, its program and what was looked up in them.

    stop_table, conflicts, company: the candidate stops, which exclude each other, and who must be there too.
    owner: (rows,) int64, see `subprograms.owners`.
    evenings_of: the evenings of each visitor (position in `problem.visitors`), rising.
    step: what two different costs differ by at least (0: by anything).
    """

    problem: Problem
    program: Program
    stop_table: StopTable
    conflicts: Conflicts
    company: Company
    bits: Bits
    owner: Integers
    evenings_of: Mapping[int, list[int]]
    step: float
    seed: int
    tuning: Tuning

    @classmethod
    def of(cls, problem: Problem, program: Program, step: float, seed: int, tuning: Tuning) -> JointContext:
        stop_table = StopTable.of(problem, program)
        evenings_of: dict[int, list[int]] = defaultdict(list)
        for number, evening in enumerate(program.pool.evenings):
            evenings_of[evening.visitor].append(number)
        conflicts = Conflicts(problem, program, stop_table)
        company, bits = conflicts.company(), number_bits(program)
        return cls(
            problem, program, stop_table, conflicts, company, bits, owners(program), evenings_of, step, seed, tuning
        )

    @property
    def visitors(self) -> list[int]:
        return sorted(self.evenings_of)

    def evenings(self, visitors: Iterable[int]) -> list[int]:
        """The numbers of all evenings of these visitors, rising."""
        return sorted(e for visitor in visitors for e in self.evenings_of[visitor])

    def coupled_stops(self, routes: Columns) -> list[int]:
        """The coupled stops (candidates) of these routes."""
        pool = self.program.pool
        order, offset = pool.order[routes], pool.offset[pool.evening[routes]]
        stops = (order + offset[:, None])[order >= 0]
        return [int(k) for k in stops[self.stop_table.is_coupled[stops]]]

    def visitors_of(self, visit: int) -> list[int]:
        """Who may make this visit."""
        names = set(self.problem.visits[visit].visitors)
        return [v for v in self.visitors if self.problem.visitors[v].id in names]

    def left_out(self, routes: Columns) -> list[int]:
        """The visits that these routes do not make."""
        met = activity(self.program, routes)[: len(self.program.visits)]
        return [self.program.visits[row] for row in np.flatnonzero(met < 1)]

    def judged(self, columns: Columns) -> ChosenColumns | None:
        """The plan of these routes with the cost of this component, or nothing when it breaks a rule."""
        routes = [route_of(self.problem, self.program.pool, int(column)) for column in columns]
        verdict = judge(self.problem, routes)
        own = {self.problem.visits[visit].id for visit in self.program.visits}
        if any(broken.code != "fixed_moved" or broken.visit in own for broken in verdict.broken):
            return None
        others = len(self.problem.visits) - len(self.program.visits)
        cost = verdict.cost - self.problem.weights.unplaced * others
        return ChosenColumns(cost, tuple(int(column) for column in columns), ())


@dataclass(frozen=True)
class LikelyColumns:
    """The likeliest routes, for steps that choose some of them many times.

    excess: (columns of `active.pool`,) float64, by how much the route and the cheapest routes of the company that its
        stops need lift the bound.
    """

    active: ActiveColumns
    excess: Floats

    def likeliest(self, count: int, of: Flags | None = None) -> Columns:
        """The `count` routes of `active` (of those that `of` marks) with the least excess: columns of the pool."""
        if of is None:
            return self.active.original[least_of(self.excess, count)]
        mine = np.flatnonzero(of)
        return self.active.original[mine[least_of(self.excess[mine], count)]]


@dataclass(frozen=True)
class RootRelaxation:
    """What the linear relaxation of all visitors has told so far; it does not change, so other threads may use it.

    active: the routes that are left. reduced: (columns of `active.pool`,) float64, their reduced costs without the
    prices of evenings. least: (evenings,) float64, the least of these of each evening, 0 at most.
    duals: (rows,) float64, prices of the program's rows. cuts: those with a price, and that price.
    likely_limit: how many routes `likely` holds at most.
    """

    active: ActiveColumns
    reduced: Floats
    least: Floats
    duals: Floats
    cuts: Mapping[Triple, float]
    bits: Bits
    company: Company
    likely_limit: int

    @cached_property
    def table(self) -> CutTable:
        """The cuts in the bits of each visitor."""
        return cut_table(self.bits, self.cuts)

    @cached_property
    def likely(self) -> LikelyColumns:
        """The routes of `active` that are most likely to be in a good plan."""
        pool = self.active.pool
        own = above_least(pool.start, self.reduced, self.least)
        of_stops = least_of_stops(own, pool.evening, pool.order, pool.offset)
        excess = own + worth(pool, self.company.least(of_stops))
        if len(excess) <= self.likely_limit:
            return LikelyColumns(self.active, excess)
        likely = least_of(excess, self.likely_limit)
        return LikelyColumns(self.active.picked(likely), excess[likely])


@numba.njit(cache=True, nogil=True)
def least_of_stops(value, evening, order, offset):  # type: ignore[no-untyped-def]
    """Per stop the least value of a route with it, infinite where there is none."""
    least = np.full(offset[-1], np.inf)
    for c in range(len(evening)):
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            k = offset[evening[c]] + order[c, place]
            least[k] = min(least[k], value[c])
    return least


def routes_of_stops(pool: Pool, allowed: Flags, fixed: Sequence[int] = ()) -> Flags:
    """Per route whether all its stops are allowed, and all that is fixed on its evening is in it."""
    is_fixed = np.zeros(len(allowed), dtype=np.bool_)
    is_fixed[list(fixed)] = True
    evening = np.searchsorted(pool.offset, np.flatnonzero(is_fixed), side="right") - 1
    counts = np.bincount(evening, minlength=len(pool.evenings))
    keep: Flags = _matching(pool.evening, pool.order, pool.offset, allowed, is_fixed, counts)
    return keep


@numba.njit(cache=True, nogil=True)
def _matching(evening, order, offset, allowed, is_fixed, counts):  # type: ignore[no-untyped-def]
    keep = np.ones(len(evening), dtype=np.bool_)
    for c in range(len(evening)):
        met = 0
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            k = offset[evening[c]] + order[c, place]
            keep[c] &= allowed[k]
            met += is_fixed[k]
        keep[c] &= met == counts[evening[c]]
    return keep
