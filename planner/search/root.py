"""The linear relaxation of all visitors who are tied together.

It gives prices, a bound on every plan, and the routes that can be in a better one.

It starts from what each visitor's own linear program tells (prices, cuts, routes in use) and an estimate of
the prices of the rows that couple them. Most rounds look at the likeliest routes only; all of them are priced
before the outcome counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from planner.base.arrays import Columns, Flags, Floats, Integers, Rows
from planner.base.deadline import Deadline
from planner.columns.ranking import least_of
from planner.master.bound import SLACK, Bound, lagrangian_bound, survivors
from planner.master.cuts import Triple
from planner.master.pricing import above_least, prices, reduced_costs
from planner.master.relaxation import ActiveColumns, Relaxation, Relaxed
from planner.master.subprograms import sub_program
from planner.master.volume import VolumeAlgorithm
from planner.search.joint_context import JointContext, RootRelaxation


@dataclass(frozen=True)
class _VisitorRelaxation:
    """What one visitor's linear program tells, in the rows and columns of the whole program."""

    rows: Rows
    duals: Floats
    columns: Columns
    cuts: dict[Triple, float]


Spread = Callable[[Callable[[int], _VisitorRelaxation], Iterable[int]], list[_VisitorRelaxation]]


class JointRelaxation:
    """`bound` is below every plan; `duals` are prices of the program's rows and then of the cuts."""

    def __init__(self, context: JointContext) -> None:
        self.context = context
        self.program = context.program
        self.active = ActiveColumns(self.program.pool, np.arange(len(self.program.pool)))
        self.bound = -np.inf
        self.tuning = context.tuning.root
        self.duals = np.zeros(self.program.rows)
        self.reduced = np.zeros(len(self.program.pool))
        self._relaxation = self._new_relaxation()
        self._root = Bound(-np.inf, np.zeros(len(self.program.pool.evenings)))
        self._known: Integers = np.zeros(0, dtype=np.int64)
        self._met = np.zeros(len(self.program.pool), dtype=np.bool_)
        self._use = np.zeros(len(self.program.pool))
        self._step = context.tuning.volume.first_step
        self._snapshot: RootRelaxation | None = None

    def _new_relaxation(self) -> Relaxation:
        """A linear program of all visitors that holds no routes and no cuts yet."""
        an_evening = self.tuning.columns_an_evening
        return Relaxation(
            self.program, seed=self.context.seed, tuning=self.context.tuning, columns_an_evening=an_evening
        )

    @property
    def deadline(self) -> Deadline:
        """When the linear programs and the volume algorithm stop."""
        return self._relaxation.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._relaxation.deadline = deadline

    @property
    def root(self) -> RootRelaxation:
        """What it tells by now, for a search in another thread."""
        if self._snapshot is None or self._snapshot.reduced is not self.reduced:
            duals, cuts = self.duals[: self.program.rows], self._priced_cuts()
            context = self.context
            likely_limit = context.tuning.joint.likely_columns
            self._snapshot = RootRelaxation(
                self.active, self.reduced, self._root.least, duals, cuts, context.bits, context.company, likely_limit
            )
        return self._snapshot

    # the start

    def solve_visitors(self, spread: Spread) -> None:
        """Prices and cuts from every visitor's own linear program, and the routes that these are made of."""
        found = spread(self._visitor_relaxation, self.context.visitors)
        cuts: dict[Triple, float] = {}
        for own in found:
            self.duals[own.rows] = own.duals
            cuts.update(own.cuts)
        self._relaxation.adopt(cuts)
        self.duals = np.concatenate([self.duals, np.array(list(cuts.values()), dtype=np.float64)])
        self._known = np.concatenate([own.columns for own in found])
        self._root, self.reduced = self._priced(self.duals)

    def _visitor_relaxation(self, visitor: int) -> _VisitorRelaxation:
        """The linear program of the rows that only this visitor's routes meet, with cuts."""
        rows = np.flatnonzero(self.context.owner == visitor)
        own = sub_program(self.program, self.context.evenings_of[visitor], rows)
        relaxation = Relaxation(own.program, seed=self.context.seed, tuning=self.context.tuning)
        relaxation.deadline = self.deadline
        active = ActiveColumns(own.program.pool, np.arange(len(own.columns)))
        relaxed = relaxation.solve(active)
        for _round in range(self.tuning.own_cut_rounds):
            if not relaxation.add_cuts(relaxed.columns, relaxed.values):
                break
            relaxed = relaxation.solve(active)
        duals, of_cuts = np.split(relaxed.duals, [own.program.rows])
        cuts = {
            (int(own.rows[i]), int(own.rows[j]), int(own.rows[k])): float(dual)
            for (i, j, k), dual in zip(relaxation.cuts, of_cuts, strict=True)
            if dual < -SLACK
        }
        return _VisitorRelaxation(own.rows, duals, own.columns[relaxed.columns], cuts)

    def start(self, estimate: Floats) -> None:
        """Begin at good prices: between those of before and the estimate, where the bound is best."""
        tried = [self.duals + share * (estimate - self.duals) for share in self.tuning.start_shares]
        priced = [self._priced(duals) for duals in tried]
        best = max(range(len(tried)), key=lambda number: priced[number][0].value)
        self.duals = tried[best]
        self._root, self.reduced = priced[best]

    def run_volume(self) -> float:
        """One stretch of the volume algorithm over the likeliest routes; by how much the bound over all routes rose."""
        before, likely, tuning = self.bound, self._likeliest(self._met), self.context.tuning.volume
        use = self._use[likely.original]
        volume = VolumeAlgorithm(self._relaxation, likely, self.duals, use, step=self._step, tuning=tuning)
        volume.run(tuning.stretch_rounds, self.deadline)
        self._step = min(tuning.first_step, max(tuning.restart_factor * volume.step, tuning.restart_least))
        self._met[likely.original[volume.met]] = True
        self._use[:] = 0
        self._use[likely.original] = volume.use
        self.duals = volume.duals
        self._root, self.reduced = self._priced(volume.duals)
        return self.bound - before

    def begin_linear_program(self, routes: Columns) -> None:
        """Let the linear program begin with the routes in use, those of a plan, and the likeliest of all."""
        likely = self.root.likely.likeliest(self.tuning.start_columns * len(self.active.pool.evenings))
        self.drop_idle_cuts()
        self._relaxation.center = self.duals
        used = np.flatnonzero(self._use > self.context.tuning.volume.least_use)
        self._relaxation.begin_with(np.unique(np.concatenate([self._known, routes, likely, used])))
        self._use = np.zeros(0)

    def drop_idle_cuts(self) -> None:
        """Begin a new linear program with only the cuts that have a price; the old one takes no more memory."""
        cuts, deadline = self._priced_cuts(), self.deadline
        self._relaxation = self._new_relaxation()
        self.deadline = deadline
        self._relaxation.adopt(cuts)
        self.duals = np.concatenate([self.duals[: self.program.rows], np.array(list(cuts.values()), dtype=np.float64)])

    def _priced_cuts(self) -> dict[Triple, float]:
        """The cuts that have a price, with it."""
        of_cuts, least = self.duals[self.program.rows :], self.tuning.least_cut_price * max(0.0, self.bound)
        # the newest cuts may be behind the duals: they have no price yet
        return {cut: dual for cut, dual in zip(self._relaxation.cuts, of_cuts, strict=False) if dual < -least}

    def _priced(self, duals: Floats) -> tuple[Bound, Floats]:
        """The bound of these prices, and the reduced costs of what is left of the pool."""
        relaxation, pool = self._relaxation, self.active.pool
        at = prices(self.program, relaxation.table, duals)
        reduced = reduced_costs(relaxation.bits, relaxation.table, at, pool)
        bound = lagrangian_bound(self.program, self.program.auxiliary.cost, duals, pool, reduced)
        self.bound = max(self.bound, bound.value)
        return bound, reduced

    # the relaxation

    def solve_likely(self, scale: float) -> Relaxed:
        """The linear optimum over the likeliest routes; a plan costs about `scale`. Its bound holds for these only."""
        likely = self._likeliest()
        relaxed = self._relaxation.solve(
            likely, smoothing=self.tuning.smoothing, tolerance=self.tuning.tolerance * scale
        )
        self.duals = relaxed.duals
        self._root, self.reduced = self._priced(relaxed.duals)
        return relaxed

    def solve(self, best: float, scale: float) -> Relaxed:
        """The linear optimum, or what is known when the bound has passed `best`; a plan costs about `scale`."""
        smoothing, tolerance = self.tuning.smoothing, self.tuning.tolerance * scale
        relaxed = self._relaxation.solve(self.active, best, smoothing=smoothing, tolerance=tolerance)
        self.bound = max(self.bound, relaxed.bound.value)
        self._root, self.reduced, self.duals = relaxed.bound, relaxed.reduced, relaxed.duals
        return relaxed

    def add_cuts(self, relaxed: Relaxed) -> bool:
        """Add the most violated cuts of this solution; false when there are none."""
        return self._relaxation.add_cuts(relaxed.columns, relaxed.values)

    def add_volume_cuts(self) -> bool:
        """Add the cuts that the mean choice of the volume algorithm violates much; they are worth nothing yet."""
        used = np.flatnonzero(self._use > self.context.tuning.volume.least_use)
        is_new = self._relaxation.add_cuts(used, self._use[used], self.context.tuning.volume.cut_violation)
        self.duals = self._relaxation.with_cut_duals(self.duals)
        return is_new

    def _likeliest(self, also: Flags | None = None) -> ActiveColumns:
        """The routes of least reduced cost at the best prices so far, and `also` others; all when these are few."""
        count = self.context.tuning.volume.likely_columns
        if len(self.active.pool) <= 2 * count:
            return self.active
        likely = least_of(above_least(self.active.pool.start, self.reduced, self._root.least), count)
        if also is not None:
            likely = np.union1d(likely, np.flatnonzero(also[self.active.original]))
        return self.active.picked(likely)

    def shrink(self, best: float) -> None:
        """Leave out what its reduced cost shows to be in no plan that costs less than `best`, when it is much."""
        if np.isfinite(best) and np.isfinite(self._root.value):
            keep = survivors(self._root, self.active.pool, self.reduced, best, self.context.step)
            if keep.sum() < self.tuning.shrink_below * len(keep):
                self.active = self.active.kept(keep)
                self.reduced = self.reduced[keep]
