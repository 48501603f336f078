"""VROOM: it knows several windows for a job but no soft ones, so wishes take a second pass.

In the first pass a family that has a wish, or has been told a moment, is offered that alone; who finds no place is
offered all windows in the second, beside the others. VROOM has no price for a visit in a later week: an evening's fixed
cost stands for it, as much as two visits in that week.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import vroom

from peers.town import Client, Town

VISITS_AN_EVENING = 2
UNIT = 60  # VROOM counts in seconds


def route(town: Town, seconds: float, seed: int) -> list[tuple[str, list[str]]]:
    """Date and visits in driving order, of each evening that is used. VROOM's search knows no seed."""
    hard = {client.visit for client in town.clients if all(choice.is_second_choice for choice in client.choices)}
    made = _pass(town, hard, seconds / 2)
    placed = {visit for _date, visits in made for visit in visits}
    left = {client.visit for client in town.clients if client.visit not in placed}
    return _pass(town, hard | left, seconds / 2) if left else made


def _pass(town: Town, anywhere: set[str], seconds: float) -> list[tuple[str, list[str]]]:
    """One solve in which the families in `anywhere` take any window, the others a wished one."""
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array(town.paced, dtype=np.uint32) * UNIT)
    problem.set_costs_matrix("car", (np.array(town.travel) * town.travel_price).astype(np.uint32))
    for number, vehicle in enumerate(town.vehicles):
        problem.add_vehicle(
            vroom.Vehicle(
                number,
                start=0,
                end=0,
                capacity=[town.max_stops],
                time_window=vroom.TimeWindow(vehicle.leaves * UNIT, vehicle.back * UNIT),
                costs=vroom.VehicleCosts(fixed=int(VISITS_AN_EVENING * vehicle.price)),
            )
        )
    for client in town.clients:
        windows = _windows(client, client.visit in anywhere)
        if windows:
            problem.add_job(
                vroom.Job(
                    client.node,
                    location=client.node,
                    default_service=client.minutes * UNIT,
                    delivery=vroom.Amount([1]),
                    time_windows=[vroom.TimeWindow(first * UNIT, last * UNIT) for first, last in windows],
                )
            )
    solution = problem.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    visit_of = {client.node: client.visit for client in town.clients}
    steps = solution.routes
    stops = steps[steps["type"] == "job"]
    return [
        (town.vehicles[number].date, [visit_of[node] for node in stops[stops["vehicle_id"] == number]["id"]])
        for number in sorted(set(stops["vehicle_id"]))
    ]


def _windows(client: Client, anywhere: bool) -> list[tuple[int, int]]:
    """Stretches of starts in time order that do not overlap, as VROOM wants them."""
    spans = sorted((c.first, c.last) for c in client.choices if anywhere or not c.is_second_choice)
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
