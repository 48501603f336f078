"""What publishing a plan costs: `python benchmarks/publishing.py [mentors] [families]`.

A made-up school of 30 mentors with 28 families, planned by the real planner and then published in one go, in a
database of its own (SQLite in a temporary folder, or DATABASE_URL). Seconds are of the clock: on SQLite nobody else
can write meanwhile.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

from cases.database import run

sys.path.insert(0, str(Path(__file__).parents[1]))
NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
LIMIT_SECONDS, LIMIT_QUERIES_A_FAMILY = 5.0, 1.5


def main(mentors: int, families: int) -> int:
    """0 when publishing stays within its limits."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after django.setup()

    from planning.actions.publishing import publish_plan  # noqa: PLC0415 - after django.setup()
    from tests.visits.staffed import make_staffed_campaign  # noqa: PLC0415 - after django.setup()
    from visits.models import Message, Visit  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    evenings = [dt.date(2026, 9, 8) + dt.timedelta(days=day) for day in range(38) if day % 7 in (0, 2)]
    with transaction.atomic():
        staffed = make_staffed_campaign(NOW, mentors=mentors, families=families, evenings=evenings)
    plan = staffed.draft(seconds=60)
    with CaptureQueriesContext(connection) as queries:
        began, cpu_began = time.monotonic(), time.process_time()
        placed = publish_plan(plan=plan, by=None, now=NOW)
        seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu_began
    a_family = len(queries) / max(1, placed)
    messages, planned = Message.objects.count(), Visit.objects.upcoming().count()
    is_within = seconds <= LIMIT_SECONDS and a_family <= LIMIT_QUERIES_A_FAMILY and planned == placed == messages
    print(
        f"{connection.vendor}: {placed} visits published in {seconds:.2f} s (limit {LIMIT_SECONDS:g} s),"
        f" {cpu_seconds:.2f} s CPU of this process,"
        f" {len(queries)} queries, {a_family:.2f} a family (limit {LIMIT_QUERIES_A_FAMILY:g}),"
        f" {messages} messages{'' if is_within else '  TOO MUCH'}"
    )
    return 0 if is_within else 1


if __name__ == "__main__":
    run(main, 30, 28)
