"""Who takes on what in a campaign: every mentor with families or evenings, and what was agreed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from mentors.models import Mentor, School
from visits.models import Campaign, Commitment, VisitState


@dataclass(frozen=True)
class CommitmentLine:
    """One mentor: own families, evenings given, and what was agreed."""

    mentor: Mentor
    families: int
    evenings: int
    commitment: Commitment | None
    companions: list[str]


def commitment_lines(campaign: Campaign) -> list[CommitmentLine]:
    """Every mentor of the campaign, those with an agreement first; the same number of queries for 1 and for 40."""
    commitments = {row.mentor_id: row for row in campaign.commitments.prefetch_related("companions")}
    waiting = campaign.visits.exclude(state__in=[VisitState.CANCELLED, VisitState.DECLINED])
    families = Counter(pk for pk in waiting.values_list("mentor_id", flat=True) if pk)
    evenings = Counter(campaign.shifts.values_list("mentor_id", flat=True))
    there = Q(pk__in={*families, *evenings, *commitments}) | Q(classes__school_year=campaign.school_year_id)
    mentors = Mentor.objects.filter(there, school=campaign.school_id, is_active=True).distinct()
    lines = [_line(mentor, families, evenings, commitments.get(mentor.pk)) for mentor in mentors.order_by("name", "pk")]
    return sorted(lines, key=lambda line: line.commitment is None)


def colleagues_of(school: School, mentor: Mentor | None) -> QuerySet[Mentor]:
    """Who may come along with this mentor."""
    others = Mentor.objects.active().filter(school=school)
    return others.exclude(pk=mentor.pk) if mentor is not None else others


def _line(
    mentor: Mentor, families: Counter[int], evenings: Counter[int], commitment: Commitment | None
) -> CommitmentLine:
    companions = [companion.name for companion in commitment.companions.all()] if commitment else []
    is_plain = commitment is not None and not companions and not commitment.hands_over and not commitment.takes_over
    if is_plain and commitment is not None and commitment.most_visits is None:
        commitment = None
    return CommitmentLine(mentor, families[mentor.pk], evenings[mentor.pk], commitment, companions)
