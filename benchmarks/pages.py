"""What the pages of the figures cost: `python benchmarks/pages.py [classes] [pupils]`.

A made-up school of 35 classes of 28 in the middle of its campaign, in a database of its own (SQLite in a temporary
folder, or DATABASE_URL). A page is asked five times after one to warm up; the fastest counts, in CPU time of the
process: rendering and SQLite's work together. Queries are all of a request, the session and the roles included.
"""

from __future__ import annotations

import datetime as dt
import gzip
import sys
import time
from pathlib import Path
from typing import Any

from cases.database import run

sys.path.insert(0, str(Path(__file__).parents[1]))
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)
# name of the page: CPU milliseconds, kilobytes gzipped, queries
LIMITS = {
    "worklist": (120, 20, 20),
    "dashboard": (150, 30, 20),
    "dashboard_sheet": (120, 60, 20),
    "packs": (100, 20, 10),
    "pack": (120, 20, 15),
    "board": (80, 20, 10),
}
PDF_LIMITS = {"dashboard_pdf": 3_000, "packs_pdf": 20_000}  # CPU milliseconds


def main(classes: int, pupils: int) -> int:
    """0 when every page stays within its limits."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    addresses = build(classes, pupils)
    client, failed = Client(), 0
    for name, (user, url) in addresses.items():
        client.force_login(user)
        milliseconds, kilobytes, queries = measure(client, url, times=1 if name in PDF_LIMITS else 5)
        limit = LIMITS.get(name, (PDF_LIMITS.get(name), 2_000, 20))
        is_within = all(found <= most for found, most in zip((milliseconds, kilobytes, queries), limit, strict=True))
        failed += not is_within
        print(
            f"{name:16} {milliseconds:7.0f} ms CPU (limit {limit[0]})  {kilobytes:6.1f} kB gz ({limit[1]})"
            f"  {queries:3} queries ({limit[2]}){'' if is_within else '  TOO MUCH'}"
        )
    return 1 if failed else 0


def build(classes: int, pupils: int) -> dict[str, tuple[Any, str]]:
    """The school, and each page's reader and address."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup()

    from mentors.models import Membership, Role  # noqa: PLC0415 - after django.setup()
    from tests import factories  # noqa: PLC0415 - after django.setup()
    from tests.reports.bulk import make_bulk_campaign  # noqa: PLC0415 - after django.setup()

    school = factories.make_school()
    bulk = make_bulk_campaign(school, classes=classes, pupils=pupils, now=NOW)
    user = factories.make_user(school, Role.DIRECTOR, Role.COORDINATOR)
    board = factories.make_board(school)
    Membership.objects.create(user=user, role=Role.BOARD, board=board)
    kwargs: dict[str, Any] = {"school": school.slug}
    names = ["worklist", "dashboard", "dashboard_sheet", "packs"]
    found = {name: (user, reverse(f"reports:{name}", kwargs=kwargs)) for name in names}
    of_class = kwargs | {"school_class": bulk.classes[0].pk}
    found["pack"] = (user, reverse("reports:pack", kwargs=of_class))
    found["board"] = (user, reverse("reports:board", kwargs={"board": board.pk}))
    return found | {name: (user, reverse(f"reports:{name}", kwargs=kwargs)) for name in PDF_LIMITS}


def measure(client: Any, url: str, *, times: int) -> tuple[float, float, int]:
    """CPU milliseconds of the fastest of `times`, kilobytes gzipped, queries."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after django.setup()

    client.get(url)
    took = []
    for _number in range(times):
        began = time.process_time()
        answer = client.get(url)
        took.append(1000 * (time.process_time() - began))
        assert answer.status_code == 200, (url, answer.status_code)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    return min(took), len(gzip.compress(answer.content)) / 1000, len(captured)


if __name__ == "__main__":
    run(main, 35, 28)
