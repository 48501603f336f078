"""What a change by hand works on: the problem of a draft, read once in a process, and the draft as it stands.

A problem is some megabytes with its matrix and never changes once its draft is ready, so a few are kept in the
process. The draft itself is read anew each time: somebody else may have changed it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from planner import (
    Assessment,
    Finding,
    Mover,
    ProblemIndex,
    Reservation,
    ReservingMover,
    Schedule,
    assess,
    problem_from_json,
    reservation_findings,
)
from planning.draft.making import count_totals
from planning.draft.patches import DraftPatch
from planning.draft.stored import AsMade, StoredDraft, read_draft_of
from planning.models import Plan


@dataclass(frozen=True)
class LoadedDraft:
    """A draft with its problem, and the moments that families have reserved: all that a change has to know.

    `schedule` holds the routes of `stored` as the planner has them. `pins` are visits that stay where they are.
    """

    plan: Plan
    stored: StoredDraft
    index: ProblemIndex
    schedule: Schedule
    pins: tuple[str, ...]
    reserved: tuple[Reservation, ...] = ()
    known_assessment: Assessment | None = None

    @cached_property
    def pinned(self) -> frozenset[str]:
        """The pins, to look visits up in."""
        return frozenset(self.pins)

    @cached_property
    def assessment(self) -> Assessment:
        """Of the draft as it stands."""
        return self.known_assessment or assess(self.index.problem, self.schedule, self.index)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """About the draft as it stands, also beside what is reserved."""
        return *self.assessment.findings, *reservation_findings(self.index, self.schedule, self.reserved)

    def mover(self) -> ReservingMover:
        """Answers what moves cost, given what is reserved; a pinned visit is not moved to make room."""
        return ReservingMover(Mover(self.index, self.schedule, self.pinned), self.reserved)

    def patched(self, patch: DraftPatch) -> LoadedDraft:
        """The draft as it is with this side of a change, with its totals; nothing is written."""
        stored = patch.applied_to(self.stored)
        schedule = _schedule_of(stored)
        assessment = assess(self.index.problem, schedule, self.index)
        totals = count_totals(
            stored.totals,
            self.index.problem,
            stored.routes,
            unplaced=len(stored.unplaced),
            outside_wish=assessment.parts.outside_wish,
        )
        as_made = stored.as_made or AsMade(stored.totals, self.plan.cost)
        stored = replace(stored, totals=totals, as_made=as_made)
        return replace(self, stored=stored, schedule=schedule, pins=patch.pins, known_assessment=assessment)


def load_draft(plan: Plan, reserved: tuple[Reservation, ...] = ()) -> LoadedDraft:
    """The draft with its problem; `plan.result` must have been read."""
    stored = read_draft_of(plan)
    return LoadedDraft(plan, stored, index_of(plan), _schedule_of(stored), tuple(plan.pins), reserved)


def index_of(plan: Plan) -> ProblemIndex:
    """The problem of a draft that is ready, from memory when this process has read it before."""
    return _read_index(plan.uuid, plan.finished_at)


@lru_cache(maxsize=4)  # a problem of a school of a thousand families takes about five megabytes
def _read_index(plan: uuid.UUID, finished_at: dt.datetime | None) -> ProblemIndex:
    """The problem in the row; a job that is done once more, at another moment, has another one."""
    return ProblemIndex(problem_from_json(Plan.objects.values_list("problem", flat=True).get(uuid=plan)))


def _schedule_of(draft: StoredDraft) -> Schedule:
    return Schedule.of(route.planned() for route in draft.routes)
