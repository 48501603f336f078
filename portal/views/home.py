"""The family's page: always how things stand now, and the one thing to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.access.entry import LANGUAGE_COOKIE, FamilyRequest, for_family
from portal.forms import LanguageForm, SeenForm
from visits.actions.agenda import may_speak
from visits.actions.answers import may_change
from visits.actions.visit_rows import MomentError
from visits.links import page_key_of
from visits.models import (
    AgendaTopic,
    Answer,
    AnswerChannel,
    Availability,
    Booking,
    Invitation,
    MomentReservation,
    Visit,
    VisitState,
)
from visits.queries.booking import Asked, asked_of_visit, is_being_planned
from visits.queries.family import party_of
from visits.queries.outbox import lapsed_moment
from visits.words.visitors import names_in_words, visitor_in_words

A_YEAR = 365 * 24 * 60 * 60
REFUSED = 409


class HomeState(StrEnum):
    """What the family's page shows: where its visit stands, or what the school asks."""

    CHOOSE = "choose"
    WISHES = "wishes"
    WISHES_GIVEN = "wishes_given"
    PLANNING = "planning"
    PROPOSED = "proposed"
    AGREED = "agreed"
    SEARCHING = "searching"
    WAITING = "waiting"
    PAST = "past"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    MET = "met"

    @property
    def template(self) -> str:
        """The partial of templates/portal/home/ that shows this state."""
        return f"portal/home/{self}.html"


@for_family
def home(request: FamilyRequest) -> HttpResponse:
    """The proposal, the appointment, or what became of it."""
    now = timezone.now()
    context = family_context(request, now)
    context |= _agenda(request.invitation)
    context["page"] = page_state(request.invitation, now)
    context["reservation"] = live_reservation(request.invitation.visit, now)
    context["lapsed"] = lapsed_moment(request.invitation, now) if context["page"] == HomeState.PROPOSED else None
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
    party = party_of(visit)
    return {
        "key": page_key_of(invitation),
        "school": visit.campaign.school,
        "visit": visit,
        "names": names_in_words(party.names),
        "who": visitor_in_words(party.visitor, party.own_names, has_company=party.has_company),
        "party": party,
        "minutes": visit.campaign.visit_minutes + visit.extra_minutes,
        "may_change": may_change(visit, now),
        "languages": settings.LANGUAGES,
    }


def agree(request: FamilyRequest, form: SeenForm, act: Callable[..., object]) -> HttpResponse:
    """'Dat is goed': what stood on the page becomes an appointment by `act`. Behind `accept` and `confirm`."""
    if request.method != "POST" or not form.is_valid():
        return to_home(request)
    now, read = timezone.now(), dict(form.cleaned_data)
    said = {"seen_version": read.pop("version"), "channel": AnswerChannel.LINK, "by": None, "now": now}
    try:
        act(invitation=request.invitation, **said, **read)
    except MomentError as refusal:
        request.invitation.visit.refresh_from_db()
        return family_page(request, "home", refusal=refusal, page=page_state(request.invitation, now))
    return to_home(request)


def family_page(
    request: FamilyRequest, name: str, *, refusal: MomentError | None = None, **values: Any
) -> HttpResponse:
    """A page of this family, with why the last click was refused, if it was."""
    context = family_context(request, timezone.now()) | values | {"refusal": refusal}
    form = values.get("form")
    status = REFUSED if refusal else 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, f"portal/{name}.html", context, status=status)


def live_reservation(visit: Visit, now: dt.datetime) -> MomentReservation | None:
    """The moment that this family has reserved at this instant, where families choose by themselves."""
    if visit.campaign.booking != Booking.FREE or visit.campaign.booking_opened_at is None:
        return None
    return MomentReservation.objects.live(now).filter(visit=visit).first()


def page_state(invitation: Invitation, now: dt.datetime) -> HomeState:
    """What the page shows at this instant, a reserved moment apart."""
    visit = invitation.visit
    match visit.state:
        case VisitState.MET:
            return HomeState.MET
        case VisitState.DECLINED:
            return HomeState.DECLINED
        case VisitState.CANCELLED:
            return HomeState.CANCELLED
        case VisitState.OPEN:
            return _open_state(invitation, now)
        case _ if visit.starts_at is not None and visit.starts_at <= now:
            return HomeState.PAST
        case VisitState.CONFIRMED:
            return HomeState.AGREED
        case _:
            return HomeState.PROPOSED


def _open_state(invitation: Invitation, now: dt.datetime) -> HomeState:
    """Of a visit without a moment: what is asked of the family, or what the school is doing."""
    visit = invitation.visit
    asked = asked_of_visit(visit, now)
    if asked == Asked.WISHES:
        return HomeState.WISHES_GIVEN if invitation.answer == Answer.WISHES else HomeState.WISHES
    if invitation.answer == Answer.OTHER:
        return HomeState.SEARCHING
    if asked == Asked.MOMENT:
        return HomeState.CHOOSE
    return HomeState.PLANNING if is_being_planned(visit, now) else HomeState.WAITING


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
