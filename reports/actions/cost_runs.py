"""What works on a school's question: a worker claims the row with a lease, and one that dies leaves it to the next."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field

import structlog
from django.db import transaction

from mentors.leases import Lease, LeaseLost, Now, WorkQueue
from reports.figures.cost_question import Question, Variant
from reports.figures.cost_teams import Roads, Team, TeamPlan, TeamPlanner, WorkStopped
from reports.figures.cost_totals import Calendar, VariantOutcome, variant_outcome
from reports.models import CostFailure, CostState, CostStudy, CostVariant
from reports.queries.cost_roster import Cohort, StudyPlaces, cohort_of, roster_year, study_calendar, year_of_day

QUEUE = WorkQueue(CostStudy, length=dt.timedelta(minutes=2), most_attempts=3)
BEAT_SECONDS = 1.0  # the row is written this often
JOBS = 2  # teams planned at once, in threads

log = structlog.get_logger()


class RosterGone(Exception):
    """What the question was about is no longer there."""

    def __init__(self, failure: CostFailure) -> None:
        super().__init__(failure)
        self.failure = failure


def run_waiting_cost_studies(*, now: Now) -> int:
    """Work on every study that waits, or whose worker died; says how many this worker did."""
    return sum(run_cost_study(study=CostStudy.objects.get(pk=pk), now=now) for pk in QUEUE.waiting(now()))


def run_cost_study(*, study: CostStudy, now: Now, beat_seconds: float = BEAT_SECONDS) -> bool:
    """Claim a study and work out the variants that are left, with a heartbeat every so many seconds.

    False when another worker has it, or takes it over.
    """
    job = claim_study(study, now)
    if job is None:
        return False
    job.beat_seconds = beat_seconds
    try:
        _work_on(job)
    except LeaseLost:
        return False
    except WorkStopped:
        job.end(CostState.STOPPED)
    except RosterGone as refusal:
        job.end(CostState.FAILED, refusal.failure)
    except Exception as error:
        log.error("cost study failed", study=study.pk, error=type(error).__name__)
        job.end(CostState.FAILED, CostFailure.UNEXPECTED)
        raise
    return True


@dataclass
class StudyJob:
    """A study in the hands of this worker."""

    lease: Lease
    beat_seconds: float = BEAT_SECONDS
    is_over: bool = False  # read by the planner's threads
    renewed_at: float = field(default_factory=time.monotonic)

    def write(self, **values: object) -> None:
        """Write to the row and renew the lease. Raises LeaseLost."""
        self.lease.renew(**values)
        self.renewed_at = time.monotonic()

    def heartbeat(self, progress: float) -> None:
        """Now and then: renew the lease, show how far it is, and see whether somebody asked to stop.

        Raises LeaseLost, and WorkStopped."""
        if time.monotonic() - self.renewed_at < self.beat_seconds:
            return
        self.write(progress=progress)
        if CostStudy.objects.filter(pk=self.lease.pk, is_stop_asked=True).exists():
            self.is_over = True
            raise WorkStopped

    @transaction.atomic
    def finish(self, variant: CostVariant, outcome: VariantOutcome) -> None:
        """Keep what a variant takes. Raises LeaseLost."""
        self.write(progress=0.0, attempts=1)
        values = {"outcome": outcome.to_json(), "done_at": self.lease.now()}
        CostVariant.objects.filter(pk=variant.pk).update(**values)

    def end(self, state: CostState, failure: CostFailure | str = "") -> None:
        """The end of this worker's turn, unless another worker has the study now."""
        self.lease.release(state, failure=failure, progress=0.0, finished_at=self.lease.now())


def claim_study(study: CostStudy, now: Now) -> StudyJob | None:
    """Take the study to work on what is left of it; None when another worker has it, or it is given up."""
    given_up = {"failure": CostFailure.BROKEN_OFF, "finished_at": now()}
    lease = QUEUE.claim(study.pk, now=now, afresh={"progress": 0.0}, given_up=given_up)
    return StudyJob(lease) if lease else None


def _work_on(job: StudyJob) -> None:
    """Work out the variants that are left, the most useful first."""
    study = CostStudy.objects.select_related("school").get(pk=job.lease.pk)
    inputs = StudyInputs.of(study, job)
    job.write(facts=inputs.facts())
    for row in study.variants.filter(done_at=None).order_by("number"):
        job.finish(row, inputs.outcome(row))
    job.end(CostState.READY)


@dataclass
class StudyInputs:
    """What the variants of one study share: the roster, the roads, the calendar and the plans that were made."""

    question: Question
    calendar: Calendar
    year: str
    cohorts: dict[tuple[int, ...], Cohort]
    places: StudyPlaces
    job: StudyJob
    roads: dict[str, Roads] = field(default_factory=dict)
    team_planner: TeamPlanner = field(init=False)

    def __post_init__(self) -> None:
        self.team_planner = TeamPlanner(self.question.hours, self.roads, should_stop=lambda: self.job.is_over)

    @classmethod
    def of(cls, study: CostStudy, job: StudyJob) -> StudyInputs:
        """Read the roster once."""
        question = Question.from_json(study.question)
        places, year = StudyPlaces.of(study.school), roster_year(study.school)
        school_year = year_of_day(study.school, question.starts_on)
        if places is None:
            raise RosterGone(CostFailure.SCHOOL_NOT_ON_MAP)
        if year is None or school_year is None:
            raise RosterGone(CostFailure.ROSTER_CHANGED)
        cohorts = {groups: cohort_of(year, groups, places) for groups in question.cohorts}
        return cls(question, study_calendar(school_year, question.starts_on), str(year), cohorts, places, job)

    def facts(self) -> dict[str, object]:
        """What the list of assumptions says about roster and calendar."""
        holiday = self.calendar.holiday
        weeks = {
            str(evenings): self.calendar.weeks_before_holiday(self.question.weekdays[:evenings])
            for evenings in self.question.evenings
        }
        return {
            "year": self.year,
            "cohorts": [[list(groups), asdict(cohort.facts)] for groups, cohort in self.cohorts.items()],
            "holiday": [holiday.name, holiday.starts_on.isoformat()] if holiday else None,
            "weeks_before_holiday": weeks,
        }

    def outcome(self, row: CostVariant) -> VariantOutcome:
        """One variant. Its durations are planned together: they share nearly everything."""
        variant = Variant(row.minutes, row.max_stops, row.mode, tuple(row.year_groups), row.evenings_a_week)
        if variant.mode not in self.roads:
            self.job.write()
            self.roads[variant.mode] = self.places.roads(variant.mode)
        teams = self.cohorts[variant.year_groups].teams
        plans = [found[variant.minutes] for found in self._planned(teams, variant)]
        return variant_outcome(
            variant,
            self.question,
            plans,
            self.calendar,
            mentors=sum(team.mentors for team in teams),
            is_estimate=self.roads[variant.mode].is_estimate,
        )

    def _planned(self, teams: Sequence[Team], variant: Variant) -> Iterable[dict[int, TeamPlan]]:
        """The plans of all teams, made in threads, while this one keeps the lease."""
        with ThreadPoolExecutor(max_workers=JOBS) as pool:
            work = [
                pool.submit(self.team_planner.plan, team, variant.mode, variant.max_stops, self.question.minutes)
                for team in teams
            ]
            try:
                left = set(work)
                while left:
                    _done, left = wait(left, timeout=self.job.beat_seconds, return_when=FIRST_COMPLETED)
                    self.job.heartbeat(1 - len(left) / len(work))
            except BaseException:
                self.job.is_over = True
                pool.shutdown(cancel_futures=True)
                raise
            return [future.result() for future in work]
