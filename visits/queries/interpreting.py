"""When interpreters are free, as the planner reads it, and who is visited with one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from visits.models import InterpreterShift
from visits.queries.calendar import local_day, minutes_of
from visits.queries.season import Season, is_fixed, language_to_interpret, length_of, start_of
from visits.queries.windows import Stretch, clock_of, without

BUFFER_MINUTES = 30  # an interpreter is busy this long after a conversation: the way to the next one

Supply = dict[tuple[str, dt.date], list[Stretch]]


def free_interpreters(season: Season, days: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Per language the hours at which interpreters are free, in the planner's format; only on these days.

    Whoever is at an appointment that this plan does not move is not free then.
    """
    supply = supply_of(season.together.interpreters)
    for visit in season.visits:
        language = language_to_interpret(season, visit)
        if language and visit.starts_at and (is_fixed(visit) or visit.pk in season.standing):
            if season.together.follows(visit):
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


def supply_of(rows: Iterable[InterpreterShift]) -> Supply:
    """The hours of each interpreter by itself."""
    supply: Supply = defaultdict(list)
    for row in rows:
        hours = Stretch(minutes_of(row.from_time), minutes_of(row.until_time))
        supply[row.language, row.on] += [hours] * row.count
    return supply


def take_one(supply: Supply, when: tuple[str, dt.date], busy: Stretch) -> bool:
    """Take one interpreter out for this stretch; False when nobody is there for all of it."""
    there = supply.get(when, [])
    able = [stretch for stretch in there if stretch.within(busy) == busy]
    if not able:
        return False
    there.remove(able[0])
    there += without(able[0], [busy])
    return True
