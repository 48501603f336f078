"""Why a family has no moment, what would help (tried, not guessed), and where that is done."""

from __future__ import annotations

import datetime as dt
import html
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mentors.leases import LeaseLost
from mentors.models import Role, School, User
from planner import REASON_CODES, REMEDY_KINDS, Progress
from planning.actions import runs
from planning.actions.jobs import request_plan, stop_plan
from planning.actions.runs import run_plan
from planning.draft.progress import JobProgress, Phase
from planning.draft.stored import read_draft_of
from planning.models import Plan, PlanState
from planning.problem.extra_hours import possible_hours
from planning.queries.drafts import show_draft
from planning.queries.remedies import PLACES, Help, read_remedies, useful_first
from planning.views.remedies import remedy_url
from planning.words.causes import CAUSES, TIMES_DO_NOT_FIT
from tests import factories
from tests.addresses import view_name
from tests.pages import LogIn
from tests.services import comes_true
from tests.visits.staffed import EVENINGS, StaffedCampaign, keep_draft, make_staffed_campaign
from visits.actions.shifts import set_evenings
from visits.models import Availability, Visit

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    """Five families, and one evening that holds three."""
    return make_staffed_campaign(now, school=school, mentors=1, families=5, evenings=EVENINGS[:1])


def helps_of(plan: Plan) -> list[Help]:
    return show_draft(plan, read_draft_of(plan)).helps or []


def help_of(plan: Plan, kind: str) -> Help:
    return next(one for one in helps_of(plan) if one.kind == kind)


def exclude(visit: Visit, weekdays: list[int]) -> None:
    """The family cannot on these days."""
    for weekday in weekdays:
        Availability.objects.create(
            household=visit.household,
            campaign=visit.campaign,
            weekday=weekday,
            from_time=dt.time(0, 0),
            until_time=dt.time(23, 59),
            is_wish=False,
        )


def why_url(staffed: StaffedCampaign, plan: Plan, visit: int) -> str:
    return reverse("planning:plan_why", kwargs={"school": staffed.school.slug, "plan": plan.pk, "visit": visit})


@pytest.mark.parametrize("code", [*REASON_CODES, "no_mentor", "mentor_left", "not_located", "no_evenings", "no_taker"])
def test_every_reason_has_a_heading_of_its_own_and_a_place_where_it_is_solved(code: str) -> None:
    assert CAUSES[code] is not TIMES_DO_NOT_FIT
    assert CAUSES[code].fix in ("class", "address", "shifts", "visit", "answer")


def test_every_kind_of_remedy_has_a_place_where_it_is_done() -> None:
    assert set(PLACES) == set(REMEDY_KINDS)


def test_one_evening_more_is_tried_and_says_how_many_families_it_helps(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    assert len(read_draft_of(plan).unplaced) == 2
    found = help_of(plan, "extra_evening")
    assert len(found.families) == 2
    assert staffed.mentors[0].name in found.words
    assert "geeft alle 2 gezinnen een moment" in found.words
    assert found.cost_words


def test_what_is_said_to_help_helps_when_it_is_done(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    remedies = read_draft_of(plan).remedies or ()
    item = next(one for one in remedies if one.kind == "extra_evening")
    day = dt.date.fromisoformat(item.facts["day"])
    mentor = staffed.mentors[0]
    set_evenings(campaign=staffed.campaign, mentor=mentor, days={EVENINGS[0], day}, by=None, now=staffed.now)
    again = staffed.draft()
    assert read_draft_of(again).unplaced == ()


def test_a_family_that_excludes_a_day_is_not_helped_by_an_evening_on_it(staffed: StaffedCampaign) -> None:
    for visit in staffed.campaign.visits.select_related("household"):
        exclude(visit, [0, 2, 3, 4, 5])
    plan = staffed.draft()
    remedies = read_draft_of(plan).remedies or ()
    days = {item.facts["weekday"] for item in remedies if "weekday" in item.facts}
    assert days <= {1}


def test_a_plan_that_places_everybody_has_no_remedies(now: dt.datetime, db: None) -> None:
    plan = make_staffed_campaign(now).draft()
    assert read_draft_of(plan).remedies is None
    assert show_draft(plan, read_draft_of(plan)).helps is None


def test_whoever_stops_the_planning_does_not_wait_for_remedies(staffed: StaffedCampaign) -> None:
    plan = request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    job.is_over = True
    runs._make_draft(job)
    plan.refresh_from_db()
    assert (plan.state, read_draft_of(plan).remedies) == (PlanState.READY, None)


def test_a_stop_while_remedies_are_tried_keeps_the_plan(staffed: StaffedCampaign) -> None:
    plan = request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)
    Plan.objects.update(state=PlanState.RUNNING, so_far=JobProgress(Phase.HELPING, families=5).to_json())
    stop_plan(plan=plan, by=None, now=staffed.now)
    Plan.objects.update(lease_until=None)
    assert run_plan(plan=plan, now=staffed.tell_now)
    plan.refresh_from_db()
    assert plan.state == PlanState.READY
    assert len(read_draft_of(plan).unplaced) == 2


class SkippedJob(runs.PlanJob):
    """A job of which somebody skips the trying as soon as it begins."""

    def attempt(self, work: Callable[[], Any]) -> Any:
        self.is_over = True
        return super().attempt(work)


def test_whoever_skips_the_trying_is_not_told_that_nothing_helps(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    runs._make_draft(SkippedJob(job.lease))
    plan.refresh_from_db()
    assert (len(read_draft_of(plan).unplaced), read_draft_of(plan).remedies) == (2, None)
    page = client.get(reverse("planning:plan", kwargs={"school": staffed.school.slug, "plan": plan.pk}))
    assert "is niet uitgezocht" in page.content.decode()


def test_looking_for_what_would_help_goes_on_by_the_clock_while_the_first_try_takes_long(
    staffed: StaffedCampaign,
) -> None:
    plan = request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    job.phase, job.progress = Phase.HELPING, Progress(1.0, 0, 0, "planning")
    job.helps_since = time.monotonic() - runs.REMEDY_SECONDS / 3
    job.heartbeat()
    plan.refresh_from_db()
    assert plan.progress == pytest.approx(1 / 3, abs=0.05)
    job.helped = 0.9
    job.heartbeat()
    plan.refresh_from_db()
    assert plan.progress == 0.9


def test_a_failure_while_remedies_are_tried_is_kept_from_the_plan(staffed: StaffedCampaign) -> None:
    plan = request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    assert job.attempt(lambda: 1 / 0) is None
    assert job.attempt(lambda: "tried") == "tried"


def test_a_worker_that_lost_its_lease_while_it_tries_remedies_keeps_nothing(staffed: StaffedCampaign) -> None:
    plan = request_plan(campaign=staffed.campaign, seconds=20, by=None, now=staffed.now)
    job = runs.claim_job(plan, staffed.tell_now)
    assert job is not None
    Plan.objects.update(lease_until=staffed.now + dt.timedelta(hours=1))  # another worker took it
    with pytest.raises(LeaseLost):
        job.attempt(lambda: comes_true(lambda: job.is_over))


def test_the_page_of_the_plan_says_what_would_help_and_leads_to_where_it_is_done(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    text = client.get(
        reverse("planning:plan", kwargs={"school": staffed.school.slug, "plan": plan.pk})
    ).content.decode()
    found = help_of(plan, "extra_evening")
    assert "Wat zou helpen" in text and found.words in text
    address = remedy_url(staffed.campaign, found)
    assert html.escape(address) in text
    day = address.split("?erbij=")[1].removesuffix("#erbij")
    page = client.get(address).content.decode()
    assert f'value="{day}" checked' in page
    assert "voorgestelde avonden" in page
    assert staffed.campaign.shifts.count() == 1


def test_evenings_within_the_round_lead_to_the_mentor_and_later_ones_to_the_rounds_period(
    staffed: StaffedCampaign,
) -> None:
    plan = staffed.draft()
    found = help_of(plan, "longer_season")
    assert "?erbij=2026-10-13" in remedy_url(staffed.campaign, found)
    many = len(found.adds) > 1
    assert str(found.link_words) == ("Zet deze avonden erbij" if many else "Zet deze avond erbij")
    assert str(help_of(plan, "extra_evening").link_words) == "Zet deze avond erbij"
    staffed.campaign.ends_on = EVENINGS[0]
    visits = {str(visit.pk): visit for visit in staffed.campaign.visits.select_related("household")}
    people = {str(staffed.mentors[0].pk): staffed.mentors[0]}
    again = read_remedies(staffed.campaign, read_draft_of(plan).remedies, visits, people) or []
    later = next(one for one in again if one.kind == "longer_season")
    assert remedy_url(staffed.campaign, later) == reverse(
        "visits:campaign_change", kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk}
    )


def test_a_plan_that_was_stopped_says_that_nobody_looked_for_help(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    keep_draft(plan, remedies=None)
    url = reverse("planning:plan", kwargs={"school": staffed.school.slug, "plan": plan.pk})
    assert "niet uitgezocht" in client.get(url).content.decode()
    keep_draft(plan, remedies=())
    assert "en vond niets" in client.get(url).content.decode()


def test_a_family_without_a_moment_has_a_page_with_its_windows_evenings_road_and_remedies(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    pk = int(read_draft_of(plan).unplaced[0].visit)
    text = client.get(why_url(staffed, plan, pk)).content.decode()
    household = staffed.campaign.visits.get(pk=pk).household.name
    for words in (
        f"Waarom heeft {household} geen moment?",
        "Avonden vol",
        "dinsdag",
        "Wat zou helpen",
        "di 6 oktober",
        "Weg heen",
    ):
        assert words in text
    placed = staffed.campaign.visits.exclude(pk__in=[int(left.visit) for left in read_draft_of(plan).unplaced])
    assert all(visit.household.name in text for visit in placed.select_related("household"))


def test_a_family_with_a_moment_is_shown_as_it_is(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    plan = staffed.draft()
    placed = read_draft_of(plan).routes[0].stops[0].visits[0]
    own = reverse("visits:visit", kwargs={"school": staffed.school.slug, "visit": placed})
    assert client.get(why_url(staffed, plan, int(placed)))["Location"] == own
    assert client.get(why_url(staffed, plan, 0)).status_code == 404


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_why_is_for_the_coordinator_of_the_school(
    staffed: StaffedCampaign, client: Client, log_in: LogIn, role: Role
) -> None:
    plan = staffed.draft()
    pk = int(read_draft_of(plan).unplaced[0].visit)
    log_in(staffed.school, role)
    assert client.get(why_url(staffed, plan, pk)).status_code == 403
    log_in(factories.make_school(), Role.COORDINATOR)
    assert client.get(why_url(staffed, plan, pk)).status_code == 404


def test_a_remedy_of_somebody_who_left_is_not_shown(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    draft = show_draft(plan, read_draft_of(plan))
    visits = {str(item.visit.pk): item.visit for item in draft.unplaced}
    assert read_remedies(staffed.campaign, read_draft_of(plan).remedies, visits, {}) == []
    assert read_remedies(staffed.campaign, None, visits, {}) is None


def test_first_come_the_remedies_that_each_help_somebody_more(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    first, rest = useful_first(helps_of(plan))
    assert {visit.pk for one in first for visit in one.families} == {
        int(left.visit) for left in read_draft_of(plan).unplaced
    }
    assert len(first) == 1
    assert len(first) + len(rest) == len(helps_of(plan))


def test_what_could_be_leaves_out_closures_sundays_and_what_a_family_excludes(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.select_related("household")[0]
    exclude(visit, [2])
    days, windows = possible_hours(staffed.campaign, [str(visit.pk)], staffed.now)
    assert dt.date(2026, 10, 4) not in days  # a Sunday
    assert dt.date(2026, 10, 19) not in days  # in the holiday
    assert days[dt.date(2026, 9, 28)] == 3
    assert max(days) == dt.date(2026, 10, 30)  # two weeks past the last day
    assert {window.on.weekday() for window in windows[str(visit.pk)]} == {0, 1, 3, 4, 5}


@pytest.mark.parametrize("name", ["plan", "plan_why"])
def test_the_pages_take_as_many_queries_for_many_families_without_a_moment_as_for_two(
    now: dt.datetime, client: Client, log_in: LogIn, db: None, django_assert_max_num_queries: Any, name: str
) -> None:
    counts = []
    for families in (5, 9):
        staffed = make_staffed_campaign(now, mentors=1, families=families, evenings=EVENINGS[:1])
        log_in(staffed.school, Role.COORDINATOR)
        plan = staffed.draft()
        kwargs = {"school": staffed.school.slug, "plan": plan.pk}
        if name == "plan_why":
            kwargs["visit"] = read_draft_of(plan).unplaced[0].visit
        with django_assert_max_num_queries(30) as queries:
            client.get(reverse(view_name(name), kwargs=kwargs))
        counts.append(len(queries))
    assert counts[0] == counts[1]
