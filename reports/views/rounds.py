"""The round that a page was asked for: `?ronde=` and its primary key."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404

from mentors.access import SchoolRequest
from reports.queries.campaigns import campaigns_current_first, find_campaign
from visits.models import Campaign


def asked_round(request: SchoolRequest) -> tuple[Sequence[Campaign], Campaign | None]:
    """All rounds of the school and the one that is asked for; 404 for one of another school, or of none."""
    campaigns = campaigns_current_first(request.school)
    try:
        return campaigns, find_campaign(campaigns, request.GET.get("ronde", ""))
    except LookupError:
        raise Http404 from None


def this_round(request: SchoolRequest) -> Campaign:
    """The round that is asked for; 404 when there is none."""
    campaign = asked_round(request)[1]
    if campaign is None:
        raise Http404
    return campaign
