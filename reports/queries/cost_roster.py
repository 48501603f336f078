"""Who would visit whom, from roster and addresses alone: no round, no evenings and no answers are needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mentors.models import Closure, School, SchoolYear
from reports.figures.cost_teams import Roads, Team
from reports.figures.cost_totals import Calendar
from reports.figures.school_days import Break, calendar_of
from roads.queries import Place, travel_matrix
from students.models import Household, LocationQuality, SchoolClass, Student
from visits.models import PlaceKind
from visits.queries.cohort import class_mentors, homes_to_visit, with_homes


@dataclass(frozen=True)
class RosterFacts:
    """What the roster holds of one set of year groups; numbers only."""

    pupils: int = 0
    families: int = 0
    at_school: int = 0  # secret addresses among them, and who is received there for another reason
    secret: int = 0
    roughly_located: int = 0
    not_located: int = 0
    without_home: int = 0
    classes: int = 0
    without_mentor: int = 0
    shared: int = 0
    mentors: int = 0


@dataclass(frozen=True)
class Cohort:
    """The teams that visit these year groups, and what was counted on the way."""

    year_groups: tuple[int, ...]
    teams: tuple[Team, ...]
    facts: RosterFacts


@dataclass
class StudyPlaces:
    """The places by number, the school being 0; a household has one number in every variant."""

    places: list[Place]
    of_home: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, school: School) -> StudyPlaces | None:
        """Nothing for a school that is not on the map."""
        if school.latitude is None or school.longitude is None:
            return None
        return cls([Place(school.latitude, school.longitude)])

    def place_of(self, home: Household) -> int:
        """The number of a home that is on the map."""
        if home.pk not in self.of_home:
            self.of_home[home.pk] = len(self.places)
            self.places.append(Place(home.latitude or 0.0, home.longitude or 0.0))
        return self.of_home[home.pk]

    def roads(self, mode: str) -> Roads:
        """The way between all of them."""
        matrix = travel_matrix(self.places, mode)
        return Roads(matrix.minutes, matrix.metres, matrix.is_estimate)


def roster_year(school: School) -> SchoolYear | None:
    """The newest school year that has classes with pupils. One query."""
    pupils = Student.objects.enrolled().filter(school=school, school_class__year_group__isnull=False)
    years = SchoolYear.objects.filter(school=school, classes__in=pupils.values("school_class"))
    return years.order_by("-starts_on").first()


def year_groups_of(year: SchoolYear) -> list[int]:
    """The year groups of this year that have pupils. One query."""
    pupils = Student.objects.enrolled().filter(school_class__school_year=year, school_class__year_group__isnull=False)
    found = pupils.order_by("school_class__year_group").values_list("school_class__year_group", flat=True).distinct()
    return [group for group in found if group is not None]


def year_of_day(school: School, day: dt.date) -> SchoolYear | None:
    """The school year in which this day lies. One query."""
    return SchoolYear.objects.filter(school=school, starts_on__lte=day, ends_on__gte=day).first()


def study_calendar(year: SchoolYear, starts_on: dt.date) -> Calendar:
    """The evenings of that year from this day on. One query."""
    closures = Closure.objects.filter(school_year=year)
    breaks = (Break(off.name, off.starts_on, off.ends_on, off.is_holiday) for off in closures)
    return Calendar(calendar_of(breaks, year.ends_on), starts_on)


def cohort_of(year: SchoolYear, year_groups: Sequence[int], places: StudyPlaces) -> Cohort:
    """Who visits whom in these year groups. A few queries, whatever their size."""
    pupils = Student.objects.enrolled().filter(
        school_class__school_year=year, school_class__year_group__in=list(year_groups)
    )
    gathering = _Gathering(places)
    for student in with_homes(pupils.order_by("school_class_id", "pk")):
        gathering.add(student)
    return Cohort(tuple(year_groups), tuple(gathering.teams()), gathering.facts())


@dataclass
class _Gathering:
    """Families under way: each once for the mentors of a class, as in a round."""

    places: StudyPlaces
    pupils: int = 0
    without_home: int = 0
    mentors_of_class: dict[int, tuple[str, ...]] = field(default_factory=dict)
    families: dict[tuple[tuple[str, ...], int], tuple[Household, PlaceKind]] = field(default_factory=dict)

    def add(self, student: Student) -> None:
        """One pupil: the homes that are visited, and the mentors who may do that."""
        school_class = student.school_class
        assert school_class is not None  # noqa: S101 - the pupils are found by their class
        mentors = self._mentors(student, school_class)
        self.pupils += 1
        homes = homes_to_visit(student)
        self.without_home += not homes
        home_of = {residence.household_id: residence.household for residence in student.residences.all()}
        for household, kind in homes:
            self.families.setdefault((mentors, household), (home_of[household], kind))

    def _mentors(self, student: Student, school_class: SchoolClass) -> tuple[str, ...]:
        """The class's mentors, or one that is assumed for it."""
        if school_class.pk not in self.mentors_of_class:
            found = tuple(sorted(f"mentor {mentor.pk}" for mentor in class_mentors(student)))
            self.mentors_of_class[school_class.pk] = found or (f"class {school_class.pk}",)
        return self.mentors_of_class[school_class.pk]

    def teams(self) -> Iterable[Team]:
        """Mentors who share families, directly or through a third, are one team."""
        located = [(who, place) for (who, _home), place in self._places() if place is not None]
        groups = _joined({who for who, _place in located})
        for group in groups:
            own = {mentor: number for number, mentor in enumerate(sorted(group))}
            families = sorted(
                (place, tuple(own[mentor] for mentor in who)) for who, place in located if set(who) <= group
            )
            yield Team(len(own), tuple(families))

    def _places(self) -> Iterable[tuple[tuple[tuple[str, ...], int], int | None]]:
        for key, (home, kind) in self.families.items():
            if kind == PlaceKind.SCHOOL:
                yield key, 0
            else:
                yield key, self.places.place_of(home) if _is_located(home) else None

    def facts(self) -> RosterFacts:
        """What was counted."""
        homes = list(self.families.values())
        at_home = [home for home, kind in homes if kind != PlaceKind.SCHOOL]
        mentors = {mentor for who in self.mentors_of_class.values() for mentor in who}
        return RosterFacts(
            pupils=self.pupils,
            families=len(homes),
            at_school=len(homes) - len(at_home),
            secret=sum(home.is_secret_address for home, _kind in homes),
            roughly_located=sum(home.location_quality == LocationQuality.POSTCODE for home in at_home),
            not_located=sum(not _is_located(home) for home in at_home),
            without_home=self.without_home,
            classes=len(self.mentors_of_class),
            without_mentor=sum(who[0].startswith("class") for who in self.mentors_of_class.values()),
            shared=sum(len(who) > 1 for who in self.mentors_of_class.values()),
            mentors=len(mentors),
        )


def _is_located(home: Household) -> bool:
    return home.latitude is not None and home.longitude is not None


def _joined(circles: Iterable[tuple[str, ...]]) -> list[frozenset[str]]:
    """Disjoint groups: circles with somebody in common become one."""
    groups: list[set[str]] = []
    for circle in sorted(circles):
        touching = [group for group in groups if group & set(circle)]
        groups = [group for group in groups if not group & set(circle)]
        groups.append(set(circle).union(*touching))
    return sorted((frozenset(group) for group in groups), key=sorted)
