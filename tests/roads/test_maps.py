"""Maps: what is on them, how large they are, and that nothing typed by a person becomes markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from lxml import etree

from roads.map_paths import clip_ring
from roads.map_view import MapView
from roads.queries import Pin, PinKind, Place, draw_pin_map, draw_route_map, route_geometry
from tests.roads.towns import TinyTown, at, village

SVG = "{http://www.w3.org/2000/svg}"


class PlaceForm(forms.Form):
    """Two fields, as a page with a pin has."""

    lat = forms.FloatField(label="Breedtegraad")
    lon = forms.FloatField(label="Lengtegraad")


def parsed(svg: str) -> Any:
    """The drawing, when it is well-formed."""
    return etree.fromstring(svg.encode(), parser=etree.XMLParser(resolve_entities=False))


def classes(svg: str) -> set[str]:
    """All class names in it."""
    return {name for element in parsed(svg).iter() for name in (element.get("class") or "").split()}


def pins(*spots: tuple[float, float]) -> list[Pin]:
    """Numbered stops."""
    return [Pin(at(*spot), str(nth), f"Bezoek {nth}") for nth, spot in enumerate(spots, start=1)]


def test_without_a_network_pins_and_route_stand_on_a_plain_field() -> None:
    stops = pins((0, 0), (800, 300))
    legs = route_geometry([stop.place for stop in stops], "bike")
    svg = draw_route_map(stops, legs, title="Route van di 6 oktober")
    assert {"map-ground", "map-pin-dot", "map-route-estimate"} <= classes(svg)
    assert "map-minor" not in classes(svg)
    assert "OpenStreetMap" not in svg


def test_with_a_network_streets_are_drawn_and_their_source_is_named(use_town: Callable[[TinyTown], None]) -> None:
    town = village()
    town.way((0, 0), (400, 400), highway="cycleway")
    town.way((100, 100), (300, 100), (300, 300), (100, 300), (100, 100), natural="water")
    town.way((-500, 600), (1500, 600), railway="rail")
    town.node((500, 500), place="village", name="Dorp aan Zee")
    use_town(town)
    stops = [Pin(at(0, 0), label="School", kind=PinKind.SCHOOL), *pins((900, 0), (1000, 900))]
    legs = route_geometry([stop.place for stop in stops], "bike")
    svg = draw_route_map(stops, legs, title="Route")
    drawn = {"map-minor", "map-cycleway", "map-water", "map-rail", "map-name", "map-route", "map-pin-school"}
    assert drawn <= classes(svg)
    assert "map-route-estimate" not in classes(svg)
    assert "© OpenStreetMap-bijdragers" in svg


def test_a_map_has_a_title_and_says_its_pins_in_words() -> None:
    root = parsed(draw_route_map(pins((0, 0), (500, 0)), title="Route van di 6 oktober"))
    title, description = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "Route van di 6 oktober")
    assert (description.tag, description.text) == (f"{SVG}desc", "1 Bezoek 1; 2 Bezoek 2")
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert root.get("role") == "img"


def test_what_a_person_typed_never_becomes_markup() -> None:
    evil = '<script>alert("x")</script>&"\''
    svg = draw_route_map([Pin(at(0, 0), "<b>", evil)], title=evil, description=evil)
    assert "<script" not in svg
    assert parsed(svg)[0].text == evil


def test_a_map_has_no_inline_style() -> None:
    assert "style" not in draw_route_map(pins((0, 0), (500, 0)), title="Route")


def test_pins_on_one_spot_are_drawn_side_by_side() -> None:
    svg = draw_route_map(pins((0, 0), (0, 0), (0, 0), (500, 0)), title="Route")
    discs = [
        (float(disc.get("cx")), float(disc.get("cy")))
        for disc in parsed(svg).iter(f"{SVG}circle")
        if disc.get("r") == "30"
    ]
    assert len(discs) == 4
    for nth, one in enumerate(discs):
        assert all(np.hypot(one[0] - other[0], one[1] - other[1]) >= 60 for other in discs[nth + 1 :])


def test_all_pins_lie_within_the_map() -> None:
    svg = draw_route_map(pins((0, 0), (9000, 40), (300, 2500)), title="Route", width=390, height=390)
    for disc in parsed(svg).iter(f"{SVG}circle"):
        assert 0 < float(disc.get("cx")) < 780
        assert 0 < float(disc.get("cy")) < 780


def test_a_map_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        MapView.around([], [], width=100, height=100)


def test_a_ring_is_cut_at_the_edge_of_the_map() -> None:
    x, y = np.array([-10.0, 10.0, 10.0, -10.0]), np.array([-10.0, -10.0, 10.0, 10.0])
    cut_x, cut_y = clip_ring(x, y, (0.0, 0.0, 20.0, 20.0))
    assert set(zip(cut_x.tolist(), cut_y.tolist(), strict=True)) == {(0, 0), (10, 0), (10, 10), (0, 10)}
    assert len(clip_ring(x, y, (50.0, 50.0, 60.0, 60.0))[0]) == 0


def render(source: str, **context: Any) -> str:
    """A piece of a template."""
    request = RequestFactory().get("/", context.pop("query", {}))
    return Template("{% load roads %}" + source).render(Context(context | {"request": request}))


def test_the_page_says_that_a_route_is_an_estimate_and_why() -> None:
    stops = pins((0, 0), (500, 0))
    legs = route_geometry([stop.place for stop in stops], "bike")
    page = render('{% route_map pins legs title="Route" %}', pins=stops, legs=legs)
    assert "<svg" in page
    assert "geschat langs een rechte lijn" in page


@pytest.mark.usefixtures("in_village")
def test_the_page_names_a_leg_that_leaves_the_map_and_is_silent_otherwise() -> None:
    for far, is_said in ((9000, True), (900, False)):
        stops = pins((0, 0), (far, 0))
        legs = route_geometry([stop.place for stop in stops], "bike")
        page = render('{% route_map pins legs title="Route" %}', pins=stops, legs=legs)
        assert ("stippellijn" in page) is is_said


def test_no_pins_no_figure() -> None:
    assert render('{% route_map pins title="Route" %}', pins=[]).strip() == ""


@pytest.mark.usefixtures("in_village")
@pytest.mark.parametrize(("query", "metres"), [({}, 3000), ({"kaart": "ruim"}, 12000)])
def test_the_map_to_set_a_pin_shows_its_fields_and_knows_its_edges(query: dict[str, str], metres: float) -> None:
    tag = '{% pin_map form.lat form.lon centre=centre title="Waar is het huis?" %}'
    page = render(tag, form=PlaceForm(), centre=at(500, 500), query=query)
    assert 'name="lat"' in page
    assert "Breedtegraad" in page
    root = parsed(page[page.index("<svg") : page.index("</svg>") + 6])
    west, east = (Place(at(500, 500).lat, float(root.get(f"data-{side}"))) for side in ("west", "east"))
    assert west.metres_to(east) == pytest.approx(metres, rel=0.01)
    assert "map-pin-is-hand" not in page


def test_a_pin_that_was_set_is_shown_again() -> None:
    place = at(100, 100)
    page = render('{% pin_map form.lat form.lon title="Waar?" %}', form=PlaceForm({"lat": place.lat, "lon": place.lon}))
    assert "map-pin-is-hand" in page


@pytest.mark.parametrize("lat", ["abc", "", "nan", "900"])
def test_a_field_without_a_place_shows_no_pin(lat: str) -> None:
    page = render('{% pin_map form.lat form.lon title="Waar?" %}', form=PlaceForm({"lat": lat, "lon": "5"}))
    assert "map-pin-is-hand" not in page


@pytest.mark.usefixtures("in_kampen")
def test_a_map_of_kampen_is_at_most_80_kilobytes() -> None:
    spots = [Place(52.5560, 5.9060), Place(52.5653, 5.9291), Place(52.5450, 5.9150), Place(52.5700, 5.8800)]
    for places in (spots[:2], spots):
        stops = [Pin(place, str(nth), f"Bezoek {nth}") for nth, place in enumerate(places)]
        svg = draw_route_map(stops, route_geometry(places, "bike"), title="Route")
        assert len(svg.encode()) <= 80_000
        assert {"map-water", "map-minor", "map-name"} <= classes(svg)
    view = MapView.centred(spots[0], 3000, width=720, height=540)
    assert len(draw_pin_map(view, None, title="Waar?").encode()) <= 180_000
