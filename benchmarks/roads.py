"""Measures roads on a real extract: build, look-up, 900 x 900 by bike, map; each against its limit.

    python benchmarks/roads.py REGION.osm.pbf

Leaves with 1 when a limit is passed. The peer is the straight line that serves when there is no extract.
"""

# ruff: noqa: E402 - Django has to be set up before anything of the product can be imported

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thuisbezoek.settings")

import django
import numpy as np

django.setup()

from django.conf import settings
from django.utils import timezone

from roads.actions import build_network
from roads.address_book import AddressBook
from roads.places import Place, straight_metres
from roads.queries import Mode, Pin, draw_route_map, route_geometry, travel_matrix
from roads.store import open_current

HOMES = 900
CATCHMENT = 25_000  # addresses around the school from which its pupils come
LOOKUPS = 20_000


@dataclass(frozen=True)
class Limit:
    """What was measured and what it may be at most."""

    what: str
    value: float
    unit: str
    at_most: float

    @property
    def is_kept(self) -> bool:
        """Whether the limit holds."""
        return self.value <= self.at_most

    def __str__(self) -> str:
        verdict = "ok" if self.is_kept else "TOO MUCH"
        return f"{self.what:<34}{self.value:>12,.2f} {self.unit:<5} limit {self.at_most:>8,.0f}   {verdict}"


def seconds_of(work: Callable[[], Any], times: int = 1) -> float:
    """The best of some runs."""
    best = float("inf")
    for _time in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def memory_mb() -> float:
    """The most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lookup_microseconds(book: AddressBook, root: Path) -> float:
    """One look-up of an address that exists, on average."""
    current = open_current(root)
    assert current is not None
    with sqlite3.connect(current.folder / "addresses.sqlite3") as connection:
        rows = connection.execute("SELECT postcode, number, suffix FROM address").fetchall()
    step = max(1, len(rows) // LOOKUPS)
    keys = []
    for code, number, suffix in rows[::step]:
        digits, letters = divmod(code, 676)
        keys.append((f"{digits}{chr(65 + letters // 26)}{chr(65 + letters % 26)}", number, suffix))
    return seconds_of(lambda: book.find_many(keys)) / len(keys) * 1e6


def catchment(book: AddressBook) -> list[Place]:
    """900 homes of one school, spread over the addresses around it."""
    everywhere = book.sample(1_000_000)
    school = everywhere[len(everywhere) // 2]
    near = sorted(everywhere, key=school.metres_to)[:CATCHMENT]
    return near[:: max(1, len(near) // HOMES)][:HOMES]


def matrix_seconds(homes: list[Place], mode: Mode) -> float:
    """All travel times between the homes."""
    return seconds_of(lambda: travel_matrix(homes, mode))


def compare(places: list[Place], mode: Mode) -> str:
    """How far the straight line is off, for pairs more than 200 m apart."""
    true = travel_matrix(places, mode, access_minutes=0)
    root, settings.ROADS_DIR = settings.ROADS_DIR, Path("/nonexistent")
    guess = travel_matrix(places, mode, access_minutes=0)
    settings.ROADS_DIR = root
    apart = straight_metres(places)
    pairs = (apart > 200) & ~true.is_estimated
    off = guess.minutes[pairs] - true.minutes[pairs]
    alike = np.corrcoef(guess.minutes[pairs], true.minutes[pairs])[0, 1]
    detour = np.median(true.metres[pairs] / apart[pairs])
    return (
        f"{mode:<5} straight line against streets: mean error {np.abs(off).mean():.1f} min, "
        f"worst {np.abs(off).max()} min, correlation {alike:.3f}; detour {detour:.2f}; "
        f"{true.is_estimated.mean():.2%} of the pairs has no street"
    )


def main() -> int:
    """Builds in a temporary folder, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", type=Path)
    source = parser.parse_args().extract
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        settings.ROADS_DIR = root
        build = seconds_of(lambda: build_network(source=source, root=root, now=timezone.now()))
        build_mb = memory_mb()
        current = open_current(root)
        assert current is not None
        book = current.open_book()
        homes = catchment(book)
        size = sum(path.stat().st_size for path in current.folder.iterdir()) / 1e6
        print(
            f"{source.name}: {current.info.addresses:,} addresses, {current.info.streets:,} street parts, {size:.1f} MB"
        )
        stops = sorted(homes, key=homes[0].metres_to)[::60][:4]
        legs = route_geometry(stops, "bike")
        pins = [Pin(place, str(nth)) for nth, place in enumerate(stops)]
        drawing = draw_route_map(pins, legs, title="")
        limits = [
            Limit("build", build, "s", max(5.0, current.info.addresses / 15_000)),
            Limit("memory while building", build_mb, "MB", 1500),
            Limit("look-up", lookup_microseconds(book, root), "us", 50),
            *(
                Limit(
                    f"{len(homes)} x {len(homes)} {mode}", seconds_of(lambda m=mode: travel_matrix(homes, m)), "s", 10
                )
                for mode in Mode
            ),
            Limit("route of four stops", seconds_of(lambda: route_geometry(stops, "bike"), 5) * 1e3, "ms", 200),
            Limit("map", seconds_of(lambda: draw_route_map(pins, legs, title=""), 5) * 1e3, "ms", 100),
            Limit("map", len(drawing.encode()) / 1e3, "kB", 80),
            Limit("memory in all", memory_mb(), "MB", 1500),
        ]
        print(*limits, *(compare(homes, mode) for mode in Mode), sep="\n")
    return 0 if all(limit.is_kept for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
