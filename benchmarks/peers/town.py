"""One mentor's part of an uncoupled planning problem, in the terms of a vehicle routing solver.

A vehicle is a shift; a client may be served by one of several choices, each a stretch of starts on one day at one
price. Time is in minutes since the first day. Starts lie on a grid: driving times between homes are rounded up so
that serving and driving together fill whole steps, and windows shrink to the grid. Distances are not rounded.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

DAY = 24 * 60


@dataclass(frozen=True)
class Vehicle:
    """One shift: `leaves` and `back` are minutes since the first day; `price` is what its week adds to a visit."""

    date: str
    leaves: int
    back: int
    price: float


@dataclass(frozen=True)
class Choice:
    """Starts at which a client may be served, by one vehicle, at a price beyond travel and waiting.

    `is_second_choice`: the family would rather have another moment, or has been told one.
    """

    vehicle: int
    first: int
    last: int
    price: float
    is_second_choice: bool


@dataclass(frozen=True)
class Client:
    """A family. `node` is its row in the matrices; the depot is row 0."""

    visit: str
    node: int
    minutes: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Town:
    """What one mentor has to solve. `travel` is real minutes, `paced[i][j]` what driving takes on the grid."""

    visitor: str
    max_stops: int
    unplaced: float
    travel_price: float
    waiting_price: float
    vehicles: tuple[Vehicle, ...]
    clients: tuple[Client, ...]
    travel: list[list[int]]
    paced: list[list[int]]

    @property
    def horizon(self) -> int:
        """Minutes until everybody is back for the last time."""
        return max(vehicle.back for vehicle in self.vehicles)


def inexpressible(problem: dict[str, Any]) -> list[str]:
    """What a problem has that these solvers cannot hold; empty when they can plan it mentor by mentor."""
    visits = problem["visits"]
    found = {
        "company": any(visit["second"] for visit in visits),
        "interpreters": any(visit["interpreter"] for visit in visits),
        "volunteers": any(len(visit["visitors"]) > 1 for visit in visits),
        "siblings": bool(problem["siblings"] or problem.get("apart")),
        "slack": bool(problem["rules"].get("slack_minutes")),
        "priced windows": any(window.get("cost") for visit in visits for window in visit["windows"]),
        "limits": any(visitor["max_stops_total"] is not None for visitor in problem["visitors"]),
    }
    return [what for what, is_there in found.items() if is_there]


def towns(problem: dict[str, Any]) -> list[Town]:
    """Every mentor's own problem. Raises ValueError when there is something that the peers cannot hold."""
    beyond_them = inexpressible(problem)
    if beyond_them:
        raise ValueError(f"these solvers cannot express {', '.join(beyond_them)}")
    return [_town(problem, visitor) for visitor in problem["visitors"] if visitor["shifts"]]


def _town(problem: dict[str, Any], visitor: dict[str, Any]) -> Town:
    place = {name: number for number, name in enumerate(problem["places"])}
    weeks = {day["date"]: day["week"] for day in problem["days"]}
    first = dt.date.fromisoformat(problem["days"][0]["date"])
    grid, weights = problem["rules"]["start_grid_minutes"], problem["cost"]
    vehicles = tuple(_vehicle(shift, first, weights["week"] * weeks[shift["date"]]) for shift in visitor["shifts"])
    of_date = {vehicle.date: number for number, vehicle in enumerate(vehicles)}
    visits = [visit for visit in problem["visits"] if visitor["id"] in visit["visitors"]]
    clients = tuple(
        Client(visit["id"], node, visit["minutes"], _choices(problem, visitor, visit, vehicles, of_date))
        for node, visit in enumerate(visits, start=1)
    )
    rows = [place[visitor["depot"]], *(place[visit["place"]] for visit in visits)]
    matrix = problem["travel_minutes"][visitor["mode"]]
    travel = [[matrix[a][b] for b in rows] for a in rows]
    busy = [0, *(visit["minutes"] for visit in visits)]
    paced = [[_up(busy[a] + leg, grid) - busy[a] for leg in row] for a, row in enumerate(travel)]
    for node in range(len(rows)):
        paced[node][0] = travel[node][0]
    return Town(
        visitor=visitor["id"],
        max_stops=problem["rules"]["max_stops"],
        unplaced=weights["unplaced"],
        travel_price=weights["travel_minute"],
        waiting_price=weights["waiting_minute"],
        vehicles=vehicles,
        clients=clients,
        travel=travel,
        paced=paced,
    )


def _vehicle(shift: dict[str, Any], first: dt.date, price: float) -> Vehicle:
    midnight = (dt.date.fromisoformat(shift["date"]) - first).days * DAY
    return Vehicle(
        shift["date"], midnight + _minutes(shift["leave_from"]), midnight + _minutes(shift["back_by"]), price
    )


def _choices(
    problem: dict[str, Any],
    visitor: dict[str, Any],
    visit: dict[str, Any],
    vehicles: tuple[Vehicle, ...],
    of_date: dict[str, int],
) -> tuple[Choice, ...]:
    """A choice for each window on a day of the mentor's; outside the wish it costs more, if there is a wish.

    A moment that stands is the only choice. One that the family was told is a choice of its own, and all others cost
    what moving it costs.
    """
    grid, weights = problem["rules"]["start_grid_minutes"], problem["cost"]
    shifts = {shift["date"]: shift for shift in visitor["shifts"]}
    fixed = problem.get("fixed", {}).get(visit["id"])
    told = problem.get("current", {}).get(visit["id"])
    has_wish = any(window["wish"] for window in visit["windows"])
    found = []
    for window in visit["windows"]:
        number = of_date.get(window["date"])
        if number is None:
            continue
        midnight = vehicles[number].leaves // DAY * DAY
        until = min(_minutes(window["until"]), _minutes(shifts[window["date"]]["visits_until"]))
        first, last = _up(_minutes(window["from"]), grid), (until - visit["minutes"]) // grid * grid
        is_outside = has_wish and not window["wish"]
        price = vehicles[number].price + (weights["outside_wish"] if is_outside else 0)
        for moment in (fixed, told):
            if moment is not None and moment["date"] == window["date"]:
                start = _minutes(moment["start"])
                if first <= start <= last:
                    found.append(Choice(number, midnight + start, midnight + start, price, False))
        if fixed is None and first <= last:
            moved = weights["moved"] if told else 0
            is_second = is_outside or told is not None
            found.append(Choice(number, midnight + first, midnight + last, price + moved, is_second))
    return tuple(found)


def _up(minutes: int, grid: int) -> int:
    return -(-minutes // grid) * grid


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
