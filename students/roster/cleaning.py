"""Values as people type them, made into values as we keep them; a message instead of an exception.

Messages never repeat the value: they end up in a preview that is kept for a day.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from students.roster.records import RosterError, RosterNotice
from students.roster.refusals import TooManyErrors

MAX_ERRORS = 1000

NAME_LENGTH = 60
LAST_NAME_LENGTH = 100
FULL_NAME_LENGTH = 120
PREFIX_LENGTH = 20
NUMBER_LENGTH = 40
CLASS_LENGTH = 60
EMAIL_LENGTH = 254
STREET_LENGTH = 100
CITY_LENGTH = 80

_POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Z]{2})", re.IGNORECASE)
_HOUSE_NUMBER = re.compile(r"([0-9]{1,5})\s*[-/ ]?\s*(.*)", re.DOTALL)
_SUFFIX = re.compile(r"[A-Z0-9 .\-/]{0,10}", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9]{8,15}")
_DATE_FORMS = ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y%m%d", "%d-%m-%y", "%Y-%m-%dT%H:%M:%S")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_YES = frozenset({"ja", "j", "yes", "y", "true", "waar", "1", "x", "geheim", "volledig", "gezag"})
_NO = frozenset({"nee", "n", "no", "false", "onwaar", "0", "geen", "-", "openbaar"})
_BIDI_AND_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LANGUAGES = {
    "nederlands": "nl", "dutch": "nl", "engels": "en", "english": "en", "turks": "tr", "arabisch": "ar",
    "pools": "pl", "oekraiens": "uk", "oekraiens (oekraine)": "uk", "tigrinya": "ti", "somalisch": "so",
    "farsi": "fa", "perzisch": "fa", "dari": "fa", "koerdisch": "ku", "frans": "fr", "duits": "de",
    "spaans": "es", "portugees": "pt", "roemeens": "ro", "bulgaars": "bg", "russisch": "ru",
    "chinees": "zh", "papiaments": "pap", "amhaars": "am", "pasjtoe": "ps", "urdu": "ur", "italiaans": "it",
}  # fmt: skip


@dataclass
class Findings:
    """Errors and notices of one file, gathered while it is read."""

    errors: list[RosterError] = field(default_factory=list)
    notices: list[RosterNotice] = field(default_factory=list)

    def refuse(self, row: str, name: str, message: object) -> None:
        """Note an error at a row and a field; so many that nothing fits is a wrong file."""
        if len(self.errors) >= MAX_ERRORS:
            raise TooManyErrors
        self.errors.append(RosterError(row, name, str(message)))

    def mention(self, row: str, name: str, message: object) -> None:
        """Note something worth a look at a row and a field."""
        self.notices.append(RosterNotice(row, name, str(message)))


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """Where a value stands, and where to say so when it is wrong."""

    findings: Findings
    row: str
    name: str

    def refuse(self, message: object) -> None:
        """Note an error here."""
        self.findings.refuse(self.row, self.name, message)

    def mention(self, message: object) -> None:
        """Note something worth a look here."""
        self.findings.mention(self.row, self.name, message)


def clean_text(value: str | None, place: ValuePlace, limit: int) -> str | None:
    """One line of text without control characters and marks that turn the reading direction."""
    if value is None:
        return None
    text = unicodedata.normalize("NFC", value)
    text = re.sub(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]+", " ", text)
    visible = _BIDI_AND_INVISIBLE.sub("", text)
    visible = "".join(char for char in visible if unicodedata.category(char) not in ("Cc", "Cs", "Co"))
    if visible != text:
        place.mention(_("Onzichtbare tekens zijn weggelaten."))
    visible = re.sub(r"[ \u00a0\u202f]+", " ", visible).strip()
    if len(visible) > limit:
        place.refuse(_("Te lang: hooguit %(limit)d tekens.") % {"limit": limit})
        return None
    return visible


def clean_number(value: str | None, place: ValuePlace) -> str | None:
    """A pupil's number in the school's own administration; required, and not a national number."""
    number = clean_text(value, place, NUMBER_LENGTH)
    if number is None:
        return None
    if not number:
        place.refuse(_("Het leerlingnummer ontbreekt."))
        return None
    return number


def clean_postcode(value: str | None, place: ValuePlace) -> str | None:
    """'8261 ab' as '8261AB'."""
    text = clean_text(value, place, 100)
    if not text:
        return text
    match = _POSTCODE.fullmatch(text)
    if match is None:
        place.refuse(_("Dit is geen Nederlandse postcode. Schrijf die als 8261 AB."))
        return None
    return match[1] + match[2].upper()


def clean_house_number(value: str | None, place: ValuePlace) -> tuple[int | None, str | None]:
    """'12 a' as (12, 'A'); a number without a suffix gives None for the suffix."""
    text = clean_text(value, place, 30)
    if not text:
        return None, None
    match = _HOUSE_NUMBER.fullmatch(text)
    if match is None or int(match[1]) == 0:
        place.refuse(_("Dit is geen huisnummer. Schrijf alleen het nummer, zoals 12 of 12A."))
        return None, None
    suffix = clean_suffix(match[2], place) if match[2] else None
    return int(match[1]), suffix


def clean_suffix(value: str | None, place: ValuePlace) -> str | None:
    """A house number's addition in capitals: 'bis', 'A', '2'."""
    text = clean_text(value, place, 10)
    if not text:
        return text
    if not _SUFFIX.fullmatch(text):
        place.refuse(_("Deze toevoeging bij het huisnummer is niet te lezen. Gebruik letters en cijfers."))
        return None
    return text.strip(" .-/").upper()


def clean_email(value: str | None, place: ValuePlace) -> str | None:
    """An e-mail address in small letters."""
    text = clean_text(value, place, EMAIL_LENGTH)
    if not text:
        return text
    text = text.removeprefix("mailto:").lower()
    try:
        EmailValidator()(text)
    except ValidationError:
        place.refuse(_("Dit is geen e-mailadres. Eén adres per vakje, zoals naam@voorbeeld.nl."))
        return None
    return text


def clean_phone(value: str | None, place: ValuePlace) -> str | None:
    """A telephone number as digits, with a plus in front of a country; lost zeros come back."""
    text = clean_text(value, place, 40)
    if not text:
        return text
    digits = re.sub(r"[\s\-().]", "", text.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch(r"[1-9][0-9]{8}", digits):
        place.mention(_("De nul vooraan het telefoonnummer ontbrak en is teruggezet."))
        digits = "0" + digits
    if not _PHONE.fullmatch(digits):
        place.refuse(_("Dit is geen telefoonnummer. Eén nummer per vakje, zoals 06 12345678."))
        return None
    return digits


def clean_date(value: str | None, place: ValuePlace) -> date | None:
    """A date written as dd-mm-jjjj (or as ISO, or as a spreadsheet's day number)."""
    text = clean_text(value, place, 40)
    if not text:
        return None
    found = _read_date(text)
    if found is None or not 1900 <= found.year <= 2100:
        place.refuse(_("Dit is geen datum. Schrijf die als dd-mm-jjjj, zoals 21-06-2014."))
        return None
    return found


def _read_date(text: str) -> date | None:
    text = re.sub(r"(\.\d+)?(Z|[+-]\d\d:\d\d)?$", "", text) if "T" in text else text.removesuffix(" 00:00:00")
    for form in _DATE_FORMS:
        try:
            # The day alone is kept: a time zone has no part in it.
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    if re.fullmatch(r"[2-6][0-9]{4}", text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(text))
    return None


def clean_yes_no(value: str | None, place: ValuePlace) -> bool | None:
    """Yes or no in the words that schools use; empty is: not said."""
    text = clean_text(value, place, 40)
    if not text:
        return None
    word = text.casefold().rstrip(".")
    if word in _YES:
        return True
    if word in _NO:
        return False
    place.refuse(_("Schrijf hier ja of nee."))
    return None


def clean_language(value: str | None, place: ValuePlace) -> str | None:
    """A language of contact as its code: 'Turks' and 'tr' as 'tr'."""
    text = clean_text(value, place, 40)
    if not text:
        return text
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    if plain in _LANGUAGES:
        return _LANGUAGES[plain]
    if re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", plain):
        return plain
    place.refuse(_("Deze taal is niet bekend. Schrijf de naam (Turks) of de code (tr)."))
    return None


def looks_like_bsn(value: str) -> bool:
    """Whether a value has the form of a national number: nine digits that pass the test of eleven."""
    digits = re.sub(r"[\s.]", "", value)
    if not re.fullmatch(r"[0-9]{8,9}", digits):
        return False
    numbers = [int(char) for char in digits.zfill(9)]
    total = sum(weight * number for weight, number in zip(range(9, 1, -1), numbers, strict=False)) - numbers[8]
    return total % 11 == 0 and any(numbers)


def are_bsns(values: list[str]) -> bool:
    """Whether a column holds national numbers: one in eleven passes by chance, all of them do not."""
    filled = [value for value in values if value]
    return len(filled) >= 2 and all(looks_like_bsn(value) for value in filled)


# The words before the number of a class: kinds of secondary school, or up to three letters that a school made up.
_KINDS = r"(?:brug|brugklas|klas|mavo|havo|vwo|vmbo|vmbo-t|atheneum|athenaeum|gymnasium|lyceum|technasium|basis|kader)"
_CLASS_NAME = re.compile(rf"(?:{_KINDS}(?:[/ -]{_KINDS})*|[a-z]{{0,3}})[. -]?\s?([1-6])(?![0-9])", re.IGNORECASE)
_GROUP_NAME = re.compile(r"(?:groep|gr)\.?\s?([1-8])(?![0-9])", re.IGNORECASE)


def year_of(name: str) -> int | None:
    """The school year in a Dutch class name: 1 for '1c', 'h1b', 'B1A' and 'HAVO1A', 7 for 'groep 7'.

    None when it is not plain.
    """
    match = _GROUP_NAME.match(name) or _CLASS_NAME.match(name)
    return int(match[1]) if match else None
