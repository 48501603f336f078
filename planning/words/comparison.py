"""What two or three plans beside each other show, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Titles of figures, by the field of the totals or of the whole load that they are taken from.
MEASURES: dict[str, Promise] = {
    "placed": gettext_lazy("Gezinnen met een moment"),
    "wishes_met": gettext_lazy("Wensen vervuld"),
    "evenings": gettext_lazy("Avonden"),
    "away_minutes": gettext_lazy("Uren van mentoren, van vertrek tot terug"),
    "travel_minutes": gettext_lazy("Reistijd"),
    "travel_metres": gettext_lazy("Afstand"),
}

# By a DifferenceKind (planning/queries/comparison.py): the words, the icon and the tone.
DIFFERENCES: dict[str, tuple[Promise, str, str]] = {
    "without": (gettext_lazy("niet in elk plan een moment"), "triangle-alert", "wait"),
    "mentor": (gettext_lazy("een andere mentor"), "users", "info"),
    "day": (gettext_lazy("een andere dag"), "calendar", "calm"),
    "time": (gettext_lazy("een ander tijdstip"), "clock", "calm"),
}


def uneven_text(families: Mapping[str, int]) -> str:
    """That the plans are not about the same families; how many each is about, by its letter."""
    about = ", ".join(f"{letter} {number}" for letter, number in families.items())
    return _("Deze plannen gaan niet over dezelfde gezinnen: %(numbers)s.") % {"numbers": about}


def finding_words(placed: Mapping[str, int], travel_minutes: Mapping[str, int]) -> str:
    """Which plan places most families and which takes least travel, by their letters, in a sentence or two."""
    most, least = max(placed.values()), min(travel_minutes.values())
    if len(set(placed.values())) == 1:
        words = [_("Elk plan geeft %(number)s gezinnen een moment.") % {"number": most}]
    else:
        facts = {"letters": _letters(placed, most), "number": most}
        words = [_("Plan %(letters)s geeft de meeste gezinnen een moment: %(number)s.") % facts]
    if len(set(travel_minutes.values())) > 1:
        fastest = _letters(travel_minutes, least)
        words.append(_("Plan %(letters)s vraagt de minste reistijd.") % {"letters": fastest})
    return " ".join(words)


def _letters(values: Mapping[str, int], wanted: int) -> str:
    return _(" en ").join(letter for letter, value in values.items() if value == wanted)
