"""Work on several things at a time, in threads: the solver and the compiled loops let other threads run.

Threads rather than processes: they work inside daemonic worker processes too, and share the listed routes.
Callbacks of the caller (`should_stop`, `progress`) are called only in the thread that called the planner.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from planner.base.deadline import Deadline

Item = TypeVar("Item")
Result = TypeVar("Result")

_ASK_EVERY_SECONDS = 0.2  # so often the caller is asked whether to stop while other threads work


class StopSign:
    """Asks `should_stop` in the thread that made this sign; other threads see the last answer."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._ask = should_stop
        self._owner = threading.get_ident()
        self._is_up = False

    def __call__(self) -> bool:
        if not self._is_up and threading.get_ident() == self._owner:
            self._is_up = bool(self._ask())
        return self._is_up


def in_threads(
    work: Callable[[Item], Result], items: Iterable[Item], jobs: int, deadline: Deadline
) -> Iterator[Result]:
    """Yield `work(item)` for each item, in the order of the items, `jobs` at a time.

    While it waits, the deadline is checked from this thread, so that `should_stop` is asked. An error of `work` is
    raised at its item. When the iterator is closed before its end, work that has begun is waited for and the rest is
    left undone.
    """
    if jobs <= 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            for future in [pool.submit(work, item) for item in items]:
                while wait([future], timeout=_ASK_EVERY_SECONDS).not_done:
                    deadline.has_passed()
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)
