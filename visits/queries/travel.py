"""Travel along the stops of one mentor's day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from roads.queries import Place, travel_matrix
from visits.models import Visit
from visits.queries.days import place_of


@dataclass(frozen=True)
class Trip:
    """From the depot along the stops and back: whole minutes and metres."""

    first_minutes: int
    last_minutes: int
    minutes: int
    metres: int
    is_estimate: bool


def trip_along(depot: Place | None, visits: Sequence[Visit], mode: str) -> Trip:
    """The trip past these visits in their order. A call costs no travel: it is made where the mentor is."""
    places = [depot, *(place_of(visit) for visit in visits), depot]
    held = filled(places)
    if held is None:
        return Trip(0, 0, 0, 0, True)
    matrix = travel_matrix(held, mode)
    steps = list(zip(range(len(held) - 1), range(1, len(held)), strict=True))
    minutes = [int(matrix.minutes[step]) for step in steps]
    return Trip(
        first_minutes=minutes[0],
        last_minutes=minutes[-1],
        minutes=sum(minutes),
        metres=sum(int(matrix.metres[step]) for step in steps),
        is_estimate=any(bool(matrix.is_estimated[step]) for step in steps) or any(_lost(visit) for visit in visits),
    )


def filled(places: Sequence[Place | None]) -> list[Place] | None:
    """The places with each gap filled by where the mentor was before; None when no place is known at all."""
    known = [place for place in places if place is not None]
    if not known:
        return None
    held: list[Place] = []
    here = known[0]
    for place in places:
        here = place or here
        held.append(here)
    return held


def _lost(visit: Visit) -> bool:
    return visit.place_kind in ("home", "elsewhere") and visit.household.latitude is None
