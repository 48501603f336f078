"""The two sides of a change by hand, as values: what they replace in a draft, and when they can still be undone."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from planning.draft.evenings import evening_key, evening_name
from planning.draft.patches import DraftPatch
from planning.draft.routes import DrawnRoute, DrawnStop
from planning.draft.stored import LeftOut, StoredDraft

MONDAY, TUESDAY = dt.date(2026, 10, 5), dt.date(2026, 10, 6)


def route(visitor: str, on: dt.date, *visits: str) -> DrawnRoute:
    """An evening with these visits, an hour apart from half past six on."""
    stops = tuple(DrawnStop((visit,), 1110 + 60 * nth, 1155 + 60 * nth, 10) for nth, visit in enumerate(visits))
    return DrawnRoute(visitor, on, "bike", 1100, 1300, 10 * len(visits) + 10, 4000, stops)


DRAFT = StoredDraft(
    routes=(route("1", MONDAY, "31", "32"), route("2", TUESDAY, "33")), unplaced=(LeftOut("34", "evenings_full"),)
)
# Visit 31 went from Monday to the tray, 34 from the tray to Tuesday.
BEFORE = DraftPatch(
    routes={("1", MONDAY): route("1", MONDAY, "31", "32"), ("1", TUESDAY): None},
    unplaced={"31": None, "34": LeftOut("34", "evenings_full")},
    pins=("33",),
)
AFTER = DraftPatch(
    routes={("1", MONDAY): route("1", MONDAY, "32"), ("1", TUESDAY): route("1", TUESDAY, "34")},
    unplaced={"31": LeftOut("31", "by_hand"), "34": None},
    pins=(),
)


def test_one_side_replaces_its_own_evenings_and_visits_and_no_others() -> None:
    after = AFTER.applied_to(DRAFT)
    assert after.routes == (
        route("1", MONDAY, "32"),
        route("1", TUESDAY, "34"),
        route("2", TUESDAY, "33"),
    )
    assert after.unplaced == (LeftOut("31", "by_hand"),)


def test_the_other_side_takes_it_back() -> None:
    assert BEFORE.applied_to(AFTER.applied_to(DRAFT)) == DRAFT


def test_a_side_applies_as_long_as_nothing_that_it_speaks_of_is_different() -> None:
    assert BEFORE.still_applies(DRAFT, ["33"])
    elsewhere = DraftPatch({("2", TUESDAY): None}, {}, ("33",)).applied_to(DRAFT)
    assert BEFORE.still_applies(elsewhere, ["33"])
    assert not BEFORE.still_applies(DRAFT, [])
    assert not BEFORE.still_applies(AFTER.applied_to(DRAFT), ["33"])
    assert not BEFORE.still_applies(DraftPatch({}, {"34": None}, ()).applied_to(DRAFT), ["33"])


@pytest.mark.parametrize("side", [BEFORE, AFTER, DraftPatch({}, {}, ())])
def test_a_stored_side_is_read_back(side: DraftPatch) -> None:
    assert DraftPatch.from_json(json.loads(json.dumps(side.to_json()))) == side


def test_the_name_of_an_evening_is_read_back() -> None:
    assert evening_name(("12", TUESDAY)) == "12 2026-10-06"
    assert evening_key("12 2026-10-06") == ("12", TUESDAY)
    for text in ("12", "12 morgen", ""):
        with pytest.raises(ValueError, match="isoformat"):
            evening_key(text)
