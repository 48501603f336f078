"""Another formulation of the planning problem: flows over stops at moments, for scipy's mixed-integer solver.

Where the planner lists routes, this one has a binary variable for every drive from a stop at a moment to a stop at a
moment, so that the two share neither code nor idea. It says what the best plan costs, and what its linear relaxation
costs (a bound, far weaker than the planner's), for problems that are too big for brute force. Visits in two pairs of
siblings and fixed or current moments are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from tests.planner.oracle import minutes


@dataclass(frozen=True)
class Node:
    """A stop at a moment of one shift."""

    visits: tuple[str, ...]
    role: str
    start: int
    end: int


@dataclass
class Model:
    """Variables with a cost, and rows of coefficients between two limits."""

    cost: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)

    def variable(self, cost: float) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(self, terms: dict[int, float], low: float, high: float) -> None:
        self.entries += [(len(self.limits), column, value) for column, value in terms.items()]
        self.limits.append((low, high))

    def least(self, *, whole: bool) -> float:
        """The least cost; with `whole` of whole variables, else of the linear relaxation."""
        rows, columns, values = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = coo_array((values, (rows, columns)), shape=(len(self.limits), len(self.cost))).tocsr()
        low, high = (np.array(part) for part in zip(*self.limits, strict=True))
        result = milp(
            np.array(self.cost),
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(0, 1),
            integrality=np.full(len(self.cost), int(whole)),
            options={"mip_rel_gap": 0.0},
        )
        assert result.success, result.message
        return float(result.fun)


def least_cost(problem: dict[str, Any], *, whole: bool = True) -> float:
    """The cost of the best plan; with `whole=False` a bound below it."""
    return _Arcs(problem).model.least(whole=whole)


class _Arcs:
    """The model of one problem. `chosen[node]` of a shift are the variables of drives into that node."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.model = Model()
        self.visits = {visit["id"]: visit for visit in problem["visits"]}
        self.place = {name: number for number, name in enumerate(problem["places"])}
        self.weeks = {day["date"]: day["week"] for day in problem["days"]}
        self.made: dict[str, dict[int, float]] = defaultdict(dict)  # visit -> drives to it
        self.at: dict[tuple[str, str, int, str], dict[int, float]] = defaultdict(dict)  # visit, date, start, role
        self.doubles: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
        self.busy: list[tuple[str, str, int, int, dict[int, float]]] = []
        for person in problem["visitors"]:
            self._visitor(person)
        self._all_visits()
        self._company()
        self._interpreters()
        self._siblings()

    def _visitor(self, person: dict[str, Any]) -> None:
        everything: dict[int, float] = {}
        for shift in person["shifts"]:
            everything |= self._shift(person, shift)
        if person["max_stops_total"] is not None and everything:
            self.model.row(everything, 0, person["max_stops_total"])

    def _shift(self, person: dict[str, Any], shift: dict[str, Any]) -> dict[int, float]:
        """One shift's flow from the depot and back; returns the drives to its stops."""
        roads, weights = self.problem["travel_minutes"][person["mode"]], self.problem["cost"]
        nodes = list(self._nodes(person, shift))
        into: dict[int, dict[int, float]] = defaultdict(dict)
        out: dict[int, dict[int, float]] = defaultdict(dict)
        leaving: dict[int, float] = {}
        depot = self.place[person["depot"]]
        for number, node in enumerate(nodes):
            there, price = self._place(node), self._price(person, shift, node)
            leg = roads[depot][there]
            if node.start >= minutes(shift["leave_from"]) + leg:
                drive = self.model.variable(price + weights["travel_minute"] * leg)
                leaving[drive] = into[number][drive] = 1.0
            for other, before in enumerate(nodes):
                leg = roads[self._place(before)][there]
                wait = node.start - before.end - leg
                if wait >= 0:
                    cost = price + weights["travel_minute"] * leg + weights["waiting_minute"] * wait
                    drive = self.model.variable(cost)
                    into[number][drive] = out[other][drive] = 1.0
            back = roads[there][depot]
            if node.end + back <= minutes(shift["back_by"]):
                out[number][self.model.variable(weights["travel_minute"] * back)] = 1.0
        if leaving:
            self.model.row(leaving, 0, 1)
        stops: dict[int, float] = {}
        for number, node in enumerate(nodes):
            flow = into[number] | dict.fromkeys(out[number], -1.0)
            if flow:
                self.model.row(flow, 0, 0)
            stops |= into[number]
            self._note(node, shift["date"], into[number])
        if stops:
            self.model.row(stops, 0, self.problem["rules"]["max_stops"])
        return stops

    def _nodes(self, person: dict[str, Any], shift: dict[str, Any]) -> Any:
        """Every stop at every moment that this shift could hold."""
        rules, name = self.problem["rules"], person["id"]
        pairs = [tuple(pair) for pair in self.problem["siblings"]]
        pairs = [pair for pair in pairs if len({self.visits[v]["place"] for v in pair}) == 1]
        kinds = [((v,), "visitor") for v, visit in self.visits.items() if name in visit["visitors"]]
        kinds += [((v,), "second") for v, visit in self.visits.items() if name in visit["second"]]
        kinds += [(p, "visitor") for p in pairs if any(name in self.visits[v]["visitors"] for v in p)]
        kinds += [(p, "second") for p in pairs if all(name in self.visits[v]["second"] for v in p)]
        for visits, role in kinds:
            extra = rules["double_extra_minutes"] if len(visits) == 2 else 0
            length = max(self.visits[v]["minutes"] for v in visits) + extra
            grid = rules["start_grid_minutes"]
            is_coupled = any(self.visits[v]["second"] or self.visits[v]["interpreter"] for v in visits)
            for start in range(-(-minutes(shift["leave_from"]) // grid) * grid, 24 * 60, grid):
                is_on_grid = not is_coupled or start % rules["coupled_grid_minutes"] == 0
                in_window = role == "second" or all(self._fits(v, shift["date"], start, start + length) for v in visits)
                if is_on_grid and in_window and start + length <= minutes(shift["visits_until"]):
                    yield Node(visits, role, start, start + length)

    def _fits(self, visit: str, date: str, start: int, end: int, *, wish: bool = False) -> bool:
        return any(
            w["date"] == date and minutes(w["from"]) <= start and end <= minutes(w["until"]) and w["wish"] >= wish
            for w in self.visits[visit]["windows"]
        )

    def _place(self, node: Node) -> int:
        return self.place[self.visits[node.visits[0]]["place"]]

    def _price(self, person: dict[str, Any], shift: dict[str, Any], node: Node) -> float:
        """What a stop costs beyond the roads: weeks, wishes, substitutes."""
        weights = self.problem["cost"]
        if node.role == "second":
            return 0.0
        price = 0.0
        for visit in node.visits:
            has_wish = any(window["wish"] for window in self.visits[visit]["windows"])
            is_wished = self._fits(visit, shift["date"], node.start, node.end, wish=True)
            price += weights["outside_wish"] * (has_wish and not is_wished)
            price += weights["week"] * self.weeks[shift["date"]]
        own = sum(person["id"] in self.visits[visit]["visitors"] for visit in node.visits)
        return float(price + weights["substitute"] * (len(node.visits) - own))

    def _note(self, node: Node, date: str, drives: dict[int, float]) -> None:
        for visit in node.visits:
            self.at[visit, date, node.start, node.role].update(drives)
            if node.role == "visitor":
                self.made[visit].update(drives)
                until = node.end + self.problem["rules"]["interpreter_buffer_minutes"]
                self.busy.append((visit, date, node.start, until, drives))
        if len(node.visits) == 2 and node.role == "visitor":
            self.doubles[tuple(sorted(node.visits))].update(drives)

    def _all_visits(self) -> None:
        """Everybody is visited once, or left out."""
        self.left_out = {visit: self.model.variable(self.problem["cost"]["unplaced"]) for visit in self.visits}
        for visit, drives in ((visit, self.made[visit]) for visit in self.visits):
            self.model.row(drives | {self.left_out[visit]: 1.0}, 1, 1)

    def _company(self) -> None:
        """At each moment as many second stops as stops of the visitor."""
        for visit, row in self.visits.items():
            moments = {(date, start) for name, date, start, _role in self.at if name == visit}
            for date, start in moments if row["second"] else ():
                terms = dict(self.at.get((visit, date, start, "visitor"), {}))
                terms |= dict.fromkeys(self.at.get((visit, date, start, "second"), {}), -1.0)
                if terms:
                    self.model.row(terms, 0, 0)

    def _interpreters(self) -> None:
        """Whoever starts with an interpreter finds one free: then no more are busy than are there for all of it."""
        asking = [stretch for stretch in self.busy if self.visits[stretch[0]]["interpreter"] and stretch[4]]
        most = len(self.visits)
        for visit, date, start, until, drives in asking:
            language = self.visits[visit]["interpreter"]
            there = sum(
                shift["count"]
                for shift in self.problem["interpreters"].get(language, [])
                if shift["date"] == date and minutes(shift["from"]) <= start and until <= minutes(shift["until"])
            )
            terms: dict[int, float] = defaultdict(float)
            for other, on, begins, ends, others in asking:
                if (self.visits[other]["interpreter"], on) == (language, date) and begins <= start < ends:
                    for drive in others:
                        terms[drive] += 1.0
            for drive in drives:
                terms[drive] += most
            self.model.row(dict(terms), -np.inf, there + most)

    def _siblings(self) -> None:
        """A pair is together in a double stop, or at one start on the coupled grid; else split, if both are made."""
        for a, b in self.problem["siblings"]:
            together: dict[int, float] = dict(self.doubles[tuple(sorted((a, b)))])
            moments = {(date, start) for name, date, start, role in self.at if name == a and role == "visitor"}
            for date, start in moments:
                here = {v: dict(self.at.get((v, date, start, "visitor"), {})) for v in (a, b)}
                if start % self.problem["rules"]["coupled_grid_minutes"] or not all(here.values()):
                    continue
                both = self.model.variable(0.0)
                for drives in here.values():
                    alone = {drive: 1.0 for drive in drives if drive not in self.doubles[tuple(sorted((a, b)))]}
                    self.model.row(alone | {both: -1.0}, 0, 1)
                together[both] = 1.0
            split = self.model.variable(self.problem["cost"]["siblings_split"])
            self.model.row(together | {split: 1.0, self.left_out[a]: 1.0, self.left_out[b]: 1.0}, 1, np.inf)
