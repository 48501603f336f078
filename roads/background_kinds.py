"""Which areas and lines of an extract become the background of a map."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Layer(IntEnum):
    """Drawn in this order, the first lowest."""

    BUILT = 0
    GREEN = 1
    WOOD = 2
    WATER = 3
    STREAM = 4
    RIVER = 5
    RAIL = 6


LINES = frozenset({Layer.STREAM, Layer.RIVER, Layer.RAIL})

AREA_TAGS: dict[tuple[str, str], Layer] = {
    **{("landuse", value): Layer.BUILT for value in ("residential", "commercial", "retail", "industrial")},
    **{
        ("landuse", value): Layer.GREEN
        for value in ("grass", "recreation_ground", "village_green", "cemetery", "allotments")
    },
    **{("leisure", value): Layer.GREEN for value in ("park", "garden", "pitch", "golf_course", "sports_centre")},
    **{("natural", value): Layer.GREEN for value in ("heath", "scrub", "grassland", "wetland")},
    ("landuse", "forest"): Layer.WOOD,
    ("natural", "wood"): Layer.WOOD,
    ("natural", "water"): Layer.WATER,
    ("waterway", "riverbank"): Layer.WATER,
    ("waterway", "dock"): Layer.WATER,
    ("landuse", "reservoir"): Layer.WATER,
    ("landuse", "basin"): Layer.WATER,
}
LINE_TAGS: dict[tuple[str, str], Layer] = {
    ("waterway", "river"): Layer.RIVER,
    ("waterway", "canal"): Layer.STREAM,
    ("waterway", "stream"): Layer.STREAM,
    ("railway", "rail"): Layer.RAIL,
}


def layer_of(tags: Mapping[str, str]) -> Layer | None:
    """The layer of an area; water wins over what it lies in."""
    found = [layer for (key, value), layer in AREA_TAGS.items() if tags.get(key) == value]
    return max(found) if found else None


def line_layer_of(tags: Mapping[str, str]) -> Layer | None:
    """The layer of a line. What runs under the ground is not drawn."""
    if tags.get("tunnel") or tags.get("service"):
        return None
    for (key, value), layer in LINE_TAGS.items():
        if tags.get(key) == value:
            return layer
    return None
