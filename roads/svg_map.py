"""A map as one inline SVG: streets and water from the network, the route, the pins.

Colours and widths are classes of static/css/map.css, so that the page's content security policy holds.
Everything passes format_html: nothing is trusted.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from roads.background import Background
from roads.map_paths import background_paths, line_path, street_paths
from roads.map_view import MapView
from roads.network import Network
from roads.places import Place
from roads.route_lines import RouteLeg

BaseMap = tuple[Network, Background]

BUDGET = 62_000  # characters of streets and background together
DETAILS = (3, 5, 8, 12)
FAR_METRES_PER_UNIT = 3  # from here on streets are drawn thinner
RIVER_METRES = 50  # the breadth of a river of which the extract has only the middle
PIN_RADIUS = 30
MAX_NAMES = 7

# Class names of what is drawn, the lowest first.
AREAS = ("built", "green", "wood", "water")
LINES = ("stream", "river", "path", "ferry", "rail", "cycleway", "service", "minor", "medium", "major", "motorway")
DRAWN = (*AREAS, *LINES)
LEFT_OUT_FIRST = ("path", "service", "green", "stream", "cycleway", "wood", "minor", "built", "medium", "water")
# From so many metres a drawing unit on, this would be a smear.
LEFT_OUT_FROM = ((8, ("path", "service", "stream")), (12, ("minor", "cycleway", "green")), (30, ("medium", "built")))


class PinKind(StrEnum):
    """What a pin stands for."""

    STOP = "stop"
    SCHOOL = "school"
    START = "start"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Pin:
    """A mark on the map: `text` is in it (at most three characters), `label` is read out and shown on hover."""

    place: Place
    text: str = ""
    label: str = ""
    kind: PinKind = PinKind.STOP


def draw_map(
    view: MapView,
    base_map: BaseMap | None,
    *,
    pins: Sequence[Pin] = (),
    legs: Sequence[RouteLeg] = (),
    title: str,
    description: str = "",
    budget: int = BUDGET,
) -> SafeString:
    """The SVG, with at most `budget` characters of streets and background.

    Without a base map (no network was built) pins and route stand on a plain field.
    """
    wide, high = view.size
    spots = _spots(view, pins)
    identity = f"map-{zlib.crc32(repr((title, description, pins, view)).encode()):08x}"
    return format_html(
        '<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" '
        'aria-labelledby="{}-t {}-d" data-west="{}" data-south="{}" data-east="{}" data-north="{}">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>'
        '<rect class="map-ground" width="{}" height="{}"/>{}{}{}{}{}{}</svg>',
        *(wide, high, identity, identity),
        *(f"{edge:.7f}" for edge in (view.west, view.south, view.east, view.north)),
        *(identity, title, identity, description or _described(pins)),
        *(wide, high),
        _base_map(view, base_map, budget) if base_map is not None else "",
        format_html_join("", '<path class="map-line map-route{}" d="{}"/>', _route(view, legs)),
        _names(view, base_map[1], spots) if base_map is not None else "",
        format_html_join("", "{}", ((_lead(*spot),) for spot in spots)),
        format_html_join("", "{}", ((_pin(pin, *spot[2:]),) for pin, spot in zip(pins, spots, strict=True))),
        _credit(view) if base_map is not None else "",
    )


def _base_map(view: MapView, base_map: BaseMap, budget: int) -> SafeString:
    """Background and streets, with as much detail as fits in the budget."""
    network, background = base_map
    paths: dict[str, str] = {}
    left_out = [name for scale, names in LEFT_OUT_FROM if view.metres_per_unit >= scale for name in names]
    for detail in DETAILS[min(len(DETAILS) - 2, int(view.metres_per_unit / 1.5)) :]:
        paths = background_paths(view, background, detail, left_out)
        paths |= street_paths(view, network, detail, left_out)
        if _size(paths) <= budget:
            break
    for name in LEFT_OUT_FIRST:
        if _size(paths) > budget:
            paths.pop(name, None)
    drawn = (("" if name in AREAS else "map-line ", name, paths[name]) for name in DRAWN if paths.get(name))
    return format_html(
        '<g class="map-base{}" stroke-width="{}">{}</g>',
        " map-base-far" if view.metres_per_unit > FAR_METRES_PER_UNIT else "",
        max(8, round(RIVER_METRES / view.metres_per_unit)),
        format_html_join("", '<path class="{}map-{}" d="{}"/>', drawn),
    )


def _size(paths: dict[str, str]) -> int:
    return sum(len(data) for data in paths.values())


def _route(view: MapView, legs: Sequence[RouteLeg]) -> list[tuple[str, str]]:
    lines = []
    for leg in legs:
        lon, lat = np.array(leg.line).T if leg.line else (np.empty(0), np.empty(0))
        data = line_path(*view.project(lon, lat, scale=1), detail=2)
        if data:
            lines.append((" map-route-estimate" if leg.is_estimate else "", data))
    return lines


def _spots(view: MapView, pins: Sequence[Pin]) -> list[tuple[int, int, int, int]]:
    """Where each pin points, and where its disc is drawn: beside it when another pin is in the way."""
    spots: list[tuple[int, int, int, int]] = []
    for pin in pins:
        across, down = view.project(pin.place.lon, pin.place.lat, scale=1)
        x, y = round(float(across)), round(float(down))
        spots.append((x, y, *_free_spot(x, y, [(spot[2], spot[3]) for spot in spots])))
    return spots


def _free_spot(x: int, y: int, taken: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The nearest of some positions around a point that touches no other disc."""
    for ring in range(4):
        for turn in range(8 if ring else 1):
            angle = math.tau * turn / 8
            reach = ring * PIN_RADIUS * 1.6
            spot = round(x + reach * math.cos(angle)), round(y - reach * math.sin(angle))
            if all(math.dist(spot, other) >= 2 * PIN_RADIUS for other in taken):
                return spot
    return x, y


def _lead(x: int, y: int, disc_x: int, disc_y: int) -> SafeString | str:
    """A line from the spot to a disc that had to be drawn beside it."""
    if (x, y) == (disc_x, disc_y):
        return ""
    return format_html(
        '<path class="map-line map-lead" d="M{} {}L{} {}"/><circle class="map-spot" cx="{}" cy="{}" r="8"/>',
        *(x, y, disc_x, disc_y, x, y),
    )


def _pin(pin: Pin, x: int, y: int) -> SafeString:
    name = pin.label or pin.text or _("plek")
    return format_html(
        '<g class="map-pin map-pin-is-{}"><title>{}</title>{}</g>', pin.kind.value, name, _mark(pin, x, y)
    )


def _mark(pin: Pin, x: int, y: int) -> SafeString:
    if pin.kind is PinKind.HAND:
        return format_html(
            '<path class="map-pin-dot" d="M{} {}c-8-26-34-40-34-68a34 34 0 0 1 68 0c0 28-26 42-34 68z"/>'
            '<circle class="map-icon" cx="{}" cy="{}" r="12"/>',
            *(x, y, x, y - 68),
        )
    if pin.kind is PinKind.SCHOOL:
        return format_html(
            '<rect class="map-pin-dot map-pin-school" x="{}" y="{}" width="60" height="60" rx="12"/>'
            '<path class="map-icon" d="M{} {}l20 16v22h-14v-14h-12v14h-14v-22z"/>',
            *(x - 30, y - 30, x, y - 20),
        )
    return format_html(
        '<circle class="map-pin-dot" cx="{}" cy="{}" r="{}"/><text class="map-pin-text" x="{}" y="{}">{}</text>',
        *(x, y, PIN_RADIUS, x, y + 12, pin.text[:3]),
    )


def _names(view: MapView, background: Background, spots: Sequence[tuple[int, int, int, int]]) -> SafeString:
    """Names of towns and neighbourhoods, the larger first, where there is room."""
    wide, high = view.size
    x, y = view.project(background.name_x, background.name_y)
    is_inside = (x > 60) & (x < wide - 60) & (y > 40) & (y < high - 60)
    taken = [(spot[2], spot[3]) for spot in spots]
    chosen: list[tuple[int, int, str]] = []
    for nth in np.flatnonzero(is_inside).tolist():
        name, spot = str(background.name_text[nth]), (round(float(x[nth])), round(float(y[nth])))
        reach = 8 * len(name) + PIN_RADIUS
        if len(chosen) < MAX_NAMES and all(abs(spot[0] - a) > reach or abs(spot[1] - b) > 50 for a, b in taken):
            taken.append(spot)
            chosen.append((*spot, name))
    return format_html_join("", '<text class="map-name" x="{}" y="{}">{}</text>', chosen)


def _credit(view: MapView) -> SafeString:
    wide, high = view.size
    return format_html(
        '<text class="map-credit" x="{}" y="{}">{}</text>', wide - 12, high - 12, _("© OpenStreetMap-bijdragers")
    )


def _described(pins: Sequence[Pin]) -> str:
    """The pins in words, for who does not see the map."""
    words = [" ".join(filter(None, (pin.text, pin.label))) for pin in pins]
    return "; ".join(word for word in words if word)
