"""What would give families without a moment one: who has to do what, and where that is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from mentors.models import Mentor
from planning.draft.stored import StoredRemedy
from planning.words.remedies import LINKS, add_evenings, cost_text, remedy_text
from visits.models import Campaign, Visit


class RemedyPlace(StrEnum):
    """The page on which a remedy is carried out."""

    SHIFTS = "shifts"  # the evenings of a mentor
    CAMPAIGN = "campaign"
    VISIT = "visit"
    ANSWER = "answer"  # what a family says in a call


PLACES: dict[str, RemedyPlace] = {
    "extra_evening": RemedyPlace.SHIFTS,
    "longer_evening": RemedyPlace.SHIFTS,
    "one_more_stop": RemedyPlace.CAMPAIGN,
    "higher_limit": RemedyPlace.CAMPAIGN,
    "longer_season": RemedyPlace.CAMPAIGN,
    "faster_mode": RemedyPlace.CAMPAIGN,
    "other_visitor": RemedyPlace.VISIT,
    "other_second": RemedyPlace.VISIT,
    "more_interpreters": RemedyPlace.VISIT,
    "gives_way": RemedyPlace.VISIT,
    "wider_window": RemedyPlace.ANSWER,
    "other_day": RemedyPlace.ANSWER,
}


@dataclass(frozen=True)
class Help:
    """One remedy: what it asks, whom it gives a moment, and what it costs other families.

    It is carried out at `place`: of a mentor (primary key) to whose evenings the days `adds` (ISO dates) are added,
    or of the first of `families`.
    """

    kind: str
    words: str
    cost_words: str
    link_words: Promise
    place: RemedyPlace
    mentor: int | None
    adds: list[str]
    families: list[Visit]
    losers: list[Visit]


def read_remedies(
    campaign: Campaign,
    remedies: Iterable[StoredRemedy] | None,
    visits: Mapping[str, Visit],
    people: Mapping[str, Mentor],
) -> list[Help] | None:
    """The remedies of a draft in words, best first; None when nobody looked for them.

    Left out are those about somebody who is not in `visits` or `people` (by primary key as a text) any more.
    """
    if remedies is None:
        return None
    return [_help(campaign, item, visits, people) for item in remedies if _is_known(item, visits, people)]


def useful_first(helps: Iterable[Help]) -> tuple[list[Help], list[Help]]:
    """The remedies that each help somebody whom none before it helps, and the others."""
    first: list[Help] = []
    rest: list[Help] = []
    helped: set[int] = set()
    for help_ in helps:
        own = {visit.pk for visit in help_.families}
        (first if own - helped and help_.kind != "gives_way" else rest).append(help_)
        if help_.kind != "gives_way":
            helped |= own
    return first, rest


def _is_known(item: StoredRemedy, visits: Mapping[str, Visit], people: Mapping[str, Mentor]) -> bool:
    """Whether everybody in it is still there."""
    mentors = [item.facts[name] for name in ("visitor", "second") if name in item.facts]
    families = [*item.visits, *item.lost]
    return item.kind in PLACES and all(who in people for who in mentors) and all(pk in visits for pk in families)


def _help(campaign: Campaign, item: StoredRemedy, visits: Mapping[str, Visit], people: Mapping[str, Mentor]) -> Help:
    place, link_words, adds = PLACES[item.kind], LINKS[item.kind], []
    if item.kind == "extra_evening":
        adds = [item.facts["day"]]
    elif item.kind == "longer_season" and max(item.facts["days"]) <= campaign.ends_on.isoformat():
        # Days after the last one that a mentor gave may well lie in the campaign's own period.
        place, adds = RemedyPlace.SHIFTS, item.facts["days"]
        link_words = add_evenings(len(adds))
    return Help(
        kind=item.kind,
        words=remedy_text(item, visits, people),
        cost_words=cost_text(item),
        link_words=link_words,
        place=place,
        mentor=int(item.facts["visitor"]) if place == RemedyPlace.SHIFTS else None,
        adds=adds,
        families=[visits[pk] for pk in item.visits],
        losers=[visits[pk] for pk in item.lost],
    )
