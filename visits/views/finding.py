"""Finding what an address is about, as this person may see it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from mentors.access import SchoolRequest
from visits.models import Campaign


def campaign_of(request: SchoolRequest, pk: int) -> Campaign:
    """The campaign, if it is of this school and this person may see it. Raises Http404."""
    campaigns = Campaign.objects.visible_to(request.user).filter(school=request.school).distinct()
    return get_object_or_404(campaigns.select_related("school", "school_year"), pk=pk)
