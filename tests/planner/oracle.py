"""An independent judge and a brute force for small problems, on the exchange format alone.

Nothing here uses the planner: two programs that agree by accident on thousands of random problems are a
proof of sorts. Slow on purpose: every order of every set of visits at every start on the grid.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def price_of(problem: dict[str, Any], plan: dict[str, Any]) -> float:
    """The cost of a plan without coupled visits; AssertionError when it breaks a rule."""
    cost = sum(_price_of_route(problem, route) for route in plan["routes"])
    made = [visit for route in plan["routes"] for stop in route["stops"] for visit in stop["visits"]]
    assert len(made) == len(set(made))
    days = [(route["visitor"], route["date"]) for route in plan["routes"]]
    assert len(days) == len(set(days))
    for visitor in problem["visitors"]:
        limit = visitor["max_stops_total"]
        stops = sum(len(route["stops"]) for route in plan["routes"] if route["visitor"] == visitor["id"])
        assert limit is None or stops <= limit
    assert set(problem.get("fixed", {})) <= set(made)
    left_out = {visit["id"] for visit in problem["visits"]} - set(made)
    assert left_out == {unplaced["visit"] for unplaced in plan["unplaced"]}
    return cost + problem["cost"]["unplaced"] * len(left_out)


def _price_of_route(problem: dict[str, Any], route: dict[str, Any]) -> float:
    stops = [(stop["visits"][0], minutes(stop["start"])) for stop in route["stops"]]
    price = route_price(problem, route["visitor"], route["date"], stops)
    assert price is not None, f"a broken rule in {route}"
    return price


def route_price(problem: dict[str, Any], visitor: str, date: str, stops: list[tuple[str, int]]) -> float | None:
    """What a route of single visits costs, or None when it breaks a rule."""
    person = next(v for v in problem["visitors"] if v["id"] == visitor)
    shift = next((s for s in person["shifts"] if s["date"] == date), None)
    if shift is None or not 1 <= len(stops) <= problem["rules"]["max_stops"]:
        return None
    visits = {visit["id"]: visit for visit in problem["visits"]}
    at = {name: number for number, name in enumerate(problem["places"])}
    roads, weights = problem["travel_minutes"][person["mode"]], problem["cost"]
    here, now, price = at[person["depot"]], minutes(shift["leave_from"]), 0.0
    for number, (name, start) in enumerate(stops):
        there = at[visits[name]["place"]]
        arrival = now + roads[here][there]
        if start < arrival:
            return None
        stop_price = _price_of_visit(problem, visits[name], visitor, date, start)
        if stop_price is None or start + visits[name]["minutes"] > minutes(shift["visits_until"]):
            return None
        price += stop_price + weights["travel_minute"] * roads[here][there]
        price += weights["waiting_minute"] * (start - arrival) if number else 0
        here, now = there, start + visits[name]["minutes"]
    if now + roads[here][at[person["depot"]]] > minutes(shift["back_by"]):
        return None
    return price + weights["travel_minute"] * roads[here][at[person["depot"]]]


def _price_of_visit(
    problem: dict[str, Any], visit: dict[str, Any], visitor: str, date: str, start: int
) -> float | None:
    end, moment = start + visit["minutes"], (visitor, date, start)
    fits = [
        window
        for window in visit["windows"]
        if window["date"] == date and minutes(window["from"]) <= start and end <= minutes(window["until"])
    ]
    off_grid = start % problem["rules"]["start_grid_minutes"]
    if visitor not in visit["visitors"] or off_grid or not fits:
        return None
    fixed = problem.get("fixed", {}).get(visit["id"])
    if fixed and (fixed["visitor"], fixed["date"], minutes(fixed["start"])) != moment:
        return None
    current = problem.get("current", {}).get(visit["id"])
    moved = bool(current) and (current["visitor"], current["date"], minutes(current["start"])) != moment
    wished = any(window["wish"] for window in visit["windows"])
    outside = wished and not any(window["wish"] for window in fits)
    week = next(day["week"] for day in problem["days"] if day["date"] == date)
    weights = problem["cost"]
    return weights["week"] * week + weights["outside_wish"] * outside + weights["moved"] * moved


def least_cost(problem: dict[str, Any]) -> float:
    """The cost of the best plan without coupled visits, by trying everything."""
    shifts = [(person["id"], shift["date"]) for person in problem["visitors"] for shift in person["shifts"]]
    everyone = frozenset(visit["id"] for visit in problem["visits"])
    limits = {person["id"]: person["max_stops_total"] for person in problem["visitors"]}

    @functools.cache
    def best(number: int, left: frozenset[str], made: int) -> float:
        if number == len(shifts):
            must = left & set(problem.get("fixed", {}))
            return math.inf if must else problem["cost"]["unplaced"] * len(left)
        visitor = shifts[number][0]
        same = number + 1 < len(shifts) and shifts[number + 1][0] == visitor
        least = best(number + 1, left, made if same else 0)
        for some in _subsets(left, problem["rules"]["max_stops"]):
            stops = made + len(some)
            if limits[visitor] is not None and stops > limits[visitor]:
                continue
            price = cheapest(number, some)
            if price < math.inf:
                least = min(least, price + best(number + 1, left - some, stops if same else 0))
        return least

    @functools.cache
    def cheapest(number: int, some: frozenset[str]) -> float:
        orders = itertools.permutations(sorted(some))
        return min((_cheapest_start(problem, *shifts[number], order) for order in orders), default=math.inf)

    return best(0, everyone, 0)


def _subsets(names: frozenset[str], most: int) -> list[frozenset[str]]:
    sizes = range(1, min(most, len(names)) + 1)
    return [frozenset(some) for size in sizes for some in itertools.combinations(sorted(names), size)]


def _cheapest_start(problem: dict[str, Any], visitor: str, date: str, order: tuple[str, ...]) -> float:
    grid = problem["rules"]["start_grid_minutes"]
    starts = range(0, 24 * 60, grid)

    def search(done: list[tuple[str, int]]) -> float:
        if len(done) == len(order):
            price = route_price(problem, visitor, date, done)
            return math.inf if price is None else price
        visits = {visit["id"]: visit for visit in problem["visits"]}
        name = order[len(done)]
        least = math.inf
        for start in starts:
            fits = _price_of_visit(problem, visits[name], visitor, date, start) is not None
            if fits and (not done or start > done[-1][1]):
                least = min(least, search([*done, (name, start)]))
        return least

    return search([])
