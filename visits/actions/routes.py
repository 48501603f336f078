"""Keeping a mentor's route true when one of its visits moves: order, travel, departure and return."""

from __future__ import annotations

import datetime as dt

from mentors.models import Mentor
from visits.models import Campaign, Route, Visit
from visits.queries.days import depot_of, stops_of_mentor
from visits.queries.travel import trip_along


def settle_route(*, campaign: Campaign, mentor: Mentor, on: dt.date) -> Route | None:
    """Make the route of this mentor's day follow its visits, and hang each of them on it; None for an empty day.

    Travel is as the mentor travelled on the published route, else the mentor's own way of travelling.
    """
    stops = stops_of_mentor(mentor, on, on)
    route = Route.objects.filter(mentor=mentor, on=on).first()
    if not stops:
        if route is not None:
            route.delete()
        return None
    mode = route.mode if route else mentor.mode
    trip = trip_along(depot_of(mentor), [stop.visit for stop in stops], mode)
    values = {
        "campaign": route.campaign if route else campaign,
        "mode": mode,
        "leaves_at": stops[0].starts_at - dt.timedelta(minutes=trip.first_minutes),
        "back_at": stops[-1].ends_at + dt.timedelta(minutes=trip.last_minutes),
        "travel_minutes": trip.minutes,
        "travel_metres": trip.metres,
        "is_estimate": trip.is_estimate,
    }
    route, _is_new = Route.objects.update_or_create(mentor=mentor, on=on, defaults=values)
    there = Visit.objects.filter(pk__in=[stop.visit.pk for stop in stops])
    there.filter(mentor=mentor).update(route=route)
    if any(stop.visit.second_id == mentor.pk for stop in stops):
        there.filter(second=mentor).update(second_route=route)
    return route
