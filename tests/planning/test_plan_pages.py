"""The pages of a plan: asking, watching, looking, publishing; and the list of visits."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mentors.dates import moment_at, spoken_clock
from mentors.models import Role, School, User
from planning.actions.jobs import PlanningAlready
from planning.draft.blockers import Blocker, BlockerCode
from planning.draft.progress import BestSoFar, JobProgress, Phase
from planning.draft.stored import read_draft_of
from planning.models import Plan, PlanFailure, PlanState
from planning.queries.progress import closing_gap
from planning.words.blockers import blocker_texts
from planning.words.failures import failure_words
from tests import factories
from tests.pages import LogIn, here, links_on, messages_on, page, posts_to
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Campaign, CampaignState, VisitState

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school)


BEST = BestSoFar(placed=3, routes=2, travel_minutes=65, outside_wish=0)
SO_FAR = JobProgress(Phase.PLANNING, families=4, seconds=12, hopeless=1, best=BEST).to_json()


def at_work(staffed: StaffedCampaign, **fields: Any) -> Plan:
    """A job at work that has a plan so far."""
    values: dict[str, Any] = {"state": PlanState.RUNNING, "so_far": SO_FAR, "created_at": staffed.now}
    return Plan.objects.create(campaign=staffed.campaign, **values | fields)


def test_asking_for_a_plan_puts_one_job_in_the_queue(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    url = here("plan_request", staffed.school, campaign=staffed.campaign.pk)
    response = client.post(url, {"seconds": "180"})
    plan = Plan.objects.get()
    assert response["Location"] == here("plan", staffed.school, plan=plan.pk)
    assert (plan.state, plan.seconds, plan.created_by) == (PlanState.QUEUED, 180, coordinator)
    again = client.post(url, {"seconds": "180"}, follow=True)
    assert messages_on(again) == [PlanningAlready.text]
    assert Plan.objects.count() == 1


def test_a_page_wakes_the_workers_through_the_houses_own_queue() -> None:
    assert current_app.main == "thuisbezoek"


def test_a_job_that_waits_says_so_and_refreshes_itself_with_and_without_a_script(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now)
    shown = client.get(here("plan", staffed.school, plan=plan.pk))
    text = shown.content.decode()
    assert shown.context["is_at_work"] and not shown.context["work"].waits_long
    assert '<noscript><meta http-equiv="refresh"' in text
    assert here("plan_progress", staffed.school, plan=plan.pk) in text


def test_a_job_that_waits_long_says_that_no_worker_runs(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now - dt.timedelta(seconds=31))
    assert client.get(here("plan", staffed.school, plan=plan.pk)).context["work"].waits_long


def test_a_job_at_work_shows_how_far_it_is_and_then_the_whole_page_is_fetched_anew(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now, state=PlanState.RUNNING, progress=0.4)
    url = here("plan_progress", staffed.school, plan=plan.pk)
    work = client.get(url).context["work"]
    assert (work.percent, work.best, work.gap) == (40, None, None)
    Plan.objects.update(so_far=SO_FAR, cost=51_000.0, bound=50_990.0, progress=0.9)
    response = client.get(url)
    text, work = response.content.decode(), response.context["work"]
    assert (work.percent, work.best, work.families) == (90, BEST, 4)
    assert work.gap == pytest.approx(0.01, abs=0.001) and "hoogstens 1,0% van het best mogelijke plan" in text
    assert "HX-Refresh" not in response
    Plan.objects.update(state=PlanState.READY)
    assert client.get(url)["HX-Refresh"] == "true"


def test_a_plan_that_has_not_been_to_all_mentors_says_no_share(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = at_work(staffed, cost=200_000.0, bound=300.0)
    work = client.get(here("plan_progress", staffed.school, plan=plan.pk)).context["work"]
    assert (work.best, work.gap) == (BEST, None)


def test_the_gap_that_closes_is_drawn_and_said(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    trail = [[2.0, 200_000.0, 300.0], [5.0, 51_000.0, 50_980.0], [9.0, 51_000.0, 50_995.0]]
    plan = at_work(staffed, cost=51_000.0, bound=50_995.0, trail=trail)
    text = page(client, here("plan", staffed.school, plan=plan.pk))
    assert "Na 5 seconden lag het plan hoogstens 2,0% van het best mogelijke, nu hoogstens 0,50%." in text
    assert "<polyline" in text


def test_the_picture_of_the_gap_has_its_edge_at_the_first_whole_plan_and_holds_a_gap_until_it_changes() -> None:
    trail = [[1.0, 1000.0, 10.0], [4.0, 1000.0, 985.0], [8.0, 1000.0, 990.0]]
    picture = closing_gap(trail, 0, now=9, end=10)
    assert picture is not None
    assert (picture.top, picture.seconds, picture.first) == (0.02, 10, (4, 0.015))
    assert picture.line == "400,60 800,60 800,120 900,120 900,120"
    assert closing_gap(trail[:2], 0) is None


def test_a_gap_too_small_to_see_is_told_in_words_only() -> None:
    assert closing_gap([[1, 10_000, 9_999], [2, 10_000, 10_000]], 0) is None
    assert closing_gap([[1, 10_000, 9_900], [2, 10_000, 10_000]], 0) is not None


def test_what_is_read_aloud_changes_a_few_times_in_a_job_not_every_second(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = at_work(staffed, cost=51_000.0, bound=50_990.0, progress=0.3)
    url = here("plan_progress", staffed.school, plan=plan.pk)
    first = client.get(url)
    assert "hx-swap-oob" in first.content.decode()
    heard = f"{url}?gehoord={first.context['work'].milestone}"
    for progress, is_told in ((0.3, False), (0.45, False), (0.55, True)):
        Plan.objects.update(progress=progress)
        assert ("hx-swap-oob" in page(client, heard)) == is_told


def test_stop_keeps_what_was_found_and_takes_a_waiting_job_away(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now, state=PlanState.RUNNING)
    client.post(here("plan_stop", staffed.school, plan=plan.pk))
    plan.refresh_from_db()
    assert (plan.state, plan.is_stop_asked) == (PlanState.RUNNING, True)
    Plan.objects.update(state=PlanState.QUEUED)
    client.post(here("plan_stop", staffed.school, plan=plan.pk))
    plan.refresh_from_db()
    assert plan.state == PlanState.DISCARDED


def test_a_job_that_failed_says_why_and_offers_another_try(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    facts = {"state": PlanState.FAILED, "failure": PlanFailure.UNEXPECTED}
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now, **facts)
    text = page(client, here("plan", staffed.school, plan=plan.pk))
    assert failure_words(plan.failure) in text
    assert here("plan_request", staffed.school, campaign=staffed.campaign.pk) in posts_to(text)


def test_why_a_job_failed_is_said_in_the_language_of_who_reads_it(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    facts = {"state": PlanState.FAILED, "failure": PlanFailure.CONTRADICTION}
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now, **facts)
    plans = here("plans", staffed.school, campaign=staffed.campaign.pk)
    words = {
        plans: (failure_words(plan.failure), "contradict each other"),
        here("plan", staffed.school, plan=plan.pk): ("kan de planner niet rekenen", "The planner cannot work with"),
    }
    for address, (dutch, _english) in words.items():
        assert dutch in page(client, address)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for address, (dutch, english) in words.items():
        text = page(client, address)
        assert english in text and dutch not in text


def test_the_draft_shows_totals_proof_and_the_estimate(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    shown = client.get(here("plan", staffed.school, plan=plan.pk))
    assert (shown.context["gap"], shown.context["plan"].is_estimate) == (0, True)
    text = shown.content.decode()
    assert here("plan_publish", staffed.school, plan=plan.pk) in links_on(text) and staffed.mentors[0].name in text
    by_evening = page(client, here("plan", staffed.school, plan=plan.pk) + "?per=avond")
    assert f"?dag={read_draft_of(plan).routes[0].on}" in by_evening


def test_each_family_without_a_moment_has_its_reason_and_a_link_to_what_solves_it(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    visit = staffed.campaign.visits.all()[0]
    visit.household.latitude = None
    visit.household.save()
    plan = staffed.draft()
    shown = client.get(here("plan", staffed.school, plan=plan.pk))
    (left,) = shown.context["draft"].unplaced
    assert left.visit == visit
    text = shown.content.decode()
    assert "Het adres is niet gevonden." in text
    pin = reverse("students:household_pin", kwargs={"school": staffed.school.slug, "pk": visit.household_id})
    assert pin in links_on(text)


def test_every_evening_has_its_stops_and_its_map(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    plan = staffed.draft()
    route = read_draft_of(plan).routes[0]
    for url in (
        here("plan_mentor", staffed.school, plan=plan.pk, mentor=staffed.mentors[0].pk),
        here("plan_evening", staffed.school, plan=plan.pk) + f"?dag={route.on}",
    ):
        text = page(client, url)
        assert "<svg" in text and "Vertrek" in text
        for stop in route.stops:
            visit = staffed.campaign.visits.get(pk=stop.visits[0])
            assert visit.household.name in text
            assert spoken_clock(stop.start) in text


def test_a_secret_address_is_on_no_map(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    for visit in staffed.campaign.visits.select_related("household"):
        visit.household.is_secret_address = True
        visit.household.save()
    plan = staffed.draft()
    response = client.get(here("plan_mentor", staffed.school, plan=plan.pk, mentor=staffed.mentors[0].pk))
    for item in response.context["routes"]:
        assert item["map"].has_secret
        assert len(item["map"].pins) == 1 and item["map"].legs == []
    assert "geheim adres" in response.content.decode()
    assert "Voorbeeldstraat" not in response.content.decode()


def test_an_evening_that_is_not_in_the_plan_is_not_there(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    url = here("plan_evening", staffed.school, plan=plan.pk)
    assert client.get(url + "?dag=2026-10-07").status_code == 404
    assert client.get(url + "?dag=onzin").status_code == 404
    assert client.get(url).status_code == 200


def test_publishing_goes_back_to_the_campaign_and_says_what_happens_next(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    response = client.post(here("plan_publish", staffed.school, plan=plan.pk), {"revision": "0"}, follow=True)
    assert any("4 gezinnen hebben een moment" in text for text in messages_on(response))
    assert Campaign.objects.get().state == CampaignState.PUBLISHED
    text = page(client, here("plan", staffed.school, plan=plan.pk))
    assert here("plan_publish", staffed.school, plan=plan.pk) not in links_on(text)
    assert here("plan_discard", staffed.school, plan=plan.pk) not in posts_to(text)


def test_a_draft_that_is_out_of_date_says_so_and_has_no_button_to_publish(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    staffed.campaign.visits.filter(pk=staffed.campaign.visits.all()[0].pk).update(state=VisitState.DECLINED)
    changed = blocker_texts([Blocker(BlockerCode.CHANGED_VISITS, {"number": 1})])
    publish = here("plan_publish", staffed.school, plan=plan.pk)
    shown = client.get(here("plan", staffed.school, plan=plan.pk))
    assert shown.context["blockers"] == changed
    assert publish not in links_on(shown.content.decode())
    assert messages_on(client.post(publish, {"revision": "0"}, follow=True)) == changed
    assert Campaign.objects.get().state == CampaignState.PREPARING


def test_drafts_stand_side_by_side_and_can_be_thrown_away(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    first, second = staffed.draft(), staffed.draft()
    url = here("plans", staffed.school, campaign=staffed.campaign.pk)
    response = client.get(url)
    assert [line.plan.pk for line in response.context["drafts"]] == [second.pk, first.pk]
    assert [line.totals.placed for line in response.context["drafts"]] == [4, 4]
    client.post(here("plan_discard", staffed.school, plan=first.pk))
    assert [line.plan.pk for line in client.get(url).context["drafts"]] == [second.pk]
    assert client.get(here("plan", staffed.school, plan=first.pk)).status_code == 404


@pytest.mark.parametrize(
    "name", ["plan", "plan_progress", "plan_stop", "plan_discard", "plan_publish", "plan_mentor", "plan_evening"]
)
def test_a_plan_is_for_the_coordinator_of_its_own_school(
    staffed: StaffedCampaign, client: Client, log_in: LogIn, now: dt.datetime, name: str
) -> None:
    plan = Plan.objects.create(campaign=staffed.campaign, created_at=now)
    kwargs = {"plan": plan.pk} | ({"mentor": staffed.mentors[0].pk} if name == "plan_mentor" else {})
    for role in (Role.MENTOR, Role.DIRECTOR, Role.CARE):
        log_in(staffed.school, role)
        assert client.get(here(name, staffed.school, **kwargs)).status_code == 403
        assert client.post(here(name, staffed.school, **kwargs)).status_code == 403
    other = factories.make_school()
    log_in(other, Role.COORDINATOR)
    for school in (other, staffed.school):
        assert client.get(here(name, school, **kwargs)).status_code in (404, 405)
        assert client.post(here(name, school, **kwargs)).status_code == 404
    plan.refresh_from_db()
    assert (plan.state, plan.is_stop_asked) == (PlanState.QUEUED, False)


def test_the_pages_of_a_draft_take_as_many_queries_for_thirty_families_as_for_three(
    now: dt.datetime, client: Client, log_in: LogIn, db: None, django_assert_max_num_queries: Any
) -> None:
    counts: dict[int, list[int]] = {}
    for mentors in (1, 10):
        staffed = make_staffed_campaign(now, mentors=mentors, families=3, evenings=[EVENINGS[0]])
        log_in(staffed.school, Role.COORDINATOR)
        plan = staffed.draft()
        for url in (
            here("plan", staffed.school, plan=plan.pk),
            here("plan_mentor", staffed.school, plan=plan.pk, mentor=staffed.mentors[0].pk),
            here("plan_evening", staffed.school, plan=plan.pk),
            here("plans", staffed.school, campaign=staffed.campaign.pk),
            here("campaign", staffed.school, campaign=staffed.campaign.pk),
        ):
            with django_assert_max_num_queries(30) as queries:
                client.get(url)
            counts.setdefault(mentors, []).append(len(queries))
    assert counts[1] == counts[10]


# --- the list of visits ---


def test_the_list_is_narrowed_by_state_class_mentor_and_place(
    now: dt.datetime, client: Client, log_in: LogIn, school: School
) -> None:
    staffed = make_staffed_campaign(now, school=school, mentors=2, families=2)
    log_in(school, Role.COORDINATOR)
    visit = staffed.campaign.visits.all()[0]
    staffed.campaign.visits.filter(pk=visit.pk).update(state=VisitState.DECLINED, place_kind="phone")
    url = here("visits", school)
    asked = {
        "": 4,
        "stand=declined": 1,
        "stand=open": 3,
        "plek=phone": 1,
        f"klas={staffed.classes[0].pk}": 2,
        f"mentor={staffed.mentors[1].pk}": 2,
        f"mentor={staffed.mentors[1].pk}&stand=declined": 0,
        f"ronde={staffed.campaign.pk}": 4,
        "ronde=999999": 0,
        "stand=onzin&klas=x&ronde=-1": 4,
    }
    found = {query: client.get(f"{url}?{query}").context["page"].paginator.count for query in asked}
    assert found == asked


def test_what_lapsed_is_listed_only_when_asked_for(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    staffed.campaign.visits.filter(pk=staffed.campaign.visits.all()[0].pk).update(state=VisitState.CANCELLED)
    url = here("visits", staffed.school)
    assert client.get(url).context["page"].paginator.count == 3
    assert client.get(f"{url}?stand=cancelled").context["page"].paginator.count == 1


def test_a_mentor_lists_own_visits_a_director_all_and_care_none(
    now: dt.datetime, client: Client, log_in: LogIn, school: School
) -> None:
    staffed = make_staffed_campaign(now, school=school, mentors=2, families=2)
    url = here("visits", school)
    assert staffed.mentors[0].user
    client.force_login(staffed.mentors[0].user)
    listed = client.get(url).context["page"].object_list
    assert {visit.mentor for visit in listed} == {staffed.mentors[0]}
    log_in(school, Role.DIRECTOR)
    assert client.get(url).context["page"].paginator.count == 4
    log_in(school, Role.CARE)
    assert client.get(url).status_code == 403
    log_in(factories.make_school(), Role.COORDINATOR)
    assert client.get(url).status_code == 404


def test_the_list_has_pages_and_the_same_number_of_queries_on_each(
    now: dt.datetime, db: None, client: Client, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for families in (1, 60):
        staffed = make_staffed_campaign(now, families=families)
        log_in(staffed.school, Role.COORDINATOR)
        with django_assert_max_num_queries(25) as queries:
            response = client.get(here("visits", staffed.school))
        counts.append(len(queries))
    assert response.context["page"].paginator.num_pages == 2
    assert len(client.get(here("visits", staffed.school) + "?page=2").context["page"].object_list) == 10
    assert counts[0] == counts[1]


def test_the_list_shows_the_moment_on_the_dutch_clock(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    visit = staffed.campaign.visits.all()[0]
    starts_at = moment_at(dt.date(2026, 10, 27), 18 * 60 + 30)
    staffed.campaign.visits.filter(pk=visit.pk).update(
        state=VisitState.PLANNED, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=45)
    )
    assert "di 27 oktober 18.30" in page(client, here("visits", staffed.school))
    assert timezone.is_aware(starts_at)
