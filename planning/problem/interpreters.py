"""When interpreters are free, as the planner reads it, and who is visited with one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mentors.dates import clock_of, local_day
from planning.problem.scope import PlanningScope
from planning.problem.visit_facts import is_fixed, length_of, start_of
from visits.queries.interpreters import BUFFER_MINUTES, supply_of, take_one
from visits.queries.windows import Stretch


def free_interpreters(scope: PlanningScope, days: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Per language the hours at which interpreters are free, in the planner's format; only on these days.

    Whoever is at an appointment that this plan does not move is not free then.
    """
    shared = scope.who.shared
    supply = supply_of(shared.interpreters)
    for visit in scope.visits:
        language = scope.language_to_interpret(visit)
        if language and visit.starts_at and (is_fixed(visit) or visit.pk in scope.untouched):
            if shared.follows(visit):
                continue
            busy = Stretch(start_of(visit), start_of(visit) + length_of(visit) + BUFFER_MINUTES)
            take_one(supply, (language, local_day(visit.starts_at)), busy)
    wanted, found = set(days), defaultdict(list)
    for (language, on), stretches in sorted(supply.items()):
        for stretch in stretches:
            if on.isoformat() in wanted:
                hours = {"from": clock_of(stretch.starts), "until": clock_of(stretch.ends)}
                found[language].append({"date": on.isoformat(), **hours, "count": 1})
    return dict(found)
