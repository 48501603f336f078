"""What one visit says by itself: how long it takes, when it starts, whose days it fills. No query."""

from __future__ import annotations

import datetime as dt

from mentors.dates import local_day, local_minutes
from visits.models import Visit, VisitState

MentorDay = tuple[int, dt.date]  # the primary key of a mentor, and a date


def days_of(visit: Visit) -> list[MentorDay]:
    """The days in which a visit stands: its mentor's, and that of who comes along; none without a moment."""
    people = [pk for pk in (visit.mentor_id, visit.second_id) if pk]
    return [(pk, local_day(visit.starts_at)) for pk in people] if visit.starts_at else []


def is_located(visit: Visit) -> bool:
    """Whether the family's address has a place on the map."""
    return visit.household.latitude is not None and visit.household.longitude is not None


def is_fixed(visit: Visit) -> bool:
    """Whether the family agreed: then no plan moves it."""
    return visit.state == VisitState.CONFIRMED


def length_of(visit: Visit) -> int:
    """Minutes; an appointment keeps the length that was agreed."""
    if visit.starts_at and visit.ends_at and is_fixed(visit):
        return int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    return visit.campaign.visit_minutes + visit.extra_minutes


def start_of(visit: Visit) -> int:
    """Minutes after midnight, on the Dutch clock, at which a visit with a moment starts."""
    assert visit.starts_at is not None  # noqa: S101 - only asked of visits with a moment
    return local_minutes(visit.starts_at)
