"""The evenings that mentors give: a mentor's own page, and the coordinator's overview."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.access import SchoolRequest, for_roles
from mentors.dates import local_day
from mentors.models import Mentor, Role
from visits.actions.shifts import ShiftRefused, give_weekdays, set_evenings
from visits.forms.campaigns import date_in_address
from visits.forms.shifts import WeekdaysForm
from visits.models import Campaign
from visits.queries.shifts import campaigns_for_shifts, evenings_per_mentor, families_of, shift_weeks
from visits.views.finding import campaign_of


@for_roles(Role.MENTOR)
def my_shifts(request: SchoolRequest) -> HttpResponse:
    """A mentor's own evenings, for the campaign in `?ronde=`, else the first one that runs."""
    found = list(campaigns_for_shifts(request.school, local_day(timezone.now())))
    if request.mentor is None or not found:
        return render(request, "visits/my_shifts.html", {"campaign": None})
    asked = request.GET.get("ronde", "")
    campaign = next((row for row in found if str(row.pk) == asked), found[0])
    here = reverse("visits:my_shifts", kwargs={"school": request.school.slug}) + f"?ronde={campaign.pk}"
    tabs = [{"label": row.name, "url": f"?ronde={row.pk}", "is_here": row == campaign} for row in found]
    return _evenings(request, campaign, request.mentor, here, tabs if len(found) > 1 else [])


@for_roles(Role.COORDINATOR)
def campaign_shifts(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Who gave how many evenings, and who gave too few."""
    found = campaign_of(request, campaign)
    lines = evenings_per_mentor(found)
    context = {"campaign": found, "lines": lines, "short": sum(1 for line in lines if line.short)}
    return render(request, "visits/campaign_shifts.html", context)


@for_roles(Role.COORDINATOR)
def campaign_mentor_shifts(request: SchoolRequest, campaign: int, mentor: int) -> HttpResponse:
    """A coordinator fills in the evenings of a mentor."""
    found = campaign_of(request, campaign)
    person = get_object_or_404(Mentor.objects.filter(school=request.school), pk=mentor)
    return _evenings(request, found, person, request.path, [])


def _evenings(
    request: SchoolRequest, campaign: Campaign, mentor: Mentor, here: str, tabs: list[dict[str, object]]
) -> HttpResponse:
    """Both forms of the page: fixed weekdays for the whole period, and single evenings."""
    is_weekdays = request.method == "POST" and "weekdays-send" in request.POST
    form = WeekdaysForm(request.POST if is_weekdays else None)
    if request.method == "POST" and (form.is_valid() or not is_weekdays):
        try:
            _save(request, campaign, mentor, form if is_weekdays else None)
        except ShiftRefused as refusal:
            messages.error(request, refusal.text)
        return redirect(here)
    weeks = shift_weeks(campaign, mentor, timezone.now())
    families = families_of(campaign, mentor)
    context = {
        "campaign": campaign,
        "person": mentor,
        "form": form,
        "weeks": weeks,
        "given": sum(1 for week in weeks for evening in week.evenings if evening.shift and not evening.closure),
        "families": families,
        "needed": -(-families // campaign.max_stops),
        "suggested": {day for day in map(date_in_address, request.GET.getlist("erbij")) if day},
        "tabs": tabs,
        "is_own": request.mentor == mentor,
    }
    return render(request, "visits/my_shifts.html", context, status=422 if form.errors else 200)


def _save(request: SchoolRequest, campaign: Campaign, mentor: Mentor, form: WeekdaysForm | None) -> None:
    """Save the weekdays that were filled in, else the single evenings, and say what happened."""
    who: dict[str, Any] = {"campaign": campaign, "mentor": mentor, "by": request.user}
    now = timezone.now()
    if form is not None:
        _say_given(request, give_weekdays(**who, weekdays=form.cleaned_data["weekdays"], hours=form.hours(), now=now))
    else:
        days = {day for day in map(date_in_address, request.POST.getlist("avond")) if day}
        _say_changed(request, *set_evenings(**who, days=days, now=now))


def _say_given(request: SchoolRequest, new: int) -> None:
    text = ngettext(
        "%(n)s avond erbij. Zet hieronder losse avonden uit die niet kunnen.",
        "%(n)s avonden erbij. Zet hieronder losse avonden uit die niet kunnen.",
        new,
    )
    messages.success(request, text % {"n": new} if new else _("Deze dagen stonden er al. De tijden zijn bijgewerkt."))


def _say_changed(request: SchoolRequest, new: int, gone: int) -> None:
    if not new and not gone:
        messages.info(request, _("Er is niets veranderd."))
        return
    messages.success(request, _("Opgeslagen: %(new)s erbij, %(gone)s eraf.") % {"new": new, "gone": gone})
