"""The coordinator's list of interpreters: their hours, the families who wish one, and where they are needed when."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from mentors.dates import local_day, minutes_of
from visits.models import Campaign, InterpreterShift, PlaceKind, Visit, VisitState
from visits.queries.windows import Stretch, without
from visits.words.languages import MORE_LANGUAGES, language_name

COMMON = ("ar", "bg", "en", "es", "fa", "fr", "pl", "pt", "ro", "ru", "tr", "uk", "zh-hans")
BUFFER_MINUTES = 30  # an interpreter is busy this long after a conversation: the way to the next one
_WAITS = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


Supply = dict[tuple[str, dt.date], list[Stretch]]


@dataclass(frozen=True)
class LanguageNeed:
    """A language in which families wish an interpreter, and whether the list has any hours for it."""

    language: str
    families: int
    has_hours: bool


@dataclass(frozen=True)
class Booked:
    """One conversation with an interpreter: what somebody has to know to be there, and no more."""

    language: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    mentor: str
    is_agreed: bool


def hours_of(campaign: Campaign) -> list[tuple[InterpreterShift, str]]:
    """The hours in the list, each with its language in words."""
    return [(row, language_name(row.language)) for row in campaign.interpreter_shifts.all()]


def wanted_by_families(campaign: Campaign) -> list[LanguageNeed]:
    """Per language how many families of this campaign wish an interpreter; those without hours first."""
    visits = campaign.visits.filter(state__in=_WAITS, household__needs_interpreter=True)
    homes = set(visits.values_list("household_id", "household__language"))
    listed = set(campaign.interpreter_shifts.values_list("language", flat=True))
    counted = Counter(language for _home, language in homes)
    lines = [LanguageNeed(language_name(code), number, code in listed) for code, number in counted.items()]
    return sorted(lines, key=lambda line: (line.has_hours, line.language))


def languages_to_choose(campaign: Campaign) -> list[str]:
    """The languages in the form: those that families need, and the usual ones."""
    needed = campaign.visits.filter(household__needs_interpreter=True).values_list("household__language", flat=True)
    return sorted({*needed, *COMMON, *MORE_LANGUAGES})


def booked_interpreters(campaign: Campaign, now: dt.datetime) -> list[Booked]:
    """When and where an interpreter has to be, from today on. No names of families; a secret address stays secret."""
    visits = (
        campaign.visits.filter(state__in=_WAITS[1:], household__needs_interpreter=True, starts_at__isnull=False)
        .exclude(together_with__lt=F("pk"))
        .select_related("household", "mentor")
        .order_by("starts_at", "pk")
    )
    return [
        Booked(
            language=language_name(visit.household.language),
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            place=_place(visit),
            mentor=visit.mentor.name if visit.mentor else "",
            is_agreed=visit.state == VisitState.CONFIRMED,
        )
        for visit in visits
        if visit.starts_at and visit.ends_at and local_day(visit.starts_at) >= local_day(now)
    ]


def _place(visit: Visit) -> str:
    home = visit.household
    if visit.place_kind != PlaceKind.HOME or home.is_secret_address:
        return ""
    number = f"{home.house_number or ''}{home.house_suffix}"
    return " ".join(filter(None, [home.street, number])) + (f", {home.town}" if home.town else "")


def supply_of(rows: Iterable[InterpreterShift]) -> Supply:
    """The hours of each interpreter by itself."""
    supply: Supply = defaultdict(list)
    for row in rows:
        hours = Stretch(minutes_of(row.from_time), minutes_of(row.until_time))
        supply[row.language, row.on] += [hours] * row.count
    return supply


def take_one(supply: Supply, when: tuple[str, dt.date], busy: Stretch) -> bool:
    """Take one interpreter out for this stretch; False when nobody is there for all of it."""
    there = supply.get(when, [])
    able = [stretch for stretch in there if stretch.within(busy) == busy]
    if not able:
        return False
    there.remove(able[0])
    there += without(able[0], [busy])
    return True
