"""What the planner has to reach: on which schools, within how many seconds, and beside whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from .ordinary import make_ordinary_school
from .schools import make_school

PROVEN = 1e-9
LOOSE, EARLIER = 1.0, 0.92
SAME_TIME = {"vroom": LOOSE, "pyvrp": LOOSE, "ortools": LOOSE}
TEN_TIMES = {"vroom x10": LOOSE, "pyvrp x10": LOOSE, "ortools x10": LOOSE}
ALL_PEERS = SAME_TIME | TEN_TIMES
EARLIER_SAME_TIME = SAME_TIME | {"vroom": 0.97}
EARLIER_TEN_TIMES = {"pyvrp x10": EARLIER, "ortools x10": EARLIER}


@dataclass(frozen=True)
class Limit:
    """The gap that is reached after so many seconds. A gap of `PROVEN` may not take longer."""

    seconds: float
    gap: float


@dataclass(frozen=True)
class Target:
    """A school and what is asked of a plan for it.

    `limits`, the tightest last, hold for the first of `seeds`; for the others only the first of them does. `peers`: our
    cost to theirs at most, with as much time as ours or ten times that; `peer_seeds`: how many seeds they get.
    """

    name: str
    make: Callable[..., dict[str, Any]]  # a problem in the exchange format, from a seed
    limits: tuple[Limit, ...]
    megabytes: float = 2_000
    first_plan: float | None = None  # seconds of the search until there is any plan
    peers: dict[str, float] = field(default_factory=dict)
    peer_seeds: int = 1
    telephone_travel: float | None = None  # our travel to that of the class list by telephone, at most
    seeds: tuple[int, ...] = (1, 2, 3)
    patience: float = 2  # so many times as long it waits for a proof, to tell how long that takes

    def shortened(self, share: float) -> Target:
        """This target with so much of its time."""
        limits = tuple(Limit(limit.seconds * share, limit.gap) for limit in self.limits)
        return replace(self, limits=limits)

    def limits_of(self, seed: int) -> tuple[Limit, ...]:
        """What holds for a seed."""
        return self.limits if seed == self.seeds[0] else self.limits[:1]

    def seconds_of(self, seed: int) -> float:
        """How long the planner may take."""
        last = self.limits_of(seed)[-1]
        return last.seconds * (self.patience if last.gap <= PROVEN else 1)

    def peers_of(self, seed: int) -> dict[str, float]:
        """The peers beside it."""
        return self.peers if seed in self.seeds[: self.peer_seeds] else {}

    def most_seconds(self) -> float:
        """How long all of it may take, processes that start included."""
        return sum(self._most_seconds_of(seed) for seed in self.seeds)

    def _most_seconds_of(self, seed: int) -> float:
        own, first = self.seconds_of(seed), self.limits[0].seconds
        return own + 5 + sum(first * (10 if name.endswith("x10") else 1) + 2 for name in self.peers_of(seed))


def _proven(seconds: float) -> tuple[Limit, ...]:
    return (Limit(seconds, PROVEN),)


def _ordinary(
    name: str, kind: str, limits: tuple[Limit, ...], first_plan: float, *, peers: bool = False, **school: int
) -> Target:
    make = partial(make_ordinary_school, kind, **school)
    return Target(name, make, limits, first_plan=first_plan, peers=SAME_TIME if peers else {})


def _ordinary_targets() -> Iterator[Target]:
    first = partial(make_ordinary_school, "first")
    yield Target("first", first, _proven(5), first_plan=2, peers=ALL_PEERS, peer_seeds=3)
    yield _ordinary("first 60x30", "first", _proven(12), 4, peers=True, mentors=60, families=30)
    yield _ordinary("first 4 stops", "first", (Limit(30, 0.002), Limit(120, 0.001)), 4, peers=True, max_stops=4)
    yield _ordinary("shared", "shared", (Limit(60, 0.004), Limit(180, 0.002)), 5)
    yield _ordinary("buddy", "buddy", (Limit(60, 0.025), Limit(180, 0.015)), 3)
    yield _ordinary("primary", "primary", (Limit(60, 0.025), Limit(180, 0.018)), 1, families=25)
    yield _ordinary("regional", "regional", _proven(15), 5, peers=True)
    yield _ordinary("running", "running", _proven(3), 2, peers=True)


def _earlier_targets() -> Iterator[Target]:
    school = {"mentors": 30, "families": 28}
    large = {"mentors": 60, "families": 30}
    four = school | {"max_stops": 4}
    for name, seconds, megabytes, made in (
        ("30 x 28", 6, 1_000, school),
        ("60 x 30", 12, 2_000, large),
        ("30 x 28, 4 stops", 12, 1_000, four),
    ):
        peers = EARLIER_SAME_TIME | ({} if made is four else EARLIER_TEN_TIMES)
        make = partial(make_school, **made)
        yield Target(name, make, _proven(seconds), megabytes, peers=peers, telephone_travel=0.70)
    tenth = partial(make_school, **school, together=0.1)
    fifth = partial(make_school, **school, together=0.2)
    large_tenth = partial(make_school, **large, together=0.1)
    limits = (Limit(45, 0.005), Limit(120, 0.003))
    yield Target("30 x 28, 10 % coupled", tenth, limits, 1_000, first_plan=10)
    yield Target("30 x 28, 20 % coupled", fifth, (Limit(120, 0.01),), seeds=(1,))
    yield Target("60 x 30, 10 % coupled", large_tenth, (Limit(180, 0.006),), seeds=(1,))


TARGETS = [*_ordinary_targets(), *_earlier_targets()]
