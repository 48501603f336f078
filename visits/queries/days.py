"""A mentor's day: which visits stand in it, and where each of them is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from mentors.dates import moment_at
from mentors.models import Mentor
from roads.queries import Place
from visits.models import MomentReservation, PlaceKind, Visit

STAYS_PUT = frozenset({PlaceKind.PHONE, PlaceKind.VIDEO})


@dataclass(frozen=True)
class BookedStop:
    """A visit that stands in a mentor's day, with its moment."""

    visit: Visit
    starts_at: dt.datetime
    ends_at: dt.datetime


def stops_of_mentor(mentor: Mentor, first: dt.date, last: dt.date) -> list[BookedStop]:
    """What stands in this mentor's days from `first` to `last`, in order; of every campaign.

    Where the mentor comes along with a colleague counts as well.
    """
    visits = (
        Visit.objects.with_moment()
        .filter(
            Q(mentor=mentor) | Q(second=mentor),
            starts_at__gte=moment_at(first, 0),
            starts_at__lt=moment_at(last + dt.timedelta(days=1), 0),
        )
        .select_related("household", "campaign__school")
        .order_by("starts_at", "pk")
    )
    return [BookedStop(visit, visit.starts_at, visit.ends_at) for visit in visits if visit.starts_at and visit.ends_at]


def reserved_stops(mentor: Mentor, first: dt.date, last: dt.date, now: dt.datetime) -> list[BookedStop]:
    """The moments in these days that families have reserved at this instant, to read and confirm."""
    reserved = (
        MomentReservation.objects.live(now)
        .filter(
            mentor=mentor,
            starts_at__gte=moment_at(first, 0),
            starts_at__lt=moment_at(last + dt.timedelta(days=1), 0),
        )
        .select_related("visit__household", "visit__campaign__school")
    )
    return [BookedStop(row.visit, row.starts_at, row.ends_at) for row in reserved]


def depot_of(mentor: Mentor) -> Place | None:
    """Where the mentor leaves from and returns to; None when neither home nor school is on the map."""
    if mentor.starts_from_home and mentor.home_latitude is not None and mentor.home_longitude is not None:
        return Place(mentor.home_latitude, mentor.home_longitude)
    return _point(mentor.school.latitude, mentor.school.longitude)


def place_of(visit: Visit, kind: str | None = None) -> Place | None:
    """Where the mentor has to be for this visit; `kind` asks it for another kind of place.

    None for a call, which is made from wherever the mentor is then, and for what is not on the map. Of a place
    elsewhere only the family's words are known: it is taken to be near their home.
    """
    kind = kind or visit.place_kind
    if kind in STAYS_PUT:
        return None
    if kind == PlaceKind.SCHOOL:
        return _point(visit.campaign.school.latitude, visit.campaign.school.longitude)
    return _point(visit.household.latitude, visit.household.longitude)


def _point(latitude: float | None, longitude: float | None) -> Place | None:
    return Place(latitude, longitude) if latitude is not None and longitude is not None else None
