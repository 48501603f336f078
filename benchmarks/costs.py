"""What a question about costs takes: `python benchmarks/costs.py [classes] [pupils]`.

The default grid of 72 variants for a made-up school of 35 classes (seven of first-years, the others of older
pupils), about 900 pupils, in a database of its own. Roads are those of ROADS_DIR when there are any, else straight
lines. Prints the time until the first variant and until the last, and the memory at the end.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from cases.database import run

if TYPE_CHECKING:
    from reports.figures.cost_totals import VariantOutcome
    from reports.models import CostVariant

sys.path.insert(0, str(Path(__file__).parents[1]))
FIRST_LIMIT, WHOLE_LIMIT = 30.0, 480.0  # seconds, on two cores
SPREAD_DEGREES = 0.045  # of latitude: five kilometres
CENTRE = 52.5553, 5.9115


def main(classes: int, pupils: int) -> int:
    """0 when both times stay within their limits."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.utils import timezone  # noqa: PLC0415 - after django.setup()

    from reports.actions.cost_runs import run_cost_study  # noqa: PLC0415 - after django.setup()
    from reports.actions.cost_studies import request_cost_study  # noqa: PLC0415 - after django.setup()
    from reports.figures.cost_question import EveningHours, Question  # noqa: PLC0415 - after django.setup()
    from reports.figures.cost_totals import VariantOutcome  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    school = build(classes, pupils)
    question = Question(
        minutes=(30, 45, 60),
        max_stops=(2, 3, 4),
        modes=("bike", "car"),
        cohorts=((1,), tuple(range(1, 6))),
        evenings=(1, 2),
        weekdays=(1, 3),
        hours=EveningHours(16 * 60, 21 * 60, 21 * 60 + 30),
        starts_on=dt.date(2026, 9, 14),
        report_minutes=15,
    )
    study = request_cost_study(school=school, question=question, by=None, now=timezone.now())
    began, asked = time.monotonic(), timezone.now()
    run_cost_study(study=study, now=timezone.now)
    seconds = time.monotonic() - began
    rows = list(study.variants.order_by("number"))
    outcomes = [VariantOutcome.from_json(row.outcome) for row in rows]
    first = (min(row.done_at for row in rows) - asked).total_seconds()
    for row, outcome in zip(rows, outcomes, strict=True):
        print(line_of(row, outcome))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    is_within = first <= FIRST_LIMIT and seconds <= WHOLE_LIMIT and len(outcomes) == len(question.variants())
    print(
        f"{classes} classes of {pupils}: first variant after {first:.1f} s (limit {FIRST_LIMIT:.0f}), "
        f"{len(rows)} variants in {seconds:.0f} s (limit {WHOLE_LIMIT:.0f}), {seconds / len(rows):.1f} s each, "
        f"within at worst {max(outcome.proven_within for outcome in outcomes):.2%} of the fewest hours, "
        f"{memory:.0f} MB{'' if is_within else '  TOO MUCH'}"
    )
    return 0 if is_within else 1


def line_of(row: CostVariant, outcome: VariantOutcome) -> str:
    """One variant and what it comes to."""
    return (
        f"{row.minutes} min {row.max_stops} stops {row.mode:4} groups {len(row.year_groups)} "
        f"{row.evenings_a_week} a week: {outcome.minutes / 60:7.0f} h {outcome.kilometres:8.0f} km "
        f"{outcome.evenings:4} evenings {outcome.weeks:2} weeks, unplaced {outcome.unplaced}, "
        f"within {outcome.proven_within:.2%}, evenings in doubt {outcome.unproven_evenings}"
    )


def build(classes: int, pupils: int):  # type: ignore[no-untyped-def]
    """The school: each class has homes all over town, in some villages more than in others."""
    from students.models import Household, LocationQuality, Residence, Student  # noqa: PLC0415 - after django.setup()
    from tests import factories  # noqa: PLC0415 - after django.setup()

    school = factories.make_school(latitude=CENTRE[0], longitude=CENTRE[1])
    chance = np.random.default_rng(1)
    villages = chance.normal(0, SPREAD_DEGREES, (12, 2))
    number = 0
    for nth in range(classes):
        mentor = factories.make_mentor(school, with_account=False)
        school_class = factories.make_class(school, mentor, year_group=1 + nth * 5 // classes)
        homes = villages[chance.integers(0, 12, pupils)] + chance.normal(0, SPREAD_DEGREES / 8, (pupils, 2))
        for north, east in homes:
            number += 1
            home = Household.objects.create(
                school=school,
                name=f"Gezin {number}",
                latitude=CENTRE[0] + north,
                longitude=CENTRE[1] + east * 1.6,
                location_quality=LocationQuality.EXACT,
            )
            student = Student.objects.create(school=school, school_class=school_class, external_key=f"L{number}")
            Residence.objects.create(student=student, household=home, rank=1)
    return school


if __name__ == "__main__":
    run(main, 35, 26)
