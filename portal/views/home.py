"""The family's page: always how things stand now, and the one thing to do next."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.access import FamilyRequest, for_family
from portal.access.entry import LANGUAGE_COOKIE
from portal.forms import LanguageForm
from visits.actions.answers import may_change, may_speak
from visits.links import page_key_of
from visits.models import AgendaTopic, Answer, Availability, Invitation, VisitState
from visits.queries.calendar import local_day
from visits.queries.family import first_names_of

A_YEAR = 365 * 24 * 60 * 60


@for_family
def home(request: FamilyRequest) -> HttpResponse:
    """The proposal, the appointment, or what became of it."""
    now = timezone.now()
    context = family_context(request, now)
    context |= _agenda(request.invitation)
    context["page"] = page_state(request.invitation, now)
    context["may_speak"] = may_speak(request.invitation.visit, now)
    return render(request, "portal/home.html", context)


@for_family
def language(request: FamilyRequest) -> HttpResponse:
    """Remember the language that was chosen, on this browser only."""
    response = to_home(request)
    form = LanguageForm(request.POST)
    if request.method == "POST" and form.is_valid() and form.cleaned_data["language"] in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE,
            form.cleaned_data["language"],
            max_age=A_YEAR,
            path="/gezin/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def to_home(request: FamilyRequest) -> HttpResponse:
    """Back to the family's page, which shows what was changed."""
    return redirect("portal:home", key=page_key_of(request.invitation))


def family_context(request: FamilyRequest, now: dt.datetime) -> dict[str, Any]:
    """What every page of a family shows: a first name, the school, the moment and kind of place."""
    invitation = request.invitation
    visit = invitation.visit
    return {
        "key": page_key_of(invitation),
        "school": visit.campaign.school,
        "visit": visit,
        "names": first_names_of(visit),
        "minutes": visit.campaign.visit_minutes,
        "may_change": may_change(visit, now),
        "languages": settings.LANGUAGES,
    }


def page_state(invitation: Invitation, now: dt.datetime) -> str:
    """Which page this is: proposed, agreed, past, searching, waiting, declined, cancelled or met."""
    visit = invitation.visit
    match visit.state:
        case VisitState.MET | VisitState.DECLINED | VisitState.CANCELLED:
            return str(visit.state)
        case VisitState.OPEN:
            return "searching" if invitation.answer == Answer.OTHER else "waiting"
        case _ if visit.starts_at is not None and visit.starts_at <= now:
            return "past"
        case VisitState.CONFIRMED:
            return "today" if visit.starts_at and local_day(visit.starts_at) == local_day(now) else "agreed"
        case _:
            return "proposed"


def _agenda(invitation: Invitation) -> dict[str, Any]:
    """The parents' own topics; of the pupil's only how many, for they are the pupil's."""
    rows = list(invitation.agenda.select_related("topic"))
    visit = invitation.visit
    return {
        "topics": [row.topic or row.own_text for row in rows if row.by == AgendaTopic.PARENT],
        "pupil_topics": sum(1 for row in rows if row.by == AgendaTopic.PUPIL),
        "hours": Availability.objects.filter(household=visit.household_id, campaign=visit.campaign_id)
        if visit.state == VisitState.OPEN
        else [],
    }
