"""Visitors who are tied together: first plan, bound, dive on the coupled moments, and groups again and again.

Once every coupled visit has its moment and its people, the visitors are independent, and each is planned
exactly by `search.Search`. So the search here is for moments:

1. a first plan: moments chosen family by family under the prices of each visitor's own linear program;
2. the linear relaxation of the whole, with cuts: a bound, and prices of the coupling rows;
3. dives: the moments that the relaxation is surest of are pinned, it is solved again, until all are;
4. neighbourhoods: a group of visitors is freed, the others stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numba
import numpy as np
import numpy.typing as npt

from .bound import SLACK, Bound, lagrangian, rounded_up, survivors
from .clock import Clock, OutOfTime
from .cuts import Triple
from .encounters import Catalogue, Encounters
from .parts import PartProgram, closed, owners, part_program, picked
from .pricing import best_columns, prices, reduced_costs
from .problem import Problem
from .program import Program, activity
from .relaxation import Part, Relaxation, Relaxed
from .routes import Floats, Integers, Pool, route_of
from .search import Choice, Search
from .threads import Item, Result, in_threads
from .verdict import judge

Flags = npt.NDArray[np.bool_]
Tell = Callable[[str], None]
Root = tuple[Bound, Floats]

SMOOTHING = 0.7
START_COLUMNS = 12
TOLERANCE = 1e-4  # of the cost: so near to its optimum the linear program of a whole school may stop
CUT_ROUNDS = 10
SURE = 0.75
EXACT_COLUMNS = 20_000
DIVE_COLUMNS = 40_000
FREE = (0.35, 0.6, 0.35)  # of the coupled visits, in a dive that starts from the plan
GROUP = 8
GROUP_COLUMNS = 6000
GROUP_SECONDS = 10.0
EXACT_TOLERANCE = 0.3


class JointSearch:
    """The search for one part of a school whose visitors are coupled; the interface is that of `Search`."""

    def __init__(self, problem: Problem, program: Program, *, step: float, seed: int = 0, jobs: int = 1) -> None:
        self.problem = problem
        self.program = program
        self.step = step
        self.seed = seed
        self.jobs = jobs
        self.best: Choice | None = None
        self.bound = -np.inf
        self.catalogue = Catalogue.of(problem, program)
        self.owner = owners(program)
        self.part = Part(program.pool, np.arange(len(program.pool)))
        self.relaxation = Relaxation(program, seed=seed, columns_a_round=4)
        self.duals = np.zeros(program.rows)
        self.clock = self.relaxation.clock
        self._root = Bound(-np.inf, np.zeros(len(program.pool.evenings))), np.zeros(len(program.pool))
        self._random = np.random.default_rng(seed)
        self._stops_of: dict[int, list[int]] = defaultdict(list)
        for k in np.flatnonzero(self.catalogue.is_coupled):
            for visit in self.catalogue.visits[k]:
                self._stops_of[visit].append(int(k))
        self._siblings_of: dict[int, list[int]] = defaultdict(list)
        at = {visit.id: number for number, visit in enumerate(problem.visits)}
        for a, b in problem.siblings:
            self._siblings_of[at[a]].append(at[b])
            self._siblings_of[at[b]].append(at[a])
        self._tied = self._ties()
        self._renewals: list[Future[Integers | None]] = []
        self._tasks = 0
        self._evenings_of: dict[int, list[int]] = defaultdict(list)
        for number, evening in enumerate(program.pool.evenings):
            self._evenings_of[evening.visitor].append(number)

    def _ties(self) -> dict[int, set[int]]:
        """Per visitor who else may be at one of the same coupled visits."""
        people: dict[int, set[int]] = defaultdict(set)
        evenings = self.program.pool.evenings
        for k in np.flatnonzero(self.catalogue.is_coupled):
            for visit in self.catalogue.visits[k]:
                people[visit].add(evenings[self.catalogue.evening[k]].visitor)
        tied: dict[int, set[int]] = defaultdict(set)
        for together in people.values():
            for visitor in together:
                tied[visitor] |= together - {visitor}
        return tied

    @property
    def gap(self) -> float:
        """The share of the best plan's cost that is not proven to be needed."""
        if self.best is None:
            return 1.0
        return (self.best.cost - max(0.0, self.bound)) / self.best.cost if self.best.cost else 0.0

    def run(self, clock: Clock, gap: float, tell: Tell) -> None:
        """Search until the plan is within `gap` of the bound or the clock says stop; `tell` hears of it."""
        self.tell, self.target, self.clock = tell, gap, clock
        self.relaxation.clock = clock
        if not len(self.program.pool):
            self.take(np.zeros(0, dtype=np.int64))
            self._raise_bound(np.inf)
            return
        with ThreadPoolExecutor(max_workers=max(1, self.jobs - 1)) as self._helpers:
            try:
                self._first_plan()
                tell("first plan")
                self._search()
            except OutOfTime:
                return

    def _search(self) -> None:
        if len(self.part.pool) > EXACT_COLUMNS:
            self._dive(self._solve_linear())
            self._relax()
            self._raise_bound_exactly()
        while not self._is_good_enough() and len(self.part.pool) > EXACT_COLUMNS:
            self._renew()
        self._apply_renewals(wait=True)
        if not self._is_good_enough():
            self._end()

    def _end(self) -> None:
        """With few routes left the whole is one search, with proof."""
        evenings, routes = list(range(len(self.program.pool.evenings))), self._current()
        keep = np.zeros(len(self.program.pool), dtype=np.bool_)
        keep[self.part.original] = True
        keep[routes] = True
        part = part_program(self.program, evenings, np.arange(self.program.rows), keep=keep)
        search = Search(part.program, step=self.step, seed=self.seed)
        if self.best is not None:
            search.start_from(np.flatnonzero(np.isin(part.columns, routes)))
        search.run(self.clock)
        if search.best is not None:
            self.take(part.columns[list(search.best.routes)])
        self._raise_bound(search.bound)

    def _is_good_enough(self) -> bool:
        self.clock.check()
        return self.gap <= self.target

    def _raise_bound(self, value: float) -> None:
        best = np.inf if self.best is None else self.best.cost
        self.bound = max(self.bound, min(rounded_up(value, self.step), best))

    # a first plan

    def _first_plan(self) -> None:
        known = self._own_prices()
        reduced, bound = self._priced(self.duals)
        self._raise_bound(bound)
        encounters = Encounters(self.problem, self.program, self.catalogue, reduced)
        center = encounters.estimate(self.duals)
        encounters.choose()
        self.finish(encounters.pinned)
        self._start_relaxation(center, np.union1d(known, self._current()))

    def _start_relaxation(self, estimate: Floats, known: Integers) -> None:
        """Begin with the routes that are cheapest at good prices, and with the plan's."""
        pool, own = self.program.pool, self.duals
        tried = [own + share * (estimate - own) for share in (0.5, 0.75, 0.9, 1.0)]
        priced = [self._priced(duals) for duals in tried]
        best = max(range(len(tried)), key=lambda number: priced[number][1])
        self._raise_bound(priced[best][1])
        self.relaxation.center = tried[best]
        everything = np.ones(len(pool), dtype=np.bool_)
        likely = best_columns(pool.start, priced[best][0], everything, START_COLUMNS)
        self.relaxation.add_columns(np.union1d(known, likely))

    def _priced(self, duals: Floats) -> tuple[Floats, float]:
        """Reduced costs of the whole pool at these prices (before any cuts), and the bound."""
        relaxation, pool = self.relaxation, self.program.pool
        at = prices(self.program, relaxation.table, duals)
        reduced = reduced_costs(self.program, relaxation.bits, relaxation.table, at, pool)
        return reduced, lagrangian(self.program, self.program.sides.cost, duals, pool, reduced).value

    def _own_prices(self) -> Integers:
        """Prices from every visitor's own linear program, and the routes that these are made of."""

        def relax(visitor: int) -> tuple[Integers, Floats, Integers]:
            rows = np.flatnonzero(self.owner == visitor)
            part = part_program(self.program, self._evenings_of[visitor], rows)
            relaxation = Relaxation(part.program, seed=self.seed)
            relaxation.clock = self.clock
            relaxed = relaxation.solve(Part(part.program.pool, np.arange(len(part.columns))))
            return part.rows, relaxed.duals, part.columns[relaxed.columns]

        columns = []
        for rows, duals, used in self._spread(relax, sorted(self._evenings_of)):
            self.duals[rows] = duals
            columns.append(used)
        return np.concatenate(columns)

    def _spread(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        return list(in_threads(work, items, self.jobs, self.clock))

    # all moments pinned

    def finish(self, pinned: Sequence[int]) -> None:
        """Plan every visitor exactly around these stops, and keep the plan if it is the best so far."""
        is_pinned = np.zeros(len(self.catalogue.evening), dtype=np.bool_)
        is_pinned[list(pinned)] = True
        keep = self._around(is_pinned)
        visitors = sorted(self._evenings_of)
        share = self.clock.left() * self.jobs / max(1, len(visitors))

        def plan(visitor: int) -> Integers:
            return self._plan_visitor(visitor, is_pinned, keep, self.clock.part(share))

        found = self._spread(plan, visitors)
        self.take(np.concatenate(found) if found else np.zeros(0, dtype=np.int64))
        self.clock.check()

    def _allowed(self, is_pinned: Flags) -> Flags:
        """Stops that may be made: the pinned ones, and all of visits of which none is pinned or needs to be."""
        catalogue = self.catalogue
        settled = {v for k in np.flatnonzero(is_pinned) for v in catalogue.visits[k]}
        allowed = is_pinned | ~catalogue.is_coupled
        for k in np.flatnonzero(catalogue.is_coupled & ~is_pinned):
            alone = catalogue.moment[k] < 0 and len(catalogue.visits[k]) == 1
            allowed[k] = alone and catalogue.visits[k][0] not in settled
        return allowed

    def _around(self, is_pinned: Flags) -> Flags:
        """The columns of allowed stops only that make all that is pinned on their evening."""
        pool = self.program.pool
        counts = np.bincount(self.catalogue.evening[is_pinned], minlength=len(pool.evenings))
        keep: Flags = _matching(pool.evening, pool.order, pool.offset, self._allowed(is_pinned), is_pinned, counts)
        return keep

    def _plan_visitor(self, visitor: int, is_pinned: Flags, keep: Flags, clock: Clock) -> Integers:
        part = self._pinned_program(visitor, is_pinned, keep)
        search = Search(part.program, step=self.step, seed=self.seed)
        search.run(clock)
        return part.columns[list(search.best.routes)] if search.best else np.zeros(0, dtype=np.int64)

    def _pinned_program(self, visitor: int, is_pinned: Flags, keep: Flags) -> PartProgram:
        """One visitor's program: the own visits, what is pinned, and nothing that depends on others."""
        stops, evenings = self.program.stops, self._evenings_of[visitor]
        own = np.isin(self.catalogue.evening, evenings)
        met = picked(stops, np.flatnonzero(own & self._allowed(is_pinned))).index
        visits = met[met < len(self.program.visits)]
        company = self._company_rows(own & is_pinned & self.catalogue.is_second)
        limit = [self.program.limit_row[v] for v in (visitor,) if v in self.program.limit_row]
        rows = np.concatenate([visits, company, self.program.evening_row[evenings], limit]).astype(np.int64)
        taken = np.zeros(self.program.rows)
        taken[company] = 1
        must = picked(stops, np.flatnonzero(own & is_pinned)).index
        return part_program(
            self.program,
            evenings,
            np.unique(rows),
            keep=keep,
            taken=taken,
            must=must[must < len(self.program.visits)],
        )

    def _company_rows(self, seconds: Flags) -> Integers:
        """The rows that ask for company at the moments of these second stops."""
        met = picked(self.program.stops, np.flatnonzero(seconds)).index
        asks = (self.program.lower[met] == 0) & (self.program.upper[met] == 0)
        return met[asks]

    def take(self, columns: Integers) -> bool:
        """Judge the plan of these routes; keep it if it breaks no rule and is the best so far."""
        routes = [route_of(self.problem, self.program.pool, int(column)) for column in columns]
        verdict = judge(self.problem, routes)
        others = len(self.problem.visits) - len(self.program.visits)
        cost = verdict.cost - self.problem.weights.unplaced * others
        own = {self.problem.visits[visit].id for visit in self.program.visits}
        if any(broken.code != "fixed_moved" or broken.visit in own for broken in verdict.broken):
            return False
        if self.best is not None and cost >= self.best.cost - SLACK:
            return False
        self.best = Choice(cost, tuple(int(column) for column in columns), ())
        return True

    # the relaxation of the whole

    def _relax(self) -> Relaxed:
        """The linear optimum with cuts; the pool shrinks to what can be in a better plan."""
        self.relaxation.allow(self.part, self.program.sides.cost)
        relaxed = self._solve_linear()
        for _round in range(CUT_ROUNDS):
            before = relaxed.bound.value
            if self._is_good_enough() or not self.relaxation.add_cuts(relaxed):
                break
            relaxed = self._solve_linear()
            if relaxed.bound.value - before < TOLERANCE * before:
                break
        return relaxed

    def _solve_linear(self) -> Relaxed:
        best = self.best.cost if self.best else np.inf
        relaxed = self.relaxation.solve(
            self.part, best - self.step + SLACK, smoothing=SMOOTHING, tolerance=TOLERANCE * self._scale()
        )
        self._raise_bound(relaxed.bound.value)
        self._root = relaxed.bound, relaxed.reduced
        self.duals = relaxed.duals
        self._shrink()
        self._meanwhile()
        self.tell("bounding")
        return relaxed

    def _scale(self) -> float:
        """About what a plan costs."""
        return self.best.cost if self.best else self.problem.weights.unplaced * len(self.program.visits)

    def _shrink(self) -> None:
        """Leave out what the root's reduced costs show to be in no plan better than the best so far."""
        bound, reduced = self._root
        if self.best is not None and np.isfinite(bound.value):
            keep = survivors(bound, self.part.pool, reduced, self.best.cost, self.step)
            self.part = self.part.kept(keep)
            self._root = bound, reduced[keep]

    # dives

    def _dive(self, relaxed: Relaxed) -> None:
        """Pin the coupled stops that the relaxation is surest of, solve it again, until all are pinned."""
        allowed = np.ones(len(self.catalogue.evening), dtype=np.bool_)
        pinned = self._dived(self.relaxation, self.part, relaxed, allowed, self._tell_diving)
        self.relaxation.allow(self.part, self.program.sides.cost)
        self.finish(self._meetings(pinned))
        self._shrink()
        self.tell("planning")

    def _tell_diving(self) -> None:
        self._meanwhile()
        self.tell("diving")

    def _meetings(self, stops: Iterable[int]) -> list[int]:
        """The stops that tie visitors to a moment or a double stop."""
        return [k for k in stops if self.catalogue.moment[k] >= 0 or len(self.catalogue.visits[k]) == 2]

    def _dived(
        self, relaxation: Relaxation, part: Part, relaxed: Relaxed, allowed: Flags, step: Callable[[], None]
    ) -> list[int]:
        """The coupled stops of a dive from a solution over `part`; `allowed` loses what they exclude."""
        pinned: list[int] = []
        while relaxed.bound.value <= self._scale():
            chosen = self._surest(self._shares(relaxed, relaxation.program.pool), pinned)
            if not chosen:
                break
            for k in chosen:
                pinned.append(k)
                self._exclude_rivals(k, allowed)
            pool = part.pool
            nothing = np.zeros_like(allowed)
            counts = np.zeros(len(pool.evenings), dtype=np.int64)
            part = part.kept(_matching(pool.evening, pool.order, pool.offset, allowed, nothing, counts))
            relaxation.allow(part, relaxation.program.sides.cost)
            relaxed = relaxation.solve(part, smoothing=SMOOTHING, tolerance=2 * TOLERANCE * self._scale())
            step()
        return pinned

    # dives again, with some families free

    def _dived_again(
        self, free: set[int], cuts: dict[Triple, None], routes: Integers, part: Part, root: Root
    ) -> Integers | None:
        """The routes of a plan in which only these families may get another moment."""
        allowed = np.ones(len(self.catalogue.evening), dtype=np.bool_)
        stops = [int(k) for c in routes for k in self._stops_in(int(c)) if self.catalogue.is_coupled[k]]
        kept = [k for k in stops if not free.intersection(self.catalogue.visits[k])]
        for k in kept:
            self._exclude_rivals(k, allowed)
        small = self._small_program(allowed, part, root, routes)
        relaxation = Relaxation(small.program, seed=self.seed, columns_a_round=4)
        relaxation.clock = self.clock
        relaxation.adopt(cuts)
        relaxation.add_columns(np.flatnonzero(np.isin(small.columns, routes)))
        whole = Part(small.program.pool, np.arange(len(small.columns)))
        try:
            relaxed = relaxation.solve(whole, smoothing=SMOOTHING, tolerance=2 * TOLERANCE * self._scale())
            pinned = self._dived(relaxation, whole, relaxed, allowed, lambda: None)
        except OutOfTime:
            return None
        return self._around_pins(self._meetings(pinned), routes)

    def _stops_in(self, column: int) -> Integers:
        pool = self.program.pool
        order = pool.order[column]
        return order[order >= 0] + pool.offset[pool.evening[column]]

    def _small_program(self, allowed: Flags, part: Part, root: Root, routes: Integers) -> PartProgram:
        """All rows, and of the allowed routes the likeliest and those of the plan."""
        pool, (bound, reduced) = part.pool, root
        nothing, counts = np.zeros_like(allowed), np.zeros(len(pool.evenings), dtype=np.int64)
        mine = np.flatnonzero(_matching(pool.evening, pool.order, pool.offset, allowed, nothing, counts))
        excess = reduced[mine] - bound.least[pool.evening[mine]]
        if len(mine) > DIVE_COLUMNS:
            mine = mine[np.argpartition(excess, DIVE_COLUMNS)[:DIVE_COLUMNS]]
        keep = np.zeros(len(self.program.pool), dtype=np.bool_)
        keep[part.original[mine]] = True
        keep[routes] = True
        evenings = list(range(len(self.program.pool.evenings)))
        return part_program(self.program, evenings, np.arange(self.program.rows), keep=keep)

    def _around_pins(self, pinned: list[int], routes: Integers) -> Integers | None:
        """Every visitor whose pinned stops are other than in these routes planned anew around them."""
        before = set(
            self._meetings(int(k) for c in routes for k in self._stops_in(int(c)) if self.catalogue.is_coupled[k])
        )
        evenings = self.program.pool.evenings
        changed = {evenings[self.catalogue.evening[k]].visitor for k in before ^ set(pinned)}
        if not changed:
            return None
        is_pinned = np.zeros(len(self.catalogue.evening), dtype=np.bool_)
        is_pinned[pinned] = True
        keep = self._around(is_pinned)
        visitor = np.array([evenings[e].visitor for e in self.program.pool.evening[routes]])
        kept = routes[~np.isin(visitor, list(changed))]
        found = [self._plan_visitor(v, is_pinned, keep, self.clock.part(5.0)) for v in sorted(changed)]
        return np.concatenate([kept, *found])

    def _shares(self, relaxed: Relaxed, pool: Pool) -> Floats:
        """Per candidate stop how much of it the linear solution over this pool makes."""
        share = np.zeros(len(self.catalogue.evening))
        order, evening = pool.order[relaxed.columns], pool.evening[relaxed.columns]
        for place in range(order.shape[1]):
            there = order[:, place] >= 0
            np.add.at(share, order[there, place] + pool.offset[evening[there]], relaxed.values[there])
        return share

    def _surest(self, share: Floats, pinned: list[int]) -> list[int]:
        """Coupled stops that are made nearly whole, and at least the one that comes nearest to it."""
        share = np.where(self.catalogue.is_coupled, share, 0)
        share[pinned] = 0
        if share.max(initial=0) < SLACK:
            return []
        sure = np.flatnonzero(share > SURE)
        return [int(k) for k in sure] if len(sure) else [int(np.argmax(share))]

    def _exclude_rivals(self, k: int, allowed: Flags) -> None:
        """Forbid the stops that cannot be made when stop k is."""
        catalogue = self.catalogue
        for visit in catalogue.visits[k]:
            for other in self._stops_of[visit]:
                if other == k:
                    continue
                if catalogue.is_second[other] == catalogue.is_second[k] or not self._meet(k, other):
                    allowed[other] = False
            for sibling in self._siblings_of.get(visit, ()):
                if sibling in catalogue.visits[k] or catalogue.is_second[k]:
                    continue
                for other in self._stops_of[sibling]:
                    if catalogue.is_second[other]:
                        continue
                    both_alone = catalogue.moment[k] < 0 and catalogue.moment[other] < 0
                    if not both_alone and not self._meet(k, other):
                        allowed[other] = False

    def _meet(self, k: int, other: int) -> bool:
        """Whether two stops are at one moment on evenings of two visitors."""
        evenings, at = self.program.pool.evenings, self.catalogue.evening
        one, two = evenings[at[k]], evenings[at[other]]
        same = self.catalogue.moment[k] == self.catalogue.moment[other] >= 0
        return bool(same and one.shift.on == two.shift.on and one.visitor != two.visitor)

    # neighbourhoods

    def _renew(self) -> None:
        """Free a part of the plan and plan it anew; the other threads do the same meanwhile."""
        self._meanwhile()
        self._apply(self._task()())
        self._raise_bound(self.bound)
        self.tell("improving")

    def _meanwhile(self) -> None:
        """Let the other threads improve the plan, and take what they have found."""
        self._apply_renewals(wait=False)
        while self.best is not None and len(self._renewals) < self.jobs - 1:
            self._renewals.append(self._helpers.submit(self._task()))

    def _apply_renewals(self, *, wait: bool) -> None:
        for future in list(self._renewals):
            if wait or future.done():
                self._renewals.remove(future)
                self._apply(future.result())

    def _task(self) -> Callable[[], Integers | None]:
        """The next thing to free: many families, some families, a group of visitors; each by chance."""
        self._tasks += 1
        state = self._current(), self.part, self._root
        if self._tasks % 4 == 0 or not self._stops_of:
            evenings = self._evenings(self._group())
            return lambda: self._renewed(evenings, *state)
        free, cuts = self._families(FREE[self._tasks % len(FREE)]), dict(self.relaxation.cuts)
        return lambda: self._dived_again(free, cuts, *state)

    def _families(self, share: float) -> set[int]:
        """This share of the coupled visits, siblings together."""
        visits = sorted(self._stops_of)
        chosen = self._random.choice(visits, max(1, int(share * len(visits))), replace=False)
        return {int(v) for visit in chosen for v in [visit, *self._siblings_of.get(int(visit), ())]}

    def _apply(self, renewed: Integers | None) -> None:
        if renewed is not None and self.take(renewed):
            self._shrink()

    def _evenings(self, group: Iterable[int]) -> list[int]:
        return sorted(e for visitor in group for e in self._evenings_of[visitor])

    def _current(self) -> Integers:
        return np.array(self.best.routes if self.best else (), dtype=np.int64)

    def _renewed(self, evenings: list[int], routes: Integers, part: Part, root: Root) -> Integers | None:
        """Better routes for these evenings beside the other routes of the plan, if there are any."""
        is_own = np.isin(self.program.pool.evening[routes], evenings)
        keep = self._likely(evenings, part, root)
        keep[routes[is_own]] = True
        freed = self._freed_program(evenings, routes[~is_own], keep)
        search = Search(freed.program, step=self.step, seed=self.seed)
        search.start_from(np.flatnonzero(np.isin(freed.columns, routes[is_own])))
        start = search.best
        search.run(self.clock.part(GROUP_SECONDS))
        if search.best is None or search.best is start:
            return None
        return np.concatenate([routes[~is_own], freed.columns[list(search.best.routes)]])

    def _group(self) -> list[int]:
        """A visitor at random, and who is tied to those chosen, one after another."""
        free = set(self._evenings_of)
        chosen: list[int] = []
        while len(chosen) < GROUP and free:
            near = sorted({w for v in chosen for w in self._tied[v]} & free)
            chosen.append(int(self._random.choice(near or sorted(free))))
            free.discard(chosen[-1])
        return sorted(chosen)

    def _likely(self, evenings: list[int], part: Part, root: Root) -> Flags:
        """The routes of least reduced cost of these evenings."""
        pool, (bound, reduced) = part.pool, root
        mine = np.flatnonzero(np.isin(pool.evening, evenings))
        excess = reduced[mine] - bound.least[pool.evening[mine]]
        if len(mine) > GROUP_COLUMNS:
            mine = mine[np.argpartition(excess, GROUP_COLUMNS)[:GROUP_COLUMNS]]
        keep = np.zeros(len(self.program.pool), dtype=np.bool_)
        keep[part.original[mine]] = True
        return keep

    def _freed_program(self, evenings: list[int], others: Integers, keep: Flags) -> PartProgram:
        """The group's program over these routes, beside those of the others."""
        used = self.program.routes(np.flatnonzero(keep)).index
        rows = closed(self.program, np.unique(np.concatenate([used, self.program.evening_row[evenings]])))
        return part_program(self.program, evenings, rows, keep=keep, taken=activity(self.program, others))

    # the bound, with every visitor in whole numbers

    def _raise_bound_exactly(self) -> None:
        """The Lagrangian bound at the prices of the coupling rows, each visitor's part solved exactly."""
        if self._is_good_enough():
            return
        shared = np.where(self.owner < 0, self.duals[: self.program.rows], 0.0)
        keep = np.zeros(len(self.program.pool), dtype=np.bool_)
        keep[self.part.original] = True
        inside: set[int] = set()

        def least(visitor: int) -> tuple[float, Integers]:
            part = self._priced_program(visitor, shared, keep)
            search = Search(part.program, step=0, seed=self.seed, tolerance=EXACT_TOLERANCE)
            search.run(self.clock)
            return search.bound, part.sides

        found = self._spread(least, sorted(self._evenings_of))
        for _, sides in found:
            inside.update(int(side) for side in sides)
        self._raise_bound(sum(bound for bound, _ in found) + self._shared_value(shared, inside))
        self.tell("bounding")

    def _priced_program(self, visitor: int, shared: Floats, keep: Flags) -> PartProgram:
        """One visitor's routes, coupling at its price; a shared visit is made once at most all the same."""
        evenings = self._evenings_of[visitor]
        met = picked(self.program.stops, np.flatnonzero(np.isin(self.catalogue.evening, evenings))).index
        capped = np.unique(met[(met < len(self.program.visits)) & (self.owner[met] < 0)])
        rows = np.flatnonzero(self.owner == visitor)
        return part_program(self.program, evenings, rows, keep=keep, prices=shared, capped=capped)

    def _shared_value(self, shared: Floats, inside: set[int]) -> float:
        """What the coupling rows and the side columns in no visitor's part add to the bound."""
        program = self.program
        priced = shared != 0
        limits = np.where(shared > 0, program.lower, program.upper)
        rest = program.sides.cost - program.sides.entries.dot(shared)
        outside = np.array([at for at in range(len(program.sides)) if at not in inside], dtype=np.int64)
        return float(shared[priced] @ limits[priced] + (np.minimum(0, rest) * program.sides.upper)[outside].sum())


@numba.njit(cache=True, nogil=True)
def _matching(evening, order, offset, allowed, is_pinned, counts):  # type: ignore[no-untyped-def]
    keep = np.ones(len(evening), dtype=np.bool_)
    for c in range(len(evening)):
        met = 0
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            k = offset[evening[c]] + order[c, place]
            keep[c] &= allowed[k]
            met += is_pinned[k]
        keep[c] &= met == counts[evening[c]]
    return keep
