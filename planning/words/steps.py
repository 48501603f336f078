"""What has to be done for a campaign, in words: a heading for each step, and a note that says how far it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mentors.dates import nl_day

# By the kind of a step (planning/queries/overview.py).
HEADINGS: dict[str, Promise] = {
    "addresses": _("Adressen op de kaart"),
    "mentors": _("Mentoren bij de klassen"),
    "evenings": _("Avonden van de mentoren"),
    "choosing": _("Gezinnen laten kiezen"),
    "wishes": _("Wensen ophalen"),
    "rest": _("De rest een moment geven"),
    "plan": _("Plan maken"),
    "publish": _("Plan bekijken en publiceren"),
    "answers": _("Antwoorden van gezinnen"),
}
# By the note of a step; `n` is its number.
NOTES: dict[str, Any] = {
    "addresses_lost": ngettext_lazy("%(n)s adres is niet gevonden.", "%(n)s adressen zijn niet gevonden.", "n"),
    "addresses_found": _("Elk gezin staat op de kaart."),
    "mentors_missing": ngettext_lazy(
        "%(n)s gezin heeft nog geen mentor.", "%(n)s gezinnen hebben nog geen mentor.", "n"
    ),
    "mentors_known": _("Elk gezin heeft een mentor."),
    "evenings_short": ngettext_lazy(
        "%(n)s mentor gaf nog te weinig avonden.", "%(n)s mentoren gaven nog te weinig avonden.", "n"
    ),
    "evenings_enough": _("Elke mentor gaf genoeg avonden."),
    "invite_to_choose": _("Nodig de gezinnen uit om zelf te kiezen."),
    "ask_for_wishes": _("Vraag de gezinnen wanneer ze kunnen."),
    "chosen": ngettext_lazy("%(n)s gezin heeft een afspraak.", "%(n)s gezinnen hebben een afspraak.", "n"),
    "wishes_until": _("Tot en met %(day)s."),
    "without_moment": ngettext_lazy("%(n)s gezin wacht op een moment.", "%(n)s gezinnen wachten op een moment.", "n"),
    "all_have_moments": _("Elk gezin heeft een moment."),
    "plan_ready": _("Er ligt een plan klaar."),
    "invited": _("De uitnodigingen zijn verstuurd."),
    "rest_invited_next": _("Wie nog geen moment had, krijgt daarna bericht."),
    "all_invited_next": _("Daarna krijgt elk gezin een uitnodiging."),
    "unanswered": ngettext_lazy(
        "%(n)s gezin heeft nog niet geantwoord.", "%(n)s gezinnen hebben nog niet geantwoord.", "n"
    ),
    "all_answered": _("Elk gezin dat is uitgenodigd heeft geantwoord."),
    "not_published": _("Begint als het plan gepubliceerd is."),
}


def note_text(note: str, number: int = 0, day: dt.date | None = None) -> str:
    """How far a step is, with its number and day."""
    return str(NOTES[note] % {"n": number, "day": nl_day(day)})
