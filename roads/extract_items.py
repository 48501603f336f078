"""What the reader of an extract gives, item by item. Coordinates are in 1e-7 degree (`places.SCALE`)."""

from __future__ import annotations

from typing import NamedTuple

from roads.background_kinds import Layer
from roads.street_rules import StreetRule


class ExtractAddress(NamedTuple):
    """One address. x is longitude, y latitude, in 1e-7 degree; `written` is the number as the file has it."""

    postcode: str
    number: int
    suffix: str
    x: int
    y: int
    street: str
    town: str
    written: str


class StreetWay(NamedTuple):
    """One way that is a street, path or ferry, with the ids and locations of its nodes."""

    rule: StreetRule
    refs: list[int]
    xs: list[int]
    ys: list[int]


class Barrier(NamedTuple):
    """A node that not every mode may pass."""

    ref: int
    bits: int


class Patch(NamedTuple):
    """Background of the map: a line, or an area (outer rings to the left, holes to the right)."""

    layer: Layer
    rings: list[tuple[list[int], list[int]]]


class PlaceName(NamedTuple):
    """The name of a town or neighbourhood, for the map."""

    rank: int
    name: str
    x: int
    y: int


ExtractItem = ExtractAddress | StreetWay | Barrier | Patch | PlaceName
