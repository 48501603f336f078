"""What the tests of visits share."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone


@pytest.fixture
def today(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that views read stands at the tests' own moment."""
    monkeypatch.setattr(timezone, "now", lambda: now)
