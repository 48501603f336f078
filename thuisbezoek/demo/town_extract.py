"""Writes a made-up town as an OpenStreetMap extract (.osm.pbf), so that `build_roads` has something to read."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

from thuisbezoek.demo.town_shapes import PlaneLine, PlanePoint, Street, Town, to_degrees

SAME_SPOT_METRES = 0.5


class _NodeTable:
    """Nodes by place: what meets at one spot shares a node."""

    def __init__(self) -> None:
        self.points: list[PlanePoint] = []
        self.tags: dict[int, dict[str, str]] = {}
        self._known: dict[tuple[int, int], int] = {}

    def node(self, point: PlanePoint) -> int:
        """The id (from 1) of the node at a spot."""
        key = round(point[0] / SAME_SPOT_METRES), round(point[1] / SAME_SPOT_METRES)
        if key not in self._known:
            self.points.append(point)
            self._known[key] = len(self.points)
        return self._known[key]

    def add(self, point: PlanePoint, tags: dict[str, str]) -> None:
        """A node of its own with tags."""
        self.points.append(point)
        self.tags[len(self.points)] = tags


def write_extract(town: Town, path: Path) -> None:
    """Writes the town; an existing file is replaced."""
    table = _NodeTable()
    ways = [([table.node(point) for point in line], tags) for line, tags in _ways(town)]
    for house in town.addresses:
        table.add(house.at, _address_tags(house.street, f"{house.number}{house.suffix}", house.postcode, house.town))
    for name, point in town.quarters:
        table.add(point, {"place": "neighbourhood", "name": name})
    table.add((0.0, 300.0), {"place": "town", "name": town.name})
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, point in enumerate(table.points, start=1):
            lat, lon = to_degrees(point)
            writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=table.tags.get(number, {})))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))


def _address_tags(street: str, number: str, postcode: str, town: str) -> dict[str, str]:
    return {"addr:street": street, "addr:housenumber": number, "addr:postcode": postcode, "addr:city": town}


def _ways(town: Town) -> list[tuple[PlaneLine, dict[str, str]]]:
    """All lines with their tags, streets cut where they cross."""
    on_ground = [street for street in town.streets if street.is_on_ground]
    ways = [(line, _named(street)) for street, line in zip(on_ground, _joined(on_ground), strict=True)]
    ways += [(street.line, _named(street)) for street in town.streets if not street.is_on_ground]
    return ways + [(area.ring, area.tags) for area in town.areas]


def _named(street: Street) -> dict[str, str]:
    return street.tags | ({"name": street.name} if street.name else {})


def _joined(streets: list[Street]) -> list[PlaneLine]:
    """The lines of the streets, with a point added wherever another street crosses or ends."""
    pieces = [
        (owner, nth, *segment)
        for owner, street in enumerate(streets)
        for nth, segment in enumerate(itertools.pairwise(street.line))
    ]
    extra: dict[tuple[int, int], list[PlanePoint]] = {}
    for one, other in itertools.combinations(pieces, 2):
        if one[0] != other[0] and (spot := _crossing(one[2], one[3], other[2], other[3])) is not None:
            extra.setdefault(one[:2], []).append(spot)
            extra.setdefault(other[:2], []).append(spot)
    return [_with_points(owner, street.line, extra) for owner, street in enumerate(streets)]


def _with_points(owner: int, line: PlaneLine, extra: dict[tuple[int, int], list[PlanePoint]]) -> PlaneLine:
    points: list[PlanePoint] = []
    for nth, here in enumerate(line):
        points.append(here)
        points += sorted(extra.get((owner, nth), []), key=lambda spot: math.dist(here, spot))
    return tuple(points)


def _crossing(a: PlanePoint, b: PlanePoint, c: PlanePoint, d: PlanePoint) -> PlanePoint | None:
    """Where two segments meet; a segment that ends within two metres of the other meets it too."""
    if max(a[0], b[0]) + 2 < min(c[0], d[0]) or max(c[0], d[0]) + 2 < min(a[0], b[0]):
        return None
    if max(a[1], b[1]) + 2 < min(c[1], d[1]) or max(c[1], d[1]) + 2 < min(a[1], b[1]):
        return None
    first, second = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    turn = first[0] * second[1] - first[1] * second[0]
    if abs(turn) < 1e-6:
        return None
    along = ((c[0] - a[0]) * second[1] - (c[1] - a[1]) * second[0]) / turn
    across = ((c[0] - a[0]) * first[1] - (c[1] - a[1]) * first[0]) / turn
    slack, other_slack = 2 / math.hypot(*first), 2 / math.hypot(*second)
    if not (-slack <= along <= 1 + slack and -other_slack <= across <= 1 + other_slack):
        return None
    return a[0] + along * first[0], a[1] + along * first[1]
