"""Where the work that a page counts is done: addresses in the rooms below."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from mentors.models import School


def place(name: str, school: School, *, query: dict[str, object] | None = None, **kwargs: object) -> str:
    """The address of a page of the school, or nothing where that page does not exist."""
    try:
        path = reverse(name, kwargs={"school": school.slug, **kwargs})
    except NoReverseMatch:
        return ""
    return f"{path}?{urlencode(query)}" if query else path
