"""A draft plan as the pages show it: per mentor, per evening, and every family that is left without a moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from mentors.dates import time_of
from mentors.models import Mentor
from planning.draft.routes import DrawnRoute
from planning.draft.stored import StoredDraft, Totals
from planning.models import Plan
from planning.problem.weights import WEIGHTS
from planning.queries.remedies import Help, read_remedies
from planning.words.causes import Cause, cause_of, reason_of
from planning.words.drafts import DEPOT, NOTES, company_text
from roads.queries import Pin, PinKind, Place, RouteLeg, route_geometry
from students.models import Student
from visits.models import Visit
from visits.queries.days import depot_of, place_of


@dataclass(frozen=True)
class ShownStop:
    """One family in an evening; clock times are local, travel is from the stop before.

    `company` says who else is there. Two children whom one mentor visits at once are one stop.
    """

    visit: Visit
    start: dt.time
    until: dt.time
    travel_minutes: int
    pupils: tuple[Student, ...] = ()
    company: str = ""


@dataclass(frozen=True)
class ShownRoute:
    """One mentor's evening."""

    mentor: Mentor
    on: dt.date
    mode: str
    leaves: dt.time
    back: dt.time
    travel_minutes: int
    travel_metres: int
    stops: list[ShownStop]

    @property
    def kilometres(self) -> float:
        """With one decimal."""
        return round(self.travel_metres / 1000, 1)


@dataclass(frozen=True)
class MentorShare:
    """What one mentor gets in this plan."""

    mentor: Mentor
    families: int
    evenings: int
    travel_minutes: int
    last_on: dt.date
    without_moment: int


@dataclass(frozen=True)
class DayShare:
    """One day of this plan."""

    on: dt.date
    mentors: int
    families: int
    travel_minutes: int


@dataclass(frozen=True)
class ShownUnplaced:
    """A family without a moment: why, where it is solved, and the facts behind it in the planner's own form."""

    visit: Visit
    reason: str
    cause: Cause
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class CauseGroup:
    """The families that are left without a moment for one cause."""

    cause: Cause
    items: list[ShownUnplaced]


@dataclass(frozen=True)
class ShownDraft:
    """A whole plan."""

    routes: list[ShownRoute]
    unplaced: list[ShownUnplaced]
    totals: Totals
    notes: list[Promise]
    helps: list[Help] | None  # what would help those without a moment, best first; None when nobody looked

    @property
    def family_count(self) -> int:
        """All families of the plan, those without a moment too."""
        return self.totals.placed + len(self.unplaced)

    @property
    def could_be_helped(self) -> bool:
        """Whether somebody is left without a moment by the planner, rather than left out of its problem."""
        return any(item.facts for item in self.unplaced)

    def unplaced_by_cause(self) -> list[CauseGroup]:
        """Families without a moment, those with one cause together; what concerns most families first."""
        groups: dict[int, CauseGroup] = {}
        for item in self.unplaced:
            groups.setdefault(id(item.cause), CauseGroup(item.cause, [])).items.append(item)
        return sorted(groups.values(), key=lambda group: -len(group.items))

    def by_mentor(self) -> list[MentorShare]:
        """A line a mentor, by name."""
        routes: dict[Mentor, list[ShownRoute]] = defaultdict(list)
        missing: dict[int | None, int] = defaultdict(int)
        for route in self.routes:
            routes[route.mentor].append(route)
        for unplaced in self.unplaced:
            missing[unplaced.visit.mentor_id] += 1
        lines = [
            MentorShare(
                mentor=mentor,
                families=sum(len(route.stops) for route in own),
                evenings=len(own),
                travel_minutes=sum(route.travel_minutes for route in own),
                last_on=max(route.on for route in own),
                without_moment=missing[mentor.pk],
            )
            for mentor, own in routes.items()
        ]
        return sorted(lines, key=lambda line: (line.mentor.name, line.mentor.pk))

    def by_evening(self) -> list[DayShare]:
        """A line a day, in time order."""
        days: dict[dt.date, list[ShownRoute]] = defaultdict(list)
        for route in self.routes:
            days[route.on].append(route)
        return [
            DayShare(
                on=day,
                mentors=len(own),
                families=sum(len(route.stops) for route in own),
                travel_minutes=sum(route.travel_minutes for route in own),
            )
            for day, own in sorted(days.items())
        ]

    def of_mentor(self, mentor: int) -> list[ShownRoute]:
        """One mentor's evenings in time order."""
        return [route for route in self.routes if route.mentor.pk == mentor]

    def on_day(self, day: dt.date) -> list[ShownRoute]:
        """All evenings of one day."""
        return [route for route in self.routes if route.on == day]


def gap_of(plan: Plan, draft: StoredDraft) -> float | None:
    """How far the draft may be from the best possible plan, as a share of what a plan can change; 0 is proven."""
    if plan.cost is None or plan.bound is None:
        return None
    return gap_between(plan.cost, plan.bound, draft.hopeless)


def gap_between(cost: float, bound: float, hopeless: int) -> float:
    """The share of the cost that is not proven to be needed.

    Families that have no route at all cost the same in every plan: they are left out of the share.
    """
    within_reach = cost - WEIGHTS["unplaced"] * hopeless
    return max(0.0, (cost - bound) / within_reach) if within_reach > 0 else 0.0


def show_draft(plan: Plan, draft: StoredDraft) -> ShownDraft:
    """The plan's draft with its families and mentors, in the same number of queries whatever its size."""
    visits = {
        str(visit.pk): visit
        for visit in plan.campaign.visits.select_related("household", "mentor", "campaign__school").prefetch_related(
            "students__school_class"
        )
    }
    mentors = {str(mentor.pk): mentor for mentor in Mentor.objects.filter(school=plan.campaign.school_id)}
    for mentor in mentors.values():
        mentor.school = plan.campaign.school
    company = _Company.of(draft, mentors)
    routes = [
        _route(route, mentors[route.visitor], visits, company)
        for route in draft.routes
        if route.visitor in mentors and visits.keys() >= route.visits
    ]
    return ShownDraft(
        routes=sorted(routes, key=lambda route: (route.on, route.mentor.name, route.mentor.pk)),
        unplaced=_unplaced(draft, visits),
        totals=draft.totals,
        notes=[NOTES[code] for code in draft.notes],
        helps=read_remedies(plan.campaign, draft.remedies, visits, mentors),
    )


@dataclass(frozen=True)
class _Company:
    """Who is at each visit of a draft: its own mentor, who comes along, and the visit that goes together with it."""

    own: dict[str, Mentor]
    along: dict[str, Mentor]
    joint: Mapping[str, str]

    @classmethod
    def of(cls, draft: StoredDraft, mentors: Mapping[str, Mentor]) -> _Company:
        own: dict[str, Mentor] = {}
        along: dict[str, Mentor] = {}
        for route in draft.routes:
            for stop in route.stops if route.visitor in mentors else ():
                (along if stop.is_second else own).update(dict.fromkeys(stop.visits, mentors[route.visitor]))
        return cls(own, along, draft.joint)

    def words(self, visit: str, *, is_second: bool) -> str:
        """'samen met …', '… gaat mee' or 'gaat mee met …'; '' for a visit alone."""
        other = (self.own if is_second else self.along).get(visit)
        if other is None:
            return ""
        return company_text(other.name, is_joint=visit in self.joint, is_second=is_second)


def _pupils(names: Sequence[str], joint: Mapping[str, str], visits: Mapping[str, Visit]) -> tuple[Student, ...]:
    there = [*names, *(joint[name] for name in names if name in joint)]
    return tuple(pupil for name in there if name in visits for pupil in visits[name].students.all())


def _route(route: DrawnRoute, mentor: Mentor, visits: Mapping[str, Visit], company: _Company) -> ShownRoute:
    return ShownRoute(
        mentor=mentor,
        on=route.on,
        mode=route.mode,
        leaves=time_of(route.leaves),
        back=time_of(route.back),
        travel_minutes=route.travel_minutes,
        travel_metres=route.travel_metres,
        stops=[
            ShownStop(
                visit=visits[stop.visits[0]],
                start=time_of(stop.start),
                until=time_of(stop.until),
                travel_minutes=stop.travel_minutes,
                pupils=_pupils(stop.visits, company.joint, visits),
                company=company.words(stop.visits[0], is_second=stop.is_second),
            )
            for stop in route.stops
        ],
    )


def _unplaced(draft: StoredDraft, visits: Mapping[str, Visit]) -> list[ShownUnplaced]:
    found = [
        ShownUnplaced(visits[left.visit], reason_of(left.code, left.facts), cause_of(left.code), left.facts)
        for left in draft.without_moment
        if left.visit in visits
    ]
    return sorted(found, key=lambda item: (item.visit.household.name, item.visit.pk))


@dataclass(frozen=True)
class RouteMap:
    """What is drawn of an evening. A secret address is not in it, and neither is the way to it."""

    pins: list[Pin]
    legs: list[RouteLeg]
    has_secret: bool


def route_map(route: ShownRoute) -> RouteMap | None:
    """The map of one evening; nothing when the start is not on the map."""
    depot = depot_of(route.mentor)
    if depot is None:
        return None
    shown: list[tuple[Place, Pin]] = []
    has_secret = False
    for number, stop in enumerate(route.stops, start=1):
        place = place_of(stop.visit)
        is_at_home = place is not None and stop.visit.place_kind != "school"
        if is_at_home and stop.visit.household.is_secret_address:
            has_secret = True
        elif place is not None and is_at_home:
            shown.append((place, Pin(place, str(number), stop.visit.household.name, PinKind.STOP)))
    start = PinKind.START if route.mentor.starts_from_home else PinKind.SCHOOL
    pins = [Pin(depot, "", str(DEPOT), start), *(pin for _place, pin in shown)]
    legs = route_geometry([depot, *(place for place, _pin in shown), depot], route.mode) if shown else []
    return RouteMap(pins=pins, legs=legs, has_secret=has_secret)
