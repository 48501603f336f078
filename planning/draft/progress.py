"""What a planning job that is at work tells of itself, as its row keeps it (`Plan.so_far`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from planner import Progress


class Phase(StrEnum):
    """What a job at work is doing (words in planning/words/progress.py)."""

    ROADS = "roads"
    PLANNING = "planning"
    PROVING = "proving"
    HELPING = "helping"


@dataclass(frozen=True, slots=True)
class BestSoFar:
    """The best plan so far. `placed` visits have a moment, `outside_wish` of them against a wish."""

    placed: int
    routes: int
    travel_minutes: int
    outside_wish: int


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is: what it does, for how many families, and how many seconds after it began.

    `hopeless`: how many of them no plan can place. `best`: None while there is no plan.
    """

    phase: Phase = Phase.ROADS
    families: int = 0
    seconds: int = 0
    hopeless: int = 0
    best: BestSoFar | None = None

    @classmethod
    def of(cls, phase: Phase, families: int, seconds: int, progress: Progress | None) -> Self:
        """What this progress of the planner comes to; None before its first."""
        if progress is None:
            return cls(phase, families, seconds)
        if phase == Phase.PLANNING and progress.message != "planning":
            phase = Phase.PROVING
        return cls(phase, families, seconds, progress.hopeless, _best_of(families, progress.parts))

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Self:
        """What `to_json` wrote; a job that has told nothing yet has just begun."""
        if not data:
            return cls()
        best = data.get("best")
        return cls(
            phase=Phase(data["phase"]),
            families=data.get("families", 0),
            seconds=data.get("seconds", 0),
            hopeless=data.get("hopeless", 0),
            best=BestSoFar(**best) if best else None,
        )

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


def _best_of(families: int, parts: Mapping[str, float] | None) -> BestSoFar | None:
    if parts is None:
        return None
    return BestSoFar(
        placed=families - int(parts["unplaced"]),
        routes=int(parts["routes"]),
        travel_minutes=int(parts["travel_minutes"]),
        outside_wish=int(parts["outside_wish"]),
    )
