"""Large neighbourhood search: the best plan of a group of visitors, while the plan of all others stays.

Shaw, Using Constraint Programming and Local Search Methods to Solve Vehicle Routing Problems, 1998; each neighbourhood
is an exact program over the routes of small excess.
"""

from __future__ import annotations

from threading import Condition

import numpy as np

from planner.aggregation.cuts import Triples
from planner.aggregation.exact import TypedPlan, best_plan, cost_of
from planner.aggregation.parts import Part
from planner.aggregation.search import TypedSearch
from planner.base.arrays import Columns, Flags, Integers, Positions, Rows
from planner.base.deadline import Deadline
from planner.base.threads import in_threads
from planner.columns.ranking import least_of
from planner.master.bound import SLACK


class GroupSearch:
    """Improves the best plan of a search by types, group after group, several at once when there are threads.

    makers: (visits, visitors of the program) bool, who may be at a visit, as visitor or along.
    """

    def __init__(self, search: TypedSearch, *, jobs: int) -> None:
        self.search = search
        self.jobs = jobs
        self.program = search.program
        self.tuning = search.tuning.aggregation
        self._random = np.random.default_rng(search.seed)
        self._number = {visitor: place for place, visitor in enumerate(self.program.visitors)}
        self._involved = np.zeros((self.program.classes, len(self._number)), dtype=np.bool_)
        for number, people in enumerate(self.program.people):
            self._involved[number, [self._number[person] for person in people]] = True
        self.makers = self._makers_of()
        self._near = self._tied()
        self._busy = np.zeros(len(self._number), dtype=np.bool_)
        self._idle_tasks = 0
        self._lock = Condition()  # of the plan and of who is busy

    def _makers_of(self) -> Flags:
        """Who may be at a visit, by the routes."""
        program = self.program
        makers = np.zeros((len(program.visits), len(self._number)), dtype=np.bool_)
        every = np.arange(len(program.pool))
        rows = program.visits_of(every)
        classes = program.class_of[every]
        pairs = [np.stack([rows[:, place], classes], axis=1)[rows[:, place] >= 0] for place in range(rows.shape[1])]
        for row, number in np.unique(np.concatenate(pairs), axis=0) if pairs else ():
            makers[row] |= self._involved[number]
        return makers

    def _tied(self) -> Flags:
        """(visitors, visitors) bool: who may make, or be at, one visit."""
        makers = self.makers.astype(np.int64)
        return np.asarray((makers.T @ makers) > 0)

    def run(self, deadline: Deadline, gap: float) -> None:
        """One group after another, until the plan is within `gap` of the bound or the deadline passes."""
        jobs = max(1, min(self.jobs, len(self._number) // 2))
        list(in_threads(lambda _job: self._improve(deadline, gap), range(jobs), jobs, deadline))

    def _improve(self, deadline: Deadline, gap: float) -> None:
        while not (deadline.has_passed() or self.search.is_good_enough(gap)) and self.is_large():
            with self._lock:
                group = self._group()
                if group is None:
                    self._lock.wait(self.tuning.wait_seconds)
                    continue
                self._busy |= group
            try:
                self._plan(group, deadline)
            finally:
                with self._lock:
                    self._busy &= ~group
                    self._lock.notify_all()

    def is_large(self) -> bool:
        """Whether too many routes may be in a better plan for one exact search."""
        left = int(np.count_nonzero(self.search.relaxed.prices.excess <= self.search.needed()))
        return left > self.tuning.exact_columns

    def _group(self) -> Flags | None:
        """Visitors who are tied together, often around a visit that is left out; none who is busy."""
        left_out = self._left_out()
        is_wanted = len(left_out) > 0 and self._random.random() < self.tuning.left_out_share
        rows = left_out if is_wanted else np.arange(len(self.program.visits))
        first = self.makers[self._random.choice(rows)] & ~self._busy
        if not first.any():
            return None
        group = np.zeros(len(self._number), dtype=np.bool_)
        group[self._random.choice(np.flatnonzero(first))] = True
        stagnates = self._idle_tasks > self.tuning.stagnation
        most = self.tuning.most_visitors if stagnates else self.tuning.most_visitors - 1
        for _one in range(int(self._random.integers(1, most))):
            near = self._near[group].any(axis=0) & ~group & ~self._busy
            if is_wanted and (first & ~group).any():
                near = first & ~group
            if near.any():
                group[self._random.choice(np.flatnonzero(near))] = True
        return group

    def _left_out(self) -> Rows:
        """The visits that the best plan leaves out."""
        plan = self._best()
        made = self.program.visits_of(plan.routes)
        return np.setdiff1d(np.arange(len(self.program.visits)), made[made >= 0])

    def _best(self) -> TypedPlan:
        if self.search.best is None:
            raise ValueError("there is no plan to improve")
        return self.search.best

    def _plan(self, group: Flags, deadline: Deadline) -> None:
        """The best plan of a group for the visits that it makes and those left out; kept when it is better."""
        with self._lock:
            plan, left_out = self._best(), self._left_out()
        program = self.program
        is_inside: Flags = np.logical_not(np.any(self._involved[:, ~group], axis=1))
        freed = is_inside[program.class_of[plan.routes]]
        made = program.visits_of(plan.routes[freed])
        may = left_out[self.makers[left_out][:, group].any(axis=1)]
        part = Part.of(
            program,
            self._likely(is_inside, plan.routes[freed]),
            np.union1d(made[made >= 0], may),
            program.capacity - program.slots.picked(plan.slots[~freed]).taken(len(program.capacity)),
        )
        before = self._cost_within(part, plan.routes[freed], plan.slots[freed])
        outcome = best_plan(
            part.program, np.arange(len(part.columns)), self._cuts_in(part), deadline.within(self.tuning.group_seconds),
            below=before, least_gain=max(self.search.step, SLACK), seed=self.search.seed, tuning=self.search.tuning,
        )  # fmt: skip
        with self._lock:
            self._idle_tasks += 1
            if outcome.plan is not None and self._exchange(group, part.in_whole(outcome.plan)):
                self._idle_tasks = 0

    def _cost_within(self, part: Part, routes: Columns, slots: Positions) -> float:
        """The cost of these routes, and of the visits of a part that they leave out."""
        outside = np.setdiff1d(np.arange(len(self.program.visits)), part.rows)
        return cost_of(self.program, routes, slots) - float(self.program.left_out[outside].sum())

    def _likely(self, is_inside: Flags, freed: Columns) -> Flags:
        """(columns,) bool: the routes of the group of least excess, as many as its program may have, and its own."""
        excess = self.search.relaxed.prices.excess
        mine = np.flatnonzero(is_inside[self.program.class_of] & (excess <= self.tuning.group_width))
        keep = np.zeros(len(excess), dtype=np.bool_)
        keep[mine[least_of(excess[mine], self.tuning.group_columns)]] = True
        keep[freed] = True
        return keep

    def _cuts_in(self, part: Part) -> Triples:
        """The cuts with a price whose three visits are in a part, by its rows."""
        number = np.full(len(self.program.visits), -1, dtype=np.int64)
        number[part.rows] = np.arange(len(part.rows))
        rows: Integers = number[self.search.triples.rows[self.search.relaxed.prices.cut < -SLACK]]
        return Triples(np.sort(rows[(rows >= 0).all(axis=1)], axis=1))

    def _exchange(self, group: Flags, new: TypedPlan) -> bool:
        """Take up the plan of a group in place of the old one, unless others now make one of its visits."""
        plan, program = self._best(), self.program
        stays = np.any(self._involved[program.class_of[plan.routes]][:, ~group], axis=1)
        routes = np.concatenate([plan.routes[stays], new.routes])
        slots = np.concatenate([plan.slots[stays], new.slots])
        made = program.visits_of(routes)
        made = made[made >= 0]
        if len(np.unique(made)) < len(made):
            return False
        return self.search.take(TypedPlan(cost_of(program, routes, slots), routes, slots))
