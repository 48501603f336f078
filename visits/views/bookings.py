"""Letting families choose a moment or give their wishes, and giving the rest a moment."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.actions.bookings import BookingRefused, open_booking
from visits.queries.booking import Asked, asked_of, booking_counts
from visits.views.finding import campaign_of

REFUSED = 409


@for_roles(Role.COORDINATOR)
def campaign_booking(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Who has chosen and who has not, and the button that asks the families."""
    found, now, refusal = campaign_of(request, campaign), timezone.now(), ""
    if request.method == "POST":
        try:
            asked = open_booking(campaign=found, by=request.user, now=now)
        except BookingRefused as error:
            refusal = error.text
        else:
            text = ngettext("%(n)s gezin krijgt de vraag.", "%(n)s gezinnen krijgen de vraag.", asked) % {"n": asked}
            messages.success(request, text if asked else _("Gezinnen kunnen weer kiezen."))
            return redirect("visits:campaign_booking", school=request.school.slug, campaign=found.pk)
    context = {
        "campaign": found,
        "counts": booking_counts(found, now),
        "is_asking": asked_of(found, now) != Asked.NOTHING,
        "silent_url": reverse("visits:visits", kwargs={"school": request.school.slug}) + "?wacht=kiezen",
        "refusal": refusal,
    }
    return render(request, "visits/campaign_booking.html", context, status=REFUSED if refusal else 200)
