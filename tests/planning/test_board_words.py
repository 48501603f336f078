"""Every finding has its own sentence, in plain words and with its facts."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import Finding, Mover, ProblemIndex, Schedule, Severity, assess, problem_from_json
from planning.problem.weights import OTHER_HOUR
from planning.words.board import Names, finding_text, moment_words, move_cost_words, parts_words, sentences, shifts
from tests.planner.problems import plain_problem, random_days
from tests.planner.together import random_coupled_problem, random_second_format

NAMES = Names({"visit-1": "Gezin Jansen", "visit-2": "Gezin de Wit"}, {"mentor": "Anna Bakker"})
TUESDAY = dt.date(2026, 10, 6)
QUICK: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


@settings(max_examples=120, database=None, **QUICK)
@given(seed=st.integers(0, 10**6))
def test_whatever_is_broken_can_be_said(seed: int) -> None:
    rng = random.Random(seed)
    make = rng.choice([random_coupled_problem, random_second_format])
    data = make(seed, visitors=rng.randint(1, 3), visits=rng.randint(2, 5)) | {"fixed": {}}
    problem = problem_from_json(data)
    for finding in assess(problem, random_days(rng, problem)).findings:
        text = finding_text(finding, NAMES)
        assert text.endswith(".") and "%" not in text and "past niet bij de afspraken" not in text


@pytest.mark.parametrize(
    ("code", "facts", "words"),
    [
        (
            "two_homes",
            {"before": "visit-2", "until": 1080, "leg": 5},
            "nog bij Gezin de Wit: dat gesprek duurt tot 18",
        ),
        ("travel_short", {"before": "visit-2", "until": 1080, "leg": 12}, "pas om 18.12 zijn: de weg duurt 12 minuten"),
        ("slack_short", {"before": "visit-2", "slack": 10}, "te weinig speling over: afgesproken is 10 minuten"),
        ("siblings_overlap", {"sibling": "visit-2"}, "Gezin Jansen heeft dan twee gesprekken tegelijk"),
        ("not_apart", {"other": "visit-2"}, "Gezin Jansen heeft dan twee gesprekken tegelijk"),
        ("leaves_early", {"leaves": 955, "leave_from": 960}, "moet dan om 15.55 weg en kan pas om 16.00"),
        ("too_many_stops", {"stops": 4, "most": 3}, "op di 6 oktober dan 4 thuisbezoeken; afgesproken is hoogstens 3"),
        ("outside_windows", {"windows": []}, "Gezin Jansen kan op di 6 oktober niet"),
        ("outside_windows", {"windows": [(960, 1080), (960, 1140)]}, "alleen tussen 16.00 en 19.00."),
        ("outside_wish", {"windows": [(960, 990), (1080, 1140)]}, "16.00 en 16.30, of tussen 18.00 en 19.00"),
        ("fixed_moved", {"on": TUESDAY, "start": 990}, "heeft di 6 oktober om 16.30 al afgesproken"),
    ],
)
def test_a_sentence_says_who_when_and_how_much(code: str, facts: dict[str, Any], words: str) -> None:
    finding = Finding(code, Severity.WARNING, "mentor", TUESDAY, "visit-1", facts)
    assert words in finding_text(finding, NAMES)


def test_what_blocks_comes_first_and_each_sentence_once() -> None:
    note = Finding("outside_wish", Severity.NOTE, "mentor", TUESDAY, "visit-1", {"windows": []})
    block = Finding("may_not_visit", Severity.BLOCKING, "mentor", TUESDAY, "visit-1")
    assert [each.tone for each in sentences([note, block, block], NAMES)] == ["bad", "info"]


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        (1, ["buiten de voorkeursuren"]),
        (-1, ["op de voorkeursuren"]),
        (3, ["\N{MINUS SIGN}3 bezoeken op de voorkeursuren"]),
        (0, []),
    ],
)
def test_a_move_to_hours_that_the_school_would_rather_not_have_says_so(visits: int, words: list[str]) -> None:
    nothing = dict.fromkeys(["unplaced", "travel_minutes", "waiting_minutes", "outside_wish", "weeks"], 0.0)
    assert parts_words(nothing | {"window_cost": float(visits * OTHER_HOUR)}) == words
    assert parts_words(nothing) == []  # as a proposal of before there were preferences


def test_a_move_says_what_it_costs_in_minutes_wishes_and_weeks() -> None:
    problem = problem_from_json(plain_problem())
    index = ProblemIndex(problem)
    first = Mover(index, Schedule()).place("visit-1", ("mentor", dt.date(2026, 9, 7)))
    assert move_cost_words(first) == ["+23 min reizen"]
    later = Mover(index, Schedule().changed(first.shift_stops)).place("visit-1", ("mentor", dt.date(2026, 9, 14)))
    assert move_cost_words(later) == ["wens niet vervuld", "1 week later"]
    assert shifts(later, NAMES) == []
    assert moment_words(TUESDAY, 1110) == "di 6 oktober om 18.30"
