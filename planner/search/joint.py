"""The search for visitors who are tied together: a first plan, a bound, and improvements until time is up.

Once every coupled visit has its moment and its people, the visitors are independent, and each is planned
exactly by `branch_and_bound.BranchAndBound`. So the search here is for moments:

1. a first plan: moments chosen family by family under the prices of each visitor's own linear program;
2. the linear relaxation of all, with cuts: a bound, and prices of the coupling rows (`root`);
3. the bound once more, every visitor in whole numbers, and later those who are tied together (`decomposition_bound`);
4. meanwhile in the other threads, and then in all: a dive for the moments of all families, then for those of some
   beside the others', by turns with groups of visitors and with the good routes of all these (`large_neighbourhood`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import numpy as np

from planner.base.arrays import Columns
from planner.base.deadline import Deadline, OutOfTime
from planner.base.memory import release_free_memory
from planner.base.threads import Item, Result, StopSign, in_threads
from planner.base.tuning import DEFAULT, Tuning
from planner.master.bound import SLACK, rounded_up
from planner.master.program import Program
from planner.master.relaxation import Relaxed
from planner.master.subprograms import sub_program
from planner.model.problem import Problem
from planner.search.branch_and_bound import BranchAndBound, ChosenColumns
from planner.search.decomposition_bound import DecompositionBound, VisitorGroup
from planner.search.fixed_moments import FixedMoments
from planner.search.joint_context import JointContext, RootRelaxation
from planner.search.large_neighbourhood import LargeNeighbourhoodSearch, Task
from planner.search.regret_insertion import RegretInsertion
from planner.search.root import JointRelaxation

Tell = Callable[[str], None]


class JointSearch:
    """The search for one component of a school whose visitors are coupled; the interface is that of
    `BranchAndBound`."""

    def __init__(
        self,
        problem: Problem,
        program: Program,
        *,
        step: float,
        seed: int = 0,
        jobs: int = 1,
        tuning: Tuning = DEFAULT,
    ) -> None:
        self.problem = problem
        self.program = program
        self.step = step
        self.jobs = jobs
        self.tuning = tuning
        self.best: ChosenColumns | None = None
        self.bound = -np.inf
        self.context = JointContext.of(problem, program, step, seed, tuning)
        self.relaxation = JointRelaxation(self.context)
        self.neighbourhoods = LargeNeighbourhoodSearch(self.context)
        self._decomposition: DecompositionBound | None = None
        self._tasks = 0
        self._is_bounding = False
        self._helping: list[Future[None]] = []
        self._is_over = False
        self._lock = Lock()  # of the best plan, the bound and the next task

    @property
    def gap(self) -> float:
        """The share of the best plan's cost that is not proven to be needed."""
        if self.best is None:
            return 1.0
        return (self.best.cost - max(0.0, self.bound)) / self.best.cost if self.best.cost else 0.0

    def run(self, deadline: Deadline, gap: float, tell: Tell) -> None:
        """Search until the plan is within `gap` of the bound or the deadline passes; `tell` hears of it."""
        self.tell, self.target, self.deadline = tell, gap, deadline
        self.relaxation.deadline = deadline
        if not len(self.program.pool):
            self.take(np.zeros(0, dtype=np.int64))
            self._raise_bound(np.inf)
            return
        with ThreadPoolExecutor(max_workers=max(1, self.jobs - 1)) as self._helpers:
            try:
                self._first_plan()
                self._search()
            except OutOfTime:
                pass
            finally:
                self._is_over = True
        for helping in self._helping:
            helping.result()

    def _search(self) -> None:
        if self._is_large():
            self._relax()
        if self._is_large():
            self._bound_visitors()
        while not self._is_good_enough() and self._is_large():
            self._improve()
        self._dismiss_helpers()
        if not self._is_good_enough():
            self._end()

    def _is_large(self) -> bool:
        return len(self.relaxation.active.pool) > self.tuning.joint.exact_columns

    def _is_good_enough(self) -> bool:
        self.deadline.check()
        return self.gap <= self.target

    def _raise_bound(self, value: float) -> None:
        with self._lock:
            self._note_at_least(value)

    def _note_at_least(self, value: float) -> None:
        self.bound = max(self.bound, min(rounded_up(value, self.step), self._cost()))

    def _cost(self) -> float:
        return np.inf if self.best is None else self.best.cost

    def _scale(self) -> float:
        """About what a plan costs."""
        return self.best.cost if self.best else self.problem.weights.unplaced * len(self.program.visits)

    def _current(self) -> Columns:
        return np.array(self.best.routes if self.best else (), dtype=np.int64)

    def _spread(
        self, work: Callable[[Item], Result], items: Iterable[Item], deadline: Deadline | None = None
    ) -> list[Result]:
        return list(in_threads(work, items, self.jobs, deadline or self.deadline))

    def take(self, columns: Columns) -> bool:
        """Judge the plan of these routes; keep it if it breaks no rule and is the best so far."""
        plan = self.context.judged(columns)
        if plan is None:
            return False
        self.neighbourhoods.note(columns)
        with self._lock:
            if plan.cost >= self._cost() - SLACK:
                return False
            self.best = plan
            self._note_at_least(self.bound)
        return True

    # the steps

    def _first_plan(self) -> None:
        """Moments family by family at the visitors' own prices; then what the relaxation starts from."""
        relaxation, context = self.relaxation, self.context
        relaxation.solve_visitors(self._spread)
        self._raise_bound(relaxation.bound)
        insertion = RegretInsertion(
            self.problem, self.program, context.stop_table, relaxation.reduced, self.tuning.regret_insertion
        )
        estimate = insertion.estimate(relaxation.duals)
        if self.best is None or context.left_out(self._current()):
            self._take_moments(insertion)
        self.deadline.check()
        self.tell("first plan")
        relaxation.start(estimate)
        self._raise_bound(relaxation.bound)
        self.take(self.neighbourhoods.completed(relaxation.root, self._current(), self.deadline))

    def _take_moments(self, insertion: RegretInsertion) -> None:
        """The plan with the moments that are chosen family by family."""
        insertion.choose()
        fixed = FixedMoments(self.context, insertion.fixed)
        share = self.deadline.seconds_left() * self.jobs / max(1, len(self.context.visitors))
        found = self._spread(lambda visitor: fixed.plan(visitor, self.deadline.within(share)), self.context.visitors)
        self.take(np.concatenate(found))

    def _relax(self) -> None:
        """The linear optimum with cuts; the pool shrinks to what can be in a better plan."""
        self._run_volume()
        self.relaxation.begin_linear_program(self._current())
        tuning, began = self.tuning.root, self.deadline.seconds_left()
        relaxed = self._likely()
        for _round in range(tuning.cut_rounds):
            left = self.deadline.seconds_left()
            before, took, began = relaxed.bound.value, began - left, left
            if took > tuning.cut_time * began or self._is_good_enough() or not self.relaxation.add_cuts(relaxed):
                break
            relaxed = self._likely()
            if relaxed.bound.value - before < tuning.least_rise * before:
                break
        self.relaxation.solve(self._cost() - self.step + SLACK, self._scale())
        self.relaxation.drop_idle_cuts()
        self._note_bound()
        self.relaxation.deadline = self.deadline

    def _run_volume(self) -> None:
        """Improve prices, then with cuts; other threads start diving when the prices first stop rising much.

        A first stretch that brings little proves nothing: it may only find the length of a step.
        """
        tuning, rounds = self.tuning.volume, 0
        for stretch in range(tuning.stretches):
            rise = self.relaxation.run_volume()
            self._note_bound()
            if self._is_good_enough():
                return
            if stretch and rise < tuning.least_stretch_rise * self.bound:
                self.relaxation.deadline = self._deadline_with_helpers()
                rounds += 1
                if rounds > tuning.cut_rounds or not self.relaxation.add_volume_cuts():
                    return

    def _likely(self) -> Relaxed:
        relaxed = self.relaxation.solve_likely(self._scale())
        self._note_bound()
        return relaxed

    def _note_bound(self) -> None:
        """The bound may have risen, and then the pool shrinks."""
        self._raise_bound(self.relaxation.bound)
        self.relaxation.shrink(self._cost())
        release_free_memory()
        self.tell("bounding")

    def _bound_visitors(self) -> None:
        """The bound with every visitor in whole numbers."""
        if self._is_good_enough():
            return
        release_free_memory()
        deadline, root = self._deadline_with_helpers(), self.relaxation.root
        decomposition = DecompositionBound(self.context, root)
        self._spread(lambda visitor: decomposition.improve(root, (visitor,), deadline), self.context.visitors, deadline)
        self._raise_bound(decomposition.bound())
        self._decomposition = decomposition
        self.tell("bounding")

    def _end(self) -> None:
        """With few routes left one exact search ends it, with proof."""
        routes = self._current()
        keep = np.zeros(len(self.program.pool), dtype=np.bool_)
        keep[self.relaxation.active.original] = True
        keep[routes] = True
        evenings = range(len(self.program.pool.evenings))
        sub = sub_program(self.program, evenings, np.arange(self.program.rows), keep=keep)
        search = BranchAndBound(sub.program, step=self.step, seed=self.context.seed, tuning=self.tuning)
        if self.best is not None:
            search.start_from(np.flatnonzero(np.isin(sub.columns, routes)))
        search.run(self.deadline)
        if search.best is not None:
            self.take(sub.columns[list(search.best.routes)])
        self._raise_bound(search.bound)

    # neighbourhoods

    def _improve(self) -> None:
        """Free a part of the plan and plan it anew; the other threads do the same meanwhile."""
        deadline = self._deadline_with_helpers()
        deadline.check()
        self._run_task(self._task(), deadline)
        self.relaxation.shrink(self._cost())
        self.tell("improving")

    def _deadline_with_helpers(self) -> Deadline:
        """The deadline for this thread: checking it starts the helpers; it has passed when the plan is good enough."""
        return Deadline(self.deadline.at, StopSign(self._tend_helpers))

    def _tend_helpers(self) -> bool:
        """Let the other threads improve the plan, by what is known now; is it time to stop?"""
        self._root = self.relaxation.root
        while self.best is not None and len(self._helping) < self.jobs - 1:
            self._helping.append(self._helpers.submit(self._help))
        for helping in self._helping:
            if helping.done():
                helping.result()
        return self._is_dismissed()

    def _help(self) -> None:
        """In another thread: one task after another."""
        deadline = Deadline(self.deadline.at, self._is_dismissed)
        try:
            while not deadline.has_passed():
                self._run_task(self._task(), deadline)
        except OutOfTime:
            return

    def _is_dismissed(self) -> bool:
        return self._is_over or self.gap <= self.target or self.deadline.has_passed()

    def _dismiss_helpers(self) -> None:
        self._is_over = True
        for helping in self._helping:
            helping.result()

    def _task(self) -> Task:
        """What to do next; of what takes much memory one thing at a time."""
        with self._lock:
            self._tasks += 1
            root, decomposition = self._root, self._decomposition
            tuning = self.tuning.decomposition_bound
            every = tuning.every_in_stagnation if self.neighbourhoods.is_stagnating else tuning.every
            has_memory = not (self._is_bounding or self.neighbourhoods.is_joining)
            if decomposition is not None and self._tasks % every == 0 and has_memory:
                group = decomposition.next_group()
                if group is not None:
                    self._is_bounding = True
                    return lambda deadline: self._bound_group(decomposition, root, group, deadline)
            return self.neighbourhoods.task(root, self._current(), self._scale(), may_join=not self._is_bounding)

    def _bound_group(
        self, decomposition: DecompositionBound, root: RootRelaxation, group: VisitorGroup, deadline: Deadline
    ) -> None:
        """The bound with these visitors together in whole numbers."""
        try:
            decomposition.improve(root, group, deadline.within(self.tuning.decomposition_bound.seconds))
        finally:
            self._is_bounding = False
        self._raise_bound(decomposition.bound())

    def _run_task(self, task: Task, deadline: Deadline) -> None:
        release_free_memory()
        routes = task(deadline)
        if routes is not None:
            self.take(routes)
