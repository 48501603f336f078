"""The planner: a plan for a whole school's visits, in seconds, with a proof of how good it is.

Plain Python and numbers; it knows neither Django nor Celery. `solve` is the way in; `exchange` reads and
writes the file format.
"""

from planner.model.plan import Plan, Route, Stop, Unplaced
from planner.model.problem import BadProblem, Problem
from planner.remedies.remedy import Remedy
from planner.remedies.try_all import try_remedies
from planner.repair.repairer import repair_plan
from planner.search.solver import Progress, solve

__all__ = [
    "BadProblem",
    "Plan",
    "Problem",
    "Progress",
    "Remedy",
    "Route",
    "Stop",
    "Unplaced",
    "repair_plan",
    "solve",
    "try_remedies",
]
