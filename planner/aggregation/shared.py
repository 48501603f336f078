"""The search for visitors who may take visits over from each other, planned by types of evenings.

1. The linear relaxation of all, with rank-1 cuts: a bound, and prices of visits.
2. Each shared visit to the visitor with the largest share of it in that solution, and every visitor exactly.
3. Groups of visitors who share visits exactly, over the routes of small excess, for as long as there is time.
4. The bound once more with every visitor in whole numbers, at the prices of the shared visits (Lagrangian
   decomposition: Guignard and Kim, Mathematical Programming 39, 1987).
"""

from __future__ import annotations

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.exact import TypedPlan, cost_of
from planner.aggregation.greedy_start import first_plan
from planner.aggregation.groups import GroupSearch
from planner.aggregation.parts import Part
from planner.aggregation.program import TypedProgram
from planner.aggregation.search import TypedSearch
from planner.base.arrays import Flags, Rows
from planner.base.deadline import Deadline, OutOfTime
from planner.base.threads import in_threads
from planner.base.tuning import DEFAULT, Tuning


class SharedSearch:
    """The interface is that of `TypedSearch`, which it uses for the relaxation, and for the end when few routes are
    left. jobs: threads."""

    def __init__(
        self, program: TypedProgram, *, step: float, seed: int = 0, jobs: int = 1, tuning: Tuning = DEFAULT
    ) -> None:
        self.program = program
        self.step, self.seed, self.jobs = step, seed, jobs
        self.tuning = tuning
        self._whole = TypedSearch(program, step=step, seed=seed, tuning=tuning)
        self._groups = GroupSearch(self._whole, jobs=jobs)
        self._takers = [np.flatnonzero(makers) for makers in self._groups.makers]
        self._is_shared = np.array([len(each) > 1 for each in self._takers], dtype=np.bool_)
        self._visitor_of_type = np.array([kind.visitor for kind in program.types], dtype=np.int64)
        self._exact: dict[int, float] = {}

    @property
    def best(self) -> TypedPlan | None:
        """The cheapest plan so far."""
        return self._whole.best

    @property
    def cost(self) -> float:
        """Of the best plan, infinite when there is none."""
        return self._whole.cost

    @property
    def bound(self) -> float:
        """A value below every plan."""
        return self._whole.bound

    def start(self, deadline: Deadline) -> None:
        """A first plan at once, the linear relaxation, and a better plan."""
        if self.best is None:
            self._whole.take(first_plan(self.program))
        if self._whole.is_relaxed:
            return
        try:
            self._whole.relax(deadline)
            self._assign(deadline)
        except OutOfTime:
            return

    def run(self, deadline: Deadline, gap: float = 0.0) -> None:
        """Search until the plan is within `gap` of the bound or the deadline passes."""
        self.start(deadline)
        if not self._whole.is_relaxed:
            return
        is_small = not (self._is_shared.any() and self._groups.is_large())
        if not is_small:
            waiting = [visitor for visitor in self.program.visitors if visitor not in self._exact]
            list(in_threads(lambda visitor: self._bound_visitor(visitor, deadline), waiting, self.jobs, deadline))
            self._groups.run(deadline, gap)
        if is_small or not self._groups.is_large():
            self._whole.run(deadline, gap)

    # the first plan

    def _assign(self, deadline: Deadline) -> None:
        """Every shared visit to the visitor who makes most of it in the linear solution, and then every visitor."""
        visitors = self.program.visitors
        rows: dict[int, list[int]] = {visitor: [] for visitor in visitors}
        room = {visitor: self._room(visitor) for visitor in visitors}
        wanted = [(0.0, int(row), visitors[self._takers[row][0]]) for row in np.flatnonzero(~self._is_shared)]
        taken: set[int] = set()
        for _share, row, visitor in [*wanted, *self._shares()]:
            if row not in taken and (room[visitor] > 0 or not self._is_shared[row]):
                taken.add(row)
                rows[visitor].append(row)
                room[visitor] -= 1
        work = list(rows.items())
        plans = list(in_threads(lambda item: self._plan_visitor(*item, deadline), work, self.jobs, deadline))
        routes = np.concatenate([np.zeros(0, dtype=np.int64), *(plan.routes for plan in plans)])
        slots = np.concatenate([np.zeros(0, dtype=np.int64), *(plan.slots for plan in plans)])
        self._whole.take(TypedPlan(cost_of(self.program, routes, slots), routes, slots))

    def _room(self, visitor: int) -> float:
        """The stops that a visitor can make at most."""
        most = self.program.pool.order.shape[1]
        return float(sum(len(kind.shifts) for kind in self.program.types if kind.visitor == visitor) * most)

    def _shares(self) -> list[tuple[float, int, int]]:
        """The share of each visitor in each shared visit, largest first: (share, row, visitor)."""
        found: dict[tuple[int, int], float] = {}
        relaxed = self._whole.relaxed
        visits = self.program.visits_of(relaxed.columns)
        for column, value, rows in zip(relaxed.columns, relaxed.values, visits, strict=True):
            visitor = int(self._visitor_of_type[self.program.pool.evening[column]])
            for row in rows[rows >= 0]:
                if self._is_shared[row]:
                    found[int(row), visitor] = found.get((int(row), visitor), 0.0) + float(value)
        return sorted(((share, row, visitor) for (row, visitor), share in found.items()), key=lambda s: (-s[0], *s[1:]))

    def _plan_visitor(self, visitor: int, rows: list[int], deadline: Deadline) -> TypedPlan:
        """The plan of one visitor for these visits, as one of the whole."""
        part = self._part_of(visitor, np.array(sorted(rows), dtype=np.int64))
        search = TypedSearch(part.program, step=self.step, seed=self.seed, tuning=self.tuning)
        search.run(deadline.within(self.tuning.aggregation.visitor_seconds))
        nothing = np.zeros(0, dtype=np.int64)
        return part.in_whole(search.best or TypedPlan(0.0, nothing, nothing))

    def _part_of(self, visitor: int, rows: Rows) -> Part:
        of_visitor: Flags = (self._visitor_of_type == visitor)[self.program.pool.evening]
        return Part.of(self.program, of_visitor, rows)

    # the bound in whole numbers

    def _bound_visitor(self, visitor: int, deadline: Deadline) -> None:
        """Plan a visitor exactly at the prices of shared visits and of the cuts with any."""
        number = self.program.visitors.index(visitor)
        rows = np.array([row for row, each in enumerate(self._takers) if number in each], dtype=np.int64)
        program, constant = self._priced(self._part_of(visitor, rows))
        search = TypedSearch(program, step=0.0, seed=self.seed, tuning=self.tuning)
        search.run(deadline.within(self.tuning.aggregation.visitor_seconds))
        self._exact[visitor] = search.bound - constant
        if len(self._exact) == len(self.program.visitors):
            self._whole.raise_bound(self._fixed_part() + sum(list(self._exact.values())))

    def _shared_cuts(self) -> tuple[Triples, Flags]:
        """The cuts with any shared visit, and which of all they are."""
        triples = self._whole.triples
        of_shared: Flags = np.asarray(np.any(self._is_shared[triples.rows], axis=1))
        return Triples(triples.rows[of_shared]), of_shared

    def _priced(self, part: Part) -> tuple[TypedProgram, float]:
        """The program of one visitor at the prices of what is shared, and by how much its costs are too high.

        A shared visit earns its price, so leaving it out costs the price, and the sum of these is the constant.
        """
        prices = self._whole.relaxed.prices
        shared = self._is_shared[part.rows]
        left_out = np.where(shared, prices.visit[part.rows], part.program.left_out)
        cuts, of_shared = self._shared_cuts()
        met = cuts.entries(self.program.visits_of(part.columns))
        cost = part.program.pool.cost - met.dot(prices.cut[of_shared])
        return part.program.repriced(left_out, cost), float(left_out[shared].sum())

    def _fixed_part(self) -> float:
        """What prices of shared visits and cuts add to the bound beside the visitors' own."""
        prices, left_out = self._whole.relaxed.prices, self.program.left_out[self._is_shared]
        price = prices.visit[self._is_shared]
        _cuts, of_shared = self._shared_cuts()
        return float(price.sum() + np.minimum(0.0, left_out - price).sum() + prices.cut[of_shared].sum())
