"""The address book: one SQLite file, read-only once it is built, that knows where every address is.

Columns are whole numbers (a postcode is digits x 676 + letters, coordinates are 1e-7 degree) so that a
province fits in some 18 MB.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

import numpy as np

from roads.address_keys import address_key
from roads.extract_items import ExtractAddress
from roads.places import SCALE, Place

BATCH = 5_000
SCHEMA = """
CREATE TABLE street (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT NOT NULL);
CREATE TABLE address (
    postcode INTEGER NOT NULL, number INTEGER NOT NULL, suffix TEXT NOT NULL,
    x INTEGER NOT NULL, y INTEGER NOT NULL, street_id INTEGER NOT NULL,
    PRIMARY KEY (postcode, number, suffix)
) WITHOUT ROWID;
CREATE TABLE centre (
    postcode INTEGER PRIMARY KEY, x INTEGER NOT NULL, y INTEGER NOT NULL, street_id INTEGER NOT NULL
);
"""
FIND_NUMBER = """
SELECT address.suffix, x, y, street.name, street.town
FROM address JOIN street ON street.id = street_id
WHERE postcode = ? AND number = ? ORDER BY address.suffix = ? DESC, address.suffix
LIMIT 1
"""
FIND_CENTRE = "SELECT x, y, name, town FROM centre JOIN street ON street.id = street_id WHERE postcode = ?"


class MatchQuality(StrEnum):
    """How well the address book knew an address."""

    EXACT = "exact"
    NUMBER = "number"
    POSTCODE = "postcode"


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address is, and which address that is: postcode, number and suffix are those FOUND.

    With quality POSTCODE the place is the middle of the postcode, number and suffix are those asked for:
    in a town usually some 35 m off, in the country up to kilometres. Say so on the page.
    """

    place: Place
    quality: MatchQuality
    street: str
    town: str
    postcode: str
    number: int
    suffix: str


@dataclass(frozen=True, slots=True)
class BookCounts:
    """What went into an address book."""

    written: int  # unique postcode + number as the extract writes them
    keys: int  # unique after bringing all spellings to one key
    postcodes: int


class AddressBookWriter:
    """Fills a new address book; `close()` finishes it and gives the counts."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA + "BEGIN;")
        self._streets: dict[tuple[str, str], int] = {}
        self._rows: list[tuple[int, int, str, int, int, int]] = []
        self._written = array("q")

    def add(self, address: ExtractAddress) -> None:
        """Takes one address; of two with one key the first stays."""
        street = self._streets.setdefault((address.street, address.town), len(self._streets))
        code = postcode_number(address.postcode)
        self._rows.append((code, address.number, address.suffix, address.x, address.y, street))
        self._written.append(hash((address.postcode, address.written)))
        if len(self._rows) >= BATCH:
            self._flush()

    def close(self) -> BookCounts:
        """Writes what is left, the centres of the postcodes, and closes the file."""
        self._flush()
        rows = ((number, name, town) for (name, town), number in self._streets.items())
        self._connection.executemany("INSERT INTO street VALUES (?, ?, ?)", rows)
        self._connection.execute(
            "INSERT INTO centre SELECT postcode, round(avg(x)), round(avg(y)), min(street_id) FROM address GROUP BY 1"
        )
        counts = BookCounts(
            written=len(np.unique(np.frombuffer(self._written, dtype=np.int64))) if self._written else 0,
            keys=self._connection.execute("SELECT count(*) FROM address").fetchone()[0],
            postcodes=self._connection.execute("SELECT count(*) FROM centre").fetchone()[0],
        )
        self._connection.execute("COMMIT")
        self._connection.close()
        return counts

    def abandon(self) -> None:
        """Closes the file without finishing it."""
        self._connection.close()

    def _flush(self) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO address VALUES (?, ?, ?, ?, ?, ?)", self._rows)
        self._rows.clear()


class AddressBook:
    """Looks addresses up. One connection: use one book per thread."""

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def find(self, postcode: str, number: int | str, suffix: str = "") -> Located | None:
        """The address; else another suffix of that number; else the middle of the postcode; else None."""
        key = address_key(postcode, number, suffix)
        if key is None:
            return None
        code = postcode_number(key[0])
        row = self._connection.execute(FIND_NUMBER, (code, key[1], key[2])).fetchone()
        if row is not None:
            quality = MatchQuality.EXACT if row[0] == key[2] else MatchQuality.NUMBER
            return Located(_place(row[1], row[2]), quality, row[3], row[4], key[0], key[1], row[0])
        row = self._connection.execute(FIND_CENTRE, (code,)).fetchone()
        if row is None:
            return None
        return Located(_place(row[0], row[1]), MatchQuality.POSTCODE, row[2], row[3], *key)

    def find_many(self, addresses: Iterable[tuple[str, int | str, str]]) -> list[Located | None]:
        """Find each of these (postcode, number, suffix), in their order."""
        return [self.find(*address) for address in addresses]

    def sample(self, count: int, *, skip: int = 0) -> list[Place]:
        """Some places of addresses, spread evenly over the book: to measure with, and for examples."""
        total = self._connection.execute("SELECT count(*) FROM address").fetchone()[0]
        step = max(1, total // max(1, count))
        rows = self._connection.execute("SELECT x, y FROM address ORDER BY postcode, number, suffix")
        return [_place(x, y) for x, y in islice(rows, skip, skip + step * count, step)]

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def postcode_number(postcode: str) -> int:
    """'8261AB' as one whole number."""
    return int(postcode[:4]) * 676 + (ord(postcode[4]) - 65) * 26 + ord(postcode[5]) - 65


def _place(x: int, y: int) -> Place:
    return Place(lat=y / SCALE, lon=x / SCALE)
