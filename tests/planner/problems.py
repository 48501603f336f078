"""Small planning problems for tests: by hand, and at random."""

from __future__ import annotations

import copy
import datetime as dt
import random
from typing import Any

from planner.model.exchange import clock_text
from planner.model.index import Schedule
from planner.model.plan import SECOND, Route, Stop
from planner.model.problem import Problem

MONDAY = dt.date(2026, 9, 7)


def day(number: int) -> str:
    """The ISO date of day `number` of the campaign: Mondays and Tuesdays, week after week."""
    return (MONDAY + dt.timedelta(weeks=number // 2, days=number % 2)).isoformat()


def plain_problem(**changes: Any) -> dict[str, Any]:
    """Two families, one mentor, two evenings; everything fits. `changes` replace top-level fields."""
    problem = {
        "format": "thuisbezoek-problem/1",
        "rules": {
            "max_stops": 3,
            "start_grid_minutes": 5,
            "coupled_grid_minutes": 15,
            "double_extra_minutes": 15,
            "interpreter_buffer_minutes": 30,
        },
        "cost": {
            "unplaced": 50000,
            "outside_wish": 150,
            "week": 20,
            "travel_minute": 5,
            "waiting_minute": 1,
            "siblings_split": 2000,
            "substitute": 400,
            "moved": 300,
        },
        "days": [{"date": day(0), "week": 0}, {"date": day(2), "week": 1}],
        "places": ["school", "home-1", "home-2"],
        "travel_minutes": {"bike": [[0, 12, 7], [11, 0, 9], [8, 10, 0]]},
        "visitors": [
            {
                "id": "mentor",
                "mode": "bike",
                "depot": "school",
                "max_stops_total": None,
                "shifts": [_shift(day(0)), _shift(day(2))],
            }
        ],
        "visits": [
            _visit("visit-1", "home-1", [_window(day(0), "16:00", "18:00", True), _window(day(2), "17:00", "21:00")]),
            _visit("visit-2", "home-2", [_window(day(0), "16:30", "20:00")]),
        ],
        "siblings": [],
        "interpreters": {},
    }
    return copy.deepcopy(problem | changes)


def _shift(date: str, leave: str = "16:00", until: str = "21:00", back: str = "21:30") -> dict[str, Any]:
    return {"date": date, "leave_from": leave, "visits_until": until, "back_by": back}


def _window(date: str, start: str, end: str, wish: bool = False) -> dict[str, Any]:
    return {"date": date, "from": start, "until": end, "wish": wish}


def _visit(name: str, place: str, windows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    visit = {"id": name, "place": place, "minutes": 45, "visitors": ["mentor"], "windows": windows}
    return visit | {"second": [], "interpreter": None} | more


def random_problem(seed: int, *, visitors: int = 2, visits: int = 4, days: int = 2) -> dict[str, Any]:
    """A problem small enough for brute force and odd enough to find mistakes: coarse grid, wild roads."""
    rng = random.Random(seed)
    people = [f"mentor-{number}" for number in range(visitors)]
    dates = [day(number) for number in range(days)]
    places = ["school", "depot", *(f"home-{number}" for number in range(visits))]
    problem = plain_problem(
        days=[{"date": date, "week": number // 2} for number, date in enumerate(dates)],
        places=places,
        travel_minutes={mode: _wild_roads(rng, len(places)) for mode in ("bike", "car")},
        visitors=[_random_visitor(rng, name, dates) for name in people],
        visits=[_random_visit(rng, number, people, dates) for number in range(visits)],
    )
    problem["rules"] |= {
        "max_stops": rng.choice([1, 2, 3, 4]),
        "start_grid_minutes": rng.choice([10, 15, 20]),
        "coupled_grid_minutes": rng.choice([15, 20, 30]),
    }
    problem["cost"] |= {"unplaced": rng.choice([300, 50000]), "week": rng.choice([0, 20, 90])}
    _random_appointments(rng, problem)
    return problem


def year_beginning(seed: int, *, visitors: int, visits: int, days: int) -> dict[str, Any]:
    """A random problem in which nobody has answered: each visit may be on any evening, and evenings are alike."""
    rng = random.Random(seed)
    problem = random_problem(seed, visitors=visitors, visits=visits, days=days)
    dates = [entry["date"] for entry in problem["days"]]
    for visitor in problem["visitors"]:
        visitor["shifts"] = [_shift(date, "16:00", rng.choice(["18:00", "19:30"]), "20:30") for date in dates]
        visitor["shifts"][1:] = [visitor["shifts"][0] | {"date": date} for date in dates[1:]]
    for visit in problem["visits"]:
        late = rng.random() < 0.5
        visit["windows"] = [_window(date, "16:00", "20:00") for date in dates]
        visit["windows"] += [_window(date, "17:30", "20:00", True) for date in dates if late]
    problem.pop("current", None)
    return problem


def _wild_roads(rng: random.Random, size: int) -> list[list[int]]:
    """Neither symmetric nor shorter the straight way."""
    return [[0 if a == b else rng.randint(1, 45) for b in range(size)] for a in range(size)]


def _random_visitor(rng: random.Random, name: str, dates: list[str]) -> dict[str, Any]:
    some = rng.sample(dates, rng.randint(1, len(dates)))
    return {
        "id": name,
        "mode": rng.choice(["bike", "car"]),
        "depot": rng.choice(["school", "depot"]),
        "max_stops_total": rng.choice([None, None, 1, 3]),
        "shifts": [
            _shift(date, clock_text(rng.randrange(960, 1020, 5)), clock_text(rng.randrange(1150, 1261, 5)), "21:00")
            for date in some
        ],
    }


def _random_visit(rng: random.Random, number: int, people: list[str], dates: list[str]) -> dict[str, Any]:
    windows = []
    for _ in range(rng.randint(0, 4)):
        start = rng.randrange(930, 1140, 5)
        end = min(1300, start + rng.randrange(20, 160, 5))
        windows.append(_window(rng.choice(dates), clock_text(start), clock_text(end), rng.random() < 0.4))
    visitors = rng.sample(people, rng.choice([1, 1, min(2, len(people))]))
    return _visit(f"visit-{number}", f"home-{number}", windows, minutes=rng.choice([20, 30, 45]), visitors=visitors)


def _random_appointments(rng: random.Random, problem: dict[str, Any]) -> None:
    """Now and then a published moment, which may be one that no longer fits."""
    grid = problem["rules"]["start_grid_minutes"]
    for visit in problem["visits"]:
        if visit["windows"] and rng.random() < 0.25:
            window = rng.choice(visit["windows"])
            start = int(window["from"][:2]) * 60 + int(window["from"][3:])
            problem.setdefault("current", {})[visit["id"]] = {
                "visitor": rng.choice(visit["visitors"]),
                "date": window["date"],
                "start": clock_text(-(-start // grid) * grid),
            }


def random_days(rng: random.Random, problem: Problem) -> Schedule:
    """Routes as no planner would make them."""
    routes = []
    for visitor in problem.visitors:
        for on in rng.sample(sorted(problem.weeks), rng.randint(0, len(problem.weeks))):
            stops = []
            for _ in range(rng.randint(1, 4)):
                visits = rng.sample(problem.visits, min(len(problem.visits), rng.choice([1, 1, 1, 2])))
                role = rng.choice(["visitor", "visitor", SECOND])
                stops.append(Stop(tuple(visit.id for visit in visits), rng.randrange(930, 1300, 5), role))
            routes.append(Route(visitor.id, on, tuple(sorted(stops, key=lambda stop: stop.start))))
    return Schedule.of(routes)
