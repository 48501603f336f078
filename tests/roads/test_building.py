"""manage.py build_roads: what it refuses, and that the old network stays until the new one is whole."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from roads import store
from roads.actions import build_network
from roads.queries import find_address, network_info
from tests.roads.towns import BUILT_AT, TinyTown, at, build, village


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The village as an extract."""
    return village().write(tmp_path / "village.osm.pbf")


def run(*arguments: object) -> str:
    """The command; what it prints."""
    out = StringIO()
    call_command("build_roads", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


def test_the_command_builds_and_says_what_there_is(source: Path) -> None:
    printed = run(source)
    assert "Adressen: 4 uniek (4 na gelijktrekken van de schrijfwijze)" in printed
    assert "OpenStreetMap-bijdragers" in printed
    info = network_info()
    assert info is not None
    assert (info.source, info.addresses, info.postcodes, info.data_at) == ("village.osm.pbf", 4, 2, None)


def test_the_network_can_be_built_elsewhere(source: Path, tmp_path: Path, settings: Settings) -> None:
    run(source, "--out", tmp_path / "elsewhere")
    assert network_info() is None
    settings.ROADS_DIR = tmp_path / "elsewhere"
    assert network_info() is not None


def test_two_spellings_of_one_address_are_counted_twice_and_kept_once(tmp_path: Path) -> None:
    town = village()
    town.address((310, 10), "1234AB", "3-A")
    printed = run(town.write(tmp_path / "town.osm.pbf"))
    assert "Adressen: 5 uniek (4 na gelijktrekken van de schrijfwijze)" in printed


def no_file(folder: Path) -> Path:
    return folder / "missing.osm.pbf"


def not_an_extract(folder: Path) -> Path:
    path = folder / "text.osm.pbf"
    path.write_text("postcode;huisnummer")
    return path


def half_written(folder: Path) -> Path:
    town = village()
    for nth in range(3000):
        town.address((nth % 977, nth % 887 + 0.5), "1234AB", str(nth + 1))
    path = town.write(folder / "half.osm.pbf")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def without_addresses(folder: Path) -> Path:
    town = TinyTown()
    town.street((0, 0), (100, 0))
    return town.write(folder / "empty.osm.pbf")


def without_streets(folder: Path) -> Path:
    town = TinyTown()
    town.address((0, 0), "1234AB", "1")
    return town.write(folder / "houses.osm.pbf")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (no_file, "Er is geen bestand"),
        (not_an_extract, "is geen OpenStreetMap-bestand"),
        (half_written, "half geschreven"),
        (without_addresses, "geen enkel adres"),
        (without_streets, "geen enkele straat"),
    ],
)
def test_a_bad_file_is_refused_and_the_old_network_stays(
    make: Callable[[Path], Path], reason: str, source: Path, tmp_path: Path, settings: Settings
) -> None:
    run(source)
    with pytest.raises(CommandError, match=reason) as refusal:
        run(make(tmp_path))
    assert "Er is niets veranderd" in str(refusal.value)
    assert find_address("1234AB", 1) is not None
    left = sorted(path.name for path in Path(settings.ROADS_DIR).iterdir() if not path.name.startswith("version-"))
    assert left == ["build.lock", "current.json"]


def test_a_disk_that_cannot_be_written_is_said_in_words(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CommandError, match="Schrijven is niet gelukt"):
        run(source, "--out", tmp_path / "file" / "roads")


def test_a_second_build_at_the_same_time_is_refused(source: Path, settings: Settings) -> None:
    run(source)
    with (Path(settings.ROADS_DIR) / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="al een stratennet gebouwd"):
            run(source)


def test_what_a_killed_build_left_behind_is_cleared_away(source: Path, settings: Settings) -> None:
    left_over = Path(settings.ROADS_DIR) / ".building-dead"
    left_over.mkdir(parents=True)
    run(source)
    assert not left_over.exists()


def test_a_process_notices_a_new_network_by_itself(source: Path, tmp_path: Path) -> None:
    run(source)
    assert find_address("9999ZZ", 1) is None
    town = village()
    town.address((500, 10), "9999ZZ", "1")
    run(town.write(tmp_path / "new.osm.pbf"))
    assert find_address("9999ZZ", 1) is not None


def test_an_open_network_keeps_working_while_another_takes_its_place(source: Path, settings: Settings) -> None:
    root = Path(settings.ROADS_DIR)
    build_network(source=source, root=root, now=BUILT_AT)
    old = store.open_current(root)
    assert old is not None
    for _time in range(3):
        build_network(source=source, root=root, now=BUILT_AT)
    assert old.network.metres.sum() > 0
    assert len(list(root.glob("version-*"))) == 2


def test_a_network_of_another_format_counts_as_none(source: Path, settings: Settings) -> None:
    run(source)
    folder = next(Path(settings.ROADS_DIR).glob("version-*"))
    record = json.loads((folder / "info.json").read_text())
    (folder / "info.json").write_text(json.dumps(record | {"format": 0}))
    assert store.open_current(Path(settings.ROADS_DIR)) is None


def test_a_pointer_to_nothing_counts_as_no_network(source: Path, settings: Settings) -> None:
    run(source)
    for folder in Path(settings.ROADS_DIR).glob("version-*"):
        shutil.rmtree(folder)
    assert store.open_current(Path(settings.ROADS_DIR)) is None


def test_an_address_on_a_building_lies_in_its_middle(tmp_path: Path, settings: Settings) -> None:
    town = village()
    corners = ((400.0, 20.0), (420.0, 20.0), (420.0, 40.0), (400.0, 40.0), (400.0, 20.0))
    town.way(*corners, addr__postcode="1234AB", addr__housenumber="7;9", building="yes")
    settings.ROADS_DIR = build(town, tmp_path)
    for number in (7, 9):
        found = find_address("1234AB", number)
        assert found is not None
        assert found.place.metres_to(at(410, 30)) < 0.1


def test_an_address_on_a_relation_counts_too(tmp_path: Path, settings: Settings) -> None:
    town = village()
    outer = town.way((400, 20), (440, 20), (440, 60), (400, 60), (400, 20))
    inner = town.way((410, 30), (420, 30), (420, 40), (410, 40), (410, 30))
    tags = {"type": "multipolygon", "natural": "water", "addr:postcode": "1234AB", "addr:housenumber": "11"}
    town.relations.append(([("w", outer, "outer"), ("w", inner, "inner")], tags))
    settings.ROADS_DIR = build(town, tmp_path)
    found = find_address("1234AB", 11)
    assert found is not None
    assert found.place.metres_to(at(420, 40)) < 0.1
