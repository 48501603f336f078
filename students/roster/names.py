"""Names and addresses that a school keeps in one column, taken apart."""

from __future__ import annotations

import re

#: Dutch name prefixes, the longest first, so that 'van der' goes before 'van'.
_PREFIXES = (
    "van den", "van der", "van de", "van het", "van 't", "in 't", "in het", "op de", "op den", "op 't",
    "uit de", "uit den", "voor de", "von der", "aan de", "aan den", "onder de", "bij de", "de la", "van",
    "von", "de", "den", "der", "ten", "ter", "te", "'t", "el", "al", "la", "le", "di", "da", "dos", "ben",
)  # fmt: skip
_SALUTATION = re.compile(
    r"^(dhr|mw|mevr|mevrouw|meneer|de heer|heer|mvr|fam|familie|drs|ir|ing|dr)\b\.?\s*", re.IGNORECASE
)
_POSTCODE = re.compile(r"\b([1-9][0-9]{3})\s*([A-Za-z]{2})\b")
_STREET = re.compile(
    r"(?P<street>.*?[^\s,])[\s,]+(?P<number>\d{1,5})(?P<suffix>\s?[A-Za-z][A-Za-z0-9]{0,5}|\s?[-/]\s?[A-Za-z0-9]{1,6})?$"
)


def split_pupil_name(text: str) -> tuple[str, str, str]:
    """First name, prefix and last name of 'Berg, Sam van den' or of 'Sam van den Berg'."""
    if "," in text:
        last_name, _comma, rest = (part.strip() for part in text.partition(","))
        first_name, prefix = _take_prefix_behind(rest)
        if not prefix:
            prefix, last_name = _take_prefix_before(last_name)
        return first_name, prefix, last_name
    first_name, _space, rest = text.partition(" ")
    prefix, last_name = _take_prefix_before(rest.strip())
    return first_name, prefix, last_name


def plain_adult_name(text: str) -> str:
    """An adult's name without 'dhr.' and 'mevr.', in reading order: 'Berg, M. van den' turned round."""
    text = _SALUTATION.sub("", text).strip()
    if "," in text:
        first_name, prefix, last_name = split_pupil_name(text)
        return " ".join(part for part in (first_name, prefix, last_name) if part)
    return text


def split_address(text: str) -> dict[str, str]:
    """Street, house_number, suffix, postcode and city of 'Dorpsstraat 12 a, 8261 AB Kampen'.

    Only what was found is in the answer; without a house number the street stays empty too.
    """
    found: dict[str, str] = {}
    postcode = _POSTCODE.search(text)
    before = text
    if postcode:
        found["postcode"] = postcode[1] + postcode[2]
        before = text[: postcode.start()]
        found["city"] = text[postcode.end() :].strip(" ,")
    street = _STREET.match(before.strip(" ,"))
    if street:
        found["street"] = street["street"].strip()
        found["house_number"] = street["number"]
        found["suffix"] = (street["suffix"] or "").strip(" -/")
    elif postcode and re.fullmatch(r"[\d]{1,5}\s*[-/ ]?[A-Za-z0-9]{0,6}", before.strip(" ,")):
        found["house_number"] = before.strip(" ,")
    return found


def _take_prefix_before(text: str) -> tuple[str, str]:
    for prefix in _PREFIXES:
        if text.casefold().startswith(prefix + " "):
            return text[: len(prefix)], text[len(prefix) :].strip()
    return "", text


def _take_prefix_behind(text: str) -> tuple[str, str]:
    for prefix in _PREFIXES:
        if text.casefold().endswith(" " + prefix):
            return text[: -len(prefix)].strip(), text[-len(prefix) :]
    return text, ""
