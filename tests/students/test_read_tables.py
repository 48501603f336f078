"""CSV and XLSX in: encodings, separators, columns, both shapes, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from students.roster.cleaning import looks_like_bsn
from students.roster.columns import is_forbidden, target_of
from students.roster.names import plain_adult_name, split_address, split_pupil_name
from students.roster.records import RosterGuardian, RosterHousehold
from students.roster.refusals import ColumnHoldsPersonalNumbers, NumberColumnMissing, RosterRefused
from students.roster.tables import read_header, read_table
from tests.students.roster_files import CANARY_BSN, HEADERS, NOOR, SAM, table, within_a_second, workbook, zipped

SAM_AT_HOME = RosterHousehold(
    postcode="8261AB",
    house_number=12,
    suffix="A",
    street="Dorpsstraat",
    city="Kampen",
    guardians=(RosterGuardian("M. van den Berg", "ouder.een@example.org", "0612345678", True),),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254", "utf-16", "utf-16-le"])
def test_the_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    roster = read_table(table(SAM, NOOR.replace("ı", "i"), encoding=encoding), "lijst.csv")
    assert [pupil.last_name for pupil in roster.pupils] == ["Berg", "Yilmaz"]
    assert roster.pupils[0].households == (SAM_AT_HOME,)
    assert roster.errors == ()


def test_accents_survive_cp1252() -> None:
    row = NOOR.replace("Yılmaz", "Çağrı".replace("ğ", "g").replace("ı", "i")).replace("Noor", "Zoë")
    (pupil,) = read_table(table(row, encoding="cp1252"), "lijst.csv").pupils
    assert (pupil.first_name, pupil.last_name) == ("Zoë", "Çagri")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_separator_is_recognised(delimiter: str) -> None:
    data = table(SAM.replace(";", delimiter), headers=HEADERS.replace(";", delimiter))
    assert read_table(data, "lijst.csv").pupils[0].households == (SAM_AT_HOME,)


def test_a_line_that_names_the_separator_is_obeyed() -> None:
    data = b"sep=;\r\nLeerlingnummer;Naam, voluit;Roepnaam\r\n1;x;Sam\r\n"
    assert read_table(data, "lijst.csv").pupils[0].first_name == "Sam"


def test_a_quoted_cell_may_hold_several_lines_and_rows_are_counted_as_a_spreadsheet_does() -> None:
    broken = SAM.replace("8261 AB", "82AB").replace("1001", "1003")
    roster = read_table(table(SAM.replace("Dorpsstraat", '"Dorps\nstraat"'), broken), "lijst.csv")
    assert roster.pupils[0].households[0].street == "Dorps straat"
    assert [(error.row, error.field) for error in roster.errors] == [("rij 3", "Postcode")]


def test_a_workbook_gives_dates_numbers_and_leading_zeros() -> None:
    rows = [
        [
            "Leerlingnummer",
            "Roepnaam",
            "Geboortedatum",
            "Klas",
            "Postcode",
            "Huisnummer",
            "Telefoon ouder 1",
            "Ouder 1",
        ],
        [1001, "Sam", dt.date(2014, 6, 21), "1a", "8261 AB", 12, "0612345678", "M. van den Berg"],
        ["00042", "=1+1", 41811, "1a", "8261 AB", "12 bis", 612345678, "E. Vos"],
    ]
    roster = read_table(workbook({"Leeg": [], "Lijst": rows}), "lijst.xlsx")
    sam, other = roster.pupils
    assert (sam.number, sam.birth_on, sam.row) == ("1001", dt.date(2014, 6, 21), "blad Lijst, rij 2")
    assert (other.number, other.first_name, other.birth_on) == ("00042", "=1+1", dt.date(2014, 6, 21))
    assert other.households[0].suffix == "BIS"
    assert other.households[0].guardians[0].phone == "0612345678"
    assert [notice.field for notice in roster.notices] == ["Telefoon ouder 1"]


def test_forbidden_and_unknown_columns_are_dropped_by_name() -> None:
    headers = HEADERS + ";BSN;Geloof;Nationaliteit;Medische bijzonderheden;Opmerkingen"
    roster = read_table(table(f"{SAM};{CANARY_BSN};kanarie;kanarie;kanarie;kanarie", headers=headers), "lijst.csv")
    assert "kanarie" not in repr(roster) and CANARY_BSN not in repr(roster)
    assert [(dropped.name, dropped.count, dropped.is_forbidden) for dropped in roster.dropped] == [
        ("BSN", 1, True),
        ("Geloof", 1, True),
        ("Nationaliteit", 1, True),
        ("Medische bijzonderheden", 1, True),
        ("Opmerkingen", 1, False),
    ]


def test_a_forbidden_column_cannot_be_matched_by_hand() -> None:
    roster = read_table(
        table(f"{SAM};{CANARY_BSN}", headers=HEADERS + ";BSN"),
        "lijst.csv",
        {"BSN": "number", "Leerlingnummer": "number"},
    )
    assert [pupil.number for pupil in roster.pupils] == ["1001"]


def test_a_column_full_of_national_numbers_is_refused_whatever_it_is_called() -> None:
    rows = [f"{CANARY_BSN};Sam;1a", "123456782;Noor;1a"]
    with pytest.raises(ColumnHoldsPersonalNumbers):
        read_table(table(*rows, headers="Leerlingnummer;Roepnaam;Klas"), "lijst.csv")


def test_columns_are_matched_by_hand() -> None:
    data = table("1001;Sam;ouder@example.org", headers="Code;Roepnaam;Bericht naar")
    header = read_header(data, "lijst.csv")
    assert (header.has_number, [column.header for column in header.unknown]) == (False, ["Code", "Bericht naar"])
    roster = read_table(data, "lijst.csv", {"Code": "number", "Bericht naar": "guardian1_email"})
    assert roster.pupils[0].number == "1001"
    assert roster.pupils[0].households[0].guardians == (RosterGuardian(email="ouder@example.org"),)


def test_a_table_without_a_number_column_is_refused() -> None:
    with pytest.raises(NumberColumnMissing):
        read_table(table("Sam;1a", headers="Roepnaam;Klas"), "lijst.csv")


def test_one_row_a_guardian_is_put_together_with_two_addresses() -> None:
    headers = "Leerlingnummer;Roepnaam;Klas;Naam ouder;E-mail;Postcode;Huisnummer;Gezag"
    rows = [
        "1001;Sam;1a;M. Berg;m@example.org;8261AB;12;ja",
        "1001;Sam;1a;K. Vos;k@example.org;8262CD;7;nee",
        "1001;Sam;1a;L. Vos;;8262CD;7;",
    ]
    roster = read_table(table(*rows, headers=headers), "ouders.csv", {"Gezag": "guardian1_authority"})
    (pupil,) = roster.pupils
    assert [(home.postcode, [adult.name for adult in home.guardians]) for home in pupil.households] == [
        ("8261AB", ["M. Berg"]),
        ("8262CD", ["K. Vos", "L. Vos"]),
    ]
    assert [adult.has_authority for home in pupil.households for adult in home.guardians] == [True, False, None]


def test_a_second_guardian_with_an_own_address_lives_there_and_without_one_at_the_first() -> None:
    headers = "Leerlingnummer;Adres;Ouder 1;Ouder 2;Adres ouder 2;Ouder 3"
    row = '1001;"Dorpsstraat 12 a, 8261 AB Kampen";M. Berg;K. Vos;"Laan 7, 8262CD Kampen";L. Berg'
    (pupil,) = read_table(table(row, headers=headers), "ouders.csv").pupils
    assert [(home.address_key, [adult.name for adult in home.guardians]) for home in pupil.households] == [
        (("8261AB", 12, "A"), ["M. Berg", "L. Berg"]),
        (("8262CD", 7, ""), ["K. Vos"]),
    ]


def test_the_same_number_with_another_name_is_an_error_at_the_second_row() -> None:
    roster = read_table(table(SAM, NOOR.replace("1002", "1001")), "lijst.csv")
    assert [(error.row, error.field) for error in roster.errors] == [("rij 3", "first_name")]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("8261 AB", "8261", "Postcode"),
        (";12;", ";twaalf;", "Huisnummer"),
        ("ouder.een@example.org", "ouder.een", "E-mail ouder 1"),
        ("ouder.een@example.org", "een@example.org; twee@example.org".replace(";", ","), "E-mail ouder 1"),
        ("06 12345678", "geheim", "Telefoon ouder 1"),
        ("21-06-2014", "31-02-2014", "Geboortedatum"),
        ("Sam", "S" * 61, "Roepnaam"),
        (";ja", ";soms", "Gezag ouder 1"),
        ("1001", "", "Leerlingnummer"),
    ],
)
def test_a_wrong_value_is_an_error_at_its_row_and_column_and_is_not_repeated(old: str, new: str, field: str) -> None:
    roster = read_table(table(NOOR, SAM.replace(old, new)), "lijst.csv")
    (error,) = roster.errors
    assert (error.row, error.field) == ("rij 3", field)
    assert not new or len(new) < 5 or new not in error.message


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Leerling nr.", "number"),
        ("E-mailadres ouder/verzorger 2", "guardian2_email"),
        ("Emailadres Ouder1", "guardian1_email"),
        ("Vader e-mail", "guardian1_email"),
        ("Telefoon moeder", "guardian2_phone"),
        ("Tweede adres", "address2_address"),
        ("Postcode adres 2", "address2_postcode"),
        ("Geheim adres", "address1_is_secret"),
        ("Contacttaal", "language"),
        ("Huisnr. toev.", "address1_suffix"),
        ("Verzorger 1", "guardian1_name"),
        ("Opmerkingen", None),
        ("E-mail leerling", None),
    ],
)
def test_headings_are_understood_in_the_words_that_schools_use(header: str, target: str | None) -> None:
    assert target_of(header) == target


@pytest.mark.parametrize(
    "header",
    ["BSN", "Burgerservicenummer", "geloof", "Kerkgenootschap", "Nationaliteit", "Medicijnen", "M/V", "Geslacht",
     "Foto", "Geboorteland vader", "Huisarts", "Moedertaal", "Beroep vader", "Cito-score", "IBAN"],
)  # fmt: skip
def test_headings_that_we_may_not_have_are_recognised(header: str) -> None:
    assert is_forbidden(header)


def test_names_and_addresses_in_one_column_are_taken_apart() -> None:
    assert split_pupil_name("Berg, Sam van den") == ("Sam", "van den", "Berg")
    assert split_pupil_name("Sam van den Berg") == ("Sam", "van den", "Berg")
    assert plain_adult_name("Mevr. M. van den Berg") == "M. van den Berg"
    assert split_address("Plein 1944 12-2, 8261AB Kampen") == {
        "street": "Plein 1944", "house_number": "12", "suffix": "2", "postcode": "8261AB", "city": "Kampen",
    }  # fmt: skip
    assert split_address("Dorpsstraat") == {}


def test_the_test_of_eleven_knows_national_numbers() -> None:
    assert looks_like_bsn(CANARY_BSN) and looks_like_bsn("123456782")
    assert not looks_like_bsn("123456789") and not looks_like_bsn("000000000") and not looks_like_bsn("1001")


def _lying_zip() -> bytes:
    """A zip that states a small size for an entry of 200 MB."""
    data = bytearray(zipped({"xl/a.xml": b"\0" * 200_000_000}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def _far_cell() -> bytes:
    book = workbook({"Lijst": [["Leerlingnummer"], [1]]})
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"]
    files["xl/worksheets/sheet1.xml"] = sheet.replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    return zipped(files)


@pytest.mark.parametrize(
    "data",
    [
        zipped({"xl/a.xml": b"\0" * 300_000_000}),
        _lying_zip(),
        _far_cell(),
        zipped({f"xl/{number}.xml": b"" for number in range(600)}),
        zipped({"xl/../../buiten.xml": b"x"}),
        workbook({"Lijst": [["Leerlingnummer"]]})[:-200],
        zipped({"xl/workbook.xml": b"<geen/>"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000,
        b"\x00\x01\x02" * 1000,
        b"%PDF-1.7 \x81\x8d",
        b'Leerlingnummer;Roepnaam\r\n1;"' + b"a" * 19_000_000,
        ("Leerlingnummer;Roepnaam\r\n" + "1;Sam\r\n" * 2_000_000).encode(),
        (";" * 19_000_000).encode(),
        b"Leerlingnummer;Roepnaam\r\n",
        b"\r\n\r\n",
    ],
    ids=range(15),
)
def test_a_hostile_or_empty_file_is_refused_within_a_second(data: bytes) -> None:
    with within_a_second(), pytest.raises(RosterRefused):
        read_table(data, "lijst.xlsx")
