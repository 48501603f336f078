"""Dutch rules of the road, read from the tags of one way: who may pass, which way, how fast.

Sources: the OpenStreetMap wiki pages 'OSM tags for routing/Access restrictions#Netherlands',
'Key:oneway:bicycle', 'Key:cycleway' (opposite), 'Tag:route=ferry' and 'Key:barrier'. Turn restrictions
are left out: for the few minutes between two homes they do not change a plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from roads.places import Mode


class Tags(Protocol):
    """What is needed of tags: a dict, or the reader's own list of them."""

    def get(self, key: str, default: str, /) -> str: ...


class StreetClass(IntEnum):
    """From busy to quiet; the map draws by it."""

    MOTORWAY = 0
    MAJOR = 1
    MEDIUM = 2
    MINOR = 3
    SERVICE = 4
    CYCLEWAY = 5
    PATH = 6
    FERRY = 7


MODE_INDEX = {Mode.BIKE: 0, Mode.CAR: 1, Mode.FOOT: 2}


def forward_bit(mode: Mode) -> int:
    """The bit that says: this mode may pass in the direction of drawing."""
    return 1 << (2 * MODE_INDEX[mode])


def backward_bit(mode: Mode) -> int:
    """The bit that says: this mode may pass against the direction of drawing."""
    return 2 << (2 * MODE_INDEX[mode])


def mode_bits(mode: Mode) -> int:
    """Both bits of a mode."""
    return forward_bit(mode) | backward_bit(mode)


ALL_BITS = 0b111111

# class, kilometres an hour for a car when nothing else is signed (0: no cars unless a tag says so)
HIGHWAYS: dict[str, tuple[StreetClass, int]] = {
    "motorway": (StreetClass.MOTORWAY, 100),
    "motorway_link": (StreetClass.MOTORWAY, 70),
    "trunk": (StreetClass.MOTORWAY, 80),
    "trunk_link": (StreetClass.MOTORWAY, 60),
    "primary": (StreetClass.MAJOR, 70),
    "primary_link": (StreetClass.MAJOR, 50),
    "secondary": (StreetClass.MAJOR, 60),
    "secondary_link": (StreetClass.MAJOR, 50),
    "tertiary": (StreetClass.MEDIUM, 50),
    "tertiary_link": (StreetClass.MEDIUM, 50),
    "unclassified": (StreetClass.MINOR, 50),
    "road": (StreetClass.MINOR, 30),
    "residential": (StreetClass.MINOR, 30),
    "living_street": (StreetClass.MINOR, 15),
    "service": (StreetClass.SERVICE, 20),
    "busway": (StreetClass.SERVICE, 0),
    "track": (StreetClass.SERVICE, 0),
    "pedestrian": (StreetClass.PATH, 0),
    "cycleway": (StreetClass.CYCLEWAY, 0),
    "path": (StreetClass.PATH, 0),
    "footway": (StreetClass.PATH, 0),
    "bridleway": (StreetClass.PATH, 0),
    "steps": (StreetClass.PATH, 0),
}
SLOW_CAR_KMH = 15
FERRY_KMH = 8.0
FERRY_WAIT_SECONDS = 300.0

OPEN = frozenset({"yes", "permissive", "designated", "destination", "customers", "official", "residents"})
SHUT = frozenset(
    {
        "no",
        "private",
        "agricultural",
        "forestry",
        "delivery",
        "permit",
        "psv",
        "bus",
        "taxi",
        "emergency",
        "military",
        "use_sidepath",
    }
)
ACCESS_KEYS = {
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.BIKE: ("bicycle", "vehicle", "access"),
    Mode.FOOT: ("foot", "access"),
}
SHUT_FOR_CARS = frozenset(
    {
        "bollard",
        "block",
        "bus_trap",
        "chain",
        "cycle_barrier",
        "debris",
        "fence",
        "jersey_barrier",
        "kissing_gate",
        "log",
        "motorcycle_barrier",
        "planter",
        "stile",
        "sump_buster",
        "turnstile",
        "wall",
    }
)
SHUT_FOR_BIKES = frozenset({"fence", "wall", "stile", "turnstile", "kissing_gate", "full-height_turnstile"})
SHUT_FOR_FEET = frozenset({"fence", "wall"})
GATES = frozenset({"gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "hampshire_gate"})


@dataclass(frozen=True, slots=True)
class StreetRule:
    """What one way allows."""

    street_class: StreetClass
    bits: int  # forward and backward bits of the three modes
    car_kmh: int  # before any urban factor; 0 when no car may pass
    is_pushed: bool = False  # cyclists walk here
    ferry_seconds: float = 0.0  # waiting, and the crossing when its duration is known
    ferry_kmh: float = 0.0  # of a ferry without a known duration


def street_rule(tags: Tags) -> StreetRule | None:
    """The rule of a way, or None when it is not a street, path or ferry that exists."""
    if tags.get("route", "") == "ferry":
        return _ferry_rule(tags)
    highway = tags.get("highway", "")
    if highway not in HIGHWAYS or (tags.get("area", "") == "yes" and highway == "service"):
        return None
    street_class, signed_kmh = HIGHWAYS[highway]
    is_pushed = _is_pushed(tags, highway)
    bits = 0
    if _is_open_to_cars(tags, highway):
        bits |= _directions(Mode.CAR, _car_direction(tags, highway))
    if is_pushed or _is_open_to_bikes(tags, highway):
        bits |= _directions(Mode.BIKE, _bike_direction(tags, highway, is_pushed))
    if _is_open_to_feet(tags, highway):
        bits |= _directions(Mode.FOOT, _foot_direction(tags))
    has_cars = bool(bits & mode_bits(Mode.CAR))
    return StreetRule(street_class, bits, _car_kmh(tags, highway, signed_kmh) if has_cars else 0, is_pushed)


def barrier_bits(tags: Tags) -> int:
    """The bits that may pass a node with a barrier on it; ALL_BITS when everybody may."""
    kind = tags.get("barrier", "")
    shut_kinds = {Mode.CAR: SHUT_FOR_CARS, Mode.BIKE: SHUT_FOR_BIKES, Mode.FOOT: SHUT_FOR_FEET}
    is_locked = kind in GATES and tags.get("locked", "") == "yes"
    bits = 0
    for mode, shut in shut_kinds.items():
        allowed = _signed_access(tags, ACCESS_KEYS[mode])
        if allowed is None:
            allowed = kind not in shut and not is_locked
        bits |= mode_bits(mode) if allowed else 0
    return bits


def _signed_access(tags: Tags, keys: tuple[str, ...]) -> bool | None:
    """What the most specific of the tags says; None when none of them says anything known."""
    for key in keys:
        values = {value.strip() for value in tags.get(key, "").split(";")}
        if values & OPEN:
            return True
        if values & SHUT:
            return False
    return None


def _is_open_to_cars(tags: Tags, highway: str) -> bool:
    signed = _signed_access(tags, ACCESS_KEYS[Mode.CAR])
    if tags.get("service", "") == "emergency_access":
        return False
    if HIGHWAYS[highway][1] > 0:
        return signed is not False
    # On a cycleway or a track only a sign that names cars opens it, never a general 'access=yes'.
    return _signed_access(tags, ("motorcar", "motor_vehicle")) is True and highway not in {"steps", "footway"}


def _is_pushed(tags: Tags, highway: str) -> bool:
    """Cyclists may walk with their bicycle: signed so, or on pavements and in shopping streets."""
    bicycle = tags.get("bicycle", "")
    if bicycle == "dismount":
        return True
    return highway in {"footway", "pedestrian"} and not bicycle and _is_open_to_feet(tags, highway)


def _is_open_to_bikes(tags: Tags, highway: str) -> bool:
    if tags.get("motorroad", "") == "yes":
        return False
    signed = _signed_access(tags, ACCESS_KEYS[Mode.BIKE])
    if highway in {"motorway", "motorway_link", "steps"}:
        return False
    if highway in {"trunk", "trunk_link", "busway", "bridleway", "footway", "pedestrian"}:
        return _signed_access(tags, ("bicycle",)) is True
    return signed is not False


def _is_open_to_feet(tags: Tags, highway: str) -> bool:
    """Walking is allowed on Dutch cycleways and along all streets but motorways and the like."""
    if tags.get("motorroad", "") == "yes" or highway in {"motorway", "motorway_link"}:
        return False
    if highway in {"trunk", "trunk_link", "busway"}:
        return _signed_access(tags, ("foot",)) is True
    return _signed_access(tags, ACCESS_KEYS[Mode.FOOT]) is not False


def _directions(mode: Mode, direction: int) -> int:
    """Bits for 1 (forward only), -1 (backward only) or 0 (both)."""
    if direction > 0:
        return forward_bit(mode)
    return backward_bit(mode) if direction < 0 else mode_bits(mode)


def _oneway(value: str) -> int | None:
    """1, -1, 0, or None when nothing is said."""
    if value in {"yes", "true", "1"}:
        return 1
    if value in {"-1", "reverse"}:
        return -1
    return 0 if value in {"no", "false", "0", "reversible", "alternating"} else None


def _car_direction(tags: Tags, highway: str) -> int:
    signed = _oneway(tags.get("oneway:motor_vehicle", tags.get("oneway", "")))
    if signed is not None:
        return signed
    return int(tags.get("junction", "") in {"roundabout", "circular"} or highway == "motorway")


def _bike_direction(tags: Tags, highway: str, is_pushed: bool) -> int:
    signed = _oneway(tags.get("oneway:bicycle", ""))
    if signed is not None:
        return signed
    if is_pushed:
        return 0
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any(tags.get(side, "").startswith("opposite") for side in sides):
        return 0
    return _car_direction(tags, highway)


def _foot_direction(tags: Tags) -> int:
    return _oneway(tags.get("oneway:foot", "")) or 0


def _car_kmh(tags: Tags, highway: str, default: int) -> int:
    signed = re.match(r"\s*([0-9]{1,3})", tags.get("maxspeed", ""))
    if highway in {"living_street", "service"}:
        return min(default, int(signed[1])) if signed and int(signed[1]) > 0 else default
    if signed is None or int(signed[1]) == 0:
        return default or SLOW_CAR_KMH
    return min(int(signed[1]), 130)


def _ferry_rule(tags: Tags) -> StreetRule | None:
    if _signed_access(tags, ("access",)) is False:
        return None
    bits = mode_bits(Mode.FOOT) if _signed_access(tags, ("foot",)) is not False else 0
    bits |= mode_bits(Mode.BIKE) if _signed_access(tags, ("bicycle",)) is not False else 0
    bits |= mode_bits(Mode.CAR) if _signed_access(tags, ("motorcar", "motor_vehicle")) is True else 0
    duration = parse_duration(tags.get("duration", ""))
    interval = parse_duration(tags.get("interval", ""))
    wait = interval / 2 if interval else FERRY_WAIT_SECONDS
    seconds = duration + wait if duration else wait
    kmh = 0.0 if duration else FERRY_KMH
    return StreetRule(StreetClass.FERRY, bits, 0, ferry_seconds=seconds, ferry_kmh=kmh)


def parse_duration(text: str) -> float:
    """Seconds in '00:05', '0:05:30', '5' (minutes) or 'PT5M'; 0.0 when it is none of these."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,3}", text):
        return int(text) * 60.0
    if clock := re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", text):
        return int(clock[1]) * 3600.0 + int(clock[2]) * 60.0 + int(clock[3] or 0)
    if iso := re.fullmatch(r"PT(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?", text):
        return int(iso[1] or 0) * 3600.0 + int(iso[2] or 0) * 60.0 + int(iso[3] or 0)
    return 0.0
