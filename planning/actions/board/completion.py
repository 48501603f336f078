"""'Herstel de rest': the planner completes a draft around what people pinned and changed by hand.

It is a job like any other (planning/actions/runs.py): a row that names the draft and the revision that was seen,
and that keeps the proposal when it is done. Saying yes writes that proposal as one change of the draft, if the draft
is still as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions import record_event
from mentors.models import User
from planner import Plan as Made
from planner.evaluate.assessment import assess
from planner.model.index import Schedule, ShiftKey
from planner.model.plan import Route
from planner.model.problem import Appointment, Problem
from planning.actions.board.edits import Edited
from planning.actions.board.patches import BoardError, BoardShut, Slip, open_sheet, slips, write_down
from planning.models import EditVerb, Plan, PlanKind, PlanState
from planning.queries.board.completion import moves_between
from planning.queries.board.loading import Desk, desk_of

SECONDS = 8


class CompletionStuck(BoardError):
    text = _("Dit plan is zo niet te herstellen. Maak eerst los wat elkaar in de weg zit.")


class ProposalStale(BoardError):
    text = _("Dit voorstel is verlopen. Vraag het opnieuw aan.")


class CompletionLate(BoardError):
    text = _("Het plan is intussen aangepast. Laat de rest opnieuw herstellen.")


class PlannerBusy(BoardError):
    text = _("Er wordt al gepland voor deze bezoekronde. Wacht tot dat plan klaar is.")


# --- asking ---


@transaction.atomic
def request_completion(*, plan: Plan, seen: int, by: User | None, now: dt.datetime) -> Plan:
    """Queue a job that completes this draft as it was seen, and return it; an earlier job for this revision is
    returned instead. Proposals for older revisions are discarded. Raises BoardShut, BoardChanged or PlannerBusy."""
    draft = open_sheet(plan, seen)
    others = Plan.objects.filter(based_on=draft, kind=PlanKind.COMPLETION).exclude(state=PlanState.DISCARDED)
    same = others.filter(revision=seen).exclude(state=PlanState.FAILED).first()
    if same is not None:
        return same
    others.update(state=PlanState.DISCARDED)  # a worker that is at one finds its row gone, and stops
    try:
        with transaction.atomic():
            job = Plan.objects.create(
                campaign=draft.campaign,
                kind=PlanKind.COMPLETION,
                based_on=draft,
                revision=seen,
                seconds=SECONDS,
                created_by=by,
                created_at=now,
            )
    except IntegrityError:
        raise PlannerBusy from None
    record_event(verb="plan.completion_requested", by=by, now=now, school=draft.campaign.school, subject=draft)
    return job


# --- making the proposal ---


@dataclass(frozen=True)
class Completion:
    """A draft with the problem around what stays: everything but pins and agreed moments may move, if it pays."""

    desk: Desk
    frozen: frozenset[ShiftKey]
    problem: Problem

    @classmethod
    def of(cls, job: Plan) -> Completion:
        """What this job works on. Raises BoardShut or CompletionLate."""
        draft = Plan.objects.select_related("campaign__school").defer("problem").filter(pk=job.based_on_id or 0).first()
        if draft is None or draft.state != PlanState.READY or not draft.result:
            raise BoardShut
        if draft.revision != job.revision:
            raise CompletionLate
        desk = desk_of(draft)
        frozen = frozenset(_frozen(desk))
        return cls(desk, frozen, _problem_around(desk, frozen))

    @property
    def company(self) -> dict[str, str]:
        """Who comes along now."""
        there = {visit.id for visit in self.problem.visits}
        return {name: keys[0][0] for name, keys in self.desk.days.company.items() if keys and name in there}

    def proposal(self, made: Made) -> dict[str, Any]:
        """What the planner made of it, as the job keeps it: who moves, what it gains, and both sides of the change."""
        before = self.desk.days
        kept: list[Route] = [route for evening, route in before.routes.items() if evening in self.frozen]
        after = Schedule.of([*kept, *made.routes])
        touched = {
            evening: after.stops(evening)
            for evening in before.routes.keys() | after.routes.keys()
            if before.stops(evening) != after.stops(evening)
        }
        new, old = assess(self.desk.almanac.problem, after, self.desk.almanac), self.desk.assessment
        gains = {name: value - old.parts.as_dict()[name] for name, value in new.parts.as_dict().items()}
        sides = [side.as_json() for side in slips(self.desk, touched)] if touched else None
        moved = [each.as_json() for each in moves_between(before, after)]
        return {"moved": moved, "parts": gains, "cost": new.cost - old.cost, "slips": sides}


# --- saying yes ---


@transaction.atomic
def apply_completion(*, job: Plan, by: User | None, now: dt.datetime) -> Edited:
    """Make the proposal of this job one change of its draft. Raises ProposalStale, BoardShut or BoardChanged."""
    if job.based_on is None:
        raise ProposalStale
    draft = open_sheet(job.based_on, job.revision)
    mine = Plan.objects.filter(pk=job.pk, kind=PlanKind.COMPLETION, state=PlanState.READY)
    if not mine.update(state=PlanState.DISCARDED) or not (job.result or {}).get("slips"):
        raise ProposalStale
    before, after = (Slip.from_json(side) for side in (job.result or {})["slips"])
    desk = desk_of(draft)
    return Edited(*write_down(desk, verb=EditVerb.COMPLETE, visit=None, before=before, after=after, by=by, now=now))


# --- what stays, and the problem around it ---


def _frozen(desk: Desk) -> set[ShiftKey]:
    """Evenings that somebody let break a rule: they stay as they are, with the evenings that share a visit."""
    broken = {(f.visitor, f.on) for f in desk.assessment.broken if f.visitor is not None and f.on is not None}
    frozen = {evening for evening in desk.days.routes if evening in broken}
    grown = True
    while grown:
        names = {name for evening in frozen for stop in desk.days.stops(evening) for name in stop.visits}
        more = {desk.days.made[name] for name in names if name in desk.days.made}
        more |= {evening for name in names for evening in desk.days.company.get(name, [])}
        grown = not more <= frozen
        frozen |= more
    return frozen


def _problem_around(desk: Desk, frozen: Collection[ShiftKey]) -> Problem:
    """The draft's own problem, with its moments as they stand now and without the evenings that stay."""
    problem = desk.almanac.problem
    gone = {name for evening in frozen for stop in desk.days.stops(evening) for name in stop.visits}
    moments = {
        name: Appointment(home[0], home[1], stop.start)
        for name, home in desk.days.made.items()
        if name not in gone and (stop := desk.days.stop_of(name)) is not None
    }
    fixed = {name: at for name, at in problem.fixed.items() if name not in gone}
    fixed |= {name: moments[name] for name in desk.pins if name in moments}
    visitors = tuple(
        replace(
            visitor,
            shifts=tuple(shift for shift in visitor.shifts if (visitor.id, shift.on) not in frozen),
            max_stops_total=_left(desk, visitor.id, visitor.max_stops_total, frozen),
        )
        for visitor in problem.visitors
    )
    return replace(
        problem,
        visitors=visitors,
        visits=tuple(visit for visit in problem.visits if visit.id not in gone),
        siblings=tuple(pair for pair in problem.siblings if not gone & set(pair)),
        fixed=fixed,
        current={name: at for name, at in moments.items() if name not in fixed},
    )


def _left(desk: Desk, visitor: str, most: int | None, frozen: Collection[ShiftKey]) -> int | None:
    if most is None:
        return None
    return max(0, most - sum(len(desk.days.stops(evening)) for evening in frozen if evening[0] == visitor))
