"""The objects that pages are about: what is not yours is not there."""

from __future__ import annotations

import datetime as dt

from django.shortcuts import get_object_or_404

from mentors.access import SchoolRequest
from notes.access import attended_visits, own_visits
from notes.models import VisitReport
from visits.models import Visit


def find_own_visit(request: SchoolRequest, pk: int) -> Visit:
    """A visit that this mentor makes; 404 otherwise."""
    visits = own_visits(request.user, request.mentor, request.school)
    visits = visits.select_related("household", "campaign__school", "mentor")
    return get_object_or_404(visits, pk=pk)


def find_attended_visit(request: SchoolRequest, pk: int, now: dt.datetime) -> Visit:
    """A visit that this mentor makes or, until the day is over, comes along to; 404 otherwise."""
    visits = attended_visits(request.user, request.mentor, request.school, now)
    visits = visits.select_related("household", "campaign__school", "mentor", "second", "together_with__mentor")
    return get_object_or_404(visits, pk=pk)


def find_report(request: SchoolRequest, pk: int) -> VisitReport:
    """A finished report of an own pupil; 404 otherwise."""
    reports = VisitReport.objects.visible_to(request.user).took_place().filter(school=request.school)
    reports = reports.select_related("visit__campaign__school", "author", "school").prefetch_related(
        "visit__students__school_class", "topics"
    )
    return get_object_or_404(reports, pk=pk)
