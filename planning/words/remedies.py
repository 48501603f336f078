"""What would give families without a moment one, in words: what a remedy asks, what it costs, and the link to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from mentors.dates import minutes_of_clock, nl_day, spoken_clock
from mentors.models import Mentor, TravelMode
from planning.draft.stored import StoredRemedy
from planning.words.causes import listed, weekday_name
from visits.models import Visit


def add_evenings(number: int) -> Promise:
    """The words of the link that adds evenings to a mentor's own."""
    return ngettext_lazy("Zet deze avond erbij", "Zet deze avonden erbij", number)


# The words of the link to where each kind is carried out.
LINKS: dict[str, Promise] = {
    "extra_evening": add_evenings(1),
    "longer_evening": gettext_lazy("Bekijk de avonden van de mentor"),
    "one_more_stop": gettext_lazy("Wijzig de afspraken van de bezoekronde"),
    "higher_limit": gettext_lazy("Wijzig de afspraken van de bezoekronde"),
    "longer_season": gettext_lazy("Wijzig de periode van de bezoekronde"),
    "faster_mode": gettext_lazy("Wijzig de afspraken van de bezoekronde"),
    "other_visitor": gettext_lazy("Geef het bezoek aan deze collega"),
    "other_second": gettext_lazy("Kies wie er meegaat"),
    "more_interpreters": gettext_lazy("Bekijk het bezoek"),
    "gives_way": gettext_lazy("Bekijk het bezoek"),
    "wider_window": gettext_lazy("Bel het gezin en vul in wanneer het kan"),
    "other_day": gettext_lazy("Bel het gezin en vul in wanneer het kan"),
}


def remedy_text(item: StoredRemedy, visits: Mapping[str, Visit], people: Mapping[str, Mentor]) -> str:
    """What a remedy asks and brings; `visits` and `people` by primary key as a text hold all who are in it."""
    return SAYINGS[item.kind](_words(item, visits, people))


def cost_text(item: StoredRemedy) -> str:
    """What a remedy costs other families; '' when some of them lose their moment, which is said by itself."""
    if item.lost:
        return ""
    moved = len(item.moved)
    if not moved:
        return _("Niemand anders krijgt een ander moment.")
    return ngettext(
        "%(n)s ander gezin krijgt een ander moment.", "%(n)s andere gezinnen krijgen een ander moment.", moved
    ) % {"n": moved}


def _words(item: StoredRemedy, visits: Mapping[str, Visit], people: Mapping[str, Mentor]) -> dict[str, Any]:
    """The facts as they are said."""
    facts = item.facts
    words: dict[str, Any] = {name: facts[name] for name in ("minutes", "stops", "limit", "edge") if name in facts}
    clocks = {name: facts[name] for name in ("leave", "until", "start") if name in facts}
    words |= {name: spoken_clock(minutes_of_clock(clock)) for name, clock in clocks.items()}
    words |= {name: people[facts[name]].name for name in ("visitor", "second") if name in facts}
    if "day" in facts:
        on = dt.date.fromisoformat(facts["day"])
        words |= {"day": nl_day(on), "weekday": weekday_name(on.weekday())}
    if "days" in facts:
        words["days"] = listed([nl_day(dt.date.fromisoformat(on)) for on in facts["days"]])
    if "mode" in facts:
        words["mode"] = str(dict(TravelMode.choices).get(facts["mode"], facts["mode"])).lower()
    words["family"] = visits[item.visits[0]].household.name
    words["gives"] = _gives(words["family"], len(item.visits), len(facts.get("asked", item.visits)))
    words["losers"] = listed([visits[pk].household.name for pk in item.lost])
    return words


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
