"""Writes the outcome of a comparison: new rows in bulk, changed rows by their touched fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models

from mentors.models import Mentor, School, SchoolYear
from students.actions.locating import LOCATED_FIELDS, place_on_map
from students.models import Guardian, Household, LocationQuality, Residence, SchoolClass, Student
from students.roster.differences import Differences
from students.roster.known import KnownHousehold, KnownMentor, KnownPupil, KnownRow

AnyModel = TypeVar("AnyModel", bound=models.Model)

_HOME_FIELDS = {
    "name": "name",
    "postcode": "postcode",
    "house_number": "house_number",
    "suffix": "house_suffix",
    "street": "street",
    "city": "town",
    "is_secret": "is_secret_address",
    "language": "language",
}
_ADULT_FIELDS = {
    "key": "external_key",
    "name": "name",
    "email": "email",
    "phone": "phone",
    "authority": "authority",
    "is_invited": "is_invited",
}
_PUPIL_FIELDS = {
    "number": "external_key",
    "first_name": "first_name",
    "prefix": "name_prefix",
    "last_name": "last_name",
    "birth_on": "born_on",
    "entered_on": "entered_on",
    "left_on": "left_on",
}
_ADDRESS_PARTS = {"postcode", "house_number", "suffix"}
_BATCH = 200


def write_differences(*, school: School, year: SchoolYear, differences: Differences) -> None:
    """Write everything; the caller holds the transaction."""
    pupils = list(differences.known.pupils.values())
    classes = _write_classes(year, differences)
    _write_mentors(school, differences, classes)
    homes = list({id(home): home for pupil in pupils for home in pupil.homes.values()}.values())
    _write_homes(school, homes)
    _write_adults(homes)
    _write_pupils(school, pupils, classes)
    _write_residences(pupils)


def _write_classes(year: SchoolYear, differences: Differences) -> dict[str, int]:
    fresh = [SchoolClass(school_year=year, name=known.name, year_group=known.year) for known in differences.new_classes]
    for known, made in zip(differences.new_classes, SchoolClass.objects.bulk_create(fresh), strict=True):
        known.pk = made.pk
    for known in differences.changed_classes:
        SchoolClass.objects.filter(school_year=year, name=known.name).update(year_group=known.year)
    return {known.name: known.pk for known in differences.known.classes.values() if known.pk is not None}


def _write_mentors(school: School, differences: Differences, classes: Mapping[str, int]) -> None:
    for known, names in differences.mentors:
        mentor = _mentor(school, known)
        mentor.classes.add(*(classes[name] for name in names if name in classes))


def _mentor(school: School, known: KnownMentor) -> Mentor:
    mentor = Mentor.objects.filter(school=school, pk=known.pk).first() if known.pk is not None else None
    return mentor or Mentor.objects.create(
        school=school, external_key=known.key[:128], name=known.name, email=known.email
    )


def _write_homes(school: School, homes: Sequence[KnownHousehold]) -> None:
    fresh = [home for home in homes if home.pk is None]
    made = [Household(school=school, **_values(home, _HOME_FIELDS)) for home in fresh]
    place_on_map(made)
    for home, household in zip(fresh, Household.objects.bulk_create(made, batch_size=_BATCH), strict=True):
        home.pk = household.pk

    def after(home: KnownHousehold, household: Household) -> None:
        if home.touched & _ADDRESS_PARTS:
            household.location_quality = LocationQuality.NONE
            place_on_map([household])

    changed = [home for home in homes if home not in fresh and home.touched & _HOME_FIELDS.keys()]
    _update(Household, changed, _HOME_FIELDS, LOCATED_FIELDS, after)


def _write_adults(homes: Sequence[KnownHousehold]) -> None:
    pairs = [(home, adult) for home in homes for adult in home.adults]
    fresh = [(home, adult) for home, adult in pairs if adult.pk is None]
    made = [Guardian(household_id=home.pk or 0, **_values(adult, _ADULT_FIELDS)) for home, adult in fresh]
    for (_home, adult), guardian in zip(fresh, Guardian.objects.bulk_create(made, batch_size=_BATCH), strict=True):
        adult.pk = guardian.pk
    changed = [adult for _home, adult in pairs if adult.touched & _ADULT_FIELDS.keys()]
    fresh_keys = {id(adult) for _home, adult in fresh}
    _update(Guardian, [adult for adult in changed if id(adult) not in fresh_keys], _ADULT_FIELDS)


def _write_pupils(school: School, pupils: Sequence[KnownPupil], classes: Mapping[str, int]) -> None:
    fresh = [pupil for pupil in pupils if pupil.pk is None]
    made = [
        Student(school=school, school_class_id=classes.get(pupil.class_name), **_values(pupil, _PUPIL_FIELDS))
        for pupil in fresh
    ]
    for pupil, student in zip(fresh, Student.objects.bulk_create(made, batch_size=_BATCH), strict=True):
        pupil.pk = student.pk
    fresh_keys = {pupil.pk for pupil in fresh}

    def after(pupil: KnownPupil, student: Student) -> None:
        if "class_name" in pupil.touched:
            student.school_class_id = classes.get(pupil.class_name)

    wanted = _PUPIL_FIELDS.keys() | {"class_name"}
    changed = [pupil for pupil in pupils if pupil.pk not in fresh_keys and pupil.touched & wanted]
    _update(Student, changed, _PUPIL_FIELDS, ["school_class"], after)


def _write_residences(pupils: Sequence[KnownPupil]) -> None:
    moved = [pupil for pupil in pupils if "homes" in pupil.touched]
    wanted = {(pupil.pk, rank): home.pk for pupil in moved for rank, home in pupil.homes.items() if home.pk is not None}
    known = {
        (residence.student_id, residence.rank): residence
        for residence in Residence.objects.filter(student__in=[pupil.pk for pupil in moved])
    }
    fresh = [
        Residence(student_id=student, rank=rank, household_id=household)
        for (student, rank), household in wanted.items()
        if (student, rank) not in known and student is not None
    ]
    Residence.objects.bulk_create(fresh, batch_size=_BATCH)
    for at, residence in known.items():
        if at in wanted and residence.household_id != wanted[at]:
            Residence.objects.filter(pk=residence.pk).update(household_id=wanted[at])


def _values(row: KnownRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {column: getattr(row, name) for name, column in names.items()}


def _update(
    model: type[AnyModel],
    rows: Iterable[Any],
    names: Mapping[str, str],
    more: Sequence[str] = (),
    after: Callable[[Any, AnyModel], None] | None = None,
) -> None:
    """Write the touched fields of rows that exist; `after` may set more columns on the object."""
    by_key = {row.pk: row for row in rows}
    found = model._default_manager.in_bulk(list(by_key))
    for key, instance in found.items():
        for name in by_key[key].touched & names.keys():
            setattr(instance, names[name], getattr(by_key[key], name))
        if after is not None:
            after(by_key[key], instance)
    columns = sorted({*names.values(), *more})
    model._default_manager.bulk_update(list(found.values()), columns, batch_size=_BATCH)
