"""Who may pass a street, which way, and how fast."""

from __future__ import annotations

import pytest

from roads.places import Mode
from roads.street_rules import barrier_bits, mode_bits, parse_duration, street_rule

BIKE, CAR, FOOT = Mode.BIKE, Mode.CAR, Mode.FOOT


def ways(tags: dict[str, str]) -> dict[Mode, str]:
    """Per mode: '' (not), '>' (with the drawing), '<' (against it), '<>' (both)."""
    rule = street_rule(tags)
    assert rule is not None
    signs = {0: "", 1: ">", 2: "<", 3: "<>"}
    return {mode: signs[(rule.bits & mode_bits(mode)) >> shift] for mode, shift in ((BIKE, 0), (CAR, 2), (FOOT, 4))}


@pytest.mark.parametrize(
    ("tags", "bike", "car", "foot"),
    [
        ({"highway": "residential"}, "<>", "<>", "<>"),
        ({"highway": "residential", "oneway": "yes"}, ">", ">", "<>"),
        ({"highway": "residential", "oneway": "-1"}, "<", "<", "<>"),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, "<>", ">", "<>"),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite"}, "<>", ">", "<>"),
        ({"highway": "residential", "oneway": "yes", "cycleway:left": "opposite_lane"}, "<>", ">", "<>"),
        ({"highway": "tertiary", "junction": "roundabout"}, ">", ">", "<>"),
        ({"highway": "cycleway"}, "<>", "", "<>"),
        ({"highway": "cycleway", "oneway": "yes"}, ">", "", "<>"),
        ({"highway": "cycleway", "foot": "no"}, "<>", "", ""),
        ({"highway": "cycleway", "motor_vehicle": "destination"}, "<>", "<>", "<>"),
        ({"highway": "secondary", "bicycle": "use_sidepath", "foot": "use_sidepath"}, "", "<>", ""),
        ({"highway": "motorway"}, "", ">", ""),
        ({"highway": "trunk", "motorroad": "yes"}, "", "<>", ""),
        ({"highway": "trunk"}, "", "<>", ""),
        ({"highway": "service", "access": "private"}, "", "", ""),
        ({"highway": "service", "access": "private", "foot": "yes"}, "", "", "<>"),
        ({"highway": "residential", "motor_vehicle": "no"}, "<>", "", "<>"),
        ({"highway": "residential", "motor_vehicle": "agricultural;forestry"}, "<>", "", "<>"),
        ({"highway": "residential", "access": "destination"}, "<>", "<>", "<>"),
        ({"highway": "steps"}, "", "", "<>"),
        ({"highway": "footway", "bicycle": "no"}, "", "", "<>"),
        ({"highway": "track"}, "<>", "", "<>"),
        ({"highway": "busway"}, "", "", ""),
    ],
)
def test_signs_decide_who_may_pass(tags: dict[str, str], bike: str, car: str, foot: str) -> None:
    assert ways(tags) == {BIKE: bike, CAR: car, FOOT: foot}


@pytest.mark.parametrize("tags", [{"highway": "construction"}, {"highway": "proposed"}, {"building": "yes"}, {}])
def test_what_is_not_a_street_has_no_rule(tags: dict[str, str]) -> None:
    assert street_rule(tags) is None


@pytest.mark.parametrize(
    "tags",
    [{"highway": "footway"}, {"highway": "pedestrian"}, {"highway": "cycleway", "bicycle": "dismount"}],
)
def test_cyclists_walk_where_they_must_dismount(tags: dict[str, str]) -> None:
    rule = street_rule(tags)
    assert rule is not None
    assert rule.is_pushed


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 30),
        ({"highway": "residential", "maxspeed": "50"}, 50),
        ({"highway": "living_street", "maxspeed": "50"}, 15),
        ({"highway": "primary", "maxspeed": "nonsense"}, 70),
        ({"highway": "primary", "maxspeed": "999"}, 130),
        ({"highway": "cycleway"}, 0),
    ],
)
def test_cars_go_as_fast_as_the_sign(tags: dict[str, str], kmh: int) -> None:
    rule = street_rule(tags)
    assert rule is not None
    assert rule.car_kmh == kmh


@pytest.mark.parametrize(
    ("tags", "bike", "car", "foot"),
    [
        ({"barrier": "bollard"}, True, False, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True, True, True),
        ({"barrier": "gate"}, True, True, True),
        ({"barrier": "gate", "access": "private"}, False, False, False),
        ({"barrier": "gate", "locked": "yes"}, False, False, False),
        ({"barrier": "stile"}, False, False, True),
        ({"barrier": "kerb"}, True, True, True),
    ],
)
def test_barriers_stop_some(tags: dict[str, str], bike: bool, car: bool, foot: bool) -> None:
    bits = barrier_bits(tags)
    assert {mode: bool(bits & mode_bits(mode)) for mode in Mode} == {BIKE: bike, CAR: car, FOOT: foot}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:05", 300), ("1:00:30", 3630), ("7", 420), ("PT4M", 240), ("PT1H2M3S", 3723), ("", 0), ("soon", 0)],
)
def test_a_duration_is_read_in_its_spellings(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


def test_a_ferry_takes_its_duration_and_half_its_interval() -> None:
    rule = street_rule({"route": "ferry", "duration": "00:04", "interval": "00:20", "motor_vehicle": "no"})
    assert rule is not None
    assert rule.ferry_seconds == 240 + 600
    assert not rule.bits & mode_bits(CAR)


def test_a_ferry_that_is_closed_is_no_way() -> None:
    assert street_rule({"route": "ferry", "access": "no"}) is None
