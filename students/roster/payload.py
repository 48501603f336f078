"""A roster as JSON and back: what is kept between the preview and the import, and nothing more."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from students.roster.records import (
    DroppedField,
    Roster,
    RosterClass,
    RosterError,
    RosterGuardian,
    RosterHousehold,
    RosterNotice,
    RosterPupil,
    RosterTeacher,
)

_DATES = ("birth_on", "entered_on", "left_on")


def to_payload(roster: Roster) -> dict[str, Any]:
    """The roster in plain JSON types; what a record does not know is left out."""
    plain: dict[str, Any] = _plain(roster)
    return plain


def from_payload(payload: dict[str, Any]) -> Roster:
    """The roster that ``to_payload`` wrote."""
    return Roster(
        kind=payload["kind"],
        pupils=tuple(_pupil(item) for item in payload.get("pupils", ())),
        classes=tuple(RosterClass(**item) for item in payload.get("classes", ())),
        teachers=tuple(_teacher(item) for item in payload.get("teachers", ())),
        errors=tuple(RosterError(**item) for item in payload.get("errors", ())),
        notices=tuple(RosterNotice(**item) for item in payload.get("notices", ())),
        dropped=tuple(DroppedField(**item) for item in payload.get("dropped", ())),
        scope=payload["scope"],
        brin=payload.get("brin", ""),
        school_year=payload.get("school_year", ""),
        mapping=payload.get("mapping", {}),
    )


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((item.name, getattr(value, item.name)) for item in fields(value))
        return {name: _plain(part) for name, part in pairs if part is not None}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _pupil(item: dict[str, Any]) -> RosterPupil:
    known = dict(item)
    for name in _DATES:
        if name in known:
            known[name] = date.fromisoformat(known[name])
    known["households"] = tuple(_household(home) for home in known.get("households", ()))
    return RosterPupil(**known)


def _household(item: dict[str, Any]) -> RosterHousehold:
    guardians = tuple(RosterGuardian(**adult) for adult in item.get("guardians", ()))
    return RosterHousehold(**{**item, "guardians": guardians})


def _teacher(item: dict[str, Any]) -> RosterTeacher:
    return RosterTeacher(**{**item, "roles": tuple(item["roles"]), "class_names": tuple(item["class_names"])})
