"""What the exchange format leaves out of a plan and a page or a mail needs: travel, departure, return, totals."""

from __future__ import annotations

from typing import Any

from mentors.dates import clock_of, minutes_of_clock
from planning.problem.build import Planning


def annotate(result: dict[str, Any], planning: Planning) -> dict[str, Any]:
    """The plan with, for each route, its travel and clock times, and the totals of the whole."""
    problem = planning.problem
    visits = {visit["id"]: visit for visit in problem["visits"]}
    visitors = {visitor["id"]: visitor for visitor in problem["visitors"]}
    for route in result["routes"]:
        _annotate_route(route, visitors[route["visitor"]], visits, planning)
    application = problem["application"]
    result["application"] = {
        "left_out": application["left_out"],
        "notes": application["notes"],
        "joint": application.get("joint", {}),
        "totals": _totals(result, visits)
        | {"left_out": len(application["left_out"]), "wishes_elsewhere": application["wishes_elsewhere"]},
    }
    return result


def empty_result() -> dict[str, Any]:
    """The plan of a problem in which no family can be planned."""
    return {"format": "thuisbezoek-plan/1", "routes": [], "unplaced": [], "cost": 0, "bound": 0, "seconds": 0}


def _annotate_route(route: dict[str, Any], visitor: dict[str, Any], visits: dict[str, Any], planning: Planning) -> None:
    """Travel along the route in whole minutes and metres; places are numbers, and rows of both tables."""
    minutes = planning.problem["travel_minutes"][visitor["mode"]]
    metres = planning.metres[visitor["mode"]]
    depot = int(visitor["depot"])
    here, total_minutes, total_metres = depot, 0, 0
    for stop in route["stops"]:
        visit = visits[stop["visits"][0]]
        there = int(visit["place"])
        stop["travel_minutes"] = minutes[here][there]
        stop["until"] = clock_of(minutes_of_clock(stop["start"]) + _stop_minutes(stop, visits, planning))
        total_minutes += minutes[here][there]
        total_metres += int(metres[here, there])
        here = there
    first, last = route["stops"][0], route["stops"][-1]
    route["mode"] = visitor["mode"]
    route["leaves"] = clock_of(minutes_of_clock(first["start"]) - first["travel_minutes"])
    route["back"] = clock_of(minutes_of_clock(last["until"]) + minutes[here][depot])
    route["travel_minutes"] = total_minutes + minutes[here][depot]
    route["travel_metres"] = total_metres + int(metres[here, depot])


def _stop_minutes(stop: dict[str, Any], visits: dict[str, Any], planning: Planning) -> int:
    """How long a stop lasts: for two children at once the longer visit, and some minutes more."""
    extra = planning.problem["rules"]["double_extra_minutes"] if len(stop["visits"]) > 1 else 0
    return int(max(visits[visit]["minutes"] for visit in stop["visits"]) + extra)


def _totals(result: dict[str, Any], visits: dict[str, Any]) -> dict[str, Any]:
    starts = {
        visit: (route["date"], minutes_of_clock(stop["start"]))
        for route in result["routes"]
        for stop in route["stops"]
        if stop.get("role", "visitor") == "visitor"
        for visit in stop["visits"]
    }
    wishing = [visit for visit in visits.values() if any(window["wish"] for window in visit["windows"])]
    return {
        "placed": len(starts),
        "unplaced": len(result["unplaced"]),
        "routes": len(result["routes"]),
        "travel_minutes": sum(route["travel_minutes"] for route in result["routes"]),
        "travel_metres": sum(route["travel_metres"] for route in result["routes"]),
        "last_on": max((route["date"] for route in result["routes"]), default=None),
        "wishes": len(wishing),
        "wishes_met": sum(visit["id"] in starts and _meets_wish(visit, *starts[visit["id"]]) for visit in wishing),
    }


def _meets_wish(visit: dict[str, Any], date: str, start: int) -> bool:
    return any(
        window["wish"]
        and window["date"] == date
        and minutes_of_clock(window["from"]) <= start
        and start + visit["minutes"] <= minutes_of_clock(window["until"])
        for window in visit["windows"]
    )
