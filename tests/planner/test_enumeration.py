"""All routes of an evening are listed, however little room there was for them at first."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.cases.schools import make_school
from planner.base.tuning import DEFAULT, ListingTuning
from planner.columns.routes import Pool, list_routes
from planner.columns.stop_options import StopOptions
from planner.model.exchange import problem_from_json


def _listed(stops: int, listing: ListingTuning = DEFAULT.listing) -> Pool:
    problem = problem_from_json(make_school(2, 3, 10, together=0.2, max_stops=stops))
    return list_routes(problem, StopOptions(problem).evenings(range(3)), listing=listing)


@pytest.mark.parametrize("stops", [1, 2, 3, 5])
def test_too_little_room_at_first_changes_nothing(stops: int) -> None:
    roomy = _listed(stops)
    tight = _listed(stops, ListingTuning(first_sets=2))
    assert len(roomy) > 100
    for name in ("start", "cost", "order", "evening"):
        assert np.array_equal(getattr(roomy, name), getattr(tight, name))


def test_each_set_of_stops_is_listed_once() -> None:
    pool = _listed(4)
    sets = {
        (int(evening), *sorted(int(pool.candidates[evening].option[c]) for c in order if c >= 0))
        for evening, order in zip(pool.evening, pool.order, strict=True)
    }
    assert len(sets) == len(pool)
