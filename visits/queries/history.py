"""What happened to one visit, from the record of events."""

from __future__ import annotations

from mentors.models import Event
from visits.models import Invitation, Visit

# The verbs of events that the history of a visit shows; visits/words/history.py has their words.
HISTORY_VERBS = (
    "visit.planned",
    "visit.rescheduled",
    "visit.place_changed",
    "visit.opened",
    "visit.cancelled",
    "visit.declined",
    "visit.confirmed",
    "visit.reopened",
    "moment.refused",
    "moment.allowed",
    "visit.met",
    "visit.not_held",
    "visit.restored",
    "invitation.made",
    "invitation.renewed",
    "invitation.revoked",
    "invitation.letter_given",
    "invitation.answered",
)


def history_of(visit: Visit, invitations: list[Invitation]) -> list[Event]:
    """What happened, the last thing first. Topics that a family picked are not in it: they are the mentor's."""
    subjects = [f"{row._meta.label}:{row.pk}" for row in (visit, *invitations)]
    events = Event.objects.filter(subject__in=subjects, verb__in=HISTORY_VERBS)
    return list(events.select_related("by").order_by("-at", "-pk"))
