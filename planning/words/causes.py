"""Why families have no moment in a draft, in words: a draft keeps a code and facts, the sentence is made here.

The sentence is in the language of whoever reads it. The codes of the planner are those of `planner.REASON_CODES`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mentors.dates import minutes_of_clock, spoken_clock

Facts = Mapping[str, Any]
MOST_NAMED = 6  # stretches of time in one sentence


@dataclass(frozen=True)
class Cause:
    """Why families are left without a moment. `fix` is where it is solved: class, address, shifts, visit or answer."""

    heading: Promise
    fix: str
    sentence: Promise | None = None  # else one with days and times in it, made of the facts


# By code: first those that keep a visit from being planned at all, then those of the planner.
CAUSES: dict[str, Cause] = {
    "no_mentor": Cause(gettext_lazy("Geen mentor"), "class", gettext_lazy("De klas heeft nog geen mentor.")),
    "mentor_left": Cause(
        gettext_lazy("Mentor vertrokken"),
        "class",
        gettext_lazy("De mentor werkt hier niet meer. Geef de klas een andere mentor."),
    ),
    "not_located": Cause(gettext_lazy("Adres niet gevonden"), "address", gettext_lazy("Het adres is niet gevonden.")),
    "no_evenings": Cause(
        gettext_lazy("Mentor zonder avonden"),
        "shifts",
        gettext_lazy("De mentor heeft nog geen avonden opgegeven die nog komen."),
    ),
    "no_taker": Cause(
        gettext_lazy("Niemand neemt het over"),
        "visit",
        gettext_lazy("De mentor gaf dit bezoek uit handen, en nog geen collega neemt het over."),
    ),
    "no_company": Cause(
        gettext_lazy("Wie meegaat heeft geen avonden"),
        "visit",
        gettext_lazy("Er moet iemand mee, en wie dat kan heeft nog geen avonden opgegeven."),
    ),
    "no_visitor": Cause(
        gettext_lazy("Geen mentor"), "class", gettext_lazy("Er is niemand aangewezen die dit gezin kan bezoeken.")
    ),
    "no_windows": Cause(
        gettext_lazy("Gezin kan nooit als de mentor kan"),
        "shifts",
        gettext_lazy("Het gezin kan op geen van de avonden die de mentor geeft."),
    ),
    "no_common_day": Cause(gettext_lazy("Geen gezamenlijke dag"), "shifts"),
    "window_too_short": Cause(gettext_lazy("Het gezin kan te kort"), "answer"),
    "outside_shift": Cause(gettext_lazy("Het gezin kan op andere tijden dan de mentor"), "shifts"),
    "road_too_long": Cause(gettext_lazy("De weg is te lang"), "shifts"),
    "off_grid": Cause(gettext_lazy("Het gezin kan te kort voor een bezoek met z'n tweeën"), "answer"),
    "no_second_evening": Cause(gettext_lazy("Geen gezamenlijk moment met wie meegaat"), "visit"),
    "no_interpreter": Cause(gettext_lazy("Geen tolk die dan kan"), "visit"),
    "limit_reached": Cause(gettext_lazy("De mentor doet al zo veel bezoeken als mag"), "visit"),
    "fixed_in_the_way": Cause(gettext_lazy("Afspraken die vaststaan laten geen plaats"), "shifts"),
    "interpreters_busy": Cause(gettext_lazy("De tolken zijn bezet"), "visit"),
    "family_busy": Cause(
        gettext_lazy("Het gezin heeft dan een ander gesprek"),
        "visit",
        gettext_lazy("Op elk moment dat past heeft het gezin al een ander thuisbezoek."),
    ),
    "evenings_full": Cause(gettext_lazy("Avonden vol"), "shifts"),
    "siblings_apart": Cause(gettext_lazy("Alleen plaats zonder broer of zus"), "visit"),
    "by_hand": Cause(
        gettext_lazy("Met de hand uit het plan gehaald"), "visit", gettext_lazy("Op het bord uit het plan gehaald.")
    ),
    "no_moment_yet": Cause(gettext_lazy("Nog geen moment"), "visit", gettext_lazy("Dit gezin heeft nog geen moment.")),
    "room_left": Cause(gettext_lazy("Er is nog plaats"), "visit"),
}
TIMES_DO_NOT_FIT = Cause(
    gettext_lazy("Tijden passen niet bij elkaar"), "shifts", gettext_lazy("De tijden passen niet bij elkaar.")
)


def cause_of(code: str) -> Cause:
    """The cause behind a code."""
    return CAUSES.get(code, TIMES_DO_NOT_FIT)


def reason_of(code: str, facts: Facts) -> str:
    """Why one family has no moment, with its days and times, in the language that is asked for now."""
    said = cause_of(code).sentence
    return str(said) if said is not None else _SENTENCES[code](facts)


# --- one sentence a code ---


def _no_common_day(facts: Facts) -> str:
    return _("Er is geen gezamenlijke dag: het gezin kan op %(family)s, en bezoekavonden zijn er op %(evenings)s.") % {
        "family": _family(facts),
        "evenings": _evenings(facts),
    }


def _window_too_short(facts: Facts) -> str:
    text = _("De momenten van het gezin (%(family)s) zijn korter dan het thuisbezoek, dat %(minutes)s minuten duurt.")
    return text % {"family": _family(facts), "minutes": facts.get("minutes", 0)}


def _outside_shift(facts: Facts) -> str:
    return _("Het gezin kan op %(family)s, en de bezoekavonden zijn op %(evenings)s: dat overlapt te kort.") % {
        "family": _family(facts),
        "evenings": _evenings(facts),
    }


def _road_too_long(facts: Facts) -> str:
    return _(
        "De weg is te lang: %(road)s minuten heen. Het gezin kan op %(family)s, en de bezoekavonden zijn op"
        " %(evenings)s."
    ) % {
        "road": max((shift["road_minutes"] for shift in facts.get("shifts", [])), default=0),
        "family": _family(facts),
        "evenings": _evenings(facts),
    }


def _off_grid(facts: Facts) -> str:
    return _(
        "Een thuisbezoek waar een tweede persoon of een tolk bij is, begint op een vaste tijd. Geen van die tijden"
        " past in de momenten van het gezin (%(family)s)."
    ) % {"family": _family(facts)}


def _no_second_evening(facts: Facts) -> str:
    company = [shift for person in facts.get("second", []) for shift in person["shifts"]]
    return _(
        "Er is geen gezamenlijk moment met wie meegaat: het gezin kan op %(family)s, de bezoekavonden zijn op"
        " %(evenings)s, en wie mee kan gaan is er op %(company)s."
    ) % {"family": _family(facts), "evenings": _evenings(facts), "company": _stretches(company)}


def _no_interpreter(facts: Facts) -> str:
    return _(
        "Er is geen tolk op een moment dat past: het gezin kan op %(family)s, de bezoekavonden zijn op %(evenings)s,"
        " en een tolk is er op %(interpreters)s."
    ) % {"family": _family(facts), "evenings": _evenings(facts), "interpreters": _interpreters(facts)}


def _limit_reached(facts: Facts) -> str:
    limit = max((most for most in facts.get("limits", {}).values() if most is not None), default=0)
    return ngettext(
        "De mentor doet al %(limit)s thuisbezoek. Meer is niet afgesproken.",
        "De mentor doet al %(limit)s thuisbezoeken. Meer is niet afgesproken.",
        limit,
    ) % {"limit": limit}


def _fixed_in_the_way(facts: Facts) -> str:
    return ngettext(
        "Het gezin kan op %(family)s. Op de ene bezoekavond waarop dat past laten afspraken die vaststaan geen plaats.",
        "Het gezin kan op %(family)s. Op de %(number)s bezoekavonden waarop dat past laten afspraken die vaststaan"
        " geen plaats.",
        len(facts.get("shifts", [])),
    ) % {"family": _family(facts), "number": len(facts.get("shifts", []))}


def _interpreters_busy(facts: Facts) -> str:
    return _(
        "De tolken zijn dan bij andere gezinnen: het gezin kan op %(family)s, en een tolk is er op %(interpreters)s."
    ) % {"family": _family(facts), "interpreters": _interpreters(facts)}


def _evenings_full(facts: Facts) -> str:
    return ngettext(
        "Het gezin kan op %(family)s. De ene bezoekavond waarop dat past is vol: met de andere thuisbezoeken is"
        " er geen plaats.",
        "Het gezin kan op %(family)s. De %(number)s bezoekavonden waarop dat past zijn vol: met de andere"
        " thuisbezoeken is er geen plaats.",
        len(facts.get("shifts", [])),
    ) % {"family": _family(facts), "number": len(facts.get("shifts", []))}


def _siblings_apart(facts: Facts) -> str:
    return _(
        "Er is alleen plaats op een ander moment dan dat van broer of zus: %(room)s. Zet het gezin daar zelf bij als"
        " dat goed is."
    ) % {"room": _room(facts)}


def _room_left(facts: Facts) -> str:
    text = _("Er is nog plaats: %(room)s. Zet het gezin daar zelf bij, of laat het plan langer doorrekenen.")
    return text % {"room": _room(facts)}


_SENTENCES: dict[str, Callable[[Facts], str]] = {
    "no_common_day": _no_common_day,
    "window_too_short": _window_too_short,
    "outside_shift": _outside_shift,
    "road_too_long": _road_too_long,
    "off_grid": _off_grid,
    "no_second_evening": _no_second_evening,
    "no_interpreter": _no_interpreter,
    "limit_reached": _limit_reached,
    "fixed_in_the_way": _fixed_in_the_way,
    "interpreters_busy": _interpreters_busy,
    "evenings_full": _evenings_full,
    "siblings_apart": _siblings_apart,
    "room_left": _room_left,
}


# --- days and times ---


def weekday_name(weekday: int) -> str:
    """'dinsdag', for 1."""
    return str(WEEKDAYS[weekday])


def listed(names: list[str]) -> str:
    """'a, b en c'."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s en %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _family(facts: Facts) -> str:
    return _stretches(facts.get("windows", []))


def _evenings(facts: Facts) -> str:
    return _stretches(facts.get("shifts", []))


def _interpreters(facts: Facts) -> str:
    return _stretches(hours for hours in facts.get("interpreters", []) if hours["count"])


def _room(facts: Facts) -> str:
    """The moments at which there is room."""
    return _named(
        (shift["date"], minutes_of_clock(shift["room_at"]), minutes_of_clock(shift["room_at"]) + facts["minutes"])
        for shift in facts.get("shifts", [])
        if shift["room_at"]
    )


def _stretches(hours: Iterable[Facts]) -> str:
    """'dinsdag 16.00 tot 17.30 en donderdag 18.00 tot 21.00'; what comes back every week once."""
    return _named((each["date"], minutes_of_clock(each["from"]), minutes_of_clock(each["until"])) for each in hours)


def _named(stretches: Iterable[tuple[str, int, int]]) -> str:
    distinct = sorted({(dt.date.fromisoformat(date).weekday(), first, last) for date, first, last in stretches})
    if not distinct:
        return _("geen enkele dag")
    names = [
        _("%(weekday)s %(first)s tot %(last)s")
        % {"weekday": weekday_name(weekday), "first": spoken_clock(first), "last": spoken_clock(last)}
        for weekday, first, last in distinct[:MOST_NAMED]
    ]
    more = len(distinct) - MOST_NAMED
    if more > 0:
        names.append(ngettext("%(number)s ander moment", "%(number)s andere momenten", more) % {"number": more})
    return listed(names)
