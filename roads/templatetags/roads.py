"""Template tags of the maps: `{% route_map pins legs title=… %}` and `{% pin_map lat lon centre=… title=… %}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BoundField

from roads.map_view import MapView
from roads.places import Place
from roads.queries import draw_pin_map, draw_route_map, network_info
from roads.route_lines import RouteLeg
from roads.svg_map import Pin

register = template.Library()

NEAR_METRES = 3_000
FAR_METRES = 12_000
MIDDLE_OF_THE_COUNTRY = Place(lat=52.1552, lon=5.3872)


@register.inclusion_tag("components/route_map.html")
def route_map(
    pins: Sequence[Pin],
    legs: Sequence[RouteLeg] = (),
    *,
    title: str,
    description: str = "",
    width: int = 560,
    height: int = 420,
) -> dict[str, Any]:
    """A figure with the route; it says so when a leg is only an estimate. Without pins there is no figure.

    Never pass the pin of a secret address.
    """
    svg = draw_route_map(pins, legs, title=title, description=description, width=width, height=height) if pins else ""
    return {"svg": svg, "is_estimate": any(leg.is_estimate for leg in legs), "has_network": network_info() is not None}


@register.inclusion_tag("components/pin_map.html", takes_context=True)
def pin_map(
    context: dict[str, Any],
    lat_field: BoundField,
    lon_field: BoundField,
    *,
    title: str,
    centre: Place | None = None,
    width: int = 720,
    height: int = 540,
) -> dict[str, Any]:
    """A map on which a click (or the arrow keys) fills two form fields; without a script the fields stand alone.

    It opens at the values of the fields, else at `centre`, else in the middle of the network. `?kaart=ruim`
    shows a larger area.
    """
    pin = _place_of(lat_field, lon_field)
    is_far = "request" in context and context["request"].GET.get("kaart") == "ruim"
    span = FAR_METRES if is_far else NEAR_METRES
    view = MapView.centred(pin or centre or _middle(), span, width=width, height=height)
    return {
        "svg": draw_pin_map(view, pin, title=title),
        "lat_field": lat_field,
        "lon_field": lon_field,
        "title": title,
        "is_far": is_far,
        "has_network": network_info() is not None,
    }


def _place_of(lat_field: BoundField, lon_field: BoundField) -> Place | None:
    """What the fields hold now, when that is a place on earth."""
    try:
        lat, lon = float(lat_field.value()), float(lon_field.value())
    except (TypeError, ValueError):
        return None
    return Place(lat=lat, lon=lon) if abs(lat) <= 85 and abs(lon) <= 180 else None


def _middle() -> Place:
    info = network_info()
    if info is None:
        return MIDDLE_OF_THE_COUNTRY
    west, south, east, north = info.bounds
    return Place(lat=(south + north) / 2, lon=(west + east) / 2)
