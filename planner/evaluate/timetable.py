"""The best starts of an evening's stops in a given order: exact, by going through the minutes of the day.

Each stop has a price for every minute of the day at which it could start. Going forward, the least cost of
everything up to a stop at each of its starts follows from the stop before by a running minimum; going back
likewise. So one pass each way gives the cost of the evening for every start of any one stop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.model.problem import MINUTES_A_DAY

Prices = npt.NDArray[np.float64]
CLOCK = np.arange(MINUTES_A_DAY + 1, dtype=np.float64)
BREACH = 1e7  # more than any plan costs: a broken rule is taken only when nothing else is left


@dataclass(frozen=True)
class StartCosts:
    """Stops in driving order. `gaps[i]`: minutes from the start of stop i to the earliest start of stop i + 1.

    `prices[i][t]`: what starting stop i at minute t costs, infinite when it cannot; `first` and `last` are what
    leaving and coming home cost, by the start of the first and of the last stop.
    """

    prices: tuple[Prices, ...]
    gaps: tuple[int, ...]
    first: Prices
    last: Prices
    waiting: float

    def by_start_of(self, number: int) -> Prices:
        """The least cost of the evening for every start of stop `number`."""
        return np.asarray(self._ahead(number)[-1] + self._behind(number)[0])

    def starts(self, number: int, start: int) -> list[int]:
        """The cheapest starts of all stops when stop `number` starts at `start`."""
        ahead, behind = self._ahead(number), self._behind(number)
        found = [start]
        for earlier in range(number - 1, -1, -1):
            latest = found[0] - self.gaps[earlier]
            found.insert(0, int(np.argmin(ahead[earlier][: latest + 1] - self.waiting * CLOCK[: latest + 1])))
        for later in range(number + 1, len(self.prices)):
            soonest = found[-1] + self.gaps[later - 1]
            prices = self.prices[later] + behind[later - number] + self.waiting * CLOCK
            found.append(soonest + int(np.argmin(prices[soonest:])))
        return found

    def _ahead(self, number: int) -> list[Prices]:
        """Per stop up to `number` the least cost of all up to and including it, by its start."""
        costs = [self.prices[0] + self.first]
        for earlier in range(number):
            gap = self.gaps[earlier]
            best = np.minimum.accumulate(costs[-1] - self.waiting * CLOCK)
            here = np.full_like(best, np.inf)
            here[gap:] = best[: len(best) - gap] + self.waiting * (CLOCK[gap:] - gap)
            costs.append(here + self.prices[earlier + 1])
        return costs

    def _behind(self, number: int) -> list[Prices]:
        """Per stop from `number` on the least cost of all after it, by its start."""
        costs = [self.last]
        for later in range(len(self.prices) - 1, number, -1):
            gap = self.gaps[later - 1]
            prices = self.prices[later] + costs[0] + self.waiting * CLOCK
            best = np.minimum.accumulate(prices[::-1])[::-1]
            here = np.full_like(best, np.inf)
            here[: len(best) - gap] = best[gap:] - self.waiting * (CLOCK[: len(best) - gap] + gap)
            costs.insert(0, here)
        return costs
