"""Pages as somebody at a school sees them, for tests of several rooms: what they offer and say, without their prose."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from mentors.models import School, User
from tests.addresses import view_name

LogIn = Callable[..., User]  # the fixture `log_in`: `log_in(school, Role.MENTOR)`


class _Elements(HTMLParser):
    """The elements of a page with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def here(name: str, school: School, **kwargs: Any) -> str:
    """The address of a page of planning or visits, by the name of its view."""
    return reverse(view_name(name), kwargs={"school": school.slug, **kwargs})


def page(client: Client, url: str) -> str:
    """The text of a page, which is there."""
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def posts_to(text: str) -> set[str]:
    """The addresses to which the forms of a page post, those of the page itself left out."""
    forms = [attributes for tag, attributes in _Elements(text).found if tag == "form"]
    return {each["action"] for each in forms if each.get("method") == "post" and each.get("action")}


def links_on(text: str) -> set[str]:
    """The addresses to which a page leads, without what they ask."""
    links = [attributes.get("href", "") for tag, attributes in _Elements(text).found if tag == "a"]
    return {urlsplit(each)._replace(query="", fragment="").geturl() for each in links}


def data_on(text: str, name: str) -> list[str]:
    """The values of `data-name` on a page, in order."""
    return [attributes[f"data-{name}"] for _tag, attributes in _Elements(text).found if f"data-{name}" in attributes]


def messages_on(response: Any) -> list[str]:
    """What a page says about what was just done."""
    return [str(each) for each in response.context["messages"]]
