"""How many metres the changed evenings take: a problem holds minutes only."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from mentors.models import Mentor
from planner import ProblemIndex, ShiftKey, Stop
from planning.draft.routes import Metres
from roads.queries import Place, travel_matrix
from visits.models import Visit
from visits.queries.days import depot_of, place_of


def metres_along(index: ProblemIndex, touched: Mapping[ShiftKey, Iterable[Stop]]) -> Metres:
    """Metres between two places, by the problem's names: of every leg of these evenings, 0 for any other."""
    names = {name for stops in touched.values() for stop in stops for name in stop.visits}
    people = {evening[0] for evening in touched}
    visits = Visit.objects.filter(pk__in=names).select_related("household", "campaign__school")
    where: dict[str, Place | None] = {index.visits[str(visit.pk)].place: place_of(visit) for visit in visits}
    mentors = {str(mentor.pk): mentor for mentor in Mentor.objects.filter(pk__in=people).select_related("school")}
    where |= {index.visitors[person].depot: depot_of(mentor) for person, mentor in mentors.items()}
    found: dict[tuple[str, str], int] = {}
    for evening, stops in touched.items():
        visitor = index.visitors[evening[0]]
        names_along = [visitor.depot, *(index.visits[stop.visits[0]].place for stop in stops), visitor.depot]
        found |= _metres_between(names_along, where, visitor.mode)
    return lambda origin, target: found.get((origin, target), 0)


def _metres_between(names: list[str], where: Mapping[str, Place | None], mode: str) -> dict[tuple[str, str], int]:
    known = {name: place for name in names if (place := where.get(name)) is not None}
    index = {name: number for number, name in enumerate(known)}
    if len(index) < 2:
        return {}
    matrix = travel_matrix(list(known.values()), mode)
    legs = [(a, b) for a, b in itertools.pairwise(names) if a in index and b in index]
    return {(a, b): int(matrix.metres[index[a], index[b]]) for a, b in legs}
