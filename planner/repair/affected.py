"""Whom a change affects, as a small problem of its own.

It holds the visitors who could make the visits that need a moment, those visits, and what these visitors do
already. A visit that needs only its visitor may move; one that ties its visitor to somebody else stays where
it is: it stands in the small problem as a stop that only takes time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from planner.model.index import ProblemIndex, Schedule
from planner.model.modification import beside_others, restrict
from planner.model.plan import VISITOR, Route, Stop
from planner.model.problem import Appointment, Problem, Shift, Visit, Visitor, Window
from planner.repair.kept_appointments import KeptAppointments


@dataclass(frozen=True)
class Affected:
    """Visitors and visits to be planned together; the visits of `free` may get any moment."""

    visitors: frozenset[str]
    free: frozenset[str]


@dataclass(frozen=True)
class SubProblem:
    """A small problem of some visitors, and how its routes read in the problem that it was taken from.

    `stops`: per made-up visit of the small problem the stop whose time it takes. `visitors`: those of the whole
    problem; the small one may have made-up visitors besides.
    """

    problem: Problem
    stops: Mapping[str, Stop]
    visitors: frozenset[str]

    def routes(self, found: Iterable[Route]) -> list[Route]:
        """Routes of the small problem as routes of the problem that it was taken from."""
        return [
            replace(route, stops=tuple(self._stop(stop) for stop in route.stops))
            for route in found
            if route.visitor in self.visitors
        ]

    def _stop(self, stop: Stop) -> Stop:
        return self.stops.get(stop.visits[0], stop)


def possible_people(index: ProblemIndex, name: str) -> set[str]:
    """The visitors who may be at this visit or come along, and those of its siblings, who may make it with theirs."""
    siblings = (index.visits[other] for other in index.families.get(name, ()))
    return index.visits[name].people.union(*(sibling.visitors for sibling in siblings))


def affected_groups(index: ProblemIndex, needing: Iterable[str]) -> list[Affected]:
    """The visits that need a moment, with whoever could make them, in the order in which to plan them.

    First, one by one, the visits (with their siblings) at which two people must be at one moment, or that must be apart
    from others; then the others, grouped so that no two groups share a visitor.
    """
    visits, families = index.visits, index.families
    coupled: dict[frozenset[str], Affected] = {}
    groups: list[tuple[set[str], set[str]]] = []
    for name in needing:
        free = frozenset(families.get(name, {name}))
        people = set().union(*(possible_people(index, one) for one in free))
        if len(free) > 1 or visits[name].is_coupled or name in index.apart:
            coupled[free] = Affected(frozenset(people), free)
            continue
        alike = [group for group in groups if group[0] & people]
        groups = [group for group in groups if not group[0] & people]
        groups.append((people.union(*(who for who, _ in alike)), {name}.union(*(names for _, names in alike))))
    return [*coupled.values(), *(Affected(frozenset(people), frozenset(free)) for people, free in groups)]


def widened(index: ProblemIndex, kept: KeptAppointments, name: str) -> Affected | None:
    """A visit, and the coupled visits and siblings of its own visitors, all free; None when there are none of those."""
    own = index.families.get(name, {name})
    people = {who for one in own for who in index.visits[one].visitors}
    free = set(own)
    for route, stop in kept.stops:
        if route.visitor in people:
            coupled = [one for one in stop.visits if index.visits[one].is_coupled or one in index.families]
            free.update(other for one in coupled for other in index.families.get(one, {one}))
    if len(free) == len(own):
        return None
    return Affected(frozenset(who for one in free for who in possible_people(index, one)), frozenset(free))


def extract_sub_problem(index: ProblemIndex, kept: KeptAppointments, affected: Affected) -> SubProblem:
    """The small problem of the affected visitors, their kept stops and the free visits.

    A kept stop that needs only its visitor is in it as its visit, free to move. Any other is in it as a made-up visit
    with a fixed moment, so that it only takes time. A visit that must be apart from others cannot be there while these
    are, unless they are in the small problem too.
    """
    return _Builder(index, kept, affected).build()


class _Builder:
    """Builds a small problem."""

    def __init__(self, index: ProblemIndex, kept: KeptAppointments, affected: Affected) -> None:
        self.index = index
        self.problem = index.problem
        self.kept = kept
        self.affected = affected
        self.languages = {index.visits[name].interpreter for name in affected.free} - {None}
        self.visits: list[Visit] = []
        self.visitors: list[Visitor] = []
        self.stops: dict[str, Stop] = {}
        self.fixed: dict[str, Appointment] = {}

    def build(self) -> SubProblem:
        people = self.affected.visitors
        self.visitors = [person for person in self.problem.visitors if person.id in people]
        for route, stop in self.kept.stops:
            self._enter(route, stop)
        self.visits += [self.index.visits[name] for name in self.affected.free]
        number = self.index.visit_number
        self.visits.sort(key=lambda visit: (number.get(visit.id, len(number)), visit.id))
        visits: Iterable[Visit] = self.visits
        if self.index.apart:
            visits = beside_others(self.index, Schedule.of(self.kept.routes), visits)
        problem = restrict(self.problem, visitors=self.visitors, visits=map(self._with_own_people, visits))
        return SubProblem(replace(problem, fixed={**problem.fixed, **self.fixed}), self.stops, people)

    def _enter(self, route: Route, stop: Stop) -> None:
        """Take in a kept stop: free already, free to move, or only taking time."""
        if self.affected.free.intersection(stop.visits):
            return
        language = self._language(stop)
        if route.visitor not in self.affected.visitors:
            if language is not None:
                self._enter_elsewhere(route, stop, language)
        elif self._may_move(stop):
            self.visits.append(self.index.visits[stop.visits[0]])
        else:
            self._enter_fixed(route, stop, language)

    def _may_move(self, stop: Stop) -> bool:
        name = stop.visits[0]
        is_tied = name in self.index.siblings or name in self.index.apart
        return stop.role == VISITOR and not self.index.visits[name].is_coupled and not is_tied

    def _language(self, stop: Stop) -> str | None:
        """The language of an interpreter who is at this stop and whom a free visit may need too."""
        languages = {self.index.visits[name].interpreter for name in stop.visits} & self.languages
        return min(str(language) for language in languages) if languages and stop.role == VISITOR else None

    def _enter_fixed(self, route: Route, stop: Stop, language: str | None) -> None:
        """A made-up visit that takes the time of this stop."""
        name = f"stop-{len(self.stops)} of {route.visitor}"
        minutes = self.index.stop_minutes(stop)
        window = Window(route.on, stop.start, stop.start + minutes)
        place = self.index.place_of(stop)
        self.visits.append(Visit(name, place, minutes, (route.visitor,), (window,), interpreter=language))
        self.fixed[name] = Appointment(route.visitor, route.on, stop.start)
        self.stops[name] = stop

    def _enter_elsewhere(self, route: Route, stop: Stop, language: str) -> None:
        """An interpreter's visit with somebody else: made by a made-up visitor who is there all the time."""
        mode, matrix = next(iter(self.problem.travel_minutes.items()))
        place = self.index.place_of(stop)
        at = self.index.place_number[place]
        leg = int(matrix[at, at])
        end = stop.start + self.index.stop_minutes(stop)
        shift = Shift(route.on, stop.start - leg, end, end + leg)
        name = f"visitor of stop-{len(self.stops)}"
        self.visitors.append(Visitor(name, mode, place, (shift,)))
        self._enter_fixed(replace(route, visitor=name), stop, language)

    def _with_own_people(self, visit: Visit) -> Visit:
        """The visit with only the affected visitors, and with only the second visitor who comes along now if known."""
        own = tuple(who for who in visit.visitors if who in self.affected.visitors)
        if visit.id in self.stops:
            return visit
        who = self.kept.company.get(visit.id)
        keeps = who in visit.second and visit.id in self.kept.made
        return replace(visit, visitors=own, second=(str(who),) if keeps else visit.second)
