"""Who is needed at how many visits, and on how many days they are there: what can be counted before any planning.

Without roads, windows or clock times: a plan never places more visits than the count allows, and often fewer.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mentors.models import Mentor
from planner import Attendance, Shortage, count_shortages
from planning.models import Plan
from planning.problem.limits import most_stops
from planning.problem.scope import PlanningScope


@dataclass(frozen=True)
class StaffingNeeds:
    """The arguments of the planner's `count_shortages`; people are primary keys as texts."""

    attendances: list[Attendance] = field(default_factory=list)
    dates: Mapping[str, set[dt.date]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    max_stops: int = 1

    @classmethod
    def of_scope(cls, scope: PlanningScope) -> StaffingNeeds:
        """What a planning of this scope needs. Evenings with more agreed visits than allowed are left as they are."""
        most = scope.campaign.max_stops
        scope = scope.without_days({day for day, visits in scope.fixed_days.items() if len(visits) > most})
        dates: dict[str, set[dt.date]] = {str(mentor.pk): set() for mentor in scope.mentors}
        for mentor, day in [*scope.shifts, *scope.fixed_days]:
            if str(mentor) in dates:
                dates[str(mentor)].add(day)
        siblings = {pk for pair in scope.who.shared.pairs for pk in pair}
        attendances = [
            Attendance(_texts(scope, scope.who.visitors_for(visit)), _texts(scope, scope.who.seconds_for(visit)))
            for visit in scope.conversations
            if visit.pk not in siblings
        ]
        return cls(attendances, dates, {str(pk): limit for pk, limit in most_stops(scope).items()}, most)

    @classmethod
    def of_plan(cls, plan: Plan) -> StaffingNeeds:
        """What the stored problem of a plan needs. One query, that leaves the roads of the problem where they are."""
        columns = ("rules__max_stops", "visitors", "visits", "siblings")
        row = Plan.objects.values_list(*(f"problem__{column}" for column in columns)).get(pk=plan.pk)
        max_stops, visitors, visits, groups = row
        siblings = {name for group in groups or () for name in group}
        return cls(
            [Attendance(each["visitors"], each["second"]) for each in visits or () if each["id"] not in siblings],
            {each["id"]: _dates(each) for each in visitors or ()},
            {each["id"]: limit for each in visitors or () if (limit := each["max_stops_total"]) is not None},
            max_stops or 1,
        )

    def shortages(self) -> list[Shortage]:
        """Whose evenings are too few for the visits that need them."""
        return count_shortages(self.attendances, self.dates, self.limits, self.max_stops)

    def taken_along_by(self) -> dict[str, set[str]]:
        """Of each person who alone may come along: by whom."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.attendances:
            if len(each.second) == 1:
                found[each.second[0]].update(each.visitors)
        return found


@dataclass(frozen=True)
class MentorShortage:
    """Somebody whom `wanted` visits need, of which `room` fit; at `along` of them this person comes along.

    `taken_along_by`: the one mentor whom this person accompanies (primary key); None when there is none, or more.
    """

    mentor: Mentor
    wanted: int
    room: int
    along: int
    taken_along_by: int | None

    @property
    def own(self) -> int:
        """The visits that are not those of somebody else."""
        return self.wanted - self.along

    @property
    def missing(self) -> int:
        """How many families get no moment for it, whatever the plan."""
        return self.wanted - self.room


def _texts(scope: PlanningScope, people: Iterable[int]) -> list[str]:
    return [str(pk) for pk in scope.with_days(people)]


def _dates(visitor: Mapping[str, Any]) -> set[dt.date]:
    return {dt.date.fromisoformat(shift["date"]) for shift in visitor["shifts"]}
