"""From a roster to the school's own rows: preview, one transaction, and the same file again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.serializers import serialize
from django.db import IntegrityError, connection
from django.utils import timezone

from mentors.models import Event, Mentor, School
from students.actions.importing import (
    AlreadyImported,
    NoSchoolYear,
    PreviewExpired,
    RosterHasErrors,
    RosterLosesMany,
    RosterOfOtherSchool,
    apply_import,
    prepare_import,
)
from students.models import (
    Authority,
    Guardian,
    Household,
    HouseholdSuggestion,
    ImportState,
    Residence,
    RosterImport,
    SchoolClass,
    Student,
)
from students.queries.known import preview_of
from students.roster.reading import SourceFile, read_rosters
from students.roster.records import SCOPE_SCHOOL
from tests import factories
from tests.students.importing import bring_in
from tests.students.roster_files import (
    CANARY_BSN,
    HEADERS,
    NOOR,
    SAM,
    edexml,
    edexml_pupil,
    oneroster,
    table,
)
from thuisbezoek.retention import erase_due

pytestmark = pytest.mark.django_db


def everything(school: School) -> dict[str, Any]:
    """All rows that an import may write."""
    models = (Student, Household, Guardian, Residence, SchoolClass, Mentor, HouseholdSuggestion)
    return {model.__name__: json.loads(serialize("json", model.objects.order_by("pk"))) for model in models}


def test_a_table_gives_pupils_classes_households_and_guardians(school: School, now: dt.datetime) -> None:
    counts = bring_in(school, now, table(SAM, NOOR))
    assert (counts["new"], counts["classes"]) == (2, 2)
    sam = Student.objects.get(school=school, external_key="1001")
    assert (str(sam), sam.born_on, sam.entered_on) == ("Sam van den Berg", dt.date(2014, 6, 21), dt.date(2026, 9, 22))
    assert (sam.school_class.name, sam.school_class.year_group) == ("1a", 1)
    home = sam.households.get()
    assert (home.name, home.street, home.postcode, home.house_number, home.house_suffix, home.town) == (
        "Gezin van den Berg", "Dorpsstraat", "8261AB", 12, "A", "Kampen",
    )  # fmt: skip
    guardian = home.guardians.get()
    assert (guardian.name, guardian.email, guardian.phone, guardian.authority, guardian.is_invited) == (
        "M. van den Berg", "ouder.een@example.org", "0612345678", Authority.YES, True,
    )  # fmt: skip


@pytest.mark.parametrize("data", [table(SAM, NOOR), edexml(edexml_pupil()), None], ids=["table", "edexml", "oneroster"])
def test_the_same_file_again_changes_nothing(school: School, now: dt.datetime, data: bytes | None) -> None:
    files = [data] if data else []
    sources = [SourceFile("x", content) for content in files] or [
        SourceFile(name, content) for name, content in oneroster().items()
    ]
    for round_number in range(2):
        roster_import = prepare_import(school=school, roster=read_rosters(sources), by=None, now=now)
        before = everything(school)
        counts = apply_import(roster_import=roster_import, by=None, now=now)
        if round_number:
            assert everything(school) == before
            assert counts["new"] == counts["changed"] == counts["gone"] == counts["mentors"] == 0


def test_changed_values_are_shown_with_old_and_new(school: School, now: dt.datetime) -> None:
    bring_in(school, now, table(SAM))
    changed = SAM.replace("ouder.een@", "nieuw@").replace("1a", "1b").replace(";12;", ";14;")
    roster = read_rosters([SourceFile("x", table(changed))])
    roster_import = prepare_import(school=school, roster=roster, by=None, now=now)
    (change,) = preview_of(roster_import, today=timezone.localdate(now)).changed
    assert [(item.field, item.old, item.new) for item in change.changes] == [
        ("class_name", "1a", "1b"),
        ("house_number", "12", "14"),
        ("email", "ouder.een@example.org", "nieuw@example.org"),
    ]
    apply_import(roster_import=roster_import, by=None, now=now)
    assert Guardian.objects.get().email == "nieuw@example.org"
    assert Household.objects.get().house_number == 14


def test_a_pupil_who_is_not_in_the_file_is_marked_and_comes_back_unmarked(school: School, now: dt.datetime) -> None:
    bring_in(school, now, edexml(edexml_pupil() + edexml_pupil("1002", "Noor", "Vos")))
    bring_in(school, now, edexml(edexml_pupil()))
    noor = Student.objects.get(external_key="1002")
    assert noor.left_on == dt.date(2026, 9, 22)
    counts = bring_in(school, now, edexml(edexml_pupil() + edexml_pupil("1002", "Noor", "Vos")))
    noor.refresh_from_db()
    assert (noor.left_on, counts["returned"]) == (None, 1)


def test_a_list_of_one_class_does_not_make_the_others_gone(school: School, now: dt.datetime) -> None:
    bring_in(school, now, table(SAM, NOOR))
    bring_in(school, now, table(SAM.replace("1001", "1009")))
    gone = dict(Student.objects.values_list("external_key", "left_on"))
    assert gone == {"1001": dt.date(2026, 9, 22), "1002": None, "1009": None}


def test_a_guardian_list_makes_nobody_gone_and_refuses_unknown_pupils(school: School, now: dt.datetime) -> None:
    bring_in(school, now, table(SAM, NOOR))
    headers = "Leerlingnummer;Naam ouder;E-mail ouder"
    with pytest.raises(RosterHasErrors):
        bring_in(school, now, table("9999;X;x@example.org", headers=headers))
    bring_in(school, now, table("1001;M. van den Berg;nieuw@example.org", headers=headers))
    assert Student.objects.enrolled().count() == 2
    assert Guardian.objects.get(name="M. van den Berg").email == "nieuw@example.org"


def test_many_gone_pupils_ask_for_a_word_first(school: School, now: dt.datetime) -> None:
    rows = [SAM.replace("1001", str(2000 + number)) for number in range(10)]
    bring_in(school, now, table(*rows))
    with pytest.raises(RosterLosesMany):
        bring_in(school, now, table(rows[0]), scope=SCOPE_SCHOOL)
    assert Student.objects.enrolled().count() == 10
    bring_in(school, now, table(rows[0]), scope=SCOPE_SCHOOL, accept_many_gone=True)
    assert Student.objects.enrolled().count() == 1
    assert Student.objects.count() == 10


def test_errors_stop_the_import_unless_they_are_waved_through(school: School, now: dt.datetime) -> None:
    wrong = SAM.replace("ouder.een@example.org", "geen adres")
    with pytest.raises(RosterHasErrors):
        bring_in(school, now, table(wrong))
    assert not Student.objects.exists()
    bring_in(school, now, table(wrong), skip_errors=True)
    assert Guardian.objects.get().email == ""


def test_a_failure_half_way_leaves_nothing(school: School, now: dt.datetime) -> None:
    roster = read_rosters([SourceFile("x", table(SAM, NOOR))])
    roster_import = prepare_import(school=school, roster=roster, by=None, now=now)
    before = everything(school)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER no_residence BEFORE INSERT ON students_residence BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            cursor.execute("ALTER TABLE students_residence ADD CONSTRAINT no_residence CHECK (rank > 9) NOT VALID")
    with pytest.raises(IntegrityError):
        apply_import(roster_import=roster_import, by=None, now=now)
    assert everything(school) == before
    roster_import.refresh_from_db()
    assert roster_import.state == ImportState.PREVIEW
    assert not Event.objects.filter(verb="roster.imported").exists()


def test_the_payload_is_erased_after_applying_and_cannot_be_applied_twice(school: School, now: dt.datetime) -> None:
    roster = read_rosters([SourceFile("x", table(SAM))])
    roster_import = prepare_import(school=school, roster=roster, by=None, now=now)
    assert "Berg" in json.dumps(roster_import.payload)
    apply_import(roster_import=roster_import, by=None, now=now)
    roster_import.refresh_from_db()
    assert (roster_import.payload, roster_import.state) == ({}, ImportState.APPLIED)
    assert "Berg" not in json.dumps(roster_import.summary)
    with pytest.raises(AlreadyImported):
        apply_import(roster_import=roster_import, by=None, now=now)


def test_a_preview_is_not_used_and_emptied_after_a_day(school: School, now: dt.datetime) -> None:
    roster = read_rosters([SourceFile("x", table(SAM))])
    roster_import = prepare_import(school=school, roster=roster, by=None, now=now)
    later = now + dt.timedelta(days=1, minutes=1)
    with pytest.raises(PreviewExpired):
        apply_import(roster_import=roster_import, by=None, now=later)
    erase_due(now=later - dt.timedelta(hours=1))
    roster_import.refresh_from_db()
    assert roster_import.payload
    erase_due(now=later)
    roster_import.refresh_from_db()
    assert not roster_import.payload


def test_a_new_preview_throws_the_earlier_one_away(school: School, now: dt.datetime) -> None:
    roster = read_rosters([SourceFile("x", table(SAM))])
    first = prepare_import(school=school, roster=roster, by=None, now=now)
    prepare_import(school=school, roster=roster, by=None, now=now)
    first.refresh_from_db()
    assert (first.payload, first.state) == ({}, ImportState.DISCARDED)


def test_without_a_school_year_there_is_no_import(school: School, now: dt.datetime) -> None:
    school.years.all().delete()
    with pytest.raises(NoSchoolYear):
        bring_in(school, now, table(SAM))


def test_another_schools_pupil_with_the_same_number_is_left_alone(school: School, now: dt.datetime) -> None:
    other = factories.make_school()
    bring_in(other, now, table(SAM))
    bring_in(school, now, table(SAM.replace("Sam", "Tim")))
    assert Student.objects.get(school=other).first_name == "Sam"


def test_national_numbers_reach_no_table(school: School, now: dt.datetime) -> None:
    data = table(f"{SAM};{CANARY_BSN}", headers=HEADERS + ";BSN")
    bring_in(school, now, edexml(edexml_pupil()), data, scope=SCOPE_SCHOOL)
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            assert CANARY_BSN not in repr(cursor.fetchall()), name
    dropped = {item[0] for item in RosterImport.objects.get().summary["dropped"]}
    assert {"bsn", "BSN"} <= dropped


def test_a_teacher_becomes_mentor_of_a_class_without_one(school: School, now: dt.datetime) -> None:
    ada = factories.make_mentor(school, email="vos@example.org")
    teachers = (
        '<leerkracht key="L1"><achternaam>Vos</achternaam><emailadres>vos@example.org</emailadres>'
        '<groepen><groep key="G1A"/></groepen></leerkracht>'
    )
    counts = bring_in(school, now, edexml(edexml_pupil(), teachers=teachers))
    assert counts["mentors"] == 1
    assert list(SchoolClass.objects.get().mentors.all()) == [ada]


def test_a_class_with_a_mentor_keeps_it(school: School, now: dt.datetime) -> None:
    own = factories.make_mentor(school)
    factories.make_class(school, own, name="1a")
    teachers = '<leerkracht key="L1"><achternaam>Vos</achternaam><groepen><groep key="G1A"/></groepen></leerkracht>'
    bring_in(school, now, edexml(edexml_pupil(), teachers=teachers))
    assert list(SchoolClass.objects.get().mentors.all()) == [own]


def test_an_import_never_lifts_a_secret_address_nor_wipes_contact_details(school: School, now: dt.datetime) -> None:
    headers = HEADERS + ";Geheim adres"
    bring_in(school, now, table(SAM + ";ja", headers=headers))
    bring_in(school, now, table(SAM.replace("ouder.een@example.org", "") + ";nee", headers=headers))
    assert Household.objects.get().is_secret_address
    assert Guardian.objects.get().email == "ouder.een@example.org"


def test_a_guardian_who_loses_authority_is_no_longer_invited(school: School, now: dt.datetime) -> None:
    bring_in(school, now, table(SAM))
    bring_in(school, now, table(SAM.removesuffix("ja") + "nee"))
    guardian = Guardian.objects.get()
    assert (guardian.authority, guardian.is_invited) == (Authority.NO, False)


def test_parents_who_live_apart_are_never_put_in_one_household(school: School, now: dt.datetime) -> None:
    bring_in(school, now, table(SAM))
    headers = "Leerlingnummer;Naam ouder;E-mail ouder;Postcode;Huisnummer"
    bring_in(school, now, table("1001;K. Vos;k@example.org;8262CD;7", headers=headers))
    adults = Guardian.objects.order_by("household__residences__rank")
    assert list(adults.values_list("household__residences__rank", "household__postcode", "name")) == [
        (1, "8261AB", "M. van den Berg"),
        (2, "8262CD", "K. Vos"),
    ]
    names = Household.objects.order_by("residences__rank").values_list("name", flat=True)
    assert list(names) == ["Gezin van den Berg", "Gezin Vos"]


def test_a_shared_household_moves_only_when_all_of_its_pupils_move(school: School, now: dt.datetime) -> None:
    tim = SAM.replace("1001", "1003").replace("Sam", "Tim")
    bring_in(school, now, table(SAM, tim))
    first, second = Household.objects.order_by("pk")
    Residence.objects.filter(household=second).update(household=first)
    second.delete()
    moved = [row.replace("8261 AB", "8262 CD") for row in (SAM, tim)]
    bring_in(school, now, table(moved[0], tim))
    assert {str(student): student.households.get().postcode for student in Student.objects.all()} == {
        "Sam van den Berg": "8262CD",
        "Tim van den Berg": "8261AB",
    }
    assert Household.objects.count() == 2
    Residence.objects.update(household=first)
    Household.objects.exclude(pk=first.pk).delete()
    bring_in(school, now, table(*moved))
    assert Household.objects.get().postcode == "8262CD"


def test_the_next_year_puts_a_pupil_in_the_new_class_of_the_same_name(school: School, now: dt.datetime) -> None:
    old_year = school.years.create(starts_on=dt.date(2025, 8, 25), ends_on=dt.date(2026, 7, 3))
    old_class = SchoolClass.objects.create(school_year=old_year, name="1a", year_group=1)
    student = Student.objects.create(school=school, external_key="1001", first_name="Sam", school_class=old_class)
    bring_in(school, now, table(SAM))
    student.refresh_from_db()
    assert student.school_class.school_year == school.years.get(starts_on=factories.YEAR_START)


def test_a_file_of_another_school_is_refused_by_its_brin(school: School, now: dt.datetime) -> None:
    School.objects.filter(pk=school.pk).update(brin="11AA00")
    school.refresh_from_db()
    with pytest.raises(RosterOfOtherSchool):
        bring_in(school, now, edexml(edexml_pupil()))
    School.objects.filter(pk=school.pk).update(brin="99ZZ00")
    school.refresh_from_db()
    assert bring_in(school, now, edexml(edexml_pupil()))["new"] == 1


def test_a_file_of_another_year_is_remarked_upon(school: School, now: dt.datetime) -> None:
    old = edexml(edexml_pupil()).replace(b"2026-2027", b"2014-2015")
    roster_import = prepare_import(school=school, roster=read_rosters([SourceFile("x", old)]), by=None, now=now)
    (notice,) = preview_of(roster_import, today=timezone.localdate(now)).notices
    assert (notice.field, "2014-2015" in notice.message) == ("schooljaar", True)
