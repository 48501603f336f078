"""PyVRP: a group of clients for each family, one client for each of its choices, with what it saves as prize.

Waiting is priced by the duration of a route; driving, which is part of that duration, costs so much less by distance.
"""

from __future__ import annotations

from pyvrp import Model
from pyvrp.stop import MaxRuntime

from peers.town import Town


def route(town: Town, seconds: float, seed: int) -> list[tuple[str, list[str]]]:
    """Date and visits in driving order, of each evening that is used."""
    model = Model()
    places = [model.add_location(0, 0) for _node in town.travel]
    depot = model.add_depot(places[0])
    for vehicle in town.vehicles:
        model.add_vehicle_type(
            num_available=1,
            capacity=town.max_stops,
            start_depot=depot,
            end_depot=depot,
            tw_early=vehicle.leaves,
            tw_late=vehicle.back,
            unit_distance_cost=1,
            unit_duration_cost=int(town.waiting_price),
            name=vehicle.date,
        )
    visits = []
    for client in town.clients:
        if not client.choices:
            continue
        group = model.add_client_group(required=False)
        for choice in client.choices:
            # what a visit lasts is paid as duration: given back, since no plan can save it
            prize = town.unplaced - choice.price + town.waiting_price * client.minutes
            model.add_client(
                places[client.node],
                delivery=1,
                service_duration=client.minutes,
                tw_early=choice.first,
                tw_late=choice.last,
                prize=int(prize),
                required=False,
                group=group,
            )
            visits.append(client.visit)
    by_minute = int(town.travel_price - town.waiting_price)
    for a, origin in enumerate(places):
        for b, target in enumerate(places):
            if a != b:
                model.add_edge(origin, target, distance=by_minute * town.travel[a][b], duration=town.paced[a][b])
    result = model.solve(stop=MaxRuntime(seconds), seed=seed, display=False)
    if not result.is_feasible():
        return []
    return [
        (town.vehicles[made.vehicle_type()].date, [visits[activity.idx] for activity in made if activity.is_client()])
        for made in result.best.routes()
    ]
