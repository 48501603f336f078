"""Where a built network lives, and how a new one takes the place of the old in one step.

`current.json` names the version in use; each version is a folder of its own that is never changed. A new
one is written beside it, forced to disk and renamed, and then the pointer is replaced: whoever reads sees the
old network or the new one, whole. The version before the current one stays, for readers that are just opening
it. One build at a time holds a lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from roads.address_book import AddressBook
from roads.background import Background
from roads.network import Network

FORMAT = 1
POINTER = "current.json"
INFO = "info.json"
ADDRESSES = "addresses.sqlite3"
BUILDING = ".building-"


class BuildRunning(Exception):
    """Another build holds the lock."""


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """Of what, when and how large the network in use is."""

    source: str  # file name of the extract
    built_at: datetime
    data_at: datetime | None  # the moment the extract is of, when it says so
    addresses: int  # unique postcode + number, as the extract writes them
    address_keys: int  # unique after bringing all spellings to one
    postcodes: int
    streets: int  # edges of the street graph
    bounds: tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True)
class OpenRoads:
    """One version, opened."""

    info: NetworkInfo
    folder: Path
    network: Network
    background: Background

    def open_book(self) -> AddressBook:
        """A new connection to the address book of this version."""
        return AddressBook(self.folder / ADDRESSES)


@contextmanager
def new_version(root: Path) -> Iterator[Path]:
    """A folder to write a new version in; it becomes the current one when the block ends well.

    When the block fails nothing changes. Raises BuildRunning when another build is busy, OSError for the disk.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _lock(root):
        for left_over in root.glob(f"{BUILDING}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        folder = root / f"{BUILDING}{secrets.token_hex(4)}"
        folder.mkdir()
        try:
            yield folder
            _publish(root, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def write_info(folder: Path, info: NetworkInfo) -> None:
    """Writes what the version is."""
    record = asdict(info) | {
        "format": FORMAT,
        "built_at": info.built_at.isoformat(),
        "data_at": info.data_at.isoformat() if info.data_at else None,
    }
    (folder / INFO).write_text(json.dumps(record, indent=2), encoding="utf-8")


def pointer_stamp(root: Path) -> tuple[int, int, int] | None:
    """Changes whenever another version becomes the current one; None when there is none."""
    try:
        status = (root / POINTER).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def open_current(root: Path) -> OpenRoads | None:
    """The version in use, or None when none was built, or by a program with another format."""
    for _attempt in range(3):
        folder = _current_folder(root)
        if folder is None:
            return None
        try:
            info = _read_info(folder)
            return OpenRoads(info, folder, Network.load(folder), Background.load(folder)) if info else None
        except FileNotFoundError:
            continue  # replaced twice while we opened it: read the pointer again
    return None


def _current_folder(root: Path) -> Path | None:
    try:
        version = json.loads((root / POINTER).read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        return None
    return root / Path(version).name


def _read_info(folder: Path) -> NetworkInfo | None:
    record: dict[str, Any] = json.loads((folder / INFO).read_text(encoding="utf-8"))
    if record.pop("format") != FORMAT:
        return None
    record["built_at"] = datetime.fromisoformat(record["built_at"])
    record["data_at"] = datetime.fromisoformat(record["data_at"]) if record["data_at"] else None
    record["bounds"] = tuple(record["bounds"])
    return NetworkInfo(**record)


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    with (root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildRunning(_("Er wordt al een stratennet gebouwd. Wacht tot dat klaar is.")) from error
        yield


def _publish(root: Path, folder: Path) -> None:
    before = _current_folder(root)
    for file in folder.iterdir():
        _sync(file)
    _sync(folder)
    version = root / f"version-{secrets.token_hex(6)}"
    folder.rename(version)
    pointer = root / f"{POINTER}.new"
    pointer.write_text(json.dumps({"version": version.name}), encoding="utf-8")
    _sync(pointer)
    pointer.replace(root / POINTER)
    _sync(root)
    for old in root.glob("version-*"):
        if old not in {version, before}:
            shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
