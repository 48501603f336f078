"""The part of a school that a change touches, as a problem of its own.

It holds the visitors who could make the visits that need a moment, those visits, and what these visitors do
already. A visit that needs only its visitor may move; one that ties its visitor to somebody else stays where
it is: it stands in the small problem as a stop that only takes time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from planner.evaluate.verdict import stop_minutes
from planner.model.plan import VISITOR, Route, Stop
from planner.model.problem import Appointment, Problem, Shift, Visit, Visitor, Window
from planner.repair.kept_appointments import Standing


@dataclass(frozen=True)
class Touched:
    """Visitors and visits to be planned together: `free` may get any moment."""

    visitors: frozenset[str]
    free: frozenset[str]


@dataclass(frozen=True)
class Part:
    """The small problem. `stops` says what its made-up visits are; `visitors` are the real ones."""

    problem: Problem
    stops: Mapping[str, Stop]
    visitors: frozenset[str]

    def routes(self, found: Iterable[Route]) -> list[Route]:
        """Routes of the small problem as routes of the school."""
        return [
            replace(route, stops=tuple(self._stop(stop) for stop in route.stops))
            for route in found
            if route.visitor in self.visitors
        ]

    def _stop(self, stop: Stop) -> Stop:
        return self.stops.get(stop.visits[0], stop)


def family_of(problem: Problem) -> dict[str, set[str]]:
    """Per visit that has siblings in another class these and itself, brothers of brothers included."""
    family: dict[str, set[str]] = {}
    for a, b in problem.siblings:
        joined = family.get(a, {a}) | family.get(b, {b})
        family.update(dict.fromkeys(joined, joined))
    return family


def people_of(family: Mapping[str, set[str]], visits: Mapping[str, Visit], name: str) -> set[str]:
    """Whoever may be at this visit, a sibling's visitor included."""
    own = visits[name]
    brothers = (visits[other] for other in family.get(name, ()))
    return {*own.visitors, *own.second, *(person for brother in brothers for person in brother.visitors)}


def touched_groups(problem: Problem, needing: Iterable[str]) -> list[Touched]:
    """The visits that need a moment, with whoever could make them, in the order in which to plan them.

    First one family after another of those that tie people together; then the others, those together that
    share a visitor.
    """
    family, visits = family_of(problem), {visit.id: visit for visit in problem.visits}
    tied: dict[frozenset[str], Touched] = {}
    groups: list[tuple[set[str], set[str]]] = []
    for name in needing:
        free = frozenset(family.get(name, {name}))
        people = set().union(*(people_of(family, visits, one) for one in free))
        if any(visits[one].is_coupled for one in free) or len(free) > 1:
            tied[free] = Touched(frozenset(people), free)
            continue
        alike = [group for group in groups if group[0] & people]
        groups = [group for group in groups if not group[0] & people]
        groups.append((people.union(*(who for who, _ in alike)), {name}.union(*(names for _, names in alike))))
    return [*tied.values(), *(Touched(frozenset(people), frozenset(free)) for people, free in groups)]


def widened(problem: Problem, standing: Standing, name: str) -> Touched | None:
    """A visit with the visits that tie its own visitors to others, all free; nothing when there are none."""
    family, visits = family_of(problem), {visit.id: visit for visit in problem.visits}
    people = {who for one in family.get(name, {name}) for who in visits[one].visitors}
    free = set(family.get(name, {name}))
    alone = len(free)
    for route, stop in standing.stops:
        if route.visitor in people:
            tied = [one for one in stop.visits if visits[one].is_coupled or one in family]
            free.update(other for one in tied for other in family.get(one, {one}))
    if len(free) == alone:
        return None
    return Touched(frozenset(who for one in free for who in people_of(family, visits, one)), frozenset(free))


def part_of(problem: Problem, standing: Standing, touched: Touched) -> Part:
    """The small problem of these visitors and visits."""
    return _Builder(problem, standing, touched).part()


class _Builder:
    """Puts a small problem together."""

    def __init__(self, problem: Problem, standing: Standing, touched: Touched) -> None:
        self.problem = problem
        self.standing = standing
        self.touched = touched
        self.by_id = {visit.id: visit for visit in problem.visits}
        self.tied = {name for pair in problem.siblings for name in pair}
        self.languages = {self.by_id[name].interpreter for name in touched.free} - {None}
        self.visits: list[Visit] = []
        self.visitors: list[Visitor] = []
        self.stops: dict[str, Stop] = {}
        self.fixed: dict[str, Appointment] = {}

    def part(self) -> Part:
        people = self.touched.visitors
        self.visitors = [person for person in self.problem.visitors if person.id in people]
        for route, stop in self.standing.stops:
            self._enter(route, stop)
        for name in self.touched.free:
            self.visits.append(self.by_id[name])
        names = {visit.id for visit in self.visits}
        order = {visit.id: number for number, visit in enumerate(self.problem.visits)}
        self.visits.sort(key=lambda visit: (order.get(visit.id, len(order)), visit.id))
        problem = replace(
            self.problem,
            visitors=tuple(self.visitors),
            visits=tuple(self._among(visit) for visit in self.visits),
            siblings=tuple(pair for pair in self.problem.siblings if names.issuperset(pair)),
            fixed={**{name: at for name, at in self.problem.fixed.items() if name in names}, **self.fixed},
            current={name: at for name, at in self.problem.current.items() if name in names},
        )
        return Part(problem, self.stops, people)

    def _enter(self, route: Route, stop: Stop) -> None:
        """A stop that stands: free already, free to move, or only taking time."""
        if self.touched.free.intersection(stop.visits):
            return
        spoken = self._language(stop)
        if route.visitor not in self.touched.visitors:
            if spoken is not None:
                self._enter_far(route, stop, spoken)
        elif self._may_move(stop):
            self.visits.append(self.by_id[stop.visits[0]])
        else:
            self._enter_pinned(route, stop, spoken)

    def _may_move(self, stop: Stop) -> bool:
        name = stop.visits[0]
        return stop.role == VISITOR and not self.by_id[name].is_coupled and name not in self.tied

    def _language(self, stop: Stop) -> str | None:
        """The language of an interpreter who is at this stop and whom a free visit may need too."""
        spoken = {self.by_id[name].interpreter for name in stop.visits} & self.languages
        return min(str(language) for language in spoken) if spoken and stop.role == VISITOR else None

    def _enter_pinned(self, route: Route, stop: Stop, language: str | None) -> None:
        """A made-up visit that takes the time of this stop."""
        name = f"stop-{len(self.stops)} of {route.visitor}"
        minutes = stop_minutes(self.problem, self.by_id, stop)
        window = Window(route.on, stop.start, stop.start + minutes)
        place = self.by_id[stop.visits[0]].place
        self.visits.append(Visit(name, place, minutes, (route.visitor,), (window,), interpreter=language))
        self.fixed[name] = Appointment(route.visitor, route.on, stop.start)
        self.stops[name] = stop

    def _enter_far(self, route: Route, stop: Stop, language: str) -> None:
        """An interpreter's visit with somebody else: made by a made-up visitor who is there all the time."""
        matrix = next(iter(self.problem.travel_minutes.items()))
        place = self.by_id[stop.visits[0]].place
        at = self.problem.places.index(place)
        still = int(matrix[1][at, at])
        end = stop.start + stop_minutes(self.problem, self.by_id, stop)
        shift = Shift(route.on, stop.start - still, end, end + still)
        name = f"visitor of stop-{len(self.stops)}"
        self.visitors.append(Visitor(name, matrix[0], place, (shift,)))
        self._enter_pinned(replace(route, visitor=name), stop, language)

    def _among(self, visit: Visit) -> Visit:
        """The visit with only the visitors of this part."""
        own = tuple(who for who in visit.visitors if who in self.touched.visitors)
        if visit.id in self.stops:
            return visit
        who = self.standing.company.get(visit.id)
        keeps = who in visit.second and visit.id in self.standing.made
        return replace(visit, visitors=own, second=(str(who),) if keeps else visit.second)
