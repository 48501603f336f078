"""The appointments that can be kept after a change, as routes.

`fixed` and `current` hold a moment per visit. Here routes are built of them, a second visitor is found where it is not
known who comes along, and what no longer holds is left out: a shift or a window that is gone, a day on which there are
no visits any more, a road that became longer.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from planner.base.change_tuning import RepairTuning
from planner.base.tuning import DEFAULT
from planner.evaluate.verdict import BrokenRule, Verdict, judge
from planner.model.index import ProblemIndex, ShiftKey
from planner.model.modification import restrict
from planner.model.plan import SECOND, VISITOR, Route, Stop
from planner.model.problem import Appointment, Problem

_OF_A_ROUTE = {"too_early", "ends_too_late", "back_too_late", "too_many_stops", "off_grid"}
_OF_SEVERAL = {"no_interpreter", "not_apart"}  # broken by visits that could stand without one another
_IGNORED = {"fixed_moved"}  # broken by every fixed visit that is not in the routes: those are planned anew


@dataclass(frozen=True)
class KeptAppointments:
    """Routes of the appointments that are kept, and what they cost.

    `made`: the visits in them. `company`: visit -> who is known to come along, and should still.
    """

    routes: tuple[Route, ...]
    made: frozenset[str]
    verdict: Verdict
    company: Mapping[str, str]

    @property
    def stops(self) -> Iterator[tuple[Route, Stop]]:
        """Every stop with its route."""
        return ((route, stop) for route in self.routes for stop in route.stops)


def _by_clock(stop: Stop) -> tuple[int, tuple[str, ...]]:
    return stop.start, stop.visits


def keep_appointments(
    problem: Problem, company: Mapping[str, str], tuning: RepairTuning = DEFAULT.repairing
) -> KeptAppointments:
    """The moments of `fixed` and `current` that can be kept together; `company`: visit -> who comes along to it."""
    builder = _RouteBuilder(problem, tuning)
    builder.enter({**problem.current, **problem.fixed})
    builder.enter_company(company)
    verdict = builder.remove_infeasible()
    routes = builder.routes()
    made = {name for route in routes for stop in route.stops if stop.role == VISITOR for name in stop.visits}
    return KeptAppointments(tuple(routes), frozenset(made), verdict, company)


class _RouteBuilder:
    """Stops by shift, from which visits are removed until the routes break no rule."""

    def __init__(self, problem: Problem, tuning: RepairTuning) -> None:
        self.problem = problem
        self.tuning = tuning
        self.index = ProblemIndex(problem)
        self.stops: dict[ShiftKey, list[Stop]] = defaultdict(list)

    def routes(self) -> list[Route]:
        """The stops as routes, in the order of the clock."""
        days = sorted((day for day, stops in self.stops.items() if stops), key=lambda day: (day[1], day[0]))
        return [self._route(day, self.stops[day]) for day in days]

    def _route(self, day: ShiftKey, stops: Iterable[Stop]) -> Route:
        return Route(*day, tuple(sorted(stops, key=_by_clock)))

    def enter(self, moments: Mapping[str, Appointment]) -> None:
        """The stops of these moments; siblings at one moment of one visitor are one stop."""
        by_moment: dict[tuple[str, dt.date, int], list[str]] = defaultdict(list)
        for name, at in sorted(moments.items(), key=lambda item: (item[0] not in self.problem.fixed, item[0])):
            if (at.visitor, at.on) in self.index.shifts:
                by_moment[at.visitor, at.on, at.start].append(name)
        for (visitor, on, start), names in by_moment.items():
            self.stops[visitor, on].append(Stop(self._at_once(names), start))

    def _at_once(self, names: Sequence[str]) -> tuple[str, ...]:
        """The visits of one stop: as many as are siblings at one place, else the first alone."""
        groups = [group for name in names for group in self.index.sibling_groups.get(name, [])]
        places = {self.index.visits[name].place for name in names}
        together = [
            tuple(name for name in names if name in group and self.index.visits[name].place == place)
            for group in groups
            for place in sorted(places)
        ]
        return max([(names[0],), *together], key=len)

    # --- company ---

    def enter_company(self, company: Mapping[str, str]) -> None:
        """Who comes along: as known, else whoever can at the least detour."""
        hosts = [(day, stop) for day, stops in self.stops.items() for stop in stops]
        lacking = []
        for (visitor, on), stop in sorted(hosts, key=lambda host: (host[0][1], host[1].start, host[0][0])):
            for visits in self._parties(stop, company):
                who = company.get(visits[0])
                known = who is not None and who != visitor and self._may_join(who, visits, on)
                if known and who is not None:
                    self.stops[who, on].append(Stop(visits, stop.start, SECOND))
                else:
                    lacking.append((visitor, on, Stop(visits, stop.start, SECOND)))
        for visitor, on, second in sorted(lacking, key=lambda need: len(self._companions(*need))):
            companions = self._companions(visitor, on, second)
            if companions:
                self.stops[min(companions)[1], on].append(second)

    def _parties(self, stop: Stop, company: Mapping[str, str]) -> list[tuple[str, ...]]:
        """The visits of a stop that need a second visitor, together where one comes along to several."""
        by_person: dict[str | None, list[str]] = defaultdict(list)
        for name in stop.visits:
            if self.index.visits[name].second:
                by_person[company.get(name)].append(name)
        return [tuple(names) for names in by_person.values()]

    def _may_join(self, who: str, visits: Iterable[str], on: dt.date) -> bool:
        allowed = all(who in self.index.visits[name].second for name in visits)
        return allowed and (who, on) in self.index.shifts

    def _companions(self, visitor: str, on: dt.date, second: Stop) -> list[tuple[float, str]]:
        """Who could come along beside what they have to do, with what the route then costs them more."""
        found = []
        for who in self.index.visits[second.visits[0]].second:
            if who == visitor or not self._may_join(who, second.visits, on):
                continue
            own = self.stops.get((who, on), [])
            before, after = self._cost((who, on), own), self._cost((who, on), [*own, second])
            if before is not None and after is not None:
                found.append((after - before, who))
        return found

    def _cost(self, day: ShiftKey, stops: Sequence[Stop]) -> float | None:
        """What travel and waiting of a route cost; None when it breaks a rule."""
        if not stops:
            return 0.0
        verdict = judge(self._only(day, stops), [self._route(day, stops)])
        if any(broken.code in _OF_A_ROUTE for broken in verdict.broken):
            return None
        weights, parts = self.problem.weights, verdict.parts
        return weights.travel_minute * parts.travel_minutes + weights.waiting_minute * parts.waiting_minutes

    def _only(self, day: ShiftKey, stops: Iterable[Stop]) -> Problem:
        """A problem with just one visitor and these stops, to judge a route in."""
        names = sorted({name for stop in stops for name in stop.visits})
        small = restrict(
            self.problem,
            visitors=[self.index.visitors[day[0]]],
            visits=(self.index.visits[name] for name in names),
        )
        return replace(small, fixed={}, current={})

    # --- what cannot be kept ---

    def remove_infeasible(self) -> Verdict:
        """Remove visits until no rule is broken; the verdict on the rest."""
        while True:
            verdict = judge(self.problem, self.routes())
            broken = [b for b in verdict.broken if b.code not in _IGNORED]
            if not broken:
                return verdict
            of_routes = {(b.visitor, b.on) for b in broken if b.code in _OF_A_ROUTE}
            others = [b for b in broken if b.code not in _OF_A_ROUTE]
            for visitor, on in of_routes:
                if visitor is not None and on is not None:
                    self._remove_stops((visitor, on))
            if not of_routes:
                self._remove_broken(others)

    def _remove_stops(self, day: ShiftKey) -> None:
        """Keep the most stops of a route that go together, fixed ones before others."""
        stops = sorted(self.stops[day], key=lambda stop: (not self._is_fixed(stop), stop.start, stop.visits))
        stops = stops[: self.tuning.most_stops_thinned]
        sets = [some for size in range(len(stops), -1, -1) for some in itertools.combinations(stops, size)]
        sets.sort(key=lambda some: -sum(map(self._is_fixed, some)))
        kept = next(some for some in sets if self._cost(day, some) is not None)
        for stop in set(self.stops[day]) - set(kept):
            self._remove(stop.visits)

    def _is_fixed(self, stop: Stop) -> bool:
        return any(name in self.problem.fixed for name in stop.visits)

    def _remove_broken(self, broken: Sequence[BrokenRule]) -> None:
        """Remove what breaks a rule by itself; where several together break one, a single visit at a time."""
        own = [b.visit for b in broken if b.visit is not None and b.code not in _OF_SEVERAL]
        if own:
            self._remove(own)
            return
        at_odds = [b.visit for b in broken if b.visit is not None]
        at_odds += [name for b in broken if b.code == "not_apart" for name in self._overlapping(b.visit or "")]
        at_odds += [name for b in broken if b.code == "too_many_in_all" for name in self._visits_of(b.visitor)]
        self._remove([max(at_odds, key=lambda name: (name not in self.problem.fixed, name))])

    def _overlapping(self, name: str) -> list[str]:
        """The visits that must be apart from this one and are made during it."""
        of_visit = {
            each: (on, stop.start, stop.start + self.index.stop_minutes(stop))
            for (_who, on), stops in self.stops.items()
            for stop in stops
            if stop.role == VISITOR
            for each in stop.visits
        }
        on, start, ends = of_visit[name]
        others = [(each, of_visit[each]) for each in self.index.apart[name] if each in of_visit]
        return [each for each, (day, begins, over) in others if day == on and begins < ends and start < over]

    def _visits_of(self, visitor: str | None) -> list[str]:
        days = [day for day in self.stops if day[0] == visitor]
        return [name for day in days for stop in self.stops[day] for name in stop.visits]

    def _remove(self, names: Iterable[str]) -> None:
        """Take these visits out of every route, company included; a sibling in the same stop stays."""
        gone = set(names)
        for day, stops in self.stops.items():
            left = [replace(stop, visits=tuple(n for n in stop.visits if n not in gone)) for stop in stops]
            self.stops[day] = [stop for stop in left if stop.visits]
