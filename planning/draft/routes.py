"""The routes of a stored draft: stops with their clock times, the travel along them, and how one is drawn.

Times of the day are whole minutes after midnight on the Dutch clock; durations are whole minutes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mentors.dates import clock_of, minutes_of_clock
from planner import SECOND, VISITOR, ProblemIndex, Route, ShiftKey, Stop
from planning.problem.visit_facts import MentorDay

Metres = Callable[[str, str], int]  # metres from place to place, by the names that the problem gives them


@dataclass(frozen=True, slots=True)
class DrawnStop:
    """One halt: a visit, or several visits that one mentor makes at once (primary keys as texts).

    `travel_minutes`: from the stop before, or from the depot. `role`: the planner's VISITOR or SECOND.
    """

    visits: tuple[str, ...]
    start: int
    until: int
    travel_minutes: int
    role: str = VISITOR

    @property
    def is_second(self) -> bool:
        """Whether the mentor of the route comes along with a colleague, whose own visit it is."""
        return self.role == SECOND

    def planned(self) -> Stop:
        """The stop as the planner has it."""
        return Stop(self.visits, self.start, self.role)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DrawnStop:
        """What `to_json` wrote; the oldest rows have no role where it is VISITOR."""
        return cls(
            visits=tuple(data["visits"]),
            start=minutes_of_clock(data["start"]),
            until=minutes_of_clock(data["until"]),
            travel_minutes=data["travel_minutes"],
            role=data.get("role", VISITOR),
        )

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "visits": list(self.visits),
            "start": clock_of(self.start),
            "role": self.role,
            "travel_minutes": self.travel_minutes,
            "until": clock_of(self.until),
        }


@dataclass(frozen=True, slots=True)
class DrawnRoute:
    """One mentor's day: the stops in driving order, from the depot and back to it.

    `visitor`: the mentor's primary key as a text. `travel_minutes` and `travel_metres` include the way back.
    """

    visitor: str
    on: dt.date
    mode: str
    leaves: int
    back: int
    travel_minutes: int
    travel_metres: int
    stops: tuple[DrawnStop, ...]

    @property
    def mentor(self) -> int:
        """The mentor's primary key."""
        return int(self.visitor)

    @property
    def mentor_day(self) -> MentorDay:
        """The mentor's primary key and the date: no two routes of a draft share them."""
        return int(self.visitor), self.on

    @property
    def shift_key(self) -> ShiftKey:
        """The mentor and the date as the planner names a shift."""
        return self.visitor, self.on

    @property
    def visits(self) -> set[str]:
        """All visits on the route, those of colleagues too."""
        return {visit for stop in self.stops for visit in stop.visits}

    def planned(self) -> Route:
        """The route as the planner has it."""
        return Route(self.visitor, self.on, tuple(stop.planned() for stop in self.stops))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DrawnRoute:
        """What `to_json` wrote."""
        return cls(
            visitor=data["visitor"],
            on=dt.date.fromisoformat(data["date"]),
            mode=data["mode"],
            leaves=minutes_of_clock(data["leaves"]),
            back=minutes_of_clock(data["back"]),
            travel_minutes=data["travel_minutes"],
            travel_metres=data["travel_metres"],
            stops=tuple(DrawnStop.from_json(stop) for stop in data["stops"]),
        )

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "visitor": self.visitor,
            "date": self.on.isoformat(),
            "stops": [stop.to_json() for stop in self.stops],
            "mode": self.mode,
            "leaves": clock_of(self.leaves),
            "back": clock_of(self.back),
            "travel_minutes": self.travel_minutes,
            "travel_metres": self.travel_metres,
        }


def draw_route(index: ProblemIndex, shift_key: ShiftKey, stops: Iterable[Stop], metres: Metres) -> DrawnRoute | None:
    """The route of these stops, with its travel and clock times; None when there is no stop.

    `metres`: how far it is from place to place by this visitor's way of travelling. The minutes are the problem's.
    """
    visitor, on = index.visitors[shift_key[0]], shift_key[1]
    here, total_minutes, total_metres = visitor.depot, 0, 0
    drawn: list[DrawnStop] = []
    for stop in stops:
        there = index.visits[stop.visits[0]].place
        leg = index.leg(visitor.id, here, there)
        drawn.append(DrawnStop(stop.visits, stop.start, stop.start + index.stop_minutes(stop), leg, stop.role))
        total_minutes, total_metres, here = total_minutes + leg, total_metres + metres(here, there), there
    if not drawn:
        return None
    back = index.leg(visitor.id, here, visitor.depot)
    return DrawnRoute(
        visitor=visitor.id,
        on=on,
        mode=visitor.mode,
        leaves=drawn[0].start - drawn[0].travel_minutes,
        back=drawn[-1].until + back,
        travel_minutes=total_minutes + back,
        travel_metres=total_metres + metres(here, visitor.depot),
        stops=tuple(drawn),
    )
