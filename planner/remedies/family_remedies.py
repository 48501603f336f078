"""Remedies for one family: other hours, other people, or somebody else's place."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from planner.model.exchange import clock_text
from planner.model.index import ProblemIndex
from planner.model.modification import Modification
from planner.model.plan import Route, Stop
from planner.model.problem import MINUTES_A_DAY, InterpreterShift, Visit, Visitor, Window
from planner.remedies.remedy_search import RemedySearch, TrialResult, forced_routes
from planner.repair.affected import affected_groups, extract_sub_problem

_LATEST = MINUTES_A_DAY - 1


class FamilyRemedies:
    """What could give one family a moment."""

    def __init__(self, search: RemedySearch) -> None:
        self.search = search
        self._step = search.tuning.remedies.step_minutes

    def for_visit(self, visit: Visit) -> None:
        """Try every kind for this visit, which has no moment."""
        self._wider_windows(visit)
        self._other_days(visit)
        self._other_visitor(visit)
        self._other_seconds(visit)
        self._more_interpreters(visit)
        self._gives_way(visit)

    def _moment(self, found: TrialResult, visit: Visit) -> dict[str, object]:
        """Where and when the visit is made, as facts."""
        route, stop = found.stop_of(visit.id)
        return {
            "visit": visit.id,
            "visitor": route.visitor,
            "day": route.on.isoformat(),
            "start": clock_text(stop.start),
        }

    def _try_windows(self, visit: Visit, windows: Sequence[Window]) -> tuple[TrialResult, Window] | None:
        """What wider windows bring, and which of them was needed."""
        change = Modification(windows=tuple((visit.id, window) for window in windows))
        found = (
            self.search.attempt(self.search.scope_of(visit.visitors), change, [visit.id])
            if windows and visit.visitors
            else None
        )
        if found is None:
            return None
        route, stop = found.stop_of(visit.id)
        end = stop.start + visit.minutes
        used = [w for w in windows if w.on == route.on and w.starts <= stop.start and end <= w.ends]
        return (found, used[0]) if used else None

    def _wider_windows(self, visit: Visit) -> None:
        for edge in ("earlier", "later"):
            wider = [_wider(window, edge, self._step) for window in visit.windows if not window.is_wish]
            wider = wider or [_wider(window, edge, self._step) for window in visit.windows]
            tried = self._try_windows(visit, wider)
            if tried is not None:
                found, window = tried
                facts = {**self._moment(found, visit), "edge": edge, "minutes": self._step}
                change = Modification(windows=((visit.id, window),))
                self.search.keep("wider_window", (visit.id, edge), found, facts, change, [visit.id])

    def _other_days(self, visit: Visit) -> None:
        """On each weekday on which a visitor is there and the family is not: all day."""
        shifts = [shift for name in visit.visitors for shift in self.search.index.visitors[name].shifts]
        own = {window.on.weekday() for window in visit.windows}
        for weekday in sorted({shift.on.weekday() for shift in shifts} - own):
            days = [Window(s.on, s.leave_from, s.visits_until) for s in shifts if s.on.weekday() == weekday]
            tried = self._try_windows(visit, days)
            if tried is not None:
                found, window = tried
                facts = {**self._moment(found, visit), "weekday": weekday}
                change = Modification(windows=((visit.id, window),))
                self.search.keep("other_day", (visit.id, weekday), found, facts, change, [visit.id])

    def _other_visitor(self, visit: Visit) -> None:
        """A colleague with room beside what they do, at the least cost; nobody moves."""
        if visit.is_coupled:
            return
        for visitor in self.search.problem.visitors:
            if visitor.id in visit.visitors or self._is_at_limit(visitor):
                continue
            best = min(self._room(visit, visitor), default=None, key=lambda pair: pair[0])
            if best is not None:
                cost, route = best
                self._keep_other_visitor(visit, visitor, cost, route)

    def _room(self, visit: Visit, visitor: Visitor) -> Iterator[tuple[float, Route]]:
        """Every evening of a colleague on which the visit fits, with the cheapest route."""
        can = (*visit.windows, *self.search.extra_windows.get(visit.id, ()))
        for shift in visitor.shifts:
            windows = [window for window in can if window.on == shift.on]
            grid = self.search.problem.rules.start_grid_minutes
            starts = sorted(
                {
                    start
                    for w in windows
                    for start in range(-(-w.starts // grid) * grid, w.ends - visit.minutes + 1, grid)
                }
            )
            route = Route(visitor.id, shift.on, self.search.schedule.stops((visitor.id, shift.on)))
            starts = [start for start in starts if self._is_apart(visit, shift.on, start)]
            for start in self.search.insertion.feasible_starts(visitor, shift, route.stops, visit, starts):
                stops = sorted((*route.stops, Stop((visit.id,), start)), key=lambda stop: stop.start)
                fits = [w for w in windows if w.starts <= start and start + visit.minutes <= w.ends]
                yield self._cost_more(visit, visitor, route, stops, fits), replace(route, stops=tuple(stops))

    def _is_apart(self, visit: Visit, on: dt.date, start: int) -> bool:
        """Whether no visit is under way that must be apart from this one."""
        schedule, index = self.search.schedule, self.search.index
        others = [name for name in index.apart.get(visit.id, []) if name in schedule.made]
        stops = [schedule.stop_of(name) for name in others if schedule.made[name][1] == on]
        return all(
            stop is None or start + visit.minutes <= stop.start or stop.start + index.stop_minutes(stop) <= start
            for stop in stops
        )

    def _cost_more(
        self, visit: Visit, visitor: Visitor, route: Route, stops: list[Stop], fits: Sequence[Window]
    ) -> float:
        """What the visit costs in this route more than without it; it lies in the windows of `fits`."""
        weights = self.search.problem.weights
        roads = self._road_cost(visitor, stops) - self._road_cost(visitor, route.stops)
        start = next(stop.start for stop in stops if visit.id in stop.visits)
        wish = weights.outside_wish * (visit.has_wish and not any(window.is_wish for window in fits))
        more = weights.siblings_split * self._moments_more(visit, route.on, start)
        week = weights.week * self.search.weeks[route.on]
        return roads + more + week + wish + min((window.cost for window in fits), default=0.0)

    def _moments_more(self, visit: Visit, on: dt.date, start: int) -> int:
        """For how many groups of siblings who have a moment this is one more."""
        schedule, on_grid = self.search.schedule, start % self.search.problem.rules.coupled_grid_minutes == 0
        more = 0
        for group in self.search.index.sibling_groups.get(visit.id, []):
            made = [name for name in group if name in schedule.made]
            stops = [(schedule.made[name][1], schedule.stop_of(name)) for name in made]
            more += bool(made) and not (on_grid and any(day == on and s and s.start == start for day, s in stops))
        return more

    def _road_cost(self, visitor: Visitor, stops: Sequence[Stop]) -> float:
        """Travel and waiting of a route that holds."""
        if not stops:
            return 0.0
        weights, matrix = self.search.problem.weights, self.search.problem.travel_minutes[visitor.mode]
        place = self.search.index.place_number
        depot = place[visitor.depot]
        at = [place[self.search.index.visits[stop.visits[0]].place] for stop in stops]
        total = weights.travel_minute * float(matrix[depot, at[0]] + matrix[at[-1], depot])
        for number in range(1, len(stops)):
            leg = int(matrix[at[number - 1], at[number]])
            before = stops[number - 1]
            waited = stops[number].start - before.start - self.search.index.stop_minutes(before) - leg
            waited -= self.search.problem.rules.slack_minutes
            total += weights.travel_minute * leg + weights.waiting_minute * waited
        return total

    def _is_at_limit(self, visitor: Visitor) -> bool:
        made = sum(len(route.stops) for route in self.search.plan.routes if route.visitor == visitor.id)
        return visitor.max_stops_total is not None and made >= visitor.max_stops_total

    def _keep_other_visitor(self, visit: Visit, visitor: Visitor, cost: float, route: Route) -> None:
        windows = self.search.windows([visit.id], [route.on])
        change = Modification(visitors=((visit.id, visitor.id),), windows=windows)
        others = [one for one in self.search.plan.routes if one.visitor == visitor.id and one.on != route.on]
        alone = replace(self.search.problem, visitors=(visitor,))
        found = TrialResult(alone, (*others, route), (visit.id,), (), (), cost)
        self.search.keep("other_visitor", visit.id, found, self._moment(found, visit), change, [visit.id])

    def _other_seconds(self, visit: Visit) -> None:
        """Colleagues who have most room at moments that fit, each tried."""
        if not visit.second:
            return
        room: Counter[str] = Counter()
        for on in sorted({window.on for window in visit.windows}):
            starts = self._starts_alone(visit, on)
            for visitor in self.search.problem.visitors:
                shift = visitor.shift_on(on)
                if shift is not None and visitor.id not in visit.people and not self._is_at_limit(visitor):
                    stops = self.search.schedule.stops((visitor.id, on))
                    found = self.search.insertion.feasible_starts(visitor, shift, stops, visit, starts)
                    room[visitor.id] += sum(1 for _ in found)
        for who, count in sorted(room.items(), key=lambda item: (-item[1], item[0]))[
            : self.search.tuning.remedies.second_visitors
        ]:
            change = Modification(seconds=((visit.id, who),))
            scope = self.search.scope_of([*visit.people, who])
            result = self.search.attempt(scope, change, [visit.id]) if count else None
            if result is not None:
                facts = {**self._moment(result, visit), "second": who}
                self.search.keep("other_second", visit.id, result, facts, change, [visit.id])

    def _starts_alone(self, visit: Visit, on: dt.date) -> list[int]:
        """When one of its visitors could start this visit on a day with nothing else to do."""
        grid, starts = self.search.problem.rules.joint_grid_minutes, set[int]()
        for name in visit.visitors:
            visitor = self.search.index.visitors[name]
            shift = visitor.shift_on(on)
            if shift is None:
                continue
            for window in self.search.index.windows(visit.id, on):
                points = range(-(-window.starts // grid) * grid, window.ends - visit.minutes + 1, grid)
                starts.update(self.search.insertion.feasible_starts(visitor, shift, (), visit, points))
        return sorted(starts)

    def _more_interpreters(self, visit: Visit) -> None:
        if visit.interpreter is None or not visit.visitors:
            return
        days = sorted({window.on for window in visit.windows})
        more = tuple((visit.interpreter, InterpreterShift(on, 0, 2 * MINUTES_A_DAY, 1)) for on in days)
        found = self.search.attempt(self.search.scope_of(visit.people), Modification(interpreters=more), [visit.id])
        if found is None:
            return
        route, stop = found.stop_of(visit.id)
        end = stop.start + self.search.index.stop_minutes(stop) + self.search.problem.rules.interpreter_buffer_minutes
        change = Modification(interpreters=((visit.interpreter, InterpreterShift(route.on, 0, 2 * MINUTES_A_DAY, 1)),))
        facts = {**self._moment(found, visit), "language": visit.interpreter, "until": clock_text(min(end, _LATEST))}
        self.search.keep("more_interpreters", visit.id, found, facts, change, [visit.id])

    def _gives_way(self, visit: Visit) -> None:
        """A plan with this visit in it: who loses their moment, when nothing else is changed."""
        if self.search.deadline.has_passed() or not visit.visitors:
            return
        scope = self.search.scope_of(visit.people)
        kept = scope.kept_under(scope.problem)
        if kept is None:
            return
        index = ProblemIndex(scope.problem)
        (affected,) = affected_groups(index, [visit.id])
        part = extract_sub_problem(index, kept, affected)
        tuning = self.search.tuning
        deadline = self.search.deadline.within(tuning.remedies.try_seconds)
        forced = forced_routes(part.problem, visit.id, deadline, seed=self.search.seed, tuning=tuning)
        if forced is None:
            return
        routes = [route for route in scope.routes if route.visitor not in affected.visitors]
        found = scope.result_of(scope.problem, [*routes, *part.routes(forced)], [visit.id])
        if found is not None and found.lost:
            facts = {**self._moment(found, visit), "losers": list(found.lost)}
            self.search.keep("gives_way", visit.id, found, facts, Modification(), [visit.id])


def _wider(window: Window, edge: str, minutes: int) -> Window:
    if edge == "earlier":
        return replace(window, starts=max(0, window.starts - minutes))
    return replace(window, ends=min(MINUTES_A_DAY, window.ends + minutes))
