"""What can make a plan of tied visitors better: dives for new moments, and good routes put together anew.

Every dive and every plan, better or not, leaves routes that looked good. A program of these and of the likeliest of
all is small enough for whole numbers, with proof, in seconds; it joins what was found apart (a restricted master
heuristic, as in Sadykov and others, INFORMS Journal on Computing 31, 2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from planner.base.deadline import Deadline
from planner.columns.routes import Integers
from planner.search.diving import MOST_LEFT_OUT, Dive
from planner.search.groups import GROUP, regrouped
from planner.search.joint_context import Root, Whole

Task = Callable[[Deadline], Integers | None]

FREE, FREE_WHEN_BARREN = 0.3, 0.7  # of the coupled visits, in dives that start from the plan
SIZES = (8, 20)  # visitors in a group that is freed: from so many to so many
BREADTH, MOST, MOST_OF_ALL = 3500, 12_000, 8_000  # of the likeliest routes: at first, of a group, of all visitors
NARROWER, WIDER, WIDER_OF_ALL = 0.7, 1.2, 1.4  # the next one's breadth, as a share: one was not proven, or it was
TURNS = 6
BARREN = 6  # tasks without a better plan


class Renewal:
    """Makes tasks, of which several may run at once. A task gives a plan, or nothing when it found none.

    `is_joining`: a task that takes much memory is under way.
    """

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self._random = np.random.default_rng(whole.seed)
        self._tasks = 0
        self._barren = 0  # tasks since the last better plan
        self._cost = np.inf
        self._breadth = self._breadth_of_all = float(BREADTH)
        self.is_joining = False
        self._is_good = np.zeros(len(whole.program.pool), dtype=np.bool_)

    @property
    def is_barren(self) -> bool:
        """Whether many tasks in a row have brought no better plan."""
        return self._barren > BARREN

    def note(self, columns: Integers) -> None:
        """Remember these routes (columns of the pool) as good ones."""
        self._is_good[columns] = True

    def task(self, root: Root, routes: Integers, cost: float, *, may_join: bool = True) -> Task:
        """What to do next for the plan of these routes, of about this cost: first a dive for all families' moments,
        then by turns groups of visitors, dives for some families' moments, and if there is memory for that the good
        routes."""
        self._tasks += 1
        self._barren = self._barren + 1 if cost >= self._cost else 0
        self._cost = cost
        turn = self._tasks % TURNS
        if self._tasks == 1:
            return self._dive(1.0, root, routes, cost)
        if turn == 0 and may_join and not self.is_joining:
            return self._joined(root, routes)
        if turn == TURNS // 2:
            return self._dive(FREE_WHEN_BARREN if self.is_barren else FREE, root, routes, cost)
        return self._group(root, routes)

    def _dive(self, share: float, root: Root, routes: Integers, cost: float) -> Task:
        """A dive that frees this share of the coupled visits."""
        count = math.ceil(share * len(self.whole.ties.stops_of))
        free = self.whole.ties.some_families(count, self._random)

        def dive(deadline: Deadline) -> Integers | None:
            found = Dive(self.whole, root, routes, free, cost, deadline, self._is_good).plan()
            return None if found is None else self.completed(root, found, deadline)

        return dive

    def _group(self, root: Root, routes: Integers) -> Task:
        """The best plan in which only the routes of some visitors change."""
        size = int(self._random.integers(*SIZES, endpoint=True))
        visitors = self.whole.ties.some_visitors(size, self.whole.visitors, self._random)

        def renew(deadline: Deadline) -> Integers | None:
            found = regrouped(self.whole, root, routes, visitors, deadline, count=int(self._breadth))
            self._breadth = min(MOST, self._breadth * (WIDER if found.is_proven else NARROWER))
            return found.routes

        return renew

    def _joined(self, root: Root, routes: Integers) -> Task:
        """The best plan of the likeliest good routes and as many of the likeliest of all."""
        self.is_joining = True

        def join(deadline: Deadline) -> Integers | None:
            count = int(self._breadth_of_all)
            try:
                found = regrouped(
                    self.whole, root, routes, self.whole.visitors, deadline, count=count, also=self._is_good
                )
            finally:
                self.is_joining = False
            self._breadth_of_all = min(
                MOST_OF_ALL, self._breadth_of_all * (WIDER_OF_ALL if found.is_proven else NARROWER)
            )
            return found.routes

        return join

    def completed(self, root: Root, routes: Integers, deadline: Deadline) -> Integers:
        """The plan, with the visitors around each visit that it leaves out, and around siblings whom it splits, planned
        anew; not when these would be all visitors: then that is the search itself."""
        whole, random = self.whole, np.random.default_rng(self.whole.seed)
        lost = [(visit,) for visit in whole.left_out(routes)]
        for visits in [*lost, *whole.ties.split_siblings(whole.coupled_stops(routes))][:MOST_LEFT_OUT]:
            first = sorted({visitor for visit in visits for visitor in whole.visitors_of(visit)})
            near = whole.ties.some_visitors(GROUP, whole.visitors, random, first)
            if len(near) == len(whole.visitors):
                return routes
            renewed = regrouped(whole, root, routes, near, deadline).routes
            routes = routes if renewed is None else renewed
        return routes
