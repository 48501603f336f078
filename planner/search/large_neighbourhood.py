"""What can make a plan of tied visitors better: dives for new moments, and good routes put together anew.

Every dive and every plan, better or not, leaves routes that looked good. A program of these and of the likeliest of
all is small enough for whole numbers, with proof, in seconds; it joins what was found apart (a restricted master
heuristic, as in Sadykov and others, INFORMS Journal on Computing 31, 2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from planner.base.arrays import Columns
from planner.base.deadline import Deadline
from planner.search.diving import Dive
from planner.search.groups import replan_group
from planner.search.joint_context import JointContext, RootRelaxation

Task = Callable[[Deadline], Columns | None]


class LargeNeighbourhoodSearch:
    """Makes tasks, of which several may run at once. A task gives a plan, or nothing when it found none.

    `is_joining`: a task that takes much memory is under way.
    """

    def __init__(self, context: JointContext) -> None:
        self.context = context
        self._tuning = context.tuning.large_neighbourhood
        self._random = np.random.default_rng(context.seed)
        self._tasks = 0
        self._since_better = 0  # tasks since the last better plan
        self._cost = np.inf
        self._breadth = self._breadth_of_all = float(self._tuning.first_columns)
        self.is_joining = False
        self._is_good = np.zeros(len(context.program.pool), dtype=np.bool_)

    @property
    def is_stagnating(self) -> bool:
        """Whether many tasks in a row have brought no better plan."""
        return self._since_better > self._tuning.stagnation

    def note(self, columns: Columns) -> None:
        """Remember these routes (columns of the pool) as good ones."""
        self._is_good[columns] = True

    def task(self, root: RootRelaxation, routes: Columns, cost: float, *, may_join: bool = True) -> Task:
        """What to do next for the plan of these routes, of about this cost: first a dive for all families' moments,
        then by turns groups of visitors, dives for some families' moments, and if there is memory for that the good
        routes."""
        self._tasks += 1
        self._since_better = self._since_better + 1 if cost >= self._cost else 0
        self._cost = cost
        tuning = self._tuning
        turn = self._tasks % tuning.turns
        if self._tasks == 1:
            return self._dive(1.0, root, routes, cost)
        if turn == 0 and may_join and not self.is_joining:
            return self._joined(root, routes)
        if turn == tuning.turns // 2:
            return self._dive(tuning.free_in_stagnation if self.is_stagnating else tuning.free, root, routes, cost)
        return self._group(root, routes)

    def _dive(self, share: float, root: RootRelaxation, routes: Columns, cost: float) -> Task:
        """A dive that frees this share of the coupled visits."""
        count = math.ceil(share * len(self.context.conflicts.stops_of))
        free = self.context.conflicts.some_families(count, self._random)

        def dive(deadline: Deadline) -> Columns | None:
            found = Dive(self.context, root, routes, free, cost, deadline, self._is_good).plan()
            return None if found is None else self.completed(root, found, deadline)

        return dive

    def _group(self, root: RootRelaxation, routes: Columns) -> Task:
        """The best plan in which only the routes of some visitors change."""
        size = int(self._random.integers(*self._tuning.visitors, endpoint=True))
        visitors = self.context.conflicts.some_visitors(size, self.context.visitors, self._random)

        def renew(deadline: Deadline) -> Columns | None:
            found = replan_group(self.context, root, routes, visitors, deadline, count=int(self._breadth))
            factor = self._tuning.wider if found.is_proven else self._tuning.narrower
            self._breadth = min(self._tuning.most_columns, self._breadth * factor)
            return found.routes

        return renew

    def _joined(self, root: RootRelaxation, routes: Columns) -> Task:
        """The best plan of the likeliest good routes and as many of the likeliest of all."""
        self.is_joining = True

        def join(deadline: Deadline) -> Columns | None:
            count = int(self._breadth_of_all)
            try:
                found = replan_group(
                    self.context, root, routes, self.context.visitors, deadline, count=count, also=self._is_good
                )
            finally:
                self.is_joining = False
            factor = self._tuning.wider_of_all if found.is_proven else self._tuning.narrower
            self._breadth_of_all = min(self._tuning.most_columns_of_all, self._breadth_of_all * factor)
            return found.routes

        return join

    def completed(self, root: RootRelaxation, routes: Columns, deadline: Deadline) -> Columns:
        """The plan, with the visitors around each visit that it leaves out, and around siblings whom it splits, planned
        anew; not when these would be all visitors: then that is the search itself."""
        context, tuning, random = self.context, self._tuning, np.random.default_rng(self.context.seed)
        lost = [(visit,) for visit in context.left_out(routes)]
        for visits in [*lost, *context.conflicts.split_siblings(context.coupled_stops(routes))][
            : context.tuning.diving.most_left_out
        ]:
            first = sorted({visitor for visit in visits for visitor in context.visitors_of(visit)})
            near = context.conflicts.some_visitors(tuning.completion_visitors, context.visitors, random, first)
            if len(near) == len(context.visitors):
                return routes
            renewed = replan_group(context, root, routes, near, deadline, count=tuning.completion_columns).routes
            routes = routes if renewed is None else renewed
        return routes
