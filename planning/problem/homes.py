"""Visits to one home: which the planner may bring together, and which may not overlap.

The same parents sit at the table: visits of one home are one conversation, or one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from planning.problem.scope import PlanningScope
from planning.problem.travel_places import TravelPlaces
from planning.problem.visit_facts import is_fixed
from visits.models import Visit

MOST_SIBLINGS = 8  # of a group: the planner takes no more


def sibling_groups(scope: PlanningScope, places: TravelPlaces) -> list[list[str]]:
    """The visits of one home at one place, any of which may be together; not those that are all agreed."""
    there = {visit.pk: visit for visit in scope.conversations}
    found: list[set[int]] = []
    for group in scope.who.shared.groups():
        at_place: dict[int, list[Visit]] = defaultdict(list)
        for pk in group:
            if pk in there:
                at_place[places.of_visit(there[pk])].append(there[pk])
        found += [
            {visit.pk for visit in some} for visits in at_place.values() for some in _parts(visits) if _is_open(some)
        ]
    largest = [group for group in found if not any(group < other for other in found)]
    return [[str(pk) for pk in group] for group in sorted({tuple(sorted(group)) for group in largest})]


def apart_groups(scope: PlanningScope, together: Iterable[Sequence[str]]) -> list[list[str]]:
    """The visits of one home that may not overlap: all that are not in one group of `together`.

    Two agreed ones stand as they are.
    """
    near = {frozenset(pair) for group in together for pair in combinations(group, 2)}
    homes: dict[int, list[Visit]] = defaultdict(list)
    for visit in scope.conversations:
        homes[visit.household_id].append(visit)
    found: list[list[str]] = []
    for visits in homes.values():
        pairs = list(combinations(visits, 2))
        apart = [[str(a.pk), str(b.pk)] for a, b in pairs if not (is_fixed(a) and is_fixed(b))]
        apart = [pair for pair in apart if frozenset(pair) not in near]
        found += [[str(visit.pk) for visit in visits]] if len(apart) == len(pairs) > 1 else apart
    return found


def _parts(visits: Sequence[Visit]) -> list[Sequence[Visit]]:
    return [visits[first : first + MOST_SIBLINGS] for first in range(0, len(visits), MOST_SIBLINGS)]


def _is_open(visits: Sequence[Visit]) -> bool:
    return len(visits) > 1 and not all(map(is_fixed, visits))
