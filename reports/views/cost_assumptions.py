"""Everything that the figures about costs take for granted, and how sure they are; a list of sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from mentors.dates import nl_day_year, spoken_clock
from reports.figures.cost_question import Question
from reports.figures.cost_totals import VariantOutcome
from reports.queries.cost_studies import CostAnswer
from reports.views.cost_words import cohort_name, number, weekday_names

# What is told of a cohort when there is any: a field of queries.cost_roster.Facts and its sentence.
TOLD = [
    (
        "without_mentor",
        ngettext_lazy(
            "%(n)s klas heeft nog geen mentor: daarvoor is een mentor aangenomen.",
            "%(n)s klassen hebben nog geen mentor: voor elke klas is een mentor aangenomen.",
            "n",
        ),
    ),
    (
        "shared",
        ngettext_lazy(
            "%(n)s klas heeft twee mentoren: zij verdelen de gezinnen.",
            "%(n)s klassen hebben twee mentoren: zij verdelen de gezinnen.",
            "n",
        ),
    ),
    (
        "not_located",
        ngettext_lazy(
            "Van %(n)s gezin is het adres niet op de kaart gevonden: het telt niet mee in uren en kilometers.",
            "Van %(n)s gezinnen is het adres niet op de kaart gevonden: ze tellen niet mee in uren en kilometers.",
            "n",
        ),
    ),
    (
        "roughly_located",
        ngettext_lazy(
            "Van %(n)s gezin is alleen de postcode gevonden: de weg erheen is ongeveer goed.",
            "Van %(n)s gezinnen is alleen de postcode gevonden: de weg erheen is ongeveer goed.",
            "n",
        ),
    ),
    (
        "secret",
        ngettext_lazy(
            "%(n)s gezin heeft een geheim adres: gerekend is met een gesprek op school, zonder reistijd.",
            "%(n)s gezinnen hebben een geheim adres: gerekend is met een gesprek op school, zonder reistijd.",
            "n",
        ),
    ),
    (
        "without_home",
        ngettext_lazy(
            "%(n)s leerling heeft geen adres in de leerlingenlijst en telt niet mee.",
            "%(n)s leerlingen hebben geen adres in de leerlingenlijst en tellen niet mee.",
            "n",
        ),
    ),
]


def assumptions(answer: CostAnswer, main: VariantOutcome | None = None) -> list[str]:
    """The whole list; empty until a worker has read the roster. `main`: the way that is shown most prominently."""
    facts = answer.study.facts
    if not facts:
        return []
    outcomes = [line.outcome for line in answer.done if line.outcome]
    return [
        *of_evenings(answer.question, facts),
        *(text for groups, found in facts["cohorts"] for text in of_cohort(groups, found)),
        *of_results(outcomes, main),
    ]


def of_evenings(question: Question, facts: Mapping[str, Any]) -> list[str]:
    """When, from where and by whom."""
    found = {
        "days": weekday_names(question),
        "first_day": str(WEEKDAYS[question.weekdays[0]]).lower(),
        "leave": spoken_clock(question.hours.leave_from),
        "until": spoken_clock(question.hours.visits_until),
        "back": spoken_clock(question.hours.back_by),
        "first": nl_day_year(question.starts_on),
        "year": facts["year"],
        "report": question.report_minutes,
    }
    texts = [
        _("Elk gezin kan op al deze avonden. In het echt kiezen gezinnen zelf, en dat kost meer reistijd."),
        _(
            "Bezoekavonden zijn op %(days)s, vanaf %(first)s. Vertrek niet voor %(leave)s, het laatste gesprek klaar "
            "om %(until)s, terug om %(back)s. In vakanties en op lesvrije dagen is er geen bezoekavond."
        ),
        _("Bij één avond in de week is dat %(first_day)s.") if {1, 2} <= set(question.evenings) else "",
        _("Mentoren vertrekken vanaf school en komen daar terug. De leerlingenlijst is die van %(year)s."),
        _("Het zijn zo weinig mogelijk avonden, en daarbinnen zo weinig mogelijk reistijd."),
        _("De uren zijn gesprek, reistijd, en %(report)s minuten per thuisbezoek voor voorbereiden en verslag."),
        "" if facts["holiday"] else _("In de kalender staat na de eerste dag geen vakantie om klaar voor te zijn."),
    ]
    return [text % found for text in texts if text]


def of_cohort(groups: Sequence[int], found: Mapping[str, int]) -> list[str]:
    """Whom it is about, and who is left out."""
    name = cohort_name(groups)
    first = _("%(name)s: %(pupils)s leerlingen in %(classes)s klassen, %(families)s gezinnen, %(mentors)s mentoren.")
    told = [text % {"n": found[field]} for field, text in TOLD if found[field]]
    return [" ".join([first % (dict(found) | {"name": name[:1].upper() + name[1:]}), *map(str, told)])]


def of_results(outcomes: Sequence[VariantOutcome], main: VariantOutcome | None) -> list[str]:
    """How sure the figures are."""
    if not outcomes:
        return []
    worst = max(outcome.proven_within for outcome in outcomes)
    doubt = max(outcome.unproven_evenings for outcome in outcomes)
    waiting = sum(outcome.waiting_minutes for outcome in outcomes) / max(1, sum(o.evenings for o in outcomes))
    proof = (
        _("Bewezen: met zo veel avonden kan geen enkele manier in meer dan %(share)s%% minder uren.")
        if worst
        else _("Bewezen: met zo veel avonden kan het niet in minder uren.")
    )
    if main is not None and worst > main.proven_within:
        proof = _(
            "Bewezen: met zo veel avonden kan de manier bovenaan in hooguit %(own)s%% minder uren, en geen andere in "
            "meer dan %(share)s%% minder."
        )
    texts = [
        _("De weg is (deels) geschat langs een rechte lijn, omdat er geen kaart van is.")
        if any(outcome.is_estimate for outcome in outcomes)
        else "",
        _("Berekend met de planner zelf.") + " " + proof,
        _("Misschien kan het op hooguit %(doubt)s avonden minder, van alle mentoren samen.") if doubt else "",
        _(
            "Een gesprek begint op een hele vijf minuten. Het wachten daarop, gemiddeld %(waiting)s minuten op een "
            "avond, telt niet mee in de uren."
        ),
    ]
    told = {
        "share": percent(worst),
        "own": percent(main.proven_within if main else worst),
        "doubt": doubt,
        "waiting": number(waiting, 1),
    }
    return [text % told for text in texts if text]


def percent(share: float) -> str:
    """A share as a percentage, rounded up to a decimal: what is told is never better than what is proven."""
    return number_format(ceil(round(1000 * share, 6)) / 10, 1)
