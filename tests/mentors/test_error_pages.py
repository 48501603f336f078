"""A page for everything that can go wrong, also when nothing works any more."""

from __future__ import annotations

import pytest
from django.template.loader import get_template
from django.test import Client

from mentors.models import Role, School
from tests import factories


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_page_needs_no_database_and_no_context(name: str) -> None:
    page = get_template(name).render()  # without the database fixture a query would be an error
    assert "<h1>" in page
    assert "/static/css/family.css" in page
    assert "Traceback" not in page


@pytest.mark.django_db
def test_an_unknown_address_is_a_page_with_a_way_on(client: Client, school: School) -> None:
    for user in (None, factories.make_user(school, Role.DIRECTOR)):
        if user:
            client.force_login(user)
        response = client.get("/bestaat-niet/")
        assert response.status_code == 404
        assert "Deze pagina is er niet" in response.content.decode()


@pytest.mark.django_db
def test_too_many_requests_are_answered_in_words(client: Client) -> None:
    assert "Even wachten" in get_template("429.html").render({})


@pytest.mark.django_db
def test_an_unknown_host_gets_the_bare_page(client: Client) -> None:
    response = client.get("/inloggen/", HTTP_HOST="elsewhere.example")
    assert response.status_code == 400
    assert "Dit begrijpen we niet" in response.content.decode()
