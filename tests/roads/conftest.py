"""Networks for the tests of this room: none, a village, Kampen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from roads.actions import build_network
from tests.roads.towns import BUILT_AT, TinyTown, build, village


@pytest.fixture(autouse=True)
def no_network(tmp_path: Path, settings: Settings) -> None:
    """Every test begins without a network."""
    settings.ROADS_DIR = tmp_path / "no-roads"


@pytest.fixture
def use_town(tmp_path: Path, settings: Settings) -> Callable[[TinyTown], None]:
    """Builds a town and puts its network in use."""

    def use(town: TinyTown) -> None:
        settings.ROADS_DIR = build(town, tmp_path)

    return use


@pytest.fixture
def in_village(use_town: Callable[[TinyTown], None]) -> None:
    """The network of the village is in use."""
    use_town(village())


@pytest.fixture(scope="session")
def kampen_roads(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network of Kampen, built once; skipped where the real data are absent."""
    source = shared_data / "osm" / "kampen.osm.pbf"
    if not source.is_file():
        pytest.skip("osm/kampen.osm.pbf is not among the real data")
    root = tmp_path_factory.mktemp("kampen")
    build_network(source=source, root=root, now=BUILT_AT)
    return root


@pytest.fixture
def in_kampen(kampen_roads: Path, settings: Settings) -> None:
    """The network of Kampen is in use."""
    settings.ROADS_DIR = kampen_roads
