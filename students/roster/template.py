"""The table that a school can fill in: headings that the reader knows, and what goes under each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

HEADERS = [
    "Leerlingnummer", "Roepnaam", "Tussenvoegsel", "Achternaam", "Geboortedatum", "Klas", "Straat", "Huisnummer",
    "Toevoeging", "Postcode", "Woonplaats", "Geheim adres", "Contacttaal", "Naam ouder 1", "E-mail ouder 1",
    "Telefoon ouder 1", "Gezag ouder 1", "Naam ouder 2", "E-mail ouder 2", "Telefoon ouder 2", "Gezag ouder 2",
    "Straat ouder 2", "Huisnummer ouder 2", "Toevoeging ouder 2", "Postcode ouder 2", "Woonplaats ouder 2",
]  # fmt: skip


def explanations() -> list[tuple[str, str]]:
    """Pairs of heading and explanation, for the second sheet."""
    return [
        (str(_("Kolom")), str(_("Wat staat erin?"))),
        ("Leerlingnummer", str(_("Verplicht. Het nummer uit het leerlingvolgsysteem, nooit het BSN."))),
        ("Geboortedatum", str(_("Als dd-mm-jjjj, bijvoorbeeld 21-06-2014."))),
        ("Klas", str(_("De mentorklas, bijvoorbeeld 1a."))),
        ("Huisnummer", str(_("Het nummer; een toevoeging mag erachter (12A) of in de eigen kolom."))),
        ("Geheim adres", str(_("ja of leeg. Het adres komt dan nergens in beeld."))),
        ("Contacttaal", str(_("Leeg is Nederlands. Anders de naam van de taal, bijvoorbeeld Turks."))),
        ("Gezag ouder 1", str(_("ja, nee of leeg (niet bekend). Een ouder zonder gezag krijgt geen uitnodiging."))),
        (
            "Postcode ouder 2",
            str(_("Alleen als ouder 2 ergens anders woont. Leeg is: op het adres van de leerling.")),
        ),
        (
            str(_("Eén rij per ouder")),
            str(_("Mag ook: herhaal het leerlingnummer en vul per rij een ouder en diens adres in.")),
        ),
    ]
