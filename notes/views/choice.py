"""Two versions of one log beside each other: nothing is lost before somebody chooses."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mentors.access import SchoolRequest
from notes.forms.compared import differences
from notes.forms.log import LogForm
from notes.models import VisitReport
from notes.queries.typed import Fields, report_fields
from visits.models import Visit

OVERTAKEN = 409


def draft_choice(
    request: SchoolRequest, visit: Visit, now: dt.datetime, *, sent: Fields, kept: Fields, version: int
) -> HttpResponse:
    """What was sent, beside the draft that another device saved."""
    page = reverse("notes:log", kwargs={"school": request.school.slug, "visit": visit.pk})
    context = {
        "visit": visit,
        "sent": sent,
        "differences": differences(LogForm(visit=visit, now=now), sent, kept),
        "version": version,
        "client_id": uuid.uuid4(),
        "action": "choose",
        "send_to": page,
        "kept_url": page,
    }
    return render(request, "notes/log_choice.html", context, status=OVERTAKEN)


def report_choice(request: SchoolRequest, report: VisitReport, sent: Fields, now: dt.datetime) -> HttpResponse:
    """What was sent, beside the report that is finished; choosing it opens the correction, filled in."""
    keys = {"school": request.school.slug, "report": report.pk}
    form = LogForm(visit=report.visit, now=now, is_amendment=True)
    context = {
        "visit": report.visit,
        "sent": sent,
        "differences": differences(form, sent, report_fields(report)),
        "version": report.version,
        "client_id": uuid.uuid4(),
        "action": "fill",
        "send_to": reverse("notes:amend", kwargs=keys),
        "kept_url": reverse("notes:report", kwargs=keys),
        "is_finished": True,
    }
    return render(request, "notes/log_choice.html", context, status=OVERTAKEN)
