"""Why one family has no moment in a draft: when it can, when its mentor visits, the road, and what would help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mentors.dates import minutes_of_clock, spoken_clock
from mentors.models import Mentor
from planning.queries.drafts import ShownDraft, ShownUnplaced
from planning.queries.remedies import Help
from planning.words.causes import weekday_name
from visits.models import Visit


@dataclass(frozen=True)
class EveningFacts:
    """One evening that came near: whose, how far, and which families are visited on it."""

    mentor: Mentor | None
    on: dt.date
    leave_from: dt.time
    until: dt.time
    road_minutes: int
    families: list[Visit]
    is_free_at: dt.time | None


@dataclass(frozen=True)
class WhyNot:
    """All that is known of one family without a moment."""

    item: ShownUnplaced
    windows: list[tuple[str, list[str]]]  # weekday, clock times
    evenings: list[EveningFacts]
    helps: list[Help]
    gives_way: Help | None


def why_not(draft: ShownDraft, visit: int, people: Mapping[int, Mentor]) -> WhyNot | None:
    """The facts of this family; None when it has a moment."""
    item = next((one for one in draft.unplaced if one.visit.pk == visit), None)
    if item is None:
        return None
    visits = {str(stop.visit.pk): stop.visit for route in draft.routes for stop in route.stops}
    own = [one for one in draft.helps or [] if any(family.pk == visit for family in one.families)]
    return WhyNot(
        item=item,
        windows=_by_weekday(item.facts.get("windows", [])),
        evenings=[_evening(shift, visits, people) for shift in item.facts.get("shifts", [])],
        helps=[one for one in own if one.kind != "gives_way"],
        gives_way=next((one for one in own if one.kind == "gives_way"), None),
    )


def _by_weekday(windows: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """What comes back every week once: ('dinsdag', ['18.00–21.00'])."""
    found: dict[int, dict[str, None]] = {}
    for window in windows:
        on = dt.date.fromisoformat(window["date"])
        found.setdefault(on.weekday(), {})[_hours(window)] = None
    return [(weekday_name(weekday), list(times)) for weekday, times in sorted(found.items())]


def _hours(window: Mapping[str, str]) -> str:
    """'18.00–21.00'."""
    return "–".join(spoken_clock(minutes_of_clock(window[end])) for end in ("from", "until"))


def _evening(shift: dict[str, Any], visits: Mapping[str, Visit], people: Mapping[int, Mentor]) -> EveningFacts:
    room = shift.get("room_at")
    return EveningFacts(
        mentor=people.get(int(shift["visitor"])),
        on=dt.date.fromisoformat(shift["date"]),
        leave_from=dt.time.fromisoformat(shift["from"]),
        until=dt.time.fromisoformat(shift["until"]),
        road_minutes=shift["road_minutes"],
        families=[visits[pk] for pk in shift["visits"] if pk in visits],
        is_free_at=dt.time.fromisoformat(room) if room else None,
    )
