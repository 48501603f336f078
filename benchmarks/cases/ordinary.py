"""Ordinary schools as planning problems: what coordinators enter, wide windows and people who depend on each other.

* `first`: the first plan of a year. Nobody has said anything yet, so every family is free on every evening that its
  mentor gives; six in ten would rather not be visited before half past six.
* `buddy`: and two mentors in five take a colleague along to all their visits: half of them always the same one, the
  others one of three.
* `shared`: and one mentor in ten hands all visits over, each to any of six colleagues, nobody making more than 36.
* `regional`: a catchment area of 40 by 40 kilometres, by car.
* `running`: a season half way. Of five families three have a moment that stands, one has a proposal.
* `primary`: eight groups with two part-time teachers each; households have one to three children in different groups.

The same school for the same arguments. Distances are straight lines with a detour, rounded up to minutes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .schools import COST, RULES

Json = dict[str, Any]
Point = tuple[float, float]
MONDAY = dt.date(2026, 9, 7)
WEEKS = (0, 1, 2, 3, 4, 5, 7)  # the seventh is a holiday
DAYS = [(week, weekday) for week in WEEKS for weekday in range(5)]
ROADS = {"bike": (1.25, 15.0, 0), "car": (1.35, 40.0, 3)}  # detour, km an hour, minutes to park
WINDOW_COST = 60  # format 2: of a start before the evening, for a family that would rather be visited in it


@dataclass(frozen=True)
class Hours:
    """When visitors go out, in minutes after midnight: from departure until the last visit has ended."""

    leave: int
    until: int
    evening: int  # from here many families would rather be visited

    def shift(self, date: str) -> Json:
        """One evening; half an hour is for the way back."""
        return {
            "date": date,
            "leave_from": _clock(self.leave),
            "visits_until": _clock(self.until),
            "back_by": _clock(self.until + 30),
        }

    def windows(self, dates: Iterable[str], *, likes_evenings: bool) -> list[Json]:
        """Free from departure to the end on all these dates, perhaps with a wish for the evening."""
        end, found = _clock(self.until), []
        for date in dates:
            found.append({"date": date, "from": _clock(self.leave), "until": end, "wish": False})
            if likes_evenings:
                found.append({"date": date, "from": _clock(self.evening), "until": end, "wish": True})
        return found


SECONDARY = Hours(16 * 60, 21 * 60, 18 * 60 + 30)
PRIMARY = Hours(15 * 60 + 30, 19 * 60 + 30, 17 * 60 + 30)


class Region:
    """A square with the school in the middle and homes in neighbourhoods of unlike sizes."""

    def __init__(self, chance: random.Random, kilometres: float) -> None:
        self.chance, self.kilometres = chance, kilometres
        inside = (0.5, kilometres - 0.5)
        number = max(5, int(kilometres))
        self.centres = [(chance.uniform(*inside), chance.uniform(*inside)) for _ in range(number)]
        self.spreads = [chance.uniform(0.2, 0.8) for _ in range(number)]
        self.sizes = [chance.gammavariate(1.2, 1.0) for _ in range(number)]
        self.places: dict[str, Point] = {"school": (kilometres / 2, kilometres / 2)}

    def settle(self, name: str) -> str:
        """Give a household a home, and return the name of the place."""
        hood = self.chance.choices(range(len(self.sizes)), self.sizes)[0]
        x, y = (self.chance.gauss(at, self.spreads[hood]) for at in self.centres[hood])
        self.places[name] = (self._within(x), self._within(y))
        return name

    def _within(self, at: float) -> float:
        return min(self.kilometres, max(0.0, at))

    def travel_minutes(self) -> dict[str, list[list[int]]]:
        """A matrix for each mode, from row to column."""
        points = list(self.places.values())
        return {mode: [[_minutes(a, b, mode) for b in points] for a in points] for mode in ROADS}


def make_ordinary_school(
    kind: str, seed: int = 1, *, mentors: int = 30, families: int = 28, max_stops: int = 3
) -> Json:
    """A problem in the exchange format, of one of `KINDS`. A primary school has eight groups of so many pupils."""
    chance = random.Random(f"{kind} {seed}")
    problem = KINDS[kind](chance, mentors, families)
    problem["rules"] = {"max_stops": max_stops, **RULES}
    return problem


def as_second_format(problem: Json) -> Json:
    """That school in format 2: five minutes of slack, siblings in groups of which a third are apart, priced windows."""
    groups: dict[str, list[str]] = {}
    for visit in problem["visits"]:
        groups.setdefault(visit["place"], []).append(visit["id"])
    tied = {name for pair in problem["siblings"] for name in pair}
    homes = [names for names in groups.values() if tied.intersection(names)]
    return problem | {
        "format": "thuisbezoek-problem/2",
        "rules": problem["rules"] | {"slack_minutes": 5},
        "siblings": [names for number, names in enumerate(homes) if number % 3],
        "apart": [names for number, names in enumerate(homes) if number % 3 == 0],
        "visits": [visit | {"windows": list(_priced(visit["windows"]))} for visit in problem["visits"]],
    }


def _priced(windows: list[Json]) -> Iterator[Json]:
    """A price for a start outside the wish in place of the wish."""
    wished = {window["date"] for window in windows if window["wish"]}
    for window in windows:
        is_outside = window["date"] in wished and not window["wish"]
        yield window | {"wish": False, "cost": WINDOW_COST if is_outside else 0}


def _first(chance: random.Random, mentors: int, families: int) -> Json:
    return _secondary(chance, mentors, families, Region(chance, 10.0), by_car=0.3)


def _regional(chance: random.Random, mentors: int, families: int) -> Json:
    return _secondary(chance, mentors, families, Region(chance, 40.0), by_car=1.0)


def _secondary(chance: random.Random, mentors: int, families: int, region: Region, *, by_car: float) -> Json:
    """Every mentor visits the own families on two evenings a week, of Monday to Thursday."""
    visitors, visits = [], []
    for number in range(1, mentors + 1):
        weekdays = chance.sample(range(4), 2)
        dates = [_date(*day) for day in DAYS if day[1] in weekdays]
        mode = "car" if chance.random() < by_car else "bike"
        visitors.append(_visitor(f"mentor-{number}", mode, SECONDARY, dates))
        for family in range(1, families + 1):
            name = f"{number}-{family}"
            windows = SECONDARY.windows(dates, likes_evenings=chance.random() < 0.6)
            home = region.settle(f"home-{name}")
            visits.append(_visit(f"visit-{name}", home, 45, [f"mentor-{number}"], windows))
    return _problem(region, visitors, visits)


def _buddy(chance: random.Random, mentors: int, families: int) -> Json:
    """Who comes along gives the evenings of the mentor too."""
    problem = _first(chance, mentors, families)
    people = {visitor["id"]: visitor for visitor in problem["visitors"]}
    names = list(people)
    led, alone = names[: 2 * (mentors // 5)], names[2 * (mentors // 5) :]
    companies = {name: sorted(chance.sample(alone, (1, 3)[number % 2])) for number, name in enumerate(led)}
    for name, company in companies.items():
        for colleague in company:
            shifts = {shift["date"]: shift for shift in people[name]["shifts"] + people[colleague]["shifts"]}
            people[colleague]["shifts"] = [shifts[date] for date in sorted(shifts)]
    for visit in problem["visits"]:
        visit["second"] = companies.get(visit["visitors"][0], [])
    return problem


def _shared(chance: random.Random, mentors: int, families: int) -> Json:
    """A family that is handed over is free on every evening of any of the six."""
    problem = _first(chance, mentors, families)
    people = {visitor["id"]: visitor for visitor in problem["visitors"]}
    names = list(people)
    givers, takers = names[: max(1, mentors // 10)], names[max(1, mentors // 10) :]
    chosen = {name: sorted(chance.sample(takers, min(6, len(takers)))) for name in givers}
    for visit in problem["visits"]:
        six = chosen.get(visit["visitors"][0])
        if six:
            dates = sorted({shift["date"] for name in six for shift in people[name]["shifts"]})
            visit |= {"visitors": six, "windows": SECONDARY.windows(dates, likes_evenings=False)}
    for name in takers:
        people[name]["max_stops_total"] = 36
    return problem


def _running(chance: random.Random, mentors: int, families: int) -> Json:
    """Moments evening by evening, two families each, in the order of the class list."""
    problem = _first(chance, mentors, families)
    place = {name: number for number, name in enumerate(problem["places"])}
    problem |= {"fixed": {}, "current": {}}
    for visitor in problem["visitors"]:
        own = [visit for visit in problem["visits"] if visit["visitors"] == [visitor["id"]]]
        waiting = iter(own[: round(0.8 * families)])
        road = problem["travel_minutes"][visitor["mode"]]
        visit = next(waiting, None)
        for shift in visitor["shifts"]:
            free, here = SECONDARY.leave + 60, place["school"]
            for _stop in range(2):
                if visit is None:
                    break
                start = _up(free + road[here][place[visit["place"]]], 15)
                if start + 45 > SECONDARY.until - 15:
                    break
                appointment = {"visitor": visitor["id"], "date": shift["date"], "start": _clock(start)}
                problem["fixed" if chance.random() < 0.75 else "current"][visit["id"]] = appointment
                free, here = start + 45, place[visit["place"]]
                visit = next(waiting, None)
    return problem


def _primary(chance: random.Random, mentors: int, families: int) -> Json:
    """Either teacher of a group visits: one gives Monday to Wednesday, the other Thursday and Friday."""
    region, groups = Region(chance, 6.0), range(1, 9)
    visitors = []
    for group in groups:
        for half, weekdays in (("a", (0, 1, 2)), ("b", (3, 4))):
            dates = [_date(*day) for day in DAYS if day[1] in weekdays]
            visitors.append(_visitor(f"teacher-{group}{half}", "bike", PRIMARY, dates))
    room = dict.fromkeys(groups, families)
    visits, siblings = [], []
    dates = [_date(*day) for day in DAYS]
    for number in itertools.count(1):
        open_groups = [group for group in groups if room[group]]
        if not open_groups:
            break
        children = chance.choices([1, 2, 3], [0.5, 0.38, 0.12])[0]
        chosen = chance.sample(open_groups, min(children, len(open_groups)))
        home = region.settle(f"home-{number}")
        windows = PRIMARY.windows(dates, likes_evenings=chance.random() < 0.5)
        names = [f"visit-{group}-{number}" for group in chosen]
        for group, name in zip(chosen, names, strict=True):
            room[group] -= 1
            teachers = [f"teacher-{group}a", f"teacher-{group}b"]
            visits.append(_visit(name, home, 30, teachers, windows))
        siblings += [list(pair) for pair in itertools.combinations(names, 2)]
    return _problem(region, visitors, visits) | {"siblings": siblings}


KINDS: dict[str, Callable[[random.Random, int, int], Json]] = {
    "first": _first,
    "buddy": _buddy,
    "shared": _shared,
    "regional": _regional,
    "running": _running,
    "primary": _primary,
}


def _problem(region: Region, visitors: list[Json], visits: list[Json]) -> Json:
    return {
        "format": "thuisbezoek-problem/1",
        "cost": COST,
        "days": [{"date": _date(*day), "week": day[0]} for day in DAYS],
        "places": list(region.places),
        "travel_minutes": region.travel_minutes(),
        "visitors": visitors,
        "visits": visits,
        "siblings": [],
        "interpreters": {},
    }


def _visitor(name: str, mode: str, hours: Hours, dates: list[str]) -> Json:
    shifts = [hours.shift(date) for date in dates]
    return {"id": name, "mode": mode, "depot": "school", "max_stops_total": None, "shifts": shifts}


def _visit(name: str, place: str, minutes: int, visitors: list[str], windows: list[Json]) -> Json:
    return {
        "id": name,
        "place": place,
        "minutes": minutes,
        "visitors": visitors,
        "windows": windows,
        "second": [],
        "interpreter": None,
    }


def _minutes(a: Point, b: Point, mode: str) -> int:
    detour, speed, parking = ROADS[mode]
    kilometres = math.dist(a, b)
    return math.ceil(kilometres * detour / speed * 60) + parking if kilometres > 1e-9 else 0


def _date(week: int, weekday: int) -> str:
    return (MONDAY + dt.timedelta(weeks=week, days=weekday)).isoformat()


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _up(minutes: int, step: int) -> int:
    return -(-minutes // step) * step
