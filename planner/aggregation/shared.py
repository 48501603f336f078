"""The search for visitors who may take visits over from each other, planned by types of evenings.

1. The linear relaxation of all, with rank-1 cuts: a bound, and prices of visits.
2. Each shared visit to the visitor with the largest share of it in that solution, and every visitor exactly.
3. Groups of visitors who share visits exactly, over the routes of small excess, for as long as there is time.
4. The bound once more with every visitor in whole numbers, at the prices of the shared visits (Lagrangian
   decomposition: Guignard and Kim, Mathematical Programming 39, 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.exact import TypedPlan, best_plan
from planner.aggregation.parts import Part
from planner.aggregation.program import TypedProgram
from planner.aggregation.relaxation import TypedPrices
from planner.aggregation.search import TypedSearch
from planner.base.arrays import Columns, Flags, Floats, Rows
from planner.base.deadline import Deadline, OutOfTime
from planner.base.threads import in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.master.bound import SLACK

SharedVisitors = tuple[int, ...]


@dataclass(frozen=True)
class _Own:
    """The plan of one visitor. cost: of routes and weeks. routes: columns of the whole. dates: of the whole z columns,
    with zeros for the other visitors. rows: the visits made."""

    cost: float
    routes: Columns
    dates: Floats
    rows: Rows


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
        self._random = np.random.default_rng(seed)
        self._takers = takers(program)
        self._is_shared = np.array([len(each) > 1 for each in self._takers], dtype=np.bool_)
        self._own = {visitor: _nothing(program) for visitor in program.visitors}
        self._exact: dict[int, float] = {}
        self._busy: set[int] = set()
        self._idle_tasks = 0
        self._lock = Condition()  # of the plan and of who is busy

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

    @property
    def _prices(self) -> TypedPrices:
        return self._whole.relaxed.prices

    def start(self, deadline: Deadline) -> None:
        """The linear relaxation, and a first plan."""
        try:
            self._whole.relax(deadline)
            if self.best is None:
                self._assign(deadline)
        except OutOfTime:
            return

    def run(self, deadline: Deadline, gap: float = 0.0) -> None:
        """Search until the plan is within `gap` of the bound or the deadline passes."""
        self.start(deadline)
        if self.best is None:
            return
        is_small = not (self._is_shared.any() and self._is_large())
        if not is_small:
            waiting = [visitor for visitor in self.program.visitors if visitor not in self._exact]
            list(in_threads(lambda visitor: self._bound_visitor(visitor, deadline), waiting, self.jobs, deadline))
            list(in_threads(lambda _job: self._improve(deadline, gap), range(self.jobs), self.jobs, deadline))
        if is_small or not self._is_large():
            self._whole.run(deadline, gap)

    def _is_large(self) -> bool:
        """Whether too many routes may be in a better plan for one exact search."""
        left = int(np.count_nonzero(self._prices.excess <= self._whole.needed()))
        return left > self.tuning.aggregation.exact_columns

    # the first plan

    def _assign(self, deadline: Deadline) -> None:
        """Every shared visit to the visitor who makes most of it in the linear solution, and then every visitor."""
        rows: dict[int, list[int]] = {visitor: [] for visitor in self.program.visitors}
        room = {visitor: self._room(visitor) for visitor in self.program.visitors}
        for only in np.flatnonzero(~self._is_shared):
            rows[self._takers[only][0]].append(int(only))
            room[self._takers[only][0]] -= 1
        for _share, row, visitor in self._shares():
            if room[visitor] > 0 and not any(row in mine for mine in rows.values()):
                rows[visitor].append(row)
                room[visitor] -= 1
        work = list(rows.items())
        for visitor, own in in_threads(lambda item: self._plan_visitor(*item, deadline), work, self.jobs, deadline):
            self._own[visitor] = own
        self._take_up()

    def _room(self, visitor: int) -> float:
        """The stops that a visitor can make at most."""
        kinds = [number for number, kind in enumerate(self.program.types) if kind.visitor == visitor]
        dates = sum(len(self.program.types[number].shifts) for number in kinds)
        return min(float(self.program.limits[kinds[0]]), dates * self.program.sizes)

    def _shares(self) -> list[tuple[float, int, int]]:
        """The share of each visitor in each shared visit, largest first: (share, row, visitor)."""
        found: dict[tuple[int, int], float] = {}
        relaxed = self._whole.relaxed
        visits = self.program.visits_of(relaxed.columns)
        for column, value, rows in zip(relaxed.columns, relaxed.values, visits, strict=True):
            visitor = self.program.types[self.program.pool.evening[column]].visitor
            for row in rows[rows >= 0]:
                if self._is_shared[row]:
                    found[int(row), visitor] = found.get((int(row), visitor), 0.0) + float(value)
        return sorted(((share, row, visitor) for (row, visitor), share in found.items()), key=lambda s: (-s[0], *s[1:]))

    def _plan_visitor(self, visitor: int, rows: list[int], deadline: Deadline) -> tuple[int, _Own]:
        part = Part.of(self.program, {visitor}, np.array(sorted(rows), dtype=np.int64))
        search = TypedSearch(part.program, step=self.step, seed=self.seed, tuning=self.tuning)
        search.run(deadline.within(self.tuning.aggregation.visitor_seconds))
        if search.best is None:
            return visitor, _nothing(self.program)
        return visitor, self._split(part.in_whole(search.best, self.program))[visitor]

    def _split(self, plan: TypedPlan) -> dict[int, _Own]:
        """A plan of the whole by visitor."""
        week, _stops, cost = self.program.week_columns
        of_column = np.array([kind.visitor for kind in self.program.types])[self.program.pool.evening[plan.routes]]
        of_z = np.array([kind.visitor for kind in self.program.types])[self.program.weeks.kind[week]]
        found = {}
        for visitor in self.program.visitors:
            routes = plan.routes[of_column == visitor]
            dates = np.where(of_z == visitor, plan.dates, 0.0)
            rows = self.program.visits_of(routes)
            total = float(self.program.pool.cost[routes].sum() + dates @ cost)
            found[visitor] = _Own(total, routes, dates, np.sort(rows[rows >= 0]))
        return found

    def _take_up(self) -> None:
        """Make the plans of the visitors the best plan."""
        own = [_nothing(self.program), *self._own.values()]
        routes = np.concatenate([each.routes for each in own])
        dates = np.sum([each.dates for each in own], axis=0)
        cost = sum(each.cost for each in own) + float(self.program.left_out[self._left_out()].sum())
        self._whole.take(TypedPlan(cost, routes, dates))

    def _left_out(self) -> Rows:
        made = np.concatenate([_nothing(self.program).rows, *(own.rows for own in self._own.values())])
        return np.setdiff1d(np.arange(len(self.program.visits)), made)

    # the bound in whole numbers

    def _bound_visitor(self, visitor: int, deadline: Deadline) -> None:
        """Plan a visitor exactly at the prices of shared visits and of the cuts with any."""
        rows = np.array([row for row, each in enumerate(self._takers) if visitor in each], dtype=np.int64)
        part = Part.of(self.program, {visitor}, rows)
        program, constant = self._priced(part)
        search = TypedSearch(program, step=0.0, seed=self.seed, tuning=self.tuning)
        search.run(deadline.within(self.tuning.aggregation.visitor_seconds))
        with self._lock:
            self._exact[visitor] = search.bound - constant
            if len(self._exact) == len(self.program.visitors):
                self._whole.raise_bound(self._fixed_part() + sum(self._exact.values()))

    def _priced(self, part: Part) -> tuple[TypedProgram, float]:
        """The program of one visitor at the prices of what is shared, and by how much its costs are too high.

        A shared visit earns its price, so leaving it out costs the price, and the sum of these is the constant.
        """
        shared = self._is_shared[part.rows]
        left_out = np.where(shared, self._prices.visit[part.rows], part.program.left_out)
        of_shared = self._is_shared[self._whole.triples.rows].any(axis=1)
        cuts = Triples(self._whole.triples.rows[of_shared])
        met = cuts.entries(self.program.visits_of(part.columns))
        cost = part.program.pool.cost - met.dot(self._prices.cut[of_shared])
        return part.with_costs(left_out, cost), float(left_out[shared].sum())

    def _fixed_part(self) -> float:
        """What prices of shared visits and cuts add to the bound beside the visitors' own."""
        price = self._prices.visit[self._is_shared]
        left_out = np.minimum(0.0, self.program.left_out[self._is_shared] - price).sum()
        of_shared = self._is_shared[self._whole.triples.rows].any(axis=1)
        return float(price.sum() + left_out + self._prices.cut[of_shared].sum())

    # groups of visitors

    def _improve(self, deadline: Deadline, gap: float) -> None:
        """One group after another, until the plan is good enough or time is up."""
        while not (deadline.has_passed() or self._whole.is_good_enough(gap)) and self._is_large():
            with self._lock:
                group = self._group()
                if len(group) < 2:
                    self._lock.wait(self.tuning.aggregation.wait_seconds)
                    continue
                self._busy.update(group)
            try:
                self._plan_group(group, deadline)
            finally:
                with self._lock:
                    self._busy.difference_update(group)
                    self._lock.notify_all()

    def _group(self) -> SharedVisitors:
        """Visitors around a shared visit, one that is left out if there is any; none of them in another group now."""
        tuning = self.tuning.aggregation
        left_out = [row for row in self._left_out() if self._is_shared[row]]
        rows = left_out or list(np.flatnonzero(self._is_shared))
        row = int(self._random.choice(rows))
        free = [visitor for visitor in self._takers[row] if visitor not in self._busy]
        self._random.shuffle(free)
        stagnates = self._idle_tasks > tuning.stagnation
        most = int(self._random.integers(2, (tuning.most_visitors if stagnates else tuning.most_visitors - 1) + 1))
        makers = [visitor for visitor in free if row in self._own[visitor].rows]
        return tuple(dict.fromkeys(makers + free))[:most]

    def _plan_group(self, group: SharedVisitors, deadline: Deadline) -> None:
        """The best plan of these visitors for what they make and what is left out; keep it when it is better."""
        tuning = self.tuning.aggregation
        now = [self._own[visitor] for visitor in group]
        rows = {int(row) for own in now for row in own.rows}
        rows |= {int(row) for row in self._left_out() if set(self._takers[row]) & set(group)}
        keep = self._prices.excess <= tuning.group_width
        for own in now:
            keep[own.routes] = True
        part = Part.of(self.program, set(group), np.array(sorted(rows), dtype=np.int64), keep)
        made = np.concatenate([own.rows for own in now])
        left_out = float(self.program.left_out[sorted(rows - {int(row) for row in made})].sum())
        cost = sum(own.cost for own in now) + left_out
        outcome = best_plan(
            part.program, np.arange(len(part.columns)), self._cuts_in(part),
            deadline.within(tuning.group_seconds), below=cost, least_gain=max(self.step, SLACK), seed=self.seed,
            tuning=self.tuning,
        )  # fmt: skip
        with self._lock:
            self._idle_tasks += 1
            if outcome.plan is not None and outcome.plan.cost < cost - SLACK:
                parts = self._split(part.in_whole(outcome.plan, self.program))
                self._own.update({visitor: parts[visitor] for visitor in group})
                self._take_up()
                self._idle_tasks = 0

    def _cuts_in(self, part: Part) -> Triples:
        """The cuts with a price whose three visits are in a part, by its rows."""
        number = np.full(len(self.program.visits), -1, dtype=np.int64)
        number[part.rows] = np.arange(len(part.rows))
        rows = number[self._whole.triples.rows[self._prices.cut < -SLACK]]
        return Triples(np.sort(rows[(rows >= 0).all(axis=1)], axis=1))


def _nothing(program: TypedProgram) -> _Own:
    """The plan of a visitor without routes."""
    nothing = np.zeros(0, dtype=np.int64)
    return _Own(0.0, nothing, np.zeros(len(program.week_columns[2])), nothing)


def takers(program: TypedProgram) -> list[SharedVisitors]:
    """Per row the visitors with a route that makes the visit."""
    found: list[set[int]] = [set() for _ in program.visits]
    used: Flags = np.zeros(len(program.row_of), dtype=np.bool_)
    order = program.pool.order
    at = (order + program.pool.offset[program.pool.evening][:, None])[order >= 0]
    used[at] = True
    for number, kind in enumerate(program.types):
        here = slice(int(program.pool.offset[number]), int(program.pool.offset[number + 1]))
        for row in program.row_of[here][used[here]]:
            if row >= 0:
                found[int(row)].add(kind.visitor)
    return [tuple(sorted(each)) for each in found]
