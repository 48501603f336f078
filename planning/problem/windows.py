"""When a family may be visited, as the planner reads it: its mentor's hours, less what the family excludes.

Within those stand what the family wishes, and what the school would rather have (at no price, where the rest has one).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mentors.dates import clock_of, local_day, minutes_of
from planning.problem.scope import PlanningScope
from planning.problem.visit_facts import is_fixed, length_of, start_of
from planning.problem.weights import OTHER_HOUR
from visits.models import Shift, Visit
from visits.queries.day_parts import preferred_part
from visits.queries.home_times import stretches_on
from visits.queries.windows import Stretch, without


@dataclass(frozen=True)
class FamilyWindow:
    """Hours of one day in which a visit may be, whether they are a wish, and what starting in them costs."""

    on: dt.date
    hours: Stretch
    is_wish: bool = False
    cost: int = 0

    def makes_needless(self, other: FamilyWindow) -> bool:
        """Whether the other one allows nothing that this one does not, and is no better."""
        is_within = self.on == other.on and other.hours.within(self.hours) == other.hours
        return is_within and self.is_wish >= other.is_wish and self.cost <= other.cost

    def to_json(self) -> dict[str, Any]:
        """In the planner's format."""
        hours = {"from": clock_of(self.hours.starts), "until": clock_of(self.hours.ends)}
        return {"date": self.on.isoformat(), **hours, "wish": self.is_wish, "cost": self.cost}


def windows_of(scope: PlanningScope, visit: Visit) -> list[FamilyWindow]:
    """The windows of one visit, each once; of an agreed visit its own moment alone."""
    if is_fixed(visit) and visit.starts_at:
        start = start_of(visit)
        return [FamilyWindow(local_day(visit.starts_at), Stretch(start, start + length_of(visit)))]
    visitors = _who_may_come(scope, visit)
    found = [
        window
        for (mentor, day), shift in scope.shifts.items()
        if mentor in visitors and not scope.is_avoided(visit, day)
        for window in _within(scope, visit, day, shift)
    ]
    return without_needless(found)


def without_needless(windows: Iterable[FamilyWindow]) -> list[FamilyWindow]:
    """These windows, without those of which another one allows all of it at no higher price; in the same order."""
    by_day: dict[dt.date, list[FamilyWindow]] = {}
    for window in dict.fromkeys(windows):
        by_day.setdefault(window.on, []).append(window)
    return [
        window
        for there in by_day.values()
        for window in there
        if not any(other is not window and other.makes_needless(window) for other in there)
    ]


def excluded_on(scope: PlanningScope, visit: Visit, day: dt.date) -> list[Stretch]:
    """The hours of this day at which the family cannot: as it said, as it refused, or as it has another visit then."""
    said = [
        Stretch(minutes_of(one.from_time), minutes_of(one.until_time))
        for one in scope.availability.get(visit.household_id, [])
        if not one.is_wish and one.weekday == day.weekday()
    ]
    return said + stretches_on(scope.taken_times(visit), day)


def _within(scope: PlanningScope, visit: Visit, day: dt.date, shift: Shift) -> Iterator[FamilyWindow]:
    """What this evening of a mentor offers the family."""
    hours = Stretch(minutes_of(shift.leave_from), minutes_of(shift.visits_until))
    preferred = preferred_part(hours, scope.campaign, length_of(visit))
    wishes = _wishes_on(scope, visit, day)
    for free in without(hours, excluded_on(scope, visit, day)):
        yield FamilyWindow(day, free, cost=OTHER_HOUR if preferred else 0)
        if preferred and (part := free.within(preferred)):
            yield FamilyWindow(day, part)
        for wish in wishes:
            if both := free.within(wish):
                yield FamilyWindow(day, both, is_wish=True)


def _wishes_on(scope: PlanningScope, visit: Visit, day: dt.date) -> Sequence[Stretch]:
    return [
        Stretch(minutes_of(one.from_time), minutes_of(one.until_time))
        for one in scope.availability.get(visit.household_id, [])
        if one.is_wish and one.weekday == day.weekday()
    ]


def _who_may_come(scope: PlanningScope, visit: Visit) -> set[int]:
    """Whose hours count: of a child whose brothers or sisters may be visited at once, those of all their mentors."""
    near = {pk for group in scope.who.shared.groups() if visit.pk in group for pk in group}
    there = [visit, *(scope.who.by_pk[pk] for pk in near if pk in scope.who.by_pk)]
    return {pk for one in there for pk in scope.who.visitors_for(one)}
