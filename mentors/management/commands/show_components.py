"""`manage.py show_components --out DIR`: every component once, as a page to open in a browser."""

from __future__ import annotations

import datetime as dt
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand
from django.template.loader import render_to_string
from django.test import override_settings

ASSETS = [
    "bootstrap/css/bootstrap.min.css",
    "css/tokens.css",
    "css/components.css",
    "css/app.css",
    "css/print.css",
    "django_htmx/htmx-2.min.js",
    "img/mark.svg",
    "js/app.js",
]
PLAIN_NAMES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


class ExampleForm(forms.Form):
    """One field of each kind, sent with two of them wrong."""

    name = forms.CharField(label="Naam van de ronde", help_text="Zo heet hij op de pagina's en in de berichten.")
    starts_on = forms.DateField(label="Eerste dag", widget=forms.DateInput(attrs={"type": "date"}))
    mode = forms.ChoiceField(label="Vervoer", choices=[("bike", "fiets"), ("car", "auto")], required=False)
    days = forms.MultipleChoiceField(
        label="Dagen", choices=[("di", "dinsdag"), ("do", "donderdag")], widget=forms.CheckboxSelectMultiple
    )
    twice = forms.BooleanField(label="Stuur één keer een herinnering", required=False)


WORK = [
    {
        "text": "14 gezinnen hebben nog niet geantwoord",
        "note": "8 langer dan een week",
        "url": "#",
        "icon": "hourglass",
        "tone": "wait",
    },
    {"text": "3 adressen staan niet op de kaart", "url": "#", "icon": "map-pin-off", "tone": "wait"},
    {"text": "1 mentor is ziek", "note": "2 avonden zonder mentor", "url": "#", "icon": "user-minus", "tone": "bad"},
]


def examples() -> dict[str, Any]:
    """Made-up data for the page."""
    long_name = "Gezin Van den Bovenkamp-Wijngaarden tot Oostelijk Halfwoude"
    form = ExampleForm({"name": "", "starts_on": "morgen", "days": ["di"], "mode": "bike"})
    menu = [("Vandaag", "sunset"), ("Bezoekronde", "route"), ("Leerlingen", "users"), ("Voortgang", "school")]
    return {
        "navigation": [
            {"label": label, "icon": icon, "url": "#", "is_here": label == "Bezoekronde"}
            for label, icon in [*menu, ("School", "school")]
        ],
        "tabs": [{"label": "Overzicht", "url": "#", "is_here": True}, {"label": "Bord", "url": "#"}],
        "work": WORK,
        "families": ["Gezin Jansen", long_name],
        "form": form,
        "day": dt.datetime(2026, 10, 6, 16, 30, tzinfo=dt.UTC),
        "moments": [
            {"when": "ma 28 september 9.00", "text": "Uitnodiging verstuurd", "icon": "send"},
            {
                "when": "di 29 september 19.12",
                "text": "Akkoord",
                "note": "via de link",
                "icon": "thumbs-up",
                "tone": "good",
            },
        ],
        "steps": [
            {"text": "De leerlingen inlezen", "is_done": True, "url": "#"},
            {"text": "De avonden vragen aan de mentoren", "note": "21 van 35 hebben ze gegeven"},
        ],
    }


class Command(BaseCommand):
    """Writes the page with the files that it needs."""

    help = "Write a page with every component once, to open in a browser."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--out", type=Path, required=True, help="a directory; made when it is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Render the page with links beside it, and copy the files they go to."""
        out: Path = options["out"]
        for name in ASSETS:
            target = out / "static" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(finders.find(name)), target)
        with override_settings(STORAGES=PLAIN_NAMES):
            page = render_to_string("components/examples.html", examples())
        (out / "index.html").write_text(page.replace(f'"{settings.STATIC_URL}', '"static/'))
        self.stdout.write(str(out / "index.html"))
