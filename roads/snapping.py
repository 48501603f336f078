"""Brings places onto the street: the nearest point of an edge that a mode may use, and how far away it is.

A place further than 300 m from any such street is not snapped: a silent jump to another town is worse than
an honest estimate. Nobody lives on a ferry or a motorway: those are not snapped to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from roads.network import Network
from roads.places import METRES_PER_DEGREE, SCALE, Ints, Mode, Place
from roads.street_rules import StreetClass, mode_bits

MAX_SNAP_METRES = 300.0


class Snap(NamedTuple):
    """A point on an edge."""

    edge: int
    fraction: float  # of the edge's length, from its first position
    metres: float  # from the place to the edge
    lon: float
    lat: float


def snap_places(network: Network, places: Sequence[Place], mode: Mode) -> list[Snap | None]:
    """The nearest usable point for each place; None beyond 300 m."""
    known: dict[Place, Snap | None] = {}
    for place in places:
        if place not in known:
            known[place] = _snap(network, place, mode)
    return [known[place] for place in places]


def segments_within(network: Network, west: int, south: int, east: int, north: int) -> tuple[Ints, Ints]:
    """Segments (first positions) and their edges in all cells that touch the box, in 1e-7 degree.

    A segment that lies in several cells comes several times.
    """
    grid_west, grid_south, wide, high, columns, rows = (int(value) for value in network.grid)
    left, right = max(0, (west - grid_west) // wide), min(columns - 1, (east - grid_west) // wide)
    low, top = max(0, (south - grid_south) // high), min(rows - 1, (north - grid_south) // high)
    runs = [
        slice(network.cell_start[row * columns + left], network.cell_start[row * columns + right + 1])
        for row in range(low, top + 1)
        if left <= right
    ]
    if not runs:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    segments = np.concatenate([network.cell_segment[run] for run in runs])
    return segments, np.concatenate([network.cell_edge[run] for run in runs])


def _snap(network: Network, place: Place, mode: Mode) -> Snap | None:
    x, y = round(place.lon * SCALE), round(place.lat * SCALE)
    wide, high = int(network.grid[2]), int(network.grid[3])
    segment, edge = segments_within(network, x - wide, y - high, x + wide, y + high)
    street_class = network.street_class[edge]
    is_usable = (network.bits[edge] & mode_bits(mode)) > 0
    is_usable &= (street_class != StreetClass.FERRY) & (street_class != StreetClass.MOTORWAY)
    segment, edge = segment[is_usable], edge[is_usable]
    if not len(segment):
        return None
    unit = METRES_PER_DEGREE / SCALE
    squeeze = unit * np.cos(np.radians(place.lat))
    ax, ay = (network.x[segment] - float(x)) * squeeze, (network.y[segment] - float(y)) * unit
    bx, by = (network.x[segment + 1] - float(x)) * squeeze, (network.y[segment + 1] - float(y)) * unit
    dx, dy = bx - ax, by - ay
    along = np.clip(-(ax * dx + ay * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    metres = np.hypot(ax + along * dx, ay + along * dy)
    best = int(metres.argmin())
    if metres[best] > MAX_SNAP_METRES:
        return None
    lon = (x + (ax[best] + along[best] * dx[best]) / squeeze) / SCALE
    lat = (y + (ay[best] + along[best] * dy[best]) / unit) / SCALE
    fraction = _fraction(network, int(edge[best]), int(segment[best]), float(along[best]))
    return Snap(int(edge[best]), fraction, float(metres[best]), float(lon), float(lat))


def _fraction(network: Network, edge: int, segment: int, along: float) -> float:
    """How far along the edge a point of one of its segments lies, by length."""
    first, last = int(network.start[edge]), int(network.stop[edge])
    lengths = segment_metres(network, first, last)
    nth = segment - first
    return float((lengths[:nth].sum() + along * lengths[nth]) / max(lengths.sum(), 1e-9))


def segment_metres(network: Network, first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Lengths of the segments between two positions of one way (flat, good to a metre a kilometre)."""
    x, y = network.x[first : last + 1].astype(np.float64), network.y[first : last + 1].astype(np.float64)
    unit = METRES_PER_DEGREE / SCALE
    return np.hypot(np.diff(x) * unit * np.cos(np.radians(y[0] / SCALE)), np.diff(y) * unit)
