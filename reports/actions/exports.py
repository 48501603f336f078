"""Reading and taking away what this room makes: each leaves one row in the record, with who and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from mentors.actions.record import record_event
from mentors.dates import local_day
from mentors.models import User
from reports.queries.dashboard import Figures, figures_of
from reports.queries.packs import Pack, packs_of
from students.models import SchoolClass
from visits.models import Campaign


@transaction.atomic
def open_packs(
    *, campaign: Campaign, school_classes: Sequence[SchoolClass], is_export: bool, by: User, now: dt.datetime
) -> list[Pack]:
    """The meeting packs of these classes, read on a page or taken away as a file."""
    record_event(
        verb="pack.exported" if is_export else "pack.read",
        by=by,
        now=now,
        school=campaign.school,
        subject=school_classes[0] if len(school_classes) == 1 else campaign,
        campaign=campaign.pk,
        classes=[school_class.pk for school_class in school_classes],
    )
    return packs_of(campaign, school_classes, today=local_day(now))


@transaction.atomic
def export_figures(*, campaign: Campaign, file_kind: str, by: User, now: dt.datetime) -> Figures:
    """The figures of a round, to be taken away as `file_kind` (pdf or xlsx)."""
    record_event(verb="figures.exported", by=by, now=now, school=campaign.school, subject=campaign, file_kind=file_kind)
    return figures_of(campaign, now=now)
