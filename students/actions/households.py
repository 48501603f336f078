"""What a coordinator changes by hand: addresses, contact details, who is invited, two homes, year group and mentors of
a class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from students.actions.locating import LOCATED_FIELDS, place_on_map
from students.models import (
    LAST_YEAR_GROUP,
    Authority,
    Guardian,
    Household,
    LocationQuality,
    SchoolClass,
    Student,
    TwoHomes,
)

_ADDRESS = ("postcode", "house_number", "house_suffix")
HOUSEHOLD_FIELDS = (
    *("name", "street", "postcode", "house_number", "house_suffix", "town"),
    *("is_secret_address", "language", "needs_interpreter"),
)
GUARDIAN_FIELDS = ("name", "email", "phone", "authority", "is_invited")


class EditRefused(Refusal):
    """A change that cannot be; the text is for the person who asked."""


class OneHousehold(EditRefused):
    text = _("Deze leerling heeft maar één gezin.")


class TooManyClassMentors(EditRefused):
    text = _("Een klas heeft hooguit twee mentoren.")


class NoSuchYearGroup(EditRefused):
    text = _("Kies een leerjaar van 1 tot en met 8.")


class MentorOfOtherSchool(EditRefused):
    text = _("Deze mentor werkt op een andere school.")


@transaction.atomic
def edit_household(*, household: Household, values: dict[str, Any], by: User, now: dt.datetime) -> list[str]:
    """Change a household by hand; the names of the fields that changed. A new address is looked up at once."""
    changed = [name for name in HOUSEHOLD_FIELDS if name in values and getattr(household, name) != values[name]]
    for name in changed:
        setattr(household, name, values[name])
    if any(name in _ADDRESS for name in changed):
        household.location_quality = LocationQuality.NONE
        place_on_map([household])
    if changed:
        household.save(update_fields=sorted({*changed, *LOCATED_FIELDS}))
        record_event(
            verb="household.edited", by=by, now=now, school=household.school, subject=household, fields=changed
        )
    return changed


@transaction.atomic
def edit_guardian(*, guardian: Guardian, values: dict[str, Any], by: User, now: dt.datetime) -> list[str]:
    """Change an adult by hand, or add one that is not saved yet; the names of the fields that changed.

    Whoever loses authority is no longer invited, unless the same form says otherwise on purpose.
    """
    before = Guardian.objects.get(pk=guardian.pk) if guardian.pk else None
    changed = [
        name for name in GUARDIAN_FIELDS if name in values and (not before or getattr(before, name) != values[name])
    ]
    for name in changed:
        setattr(guardian, name, values[name])
    if before and guardian.authority == Authority.NO != before.authority and before.is_invited == guardian.is_invited:
        guardian.is_invited = False
    guardian.save()
    verb = "guardian.edited" if before else "guardian.added"
    record_event(verb=verb, by=by, now=now, school=guardian.household.school, subject=guardian, fields=changed)
    return changed


@transaction.atomic
def remove_guardian(*, guardian: Guardian, by: User, now: dt.datetime) -> None:
    """Take an adult out of a household."""
    record_event(verb="guardian.removed", by=by, now=now, school=guardian.household.school, subject=guardian)
    guardian.delete()


@transaction.atomic
def choose_two_homes(*, student: Student, choice: TwoHomes, by: User, now: dt.datetime) -> None:
    """Settle for a pupil with two households whether there are one or two visits, or talks at school.

    Raises EditRefused for a pupil with one household.
    """
    if student.residences.count() < 2:
        raise OneHousehold
    student.two_homes = choice
    student.save(update_fields=["two_homes"])
    record_event(verb="student.two_homes", by=by, now=now, school=student.school, subject=student, choice=str(choice))


@transaction.atomic
def set_year_group(*, school_class: SchoolClass, year_group: int | None, by: User, now: dt.datetime) -> None:
    """Say of which year group a class is, where its name does not; what stood there already changes nothing.

    Raises NoSuchYearGroup.
    """
    if year_group is not None and not 1 <= year_group <= LAST_YEAR_GROUP:
        raise NoSuchYearGroup
    if school_class.year_group == year_group:
        return
    school_class.year_group = year_group
    school_class.save(update_fields=["year_group"])
    school = school_class.school_year.school
    record_event(verb="class.year_group", by=by, now=now, school=school, subject=school_class, year_group=year_group)


@transaction.atomic
def choose_mentors(*, school_class: SchoolClass, mentors: Iterable[Mentor], by: User, now: dt.datetime) -> None:
    """Say who the mentors of a class are: one or two, of the same school. Raises EditRefused otherwise."""
    chosen = list(mentors)
    school = school_class.school_year.school
    if len(chosen) > 2:
        raise TooManyClassMentors
    if any(mentor.school_id != school.pk for mentor in chosen):
        raise MentorOfOtherSchool
    school_class.mentors.set(chosen)
    record_event(
        verb="class.mentors",
        by=by,
        now=now,
        school=school,
        subject=school_class,
        mentors=[mentor.pk for mentor in chosen],
    )
