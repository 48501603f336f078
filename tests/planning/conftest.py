"""What the tests of this room share: who plans."""

from __future__ import annotations

import pytest

from mentors.models import Role, School, User
from tests.pages import LogIn


@pytest.fixture
def coordinator(school: School, log_in: LogIn) -> User:
    """Logged in at the school."""
    return log_in(school, Role.COORDINATOR)
