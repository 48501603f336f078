"""A made-up Dutch town: Waterwolde, on an island that does not exist, in the middle of the Markermeer.

The same seed gives the same town: a river with two bridges and a ferry, an old centre inside a moat, five
neighbourhoods with some 1,500 addresses, parks, a ring road with cycleways and a railway. Streets are lines in
metres east and north of the church; `town_extract.py` makes an OpenStreetMap file of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

NAME = "Waterwolde"
CHURCH = (52.6180, 5.2150)  # latitude, longitude: open water
POSTCODE_DIGITS = "9998"
POSTCODE_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"
HOUSES_A_POSTCODE = 11
METRES_PER_DEGREE = 111_195.0

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True)
class Street:
    """A line with its tags; houses stand along it when `house_step` is not 0."""

    name: str
    line: Line
    tags: dict[str, str]
    house_step: float = 0.0
    is_on_ground: bool = True  # False: it crosses what it passes without a junction


@dataclass(frozen=True)
class Area:
    """Water, green or built-up land."""

    ring: Line
    tags: dict[str, str]


@dataclass(frozen=True)
class House:
    """One address."""

    street: str
    number: int
    suffix: str
    postcode: str
    at: Point

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
    streets: list[Street] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    quarters: list[tuple[str, Point]] = field(default_factory=list)
    school: House | None = None


@dataclass(frozen=True)
class Quarter:
    """A neighbourhood: a bent grid of streets with names of one kind."""

    name: str
    centre: Point
    columns: int
    rows: int
    turn: float  # degrees
    bend: float  # metres
    names: tuple[str, ...]
    house_step: float = 15.0
    block: tuple[float, float] = (105.0, 62.0)


QUARTERS = (
    Quarter(
        "Kersenbuurt",
        (480.0, 560.0),
        4,
        6,
        -24.0,
        22.0,
        (
            "Morellenlaan",
            "Kriekenstraat",
            "Zoetekershof",
            "Bloesemstraat",
            "Pluktijdstraat",
            "Mandenmakerspad",
            "Ladderstraat",
            "Pitlaan",
            "Steeltjesweg",
            "Boomgaardring",
            "Ooftstraat",
        ),
    ),
    Quarter(
        "Molenwijk",
        (-500.0, 520.0),
        4,
        6,
        22.0,
        -26.0,
        (
            "Wiekenstraat",
            "Maalsteenlaan",
            "Zeildoekstraat",
            "Vangbalkweg",
            "Kruipad",
            "Meelzolder",
            "Roedestraat",
            "Korenschuurlaan",
            "Kapzolderweg",
            "Stellingstraat",
            "Buiskoolhof",
        ),
    ),
    Quarter(
        "Lichtenoord",
        (690.0, -20.0),
        4,
        5,
        6.0,
        14.0,
        (
            "Lantaarnstraat",
            "Schemerlaan",
            "Morgenroodweg",
            "Fakkelstraat",
            "Noorderlichtplein",
            "Sterrenpad",
            "Glimwormlaan",
            "Avondstraat",
            "Vuurbaakweg",
            "Kaarsenmakersstraat",
        ),
    ),
    Quarter(
        "Rietlanden",
        (-760.0, -20.0),
        5,
        5,
        -8.0,
        18.0,
        (
            "Lisdoddestraat",
            "Karekietlaan",
            "Waterhoenpad",
            "Pluimrietweg",
            "Veenmosstraat",
            "Snoekstraat",
            "Kikkerbeetlaan",
            "Roerdompweg",
            "Zeggestraat",
            "Dotterbloemhof",
            "Otterpad",
        ),
    ),
    Quarter(
        "Overdam",
        (120.0, -800.0),
        8,
        4,
        3.0,
        -16.0,
        (
            "Touwslagersbaan",
            "Kuiperstraat",
            "Scheepsjagerslaan",
            "Zeilmakersweg",
            "Werfstraat",
            "Teerpad",
            "Ankersmidsstraat",
            "Blokkendraaierslaan",
            "Breeuwerspad",
            "Kadeloperstraat",
            "Mastenweg",
            "Spantenstraat",
        ),
    ),
)


def make_town(seed: int = 1) -> Town:
    """The town of this seed."""
    rng = np.random.default_rng(seed)
    town = Town(NAME)
    _draw_water(town)
    _draw_main_roads(town)
    _draw_centre(town)
    for quarter in QUARTERS:
        _draw_quarter(town, quarter, rng)
    _draw_green(town)
    _build_houses(town, rng)
    town.school = _school(town)
    return town


def to_degrees(point: Point) -> tuple[float, float]:
    """Latitude and longitude of metres east and north of the church."""
    lat = CHURCH[0] + point[1] / METRES_PER_DEGREE
    return lat, CHURCH[1] + point[0] / METRES_PER_DEGREE / math.cos(math.radians(CHURCH[0]))


def river_north(east: float) -> float:
    """Where the middle of the river is, this far east."""
    return -480.0 + 70.0 * math.sin(east / 520.0) + 30.0 * math.sin(east / 210.0 + 1.0)


def _draw_water(town: Town) -> None:
    easts = [float(east) for east in range(-2100, 2101, 60)]
    north_bank = [(east, river_north(east) + 38 + 8 * math.sin(east / 90)) for east in easts]
    south_bank = [(east, river_north(east) - 38 + 8 * math.cos(east / 110)) for east in easts]
    ring = (*north_bank, *reversed(south_bank), north_bank[0])
    town.areas.append(Area(ring, {"natural": "water", "water": "river", "name": "De Wolde"}))
    harbour = ((-470.0, -330.0), (-330.0, -350.0), (-300.0, -480.0), (-460.0, -480.0), (-470.0, -330.0))
    town.areas.append(Area(harbour, {"natural": "water", "name": "Oude Haven"}))
    moat = (*_circle(292, 48), *reversed(_circle(268, 48)), _circle(292, 48)[0])
    town.areas.append(Area(moat, {"natural": "water", "water": "moat", "name": "Stadsgracht"}))
    pond = _blob((-150.0, 740.0), 70, 0.3)
    town.areas.append(Area(pond, {"natural": "water", "name": "Eendenvijver"}))


def _draw_main_roads(town: Town) -> None:
    ring = _smooth(
        [
            (1080, -1120),
            (1075, -560),
            (1060, -250),
            (1090, 220),
            (890, 760),
            (470, 1010),
            (-60, 1060),
            (-620, 960),
            (-1040, 600),
            (-1160, 150),
            (-1180, -330),
        ]
    )
    busy = {"bicycle": "use_sidepath", "foot": "use_sidepath"}
    town.streets.append(Street("Waterwoldering", ring, {"highway": "secondary", "maxspeed": "50", **busy}))
    for side in (14.0, -14.0):
        town.streets.append(Street("Waterwoldering", _beside(ring, side), {"highway": "cycleway"}))
    south = _smooth([(1080, -1120), (560, -1180), (-120, -1120), (-560, -1010), (-640, -760), (-620, -590)])
    town.streets.append(Street("Zuiderlaan", south, {"highway": "tertiary", "maxspeed": "50"}))
    bridge = _smooth([(-40, -100), (-60, -300), (-70, -480), (-60, -660), (-90, -900), (-120, -1120)])
    town.streets.append(Street("Brugstraat", bridge, {"highway": "tertiary", "maxspeed": "30"}, 0))
    for name, line in (
        ("Noordersingel", [(10, 100), (20, 320), (-30, 640), (-60, 1060)]),
        ("Oosterlaan", [(100, 10), (330, 30), (420, 180), (760, 330), (1070, 320)]),
        ("Westerlaan", [(-100, 15), (-330, 40), (-520, 230), (-860, 300), (-1150, 190)]),
        ("Havenweg", [(-60, -330), (-280, -300), (-520, -280), (-900, -300), (-1180, -330)]),
        ("Kanaalweg", [(-60, -330), (240, -300), (560, -280), (1062, -260)]),
    ):
        town.streets.append(Street(name, _smooth(line), {"highway": "tertiary", "maxspeed": "30"}, 21.0))
    ferry = ((-880.0, -330.0), (-880.0, -400.0), (-870.0, -570.0), (-860.0, -610.0))
    ferry_tags = {"route": "ferry", "foot": "yes", "bicycle": "yes", "motor_vehicle": "no", "duration": "00:03"}
    town.streets.append(Street("Pontje De Wolde", ferry[1:3], ferry_tags | {"interval": "00:10"}, is_on_ground=False))
    town.streets.append(Street("Pontpad", (ferry[0], ferry[1]), {"highway": "cycleway"}))
    town.streets.append(
        Street("Pontpad", (ferry[2], ferry[3], (-700.0, -740.0), (-640.0, -760.0)), {"highway": "cycleway"})
    )
    rail = _smooth([(-2100, 1240), (-700, 1190), (400, 1180), (2100, 1330)])
    town.streets.append(Street("", rail, {"railway": "rail"}, is_on_ground=False))


def _draw_centre(town: Town) -> None:
    town.streets.append(Street("Singel", _circle(240, 40), {"highway": "residential", "maxspeed": "30"}, 11.0))
    town.streets.append(Street("Kerkring", _circle(100, 24), {"highway": "pedestrian"}, 9.0))
    town.streets.append(Street("Middenring", _circle(170, 32), {"highway": "living_street"}, 9.0))
    one_way = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no", "maxspeed": "30"}
    for nth, name in enumerate(("Klokkengieterstraat", "Turfdragersteeg", "Boterhalstraat", "Lakenkopersstraat")):
        angle = math.radians(45 + 90 * nth)
        line = tuple((reach * math.cos(angle), reach * math.sin(angle)) for reach in (100.0, 170.0, 240.0))
        town.streets.append(Street(name, line if nth % 2 else line[::-1], one_way, 9.0))
    town.streets.append(Street("Gaardpad", ((170.0, 170.0), (300.0, 330.0)), {"highway": "cycleway"}))
    town.areas.append(Area(_circle(262, 48), {"landuse": "residential", "name": "Binnenstad"}))
    town.areas.append(Area(_circle(52, 16), {"leisure": "park", "name": "Kerkhof"}))
    town.quarters.append(("Binnenstad", (0.0, -20.0)))


def _draw_quarter(town: Town, quarter: Quarter, rng: np.random.Generator) -> None:
    """Long streets one way, short ones across; the outer ones reach for the nearest main road."""
    names = iter(rng.permutation(np.array(quarter.names)).tolist())
    main = [street for street in town.streets if street.tags.get("highway") in {"secondary", "tertiary"}]
    quiet = {"highway": "residential", "maxspeed": "30"}
    for row in range(quarter.rows):
        line = tuple(_grid_point(quarter, column / 2, row) for column in range(2 * quarter.columns + 1))
        tags = {"highway": "living_street"} if row == 1 else quiet
        town.streets.append(Street(next(names), line, tags, quarter.house_step))
    for column in (0, quarter.columns // 2, quarter.columns):
        line = tuple(_grid_point(quarter, column, row / 2) for row in range(2 * quarter.rows - 1))
        town.streets.append(Street(next(names), line, quiet, quarter.house_step * 1.6))
        for end in (line[0], line[-1]):
            link = (end, _nearest(end, main))
            if 5 < math.dist(*link) < 330 and not _crosses_river(link):
                town.streets.append(Street(town.streets[-1].name, link, quiet))
    corners = [(-0.3, -0.6), (quarter.columns + 0.3, -0.6), (quarter.columns + 0.3, quarter.rows - 0.4)]
    ring = [_grid_point(quarter, column, row) for column, row in (*corners, (-0.3, quarter.rows - 0.4))]
    town.areas.append(Area((*ring, ring[0]), {"landuse": "residential"}))
    town.quarters.append((quarter.name, quarter.centre))


def _draw_green(town: Town) -> None:
    park = _blob((-170.0, 660.0), 190, 0.22)
    town.areas.append(Area(park, {"leisure": "park", "name": "Wolderpark"}))
    town.streets.append(Street("Parkpad", ((-40.0, 560.0), (-150.0, 600.0), (-260.0, 700.0)), {"highway": "path"}))
    town.streets.append(Street("Parkpad", ((-40.0, 800.0), (-170.0, 850.0), (-260.0, 700.0)), {"highway": "footway"}))
    town.areas.append(Area(_blob((-1500.0, 700.0), 330, 0.25), {"natural": "wood", "name": "Wolderbos"}))
    town.areas.append(Area(_blob((1550.0, -250.0), 260, 0.2), {"landuse": "grass"}))
    town.areas.append(Area(_blob((-1500.0, -850.0), 300, 0.2), {"leisure": "golf_course"}))
    town.areas.append(Area(_blob((420.0, -120.0), 75, 0.2), {"leisure": "pitch"}))
    yard = ((620.0, -640.0), (1030.0, -620.0), (1040.0, -1080.0), (680.0, -1110.0), (620.0, -640.0))
    town.areas.append(Area(yard, {"landuse": "industrial"}))


def _build_houses(town: Town, rng: np.random.Generator) -> None:
    """Odd numbers on the left, even ones on the right; here and there a gap, in the centre a few flats."""
    codes = _postcodes()
    for name in dict.fromkeys(street.name for street in town.streets if street.house_step):
        lines = [street for street in town.streets if street.name == name and street.house_step]
        for side, first in ((1, 1), (-1, 2)):
            number, code, filled = first, next(codes), 0
            for at in _plots(lines, side):
                if rng.random() < 0.07 or not _is_free(town, at):
                    number += 2
                    continue
                suffixes = ("A", "B") if math.hypot(*at) < 190 and rng.random() < 0.12 else ("",)
                town.houses += [House(name, number, suffix, code, at) for suffix in suffixes]
                number, filled = number + 2, filled + 1
                if filled % HOUSES_A_POSTCODE == 0:
                    code = next(codes)


def _plots(streets: Sequence[Street], side: int) -> Iterator[Point]:
    """Front doors along one side, a house's depth from the middle of the street."""
    for street in streets:
        line = _beside(street.line, side * 12.0)
        walked, due = 0.0, street.house_step
        for here, there in itertools.pairwise(line):
            length = math.dist(here, there)
            while length and due <= walked + length - 4:
                share = (due - walked) / length
                yield here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])
                due += street.house_step
            walked += length


def _is_free(town: Town, at: Point) -> bool:
    """No house in the water, in the middle of another street, or through another house."""
    if abs(at[1] - river_north(at[0])) < 60 or 264 < math.hypot(*at) < 296:
        return False
    if any(math.dist(at, house.at) < 7 for house in town.houses):
        return False
    return all(_distance(at, street.line) > 8 for street in town.streets)


def _school(town: Town) -> House:
    """The school stands where the centre meets the park: the house nearest to that spot gives it its address."""
    return min((house for house in town.houses if not house.suffix), key=lambda house: math.dist(house.at, (30, 420)))


def _postcodes() -> Iterator[str]:
    """9998AA, 9998AB, …: letters as the post uses them, without SA, SD and SS."""
    for first in POSTCODE_LETTERS:
        for second in POSTCODE_LETTERS:
            if first + second not in {"SA", "SD", "SS"}:
                yield f"{POSTCODE_DIGITS}{first}{second}"


def _grid_point(quarter: Quarter, column: float, row: float) -> Point:
    wide, high = quarter.block
    x, y = (column - quarter.columns / 2) * wide, (row - (quarter.rows - 1) / 2) * high
    y += quarter.bend * math.cos(math.pi * x / (quarter.columns * wide))
    angle = math.radians(quarter.turn)
    return (
        quarter.centre[0] + x * math.cos(angle) - y * math.sin(angle),
        quarter.centre[1] + x * math.sin(angle) + y * math.cos(angle),
    )


def _circle(radius: float, steps: int) -> Line:
    turns = [math.tau * step / steps for step in range(steps)]
    ring = [(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]
    return (*ring, ring[0])


def _blob(centre: Point, radius: float, wobble: float) -> Line:
    turns = [math.tau * step / 28 for step in range(28)]
    reach = [radius * (1 + wobble * math.sin(3 * turn + centre[0]) * math.cos(2 * turn)) for turn in turns]
    ring = [
        (centre[0] + r * 1.25 * math.cos(t), centre[1] + r * math.sin(t)) for r, t in zip(reach, turns, strict=True)
    ]
    return (*ring, ring[0])


def _smooth(points: Sequence[tuple[float, float]]) -> Line:
    """Corners cut twice (Chaikin): a road rather than a set square."""
    line = [(float(x), float(y)) for x, y in points]
    for _round in range(2):
        cut = [line[0]]
        for (ax, ay), (bx, by) in itertools.pairwise(line):
            cut += [(0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by), (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by)]
        line = [*cut, line[-1]]
    return tuple(line)


def _beside(line: Line, metres: float) -> Line:
    """The line moved to its left (or right, when negative)."""
    moved = []
    for nth, (x, y) in enumerate(line):
        before, after = line[max(0, nth - 1)], line[min(len(line) - 1, nth + 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1.0
        moved.append((x - metres * dy / length, y + metres * dx / length))
    return tuple(moved)


def _nearest(point: Point, streets: Sequence[Street]) -> Point:
    """The nearest point of any of the streets."""
    spots = [
        _project(point, here, there)
        for street in streets
        for here, there in zip(street.line, street.line[1:], strict=False)
    ]
    return min(spots, key=lambda spot: math.dist(point, spot))


def _distance(point: Point, line: Line) -> float:
    return min(math.dist(point, _project(point, here, there)) for here, there in itertools.pairwise(line))


def _project(point: Point, here: Point, there: Point) -> Point:
    dx, dy = there[0] - here[0], there[1] - here[1]
    squared = dx * dx + dy * dy
    share = ((point[0] - here[0]) * dx + (point[1] - here[1]) * dy) / squared if squared else 0.0
    share = min(1.0, max(0.0, share))
    return here[0] + share * dx, here[1] + share * dy


def _crosses_river(link: tuple[Point, Point]) -> bool:
    sides = [point[1] > river_north(point[0]) for point in link]
    return sides[0] != sides[1]
