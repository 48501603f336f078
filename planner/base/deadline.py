"""When a computation has to stop: its time has passed, or the caller asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


class OutOfTime(Exception):
    """Raised inside the solver by `Deadline.check`; the best plan found so far is kept."""


@dataclass(frozen=True)
class Deadline:
    """The moment at which work ends: every long loop of the planner calls `check`.

    `at`: seconds of `time.monotonic()`, infinite for no limit. `should_stop`: asked at every check, often many times a
    second; the deadline has passed as soon as it answers True.
    """

    at: float
    should_stop: Callable[[], bool] | None = None

    @classmethod
    def after(cls, seconds: float, should_stop: Callable[[], bool] | None = None) -> Deadline:
        """The deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, should_stop)

    def within(self, seconds: float) -> Deadline:
        """A deadline at most so many seconds from now, and never later than this one."""
        return Deadline(min(self.at, time.monotonic() + seconds), self.should_stop)

    def seconds_left(self) -> float:
        """Seconds until the deadline; 0 once it has passed. `should_stop` is not asked."""
        return max(0.0, self.at - time.monotonic())

    def has_passed(self) -> bool:
        """Whether the time is up or the caller asks to stop."""
        return self.seconds_left() <= 0 or (self.should_stop is not None and self.should_stop())

    def check(self) -> None:
        """Raise OutOfTime when the deadline has passed."""
        if self.has_passed():
            raise OutOfTime
