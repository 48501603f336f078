"""What the board costs: `python benchmarks/board.py [mentors] [families a mentor]`.

A made-up school of 40 mentors of 25 families who give two evenings a week for eight weeks, with a draft in which
each family has a moment, in a database of its own (SQLite in a temporary folder, or DATABASE_URL). Measured is the
whole request through the application: picking a family up (what every evening would cost) and putting it down
(assessed, saved, the changed cells drawn), on the week and on the season. Both have to answer within 300 ms. What
counts is CPU time of the process, SQLite's work included, as in pages.py; the clock on the wall stands beside it.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from cases.database import run

sys.path.insert(0, str(Path(__file__).parents[1]))
NOW = dt.datetime(2026, 8, 31, 12, 0, tzinfo=dt.UTC)
LIMIT = 300  # milliseconds, for 95 in a hundred
WEEKS, TIMES = 8, 40


def main(mentors: int, families: int) -> int:
    """0 when picking up and putting down stay within the limit."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    plan, user = build(mentors, families)
    print(f"{mentors} mentors, {mentors * families} families, {WEEKS} weeks")
    failed = 0
    for name, limit, took in measure(plan, user):
        cpu, wall = sorted(cpu for cpu, _wall in took), sorted(wall for _cpu, wall in took)
        slow = int(0.95 * (len(took) - 1))
        is_within = limit is None or cpu[slow] <= limit
        failed += not is_within
        against = f"(limit {limit})" if limit else ""
        print(
            f"{name:34} CPU median {statistics.median(cpu):5.0f} ms, 95 % {cpu[slow]:5.0f} ms {against:11}"
            f"  wall median {statistics.median(wall):5.0f} ms, 95 % {wall[slow]:5.0f} ms"
            f"{'' if is_within else '  TOO MUCH'}"
        )
    return 1 if failed else 0


def build(mentors: int, families: int) -> tuple[Any, Any]:
    """The draft, and a coordinator."""
    from mentors.models import Role  # noqa: PLC0415 - after django.setup()
    from tests import factories  # noqa: PLC0415 - after django.setup()
    from visits.actions.cohorts import join_cohort  # noqa: PLC0415 - after django.setup()
    from visits.models import CampaignState  # noqa: PLC0415 - after django.setup()

    rng = random.Random(1)
    school = factories.make_school()
    monday = dt.date(2026, 9, 7)
    campaign = factories.make_campaign(
        school, state=CampaignState.PREPARING, starts_on=monday, ends_on=monday + dt.timedelta(weeks=WEEKS, days=7)
    )
    days = [day for day in (monday + dt.timedelta(days=n) for n in range(7 * (WEEKS + 1))) if not _is_holiday(day)]
    for _number in range(mentors):
        mentor = factories.make_mentor(school)
        school_class = factories.make_class(school, mentor)
        for _family in range(families):
            home = factories.make_household(school)
            home.latitude, home.longitude = 52.55 + rng.uniform(-0.03, 0.03), 5.91 + rng.uniform(-0.05, 0.05)
            home.save(update_fields=["latitude", "longitude"])
            factories.make_student(school_class, home)
        weekdays = rng.sample(range(5), 2)
        for day in days:
            if day.weekday() in weekdays:
                factories.make_shift(campaign, mentor, day)
    join_cohort(campaign=campaign, by=None, now=NOW)
    return make_draft(campaign, rng), factories.make_user(school, Role.COORDINATOR)


def _is_holiday(day: dt.date) -> bool:
    return dt.date(2026, 10, 17) <= day <= dt.date(2026, 10, 25)


def make_draft(campaign: Any, rng: random.Random) -> Any:
    """Every family at the first place that is found for it: quicker than the planner, and as large."""
    from planner.evaluate.assessment import assess  # noqa: PLC0415 - after django.setup()
    from planner.evaluate.moves import Mover  # noqa: PLC0415 - after django.setup()
    from planner.model.exchange import problem_from_json  # noqa: PLC0415 - after django.setup()
    from planner.model.index import ProblemIndex, Schedule  # noqa: PLC0415 - after django.setup()
    from planning.draft.making import make_draft as draft_of  # noqa: PLC0415 - after django.setup()
    from planning.draft.stored import LeftOut  # noqa: PLC0415 - after django.setup()
    from planning.models import Plan, PlanState  # noqa: PLC0415 - after django.setup()
    from planning.problem.build import build_planning  # noqa: PLC0415 - after django.setup()

    planning = build_planning(campaign, NOW)
    index, schedule = ProblemIndex(problem_from_json(planning.problem)), Schedule()
    for visit in index.problem.visits:
        evenings = [key for key in index.shifts if key[0] in visit.visitors and len(schedule.stops(key)) < 2]
        for evening in rng.sample(evenings, min(6, len(evenings))):
            move = Mover(index, schedule).place(visit.id, evening)
            if not move.is_blocked and not move.warnings:
                schedule = schedule.changed(move.shift_stops)
                break
    left = [LeftOut(visit, "evenings_full") for visit in index.visits if visit not in schedule.made]
    found = assess(index.problem, schedule, index)
    routes = schedule.routes.values()
    draft = draft_of(planning, index, routes, left, outside_wish=found.parts.outside_wish)
    values = {"problem": planning.problem, "result": draft.to_json(), "cost": found.cost, "bound": 0.9 * found.cost}
    return Plan.objects.create(
        campaign=campaign, state=PlanState.READY, is_estimate=True, created_at=NOW, finished_at=NOW, **values
    )


def measure(plan: Any, user: Any) -> list[tuple[str, int | None, list[tuple[float, float]]]]:
    """Milliseconds of each kind of request, on the CPU and on the wall."""
    from django.test import Client  # noqa: PLC0415 - after django.setup()
    from django.urls import reverse  # noqa: PLC0415 - after django.setup()

    from planning.draft.evenings import evening_name  # noqa: PLC0415 - after django.setup()
    from planning.models import Plan  # noqa: PLC0415 - after django.setup()
    from planning.queries.board.loading import load_draft  # noqa: PLC0415 - after django.setup()

    client, rng = Client(), random.Random(2)
    client.force_login(user)
    here = {"school": plan.campaign.school.slug, "plan": plan.pk}
    board = reverse("planning:board", kwargs=here)

    def timed(method: Any, *args: Any, **kwargs: Any) -> tuple[float, float]:
        began, cpu = time.perf_counter(), time.process_time()
        answer = method(*args, headers={"X-Board": "1"}, **kwargs)
        assert answer.status_code == 200, (args, answer.status_code, answer.content[:300])
        return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - began)

    found: list[tuple[str, int | None, list[tuple[float, float]]]] = [
        ("the board, first in this process", None, [timed(client.get, board, {"week": 2})])
    ]
    for name, week in (("week", "2"), ("season", "seizoen")):
        found.append((f"the board, {name}", None, [timed(client.get, board, {"week": week}) for _ in range(5)]))
        up, down = [], []
        for _ in range(TIMES):
            draft = load_draft(Plan.objects.get(pk=plan.pk))
            visit = rng.choice(sorted(draft.schedule.made))
            up.append(timed(client.get, reverse("planning:board_spots", kwargs=here | {"visit": int(visit)})))
            places = [c for c in draft.mover().best_moves(visit) if not c.is_blocked and not c.warnings and c.evening]
            evening = rng.choice(places).evening
            data = {"revision": draft.plan.revision, "evening": evening_name(evening), "week": week}
            url = reverse("planning:board_move", kwargs=here | {"visit": int(visit)})
            down.append(timed(client.post, url, data))
        found += [(f"picking up, {name}", LIMIT, up), (f"putting down, {name}", LIMIT, down)]
    quiet = reverse("planning:board_news", kwargs=here)
    seen = Plan.objects.values_list("revision", flat=True).get(pk=plan.pk)
    found.append(("hearing that nothing changed", None, [timed(client.get, quiet, {"sinds": seen}) for _ in range(10)]))
    return found


if __name__ == "__main__":
    run(main, 40, 25)
