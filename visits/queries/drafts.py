"""A draft plan as the pages show it: per mentor, per evening, and every family that is left without a moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor
from roads.queries import Pin, PinKind, Place, RouteLeg, route_geometry
from visits.models import Plan, Visit
from visits.queries.days import depot_of, place_of
from visits.queries.problem import WEIGHTS


@dataclass(frozen=True)
class Cause:
    """Why families are left without a moment. `fix` is where it is solved: class, address or shifts."""

    heading: Promise
    fix: str
    sentence: Promise | None = None  # else the planner's own, which names days and times


# By code: first those that keep a visit from being planned at all, then those of the planner.
CAUSES: dict[str, Cause] = {
    "no_mentor": Cause(_("Geen mentor"), "class", _("De klas heeft nog geen mentor.")),
    "mentor_left": Cause(
        _("Mentor vertrokken"), "class", _("De mentor werkt hier niet meer. Geef de klas een andere mentor.")
    ),
    "not_located": Cause(_("Adres niet gevonden"), "address", _("Het adres is niet gevonden.")),
    "no_evenings": Cause(
        _("Mentor zonder avonden"), "shifts", _("De mentor heeft nog geen avonden opgegeven die nog komen.")
    ),
    "evenings_full": Cause(_("Avonden vol"), "shifts"),
    "no_windows": Cause(
        _("Gezin kan nooit als de mentor kan"),
        "shifts",
        _("Het gezin kan op geen van de avonden die de mentor geeft."),
    ),
}
TIMES_DO_NOT_FIT = Cause(_("Tijden passen niet bij elkaar"), "shifts")
NOTES: dict[str, Promise] = {
    "home_not_located": _("Van een mentor die van huis vertrekt is het adres niet gevonden. Gerekend is vanaf school."),
    "interpreter_by_hand": _("Een of meer gezinnen willen graag een tolk. Regel die zelf: het plan kent geen tolken."),
    "elsewhere_near_home": _("Een gezin spreekt liever ergens anders af. Er is gerekend met een plek vlak bij huis."),
}


@dataclass(frozen=True)
class DraftStop:
    """One family in an evening; clock times are local, travel is from the stop before."""

    visit: Visit
    start: dt.time
    until: dt.time
    travel_minutes: int


@dataclass(frozen=True)
class DraftRoute:
    """One mentor's evening."""

    mentor: Mentor
    on: dt.date
    mode: str
    leaves: dt.time
    back: dt.time
    travel_minutes: int
    travel_metres: int
    stops: list[DraftStop]

    @property
    def kilometres(self) -> float:
        """With one decimal."""
        return round(self.travel_metres / 1000, 1)


@dataclass(frozen=True)
class MentorLine:
    """What one mentor gets in this plan."""

    mentor: Mentor
    families: int
    evenings: int
    travel_minutes: int
    last_on: dt.date
    without_moment: int


@dataclass(frozen=True)
class EveningLine:
    """One day of this plan."""

    on: dt.date
    mentors: int
    families: int
    travel_minutes: int


@dataclass(frozen=True)
class Unplaced:
    """A family without a moment: why, and where it is solved."""

    visit: Visit
    reason: str | Promise
    cause: Cause


@dataclass(frozen=True)
class Group:
    """The families that are left without a moment for one cause."""

    cause: Cause
    items: list[Unplaced]


@dataclass(frozen=True)
class Draft:
    """A whole plan."""

    routes: list[DraftRoute]
    unplaced: list[Unplaced]
    totals: Mapping[str, Any]
    notes: list[Promise]

    @property
    def family_count(self) -> int:
        """All families of the plan, those without a moment too."""
        return int(self.totals.get("placed", 0)) + len(self.unplaced)

    def unplaced_by_cause(self) -> list[Group]:
        """Families without a moment, those with one cause together; what concerns most families first."""
        groups: dict[int, Group] = {}
        for item in self.unplaced:
            groups.setdefault(id(item.cause), Group(item.cause, [])).items.append(item)
        return sorted(groups.values(), key=lambda group: -len(group.items))

    def by_mentor(self) -> list[MentorLine]:
        """A line a mentor, by name."""
        routes: dict[Mentor, list[DraftRoute]] = defaultdict(list)
        missing: dict[int | None, int] = defaultdict(int)
        for route in self.routes:
            routes[route.mentor].append(route)
        for unplaced in self.unplaced:
            missing[unplaced.visit.mentor_id] += 1
        lines = [
            MentorLine(
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

    def by_evening(self) -> list[EveningLine]:
        """A line a day, in time order."""
        days: dict[dt.date, list[DraftRoute]] = defaultdict(list)
        for route in self.routes:
            days[route.on].append(route)
        return [
            EveningLine(
                on=day,
                mentors=len(own),
                families=sum(len(route.stops) for route in own),
                travel_minutes=sum(route.travel_minutes for route in own),
            )
            for day, own in sorted(days.items())
        ]

    def of_mentor(self, mentor: int) -> list[DraftRoute]:
        """One mentor's evenings in time order."""
        return [route for route in self.routes if route.mentor.pk == mentor]

    def on_day(self, day: dt.date) -> list[DraftRoute]:
        """All evenings of one day."""
        return [route for route in self.routes if route.on == day]


def gap_of(plan: Plan) -> float | None:
    """How far the draft may be from the best possible plan, as a share of what a plan can change; 0 is proven.

    Families that no plan can place cost the same in every plan: they are left out of the share.
    """
    if plan.cost is None or plan.bound is None:
        return None
    hopeless = [item for item in (plan.result or {}).get("unplaced", []) if item["code"] != "evenings_full"]
    within_reach = plan.cost - WEIGHTS["unplaced"] * len(hopeless)
    return max(0.0, (plan.cost - plan.bound) / within_reach) if within_reach > 0 else 0.0


def read_draft(plan: Plan) -> Draft:
    """The draft that a finished job made, in the same number of queries whatever its size."""
    result = plan.result or {}
    visits = {
        str(visit.pk): visit
        for visit in plan.campaign.visits.select_related("household", "mentor", "campaign__school").prefetch_related(
            "students__school_class"
        )
    }
    mentors = {str(mentor.pk): mentor for mentor in Mentor.objects.filter(school=plan.campaign.school_id)}
    for mentor in mentors.values():
        mentor.school = plan.campaign.school
    routes = [
        _route(route, mentors[route["visitor"]], visits)
        for route in result.get("routes", [])
        if route["visitor"] in mentors and all(visit in visits for stop in route["stops"] for visit in stop["visits"])
    ]
    application = result.get("application", {})
    return Draft(
        routes=sorted(routes, key=lambda route: (route.on, route.mentor.name, route.mentor.pk)),
        unplaced=_unplaced(result, visits),
        totals=application.get("totals", {}),
        notes=[NOTES[code] for code in application.get("notes", [])],
    )


def _route(route: dict[str, Any], mentor: Mentor, visits: dict[str, Visit]) -> DraftRoute:
    return DraftRoute(
        mentor=mentor,
        on=dt.date.fromisoformat(route["date"]),
        mode=route["mode"],
        leaves=dt.time.fromisoformat(route["leaves"]),
        back=dt.time.fromisoformat(route["back"]),
        travel_minutes=route["travel_minutes"],
        travel_metres=route["travel_metres"],
        stops=[
            DraftStop(
                visit=visits[stop["visits"][0]],
                start=dt.time.fromisoformat(stop["start"]),
                until=dt.time.fromisoformat(stop["until"]),
                travel_minutes=stop["travel_minutes"],
            )
            for stop in route["stops"]
        ],
    )


def _unplaced(result: dict[str, Any], visits: dict[str, Visit]) -> list[Unplaced]:
    left_out = result.get("application", {}).get("left_out", [])
    found = []
    for item in [*left_out, *result.get("unplaced", [])]:
        if item["visit"] in visits:
            cause = CAUSES.get(item["code"], TIMES_DO_NOT_FIT)
            found.append(Unplaced(visits[item["visit"]], cause.sentence or item["reason"], cause))
    return sorted(found, key=lambda item: (item.visit.household.name, item.visit.pk))


@dataclass(frozen=True)
class RouteMap:
    """What is drawn of an evening. A secret address is not in it, and neither is the way to it."""

    pins: list[Pin]
    legs: list[RouteLeg]
    has_secret: bool


def map_of(route: DraftRoute) -> RouteMap | None:
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
    pins = [Pin(depot, "", str(_("vertrek en terug")), start), *(pin for _place, pin in shown)]
    legs = route_geometry([depot, *(place for place, _pin in shown), depot], route.mode) if shown else []
    return RouteMap(pins=pins, legs=legs, has_secret=has_secret)
