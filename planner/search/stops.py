"""What every candidate stop of a program is, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.base.arrays import Flags, Integers
from planner.master.program import Program
from planner.model.index import ProblemIndex
from planner.model.plan import SECOND
from planner.model.problem import Problem


@dataclass(frozen=True)
class StopTable:
    """Per candidate stop k of the program's pool (see `Pool.offset`) what it is; n is their number.

    evening: (n,) int64, position in `pool.evenings`.
    visits: the visits that it serves, positions in `problem.visits`.
    is_second: (n,) bool, whether the visitor comes along to a visit of somebody else.
    moment: (n,) int64, the start in minutes after midnight when somebody else must be there too, -1 when it is free.
    is_coupled: (n,) bool, whether it is a stop of a visit with company, an interpreter or siblings, or of one that must
        be apart from others.
    """

    evening: Integers
    visits: tuple[tuple[int, ...], ...]
    is_second: Flags
    moment: Integers
    is_coupled: Flags

    @classmethod
    def of(cls, problem: Problem, program: Program) -> StopTable:
        evening, visits, second, moment = [], [], [], []
        for number, (some, at) in enumerate(zip(program.pool.evenings, program.pool.candidates, strict=True)):
            for option in (some.options[o] for o in at.option):
                evening.append(number)
                visits.append(option.visits)
                second.append(option.role == SECOND)
                moment.append(-1 if option.moment is None else option.moment)
        index = ProblemIndex(problem)
        tied = [visit.is_coupled or visit.id in index.siblings or visit.id in index.apart for visit in problem.visits]
        coupled = [any(tied[v] for v in stop) for stop in visits]
        return cls(
            np.array(evening, dtype=np.int64),
            tuple(visits),
            np.array(second, dtype=np.bool_),
            np.array(moment, dtype=np.int64),
            np.array(coupled, dtype=np.bool_),
        )
