"""Room for everybody: a made-up timetable in which each family that still waits has a moment with its mentor.

It is never shown and never kept. A moment is only given away when such a timetable can still be found afterwards, so
no family is left without an evening by what another one chose. And since it is made by cheapest insertion, it tells
which evening suits a family best: the one on which its neighbours will be visited too. Clock times are minutes after
midnight; families that stand have one window that is as long as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from visits.models.visits import GRID_MINUTES

DEPOT = 0
Legs = Sequence[Sequence[int]]


@dataclass(frozen=True)
class CapacityNeed:
    """A family in some evening. `place` is a row of the travel times, None for a call from wherever the mentor is."""

    key: int
    place: int | None
    minutes: int
    windows: Mapping[dt.date, Sequence[tuple[int, int]]]

    def at(self, on: dt.date, start: int) -> CapacityNeed:
        """This family at one moment and no other."""
        return replace(self, windows={on: [(start, start + self.minutes)]})


@dataclass(frozen=True)
class EveningCapacity:
    """A mentor's hours on one day, and who is visited then, in that order.

    `slack`: minutes between arriving at a family and the start there, but for the first.
    """

    on: dt.date
    leave: int
    until: int
    back: int
    slack: int = 0
    stops: tuple[CapacityNeed, ...] = ()
    travel: int = 0

    def with_need(self, need: CapacityNeed, legs: Legs, most: int) -> EveningCapacity | None:
        """This evening with one family more, where that costs the least travel; None when it does not fit."""
        if len(self.stops) >= most or self.on not in need.windows:
            return None
        best: EveningCapacity | None = None
        for nth in range(len(self.stops) + 1):
            tried = self.along((*self.stops[:nth], need, *self.stops[nth:]), legs)
            if tried is not None and (best is None or tried.travel < best.travel):
                best = tried
        return best

    def without(self, gone: Iterable[int], legs: Legs) -> EveningCapacity | None:
        """This evening without these families; None when who is left could not be reached in time as it is."""
        keys = set(gone)
        return self.along(tuple(stop for stop in self.stops if stop.key not in keys), legs)

    def along(self, stops: tuple[CapacityNeed, ...], legs: Legs) -> EveningCapacity | None:
        """The evening along these stops, each as early as can be; None when it does not fit in the mentor's hours."""
        at, here, travel = self.leave, DEPOT, 0
        for number, stop in enumerate(stops):
            there = here if stop.place is None else stop.place
            start = _first_start(stop, self.on, at + legs[here][there] + (self.slack if number else 0))
            if start is None:
                return None
            travel += legs[here][there]
            at, here = start + stop.minutes, there
        home = legs[here][DEPOT]
        if stops and (at > self.until or at + home > self.back):
            return None
        return replace(self, stops=stops, travel=travel + home if stops else 0)


@dataclass
class MentorCapacity:
    """A mentor's evenings with everybody in them who stands, and after `fill` also who waits."""

    evenings: dict[dt.date, EveningCapacity]
    legs: Legs
    most: int
    waiting: list[CapacityNeed] = field(default_factory=list)
    placed: set[int] = field(default_factory=set)  # of those who wait

    def fill(self, waiting: Iterable[CapacityNeed]) -> None:
        """Find a place for everybody who waits, those with the fewest evenings first."""
        self.waiting = sorted(waiting, key=lambda need: (len(need.windows), need.key))
        for need in self.waiting:
            if self._place(self.evenings, need, {other.key: other for other in self.waiting}):
                self.placed.add(need.key)

    def cost_of(self, need: CapacityNeed, on: dt.date, start: int) -> int | None:
        """Minutes of travel that this moment costs in all; None when somebody would be left without an evening.

        Who does not stand gives way and is placed elsewhere. Where there is too little room for everybody as it is,
        the family that chooses may be one of those who get some, but no more than one other goes without.
        """
        others = {other.key: other for other in self.waiting if other.key != need.key}
        before = self._without(self.evenings, need.key)
        evening = before.get(on)
        if evening is None:
            return None
        gone = [stop for stop in evening.stops if stop.key in others]
        bare = evening.without([stop.key for stop in gone], self.legs)
        chosen = bare.with_need(need.at(on, start), self.legs, self.most) if bare is not None else None
        if chosen is None:
            return None
        after = before | {on: chosen}
        lost = sum(not self._place(after, others[stop.key], others) for stop in gone)
        if lost > (0 if need.key in self.placed else 1):
            return None
        return sum(found.travel for found in after.values()) - sum(found.travel for found in before.values())

    def _without(self, evenings: Mapping[dt.date, EveningCapacity], key: int) -> dict[dt.date, EveningCapacity]:
        found = dict(evenings)
        for on, evening in evenings.items():
            if any(stop.key == key for stop in evening.stops):
                found[on] = evening.without([key], self.legs) or replace(evening, stops=())
        return found

    def _place(
        self, evenings: dict[dt.date, EveningCapacity], need: CapacityNeed, movable: Mapping[int, CapacityNeed]
    ) -> bool:
        """Put a family in the evening where it costs least; if none has room, let one other make way."""
        tried = [evening.with_need(need, self.legs, self.most) for evening in evenings.values()]
        fitting = [(found.travel - evenings[found.on].travel, found.on, found) for found in tried if found is not None]
        if fitting:
            _extra, on, best = min(fitting, key=lambda option: option[:2])
            evenings[on] = best
            return True
        return self._move_another(evenings, need, movable)

    def _move_another(
        self, evenings: dict[dt.date, EveningCapacity], need: CapacityNeed, movable: Mapping[int, CapacityNeed]
    ) -> bool:
        for on in need.windows:
            for stop in evenings[on].stops if on in evenings else ():
                if stop.key not in movable:
                    continue
                rest = evenings[on].without([stop.key], self.legs)
                with_need = rest.with_need(need, self.legs, self.most) if rest is not None else None
                if with_need is None:
                    continue
                for other, evening in evenings.items():
                    elsewhere = evening.with_need(movable[stop.key], self.legs, self.most) if other != on else None
                    if elsewhere is not None:
                        evenings[on], evenings[other] = with_need, elsewhere
                        return True
        return False


def _first_start(stop: CapacityNeed, on: dt.date, earliest: int) -> int | None:
    for begins, ends in stop.windows.get(on, ()):
        if ends - begins == stop.minutes:  # it stands, or can only be then
            start = begins if earliest <= begins else ends
        else:
            start = -(-max(begins, earliest) // GRID_MINUTES) * GRID_MINUTES
        if start + stop.minutes <= ends:
            return start
    return None
