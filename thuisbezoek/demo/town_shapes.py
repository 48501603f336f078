"""The shapes of a made-up town: streets, areas and addresses, in metres east and north of its church."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

CHURCH = (52.6180, 5.2150)  # latitude, longitude: open water, so that no real town is meant
METRES_PER_DEGREE = 111_195.0

PlanePoint = tuple[float, float]
PlaneLine = tuple[PlanePoint, ...]


@dataclass(frozen=True)
class Street:
    """A line with its tags; houses stand along it when `house_step` is not 0."""

    name: str
    line: PlaneLine
    tags: dict[str, str]
    house_step: float = 0.0
    is_on_ground: bool = True  # False: it crosses what it passes without a junction


@dataclass(frozen=True)
class Area:
    """Water, green or built-up land."""

    ring: PlaneLine
    tags: dict[str, str]


@dataclass(frozen=True)
class TownAddress:
    """One address."""

    street: str
    number: int
    suffix: str
    postcode: str
    town: str
    at: PlanePoint

    @property
    def lat(self) -> float:
        """Latitude in degrees."""
        return to_degrees(self.at)[0]

    @property
    def lon(self) -> float:
        """Longitude in degrees."""
        return to_degrees(self.at)[1]


@dataclass
class Town:
    """All of it."""

    name: str
    school_spot: PlanePoint
    streets: list[Street] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    addresses: list[TownAddress] = field(default_factory=list)
    quarters: list[tuple[str, PlanePoint]] = field(default_factory=list)

    @property
    def school(self) -> TownAddress:
        """Where the school stands: the address nearest to its spot."""
        plain = (address for address in self.addresses if not address.suffix)
        return min(plain, key=lambda address: math.dist(address.at, self.school_spot))


def to_degrees(point: PlanePoint) -> tuple[float, float]:
    """Latitude and longitude of metres east and north of the church."""
    lat = CHURCH[0] + point[1] / METRES_PER_DEGREE
    return lat, CHURCH[1] + point[0] / METRES_PER_DEGREE / math.cos(math.radians(CHURCH[0]))


def points(text: str) -> PlaneLine:
    """The points of '10 20, 30 -5': east and north in metres."""
    pairs = (pair.split() for pair in text.split(","))
    return tuple((float(east), float(north)) for east, north in pairs)


def circle(radius: float, steps: int) -> PlaneLine:
    """A closed ring around the church."""
    turns = [math.tau * step / steps for step in range(steps)]
    ring = [(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]
    return (*ring, ring[0])


def blob(centre: PlanePoint, radius: float, wobble: float) -> PlaneLine:
    """A closed ring with an outline as land has it."""
    turns = [math.tau * step / 28 for step in range(28)]
    reach = [radius * (1 + wobble * math.sin(3 * turn + centre[0]) * math.cos(2 * turn)) for turn in turns]
    ring = [
        (centre[0] + r * 1.25 * math.cos(t), centre[1] + r * math.sin(t)) for r, t in zip(reach, turns, strict=True)
    ]
    return (*ring, ring[0])


def smooth(corners: Sequence[tuple[float, float]]) -> PlaneLine:
    """Corners cut twice (Chaikin): a road rather than a set square."""
    line = [(float(x), float(y)) for x, y in corners]
    for _round in range(2):
        cut = [line[0]]
        for (ax, ay), (bx, by) in itertools.pairwise(line):
            cut += [(0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by), (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by)]
        line = [*cut, line[-1]]
    return tuple(line)


def beside(line: PlaneLine, metres: float) -> PlaneLine:
    """The line moved to its left (or right, when negative)."""
    moved = []
    for nth, (x, y) in enumerate(line):
        before, after = line[max(0, nth - 1)], line[min(len(line) - 1, nth + 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1.0
        moved.append((x - metres * dy / length, y + metres * dx / length))
    return tuple(moved)


def nearest(point: PlanePoint, streets: Sequence[Street]) -> PlanePoint:
    """The nearest point of any of the streets."""
    spots = [
        project(point, here, there)
        for street in streets
        for here, there in zip(street.line, street.line[1:], strict=False)
    ]
    return min(spots, key=lambda spot: math.dist(point, spot))


def distance(point: PlanePoint, line: PlaneLine) -> float:
    """Metres from a point to a line."""
    return min(math.dist(point, project(point, here, there)) for here, there in itertools.pairwise(line))


def project(point: PlanePoint, here: PlanePoint, there: PlanePoint) -> PlanePoint:
    """The point of a segment that is nearest."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    squared = dx * dx + dy * dy
    share = ((point[0] - here[0]) * dx + (point[1] - here[1]) * dy) / squared if squared else 0.0
    share = min(1.0, max(0.0, share))
    return here[0] + share * dx, here[1] + share * dy
