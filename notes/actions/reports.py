"""Correcting a finished report, and recording that it was read."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Event, User
from mentors.refusals import Refusal
from notes.actions.content import LogContent, write_agreements, write_headline, write_report
from notes.models import VisitReport


class AmendmentRefused(Refusal):
    """A report cannot be corrected; the text is for the mentor."""


class NotTheAuthor(AmendmentRefused):
    """Somebody else wrote it."""

    text = _("Alleen wie het verslag schreef kan het verbeteren.")


class ReportChanged(AmendmentRefused):
    """It was corrected in between, on another device; `report` is what is kept."""

    text = _("Dit verslag is intussen op een ander apparaat veranderd.")

    def __init__(self, report: VisitReport) -> None:
        super().__init__()
        self.report = report


class StaysHeld(AmendmentRefused):
    """A report of a conversation cannot become one of a visit that was called off."""

    text = _("Dit gesprek is gevoerd. Daarover blijft het verslag gaan.")


@transaction.atomic
def amend_report(
    *, report: VisitReport, content: LogContent, seen_version: int, by: User, now: dt.datetime
) -> VisitReport:
    """Correct a report. Raises NotTheAuthor, StaysHeld, or ReportChanged when `seen_version` was overtaken."""
    report = VisitReport.objects.select_for_update(of=("self",)).select_related("visit__campaign").get(pk=report.pk)
    if report.author.user_id != by.pk:
        raise NotTheAuthor
    if not content.is_held or not report.finished_at:
        raise StaysHeld
    if report.version != seen_version:
        raise ReportChanged(report)
    write_report(report, content, now=now)
    write_headline(visit=report.visit, author=report.author, content=content, now=now)
    write_agreements(visit=report.visit, content=content, now=now)
    record_event(verb="report.amended", by=by, now=now, school=report.school, subject=report, version=report.version)
    return report


def record_reading(*, report: VisitReport, by: User, now: dt.datetime) -> Event:
    """Write down that somebody read this report. The one row that a GET may add."""
    return record_event(verb="report.read", by=by, now=now, school=report.school, subject=report)
