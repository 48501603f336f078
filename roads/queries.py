"""What other rooms may ask: where is this address, how long from here to there, which way, show me on a map.

Everything works without a network too: addresses are then unknown and times are straight-line estimates that
say so. A process notices by itself when a new network was built.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString

from roads.address_book import AddressBook, Located, MatchQuality
from roads.address_keys import TypedAddress, normalise_number, normalise_postcode, parse_address
from roads.map_view import MapView
from roads.places import Mode, Place
from roads.route_lines import RouteLeg, route_legs
from roads.speeds import DEFAULT_ACCESS_MINUTES, DEFAULT_KMH, Travelling
from roads.store import NetworkInfo, OpenRoads, open_current, pointer_stamp
from roads.svg_map import Pin, PinKind, draw_map
from roads.travel import TravelMatrix, matrix

__all__ = [
    "DEFAULT_ACCESS_MINUTES",
    "DEFAULT_KMH",
    "Located",
    "MapView",
    "MatchQuality",
    "Mode",
    "NetworkInfo",
    "Pin",
    "PinKind",
    "Place",
    "RouteLeg",
    "TravelMatrix",
    "TypedAddress",
    "draw_pin_map",
    "draw_route_map",
    "find_address",
    "locate_many",
    "network_info",
    "normalise_number",
    "normalise_postcode",
    "parse_address",
    "route_geometry",
    "travel_matrix",
]

PIN_MAP_BUDGET = 160_000  # one map of a page, in which somebody looks from near

Stamp = tuple[Path, int, tuple[int, int, int] | None]


@dataclass
class _Loaded:
    """The network that this process has open, and of which pointer it came."""

    stamp: Stamp | None = None
    roads: OpenRoads | None = None


_loaded = _Loaded()
_lock = threading.Lock()
_books = threading.local()


def find_address(postcode: str, number: int | str, suffix: str = "") -> Located | None:
    """Where an address is: exactly, by its number, or by its postcode; None when it is unknown.

    Spelling does not matter: postcode '8261 ab', number 12, '12' or '12-a' (with the suffix left empty).
    """
    book = _book()
    return book.find(postcode, number, suffix) if book is not None else None


def locate_many(addresses: Iterable[tuple[str, int | str, str]]) -> list[Located | None]:
    """Where each of these (postcode, number, suffix) is, in their order; None for an address that is unknown."""
    book = _book()
    return book.find_many(addresses) if book is not None else [None for _address in addresses]


def travel_matrix(
    places: Sequence[Place],
    mode: Mode | str,
    *,
    speed_kmh: float | None = None,
    access_minutes: float | None = None,
) -> TravelMatrix:
    """Whole minutes and metres between all places.

    Default speeds: bike 15 km/h, foot 5, car by street (for a car `speed_kmh` is the mean speed in town, by
    default 30, and scales every street); a car also takes 2 minutes of access. Raises ValueError for a mode,
    speed or access time that cannot be.
    """
    roads = _roads()
    return matrix(roads.network if roads else None, places, Travelling.by(mode, speed_kmh, access_minutes))


def route_geometry(
    places: Sequence[Place], mode: Mode | str, *, speed_kmh: float | None = None, access_minutes: float | None = None
) -> list[RouteLeg]:
    """The legs between consecutive places, with the line along the streets to draw."""
    roads = _roads()
    return route_legs(roads.network if roads else None, places, Travelling.by(mode, speed_kmh, access_minutes))


def network_info() -> NetworkInfo | None:
    """Of what and when the network in use is; None when none was built."""
    roads = _roads()
    return roads.info if roads else None


def draw_route_map(
    pins: Sequence[Pin],
    legs: Sequence[RouteLeg] = (),
    *,
    width: int = 720,
    height: int = 480,
    title: str,
    description: str = "",
) -> SafeString:
    """An inline SVG with the pins and the route.

    What is drawn is shown to whoever sees the page: never pass a secret address.
    """
    view = MapView.around([pin.place for pin in pins], [leg.line for leg in legs], width=width, height=height)
    roads = _roads()
    base_map = (roads.network, roads.background) if roads else None
    return draw_map(view, base_map, pins=pins, legs=legs, title=title, description=description)


def draw_pin_map(view: MapView, pin: Place | None, *, title: str) -> SafeString:
    """An inline SVG of one view, with the pin that somebody sets by hand (if any)."""
    roads = _roads()
    base_map = (roads.network, roads.background) if roads else None
    pins = [Pin(pin, kind=PinKind.HAND)] if pin is not None else []
    return draw_map(view, base_map, pins=pins, title=title, budget=PIN_MAP_BUDGET)


def _roads() -> OpenRoads | None:
    """The network in use; reopened when another one has taken its place."""
    stamp = _stamp()
    if _loaded.stamp != stamp:
        with _lock:
            if _loaded.stamp != stamp:
                _loaded.roads = open_current(stamp[0])
                _loaded.stamp = stamp
    return _loaded.roads


def _book() -> AddressBook | None:
    """This thread's own connection to the address book of the network in use."""
    roads = _roads()
    if roads is None:
        return None
    if getattr(_books, "roads", None) is not roads:
        _books.book = roads.open_book()
        _books.roads = roads
    book: AddressBook = _books.book
    return book


def _stamp() -> Stamp:
    """What must be the same for open files to be the right ones: folder, process, pointer."""
    root = Path(settings.ROADS_DIR)
    return root, os.getpid(), pointer_stamp(root)
