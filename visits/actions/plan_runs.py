"""What works on a planning job: a worker claims the row with a lease; one that dies leaves it to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import structlog
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from visits.models import Plan, PlanState
from visits.planner import BadProblem, Progress, solve
from visits.planner.exchange import plan_to_json, problem_from_json
from visits.queries.annotations import annotate, empty_result
from visits.queries.problem import Planning, build_planning
from visits.queries.yard import SchoolNotOnMap

LEASE = dt.timedelta(minutes=2)
BEAT_SECONDS = 1.0  # the row is written this often
MOST_ATTEMPTS = 3
GOOD_ENOUGH = 0.0  # a share of the cost: go on until it is proven, or until the time is up
JOBS = 2  # threads of the solver

Clock = Callable[[], dt.datetime]
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
        _make_draft(claim)
    except _LeaseLost:
        return False
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


class _LeaseLost(Exception):
    """Another worker has the job now."""


@dataclass
class _Claim:
    """A job in the hands of this worker."""

    pk: int
    lease: dt.datetime
    clock: Clock
    progress: Progress | None = None
    is_over: bool = False  # read by the solver: the best plan so far will do

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

    def beat(self) -> None:
        """Renew the lease, show how far it is, and hear whether somebody calls it good enough."""
        heard = self.progress
        values: dict[str, object] = {}
        if heard is not None:
            values = {"progress": min(1.0, heard.fraction), "cost": float(heard.cost), "bound": float(heard.bound)}
        self.write(**values)
        self.is_over = Plan.objects.filter(pk=self.pk, is_stop_asked=True).exists()


def _waiting(now: dt.datetime) -> list[int]:
    return list(_free(now).order_by("created_at", "pk").values_list("pk", flat=True))


def _free(now: dt.datetime) -> QuerySet[Plan]:
    """The jobs that nobody works on: in the queue, or with a lease that ran out."""
    abandoned = Q(state=PlanState.RUNNING) & (Q(lease_until__lt=now) | Q(lease_until=None))
    return Plan.objects.filter(Q(state=PlanState.QUEUED) | abandoned)


def _claim(pk: int, clock: Clock) -> _Claim | None:
    now = clock()
    free, lease = _free(now).filter(pk=pk), now + LEASE
    text = _("Het plannen is drie keer afgebroken. Misschien heeft de server te weinig geheugen: bel de beheerder.")
    free.filter(attempts__gte=MOST_ATTEMPTS).update(state=PlanState.FAILED, error=text, finished_at=now)
    taken = free.update(state=PlanState.RUNNING, lease_until=lease, progress=0.0, attempts=F("attempts") + 1)
    return _Claim(pk=pk, lease=lease, clock=clock) if taken else None


def _make_draft(claim: _Claim) -> None:
    plan = (
        Plan.objects.defer("problem", "result")
        .select_related("campaign__school", "campaign__school_year")
        .get(pk=claim.pk)
    )
    planning = build_planning(plan.campaign, claim.clock())
    claim.write(problem=planning.problem, is_estimate=planning.is_estimate)
    result, cost, bound = _solved(claim, planning, plan.seconds)
    claim.write(
        state=PlanState.READY,
        result=annotate(result, planning),
        cost=cost,
        bound=bound,
        progress=1.0,
        lease_until=None,
        finished_at=claim.clock(),
    )


def _solved(claim: _Claim, planning: Planning, seconds: int) -> tuple[dict[str, Any], float, float]:
    """The solver works in a thread of its own, so that this one, which has the database, can keep the lease."""
    if not planning.problem["visits"]:
        return empty_result(), 0.0, 0.0
    problem = problem_from_json(planning.problem)
    with ThreadPoolExecutor(max_workers=1) as pool:
        work = pool.submit(
            solve,
            problem,
            seconds=seconds,
            gap=GOOD_ENOUGH,
            jobs=JOBS,
            progress=claim.hear,
            should_stop=lambda: claim.is_over,
        )
        try:
            while not wait([work], timeout=BEAT_SECONDS).done:
                claim.beat()
        except BaseException:
            claim.is_over = True
            raise
        made = work.result()
    return plan_to_json(made), made.cost, made.bound
