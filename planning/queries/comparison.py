"""Two or three drafts of a campaign beside each other: what each comes to, and what differs between them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise

from mentors.dates import time_of
from mentors.models import Mentor
from planning.draft.routes import DrawnRoute
from planning.draft.stored import StoredDraft, Totals, read_draft_of
from planning.models import Plan, PlanKind, PlanState
from planning.queries.drafts import gap_of
from planning.words.comparison import DIFFERENCES, MEASURES, finding_words, uneven_text
from visits.models import Campaign, Visit

FEWEST, MOST = 2, 3
LETTERS = "ABC"
COMPARABLE = (PlanState.READY, PlanState.PUBLISHED)


@dataclass(frozen=True)
class ComparedMoment:
    """A family's moment in one plan; clock times are local."""

    mentor: int
    on: dt.date
    start: dt.time


@dataclass(frozen=True)
class Load:
    """What one mentor has in one plan; `away_minutes` from leaving until coming back."""

    families: int = 0
    evenings: int = 0
    away_minutes: int = 0
    travel_minutes: int = 0
    travel_metres: int = 0


@dataclass(frozen=True)
class PlanColumn:
    """One plan of the comparison."""

    letter: str
    plan: Plan
    totals: Totals
    gap: float | None
    slots: dict[int, ComparedMoment]
    families: frozenset[int]  # all visits that the plan is about, with a moment or without
    loads: dict[int, Load]
    whole: Load = field(default_factory=Load)

    @property
    def heads(self) -> int:
        """How many mentors visit anybody."""
        return len(self.loads)


@dataclass(frozen=True)
class MentorLoads:
    """One mentor's load in each plan; `longest_minutes` is what the bars of all mentors are drawn against."""

    mentor: Mentor
    loads: list[Load]
    longest_minutes: int

    @property
    def bars(self) -> list[tuple[str, Load]]:
        """The loads with the letters of their plans."""
        return list(zip(LETTERS, self.loads, strict=False))

    @property
    def differs(self) -> bool:
        """Whether the plans do not all give this mentor the same load."""
        return len(set(self.loads)) > 1


@dataclass(frozen=True)
class Measure:
    """One figure of each plan, for bars from zero. `unit`: families, evenings, minutes or metres."""

    title: Promise
    unit: str
    values: list[tuple[str, int]]  # by the plan's letter
    most: int


class DifferenceKind(StrEnum):
    """In what way a family's moments differ, worst first."""

    WITHOUT = "without"
    MENTOR = "mentor"
    DAY = "day"
    TIME = "time"


WORST_FIRST = list(DifferenceKind)


@dataclass(frozen=True)
class MomentDifference:
    """A family whose moment is not the same in all plans; `cells` has the mentor and the moment in each, or None."""

    visit: Visit
    how: DifferenceKind
    cells: list[tuple[Mentor, ComparedMoment] | None]

    @property
    def lettered(self) -> list[tuple[str, tuple[Mentor, ComparedMoment] | None]]:
        """The cells with the letters of their plans."""
        return list(zip(LETTERS, self.cells, strict=False))

    @property
    def look(self) -> tuple[Promise, str, str]:
        """In what way, in words, with an icon and a tone."""
        return DIFFERENCES[self.how]


@dataclass(frozen=True)
class Comparison:
    """All that the page shows; the differences are those of `mentor`, when one is asked for."""

    columns: list[PlanColumn]
    mentors: list[MentorLoads]
    differences: list[MomentDifference]
    different_mentors: list[Mentor]  # who has a family that differs: the choices of the filter

    @property
    def measures(self) -> list[Measure]:
        """The figures at a glance; wishes only when somebody has one."""
        columns = self.columns
        placed = {column.letter: column.totals.placed for column in columns}
        most = max(placed[column.letter] + column.totals.without_moment for column in columns)
        found = [Measure(MEASURES["placed"], "families", list(placed.items()), most)]
        wishes = max(column.totals.wishes for column in columns)
        if wishes:
            met = [(column.letter, column.totals.wishes_met) for column in columns]
            found.append(Measure(MEASURES["wishes_met"], "families", met, wishes))
        units = {"evenings": "evenings", "away_minutes": "minutes", "travel_minutes": "minutes"}
        for name, unit in (units | {"travel_metres": "metres"}).items():
            values = [(column.letter, int(getattr(column.whole, name))) for column in columns]
            found.append(Measure(MEASURES[name], unit, values, max(value for _letter, value in values)))
        return found

    @property
    def is_even(self) -> bool:
        """Whether all plans are about the same families: only then do their totals say which is better."""
        return len({column.families for column in self.columns}) == 1

    @property
    def shared(self) -> int:
        """How many families all plans are about."""
        return len(frozenset.intersection(*(column.families for column in self.columns)))

    @property
    def finding(self) -> str:
        """What the picture shows, in a sentence or two."""
        if not self.is_even:
            return uneven_text({column.letter: len(column.families) for column in self.columns})
        placed = {column.letter: column.totals.placed for column in self.columns}
        return finding_words(placed, {column.letter: column.whole.travel_minutes for column in self.columns})

    @property
    def changed_loads(self) -> int:
        """How many mentors have another load in one of the plans."""
        return sum(line.differs for line in self.mentors)


def plans_to_compare(campaign: Campaign, asked: Iterable[str]) -> list[Plan]:
    """The plans with these primary keys that can be compared, in the order in which they were made."""
    keys = {int(text) for text in asked if text.isascii() and text.isdigit() and len(text) < 10}
    plans = campaign.plans.drafts().filter(pk__in=keys, state__in=COMPARABLE).defer("problem", "trail", "pins")
    return list(plans.order_by("created_at", "pk")[: MOST + 1])


def compare(campaign: Campaign, plans: Sequence[Plan], mentor: int | None = None) -> Comparison:
    """What the plans come to and where they differ, in the same number of queries whatever their size."""
    columns = [_column(letter, plan) for letter, plan in zip(LETTERS, plans, strict=False)]
    people = {person.pk: person for person in Mentor.objects.filter(school=campaign.school_id)}
    found = _differences(columns, people, _visits(campaign, columns))
    own = [item for item in found if mentor is None or mentor in _mentors_of(item)]
    different = {pk for item in found for pk in _mentors_of(item)}
    return Comparison(
        columns=columns,
        mentors=_mentor_lines(columns, people),
        differences=own,
        different_mentors=_by_name(people[pk] for pk in different if pk in people),
    )


def _column(letter: str, plan: Plan) -> PlanColumn:
    draft = read_draft_of(plan)
    slots: dict[int, ComparedMoment] = {}
    loads: dict[int, Load] = defaultdict(Load)
    for route in draft.routes:
        for stop in route.stops:
            if not stop.is_second:
                slot = ComparedMoment(route.mentor, route.on, time_of(stop.start))
                slots |= {int(visit): slot for visit in stop.visits}
        loads[route.mentor] = _added(loads[route.mentor], _load_of(route))
    whole = Load()
    for load in loads.values():
        whole = _added(whole, load)
    gap = gap_of(plan, draft) if plan.kind == PlanKind.WHOLE else None
    return PlanColumn(letter, plan, draft.totals, gap, slots, _families(draft, slots), dict(loads), whole)


def _families(draft: StoredDraft, slots: Iterable[int]) -> frozenset[int]:
    return frozenset([*slots, *(int(left.visit) for left in draft.without_moment)])


def _load_of(route: DrawnRoute) -> Load:
    return Load(
        families=sum(len(stop.visits) for stop in route.stops),
        evenings=1,
        away_minutes=route.back - route.leaves,
        travel_minutes=route.travel_minutes,
        travel_metres=route.travel_metres,
    )


def _added(one: Load, other: Load) -> Load:
    return Load(
        one.families + other.families,
        one.evenings + other.evenings,
        one.away_minutes + other.away_minutes,
        one.travel_minutes + other.travel_minutes,
        one.travel_metres + other.travel_metres,
    )


def _visits(campaign: Campaign, columns: list[PlanColumn]) -> dict[int, Visit]:
    """The visits whose moments differ; of those that all plans are about, and not without a moment in each."""
    keys = frozenset.intersection(*(column.families for column in columns))
    differ = {pk for pk in keys if len({column.slots.get(pk) for column in columns}) > 1}
    visits = campaign.visits.select_related("household", "mentor")
    return {visit.pk: visit for visit in visits if visit.pk in differ}


def _differences(
    columns: list[PlanColumn], people: dict[int, Mentor], visits: dict[int, Visit]
) -> list[MomentDifference]:
    found = []
    for pk, visit in visits.items():
        slots = [column.slots.get(pk) for column in columns]
        cells = [(people[slot.mentor], slot) if slot and slot.mentor in people else None for slot in slots]
        found.append(MomentDifference(visit, _how(slots), cells))
    return sorted(found, key=lambda item: (WORST_FIRST.index(item.how), item.visit.household.name, item.visit.pk))


def _how(slots: list[ComparedMoment | None]) -> DifferenceKind:
    there = [slot for slot in slots if slot]
    if len(there) < len(slots):
        return DifferenceKind.WITHOUT
    if len({slot.mentor for slot in there}) > 1:
        return DifferenceKind.MENTOR
    return DifferenceKind.DAY if len({slot.on for slot in there}) > 1 else DifferenceKind.TIME


def _mentors_of(item: MomentDifference) -> set[int]:
    """Who visits this family in one of the plans, or ought to."""
    own = {item.visit.mentor_id} if item.visit.mentor_id else set()
    return own | {cell[0].pk for cell in item.cells if cell}


def _mentor_lines(columns: list[PlanColumn], people: dict[int, Mentor]) -> list[MentorLoads]:
    mentors = _by_name(people[pk] for pk in {pk for column in columns for pk in column.loads} if pk in people)
    longest = max((load.away_minutes for column in columns for load in column.loads.values()), default=0)
    lines = [
        MentorLoads(mentor, [column.loads.get(mentor.pk, Load()) for column in columns], longest) for mentor in mentors
    ]
    return sorted(lines, key=lambda line: not line.differs)


def _by_name(mentors: Iterable[Mentor]) -> list[Mentor]:
    return sorted(mentors, key=lambda mentor: (mentor.name, mentor.pk))
