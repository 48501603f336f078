"""What the school already has, in plain objects that a comparison may change and note the change on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

AUTHORITY_YES, AUTHORITY_NO, AUTHORITY_UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True)
class FieldChange:
    """One value that differs: the field's name, what we have, what the file says, and whose it is."""

    field: str
    old: str
    new: str
    about: str = ""


@dataclass(kw_only=True)
class KnownRow:
    """A row of the school: ``pk`` is None while it is still to be made; ``touched`` are the changed fields."""

    pk: int | None = None
    touched: set[str] = field(default_factory=set)

    def set(self, name: str, value: Any) -> FieldChange | None:
        """Change a field; None when it already had that value."""
        old = getattr(self, name)
        if old == value:
            return None
        setattr(self, name, value)
        self.touched.add(name)
        return FieldChange(name, as_text(old), as_text(value))


@dataclass(kw_only=True)
class KnownGuardian(KnownRow):
    """A guardian in a household."""

    key: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    authority: str = AUTHORITY_UNKNOWN
    is_invited: bool = True


@dataclass(kw_only=True)
class KnownHousehold(KnownRow):
    """A household with its adults; ``residents`` are the numbers of the enrolled pupils who live there."""

    name: str = ""
    postcode: str = ""
    house_number: int | None = None
    suffix: str = ""
    street: str = ""
    city: str = ""
    is_secret: bool = False
    language: str = "nl"
    adults: list[KnownGuardian] = field(default_factory=list)
    residents: set[str] = field(default_factory=set)

    @property
    def address_key(self) -> tuple[str, int, str] | None:
        """What makes two addresses the same one, or None when the address is not complete."""
        if not self.postcode or self.house_number is None:
            return None
        return (self.postcode, self.house_number, self.suffix.upper())


@dataclass(kw_only=True)
class KnownPupil(KnownRow):
    """A pupil with the households by rank."""

    number: str
    first_name: str = ""
    prefix: str = ""
    last_name: str = ""
    birth_on: date | None = None
    class_name: str = ""
    entered_on: date | None = None
    left_on: date | None = None
    homes: dict[int, KnownHousehold] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name as people read it."""
        return " ".join(part for part in (self.first_name, self.prefix, self.last_name) if part)


@dataclass(kw_only=True)
class KnownClass(KnownRow):
    """A class of the school year."""

    name: str
    year: int | None = None
    has_mentors: bool = False


@dataclass(kw_only=True)
class KnownMentor(KnownRow):
    """A mentor of the school."""

    key: str = ""
    name: str = ""
    email: str = ""
    new_classes: list[str] = field(default_factory=list)


@dataclass
class KnownSchool:
    """All of it, by what a file knows it by."""

    pupils: dict[str, KnownPupil] = field(default_factory=dict)
    classes: dict[str, KnownClass] = field(default_factory=dict)
    mentors: list[KnownMentor] = field(default_factory=list)


def as_text(value: Any) -> str:
    """A value as a person reads it in a list of changes."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return value.strftime("%d-%m-%Y") if isinstance(value, date) else str(value)
