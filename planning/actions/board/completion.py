"""'Herstel de rest': the planner completes a draft around what people pinned and changed by hand.

It is a job like any other (planning/actions/runs.py): a row that names the draft and the revision that was seen,
and that keeps the proposal when it is done. Saying yes writes that proposal as one change of the draft, if the draft
is still as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import User
from planner import Appointment, Problem, Route, Schedule, ShiftKey, assess, beside_others
from planner import Plan as Made
from planning.actions.board.edits import Edited
from planning.actions.board.patches import BoardError, BoardShut, lock_draft, patches_for, record_edit
from planning.models import EditVerb, Plan, PlanFailure, PlanKind, PlanState
from planning.queries.board.completion import CompletionProposal, moves_between, proposal_of
from planning.queries.board.loading import LoadedDraft, load_draft
from planning.queries.board.reservations import reservations_of
from planning.words.failures import SENTENCES

SECONDS = 8


class CompletionStuck(BoardError):
    text = SENTENCES[PlanFailure.STUCK]


class ProposalStale(BoardError):
    text = _("Dit voorstel is verlopen. Vraag het opnieuw aan.")


class CompletionLate(BoardError):
    text = SENTENCES[PlanFailure.DRAFT_CHANGED]


class PlannerBusy(BoardError):
    text = _("Er wordt al gepland voor deze bezoekronde. Wacht tot dat plan klaar is.")


# --- asking ---


@transaction.atomic
def request_completion(*, plan: Plan, seen: int, by: User | None, now: dt.datetime) -> Plan:
    """Queue a job that completes this draft as it was seen, and return it; an earlier job for this revision is
    returned instead. Proposals for older revisions are discarded. Raises BoardShut, BoardChanged or PlannerBusy."""
    locked = lock_draft(plan, seen)
    others = Plan.objects.filter(based_on=locked, kind=PlanKind.COMPLETION).exclude(state=PlanState.DISCARDED)
    same = others.filter(revision=seen).exclude(state=PlanState.FAILED).first()
    if same is not None:
        return same
    others.update(state=PlanState.DISCARDED)  # a worker that is at one finds its row gone, and stops
    try:
        with transaction.atomic():
            job = Plan.objects.create(
                campaign=locked.campaign,
                kind=PlanKind.COMPLETION,
                based_on=locked,
                revision=seen,
                seconds=SECONDS,
                created_by=by,
                created_at=now,
            )
    except IntegrityError:
        raise PlannerBusy from None
    record_event(verb="plan.completion_requested", by=by, now=now, school=locked.campaign.school, subject=locked)
    return job


# --- making the proposal ---


@dataclass(frozen=True)
class Completion:
    """A draft with the problem around what stays: everything but pins and agreed moments may move, if it pays."""

    draft: LoadedDraft
    frozen: frozenset[ShiftKey]
    problem: Problem

    @classmethod
    def of(cls, job: Plan) -> Completion:
        """What this job works on. Raises BoardShut or CompletionLate."""
        plan = Plan.objects.select_related("campaign__school").defer("problem").filter(pk=job.based_on_id or 0).first()
        if plan is None or plan.state != PlanState.READY or not plan.result:
            raise BoardShut
        if plan.revision != job.revision:
            raise CompletionLate
        draft = load_draft(plan)
        frozen = frozenset(_frozen(draft))
        return cls(draft, frozen, _problem_around(draft, frozen))

    @property
    def company(self) -> dict[str, str]:
        """Who comes along now."""
        there = {visit.id for visit in self.problem.visits}
        return {name: keys[0][0] for name, keys in self.draft.schedule.company.items() if keys and name in there}

    def proposal(self, made: Made) -> CompletionProposal:
        """What the planner made of it: who moves, what that gains, and both sides of the change."""
        before = self.draft.schedule
        kept: list[Route] = [route for evening, route in before.routes.items() if evening in self.frozen]
        after = Schedule.of([*kept, *made.routes])
        touched = {
            evening: after.stops(evening)
            for evening in before.routes.keys() | after.routes.keys()
            if before.stops(evening) != after.stops(evening)
        }
        new, old = assess(self.draft.index.problem, after, self.draft.index), self.draft.assessment
        gains = {name: value - old.parts.as_dict()[name] for name, value in new.parts.as_dict().items()}
        return CompletionProposal(
            moved=tuple(moves_between(before, after)),
            parts=gains,
            cost=new.cost - old.cost,
            patches=patches_for(self.draft, touched) if touched else None,
        )


# --- saying yes ---


@transaction.atomic
def apply_completion(*, job: Plan, by: User | None, now: dt.datetime) -> Edited:
    """Make the proposal of this job one change of its draft. Raises ProposalStale, BoardShut or BoardChanged."""
    if job.based_on is None:
        raise ProposalStale
    locked = lock_draft(job.based_on, job.revision)
    mine = Plan.objects.filter(pk=job.pk, kind=PlanKind.COMPLETION, state=PlanState.READY)
    patches = proposal_of(job).patches
    if not mine.update(state=PlanState.DISCARDED) or patches is None:
        raise ProposalStale
    before, after = patches
    draft = load_draft(locked, reservations_of(locked, now))
    return Edited(*record_edit(draft, verb=EditVerb.COMPLETE, visit=None, before=before, after=after, by=by, now=now))


# --- what stays, and the problem around it ---


def _frozen(draft: LoadedDraft) -> set[ShiftKey]:
    """Evenings that somebody let break a rule: they stay as they are, with the evenings that share a visit."""
    broken = {(f.visitor, f.on) for f in draft.assessment.broken if f.visitor is not None and f.on is not None}
    frozen = {evening for evening in draft.schedule.routes if evening in broken}
    grown = True
    while grown:
        names = {name for evening in frozen for stop in draft.schedule.stops(evening) for name in stop.visits}
        more = {draft.schedule.made[name] for name in names if name in draft.schedule.made}
        more |= {evening for name in names for evening in draft.schedule.company.get(name, [])}
        grown = not more <= frozen
        frozen |= more
    return frozen


def _problem_around(draft: LoadedDraft, frozen: Collection[ShiftKey]) -> Problem:
    """The draft's own problem, with its moments as they stand now and without the evenings that stay."""
    problem = draft.index.problem
    gone = {name for evening in frozen for stop in draft.schedule.stops(evening) for name in stop.visits}
    moments = {
        name: Appointment(home[0], home[1], stop.start)
        for name, home in draft.schedule.made.items()
        if name not in gone and (stop := draft.schedule.stop_of(name)) is not None
    }
    fixed = {name: at for name, at in problem.fixed.items() if name not in gone}
    fixed |= {name: moments[name] for name in draft.pins if name in moments}
    visitors = tuple(
        replace(
            visitor,
            shifts=tuple(shift for shift in visitor.shifts if (visitor.id, shift.on) not in frozen),
            max_stops_total=_left(draft, visitor.id, visitor.max_stops_total, frozen),
        )
        for visitor in problem.visitors
    )
    return replace(
        problem,
        visitors=visitors,
        visits=beside_others(draft.index, draft.schedule, [v for v in problem.visits if v.id not in gone]),
        siblings=_without(problem.siblings, gone),
        apart=_without(problem.apart, gone),
        fixed=fixed,
        current={name: at for name, at in moments.items() if name not in fixed},
    )


def _without(groups: Iterable[tuple[str, ...]], gone: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The groups without these visits, where two or more are left."""
    left = (tuple(name for name in group if name not in gone) for group in groups)
    return tuple(group for group in left if len(group) > 1)


def _left(draft: LoadedDraft, visitor: str, most: int | None, frozen: Collection[ShiftKey]) -> int | None:
    if most is None:
        return None
    return max(0, most - sum(len(draft.schedule.stops(evening)) for evening in frozen if evening[0] == visitor))
