"""A plan of one component by construction and local search: there at once, whatever is coupled, better with time.

Two kinds of local search take turns: annealing moves whole units, by the hundred thousand a second (see `annealing`);
ruin and recreate is slower and looks at everything that can be done with a unit: visits left out, siblings split or in
one stop (see `ruin_recreate`). The temperature falls from hot to cold again and again, each time from the best plan.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from planner.base.arrays import Integers
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.model.plan import SECOND, VISITOR, Route, Stop
from planner.model.problem import Problem
from planner.search.annealing import anneal
from planner.search.evening_tables import current_slots
from planner.search.insertion_data import build_data
from planner.search.ruin_recreate import construct, improve, total_cost
from planner.search.search_state import copy_plan, new_scratch, new_state
from planner.search.unit_ways import new_room
from planner.search.warm_start import WarmStart

PUBLISH_SECONDS = 0.5  # between two plans that are published while the search goes on


class LocalSearch:
    """Local search for some visits of a problem; it needs no list of routes.

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
        self._room = new_room(self.data)
        self._chunks = 0  # calls of compiled loops
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
        """Improve the plan until the deadline, first from temperature `hot`.

        Random numbers depend on the seed alone; how long a fall of the temperature lasts depends on the time.
        """
        tuning = self.tuning
        heat = tuning.hot if hot is None else hot
        moves = tuning.moves_a_unit
        while len(self.units) and not deadline.has_passed():
            self._cool(deadline, heat, moves * len(self.units))
            self._go_back()
            heat, moves = min(heat, tuning.warm), tuning.moves_again
        self._publish()

    def _cool(self, deadline: Deadline, hot: float, moves: int) -> None:
        """About so many moves, or as many as there is time for, while the temperature falls from `hot` to `cold`."""
        tuning, done = self.tuning, 0
        began, left = time.monotonic(), deadline.seconds_left()
        while done < moves and not deadline.has_passed():
            share = max(done / moves, (time.monotonic() - began) / left)
            self._search(hot * (tuning.cold / hot) ** share)
            done += tuning.moves_a_check

    def _search(self, heat: float) -> None:
        """Some moves and some rounds at one temperature."""
        plans, tuning = (self._now, self._saved, self._best, self._scratch), self.tuning
        before = self.cost
        is_whole = self._is_whole()
        anneal(self.data, *plans, self._room, self._next_seed(), tuning.moves_a_check, heat, self._costs)
        rounds = tuning.rounds_a_check if is_whole else tuning.rounds_if_broken
        improve(self.data, *plans, self._next_seed(), rounds, heat, tuning.most_evenings, self._costs)
        if self.cost < before and time.monotonic() >= self._publish_from:
            self._publish()

    def _is_whole(self) -> bool:
        """Whether annealing can move everything in the plan: no unit is left out, split or tied to a moment."""
        made = self._now.u_mask == (1 << np.diff(self.data.unit_first)) - 1
        return bool(np.all(made & (self._room.whole >= 0)))

    def _go_back(self) -> None:
        """Go on from the best plan."""
        copy_plan(self._best, self._now)
        copy_plan(self._best, self._saved)
        self._costs[0] = self._costs[1]

    def _next_seed(self) -> int:
        self._chunks += 1
        return (self.seed * 1_000_003 + self._chunks) % (1 << 31)

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
