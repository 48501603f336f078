"""The rules of both formats once more, on the exchange format alone: what a plan breaks, and what it costs.

Nothing here uses the planner, and nothing enumerates: any routes can be judged, however odd.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.planner.oracle import minutes


class Meeting(NamedTuple):
    """A visit as a plan makes it; in minutes after midnight."""

    person: str
    date: str
    start: int
    end: int


@dataclass
class Judgement:
    """The rules that a plan breaks, in words, and its cost."""

    problem: dict[str, Any]
    complaints: list[str] = field(default_factory=list)
    cost: float = 0.0
    made: dict[str, Meeting] = field(default_factory=dict)
    company: dict[str, list[tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.rules, self.weights = self.problem["rules"], self.problem["cost"]
        self.visits = {visit["id"]: visit for visit in self.problem["visits"]}
        self.people = {person["id"]: person for person in self.problem["visitors"]}
        self.at = {name: number for number, name in enumerate(self.problem["places"])}

    def refuse_if(self, broken: object, complaint: str) -> None:
        if broken:
            self.complaints.append(complaint)

    # one route

    def drive(self, route: dict[str, Any]) -> None:
        """Follow a route from stop to stop."""
        person = self.people[route["visitor"]]
        shift = next((s for s in person["shifts"] if s["date"] == route["date"]), None)
        if shift is None or not route["stops"]:
            self.complaints.append(f"no shift or no stops: {route}")
            return
        self.refuse_if(len(route["stops"]) > self.rules["max_stops"], "too many stops")
        roads = self.problem["travel_minutes"][person["mode"]]
        homes = [self.at[person["depot"]], *(self.at[self.visits[s["visits"][0]]["place"]] for s in route["stops"])]
        legs = [roads[a][b] for a, b in itertools.pairwise([*homes, homes[0]])]
        free = minutes(shift["leave_from"])
        for number, (stop, leg) in enumerate(zip(route["stops"], legs, strict=False)):
            start = minutes(stop["start"])
            end = start + self.length(stop["visits"])
            ready = free + leg + (self.rules.get("slack_minutes", 0) if number else 0)
            self.refuse_if(start < ready, "not there in time")
            self.refuse_if(end > minutes(shift["visits_until"]), "ends too late")
            self.refuse_if(start % self.rules["start_grid_minutes"], "off the grid")
            self.cost += self.weights["waiting_minute"] * max(0, start - ready) if number else 0
            self.enter(person["id"], route["date"], stop, start, end)
            free = end
        self.refuse_if(free + legs[-1] > minutes(shift["back_by"]), "back too late")
        self.cost += self.weights["travel_minute"] * sum(legs)

    def length(self, names: list[str]) -> int:
        longest: int = max(self.visits[name]["minutes"] for name in names)
        return longest + self.rules["double_extra_minutes"] * (len(names) - 1)

    def enter(self, person: str, date: str, stop: dict[str, Any], start: int, end: int) -> None:
        """Who is visited in a stop, or in whose company."""
        names = stop["visits"]
        if len(names) > 1:
            is_family = any(set(names) <= set(group) for group in self.problem["siblings"])
            is_one_home = len({self.visits[name]["place"] for name in names}) == 1
            self.refuse_if(not is_family or not is_one_home or len(set(names)) < len(names), "no siblings at one home")
        for name in names:
            if stop["role"] == "second":
                self.refuse_if(person not in self.visits[name]["second"], "may not come along")
                self.company[name].append((person, date, start))
                continue
            self.refuse_if(name in self.made, "visited twice")
            self.made.setdefault(name, Meeting(person, date, start, end))
        if stop["role"] != "second":
            own = sum(person in self.visits[name]["visitors"] for name in names)
            self.refuse_if(not own, "may not visit")
            self.cost += self.weights["substitute"] * (len(names) - max(1, own))

    # all together

    def conclude(self) -> None:
        """What visits cost by themselves and with one another."""
        week = {day["date"]: day["week"] for day in self.problem["days"]}
        for name, visit in self.visits.items():
            if name in self.made:
                self.cost += self.weights["week"] * week[self.made[name].date] + self._price(visit, self.made[name])
                self._check_company(name, visit)
            else:
                self.refuse_if(self.company.get(name), "company without a visit")
                self.refuse_if(name in self.problem.get("fixed", {}), "a fixed visit left out")
                self.cost += self.weights["unplaced"]
        self._check_interpreters()
        for group in self.problem["siblings"]:
            self.cost += self.weights["siblings_split"] * max(0, len(self._moments(group)) - 1)
        for group in self.problem.get("apart", []):
            for a, b in itertools.combinations([self.made[name] for name in group if name in self.made], 2):
                self.refuse_if(a.date == b.date and a.start < b.end and b.start < a.end, "two visits at once")

    def _price(self, visit: dict[str, Any], made: Meeting) -> float:
        fits = [
            w
            for w in visit["windows"]
            if w["date"] == made.date and minutes(w["from"]) <= made.start and made.end <= minutes(w["until"])
        ]
        self.refuse_if(not fits, "outside the windows")
        wished = any(w["wish"] for w in visit["windows"]) and not any(w["wish"] for w in fits)
        price = self.weights["outside_wish"] * wished + min((w.get("cost", 0) for w in fits), default=0)
        for moments, is_fixed in ((self.problem.get("fixed", {}), True), (self.problem.get("current", {}), False)):
            told = moments.get(visit["id"])
            if told and (told["visitor"], told["date"], minutes(told["start"])) != made[:3]:
                self.refuse_if(is_fixed, "a fixed visit moved")
                price += 0 if is_fixed else self.weights.get("moved", 0)
        return price

    def _check_company(self, name: str, visit: dict[str, Any]) -> None:
        made, there = self.made[name], self.company.get(name, [])
        together = [one for one in there if one[0] != made.person and one[1:] == made[1:3]]
        needed = 1 if visit["second"] else 0
        self.refuse_if(len(there) != needed or len(together) != needed, "not the company that is needed")
        if visit["second"] or visit["interpreter"]:
            self.refuse_if(made.start % self.rules["coupled_grid_minutes"], "off the coupled grid")

    def _check_interpreters(self) -> None:
        buffer = self.rules["interpreter_buffer_minutes"]
        spoken: dict[tuple[str, str], list[Meeting]] = defaultdict(list)
        for name, made in self.made.items():
            if self.visits[name]["interpreter"]:
                spoken[self.visits[name]["interpreter"], made.date].append(made)
        for (language, date), meetings in spoken.items():
            for one in meetings:
                busy = sum(m.start <= one.start < m.end + buffer for m in meetings)
                there = sum(
                    shift["count"]
                    for shift in self.problem["interpreters"].get(language, [])
                    if shift["date"] == date and minutes(shift["from"]) <= one.start
                    if one.end + buffer <= minutes(shift["until"])
                )
                self.refuse_if(busy > there, "too few interpreters")

    def _moments(self, group: Iterable[str]) -> set[tuple[object, ...]]:
        grid = self.rules["coupled_grid_minutes"]
        made = [self.made[name] for name in group if name in self.made]
        return {(m.date, m.start, m.person if m.start % grid else None) for m in made}


def judged(problem: dict[str, Any], plan: dict[str, Any]) -> Judgement:
    """Everything that a plan breaks, and its cost; `unplaced` is not looked at."""
    judgement = Judgement(problem)
    for route in plan["routes"]:
        judgement.drive(route)
    stops: Counter[str] = Counter()
    for route in plan["routes"]:
        stops[route["visitor"]] += len(route["stops"])
    for name, count in stops.items():
        most = judgement.people[name]["max_stops_total"]
        judgement.refuse_if(most is not None and count > most, "too many stops in all")
    evenings = Counter((route["visitor"], route["date"]) for route in plan["routes"])
    judgement.refuse_if(max(evenings.values(), default=0) > 1, "two routes on one evening")
    judgement.conclude()
    return judgement
