"""What a roster would change at a school: compared once for the preview, and again when it is applied."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from students.roster.homes import addresses_of, update_homes
from students.roster.known import FieldChange, KnownClass, KnownMentor, KnownPupil, KnownSchool
from students.roster.records import (
    SCOPE_ADDITION,
    SCOPE_CLASSES,
    Roster,
    RosterError,
    RosterNotice,
    RosterPupil,
    RosterTeacher,
)

_NAMES = ("first_name", "prefix", "last_name")
MAX_MENTORS = 2


@dataclass(frozen=True)
class PupilChange:
    """A pupil for whom something changes."""

    pupil: KnownPupil
    changes: tuple[FieldChange, ...]


@dataclass
class Differences:
    """What an import would do. ``known`` carries the touched rows that the import writes."""

    known: KnownSchool
    new: list[PupilChange] = field(default_factory=list)
    changed: list[PupilChange] = field(default_factory=list)
    returned: list[PupilChange] = field(default_factory=list)
    gone: list[KnownPupil] = field(default_factory=list)
    unchanged: int = 0
    already_left: int = 0
    new_classes: list[KnownClass] = field(default_factory=list)
    changed_classes: list[KnownClass] = field(default_factory=list)
    mentors: list[tuple[KnownMentor, list[str]]] = field(default_factory=list)
    errors: list[RosterError] = field(default_factory=list)
    notices: list[RosterNotice] = field(default_factory=list)

    @property
    def has_any(self) -> bool:
        """Whether applying would write anything."""
        rows = self.new or self.changed or self.returned or self.gone
        return bool(rows or self.new_classes or self.changed_classes or self.mentors)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of the preview; no personal data."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "returned": len(self.returned),
            "gone": len(self.gone),
            "unchanged": self.unchanged,
            "already_left": self.already_left,
            "classes": len(self.new_classes),
            "mentors": len(self.mentors),
            "errors": len(self.errors),
            "notices": len(self.notices),
        }

    @property
    def loses_many(self) -> bool:
        """Whether so many pupils would be gone that the file is perhaps not the whole school."""
        enrolled = sum(1 for pupil in self.known.pupils.values() if pupil.left_on is None) + len(self.gone)
        return len(self.gone) > 5 and len(self.gone) > 0.15 * enrolled


def compare(roster: Roster, known: KnownSchool, *, today: date) -> Differences:
    """The differences between a roster and the school; ``known`` is brought in line with the roster."""
    differences = Differences(known=known, errors=list(roster.errors), notices=list(roster.notices))
    addresses = addresses_of(roster.pupils)
    for record in roster.pupils:
        _compare_pupil(record, differences, addresses, today)
    if not roster.errors:
        _mark_gone(roster, differences, today)
    _compare_classes(roster, differences)
    _compare_teachers(roster, differences)
    return differences


def _compare_pupil(
    record: RosterPupil, differences: Differences, addresses: dict[str, set[tuple[str, int, str]]], today: date
) -> None:
    pupil = differences.known.pupils.get(record.number)
    has_left = record.has_left or (record.left_on is not None and record.left_on <= today)
    if pupil is None:
        if has_left:
            differences.already_left += 1
            return
        if not record.first_name and not record.last_name:
            differences.errors.append(
                RosterError(
                    record.row, str(_("Leerlingnummer")), str(_("Deze leerling is niet bekend en heeft geen naam."))
                )
            )
            return
        pupil = KnownPupil(number=record.number, entered_on=record.entered_on or today)
        differences.known.pupils[record.number] = pupil
        _update_pupil(pupil, record, differences, addresses)
        differences.new.append(PupilChange(pupil, ()))
        return
    if has_left:
        _leave(pupil, record.left_on or today, differences)
        return
    is_back = pupil.left_on is not None
    if is_back:
        pupil.set("left_on", None)
    changes = _update_pupil(pupil, record, differences, addresses)
    if is_back:
        differences.returned.append(PupilChange(pupil, tuple(changes)))
    elif changes:
        differences.changed.append(PupilChange(pupil, tuple(changes)))
    else:
        differences.unchanged += 1


def _update_pupil(
    pupil: KnownPupil, record: RosterPupil, differences: Differences, addresses: dict[str, set[tuple[str, int, str]]]
) -> list[FieldChange]:
    def mention(name: str, message: object) -> None:
        differences.notices.append(RosterNotice(record.row, name, str(message)))

    found = [
        pupil.set(name, getattr(record, name))
        for name in (*_NAMES, "class_name")
        if getattr(record, name) is not None and (getattr(record, name) or name in ("prefix", "class_name"))
    ]
    if not pupil.first_name:
        found.append(pupil.set("first_name", pupil.last_name[:60]))
    for name in ("birth_on", "entered_on"):
        if getattr(record, name) is not None:
            found.append(pupil.set(name, getattr(record, name)))
    changes = [change for change in found if change is not None]
    return changes + update_homes(pupil, record, addresses, mention)


def _leave(pupil: KnownPupil, on: date, differences: Differences) -> None:
    if pupil.left_on is None:
        pupil.set("left_on", on)
        differences.gone.append(pupil)
    else:
        differences.unchanged += 1


def _mark_gone(roster: Roster, differences: Differences, today: date) -> None:
    """Pupils whom the file should have named: marked with the day, never deleted."""
    if roster.scope == SCOPE_ADDITION:
        return
    named = {record.number for record in roster.pupils}
    names = {school_class.name for school_class in roster.classes}
    for pupil in differences.known.pupils.values():
        is_expected = roster.scope != SCOPE_CLASSES or pupil.class_name in names
        if pupil.pk is not None and pupil.left_on is None and pupil.number not in named and is_expected:
            _leave(pupil, today, differences)


def _compare_classes(roster: Roster, differences: Differences) -> None:
    """Classes that have pupils; a year that we did not know yet is filled in, a known one is left alone."""
    used = {record.class_name for record in roster.pupils if record.class_name}
    for record in roster.classes:
        known = differences.known.classes.get(record.name)
        if known is None and record.name in used:
            known = KnownClass(name=record.name, year=record.year)
            differences.known.classes[record.name] = known
            differences.new_classes.append(known)
        elif known is not None and known.year is None and record.year is not None:
            known.set("year", record.year)
            differences.changed_classes.append(known)


def _compare_teachers(roster: Roster, differences: Differences) -> None:
    """Teachers become mentors of classes that have none yet; more than two is for a person to decide."""
    by_class: dict[str, list[RosterTeacher]] = defaultdict(list)
    for teacher in roster.teachers:
        for name in teacher.class_names:
            by_class[name].append(teacher)
    added: dict[str, tuple[KnownMentor, list[str]]] = {}
    for name, teachers in by_class.items():
        known = differences.known.classes.get(name)
        if known is None or known.has_mentors:
            continue
        if len(teachers) > MAX_MENTORS:
            differences.notices.append(
                RosterNotice(
                    name, str(_("mentor")), str(_("Deze klas heeft meer dan twee leraren; kies zelf wie mentor is."))
                )
            )
            continue
        for teacher in teachers:
            mentor, names = added.setdefault(teacher.key, (_mentor_of(teacher, differences.known), []))
            names.append(name)
            mentor.new_classes.append(name)
    differences.mentors = list(added.values())


def _mentor_of(teacher: RosterTeacher, known: KnownSchool) -> KnownMentor:
    """The mentor that a teacher is: by key, then by e-mail address; else a new one without an account."""
    for mentor in known.mentors:
        if teacher.key and mentor.key == teacher.key:
            return mentor
    for mentor in known.mentors:
        if teacher.email and mentor.email.casefold() == teacher.email:
            return mentor
    name = " ".join(part for part in (teacher.first_name, teacher.prefix, teacher.last_name) if part)
    mentor = KnownMentor(key=teacher.key, name=name[:120], email=teacher.email)
    known.mentors.append(mentor)
    return mentor
