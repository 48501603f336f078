"""Days and times as a Dutch reader says them: `dinsdag 16.00 tot 17.30`, `di 6 oktober`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip
_MOST_NAMED = 6


def spoken(minutes: int) -> str:
    """`18.30`, for sentences."""
    return f"{minutes // 60}.{minutes % 60:02d}"


def spoken_day(on: dt.date) -> str:
    """`di 6 oktober`."""
    return f"{WEEKDAYS[on.weekday()][:2]} {on.day} {_MONTHS[on.month - 1]}"


def enumerated(names: list[str]) -> str:
    """`a, b en c`."""
    return " en ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def by_weekday(stretches: Iterable[tuple[dt.date, int, int]]) -> str:
    """`dinsdag 16.00 tot 17.30 en donderdag 18.00 tot 21.00`, without repeating what comes back weekly."""
    distinct = sorted({(on.weekday(), start, end) for on, start, end in stretches})
    named = [f"{WEEKDAYS[day]} {spoken(start)} tot {spoken(end)}" for day, start, end in distinct]
    if len(named) > _MOST_NAMED:
        named = [*named[:_MOST_NAMED], f"{len(named) - _MOST_NAMED} andere momenten"]
    return enumerated(named) if named else "geen enkele dag"
