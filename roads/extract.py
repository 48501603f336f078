"""Reads one OpenStreetMap extract (.osm.pbf) once, and gives what the room needs of it, item by item.

Two of the reader's options matter for memory: node locations are kept by osmium itself (`with_locations`,
some 67 MB for a province), and no filter over many ids is used (that takes over 1 GB).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import osmium
from django.utils.translation import gettext_lazy as _

from roads.address_keys import normalise_postcode, split_numbers
from roads.background_kinds import layer_of, line_layer_of
from roads.extract_items import Barrier, ExtractAddress, ExtractItem, Patch, PlaceName, StreetWay
from roads.street_rules import ALL_BITS, Tags, barrier_bits, street_rule

KEYS = (
    "addr:postcode",
    "barrier",
    "highway",
    "landuse",
    "leisure",
    "natural",
    "place",
    "railway",
    "route",
    "waterway",
)
PLACES = ("city", "town", "village", "hamlet", "suburb", "neighbourhood", "quarter")
NO_LOCATION = 2_147_483_647


class BadExtract(Exception):
    """The file cannot be used; the text says why, in words for the person who gave the command."""


def read_extract(path: Path) -> Iterator[ExtractItem]:
    """All items of the extract, in the order of the file.

    Raises BadExtract when the file is missing, is not a .osm.pbf, or ends halfway.
    """
    _check_file(path)
    try:
        yield from _items(path)
    except (RuntimeError, ValueError) as error:
        raise BadExtract(
            _("%(name)s is beschadigd of half geschreven: het bestand is niet tot het einde te lezen.")
            % {"name": path.name}
        ) from error


def data_date(path: Path) -> datetime | None:
    """The moment that the data are of, when the file says so."""
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        text = reader.header().get("osmosis_replication_timestamp", "")
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise BadExtract(_("Er is geen bestand %(path)s.") % {"path": path})
    with path.open("rb") as file:
        head = file.read(64)
    if b"OSMHeader" not in head:
        raise BadExtract(
            _("%(name)s is geen OpenStreetMap-bestand (.osm.pbf). Bij Geofabrik staat er een van elke provincie.")
            % {"name": path.name}
        )


def _items(path: Path) -> Iterator[ExtractItem]:
    background_keys = osmium.filter.KeyFilter("landuse", "leisure", "natural", "waterway")
    reader = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_areas(background_keys)
        .with_filter(osmium.filter.KeyFilter(*KEYS))
    )
    thing: Any  # osmium's own union counts a changeset in, which no extract has
    for thing in reader:
        if thing.is_node():
            yield from _node_items(thing, thing.tags)
        elif thing.is_way():
            yield from _way_items(thing, dict(thing.tags))
        elif thing.is_area():
            yield from _area_items(thing, dict(thing.tags))


def _node_items(node: Any, tags: Tags) -> Iterator[ExtractItem]:
    x, y = node.location.x, node.location.y
    yield from _addresses(tags, x, y)
    if tags.get("barrier", "") and (bits := barrier_bits(tags)) != ALL_BITS:
        yield Barrier(node.id, bits)
    if (place := tags.get("place", "")) in PLACES and (name := tags.get("name", "")):
        yield PlaceName(PLACES.index(place), name, x, y)


def _way_items(way: Any, tags: dict[str, str]) -> Iterator[ExtractItem]:
    rule = street_rule(tags)
    has_address = "addr:postcode" in tags
    layer = line_layer_of(tags)
    if rule is None and layer is None and not has_address:
        return
    nodes = [(node.ref, node.x, node.y) for node in way.nodes if node.x != NO_LOCATION]
    if not nodes:
        return
    refs, xs, ys = (list(column) for column in zip(*nodes, strict=True))
    if has_address:
        own = slice(0, -1) if len(refs) > 1 and refs[0] == refs[-1] else slice(None)
        yield from _addresses(tags, round(_mean(xs[own])), round(_mean(ys[own])))
    if rule is not None and len(refs) > 1:
        yield StreetWay(rule, refs, xs, ys)
    if layer is not None and len(refs) > 1:
        yield Patch(layer, [(xs, ys)])


def _area_items(area: Any, tags: dict[str, str]) -> Iterator[ExtractItem]:
    outer = [_ring(ring, 1) for ring in area.outer_rings()]
    if "addr:postcode" in tags and not area.from_way() and outer:
        xs, ys = outer[0]
        yield from _addresses(tags, round(_mean(xs[:-1])), round(_mean(ys[:-1])))
    if (layer := layer_of(tags)) is not None and outer:
        inner = [_ring(hole, -1) for ring in area.outer_rings() for hole in area.inner_rings(ring)]
        yield Patch(layer, outer + inner)


def _addresses(tags: Tags, x: int, y: int) -> Iterator[ExtractAddress]:
    postcode = normalise_postcode(tags.get("addr:postcode", ""))
    written = tags.get("addr:housenumber", "")
    if not postcode or not written:
        return
    street = tags.get("addr:street", "") or tags.get("addr:place", "")
    for number, suffix in split_numbers(written):
        yield ExtractAddress(postcode, number, suffix, x, y, street, tags.get("addr:city", ""), written)


def _ring(ring: Any, turn: int) -> tuple[list[int], list[int]]:
    """The points of a closed ring, turning left (1) or right (-1)."""
    nodes = [(node.x, node.y) for node in ring if node.x != NO_LOCATION]
    xs, ys = [x for x, _y in nodes], [y for _x, y in nodes]
    doubled_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(nodes))
    return (xs, ys) if doubled_area * turn >= 0 else (xs[::-1], ys[::-1])


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)
