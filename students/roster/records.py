"""What a roster says, in records that every reader fills and the comparison reads.

In every record ``None`` means "the file does not speak about this" and an empty text means "the file
says that there is none": only the second one may clear what the school already has.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TypeVar

Record = TypeVar("Record", "RosterPupil", "RosterHousehold", "RosterGuardian", "RosterClass")

KIND_EDEXML = "edexml"
KIND_TABLE = "table"
KIND_ONEROSTER = "oneroster"

SCOPE_SCHOOL = "school"
SCOPE_CLASSES = "classes"
SCOPE_ADDITION = "addition"
SCOPES = (SCOPE_SCHOOL, SCOPE_CLASSES, SCOPE_ADDITION)


@dataclass(frozen=True, slots=True)
class RosterError:
    """One thing that must be mended in the file before it can be imported."""

    row: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class RosterNotice:
    """One thing that was read differently from how it was written, or that deserves a look."""

    row: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class DroppedField:
    """A field that was left out before anything was kept: its name and how often it was filled."""

    name: str
    count: int
    is_forbidden: bool


@dataclass(frozen=True, slots=True)
class RosterGuardian:
    """An adult around a pupil, as far as the file knows; ``key`` is the file's own, if it has one."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    has_authority: bool | None = None
    key: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the file names nobody here."""
        return not (self.name or self.email or self.phone)


@dataclass(frozen=True, slots=True)
class RosterHousehold:
    """One address of a pupil and the adults who live there."""

    postcode: str | None = None
    house_number: int | None = None
    suffix: str | None = None
    street: str | None = None
    city: str | None = None
    is_secret: bool | None = None
    language: str | None = None
    guardians: tuple[RosterGuardian, ...] = ()

    @property
    def address_key(self) -> tuple[str, int, str] | None:
        """What makes two addresses the same one, or None when the address is not complete."""
        if not self.postcode or self.house_number is None:
            return None
        return (self.postcode, self.house_number, (self.suffix or "").upper())

    @property
    def is_empty(self) -> bool:
        """Whether the file gives neither an address nor an adult."""
        return not (self.postcode or self.street or self.guardians or self.is_secret or self.language)


@dataclass(frozen=True, slots=True)
class RosterPupil:
    """One pupil; ``row`` says where in the file, for a person."""

    number: str
    row: str
    first_name: str | None = None
    prefix: str | None = None
    last_name: str | None = None
    birth_on: date | None = None
    class_name: str | None = None
    entered_on: date | None = None
    left_on: date | None = None
    has_left: bool = False
    households: tuple[RosterHousehold, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterClass:
    """A class; ``year`` is the school year in secondary education (1 to 6), if the file tells."""

    name: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class RosterTeacher:
    """A member of staff with the classes that they look after."""

    key: str
    row: str
    first_name: str = ""
    prefix: str = ""
    last_name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """All that was read from one file, or from several that belong together."""

    kind: str
    pupils: tuple[RosterPupil, ...] = ()
    classes: tuple[RosterClass, ...] = ()
    teachers: tuple[RosterTeacher, ...] = ()
    errors: tuple[RosterError, ...] = ()
    notices: tuple[RosterNotice, ...] = ()
    dropped: tuple[DroppedField, ...] = ()
    scope: str = SCOPE_SCHOOL
    brin: str = ""
    school_year: str = ""
    mapping: dict[str, str] = field(default_factory=dict)


def merge_guardians(
    first: tuple[RosterGuardian, ...], second: tuple[RosterGuardian, ...]
) -> tuple[RosterGuardian, ...]:
    """Both lists, each adult once: the same e-mail address or the same name is the same adult."""
    merged = list(first)
    for guardian in second:
        at = next((i for i, known in enumerate(merged) if same_guardian(known, guardian)), None)
        if at is None:
            merged.append(guardian)
        else:
            merged[at] = _fill(merged[at], guardian)
    return tuple(merged)


def same_guardian(first: RosterGuardian, second: RosterGuardian) -> bool:
    """Whether two rows speak of one adult of the same pupil; parents may share an e-mail address."""
    if first.key and second.key:
        return first.key == second.key
    if first.name and second.name:
        return first.name.casefold() == second.name.casefold()
    return bool(first.email) and first.email == second.email


def merge_households(
    first: tuple[RosterHousehold, ...], second: tuple[RosterHousehold, ...]
) -> tuple[RosterHousehold, ...]:
    """Both lists, each address once; a household without an address joins the first one.

    A postcode alone, without adults, is only a hint and gives way to a real address.
    """
    if any(household.address_key for household in second):
        first = tuple(household for household in first if household.address_key or household.guardians)
    merged = list(first)
    for household in second:
        at = next((i for i, known in enumerate(merged) if _same_address(known, household)), None)
        if at is None:
            merged.append(household)
            continue
        adults = merge_guardians(merged[at].guardians, household.guardians)
        merged[at] = replace(_fill(merged[at], household), guardians=adults)
    return tuple(merged)


def merge_pupils(first: RosterPupil, second: RosterPupil) -> RosterPupil:
    """One pupil from two sources: what the second one says fills what the first one left open."""
    households = merge_households(first.households, second.households)
    return replace(_fill(first, second), households=households)


def merge_rosters(rosters: list[Roster]) -> Roster:
    """Several files as one roster: the widest scope, every pupil once."""
    if len(rosters) == 1:
        return rosters[0]
    pupils: dict[str, RosterPupil] = {}
    classes: dict[str, RosterClass] = {}
    for roster in rosters:
        for pupil in roster.pupils:
            known = pupils.get(pupil.number)
            pupils[pupil.number] = merge_pupils(known, pupil) if known else pupil
        for school_class in roster.classes:
            known_class = classes.get(school_class.name)
            classes[school_class.name] = _fill(known_class, school_class) if known_class else school_class
    return Roster(
        kind=rosters[0].kind,
        pupils=tuple(pupils.values()),
        classes=tuple(classes.values()),
        teachers=tuple(teacher for roster in rosters for teacher in roster.teachers),
        errors=tuple(error for roster in rosters for error in roster.errors),
        notices=tuple(notice for roster in rosters for notice in roster.notices),
        dropped=tuple(dropped for roster in rosters for dropped in roster.dropped),
        scope=min((roster.scope for roster in rosters), key=SCOPES.index),
        brin=next((roster.brin for roster in rosters if roster.brin), ""),
        school_year=next((roster.school_year for roster in rosters if roster.school_year), ""),
        mapping={header: to for roster in rosters for header, to in roster.mapping.items()},
    )


def _same_address(first: RosterHousehold, second: RosterHousehold) -> bool:
    if second.address_key is None:
        return not (second.postcode or second.street) or first.postcode == second.postcode
    return first.address_key in (None, second.address_key) and first.postcode in (None, "", second.postcode)


def _fill(first: Record, second: Record) -> Record:
    """The first record, with what it does not know (None) taken from the second."""
    missing = {
        item.name: getattr(second, item.name)
        for item in fields(first)
        if getattr(first, item.name) is None and getattr(second, item.name) is not None
    }
    return replace(first, **missing) if missing else first
