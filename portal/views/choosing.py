"""Choosing a moment that is reserved while the family reads it, and giving wishes before anything is planned."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from portal.access.entry import FamilyRequest, for_family
from portal.forms import MomentForm, WishesForm
from portal.views.home import agree, family_page, to_home
from visits.actions.answers import tell_wishes
from visits.actions.reservations import confirm_reservation, release_reservation, reserve_moment
from visits.actions.visit_rows import MomentError
from visits.links import page_key_of
from visits.models import AnswerChannel, Availability, Booking, PlaceKind
from visits.queries.booking import Asked, asked_of
from visits.queries.choosing import Choices


def pick(request: FamilyRequest) -> HttpResponse:
    """The moments that really fit; the one that is picked is reserved for some minutes. Behind `moment`."""
    form = MomentForm(request.POST or None)
    refusal: MomentError | None = None
    visit, now = request.invitation.visit, timezone.now()
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            reserve_moment(
                invitation=request.invitation, starts_at=values["starts_at"], seen_version=values["version"], now=now
            )
        except MomentError as error:
            refusal = error
            visit.refresh_from_db()
        else:
            return to_home(request)
    offer = Choices.of(visit, now).offer(all_days="meer" in request.GET)
    values = {"days": list(offer.days.items()), "has_more": offer.has_more, "is_choosing": True}
    return family_page(request, "moment", form=form, refusal=refusal, **values)


@for_family
def confirm(request: FamilyRequest) -> HttpResponse:
    """'Dat is goed': the moment that is reserved becomes an appointment."""
    return agree(request, MomentForm(request.POST), confirm_reservation)


@for_family
def release(request: FamilyRequest) -> HttpResponse:
    """'Toch een ander moment': back to what there is to choose."""
    if request.method != "POST":
        return to_home(request)
    release_reservation(invitation=request.invitation, now=timezone.now())
    return redirect("portal:moment", key=page_key_of(request.invitation))


@for_family
def wishes(request: FamilyRequest) -> HttpResponse:
    """When can you, and when not, and where? Until the last day for wishes, as often as somebody likes."""
    visit, now = request.invitation.visit, timezone.now()
    if visit.campaign.booking != Booking.WISHES_FIRST:
        return to_home(request)
    is_open = asked_of(visit.campaign, now) == Asked.WISHES
    form = WishesForm(request.POST or None, initial=_wished_before(request))
    if request.method != "POST" or not form.is_valid():
        return family_page(request, "wishes", form=form, is_open=is_open)
    try:
        tell_wishes(
            invitation=request.invitation,
            hours=form.hours(),
            place_kind=PlaceKind(form.cleaned_data["place_kind"]),
            place_note=form.cleaned_data["place_note"],
            seen_version=form.cleaned_data["version"],
            channel=AnswerChannel.LINK,
            by=None,
            now=now,
        )
    except MomentError as refusal:
        visit.refresh_from_db()
        return family_page(request, "wishes", form=form, refusal=refusal, is_open=is_open)
    return to_home(request)


def _wished_before(request: FamilyRequest) -> dict[str, str]:
    visit = request.invitation.visit
    return told_hours(request) | {"place_kind": visit.place_kind, "place_note": visit.place_note}


def told_hours(request: FamilyRequest) -> dict[str, str]:
    """What the family said before, as the forms about hours show it."""
    visit = request.invitation.visit
    values: dict[str, str] = {}
    for row in Availability.objects.filter(household=visit.household_id, campaign=visit.campaign_id):
        values[f"answer_{row.weekday}"] = WishesForm.CAN if row.is_wish else WishesForm.CANNOT
        values[f"from_{row.weekday}"] = row.from_time.strftime("%H:%M")
        values[f"until_{row.weekday}"] = row.until_time.strftime("%H:%M")
    return values
