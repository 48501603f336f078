"""Made-up pupils, families and staff of the demo school, as the roster files that a real school would give.

Families of all kinds: two households, siblings, a secret address, other languages, no e-mail, a guardian without
authority. Every name is put together from lists; every address comes from the demo's own town.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

CLASS_SIZES = {"1a": 28, "1b": 30, "1c": 27, "1d": 26, "1e": 29, "1f": 28}
# Nine mentors: three classes have two.
MENTORS_OF = {"1a": [0, 1], "1b": [2, 3], "1c": [4, 5], "1d": [6], "1e": [7], "1f": [8]}

FIRST_NAMES = [
    "Noor",
    "Sem",
    "Yara",
    "Daan",
    "Lotte",
    "Finn",
    "Sanne",
    "Bram",
    "Fleur",
    "Jens",
    "Amira",
    "Youssef",
    "Zofia",
    "Elif",
    "Kaya",
    "Milan",
    "Iris",
    "Thijs",
    "Femke",
    "Ruben",
    "Saar",
    "Luuk",
    "Evi",
    "Hugo",
    "Naomi",
    "Tygo",
    "Lina",
    "Kick",
    "Maud",
    "Stijn",
    "Roos",
    "Teun",
    "Selma",
    "Ilyas",
    "Hanna",
    "Joris",
    "Vera",
    "Floor",
    "Mats",
    "Pien",
    "Gijs",
    "Anouk",
    "Niek",
    "Isa",
    "Rens",
    "Jade",
    "Wout",
    "Merel",
    "Koen",
    "Suze",
]
LAST_NAMES = [
    "Appelboom",
    "Bloemhof",
    "Citroen",
    "Donkersteeg",
    "Eikelaar",
    "Fluitekruid",
    "Graanoogst",
    "Hazelhorst",
    "IJsvogel",
    "Jonagold",
    "Kersenpit",
    "Lindelaan",
    "Mosterdzaad",
    "Notenboom",
    "Oeverloper",
    "Perenboom",
    "Quispel",
    "Roggeveld",
    "Sleutelbloem",
    "Tulpenveld",
    "Uilenvlucht",
    "Veldmuis",
    "Wilgenroos",
    "Zonnedauw",
    "Akkerwinde",
    "Boterbloem",
    "Duindoorn",
    "Elzenkat",
    "Grutto",
    "Heidekamp",
    "Kievitsei",
    "Lepelaar",
    "Meidoorn",
    "Oranjetip",
    "Plevier",
    "Rietzanger",
    "Scholekster",
    "Tureluur",
    "Vuurdoorn",
    "Waterlelie",
]
PREFIXES = ["", "", "", "", "", "van", "de", "van den", "van 't"]
STAFF_NAMES = [
    "Mieke Voorbeeld",
    "Johan Demo",
    "Fatma Proefstra",
    "Pieter Testema",
    "Els Schetsma",
    "Bas Modelsma",
    "Carla Ontwerpstra",
    "Rik Maquettema",
    "Wilma Voorstel",
]
LANGUAGES = ["ar", "pl", "tr", "uk", "ti", "en"]


@dataclass(frozen=True)
class DemoAddress:
    """A made-up address in the demo's town."""

    street: str
    number: int
    suffix: str
    postcode: str
    town: str


@dataclass
class DemoHousehold:
    """One household: where, and who lives there."""

    address: DemoAddress
    guardians: list[dict[str, str]] = field(default_factory=list)
    is_secret: bool = False
    language: str = "nl"


@dataclass
class DemoPupil:
    """One pupil of the demo."""

    number: str
    first_name: str
    prefix: str
    last_name: str
    born_on: dt.date
    school_class: str
    homes: list[DemoHousehold]


def make_pupils(addresses: Sequence[DemoAddress], *, rng: random.Random, first_day: dt.date) -> list[DemoPupil]:
    """All pupils of the six classes; the same ones for the same `rng` state."""
    free = list(addresses)
    rng.shuffle(free)
    names = _class_slots()
    pupils: list[DemoPupil] = []
    for position, school_class in enumerate(names):
        prefix, last_name = rng.choice(PREFIXES), rng.choice(LAST_NAMES)
        homes = [_home(free.pop(), last_name, position, rng)]
        if position % 14 == 5:
            homes.append(_home(free.pop(), rng.choice(LAST_NAMES), position + 3000, rng, adults=1))
        pupils.append(_pupil(position, prefix, last_name, school_class, homes, rng, first_day))
    _make_siblings(pupils)
    return pupils


def make_late_twins(
    addresses: Sequence[DemoAddress], pupils: Sequence[DemoPupil], *, first_day: dt.date
) -> list[DemoPupil]:
    """Twins who come to school when the campaign is on its way, in two classes, at an address that nobody has yet."""
    taken = {home.address for pupil in pupils for home in pupil.homes}
    free = next(address for address in addresses if address not in taken)
    emails = [f"ouder.laat.{adult}@demo.invalid" for adult in (1, 2)]
    names, phones = ["A. Sneeuwklok", "B. Sneeuwklok"], ["06 0000 0999", "06 0100 0999"]
    adults = [
        {"name": name, "email": email, "phone": phone, "authority": "ja"}
        for name, email, phone in zip(names, emails, phones, strict=True)
    ]
    born_on = dt.date(first_day.year - 12, 3, 14)
    return [
        DemoPupil(number, first_name, "", "Sneeuwklok", born_on, school_class, [DemoHousehold(free, adults)])
        for number, first_name, school_class in (("20998", "Jip", "1d"), ("20999", "Janne", "1f"))
    ]


def _class_slots() -> list[str]:
    return [name for name, size in CLASS_SIZES.items() for _seat in range(size)]


def _pupil(
    position: int,
    prefix: str,
    last_name: str,
    school_class: str,
    homes: list[DemoHousehold],
    rng: random.Random,
    first_day: dt.date,
) -> DemoPupil:
    born_on = dt.date(first_day.year - 12, 1, 1) + dt.timedelta(days=rng.randrange(-90, 270))
    first_name = FIRST_NAMES[(position * 7 + rng.randrange(5)) % len(FIRST_NAMES)]
    return DemoPupil(f"{20000 + position}", first_name, prefix, last_name, born_on, school_class, homes)


def _home(
    address: DemoAddress, last_name: str, position: int, rng: random.Random, adults: int | None = None
) -> DemoHousehold:
    """A household of one or two adults; some without e-mail, some in another language, a few secret."""
    home = DemoHousehold(address, is_secret=position in (17, 61, 128))
    if position % 11 == 4:
        home.language = LANGUAGES[(position // 11) % len(LANGUAGES)]
    has_email = position % 23 != 9
    initials = rng.sample("ABCDEFGHJKLMNPRST", 2)
    for adult in range(adults or rng.choice([1, 2, 2])):
        home.guardians.append(
            {
                "name": f"{initials[adult]}. {last_name}",
                "email": f"ouder{position}.{adult + 1}@demo.invalid" if has_email else "",
                "phone": f"06 0{adult}00 {position % 10000:04d}",
                "authority": "nee" if position % 37 == 12 and adult == 1 else "ja",
            }
        )
    return home


def _make_siblings(pupils: list[DemoPupil]) -> None:
    """Five pairs of siblings in two classes, and one pair of twins in one class."""
    pairs = [(3, 40), (22, 95), (47, 120), (70, 150), (101, 161), (130, 131)]
    for first, second in pairs:
        pupils[second].last_name, pupils[second].prefix = pupils[first].last_name, pupils[first].prefix
        pupils[second].homes = [pupils[first].homes[0]]


def edexml(pupils: Sequence[DemoPupil], *, school_year: str, brin: str) -> bytes:
    """The roster as an EDEXML 2.1 file: classes, pupils and their mentors."""
    root = etree.Element("EDEX")
    school = etree.SubElement(root, "school")
    for name, text in (("schooljaar", school_year), ("brincode", brin), ("xsdversie", "2.1")):
        etree.SubElement(school, name).text = text
    groups = etree.SubElement(root, "groepen")
    for name in CLASS_SIZES:
        group = etree.SubElement(groups, "groep", key=f"G{name}")
        etree.SubElement(group, "naam").text = name
        etree.SubElement(group, "jaargroep").text = "11"
    people = etree.SubElement(root, "leerlingen")
    for pupil in pupils:
        _write_pupil(people, pupil)
    teachers = etree.SubElement(root, "leerkrachten")
    for number, name in enumerate(STAFF_NAMES):
        _write_teacher(teachers, number, name)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _write_pupil(parent: etree._Element, pupil: DemoPupil) -> None:
    node = etree.SubElement(parent, "leerling", key=pupil.number)
    values = [("achternaam", pupil.last_name), ("voorvoegsel", pupil.prefix), ("roepnaam", pupil.first_name)]
    values += [("geboortedatum", pupil.born_on.isoformat()), ("jaargroep", "11")]
    for name, text in values:
        if text:
            etree.SubElement(node, name).text = text
    etree.SubElement(node, "groep", key=f"G{pupil.school_class}")


def _write_teacher(parent: etree._Element, number: int, name: str) -> None:
    first_name, last_name = name.split(" ", 1)
    node = etree.SubElement(parent, "leerkracht", key=f"M{number + 1}")
    for tag, text in (("achternaam", last_name), ("roepnaam", first_name), ("emailadres", staff_email(number))):
        etree.SubElement(node, tag).text = text
    groups = etree.SubElement(node, "groepen")
    for school_class, mentors in MENTORS_OF.items():
        if number in mentors:
            etree.SubElement(groups, "groep", key=f"G{school_class}")


def staff_email(number: int) -> str:
    """The address that mentor `number` (from 0) logs in with."""
    return f"mentor{number + 1}@demo.invalid"


HEADINGS = [
    "Leerlingnummer", "Roepnaam", "Contacttaal",
    *(f"{what} {home}" for home in (1, 2) for what in ("Straat", "Huisnummer", "Toevoeging", "Postcode", "Woonplaats")),
    "Geheim adres 1",
    *(f"{what} ouder {number}" for number in (1, 2) for what in ("Naam", "E-mail", "Telefoon", "Gezag")),
]  # fmt: skip


def guardians_csv(pupils: Sequence[DemoPupil]) -> bytes:
    """Guardians and addresses as a Dutch Excel would save them: semicolons, UTF-8 with a mark, \\r\\n."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for pupil in pupils:
        writer.writerow(_guardian_row(pupil))
    return out.getvalue().encode("utf-8-sig")


def _guardian_row(pupil: DemoPupil) -> list[str]:
    first = pupil.homes[0]
    second = pupil.homes[1] if len(pupil.homes) > 1 else None
    # With two homes, parent 1 lives in the first and parent 2 in the second.
    adults = [first.guardians[0], second.guardians[0]] if second else first.guardians[:2]
    row = [pupil.number, pupil.first_name, first.language]
    for home in (first, second):
        address = home.address if home else None
        row += (
            [address.street, str(address.number), address.suffix, address.postcode, address.town]
            if address
            else [""] * 5
        )
    row.append("ja" if first.is_secret else "")
    for position in range(2):
        adult = adults[position] if position < len(adults) else {}
        row += [adult.get(key, "") for key in ("name", "email", "phone", "authority")]
    return row
