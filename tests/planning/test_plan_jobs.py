"""The planning job: one at a time, claimed by one worker, stopped when asked, begun again when a worker died."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mentors.leases import LeaseLost
from mentors.models import Event
from planning.actions import runs
from planning.actions.jobs import (
    NobodyToPlan,
    NoEveningsToPlan,
    PlanningAlready,
    PlanOfClosedCampaign,
    PlanRefused,
    PlanWithoutSchool,
    discard_plan,
    request_plan,
    stop_plan,
)
from planning.actions.runs import run_plan, run_waiting_plans
from planning.draft.progress import BestSoFar, JobProgress, Phase
from planning.draft.stored import read_draft_of
from planning.models import Plan, PlanFailure, PlanState
from planning.queries.drafts import ShownDraft, gap_of, show_draft
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Availability, CampaignState, Visit, VisitState


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now)


def request(staffed: StaffedCampaign) -> Plan:
    return request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)


def exclude_every_day(visit: Visit, *, from_time: dt.time, until_time: dt.time) -> None:
    """The family cannot in these hours, on any day."""
    for weekday in range(7):
        Availability.objects.create(
            household=visit.household,
            campaign=visit.campaign,
            weekday=weekday,
            from_time=from_time,
            until_time=until_time,
            is_wish=False,
        )


def shown(staffed: StaffedCampaign) -> ShownDraft:
    """A draft of the real planner, as a page shows it."""
    plan = staffed.draft()
    return show_draft(plan, read_draft_of(plan))


def test_a_job_that_waits_becomes_a_draft_with_proof(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    assert plan.state == PlanState.QUEUED
    assert run_waiting_plans(now=staffed.tell_now) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.progress, plan.failure, plan.lease_until) == (PlanState.READY, 1.0, "", None)
    assert plan.cost == plan.bound
    assert plan.is_estimate  # the tests have no street network
    totals = read_draft_of(plan).totals
    assert (totals.placed, totals.unplaced, totals.left_out) == (4, 0, 0)


def test_the_draft_keeps_travel_and_times_of_each_evening(staffed: StaffedCampaign) -> None:
    draft = shown(staffed)
    assert sum(len(route.stops) for route in draft.routes) == 4
    for route in draft.routes:
        assert route.on in EVENINGS
        assert route.leaves < route.stops[0].start < route.stops[-1].until < route.back
        assert route.travel_minutes >= sum(stop.travel_minutes for stop in route.stops)
        assert route.travel_metres > 0
    assert [line.families for line in draft.by_mentor()] == [4]
    assert sum(line.families for line in draft.by_evening()) == 4


def test_a_wish_is_met_and_counted(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    Availability.objects.create(
        household=visit.household,
        campaign=staffed.campaign,
        weekday=3,
        from_time=dt.time(18, 0),
        until_time=dt.time(19, 0),
        is_wish=True,
    )
    totals = shown(staffed).totals
    assert (totals.wishes, totals.wishes_met) == (1, 1)


def test_a_wish_for_a_day_without_an_evening_is_counted_apart(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    Availability.objects.create(
        household=visit.household,
        campaign=staffed.campaign,
        weekday=0,
        from_time=dt.time(18, 0),
        until_time=dt.time(19, 0),
        is_wish=True,
    )
    totals = shown(staffed).totals
    assert (totals.wishes, totals.wishes_elsewhere) == (0, 1)


def test_a_family_that_never_can_has_a_reason(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    exclude_every_day(visit, from_time=dt.time(0, 0), until_time=dt.time(23, 59))
    unplaced = shown(staffed).unplaced
    assert [item.visit for item in unplaced] == [visit]
    assert unplaced[0].reason


def test_a_draft_without_anybody_who_can_be_planned_says_why(staffed: StaffedCampaign) -> None:
    staffed.campaign.visits.update(mentor=None)
    draft = shown(staffed)
    assert draft.routes == []
    assert [str(item.reason) for item in draft.unplaced] == ["De klas heeft nog geen mentor."] * 4


def test_a_second_request_is_refused_while_one_runs(staffed: StaffedCampaign) -> None:
    request(staffed)
    with pytest.raises(PlanningAlready):
        request(staffed)


def test_the_database_itself_refuses_a_second_job(staffed: StaffedCampaign) -> None:
    request(staffed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(campaign=staffed.campaign, created_at=staffed.now, state=PlanState.RUNNING)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda staffed: staffed.campaign.shifts.all().delete(), NoEveningsToPlan),
        (lambda staffed: staffed.campaign.visits.update(state=VisitState.DECLINED), NobodyToPlan),
        (lambda staffed: setattr(staffed.campaign, "state", CampaignState.CLOSED), PlanOfClosedCampaign),
        (lambda staffed: setattr(staffed.campaign.school, "latitude", None), PlanWithoutSchool),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_at_once(
    staffed: StaffedCampaign, change: Any, refusal: type[PlanRefused]
) -> None:
    change(staffed)
    with pytest.raises(refusal):
        request(staffed)
    assert not Plan.objects.exists()


def test_a_job_that_another_worker_has_is_left_alone(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    Plan.objects.update(state=PlanState.RUNNING, lease_until=staffed.now + dt.timedelta(minutes=1))
    assert not run_plan(plan=plan, now=staffed.tell_now)
    assert run_waiting_plans(now=staffed.tell_now) == 0


def test_the_job_of_a_worker_that_died_is_begun_again(staffed: StaffedCampaign) -> None:
    request(staffed)
    Plan.objects.update(state=PlanState.RUNNING, lease_until=staffed.now - dt.timedelta(seconds=1), attempts=1)
    assert run_waiting_plans(now=staffed.tell_now) == 1
    plan = Plan.objects.get()
    assert (plan.state, plan.attempts) == (PlanState.READY, 2)


def test_a_job_that_keeps_killing_its_worker_is_given_up(staffed: StaffedCampaign) -> None:
    request(staffed)
    Plan.objects.update(state=PlanState.RUNNING, lease_until=staffed.now - dt.timedelta(seconds=1), attempts=3)
    assert run_waiting_plans(now=staffed.tell_now) == 0
    plan = Plan.objects.get()
    assert plan.state == PlanState.FAILED
    assert plan.failure == PlanFailure.BROKEN_OFF


def test_a_worker_that_slept_past_its_lease_writes_nothing(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    staffed.change_now(lambda now: now + dt.timedelta(minutes=5))
    taken_over = runs.claim_job(plan, staffed.tell_now)
    assert taken_over is not None
    with pytest.raises(LeaseLost):
        job.lease.renew(result={})
    job.fail(PlanFailure.UNEXPECTED)
    plan.refresh_from_db()
    assert (plan.state, plan.failure) == (PlanState.RUNNING, "")


def test_a_heartbeat_shows_progress_and_notices_the_stop(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    job.note_progress(runs.Progress(0.4, 1000.0, 900.0, "searching"))
    job.heartbeat()
    plan.refresh_from_db()
    assert (plan.progress, plan.cost, plan.bound, job.is_over) == (0.4, 1000.0, 900.0, False)
    stop_plan(plan=plan, by=None, now=staffed.now)
    job.heartbeat()
    assert job.is_over


def test_a_heartbeat_tells_what_the_best_plan_so_far_holds_and_draws_its_trail(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    job.families = 4
    job.heartbeat()
    plan.refresh_from_db()
    assert (plan.so_far, plan.trail) == (JobProgress(Phase.ROADS, families=4).to_json(), [])
    parts = {"unplaced": 1, "routes": 2, "travel_minutes": 50, "outside_wish": 0}
    job.note_progress(runs.Progress(0.4, 1000.0, 900.0, "planning", 1, parts))
    job.heartbeat()
    job.heartbeat()
    plan.refresh_from_db()
    best = BestSoFar(placed=3, routes=2, travel_minutes=50, outside_wish=0)
    assert JobProgress.from_json(plan.so_far) == JobProgress(Phase.ROADS, families=4, hopeless=1, best=best)
    assert [point[1:] for point in plan.trail] == [[1000.0, 900.0]]


def test_a_job_that_makes_its_plan_better_says_that_it_proves() -> None:
    at_work = runs.Progress(0.9, 1000.0, 900.0, "proving")
    assert JobProgress.of(Phase.PLANNING, 4, 12, at_work) == JobProgress(Phase.PROVING, families=4, seconds=12)
    assert JobProgress.of(Phase.HELPING, 4, 12, at_work).phase == Phase.HELPING


def test_a_job_that_has_told_nothing_yet_looks_up_the_roads() -> None:
    assert JobProgress.from_json(None) == JobProgress(Phase.ROADS)


def test_a_long_trail_keeps_its_ends_and_stays_short() -> None:
    trail: list[list[float]] = []
    for second in range(1000):
        trail = runs.longer_trail(trail, second, 2000.0 - second, 900.0)
        assert len(trail) <= runs.MOST_TRAIL
    assert trail[0] == [0, 2000.0, 900.0]
    assert trail[-1] == [999, 1001.0, 900.0]


def test_a_finished_job_keeps_the_trail_that_ends_in_its_plan(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    assert plan.trail[-1][1:] == [plan.cost, plan.bound]


def test_a_worker_that_takes_over_begins_afresh_and_makes_the_same_plan(staffed: StaffedCampaign) -> None:
    first = staffed.draft()
    second = request(staffed)
    stale = {"trail": [[1.0, 2.0, 3.0]], "progress": 0.9, "so_far": JobProgress(Phase.PLANNING).to_json()}
    Plan.objects.filter(pk=second.pk).update(state=PlanState.RUNNING, lease_until=None, attempts=1, **stale)
    assert run_plan(plan=second, now=staffed.tell_now)
    second.refresh_from_db()
    assert read_draft_of(second).routes == read_draft_of(first).routes
    assert [1.0, 2.0, 3.0] not in second.trail


def test_the_gap_leaves_out_families_that_no_plan_can_place(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    exclude_every_day(visit, from_time=dt.time(0, 0), until_time=dt.time(18, 20))
    exclude_every_day(visit, from_time=dt.time(18, 40), until_time=dt.time(23, 59))
    plan = staffed.draft()
    assert read_draft_of(plan).hopeless == 1
    Plan.objects.filter(pk=plan.pk).update(cost=51_000.0, bound=50_990.0)
    plan.refresh_from_db()
    assert gap_of(plan, read_draft_of(plan)) == pytest.approx(0.01)


def test_a_job_that_was_stopped_still_gives_its_best_plan(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    Plan.objects.update(is_stop_asked=True)
    run_plan(plan=plan, now=staffed.tell_now)
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_a_job_in_the_queue_can_be_withdrawn(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    stop_plan(plan=plan, by=None, now=staffed.now)
    plan.refresh_from_db()
    assert plan.state == PlanState.DISCARDED
    assert run_waiting_plans(now=staffed.tell_now) == 0
    request(staffed)


def test_a_school_that_lost_its_place_gives_a_failed_job(staffed: StaffedCampaign) -> None:
    plan = request(staffed)
    staffed.school.latitude = None
    staffed.school.save()
    assert run_plan(plan=plan, now=staffed.tell_now)
    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED
    assert plan.failure == PlanFailure.SCHOOL_NOT_ON_MAP


def test_what_goes_wrong_inside_is_a_failure_and_an_error_for_the_log(staffed: StaffedCampaign) -> None:
    plan, asked = request(staffed), []

    def clock_that_fails_once() -> dt.datetime:
        asked.append(1)
        if len(asked) == 3:  # the first two are of claiming
            raise MemoryError
        return staffed.now

    with pytest.raises(MemoryError):
        run_plan(plan=plan, now=clock_that_fails_once)
    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED
    assert plan.failure == PlanFailure.UNEXPECTED


def test_drafts_are_kept_side_by_side_until_they_are_thrown_away(staffed: StaffedCampaign) -> None:
    first, second = staffed.draft(), staffed.draft()
    discard_plan(plan=first, by=None, now=staffed.now)
    assert list(Plan.objects.filter(state=PlanState.READY)) == [second]
    with pytest.raises(PlanRefused):
        discard_plan(plan=first, by=None, now=staffed.now)


def test_a_plan_leaves_a_trace(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    discard_plan(plan=plan, by=None, now=staffed.now)
    verbs = set(Event.objects.filter(subject=f"planning.Plan:{plan.pk}").values_list("verb", flat=True))
    assert verbs == {"plan.requested", "plan.discarded"}


def test_the_draft_is_read_in_the_same_number_of_queries_whatever_its_size(
    now: dt.datetime, db: None, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for mentors in (1, 10):
        staffed = make_staffed_campaign(now, mentors=mentors, families=3)
        plan = staffed.draft()
        with django_assert_max_num_queries(10) as queries:
            found = Plan.objects.select_related("campaign__school").get(pk=plan.pk)
            draft = show_draft(found, read_draft_of(found))
            draft.by_mentor()
            draft.by_evening()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_four_workers_at_once_do_the_job_once(several_connections: None) -> None:
    now = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)
    staffed = make_staffed_campaign(now)
    request(staffed)
    start, done = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        try:
            done.append(run_waiting_plans(now=staffed.tell_now))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 0, 0, 1]
    assert Plan.objects.get().attempts == 1
    assert timezone.is_aware(Plan.objects.get().finished_at)
