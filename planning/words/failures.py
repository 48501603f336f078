"""Why a planning job failed, in words: the truth, and what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentors.dates import nl_moment
from planning.models import PlanFailure
from planning.problem.contradictions import JobFailure
from visits.models import Visit

SENTENCES: dict[PlanFailure, Promise] = {
    PlanFailure.SCHOOL_NOT_ON_MAP: gettext_lazy(
        "De school staat niet op de kaart. Vul het adres van de school in en plan opnieuw."
    ),
    PlanFailure.CONTRADICTION: gettext_lazy(
        "Er is geen plan gemaakt, want niet alles wat vaststaat past bij elkaar. Open het plan: daar staat wat je doet."
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

# Of data that contradict, by the field of the problem that the planner refused; for any other field see OTHER_FIELD.
FIELDS: dict[str, Promise] = {
    "fixed": gettext_lazy(
        "Niet alle afspraken met gezinnen passen in de avonden van de mentoren. Kijk naar afspraken die kort op elkaar"
        " volgen, verzet er een of geef de mentor een langere avond, en plan opnieuw."
    ),
    "seconds": gettext_lazy(
        "De tijd was te kort om een plan te vinden rond de afspraken die al vaststaan. Kies meer tijd en plan opnieuw."
    ),
    "apart": gettext_lazy(
        "Er is geen plan gevonden waarin elk gezin één bezoek tegelijk krijgt en alle afspraken blijven staan. Verzet"
        " een afspraak van een gezin met kinderen in meer klassen en plan opnieuw."
    ),
    "rules": gettext_lazy(
        "Met de instellingen van deze bezoekronde kan de planner niet rekenen. Kijk na hoeveel bezoeken er op een avond"
        " gaan en hoe lang een bezoek duurt, en plan opnieuw."
    ),
}
OTHER_FIELD = gettext_lazy(
    "Met de avonden of gezinnen van deze bezoekronde kan de planner niet rekenen. Kijk of de tijden van de avonden"
    " kloppen en plan opnieuw. Lukt het weer niet, bel de beheerder."
)


def failure_words(code: str) -> str:
    """The sentence for the coordinator; nothing for a job that did not fail."""
    return str(SENTENCES[PlanFailure(code)]) if code else ""


def failure_text(failure: JobFailure) -> str:
    """The sentence on the page of the plan: of data that contradict, which two things do, and what to do."""
    if failure.code != PlanFailure.CONTRADICTION:
        return failure_words(failure.code)
    match failure.visits:
        case [visit] if failure.person is not None:
            text = _(
                "De afspraak van %(family)s op %(moment)s past niet in de avond van %(mentor)s: verzet die afspraak of"
                " geef %(mentor)s die avond meer tijd, en plan opnieuw."
            )
            return text % (_words(visit) | {"mentor": failure.person.name})
        case [first, second] if failure.field == "apart":
            text = _(
                "De afspraken van %(family)s op %(moment)s en op %(other_moment)s zijn op hetzelfde adres en lopen in"
                " elkaar. Verzet een van de twee en plan opnieuw."
            )
            return text % (_words(first) | {f"other_{name}": word for name, word in _words(second).items()})
        case [first, second]:
            text = _(
                "De afspraken van %(family)s op %(moment)s en van %(other_family)s op %(other_moment)s kunnen niet"
                " allebei: er is te weinig tijd om van het ene gezin naar het andere te gaan. Verzet een van de twee"
                " en plan opnieuw."
            )
            return text % (_words(first) | {f"other_{name}": word for name, word in _words(second).items()})
        case _other:
            return str(FIELDS.get(failure.field, OTHER_FIELD))


def _words(visit: Visit) -> dict[str, str]:
    return {"family": visit.household.name, "moment": nl_moment(visit.starts_at)}
