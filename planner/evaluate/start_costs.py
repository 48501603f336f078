"""The best starts of an evening's stops in a given order: exact, by going through the minutes of the day.

Each stop has a cost for every minute of the day at which it could start. Going forward, the least cost of
everything up to a stop at each of its starts follows from the stop before by a running minimum; going back
likewise. So one pass each way gives the cost of the evening for every start of any one stop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.model.problem import MINUTES_A_DAY

MinuteCosts = npt.NDArray[np.float64]  # shape (MINUTES_A_DAY + 1,): a cost for every minute of the day
MINUTE_OF_DAY = np.arange(MINUTES_A_DAY + 1, dtype=np.float64)
BREACH = 1e7  # more than any plan costs: a broken rule is taken only when nothing else is left


@dataclass(frozen=True)
class StartCosts:
    """The stops of one shift in driving order, and what their starts cost.

    `costs[i][t]`: what starting stop i at minute t costs, infinite when it cannot. `gaps[i]`: minutes from the start of
    stop i to the earliest start of stop i + 1. `first` and `last`: what leaving and coming home cost, by the start of
    the first and of the last stop. `waiting`: the cost of a minute of waiting between two stops.
    """

    costs: tuple[MinuteCosts, ...]
    gaps: tuple[int, ...]
    first: MinuteCosts
    last: MinuteCosts
    waiting: float

    def by_start_of(self, number: int) -> MinuteCosts:
        """The least cost of the whole shift for every start of the stop at position `number`."""
        return np.asarray(self._ahead(number)[-1] + self._behind(number)[0])

    def starts(self, number: int, start: int) -> list[int]:
        """The cheapest starts of all stops, in their order, when the stop at `number` starts at `start`.

        That start must have a finite cost in `by_start_of(number)`.
        """
        ahead, behind = self._ahead(number), self._behind(number)
        found = [start]
        for earlier in range(number - 1, -1, -1):
            latest = found[0] - self.gaps[earlier]
            found.insert(0, int(np.argmin(ahead[earlier][: latest + 1] - self.waiting * MINUTE_OF_DAY[: latest + 1])))
        for later in range(number + 1, len(self.costs)):
            soonest = found[-1] + self.gaps[later - 1]
            total = self.costs[later] + behind[later - number] + self.waiting * MINUTE_OF_DAY
            found.append(soonest + int(np.argmin(total[soonest:])))
        return found

    def _ahead(self, number: int) -> list[MinuteCosts]:
        """Per stop up to `number` the least cost of all up to and including it, by its start."""
        costs = [self.costs[0] + self.first]
        for earlier in range(number):
            gap = self.gaps[earlier]
            best = np.minimum.accumulate(costs[-1] - self.waiting * MINUTE_OF_DAY)
            here = np.full_like(best, np.inf)
            here[gap:] = best[: len(best) - gap] + self.waiting * (MINUTE_OF_DAY[gap:] - gap)
            costs.append(here + self.costs[earlier + 1])
        return costs

    def _behind(self, number: int) -> list[MinuteCosts]:
        """Per stop from `number` on the least cost of all after it, by its start."""
        costs = [self.last]
        for later in range(len(self.costs) - 1, number, -1):
            gap = self.gaps[later - 1]
            total = self.costs[later] + costs[0] + self.waiting * MINUTE_OF_DAY
            best = np.minimum.accumulate(total[::-1])[::-1]
            here = np.full_like(best, np.inf)
            here[: len(best) - gap] = best[gap:] - self.waiting * (MINUTE_OF_DAY[: len(best) - gap] + gap)
            costs.insert(0, here)
        return costs
