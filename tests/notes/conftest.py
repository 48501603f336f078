"""What the tests of this room share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mentors.models import Role, School, User
from tests import factories
from tests.notes.rows import VisitToLog, make_visit_to_log


@pytest.fixture
def clock() -> dt.datetime:
    """The moment on the machine's clock, which is what the pages go by."""
    return timezone.now()


@pytest.fixture
def there(school: School, clock: dt.datetime) -> VisitToLog:
    """A mentor with a visit that ended an hour ago."""
    return make_visit_to_log(school, clock)


@pytest.fixture
def mentor_client(there: VisitToLog, client: Client) -> Client:
    """That mentor, logged in."""
    client.force_login(there.user)
    return client


@pytest.fixture
def care(there: VisitToLog) -> User:
    """The care coordinator of the school."""
    return factories.make_user(there.school, Role.CARE)


@pytest.fixture
def count_queries() -> Callable[..., int]:
    """How many queries a page takes."""

    def count(client: Client, url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    return count
