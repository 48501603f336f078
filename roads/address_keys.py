"""How a Dutch address is written: one key for all spellings of postcode, number and suffix.

The key is (postcode, number, suffix): the leading digits are the number, the rest in upper case,
letters and digits only, is the suffix. "12 A", "12-a" and "12a" are one address; "12bis" has the
suffix BIS, "12-2" the suffix 2.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Za-z]{2})")
NUMBER = re.compile(r"\s*([0-9]{1,5})(?![0-9])(.*)", re.DOTALL)
NOT_KEY = re.compile(r"[^A-Z0-9]+")
TYPED_POSTCODE = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{3}\s?[A-Za-z]{2})(?![0-9A-Za-z])")
# The last number of a line, with at most a short suffix behind it: "12", "12-a", "12 bis", "12-2", "12 a 1".
TYPED_NUMBER = re.compile(
    r"^(?P<street>.*[^\s,0-9].*?)[\s,]+(?P<number>[0-9]{1,5})"
    r"(?P<suffix>(?:[\s/-]*(?:bis|hs|huis|[A-Za-z]{1,4}))?(?:[\s/-]*[0-9]{1,4})?(?:[\s/-]*[A-Za-z]{1,2})?)\s*$",
    re.IGNORECASE,
)
# "Plein 1945 12": a year that belongs to the name of the street.
YEAR_AND_NUMBER = re.compile(r"^(?P<street>.*\S\s+(?:1[5-9]|20)[0-9]{2})\s+(?P<rest>[0-9].*)$")


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """A line of text, taken apart. Postcode and town are empty when they were not typed."""

    street: str
    number: int
    suffix: str
    postcode: str
    town: str


def normalise_postcode(text: str) -> str:
    """'8261 ab' becomes '8261AB'; anything that is not a Dutch postcode becomes ''."""
    match = POSTCODE.fullmatch(_plain(text))
    return f"{match[1]}{match[2].upper()}" if match else ""


def normalise_suffix(text: str) -> str:
    """Upper case, letters and digits only: '-a' becomes 'A', ' bis' becomes 'BIS'."""
    return NOT_KEY.sub("", _plain(text).upper())


def normalise_number(text: int | str, suffix: str = "") -> tuple[int, str] | None:
    """Number and suffix of '12', '12-a' or (12, 'a'); None when it does not begin with a number from 1."""
    match = NUMBER.fullmatch(_plain(str(text)))
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]), normalise_suffix(match[2] + suffix)


def address_key(postcode: str, number: int | str, suffix: str = "") -> tuple[str, int, str] | None:
    """The key (postcode, number, suffix) of one address, or None when it cannot be one."""
    code = normalise_postcode(postcode)
    numbers = normalise_number(number, suffix)
    return (code, *numbers) if code and numbers else None


def split_numbers(text: str) -> list[tuple[int, str]]:
    """The numbers in a ';'-list such as '12;12a;14'. What is not a number is left out."""
    return [key for part in text.split(";") if (key := normalise_number(part)) is not None]


def parse_address(text: str) -> TypedAddress | None:
    """Takes 'Lange Straat 12 a, 8261 AB Kampen' apart; None when no street and number are in it."""
    line = " ".join(_plain(text).replace(";", " ").split())
    postcode, town = "", ""
    if (found := TYPED_POSTCODE.search(line)) is not None and found.start() > 0:
        postcode, town = normalise_postcode(found[1]), line[found.end() :].strip(" ,")
        line = line[: found.start()].strip(" ,")
    elif "," in line and not re.search(r"[0-9]", line.rsplit(",", 1)[1]):
        line, town = (part.strip() for part in line.rsplit(",", 1))
    street, number = _street_and_number(line)
    key = normalise_number(number) if street else None
    return TypedAddress(street, *key, postcode, town) if key else None


def _street_and_number(line: str) -> tuple[str, str]:
    """('Lange Straat', '12 a'), or two empty texts."""
    if (year := YEAR_AND_NUMBER.match(line)) is not None:
        return year["street"].strip(" ,"), year["rest"]
    if (match := TYPED_NUMBER.match(line)) is None:
        return "", ""
    return match["street"].strip(" ,"), match["number"] + match["suffix"]


def _plain(text: str) -> str:
    """Full-width digits and odd spaces, as spreadsheets bring them, made plain."""
    return unicodedata.normalize("NFKC", text).strip()
