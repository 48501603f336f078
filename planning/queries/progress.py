"""How far a planning job is, as its page tells it: the phase, figures, and a picture of the gap that closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from planning.draft.progress import BestSoFar, JobProgress, Phase
from planning.models import Plan, PlanState
from planning.queries.drafts import gap_between

# The schedule looks every 30 seconds, and a wake-up is quicker: who waits longer waits for no worker.
LONG_WAIT = dt.timedelta(seconds=30)
WIDTH, HEIGHT = 1000, 240  # of the picture; it is stretched to its place on the page
WHOLE_PLAN = 0.5  # a gap above this one belongs to a plan that has not been to all mentors yet
VISIBLE = 0.0005  # a smaller gap is a flat line at the scale of one percent, and words say it better
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # tops of the picture, as shares


@dataclass(frozen=True)
class ProgressPicture:
    """The gap against time. `line` and `area` are points in a box of WIDTH x HEIGHT; the gap starts at zero."""

    line: str
    area: str
    top: float  # the share at the upper edge
    seconds: int  # at the right-hand edge
    first: tuple[int, float]  # when the first whole plan was there, and its gap
    last: float

    @property
    def top_percent(self) -> int:
        """The upper edge as a whole percentage."""
        return round(100 * self.top)


@dataclass(frozen=True)
class Work:
    """A job that waits or is at work."""

    phase: Phase
    percent: int
    gap: float | None  # None until the plan so far has been to all mentors
    families: int
    best: BestSoFar | None  # None while there is no plan
    picture: ProgressPicture | None
    waits_long: bool
    is_helping: bool
    milestone: str  # changes a few times in a job: what is read aloud changes with it


def work_of(plan: Plan, now: dt.datetime) -> Work:
    """How far this job is."""
    told = JobProgress.from_json(plan.so_far)
    gap = None
    if plan.cost is not None and plan.bound is not None:
        gap = gap_between(plan.cost, plan.bound, told.hopeless)
    percent = round(100 * plan.progress)
    stop = "stop" if plan.is_stop_asked else ""
    return Work(
        phase=told.phase,
        percent=percent,
        gap=gap if gap is not None and gap <= WHOLE_PLAN else None,
        families=told.families,
        best=told.best,
        picture=closing_gap(plan.trail, told.hopeless, now=told.seconds, end=plan.seconds),
        waits_long=plan.state == PlanState.QUEUED and now - plan.created_at > LONG_WAIT,
        is_helping=told.phase == Phase.HELPING,
        milestone=f"{plan.state}-{told.phase}-{percent // 25}{stop}",
    )


def closing_gap(
    trail: Sequence[Sequence[float]], hopeless: int, *, now: float = 0, end: float = 0
) -> ProgressPicture | None:
    """The picture of a trail up to `now`, with room until `end`, in seconds.

    Nothing before a second plan came, nor when the first was so good that nothing is seen to close.

    The upper edge is the scale of the first whole plan and stays that, so that what closes is seen to close.
    """
    gaps = [(at, gap_between(cost, bound, hopeless)) for at, cost, bound in trail]
    whole = [(at, gap) for at, gap in gaps if gap <= WHOLE_PLAN]
    if len(whole) < 2:
        return None
    first, last = whole[0], whole[-1]
    if first[1] < VISIBLE:
        return None
    top = next(scale for scale in SCALES if first[1] <= scale)
    end = max(end, now, last[0], 1.0)
    points = [first]
    for at, gap in [*whole[1:], (max(now, last[0]), last[1])]:
        points += [(at, points[-1][1]), (at, gap)]  # a gap holds until it changes
    drawn = [(round(WIDTH * at / end), round(HEIGHT * (1 - min(gap / top, 1)))) for at, gap in points]
    line = " ".join(f"{x},{y}" for x, y in drawn)
    area = f"{drawn[0][0]},{HEIGHT} {line} {drawn[-1][0]},{HEIGHT}"
    return ProgressPicture(line, area, top, round(end), (round(first[0]), first[1]), last[1])
