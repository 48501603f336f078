"""Regret insertion: moments for coupled visits, one family after another, the start of a first plan.

Under the prices of the visitors' own linear programs the cost of making a stop on an evening is the least
reduced cost of a route with it, less that of any route. Each family takes the moment at which this costs its
visitors least in all, the families with most to lose first.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import numba
import numpy as np

from planner.base.arrays import Flags, Floats
from planner.base.tuning import RegretInsertionTuning
from planner.master.bound import SLACK
from planner.master.coupling import sibling_groups
from planner.master.program import Program
from planner.master.rows import Sparse
from planner.model.index import ProblemIndex
from planner.model.problem import Problem
from planner.search.stops import StopTable

Stops = tuple[int, ...]


class RegretInsertion:
    """Chooses a moment for every coupled visit. `fixed` are the stops chosen (candidates)."""

    def __init__(
        self, problem: Problem, program: Program, stop_table: StopTable, reduced: Floats, tuning: RegretInsertionTuning
    ) -> None:
        self.problem = problem
        self._index = ProblemIndex(problem)
        self.program = program
        self.stop_table = stop_table
        self.reduced = reduced
        self.tuning = tuning
        self.fixed: list[int] = []
        self._used = np.zeros(program.rows)
        self._is_fixed = np.zeros(len(stop_table.evening), dtype=np.bool_)
        self._base = np.zeros(len(program.pool.evenings))
        self._with = np.full(len(stop_table.evening), np.inf)
        self._by_visits: dict[frozenset[int], list[int]] = defaultdict(list)
        for k, visits in enumerate(stop_table.visits):
            if stop_table.is_coupled[k]:
                self._by_visits[frozenset(visits)].append(k)
        for evening in range(len(program.pool.evenings)):
            self._look_at(evening)

    def estimate(self, duals: Floats) -> Floats:
        """Prices of the coupling rows under which each coupled stop just about pays.

        A visit is worth what its cheapest moment costs its visitor and whoever comes along; at each moment
        the second visitor is owed what it costs them, and a sibling's mentor what it costs them more than
        their own cheapest moment.
        """
        duals = duals.copy()
        extra = self._with - self._base[self.stop_table.evening]
        rows = self.program.stops
        row_of_visit = self.program.visit_row
        cheapest_second = _cheapest_by_row(rows, self.stop_table.is_second & self.stop_table.is_coupled, extra)
        for row, cost in cheapest_second.items():
            if self.program.lazy_group[row] >= 0 and self.program.lower[row] == self.program.upper[row] == 0:
                duals[row] = -cost
        paid = self.stop_table.is_coupled & ~self.stop_table.is_second & np.isfinite(extra)
        total = extra - np.where(paid, self._company_price(duals), 0)
        by_visit = self._cheapest_alone(total, paid)
        for visit, cost in by_visit.items():
            row = row_of_visit[visit]
            duals[row] = min(duals[row] + cost, self.problem.weights.unplaced)
        self._price_siblings(duals, extra, by_visit)
        return duals

    def _company_price(self, duals: Floats) -> Floats:
        """Per stop what the company that it asks for costs, as a negative price."""
        is_company = (self.program.lazy_group >= 0) & (self.program.lower == 0) & (self.program.upper == 0)
        return self.program.stops.dot(np.where(is_company, duals[: self.program.rows], 0.0))

    def _cheapest_alone(self, total: Floats, paid: Flags) -> dict[int, float]:
        """Per visit its cheapest stop of its own: for siblings the one at any moment."""
        cheapest: dict[int, float] = {}
        siblings = self._index.siblings
        for k in np.flatnonzero(paid):
            visits = self.stop_table.visits[k]
            if len(visits) != 1 or visits[0] not in self.program.visit_row:
                continue
            visit = self.problem.visits[visits[0]]
            is_own = self.stop_table.moment[k] < 0 or visit.is_coupled or visit.id not in siblings
            if is_own:
                cheapest[visits[0]] = min(float(total[k]), cheapest.get(visits[0], np.inf))
        return cheapest

    def _price_siblings(self, duals: Floats, extra: Floats, by_visit: dict[int, float]) -> None:
        """At each moment what it costs each mentor more, and for being together the least that one moment less asks.

        A stop that serves one visit meets the rows of all others of its group: with `more[v]` for each of n visits,
        `sum(more) / (n - 1) - more[v]` in the row of v gives every stop what it costs more.
        """
        rows, split_cost = self.program.row_names, self.problem.weights.siblings_split
        for at, group in enumerate(sibling_groups(self.problem, self.program.visits)):
            more: dict[tuple[dt.date, int], dict[int, float]] = defaultdict(dict)
            for visit in group:
                for moment, stops in self._by_moment(visit).items():
                    cost = min(float(extra[k]) for k in stops) - by_visit.get(visit, 0.0)
                    more[moment][visit] = max(0.0, min(cost, 2 * split_cost))
            fewer = len(group) - 1
            for moment, costs in more.items():
                for visit in group:
                    row = rows.get(("beside", at, visit, *moment))
                    if row is not None and len(costs) == len(group):
                        duals[row] = max(0.0, sum(costs.values()) / fewer - costs[visit])
            together = [sum(costs.values()) / fewer for costs in more.values() if len(costs) == len(group)]
            split = rows.get(("split", at))
            if split is not None:
                duals[split] = max(0.0, min([*together, *self._of_parties(group, extra, by_visit), split_cost]))

    def _of_parties(self, group: Sequence[int], extra: Floats, by_visit: dict[int, float]) -> Iterable[float]:
        """Per stop for several of a group what it costs above their cheapest stops, for each visit after the first."""
        for size in range(2, len(group) + 1):
            for visits in combinations(group, size):
                worth = sum(by_visit.get(visit, 0.0) for visit in visits)
                for k in self._by_visits.get(frozenset(visits), ()):
                    if not self.stop_table.is_second[k]:
                        yield (float(extra[k]) - worth) / (size - 1)

    def choose(self) -> None:
        """Give every family its moment; one that none fits stays without."""
        families = [(options, penalty) for options, penalty in self._families() if options]
        families.sort(key=lambda family: -self._regret(family[0]))
        for options, penalty in families:
            best = min(((self._cost(stops), stops) for stops in options), default=(np.inf, ()))
            if best[0] < penalty:
                self._fix(best[1])

    def _families(self) -> Iterable[tuple[list[Stops], float]]:
        """The ways to visit each family together, and what it may cost at most before it is not worth it."""
        number = self._index.visit_number
        met = Counter(number[name] for group in self.problem.siblings for name in group)
        weights = self.problem.weights
        for names in self.problem.siblings:
            group = tuple(number[name] for name in names)
            if all(met[v] == 1 and not self.problem.visits[v].is_coupled for v in group):
                yield self._together(group), len(group) * weights.unplaced
        for v, visit in enumerate(self.problem.visits):
            if visit.is_coupled:
                yield self._accompanied(v, bool(visit.second)), weights.unplaced

    def _together(self, group: Sequence[int]) -> list[Stops]:
        """All siblings by one visitor, or by several at the same moment."""
        is_second, moment = self.stop_table.is_second, self.stop_table.moment
        whole = [(k,) for k in self._by_visits.get(frozenset(group), ()) if not is_second[k]]
        at: dict[tuple[dt.date, int], list[int]] = defaultdict(list)
        for size in range(1, len(group)):
            for visits in combinations(group, size):
                for k in self._by_visits.get(frozenset(visits), ()):
                    if moment[k] >= 0 and not is_second[k]:
                        at[self._moment(k)].append(k)
        return [*whole, *(stops for some in at.values() for stops in self._covers(group, some))]

    def _covers(self, visits: Sequence[int], stops: Sequence[int]) -> Iterable[Stops]:
        """The ways to make these visits by some of these stops, each of another evening."""
        if not visits:
            yield ()
            return
        evening, made = self.stop_table.evening, self.stop_table.visits
        for k in stops:
            if visits[0] in made[k] and set(made[k]) <= set(visits):
                left = [visit for visit in visits if visit not in made[k]]
                for others in self._covers(left, [o for o in stops if evening[o] != evening[k]]):
                    yield (k, *others)

    def _accompanied(self, v: int, has_second: bool) -> list[Stops]:
        own = [k for k in self._by_visits.get(frozenset((v,)), ()) if not self.stop_table.is_second[k]]
        if not has_second:
            return [(k,) for k in own]
        seconds: dict[tuple[dt.date, int], list[int]] = defaultdict(list)
        for k in self._by_visits.get(frozenset((v,)), ()):
            if self.stop_table.is_second[k]:
                seconds[self._moment(k)].append(k)
        return self._pairs(self._by_moment(v), seconds)

    def _by_moment(self, visit: int) -> dict[tuple[dt.date, int], list[int]]:
        found: dict[tuple[dt.date, int], list[int]] = defaultdict(list)
        for k in self._by_visits.get(frozenset((visit,)), ()):
            if self.stop_table.moment[k] >= 0 and not self.stop_table.is_second[k]:
                found[self._moment(k)].append(k)
        return found

    def _moment(self, k: int) -> tuple[dt.date, int]:
        evening = self.program.pool.evenings[self.stop_table.evening[k]]
        return evening.shift.on, int(self.stop_table.moment[k])

    def _pairs(
        self, some: dict[tuple[dt.date, int], list[int]], others: dict[tuple[dt.date, int], list[int]]
    ) -> list[Stops]:
        evening = self.stop_table.evening
        return [
            (k, other)
            for moment, stops in some.items()
            for k in stops
            for other in others.get(moment, ())
            if evening[k] != evening[other]
        ]

    def _cost(self, stops: Stops) -> float:
        """What these stops cost under the prices, infinite when they do not fit any more."""
        cost = sum(self._with[k] - self._base[self.stop_table.evening[k]] for k in stops)
        return float(cost) if cost < np.inf and self._has_room(stops) else np.inf

    def _has_room(self, stops: Stops) -> bool:
        """Whether interpreters and the limits of visitors allow these stops."""
        return all(self._used[row] + used <= self.program.upper[row] + SLACK for row, used in self._activity(stops))

    def _activity(self, stops: Sequence[int]) -> Iterable[tuple[int, float]]:
        """What these stops use of the rows that they meet."""
        lists, total = self.program.stops, defaultdict[int, float](float)
        for k in stops:
            for at in range(lists.first[k], lists.first[k + 1]):
                total[int(lists.index[at])] += float(lists.weight[at])
        return total.items()

    def _regret(self, options: Sequence[Stops]) -> float:
        """What is lost when the cheapest of the options goes: few and dear options first."""
        count = self.tuning.options
        costs = sorted(self._cost(stops) for stops in options)[:count]
        return costs[-1] - costs[0] if len(costs) == count and costs[-1] < np.inf else np.inf

    def _fix(self, stops: Stops) -> None:
        for row, used in self._activity(stops):
            self._used[row] += used
        for k in stops:
            self.fixed.append(k)
            self._is_fixed[k] = True
            self._look_at(int(self.stop_table.evening[k]))

    def _look_at(self, evening: int) -> None:
        """Renew what stops cost on this evening, given what is fixed there."""
        pool = self.program.pool
        first, last = pool.offset[evening], pool.offset[evening + 1]
        fixed = int(self._is_fixed[first:last].sum())
        self._with[first:last] = np.inf
        self._base[evening] = _least_with(
            pool.start[evening], pool.start[evening + 1], pool.order, int(first), self.reduced,
            self.stop_table.is_coupled, self._is_fixed, fixed, self._with,
        )  # fmt: skip


def _cheapest_by_row(stops: Sparse, which: Flags, cost: Floats) -> dict[int, float]:
    """Per row the least cost of these stops that meet it."""
    cheapest: dict[int, float] = {}
    for k in np.flatnonzero(which & np.isfinite(cost)):
        for row in stops.index[stops.first[k] : stops.first[k + 1]]:
            cheapest[int(row)] = min(float(cost[k]), cheapest.get(int(row), np.inf))
    return cheapest


@numba.njit(cache=True, nogil=True)
def _least_with(start, end, order, offset, reduced, is_coupled, is_fixed, fixed, with_stop):  # type: ignore[no-untyped-def]
    """Least reduced cost of a route with just the fixed stops, and in `with_stop` with one more."""
    base = 0.0 if fixed == 0 else np.inf
    for c in range(start, end):
        met, others, extra = 0, 0, -1
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            k = offset + order[c, place]
            if is_fixed[k]:
                met += 1
            elif is_coupled[k]:
                others += 1
                extra = k
        if met < fixed or others > 1:
            continue
        if others == 0:
            base = min(base, reduced[c])
        else:
            with_stop[extra] = min(with_stop[extra], reduced[c])
    return base
