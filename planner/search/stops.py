"""What every candidate stop of a program is, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.columns.routes import Flags, Integers
from planner.master.program import Program
from planner.model.plan import SECOND
from planner.model.problem import Problem


@dataclass(frozen=True)
class StopTable:
    """What every candidate stop is: its evening, visits, role and moment (-1: any)."""

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
        siblings = {name for pair in problem.siblings for name in pair}
        coupled = [any(problem.visits[v].is_coupled or problem.visits[v].id in siblings for v in vs) for vs in visits]
        return cls(
            np.array(evening, dtype=np.int64),
            tuple(visits),
            np.array(second, dtype=np.bool_),
            np.array(moment, dtype=np.int64),
            np.array(coupled, dtype=np.bool_),
        )
