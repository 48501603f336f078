"""How far a change reaches: the visits of everybody who is tied to it. The rest of the school is not planned again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from planning.problem.incidents import Change, ChangeKind
from visits.models import Visit

People = Callable[[Visit], Collection[int]]


def within_reach(
    visits: Iterable[Visit], change: Change, lost: Collection[int], people: People, tied: Iterable[tuple[int, int]]
) -> set[int]:
    """The visits (primary keys) that a repair of this change is about.

    It begins with what lost its moment, the mentor whom it is about, and for late entrants every visit without a
    moment; then come the visits of all who may visit those (`people`), and so on. `tied` visits go together.
    """
    rest = {visit.pk: set(people(visit)) for visit in visits}
    begun = {visit.pk for visit in visits if _is_begin(visit, change, lost)}
    mentors = {change.mentor or 0, *change.others}
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


def _is_begin(visit: Visit, change: Change, lost: Collection[int]) -> bool:
    if change.kind == ChangeKind.LATE:
        return visit.starts_at is None
    return visit.pk in lost or visit.pk == change.visit
