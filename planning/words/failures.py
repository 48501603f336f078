"""Why a planning job failed, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from planning.models import PlanFailure

SENTENCES: dict[PlanFailure, Promise] = {
    PlanFailure.SCHOOL_NOT_ON_MAP: gettext_lazy(
        "De school staat niet op de kaart. Vul het adres van de school in en plan opnieuw."
    ),
    PlanFailure.CONTRADICTION: gettext_lazy(
        "De gegevens spreken elkaar tegen: zo is er geen plan te maken. Bel de beheerder."
    ),
    PlanFailure.DRAFT_SHUT: gettext_lazy("Dit plan kan niet meer worden aangepast: het is gepubliceerd of weggegooid."),
    PlanFailure.DRAFT_CHANGED: gettext_lazy("Het plan is intussen aangepast. Laat de rest opnieuw herstellen."),
    PlanFailure.STUCK: gettext_lazy("Dit plan is zo niet te herstellen. Maak eerst los wat elkaar in de weg zit."),
    PlanFailure.BROKEN_OFF: gettext_lazy(
        "Het plannen is drie keer afgebroken. Misschien heeft de server te weinig geheugen: bel de beheerder."
    ),
    PlanFailure.UNEXPECTED: gettext_lazy(
        "Het plannen is onverwacht gestopt. Probeer het opnieuw. Lukt het weer niet, bel de beheerder."
    ),
}


def failure_words(code: str) -> str:
    """The sentence for the coordinator; nothing for a job that did not fail."""
    return str(SENTENCES[PlanFailure(code)]) if code else ""
