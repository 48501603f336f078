"""Erasing what has had its time."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count

from mentors.actions import record_event
from mentors.models import School
from notes.models import MemoryAid
from visits.queries.calendar import local_day


@transaction.atomic
def erase_memory_aids(*, now: dt.datetime) -> int:
    """Erase the memory aids whose term is over, one event a school; returns how many went."""
    expired = MemoryAid.objects.expired(local_day(now))
    counts = dict(expired.order_by().values_list("school").annotate(Count("pk")))
    for school in School.objects.filter(pk__in=counts):
        record_event(verb="memory_aid.erased", by=None, now=now, school=school, rows=counts[school.pk])
    expired.delete()
    return sum(counts.values())
