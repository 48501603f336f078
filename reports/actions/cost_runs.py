"""What works on a school's question: a worker claims the row with a lease, and one that dies leaves it to the next."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from reports.figures.cost_question import Question, Variant
from reports.figures.cost_teams import Desk, Roads, Team, TeamPlan, WorkStopped
from reports.figures.cost_totals import Outcome, Season, outcome_of
from reports.models import CostState, CostStudy, CostVariant
from reports.queries.cost_roster import Cohort, Ground, cohort_of, roster_year, season_of, year_of_day

LEASE = dt.timedelta(minutes=2)
BEAT_SECONDS = 1.0  # the row is written this often
MOST_ATTEMPTS = 3
JOBS = 2  # teams planned at once, in threads

Clock = Callable[[], dt.datetime]
log = structlog.get_logger()


class RosterGone(Exception):
    """What the question was about is no longer there; the text is for the person who asked."""


class _LeaseLost(Exception):
    """Another worker has the study now."""


def run_waiting_cost_studies(*, clock: Clock) -> int:
    """Work on every study that waits, or whose worker died; says how many this worker did."""
    waiting = list(_free(clock()).order_by("created_at", "pk").values_list("pk", flat=True))
    return sum(run_cost_study(study=CostStudy.objects.get(pk=pk), clock=clock) for pk in waiting)


def run_cost_study(*, study: CostStudy, clock: Clock) -> bool:
    """Claim a study and work out the variants that are left. False when another worker has it.

    As with plans, the lease doubles as the claim's token: a worker that slept past its lease finds the row
    taken, and what it made is dropped.
    """
    claim = _claim(study.pk, clock)
    if claim is None:
        return False
    try:
        _work(claim)
    except _LeaseLost:
        return False
    except WorkStopped:
        claim.end(CostState.STOPPED)
    except RosterGone as refusal:
        claim.end(CostState.FAILED, str(refusal))
    except Exception as error:
        log.error("cost study failed", study=study.pk, error=type(error).__name__)
        text = _("Het rekenen is onverwacht gestopt. Probeer het opnieuw. Lukt het weer niet, bel de beheerder.")
        claim.end(CostState.FAILED, text)
        raise
    return True


@dataclass
class _Claim:
    """A study in the hands of this worker."""

    pk: int
    lease: dt.datetime
    clock: Clock
    is_over: bool = False  # read by the planner's threads
    beaten_at: float = field(default_factory=time.monotonic)

    def write(self, **values: object) -> None:
        """Write to the row and renew the lease. Raises _LeaseLost when the row is no longer ours."""
        lease = self.clock() + LEASE
        mine = CostStudy.objects.filter(pk=self.pk, state=CostState.RUNNING, lease_until=self.lease)
        if not mine.update(**{"lease_until": lease} | values):
            raise _LeaseLost
        self.lease, self.beaten_at = lease, time.monotonic()

    def beat(self, progress: float) -> None:
        """Now and then: renew the lease, show how far it is, and hear whether somebody asked to stop."""
        if time.monotonic() - self.beaten_at < BEAT_SECONDS:
            return
        self.write(progress=progress)
        if CostStudy.objects.filter(pk=self.pk, is_stop_asked=True).exists():
            self.is_over = True
            raise WorkStopped

    @transaction.atomic
    def finish(self, variant: CostVariant, outcome: Outcome) -> None:
        """Keep what a variant takes, unless the study was lost meanwhile."""
        self.write(progress=0.0, attempts=1)
        values = {"outcome": outcome.to_json(), "done_at": self.clock()}
        CostVariant.objects.filter(pk=variant.pk).update(**values)

    def end(self, state: CostState, error: str = "") -> None:
        """The end of this worker's turn."""
        mine = CostStudy.objects.filter(pk=self.pk, state=CostState.RUNNING, lease_until=self.lease)
        mine.update(state=state, error=error, progress=0.0, lease_until=None, finished_at=self.clock())


def _free(now: dt.datetime) -> QuerySet[CostStudy]:
    """The studies that nobody works on: in the queue, or with a lease that ran out."""
    abandoned = Q(state=CostState.RUNNING) & (Q(lease_until__lt=now) | Q(lease_until=None))
    return CostStudy.objects.filter(Q(state=CostState.QUEUED) | abandoned)


def _claim(pk: int, clock: Clock) -> _Claim | None:
    now = clock()
    free, lease = _free(now).filter(pk=pk), now + LEASE
    text = _("Het rekenen is drie keer afgebroken. Misschien heeft de server te weinig geheugen: bel de beheerder.")
    free.filter(attempts__gte=MOST_ATTEMPTS).update(state=CostState.FAILED, error=text, finished_at=now)
    taken = free.update(state=CostState.RUNNING, lease_until=lease, progress=0.0, attempts=F("attempts") + 1)
    return _Claim(pk=pk, lease=lease, clock=clock) if taken else None


def _work(claim: _Claim) -> None:
    """The variants that are left, the most useful first."""
    study = CostStudy.objects.select_related("school").get(pk=claim.pk)
    bench = _Bench.of(study, claim)
    claim.write(facts=bench.facts())
    for row in study.variants.filter(done_at=None).order_by("number"):
        claim.finish(row, bench.outcome(row))
    claim.end(CostState.READY)


@dataclass
class _Bench:
    """What the variants of one study share: the roster, the roads, the calendar and the plans that were made."""

    question: Question
    season: Season
    year: str
    cohorts: dict[tuple[int, ...], Cohort]
    ground: Ground
    claim: _Claim
    roads: dict[str, Roads] = field(default_factory=dict)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.question.hours, self.roads, should_stop=lambda: self.claim.is_over)

    @classmethod
    def of(cls, study: CostStudy, claim: _Claim) -> _Bench:
        """Read the roster once."""
        question = Question.from_json(study.question)
        ground, year = Ground.of(study.school), roster_year(study.school)
        season_year = year_of_day(study.school, question.starts_on)
        if ground is None:
            raise RosterGone(_("De school staat niet meer op de kaart. Vul het adres van de school in."))
        if year is None or season_year is None:
            raise RosterGone(_("De leerlingenlijst of de kalender is veranderd. Reken opnieuw."))
        cohorts = {groups: cohort_of(year, groups, ground) for groups in question.cohorts}
        return cls(question, season_of(season_year, question.starts_on), str(year), cohorts, ground, claim)

    def facts(self) -> dict[str, object]:
        """What the list of assumptions says about roster and calendar."""
        holiday = self.season.holiday
        weeks = {
            str(evenings): self.season.weeks_before_holiday(self.question.weekdays[:evenings])
            for evenings in self.question.evenings
        }
        return {
            "year": self.year,
            "cohorts": [[list(groups), asdict(cohort.facts)] for groups, cohort in self.cohorts.items()],
            "holiday": [holiday.name, holiday.starts_on.isoformat()] if holiday else None,
            "weeks_before_holiday": weeks,
        }

    def outcome(self, row: CostVariant) -> Outcome:
        """One variant. Its durations are planned together: they share nearly everything."""
        variant = Variant(row.minutes, row.max_stops, row.mode, tuple(row.year_groups), row.evenings_a_week)
        if variant.mode not in self.roads:
            self.claim.write()
            self.roads[variant.mode] = self.ground.roads(variant.mode)
        teams = self.cohorts[variant.year_groups].teams
        plans = [found[variant.minutes] for found in self._planned(teams, variant)]
        return outcome_of(
            variant,
            self.question,
            plans,
            self.season,
            mentors=sum(team.mentors for team in teams),
            is_estimate=self.roads[variant.mode].is_estimate,
        )

    def _planned(self, teams: Sequence[Team], variant: Variant) -> Iterable[dict[int, TeamPlan]]:
        """The plans of all teams, made in threads, while this one keeps the lease."""
        with ThreadPoolExecutor(max_workers=JOBS) as pool:
            work = [
                pool.submit(self.desk.plan, team, variant.mode, variant.max_stops, self.question.minutes)
                for team in teams
            ]
            try:
                left = set(work)
                while left:
                    _done, left = wait(left, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
                    self.claim.beat(1 - len(left) / len(work))
            except BaseException:
                self.claim.is_over = True
                pool.shutdown(cancel_futures=True)
                raise
            return [future.result() for future in work]
