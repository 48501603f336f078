"""A school's campaigns: the list, opening and changing one, and how it stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.dates import local_day
from mentors.models import Role, SchoolYear
from visits.actions.campaigns import CampaignRefused, change_campaign, close_campaign, open_campaign
from visits.actions.cohorts import join_cohort
from visits.forms.campaigns import CampaignForm
from visits.models import Campaign, DayPart
from visits.queries.calendar import current_year
from visits.queries.campaigns import campaigns_of
from visits.queries.cohort import classes_without_year, year_group_sizes
from visits.queries.day_parts import EveningSupply
from visits.views.finding import campaign_of
from visits.words.day_parts import cost_text, travel_text


@for_roles(Role.COORDINATOR)
def campaigns(request: SchoolRequest) -> HttpResponse:
    """All campaigns of the school."""
    return render(request, "visits/campaigns.html", {"campaigns": campaigns_of(request.school)})


@for_roles(Role.COORDINATOR)
def campaign_open(request: SchoolRequest) -> HttpResponse:
    """The form for a new campaign, filled in as the practice advises."""
    years = list(SchoolYear.objects.filter(school=request.school).select_related("school"))
    year = current_year(years, local_day(timezone.now()))
    if year is None:
        return render(request, "visits/campaign_open.html", {"year": None})
    sizes = year_group_sizes(year)
    form = CampaignForm(request.POST or None, initial=CampaignForm.usual(year, sizes), year=year, sizes=sizes)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = open_campaign(
                school=request.school, school_year=year, by=request.user, now=timezone.now(), **form.agreements()
            )
        except CampaignRefused as refusal:
            form.add_error(refusal.field, refusal.text)
        else:
            messages.success(request, _opened(campaign))
            return redirect("planning:campaign", school=request.school.slug, campaign=campaign.pk)
    shown = form.shown_campaign()
    hours = _hours_context(form, shown, EveningSupply.of_year(year, shown.year_groups))
    context = {"form": form, "year": year, "closures": year.closures.all(), "sizes": sizes, **hours}
    context["classes_without_year"] = classes_without_year(year)
    return render(request, "visits/campaign_open.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
def campaign_change(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Change the agreements of a campaign."""
    found = campaign_of(request, campaign)
    sizes = year_group_sizes(found.school_year)
    form = CampaignForm(
        request.POST or None,
        instance=Campaign.objects.get(pk=found.pk),
        initial={"year_groups": found.year_groups},
        year=found.school_year,
        sizes=sizes,
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_campaign(campaign=found, by=request.user, now=timezone.now(), **form.agreements())
        except CampaignRefused as refusal:
            form.add_error(refusal.field, refusal.text)
        else:
            messages.success(request, _("De bezoekronde is aangepast. Afspraken met gezinnen blijven staan."))
            if cost := _cost(found, EveningSupply.of_campaign(found)):
                messages.info(request, cost)
            return redirect("planning:campaign", school=request.school.slug, campaign=found.pk)
    hours = _hours_context(form, form.shown_campaign(), EveningSupply.of_campaign(found))
    context = {"form": form, "campaign": found, "closures": found.school_year.closures.all(), **hours}
    return render(request, "visits/campaign_change.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
@require_POST
def campaign_join(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Let pupils who came since join now, rather than tonight."""
    made = join_cohort(campaign=campaign_of(request, campaign), by=request.user, now=timezone.now())
    messages.success(
        request,
        ngettext("%(n)s gezin is erbij gekomen.", "%(n)s gezinnen zijn erbij gekomen.", made) % {"n": made}
        if made
        else _("Er zijn geen nieuwe gezinnen. Elk gezin van deze leerjaren doet al mee."),
    )
    return redirect("planning:campaign", school=request.school.slug, campaign=campaign)


@for_roles(Role.COORDINATOR)
@require_POST
def campaign_close(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Close a campaign."""
    close_campaign(campaign=campaign_of(request, campaign), by=request.user, now=timezone.now())
    messages.success(request, _("De bezoekronde is afgesloten. De verslagen en de cijfers blijven staan."))
    return redirect("planning:campaign", school=request.school.slug, campaign=campaign)


def _hours_context(form: CampaignForm, shown: Campaign, supply: EveningSupply) -> dict[str, Any]:
    """The choices of a part of the day, each with what it means and what it costs, and on what that rests."""
    parts = []
    for button, meaning, part in form.day_parts():
        shown.day_part = part
        parts.append((button, meaning, _cost(shown, supply)))
    return {"day_parts": parts, "counted_with": travel_text(_needs(shown, supply))}


def _cost(campaign: Campaign, supply: EveningSupply) -> str:
    return cost_text(DayPart(campaign.day_part), campaign.evening_from, _needs(campaign, supply))


def _needs(campaign: Campaign, supply: EveningSupply) -> dict[str, int]:
    needs = supply.needs(campaign)
    return asdict(needs) if needs else {}


def _opened(campaign: Campaign) -> str:
    families = campaign.visits.count()
    return ngettext(
        "De bezoekronde staat klaar met %(n)s gezin. Vraag nu de mentoren om hun avonden.",
        "De bezoekronde staat klaar met %(n)s gezinnen. Vraag nu de mentoren om hun avonden.",
        families,
    ) % {"n": families}
