"""What it costs to visit in the evening, or in the afternoon, rather than whenever: evenings of mentors, counted.

The planner weighs the preference against the rest and keeps it where that costs little (planning/problem/windows.py).
Here is counted what it would take to keep it for every family.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from django.db.models import Count, Sum

from mentors.dates import minutes_of
from mentors.models import SchoolYear
from students.models import Student
from visits.models import Campaign, DayPart, Route, Shift, Visit, VisitState
from visits.queries.windows import Stretch

ASSUMED_TRAVEL = 10  # minutes to the next family, as long as no evening was published
LAST_OF_SECONDARY = 6  # the highest year group of a secondary school
_TO_VISIT = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


@dataclass(frozen=True)
class EveningNeeds:
    """How many evenings the mentors of a campaign need, when visits are at any hour and when all keep a preference.

    `stops`, `preferred_stops`: how many visits fit in most evenings. `largest` has the most families, and needs
    `evenings` and `preferred_evenings`; `more` is what all mentors together need more.
    """

    stops: int
    preferred_stops: int
    travel: int
    is_travel_known: bool
    largest: int
    evenings: int
    preferred_evenings: int
    more: int


@dataclass(frozen=True)
class EveningSupply:
    """What is known of a campaign: families and evenings (minutes after midnight) per mentor, and the way between."""

    families: Mapping[int, int]
    shifts: Mapping[int, Sequence[Stretch]] = field(default_factory=dict)
    travel: int = ASSUMED_TRAVEL
    is_travel_known: bool = False

    @classmethod
    def of_campaign(cls, campaign: Campaign) -> EveningSupply:
        """The families who are still to be visited, the evenings that mentors gave, the travel of published routes."""
        rows = campaign.visits.filter(state__in=_TO_VISIT, mentor__isnull=False).order_by()
        families = {pk: number for pk, number in rows.values_list("mentor_id").annotate(number=Count("pk")) if pk}
        shifts: dict[int, list[Stretch]] = defaultdict(list)
        for shift in campaign.shifts.all():
            shifts[shift.mentor_id].append(_hours(shift))
        travelled = Route.objects.filter(campaign=campaign).aggregate(minutes=Sum("travel_minutes"), days=Count("pk"))
        stops = Visit.objects.filter(route__campaign=campaign).count()
        if not stops:
            return cls(families, shifts)
        return cls(families, shifts, ceil((travelled["minutes"] or 0) / (stops + travelled["days"])), True)

    @classmethod
    def of_year(cls, year: SchoolYear, groups: Iterable[int]) -> EveningSupply:
        """Before there is a campaign: the pupils of these year groups, each class with one mentor."""
        pupils = Student.objects.enrolled().filter(
            school_class__school_year=year, school_class__year_group__in=list(groups)
        )
        rows = pupils.order_by().values_list("school_class_id").annotate(number=Count("pk"))
        return cls({pk: number for pk, number in rows if pk})

    def needs(self, campaign: Campaign) -> EveningNeeds | None:
        """What the rules and the preference of this campaign take; None when nobody is to be visited."""
        if not self.families:
            return None
        counted = {pk: self._evenings(pk, number, campaign) for pk, number in self.families.items()}
        largest = max(self.families, key=lambda pk: (self.families[pk], -pk))
        usual = self.shifts.get(largest) or [USUAL_HOURS]
        return EveningNeeds(
            stops=_most_common(stops_in(hours, campaign, self.travel) for hours in usual),
            preferred_stops=_most_common(preferred_stops_in(hours, campaign, self.travel) for hours in usual),
            travel=self.travel,
            is_travel_known=self.is_travel_known,
            largest=self.families[largest],
            evenings=counted[largest][0],
            preferred_evenings=counted[largest][1],
            more=sum(preferred - plain for plain, preferred in counted.values()),
        )

    def _evenings(self, mentor: int, families: int, campaign: Campaign) -> tuple[int, int]:
        """The evenings that these families take, at any hour and at the preferred ones, at the mentor's own mean."""
        shifts = self.shifts.get(mentor) or [USUAL_HOURS]
        plain = sum(stops_in(hours, campaign, self.travel) for hours in shifts)
        preferred = sum(preferred_stops_in(hours, campaign, self.travel) for hours in shifts)
        return _needed(families, plain, len(shifts)), _needed(families, preferred, len(shifts))


def preferred_part(hours: Stretch, campaign: Campaign, minutes: int) -> Stretch | None:
    """The part of these hours in which the school would rather have a visit of so many minutes.

    None where it prefers none of them, and where no such visit fits in that part: a mentor who gives an afternoon is
    not asked for the evening.
    """
    begins = minutes_of(campaign.evening_from)
    match DayPart(campaign.day_part):
        case DayPart.EVENING:
            part = hours.within(Stretch(begins, max(begins, hours.ends)))
        case DayPart.AFTERNOON:
            part = hours.within(Stretch(min(begins, hours.starts), begins))
        case _:
            return None
    return part if part and part.ends - part.starts >= minutes else None


def stops_in(hours: Stretch, campaign: Campaign, travel: int) -> int:
    """How many visits fit in an evening of a mentor, with the way to the first and between them; one at least."""
    minutes = hours.ends - hours.starts - travel
    between = campaign.slack_minutes + travel
    fits = (minutes + between) // (campaign.visit_minutes + between)
    return max(1, min(campaign.max_stops, fits))


def preferred_stops_in(hours: Stretch, campaign: Campaign, travel: int) -> int:
    """How many of those fit at the preferred hours; all where the evening allows no preference."""
    part = preferred_part(hours, campaign, campaign.visit_minutes)
    if part is None:
        return stops_in(hours, campaign, travel)
    # The way to the first family of an evening is made before it begins.
    is_early = part.starts - hours.starts >= travel
    return stops_in(Stretch(part.starts - travel, part.ends) if is_early else part, campaign, travel)


def is_primary(year_groups: Iterable[int]) -> bool:
    """Whether a school with these year groups is a primary school: only those have eight."""
    return max(year_groups, default=0) > LAST_OF_SECONDARY


def _hours(shift: Shift) -> Stretch:
    return Stretch(minutes_of(shift.leave_from), minutes_of(shift.visits_until))


USUAL_HOURS = _hours(Shift())  # those that a mentor gives who says nothing about them


def _needed(families: int, fits: int, evenings: int) -> int:
    """Evenings for so many families, when `fits` of them fit in `evenings`."""
    return ceil(families * evenings / fits)


def _most_common(numbers: Iterable[int]) -> int:
    counted = Counter(numbers)
    return max(counted, key=lambda number: (counted[number], number))
