"""Brute force and a judge for small problems with coupled visits, on the exchange format alone."""

from __future__ import annotations

import copy
import functools
import itertools
import math
import random
from typing import Any

from tests.planner.oracle import minutes
from tests.planner.problems import day, plain_problem, random_problem

Stop = tuple[tuple[str, ...], int, str]
Placed = tuple[str, str, tuple[Stop, ...]]
Made = tuple[str, str, int, int]  # by whom, on which date, from and until which minute
Along = tuple[str, str, int]  # who comes along, on which date, at which minute


def random_coupled_problem(seed: int, *, visitors: int = 2, visits: int = 3, days: int = 1) -> dict[str, Any]:
    """Siblings, second visitors and interpreters on a coarse grid, with hardly any room."""
    rng = random.Random(seed)
    problem = random_problem(seed, visitors=visitors, visits=visits, days=days)
    problem["rules"] |= {"max_stops": rng.choice([1, 2, 2, 3]), "start_grid_minutes": rng.choice([20, 30])}
    problem["rules"] |= {"coupled_grid_minutes": rng.choice([20, 30, 60])}
    problem.pop("current", None)
    everyone = [person["id"] for person in problem["visitors"]]
    for person in problem["visitors"]:
        for shift in person["shifts"]:
            shift |= {"leave_from": "16:00", "visits_until": "19:30", "back_by": "20:30"}
    for visit in problem["visits"]:
        for window in visit["windows"]:
            window |= {"until": min("19:30", window["until"])}
            window |= {"from": min(window["from"], window["until"])}
        if rng.random() < 0.3:
            visit["second"] = rng.sample(everyone, rng.randint(1, len(everyone)))
        if rng.random() < 0.35:
            visit["interpreter"] = "ar"
    names = [visit["id"] for visit in problem["visits"]]
    pairs = list(itertools.combinations(names, 2))
    problem["siblings"] = [list(pair) for pair in rng.sample(pairs, min(len(pairs), rng.choice([0, 1, 1, 2])))]
    by_id = {visit["id"]: visit for visit in problem["visits"]}
    for a, b in problem["siblings"]:
        if rng.random() < 0.85:
            by_id[b]["place"] = by_id[a]["place"]
    dates = [day["date"] for day in problem["days"]]
    problem["interpreters"] = {"ar": [_interpreter(rng, dates) for _ in range(rng.randint(1, 2))]}
    problem["cost"] |= {"siblings_split": rng.choice([0, 60, 2000]), "substitute": rng.choice([0, 40, 400])}
    return problem


def random_company(seed: int, *, visitors: int = 3, visits: int = 5, days: int = 3) -> dict[str, Any]:
    """Visits of which most need one of one or two colleagues, and nothing else ties."""
    rng = random.Random(f"company {seed}")
    problem = random_coupled_problem(seed, visitors=visitors, visits=visits, days=days)
    everyone = [person["id"] for person in problem["visitors"]]
    problem |= {"siblings": [], "interpreters": {}}
    problem["rules"] |= {"max_stops": rng.choice([1, 2, 3])}
    for visit in problem["visits"]:
        visit |= {"interpreter": None, "visitors": visit["visitors"][: rng.choice([1, 1, 2])], "second": []}
        others = [name for name in everyone if name not in visit["visitors"]]
        if rng.random() < 0.75:
            visit["second"] = rng.sample(others, rng.choice([1, 1, min(2, len(others))]))
        if rng.random() < 0.8:
            visit["windows"] = [
                {"date": entry["date"], "from": "16:00", "until": "19:30", "wish": False} for entry in problem["days"]
            ]
    return problem


def random_second_format(seed: int, *, visitors: int = 2, visits: int = 3, days: int = 1) -> dict[str, Any]:
    """A coupled problem with slack, larger groups of siblings, visits apart, prices, and moments that stand."""
    rng = random.Random(f"second format {seed}")
    problem = random_coupled_problem(seed, visitors=visitors, visits=visits, days=days)
    problem["format"] = "thuisbezoek-problem/2"
    problem["rules"] |= {"slack_minutes": rng.choice([0, 5, 10, 25]), "double_extra_minutes": rng.choice([0, 5, 15])}
    names = [visit["id"] for visit in problem["visits"]]
    problem["siblings"] = _random_groups(rng, names, rng.choice([0, 1, 1, 1, 2]))
    problem["apart"] = _random_groups(rng, names, rng.choice([0, 0, 1, 2]))
    by_id = {visit["id"]: visit for visit in problem["visits"]}
    for group in problem["siblings"]:
        home = rng.choice(group)
        for name in group:
            if rng.random() < 0.9:
                by_id[name] |= {"place": by_id[home]["place"]}
            if rng.random() < 0.6:  # so that these can be together at all
                by_id[name] |= {"windows": copy.deepcopy(by_id[home]["windows"]), "second": []}
    for visit in problem["visits"]:
        for window in visit["windows"]:
            if rng.random() < 0.5:
                window["cost"] = rng.choice([0, 10, 35, 400])
    for name, told in random_moments(rng, problem).items():
        kind = rng.choice(["fixed", "current", "current"])
        problem.setdefault(kind, {})[name] = told
    return problem


def _random_groups(rng: random.Random, names: list[str], count: int) -> list[list[str]]:
    """Different groups of two to four of these names."""
    found: list[list[str]] = []
    for _ in range(count):
        group = rng.sample(names, min(len(names), rng.choice([2, 2, 3, 3, 4])))
        if len(group) > 1 and sorted(group) not in map(sorted, found):
            found.append(group)
    return found


def random_moments(rng: random.Random, problem: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Now and then a moment on the grid in a window and a shift of somebody who may make the visit."""
    grid, found = problem["rules"]["start_grid_minutes"], {}
    shifts = {(person["id"], shift["date"]) for person in problem["visitors"] for shift in person["shifts"]}
    for visit in problem["visits"]:
        for window in visit["windows"][:1] if rng.random() < 0.2 else []:
            start = -(-minutes(window["from"]) // grid) * grid
            who = rng.choice(visit["visitors"])
            if start + visit["minutes"] <= minutes(window["until"]) and (who, window["date"]) in shifts:
                clock = f"{start // 60:02d}:{start % 60:02d}"
                found[visit["id"]] = {"visitor": who, "date": window["date"], "start": clock}
    return found


def _interpreter(rng: random.Random, dates: list[str]) -> dict[str, Any]:
    start, end = rng.choice([("16:00", "21:00"), ("16:30", "18:30"), ("17:00", "20:30")])
    return {"date": rng.choice(dates), "from": start, "until": end, "count": rng.choice([1, 1, 2])}


def siblings_problem(**changes: Any) -> dict[str, Any]:
    """Two siblings at one home, each with an own mentor, on one evening."""
    problem = plain_problem()
    other = problem["visitors"][0] | {"id": "colleague"}
    problem["visitors"].append(other)
    window = {"date": "2026-09-07", "from": "16:00", "until": "20:00", "wish": False}
    for visit, visitor in zip(problem["visits"], ("mentor", "colleague"), strict=True):
        visit |= {"place": "home-1", "visitors": [visitor], "windows": [window]}
    problem["siblings"] = [["visit-1", "visit-2"]]
    return problem | changes


class Table:
    """All feasible routes of every shift, with what they cost on the road."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.visits = {visit["id"]: visit for visit in problem["visits"]}
        self.place = {name: number for number, name in enumerate(problem["places"])}
        self.limits = {person["id"]: person["max_stops_total"] for person in problem["visitors"]}
        sets = {
            tuple(sorted(some))
            for group in problem["siblings"]
            for size in range(2, len(group) + 1)
            for some in itertools.combinations(group, size)
        }
        self.parties = [some for some in sorted(sets) if len({self.visits[name]["place"] for name in some}) == 1]

    def routes(self, person: dict[str, Any], shift: dict[str, Any]) -> list[tuple[float, tuple[Stop, ...]]]:
        """Every route of this shift with the cost of its roads, waiting and substitutes."""
        found: list[tuple[float, tuple[Stop, ...]]] = []
        self._extend(person, shift, (), 0.0, minutes(shift["leave_from"]), person["depot"], found)
        return found

    def _extend(self, person, shift, done, price, now, here, found) -> None:  # type: ignore[no-untyped-def]
        roads = self.problem["travel_minutes"][person["mode"]]
        weights = self.problem["cost"]
        if len(done) == self.problem["rules"]["max_stops"]:
            return
        for ids, role in self._stops(person["id"]):
            there = self.visits[ids[0]]["place"]
            leg = roads[self.place[here]][self.place[there]]
            ready = now + leg + (self.problem["rules"].get("slack_minutes", 0) if done else 0)
            length = self.length(ids)
            back = roads[self.place[there]][self.place[person["depot"]]]
            for start in self._starts(ids, role, shift["date"], length):
                if start < ready or start + length > minutes(shift["visits_until"]):
                    continue
                cost = price + weights["travel_minute"] * leg
                cost += weights["waiting_minute"] * (start - ready) if done else 0
                if role == "visitor":
                    own = sum(person["id"] in self.visits[name]["visitors"] for name in ids)
                    cost += weights["substitute"] * (len(ids) - own)
                stops = (*done, (ids, start, role))
                if start + length + back <= minutes(shift["back_by"]):
                    found.append((cost + weights["travel_minute"] * back, stops))
                self._extend(person, shift, stops, cost, start + length, there, found)

    def length(self, ids: tuple[str, ...]) -> int:
        extra = self.problem["rules"]["double_extra_minutes"] * (len(ids) - 1)
        return max(self.visits[name]["minutes"] for name in ids) + extra

    @functools.cache  # noqa: B019 - a table lives as long as its test
    def _stops(self, person: str) -> list[tuple[tuple[str, ...], str]]:
        singles = [((name,), "visitor") for name, visit in self.visits.items() if person in visit["visitors"]]
        seconds = [((name,), "second") for name, visit in self.visits.items() if person in visit["second"]]
        many = [(some, "visitor") for some in self.parties if any(person in self.visits[n]["visitors"] for n in some)]
        along = [(some, "second") for some in self.parties if all(person in self.visits[n]["second"] for n in some)]
        return [*singles, *seconds, *many, *along]

    @functools.cache  # noqa: B019 - a table lives as long as its test
    def _starts(self, ids: tuple[str, ...], role: str, date: str, length: int) -> list[int]:
        rules = self.problem["rules"]
        starts = []
        for start in range(0, 24 * 60, rules["start_grid_minutes"]):
            end = start + (length if role == "visitor" else min(self.visits[n]["minutes"] for n in ids))
            coupled = any(self.visits[n]["second"] or self.visits[n]["interpreter"] for n in ids)
            if coupled and start % rules["coupled_grid_minutes"]:
                continue
            if all(self._fits(name, date, start, end) for name in ids):
                starts.append(start)
        return starts

    def _fits(self, name: str, date: str, start: int, end: int) -> bool:
        return any(
            w["date"] == date and minutes(w["from"]) <= start and end <= minutes(w["until"])
            for w in self.visits[name]["windows"]
        )

    def price(self, plan: tuple[Placed, ...]) -> float:
        """What these routes cost apart from their roads; infinite when together they break a rule."""
        made: dict[str, Made] = {}
        company: dict[str, list[Along]] = {}
        stops_of: dict[str, int] = {}
        for placed in plan:
            own, along = self._moments(placed)
            stops_of[placed[0]] = stops_of.get(placed[0], 0) + len(placed[2])
            for name, at in own:
                if name in made:
                    return math.inf
                made[name] = at
            for name, there in along:
                company.setdefault(name, []).append(there)
        if any(self.limits[name] is not None and count > self.limits[name] for name, count in stops_of.items()):
            return math.inf
        if not self._has_company(made, company) or not self._has_interpreters(made) or self._overlaps(made):
            return math.inf
        return self._visits_price(made) + self._siblings_price(made)

    @functools.cache  # noqa: B019 - a table lives as long as its test
    def _moments(self, placed: Placed) -> tuple[list[tuple[str, Made]], list[tuple[str, Along]]]:
        """Which visits a route makes, from when until when, and at which it is company."""
        person, date, stops = placed
        own: list[tuple[str, Made]] = []
        along: list[tuple[str, Along]] = []
        for ids, start, role in stops:
            if role == "second":
                along += [(name, (person, date, start)) for name in ids]
            else:
                own += [(name, (person, date, start, start + self.length(ids))) for name in ids]
        return own, along

    def _has_company(self, made, company) -> bool:  # type: ignore[no-untyped-def]
        if not company.keys() <= made.keys():
            return False
        for name in made:
            there = company.get(name, [])
            needed = 1 if self.visits[name]["second"] else 0
            right = [t for t in there if t[0] != made[name][0] and t[1:] == made[name][1:3]]
            if len(there) != needed or len(right) != needed:
                return False
        return True

    def _has_interpreters(self, made) -> bool:  # type: ignore[no-untyped-def]
        buffer = self.problem["rules"]["interpreter_buffer_minutes"]
        spoken = {name: at for name, at in made.items() if self.visits[name]["interpreter"]}
        for _person, date, start, end in spoken.values():
            busy = sum(at[1] == date and at[2] <= start < at[3] + buffer for at in spoken.values())
            there = sum(
                shift["count"]
                for shift in self.problem["interpreters"].get("ar", [])
                if shift["date"] == date and minutes(shift["from"]) <= start and end + buffer <= minutes(shift["until"])
            )
            if busy > there:
                return False
        return True

    def _overlaps(self, made) -> bool:  # type: ignore[no-untyped-def]
        pairs = [pair for group in self.problem.get("apart", []) for pair in itertools.combinations(group, 2)]
        both = [(made[a], made[b]) for a, b in pairs if a in made and b in made]
        return any(a[1] == b[1] and a[2] < b[3] and b[2] < a[3] for a, b in both)

    def _visits_price(self, made) -> float:  # type: ignore[no-untyped-def]
        weights, total = self.problem["cost"], 0.0
        week = {day["date"]: day["week"] for day in self.problem["days"]}
        for name, told in self.problem.get("fixed", {}).items():
            if name not in made or made[name][:3] != (told["visitor"], told["date"], minutes(told["start"])):
                return math.inf
        for name, told in self.problem.get("current", {}).items():
            if name in made and made[name][:3] != (told["visitor"], told["date"], minutes(told["start"])):
                total += weights["moved"]
        for name, visit in self.visits.items():
            if name not in made:
                total += weights["unplaced"]
                continue
            _, date, start, end = made[name]
            fits = [
                w
                for w in visit["windows"]
                if w["date"] == date and minutes(w["from"]) <= start and end <= minutes(w["until"])
            ]
            wished = any(w["wish"] for w in visit["windows"])
            total += weights["week"] * week[date]
            total += weights["outside_wish"] * (wished and not any(w["wish"] for w in fits))
            total += min((w.get("cost", 0) for w in fits), default=0)
        return total

    def _siblings_price(self, made) -> float:  # type: ignore[no-untyped-def]
        grid, split = self.problem["rules"]["coupled_grid_minutes"], 0
        for group in self.problem["siblings"]:
            there = [made[name] for name in group if name in made]
            moments = {(date, start, person if start % grid else "") for person, date, start, _ in there}
            split += max(0, len(moments) - 1)
        return float(self.problem["cost"]["siblings_split"] * split)


def least_cost(problem: dict[str, Any], most: int = 300_000) -> float | None:
    """The cost of the best plan by trying all, infinite when there is none; None after `most` combinations."""
    table = Table(problem)
    choices: list[list[tuple[float, frozenset[str], Placed]]] = []
    for person in problem["visitors"]:
        for shift in person["shifts"]:
            routes = cheapest_alike(table.routes(person, shift))
            choices.append(sorted((cost, _made(stops), (person["id"], shift["date"], stops)) for cost, stops in routes))
    reach = [frozenset[str]()]  # what the shifts from a number on can make, in reverse order
    for routes in reversed(choices):
        reach.append(reach[-1].union(*(visits for _cost, visits, _route in routes)))
    everybody, unplaced = frozenset(table.visits), problem["cost"]["unplaced"]
    best, tried = math.inf, 0

    def extend(cost: float, made: frozenset[str], plan: tuple[Placed, ...], number: int) -> None:
        """Try all routes of the shifts from `number` on, none included; no route makes anything cheaper."""
        nonlocal best, tried
        tried += 1
        if cost + unplaced * len(everybody - made - reach[len(choices) - number]) >= best:
            return
        if number == len(choices):
            best = min(best, cost + table.price(plan))
            return
        for more, visits, route in choices[number]:
            if cost + more >= best or tried > most:
                break
            if not visits & made:
                extend(cost + more, made | visits, (*plan, route), number + 1)
        extend(cost, made, plan, number + 1)

    extend(0.0, frozenset(), (), 0)
    return best if tried <= most else None


def _made(stops: tuple[Stop, ...]) -> frozenset[str]:
    """The visits that a route makes; coming along is not making."""
    return frozenset(name for ids, _start, role in stops if role == "visitor" for name in ids)


def cheapest_alike(routes: list[tuple[float, tuple[Stop, ...]]]) -> list[tuple[float, tuple[Stop, ...]]]:
    """Of routes with the same stops at the same starts only one: the order follows from the starts."""
    best: dict[tuple[Stop, ...], float] = {}
    for cost, stops in routes:
        best[stops] = min(cost, best.get(stops, math.inf))
    return [(cost, stops) for stops, cost in best.items()]


def price_of(problem: dict[str, Any], plan: dict[str, Any]) -> float:
    """The cost of a plan as it came out; infinite when it breaks a rule."""
    table = Table(problem)
    people = {person["id"]: person for person in problem["visitors"]}
    placed, total = [], 0.0
    for route in plan["routes"]:
        person = people[route["visitor"]]
        shift = next(shift for shift in person["shifts"] if shift["date"] == route["date"])
        stops = tuple((tuple(sorted(s["visits"])), minutes(s["start"]), s["role"]) for s in route["stops"])
        alike = [cost for cost, known in table.routes(person, shift) if known == stops]
        total += min(alike, default=math.inf)
        placed.append((route["visitor"], route["date"], stops))
    return total + table.price(tuple(placed))


def moments_of(plan: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Each visit of a plan with who makes it and when, as in `current`."""
    return {
        name: {"visitor": route["visitor"], "date": route["date"], "start": stop["start"]}
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["role"] == "visitor"
        for name in stop["visits"]
    }


def with_a_colleague() -> dict[str, Any]:
    """Five families on three evenings, each visited by a mentor and a colleague who has no visits of her own."""
    dates = [day(0), day(2), day(7)]
    problem = plain_problem(days=[{"date": date, "week": number} for number, date in enumerate(dates)])
    shift = problem["visitors"][0]["shifts"][0]
    mentor = problem["visitors"][0] | {"shifts": [shift | {"date": date} for date in dates]}
    problem["visitors"] = [mentor, copy.deepcopy(mentor) | {"id": "colleague"}]
    window = {"from": "16:00", "until": "21:00", "wish": False}
    windows = [window | {"date": date} for date in dates]
    first = problem["visits"][0] | {"windows": windows, "second": ["colleague"]}
    places = ["home-1", "home-2", "school", "home-1", "home-2"]
    problem["visits"] = [first | {"id": f"visit-{n}", "place": place} for n, place in enumerate(places)]
    return problem
