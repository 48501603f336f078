"""The roster from the command line: `import_roster` and `locate_addresses`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mentors.models import School
from students.models import ImportState, RosterImport, Student
from tests import factories
from tests.students.roster_files import CANARY_BSN, HEADERS, NOOR, SAM, edexml, edexml_pupil, oneroster, table, zipped

pytestmark = pytest.mark.django_db


def run(school: School, *paths: Path, **options: object) -> str:
    out = StringIO()
    call_command("import_roster", *map(str, paths), school=school.slug, stdout=out, **options)
    return out.getvalue()


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_command_shows_what_changes_and_applies_it(school: School, tmp_path: Path) -> None:
    path = saved(tmp_path, "lijst.csv", table(f"{SAM};{CANARY_BSN}", NOOR + ";", headers=HEADERS + ";BSN"))
    said = run(school, path)
    assert "Nieuw 2, gewijzigd 0, terug 0, weg 0, gelijk 0." in said
    assert "+ 1001 Sam van den Berg" in said and "Weggelaten: BSN (1 keer)" in said and "Ingevoerd." in said
    assert CANARY_BSN not in said
    assert Student.objects.count() == 2
    assert "Nieuw 0, gewijzigd 0, terug 0, weg 0, gelijk 2." in run(school, path)


def test_a_dry_run_changes_nothing_and_keeps_nothing(school: School, tmp_path: Path) -> None:
    said = run(school, saved(tmp_path, "school.xml", edexml(edexml_pupil())), dry_run=True)
    assert "Nieuw 1" in said and "dit was een proef" in said
    assert not Student.objects.exists()
    assert RosterImport.objects.get().payload == {} and RosterImport.objects.get().state == ImportState.DISCARDED


def test_errors_are_named_at_row_and_column_and_stop_the_import(school: School, tmp_path: Path) -> None:
    path = saved(tmp_path, "lijst.csv", table(NOOR, SAM.replace("8261 AB", "8261")))
    out = StringIO()
    with pytest.raises(CommandError, match="1 fouten"):
        call_command("import_roster", str(path), school=school.slug, stdout=out)
    assert "Fout: rij 3, Postcode: Dit is geen Nederlandse postcode." in out.getvalue()
    assert not Student.objects.exists()
    run(school, path, skip_errors=True)
    assert Student.objects.count() == 2


def test_files_of_different_kinds_are_one_import(school: School, tmp_path: Path) -> None:
    run(
        school,
        saved(tmp_path, "school.xml", edexml(edexml_pupil())),
        saved(tmp_path, "ouders.csv", table(SAM)),
    )
    student = Student.objects.get()
    assert student.households.get().guardians.get().email == "ouder.een@example.org"


def test_a_oneroster_zip_is_imported(school: School, tmp_path: Path) -> None:
    run(school, saved(tmp_path, "set.zip", zipped(oneroster())))
    assert Student.objects.get().school_class.name == "1a"


def test_columns_are_matched_with_a_file(school: School, tmp_path: Path) -> None:
    path = saved(tmp_path, "lijst.csv", table("1001;Sam;1a", headers="Code;Roepnaam;Klas"))
    with pytest.raises(CommandError, match="leerlingnummer"):
        run(school, path)
    run(school, path, mapping=saved(tmp_path, "kolommen.json", json.dumps({"Code": "number"}).encode()))
    assert Student.objects.get().external_key == "1001"


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "leeg"), (b"<a/>", "geen EDEXML"), (b"a" * (20 * 1024 * 1024 + 1), "20 MB")]
)
def test_what_is_no_roster_is_refused_in_dutch(school: School, tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(school, saved(tmp_path, "bestand.xml", data))


def test_an_unknown_school_a_missing_file_and_a_broken_mapping_are_refused(school: School, tmp_path: Path) -> None:
    path = saved(tmp_path, "lijst.csv", table(SAM))
    with pytest.raises(CommandError, match="geen school"):
        call_command("import_roster", str(path), school="bestaat-niet")
    with pytest.raises(CommandError, match="niet te lezen"):
        run(school, tmp_path / "weg.csv")
    with pytest.raises(CommandError, match="JSON"):
        run(school, path, mapping=saved(tmp_path, "kolommen.json", b"{"))


def test_addresses_are_looked_up_again_for_one_school_or_all(school: School) -> None:
    factories.make_household(school)
    out = StringIO()
    call_command("locate_addresses", school=school.slug, stdout=out)
    assert out.getvalue().startswith(f"{school.slug}: gevonden 0")
    call_command("locate_addresses", all=True, stdout=out)
    with pytest.raises(CommandError, match="geen school"):
        call_command("locate_addresses", school="bestaat-niet")
