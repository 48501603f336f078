"""Synthetic schools as planning problems: neighbourhoods, evenings, wishes and visits that need two people.

The same school for the same arguments. Distances are straight lines with a detour, by bike or by car.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, field
from typing import Any

FIELD_KM = 10.0
WEEKS = [0, 1, 2, 3, 4, 5, 7]  # the seventh is a holiday
SPEED = {"bike": (1.25, 15.0, 0.0), "car": (1.35, 28.0, 2.0)}  # detour, km an hour, minutes to get in and out
MONDAY = dt.date(2026, 9, 7)
EVENING = (16 * 60, 21 * 60, 21 * 60 + 30)
FREE = [(16 * 60, 21 * 60), (16 * 60, 18 * 60 + 30), (18 * 60 + 30, 21 * 60), (17 * 60, 20 * 60)]
# As planning/problem/build.py has them, which needs a database to read.
RULES = {
    "start_grid_minutes": 5,
    "coupled_grid_minutes": 15,
    "double_extra_minutes": 15,
    "interpreter_buffer_minutes": 30,
}
COST = {
    "unplaced": 50_000,
    "outside_wish": 150,
    "week": 20,
    "travel_minute": 5,
    "waiting_minute": 1,
    "siblings_split": 2_000,
    "substitute": 400,
    "moved": 300,
}
Point = tuple[float, float]


@dataclass
class Town:
    """Places on a plane; homes lie mostly in neighbourhoods."""

    chance: random.Random
    where: dict[str, Point] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hoods = [(self._anywhere(), self.chance.uniform(0.2, 0.7)) for _number in range(10)]
        self.sizes = [self.chance.uniform(0.3, 2.0) for _hood in self.hoods]
        self.where["school"] = (FIELD_KM / 2, FIELD_KM / 2)

    def _anywhere(self) -> Point:
        return self.chance.uniform(0, FIELD_KM), self.chance.uniform(0, FIELD_KM)

    def settle(self, name: str) -> str:
        """Give `name` a home; one in twelve lies outside every neighbourhood."""
        (x, y), spread = self.chance.choices(self.hoods, self.sizes)[0]
        home = (self.chance.gauss(x, spread), self.chance.gauss(y, spread))
        self.where[name] = self._anywhere() if self.chance.random() < 1 / 12 else home
        return name

    def minutes(self, mode: str) -> list[list[int]]:
        """Whole minutes between all places, rounded up."""
        detour, speed, parking = SPEED[mode]
        points = list(self.where.values())
        return [
            [0 if a == b else math.ceil(math.dist(a, b) * detour / speed * 60 + parking) for b in points]
            for a in points
        ]


def make_school(
    seed: int,
    mentors: int,
    families: int,
    *,
    together: float = 0.0,
    max_stops: int = 3,
    minutes: int = 45,
    town: Town | None = None,
) -> dict[str, Any]:
    """A problem in the exchange format. `together` is the share of visits that need two people at one moment.

    Homes lie in `town`, which is made up unless one is given.
    """
    chance = random.Random(seed)
    town = town or Town(chance)
    days = [(week, weekday) for week in WEEKS for weekday in range(4)]
    visitors, visits = [], []
    for number in range(1, mentors + 1):
        visitor, evenings = _visitor(chance, town, number, days)
        visitors.append(visitor)
        visits += [_visit(chance, town, visitor, f"{number}-{n}", evenings, minutes) for n in range(1, families + 1)]
    siblings = _couple(chance, visitors, visits, together)
    dates = [{"date": _date(*day), "week": day[0]} for day in days]
    interpreters = [{"date": day["date"], "from": "16:00", "until": "21:30", "count": 2} for day in dates]
    return {
        "format": "thuisbezoek-problem/1",
        "rules": {"max_stops": max_stops, **RULES},
        "cost": COST,
        "days": dates,
        "places": list(town.where),
        "travel_minutes": {mode: town.minutes(mode) for mode in SPEED},
        "visitors": visitors,
        "visits": visits,
        "siblings": siblings,
        "interpreters": {"ar": interpreters},
    }


def _date(week: int, weekday: int) -> str:
    return (MONDAY + dt.timedelta(weeks=week, days=weekday)).isoformat()


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _visitor(
    chance: random.Random, town: Town, number: int, days: list[tuple[int, int]]
) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """A mentor with two evenings a week, now and then one less; a fifth start from home."""
    weekdays = chance.sample(range(4), 2)
    evenings = [day for day in days if day[1] in weekdays and chance.random() > 0.08]
    leave, until, back = (_clock(clock) for clock in EVENING)
    shifts = [{"date": _date(*day), "leave_from": leave, "visits_until": until, "back_by": back} for day in evenings]
    visitor = {
        "id": f"mentor-{number}",
        "mode": "bike" if chance.random() < 0.7 else "car",
        "depot": town.settle(f"depot-{number}") if chance.random() < 0.2 else "school",
        "max_stops_total": None,
        "shifts": shifts,
    }
    return visitor, evenings


def _visit(
    chance: random.Random,
    town: Town,
    visitor: dict[str, Any],
    name: str,
    evenings: list[tuple[int, int]],
    minutes: int,
) -> dict[str, Any]:
    """A family: free on some weekdays and hours, away now and then; three in four wish a part of that."""
    weekdays = sorted({weekday for _week, weekday in evenings})
    free = {weekday: chance.choice(FREE) for weekday in weekdays if chance.random() < 0.75}
    free = free or {chance.choice(weekdays): chance.choice(FREE)}
    is_hard = chance.random() < 0.03
    wish_on = chance.choice(sorted(free)) if chance.random() < 0.75 else None
    windows = []
    for week, weekday in evenings:
        if weekday not in free or chance.random() < (0.85 if is_hard else 0.1):
            continue
        start, end = free[weekday]
        date = _date(week, weekday)
        windows.append({"date": date, "from": _clock(start), "until": _clock(end), "wish": False})
        if weekday == wish_on:
            windows.append({"date": date, "from": _clock(end - 90), "until": _clock(end), "wish": True})
    return {
        "id": f"visit-{name}",
        "place": town.settle(f"home-{name}"),
        "minutes": minutes,
        "visitors": [visitor["id"]],
        "windows": windows,
        "second": [],
        "interpreter": None,
    }


def _couple(
    chance: random.Random, visitors: list[dict[str, Any]], visits: list[dict[str, Any]], share: float
) -> list[list[str]]:
    """Of the coupled visits half are siblings, a third have a second visitor, the others an interpreter."""
    count = round(share * len(visits))
    chosen = chance.sample(range(len(visits)), count)
    dates = {visitor["id"]: {shift["date"] for shift in visitor["shifts"]} for visitor in visitors}
    pairs, loners = [], chosen[count // 2 :]
    for at in range(0, count // 2 - 1, 2):
        one, other = visits[chosen[at]], visits[chosen[at + 1]]
        if one["visitors"] != other["visitors"]:
            other["place"] = one["place"]
            pairs.append([one["id"], other["id"]])
    for number, at in enumerate(loners):
        visit = visits[at]
        own, days = visit["visitors"][0], {window["date"] for window in visit["windows"]}
        able = sorted(name for name in dates if name != own and len(dates[name] & days) >= 3)
        if able and number % 5 < 3:
            visit["second"] = sorted(chance.sample(able, min(3, len(able))))
        else:
            visit["interpreter"] = "ar"
    return pairs
