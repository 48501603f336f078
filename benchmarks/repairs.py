"""How long a repair takes through its real job: `python benchmarks/repairs.py [mentors] [families each]`.

Its own SQLite file in a temporary folder (or DATABASE_URL). A campaign is planned and published; then one family
cancels and one pupil comes late. Measured are the job (tables to draft), what the page asks, and the yes.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases.database import run

sys.path.insert(0, str(Path(__file__).parents[1]))
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)
FIRST = dt.date(2026, 9, 28)
EVENINGS = [
    FIRST + dt.timedelta(days=day) for day in range(19) if (FIRST + dt.timedelta(days=day)).weekday() in (0, 1, 2, 3)
]
MOST_SECONDS = 2.0  # from the click to the page that says what it means


def timed(words: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work made, and the seconds that it took; printed too."""
    began = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - began
    print(f"{words:32} {seconds:7.2f} s")
    return made, seconds


def main(mentors: int, families: int) -> int:
    """0 when both repairs are made within their limit."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from planning.actions.publishing import publish_plan  # noqa: PLC0415 - after django.setup()
    from planning.problem.incidents import IncidentKind  # noqa: PLC0415 - after django.setup()
    from tests import factories  # noqa: PLC0415 - after django.setup()
    from tests.visits.staffed import make_staffed_campaign  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    staffed = make_staffed_campaign(NOW, mentors=mentors, families=families, evenings=EVENINGS)
    plan, _seconds = timed("plan of the whole campaign", lambda: staffed.draft(seconds=20))
    timed("its publication", lambda: publish_plan(plan=plan, by=None, now=NOW))
    staffed.campaign.refresh_from_db()
    visit = staffed.campaign.visits.exclude(starts_at=None).order_by("starts_at")[mentors * families // 2]
    slowest = measured_repair(staffed, "cancellation", IncidentKind.CANCELLATION, visit=visit.pk)
    factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    slowest = max(slowest, measured_repair(staffed, "late entrant", IncidentKind.LATE))
    return 0 if slowest <= MOST_SECONDS else 1


def measured_repair(staffed: Any, words: str, kind: Any, **facts: Any) -> float:
    """Make one repair, look at it and say yes; the seconds until it can be looked at."""
    from planning.actions.publishing import publish_plan  # noqa: PLC0415 - after django.setup()
    from planning.draft.contents import read_contents  # noqa: PLC0415 - after django.setup()
    from planning.queries.consequences import consequences  # noqa: PLC0415 - after django.setup()
    from tests.planning.repairing import repaired  # noqa: PLC0415 - after django.setup()

    plan, job = timed(f"{words}: the job", lambda: repaired(staffed, kind, **facts))
    found, page = timed(f"{words}: what it means", lambda: consequences(read_contents(plan), NOW))
    seconds = read_contents(plan).draft.seconds
    print(f"  planner {seconds} s; {len(found.changed)} families get another moment or a first one")
    timed(f"{words}: the yes", lambda: publish_plan(plan=plan, by=None, now=NOW))
    return job + page


if __name__ == "__main__":
    run(main, 30, 28, settings="thuisbezoek.settings")
