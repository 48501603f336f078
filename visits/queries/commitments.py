"""Who takes on what in a campaign: every mentor with families or evenings, and what was agreed."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from django.db.models import Q, QuerySet

from mentors.models import Mentor, School
from visits.models import Campaign, Commitment, VisitState


@dataclass(frozen=True)
class CommitmentLine:
    """One mentor: own families, evenings given, and what was agreed.

    `team_with`: the one colleague with whom all visits of both are made. Of a mentor whose visits are all with one
    colleague, `shared_evenings` are those that both give, and `needed` those that these visits take.
    """

    mentor: Mentor
    families: int
    evenings: int
    commitment: Commitment | None
    companions: list[Mentor]
    team_with: Mentor | None = None
    shared_evenings: int = 0
    needed: int = 0

    @property
    def lacks(self) -> int:
        """How many evenings too few the two have together."""
        return max(0, self.needed - self.shared_evenings) if len(self.companions) == 1 else 0


def commitment_lines(campaign: Campaign) -> list[CommitmentLine]:
    """Every mentor of the campaign, those with an agreement first; the same number of queries for 1 and for 40."""
    commitments = {row.mentor_id: row for row in campaign.commitments.prefetch_related("companions")}
    waiting = campaign.visits.exclude(state__in=[VisitState.CANCELLED, VisitState.DECLINED])
    families = Counter(pk for pk in waiting.values_list("mentor_id", flat=True) if pk)
    evenings: dict[int, set[dt.date]] = defaultdict(set)
    for mentor, on in campaign.shifts.values_list("mentor_id", "on"):
        evenings[mentor].add(on)
    there = Q(pk__in={*families, *evenings, *commitments}) | Q(classes__school_year=campaign.school_year_id)
    mentors = Mentor.objects.filter(there, school=campaign.school_id, is_active=True).distinct()
    lines = [
        _line(mentor, families, evenings, commitments, campaign.max_stops) for mentor in mentors.order_by("name", "pk")
    ]
    return sorted(lines, key=lambda line: line.commitment is None)


def teams_in(lines: Iterable[CommitmentLine]) -> list[tuple[Mentor, Mentor]]:
    """The teams of two among these lines, each once."""
    return [(line.mentor, line.team_with) for line in lines if line.team_with and line.mentor.pk < line.team_with.pk]


def colleagues_of(school: School, mentor: Mentor | None) -> QuerySet[Mentor]:
    """Who may come along with this mentor."""
    others = Mentor.objects.active().filter(school=school)
    return others.exclude(pk=mentor.pk) if mentor is not None else others


def _line(
    mentor: Mentor,
    families: Counter[int],
    evenings: Mapping[int, set[dt.date]],
    commitments: Mapping[int, Commitment],
    max_stops: int,
) -> CommitmentLine:
    commitment, companions = commitments.get(mentor.pk), _companions(commitments, mentor.pk)
    own, team_with, shared, needed = evenings.get(mentor.pk, set()), None, 0, 0
    if len(companions) == 1:
        other = companions[0]
        is_team = [one.pk for one in _companions(commitments, other.pk)] == [mentor.pk]
        team_with = other if is_team else None
        shared = len(own & evenings.get(other.pk, set()))
        needed = ceil((families[mentor.pk] + (families[other.pk] if is_team else 0)) / max_stops)
    is_plain = commitment is not None and not companions and not commitment.hands_over and not commitment.takes_over
    if is_plain and commitment is not None and commitment.most_visits is None:
        commitment = None
    return CommitmentLine(mentor, families[mentor.pk], len(own), commitment, companions, team_with, shared, needed)


def _companions(commitments: Mapping[int, Commitment], mentor: int) -> list[Mentor]:
    return list(commitments[mentor].companions.all()) if mentor in commitments else []
