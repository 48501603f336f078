"""A made-up Dutch town: Waterwolde, on an island that does not exist, in the middle of the Markermeer.

The same seed gives the same town: a river with two bridges and a ferry, an old centre inside a moat, five
neighbourhoods with some 1,500 addresses, parks, a ring road with cycleways and a railway. Streets are lines in
metres east and north of the church; `write_extract` makes an OpenStreetMap file of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from thuisbezoek.demo.town_extract import write_extract
from thuisbezoek.demo.town_shapes import (
    Area,
    PlaneLine,
    PlanePoint,
    Street,
    Town,
    TownAddress,
    beside,
    blob,
    circle,
    distance,
    nearest,
    points,
    smooth,
)

__all__ = ["Town", "TownAddress", "make_town", "write_extract"]

NAME = "Waterwolde"
POSTCODE_DIGITS = "9998"
POSTCODE_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"
HOUSES_A_POSTCODE = 11
SCHOOL_SPOT = (30.0, 420.0)  # between the centre and the park


@dataclass(frozen=True)
class Quarter:
    """A neighbourhood: a bent grid of streets with names of one kind."""

    name: str
    centre: PlanePoint
    columns: int
    rows: int
    turn: float  # degrees
    bend: float  # metres
    names: str
    house_step: float = 33.0
    block: tuple[float, float] = (105.0, 66.0)


QUARTERS = (
    Quarter(
        "Kersenbuurt",
        centre=(500.0, 560.0),
        columns=5,
        rows=6,
        turn=-27.0,
        bend=26.0,
        names="Morellenlaan Kriekenstraat Zoetekershof Bloesemstraat Pluktijdstraat Mandenmakerspad Ladderstraat "
        "Pitlaan Steeltjesweg Boomgaardring Ooftstraat",
    ),
    Quarter(
        "Molenwijk",
        centre=(-590.0, 560.0),
        columns=5,
        rows=5,
        turn=31.0,
        bend=-38.0,
        names="Wiekenstraat Maalsteenlaan Zeildoekstraat Vangbalkweg Kruipad Meelzolder Roedestraat "
        "Korenschuurlaan Kapzolderweg Stellingstraat Buiskoolhof",
    ),
    Quarter(
        "Lichtenoord",
        centre=(740.0, 0.0),
        columns=5,
        rows=6,
        turn=9.0,
        bend=20.0,
        names="Lantaarnstraat Schemerlaan Morgenroodweg Fakkelstraat Noorderlichtplein Sterrenpad Glimwormlaan "
        "Avondstraat Vuurbaakweg Kaarsenmakersstraat",
    ),
    Quarter(
        "Rietlanden",
        centre=(-700.0, -10.0),
        columns=5,
        rows=6,
        turn=-12.0,
        bend=24.0,
        names="Lisdoddestraat Karekietlaan Waterhoenpad Pluimrietweg Veenmosstraat Snoekstraat Kikkerbeetlaan "
        "Roerdompweg Zeggestraat Dotterbloemhof Otterpad",
    ),
    Quarter(
        "Overdam",
        centre=(230.0, -800.0),
        columns=6,
        rows=5,
        turn=4.0,
        bend=-22.0,
        names="Touwslagersbaan Kuiperstraat Scheepsjagerslaan Zeilmakersweg Werfstraat Teerpad Ankersmidsstraat "
        "Blokkendraaierslaan Breeuwerspad Kadeloperstraat Mastenweg Spantenstraat",
    ),
)
LAND_WEST, LAND_EAST, LAND_NORTH, LAND_SOUTH = -2300.0, 2400.0, 1650.0, -1650.0


def make_town(seed: int = 1) -> Town:
    """The town of this seed."""
    rng = np.random.default_rng(seed)
    town = Town(NAME, SCHOOL_SPOT)
    _draw_water(town)
    _draw_main_roads(town)
    _draw_centre(town)
    for quarter in QUARTERS:
        _draw_quarter(town, quarter, rng)
    _draw_green(town)
    _build_houses(town, rng)
    return town


def river_north(east: float) -> float:
    """Where the middle of the river is, this far east."""
    return -470.0 + 120.0 * math.sin(east / 560.0 - 0.5) + 34.0 * math.sin(east / 190.0 + 1.0)


def _draw_water(town: Town) -> None:
    easts = [float(east) for east in range(int(LAND_WEST), int(LAND_EAST) + 1, 50)]
    north_bank = [(east, river_north(east) + 40 + 9 * math.sin(east / 90)) for east in easts]
    south_bank = [(east, river_north(east) - 40 + 9 * math.cos(east / 110)) for east in easts]
    ring = (*north_bank, *reversed(south_bank), north_bank[0])
    town.areas.append(Area(ring, {"natural": "water", "water": "river", "name": "De Wolde"}))
    harbour = ((-430.0, -330.0), (-300.0, -345.0), (-270.0, -520.0), (-420.0, -540.0), (-430.0, -330.0))
    town.areas.append(Area(harbour, {"natural": "water", "name": "Oude Haven"}))
    moat = (*_bulwarks(300.0), *reversed(_bulwarks(268.0)), _bulwarks(300.0)[0])
    town.areas.append(Area(moat, {"natural": "water", "water": "moat", "name": "Stadsgracht"}))
    town.areas.append(Area(blob((-140.0, 720.0), 60, 0.3), {"natural": "water", "name": "Eendenvijver"}))
    town.areas.append(Area(blob((1720.0, 560.0), 210, 0.3), {"natural": "water", "name": "Zandwinplas"}))
    for nth in range(9):
        east = -2150.0 + 105 * nth
        town.streets.append(_ditch((east, -60.0 + 14 * nth), (east + 130, -330.0 + 10 * nth)))
        east = 1320.0 + 110 * nth
        town.streets.append(_ditch((east, -620.0 - 12 * nth), (east + 60, -1180.0 - 20 * nth)))
        town.streets.append(_ditch((-2150.0 + 140 * nth, -760.0), (-2230.0 + 140 * nth, -1350.0)))


def _bulwarks(radius: float) -> PlaneLine:
    """The outline of an old fortress, with seven points."""
    turns = [math.tau * step / 84 for step in range(84)]
    reach = [radius + 34 * max(0.0, math.cos(7 * turn)) ** 2 for turn in turns]
    ring = [(r * math.cos(turn), r * math.sin(turn)) for r, turn in zip(reach, turns, strict=True)]
    return (*ring, ring[0])


def _ditch(here: PlanePoint, there: PlanePoint) -> Street:
    return Street("", (here, there), {"waterway": "stream"}, is_on_ground=False)


def _draw_main_roads(town: Town) -> None:
    ring = smooth(
        points(
            "1100 -1140, 1060 -800, 1090 -420, 1180 60, 1080 520, 820 900, 380 1060, "
            "-120 1010, -560 1060, -960 860, -1140 420, -1110 60, -1190 -330"
        )
    )
    busy = {"bicycle": "use_sidepath", "foot": "use_sidepath"}
    town.streets.append(Street("Waterwoldering", ring, {"highway": "secondary", "maxspeed": "50"} | busy))
    for side in (14.0, -14.0):
        town.streets.append(Street("Waterwoldering", beside(ring, side), {"highway": "cycleway"}))
    for name, line, kind in (
        (
            "Zuiderlaan",
            "1100 -1140, 560 -1090, -60 -1170, -420 -1010, -560 -800, -620 -660",
            "tertiary",
        ),
        ("Brugstraat", "-40 -100, -70 -300, -90 -480, -110 -660, -150 -900, -60 -1170", "tertiary"),
        ("Noordersingel", "10 100, 30 320, 40 640, -120 1010", "tertiary"),
        ("Oosterlaan", "100 10, 330 40, 450 260, 800 330, 1150 300", "tertiary"),
        ("Westerlaan", "-100 15, -330 60, -480 270, -820 270, -1120 240", "tertiary"),
        ("Havenweg", "-70 -300, -260 -310, -480 -270, -860 -330, -1190 -330", "tertiary"),
        ("Kanaalweg", "-70 -300, 260 -260, 600 -250, 1105 -300", "tertiary"),
        ("Bosweg", "-960 860, -1300 960, -1800 900, -2300 1000", "unclassified"),
        ("Polderdijk", "-1190 -330, -1500 -420, -1900 -380, -2300 -420", "unclassified"),
        ("Oosterdijk", "1150 300, 1500 240, 1900 280, 2400 180", "unclassified"),
        ("Zuiddijk", "1100 -1140, 1350 -1300, 1800 -1350, 2400 -1300", "unclassified"),
    ):
        step = 34.0 if kind == "tertiary" and name not in {"Brugstraat", "Zuiderlaan"} else 0.0
        speed = {"maxspeed": "30" if step else "50"}
        town.streets.append(Street(name, smooth(points(line)), {"highway": kind} | speed, step))
    _draw_ferry_and_rail(town)


def _draw_ferry_and_rail(town: Town) -> None:
    middle = river_north(-820.0)
    quays = (-820.0, middle + 36), (-815.0, middle - 36)
    tags = {"route": "ferry", "foot": "yes", "bicycle": "yes", "motor_vehicle": "no", "duration": "00:03"}
    town.streets.append(Street("Pontje De Wolde", quays, tags | {"interval": "00:10"}, is_on_ground=False))
    town.streets.append(Street("Pontpad", ((-830.0, -325.0), quays[0]), {"highway": "cycleway"}))
    town.streets.append(Street("Pontpad", (quays[1], (-740.0, -790.0), (-560.0, -800.0)), {"highway": "cycleway"}))
    rail = smooth([(LAND_WEST, 1330), (-700, 1190), (400, 1200), (LAND_EAST, 1420)])
    town.streets.append(Street("", rail, {"railway": "rail"}, is_on_ground=False))


def _draw_centre(town: Town) -> None:
    town.streets.append(Street("Singel", circle(240, 40), {"highway": "residential", "maxspeed": "30"}, 15.0))
    town.streets.append(Street("Kerkring", circle(100, 24), {"highway": "pedestrian"}, 12.0))
    town.streets.append(Street("Middenring", circle(170, 32), {"highway": "living_street"}, 13.0))
    one_way = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no", "maxspeed": "30"}
    lanes = ("Klokkengieterstraat", "Turfdragersteeg", "Boterhalstraat", "Lakenkopersstraat", "Schoutensteeg")
    for nth, name in enumerate((*lanes, "Penningkruid")):
        angle = math.radians(32 + 60 * nth)
        line = tuple((reach * math.cos(angle), reach * math.sin(angle)) for reach in (100.0, 170.0, 240.0))
        town.streets.append(Street(name, line if nth % 2 else line[::-1], one_way, 12.0))
    town.streets.append(Street("Gaardpad", ((170.0, 170.0), (320.0, 360.0)), {"highway": "cycleway"}))
    town.areas.append(Area(circle(52, 16), {"leisure": "park", "name": "Kerkhof"}))
    town.quarters.append(("Binnenstad", (0.0, -20.0)))


def _draw_quarter(town: Town, quarter: Quarter, rng: np.random.Generator) -> None:
    """Long streets one way, short ones across; the outer ones reach for the nearest main road."""
    names = iter(rng.permutation(np.array(quarter.names.split())).tolist())
    main = [street for street in town.streets if street.tags.get("highway") in {"secondary", "tertiary"}]
    quiet = {"highway": "residential", "maxspeed": "30"}
    for row in range(quarter.rows):
        line = tuple(_grid_point(quarter, column / 2, row) for column in range(2 * quarter.columns + 1))
        tags = {"highway": "living_street"} if row == 1 else quiet
        town.streets.append(Street(next(names), line, tags, quarter.house_step))
    for column in (0, quarter.columns // 2, quarter.columns):
        line = tuple(_grid_point(quarter, column, row / 2) for row in range(2 * quarter.rows - 1))
        town.streets.append(Street(next(names), line, quiet, quarter.house_step * 1.4))
        for end in (line[0], line[-1]):
            link = (end, nearest(end, main))
            if 5 < math.dist(*link) < 330 and not _crosses_river(link):
                town.streets.append(Street(town.streets[-1].name, link, quiet))
    town.quarters.append((quarter.name, quarter.centre))


def _draw_green(town: Town) -> None:
    built = smooth(
        points(
            "1080 -300, 1150 80, 1050 510, 800 870, 380 1030, -120 985, -550 1030, -940 840, "
            "-1115 420, -1090 60, -1160 -300, -480 -250, -60 -300, 600 -235, 1080 -300"
        )
    )
    town.areas.append(Area((*built, built[0]), {"landuse": "residential", "name": NAME}))
    south = ((-90.0, -600.0), (620.0, -560.0), (640.0, -1080.0), (-40.0, -1140.0), (-140.0, -900.0), (-90.0, -600.0))
    town.areas.append(Area(south, {"landuse": "residential"}))
    yard = ((680.0, -560.0), (1040.0, -520.0), (1060.0, -1100.0), (700.0, -1070.0), (680.0, -560.0))
    town.areas.append(Area(yard, {"landuse": "industrial"}))
    town.areas.append(Area(blob((-170.0, 690.0), 150, 0.3), {"leisure": "park", "name": "Wolderpark"}))
    bulwark = (*_bulwarks(325.0), *reversed(_bulwarks(262.0)), _bulwarks(325.0)[0])
    town.areas.append(Area(bulwark, {"leisure": "park", "name": "Bolwerk"}))
    town.areas.append(Area(circle(264, 48), {"landuse": "residential", "name": "Binnenstad"}))
    town.streets.append(Street("Parkpad", ((38.0, 560.0), (-110.0, 620.0), (-270.0, 700.0)), {"highway": "path"}))
    town.streets.append(Street("Parkpad", ((0.0, 830.0), (-160.0, 830.0), (-270.0, 700.0)), {"highway": "footway"}))
    for centre, size, tags in (
        ((-1560.0, 560.0), 300, {"natural": "wood", "name": "Wolderbos"}),
        ((-1900.0, 760.0), 200, {"natural": "wood"}),
        ((-1480.0, 700.0), 430, {"natural": "heath"}),
        ((1740.0, 570.0), 330, {"natural": "scrub"}),
        ((600.0, 1360.0), 190, {"natural": "wood"}),
        ((-330.0, -820.0), 95, {"leisure": "pitch"}),
        ((430.0, -110.0), 60, {"leisure": "park"}),
        ((-420.0, -110.0), 60, {"leisure": "park"}),
    ):
        town.areas.append(Area(blob(centre, size, 0.24), tags))


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
                town.addresses += [TownAddress(name, number, suffix, code, NAME, at) for suffix in suffixes]
                number, filled = number + 2, filled + 1
                if filled % HOUSES_A_POSTCODE == 0:
                    code = next(codes)


def _plots(streets: Sequence[Street], side: int) -> Iterator[PlanePoint]:
    """Front doors along one side, a house's depth from the middle of the street."""
    for street in streets:
        line = beside(street.line, side * 12.0)
        walked, due = 0.0, street.house_step
        for here, there in itertools.pairwise(line):
            length = math.dist(here, there)
            while length and due <= walked + length - 4:
                share = (due - walked) / length
                yield here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])
                due += street.house_step
            walked += length


def _is_free(town: Town, at: PlanePoint) -> bool:
    """No house in the water, in the middle of another street, or through another house."""
    if abs(at[1] - river_north(at[0])) < 60 or 264 < math.hypot(*at) < 296:
        return False
    if any(math.dist(at, house.at) < 7 for house in town.addresses):
        return False
    return all(distance(at, street.line) > 8 for street in town.streets)


def _postcodes() -> Iterator[str]:
    """9998AA, 9998AB, …: letters as the post uses them, without SA, SD and SS."""
    for first in POSTCODE_LETTERS:
        for second in POSTCODE_LETTERS:
            if first + second not in {"SA", "SD", "SS"}:
                yield f"{POSTCODE_DIGITS}{first}{second}"


def _grid_point(quarter: Quarter, column: float, row: float) -> PlanePoint:
    wide, high = quarter.block
    x, y = (column - quarter.columns / 2) * wide, (row - (quarter.rows - 1) / 2) * high
    y += quarter.bend * math.cos(math.pi * x / (quarter.columns * wide))
    angle = math.radians(quarter.turn)
    return (
        quarter.centre[0] + x * math.cos(angle) - y * math.sin(angle),
        quarter.centre[1] + x * math.sin(angle) + y * math.cos(angle),
    )


def _crosses_river(link: tuple[PlanePoint, PlanePoint]) -> bool:
    sides = [point[1] > river_north(point[0]) for point in link]
    return sides[0] != sides[1]
