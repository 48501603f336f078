"""OR-Tools' routing solver: one node for each choice of a family, at most one of them served."""

from __future__ import annotations

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from peers.town import Choice, Client, Town

Node = tuple[int, Client | None, Choice | None]  # row of the matrices, and what is chosen there


def route(town: Town, seconds: float, seed: int) -> list[tuple[str, list[str]]]:
    """Date and visits in driving order, of each evening that is used. OR-Tools' search knows no seed."""
    nodes: list[Node] = [(0, None, None)]
    nodes += [(client.node, client, choice) for client in town.clients for choice in client.choices]
    manager = pywrapcp.RoutingIndexManager(len(nodes), len(town.vehicles), 0)
    model = pywrapcp.RoutingModel(manager)
    _price(town, nodes, manager, model)
    _keep_time(town, nodes, manager, model)
    _limit_stops(town, nodes, manager, model)
    number = 1
    for client in town.clients:
        indices = [manager.NodeToIndex(number + at) for at in range(len(client.choices))]
        number += len(client.choices)
        if indices:
            saved = town.waiting_price * client.minutes  # the duration of a visit is paid by the span
            model.AddDisjunction(indices, int(town.unplaced + saved), 1)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(1000 * seconds))
    solution = model.SolveWithParameters(search)
    return [] if solution is None else _routes(town, nodes, manager, model, solution)


def _price(town: Town, nodes: list[Node], manager: pywrapcp.RoutingIndexManager, model: pywrapcp.RoutingModel) -> None:
    by_minute = town.travel_price - town.waiting_price

    def cost(origin: int, target: int) -> int:
        here, (there, _client, choice) = nodes[manager.IndexToNode(origin)][0], nodes[manager.IndexToNode(target)]
        return int(by_minute * town.travel[here][there] + (choice.price if choice else 0))

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(cost))


def _keep_time(
    town: Town, nodes: list[Node], manager: pywrapcp.RoutingIndexManager, model: pywrapcp.RoutingModel
) -> None:
    def passing(origin: int, target: int) -> int:
        (here, client, _choice), there = nodes[manager.IndexToNode(origin)], nodes[manager.IndexToNode(target)][0]
        return (client.minutes if client else 0) + town.paced[here][there]

    evening = max(vehicle.back - vehicle.leaves for vehicle in town.vehicles)
    model.AddDimension(model.RegisterTransitCallback(passing), evening, town.horizon, False, "time")
    time = model.GetDimensionOrDie("time")
    time.SetSpanCostCoefficientForAllVehicles(int(town.waiting_price))
    for number, (_place, _client, choice) in enumerate(nodes):
        if choice is not None:
            index = manager.NodeToIndex(number)
            time.CumulVar(index).SetRange(choice.first, choice.last)
            model.VehicleVar(index).SetValues([-1, choice.vehicle])
    for number, vehicle in enumerate(town.vehicles):
        time.CumulVar(model.Start(number)).SetRange(vehicle.leaves, vehicle.back)
        time.CumulVar(model.End(number)).SetRange(vehicle.leaves, vehicle.back)
        model.AddVariableMinimizedByFinalizer(time.CumulVar(model.End(number)))
        model.AddVariableMaximizedByFinalizer(time.CumulVar(model.Start(number)))


def _limit_stops(
    town: Town, nodes: list[Node], manager: pywrapcp.RoutingIndexManager, model: pywrapcp.RoutingModel
) -> None:
    one = model.RegisterUnaryTransitCallback(lambda index: int(nodes[manager.IndexToNode(index)][1] is not None))
    model.AddDimension(one, 0, town.max_stops, True, "stops")


def _routes(
    town: Town,
    nodes: list[Node],
    manager: pywrapcp.RoutingIndexManager,
    model: pywrapcp.RoutingModel,
    solution: pywrapcp.Assignment,
) -> list[tuple[str, list[str]]]:
    found = []
    for number, vehicle in enumerate(town.vehicles):
        index, visits = solution.Value(model.NextVar(model.Start(number))), []
        while not model.IsEnd(index):
            client = nodes[manager.IndexToNode(index)][1]
            assert client is not None
            visits.append(client.visit)
            index = solution.Value(model.NextVar(index))
        if visits:
            found.append((vehicle.date, visits))
    return found
