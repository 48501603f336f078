"""What a command line tells of a plan: how far it is while it is made, and what came out."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

from planner.files import PlannedFile
from planner.model.plan import Plan, Unplaced
from planner.search.solver import Progress

PROGRESS = "%(seconds)7.1f s  %(percent)3d %%  cost %(cost)s  bound %(bound)s  gap %(gap)s %%  left out %(left_out)s"
LINE_SECONDS = 0.5
MOST_NAMED = 8  # visits that are left out for one reason and named
REASONS = {
    "no_visitor": "nobody may make the visit",
    "no_windows": "the household has no moment at all",
    "no_common_day": "no day of the household is a day of a visitor",
    "window_too_short": "every window is shorter than the visit",
    "outside_shift": "the windows lie outside the hours of the visitors",
    "road_too_long": "the way there and back leaves too little time",
    "off_grid": "no start on the coarse grid, on which two people meet, fits",
    "no_second_evening": "nobody who may come along can be there at a moment that fits",
    "no_interpreter": "no interpreter is there at a moment that fits",
    "limit_reached": "the visitors make as many stops as they may",
    "fixed_in_the_way": "fixed moments of others leave no room",
    "interpreters_busy": "the interpreters are elsewhere at every moment that fits",
    "family_busy": "the household has another visit at every moment that fits",
    "evenings_full": "the other visits leave no room",
    "siblings_apart": "there is room, but not together with a sibling",
    "room_left": "there is room: the search ended too early, or leaving it out costs less",
}


class ProgressLine:
    """Tells how far a solve is: one line, written again and again, on a terminal; a line for each change elsewhere.

    `template` is filled with `seconds` since this object was made, `percent` of the work, and what the best plan so
    far is: `cost`, `bound`, `gap` in per cents of the cost, and `left_out`, the visits without a moment. `line_seconds`
    lie between two lines at least, where lines are not rewritten.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        is_terminal: bool,
        template: str = PROGRESS,
        line_seconds: float = LINE_SECONDS,
    ) -> None:
        self._write = write
        self._line_seconds = line_seconds
        self._is_terminal = is_terminal
        self._template = template
        self._began = time.monotonic()
        self._told: tuple[object, ...] = ()
        self._next = 0.0
        self._width = 0

    def __call__(self, progress: Progress) -> None:
        """Tell it, unless it was told already or a moment ago."""
        seconds = time.monotonic() - self._began
        facts = _facts(progress)
        if self._is_terminal:
            self._rewrite(self._template % {"seconds": seconds, **facts})
            return
        told = (facts["cost"], facts["bound"], facts["left_out"])
        is_last = progress.fraction >= 1
        if is_last or (told != self._told and seconds >= self._next):
            self._told, self._next = told, seconds + self._line_seconds
            self._write(self._template % {"seconds": seconds, **facts} + "\n")

    def end(self) -> None:
        """Leave the line, so that what follows stands on its own."""
        if self._width:
            self._write("\n")
            self._width = 0

    def _rewrite(self, text: str) -> None:
        text = text[: shutil.get_terminal_size().columns - 1]  # a line that wraps cannot be written again
        self._write("\r" + text.ljust(self._width))
        self._width = len(text)


def _facts(progress: Progress) -> dict[str, object]:
    gap = (progress.cost - progress.bound) / progress.cost if progress.cost else 0.0
    left_out = "-" if progress.parts is None else progress.parts["unplaced"]
    return {
        "percent": int(100 * progress.fraction),
        "cost": number_text(progress.cost),
        "bound": number_text(progress.bound),
        "gap": f"{100 * gap:.2f}",
        "left_out": left_out,
    }


def number_text(number: float) -> str:
    """A cost: whole where its fraction says nothing."""
    return f"{number:.0f}" if number >= 1000 or float(number).is_integer() else f"{number:.4g}"


def summary(made: PlannedFile) -> Iterator[str]:
    """The lines that say what came out: what has a moment, what it costs, how good that is, and what is left out."""
    plan, visits = made.plan, len(made.problem.visits)
    stopped = " (stopped)" if made.was_stopped else ""
    yield (
        f"{visits - len(plan.unplaced)} of {visits} visits have a moment, on {len(plan.routes)} routes; "
        f"{plan.seconds:.1f} seconds{stopped}"
    )
    yield f"cost {number_text(plan.cost)}, {_worth(plan)}"
    priced = f", windows cost {number_text(plan.parts['window_cost'])}" if plan.parts["window_cost"] else ""
    yield (
        f"travel {plan.parts['travel_minutes']} minutes, waiting {plan.parts['waiting_minutes']} minutes, "
        f"outside the wish {plan.parts['outside_wish']}, siblings split {plan.parts['siblings_split']}, "
        f"moved {plan.parts['moved']}{priced}"
    )
    yield from _left_out(plan.unplaced)


def _worth(plan: Plan) -> str:
    if plan.is_proven:
        return "proven: no plan costs less"
    return f"bound {number_text(plan.bound)}, gap {plan.gap:.2%}"


def _left_out(unplaced: tuple[Unplaced, ...]) -> Iterator[str]:
    """A line for each reason, those with most visits first."""
    names: dict[str, list[str]] = defaultdict(list)
    for each in unplaced:
        names[each.code].append(each.visit)
    for code, left in sorted(names.items(), key=lambda found: -len(found[1])):
        more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
        yield f"left out {len(left)}, {REASONS.get(code, code)}: {', '.join(left[:MOST_NAMED])}{more}"
