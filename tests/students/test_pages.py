"""The coordinator's pages: who may see them, what they change, and how many queries they take."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Event, Role, School
from students.models import (
    Authority,
    Guardian,
    Household,
    HouseholdSuggestion,
    ImportState,
    LocationQuality,
    RosterImport,
    Student,
    SuggestionState,
    TwoHomes,
)
from tests import factories
from tests.pages import LogIn
from tests.students.roster_files import CANARY_BSN, HEADERS, NOOR, SAM, edexml, edexml_pupil, table

pytestmark = pytest.mark.django_db


def url(name: str, school: School, **parts: Any) -> str:
    return reverse(f"students:{name}", kwargs={"school": school.slug, **parts})


def upload(client: Client, school: School, *files: tuple[str, bytes], **fields: Any) -> Any:
    chosen = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(url("import_start", school), {"roster_files": chosen, **fields})


def every_page(school: School) -> dict[str, str]:
    """Each address of the room, with a real object of the school in it."""
    school_class = factories.make_class(school)
    student = factories.make_student(school_class)
    household = student.households.get()
    guardian = household.guardians.get()
    other = factories.make_household(school)
    suggestion = HouseholdSuggestion.objects.create(school=school, first=household, second=other)
    roster_import = RosterImport.objects.create(
        school=school, source="table", created_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC), state=ImportState.APPLIED
    )
    objects = {
        "student": student, "student_two_homes": student, "class_mentors": school_class, "household": household,
        "household_pin": household, "guardian_new": household, "guardian": guardian, "guardian_remove": guardian,
        "import_preview": roster_import, "import_apply": roster_import, "import_discard": roster_import,
        "import_result": roster_import, "suggestion_confirm": suggestion, "suggestion_reject": suggestion,
    }  # fmt: skip
    plain = ("roster", "classes", "import_start", "imports", "addresses", "addresses_locate", "suggestions")
    pages = {name: url(name, school) for name in plain}
    pages |= {name: url(name, school, pk=found.pk) for name, found in objects.items()}
    return pages | {"import_template": url("import_template", school, form="csv")}


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_only_the_coordinator_sees_these_pages(client: Client, school: School, log_in: LogIn, role: Role) -> None:
    pages = every_page(school)
    log_in(school, role)
    answers = {name: (client.get(page).status_code, client.post(page).status_code) for name, page in pages.items()}
    assert set(answers.values()) == {(403, 403)}, answers
    assert Guardian.objects.count() == 2


def test_a_coordinator_of_another_school_finds_nothing(client: Client, school: School, log_in: LogIn) -> None:
    pages = every_page(school)
    log_in(factories.make_school(), Role.COORDINATOR)
    assert {client.get(page).status_code for page in pages.values()} == {404}
    assert {client.post(page).status_code for page in pages.values()} == {404}
    assert Guardian.objects.count() == 2


def test_objects_of_another_school_are_not_found_under_the_own_school(
    client: Client, school: School, log_in: LogIn
) -> None:
    other = factories.make_school()
    pages = every_page(other)
    log_in(school, Role.COORDINATOR)
    with_object = {name: page.replace(other.slug, school.slug) for name, page in pages.items() if "/0" not in page}
    wanted = {
        name: page
        for name, page in with_object.items()
        if any(char.isdigit() for char in page.split("/leerlingen/")[1])
    }
    assert len(wanted) == 14
    answers = {name: (client.get(page).status_code, client.post(page).status_code) for name, page in wanted.items()}
    assert all(found in (404, 405) for pair in answers.values() for found in pair), answers
    assert Guardian.objects.filter(household__school=other).count() == 2


def test_a_visitor_without_an_account_is_sent_to_the_door(client: Client, school: School) -> None:
    for page in every_page(school).values():
        assert client.get(page).url.startswith("/inloggen/")


def test_every_page_opens_for_the_coordinator(client: Client, school: School, log_in: LogIn) -> None:
    pages = every_page(school)
    log_in(school, Role.COORDINATOR)
    answers = {name: client.get(page).status_code for name, page in pages.items()}
    posts = {"student_two_homes", "guardian_remove", "import_apply", "import_discard", "suggestion_confirm",
             "suggestion_reject", "addresses_locate"}  # fmt: skip
    assert {name for name, status in answers.items() if status == 405} == posts
    assert {name for name, status in answers.items() if status not in (200, 302, 405)} == set()


@pytest.mark.parametrize(
    ("name", "limit"), [("roster", 20), ("addresses", 14), ("suggestions", 16), ("classes", 10), ("imports", 8)]
)
def test_a_list_takes_as_many_queries_for_30_rows_as_for_one(
    client: Client, school: School, log_in: LogIn, name: str, limit: int
) -> None:
    log_in(school, Role.COORDINATOR)

    def add_row() -> None:
        school_class = factories.make_class(school, factories.make_mentor(school))
        student = factories.make_student(
            school_class, factories.make_household(school, location_quality=LocationQuality.NONE)
        )
        sibling = factories.make_student(school_class)
        homes = sorted([student.households.get(), sibling.households.get()], key=lambda home: home.pk)
        HouseholdSuggestion.objects.create(school=school, first=homes[0], second=homes[1])
        RosterImport.objects.create(
            school=school, source="table", by=school.memberships.first().user,
            created_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC), state=ImportState.APPLIED, summary={"counts": {}},
        )  # fmt: skip

    counts = []
    for rows in (1, 29):
        for _row in range(rows):
            add_row()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url(name, school)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= limit


def test_an_import_goes_from_file_to_preview_to_result(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    answer = upload(client, school, ("lijst.csv", table(SAM, NOOR)))
    found = RosterImport.objects.get()
    assert answer.url == url("import_preview", school, pk=found.pk)
    page = client.get(answer.url).content.decode()
    assert "Sam van den Berg" in page and not Student.objects.exists()
    answer = client.post(url("import_apply", school, pk=found.pk))
    assert answer.url == url("import_result", school, pk=found.pk)
    assert client.get(answer.url).status_code == 200
    assert Student.objects.filter(school=school).count() == 2
    assert client.get(url("import_preview", school, pk=found.pk)).url == answer.url
    assert client.post(url("import_apply", school, pk=found.pk)).url == answer.url
    assert set(Event.objects.filter(subject__startswith="students.RosterImport").values_list("verb", flat=True)) == {
        "roster.previewed",
        "roster.imported",
    }


def test_unknown_columns_are_matched_first_and_remembered(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    data = table("1001;Sam;1a;x", headers="Code;Roepnaam;Klas;Vreemd")
    answer = upload(client, school, ("lijst.csv", data))
    assert answer.status_code == 422 and "Vreemd" in answer.content.decode()
    assert not RosterImport.objects.exists()
    matched = {
        "kolom_0_kop": "Code", "kolom_0": "number", "kolom_1_kop": "Vreemd", "kolom_1": "-",
    }  # fmt: skip
    upload(client, school, ("lijst.csv", data), **matched)
    client.post(url("import_apply", school, pk=RosterImport.objects.get().pk))
    assert Student.objects.get().external_key == "1001"
    assert upload(client, school, ("lijst.csv", data)).status_code == 302


def test_with_htmx_the_files_stay_chosen_and_only_the_rest_is_sent(
    client: Client, school: School, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    start = url("import_start", school)
    data = {"roster_files": [SimpleUploadedFile("x.csv", table(SAM + ";x", headers=HEADERS + ";Vreemd"))]}
    part = client.post(start, data, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.content.decode() and "Vreemd" in part.content.decode()
    data = {"roster_files": [SimpleUploadedFile("x.csv", table(SAM))]}
    answer = client.post(start, data, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == url("import_preview", school, pk=RosterImport.objects.get().pk)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("leeg.csv", b"", "leeg"),
        ("foto.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "geen tekstbestand"),
        ("bom.xml", b'<!DOCTYPE EDEX [<!ENTITY a "b">]><EDEX>&a;</EDEX>', "DOCTYPE"),
        ("ander.xml", b"<html/>", "geen EDEXML"),
        ("groot.csv", b"a" * (20 * 1024 * 1024 + 1), "20 MB"),
        ("enorm.csv", b"a" * (30 * 1024 * 1024), "te groot"),
    ],
)
def test_what_is_no_roster_is_refused_on_the_page(
    client: Client, school: School, log_in: LogIn, name: str, data: bytes, words: str
) -> None:
    log_in(school, Role.COORDINATOR)
    answer = upload(client, school, (name, data))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RosterImport.objects.exists()


def test_a_national_number_reaches_no_temporary_file_no_log_and_no_table(
    client: Client, school: School, log_in: LogIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, caplog: Any
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    log_in(school, Role.COORDINATOR)
    with caplog.at_level("DEBUG"):
        files = [
            ("school.xml", edexml(edexml_pupil())),
            ("x.csv", table(f"{SAM};{CANARY_BSN}", headers=HEADERS + ";BSN")),
        ]
        answer = upload(client, school, *files)
        page = client.get(answer.url).content.decode()
        client.post(url("import_apply", school, pk=RosterImport.objects.get().pk))
    assert Student.objects.count() == 1
    assert list(tmp_path.iterdir()) == []
    assert CANARY_BSN not in page and CANARY_BSN not in caplog.text
    assert ">bsn " in page.casefold()
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            assert CANARY_BSN not in repr(cursor.fetchall()), name


def test_a_preview_with_errors_is_applied_only_when_waved_through(
    client: Client, school: School, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    upload(client, school, ("x.csv", table(SAM.replace("8261 AB", "8261"))))
    found = RosterImport.objects.get()
    page = client.get(url("import_preview", school, pk=found.pk)).content.decode()
    assert "rij 2" in page and "Postcode" in page
    assert client.post(url("import_apply", school, pk=found.pk)).status_code == 422
    assert not Student.objects.exists()
    client.post(url("import_apply", school, pk=found.pk), {"skip_errors": "on"})
    assert Student.objects.count() == 1


def test_a_preview_can_be_thrown_away(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    upload(client, school, ("x.csv", table(SAM)))
    found = RosterImport.objects.get()
    client.post(url("import_discard", school, pk=found.pk))
    found.refresh_from_db()
    assert (found.state, found.payload) == (ImportState.DISCARDED, {})


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_is_read_back_without_a_question(client: Client, school: School, log_in: LogIn, form: str) -> None:
    log_in(school, Role.COORDINATOR)
    data = client.get(url("import_template", school, form=form)).content
    if form == "csv":
        data += b"1001;Sam" + b"\r\n"
        assert upload(client, school, ("leerlingen.csv", data)).status_code == 302
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert b"Leerlingnummer" in archive.read("xl/sharedStrings.xml")
        assert "staan geen leerlingen" in upload(client, school, ("leerlingen.xlsx", data)).content.decode()
    assert client.get(url("import_template", school, form="exe")).status_code == 404


def test_the_roster_is_searched_and_filtered(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    first, second = factories.make_class(school, name="1a"), factories.make_class(school, name="1b")
    factories.make_student(first, first_name="Sam", name_prefix="van den", last_name="Berg", external_key="777")
    factories.make_student(second, first_name="Noor", last_name="Vos", left_on=dt.date(2026, 9, 1))
    factories.make_student(second, factories.make_household(school, guardians=0), first_name="Tim", last_name="Smit")

    def names(**asked: str) -> list[str]:
        return [student.first_name for student in client.get(url("roster", school), asked).context["page"]]

    assert names() == ["Sam", "Tim"]
    assert names(q="den berg") == ["Sam"]
    assert names(q="777") == ["Sam"]
    assert names(klas="1b") == ["Tim"]
    assert names(toon="left") == ["Noor"]
    assert names(toon="without_email") == ["Tim"]
    assert names(q="'; DROP TABLE") == []
    assert names(klas="bestaat niet") == ["Sam", "Tim"]


def test_a_household_is_edited_and_its_new_address_is_no_longer_the_old_place(
    client: Client, school: School, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    household = factories.make_student(factories.make_class(school)).households.get()
    values = {
        "name": "Gezin Berg", "street": "Laan", "house_number": "9", "house_suffix": "b", "postcode": "8262 cd",
        "town": "Kampen", "language": "tr", "needs_interpreter": "on", "school": "999",
    }  # fmt: skip
    client.post(url("household", school, pk=household.pk), values)
    household.refresh_from_db()
    assert (household.postcode, household.house_suffix, household.language) == ("8262CD", "B", "tr")
    assert (household.location_quality, household.latitude) == (LocationQuality.NONE, None)
    assert household.school == school
    wrong = client.post(url("household", school, pk=household.pk), {**values, "postcode": "8262"})
    assert wrong.status_code == 422 and "geen Nederlandse postcode" in wrong.content.decode()


def test_a_secret_address_is_on_no_page_and_survives_an_untouched_form(
    client: Client, school: School, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    secret = factories.make_household(
        school, street="Kanariestraat", postcode="8261ZZ", house_number=98716, is_secret_address=True,
        location_quality=LocationQuality.NONE,
    )  # fmt: skip
    student = factories.make_student(factories.make_class(school), secret)
    other = factories.make_household(school)
    HouseholdSuggestion.objects.create(school=school, first=secret, second=other)
    pages = [url(name, school) for name in ("roster", "addresses", "suggestions")]
    pages += [url("student", school, pk=student.pk), url("household", school, pk=secret.pk)]
    for page in pages:
        text = client.get(page).content.decode()
        assert not any(word in text for word in ("Kanariestraat", "8261ZZ", "98716")), page
    assert client.get(url("household_pin", school, pk=secret.pk)).status_code == 302
    values = {"name": secret.name, "is_secret_address": "on", "language": "nl"}
    client.post(url("household", school, pk=secret.pk), values)
    secret.refresh_from_db()
    assert (secret.street, secret.house_number, secret.is_secret_address) == ("Kanariestraat", 98716, True)


def test_a_changed_secret_address_is_not_shown_in_the_preview(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    upload(client, school, ("x.csv", table(SAM + ";ja", headers=HEADERS + ";Geheim adres")))
    client.post(url("import_apply", school, pk=RosterImport.objects.get().pk))
    answer = upload(
        client, school, ("x.csv", table(SAM.replace("8261 AB", "8262 ZZ").replace("Dorpsstraat", "Kanarie")))
    )
    page = client.get(answer.url).content.decode()
    assert not any(word in page for word in ("8262ZZ", "8261AB", "Kanarie", "Dorpsstraat"))


def test_a_guardian_is_added_edited_and_removed(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    household = factories.make_student(factories.make_class(school)).households.get()
    values = {
        "name": "K. Vos",
        "email": "k@example.org",
        "phone": "06 12345678",
        "authority": "unknown",
        "is_invited": "on",
    }
    client.post(url("guardian_new", school, pk=household.pk), values)
    guardian = household.guardians.get(name="K. Vos")
    assert guardian.phone == "0612345678"
    client.post(url("guardian", school, pk=guardian.pk), {**values, "authority": "no"})
    guardian.refresh_from_db()
    assert (guardian.authority, guardian.is_invited) == (Authority.NO, False)
    client.post(url("guardian", school, pk=guardian.pk), {**values, "authority": "no"})
    guardian.refresh_from_db()
    assert guardian.is_invited
    client.post(url("guardian_remove", school, pk=guardian.pk))
    assert not household.guardians.filter(name="K. Vos").exists()


def test_a_pin_is_set_by_hand_and_only_in_the_netherlands(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    household = factories.make_student(
        factories.make_class(school), factories.make_household(school, location_quality=LocationQuality.NONE)
    ).households.get()
    page = url("household_pin", school, pk=household.pk)
    assert client.post(page, {"latitude": "48.85", "longitude": "2.35"}).status_code == 422
    assert client.post(page, {"latitude": "x"}).status_code == 422
    client.post(page, {"latitude": "52.55", "longitude": "5.91"})
    household.refresh_from_db()
    assert (household.latitude, household.longitude, household.location_quality) == (52.55, 5.91, LocationQuality.PIN)
    client.post(url("addresses_locate", school))
    household.refresh_from_db()
    assert household.location_quality == LocationQuality.PIN


def test_what_happens_with_two_homes_is_chosen_per_pupil(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    homes = [factories.make_household(school), factories.make_household(school)]
    student = factories.make_student(factories.make_class(school), *homes)
    client.post(url("student_two_homes", school, pk=student.pk), {"two_homes": "school"})
    student.refresh_from_db()
    assert student.two_homes == TwoHomes.AT_SCHOOL
    assert client.post(url("student_two_homes", school, pk=student.pk), {"two_homes": "x"}).status_code == 422
    single = factories.make_student(factories.make_class(school))
    client.post(url("student_two_homes", school, pk=single.pk), {"two_homes": "school"})
    single.refresh_from_db()
    assert single.two_homes == TwoHomes.TWO_VISITS


def test_mentors_of_a_class_are_chosen_from_the_own_school_and_are_two_at_most(
    client: Client, school: School, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    school_class = factories.make_class(school)
    mentors = [factories.make_mentor(school) for _number in range(3)]
    stranger = factories.make_mentor(factories.make_school())
    page = url("class_mentors", school, pk=school_class.pk)
    assert client.post(page, {"mentors": [stranger.pk]}).status_code == 422
    assert client.post(page, {"mentors": [mentor.pk for mentor in mentors]}).status_code == 422
    assert not school_class.mentors.exists()
    client.post(page, {"mentors": [mentors[0].pk]})
    assert list(school_class.mentors.all()) == [mentors[0]]


def test_a_suggestion_is_confirmed_or_rejected_with_a_click(client: Client, school: School, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    tim = SAM.replace("1001", "1003").replace("Sam", "Tim")
    upload(client, school, ("x.csv", table(SAM, tim)))
    client.post(url("import_apply", school, pk=RosterImport.objects.get().pk))
    suggestion = HouseholdSuggestion.objects.get()
    client.get(url("suggestions", school))
    client.post(url("suggestion_reject", school, pk=suggestion.pk))
    suggestion.refresh_from_db()
    assert suggestion.state == SuggestionState.REJECTED and Household.objects.count() == 2
    assert client.post(url("suggestion_confirm", school, pk=suggestion.pk)).status_code == 404
    HouseholdSuggestion.objects.update(state=SuggestionState.OPEN)
    client.post(url("suggestion_confirm", school, pk=suggestion.pk))
    household = Household.objects.get()
    assert sorted(student.first_name for student in household.students.all()) == ["Sam", "Tim"]
    assert household.guardians.count() == 1
