"""The demo that somebody starts for the first time: its mails lead to it, and its families look like families."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.signals import post_migrate
from pytest_django import Settings

from mentors.models import School
from thuisbezoek.demo.families import DemoAddress, DemoHousehold, make_late_twins, make_pupils
from thuisbezoek.static_build import fingerprint

FIRST_DAY = dt.date(2026, 9, 14)
ADDRESSES = [DemoAddress("Lindelaan", number, "", "9998AB", "Waterwolde") for number in range(1, 900)]


@pytest.fixture
def homes() -> list[DemoHousehold]:
    """Every home of the demo once."""
    pupils = make_pupils(ADDRESSES, rng=random.Random(1), first_day=FIRST_DAY)
    pupils += make_late_twins(ADDRESSES, pupils, first_day=FIRST_DAY)
    return list({home.address: home for pupil in pupils for home in pupil.homes}.values())


@pytest.fixture
def folder(school: School, settings: Settings, tmp_path: Path) -> Path:
    """The data of a demo that was built before: a school is there, and the static files are collected."""
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / ".fingerprint").write_text(fingerprint())
    return tmp_path


def test_the_replayed_weeks_link_to_the_port_that_the_demo_is_served_on(settings: Settings, folder: Path) -> None:
    """The address is known before the building begins, which is with the tables."""
    settings.SITE_URL = "http://127.0.0.1:8000"
    linked_to: set[str] = set()

    def note(**_facts: Any) -> None:
        linked_to.add(settings.SITE_URL)

    post_migrate.connect(note)
    try:
        call_command("demo", port=8123, build_only=True)
    finally:
        post_migrate.disconnect(note)
    assert linked_to == {"http://127.0.0.1:8123"}


def test_the_demo_speaks_english_too(settings: Settings, folder: Path) -> None:
    """In a fresh clone nothing is compiled."""
    source = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
    own = folder / "locale" / "en" / "LC_MESSAGES" / "django.po"
    own.parent.mkdir(parents=True)
    own.write_bytes(source.read_bytes())
    settings.LOCALE_PATHS = [folder / "locale"]
    call_command("demo", build_only=True)
    assert own.with_suffix(".mo").exists()


def test_two_parents_have_each_their_own_telephone(homes: list[DemoHousehold]) -> None:
    phones = [adult["phone"] for home in homes for adult in home.guardians]
    assert len(phones) > len(homes) > 150
    assert len(set(phones)) == len(phones)


def test_two_parents_in_one_home_do_not_share_a_name(homes: list[DemoHousehold]) -> None:
    for home in homes:
        names = [adult["name"] for adult in home.guardians]
        assert len(set(names)) == len(names)
