"""EDEXML 2.1, the roster format of Dutch school information systems (Edustandaard).

The document is read as a stream and judged by our own rules of structure: what is required, what may
occur once, which references must lead somewhere. Everything that a home visit does not need is left
behind while parsing; no object ever holds it. Parents are not in this format.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from students.roster.cleaning import (
    CLASS_LENGTH,
    LAST_NAME_LENGTH,
    NAME_LENGTH,
    NUMBER_LENGTH,
    PREFIX_LENGTH,
    Findings,
    ValuePlace,
    are_bsns,
    clean_date,
    clean_email,
    clean_postcode,
    clean_text,
    year_of,
)
from students.roster.records import (
    KIND_EDEXML,
    SCOPE_SCHOOL,
    DroppedField,
    Roster,
    RosterClass,
    RosterHousehold,
    RosterPupil,
    RosterTeacher,
)
from students.roster.refusals import (
    EdexKeysArePersonalNumbers,
    EdexTooOld,
    EdexWithoutPupils,
    RosterTooLarge,
    XmlHasDoctype,
    XmlMalformed,
    XmlNotEdex,
)

#: Never kept, whatever the school sends: national numbers, origin, body, pictures, accounts.
FORBIDDEN = frozenset(
    {
        "bsn", "sofinummer", "onderwijsnummer", "bsn_ondwnr-4", "rijksregisternummer", "etniciteit",
        "land", "land_vader", "land_moeder", "gewicht", "gewicht_nieuw", "fotourl", "geslacht", "eckid",
        "gebruikersnaam",
    }
)  # fmt: skip

_PUPIL_FIELDS = frozenset(
    {
        "achternaam", "voorvoegsel", "voornamen", "voorletters-1", "roepnaam", "geboortedatum", "jaargroep",
        "groep", "samengestelde_groepen", "postcodenl", "instroomdatum", "uitstroomdatum",
    }
)  # fmt: skip
_TEACHER_FIELDS = frozenset(
    {"achternaam", "voorvoegsel", "voornamen", "voorletters-1", "roepnaam", "emailadres", "rol",
     "rolomschrijving", "groepen"}
)  # fmt: skip
_REPEATABLE = frozenset({"rol", "rolomschrijving"})
_GROUP_FIELDS = frozenset({"naam", "jaargroep"})
_SCHOOL_FIELDS = frozenset({"schooljaar", "brincode", "xsdversie"})
#: The roles of EDEXML whose holder looks after a class; a trainee or a parent does not.
_CLASS_ROLES = frozenset({"", "LRK"})
_HISTORIC = "H"
_PROLOG_BYTES = 64 * 1024
_MAX_ELEMENTS = 160_000


class _PrologGuard:
    """Looks at a document up to its first element: a DOCTYPE is refused before it is read."""

    def __init__(self) -> None:
        self.root = ""
        self.has_doctype = False

    def doctype(self, *_names: object) -> None:
        self.has_doctype = True

    def start(self, tag: str, _attributes: object) -> None:
        self.root = self.root or tag

    def close(self) -> None:
        return None


@dataclass
class _Reading:
    """What is known half-way through the document."""

    findings: Findings = field(default_factory=Findings)
    dropped: Counter[str] = field(default_factory=Counter)
    school: dict[str, str] = field(default_factory=dict)
    groups: dict[str, RosterClass] = field(default_factory=dict)
    combined: dict[str, str] = field(default_factory=dict)
    pupils: list[RosterPupil] = field(default_factory=list)
    pupil_keys: set[str] = field(default_factory=set)
    teachers: list[RosterTeacher] = field(default_factory=list)
    teacher_keys: set[str] = field(default_factory=set)


def is_edexml(data: bytes) -> bool:
    """Whether the bytes look like an XML document (its content is judged later)."""
    start = data[:200].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<")


def read_edexml(data: bytes) -> Roster:
    """The roster of one EDEXML file.

    Raises RosterRefused when the file is no EDEXML 2 document or carries a DOCTYPE; whatever is wrong
    with a single pupil, group or teacher is an error in the roster.
    """
    _refuse_foreign(data)
    reading = _Reading()
    try:
        elements = etree.iterparse(io.BytesIO(data), events=("end",), **_SAFELY)
        for count, (_event, element) in enumerate(elements):
            if count > _MAX_ELEMENTS:
                raise RosterTooLarge
            _take(element, reading)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise XmlMalformed(line=line) from None
    _check_whole(reading)
    return _as_roster(reading)


_SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def _refuse_foreign(data: bytes) -> None:
    guard = _PrologGuard()
    target: Any = guard
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        for start in range(0, min(len(data), _PROLOG_BYTES), 4096):
            parser.feed(data[start : start + 4096])
            if guard.has_doctype or guard.root:
                break
    except etree.XMLSyntaxError as error:
        if not (guard.has_doctype or guard.root):
            raise XmlMalformed(line=error.lineno or 0) from None
    if guard.has_doctype:
        raise XmlHasDoctype
    if guard.root != "EDEX":
        raise XmlNotEdex


def _take(element: Any, reading: _Reading) -> None:
    """Take one finished element, and let go of it so that memory stays flat."""
    parent = element.getparent()
    parent_tag = parent.tag if parent is not None else ""
    if element.tag == "school" and parent_tag == "EDEX":
        _take_school(element, reading)
    elif parent_tag == "groepen" and parent.getparent() is not None and parent.getparent().tag == "EDEX":
        _take_group(element, reading)
    elif element.tag == "leerling" and parent_tag == "leerlingen":
        _take_pupil(element, reading)
    elif element.tag == "leerkracht" and parent_tag == "leerkrachten":
        _take_teacher(element, reading)
    else:
        return
    element.clear()
    while element.getprevious() is not None:
        del parent[0]


def _take_school(element: Any, reading: _Reading) -> None:
    place = ValuePlace(reading.findings, "school", "school")
    reading.school = _values(element, _SCHOOL_FIELDS, reading, place)
    if reading.school.get("xsdversie", "2.1").startswith(("0", "1")):
        raise EdexTooOld


def _take_group(element: Any, reading: _Reading) -> None:
    key = element.get("key", "")
    place = ValuePlace(reading.findings, f"{element.tag} {key}", "key")
    if element.tag not in ("groep", "samengestelde_groep"):
        place.refuse(_("Dit element hoort hier niet."))
        return
    if not key:
        place.refuse(_("De sleutel (key) ontbreekt."))
        return
    if key in reading.groups or key in reading.combined:
        place.refuse(_("Deze sleutel komt twee keer voor."))
        return
    values = _values(element, _GROUP_FIELDS, reading, place)
    named = ValuePlace(reading.findings, place.row, "naam")
    name = clean_text(values.get("naam"), named, CLASS_LENGTH)
    if not name:
        if "naam" not in values or name == "":
            named.refuse(_("De naam van de groep ontbreekt."))
        return
    if element.tag == "samengestelde_groep":
        reading.combined[key] = name
    else:
        reading.groups[key] = RosterClass(name=name, year=_year(values.get("jaargroep", ""), name))


def _year(year_group: str, name: str) -> int | None:
    """The year in secondary education: 11 to 16 are its years; mixed groups tell it by their name."""
    if year_group in ("11", "12", "13", "14", "15", "16"):
        return int(year_group) - 10
    return year_of(name) if year_group in ("C", "V", "N", "") else None


def _take_pupil(element: Any, reading: _Reading) -> None:
    key = clean_text(element.get("key"), ValuePlace(reading.findings, "leerling", "key"), NUMBER_LENGTH)
    row = f"leerling {key}" if key else f"leerling {len(reading.pupil_keys) + 1}"
    place = ValuePlace(reading.findings, row, "key")
    if not key:
        place.refuse(_("De sleutel (key) ontbreekt of is te lang."))
        return
    if key in reading.pupil_keys:
        place.refuse(_("Deze leerling komt twee keer voor."))
        return
    reading.pupil_keys.add(key)
    values = _values(element, _PUPIL_FIELDS, reading, place)

    def at(name: str) -> ValuePlace:
        return ValuePlace(reading.findings, row, name)

    first_name, prefix, last_name = _names(values, row, reading)
    left_on = clean_date(values.get("uitstroomdatum"), at("uitstroomdatum"))
    postcode = clean_postcode(values.get("postcodenl"), at("postcodenl"))
    reading.pupils.append(
        RosterPupil(
            number=key,
            row=row,
            first_name=first_name,
            prefix=prefix,
            last_name=last_name,
            birth_on=clean_date(values.get("geboortedatum"), at("geboortedatum")),
            class_name=_class_of(element, reading, row),
            entered_on=clean_date(values.get("instroomdatum"), at("instroomdatum")),
            left_on=left_on,
            has_left=values.get("jaargroep") == _HISTORIC,
            households=(RosterHousehold(postcode=postcode),) if postcode else (),
        )
    )


def _class_of(element: Any, reading: _Reading, row: str) -> str:
    """The name of the pupil's own group, or of the first combined one; an unknown key is an error."""
    own = element.find("groep")
    if own is not None:
        return _group_name(own, reading.groups, reading, row, "groep")
    names = [
        _group_name(reference, reading.combined, reading, row, "samengestelde_groep")
        for reference in element.iterfind("samengestelde_groepen/samengestelde_groep")
    ]
    return names[0] if names else ""


def _group_name(reference: Any, known: dict[str, Any], reading: _Reading, row: str, name: str) -> str:
    found = known.get(reference.get("key", ""))
    if found is None:
        reading.findings.refuse(row, name, _("Deze groep staat niet in het bestand."))
        return ""
    return found.name if isinstance(found, RosterClass) else str(found)


def _take_teacher(element: Any, reading: _Reading) -> None:
    key = clean_text(element.get("key"), ValuePlace(reading.findings, "leerkracht", "key"), 256)
    row = f"leerkracht {key}" if key else f"leerkracht {len(reading.teacher_keys) + 1}"
    place = ValuePlace(reading.findings, row, "key")
    if not key or key in reading.teacher_keys:
        place.refuse(_("De sleutel (key) ontbreekt of komt twee keer voor."))
        return
    reading.teacher_keys.add(key)
    values = _values(element, _TEACHER_FIELDS, reading, place)
    first_name, prefix, last_name = _names(values, row, reading)
    roles = tuple(role.text or "" for role in element.iterfind("rol"))
    names: list[str] = []
    for reference in element.iterfind("groepen/*"):
        known: dict[str, Any] = reading.groups if reference.tag == "groep" else reading.combined
        name = _group_name(reference, known, reading, row, reference.tag)
        in_group = {role.text or "" for role in reference.iterfind("rol")} or set(roles) or {""}
        if name and in_group & _CLASS_ROLES:
            names.append(name)
    reading.teachers.append(
        RosterTeacher(
            key=key,
            row=row,
            first_name=first_name or "",
            prefix=prefix or "",
            last_name=last_name or "",
            email=clean_email(values.get("emailadres"), ValuePlace(reading.findings, row, "emailadres")) or "",
            roles=roles,
            class_names=tuple(dict.fromkeys(names)),
        )
    )


def _names(values: dict[str, str], row: str, reading: _Reading) -> tuple[str, str, str]:
    """First name (the one in use, else the first given name, else the initials), prefix, last name."""

    def text(name: str, limit: int) -> str:
        return clean_text(values.get(name), ValuePlace(reading.findings, row, name), limit) or ""

    given = text("voornamen", 200).split(" ")[0]
    first_name = text("roepnaam", NAME_LENGTH) or given[:NAME_LENGTH] or text("voorletters-1", 12)
    last_name = text("achternaam", LAST_NAME_LENGTH)
    if not values.get("achternaam") and not values.get("roepnaam"):
        reading.findings.refuse(row, "achternaam", _("Een achternaam of een roepnaam is verplicht."))
    return first_name, text("voorvoegsel", PREFIX_LENGTH), last_name


def _values(element: Any, wanted: frozenset[str], reading: _Reading, place: ValuePlace) -> dict[str, str]:
    """The texts of the wanted children; all others, and attributes, are only counted by name."""
    values: dict[str, str] = {}
    for name in element.attrib:
        if name != "key":
            reading.dropped[str(name)] += 1
    for child in element:
        tag = str(child.tag)
        if tag not in wanted:
            reading.dropped[tag] += 1
        elif tag in values and tag not in _REPEATABLE:
            ValuePlace(place.findings, place.row, tag).refuse(_("Dit veld staat er twee keer."))
        else:
            values[tag] = (child.text or "").strip()
    return values


def _check_whole(reading: _Reading) -> None:
    if not reading.pupils and not reading.findings.errors:
        raise EdexWithoutPupils
    if "schooljaar" not in reading.school:
        reading.findings.refuse("school", "schooljaar", _("Het schooljaar ontbreekt."))
    if are_bsns([pupil.number for pupil in reading.pupils]):
        raise EdexKeysArePersonalNumbers


def _as_roster(reading: _Reading) -> Roster:
    used = {pupil.class_name for pupil in reading.pupils if pupil.class_name}
    combined = [RosterClass(name, year_of(name)) for name in reading.combined.values() if name in used]
    return Roster(
        kind=KIND_EDEXML,
        pupils=tuple(reading.pupils),
        classes=(*reading.groups.values(), *combined),
        teachers=tuple(reading.teachers),
        errors=tuple(reading.findings.errors),
        notices=tuple(reading.findings.notices),
        dropped=tuple(DroppedField(name, count, name in FORBIDDEN) for name, count in sorted(reading.dropped.items())),
        scope=SCOPE_SCHOOL,
        brin=reading.school.get("brincode", ""),
        school_year=reading.school.get("schooljaar", ""),
    )
