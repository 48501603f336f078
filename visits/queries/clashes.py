"""What stands in the way of a moment: the other visits of the same people, or of the same home, at that time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from mentors.models import Mentor, User
from visits.models import Visit


@dataclass(frozen=True)
class VisitClash:
    """Another visit at the time that was asked for. `person` would be in two homes; None: the home is visited twice.

    `is_visible`: whether who asked may read whose visit it is.
    """

    visit: Visit
    person: Mentor | None
    is_visible: bool


def clashes_at(visit: Visit, starts_at: dt.datetime, user: User) -> list[VisitClash]:
    """The visits that keep this one, with all of its conversation, from starting then; the first one first."""
    party = list(Visit.objects.in_conversation_with(visit).select_related("mentor", "second"))
    people = {person.pk: person for one in party for person in (one.mentor, one.second) if person is not None}
    ends_at = starts_at + dt.timedelta(minutes=visit.campaign.visit_minutes + visit.extra_minutes)
    others = Visit.objects.with_moment().filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    others = others.filter(Q(mentor__in=people) | Q(second__in=people) | Q(household=visit.household_id))
    found = others.exclude(pk__in=[one.pk for one in party]).select_related("household", "mentor")
    visible = set(Visit.objects.visible_to(user).filter(pk__in=found.values("pk")).values_list("pk", flat=True))
    return [
        VisitClash(
            visit=other,
            person=people.get(other.mentor_id or 0) or people.get(other.second_id or 0),
            is_visible=other.pk in visible or other.household_id == visit.household_id,
        )
        for other in found.order_by("starts_at", "pk")
    ]
