"""Makes a street graph of the ways of an extract: splits at junctions, joins barriers, keeps the main parts."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from roads.extract_items import Barrier, StreetWay
from roads.network import CELL_METRES, Network
from roads.places import METRES_PER_DEGREE, SCALE, Ints, Longs, Mode, metres_between
from roads.street_rules import StreetClass, StreetRule, backward_bit, forward_bit, mode_bits


class _Edges(NamedTuple):
    """Edges while they are being made; the same columns as in the network."""

    start: Longs
    stop: Longs
    metres: npt.NDArray[np.float64]
    bits: npt.NDArray[np.uint8]
    street_class: npt.NDArray[np.uint8]
    car_kmh: npt.NDArray[np.uint8]
    is_pushed: npt.NDArray[np.bool_]
    ferry_pace: npt.NDArray[np.float64]


class NetworkBuilder:
    """Collects ways and barriers, and makes the network of them."""

    def __init__(self) -> None:
        self._refs = array("q")
        self._xs = array("i")
        self._ys = array("i")
        self._way_start = array("q", [0])
        self._rules: list[StreetRule] = []
        self._barriers: dict[int, int] = {}

    def add_way(self, way: StreetWay) -> None:
        """Takes one street."""
        self._refs.extend(way.refs)
        self._xs.extend(way.xs)
        self._ys.extend(way.ys)
        self._way_start.append(len(self._refs))
        self._rules.append(way.rule)

    def add_barrier(self, barrier: Barrier) -> None:
        """Takes a node that not everybody may pass."""
        self._barriers[barrier.ref] = barrier.bits

    @property
    def ways(self) -> int:
        """How many streets there are."""
        return len(self._rules)

    def build(self) -> Network:
        """The network of at least one way."""
        x, y = np.array(self._xs, dtype=np.int32), np.array(self._ys, dtype=np.int32)
        refs = np.array(self._refs, dtype=np.int64)
        way_start = np.array(self._way_start, dtype=np.int64)
        barriers = np.fromiter(self._barriers, dtype=np.int64, count=len(self._barriers))
        start, stop, way = _split(refs, way_start, barriers)
        edges = _with_rules(start, stop, _edge_metres(x, y, start, stop), way, self._rules)
        edges, tail, head, position = _join(edges, refs, self._barriers)
        grid, cell_start, cell_segment, cell_edge = _cell_index(x, y, edges.start, edges.stop)
        return Network(
            x=x,
            y=y,
            node_x=x[position],
            node_y=y[position],
            start=edges.start.astype(np.int32),
            stop=edges.stop.astype(np.int32),
            tail=tail.astype(np.int32),
            head=head.astype(np.int32),
            metres=edges.metres.astype(np.float32),
            bits=_main_parts(tail, head, edges.bits, len(position)),
            street_class=edges.street_class,
            car_kmh=edges.car_kmh,
            is_pushed=edges.is_pushed,
            ferry_pace=edges.ferry_pace.astype(np.float32),
            grid=grid,
            cell_start=cell_start,
            cell_segment=cell_segment,
            cell_edge=cell_edge,
        )


def _split(refs: Longs, way_start: Longs, barriers: Longs) -> tuple[Longs, Longs, Longs]:
    """First position, last position and way of each edge: cut where ways meet, end, or have a barrier."""
    _unique, inverse, counts = np.unique(refs, return_inverse=True, return_counts=True)
    is_cut = counts[inverse] > 1
    is_cut[way_start[:-1]] = True
    is_cut[way_start[1:] - 1] = True
    is_cut |= np.isin(refs, barriers)
    cuts = np.flatnonzero(is_cut)
    way = np.repeat(np.arange(len(way_start) - 1), np.diff(way_start))[cuts]
    is_edge = way[:-1] == way[1:]
    return cuts[:-1][is_edge], cuts[1:][is_edge], way[:-1][is_edge]


def _edge_metres(x: Ints, y: Ints, start: Longs, stop: Longs) -> npt.NDArray[np.float64]:
    lon, lat = x / SCALE, y / SCALE
    along = np.concatenate([[0.0], np.cumsum(metres_between(lon[:-1], lat[:-1], lon[1:], lat[1:]))])
    return np.asarray(along[stop] - along[start])


def _with_rules(
    start: Longs, stop: Longs, metres: npt.NDArray[np.float64], way: Longs, rules: list[StreetRule]
) -> _Edges:
    """Gives every edge the rule of its way. A ferry's time is spread over the length of its way."""
    way_metres = np.maximum(np.bincount(way, weights=metres, minlength=len(rules)), 1.0)
    waiting = np.array([rule.ferry_seconds for rule in rules]) / way_metres
    sailing = np.array([3.6 / rule.ferry_kmh if rule.ferry_kmh else 0.0 for rule in rules])
    return _Edges(
        start,
        stop,
        metres,
        np.array([rule.bits for rule in rules], dtype=np.uint8)[way],
        np.array([rule.street_class for rule in rules], dtype=np.uint8)[way],
        np.array([rule.car_kmh for rule in rules], dtype=np.uint8)[way],
        np.array([rule.is_pushed for rule in rules], dtype=np.bool_)[way],
        (waiting + sailing)[way],
    )


def _join(edges: _Edges, refs: Longs, barriers: Mapping[int, int]) -> tuple[_Edges, Longs, Longs, Longs]:
    """The edges with those of the barriers, the junctions at their ends, and a position per junction.

    A junction with a barrier is the hub of a star: each street that ends there gets a copy of its own.
    """
    position_of_end = np.concatenate([edges.start, edges.stop])
    node_refs, first, node_of_end = np.unique(refs[position_of_end], return_index=True, return_inverse=True)
    position = position_of_end[first]
    passing = np.array([barriers.get(int(ref), -1) for ref in node_refs]) if barriers else np.full(len(node_refs), -1)
    at_barrier = np.flatnonzero(passing[node_of_end] >= 0)
    hubs = node_of_end[at_barrier].copy()
    copies = len(node_refs) + np.arange(len(hubs))
    node_of_end[at_barrier] = copies
    links = _links(position[hubs], passing[hubs].astype(np.uint8))
    tail = np.concatenate([node_of_end[: len(edges.start)], hubs])
    head = np.concatenate([node_of_end[len(edges.start) :], copies])
    pairs: Any = zip(edges, links, strict=True)  # of columns, each of its own type
    return _Edges(*(np.concatenate(pair) for pair in pairs)), tail, head, np.concatenate([position, position[hubs]])


def _links(position: Longs, bits: npt.NDArray[np.uint8]) -> _Edges:
    """Edges without length, between a barrier and the streets that end there."""
    count = len(position)
    return _Edges(
        position,
        position,
        np.zeros(count),
        bits,
        np.full(count, StreetClass.SERVICE, dtype=np.uint8),
        np.full(count, 10, dtype=np.uint8),
        np.zeros(count, dtype=np.bool_),
        np.zeros(count),
    )


def _main_parts(tail: Longs, head: Longs, bits: npt.NDArray[np.uint8], nodes: int) -> npt.NDArray[np.uint8]:
    """The bits, cleared per mode on all edges outside its largest strongly connected part."""
    kept = np.zeros_like(bits)
    for mode in Mode:
        ahead, back = (bits & forward_bit(mode)) > 0, (bits & backward_bit(mode)) > 0
        rows, columns = np.concatenate([tail[ahead], head[back]]), np.concatenate([head[ahead], tail[back]])
        if not len(rows):
            continue
        graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(nodes, nodes))
        _count, part = connected_components(graph.tocsr(), directed=True, connection="strong")
        is_main = part == np.bincount(part).argmax()
        kept |= np.where(is_main[tail] & is_main[head], bits & mode_bits(mode), 0).astype(np.uint8)
    return kept


def _cell_index(x: Ints, y: Ints, start: Longs, stop: Longs) -> tuple[Longs, Ints, Ints, Ints]:
    """Segments by square of 300 m, so that what is within 300 m of a point lies in nine squares."""
    counts = stop - start
    edge = np.repeat(np.arange(len(start)), counts)
    segment = np.repeat(start - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
    west, south, north = int(x.min()), int(y.min()), int(y.max())
    high = int(CELL_METRES / METRES_PER_DEGREE * SCALE) + 1
    wide = int(high / np.cos(np.radians(max(abs(south), abs(north)) / SCALE))) + 1
    columns, rows = (int(x.max()) - west) // wide + 1, (north - south) // high + 1
    left, right = _cell_range(x, segment, west, wide)
    low, top = _cell_range(y, segment, south, high)
    across, cells = right - left + 1, (right - left + 1) * (top - low + 1)
    nth = np.arange(cells.sum()) - np.repeat(np.cumsum(cells) - cells, cells)
    column = np.repeat(left, cells) + nth % np.repeat(across, cells)
    row = np.repeat(low, cells) + nth // np.repeat(across, cells)
    cell = row * columns + column
    order = np.argsort(cell, kind="stable")
    return (
        np.array([west, south, wide, high, columns, rows], dtype=np.int64),
        np.searchsorted(cell[order], np.arange(columns * rows + 1)).astype(np.int32),
        np.repeat(segment, cells)[order].astype(np.int32),
        np.repeat(edge, cells)[order].astype(np.int32),
    )


def _cell_range(values: Ints, segment: Longs, origin: int, size: int) -> tuple[Longs, Longs]:
    """First and last column (or row) that each segment touches."""
    one = (values[segment].astype(np.int64) - origin) // size
    other = (values[segment + 1].astype(np.int64) - origin) // size
    return np.minimum(one, other), np.maximum(one, other)
