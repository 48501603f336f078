"""The planner on real addresses and real roads, by bike: the same gaps as on paper.

    python benchmarks/streets.py REGION.osm.pbf

Builds the street network in a temporary folder, takes a school in the middle of its addresses with homes around it,
and plans it without and with coupled visits. Leaves with 1 when a target is missed.
"""

# ruff: noqa: E402 - Django has to be set up before anything of the product can be imported

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thuisbezoek.settings")

import django

django.setup()

from cases.measuring import HEAD, School
from cases.schools import Town, make_school
from cases.targets import PROVEN, Limit, Target
from django.conf import settings
from django.utils import timezone

from benchmarks.planner import Case
from roads.actions import build_network
from roads.places import Place
from roads.queries import travel_matrix
from roads.store import open_current

CATCHMENT = 25_000  # addresses around the school from which its pupils come
MATRIX_SECONDS = 10.0
SCHOOL = partial(make_school, mentors=30, families=28)
TARGETS = [
    Target("30 x 28 by bike", SCHOOL, (Limit(60, PROVEN),), 1_000, patience=1),
    Target("30 x 28 by bike, 10 % coupled", partial(SCHOOL, together=0.1), (Limit(45, 0.005),), 1_000),
]


@dataclass
class Streets(Town):
    """A town whose homes are addresses of the extract."""

    def __post_init__(self) -> None:
        current = open_current(Path(settings.ROADS_DIR))
        assert current is not None
        addresses = current.open_book().sample(1_000_000)
        school = addresses[len(addresses) // 2]
        near = sorted(addresses, key=school.metres_to)[:CATCHMENT]
        self.homes = iter(self.chance.sample(near, len(near)))
        self.at: dict[str, Place] = {"school": school}
        self.where = {"school": (0.0, 0.0)}
        self.matrix_seconds = 0.0

    def settle(self, name: str) -> str:
        """Give `name` an address that nobody has."""
        self.at[name] = next(self.homes)
        self.where[name] = (0.0, 0.0)
        return name

    def minutes(self, mode: str) -> list[list[int]]:
        """Whole minutes along the streets, by whatever the benchmark's visitors ride: a bike."""
        began = time.perf_counter()
        minutes: list[list[int]] = travel_matrix(list(self.at.values()), mode).minutes.tolist()
        if mode == "bike":
            self.matrix_seconds = time.perf_counter() - began
        return minutes


def main() -> int:
    """0 when every target is met."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("extract", type=Path)
    extract = cli.parse_args().extract
    with tempfile.TemporaryDirectory() as folder:
        settings.ROADS_DIR = Path(folder) / "roads"
        build_network(source=extract, root=settings.ROADS_DIR, now=timezone.now())
        failures = sum(measure(target, Path(folder) / "school.json") for target in TARGETS)
    return 1 if failures else 0


def measure(target: Target, path: Path) -> int:
    """Plan one school on the streets; says how many of its targets are missed."""
    town = Streets(random.Random(1))
    made = target.make(1, town=town)
    for visitor in made["visitors"]:
        visitor["mode"] = "bike"
    path.write_text(json.dumps(made), encoding="utf-8")
    print(f"\n{target.name}: {len(town.at)} places, matrix {town.matrix_seconds:.1f} s\n{HEAD}", flush=True)
    complaints = list(Case(target, 1, School(path)).measure(None))
    if town.matrix_seconds > MATRIX_SECONDS:
        complaints.append(f"the matrix took {town.matrix_seconds:.1f} s instead of {MATRIX_SECONDS:.0f}")
    for complaint in complaints:
        print(f"  MISSED: {complaint}", flush=True)
    return len(complaints)


if __name__ == "__main__":
    sys.exit(main())
