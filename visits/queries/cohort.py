"""Who belongs to a campaign: the pupils that its year groups and its frequency rule point at."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from mentors.models import Mentor, SchoolYear
from students.models import Residence, SchoolClass, Student, TwoHomes
from visits.models import Campaign, Frequency, PlaceKind, Visit, VisitState


def cohort(campaign: Campaign) -> QuerySet[Student]:
    """The enrolled pupils whom this campaign visits, by class and then by age in the table."""
    pupils = Student.objects.enrolled().filter(
        school=campaign.school_id,
        school_class__school_year=campaign.school_year_id,
        school_class__year_group__in=campaign.year_groups,
    )
    return _after_frequency(pupils, campaign).order_by("school_class_id", "pk")


def with_homes(pupils: QuerySet[Student]) -> QuerySet[Student]:
    """Fetch what `homes_to_visit` and `class_mentors` read: homes, class and the class's mentors."""
    return pupils.select_related("school_class").prefetch_related(
        Prefetch("residences", Residence.objects.select_related("household").order_by("rank")),
        Prefetch("school_class__mentors", Mentor.objects.active().order_by("pk")),
    )


def homes_to_visit(student: Student) -> list[tuple[int, PlaceKind]]:
    """The households to be visited for this pupil, each with the place that is proposed.

    At school: for a secret address, and when the school chose that for a pupil with two homes.
    """
    homes = list(student.residences.all())
    if len(homes) > 1 and student.two_homes == TwoHomes.ONE_VISIT:
        homes = homes[:1]
    both_at_school = len(homes) > 1 and student.two_homes == TwoHomes.AT_SCHOOL
    return [
        (
            home.household_id,
            PlaceKind.SCHOOL if both_at_school or home.household.is_secret_address else PlaceKind.HOME,
        )
        for home in homes
    ]


def class_mentors(student: Student) -> list[Mentor]:
    """The mentors of the pupil's class who still work at the school, oldest row first."""
    return list(student.school_class.mentors.all()) if student.school_class else []


def year_group_sizes(year: SchoolYear) -> dict[int, int]:
    """How many enrolled pupils each year group of this school year has."""
    classes = SchoolClass.objects.filter(school_year=year, year_group__isnull=False)
    sizes = {group: 0 for group in classes.values_list("year_group", flat=True).order_by("year_group") if group}
    pupils = Student.objects.enrolled().filter(school_class__in=classes)
    for group in pupils.values_list("school_class__year_group", flat=True):
        if group in sizes:
            sizes[group] += 1
    return sizes


def classes_without_year(year: SchoolYear) -> list[SchoolClass]:
    """The classes of which nobody knows the year group: their pupils are in no campaign."""
    return list(SchoolClass.objects.filter(school_year=year, year_group=None).order_by("name"))


def _after_frequency(pupils: QuerySet[Student], campaign: Campaign) -> QuerySet[Student]:
    """Leave out whom the school's frequency rule does not visit again."""
    met = Visit.students.through.objects.filter(
        student=OuterRef("pk"), visit__campaign__school=campaign.school_id, visit__state=VisitState.MET
    ).exclude(visit__campaign=campaign.pk)
    year_start = campaign.school_year.starts_on
    match Frequency(campaign.frequency):
        case Frequency.ONCE:
            return pupils.exclude(Exists(met.filter(visit__campaign__starts_on__lte=campaign.starts_on)))
        case Frequency.EVERY_OTHER_YEAR:
            before = _previous_year(campaign)
            return pupils.exclude(Exists(met.filter(visit__campaign__school_year=before))) if before else pupils
        case Frequency.FIRST_YEAR_OF_MENTOR:
            return pupils.exclude(Exists(_earlier_by_own_mentor(year_start)))
        case _:
            return pupils


def _previous_year(campaign: Campaign) -> SchoolYear | None:
    """The school year before this campaign's."""
    return (
        SchoolYear.objects.filter(school=campaign.school_id, starts_on__lt=campaign.school_year.starts_on)
        .order_by("-starts_on")
        .first()
    )


def _earlier_by_own_mentor(year_start: dt.date) -> QuerySet[Any, Any]:
    """Visits of an earlier year by a mentor whom the pupil's class has now.

    A class keeps no history of its pupils; the earlier campaign's visit is what shows that this mentor had
    the pupil before. Whether that visit took place does not matter: it was the first year then.
    """
    return (
        Visit.students.through.objects.filter(
            student=OuterRef("pk"),
            visit__campaign__school_year__starts_on__lt=year_start,
            visit__mentor__classes=OuterRef("school_class"),
        )
        .exclude(visit__state=VisitState.CANCELLED)
        .values("pk")
    )
