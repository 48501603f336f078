"""The page of a campaign: how it stands, and the next thing to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from planning.queries.overview import Step, overview_of
from planning.words.steps import HEADINGS, note_text
from visits.models import Campaign, CampaignState
from visits.queries.campaigns import period_warnings
from visits.views.finding import campaign_of
from visits.words.campaigns import period_warning_text


@for_roles(Role.COORDINATOR)
def campaign(request: SchoolRequest, campaign: int) -> HttpResponse:
    """How a campaign stands, and the next thing to do."""
    found = campaign_of(request, campaign)
    overview = overview_of(found, timezone.now())
    steps = [_with_address(step, found) for step in overview.steps]
    is_closed = found.state == CampaignState.CLOSED
    context = {
        "campaign": found,
        "overview": overview,
        "steps": steps,
        "next": None if is_closed else next((step for step in steps if not step["is_done"]), None),
        "states": [(state, number) for state, number in overview.counts.items() if number or state != "cancelled"],
        "warnings": [
            period_warning_text(warning.code, warning.facts)
            for warning in period_warnings(found.school_year, found.starts_on, found.ends_on)
        ],
    }
    return render(request, "planning/campaign.html", context)


def _with_address(step: Step, campaign: Campaign) -> dict[str, Any]:
    """A step of the list with the address where it is done."""
    here = {"school": campaign.school.slug}
    match step.place:
        case "addresses":
            url = reverse("students:addresses", kwargs=here)
        case "classes":
            url = reverse("students:classes", kwargs=here)
        case "shifts":
            url = reverse("visits:campaign_shifts", kwargs=here | {"campaign": campaign.pk})
        case "booking":
            url = reverse("visits:campaign_booking", kwargs=here | {"campaign": campaign.pk})
        case "plan":
            url = reverse("planning:plan", kwargs=here | {"plan": step.plan})
        case "plans":
            url = reverse("planning:plans", kwargs=here | {"campaign": campaign.pk})
        case _:
            url = reverse("visits:visits", kwargs=here) + f"?ronde={campaign.pk}&stand=planned"
    return {
        "text": HEADINGS[step.kind],
        "note": note_text(step.note, step.number, step.day),
        "is_done": step.is_done,
        "url": url,
    }
