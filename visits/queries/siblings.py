"""Children of one home in two classes: which visits are pairs, what is decided, and what the system suggests."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet

from mentors.models import Mentor, User
from visits.models import Campaign, CampaignState, SiblingChoice, SiblingPair, Visit, VisitState
from visits.queries.together import pairs_among

MOST_TOGETHER = 2  # mentors in one conversation, where the school decides it family by family
_IN_PLAY = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


class SuggestionReason(StrEnum):
    """Why the system suggests a choice; visits/words/siblings.py has the sentences."""

    WITH_ANOTHER = "with_another"  # one of the children goes together with another child of the home
    TWO_PLACES = "two_places"
    SHARED_EVENINGS = "shared_evenings"
    NO_SHARED_EVENING = "no_shared_evening"
    NO_EVENINGS = "no_evenings"  # no mentor of the campaign gives an evening to come


@dataclass(frozen=True)
class PairLine:
    """Two visits of one home. `choice` is empty while nothing is decided; `follows`: what the campaign says of it.

    `shared_evenings`: those to come that both mentors give.
    """

    first: Visit
    second: Visit
    choice: str
    follows: str
    decided_by: User | None
    decided_at: dt.datetime | None
    suggestion: str
    reason: SuggestionReason
    shared_evenings: frozenset[dt.date]
    has_moment: bool
    is_of_many: bool = False  # the home has children with a third mentor
    is_first: bool = True  # of its home

    @property
    def key(self) -> str:
        """The pair in a form."""
        return f"{self.first.pk}-{self.second.pk}"

    @property
    def pair(self) -> tuple[Visit, Visit]:
        """Both visits."""
        return self.first, self.second

    @property
    def both_with(self) -> Mentor | None:
        """Who visits the children of both, of a double."""
        kept = [visit for visit in self.pair if visit.state != VisitState.CANCELLED]
        return kept[0].mentor if self.choice == SiblingChoice.DOUBLE and len(kept) == 1 else None

    @property
    def choice_words(self) -> str:
        """What holds, in words."""
        return str(SiblingChoice(self.choice or self.follows).label)

    @property
    def suggestion_words(self) -> str:
        """What the system suggests, in words."""
        return str(SiblingChoice(self.suggestion).label)

    @property
    def is_open(self) -> bool:
        """Whether the coordinator still has to look at it."""
        return not self.choice and not self.follows


def pair_lines(campaign: Campaign, today: dt.date) -> list[PairLine]:
    """All pairs of a campaign, those to be decided first; the same number of queries for 1 and for 30."""
    visits = {visit.pk: visit for visit in _visits_of(campaign)}
    rows = campaign.sibling_pairs.select_related("decided_by")
    decided = {(row.first_id, row.second_id): row for row in rows}
    pairs = pairs_among(visit for visit in visits.values() if visit.state in _IN_PLAY)
    known = {(first.pk, second.pk) for first, second in pairs}
    pairs += [
        (visits[a], visits[b])
        for (a, b), row in decided.items()
        if row.moved and (a, b) not in known and a in visits and b in visits
    ]
    evenings = _evenings_of(campaign, today)
    mentors: dict[int, set[int | None]] = defaultdict(set)
    for pair in pairs:
        mentors[pair[0].household_id] |= {visit.mentor_id for visit in pair}
    lines = [
        replace(
            _line(campaign, first, second, decided.get((first.pk, second.pk)), evenings),
            is_of_many=len(mentors[first.household_id]) > MOST_TOGETHER,
        )
        for first, second in pairs
    ]
    return _by_home(lines)


def _by_home(lines: list[PairLine]) -> list[PairLine]:
    """Homes about which something is to be decided first, then those that follow the campaign; each home together."""
    homes: dict[int, list[PairLine]] = defaultdict(list)
    for line in sorted(lines, key=_haste):
        homes[line.first.household_id].append(line)
    ordered = sorted(
        homes.values(), key=lambda there: (_haste(there[0])[:2], there[0].first.household.name, there[0].key)
    )
    return [replace(line, is_first=line is there[0]) for there in ordered for line in there]


def _haste(line: PairLine) -> tuple[bool, bool, int, int]:
    return not line.is_open, bool(line.choice), line.first.pk, line.second.pk


def undecided_siblings() -> QuerySet[Visit]:
    """Visits to a home of which another visit, with another mentor, waits for a choice. Of all schools: narrow it.

    None of a campaign that has a choice for all of them, and none that has a moment: it is too late to choose.
    """
    decided = SiblingPair.objects.filter(first=OuterRef("pk"), second=OuterRef(OuterRef("pk")))
    others = (
        Visit.objects.filter(
            campaign=OuterRef("campaign"), household=OuterRef("household"), pk__lt=OuterRef("pk"), state=VisitState.OPEN
        )
        .exclude(mentor=None)
        .exclude(mentor=OuterRef("mentor"))
        .exclude(Exists(decided))
    )
    undecided = Visit.objects.filter(Exists(others), state=VisitState.OPEN, mentor__isnull=False, campaign__siblings="")
    return undecided.exclude(campaign__state=CampaignState.CLOSED)


def _visits_of(campaign: Campaign) -> list[Visit]:
    wanted = [*_IN_PLAY, VisitState.CANCELLED]
    visits = campaign.visits.filter(state__in=wanted).select_related("household", "mentor")
    return list(visits.prefetch_related("students__school_class").order_by("pk"))


def _evenings_of(campaign: Campaign, today: dt.date) -> dict[int, set[dt.date]]:
    """The evenings of each mentor that are still to come."""
    evenings: dict[int, set[dt.date]] = {}
    for mentor, on in campaign.shifts.filter(on__gt=today).values_list("mentor_id", "on"):
        evenings.setdefault(mentor, set()).add(on)
    return evenings


def _line(
    campaign: Campaign, first: Visit, second: Visit, row: SiblingPair | None, evenings: dict[int, set[dt.date]]
) -> PairLine:
    shared = frozenset(evenings.get(first.mentor_id or 0, set()) & evenings.get(second.mentor_id or 0, set()))
    suggestion, reason = _suggested(first, second, has_shared=bool(shared), has_evenings=bool(evenings))
    return PairLine(
        first=first,
        second=second,
        choice=row.choice if row else "",
        follows="" if row else campaign.siblings,
        decided_by=row.decided_by if row else None,
        decided_at=row.decided_at if row else None,
        suggestion=suggestion,
        reason=reason,
        shared_evenings=shared,
        has_moment=first.starts_at is not None or second.starts_at is not None,
    )


def _suggested(
    first: Visit, second: Visit, *, has_shared: bool, has_evenings: bool
) -> tuple[SiblingChoice, SuggestionReason]:
    """Together where both mentors give the same evening; else one mentor for both. Only a suggestion."""
    if {first.together_with_id, second.together_with_id} - {None, first.pk, second.pk}:
        return SiblingChoice.APART, SuggestionReason.WITH_ANOTHER
    if first.place_kind != second.place_kind:
        return SiblingChoice.APART, SuggestionReason.TWO_PLACES
    if has_shared:
        return SiblingChoice.JOINT, SuggestionReason.SHARED_EVENINGS
    if has_evenings:
        return SiblingChoice.DOUBLE, SuggestionReason.NO_SHARED_EVENING
    return SiblingChoice.JOINT, SuggestionReason.NO_EVENINGS
