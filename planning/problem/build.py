"""From the tables to the planner's problem: who must be visited, by whom, when that can, and how far it is.

Ids in the problem are primary keys as texts and places are numbers: the problem holds no name, address or
coordinate. Clock times are local; they become moments again, with the summer time of that day, at publishing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from mentors.dates import clock_of, local_day, minutes_of
from mentors.models import Mentor
from planner import COUPLED_GRID_MINUTES, GRID_MINUTES, MINUTES_A_DAY, PROBLEM_FORMAT
from planning.problem.homes import apart_groups, sibling_groups
from planning.problem.incidents import Incident
from planning.problem.interpreters import BUFFER_MINUTES, free_interpreters
from planning.problem.limits import most_stops
from planning.problem.rows import read_rows
from planning.problem.scope import PlanningScope, first_day
from planning.problem.travel_places import MinutesMatrix, TravelPlaces, mode_of
from planning.problem.visit_facts import MentorDay, is_fixed, length_of, start_of
from planning.problem.weights import WEIGHTS
from planning.problem.windows import windows_of
from visits.models import Campaign, Visit, VisitState
from visits.models.siblings import DOUBLE_EXTRA_MINUTES


@dataclass(frozen=True)
class Planning:
    """A problem in the exchange format, and what the format has no place for."""

    problem: dict[str, Any]
    metres: dict[str, MinutesMatrix]
    is_estimate: bool

    @property
    def has_visits(self) -> bool:
        """Whether there is any family that can be planned."""
        return bool(self.problem["visits"])


def build_planning(campaign: Campaign, now: dt.datetime, incident: Incident | None = None) -> Planning:
    """Everything that is still to be planned in this campaign, as a problem for the planner.

    `incident`: what happened since publishing, as if it were a fact already.
    """
    scope = PlanningScope.of(read_rows(campaign, first_day(now)), now, incident)
    places = TravelPlaces.of(campaign, scope.planned, scope.who.everybody.values())
    scope = scope.without_days({day for day in scope.fixed_days if not _is_route(scope, places, day)})
    days, there, limits = _days(campaign, scope), scope.conversations, most_stops(scope)
    together = sibling_groups(scope, places)
    problem = {
        "format": PROBLEM_FORMAT,
        "rules": _rules(campaign),
        "cost": WEIGHTS,
        "days": days,
        "places": [str(number) for number in range(len(places.places))],
        "travel_minutes": {mode: minutes.tolist() for mode, minutes in places.minutes.items()},
        "visitors": [_visitor(scope, places, mentor, limits.get(mentor.pk)) for mentor in scope.mentors],
        "visits": [_visit(scope, places, visit) for visit in there],
        "siblings": together,
        "apart": apart_groups(scope, together),
        "interpreters": free_interpreters(scope, [day["date"] for day in days]),
        "fixed": {str(visit.pk): _appointment(visit) for visit in there if is_fixed(visit)},
        "current": {str(visit.pk): _appointment(visit) for visit in there if _has_proposal(scope, visit)},
        "application": _application(scope),
    }
    return Planning(problem=problem, metres=places.metres, is_estimate=places.is_estimate)


def _rules(campaign: Campaign) -> dict[str, int]:
    return {
        "max_stops": campaign.max_stops,
        "start_grid_minutes": GRID_MINUTES,
        "coupled_grid_minutes": COUPLED_GRID_MINUTES,
        "double_extra_minutes": DOUBLE_EXTRA_MINUTES,
        "interpreter_buffer_minutes": BUFFER_MINUTES,
        "slack_minutes": campaign.slack_minutes,
    }


def _application(scope: PlanningScope) -> dict[str, Any]:
    """What the planner does not know of (planning/problem/stored.py)."""
    return {
        "snapshot": scope.snapshot,
        "left_out": [{"visit": str(visit), "code": code} for visit, code in scope.left_out.items()],
        "notes": scope.notes(),
        "wishes_elsewhere": sum(_wishes_elsewhere(scope, visit) for visit in scope.conversations),
        # Of two visits that are one conversation with two mentors the problem holds the first.
        "joint": {
            str(visit.pk): str(other.pk) for visit in scope.conversations if (other := scope.who.partner_of(visit))
        },
    }


def _is_route(scope: PlanningScope, places: TravelPlaces, day: MentorDay) -> bool:
    """Whether the agreed visits of an evening make a route that the planner would accept as it is."""
    visits = scope.fixed_days[day]
    if len(visits) > scope.campaign.max_stops:
        return False
    minutes = places.minutes[mode_of(scope.campaign, scope.who.everybody[day[0]])]
    free, slack = None, scope.campaign.slack_minutes
    here = places.of_depot[day[0]]
    for visit in visits:
        start, there = start_of(visit), places.of_visit(visit)
        if scope.who.seconds_for(visit) and start % COUPLED_GRID_MINUTES:
            return False
        if start % GRID_MINUTES or (free is not None and start < free + minutes[here, there] + slack):
            return False
        here, free = there, start + length_of(visit)
    depot = places.of_depot[day[0]]
    is_back_today = start_of(visits[-1]) + length_of(visits[-1]) + minutes[here, depot] < MINUTES_A_DAY
    return bool(is_back_today and start_of(visits[0]) >= minutes[depot, places.of_visit(visits[0])])


def _days(campaign: Campaign, scope: PlanningScope) -> list[dict[str, Any]]:
    monday = campaign.starts_on - dt.timedelta(days=campaign.starts_on.weekday())
    days = {day for _mentor, day in scope.shifts} | {day for _mentor, day in scope.fixed_days}
    return [{"date": day.isoformat(), "week": max(0, (day - monday).days // 7)} for day in sorted(days)]


def _visitor(scope: PlanningScope, places: TravelPlaces, mentor: Mentor, limit: int | None) -> dict[str, Any]:
    fixed = scope.fixed_days
    own = {day for who, day in [*scope.shifts, *fixed] if who == mentor.pk}
    return {
        "id": str(mentor.pk),
        "mode": mode_of(scope.campaign, mentor),
        "depot": str(places.of_depot[mentor.pk]),
        "max_stops_total": limit,
        "shifts": [_shift(scope, places, mentor, day, fixed.get((mentor.pk, day), [])) for day in sorted(own)],
    }


def _shift(
    scope: PlanningScope, places: TravelPlaces, mentor: Mentor, day: dt.date, fixed: list[Visit]
) -> dict[str, Any]:
    """The mentor's hours, widened to hold what was agreed outside them."""
    given = scope.shifts.get((mentor.pk, day))
    leave = [minutes_of(given.leave_from)] if given else []
    until = [minutes_of(given.visits_until)] if given else []
    back = [minutes_of(given.back_by)] if given else []
    minutes, depot = places.minutes[mode_of(scope.campaign, mentor)], places.of_depot[mentor.pk]
    for visit in fixed:
        place, end = places.of_visit(visit), start_of(visit) + length_of(visit)
        leave.append(start_of(visit) - int(minutes[depot, place]))
        until.append(end)
        back.append(end + int(minutes[place, depot]))
    return {
        "date": day.isoformat(),
        "leave_from": clock_of(min(leave)),
        "visits_until": clock_of(max(until)),
        "back_by": clock_of(max(*back, *until)),
    }


def _visit(scope: PlanningScope, places: TravelPlaces, visit: Visit) -> dict[str, Any]:
    return {
        "id": str(visit.pk),
        "place": str(places.of_visit(visit)),
        "minutes": length_of(visit),
        "visitors": [str(pk) for pk in scope.with_days(scope.who.visitors_for(visit))],
        "windows": [window.to_json() for window in windows_of(scope, visit)],
        "second": [str(pk) for pk in scope.with_days(scope.who.seconds_for(visit))],
        "interpreter": None if is_fixed(visit) else scope.language_to_interpret(visit),
    }


def _has_proposal(scope: PlanningScope, visit: Visit) -> bool:
    """Whether a moment stands that may be kept: with somebody who still may make this visit."""
    return visit.state == VisitState.PLANNED and visit.mentor_id in scope.with_days(scope.who.visitors_for(visit))


def _wishes_elsewhere(scope: PlanningScope, visit: Visit) -> bool:
    """Whether a family wishes only for times at which its mentor gave no evening: no plan can meet that."""
    has_wish = any(stretch.is_wish for stretch in scope.availability.get(visit.household_id, []))
    return has_wish and not is_fixed(visit) and not any(window.is_wish for window in windows_of(scope, visit))


def _appointment(visit: Visit) -> dict[str, Any]:
    assert visit.starts_at is not None  # noqa: S101 - a planned or agreed visit has a moment; the database says so
    return {
        "visitor": str(visit.mentor_id),
        "date": local_day(visit.starts_at).isoformat(),
        "start": clock_of(start_of(visit)),
    }
