"""The schools that the benchmarks make are ones that the planner reads, and what their kinds say they are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from benchmarks.cases.ordinary import KINDS, as_second_format, make_ordinary_school
from benchmarks.cases.targets import TARGETS
from benchmarks.peers.town import inexpressible, towns
from planner.model.exchange import problem_from_json


def _made(kind: str, seed: int = 1) -> dict[str, Any]:
    return make_ordinary_school(kind, seed, mentors=10, families=12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_school_is_read_and_made_again_from_its_seed(kind: str) -> None:
    school = _made(kind)
    assert len(problem_from_json(school).visits) == (8 * 12 if kind == "primary" else 10 * 12)
    assert school == _made(kind)
    assert school != _made(kind, seed=2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_peers_get_what_they_can_express(kind: str) -> None:
    beyond_them = {"shared": ["volunteers", "limits"], "buddy": ["company"], "primary": ["volunteers", "siblings"]}
    school = _made(kind)
    assert inexpressible(school) == beyond_them.get(kind, [])
    if kind in beyond_them:
        with pytest.raises(ValueError, match="cannot express"):
            towns(school)
    else:
        assert len(towns(school)) == 10


def test_two_mentors_in_five_take_somebody_along_who_gives_their_evenings_too() -> None:
    school = _made("buddy")
    shifts = {visitor["id"]: {shift["date"] for shift in visitor["shifts"]} for visitor in school["visitors"]}
    company = {visit["visitors"][0]: visit["second"] for visit in school["visits"] if visit["second"]}
    assert sorted(len(names) for names in company.values()) == [1, 1, 3, 3]
    assert all(shifts[mentor] <= shifts[name] for mentor, names in company.items() for name in names)


def test_one_mentor_in_ten_is_shared_out_over_six() -> None:
    school = _made("shared")
    assert Counter(len(visit["visitors"]) for visit in school["visits"]) == {1: 108, 6: 12}


def test_half_way_a_season_most_moments_stand() -> None:
    school = _made("running")
    stands, told = len(school["fixed"]), len(school["current"])
    assert 0.7 * 120 < stands + told <= 0.84 * 120
    assert stands > 2 * told


def test_the_peers_hold_a_moment_that_stands() -> None:
    school = _made("running")
    for town in towns(school):
        for client in town.clients:
            starts = {(choice.first, choice.last) for choice in client.choices}
            if client.visit in school["fixed"]:
                assert all(first == last for first, last in starts) and starts


def test_the_second_format_prices_what_was_a_wish() -> None:
    school = as_second_format(_made("primary"))
    prices = Counter(window["cost"] for visit in school["visits"] for window in visit["windows"])
    groups = school["siblings"] + school["apart"]
    assert set(prices) == {0, 60}
    assert not any(window["wish"] for visit in school["visits"] for window in visit["windows"])
    assert {len(group) for group in groups} == {2, 3}
    assert len(school["apart"]) == -(-len(groups) // 3)


def test_all_targets_together_take_less_than_an_hour() -> None:
    assert sum(target.most_seconds() for target in TARGETS) < 3600
    assert len({target.name for target in TARGETS}) == len(TARGETS)
