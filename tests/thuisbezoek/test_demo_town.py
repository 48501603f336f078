"""The made-up town of the demo: the same every time, whole, and every home within reach."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from roads.actions import build_network
from roads.queries import MatchQuality, Mode, Place, locate_many, travel_matrix
from thuisbezoek.demo.town import Town, make_town, write_extract

NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def town() -> Town:
    """The town of one seed."""
    return make_town(seed=20260831)


@pytest.fixture
def in_town(town: Town, tmp_path: Path, settings: Settings) -> None:
    """Its network, in use."""
    write_extract(town, tmp_path / "town.osm.pbf")
    settings.ROADS_DIR = tmp_path / "roads"
    build_network(source=tmp_path / "town.osm.pbf", root=tmp_path / "roads", now=NOW)


def test_the_same_seed_makes_the_same_town(town: Town) -> None:
    assert make_town(seed=20260831).addresses == town.addresses
    assert make_town(seed=2).addresses != town.addresses


def test_every_address_is_unique_and_in_a_postcode_of_its_own(town: Town) -> None:
    keys = {(address.postcode, address.number, address.suffix) for address in town.addresses}
    assert len(keys) == len(town.addresses) >= 1_400
    assert all(address.postcode.startswith("9998") for address in town.addresses)
    assert len({address.street for address in town.addresses}) >= 40


def test_the_school_has_an_address(town: Town) -> None:
    assert town.school in town.addresses
    assert not town.school.suffix


@pytest.mark.usefixtures("in_town")
def test_every_home_is_found_and_can_be_reached_by_all_modes(town: Town) -> None:
    found = locate_many((one.postcode, one.number, one.suffix) for one in town.addresses)
    assert {one.quality if one else None for one in found} == {MatchQuality.EXACT}
    places = [Place(town.school.lat, town.school.lon)]
    places += [one.place for one in found if one is not None][::17]
    for mode in Mode:
        times = travel_matrix(places, mode)
        assert not times.is_estimate
        assert np.nanmax(times.snap_metres) < 100
        assert 1 < np.median(times.minutes) < times.minutes.max() < 60
