"""When a solver has to stop: the time is up, or somebody calls the plan good enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


class OutOfTime(Exception):
    """Raised inside the solver; the best plan so far stands."""


@dataclass(frozen=True)
class Clock:
    """`deadline` in seconds of `time.monotonic`; every loop of the solver asks `check`."""

    deadline: float
    should_stop: Callable[[], bool] | None = None

    @classmethod
    def of(cls, seconds: float, should_stop: Callable[[], bool] | None = None) -> Clock:
        return cls(time.monotonic() + seconds, should_stop)

    def part(self, seconds: float) -> Clock:
        """A clock that runs out after so many seconds, or with this one."""
        return Clock(min(self.deadline, time.monotonic() + seconds), self.should_stop)

    def left(self) -> float:
        """Seconds until the deadline, 0 when it has passed."""
        return max(0.0, self.deadline - time.monotonic())

    def is_up(self) -> bool:
        return self.left() <= 0 or (self.should_stop is not None and self.should_stop())

    def check(self) -> None:
        if self.is_up():
            raise OutOfTime
