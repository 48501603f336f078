"""The record of what was done: rows are only ever added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models

from mentors.models import Event, School, User


def record_event(
    *,
    verb: str,
    by: User | None,
    now: dt.datetime,
    school: School | None,
    subject: models.Model | None = None,
    **facts: Any,
) -> Event:
    """Add one row to the record, in the caller's transaction. `facts` are numbers, dates and codes only."""
    name = f"{subject._meta.label}:{subject.pk}" if subject is not None else ""
    return Event.objects.create(school=school, by=by, at=now, verb=verb, subject=name, facts=facts)


def record_events(
    *,
    verb: str,
    by: User | None,
    now: dt.datetime,
    school: School | None,
    subjects: Iterable[tuple[models.Model, dict[str, Any]]],
) -> None:
    """Record one event for each of many subjects, each with its own facts, in few statements."""
    Event.objects.bulk_create(
        [
            Event(school=school, by=by, at=now, verb=verb, subject=f"{subject._meta.label}:{subject.pk}", facts=facts)
            for subject, facts in subjects
        ]
    )
