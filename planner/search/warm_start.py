"""Local search that begins with the routes of a plan: what cannot stay in them is left for insertion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from planner.model.plan import SECOND, Route, Stop
from planner.model.problem import Problem, Shift
from planner.search.apart import pin, slot_of, stop_of
from planner.search.insertion_data import InsertionData
from planner.search.removal import remove_unit, renew
from planner.search.search_state import Scratch, State


@dataclass(frozen=True)
class _Placed:
    """A stop of a unit as the routes have it. `shift`: number of the evening; `mask`: its visits of the unit."""

    unit: int
    shift: int
    mask: int
    is_second: bool
    slot: int


@dataclass
class WarmStart:
    """Puts the stops of routes into an empty plan of local search.

    `units`: the visits of each unit (positions); `shifts`: the evenings, each with the number of its visitor.
    """

    problem: Problem
    data: InsertionData
    units: Sequence[Sequence[int]]
    shifts: Sequence[tuple[int, Shift]]

    def __post_init__(self) -> None:
        data = self.data
        self._number = {self.problem.visits[v].id: v for unit in self.units for v in unit}
        self._sets = {(int(u), int(m)): q for q, (u, m) in enumerate(zip(data.set_unit, data.set_mask, strict=True))}
        self._unit_of = {v: number for number, unit in enumerate(self.units) for v in unit}
        self._shift_of = {
            (self.problem.visitors[m].id, shift.on): number for number, (m, shift) in enumerate(self.shifts)
        }

    def load(self, routes: Iterable[Route], plan: State, scratch: Scratch) -> None:
        """Place what of these routes can stand; a unit that cannot be placed as it stands there is left out."""
        scratch.sizes[2] += 1
        scratch.sizes[0] = scratch.sizes[1] = 0
        evenings: dict[int, list[_Placed]] = defaultdict(list)
        of_unit: dict[int, list[_Placed]] = defaultdict(list)
        for route in routes:
            for stop in route.stops:
                placed = self._placed(route, stop)
                of_unit[placed.unit].append(placed)
                evenings[placed.shift].append(placed)
        numbers = {placed: p for unit, stops in of_unit.items() for placed, p in self._enter(unit, stops, plan).items()}
        for shift, stops in evenings.items():
            kept = [numbers[placed] for placed in stops if placed in numbers]
            plan.stops[shift, : len(kept)] = kept
            plan.size[shift] = len(kept)
            plan.p_shift[kept] = shift
            plan.total[self.data.shift_visitor[shift]] += len(kept)
            renew(self.data, plan, scratch, shift)
        self._take_out_what_is_late(plan, scratch)
        self._separate(plan, scratch)

    def _placed(self, route: Route, stop: Stop) -> _Placed:
        """A stop as the unit of its visits has it."""
        visits = [self._number[name] for name in stop.visits]
        unit = self._unit_of[visits[0]]
        mask = sum(1 << i for i, v in enumerate(self.units[unit]) if v in visits)
        slot = stop.start // self.data.grid - self.data.low
        return _Placed(unit, self._shift_of[route.visitor, route.on], mask, stop.role == SECOND, slot)

    def _enter(self, unit: int, stops: Sequence[_Placed], plan: State) -> dict[_Placed, int]:
        """Make these the stops of a unit, with the number of each; none when search could not place them so."""
        data, day = self.data, self.data.shift_day
        mains = [stop for stop in stops if not stop.is_second]
        rows, seconds = {}, [stop for stop in stops if stop.is_second]
        for main in mains:
            number, row = self._option(main, len(plan.day_version))
            wanted = 0 if number < 0 else int(data.set_second_mask[number])
            there = [s for s in seconds if (s.mask, s.slot, day[s.shift]) == (wanted, main.slot, day[main.shift])]
            if row < 0 or len(there) != bool(wanted):
                return {}
            rows[main] = number, row
            rows.update((second, (number, -1)) for second in there)
        if len(rows) != len(stops):
            return {}
        moments = Counter((main.slot, int(day[main.shift])) for main in mains)
        numbers = {}
        for p, (stop, (number, row)) in enumerate(rows.items(), 2 * int(data.unit_first[unit])):
            is_pinned = data.set_is_pinned[number] or moments[stop.slot, int(day[stop.shift])] > 1
            plan.p_set[p], plan.p_is_second[p], plan.p_row[p] = number, stop.is_second, row
            plan.p_slot[p] = stop.slot if is_pinned else -1
            plan.p_minutes[p] = (data.set_second_minutes if stop.is_second else data.set_minutes)[number]
            plan.p_place[p] = data.set_place[number]
            numbers[stop] = p
        self._note_visits(unit, [(main, numbers[main]) for main in mains], plan)
        return numbers

    def _option(self, stop: _Placed, days: int) -> tuple[int, int]:
        """The stop set of a visitor's stop, and the row of its prices in that evening; -1 for none."""
        data, number = self.data, self._sets.get((stop.unit, stop.mask), -1)
        key = number * days + int(data.shift_day[stop.shift])
        options = range(data.option_first[key], data.option_first[key + 1]) if number >= 0 else ()
        rows = [int(data.option_row[o]) for o in options if data.option_shift[o] == stop.shift]
        return number, rows[0] if rows else -1

    def _note_visits(self, unit: int, mains: Sequence[tuple[_Placed, int]], plan: State) -> None:
        """When the visits of a unit are made, and what it costs that they are at several moments."""
        data, first = self.data, int(self.data.unit_first[unit])
        moments: dict[tuple[int, int], int] = defaultdict(int)
        for main, p in mains:
            day = int(data.shift_day[main.shift])
            moments[main.slot, day] |= main.mask
            for i in range(len(self.units[unit])):
                if main.mask >> i & 1:
                    plan.v_day[first + i], plan.v_slot[first + i] = day, plan.p_slot[p]
                    plan.v_minutes[first + i] = plan.p_minutes[p]
        plan.u_mask[unit] = sum(moments.values())
        groups = data.group_mask[data.group_first[unit] : data.group_first[unit + 1]]
        counts = [sum(bool(mask & int(group)) for mask in moments.values()) for group in groups]
        plan.u_extra[unit] = data.splitting * sum(max(0, count - 1) for count in counts)

    def _take_out_what_is_late(self, plan: State, scratch: Scratch) -> None:
        """Without a stop that was left out a route may be too late: on some roads the straight way is longer."""
        while not np.isfinite(plan.cost).all():
            shift = int(np.flatnonzero(~np.isfinite(plan.cost))[0])
            for p in plan.stops[shift, : plan.size[shift]].copy():
                if plan.p_shift[p] >= 0:
                    remove_unit(self.data, plan, scratch, int(self.data.set_unit[plan.p_set[p]]))

    def _separate(self, plan: State, scratch: Scratch) -> None:
        """Keep visits that must be apart at moments at which they are; take out one of two that are not."""
        data = self.data
        for v in range(len(data.visit_unit)):
            for w in data.apart[data.apart_first[v] : data.apart_first[v + 1]]:
                if plan.v_day[v] < 0 or plan.v_day[v] != plan.v_day[w]:
                    continue
                one, other = stop_of(data, plan, v), stop_of(data, plan, int(w))
                if plan.p_shift[one] == plan.p_shift[other]:
                    continue
                if self._overlap(plan, scratch, one, other):
                    fixed = [bool(data.unit_fixed_mask[data.set_unit[plan.p_set[p]]]) for p in (one, other)]
                    gone = one if fixed[1] and not fixed[0] else other
                    remove_unit(data, plan, scratch, int(data.set_unit[plan.p_set[gone]]))
                    continue
                for p in (one, other):
                    if plan.p_slot[p] < 0:
                        pin(data, plan, scratch, p)

    def _overlap(self, plan: State, scratch: Scratch, one: int, other: int) -> bool:
        """Whether two placed stops of a day are under way at one moment."""
        grid = self.data.grid
        (a, lasts), (b, takes) = (
            (slot_of(self.data, plan, scratch, p) * grid, plan.p_minutes[p]) for p in (one, other)
        )
        return bool(a < b + takes and b < a + lasts)
