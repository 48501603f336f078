"""EDEXML in: what is kept, what is left behind, what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml import etree

from students.roster.edexml import FORBIDDEN, read_edexml
from students.roster.records import RosterClass, RosterHousehold, RosterPupil
from students.roster.refusals import EdexKeysArePersonalNumbers, RosterRefused
from tests.students.roster_files import CANARY_BSN, edexml, edexml_pupil, edexml_school, within_a_second


def test_a_pupil_is_read_with_name_class_and_birth_date() -> None:
    (pupil,) = read_edexml(edexml(edexml_pupil())).pupils
    assert pupil == RosterPupil(
        number="1001",
        row="leerling 1001",
        first_name="Sam",
        prefix="van den",
        last_name="Berg",
        birth_on=dt.date(2014, 6, 21),
        class_name="1a",
        households=(RosterHousehold(postcode="8261AB"),),
    )


def test_a_secondary_school_year_is_counted_from_one() -> None:
    assert read_edexml(edexml(edexml_pupil())).classes == (RosterClass("1a", 1),)


def test_national_numbers_and_the_like_are_in_no_record_and_are_reported_by_name() -> None:
    roster = read_edexml(edexml(edexml_pupil()))
    assert CANARY_BSN not in repr(roster)
    forbidden = {dropped.name: dropped.count for dropped in roster.dropped if dropped.is_forbidden}
    assert forbidden == {"bsn": 1, "eckid": 1, "etniciteit": 1, "gebruikersnaam": 1, "geslacht": 1, "land": 1}


@pytest.mark.parametrize("name", sorted(FORBIDDEN - {"eckid"}))
def test_every_forbidden_field_is_left_behind(name: str) -> None:
    roster = read_edexml(edexml(edexml_pupil(extra=f"<{name}>kanarie</{name}>")))
    assert "kanarie" not in repr(roster)
    assert name in {dropped.name for dropped in roster.dropped if dropped.is_forbidden}


def test_the_first_name_falls_back_to_the_first_given_name() -> None:
    pupil = '<leerling key="1"><achternaam>Assati</achternaam><voornamen>Ismaël Hassan</voornamen></leerling>'
    (read,) = read_edexml(edexml(pupil)).pupils
    assert (read.first_name, read.last_name) == ("Ismaël", "Assati")


def test_a_combined_group_is_the_class_when_there_is_no_other() -> None:
    group = '<samengestelde_groep key="s1"><naam>Coach 3</naam></samengestelde_groep>'
    pupil = (
        '<leerling key="1"><roepnaam>Sam</roepnaam><samengestelde_groepen>'
        '<samengestelde_groep key="s1"/></samengestelde_groepen></leerling>'
    )
    roster = read_edexml(edexml(pupil, group))
    assert roster.pupils[0].class_name == "Coach 3"
    assert RosterClass("Coach 3", None) in roster.classes


def test_a_teacher_has_the_classes_of_a_class_role_only() -> None:
    teachers = (
        '<leerkracht key="L1"><achternaam>Vos</achternaam><emailadres>Vos@Example.org</emailadres><rol>LRK</rol>'
        '<groepen><groep key="G1A"/></groepen></leerkracht>'
        '<leerkracht key="L2"><roepnaam>Lia</roepnaam><groepen><groep key="G1A"><rol>STA</rol></groep></groepen>'
        "</leerkracht>"
    )
    first, second = read_edexml(edexml(edexml_pupil(), teachers=teachers)).teachers
    assert (first.email, first.class_names) == ("vos@example.org", ("1a",))
    assert second.class_names == ()


@pytest.mark.parametrize(
    ("pupil", "field"),
    [
        (
            '<leerling key="1"><roepnaam>Sam</roepnaam><geboortedatum>21</geboortedatum></leerling>',
            "geboortedatum",
        ),
        ('<leerling key="1"><roepnaam>Sam</roepnaam><groep key="X"/></leerling>', "groep"),
        ('<leerling key="1"><roepnaam>Sam</roepnaam><postcodenl>82AB</postcodenl></leerling>', "postcodenl"),
        ('<leerling key="1"><voornamen>Sam</voornamen></leerling>', "achternaam"),
        ('<leerling key="1"><roepnaam>Sam</roepnaam><roepnaam>Tim</roepnaam></leerling>', "roepnaam"),
        (f'<leerling key="1"><roepnaam>{"a" * 61}</roepnaam></leerling>', "roepnaam"),
        ('<leerling key="1"><roepnaam>Sam</roepnaam></leerling>' * 2, "key"),
    ],
)
def test_an_error_names_the_pupil_and_the_field(pupil: str, field: str) -> None:
    (error,) = read_edexml(edexml(pupil)).errors
    assert (error.row, error.field) == ("leerling 1", field)


def test_marks_that_turn_the_reading_direction_are_left_out_with_a_notice() -> None:
    roster = read_edexml(edexml(edexml_pupil(first_name="Sam\u202e\u200b")))
    assert roster.pupils[0].first_name == "Sam"
    assert [(notice.row, notice.field) for notice in roster.notices] == [("leerling 1001", "roepnaam")]


def test_keys_that_are_national_numbers_are_refused() -> None:
    pupils = edexml_pupil(CANARY_BSN) + edexml_pupil("123456782")
    with pytest.raises(EdexKeysArePersonalNumbers):
        read_edexml(edexml(pupils))


def _bomb() -> bytes:
    levels = b"".join(b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 10))
    return b'<!DOCTYPE EDEX [<!ENTITY e0 "x">' + levels + b']><EDEX naam="&e9;">&e9;</EDEX>'


@pytest.mark.parametrize(
    "data",
    [
        _bomb(),
        _bomb().decode().encode("utf-16"),
        b'<!DOCTYPE EDEX SYSTEM "http://127.0.0.1:9/x.dtd"><EDEX/>',
        b'<!DOCTYPE EDEX [<!ENTITY f SYSTEM "file:///etc/passwd">]><EDEX>&f;</EDEX>',
        b"<EDEX>" + b"<a>" * 1_000_000,
        b"<EDEX>" + b"<a/>" * 4_000_000 + b"</EDEX>",
        b"<EDEX " + b" ".join(b'a%d="1"' % number for number in range(1_000_000)) + b"/>",
        b"<EDEX><school><schooljaar>" + b"a" * 20_000_000,
        b"<EDEX><leerlingen>" + b'<leerling key="1"/>' * 500_000,
        b"<!--" + b"a" * 20_000_000,
        b"<html/>",
        b"<EDEX><leerling>",
        b"<EDEX/>",
    ],
)
def test_a_hostile_or_foreign_document_is_refused_within_a_second(data: bytes) -> None:
    with within_a_second(), pytest.raises(RosterRefused):
        read_edexml(data)


def test_the_official_example_is_read(shared_data: object) -> None:
    data = (shared_data / "edexml" / "EDEXML.Voorbeeld.2.1.xml").read_bytes()  # type: ignore[operator]
    roster = read_edexml(data)
    assert [pupil.number for pupil in roster.pupils] == ["00001", "00002", "12345"]
    assert [pupil.has_left for pupil in roster.pupils] == [False, False, True]
    assert roster.errors == ()
    assert "133456785" not in repr(roster)


def test_our_own_sample_obeys_the_official_schema(shared_data: object) -> None:
    schema = etree.XMLSchema(etree.parse(str(shared_data / "edexml" / "EDEXML.structuur.xsd")))  # type: ignore[operator]
    sample = edexml_school(60).replace(b"2026-2027", b"2024-2025")  # the schema's list of years ends there
    schema.assertValid(etree.fromstring(sample))
