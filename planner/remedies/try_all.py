"""What would give families without a moment one: tried, not guessed. The kinds stand in `remedy`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from planner.base.deadline import Deadline
from planner.base.threads import StopSign
from planner.base.tuning import DEFAULT, Tuning
from planner.model.plan import Plan
from planner.model.problem import Problem, Window
from planner.remedies.evening_remedies import EveningRemedies
from planner.remedies.family_remedies import FamilyRemedies
from planner.remedies.remedy import Remedy, rank
from planner.remedies.remedy_search import RemedySearch
from planner.search.solver import OnProgress, Progress, ShouldStop


def try_remedies(
    problem: Problem,
    plan: Plan,
    *,
    visits: Iterable[str] | None = None,
    seconds: float = 30,
    seed: int = 0,
    days: Mapping[dt.date, int] | None = None,
    windows: Mapping[str, Sequence[Window]] | None = None,
    should_stop: ShouldStop | None = None,
    progress: OnProgress | None = None,
    tuning: Tuning = DEFAULT,
) -> list[Remedy]:
    """What would place the plan's unplaced visits (or these of them), best first.

    A remedy for a visitor is tried for all unplaced visits of that visitor at once. First come those that place
    most, then those that cost others least, then the kinds in their order. Of one kind for one visitor (for
    extra evenings: on one weekday) or visit only the best is kept. Moving anybody from the plan's moments is
    priced as `cost.moved`; fixed moments stay.

    `days`: dates with their week on which visits could take place too, where the application knows that.
    `windows`: when families could besides the problem's windows, on days or at hours at which nobody visits now:
    they are looked at where a remedy adds such hours. Without them nothing is assumed about a family.

    `seconds`: for all of them, wall clock. `should_stop` and `progress` are called between two attempts, in the
    caller's own thread. The same plan and seed give the same remedies, as long as the time suffices.
    """
    deadline = Deadline.after(seconds, StopSign(should_stop) if should_stop else None)
    wanted = [unplaced.visit for unplaced in plan.unplaced]
    if visits is not None:
        wanted = [name for name in wanted if name in set(visits)]
    search = RemedySearch(problem, plan, deadline, seed, days or {}, windows or {}, tuning)
    tasks = _tasks(search, wanted)
    for done, task in enumerate(tasks):
        if deadline.has_passed():
            break
        task()
        if progress is not None:
            progress(Progress((done + 1) / len(tasks), plan.cost, plan.bound, "remedies"))
    return sorted(search.best.values(), key=rank)


def _tasks(search: RemedySearch, wanted: Iterable[str]) -> list[Callable[[], None]]:
    """One thing to try after another: what several families need first."""
    wanted = list(wanted)
    of_visitor: dict[str, list[str]] = defaultdict(list)
    for name in wanted:
        for who in search.index.visits[name].visitors:
            of_visitor[who].append(name)
    busiest = sorted(of_visitor.items(), key=lambda item: (-len(item[1]), item[0]))
    evenings, families = EveningRemedies(search), FamilyRemedies(search)
    return [
        *(partial(evenings.for_visitor, search.index.visitors[who], names) for who, names in busiest),
        *(partial(families.for_visit, search.index.visits[name]) for name in wanted),
    ]
