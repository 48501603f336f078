"""Work on several things at a time, in threads: the solver and the compiled loops let other threads run.

Threads rather than processes: they work inside daemonic worker processes too, and share the listed routes.
Whoever asked for a plan is asked nothing and told nothing from another thread than their own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from planner.base.deadline import Deadline

Item = TypeVar("Item")
Result = TypeVar("Result")

_ASK_EVERY_SECONDS = 0.2


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
    """The results in the order of the items; meanwhile the deadline is looked at from this thread.

    Whoever asks for no more results (an error, for one) waits for what has begun, and the rest is left undone.
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
