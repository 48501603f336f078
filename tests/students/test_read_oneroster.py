"""OneRoster sets in, versions 1.1 and 1.2, bulk and delta; and the choice of reader by content."""

from __future__ import annotations

import datetime as dt

import pytest

from students.roster.oneroster import read_oneroster
from students.roster.reading import MAX_FILE_BYTES, SourceFile, headers_to_match, read_rosters
from students.roster.records import (
    SCOPE_ADDITION,
    SCOPE_SCHOOL,
    RosterClass,
)
from students.roster.refusals import OneRosterOfOtherSchools, OneRosterWithoutUsers, RosterRefused
from tests.students.roster_files import CANARY_BSN, SAM, edexml, edexml_pupil, oneroster, table, zipped


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_pupil_class_guardian_and_teacher_are_read(version: str) -> None:
    roster = read_oneroster(oneroster(version))
    (pupil,) = roster.pupils
    assert (pupil.number, pupil.first_name, pupil.last_name) == ("U1", "Sam", "van den Berg")
    assert (pupil.class_name, pupil.birth_on) == ("1a", dt.date(2014, 6, 21))
    (guardian,) = pupil.households[0].guardians
    assert (guardian.key, guardian.name, guardian.email) == ("G1", "M. van den Berg", "ouder.een@example.org")
    assert roster.classes == (RosterClass("1a", 1),)
    assert [(teacher.email, teacher.class_names) for teacher in roster.teachers] == [("vos@example.org", ("1a",))]
    assert (roster.scope, roster.errors) == (SCOPE_SCHOOL, ())


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_passwords_sex_race_and_identifiers_are_left_behind(version: str) -> None:
    roster = read_oneroster(oneroster(version))
    assert "Geheim!1" not in repr(roster) and CANARY_BSN not in repr(roster) and "male" not in repr(roster)
    forbidden = {dropped.name for dropped in roster.dropped if dropped.is_forbidden}
    assert {"users.csv: password", "users.csv: identifier", "demographics.csv: sex"} <= forbidden


def test_a_delta_adds_and_marks_but_does_not_make_the_others_gone() -> None:
    files = oneroster(users="delta")
    files["users.csv"] = files["users.csv"].replace(b"U1,active", b"U1,tobedeleted")
    roster = read_oneroster(files)
    assert (roster.scope, roster.pupils[0].has_left) == (SCOPE_ADDITION, True)


def test_a_guardian_that_names_the_pupil_is_found_as_well() -> None:
    files = oneroster()
    files["users.csv"] = (
        files["users.csv"].replace(b",,G1,", b",,,").replace(b"ouder.een@example.org,,", b"ouder.een@example.org,U1,")
    )
    assert [adult.key for adult in read_oneroster(files).pupils[0].households[0].guardians] == ["G1"]


def test_of_several_schools_the_one_with_the_brin_is_read() -> None:
    files = oneroster()
    files["orgs.csv"] += b"O2,active,Andere,school,11AA\n"
    assert [pupil.number for pupil in read_oneroster(files, brin="99ZZ").pupils] == ["U1"]
    assert read_oneroster(files, brin="11AA").pupils == ()
    with pytest.raises(OneRosterOfOtherSchools):
        read_oneroster(files)


def test_a_set_without_users_is_refused() -> None:
    files = oneroster()
    del files["users.csv"]
    with pytest.raises(OneRosterWithoutUsers):
        read_oneroster(files)


def test_the_public_example_is_read(shared_data: object) -> None:
    folder = shared_data / "oneroster"  # type: ignore[operator]
    roster = read_oneroster({path.name: path.read_bytes() for path in folder.glob("*.csv")})
    assert [(pupil.first_name, pupil.class_name) for pupil in roster.pupils] == [("Bruce", "Basic Detection")]
    assert "Batman" not in repr(roster)


def test_files_are_recognised_by_their_content() -> None:
    assert read_rosters([SourceFile("x.txt", edexml(edexml_pupil()))]).kind == "edexml"
    assert read_rosters([SourceFile("x.zip", zipped(oneroster()))]).kind == "oneroster"
    assert read_rosters([SourceFile(name, data) for name, data in oneroster().items()]).kind == "oneroster"
    assert read_rosters([SourceFile("x.csv", table(SAM))]).kind == "table"


def test_edexml_and_a_table_with_guardians_become_one_roster() -> None:
    roster = read_rosters([SourceFile("school.xml", edexml(edexml_pupil())), SourceFile("ouders.csv", table(SAM))])
    (pupil,) = roster.pupils
    (household,) = pupil.households
    assert (household.address_key, household.guardians[0].email) == (("8261AB", 12, "A"), "ouder.een@example.org")
    assert roster.scope == SCOPE_SCHOOL


def test_only_tables_with_unknown_columns_ask_for_a_look() -> None:
    files = [SourceFile("a.xml", edexml(edexml_pupil())), SourceFile("b.csv", table(SAM))]
    assert headers_to_match(files) == []
    odd = SourceFile("c.csv", table(SAM + ";x", headers="Leerlingnummer;Vreemd"))
    assert [header.unknown[0].header for header in headers_to_match([*files, odd])] == ["Vreemd"]


@pytest.mark.parametrize(
    "files",
    [
        [],
        [SourceFile("leeg.csv", b"")],
        [SourceFile("groot.csv", b"a" * (MAX_FILE_BYTES + 1))],
        [SourceFile("map.zip", zipped({"iets.txt": b"x"}))],
        [SourceFile("bom.zip", zipped({"users.csv": b"0" * 200_000_000, "manifest.csv": b""}))],
        [SourceFile(f"{number}.csv", table(SAM)) for number in range(13)],
    ],
    ids=["none", "empty", "large", "foreign zip", "zip bomb", "many"],
)
def test_what_is_no_roster_is_refused(files: list[SourceFile]) -> None:
    with pytest.raises(RosterRefused):
        read_rosters(files)
