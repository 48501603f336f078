"""Findings, costs and changes of a board in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.dates import nl_day, spoken_clock
from planner import Finding, Move, Severity
from planning.problem.weights import OTHER_HOUR

FindingFacts = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """How people on the board are called, by the problem's ids."""

    visits: Mapping[str, str]
    mentors: Mapping[str, str]

    def visit(self, name: object) -> str:
        """The family's name."""
        return self.visits.get(str(name), _("een gezin"))

    def mentor(self, name: object) -> str:
        """The mentor's name."""
        return self.mentors.get(str(name), _("een mentor"))


@dataclass(frozen=True)
class Sentence:
    """One finding as it is read: `tone` is bad (blocking), wait (a warning) or info."""

    text: str
    tone: str
    code: str


def sentences(findings: Iterable[Finding], names: Names) -> list[Sentence]:
    """Each finding once, what blocks first."""
    tones = {Severity.BLOCKING: "bad", Severity.WARNING: "wait", Severity.NOTE: "info"}
    order = list(tones)
    found: dict[str, Sentence] = {}
    for finding in sorted(findings, key=lambda finding: order.index(finding.severity)):
        text = finding_text(finding, names)
        found.setdefault(text, Sentence(text, tones[finding.severity], finding.code))
    return list(found.values())


def finding_text(finding: Finding, names: Names) -> str:
    """What is the matter, with its facts."""
    words = {
        "visit": names.visit(finding.visit),
        "mentor": names.mentor(finding.visitor),
        "day": nl_day(finding.on),
    }
    return _SENTENCES.get(finding.code, _unknown)(words, finding.facts, names)


def _unknown(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("Dit past niet bij de afspraken over %(visit)s.") % words


def _two_homes(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s is dan nog bij %(before)s: dat gesprek duurt tot %(until)s.") % {
        **words,
        "before": names.visit(facts["before"]),
        "until": spoken_clock(facts["until"]),
    }


def _travel_short(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s komt van %(before)s en kan er pas om %(there)s zijn: de weg duurt %(leg)s minuten.") % {
        **words,
        "before": names.visit(facts["before"]),
        "leg": facts["leg"],
        "there": spoken_clock(facts["until"] + facts["leg"]),
    }


def _slack_short(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s komt van %(before)s en houdt te weinig speling over: afgesproken is %(slack)s minuten.") % {
        **words,
        "before": names.visit(facts["before"]),
        "slack": facts["slack"],
    }


def _leaves_early(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s moet dan om %(leaves)s weg en kan pas om %(leave_from)s.") % {
        **words,
        "leaves": spoken_clock(facts["leaves"]),
        "leave_from": spoken_clock(facts["leave_from"]),
    }


def _ends_too_late(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("Het gesprek met %(visit)s is om %(ends)s klaar; %(mentor)s wil uiterlijk om %(until)s klaar zijn.") % {
        **words,
        "ends": spoken_clock(facts["ends"]),
        "until": spoken_clock(facts["until"]),
    }


def _back_too_late(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s is om %(back)s terug en wil om %(until)s terug zijn.") % {
        **words,
        "back": spoken_clock(facts["back"]),
        "until": spoken_clock(facts["until"]),
    }


def _too_many_stops(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s heeft op %(day)s dan %(stops)s thuisbezoeken; afgesproken is hoogstens %(most)s.") % {
        **words,
        **facts,
    }


def _too_many_in_all(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s doet dan %(stops)s thuisbezoeken; afgesproken is hoogstens %(most)s.") % {**words, **facts}


def _outside_windows(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    if not facts["windows"]:
        return _("%(visit)s kan op %(day)s niet.") % words
    return _("%(visit)s kan op %(day)s alleen tussen %(hours)s.") % {**words, "hours": _hours(facts["windows"])}


def _outside_wish(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    if not facts["windows"]:
        return _("De wens van %(visit)s valt niet op %(day)s.") % words
    return _("%(visit)s wil op %(day)s het liefst tussen %(hours)s.") % {**words, "hours": _hours(facts["windows"])}


def _hours(windows: Iterable[tuple[int, int]]) -> str:
    """The stretches without those that lie in another."""
    spans = [tuple(window) for window in windows]
    widest = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    pairs = [_("%(first)s en %(last)s") % {"first": spoken_clock(a), "last": spoken_clock(b)} for a, b in widest]
    return _(", of tussen ").join(pairs)


def _off_grid(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(start)s ligt niet op een vast begin van %(grid)s minuten.") % {
        "start": spoken_clock(facts["start"]),
        "grid": facts["grid"],
    }


def _no_interpreter(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("Er is op %(day)s om %(start)s geen tolk voor %(visit)s.") % {
        **words,
        "start": spoken_clock(facts["start"]),
    }


def _fixed_moved(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(visit)s heeft %(day)s om %(start)s al afgesproken. Verzet het op de pagina van het thuisbezoek.") % {
        **words,
        "day": nl_day(facts["on"]),
        "start": spoken_clock(facts["start"]),
    }


def _moved(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(visit)s kreeg eerder een voorstel voor %(day)s om %(start)s en hoort het nieuwe moment.") % {
        **words,
        "day": nl_day(facts["on"]),
        "start": spoken_clock(facts["start"]),
    }


def _siblings_split(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("De kinderen van %(visit)s worden dan niet samen bezocht.") % words


def _long_wait(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _("%(mentor)s wacht %(minutes)s minuten tussen %(before)s en %(visit)s.") % {
        **words,
        "minutes": facts["minutes"],
        "before": names.visit(facts["before"]),
    }


def _reserved(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _(
        "Een gezin dat nu kiest houdt bij %(mentor)s %(day)s van %(start)s tot %(ends)s vast. Om %(until)s is dat"
        " afgesproken of weer vrij."
    ) % {**words, **_clocks(facts)}


def _near_reserved(words: FindingFacts, facts: FindingFacts, names: Names) -> str:
    return _(
        "Een gezin dat nu kiest houdt %(start)s tot %(ends)s vast. De weg tussen dat gezin en %(visit)s duurt %(leg)s"
        " minuten: daar is te weinig tijd voor."
    ) % {**words, **_clocks(facts), "leg": facts["leg"]}


def _clocks(facts: FindingFacts) -> dict[str, str]:
    return {name: spoken_clock(facts[name]) for name in ("start", "ends", "until")}


def _plain(text: Callable[[], str]) -> Callable[[FindingFacts, FindingFacts, Names], str]:
    return lambda words, facts, names: text() % words


_SENTENCES: dict[str, Callable[[FindingFacts, FindingFacts, Names], str]] = {
    "two_homes": _two_homes,
    "travel_short": _travel_short,
    "slack_short": _slack_short,
    "leaves_early": _leaves_early,
    "ends_too_late": _ends_too_late,
    "back_too_late": _back_too_late,
    "too_many_stops": _too_many_stops,
    "too_many_in_all": _too_many_in_all,
    "outside_windows": _outside_windows,
    "outside_wish": _outside_wish,
    "off_grid": _off_grid,
    "off_coupled_grid": _off_grid,
    "no_interpreter": _no_interpreter,
    "fixed_moved": _fixed_moved,
    "moved": _moved,
    "siblings_split": _siblings_split,
    "long_wait": _long_wait,
    "reserved": _reserved,
    "near_reserved": _near_reserved,
    "may_not_visit": _plain(lambda: _("%(mentor)s is niet de mentor van %(visit)s.")),
    "may_not_be_second": _plain(lambda: _("%(mentor)s gaat niet mee naar %(visit)s.")),
    "lacks_second": _plain(lambda: _("Bij %(visit)s moet een collega mee, en die kan op %(day)s dan niet.")),
    "second_alone": _plain(lambda: _("De collega zou alleen bij %(visit)s staan.")),
    "no_siblings": _plain(lambda: _("Deze bezoeken kunnen niet samen.")),
    "siblings_overlap": _plain(lambda: _("%(visit)s heeft dan twee gesprekken tegelijk.")),
    "not_apart": _plain(lambda: _("%(visit)s heeft dan twee gesprekken tegelijk.")),
    "visited_twice": _plain(lambda: _("%(visit)s staat er twee keer in.")),
    "no_shift": _plain(lambda: _("%(mentor)s geeft op %(day)s geen avond.")),
    "second_route": _plain(lambda: _("%(mentor)s heeft op %(day)s al een route.")),
}


# --- what a move costs ---


def move_cost_words(change: Move) -> list[str]:
    """Travel, wish and week in words; a change that costs nothing says so."""
    return parts_words(change.parts) or [_("geen extra reistijd")]


def parts_words(parts: Mapping[str, float], *, says_one: bool = False) -> list[str]:
    """What a difference is made of, in words; nothing when there is none. Of one family more or less with a moment
    nothing is said where that speaks for itself, unless `says_one`."""
    said: list[str] = []
    if placed := -int(parts["unplaced"]):
        text = ngettext("%(sign)s%(n)s gezin met een moment", "%(sign)s%(n)s gezinnen met een moment", abs(placed))
        said += [_signed(placed, text)] if abs(placed) > 1 or says_one else []
    if travel := int(parts["travel_minutes"]):
        said.append(_signed(travel, _("%(sign)s%(n)s min reizen")))
    if waiting := int(parts["waiting_minutes"]):
        said.append(_signed(waiting, _("%(sign)s%(n)s min wachten")))
    if wish := int(parts["outside_wish"]):
        if abs(wish) > 1:
            said.append(_signed(-wish, _("%(sign)s%(n)s wensen vervuld")))
        else:
            said.append(_("wens niet vervuld") if wish > 0 else _("wens vervuld"))
    said += _hours_words(round(parts.get("window_cost", 0) / OTHER_HOUR))
    if weeks := int(parts["weeks"]):
        later = ngettext("%(n)s week later", "%(n)s weken later", abs(weeks))
        sooner = ngettext("%(n)s week eerder", "%(n)s weken eerder", abs(weeks))
        is_new = parts["unplaced"] != 0
        said += [] if is_new else [(later if weeks > 0 else sooner) % {"n": abs(weeks)}]
    return said


def _hours_words(visits: int) -> list[str]:
    """How many visits more are at hours that the school would rather not have."""
    if abs(visits) > 1:
        return [_signed(-visits, _("%(sign)s%(n)s bezoeken op de voorkeursuren"))]
    return [_("buiten de voorkeursuren") if visits > 0 else _("op de voorkeursuren")] if visits else []


def best_here() -> str:
    """What a move costs to the moment that a visit has already."""
    return _("het beste moment hier")


def travel_difference(minutes: int) -> str:
    """'+12 min', for a small cell."""
    return _signed(minutes, _("%(sign)s%(n)s min"))


def _signed(number: int, text: str) -> str:
    """A text with %(sign)s and %(n)s, of a difference."""
    return text % {"sign": "+" if number >= 0 else "\N{MINUS SIGN}", "n": abs(number)}


def shifts(change: Move, names: Names) -> list[str]:
    """Other families of the evening that start at another time."""
    return [
        _("%(visit)s schuift van %(before)s naar %(after)s.")
        % {"visit": names.visit(one.visit), "before": spoken_clock(one.before), "after": spoken_clock(one.after)}
        for one in change.shifted
    ]


def moment_words(on: dt.date, start: int) -> str:
    """'di 6 oktober om 18.30'."""
    return _("%(day)s om %(start)s") % {"day": nl_day(on), "start": spoken_clock(start)}
