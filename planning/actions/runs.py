"""What works on a planning job: a worker claims the row with a lease; one that dies leaves it to the next."""

from __future__ import annotations

import datetime as dt
import enum
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from planner import BadProblem, Problem, Progress, plan_to_json, problem_from_json, repair_plan, solve, try_remedies
from planner import Plan as Made
from planning.actions.board.completion import Completion, CompletionStuck
from planning.actions.board.patches import BoardError
from planning.draft.annotations import annotate, empty_result
from planning.models import Plan, PlanKind, PlanState
from planning.problem.build import build_planning
from planning.problem.extra_hours import possible_hours
from planning.problem.incidents import Incident
from planning.problem.travel_places import SchoolNotOnMap
from planning.words.remedies import remedy_to_json
from visits.queries.together import company_now

LEASE = dt.timedelta(seconds=30)
BEAT_SECONDS = 1.0  # the row is written this often
MOST_ATTEMPTS = 3
MOST_TRAIL = 120  # points of the picture of the closing gap
GOOD_ENOUGH = 0.0  # a share of the cost: go on until it is proven, or until the time is up
JOBS = 2  # threads of the solver
REMEDY_SECONDS = 30.0
SEED = 0  # always the same: who asks the same thing twice gets the same plan, whichever worker makes it

Clock = Callable[[], dt.datetime]
Done = TypeVar("Done")
log = structlog.get_logger()


def run_waiting_plans(*, clock: Clock) -> int:
    """Work on every job that waits, or whose worker died; says how many this worker did."""
    done = 0
    for pk in _waiting(clock()):
        done += run_plan(plan=Plan.objects.get(pk=pk), clock=clock)
    return done


def run_plan(*, plan: Plan, clock: Clock) -> bool:
    """Claim the job and do it. False when another worker has it.

    The lease doubles as the claim's token: every write asks for the lease that this worker wrote last, so a
    worker that slept past its lease finds the row taken and its work is dropped.
    """
    claim = _claim(plan.pk, clock)
    if claim is None:
        return False
    try:
        _work_on(claim)
    except _LeaseLost:
        return False
    except BoardError as refusal:
        claim.fail(str(refusal))
    except SchoolNotOnMap:
        claim.fail(_("De school staat niet op de kaart. Vul het adres van de school in en plan opnieuw."))
    except BadProblem as refusal:
        log.error("plan refused by the planner", plan=plan.pk, path=refusal.path)
        claim.fail(_("De gegevens spreken elkaar tegen: zo is er geen plan te maken. Bel de beheerder."))
    except Exception as error:
        log.error("planning failed", plan=plan.pk, error=type(error).__name__)
        claim.fail(_("Het plannen is onverwacht gestopt. Probeer het opnieuw. Lukt het weer niet, bel de beheerder."))
        raise
    return True


class Phase(enum.StrEnum):
    """What a job at work is doing."""

    ROADS = "roads"
    PLANNING = "planning"
    HELPING = "helping"


class _LeaseLost(Exception):
    """Another worker has the job now."""


@dataclass
class _Claim:
    """A job in the hands of this worker."""

    pk: int
    lease: dt.datetime
    clock: Clock
    families: int = 0
    phase: Phase = Phase.ROADS
    progress: Progress | None = None
    helped: float = 0.0  # of trying what would help, 0 to 1
    helps_since: float = 0.0
    is_over: bool = False  # read by the solver: the best plan so far will do
    trail: list[list[float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def write(self, **values: object) -> None:
        """Write to the row and renew the lease. Raises _LeaseLost when the row is no longer ours."""
        lease = self.clock() + LEASE
        mine = Plan.objects.filter(pk=self.pk, state=PlanState.RUNNING, lease_until=self.lease)
        if not mine.update(**{"lease_until": lease} | values):
            raise _LeaseLost
        self.lease = lease

    def fail(self, text: str) -> None:
        """End the job with a text for the coordinator."""
        values = {"state": PlanState.FAILED, "error": text, "finished_at": self.clock(), "lease_until": None}
        Plan.objects.filter(pk=self.pk, state=PlanState.RUNNING, lease_until=self.lease).update(**values)

    def hear(self, progress: Progress) -> None:
        """Remember how far the solver is; called from its thread, so nothing is written here."""
        self.progress = progress

    def hear_helping(self, progress: Progress) -> None:
        """Remember how far trying remedies is."""
        self.helped = progress.fraction

    def beat(self) -> None:
        """Renew the lease, show how far it is, and hear whether somebody calls it good enough."""
        heard = self.progress
        values: dict[str, object] = {"so_far": self._so_far(heard)}
        if heard is not None:
            fraction = min(1.0, self._helped() if self.phase == Phase.HELPING else heard.fraction)
            self.trail = longer_trail(self.trail, time.monotonic() - self.began, heard.cost, heard.bound)
            values |= {"progress": fraction, "trail": self.trail}
            values |= {"cost": float(heard.cost), "bound": float(heard.bound)}
        self.write(**values)
        self.is_over = Plan.objects.filter(pk=self.pk, is_stop_asked=True).exists()

    def _helped(self) -> float:
        """How far trying is: the share that was tried, or of the time that it gets if that says more."""
        return max(self.helped, (time.monotonic() - self.helps_since) / REMEDY_SECONDS)

    def watch(self, work: Callable[[], Done]) -> Done:
        """Do the work in a thread of its own, so that this one, which has the database, can keep the lease."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            doing = pool.submit(work)
            try:
                while not wait([doing], timeout=BEAT_SECONDS).done:
                    self.beat()
            except BaseException:
                self.is_over = True
                raise
            return doing.result()

    def _so_far(self, heard: Progress | None) -> dict[str, object]:
        """What the page tells of the best plan so far; `placed` and what follows only when there is one."""
        seconds = round(time.monotonic() - self.began)
        told: dict[str, object] = {"phase": self.phase, "families": self.families, "seconds": seconds}
        if heard is None:
            return told
        told |= {"hopeless": heard.hopeless, "stage": heard.message}
        if heard.parts is not None:
            told["placed"] = self.families - heard.parts["unplaced"]
            told |= {name: heard.parts[name] for name in ("routes", "travel_minutes", "outside_wish")}
        return told


def longer_trail(trail: list[list[float]], seconds: float, cost: float, bound: float) -> list[list[float]]:
    """The trail with one more point, if something changed; of a long one every other point goes."""
    if trail and trail[-1][1:] == [cost, bound]:
        return trail
    longer = [*trail, [round(seconds, 1), float(cost), float(bound)]]
    return longer if len(longer) <= MOST_TRAIL else [*longer[:-1:2], longer[-1]]


def _waiting(now: dt.datetime) -> list[int]:
    return list(_free(now).order_by("created_at", "pk").values_list("pk", flat=True))


def _free(now: dt.datetime) -> QuerySet[Plan]:
    """The jobs that nobody works on: in the queue, or with a lease that ran out."""
    abandoned = Q(state=PlanState.RUNNING) & (Q(lease_until__lt=now) | Q(lease_until=None))
    return Plan.objects.filter(Q(state=PlanState.QUEUED) | abandoned)


_AFRESH: dict[str, Any] = {"progress": 0.0, "trail": [], "so_far": None, "cost": None, "bound": None}


def _claim(pk: int, clock: Clock) -> _Claim | None:
    now = clock()
    free, lease = _free(now).filter(pk=pk), now + LEASE
    text = _("Het plannen is drie keer afgebroken. Misschien heeft de server te weinig geheugen: bel de beheerder.")
    free.filter(attempts__gte=MOST_ATTEMPTS).update(state=PlanState.FAILED, error=text, finished_at=now)
    taken = free.update(state=PlanState.RUNNING, lease_until=lease, **_AFRESH, attempts=F("attempts") + 1)
    return _Claim(pk=pk, lease=lease, clock=clock) if taken else None


def _work_on(claim: _Claim) -> None:
    is_completion = Plan.objects.filter(pk=claim.pk, kind=PlanKind.COMPLETION).exists()
    (_make_proposal if is_completion else _make_draft)(claim)


def _make_proposal(claim: _Claim) -> None:
    """Complete the rest of a draft that was changed by hand. Raises BoardError."""
    plan = Plan.objects.defer("problem", "result").get(pk=claim.pk)
    completion = Completion.of(plan)
    try:
        made = _solved(claim, completion.problem, plan.seconds, partial(repair_plan, company=completion.company))
    except BadProblem:
        raise CompletionStuck from None
    claim.write(
        state=PlanState.READY,
        result=completion.proposal(made),
        progress=1.0,
        lease_until=None,
        finished_at=claim.clock(),
    )


def _make_draft(claim: _Claim) -> None:
    plan = (
        Plan.objects.defer("problem", "result")
        .select_related("campaign__school", "campaign__school_year")
        .get(pk=claim.pk)
    )
    planning = build_planning(plan.campaign, claim.clock(), Incident.from_json(plan.incident))
    claim.write(problem=planning.problem, is_estimate=planning.is_estimate)
    result, made = empty_result(), None
    if planning.problem["visits"]:
        problem = problem_from_json(planning.problem)
        make = partial(solve, gap=GOOD_ENOUGH)
        if plan.kind == PlanKind.REPAIR:
            make = partial(repair_plan, company=company_now(plan.campaign))
        made = _solved(claim, problem, plan.seconds, make)
        result = plan_to_json(made)
    result = annotate(result, planning)
    if made is not None:
        result["application"] |= {
            "hopeless": claim.progress.hopeless if claim.progress else 0,
            "remedies": _remedies(claim, problem, made, plan),
        }
    claim.write(
        state=PlanState.READY,
        result=result,
        cost=made.cost if made else 0.0,
        bound=made.bound if made else 0.0,
        progress=1.0,
        trail=claim.trail,
        lease_until=None,
        finished_at=claim.clock(),
    )


def _solved(claim: _Claim, problem: Problem, seconds: float, make: Callable[..., Made]) -> Made:
    """What the planner makes of it."""
    claim.families, claim.phase = len(problem.visits), Phase.PLANNING
    made = claim.watch(
        lambda: make(
            problem,
            seconds=seconds,
            seed=SEED,
            jobs=JOBS,
            progress=claim.hear,
            should_stop=lambda: claim.is_over,
        )
    )
    claim.trail = longer_trail(claim.trail, made.seconds, made.cost, made.bound)
    return made


def _remedies(claim: _Claim, problem: Problem, made: Made, plan: Plan) -> list[dict[str, Any]] | None:
    """What would give families without a moment one, tried by the planner; None when it was not looked for.

    Whoever calls the plan good enough wants it now, and a repair has to be there at once. When trying fails, the
    plan is there all the same.
    """
    if not made.unplaced or plan.kind == PlanKind.REPAIR or claim.is_over:
        return None
    claim.phase, claim.helps_since = Phase.HELPING, time.monotonic()
    days, windows = possible_hours(plan.campaign, [unplaced.visit for unplaced in made.unplaced], claim.clock())
    try:
        found = claim.watch(
            lambda: try_remedies(
                problem,
                made,
                seconds=REMEDY_SECONDS,
                seed=SEED,
                days=days,
                windows=windows,
                progress=claim.hear_helping,
                should_stop=lambda: claim.is_over,
            )
        )
    except (_LeaseLost, MemoryError):
        raise
    except Exception as error:
        log.error("trying remedies failed", plan=plan.pk, error=type(error).__name__)
        return None
    return [remedy_to_json(remedy) for remedy in found]
