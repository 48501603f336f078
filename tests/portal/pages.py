"""A family's pages: their addresses, what they show and what they send."""

from __future__ import annotations

from django.apps import apps
from django.test import Client

from portal.views.home import HomeState

PAGES = [
    "",
    "anders/",
    "moment/",
    "plek/",
    "wanneer/",
    "liever-niet/",
    "onderwerpen/",
    "leerling/",
    "akkoord/",
    "taal/",
    "bevestigen/",
    "teruggeven/",
    "wensen/",
]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()}


def post(client: Client, address: str, **values: object) -> int:
    return client.post(address, values).status_code


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def state_of(client: Client, address: str) -> HomeState:
    """What the family's page shows."""
    return HomeState(client.get(address).context["page"])


def hours_form(**given: str) -> dict[str, str]:
    """The form with the hours as a browser sends it."""
    values = {f"from_{day}": "16:00" for day in range(6)} | {f"until_{day}": "21:00" for day in range(6)}
    return values | {f"answer_{day}": "" for day in range(6)} | given
