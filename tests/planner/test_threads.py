"""Work on several things at a time."""

from __future__ import annotations

import time
from threading import Lock

import pytest

from planner.base.deadline import Deadline
from planner.base.threads import in_threads


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number**2

    assert list(in_threads(work, range(20), jobs, Deadline.after(60))) == [number**2 for number in range(20)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_when_nobody_asks_any_more_the_rest_is_left_undone(jobs: int) -> None:
    begun: list[int] = []
    lock = Lock()

    def work(number: int) -> int:
        with lock:
            begun.append(number)
        time.sleep(0.01)
        return number

    results = in_threads(work, range(500), jobs, Deadline.after(60))
    assert next(iter(results)) == 0
    results.close()  # type: ignore[attr-defined]
    assert len(begun) < 500
