"""What all tests share."""

from __future__ import annotations

import datetime as dt
import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.db import connection
from django.test import Client
from django.utils import timezone

from mentors.models import Role, School, User
from tests import factories
from thuisbezoek.language import compile_texts

# The third week of a campaign, on a Tuesday, in summer time.
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)


def pytest_collection_finish() -> None:
    """Garbage is looked for among what tests make: not, again and again, in all that was imported before them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def now() -> dt.datetime:
    """The moment at which most tests take place: Tuesday 22 September 2026, 14:00 in Amsterdam."""
    return NOW


@pytest.fixture
def today(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that views read stands at the tests' own moment."""
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the repository (an extract, roster files); the test is skipped where it is absent."""
    path = Path(os.environ.get("THUISBEZOEK_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("the real data (../shared/data) is not on this machine")
    return path


@pytest.fixture
def school(db: None) -> School:
    """A school with a calendar."""
    return factories.make_school()


@pytest.fixture
def log_in(client: Client) -> Callable[..., User]:
    """Log the client in as somebody with these roles at a school: `log_in(school, Role.MENTOR)`."""

    def enter(school: School, *roles: Role) -> User:
        user = factories.make_user(school, *roles)
        client.force_login(user)
        return user

    return enter


@pytest.fixture
def woken(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], Any]], list[str]]:
    """The names of the tasks for which a request wakes a worker: `woken(lambda: client.post(url))`."""

    def during(request: Callable[[], Any]) -> list[str]:
        names: list[str] = []

        def note(sender: str, **facts: object) -> None:
            names.append(sender)

        before_task_publish.connect(note)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                request()
        finally:
            before_task_publish.disconnect(note)
        return names

    return during


@pytest.fixture(scope="session", autouse=True)
def compiled_texts() -> None:
    """The English texts as the application reads them."""
    compile_texts()


@pytest.fixture
def several_connections(transactional_db: None) -> Iterator[None]:
    """For races: what threads write is committed, and the tables are emptied after the test.

    SQLite empties with DELETE, which the append-only tables refuse: their rule is dropped just before that, and
    comes back by itself, because emptying ends with `post_migrate`.
    """
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_no\\_delete' ESCAPE '\\'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
