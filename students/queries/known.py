"""The school as a comparison with a roster needs it: everything in a handful of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from mentors.models import Mentor, School, SchoolYear
from students.models import Guardian, Household, Residence, RosterImport, SchoolClass, Student
from students.roster.differences import Differences, compare
from students.roster.known import KnownClass, KnownGuardian, KnownHousehold, KnownMentor, KnownPupil, KnownSchool
from students.roster.payload import from_payload


def year_for(school: School, today: dt.date) -> SchoolYear | None:
    """The school year that a roster is about: this one, or in summer the next one; None when there is none."""
    return (
        school.years.filter(starts_on__lte=today, ends_on__gte=today).first()
        or school.years.filter(starts_on__gt=today).order_by("starts_on").first()
    )


def preview_of(roster_import: RosterImport, *, today: dt.date) -> Differences:
    """What applying an import would change now."""
    year = year_for(roster_import.school, today)
    return compare(from_payload(roster_import.payload), known_school(roster_import.school, year), today=today)


def known_school(school: School, year: SchoolYear | None) -> KnownSchool:
    """All pupils with their households and adults, the classes of `year`, and the mentors."""
    homes = _homes(school)
    ranks: dict[int, dict[int, KnownHousehold]] = defaultdict(dict)
    for residence in Residence.objects.filter(student__school=school).order_by("student_id", "rank"):
        ranks[residence.student_id][residence.rank] = homes[residence.household_id]
    pupils = {}
    for student in Student.objects.filter(school=school).select_related("school_class").order_by("pk"):
        pupil = _pupil(student, ranks[student.pk], year)
        pupils[pupil.number] = pupil
        if pupil.left_on is None:
            for home in pupil.homes.values():
                home.residents.add(pupil.number)
    return KnownSchool(pupils=pupils, classes=_classes(year), mentors=_mentors(school))


def _homes(school: School) -> dict[int, KnownHousehold]:
    homes = {
        household.pk: KnownHousehold(
            pk=household.pk,
            name=household.name,
            postcode=household.postcode,
            house_number=household.house_number,
            suffix=household.house_suffix,
            street=household.street,
            city=household.town,
            is_secret=household.is_secret_address,
            language=household.language,
        )
        for household in Household.objects.filter(school=school)
    }
    for guardian in Guardian.objects.filter(household__school=school).order_by("pk"):
        homes[guardian.household_id].adults.append(
            KnownGuardian(
                pk=guardian.pk,
                key=guardian.external_key,
                name=guardian.name,
                email=guardian.email,
                phone=guardian.phone,
                authority=guardian.authority,
                is_invited=guardian.is_invited,
            )
        )
    return homes


def _pupil(student: Student, homes: dict[int, KnownHousehold], year: SchoolYear | None) -> KnownPupil:
    """A pupil; a class of an earlier year counts as none, so that this year's class is a change."""
    school_class = student.school_class
    is_current = school_class is not None and year is not None and school_class.school_year_id == year.pk
    return KnownPupil(
        pk=student.pk,
        number=student.external_key,
        first_name=student.first_name,
        prefix=student.name_prefix,
        last_name=student.last_name,
        birth_on=student.born_on,
        class_name=school_class.name if school_class is not None and is_current else "",
        entered_on=student.entered_on,
        left_on=student.left_on,
        homes=homes,
    )


def _classes(year: SchoolYear | None) -> dict[str, KnownClass]:
    if year is None:
        return {}
    return {
        school_class.name: KnownClass(
            pk=school_class.pk,
            name=school_class.name,
            year=school_class.year_group,
            has_mentors=bool(school_class.mentors.all()),
        )
        for school_class in SchoolClass.objects.filter(school_year=year).prefetch_related("mentors")
    }


def _mentors(school: School) -> list[KnownMentor]:
    return [
        KnownMentor(pk=mentor.pk, key=mentor.external_key, name=mentor.name, email=mentor.email)
        for mentor in Mentor.objects.filter(school=school)
    ]
