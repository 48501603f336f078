"""The fields of a log as somebody types them: names of the form's fields, and strings."""

from __future__ import annotations

import datetime as dt
import json

from mentors.dates import AMSTERDAM
from notes.models import Agreement, Headline, LogDraft, VisitReport

Fields = dict[str, list[str]]


def draft_fields(draft: LogDraft | None) -> Fields:
    """What was typed so far; SealBroken when it does not open."""
    return json.loads(draft.fields or "{}") if draft is not None else {}


def report_fields(report: VisitReport) -> Fields:
    """A finished report as its author would type it again; SealBroken when a text does not open."""
    fields: Fields = {
        "outcome": [report.outcome],
        "present": list(report.present),
        "topics": [str(pk) for pk in report.topics.values_list("pk", flat=True)],
        "going_well": [report.going_well],
        "held_on": [_local(report.started_at, "%Y-%m-%d")],
        "started": [_local(report.started_at, "%H:%M")],
        "ended": [_local(report.ended_at, "%H:%M")],
    }
    headline = Headline.objects.filter(visit=report.visit_id).first()
    if headline is not None:
        fields["headline"] = [headline.text]
        fields["good_news"] = ["on"] if headline.is_good_news else []
    for number, agreement in enumerate(Agreement.objects.filter(visit=report.visit_id).order_by("pk"), start=1):
        fields[f"who_{number}"] = [agreement.who]
        fields[f"what_{number}"] = [agreement.what]
        fields[f"due_{number}"] = [agreement.due_on.isoformat() if agreement.due_on else ""]
    return {name: [value for value in values if value] for name, values in fields.items() if any(values)}


def _local(moment: dt.datetime | None, form: str) -> str:
    return moment.astimezone(AMSTERDAM).strftime(form) if moment else ""
