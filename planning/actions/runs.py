"""What works on a planning job: a worker claims the row with a lease; one that dies leaves it to the next."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db.models import QuerySet

from mentors.leases import Lease, LeaseLost, Now, WorkQueue
from planner import (
    Appointment,
    BadProblem,
    Problem,
    ProblemIndex,
    Progress,
    Schedule,
    assess,
    problem_from_json,
    repair_plan,
    solve,
    try_remedies,
)
from planner import Plan as Made
from planning.actions.board.completion import Completion, CompletionLate, CompletionStuck
from planning.actions.board.patches import BoardShut
from planning.draft.making import make_draft
from planning.draft.progress import JobProgress, Phase
from planning.draft.stored import LeftOut, StoredDraft, StoredRemedy
from planning.models import Plan, PlanFailure, PlanKind, PlanState
from planning.problem.build import Planning, build_planning
from planning.problem.contradictions import Contradiction
from planning.problem.extra_hours import possible_hours
from planning.problem.incidents import Incident
from planning.problem.overlaps import keep_apart, overlapping_siblings
from planning.problem.travel_places import SchoolNotOnMap
from visits.queries.together import company_now

QUEUE = WorkQueue(Plan, length=dt.timedelta(seconds=30), most_attempts=3)
BEAT_SECONDS = 1.0  # the row is written this often
MOST_TRAIL = 120  # points of the picture of the closing gap
GOOD_ENOUGH = 0.0  # a share of the cost: go on until it is proven, or until the time is up
JOBS = 2  # threads of the solver
REMEDY_SECONDS = 30.0
MEND_SECONDS = 10.0  # for keeping apart siblings who overlap in a plan
MOST_MENDS = 3
SEED = 0  # always the same: who asks the same thing twice gets the same plan, whichever worker makes it

FAILURES: dict[type[Exception], PlanFailure] = {
    SchoolNotOnMap: PlanFailure.SCHOOL_NOT_ON_MAP,
    BoardShut: PlanFailure.DRAFT_SHUT,
    CompletionLate: PlanFailure.DRAFT_CHANGED,
    CompletionStuck: PlanFailure.STUCK,
}
Done = TypeVar("Done")
log = structlog.get_logger()


def run_waiting_plans(*, now: Now) -> int:
    """Work on every job that waits, or whose worker died; says how many this worker did."""
    return sum(run_plan(plan=Plan.objects.get(pk=pk), now=now) for pk in QUEUE.waiting(now()))


def run_plan(*, plan: Plan, now: Now) -> bool:
    """Claim the job and do it. False when another worker has it, or takes it over because this one was too slow."""
    job = claim_job(plan, now)
    if job is None:
        return False
    try:
        _work_on(job)
    except LeaseLost:
        return False
    except tuple(FAILURES) as refusal:
        job.fail(FAILURES[type(refusal)])
    except BadProblem as refusal:
        log.error("plan refused by the planner", plan=plan.pk, path=refusal.path)
        problem = job.row.values_list("problem", flat=True).get()
        job.fail(PlanFailure.CONTRADICTION, Contradiction.of(problem, refusal.path).to_json())
    except Exception as error:
        log.error("planning failed", plan=plan.pk, error=type(error).__name__)
        job.fail(PlanFailure.UNEXPECTED)
        raise
    return True


@dataclass
class PlanJob:
    """A job in the hands of this worker."""

    lease: Lease
    families: int = 0
    phase: Phase = Phase.ROADS
    progress: Progress | None = None
    helped: float = 0.0  # of trying what would help, 0 to 1
    helps_since: float = 0.0
    is_over: bool = False  # read by the solver: the best plan so far will do
    trail: list[list[float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def row(self) -> QuerySet[Plan]:
        """The row of this job, whoever has it now."""
        return Plan.objects.filter(pk=self.lease.pk)

    def finish(self, **values: object) -> None:
        """End the job with a draft or a proposal. Raises LeaseLost."""
        values |= {"progress": 1.0, "finished_at": self.lease.now()}
        if not self.lease.release(PlanState.READY, **values):
            raise LeaseLost

    def fail(self, failure: PlanFailure, facts: dict[str, Any] | None = None) -> None:
        """End the job without a draft, unless another worker has it now."""
        values = {"failure": failure, "failure_facts": facts or {}}
        self.lease.release(PlanState.FAILED, finished_at=self.lease.now(), **values)

    def note_progress(self, progress: Progress) -> None:
        """Remember how far the solver is; called from its thread, so nothing is written here."""
        self.progress = progress

    def note_remedies(self, progress: Progress) -> None:
        """Remember how far trying remedies is."""
        self.helped = progress.fraction

    def heartbeat(self) -> None:
        """Renew the lease, show how far it is, and see whether somebody calls it good enough."""
        progress = self.progress
        seconds = round(time.monotonic() - self.began)
        told = JobProgress.of(self.phase, self.families, seconds, progress)
        values: dict[str, object] = {"so_far": told.to_json()}
        if progress is not None:
            fraction = min(1.0, self._helped() if self.phase == Phase.HELPING else progress.fraction)
            self.trail = longer_trail(self.trail, time.monotonic() - self.began, progress.cost, progress.bound)
            values |= {"progress": fraction, "trail": self.trail}
            values |= {"cost": float(progress.cost), "bound": float(progress.bound)}
        self.lease.renew(**values)
        self.is_over = self.row.filter(is_stop_asked=True).exists()

    def _helped(self) -> float:
        """How far trying is: the share that was tried, or of the time that it gets if that says more."""
        return max(self.helped, (time.monotonic() - self.helps_since) / REMEDY_SECONDS)

    def run_beside(self, work: Callable[[], Done]) -> Done:
        """Do the work in a thread of its own, so that this one, which has the database, can keep the lease."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            doing = pool.submit(work)
            try:
                while not wait([doing], timeout=BEAT_SECONDS).done:
                    self.heartbeat()
            except BaseException:
                self.is_over = True
                raise
            return doing.result()

    def attempt(self, work: Callable[[], Done]) -> Done | None:
        """Do work without which the plan is whole all the same: None when it fails. Raises LeaseLost, MemoryError."""
        try:
            return self.run_beside(work)
        except (LeaseLost, MemoryError):
            raise
        except Exception as error:
            log.error("extra work on a plan failed", plan=self.lease.pk, error=type(error).__name__)
            return None


def longer_trail(trail: list[list[float]], seconds: float, cost: float, bound: float) -> list[list[float]]:
    """The trail with one more point, if something changed; of a long one every other point goes."""
    if trail and trail[-1][1:] == [cost, bound]:
        return trail
    longer = [*trail, [round(seconds, 1), float(cost), float(bound)]]
    return longer if len(longer) <= MOST_TRAIL else [*longer[:-1:2], longer[-1]]


_AFRESH: dict[str, Any] = {"progress": 0.0, "trail": [], "so_far": None, "cost": None, "bound": None}


def claim_job(plan: Plan, now: Now) -> PlanJob | None:
    """Take the job to work on it from the beginning; None when another worker has it, or it is given up."""
    given_up = {"failure": PlanFailure.BROKEN_OFF, "finished_at": now()}
    lease = QUEUE.claim(plan.pk, now=now, afresh=_AFRESH, given_up=given_up)
    return PlanJob(lease) if lease else None


def _work_on(job: PlanJob) -> None:
    is_completion = job.row.filter(kind=PlanKind.COMPLETION).exists()
    (_make_proposal if is_completion else _make_draft)(job)


def _make_proposal(job: PlanJob) -> None:
    """Complete the rest of a draft that was changed by hand. Raises BoardShut, CompletionLate or CompletionStuck."""
    plan = job.row.defer("problem", "result").get()
    completion = Completion.of(plan)
    try:
        made = _solved(job, completion.problem, plan.seconds, partial(repair_plan, company=completion.company))
    except BadProblem:
        raise CompletionStuck from None
    job.finish(result=completion.proposal(made).to_json())


def _make_draft(job: PlanJob) -> None:
    rows = job.row.defer("problem", "result")
    plan = rows.select_related("campaign__school", "campaign__school_year").get()
    planning = build_planning(plan.campaign, job.lease.now(), Incident.from_json(plan.incident))
    job.lease.renew(problem=planning.problem, is_estimate=planning.is_estimate)
    draft, cost, bound = make_draft(planning, None), 0.0, 0.0
    if planning.has_visits:
        draft, cost, bound = _planned(job, plan, planning)
    job.finish(result=draft.to_json(), cost=cost, bound=bound, trail=job.trail)


def _planned(job: PlanJob, plan: Plan, planning: Planning) -> tuple[StoredDraft, float, float]:
    """The draft that the planner makes of this problem, its cost, and the bound on the cost of every plan."""
    problem = problem_from_json(planning.problem)
    make = partial(solve, gap=GOOD_ENOUGH)
    if plan.kind == PlanKind.REPAIR:
        make = partial(repair_plan, company=company_now(plan.campaign))
    made = _solved(job, problem, plan.seconds, make)
    planning, problem, made = _without_overlaps(job, planning, problem, made)
    unplaced = [LeftOut(each.visit, each.code, each.facts) for each in made.unplaced]
    outside_wish = int(made.parts["outside_wish"])
    draft = make_draft(planning, ProblemIndex(problem), made.routes, unplaced, outside_wish=outside_wish)
    hopeless = job.progress.hopeless if job.progress else 0
    remedies = _remedies(job, problem, made, plan)
    draft = replace(draft, hopeless=hopeless, remedies=remedies, seconds=round(made.seconds, 3))
    return draft, made.cost, made.bound


def _without_overlaps(job: PlanJob, planning: Planning, problem: Problem, made: Made) -> tuple[Planning, Problem, Made]:
    """The plan in which no home is visited twice at once, and the problem that asks for it.

    Siblings whom a plan does not bring together may overlap in it (planning/problem/overlaps.py): those are kept apart,
    and all else stays where it is if it can. Each time there are fewer that may be together.
    """
    for _time in range(MOST_MENDS):
        schedule = Schedule.of(made.routes)
        pairs = overlapping_siblings(ProblemIndex(problem), schedule)
        if not pairs:
            break
        planning = replace(planning, problem=keep_apart(planning.problem, pairs))
        problem = problem_from_json(planning.problem)
        company = {visit: keys[0][0] for visit, keys in schedule.company.items()}
        around = replace(problem, current=_moments(schedule))
        mended = _solved(job, around, MEND_SECONDS, partial(repair_plan, company=company))
        found = assess(problem, Schedule.of(mended.routes))
        parts, seconds = found.parts.as_dict(), made.seconds + mended.seconds
        made = replace(mended, cost=found.cost, parts=parts, bound=min(made.bound, found.cost), seconds=seconds)
        job.lease.renew(problem=planning.problem)
    return planning, problem, made


def _moments(schedule: Schedule) -> dict[str, Appointment]:
    """Where each visit stands in a schedule."""
    return {
        visit: Appointment(*key, stop.start)
        for visit, key in schedule.made.items()
        if (stop := schedule.stop_of(visit)) is not None
    }


def _solved(job: PlanJob, problem: Problem, seconds: float, make: Callable[..., Made]) -> Made:
    """What the planner makes of it."""
    job.families, job.phase = len(problem.visits), Phase.PLANNING
    made = job.run_beside(
        lambda: make(
            problem,
            seconds=seconds,
            seed=SEED,
            jobs=JOBS,
            progress=job.note_progress,
            should_stop=lambda: job.is_over,
        )
    )
    job.trail = longer_trail(job.trail, made.seconds, made.cost, made.bound)
    return made


def _remedies(job: PlanJob, problem: Problem, made: Made, plan: Plan) -> tuple[StoredRemedy, ...] | None:
    """What would give families without a moment one, tried by the planner; None when it was not looked for.

    Whoever calls the plan good enough wants it now, and a repair has to be there at once. Whoever skips the trying
    before anything was found has no answer. When trying fails, the plan is there all the same.
    """
    if not made.unplaced or plan.kind == PlanKind.REPAIR or job.is_over:
        return None
    job.phase, job.helps_since = Phase.HELPING, time.monotonic()
    days, windows = possible_hours(plan.campaign, [unplaced.visit for unplaced in made.unplaced], job.lease.now())
    found = job.attempt(
        lambda: try_remedies(
            problem,
            made,
            seconds=REMEDY_SECONDS,
            seed=SEED,
            days=days,
            windows=windows,
            progress=job.note_remedies,
            should_stop=lambda: job.is_over,
        )
    )
    if found is None or (not found and job.is_over):
        return None
    return tuple(StoredRemedy(each.kind, each.facts, each.visits, each.moved, each.lost) for each in found)
