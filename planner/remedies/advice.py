"""What remedies say to a coordinator, in Dutch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from planner.evaluate.spoken import WEEKDAYS, enumerated, spoken, spoken_day

_MODES = {"bike": "de fiets", "car": "de auto", "walk": "de benenwagen", "ebike": "een elektrische fiets"}
_SENTENCES = {
    "extra_evening": "Eén {weekday} meer voor deze mentor ({day}, {leave} tot {until}) {effect}.",
    "longer_evening_later": "Als deze mentor op {days} {minutes} minuten later klaar mag zijn, {effect_late}.",
    "longer_evening_earlier": "Als deze mentor op {days} {minutes} minuten eerder vertrekt, {effect_late}.",
    "one_more_stop": "Eén bezoek meer op een avond ({stops} in plaats van {stops_now}, op {days}) {effect}.",
    "higher_limit": "Als deze mentor {limit} bezoeken doet in plaats van {limit_now}, {effect_late}.",
    "faster_mode": "Als deze mentor met {mode} gaat, {effect_late}.",
    "longer_season": "Als er ook op {days} bezoeken mogen zijn, {effect_late}.",
    "wider_window_later": "Als het gezin op {day} {minutes} minuten later kan, is er een moment om {start}.",
    "wider_window_earlier": "Als het gezin op {day} {minutes} minuten eerder kan, is er een moment om {start}.",
    "other_day": "Als het gezin ook op een {weekday} kan, is er een moment: {day} om {start}.",
    "other_visitor": "Een collega kan dit gezin bezoeken: op {day} om {start}.",
    "other_second": "Een andere collega kan meegaan: op {day} om {start}.",
    "more_interpreters": "Met één tolk meer op {day} van {start} tot {until} {effect}.",
    "gives_way": "Komt er niets bij, dan is er plaats als {losers} afstaat: op {day} om {start}.",
}


def sentence_of(kind: str, facts: Mapping[str, object], placed: int, asked: int, moved: int, lost: int) -> str:
    """One remedy in words: what it asks, whom it helps and what it costs others."""
    words = {name: _word(name, value) for name, value in facts.items()}
    words |= _effects(placed, asked)
    edge = f"_{facts['edge']}" if "edge" in facts else ""
    return f"{_SENTENCES[kind + edge].format(**words)} {_consequence(moved, lost)}"


def _effects(placed: int, asked: int) -> dict[str, str]:
    """What it brings, with the verb first and with the verb last."""
    if asked == 1:
        return {"effect": "geeft dit gezin een moment", "effect_late": "is er een moment voor dit gezin"}
    if placed == asked:
        everyone = "beide gezinnen" if asked == 2 else f"alle {asked} gezinnen"
        return {"effect": f"plaatst {everyone}", "effect_late": f"is er plaats voor {everyone}"}
    return {
        "effect": f"plaatst {placed} van deze {asked} gezinnen",
        "effect_late": f"is er plaats voor {placed} van deze {asked} gezinnen",
    }


def _consequence(moved: int, lost: int) -> str:
    if lost and not moved:
        return "Voor de anderen verandert er niets."
    if not moved:
        return "Niemand anders krijgt een ander moment."
    return (
        "Eén ander gezin krijgt een ander moment."
        if moved == 1
        else f"{moved} andere gezinnen krijgen een ander moment."
    )


def _word(name: str, value: object) -> object:
    """A fact as it is said: days by name, clocks with a dot, ways of travelling by their noun."""
    if name == "days" and isinstance(value, Sequence):
        return enumerated([_day(str(on)) for on in value])
    if name == "date":
        return value
    if name == "day":
        return _day(str(value))
    if name == "weekday":
        return WEEKDAYS[int(str(value))]
    if name in ("leave", "until", "start"):
        hours, minutes = str(value).split(":")
        return spoken(int(hours) * 60 + int(minutes))
    if name == "mode":
        return _MODES.get(str(value), "een ander vervoermiddel")
    if name == "losers" and isinstance(value, Sequence):
        return "één ander gezin zijn moment" if len(value) == 1 else f"een groep van {len(value)} gezinnen een moment"
    return value


def _day(iso: str) -> str:
    return spoken_day(dt.date.fromisoformat(iso))
