"""What happened to one visit, from the record of events."""

from __future__ import annotations

from mentors.models import Event
from visits.models import Invitation, Visit
from visits.words.history import HAPPENINGS


def history_of(visit: Visit, invitations: list[Invitation]) -> list[Event]:
    """What happened, the last thing first. Topics that a family picked are not in it: they are the mentor's."""
    subjects = [f"{row._meta.label}:{row.pk}" for row in (visit, *invitations)]
    events = Event.objects.filter(subject__in=subjects, verb__in=HAPPENINGS)
    return list(events.select_related("by").order_by("-at", "-pk"))
