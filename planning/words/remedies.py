"""What would give families without a moment one, as the pages say it: who has to do what, and where that is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from mentors.dates import minutes_of_clock, nl_day, spoken_clock
from mentors.models import Mentor, TravelMode
from planning.draft.stored import StoredRemedy
from planning.words.causes import listed, weekday_name
from visits.models import Campaign, Visit


def _add(evenings: int) -> Promise:
    """The link that puts evenings to a mentor's own."""
    return ngettext_lazy("Zet deze avond erbij", "Zet deze avonden erbij", evenings)


SHIFTS, CAMPAIGN, VISIT, ANSWER = "shifts", "campaign", "visit", "answer"
# Where each kind is done, and the words of the link.
PLACES: dict[str, tuple[str, Promise]] = {
    "extra_evening": (SHIFTS, _add(1)),
    "longer_evening": (SHIFTS, gettext_lazy("Bekijk de avonden van de mentor")),
    "one_more_stop": (CAMPAIGN, gettext_lazy("Wijzig de afspraken van de bezoekronde")),
    "higher_limit": (CAMPAIGN, gettext_lazy("Wijzig de afspraken van de bezoekronde")),
    "longer_season": (CAMPAIGN, gettext_lazy("Wijzig de periode van de bezoekronde")),
    "faster_mode": (CAMPAIGN, gettext_lazy("Wijzig de afspraken van de bezoekronde")),
    "other_visitor": (VISIT, gettext_lazy("Geef het bezoek aan deze collega")),
    "other_second": (VISIT, gettext_lazy("Kies wie er meegaat")),
    "more_interpreters": (VISIT, gettext_lazy("Bekijk het bezoek")),
    "gives_way": (VISIT, gettext_lazy("Bekijk het bezoek")),
    "wider_window": (ANSWER, gettext_lazy("Bel het gezin en vul in wanneer het kan")),
    "other_day": (ANSWER, gettext_lazy("Bel het gezin en vul in wanneer het kan")),
}


@dataclass(frozen=True)
class Help:
    """One remedy: what it asks, whom it gives a moment, and what it costs other families."""

    kind: str
    words: str
    cost_words: str
    url: str
    link_words: Promise
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
    saying = _Saying(campaign, visits, people)
    return [saying.say(item) for item in remedies if saying.knows(item)]


def chosen(helps: Iterable[Help]) -> tuple[list[Help], list[Help]]:
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


@dataclass(frozen=True)
class _Saying:
    """Puts remedies into words, with the names of people in them."""

    campaign: Campaign
    visits: Mapping[str, Visit]
    people: Mapping[str, Mentor]

    def knows(self, item: StoredRemedy) -> bool:
        """Whether everybody in it is still there."""
        facts = item.facts
        mentors = [facts[name] for name in ("visitor", "second") if name in facts]
        families = [*item.visits, *item.lost]
        return (
            item.kind in PLACES
            and all(who in self.people for who in mentors)
            and all(visit in self.visits for visit in families)
        )

    def say(self, item: StoredRemedy) -> Help:
        """The remedy in words, with where it is done. Days after the last one that a mentor gave may well lie in
        the round's own period: then they are added to the mentor's evenings."""
        place, link_words = PLACES[item.kind]
        if item.kind == "longer_season" and max(item.facts["days"]) <= self.campaign.ends_on.isoformat():
            place, link_words = SHIFTS, _add(len(item.facts["days"]))
        return Help(
            kind=item.kind,
            words=SAYINGS[item.kind](self._words(item)),
            cost_words=self._cost(item),
            url=self._url(place, item),
            link_words=link_words,
            families=[self.visits[pk] for pk in item.visits],
            losers=[self.visits[pk] for pk in item.lost],
        )

    def _words(self, item: StoredRemedy) -> dict[str, Any]:
        """The facts as they are said."""
        facts = item.facts
        words: dict[str, Any] = {name: facts[name] for name in ("minutes", "stops", "limit", "edge") if name in facts}
        clocks = {name: facts[name] for name in ("leave", "until", "start") if name in facts}
        words |= {name: spoken_clock(minutes_of_clock(clock)) for name, clock in clocks.items()}
        words |= {name: self.people[facts[name]].name for name in ("visitor", "second") if name in facts}
        if "day" in facts:
            on = dt.date.fromisoformat(facts["day"])
            words |= {"day": nl_day(on), "weekday": weekday_name(on.weekday())}
        if "days" in facts:
            words["days"] = listed([nl_day(dt.date.fromisoformat(on)) for on in facts["days"]])
        if "mode" in facts:
            words["mode"] = str(dict(TravelMode.choices).get(facts["mode"], facts["mode"])).lower()
        words["family"] = self.visits[item.visits[0]].household.name
        words["gives"] = _gives(words["family"], len(item.visits), len(facts.get("asked", item.visits)))
        words["losers"] = listed([self.visits[pk].household.name for pk in item.lost])
        return words

    def _cost(self, item: StoredRemedy) -> str:
        if item.lost:
            return ""
        moved = len(item.moved)
        if not moved:
            return _("Niemand anders krijgt een ander moment.")
        return ngettext(
            "%(n)s ander gezin krijgt een ander moment.", "%(n)s andere gezinnen krijgen een ander moment.", moved
        ) % {"n": moved}

    def _url(self, place: str, item: StoredRemedy) -> str:
        school, facts = {"school": self.campaign.school.slug}, item.facts
        if place == SHIFTS:
            kwargs = school | {"campaign": self.campaign.pk, "mentor": int(facts["visitor"])}
            url = reverse("visits:campaign_mentor_shifts", kwargs=kwargs)
            days = [facts["day"]] if item.kind == "extra_evening" else facts["days"]
            adds = item.kind != "longer_evening"
            return f"{url}?{urlencode([('erbij', day) for day in days])}#erbij" if adds else url
        if place == CAMPAIGN:
            return reverse("visits:campaign_change", kwargs=school | {"campaign": self.campaign.pk})
        name = "visits:visit_answer" if place == ANSWER else "visits:visit"
        return reverse(name, kwargs=school | {"visit": int(item.visits[0])})


def _gives(family: str, placed: int, asked: int) -> str:
    """What a remedy for a mentor brings."""
    if placed == 1:
        return _("geeft %(family)s een moment") % {"family": family}
    if placed == asked:
        return _("geeft alle %(asked)s gezinnen een moment") % {"asked": asked}
    return _("geeft %(placed)s van deze %(asked)s gezinnen een moment") % {"placed": placed, "asked": asked}


def _extra_evening(words: dict[str, Any]) -> str:
    return _("Eén %(weekday)s meer voor %(visitor)s (%(day)s, %(leave)s tot %(until)s) %(gives)s.") % words


def _longer_evening(words: dict[str, Any]) -> str:
    if words["edge"] == "earlier":
        return _("Vertrekt %(visitor)s op %(days)s %(minutes)s minuten eerder, dan %(gives)s.") % _split(words)
    return _("Mag %(visitor)s op %(days)s %(minutes)s minuten later klaar zijn, dan %(gives)s.") % _split(words)


def _split(words: dict[str, Any]) -> dict[str, Any]:
    """'dan geeft dat 4 van deze 5 gezinnen een moment': the verb goes before its subject."""
    verb, _space, rest = words["gives"].partition(" ")
    return words | {"gives": f"{verb} dat {rest}"}


def _wider_window(words: dict[str, Any]) -> str:
    if words["edge"] == "earlier":
        text = _("Kan %(family)s op %(day)s %(minutes)s minuten eerder, dan is er plaats om %(start)s.")
    else:
        text = _("Kan %(family)s op %(day)s %(minutes)s minuten later, dan is er plaats om %(start)s.")
    return text % words


SAYINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "extra_evening": _extra_evening,
    "longer_evening": _longer_evening,
    "one_more_stop": lambda words: (
        _("Met %(stops)s bezoeken op een avond (%(days)s) voor %(visitor)s: dat %(gives)s.") % words
    ),
    "higher_limit": lambda words: _("Met %(limit)s bezoeken in totaal voor %(visitor)s: dat %(gives)s.") % words,
    "longer_season": lambda words: _("Avonden erbij voor %(visitor)s op %(days)s: dat %(gives)s.") % words,
    "faster_mode": lambda words: _("Reist %(visitor)s anders (%(mode)s): dat %(gives)s.") % words,
    "other_visitor": lambda words: _("%(visitor)s heeft plaats voor %(family)s: %(day)s om %(start)s.") % words,
    "other_second": lambda words: _("%(second)s kan meegaan naar %(family)s: %(day)s om %(start)s.") % words,
    "more_interpreters": lambda words: (
        _("Met één tolk meer op %(day)s van %(start)s tot %(until)s is er plaats voor %(family)s.") % words
    ),
    "wider_window": _wider_window,
    "other_day": lambda words: (
        _("Kan %(family)s ook op een %(weekday)s, dan is er plaats: %(day)s om %(start)s.") % words
    ),
    "gives_way": lambda words: (
        _("Er is alleen plaats voor %(family)s op %(day)s om %(start)s als dit gezin zijn moment afstaat: %(losers)s.")
        % words
    ),
}
