"""Which round a page is about."""

from __future__ import annotations

from collections.abc import Sequence

from mentors.models import School
from visits.models import Campaign, CampaignState

# The running round comes first, then one that is being prepared, then the last one that was closed.
_ORDER = {CampaignState.PUBLISHED: 0, CampaignState.PREPARING: 1, CampaignState.CLOSED: 2}


def campaigns_current_first(school: School) -> list[Campaign]:
    """All rounds of a school, the one that matters now first. One query."""
    found = Campaign.objects.filter(school=school).select_related("school", "school_year").order_by("-starts_on", "-pk")
    return sorted(found, key=lambda campaign: _ORDER[CampaignState(campaign.state)])


def find_campaign(campaigns: Sequence[Campaign], asked: str) -> Campaign | None:
    """The round with the primary key `asked`, or the first; LookupError for one that is not among them."""
    if not asked:
        return campaigns[0] if campaigns else None
    for campaign in campaigns:
        if str(campaign.pk) == asked:
            return campaign
    raise LookupError("no such round")
