"""The line of a route along the streets, leg by leg, to draw on a map."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from roads.network import Network
from roads.paths import PathGraph, proven_graph
from roads.places import SCALE, Place
from roads.snapping import Snap, segment_metres, snap_places
from roads.speeds import Travelling
from roads.travel import matrix

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RouteLeg:
    """From one stop to the next: the line to draw (lon, lat), its length and its time."""

    line: tuple[LonLat, ...]
    metres: int
    minutes: int
    is_estimate: bool


def route_legs(network: Network | None, places: Sequence[Place], travelling: Travelling) -> list[RouteLeg]:
    """The legs between consecutive places; a leg that cannot follow the streets is a straight line."""
    if len(places) < 2:
        return []
    times = matrix(network, places, travelling)
    lines = _lines(network, places, travelling)
    return [
        RouteLeg(
            line=lines[nth],
            metres=int(times.metres[nth, nth + 1]),
            minutes=int(times.minutes[nth, nth + 1]),
            is_estimate=bool(times.is_estimated[nth, nth + 1]),
        )
        for nth in range(len(places) - 1)
    ]


def _lines(network: Network | None, places: Sequence[Place], travelling: Travelling) -> list[tuple[LonLat, ...]]:
    snaps = snap_places(network, places, travelling.mode) if network is not None else [None] * len(places)
    unique = list(dict.fromkeys(snap for snap in snaps if snap is not None))
    graph = proven_graph(network, unique, travelling)[0] if network is not None and unique else None
    lines: list[tuple[LonLat, ...]] = []
    for nth, (here, there) in enumerate(itertools.pairwise(places)):
        doors = (here.lon, here.lat), (there.lon, there.lat)
        begin, end = snaps[nth], snaps[nth + 1]
        middle: list[LonLat] = []
        if network is not None and graph is not None and begin is not None and end is not None and here != there:
            middle = _street_line(network, graph, unique.index(begin), unique.index(end), begin)
        lines.append((doors[0], *middle, doors[1]))
    return lines


def _street_line(network: Network, graph: PathGraph, origin: int, target: int, begin: Snap) -> list[LonLat]:
    """The points along the streets, without repeats."""
    line: list[LonLat] = [(begin.lon, begin.lat)]
    for arc in graph.arcs_between(origin, target) or []:
        columns = graph.arcs
        piece = edge_piece(network, int(columns.edge[arc]), float(columns.begin[arc]), float(columns.end[arc]))
        line += [point for point in piece if point != line[-1]]
    return line


def edge_piece(network: Network, edge: int, begin: float, end: float) -> list[LonLat]:
    """The shape of an edge between two fractions of its length, in the direction of travel."""
    first, last = int(network.start[edge]), int(network.stop[edge])
    lon, lat = network.x[first : last + 1] / SCALE, network.y[first : last + 1] / SCALE
    along = np.concatenate([[0.0], np.cumsum(segment_metres(network, first, last))])
    if along[-1] <= 0:
        return [(float(lon[0]), float(lat[0]))]
    along /= along[-1]
    low, high = min(begin, end), max(begin, end)
    at = np.concatenate([[low], along[(along > low) & (along < high)], [high]])
    points = list(zip(np.interp(at, along, lon).tolist(), np.interp(at, along, lat).tolist(), strict=True))
    return points if begin <= end else points[::-1]
