"""The mentor's log: a draft that saves itself, and the report that it becomes.

A save is named by an id that the phone makes, and says which version it has seen. The same id twice is one
save. A version that was overtaken by another phone is refused with LogChanged, and both texts stay.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from notes.access import can_be_logged
from notes.actions.content import LogContent, write_agreements, write_feeling, write_headline, write_report
from notes.models import LogDraft, VisitReport
from notes.queries.typed import Fields, draft_fields
from visits.actions.moments import mark_met, mark_not_held
from visits.actions.visit_rows import lock_visit
from visits.models import Visit, VisitState

MAX_DRAFT_CHARACTERS = 20_000


class LogRefused(Refusal):
    """A log cannot be saved; the text is for the mentor."""


class NotLoggable(LogRefused):
    """The visit is not the mentor's, or its day has not come."""

    text = _("Over dit bezoek kun je nu geen verslag schrijven.")


class NoAppointment(LogRefused):
    """Nothing stood in the calendar that could be called off."""

    text = _("Er stond geen afspraak. Kies waar het gesprek was.")


class DraftTooLong(LogRefused):
    """More text than any log holds."""

    text = _("Dit is te lang voor een verslag. Maak de tekst korter.")


class ReportFinished(LogRefused):
    """There is a report already."""

    text = _("Het verslag van dit bezoek is al klaar.")

    def __init__(self, report: VisitReport) -> None:
        super().__init__()
        self.report = report


class LogChanged(LogRefused):
    """Another phone saved in between: `fields` and `version` are what is kept here."""

    text = _("Dit verslag is intussen op een ander apparaat veranderd.")

    def __init__(self, draft: LogDraft) -> None:
        super().__init__()
        self.fields: Fields = draft_fields(draft)
        self.version = draft.version


@dataclass(frozen=True)
class SeenDraft:
    """What a phone knows: the version that it started from, and its own saves that got no answer."""

    version: int
    unanswered: Collection[uuid.UUID] = ()


def _refuse_overtaken(draft: LogDraft | None, client_id: uuid.UUID, seen: SeenDraft) -> None:
    if draft is None or draft.version == seen.version:
        return
    if draft.client_id != client_id and draft.client_id not in seen.unanswered:
        raise LogChanged(draft)


@transaction.atomic
def save_draft(
    *, visit: Visit, author: Mentor, fields: Fields, client_id: uuid.UUID, seen: SeenDraft, by: User, now: dt.datetime
) -> LogDraft:
    """Keep what was typed. Raises NotLoggable, ReportFinished, LogChanged or DraftTooLong.

    A draft saves itself after every change, so only its first save is an event.
    """
    visit = Visit.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=visit.pk)
    if visit.mentor_id != author.pk or not can_be_logged(visit, now):
        raise NotLoggable
    if (report := VisitReport.objects.took_place().filter(visit=visit).first()) is not None:
        raise ReportFinished(report)
    draft = LogDraft.objects.filter(visit=visit, author=author).first()
    if draft is not None and draft.client_id == client_id:
        return draft
    _refuse_overtaken(draft, client_id, seen)
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) > MAX_DRAFT_CHARACTERS:
        raise DraftTooLong
    if draft is None:
        draft = LogDraft(school_id=visit.campaign.school_id, visit=visit, author=author, version=0)
        record_event(verb="log.started", by=by, now=now, school=visit.campaign.school, subject=visit)
    draft.client_id, draft.version, draft.updated_at = client_id, draft.version + 1, now
    draft.fields = text
    draft.save()
    return draft


@transaction.atomic
def finish_report(
    *,
    visit: Visit,
    author: Mentor,
    content: LogContent,
    client_id: uuid.UUID,
    seen: SeenDraft,
    by: User,
    now: dt.datetime,
) -> VisitReport:
    """Turn the log into the report, and the visit into met or, when it was called off, into open again.

    The same `client_id` twice is one report. Raises NotLoggable, NoAppointment, ReportFinished or LogChanged.
    """
    lock_visit(visit, visit.mentor)
    report = VisitReport.objects.filter(visit=visit).first()
    if report is not None and report.client_id == client_id:
        return report
    if visit.mentor_id != author.pk or not can_be_logged(visit, now):
        raise NotLoggable
    if report is not None and report.took_place:
        raise ReportFinished(report)
    if not content.is_held and visit.starts_at is None:
        raise NoAppointment
    drafts = LogDraft.objects.filter(visit=visit, author=author)
    _refuse_overtaken(drafts.first(), client_id, seen)
    report = report or VisitReport(school=visit.campaign.school, visit=visit, created_at=now, version=0)
    report.author, report.client_id, report.finished_at = author, client_id, now
    write_report(report, content, now=now)
    write_feeling(visit=visit, owner=author, feeling=content.feeling, now=now)
    if content.is_held:
        write_headline(visit=visit, author=author, content=content, now=now)
        write_agreements(visit=visit, content=content, now=now)
    drafts.delete()
    _tell_the_visit(visit, content, by=by, now=now)
    record_event(
        verb="report.finished", by=by, now=now, school=report.school, subject=report, outcome=str(content.outcome)
    )
    return report


def _tell_the_visit(visit: Visit, content: LogContent, *, by: User, now: dt.datetime) -> None:
    if not content.is_held:
        mark_not_held(visit=visit, called_off_by=content.called_off_by or "", by=by, now=now)
    elif visit.state != VisitState.MET:
        mark_met(visit=visit, by=by, now=now)
