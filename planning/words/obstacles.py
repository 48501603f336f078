"""What stands in the way of taking a repair back, in words: a sentence for each kind of obstacle."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext_lazy

# By the kind of obstacle (planning/queries/obstacles.py); `number` counts whom it is about.
OBSTACLES: dict[str, Any] = {
    "not_done": ngettext_lazy("Dit herstel is niet uitgevoerd.", "Dit herstel is niet uitgevoerd.", "number"),
    "taken_back": ngettext_lazy("Dit herstel is al teruggedraaid.", "Dit herstel is al teruggedraaid.", "number"),
    "closed": ngettext_lazy("Deze bezoekronde is afgesloten.", "Deze bezoekronde is afgesloten.", "number"),
    "answered": ngettext_lazy(
        "%(number)s gezin heeft al geantwoord op het nieuwe moment.",
        "%(number)s gezinnen hebben al geantwoord op het nieuwe moment.",
        "number",
    ),
    "changed": ngettext_lazy(
        "%(number)s thuisbezoek is daarna nog veranderd.",
        "%(number)s thuisbezoeken zijn daarna nog veranderd.",
        "number",
    ),
    "past": ngettext_lazy(
        "%(number)s moment van ervoor of erna is al voorbij.",
        "%(number)s momenten van ervoor of erna zijn al voorbij.",
        "number",
    ),
    "busy": ngettext_lazy(
        "Op %(number)s oud moment heeft de mentor intussen iets anders.",
        "Op %(number)s oude momenten heeft de mentor intussen iets anders.",
        "number",
    ),
    "held": ngettext_lazy(
        "Een gezin kiest net een van de oude momenten. Probeer het over tien minuten opnieuw.",
        "Een gezin kiest net een van de oude momenten. Probeer het over tien minuten opnieuw.",
        "number",
    ),
    "closed_day": ngettext_lazy(
        "%(number)s oud moment valt intussen op een vrije dag.",
        "%(number)s oude momenten vallen intussen op een vrije dag.",
        "number",
    ),
    "evenings": ngettext_lazy(
        "De mentor heeft daarna %(number)s avond veranderd.",
        "De mentor heeft daarna %(number)s avonden veranderd.",
        "number",
    ),
    "calendar": ngettext_lazy(
        "De vrije dagen in de kalender zijn daarna nog veranderd.",
        "De vrije dagen in de kalender zijn daarna nog veranderd.",
        "number",
    ),
    "in_the_way": ngettext_lazy(
        "%(number)s ander thuisbezoek staat nu op een avond die dan weer vervalt.",
        "%(number)s andere thuisbezoeken staan nu op een avond die dan weer vervalt.",
        "number",
    ),
    "mentor_gone": ngettext_lazy(
        "%(number)s mentor van de oude momenten is niet meer op school.",
        "%(number)s mentoren van de oude momenten zijn niet meer op school.",
        "number",
    ),
    "being_mailed": ngettext_lazy(
        "Er gaat net bericht naar %(number)s ouder. Probeer het over een paar minuten opnieuw.",
        "Er gaat net bericht naar %(number)s ouders. Probeer het over een paar minuten opnieuw.",
        "number",
    ),
}


def obstacle_text(kind: str, number: int) -> str:
    """What happened since the repair, for the coordinator."""
    return str(OBSTACLES[kind] % {"number": number})
