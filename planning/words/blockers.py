"""What stands in the way of publishing a draft, in words: what happened since and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from mentors.dates import nl_day, nl_time
from planning.draft.blockers import Blocker, BlockerCode
from planning.words.board import finding_text

# All but blocking_finding, which has the sentence of its finding.
BLOCKERS: dict[BlockerCode, Any] = {
    BlockerCode.ALREADY_PUBLISHED: gettext_lazy("Dit plan is al gepubliceerd."),
    BlockerCode.NOT_READY: gettext_lazy("Dit plan is niet klaar om te publiceren."),
    BlockerCode.CAMPAIGN_CLOSED: gettext_lazy("Deze bezoekronde is afgesloten."),
    BlockerCode.WISHES_OPEN: gettext_lazy("Gezinnen kunnen tot en met %(day)s hun wensen doorgeven. Publiceer daarna."),
    BlockerCode.CHANGED_BY_HAND: gettext_lazy(
        "Dit plan is intussen met de hand veranderd. Kijk eerst wat het nu betekent."
    ),
    BlockerCode.NO_MOMENTS: gettext_lazy(
        "In dit plan heeft geen enkel gezin een moment. Los eerst op wat eronder staat en plan opnieuw."
    ),
    BlockerCode.CHANGED_VISITS: ngettext_lazy(
        "Sinds dit plan is gemaakt is %(number)s thuisbezoek veranderd. Maak een nieuw plan.",
        "Sinds dit plan is gemaakt zijn %(number)s thuisbezoeken veranderd. Maak een nieuw plan.",
        "number",
    ),
    BlockerCode.OVERLAPPING_SIBLINGS: ngettext_lazy(
        "%(number)s gezin met kinderen in meer klassen krijgt gesprekken die in elkaar lopen. Kies bij 'Kinderen in"
        " twee klassen' hoe het gaat, of verplaats er een op het bord.",
        "%(number)s gezinnen met kinderen in meer klassen krijgen gesprekken die in elkaar lopen. Kies bij 'Kinderen in"
        " twee klassen' hoe het gaat, of verplaats er een op het bord.",
        "number",
    ),
    BlockerCode.PAST_EVENING: gettext_lazy("De eerste avond van dit plan is al voorbij. Maak een nieuw plan."),
    BlockerCode.CLOSED_DAY: gettext_lazy("Op %(day)s is intussen niemand op school. Maak een nieuw plan."),
    BlockerCode.CHANGED_EVENING: gettext_lazy(
        "Een mentor heeft de avond van %(day)s intussen veranderd. Maak een nieuw plan."
    ),
    BlockerCode.RESERVED_MOMENT: gettext_lazy(
        "Een gezin kiest nu net een moment dat in dit plan zit. Publiceer over tien minuten opnieuw."
    ),
    BlockerCode.BUSY_MENTOR: gettext_lazy(
        "%(mentor)s heeft op %(day)s om %(clock)s al iets anders. Maak een nieuw plan."
    ),
    BlockerCode.BUSY_HOME: gettext_lazy(
        "%(family)s heeft op %(day)s om %(clock)s al een ander gesprek. Maak een nieuw plan."
    ),
}


def blocker_texts(found: Iterable[Blocker]) -> list[str]:
    """Sentences for the coordinator, each once. They may name people."""
    return list(dict.fromkeys(_text(blocker) for blocker in found))


def _text(blocker: Blocker) -> str:
    facts = blocker.facts
    if blocker.code == BlockerCode.BLOCKING_FINDING:
        return finding_text(facts["finding"], facts["names"])
    return str(BLOCKERS[blocker.code] % _readable(facts))


def _readable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as a sentence shows them."""
    readable = dict(facts)
    if "day" in facts:
        readable["day"] = nl_day(facts["day"])
    if "starts_at" in facts:
        readable |= {"day": nl_day(facts["starts_at"]), "clock": nl_time(facts["starts_at"])}
        readable["mentor"] = _(" of ").join(facts.get("mentors", ()))
        readable["family"] = _(" of ").join(facts.get("families", ()))
    return readable
