"""Tiny towns written as extracts, and networks built of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

from roads.actions import build_network
from roads.places import METRES_PER_DEGREE, Place

ORIGIN = Place(lat=52.0, lon=5.0)
BUILT_AT = dt.datetime(2026, 9, 1, 6, 0, tzinfo=dt.UTC)


def at(east: float, north: float) -> Place:
    """A place so many metres from the corner of the town."""
    squeeze = 0.6156614753256583  # cosine of 52 degrees
    return Place(lat=ORIGIN.lat + north / METRES_PER_DEGREE, lon=ORIGIN.lon + east / METRES_PER_DEGREE / squeeze)


@dataclass
class TinyTown:
    """Nodes by position in metres; a spot that is used twice is one node."""

    spots: dict[tuple[float, float], int] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    relations: list[tuple[list[tuple[str, int, str]], dict[str, str]]] = field(default_factory=list)

    def node(self, spot: tuple[float, float], **tags: str) -> int:
        """The node at a spot, with tags added ('addr__street' stands for 'addr:street')."""
        number = self.spots.setdefault(spot, len(self.spots) + 1)
        self.node_tags.setdefault(number, {}).update(plain(tags))
        return number

    def way(self, *spots: tuple[float, float], **tags: str) -> int:
        """A way along the spots; its number."""
        self.ways.append(([self.node(spot) for spot in spots], plain(tags)))
        return len(self.ways)

    def street(self, *spots: tuple[float, float], **tags: str) -> int:
        """A residential street, unless a tag says otherwise."""
        return self.way(*spots, **({"highway": "residential"} | tags))

    def address(self, spot: tuple[float, float], postcode: str, number: str, street: str = "Dorpsstraat") -> None:
        """An address on a node of its own."""
        self.node(spot, addr__postcode=postcode, addr__housenumber=number, addr__street=street, addr__city="Dorp")

    def write(self, path: Path) -> Path:
        """The extract."""
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for spot, number in self.spots.items():
                place = at(*spot)
                tags = self.node_tags[number]
                writer.add_node(Node(id=number, version=1, location=(place.lon, place.lat), tags=tags))
            for number, (nodes, tags) in enumerate(self.ways, start=1):
                writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, start=1):
                writer.add_relation(Relation(id=number, version=1, members=members, tags=tags))
        return path


def plain(tags: dict[str, str]) -> dict[str, str]:
    """'addr__street' becomes 'addr:street'."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def village() -> TinyTown:
    """A square of 1,000 m with a street across, and four addresses."""
    town = TinyTown()
    corners = ((0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0))
    for here, there in zip(corners, (*corners[1:], corners[0]), strict=True):
        town.street(here, there)
    town.address((100, 10), "1234AB", "1")
    town.address((200, 10), "1234AB", "3")
    town.address((300, 10), "1234AB", "3a")
    town.address((990, 500), "1234CD", "12-2", "Zijstraat")
    return town


def build(town: TinyTown, folder: Path) -> Path:
    """Writes the town, builds its network, and gives the folder that ROADS_DIR should be."""
    source = town.write(folder / "town.osm.pbf")
    build_network(source=source, root=folder / "roads", now=BUILT_AT)
    return folder / "roads"
