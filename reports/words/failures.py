"""Why a calculation of costs failed, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from reports.models import CostFailure

SENTENCES: dict[CostFailure, Promise] = {
    CostFailure.SCHOOL_NOT_ON_MAP: gettext_lazy(
        "De school staat niet meer op de kaart. Vul het adres van de school in."
    ),
    CostFailure.ROSTER_CHANGED: gettext_lazy("De leerlingenlijst of de kalender is veranderd. Reken opnieuw."),
    CostFailure.BROKEN_OFF: gettext_lazy(
        "Het rekenen is drie keer afgebroken. Misschien heeft de server te weinig geheugen: bel de beheerder."
    ),
    CostFailure.UNEXPECTED: gettext_lazy(
        "Het rekenen is onverwacht gestopt. Probeer het opnieuw. Lukt het weer niet, bel de beheerder."
    ),
}


def failure_words(code: str) -> str:
    """The sentence for the person who asked; nothing for a study that did not fail."""
    return str(SENTENCES[CostFailure(code)]) if code else ""
