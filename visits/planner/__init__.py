"""The planner: a plan for a whole school's visits, in seconds, with a proof of how good it is.

Plain Python and numbers; it knows neither Django nor Celery. `solve` is the way in; `exchange` reads and
writes the file format.
"""

from .plan import Plan, Route, Stop, Unplaced
from .problem import BadProblem, Problem
from .remedies import try_remedies
from .remedy import Remedy
from .repair import repair
from .solve import Progress, solve

__all__ = [
    "BadProblem",
    "Plan",
    "Problem",
    "Progress",
    "Remedy",
    "Route",
    "Stop",
    "Unplaced",
    "repair",
    "solve",
    "try_remedies",
]
