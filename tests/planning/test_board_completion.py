"""'Herstel de rest': a job that proposes, a page that waits for it, and a yes that counts only for what was seen."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from mentors.dates import clock_of
from mentors.leases import LeaseLost
from mentors.models import Role, School, User
from planning.actions import runs
from planning.actions.board.completion import (
    PlannerBusy,
    ProposalStale,
    apply_completion,
    request_completion,
)
from planning.actions.board.edits import move_visit, pin_visit, take_out_visit, undo_edit
from planning.actions.board.patches import BoardChanged, BoardError, BoardShut
from planning.actions.jobs import request_plan
from planning.actions.runs import run_plan, run_waiting_plans
from planning.draft.stored import read_draft_of
from planning.models import EditVerb, Plan, PlanEdit, PlanFailure, PlanKind, PlanState
from planning.queries.board.completion import CompletionProposal, completion_of, proposal_of
from planning.queries.board.loading import load_draft
from planning.queries.publishing import drafts_of
from planning.words.failures import failure_words
from tests import factories
from tests.addresses import view_name
from tests.pages import LogIn, messages_on, posts_to
from tests.planning.boards import another_evening
from tests.visits.staffed import StaffedCampaign, keep_draft, make_staffed_campaign

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school, mentors=2, families=3)


@pytest.fixture
def plan(staffed: StaffedCampaign) -> Plan:
    return staffed.draft()


def worse(plan: Plan, now: dt.datetime) -> Plan:
    """The draft with one family taken out by hand."""
    visit = sorted(load_draft(plan).schedule.made)[0]
    return take_out_visit(plan=plan, visit=visit, seen=plan.revision, by=None, now=now).plan


def asked(plan: Plan, now: dt.datetime) -> Plan:
    return request_completion(plan=plan, seen=plan.revision, by=None, now=now)


def done(job: Plan, now: dt.datetime) -> Plan:
    """The job after a worker had it."""
    assert run_plan(plan=job, now=lambda: now)
    return Plan.objects.get(pk=job.pk)


def proposed(plan: Plan, now: dt.datetime) -> tuple[Plan, CompletionProposal]:
    job = done(asked(plan, now), now)
    assert (job.state, job.failure) == (PlanState.READY, "")
    return job, proposal_of(job)


def here(name: str, plan: Plan) -> str:
    return reverse(view_name(name), kwargs={"school": plan.campaign.school.slug, "plan": plan.pk})


# --- the proposal ---


def test_the_planner_completes_the_rest_and_it_can_be_undone_as_one_change(plan: Plan, now: dt.datetime) -> None:
    out = worse(plan, now)
    job, proposal = proposed(out, now)
    assert proposal.cost < 0 and proposal.parts["unplaced"] == -1
    assert any(moved.before is None for moved in proposal.moved)
    assert Plan.objects.get(pk=plan.pk).revision == 1
    completed = apply_completion(job=job, by=None, now=now).plan
    assert len(load_draft(completed).schedule.made) == 6 and load_draft(completed).assessment.broken == ()
    undone = undo_edit(plan=completed, seen=2, by=None, now=now).plan
    assert read_draft_of(undone).routes == read_draft_of(out).routes


def test_what_is_pinned_stays_when_the_rest_is_completed(plan: Plan, now: dt.datetime) -> None:
    visit, evening = another_evening(plan)
    moved = move_visit(plan=plan, visit=visit, evening=evening, seen=0, by=None, now=now).plan
    pinned = pin_visit(plan=moved, visit=visit, is_pinned=True, seen=1, by=None, now=now).plan
    stop = load_draft(pinned).schedule.stop_of(visit)
    job, proposal = proposed(pinned, now)
    assert visit not in {each.visit for each in proposal.moved}
    if proposal.moved:
        pinned = apply_completion(job=job, by=None, now=now).plan
    assert load_draft(pinned).schedule.stop_of(visit) == stop


def test_an_evening_in_which_a_warning_was_overruled_stays_as_it_is(plan: Plan, now: dt.datetime) -> None:
    visit, evening = another_evening(plan)
    late = move_visit(
        plan=plan, visit=visit, evening=evening, seen=0, by=None, now=now, start=20 * 60 + 45, reason="Gebeld."
    ).plan
    stops = load_draft(late).schedule.stops(evening)
    elsewhere = next(name for name, key in load_draft(late).schedule.made.items() if key != evening)
    out = take_out_visit(plan=late, visit=elsewhere, seen=1, by=None, now=now).plan
    job, _proposal = proposed(out, now)
    completed = apply_completion(job=job, by=None, now=now).plan
    assert load_draft(completed).schedule.stops(evening) == stops


def test_a_draft_that_cannot_be_better_is_proposed_nothing(plan: Plan, now: dt.datetime) -> None:
    job, proposal = proposed(plan, now)
    assert proposal.moved == ()
    with pytest.raises(ProposalStale):
        apply_completion(job=job, by=None, now=now)
    assert not PlanEdit.objects.exists()


# --- asking ---


def test_asking_twice_for_the_same_draft_is_one_job(plan: Plan, now: dt.datetime) -> None:
    first = asked(plan, now)
    assert asked(plan, now) == first
    done(first, now)
    assert asked(plan, now) == first
    assert Plan.objects.filter(kind=PlanKind.COMPLETION).count() == 1


def test_what_was_proposed_for_an_older_revision_goes_when_somebody_asks_anew(plan: Plan, now: dt.datetime) -> None:
    old = done(asked(plan, now), now)
    out = worse(plan, now)
    fresh = asked(out, now)
    old.refresh_from_db()
    assert (old.state, fresh.state, fresh.revision) == (PlanState.DISCARDED, PlanState.QUEUED, 1)
    assert completion_of(out) == fresh


def test_who_asks_for_another_revision_than_stands_is_refused(plan: Plan, now: dt.datetime) -> None:
    with pytest.raises(BoardChanged):
        request_completion(plan=plan, seen=3, by=None, now=now)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.PUBLISHED)
    with pytest.raises(BoardShut):
        request_completion(plan=plan, seen=0, by=None, now=now)
    assert not Plan.objects.filter(kind=PlanKind.COMPLETION).exists()


def test_while_another_plan_is_made_nobody_completes_a_draft(
    staffed: StaffedCampaign, plan: Plan, now: dt.datetime
) -> None:
    request_plan(campaign=staffed.campaign, seconds=20, by=None, now=now)
    with pytest.raises(PlannerBusy):
        asked(plan, now)


def test_a_job_is_no_draft(
    staffed: StaffedCampaign, plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    job = done(asked(plan, now), now)
    assert [line.plan for line in drafts_of(staffed.campaign)] == [plan]
    for name in ("plan", "board", "plan_publish", "repair"):
        assert client.get(here(name, job)).status_code == 404
    url = reverse("planning:campaign", kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk})
    assert f"/plannen/{job.pk}/" not in client.get(url).content.decode()


# --- the worker ---


def test_a_worker_that_dies_leaves_the_job_to_the_next(plan: Plan, now: dt.datetime) -> None:
    out = worse(plan, now)
    job = asked(out, now)
    assert runs.claim_job(job, lambda: now)  # and then it died
    assert run_waiting_plans(now=lambda: now) == 0
    later = now + runs.QUEUE.length + dt.timedelta(seconds=1)
    assert run_waiting_plans(now=lambda: later) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (PlanState.READY, 2)
    assert proposal_of(job).parts["unplaced"] == -1


def test_a_job_whose_workers_keep_dying_ends_with_words(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    job = asked(plan, now)
    Plan.objects.filter(pk=job.pk).update(attempts=runs.QUEUE.most_attempts)
    run_waiting_plans(now=lambda: now)
    text = client.get(here("board_complete", plan)).content.decode()
    assert failure_words(PlanFailure.BROKEN_OFF) in text
    assert asked(plan, now) != job


def test_a_draft_that_changed_before_the_worker_came_is_not_completed(plan: Plan, now: dt.datetime) -> None:
    job = asked(plan, now)
    worse(plan, now)
    job = done(job, now)
    assert (job.state, job.result) == (PlanState.FAILED, None)
    assert job.failure == PlanFailure.DRAFT_CHANGED


def test_a_draft_that_was_published_or_thrown_away_meanwhile_is_not_completed(plan: Plan, now: dt.datetime) -> None:
    for state in (PlanState.PUBLISHED, PlanState.DISCARDED):
        Plan.objects.filter(pk=plan.pk).update(state=PlanState.READY)
        job = asked(plan, now)
        Plan.objects.filter(pk=plan.pk).update(state=state)
        job = done(job, now)
        assert (job.state, job.failure) == (PlanState.FAILED, PlanFailure.DRAFT_SHUT)


def test_a_worker_whose_job_was_asked_anew_drops_its_work(plan: Plan, now: dt.datetime) -> None:
    claimed = runs.claim_job(asked(plan, now), lambda: now)
    assert claimed
    fresh = asked(worse(plan, now), now)
    with pytest.raises(LeaseLost):
        claimed.lease.renew(result={"patches": None})
    assert fresh.state == PlanState.QUEUED


def test_a_draft_that_cannot_be_completed_says_so(plan: Plan, now: dt.datetime) -> None:
    """A family agreed with a moment that is not in the draft, on an evening that stays because a rule was overruled."""
    routes = read_draft_of(plan).routes
    route = next(route for route in routes if len(route.stops) > 1)
    agreed, other = route.stops[:2]
    at = {"visitor": route.visitor, "date": route.on.isoformat(), "start": clock_of(agreed.start)}
    problem = (plan.problem or {}) | {"fixed": {agreed.visits[0]: at}}
    Plan.objects.filter(pk=plan.pk).update(problem=problem)
    late = replace(route, stops=(replace(other, start=20 * 60 + 45),))
    keep_draft(plan, routes=tuple(late if each is route else each for each in routes))
    job = done(asked(plan, now), now)
    assert (job.state, job.failure) == (PlanState.FAILED, PlanFailure.STUCK)


# --- saying yes ---


def test_a_proposal_is_taken_over_once(plan: Plan, now: dt.datetime) -> None:
    job, _proposal = proposed(worse(plan, now), now)
    apply_completion(job=job, by=None, now=now)
    with pytest.raises(BoardChanged):
        apply_completion(job=job, by=None, now=now)
    Plan.objects.filter(pk=plan.pk).update(revision=job.revision)
    with pytest.raises(ProposalStale):
        apply_completion(job=job, by=None, now=now)
    assert PlanEdit.objects.filter(verb=EditVerb.COMPLETE).count() == 1


def test_a_proposal_of_before_another_change_is_refused_and_changes_nothing(plan: Plan, now: dt.datetime) -> None:
    out = worse(plan, now)
    job, _proposal = proposed(out, now)
    Plan.objects.filter(pk=plan.pk).update(revision=5)
    with pytest.raises(BoardChanged):
        apply_completion(job=job, by=None, now=now)
    job.refresh_from_db()
    assert job.state == PlanState.READY
    assert read_draft_of(Plan.objects.get(pk=plan.pk)) == read_draft_of(out)


# --- the pages ---


def test_the_button_starts_a_job_and_looking_plans_nothing(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    out = worse(plan, now)
    url = here("board_complete", plan)
    assert client.get(url).context["job"] is None
    assert not Plan.objects.filter(kind=PlanKind.COMPLETION).exists()
    page = client.post(url, {"revision": out.revision}, follow=True)
    assert page.context["is_at_work"]
    assert here("board_complete_progress", plan) in page.content.decode()
    job = Plan.objects.get(kind=PlanKind.COMPLETION)
    assert (job.state, job.result) == (PlanState.QUEUED, None)
    assert (job.created_by, job.based_on) == (coordinator, plan)
    assert "HX-Refresh" not in client.get(here("board_complete_progress", plan)).headers


def test_the_page_shows_who_would_move_and_a_yes_does_it(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    job, proposal = proposed(worse(plan, now), now)
    assert client.get(here("board_complete_progress", plan)).headers["HX-Refresh"] == "true"
    page = client.get(here("board_complete", plan))
    assert len(page.context["lines"]) == len(proposal.moved)
    assert "+1 gezin met een moment" in page.context["gains"]
    data: dict[str, Any] = {"voorstel": job.pk}
    apply, board = here("board_complete_apply", plan), here("board", plan)
    assert client.post(apply, data)["Location"] == board
    assert messages_on(client.post(apply, data, follow=True))[-1] == BoardChanged.text
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.PUBLISHED)
    assert client.get(here("board_complete", plan))["Location"] == board


def test_the_page_of_a_draft_that_changed_meanwhile_offers_to_complete_it_anew(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    proposed(plan, now)
    out = worse(plan, now)
    page = client.get(here("board_complete", plan))
    assert page.context["is_late"] and here("board_complete_apply", plan) not in posts_to(page.content.decode())
    client.post(here("board_complete", plan), {"revision": out.revision})
    job = completion_of(out)
    assert job and (job.state, job.revision) == (PlanState.QUEUED, 1)


def test_a_board_that_was_looked_at_before_a_change_is_refused_in_words(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    worse(plan, now)
    for data in ({"revision": 0}, {"revision": "x"}, {}):
        assert messages_on(client.post(here("board_complete", plan), data, follow=True)) == [BoardChanged.text]
    assert not Plan.objects.filter(kind=PlanKind.COMPLETION).exists()


def test_a_proposal_of_another_draft_or_none_is_not_found(
    staffed: StaffedCampaign, plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    job, _proposal = proposed(worse(plan, now), now)
    other = staffed.draft()
    for plan_, pk in ((other, job.pk), (plan, other.pk), (plan, ""), (plan, "x")):
        assert client.post(here("board_complete_apply", plan_), {"voorstel": pk}).status_code == 404


def test_completing_is_for_the_coordinator(plan: Plan, client: Client, log_in: LogIn, now: dt.datetime) -> None:
    job, _proposal = proposed(worse(plan, now), now)

    def statuses() -> set[int]:
        return {
            client.get(here("board_complete", plan)).status_code,
            client.post(here("board_complete", plan), {"revision": 1}).status_code,
            client.get(here("board_complete_progress", plan)).status_code,
            client.post(here("board_complete_apply", plan), {"voorstel": job.pk}).status_code,
        }

    for role in (Role.DIRECTOR, Role.MENTOR, Role.CARE):
        log_in(plan.campaign.school, role)
        assert statuses() == {403}
    log_in(factories.make_school(), Role.COORDINATOR)
    assert statuses() == {404}
    assert PlanEdit.objects.filter(verb=EditVerb.COMPLETE).count() == 0


# --- two at once ---


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of these answers, or refuses with, when they begin at the same moment."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return act()
        except BoardError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_who_ask_at_once_get_one_job(several_connections: None, now: dt.datetime) -> None:
    plan = make_staffed_campaign(now, mentors=2, families=3).draft()

    def ask() -> Plan:
        return asked(Plan.objects.get(pk=plan.pk), now)

    first, second = at_once(ask, ask)
    assert first == second == Plan.objects.get(kind=PlanKind.COMPLETION)


def test_of_two_who_say_yes_at_once_one_does_it(several_connections: None, now: dt.datetime) -> None:
    job, _proposal = proposed(worse(make_staffed_campaign(now, mentors=2, families=3).draft(), now), now)

    def yes() -> Any:
        return apply_completion(job=Plan.objects.select_related("based_on").get(pk=job.pk), by=None, now=now)

    found = at_once(yes, yes)
    assert sum(isinstance(each, BoardError) for each in found) == 1
    assert PlanEdit.objects.filter(verb=EditVerb.COMPLETE).count() == 1
