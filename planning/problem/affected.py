"""Which visits an incident affects: those of everybody who is tied to it. The rest is not planned again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from planning.problem.incidents import Incident, IncidentKind
from visits.models import Visit

People = Callable[[Visit], Collection[int]]


def affected_visits(
    visits: Iterable[Visit], incident: Incident, lost: Collection[int], people: People, tied: Iterable[tuple[int, int]]
) -> set[int]:
    """The visits (primary keys) that a repair of this incident is about.

    It begins with what lost its moment, the mentor whom it is about, and for late entrants every visit without a
    moment; then come the visits of all who may visit those (`people`), and so on. `tied` visits go together.
    """
    rest = {visit.pk: set(people(visit)) for visit in visits}
    begun = {visit.pk for visit in visits if _is_begin(visit, incident, lost)}
    mentors = {incident.mentor or 0, *incident.others}
    found: set[int] = set()
    while True:
        near = begun | {pk for pk, who in rest.items() if who & mentors}
        near |= {pk for pair in tied if found.intersection(pair) for pk in pair}
        near &= rest.keys()
        if not near:
            return found
        for pk in near:
            mentors |= rest.pop(pk)
        found |= near


def _is_begin(visit: Visit, incident: Incident, lost: Collection[int]) -> bool:
    if incident.kind == IncidentKind.LATE:
        return visit.starts_at is None
    return visit.pk in lost or visit.pk == incident.visit
