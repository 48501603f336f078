"""Work on several things at a time."""

from __future__ import annotations

from threading import Event, Lock

import pytest

from planner.base.deadline import Deadline
from planner.base.threads import in_threads


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    overtaken = Event()

    def work(number: int) -> int:
        if number == 0 and jobs > 1:
            assert overtaken.wait(60)
        if number == 1:
            overtaken.set()
        return number**2

    assert list(in_threads(work, range(20), jobs, Deadline.after(60))) == [number**2 for number in range(20)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_when_nobody_asks_any_more_the_rest_is_left_undone(jobs: int) -> None:
    begun: list[int] = []
    lock, never = Lock(), Event()

    def work(number: int) -> int:
        with lock:
            begun.append(number)
        never.wait(0.01)  # each item takes a moment
        return number

    results = in_threads(work, range(500), jobs, Deadline.after(60))
    assert next(iter(results)) == 0
    results.close()  # type: ignore[attr-defined]
    assert len(begun) < 500
