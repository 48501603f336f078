"""What comes out: routes, what was left out and why, the cost and the bound that proves how good it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

VISITOR, SECOND = "visitor", "second"


@dataclass(frozen=True, slots=True)
class Stop:
    """One halt of a route: the visit, or several siblings at once; `start` in minutes after midnight."""

    visits: tuple[str, ...]
    start: int
    role: str = VISITOR


@dataclass(frozen=True, slots=True)
class Route:
    """One visitor's day: the stops in driving order, from the depot and back."""

    visitor: str
    on: dt.date
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A visit without a moment: why, as one of `REASON_CODES`, and the facts behind the code.

    `facts` are plain values (ids, ISO dates, `HH:MM`); which ones there are for a code is told in `evaluate.reasons`.
    """

    visit: str
    code: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Plan:
    """A plan that breaks no rule. No plan can cost less than `bound`; `is_proven` when none is better."""

    routes: tuple[Route, ...]
    unplaced: tuple[Unplaced, ...]
    cost: float
    bound: float
    seconds: float
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far from the best possible plan at most, as a share of the cost."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0

    @property
    def is_proven(self) -> bool:
        """Whether no plan costs less."""
        return self.bound >= self.cost
