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
    """Starts at which a client may be served, by one vehicle, at a price beyond travel and waiting."""

    vehicle: int
    first: int
    last: int
    price: float
    is_outside_wish: bool


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


def towns(problem: dict[str, Any]) -> list[Town]:
    """Every mentor's own problem. Raises ValueError when visits need two people: the peers cannot do that."""
    if problem["siblings"] or any(visit["second"] or visit["interpreter"] for visit in problem["visits"]):
        raise ValueError("visits are coupled: these solvers cannot hold two visitors to one moment")
    return [_town(problem, visitor) for visitor in problem["visitors"] if visitor["shifts"]]


def _town(problem: dict[str, Any], visitor: dict[str, Any]) -> Town:
    place = {name: number for number, name in enumerate(problem["places"])}
    weeks = {day["date"]: day["week"] for day in problem["days"]}
    first = dt.date.fromisoformat(problem["days"][0]["date"])
    grid, weights = problem["rules"]["start_grid_minutes"], problem["cost"]
    vehicles = tuple(_vehicle(shift, first, weights["week"] * weeks[shift["date"]]) for shift in visitor["shifts"])
    of_date = {vehicle.date: number for number, vehicle in enumerate(vehicles)}
    visits = [visit for visit in problem["visits"] if visitor["id"] in visit["visitors"]]
    shifts = {shift["date"]: shift for shift in visitor["shifts"]}
    clients = tuple(
        Client(visit["id"], node, visit["minutes"], _choices(visit, vehicles, of_date, shifts, grid, weights))
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
    visit: dict[str, Any],
    vehicles: tuple[Vehicle, ...],
    of_date: dict[str, int],
    shifts: dict[str, dict[str, Any]],
    grid: int,
    weights: dict[str, float],
) -> tuple[Choice, ...]:
    """A choice for each window on a day of the mentor's; outside the wish it costs more, if there is a wish."""
    has_wish = any(window["wish"] for window in visit["windows"])
    found = []
    for window in visit["windows"]:
        number = of_date.get(window["date"])
        if number is None:
            continue
        midnight = vehicles[number].leaves // DAY * DAY
        until = min(_minutes(window["until"]), _minutes(shifts[window["date"]]["visits_until"]))
        first = _up(_minutes(window["from"]), grid)
        last = (until - visit["minutes"]) // grid * grid
        if first <= last:
            is_outside = has_wish and not window["wish"]
            price = vehicles[number].price + (weights["outside_wish"] if is_outside else 0)
            found.append(Choice(number, midnight + first, midnight + last, price, is_outside))
    return tuple(found)


def _up(minutes: int, grid: int) -> int:
    return -(-minutes // grid) * grid


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
