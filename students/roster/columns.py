"""Which column of a school's own table holds what: by the words that Dutch schools use, or by hand.

A target is the name of a field: ``number``, ``guardian2_email``, ``address1_postcode``. Columns that we
must not have are recognised by name and cannot be matched, not even by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GUARDIANS = 4
IGNORE = ""

_PUPIL_WORDS: dict[str, tuple[str, ...]] = {
    "number": (
        "leerlingnummer", "leerlingnr", "nummer", "nr", "llnr", "llnummer", "stamnummer", "stamnr", "id",
        "key", "sleutel", "leerlingcode", "deelnemernummer",
    ),
    "first_name": ("roepnaam", "voornaam", "voornamen"),
    "prefix": ("tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels", "tv", "tussen"),
    "last_name": ("achternaam", "familienaam"),
    "full_name": ("naam", "volledige naam", "leerling"),
    "birth_on": ("geboortedatum", "geboren", "geboren op", "geb datum", "gebdatum"),
    "class_name": ("klas", "mentorklas", "stamklas", "groep", "stamgroep", "lesgroep", "mentorgroep"),
    "language": ("contacttaal", "taal contact", "voorkeurstaal", "correspondentietaal", "taal voor contact"),
    "entered_on": ("instroomdatum", "datum inschrijving", "inschrijfdatum", "ingeschreven op", "datum in"),
    "left_on": ("uitstroomdatum", "datum uitschrijving", "uitschrijfdatum", "uitgeschreven op", "datum uit"),
}  # fmt: skip
_EMAIL_WORDS = ("e mail", "email", "mail", "e mailadres", "emailadres", "mailadres")
_ADDRESS_WORDS: dict[str, tuple[str, ...]] = {
    "postcode": ("postcode", "pc", "postkode"),
    "house_number": ("huisnummer", "huisnr", "nr huis", "huisnummer en toevoeging"),
    "suffix": (
        "toevoeging", "huisnummertoevoeging", "huisnummer toevoeging", "huisnrtoev", "huisnr toevoeging", "huisnr toev",
        "toev", "huisletter",
    ),
    "street": ("straat", "straatnaam"),
    "city": ("plaats", "woonplaats", "plaatsnaam"),
    "address": ("adres", "woonadres", "volledig adres", "adresregel"),
    "is_secret": ("geheim adres", "adres geheim", "geheim", "adres afgeschermd", "afgeschermd adres"),
}  # fmt: skip
_GUARDIAN_WORDS: dict[str, tuple[str, ...]] = {
    "name": ("", "naam", "volledige naam"),
    "first_name": ("roepnaam", "voornaam", "voorletters", "voorletter", "initialen"),
    "prefix": _PUPIL_WORDS["prefix"],
    "last_name": ("achternaam", "familienaam"),
    "email": _EMAIL_WORDS,
    "phone": (
        "telefoon", "telefoonnummer", "tel", "telnr", "telefoonnr", "mobiel", "mobiel nummer", "mobielnummer",
        "mobiele nummer", "mobiele telefoon", "gsm", "06", "06 nummer", "telefoon mobiel",
    ),
    "authority": ("gezag", "ouderlijk gezag", "gezagdrager", "heeft gezag", "gezaghebbend", "wettelijk"),
    "language": ("taal", *_PUPIL_WORDS["language"]),
}  # fmt: skip
_GUARDIAN_MARKS = re.compile(
    r"\b(ouders?|verzorgers?|ouder verzorgers?|ouder of verzorger|voogd|vader|moeder|contactpersoon|"
    r"guardian|parent)(?= ?[1-4]?\b)"
)
_FILLERS = re.compile(r"\b(van|de|het|leerling|leerlingen|kind|voor)\b")
_ORDINALS = {"eerste": "1", "tweede": "2", "derde": "3", "vierde": "4", "vader": "1", "moeder": "2"}

_FORBIDDEN = re.compile(
    r"\b(bsn|burgerservice|sofi|onderwijsn|persoonsgebonden|pgn|rijksregister|paspoort|identiteit|id kaart|"
    r"verblijf|vluchteling|asiel|geloof|geloofs|religi|godsdienst|kerk|levensbeschouw|nationalit|etnic|"
    r"herkomst|afkomst|land|geboorteland|geboorteplaats|moedertaal|thuistaal|medi[cs]|ziek|allergi|diagnos|"
    r"handicap|beperking|stoornis|dysle|dyscalc|adhd|autis|huisarts|arts|tandarts|dieet|verzeker|zorg|"
    r"jeugdzorg|jeugdhulp|indicatie|gewicht|lengte|geslacht|gender|sekse|seks|m v|foto|pasfoto|iban|bank|"
    r"rekening|inkomen|beroep|opleiding|burgerlijke|huwelijk|strafblad|politie|wachtwoord|password|"
    r"gebruikersnaam|eckid|iq|cito|advies|schooladvies|vaccin)"
)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table: its heading and the field that it fills (IGNORE for none)."""

    header: str
    target: str
    is_forbidden: bool = False
    is_known: bool = True


def match_columns(headers: Sequence[str], mapping: Mapping[str, str] | None = None) -> list[TableColumn]:
    """A column for each heading; what was matched by hand goes before what we recognise.

    A heading that is neither recognised nor matched by hand has ``is_known`` False: its column is left
    out unless somebody says what it is.
    """
    by_hand = mapping or {}
    targets = all_targets()
    columns = []
    for header in headers:
        target = target_of(header)
        if is_forbidden(header):
            columns.append(TableColumn(header, IGNORE, is_forbidden=True))
        elif header in by_hand and by_hand[header] in (*targets, IGNORE):
            columns.append(TableColumn(header, by_hand[header]))
        else:
            columns.append(TableColumn(header, target or IGNORE, is_known=target is not None or not header))
    return _with_bare_contact(columns, by_hand)


def _with_bare_contact(columns: list[TableColumn], by_hand: Mapping[str, str]) -> list[TableColumn]:
    """'E-mail' and 'Telefoon' beside columns of one parent are that parent's (one row a parent)."""
    if not any(column.target.startswith("guardian1_") for column in columns):
        return columns
    taken = {column.target for column in columns}
    result = []
    for column in columns:
        words = plain_words(column.header)
        for part in ("email", "phone"):
            target = f"guardian1_{part}"
            is_bare = not column.is_known and column.header not in by_hand
            if is_bare and words in _GUARDIAN_WORDS[part] and target not in taken:
                column = TableColumn(column.header, target)
        result.append(column)
    return result


def is_forbidden(header: str) -> bool:
    """Whether a heading names something that the school may not give to this program."""
    return bool(_FORBIDDEN.search(plain_words(header)))


def target_of(header: str) -> str | None:
    """The field that a heading stands for, or None when it is not one of the known words."""
    words = plain_words(header)
    if not words:
        return None
    ordinal = re.search(r"(?<![0-9])([1-4])(?![0-9])", words)
    number = next((digit for word, digit in _ORDINALS.items() if re.search(rf"\b{word}\b", words)), None)
    number = ordinal[1] if ordinal else number
    rest = re.sub(r"(?<![0-9])[1-4](?![0-9])|\b(eerste|tweede|derde|vierde)\b", " ", words)
    is_guardian = bool(_GUARDIAN_MARKS.search(words))
    if is_guardian:
        rest = _GUARDIAN_MARKS.sub(" ", rest)
    rest = _squeeze(_FILLERS.sub(" ", rest)) if rest != "leerling" else rest
    if is_guardian:
        part = _find(_GUARDIAN_WORDS, rest)
        if part:
            return f"guardian{number or '1'}_{part}"
    part = _find(_ADDRESS_WORDS, rest) or _find(_ADDRESS_WORDS, _squeeze(rest.replace("adres", " ")))
    if part:
        return f"address{number or '1'}_{part}"
    if is_guardian or number:
        return None
    return _find(_PUPIL_WORDS, rest)


def plain_words(header: str) -> str:
    """A heading in small letters without accents and signs: 'E-mail Ouder/Verzorger1' in plain words."""
    text = unicodedata.normalize("NFKD", header.casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"[^a-z0-9]+", " ", text)
    return _squeeze(re.sub(r"([a-z])([1-4])\b", r"\1 \2", text))


def all_targets() -> dict[str, str | Promise]:
    """Every field that a column may fill, with its name on screen, in the order of a template."""
    targets: dict[str, str | Promise] = {
        "number": _("Leerlingnummer"),
        "first_name": _("Roepnaam"),
        "prefix": _("Tussenvoegsel"),
        "last_name": _("Achternaam"),
        "full_name": _("Naam van de leerling in één kolom"),
        "birth_on": _("Geboortedatum"),
        "class_name": _("Klas"),
        "language": _("Contacttaal"),
        "entered_on": _("Instroomdatum"),
        "left_on": _("Uitstroomdatum"),
    }
    for number in range(1, GUARDIANS + 1):
        targets.update(_address_targets(number))
        targets.update(_guardian_targets(number))
    return targets


def _address_targets(number: int) -> dict[str, str]:
    parts = {
        "postcode": _("Postcode"),
        "house_number": _("Huisnummer"),
        "suffix": _("Toevoeging"),
        "street": _("Straat"),
        "city": _("Woonplaats"),
        "address": _("Adres in één kolom"),
        "is_secret": _("Geheim adres"),
    }
    return {f"address{number}_{part}": f"{label} {number}" for part, label in parts.items()}


def _guardian_targets(number: int) -> dict[str, str]:
    parts = {
        "name": _("Naam ouder"),
        "first_name": _("Voornaam ouder"),
        "prefix": _("Tussenvoegsel ouder"),
        "last_name": _("Achternaam ouder"),
        "email": _("E-mail ouder"),
        "phone": _("Telefoon ouder"),
        "authority": _("Gezag ouder"),
        "language": _("Taal ouder"),
    }
    return {f"guardian{number}_{part}": f"{label} {number}" for part, label in parts.items()}


def _find(words: Mapping[str, tuple[str, ...]], phrase: str) -> str | None:
    return next((target for target, known in words.items() if phrase in known), None)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
