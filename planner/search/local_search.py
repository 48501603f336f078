"""A plan of one component by construction and local search: there at once, whatever is coupled, better with time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from planner.base.arrays import Integers
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.model.plan import SECOND, VISITOR, Route, Stop
from planner.model.problem import Problem
from planner.search.evening_tables import current_slots
from planner.search.insertion_data import build_data
from planner.search.ruin_recreate import construct, improve, total_cost
from planner.search.search_state import copy_plan, new_scratch, new_state
from planner.search.warm_start import WarmStart

PUBLISH_SECONDS = 0.5  # between two plans that are published while the search goes on


class LocalSearch:
    """Ruin and recreate for some visits of a problem (see `ruin_recreate`); it needs no list of routes.

    Made, it holds a plan already: that of `routes`, and every other visit inserted where it cost least. `cost` counts
    what `judge` counts, except that siblings split over several moments pay for each of these even where two happen to
    be equal, and that of a home with more than `MOST_CHILDREN` siblings only groups of so many count as siblings.
    """

    def __init__(
        self,
        problem: Problem,
        visits: Sequence[int],
        *,
        seed: int = 0,
        tuning: Tuning = DEFAULT,
        routes: Iterable[Route] = (),
    ) -> None:
        self.problem = problem
        self.seed = seed
        self.tuning = tuning.local_search
        self.data, self.units, self.shifts = build_data(problem, visits)
        most_stops = problem.rules.max_stops
        self._scratch = new_scratch(self.data, most_stops)
        self._now, self._saved, self._best = (new_state(self.data, most_stops) for _ in range(3))
        WarmStart(problem, self.data, self.units, self.shifts).load(routes, self._now, self._scratch)
        construct(self.data, self._now, self._scratch, seed)
        copy_plan(self._now, self._saved)
        copy_plan(self._now, self._best)
        self._costs = np.full(2, total_cost(self.data, self._now))
        self._chunks = 0  # calls of `improve`
        self._publish()

    @property
    def cost(self) -> float:
        """The cost of the best plan so far; a fixed visit that is left out counts for many."""
        return float(self._costs[1])

    @property
    def keeps_fixed(self) -> bool:
        """Whether the best plan makes every fixed visit."""
        return not (self.data.unit_fixed_mask & ~self._best.u_mask).any()

    def run(self, deadline: Deadline, hot: float | None = None) -> None:
        """Improve the plan until the deadline; the temperature falls from `hot` to `cold` with the time that passes.

        The random numbers of each call of `improve` depend on the seed alone, the temperatures on the time.
        """
        hot, cold = self.tuning.hot if hot is None else hot, self.tuning.cold
        seconds = deadline.seconds_left()
        plans = self._now, self._saved, self._best, self._scratch
        while len(self.units) and not deadline.has_passed():
            heat = hot * (cold / hot) ** (1 - deadline.seconds_left() / seconds)
            self._chunks += 1
            seed = (self.seed * 1_000_003 + self._chunks) % (1 << 31)
            chunk = self.tuning.rounds_a_check
            cost = self.cost
            improve(self.data, *plans, seed, chunk, heat, self.tuning.most_evenings, self._costs)
            if self.cost < cost and time.monotonic() >= self._publish_from:
                self._publish()
        self._publish()

    def routes(self) -> tuple[Route, ...]:
        """The best plan as it was lately, and at the end of `run` the best plan. May be asked in another thread."""
        return self._routes

    def _publish(self) -> None:
        """Make the best plan what `routes` answers; each route with the earliest starts among those that cost least."""
        self._publish_from = time.monotonic() + PUBLISH_SECONDS
        found = []
        for number, (visitor, shift) in enumerate(self.shifts):
            stops = [
                self._stop(int(placed), int(slot))
                for placed, slot in zip(self._best.stops[number], self._slots(number), strict=False)
            ]
            if stops:
                found.append(Route(self.problem.visitors[visitor].id, shift.on, tuple(stops)))
        self._routes = tuple(found)

    def _slots(self, shift: int) -> Integers:
        """At which slots the stops of an evening start."""
        slots = np.zeros(self._best.stops.shape[1], dtype=np.int64)
        current_slots(self.data, self._best, shift, slots)
        return slots[: self._best.size[shift]]

    def _stop(self, placed: int, slot: int) -> Stop:
        data, plan = self.data, self._best
        number = int(plan.p_set[placed])
        is_second = bool(plan.p_is_second[placed])
        mask = int(data.set_second_mask[number] if is_second else data.set_mask[number])
        unit = self.units[int(data.set_unit[number])]
        visits = tuple(self.problem.visits[v].id for i, v in enumerate(unit) if mask >> i & 1)
        return Stop(visits, (slot + data.low) * data.grid, SECOND if is_second else VISITOR)
