"""The linear relaxation of a program, solved by column generation over the listed pool.

HiGHS holds only the routes that some prices called for. After each solve all routes of the pool are priced;
the best few of each evening join, until none lies below the prices. Every round gives a bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from planner.base.arrays import Columns, Flags, Floats, Rows
from planner.base.deadline import Deadline
from planner.base.tuning import DEFAULT, Tuning
from planner.columns.routes import Pool
from planner.master.bound import SLACK, Bound, clipped, lagrangian_bound
from planner.master.cuts import Triple, cut_table, met_cuts, number_bits, violated
from planner.master.linear import Linear, Solved
from planner.master.pricing import TINY, best_columns, prices, reduced_costs
from planner.master.program import Program
from planner.master.rows import Sparse, joined


@dataclass(frozen=True)
class ActiveColumns:
    """The columns that a search still allows: a pool, and in `original` their positions in the whole pool.

    original: (columns of `pool`,) int64, rising.
    """

    pool: Pool
    original: Columns

    def kept(self, keep: Flags) -> ActiveColumns:
        """Only the columns that `keep` marks."""
        return self if keep.all() else self.picked(np.flatnonzero(keep))

    def picked(self, columns: Columns) -> ActiveColumns:
        """Only these columns (rising positions in `pool`)."""
        return ActiveColumns(self.pool.picked(columns), self.original[columns])


@dataclass(frozen=True)
class Relaxed:
    """A linear solution, and the best bound that was found on the way.

    bound: holds for every plan of the active columns.
    reduced: (active columns,) float64, reduced costs at the prices of the bound, the prices of evenings left out.
    columns, values: (routes in use,) int64 positions in the whole pool, and their values in (0, 1].
    auxiliary: (auxiliary columns,) float64, their values.
    duals: (rows + cuts,) float64, the prices that the bound was made with.
    is_settled: false when the bound passed the limit before the optimum was reached.
    """

    bound: Bound
    reduced: Floats
    columns: Columns
    values: Floats
    auxiliary: Floats
    duals: Floats
    is_settled: bool

    @property
    def is_whole(self) -> bool:
        return self.is_settled and _is_whole(self.values) and _is_whole(self.auxiliary)


def _is_whole(values: Floats) -> bool:
    return bool(np.all(np.abs(values - np.round(values)) < SLACK))


@dataclass(frozen=True)
class _Priced:
    """Duals, the prices of evenings among them, the pool's reduced costs at them, and the bound."""

    duals: Floats
    evening: Floats
    reduced: Floats
    bound: Bound


class Relaxation:
    """One growing linear program for all the solves over parts of one pool."""

    def __init__(
        self, program: Program, *, seed: int = 0, tuning: Tuning = DEFAULT, columns_an_evening: int | None = None
    ) -> None:
        self.program = program
        self.tuning = tuning.column_generation
        self.columns_an_evening = columns_an_evening or self.tuning.columns_an_evening
        self.deadline = Deadline.after(np.inf)
        self.bits = number_bits(program)
        self.cuts: dict[Triple, None] = {}
        self.table = cut_table(self.bits, ())
        self.auxiliary_cost = program.auxiliary.cost
        self.center: Floats | None = None
        self._linear = Linear(seed, tuning.integer_programs)
        self.columns: Columns = np.zeros(0, dtype=np.int64)
        self._is_known = np.zeros(len(program.pool), dtype=np.bool_)
        self._held: Rows = np.flatnonzero(program.lazy_group < 0)
        self._place = np.full(program.rows, -1, dtype=np.int64)
        self._place[self._held] = np.arange(len(self._held))
        self._linear.add_rows(program.lower[self._held], program.upper[self._held], Sparse.empty(len(self._held)))
        self._linear.add_columns(
            program.auxiliary.cost, program.auxiliary.upper, program.auxiliary.entries.renumbered(self._place)
        )

    def allow(self, active: ActiveColumns, auxiliary_cost: Floats) -> None:
        """From now on only the columns of `active`, and the auxiliary columns at these costs."""
        is_live = np.zeros(len(self._is_known), dtype=np.bool_)
        is_live[active.original] = True
        limits = np.where(is_live[self.columns], np.inf, 0.0)
        self._linear.limit_columns(len(self.program.auxiliary), limits)
        self._linear.price_columns(auxiliary_cost)
        self.auxiliary_cost = auxiliary_cost

    def solve(
        self, active: ActiveColumns, limit: float = np.inf, *, smoothing: float = 0.0, tolerance: float = 0.0
    ) -> Relaxed:
        """The optimum over `active`, or what is known when the bound has passed `limit`.

        `smoothing`: how far pricing leans from the duals of the moment towards those of the best bound (in-out
        separation: Ben-Ameur and Neto, Networks 49, 2007); it keeps the duals of a large program from
        swinging. `tolerance`: so close to the optimum the bound may stop.
        """
        best: _Priced | None = None
        while True:
            self.deadline.check()
            solved = self._linear.solve(self.deadline)
            self.deadline.check()
            out = self._priced(active, self._duals(solved))
            if smoothing and best is None and self.center is not None:
                best = self._priced(active, self.with_cut_duals(self.center))
            best = out if best is None or out.bound.value > best.bound.value else best
            if best.bound.value > limit:
                return self._relaxed(solved, best, is_settled=False)
            share = smoothing if solved.cost - best.bound.value > max(tolerance, TINY) else 0.0
            new, best = self._new_columns(active, out, best, share)
            if not len(new) or (tolerance and solved.cost - best.bound.value <= tolerance):
                if self._add_broken_rows(solved):
                    continue
                self.center = best.duals
                return self._relaxed(solved, best, is_settled=True)
            self.add_columns(new)

    def _new_columns(self, active: ActiveColumns, out: _Priced, best: _Priced, share: float) -> tuple[Columns, _Priced]:
        """Columns that improve the linear program, chosen at duals between `out` and `best`."""
        improves = out.reduced < out.evening[active.pool.evening] - TINY
        while True:
            between = out
            if share > 0:
                between = self._priced(active, share * best.duals + (1 - share) * out.duals)
                best = between if between.bound.value > best.bound.value else best
            new = active.original[best_columns(active.pool.start, between.reduced, improves, self.columns_an_evening)]
            new = new[~self._is_known[new]]
            if len(new) or share <= 0:
                return new, best
            share -= self.tuning.smoothing_decrease

    def _priced(self, active: ActiveColumns, duals: Floats) -> _Priced:
        at = prices(self.program, self.table, duals)
        reduced = reduced_costs(self.bits, self.table, at, active.pool)
        bound = lagrangian_bound(self.program, self.auxiliary_cost, duals, active.pool, reduced)
        return _Priced(duals, at.evening, reduced, bound)

    def with_cut_duals(self, duals: Floats) -> Floats:
        """Duals of before the last cuts: these are worth nothing yet."""
        return np.concatenate([duals, np.zeros(self.program.rows + len(self.cuts) - len(duals))])

    def _relaxed(self, solved: Solved, at: _Priced, *, is_settled: bool) -> Relaxed:
        auxiliary = len(self.program.auxiliary)
        used = np.flatnonzero(solved.values[auxiliary:] > TINY)
        values = solved.values[auxiliary:][used]
        columns = self.columns[used]
        return Relaxed(at.bound, at.reduced, columns, values, solved.values[:auxiliary], at.duals, is_settled)

    def _duals(self, solved: Solved) -> Floats:
        ones = np.ones(len(self.cuts))
        duals = np.zeros(self.program.rows + len(self.cuts))
        duals[self._held] = solved.duals
        lower = np.concatenate([self.program.lower, -np.inf * ones])
        return clipped(duals, lower, np.concatenate([self.program.upper, ones]))

    def add_columns(self, columns: Columns) -> None:
        """Let the linear program hold these routes, which it does not hold yet."""
        entries = self.all_entries(columns).renumbered(self._place)
        self._linear.add_columns(self.program.pool.cost[columns], np.full(len(columns), np.inf), entries)
        self.columns = np.concatenate([self.columns, columns])
        self._is_known[columns] = True

    def _hold(self, rows: Rows) -> None:
        """Note that these rows (cuts behind the program's rows) are the next in the linear program."""
        missing = max(0, int(rows.max(initial=-1)) + 1 - len(self._place))
        self._place = np.concatenate([self._place, np.full(missing, -1, dtype=np.int64)])
        self._place[rows] = len(self._held) + np.arange(len(rows))
        self._held = np.concatenate([self._held, rows])

    def begin_with(self, columns: Columns) -> None:
        """Hold these routes and every row that they or auxiliary columns meet; begin with the interior point method."""
        self.add_columns(columns)
        met = np.zeros(self.program.rows, dtype=np.bool_)
        met[self.program.routes(self.columns).index] = True
        met[self.program.auxiliary.entries.index] = True
        self._add_rows(np.flatnonzero((self._place[: self.program.rows] < 0) & met))
        self._linear.begin_inside()

    def _add_broken_rows(self, solved: Solved) -> bool:
        """Add the lazy rows that this solution breaks; false when there are none."""
        program, auxiliary = self.program, len(self.program.auxiliary)
        used = np.flatnonzero(solved.values[auxiliary:] > TINY)
        activity = program.routes(self.columns[used]).sums(solved.values[auxiliary + used], program.rows)
        activity += program.auxiliary.entries.sums(solved.values[:auxiliary], program.rows)
        is_broken = (activity < program.lower - SLACK) | (activity > program.upper + SLACK)
        is_missing = self._place[: program.rows] < 0
        broken = np.unique(program.lazy_group[is_broken & is_missing])
        rows = np.flatnonzero(is_missing & np.isin(program.lazy_group, broken))
        self._add_rows(rows)
        return bool(len(rows))

    def _add_rows(self, rows: Rows) -> None:
        """Let the linear program hold these rows of the program, which it does not hold yet."""
        program = self.program
        if len(rows):
            entries = program.auxiliary.entries.followed_by(program.routes(self.columns)).transposed(rows, program.rows)
            self._linear.add_rows(program.lower[rows], program.upper[rows], entries)
            self._hold(rows)

    def all_entries(self, columns: Columns) -> Sparse:
        """The entries of these routes in the program's rows and, behind these, in the cuts."""
        entries = self.program.routes(columns)
        at, cut = met_cuts(self.bits, self.table, self.program.pool, columns)
        return joined(entries, at, self.program.rows + cut)

    def add_cuts(self, columns: Columns, values: Floats, least: float | None = None) -> bool:
        """Add the cuts that these routes with these values violate most, and by `least` at least; false for none."""
        least = self.tuning.least_violation if least is None else least
        pool = self.program.pool
        visitors = self.bits.visitor[pool.evening[columns]]
        words = self.bits.of_columns(pool, columns)
        new: dict[Triple, None] = {}
        for visitor, bit_of in self.bits.bit_of.items():
            own = visitors == visitor
            cuts = violated(words[own], values[own], bit_of, self.tuning.cuts_a_visitor, least)
            new.update(dict.fromkeys(cut for cut in cuts if cut not in self.cuts))
        if new:
            self._add_cut_rows(new)
        return bool(new)

    def adopt(self, cuts: Iterable[Triple]) -> None:
        """Take over the cuts of another program with the same rows."""
        new = dict.fromkeys(cuts)
        if new:
            self._add_cut_rows(new)

    def _add_cut_rows(self, new: dict[Triple, None]) -> None:
        table = cut_table(self.bits, new)
        at, cut = met_cuts(self.bits, table, self.program.pool, self.columns)
        by_cut = np.lexsort((at, cut))
        first = np.searchsorted(cut[by_cut], np.arange(len(new) + 1))
        entries = Sparse(first, len(self.program.auxiliary) + at[by_cut], np.ones(len(at)))
        self._linear.add_rows(np.full(len(new), -np.inf), np.ones(len(new)), entries)
        self._hold(self.program.rows + len(self.cuts) + np.arange(len(new)))
        self.cuts.update(new)
        self.table = cut_table(self.bits, self.cuts)
