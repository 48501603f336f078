"""OneRoster 1.1 and 1.2 CSV sets (1EdTech): a zip, or its files apart; bulk and delta.

Pupils, classes, teachers and guardians are read. Guardians hang on a pupil through agentSourcedIds, in
either direction. Of demographics only the date of birth is read; passwords, user names, sex and race are
never looked at. The format has no addresses.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from students.roster.archives import is_zip, read_archive
from students.roster.cleaning import (
    CLASS_LENGTH,
    FULL_NAME_LENGTH,
    LAST_NAME_LENGTH,
    NAME_LENGTH,
    NUMBER_LENGTH,
    Findings,
    ValuePlace,
    are_bsns,
    clean_date,
    clean_email,
    clean_phone,
    clean_text,
    year_of,
)
from students.roster.records import (
    KIND_ONEROSTER,
    SCOPE_ADDITION,
    SCOPE_SCHOOL,
    DroppedField,
    Roster,
    RosterClass,
    RosterGuardian,
    RosterHousehold,
    RosterPupil,
    RosterTeacher,
)
from students.roster.refusals import (
    OneRosterFileTooLarge,
    OneRosterFileUnreadable,
    OneRosterFileWithoutKey,
    OneRosterKeysArePersonalNumbers,
    OneRosterOfOtherSchools,
    OneRosterWithoutUsers,
    RosterTooLarge,
)
from students.roster.sheets import MAX_ROWS, decode

MAX_LINES = 400_000
_USED = {
    "manifest.csv": {"propertyName", "value"},
    "orgs.csv": {"sourcedId", "status", "name", "type", "identifier"},
    "users.csv": {
        "sourcedId", "status", "enabledUser", "orgSourcedIds", "role", "givenName", "familyName",
        "preferredGivenName", "preferredFamilyName", "email", "sms", "phone", "agentSourcedIds",
        "primaryOrgSourcedId",
    },
    "roles.csv": {"sourcedId", "status", "userSourcedId", "roleType", "role", "orgSourcedId", "endDate"},
    "classes.csv": {"sourcedId", "status", "title", "grades", "classCode", "classType", "schoolSourcedId"},
    "enrollments.csv": {"sourcedId", "status", "classSourcedId", "userSourcedId", "role", "primary", "endDate"},
    "demographics.csv": {"sourcedId", "status", "birthDate", "birthdate"},
}  # fmt: skip
_FORBIDDEN_FILES = {"userprofiles.csv"}
_FORBIDDEN = re.compile(
    r"password|username|^sex$|race|asian|american|african|hispanic|white|pacific|birth(?!date)|userids|"
    r"identifier|residence|pronouns",
    re.IGNORECASE,
)
_STUDENT_ROLES = {"student"}
_TEACHER_ROLES = {"teacher", "aide"}
_GUARDIAN_ROLES = {"guardian", "parent", "relative"}
_GONE = "tobedeleted"
_YEAR_OF_GRADE = {"07": 1, "08": 2, "09": 3, "10": 4, "11": 5, "12": 6}


@dataclass
class _Set:
    """The rows of a set by file name, as read, with what was left out."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    dropped: Counter[tuple[str, bool]] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)

    def of(self, name: str) -> list[dict[str, str]]:
        return self.rows.get(name, [])

    def alive(self, name: str) -> list[dict[str, str]]:
        return [row for row in self.of(name) if row.get("status", "").casefold() != _GONE]


def is_oneroster(names: list[str]) -> bool:
    """Whether file names look like a OneRoster set."""
    plain = {name.rsplit("/", 1)[-1].casefold() for name in names}
    return "users.csv" in plain and bool(plain & {"manifest.csv", "orgs.csv", "roles.csv", "classes.csv"})


def unpack(data: bytes, name: str) -> dict[str, bytes]:
    """The files of a zip, or the one file itself. Raises RosterRefused for a zip that is not to be trusted."""
    return read_archive(data) if is_zip(data) else {name: data}


def read_oneroster(files: Mapping[str, bytes], *, brin: str = "", school_name: str = "") -> Roster:
    """The roster of a set; of several schools in one set, the one with this BRIN or name.

    Raises RosterRefused when the set is not readable or the school is not to be told apart.
    """
    data = _Set()
    for path, content in files.items():
        name = path.rsplit("/", 1)[-1]
        _read_file(name, content, data)
    if "users.csv" not in data.rows:
        raise OneRosterWithoutUsers
    properties = {row.get("propertyName", ""): row.get("value", "") for row in data.of("manifest.csv")}
    org = _school_org(data, brin, school_name)
    roles = _roles(data, org)
    is_bulk = properties.get("file.users", "bulk") == "bulk"
    classes = _classes(data, org)
    pupils = _pupils(data, roles, classes)
    if are_bsns([pupil.number for pupil in pupils]):
        raise OneRosterKeysArePersonalNumbers
    return Roster(
        kind=KIND_ONEROSTER,
        pupils=tuple(pupils),
        classes=tuple(classes.values()),
        teachers=tuple(_teachers(data, roles, classes)),
        errors=tuple(data.findings.errors),
        notices=tuple(data.findings.notices),
        dropped=tuple(
            DroppedField(name, count, is_forbidden) for (name, is_forbidden), count in sorted(data.dropped.items())
        ),
        scope=SCOPE_SCHOOL if is_bulk else SCOPE_ADDITION,
    )


def _read_file(name: str, content: bytes, data: _Set) -> None:
    used = _USED.get(name)
    if used is None:
        if name.endswith(".csv"):
            data.dropped[(name, name.casefold() in _FORBIDDEN_FILES)] += 1
        return
    try:
        reader = csv.DictReader(io.StringIO(decode(content), newline=""), restkey="_more")
        headers = [str(header) for header in reader.fieldnames or []]
        keep = [header for header in headers if header in used]
        rows = data.rows.setdefault(name, [])
        for row in reader:
            if reader.line_num > MAX_LINES:
                raise OneRosterFileTooLarge(name=name)
            for header in headers:
                if header not in used and row.get(header):
                    data.dropped[(f"{name}: {header}", bool(_FORBIDDEN.search(header)))] += 1
            rows.append({header: (row.get(header) or "").strip() for header in keep} | {"_line": str(reader.line_num)})
    except csv.Error as error:
        raise OneRosterFileUnreadable(name=name) from error
    if name != "manifest.csv" and "sourcedId" not in keep:
        raise OneRosterFileWithoutKey(name=name)


def _school_org(data: _Set, brin: str, school_name: str) -> str:
    """The sourcedId of the school in a set of several; empty when the set holds at most one."""
    schools = [row for row in data.alive("orgs.csv") if row.get("type") == "school"]
    if len(schools) <= 1:
        return ""
    for row in schools:
        if brin and row.get("identifier", "").upper() == brin.upper():
            return row["sourcedId"]
    for row in schools:
        if school_name and row.get("name", "").casefold() == school_name.casefold():
            return row["sourcedId"]
    raise OneRosterOfOtherSchools


def _roles(data: _Set, org: str) -> dict[str, set[str]]:
    """Per user the roles at this school: from roles.csv (1.2), else from the user itself (1.1)."""
    roles: dict[str, set[str]] = defaultdict(set)
    for row in data.alive("roles.csv"):
        if not org or row.get("orgSourcedId", "") == org:
            roles[row.get("userSourcedId", "")].add(row.get("role", "").casefold())
    for row in data.of("users.csv"):
        orgs = _list(row.get("orgSourcedIds", ""))
        if row.get("role") and (not org or not orgs or org in orgs):
            roles[row["sourcedId"]].add(row["role"].casefold())
    return roles


def _classes(data: _Set, org: str) -> dict[str, RosterClass]:
    """Classes by sourcedId. A home class is what mentors know; without any, every class counts."""
    rows = [row for row in data.alive("classes.csv") if not org or row.get("schoolSourcedId", "") in ("", org)]
    home = [row for row in rows if row.get("classType", "").casefold() == "homeroom"]
    classes: dict[str, RosterClass] = {}
    for row in home or rows:
        place = ValuePlace(data.findings, f"classes.csv, {row['sourcedId'][:NUMBER_LENGTH]}", "title")
        name = clean_text(row.get("title") or row.get("classCode"), place, CLASS_LENGTH)
        if name:
            grade = _list(row.get("grades", ""))[:1]
            classes[row["sourcedId"]] = RosterClass(name, _YEAR_OF_GRADE.get(grade[0]) if grade else year_of(name))
    return classes


def _enrolled(data: _Set, classes: dict[str, RosterClass], role: str) -> dict[str, list[tuple[str, bool]]]:
    """Per user the names of the classes, each with whether it is the primary one."""
    enrolled: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in data.alive("enrollments.csv"):
        known = classes.get(row.get("classSourcedId", ""))
        if known and row.get("role", "").casefold() == role:
            is_primary = row.get("primary", "").casefold() == "true"
            enrolled[row.get("userSourcedId", "")].append((known.name, is_primary))
    return enrolled


def _pupils(data: _Set, roles: dict[str, set[str]], classes: dict[str, RosterClass]) -> list[RosterPupil]:
    births = {row["sourcedId"]: row for row in data.alive("demographics.csv")}
    enrolled = _enrolled(data, classes, "student")
    guardians = _guardians_of_pupils(data, roles)
    pupils: list[RosterPupil] = []
    seen: set[str] = set()
    for row in data.of("users.csv"):
        if not roles.get(row["sourcedId"], set()) & _STUDENT_ROLES:
            continue
        where = f"users.csv, {row['sourcedId'][:NUMBER_LENGTH]}"
        number = clean_text(row["sourcedId"], ValuePlace(data.findings, where, "sourcedId"), NUMBER_LENGTH)
        if not number or number in seen:
            data.findings.refuse(where, "sourcedId", _("De sleutel ontbreekt of komt twee keer voor."))
            continue
        seen.add(number)
        birth = births.get(row["sourcedId"], {})
        class_name = _one_class(enrolled.get(row["sourcedId"], []), where, data)
        pupils.append(_pupil(row, number, where, birth, class_name, guardians.get(number, ()), data))
        if len(pupils) > MAX_ROWS:
            raise RosterTooLarge
    return pupils


def _pupil(
    row: dict[str, str],
    number: str,
    where: str,
    birth: dict[str, str],
    class_name: str | None,
    guardians: tuple[RosterGuardian, ...],
    data: _Set,
) -> RosterPupil:
    def at(name: str) -> ValuePlace:
        return ValuePlace(data.findings, where, name)

    given = row.get("preferredGivenName") or row.get("givenName")
    family = row.get("preferredFamilyName") or row.get("familyName")
    born = birth.get("birthDate") or birth.get("birthdate")
    return RosterPupil(
        number=number,
        row=where,
        first_name=clean_text(given, at("givenName"), NAME_LENGTH),
        prefix=None,
        last_name=clean_text(family, at("familyName"), LAST_NAME_LENGTH),
        birth_on=clean_date(born, at("birthDate")),
        class_name=class_name,
        has_left=row.get("status", "").casefold() == _GONE or row.get("enabledUser", "").casefold() == "false",
        households=(RosterHousehold(guardians=guardians),) if guardians else (),
    )


def _one_class(enrolled: list[tuple[str, bool]], where: str, data: _Set) -> str | None:
    """The pupil's one class; with several lesson groups and no primary one the class stays open."""
    if "enrollments.csv" not in data.rows:
        return None
    names = list(dict.fromkeys(name for name, is_primary in enrolled if is_primary))
    names = names or list(dict.fromkeys(name for name, _is_primary in enrolled))
    if len(names) > 1:
        data.findings.mention(
            where, "enrollments.csv", _("Deze leerling zit in meer groepen, en geen ervan is de mentorklas.")
        )
        return None
    return names[0] if names else None


def _guardians_of_pupils(data: _Set, roles: dict[str, set[str]]) -> dict[str, tuple[RosterGuardian, ...]]:
    """Per pupil the adults, whichever of the two names the other as agent."""
    adults = {
        row["sourcedId"]: row for row in data.alive("users.csv") if roles.get(row["sourcedId"], set()) & _GUARDIAN_ROLES
    }
    pairs: dict[str, dict[str, None]] = defaultdict(dict)
    for row in data.alive("users.csv"):
        for agent in _list(row.get("agentSourcedIds", "")):
            if agent in adults:
                pairs[row["sourcedId"]][agent] = None
            elif row["sourcedId"] in adults:
                pairs[agent][row["sourcedId"]] = None
    made = {key: _guardian(row, data) for key, row in adults.items()}
    return {pupil: tuple(made[key] for key in keys if not made[key].is_empty) for pupil, keys in pairs.items()}


def _guardian(row: dict[str, str], data: _Set) -> RosterGuardian:
    where = f"users.csv, {row['sourcedId'][:NUMBER_LENGTH]}"
    given = row.get("preferredGivenName") or row.get("givenName", "")
    family = row.get("preferredFamilyName") or row.get("familyName", "")
    phone_field = "sms" if row.get("sms") else "phone"
    return RosterGuardian(
        name=clean_text(f"{given} {family}", ValuePlace(data.findings, where, "givenName"), FULL_NAME_LENGTH),
        email=clean_email(row.get("email"), ValuePlace(data.findings, where, "email")),
        phone=clean_phone(row.get(phone_field), ValuePlace(data.findings, where, phone_field)),
        key=row["sourcedId"][:128],
    )


def _teachers(data: _Set, roles: dict[str, set[str]], classes: dict[str, RosterClass]) -> list[RosterTeacher]:
    """Staff who are the primary teacher of a class; the others of a lesson group are no mentors."""
    enrolled = _enrolled(data, classes, "teacher")
    teachers = []
    for row in data.alive("users.csv"):
        if not roles.get(row["sourcedId"], set()) & _TEACHER_ROLES:
            continue
        where = f"users.csv, {row['sourcedId'][:NUMBER_LENGTH]}"
        names = tuple(dict.fromkeys(name for name, is_primary in enrolled.get(row["sourcedId"], []) if is_primary))
        teachers.append(
            RosterTeacher(
                key=row["sourcedId"][:128],
                row=where,
                first_name=clean_text(row.get("givenName"), ValuePlace(data.findings, where, "givenName"), NAME_LENGTH)
                or "",
                last_name=clean_text(
                    row.get("familyName"), ValuePlace(data.findings, where, "familyName"), LAST_NAME_LENGTH
                )
                or "",
                email=clean_email(row.get("email"), ValuePlace(data.findings, where, "email")) or "",
                class_names=names,
            )
        )
    return teachers


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
