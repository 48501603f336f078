"""What publishing a draft does to one family, as a value that a published draft keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class VisitOutcome:
    """One visit whose moment changes, or that goes on waiting. Mentors and visits are primary keys; moments in UTC.

    `code` says why a family is left without a moment: the planner's or the application's, '' when it is not; `facts`
    are what a sentence about it needs (planning/words/causes.py).
    """

    visit: int
    was_confirmed: bool
    old_mentor: int | None
    old_starts_at: dt.datetime | None
    new_mentor: int | None = None
    new_starts_at: dt.datetime | None = None
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_called_off: bool = False

    @property
    def changes(self) -> bool:
        """Whether the family gets, loses or changes a moment; False when it only goes on waiting."""
        return self.is_called_off or self.old_starts_at is not None or self.new_starts_at is not None

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        moments = {name: getattr(self, name) for name in ("old_starts_at", "new_starts_at")}
        return asdict(self) | {name: moment and moment.isoformat() for name, moment in moments.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> VisitOutcome:
        """What `to_json` wrote; the oldest rows also hold words about a family, which are made anew now."""
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        moments = {name: data[name] for name in ("old_starts_at", "new_starts_at")}
        read = {name: dt.datetime.fromisoformat(text) if text else None for name, text in moments.items()}
        return cls(**known | read)
