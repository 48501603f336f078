"""How a draft is stored, and that a row which an older version of the program stored can be read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from planner import SECOND
from planning.draft.appointments import VisitAppointment
from planning.draft.outcomes import VisitOutcome
from planning.draft.routes import DrawnRoute, DrawnStop
from planning.draft.stored import VERSION, AsMade, LeftOut, StoredDraft, StoredRemedy, Totals, UnknownVersion

OLD_ROW = Path(__file__).parent / "draft_version_1.json"  # a published draft that was changed by hand, without version
WEDNESDAY = dt.date(2026, 10, 7)


@pytest.fixture
def old_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(OLD_ROW.read_text(encoding="utf-8"))
    return document


def stop(*visits: str, start: int = 1020, role: str = "visitor") -> DrawnStop:
    return DrawnStop(visits, start, start + 45, 5, role)


def route(visitor: str, *stops: DrawnStop) -> DrawnRoute:
    return DrawnRoute(visitor, WEDNESDAY, "bike", 1015, 1070, 10, 2_000, stops)


def a_draft(**values: Any) -> StoredDraft:
    """A draft with something in every field."""
    everything: dict[str, Any] = {
        "routes": (route("1", stop("3", "4")), route("2", stop("3", role=SECOND))),
        "unplaced": (LeftOut("5", "evenings_full", {"minutes": 45}),),
        "left_out": (LeftOut("6", "not_located"),),
        "totals": Totals(placed=2, unplaced=1, left_out=1, routes=2, travel_minutes=20, last_on=WEDNESDAY),
        "joint": {"3": "7"},
        "notes": ("home_not_located",),
        "hopeless": 1,
        "remedies": (StoredRemedy("extra_evening", {"visitor": "1"}, ("5",), ("4",), ()),),
        "outcome": (VisitOutcome(3, True, 1, dt.datetime(2026, 10, 6, 16, 0, tzinfo=dt.UTC), 1, None, "by_hand", {}),),
        "as_made": AsMade(Totals(placed=3), 12.5),
        "seconds": 1.25,
    }
    return StoredDraft(**everything | values)


def test_a_draft_that_is_stored_is_read_as_it_was() -> None:
    assert StoredDraft.from_json(json.loads(json.dumps(a_draft().to_json()))) == a_draft()


def test_that_nobody_looked_for_remedies_is_kept_apart_from_that_there_are_none() -> None:
    for remedies in (None, ()):
        assert StoredDraft.from_json(a_draft(remedies=remedies).to_json()).remedies == remedies


def test_a_plan_without_a_draft_reads_as_an_empty_one() -> None:
    assert StoredDraft.from_json(None) == StoredDraft.from_json({}) == StoredDraft()


def test_a_row_of_version_1_is_read(old_document: dict[str, Any]) -> None:
    assert "version" not in old_document
    draft = StoredDraft.from_json(old_document)
    (drawn,) = draft.routes
    assert drawn == DrawnRoute(
        visitor="1",
        on=WEDNESDAY,
        mode="bike",
        leaves=16 * 60 + 53,
        back=18 * 60 + 31,
        travel_minutes=4,
        travel_metres=712,
        stops=(DrawnStop(("3",), 16 * 60 + 55, 17 * 60 + 40, 2), DrawnStop(("4",), 17 * 60 + 45, 18 * 60 + 30, 1)),
    )
    assert [(left.visit, left.code) for left in draft.unplaced] == [("1", "evenings_full"), ("2", "by_hand")]
    assert draft.unplaced[0].facts["shifts"][0]["visits"] == ["2", "3", "4"]
    assert draft.left_out == (LeftOut("7", "not_located"),)
    assert draft.totals == Totals(
        placed=2, unplaced=4, left_out=1, routes=1, travel_minutes=4, travel_metres=712, last_on=WEDNESDAY
    )
    assert [remedy.kind for remedy in draft.remedies or ()] == ["extra_evening", "one_more_stop", "gives_way"]
    assert draft.as_made is not None
    assert (draft.as_made.totals.placed, draft.as_made.cost) == (3, 150_273)
    assert [(line.visit, line.new_mentor, line.code) for line in draft.outcome] == [
        (1, None, "evenings_full"),
        (2, None, "by_hand"),
        (3, 1, ""),
        (4, 1, ""),
    ]
    assert (draft.seconds, draft.hopeless, draft.joint, draft.notes) == (31.749, 0, {}, ())


def test_a_row_of_version_1_that_is_stored_anew_says_the_same(old_document: dict[str, Any]) -> None:
    draft = StoredDraft.from_json(old_document)
    assert StoredDraft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


def test_what_is_stored_says_its_version_and_holds_no_sentence(old_document: dict[str, Any]) -> None:
    document = StoredDraft.from_json(old_document).to_json()
    assert document["version"] == VERSION == 2
    assert "reason" not in json.dumps(document)


def test_a_row_of_a_later_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        StoredDraft.from_json(a_draft().to_json() | {"version": VERSION + 1})


def test_a_stop_of_version_1_without_a_role_is_of_the_visitor(old_document: dict[str, Any]) -> None:
    for each in old_document["routes"][0]["stops"]:
        del each["role"]
    assert not any(each.is_second for each in StoredDraft.from_json(old_document).routes[0].stops)


def test_a_colleague_who_comes_along_is_the_company_of_the_visit() -> None:
    draft = a_draft(routes=(route("1", stop("3")), route("2", stop("3", role=SECOND))), joint={})
    starts_at = dt.datetime(2026, 10, 7, 15, 0, tzinfo=dt.UTC)
    ends_at = starts_at + dt.timedelta(minutes=45)
    assert draft.appointments == {"3": VisitAppointment(1, WEDNESDAY, starts_at, ends_at, second=2)}


def test_two_visits_that_are_one_conversation_each_have_their_own_mentor() -> None:
    draft = a_draft(routes=(route("1", stop("3")), route("2", stop("3", role=SECOND))), joint={"3": "7"})
    assert {pk: (at.mentor, at.second) for pk, at in draft.appointments.items()} == {"3": (1, None), "7": (2, None)}


def test_two_visits_that_one_mentor_makes_at_once_are_a_double() -> None:
    assert a_draft().doubles == [(("3", "4"), 1)]
