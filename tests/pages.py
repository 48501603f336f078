"""Pages as somebody at a school sees them, for tests of several rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from mentors.models import School, User
from tests.addresses import view_name

LogIn = Callable[..., User]  # the fixture `log_in`: `log_in(school, Role.MENTOR)`


def here(name: str, school: School, **kwargs: Any) -> str:
    """The address of a page of planning or visits, by the name of its view."""
    return reverse(view_name(name), kwargs={"school": school.slug, **kwargs})


def page(client: Client, url: str) -> str:
    """The text of a page, which is there."""
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()
