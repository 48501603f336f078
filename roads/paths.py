"""Fastest paths between snapped places, over a window of the street graph.

Snapped places become nodes of the graph: their edges are cut there, so that two homes in one street are
joined along that street, and one-way streets count from the front door. The weight of an arc holds two whole
numbers, milliseconds x 2^22 + decimetres: one Dijkstra then gives the fastest path and its length, exactly.

The window keeps a province as quick as a town: a path that leaves a margin of M metres around all places is
at least 2 M long, so times below 2 M at the best pace are proven; otherwise the window grows.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from roads.network import Bools, Network
from roads.places import METRES_PER_DEGREE, SCALE, Floats, Longs
from roads.snapping import Snap
from roads.speeds import Travelling
from roads.street_rules import backward_bit, forward_bit, mode_bits

METRES_FACTOR = 2.0**22
FIRST_MARGIN_METRES = 3_000.0
CHUNK_CELLS = 6_000_000  # of a block of distances: 48 MB


class Arcs(NamedTuple):
    """Directed pieces of edges, column by column."""

    tail: Longs
    head: Longs
    edge: Longs
    begin: Floats  # fraction of the edge where the piece begins; more than `end` when against the drawing
    end: Floats

    def take(self, chosen: Longs | Bools) -> Arcs:
        """Some of the rows, or all in another order."""
        return Arcs(self.tail[chosen], self.head[chosen], self.edge[chosen], self.begin[chosen], self.end[chosen])


@dataclass(frozen=True)
class PathGraph:
    """A window of the network with the places in it. Place i is node `first_place + i`."""

    graph: csr_array
    arcs: Arcs  # in the order of the graph's data
    first_place: int
    places: int
    is_whole: bool

    def times(self) -> tuple[Floats, Floats]:
        """Seconds and metres from every place (row) to every place (column); inf where there is no path."""
        targets = np.arange(self.first_place, self.first_place + self.places)
        rows = max(1, CHUNK_CELLS // self.graph.shape[0])
        blocks = [
            dijkstra(self.graph, indices=targets[at : at + rows])[:, targets] for at in range(0, len(targets), rows)
        ]
        return _seconds_and_metres(np.concatenate(blocks))

    def arcs_between(self, origin: int, target: int) -> list[int] | None:
        """The arcs of the fastest path from one place to another, in order; None when there is none."""
        source, node = self.first_place + origin, self.first_place + target
        weights, previous = dijkstra(self.graph, indices=source, return_predecessors=True)
        if np.isinf(weights[node]):
            return None
        path: list[int] = []
        while node != source:
            before = int(previous[node])
            row = slice(self.graph.indptr[before], self.graph.indptr[before + 1])
            path.append(int(self.graph.indptr[before] + np.searchsorted(self.graph.indices[row], node)))
            node = before
        return path[::-1]


def proven_graph(network: Network, snaps: Sequence[Snap], travelling: Travelling) -> tuple[PathGraph, Floats, Floats]:
    """The graph of the smallest window tried that proves the times, with seconds and metres."""
    best_pace = float(travelling.paces(network, _usable(network, travelling)).min())
    lon, lat = np.array([snap.lon for snap in snaps]), np.array([snap.lat for snap in snaps])
    span = METRES_PER_DEGREE * float(max(np.ptp(lat), np.ptp(lon)))
    margin = max(FIRST_MARGIN_METRES, span / 2)
    while True:
        graph = path_graph(network, snaps, travelling, margin)
        seconds, metres = graph.times()
        longest = float(seconds.max(initial=0.0))
        if graph.is_whole or longest <= 2 * margin * best_pace:
            return graph, seconds, metres
        margin = max(2 * margin, longest / (2 * best_pace) + 1 if np.isfinite(longest) else 0.0)


def path_graph(network: Network, snaps: Sequence[Snap], travelling: Travelling, margin: float) -> PathGraph:
    """The part of the network within `margin` metres around the snapped places, with these in it."""
    is_inside = _window(network, snaps, margin)
    cut_edges = np.unique([snap.edge for snap in snaps])
    is_used = (network.bits & mode_bits(travelling.mode)) > 0
    is_used &= is_inside[network.tail] & is_inside[network.head]
    is_used[cut_edges] = False
    label = np.cumsum(is_inside) - 1
    first_place = int(label[-1]) + 1
    pieces = _pieces(network, snaps, label, first_place, np.flatnonzero(is_used))
    arcs = _directed(network, pieces, travelling)
    weights = _weights(network, arcs, travelling)
    order = np.lexsort((weights, arcs.head, arcs.tail))
    arcs, weights = arcs.take(order), weights[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (np.diff(arcs.tail) != 0) | (np.diff(arcs.head) != 0)
    arcs, weights = arcs.take(is_first), weights[is_first]
    nodes = first_place + len(snaps)
    pointers = np.searchsorted(arcs.tail, np.arange(nodes + 1))
    graph = csr_array((weights, arcs.head.astype(np.int32), pointers.astype(np.int32)), shape=(nodes, nodes))
    return PathGraph(graph, arcs, first_place, len(snaps), bool(is_inside.all()))


def _usable(network: Network, travelling: Travelling) -> Longs:
    return np.flatnonzero(network.bits & mode_bits(travelling.mode))


def _window(network: Network, snaps: Sequence[Snap], margin: float) -> Bools:
    """Which junctions lie in the window; always the ends of the snapped edges."""
    lon, lat = np.array([snap.lon for snap in snaps]), np.array([snap.lat for snap in snaps])
    high = margin / METRES_PER_DEGREE
    wide = high / np.cos(np.radians(np.abs(lat).max()))
    is_inside = (network.node_x >= (lon.min() - wide) * SCALE) & (network.node_x <= (lon.max() + wide) * SCALE)
    is_inside &= (network.node_y >= (lat.min() - high) * SCALE) & (network.node_y <= (lat.max() + high) * SCALE)
    edges = [snap.edge for snap in snaps]
    is_inside[network.tail[edges]] = True
    is_inside[network.head[edges]] = True
    return np.asarray(is_inside)


def _pieces(network: Network, snaps: Sequence[Snap], label: Longs, first_place: int, whole: Longs) -> Arcs:
    """Edges in the direction of drawing: whole ones, and those with places on them cut in pieces."""
    by_edge: dict[int, list[tuple[float, int]]] = {}
    for nth, snap in enumerate(snaps):
        by_edge.setdefault(snap.edge, []).append((snap.fraction, first_place + nth))
    rows: list[tuple[int, int, int, float, float]] = []
    for edge, points in by_edge.items():
        ends = (0.0, int(label[network.tail[edge]])), (1.0, int(label[network.head[edge]]))
        chain = [ends[0], *sorted(points), ends[1]]
        rows += [(a[1], b[1], edge, a[0], b[0]) for a, b in itertools.pairwise(chain)]
    cut = [np.array(column) for column in zip(*rows, strict=True)]
    zeros = np.zeros(len(whole))
    own = (label[network.tail[whole]], label[network.head[whole]], whole, zeros, zeros + 1)
    return Arcs(*(np.concatenate(pair) for pair in zip(own, cut, strict=True)))


def _directed(network: Network, pieces: Arcs, travelling: Travelling) -> Arcs:
    """Each piece once for every direction that the mode may take."""
    bits = network.bits[pieces.edge]
    ahead = (bits & forward_bit(travelling.mode)) > 0
    back = (bits & backward_bit(travelling.mode)) > 0
    tail = np.concatenate([pieces.tail[ahead], pieces.head[back]])
    head = np.concatenate([pieces.head[ahead], pieces.tail[back]])
    edge = np.concatenate([pieces.edge[ahead], pieces.edge[back]])
    begin = np.concatenate([pieces.begin[ahead], pieces.end[back]])
    end = np.concatenate([pieces.end[ahead], pieces.begin[back]])
    return Arcs(tail, head, edge, begin, end)


def _weights(network: Network, arcs: Arcs, travelling: Travelling) -> Floats:
    metres = network.metres[arcs.edge] * np.abs(arcs.end - arcs.begin)
    seconds = metres * travelling.paces(network, arcs.edge)
    # An arc without length still needs a weight: scipy reads 0 as 'no arc' in some of its paths.
    return np.maximum(np.rint(seconds * 1000) * METRES_FACTOR + np.rint(metres * 10), 1.0)


def _seconds_and_metres(weights: Floats) -> tuple[Floats, Floats]:
    is_known = np.isfinite(weights)
    known = np.where(is_known, weights, 0.0)
    milliseconds = np.floor(known / METRES_FACTOR)
    metres = (known - milliseconds * METRES_FACTOR) / 10
    return np.where(is_known, milliseconds / 1000, np.inf), np.where(is_known, metres, np.inf)
