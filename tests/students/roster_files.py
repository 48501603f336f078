"""Roster files that the tests make themselves, with made-up people and a canary for a national number."""

from __future__ import annotations

import gc
import io
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import xlsxwriter

#: Passes the test of eleven, belongs to nobody (a published test number), and may turn up nowhere.
CANARY_BSN = "999990019"

HEADERS = (
    "Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam;Geboortedatum;Klas;Straat;Huisnummer;Toevoeging;"
    "Postcode;Woonplaats;Naam ouder 1;E-mail ouder 1;Telefoon ouder 1;Gezag ouder 1"
)
SAM = (
    "1001;Sam;van den;Berg;21-06-2014;1a;Dorpsstraat;12;a;8261 AB;Kampen;"
    "M. van den Berg;ouder.een@example.org;06 12345678;ja"
)
NOOR = "1002;Noor;;Yılmaz;03-02-2014;1b;Laan;7;;8262CD;Kampen;E. Yılmaz;ouder.twee@example.org;0612345679;ja"


def edexml(pupils: str = "", groups: str = "", teachers: str = "", school: str = "") -> bytes:
    """An EDEXML 2.1 document around these elements; one group '1a' is always there."""
    head = school or (
        "<schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode><auteur>Voorbeeld</auteur><xsdversie>2.1</xsdversie>"
    )
    staff = f"<leerkrachten>{teachers}</leerkrachten>" if teachers else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!-- a comment before the root --><EDEX>'
        f"<school>{head}</school><groepen>"
        f'<groep key="G1A"><naam>1a</naam><jaargroep>11</jaargroep></groep>{groups}</groepen>'
        f"<leerlingen>{pupils}</leerlingen>{staff}</EDEX>"
    ).encode()


def edexml_pupil(key: str = "1001", first_name: str = "Sam", last_name: str = "Berg", extra: str = "") -> str:
    """One pupil of group 1a with everything that must be left behind."""
    return (
        f'<leerling key="{key}" eckid="https://id.school/{key}"><achternaam>{last_name}</achternaam>'
        f"<voorvoegsel>van den</voorvoegsel><roepnaam>{first_name}</roepnaam>"
        "<geboortedatum>2014-06-21</geboortedatum><geslacht>1</geslacht><jaargroep>11</jaargroep>"
        '<groep key="G1A"/><gebruikersnaam>sam</gebruikersnaam><etniciteit>9</etniciteit><land>NL</land>'
        f"<bsn>{CANARY_BSN}</bsn><postcodenl>8261AB</postcodenl>{extra}</leerling>"
    )


def edexml_school(count: int) -> bytes:
    """A school of this many pupils in classes of 28."""
    groups = "".join(
        f'<groep key="K{number}"><naam>{1 + number % 6}k{number}</naam><jaargroep>{11 + number % 6}</jaargroep></groep>'
        for number in range(count // 28 + 1)
    )
    pupils = "".join(
        edexml_pupil(f"{number:05d}", f"Voornaam{number}", f"Achternaam{number}").replace(
            'groep key="G1A"', f'groep key="K{number // 28}"'
        )
        for number in range(1, count + 1)
    )
    return edexml(pupils, groups)


def table(*rows: str, headers: str = HEADERS, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file as Dutch Excel writes it: semicolons and CR LF."""
    return "\r\n".join([headers, *rows, ""]).encode(encoding)


def workbook(sheets: dict[str, Iterable[Sequence[object]]]) -> bytes:
    """An XLSX file with these sheets; dates are written as dates."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "default_date_format": "dd-mm-yyyy", "strings_to_formulas": False}
    ) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return target.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip with these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def oneroster(version: str = "1.2", users: str = "bulk") -> dict[str, bytes]:
    """A small OneRoster set: a pupil, a guardian, a teacher and a home class."""
    manifest = f"propertyName,value\noneroster.version,{version}\nfile.users,{users}\nfile.enrollments,{users}\n"
    orgs = "sourcedId,status,name,type,identifier\nO1,active,De Brug,school,99ZZ\n"
    classes = (
        "sourcedId,status,title,grades,classType,schoolSourcedId\n"
        "C1,active,1a,07,homeroom,O1\nC2,active,wiskunde 1a,07,scheduled,O1\n"
    )
    enrollments = (
        "sourcedId,status,classSourcedId,schoolSourcedId,userSourcedId,role,primary\n"
        "E1,active,C1,O1,U1,student,\nE2,active,C2,O1,U1,student,\nE3,active,C1,O1,T1,teacher,true\n"
    )
    demographics = "sourcedId,status,birthDate,sex,white\nU1,active,2014-06-21,male,true\n"
    people = [
        ("U1", "student", "Sam", "van den Berg", "", "G1", CANARY_BSN),
        ("G1", "guardian", "M.", "van den Berg", "ouder.een@example.org", "", ""),
        ("T1", "teacher", "Ada", "Vos", "vos@example.org", "", ""),
    ]
    files = {"manifest.csv": manifest, "orgs.csv": orgs, "classes.csv": classes, "enrollments.csv": enrollments,
             "demographics.csv": demographics}  # fmt: skip
    if version == "1.1":
        head = "sourcedId,status,orgSourcedIds,role,username,givenName,familyName,identifier,email,agentSourcedIds,"
        head += "password"
        lines = [f"{k},active,O1,{r},naam,{g},{f},{i},{e},{a},Geheim!1" for k, r, g, f, e, a, i in people]
    else:
        head = "sourcedId,status,username,givenName,familyName,identifier,email,agentSourcedIds,password"
        lines = [f"{k},active,naam,{g},{f},{i},{e},{a},Geheim!1" for k, _r, g, f, e, a, i in people]
        files["roles.csv"] = "sourcedId,status,userSourcedId,roleType,role,orgSourcedId\n" + "".join(
            f"R{k},active,{k},primary,{r},O1\n" for k, r, *_rest in people
        )
        files["userProfiles.csv"] = "sourcedId,userSourcedId,username,password\nP1,U1,naam,Geheim!1\n"
    files["users.csv"] = "\n".join([head, *lines, ""])
    return {name: text.encode() for name, text in files.items()}


@contextmanager
def within_a_second() -> Iterator[None]:
    """Hold that the block takes less than a second of this thread's CPU; what earlier tests left is freed before."""
    gc.collect()
    started = time.thread_time()
    yield
    assert time.thread_time() - started < 1
