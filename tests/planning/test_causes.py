"""Every code with which the planner leaves a family without a moment has a sentence, in the reader's own language."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mentors.models import Role, School, User
from planner import REASON_CODES, REMEDY_KINDS, Unplaced, problem_from_json, solve
from planning.draft.outcomes import VisitOutcome
from planning.draft.stored import read_draft_of
from planning.models import Plan
from planning.words.causes import CAUSES, TIMES_DO_NOT_FIT, reason_of
from planning.words.remedies import LINKS, SAYINGS
from tests.pages import LogIn
from tests.planner.problems import plain_problem
from tests.visits.staffed import EVENINGS, make_staffed_campaign

TUESDAY, THURSDAY = "2026-10-06", "2026-10-08"
FACTS: dict[str, Any] = {
    "minutes": 45,
    "windows": [{"date": TUESDAY, "from": "16:00", "until": "17:30"}],
    "visitors": ["1"],
    "shifts": [{"visitor": "1", "date": THURSDAY, "from": "18:00", "until": "21:00", "road_minutes": 12,
                "visits": [], "fixed": [], "room_at": "19:15"}],
    "second": [{"visitor": "2", "shifts": [{"date": TUESDAY, "from": "18:30", "until": "20:00"}]}],
    "interpreters": [
        {"date": THURSDAY, "from": "19:00", "until": "20:00", "count": 1},
        {"date": TUESDAY, "from": "09:00", "until": "10:00", "count": 0},
    ],
    "limits": {"1": 9, "2": None},
    "siblings": ["7"],
}  # fmt: skip
NAMED = {
    "no_common_day": ["dinsdag 16.00 tot 17.30", "donderdag 18.00 tot 21.00"],
    "window_too_short": ["dinsdag 16.00 tot 17.30", "45 minuten"],
    "outside_shift": ["dinsdag 16.00 tot 17.30", "donderdag 18.00 tot 21.00"],
    "road_too_long": ["12 minuten", "dinsdag 16.00", "donderdag 18.00"],
    "off_grid": ["dinsdag 16.00 tot 17.30"],
    "no_second_evening": ["dinsdag 16.00 tot 17.30", "donderdag 18.00 tot 21.00", "dinsdag 18.30 tot 20.00"],
    "no_interpreter": ["een tolk is er op donderdag 19.00 tot 20.00."],
    "limit_reached": ["9 thuisbezoeken"],
    "fixed_in_the_way": ["dinsdag 16.00 tot 17.30", "ene bezoekavond "],
    "interpreters_busy": ["dinsdag 16.00 tot 17.30", "een tolk is er op donderdag 19.00 tot 20.00."],
    "evenings_full": ["dinsdag 16.00 tot 17.30", "ene bezoekavond "],
    "siblings_apart": ["donderdag 19.15 tot 20.00"],
    "room_left": ["donderdag 19.15 tot 20.00"],
}


@pytest.mark.parametrize("code", [*REASON_CODES, *CAUSES, "unheard_of"])
def test_every_code_has_a_sentence_also_when_nothing_more_is_known(code: str) -> None:
    for facts in (FACTS, {}):
        text = reason_of(code, facts)
        assert text.endswith(".") and "%(" not in text


def test_every_sentence_of_the_planner_that_names_days_or_numbers_names_them_here_too() -> None:
    assert {code for code in REASON_CODES if CAUSES[code].sentence is None} == set(NAMED)
    assert TIMES_DO_NOT_FIT not in CAUSES.values()
    for code, words in NAMED.items():
        text = reason_of(code, FACTS)
        assert [each for each in words if each not in text] == [], code


def test_every_kind_of_remedy_has_a_sentence() -> None:
    assert set(SAYINGS) == set(LINKS) == set(REMEDY_KINDS)


def test_days_are_named_in_the_language_of_the_reader() -> None:
    with translation.override("en"):
        assert "Tuesday 16.00" in reason_of("window_too_short", FACTS)
    assert "dinsdag 16.00" in reason_of("window_too_short", FACTS)


def test_many_stretches_are_counted_after_the_sixth() -> None:
    windows = [{"date": f"2026-10-{day:02}", "from": "16:00", "until": "17:00"} for day in range(5, 12)]
    windows += [windows[0] | {"from": "18:00", "until": "19:00"}]
    text = reason_of("window_too_short", FACTS | {"windows": windows})
    assert "maandag 16.00 tot 17.00, maandag 18.00 tot 19.00, dinsdag" in text
    assert "en 2 andere momenten" in text


def _only(visit: dict[str, Any], **visitor: Any) -> Unplaced:
    """The one family that the planner leaves without a moment."""
    problem = plain_problem()
    problem["visits"][0] |= visit
    problem["visitors"][0] |= visitor
    (unplaced,) = solve(problem_from_json(problem)).unplaced
    return unplaced


def _windows(first: str, last: str) -> dict[str, Any]:
    return {"windows": [{"date": "2026-09-07", "from": first, "until": last}]}


@pytest.mark.parametrize(
    ("code", "visit", "visitor", "words"),
    [
        ("window_too_short", _windows("16:00", "16:40"), {}, "45 minuten"),
        ("outside_shift", _windows("09:00", "12:00"), {}, "maandag 16.00 tot 21.00"),
        ("road_too_long", _windows("16:00", "16:45"), {}, "12 minuten"),
        ("limit_reached", _windows("16:15", "17:00") | {"minutes": 40}, {"max_stops_total": 1}, "1 thuisbezoek."),
    ],
)
def test_the_planners_own_facts_make_the_sentence(
    code: str, visit: dict[str, Any], visitor: dict[str, Any], words: str
) -> None:
    unplaced = _only(visit, **visitor)
    assert unplaced.code == code
    assert words in reason_of(unplaced.code, unplaced.facts)


def test_a_plan_stores_codes_and_its_pages_make_the_sentences(
    school: School, now: dt.datetime, client: Client, log_in: LogIn, today: None
) -> None:
    staffed = make_staffed_campaign(now, school=school, mentors=1, families=5, evenings=EVENINGS[:1])
    plan: Plan = staffed.draft()
    user: User = log_in(school, Role.COORDINATOR)
    assert user.pk
    left = read_draft_of(plan).unplaced[0]
    assert left.code == "evenings_full"
    assert "sentence" not in json.dumps(plan.result)
    kwargs = {"school": school.slug, "plan": plan.pk}
    pages = [
        reverse("planning:plan", kwargs=kwargs),
        reverse("planning:plan_why", kwargs=kwargs | {"visit": left.visit}),
        reverse("planning:plan_publish", kwargs=kwargs),
    ]
    for page in pages:
        assert reason_of(left.code, left.facts) in client.get(page).content.decode(), page


def test_what_a_published_plan_keeps_of_a_reason_comes_back_as_it_was() -> None:
    outcome = VisitOutcome(1, False, None, None, code="evenings_full", facts=FACTS)
    assert VisitOutcome.from_json(outcome.to_json()) == outcome


def test_an_outcome_of_before_causes_had_words_of_their_own_is_read_too() -> None:
    outcome = VisitOutcome(visit=1, was_confirmed=False, old_mentor=None, old_starts_at=None)
    earlier = outcome.to_json() | {"reason": "De avonden zijn vol."}
    del earlier["facts"]
    assert VisitOutcome.from_json(earlier) == outcome
