"""`python -m peers NAME PROBLEM.json --seconds S`: the orders in which a peer would drive, as JSON.

The seconds are those of the whole school on `--jobs` processes: every mentor gets an equal share of them.
"""

from __future__ import annotations

import argparse
import importlib
import json
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from peers.town import Town, towns

NAMES = ("pyvrp", "ortools", "vroom")


def main() -> None:
    """Solve every mentor's own problem and print the routes."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("name", choices=NAMES)
    cli.add_argument("problem", type=Path)
    cli.add_argument("--seconds", type=float, required=True)
    cli.add_argument("--jobs", type=int, default=2)
    asked = cli.parse_args()
    parts = towns(json.loads(asked.problem.read_text(encoding="utf-8")))
    share = asked.seconds * asked.jobs / len(parts)
    with ProcessPoolExecutor(asked.jobs) as pool:
        made = list(pool.map(_solved, repeat(asked.name), parts, repeat(share)))
    print(json.dumps([route for routes in made for route in routes]))


def _solved(name: str, town: Town, seconds: float) -> list[dict[str, object]]:
    solver = importlib.import_module(f"peers.with_{name}")
    routes = solver.route(town, seconds, 1)
    return [{"visitor": town.visitor, "date": date, "visits": visits} for date, visits in routes]


if __name__ == "__main__":
    main()
