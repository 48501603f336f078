"""Answering: agree, another moment, another place, or rather not. One question a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.access import FamilyRequest, for_family
from portal.forms import HoursForm, MomentForm, PlaceForm, SeenForm
from portal.views.home import family_context, page_state, to_home
from visits.actions import answers
from visits.actions.moments import MomentError
from visits.links import page_key_of
from visits.models import AnswerChannel, Availability, PlaceKind
from visits.queries.moments import fitting_moments, moments_to_offer

REFUSED = 409


@for_family
def accept(request: FamilyRequest) -> HttpResponse:
    """'Dat is goed'."""
    form = SeenForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return to_home(request)
    now = timezone.now()
    try:
        answers.accept(
            invitation=request.invitation,
            seen_version=form.cleaned_data["version"],
            channel=AnswerChannel.LINK,
            by=None,
            now=now,
        )
    except MomentError as refusal:
        request.invitation.visit.refresh_from_db()
        return _page(request, "home", refusal=refusal, page=page_state(request.invitation, now))
    return to_home(request)


@for_family
def other(request: FamilyRequest) -> HttpResponse:
    """'Liever anders': what would be better?"""
    return _page(request, "other")


@for_family
def moment(request: FamilyRequest) -> HttpResponse:
    """Another moment, among those that really fit the mentor's evenings."""
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
                now=timezone.now(),
            )
        except MomentError as error:
            refusal = error
            request.invitation.visit.refresh_from_db()
        else:
            return to_home(request)
    days = moments_to_offer(fitting_moments(request.invitation.visit, timezone.now()))
    return _page(request, "moment", form=form, refusal=refusal, days=list(days.items()))


@for_family
def place(request: FamilyRequest) -> HttpResponse:
    """Another place, or by phone or video."""
    visit = request.invitation.visit
    form = PlaceForm(request.POST or None, initial={"place_kind": visit.place_kind, "place_note": visit.place_note})
    if request.method != "POST" or not form.is_valid():
        return _page(request, "place", form=form)
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
        return _page(request, "place", form=form, refusal=refusal)
    return to_home(request) if stays else redirect("portal:moment", key=page_key_of(request.invitation))


@for_family
def hours(request: FamilyRequest) -> HttpResponse:
    """No moment suits: when can you, and when not?"""
    visit = request.invitation.visit
    form = HoursForm(request.POST or None, initial=_told_before(request))
    if request.method != "POST" or not form.is_valid():
        return _page(request, "hours", form=form)
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
        return _page(request, "hours", form=form, refusal=refusal)
    return to_home(request)


@for_family
def decline(request: FamilyRequest) -> HttpResponse:
    """'Liever niet': no reason is asked."""
    form = SeenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "decline")
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
        return _page(request, "decline", refusal=refusal)
    return to_home(request)


def _page(request: FamilyRequest, name: str, *, refusal: MomentError | None = None, **values: Any) -> HttpResponse:
    """A page of this family, with why the last click was refused, if it was."""
    context = family_context(request, timezone.now()) | values | {"refusal": refusal}
    form = values.get("form")
    status = REFUSED if refusal else 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, f"portal/{name}.html", context, status=status)


def _told_before(request: FamilyRequest) -> dict[str, str]:
    visit = request.invitation.visit
    values: dict[str, str] = {}
    for row in Availability.objects.filter(household=visit.household_id, campaign=visit.campaign_id):
        values[f"answer_{row.weekday}"] = HoursForm.CAN if row.is_wish else HoursForm.CANNOT
        values[f"from_{row.weekday}"] = row.from_time.strftime("%H:%M")
        values[f"until_{row.weekday}"] = row.until_time.strftime("%H:%M")
    return values
