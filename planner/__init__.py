"""Plans a school's home visits: a problem of numbers goes in, a plan and a bound on the best possible plan come out.

A library of its own: it knows neither Django nor Celery nor the application's tables. All that its users need is here:

* read and write: `read_problem`, `problem_from_json`, `problem_to_json`, `plan_to_json`, and the values they are made
  of; `without_hours` and `beside_others`, visits that cannot be at some hours;
* plan: `solve` a problem, `repair_plan` after a change, `try_remedies` for visits that were left out;
* check: `judge` which rules routes break and what they cost, `assess` a draft that a person changes, and `Mover`, what
  a single change would do to it (`ReservingMover`: beside moments that are reserved);
* count: `count_shortages`, the visitors who are needed at more visits than fit, before anything is planned;
* make a command line: `plan_file` from file to file, with `add_plan_options` and `ProgressLine`; `python -m planner` is
  one;
* prepare a process: `compile_loops` ahead of the first plan, `limit_arenas` of memory.

What it is good for, with examples: planner/README.md. How it works: docs/planner.md. Modules below this one are not for
others to import: they change without notice.
"""

from planner.base.memory import limit_arenas
from planner.base.tuning import Tuning
from planner.evaluate.assessment import Assessment, Finding, Severity, assess
from planner.evaluate.capacity import Attendance, Shortage, count_shortages
from planner.evaluate.moves import Move, Mover, NoSuchShift, ShiftStops
from planner.evaluate.reasons import REASON_CODES
from planner.evaluate.reservations import Reservation, ReservingMover, reservation_findings
from planner.evaluate.verdict import Verdict, judge
from planner.files import PlannedFile, add_plan_options, plan_file
from planner.model.exchange import PROBLEM_FORMAT, plan_to_json, problem_from_json, problem_to_json, read_problem
from planner.model.index import ProblemIndex, Schedule, ShiftKey
from planner.model.modification import beside_others, without_hours
from planner.model.plan import SECOND, VISITOR, Plan, Route, Stop, Unplaced
from planner.model.problem import (
    COUPLED_GRID_MINUTES,
    GRID_MINUTES,
    MINUTES_A_DAY,
    Appointment,
    BadProblem,
    InterpreterShift,
    Problem,
    Rules,
    Shift,
    Visit,
    Visitor,
    Weights,
    Window,
)
from planner.precompile import compile_loops
from planner.remedies.remedy import REMEDY_KINDS, Remedy
from planner.remedies.try_all import try_remedies
from planner.repair.repairer import repair_plan
from planner.search.solver import Progress, solve
from planner.terminal import ProgressLine

__all__ = [
    "COUPLED_GRID_MINUTES",
    "GRID_MINUTES",
    "MINUTES_A_DAY",
    "PROBLEM_FORMAT",
    "REASON_CODES",
    "REMEDY_KINDS",
    "SECOND",
    "VISITOR",
    "Appointment",
    "Assessment",
    "Attendance",
    "BadProblem",
    "Finding",
    "InterpreterShift",
    "Move",
    "Mover",
    "NoSuchShift",
    "Plan",
    "PlannedFile",
    "Problem",
    "ProblemIndex",
    "Progress",
    "ProgressLine",
    "Remedy",
    "Reservation",
    "ReservingMover",
    "Route",
    "Rules",
    "Schedule",
    "Severity",
    "Shift",
    "ShiftKey",
    "ShiftStops",
    "Shortage",
    "Stop",
    "Tuning",
    "Unplaced",
    "Verdict",
    "Visit",
    "Visitor",
    "Weights",
    "Window",
    "add_plan_options",
    "assess",
    "beside_others",
    "compile_loops",
    "count_shortages",
    "judge",
    "limit_arenas",
    "plan_file",
    "plan_to_json",
    "problem_from_json",
    "problem_to_json",
    "read_problem",
    "repair_plan",
    "reservation_findings",
    "solve",
    "try_remedies",
    "without_hours",
]
