"""A mentor's evening: tonight or the next one, and what is left to do besides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from mentors.dates import local_day, moment_at
from mentors.models import Mentor, School, User
from notes.access import attended_visits, can_be_logged, own_visits, visit_day
from notes.models import Agreement
from notes.queries.agreements import AgreementLine, agreement_lines
from notes.queries.card import company_of, names_at
from roads.queries import Place, RouteLeg, route_geometry
from visits.models import CampaignState, PlaceKind, Route, Visit, VisitState
from visits.queries.days import depot_of, place_of

AGREEMENTS_AHEAD = dt.timedelta(days=7)
TALKED = (VisitState.PLANNED, VisitState.CONFIRMED, VisitState.MET)


@dataclass(frozen=True)
class EveningStop:
    """One visit of the evening. `leg` is the way to it, where every stop of the evening is on the map."""

    visit: Visit
    number: int
    names: tuple[str, ...]
    is_met: bool
    is_over: bool
    can_log: bool
    is_own: bool = True  # False: the mentor comes along with a colleague
    company: str = ""  # who else is there
    leg: RouteLeg | None = None


@dataclass(frozen=True)
class VisitEvening:
    """One day of visits, from `depot`. `hidden` counts the stops that are left off the map.

    `legs` is the way along all stops and back; empty where a stop is hidden, since it would show that one's place.
    """

    on: dt.date
    is_today: bool
    stops: list[EveningStop]
    route: Route | None
    depot: Place | None
    legs: list[RouteLeg]
    hidden: int

    @property
    def next_stop(self) -> EveningStop | None:
        """The first one that is still to come; when none is, the first one that is not logged."""
        to_log = [stop for stop in self.stops if not stop.is_met and (stop.is_own or not stop.is_over)]
        return next((stop for stop in to_log if not stop.is_over), to_log[0] if to_log else None)


@dataclass(frozen=True)
class EveningPage:
    """All that a mentor sees first."""

    evening: VisitEvening | None
    still_open: list[EveningStop] = field(default_factory=list)
    log_missing: list[EveningStop] = field(default_factory=list)
    due: list[AgreementLine] = field(default_factory=list)
    has_talked: bool = False  # no evening ahead and nobody without a moment, after at least one conversation


def evening_page(*, user: User, mentor: Mentor | None, school: School, now: dt.datetime) -> EveningPage:
    """Tonight or the next evening, who is open, the logs that are missing, and agreements of the coming week."""
    if mentor is None:
        return EveningPage(None)
    today = local_day(now)
    visits = _visits_to_do(user, mentor, school, now)
    missing = [visit for visit in visits if visit.mentor_id == mentor.pk and _is_missing(visit, now)]
    agreements = Agreement.objects.visible_to(user).filter(visit__mentor=mentor, school=school)
    evening = _evening(visits, mentor, now)
    still_open = [_stop(visit, 0, now, mentor) for visit in visits if visit.state == VisitState.OPEN]
    return EveningPage(
        evening=evening,
        still_open=still_open,
        log_missing=[_stop(visit, 0, now, mentor) for visit in missing],
        due=agreement_lines(agreements.due_by(today + AGREEMENTS_AHEAD), today=today),
        has_talked=evening is None and not still_open and (bool(missing) or _has_met(user, mentor, school)),
    )


def _has_met(user: User, mentor: Mentor, school: School) -> bool:
    met = own_visits(user, mentor, school).filter(campaign__state=CampaignState.PUBLISHED, state=VisitState.MET)
    return met.exists()


# The other visits of a conversation with several mentors, as `others_in_conversation` reads them.
_OTHERS = ("joined", "together_with", "together_with__joined")


def _visits_to_do(user: User, mentor: Mentor, school: School, now: dt.datetime) -> list[Visit]:
    to_do = Q(state__in=[VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED])
    today_or_later = Q(starts_at__gte=moment_at(local_day(now), 0))
    visits = attended_visits(user, mentor, school, now).filter(campaign__state=CampaignState.PUBLISHED)
    visits = visits.filter(to_do | today_or_later & Q(state=VisitState.MET))
    return list(
        visits.select_related(
            "household", "campaign__school", "route", "second_route", "mentor", "second", "together_with__mentor"
        )
        .prefetch_related("students", *(f"{path}__{part}" for path in _OTHERS for part in ("mentor", "students")))
        .order_by("starts_at", "pk")
    )


def _is_missing(visit: Visit, now: dt.datetime) -> bool:
    upcoming = visit.state in (VisitState.PLANNED, VisitState.CONFIRMED)
    return upcoming and visit.ends_at is not None and visit.ends_at < now


def _evening(visits: Sequence[Visit], mentor: Mentor, now: dt.datetime) -> VisitEvening | None:
    """Today as long as something is left of it, else the next day with visits, else today as it was."""
    today = local_day(now)
    days: dict[dt.date, list[Visit]] = {}
    for visit in visits:
        day = visit_day(visit)
        if day is not None and day >= today and visit.state in TALKED:
            days.setdefault(day, []).append(visit)
    to_come = [day for day, there in sorted(days.items()) if any(visit.state != VisitState.MET for visit in there)]
    if not days:
        return None
    on = to_come[0] if to_come else min(days)
    return _of_day(on, days[on], mentor, now)


def _of_day(on: dt.date, visits: list[Visit], mentor: Mentor, now: dt.datetime) -> VisitEvening:
    drawn = [visit for visit in visits if is_on_map(visit)]
    hidden = sum(visit.place_kind not in (PlaceKind.PHONE, PlaceKind.VIDEO) for visit in visits) - len(drawn)
    routes = [visit.route if visit.mentor_id == mentor.pk else visit.second_route for visit in visits]
    route = next((route for route in routes if route is not None), None)
    mode = route.mode if route else mentor.mode
    places = [place for visit in drawn if (place := place_of(visit)) is not None]
    depot = depot_of(mentor)
    legs = route_geometry([depot, *places, depot], mode) if depot is not None and places else []
    shown = legs if not hidden else []
    ways = dict(zip([visit.pk for visit in drawn], shown, strict=False))
    stops = [_stop(visit, number, now, mentor, ways.get(visit.pk)) for number, visit in enumerate(visits, start=1)]
    return VisitEvening(on, on == local_day(now), stops, route, depot, shown, hidden)


def is_on_map(visit: Visit) -> bool:
    """Whether the visit may and can be drawn: never a secret address, not even where the route bends."""
    if visit.household.is_secret_address and visit.place_kind != PlaceKind.SCHOOL:
        return False
    return place_of(visit) is not None


def _stop(visit: Visit, number: int, now: dt.datetime, mentor: Mentor, leg: RouteLeg | None = None) -> EveningStop:
    is_own = visit.mentor_id == mentor.pk
    return EveningStop(
        visit=visit,
        number=number,
        names=names_at(visit),
        is_met=visit.state == VisitState.MET,
        is_over=visit.ends_at is not None and visit.ends_at < now,
        can_log=is_own and can_be_logged(visit, now) and visit.state != VisitState.MET,
        is_own=is_own,
        company=company_of(visit, mentor),
        leg=leg,
    )
