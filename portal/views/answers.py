"""Answering: agree, another moment, another place, or rather not. One question a page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from portal.access.entry import FamilyRequest, for_family
from portal.forms import HoursForm, MomentForm, PlaceForm, SeenForm
from portal.views.choosing import pick, told_hours
from portal.views.home import agree, family_page, to_home
from visits.actions import answers
from visits.actions.visit_rows import MomentError
from visits.links import page_key_of
from visits.models import AnswerChannel, PlaceKind, VisitState
from visits.queries.booking import Asked, asked_of, asked_of_visit, is_being_planned
from visits.queries.moments import fitting_moments, moments_to_offer


@for_family
def accept(request: FamilyRequest) -> HttpResponse:
    """'Dat is goed'."""
    return agree(request, SeenForm(request.POST), answers.accept)


@for_family
def other(request: FamilyRequest) -> HttpResponse:
    """'Liever anders': what would be better?"""
    return family_page(request, "other")


@for_family
def moment(request: FamilyRequest) -> HttpResponse:
    """Another moment, among those that really fit the mentor's evenings; reserved first where families choose."""
    visit, now = request.invitation.visit, timezone.now()
    asked = asked_of_visit(visit, now)
    if asked == Asked.MOMENT and visit.state not in (VisitState.MET, VisitState.CANCELLED):
        return pick(request)
    if asked == Asked.WISHES and visit.state in (VisitState.OPEN, VisitState.DECLINED):
        return redirect("portal:wishes", key=page_key_of(request.invitation))
    is_planning = is_being_planned(visit, now)
    form = MomentForm(request.POST or None)
    refusal: MomentError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            answers.choose_moment(
                invitation=request.invitation,
                starts_at=form.cleaned_data["starts_at"],
                seen_version=form.cleaned_data["version"],
                channel=AnswerChannel.LINK,
                by=None,
                now=now,
            )
        except MomentError as error:
            refusal = error
            visit.refresh_from_db()
        else:
            return to_home(request)
    days = {} if is_planning else moments_to_offer(fitting_moments(visit, now))
    return family_page(request, "moment", form=form, refusal=refusal, days=list(days.items()), is_planning=is_planning)


@for_family
def place(request: FamilyRequest) -> HttpResponse:
    """Another place, or by phone or video."""
    visit = request.invitation.visit
    form = PlaceForm(request.POST or None, initial={"place_kind": visit.place_kind, "place_note": visit.place_note})
    if request.method != "POST" or not form.is_valid():
        return family_page(request, "place", form=form)
    values = form.cleaned_data
    try:
        stays = answers.choose_place(
            invitation=request.invitation,
            place_kind=PlaceKind(values["place_kind"]),
            place_note=values["place_note"],
            seen_version=values["version"],
            channel=AnswerChannel.LINK,
            by=None,
            now=timezone.now(),
        )
    except MomentError as refusal:
        visit.refresh_from_db()
        return family_page(request, "place", form=form, refusal=refusal)
    return to_home(request) if stays else redirect("portal:moment", key=page_key_of(request.invitation))


@for_family
def hours(request: FamilyRequest) -> HttpResponse:
    """No moment suits: when can you, and when not?"""
    visit, now = request.invitation.visit, timezone.now()
    if asked_of(visit.campaign, now) == Asked.WISHES and visit.state == VisitState.OPEN:
        return redirect("portal:wishes", key=page_key_of(request.invitation))
    form = HoursForm(request.POST or None, initial=told_hours(request))
    if request.method != "POST" or not form.is_valid():
        return family_page(request, "hours", form=form)
    try:
        answers.tell_hours(
            invitation=request.invitation,
            hours=form.hours(),
            seen_version=form.cleaned_data["version"],
            channel=AnswerChannel.LINK,
            by=None,
            now=timezone.now(),
        )
    except MomentError as refusal:
        visit.refresh_from_db()
        return family_page(request, "hours", form=form, refusal=refusal)
    return to_home(request)


@for_family
def decline(request: FamilyRequest) -> HttpResponse:
    """'Liever niet': no reason is asked."""
    form = SeenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return family_page(request, "decline")
    try:
        answers.decline(
            invitation=request.invitation,
            seen_version=form.cleaned_data["version"],
            channel=AnswerChannel.LINK,
            by=None,
            now=timezone.now(),
        )
    except MomentError as refusal:
        request.invitation.visit.refresh_from_db()
        return family_page(request, "decline", refusal=refusal)
    return to_home(request)
