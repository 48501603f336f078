"""The addresses at which remedies are carried out."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from planning.queries.remedies import Help, RemedyPlace
from visits.models import Campaign


def with_addresses(campaign: Campaign, helps: Iterable[Help]) -> list[tuple[Help, str]]:
    """Each remedy with the address of the page on which it is carried out."""
    return [(help_, remedy_url(campaign, help_)) for help_ in helps]


def remedy_url(campaign: Campaign, help_: Help) -> str:
    """The page on which a remedy is carried out, with the days that it adds filled in."""
    here = {"school": campaign.school.slug}
    match help_.place:
        case RemedyPlace.SHIFTS:
            kwargs = here | {"campaign": campaign.pk, "mentor": help_.mentor}
            url = reverse("visits:campaign_mentor_shifts", kwargs=kwargs)
            return f"{url}?{urlencode([('erbij', day) for day in help_.adds])}#erbij" if help_.adds else url
        case RemedyPlace.CAMPAIGN:
            return reverse("visits:campaign_change", kwargs=here | {"campaign": campaign.pk})
        case RemedyPlace.VISIT:
            return reverse("visits:visit", kwargs=here | {"visit": help_.families[0].pk})
        case RemedyPlace.ANSWER:
            return reverse("visits:visit_answer", kwargs=here | {"visit": help_.families[0].pk})
