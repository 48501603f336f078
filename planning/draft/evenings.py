"""The name of a mentor's evening, in stored changes, in pages and in forms: '12 2026-10-06'."""

from __future__ import annotations

import datetime as dt

from planner import ShiftKey


def evening_name(key: ShiftKey) -> str:
    """The mentor's primary key and the date, as one text."""
    return f"{key[0]} {key[1].isoformat()}"


def evening_key(name: str) -> ShiftKey:
    """What `evening_name` wrote. Raises ValueError."""
    visitor, _space, date = name.partition(" ")
    return visitor, dt.date.fromisoformat(date)
