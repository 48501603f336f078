"""What a coordinator changes about the school itself: its details and its calendar."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.holidays import days_off
from mentors.models import Closure, HolidayRegion, School, SchoolYear, User
from mentors.refusals import Refusal
from roads.queries import find_address


class CalendarError(Refusal):
    """A year or a closure that cannot be; the text is for the person who asked."""


class YearEndsBeforeStart(CalendarError):
    text = _("De laatste dag komt na de eerste.")


class YearTooLong(CalendarError):
    text = _("Een schooljaar duurt hoogstens een jaar. Kijk de data na.")


class YearsOverlap(CalendarError):
    text = _("Op deze dagen loopt al een ander schooljaar.")


class ClosureEndsBeforeStart(CalendarError):
    text = _("De laatste dag komt niet voor de eerste.")


class ClosureOutsideYear(CalendarError):
    text = _("Deze dagen vallen buiten het schooljaar.")


ADDRESS = ("postcode", "house_number", "house_suffix")


@transaction.atomic
def open_school(*, name: str, slug: str, region: HolidayRegion, brin: str, by: User | None, now: dt.datetime) -> School:
    """A new school, without a calendar and without people."""
    school = School.objects.create(name=name, slug=slug, holiday_region=region, brin=brin)
    record_event(verb="school.opened", by=by, now=now, school=school, subject=school)
    return school


@transaction.atomic
def change_school(*, school: School, values: dict[str, object], by: User, now: dt.datetime) -> list[str]:
    """Set details and terms of the school; the names of what changed.

    A new address moves the pin, unless a new pin comes with it; a pin that was cleared is looked up again.
    """
    before = {name: getattr(school, name) for name in (*values, "latitude", "longitude")}
    for name, value in values.items():
        setattr(school, name, value)
    is_pinned_by_hand = school.latitude is not None and school.latitude != before["latitude"]
    is_moved = any(name in values and before[name] != values[name] for name in ADDRESS)
    if not is_pinned_by_hand and (is_moved or school.latitude is None):
        locate_school(school)
    changed = [name for name, value in before.items() if getattr(school, name) != value]
    if changed:
        school.save()
        record_event(verb="school.changed", by=by, now=now, school=school, subject=school, fields=changed)
    return changed


def locate_school(school: School) -> None:
    """Put the pin where the address book says; without an address or a book there is no pin. Saves nothing."""
    found = None
    if school.postcode and school.house_number:
        found = find_address(school.postcode, school.house_number, school.house_suffix)
    school.latitude = found.place.lat if found else None
    school.longitude = found.place.lon if found else None


@transaction.atomic
def open_year(*, school: School, starts_on: dt.date, ends_on: dt.date, by: User | None, now: dt.datetime) -> SchoolYear:
    """A new school year, filled with the holidays of the region as far as they are known."""
    refuse_overlap(school=school, starts_on=starts_on, ends_on=ends_on, but=None)
    year = SchoolYear.objects.create(school=school, starts_on=starts_on, ends_on=ends_on)
    record_event(verb="school_year.opened", by=by, now=now, school=school, subject=year)
    fill_closures(year=year, by=by, now=now)
    return year


@transaction.atomic
def change_year(*, year: SchoolYear, starts_on: dt.date, ends_on: dt.date, by: User, now: dt.datetime) -> None:
    """Move the ends of a school year. Raises CalendarError when it would overlap another one."""
    refuse_overlap(school=year.school, starts_on=starts_on, ends_on=ends_on, but=year)
    year.starts_on, year.ends_on = starts_on, ends_on
    year.save(update_fields=["starts_on", "ends_on"])
    record_event(verb="school_year.changed", by=by, now=now, school=year.school, subject=year)


def refuse_overlap(*, school: School, starts_on: dt.date, ends_on: dt.date, but: SchoolYear | None) -> None:
    """Raise CalendarError for a year that ends before it starts, is too long, or overlaps another one."""
    if ends_on <= starts_on:
        raise YearEndsBeforeStart
    if (ends_on - starts_on).days > 400:
        raise YearTooLong
    others = school.years.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise YearsOverlap


@transaction.atomic
def fill_closures(*, year: SchoolYear, by: User | None, now: dt.datetime) -> int:
    """Add the holidays of the region that the year does not have yet; how many.

    The school's own calendar wins: a holiday that touches a closure which is already there is left out.
    """
    there = list(year.closures.all())
    missing = [
        day_off
        for day_off in days_off(year.school.holiday_region, year.starts_on, year.ends_on)
        if not any(own.starts_on <= day_off.ends_on and day_off.starts_on <= own.ends_on for own in there)
    ]
    Closure.objects.bulk_create(
        Closure(
            school_year=year,
            name=day_off.name,
            starts_on=day_off.starts_on,
            ends_on=day_off.ends_on,
            is_holiday=day_off.is_holiday,
        )
        for day_off in missing
    )
    if missing:
        record_event(verb="closures.filled", by=by, now=now, school=year.school, subject=year, number=len(missing))
    return len(missing)


@transaction.atomic
def save_closure(*, closure: Closure, by: User | None, now: dt.datetime) -> Closure:
    """Add or change a closure. Raises CalendarError when it lies outside its school year."""
    year = closure.school_year
    if closure.ends_on < closure.starts_on:
        raise ClosureEndsBeforeStart
    if closure.starts_on < year.starts_on or closure.ends_on > year.ends_on:
        raise ClosureOutsideYear
    verb = "closure.changed" if closure.pk else "closure.added"
    closure.save()
    record_event(
        verb=verb,
        by=by,
        now=now,
        school=year.school,
        subject=closure,
        starts_on=closure.starts_on.isoformat(),
        ends_on=closure.ends_on.isoformat(),
    )
    return closure


@transaction.atomic
def remove_closure(*, closure: Closure, by: User, now: dt.datetime) -> None:
    """Visits may take place on these days again."""
    school = closure.school_year.school
    record_event(verb="closure.removed", by=by, now=now, school=school, subject=closure)
    closure.delete()
