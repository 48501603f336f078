"""Branch and bound: the best plan of one component of a school, with proof.

A node allows part of the pool. Where its linear solution is fractional, some visit is made by fractions on
several evenings: one child makes it on the earlier of these, the other on the later ones. Since an evening
holds one route at most, a solution whose visits have one evening each is whole. A search that has not ended
after some tens of nodes has a good plan and, by reduced costs, few routes left: HiGHS ends it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np

from planner.base.arrays import Columns, Floats, Integers
from planner.base.deadline import Deadline, OutOfTime
from planner.base.tuning import DEFAULT, Tuning
from planner.master.bound import SLACK, Bound, rounded_up, survivors
from planner.master.linear import Linear, Solved
from planner.master.program import Program, activity
from planner.master.relaxation import ActiveColumns, Relaxation, Relaxed
from planner.master.rows import Sparse
from planner.model.plan import VISITOR
from planner.search.greedy import greedy_plan


@dataclass(frozen=True)
class ChosenColumns:
    """Routes (columns of the whole pool) and auxiliary columns that make a plan, and what it costs."""

    cost: float
    routes: tuple[int, ...]
    auxiliary: tuple[int, ...]


@dataclass(frozen=True)
class Decision:
    """Visit `visit` is made on an evening up to number `last`, or on a later one (or is left out)."""

    visit: int
    last: int
    is_early: bool


@dataclass(frozen=True)
class Node:
    """A part of the search still to be looked at, and a bound on every plan in it."""

    bound: float
    decisions: tuple[Decision, ...]


class BranchAndBound:
    """`best` is the cheapest plan so far, `bound` a value below every plan; both hold at any moment.

    `step` is what two different costs differ by at least (0: by anything); plans that are better by less
    than `tolerance` are not looked for.
    """

    def __init__(
        self, program: Program, *, step: float, seed: int = 0, tolerance: float = 0.0, tuning: Tuning = DEFAULT
    ) -> None:
        self.program = program
        self.step = step
        self.tolerance = tolerance
        self.big_m = program.big_m
        self.seed = seed
        self.tuning = tuning
        self.relaxation = Relaxation(program, seed=seed, tuning=tuning)
        self.active = ActiveColumns(program.pool, np.arange(len(program.pool)))
        self.best: ChosenColumns | None = None
        self.bound = -np.inf
        self.nodes = 0
        self._is_stuck = False
        self.deadline = self.relaxation.deadline
        self._heap: list[tuple[float, int, Node]] = []
        self._root = Bound(-np.inf, np.zeros(0)), np.zeros(0)
        self._visits_of = visits_made(program)
        self._most_nodes = tuning.branch_and_bound.nodes

    @property
    def is_proven(self) -> bool:
        return self.best is not None and self.bound >= self._proven()

    @property
    def gap(self) -> float:
        """The share of the best plan's cost that is not proven to be needed."""
        if self.best is None:
            return 1.0
        return (self.best.cost - max(0.0, self.bound)) / self.best.cost if self.best.cost else 0.0

    def run(self, deadline: Deadline) -> None:
        """Search on until the best plan is proven or the deadline passes."""
        self.deadline = self.relaxation.deadline = deadline
        if not self.nodes:
            self._push(Node(-np.inf, ()))
            if self.best is None:
                self._start_greedily()
        try:
            while self._heap and not self.is_proven and self.nodes <= self._most_nodes and not self._is_stuck:
                self._plunge(heapq.heappop(self._heap)[2])
            if self._heap and not self.is_proven:
                self._end()
        except OutOfTime:
            return
        if not self._heap and self.best is not None:
            self.bound = max(self.bound, self._proven())

    def start_from(self, routes: Columns) -> None:
        """Begin with the plan of these routes: the search looks for better ones only."""
        self.relaxation.add_columns(routes)
        self._solve_whole(routes)

    def _start_greedily(self) -> None:
        """The greedy plan, unless it leaves a row unmet that visits alone do not make up."""
        routes, left_out = greedy_plan(self.program, self._visits_of, self.big_m)
        met = activity(self.program, routes)
        met[left_out] += 1
        if np.all(met >= self.program.lower - SLACK) and np.all(met <= self.program.upper + SLACK):
            self._keep(routes, left_out)

    def _push(self, node: Node) -> None:
        self.nodes += 1
        heapq.heappush(self._heap, (node.bound, self.nodes, node))

    def _limit(self) -> float:
        """A bound above this one leaves no better plan."""
        return np.inf if self.best is None else self.best.cost - self._least_gain() + SLACK

    def _least_gain(self) -> float:
        """A plan must be better by this much to be looked for."""
        return max(self.step, self.tolerance)

    def _proven(self) -> float:
        """The bound when nothing is left to search."""
        best = np.inf if self.best is None else self.best.cost
        return best if self.tolerance <= self.step else best - self.tolerance

    def _plunge(self, node: Node | None) -> None:
        """Follow one child after another down until there is nothing better below."""
        while node is not None:
            if self.nodes > 2 * self._most_nodes:
                self._push(node)
                return
            self._raise_bound(min([node.bound, *(bound for bound, _, _ in self._heap[:1])]))
            node = self._look_at(node)

    def _raise_bound(self, value: float) -> None:
        best = np.inf if self.best is None else self.best.cost
        self.bound = max(self.bound, min(rounded_up(value, self.step), best))

    def _look_at(self, node: Node) -> Node | None:
        """Solve a node; of its children one is pushed, the more promising one comes back."""
        if node.bound > self._limit():
            return None
        try:
            relaxed = self._relax(node)
        except OutOfTime:
            self._push(node)
            raise
        if relaxed is None:
            return None
        bound = max(node.bound, relaxed.bound.value)
        children = self._branch(relaxed)
        if children is None or children[0] in node.decisions:
            self._is_stuck = True
            self._push(Node(bound, node.decisions))
            return None
        first, second = children
        self._push(Node(bound, (*node.decisions, second)))
        return Node(bound, (*node.decisions, first))

    def _relax(self, node: Node) -> Relaxed | None:
        """The fractional solution of a node, or nothing when no better plan is in it."""
        active = self.active.kept(self._allowed(self.active, node.decisions))
        self.relaxation.allow(active, self._auxiliary_cost(node.decisions))
        tuning = self.tuning.branch_and_bound
        rounds = tuning.node_cut_rounds if node.decisions else tuning.root_cut_rounds
        while True:
            relaxed = self.relaxation.solve(active, self._limit())
            if not node.decisions:
                self._raise_bound(relaxed.bound.value)
                self._root = relaxed.bound, relaxed.reduced
                self._shrink()
                active = self.active
            if relaxed.is_whole:
                self._take(relaxed)
            if relaxed.is_whole or relaxed.bound.value > min(self._limit(), self.big_m):
                return None
            rounds -= 1
            if rounds < 0 or not self.relaxation.add_cuts(relaxed.columns, relaxed.values):
                return relaxed

    def _take(self, relaxed: Relaxed) -> None:
        """Keep a whole solution if it is the cheapest so far."""
        routes = relaxed.columns[relaxed.values > 0.5]
        self._keep(routes, np.flatnonzero(relaxed.auxiliary > 0.5))

    def _keep(self, routes: Columns, auxiliary: Integers) -> None:
        """Add up what a plan costs and, if it is the cheapest so far, keep it and shrink the pool."""
        cost = float(self.program.pool.cost[routes].sum() + self.program.auxiliary.cost[auxiliary].sum())
        if self.best is not None and cost >= self.best.cost - SLACK:
            return
        self.best = ChosenColumns(cost, tuple(int(c) for c in routes), tuple(int(at) for at in auxiliary))
        self._shrink()

    def _shrink(self) -> None:
        """Leave out what the root's reduced costs show to be in no plan better than the best so far."""
        bound, reduced = self._root
        if self.best is not None and np.isfinite(bound.value):
            keep = survivors(bound, self.active.pool, reduced, self.best.cost, self._least_gain())
            self.active = self.active.kept(keep)
            self._root = bound, reduced[keep]

    def _end(self) -> None:
        """Let HiGHS find the best plan among the routes that are left: first among the likely ones."""
        _, reduced = self._root
        count = self.tuning.branch_and_bound.likely_columns
        if len(reduced) > 2 * count:
            likely = np.sort(np.argpartition(reduced - self._evening_least(), count)[:count])
            self._solve_whole(self.active.original[likely])
            self.deadline.check()
        solved = self._solve_whole(self.active.original)
        if solved.is_optimal or solved.is_infeasible:
            self._heap.clear()
        else:
            self._raise_bound(solved.bound)

    def _evening_least(self) -> Floats:
        """Per column left the least reduced cost of its evening."""
        return self._root[0].least[self.active.pool.evening]

    def _solve_whole(self, columns: Columns) -> Solved:
        """The best plan of these routes, if it is better than the best so far; it is kept."""
        linear, auxiliary = Linear(self.seed, self.tuning.integer_programs), self.program.auxiliary
        linear.add_rows(self.program.lower, self.program.upper, Sparse.empty(self.program.rows))
        linear.add_columns(auxiliary.cost, auxiliary.upper, auxiliary.entries)
        cost = self.program.pool.cost[columns]
        linear.add_columns(cost, np.ones(len(columns)), self.program.routes(columns))
        solved = linear.solve_whole(self.deadline, max(SLACK, self._least_gain() / 2), self._limit())
        if len(solved.values):
            routes, left_out = solved.values[len(auxiliary) :], solved.values[: len(auxiliary)]
            self._keep(columns[routes > 0.5], np.flatnonzero(left_out > 0.5))
        return solved

    # branching

    def _branch(self, relaxed: Relaxed) -> tuple[Decision, Decision] | None:
        """Split the evenings of one visit where the shares on both sides are most alike, if any has several."""
        share: dict[int, dict[int, float]] = {}
        pool = self.program.pool
        for column, value in zip(relaxed.columns, relaxed.values, strict=True):
            evening = int(pool.evening[column])
            stops = pool.order[column][pool.order[column] >= 0] + pool.offset[evening]
            for visit in self._visits_of[stops].ravel():
                if visit >= 0:
                    of = share.setdefault(int(visit), {})
                    of[evening] = of.get(evening, 0.0) + float(value)
        halves = min(_halves(share), default=None)
        if halves is None:
            return None
        _, visit, last, total = halves
        early, late = Decision(visit, last, is_early=True), Decision(visit, last, is_early=False)
        return (early, late) if total >= 0.5 else (late, early)

    def _auxiliary_cost(self, decisions: tuple[Decision, ...]) -> Floats:
        """A visit that must be made somewhere must not be left out."""
        cost = self.program.auxiliary.cost.copy()
        for d in decisions:
            if d.is_early:
                cost[self.program.visit_row[d.visit]] = self.big_m
        return cost

    def _allowed(self, active: ActiveColumns, decisions: tuple[Decision, ...]) -> np.ndarray:
        keep = np.ones(len(active.pool), dtype=np.bool_)
        for d in decisions:
            _restrict(
                keep, active.pool.evening, active.pool.order, active.pool.offset,
                self._visits_of, d.visit, d.last, d.is_early,
            )  # fmt: skip
        return keep


def visits_made(program: Program) -> Integers:
    """Per candidate stop the program's visits that it makes, (candidates, most of a stop) int64, -1 behind the last.

    A second visitor makes none.
    """
    known = set(program.visits)
    made: list[list[int]] = []
    for evening, some in zip(program.pool.evenings, program.pool.candidates, strict=True):
        for option in (evening.options[number] for number in some.option):
            made.append([visit for visit in option.visits if visit in known and option.role == VISITOR])
    width = max([1, *map(len, made)])
    return np.array([[*visits, *[-1] * (width - len(visits))] for visits in made], dtype=np.int64).reshape(-1, width)


def _halves(share: dict[int, dict[int, float]]) -> Iterator[tuple[float, int, int, float]]:
    """Every way to split a visit's evenings: how uneven, the visit, the last early evening, its share."""
    for visit, evenings in share.items():
        total = 0.0
        for evening in sorted(evenings):
            total += evenings[evening]
            if SLACK < total < 1 - SLACK:
                yield abs(total - 0.5), visit, evening, total


@numba.njit(cache=True, nogil=True)
def _restrict(keep, evening, order, offset, visits_of, visit, last, is_early):  # type: ignore[no-untyped-def]
    """Strike the columns that contradict a decision."""
    for c in range(len(keep)):
        if not keep[c] or (evening[c] <= last) == is_early:
            continue
        for place in range(order.shape[1]):
            if order[c, place] < 0:
                break
            k = offset[evening[c]] + order[c, place]
            for at in range(visits_of.shape[1]):
                if visits_of[k, at] == visit:
                    keep[c] = False
