"""The mentor's own recollection: not part of the file, and erased by itself."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mentors.actions.record import record_event
from mentors.models import Mentor, User
from notes.actions.content import memory_aid_of
from notes.models import MemoryAid
from visits.models import Visit


@transaction.atomic
def write_memory_aid(*, visit: Visit, owner: Mentor, text: str, by: User, now: dt.datetime) -> MemoryAid:
    """Keep this text for the owner alone, for as many days from now as the school sets; no text erases it.

    The event says that there is one, not what is in it.
    """
    aid = memory_aid_of(visit=visit, owner=owner, now=now)
    aid.text = text
    aid.save()
    record_event(verb="memory_aid.written", by=by, now=now, school=owner.school, subject=aid)
    return aid
