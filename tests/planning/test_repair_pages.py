"""The pages of a repair: what happened, what it means for whom, and only then a yes."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mentors.dates import local_day, moment_at
from mentors.models import Closure, Event, Role, School, User
from planning.actions.repairs import RepairOfUnpublished, RepairWhilePlanning
from planning.actions.runs import run_waiting_plans
from planning.draft.blockers import Blocker, BlockerCode
from planning.draft.contents import read_contents
from planning.forms.repairs import FORMS
from planning.models import Plan, PlanFailure, PlanKind, PlanState
from planning.problem.incidents import Incident, IncidentKind
from planning.queries.consequences import consequences
from planning.views.repairs import CHOICES
from planning.words.blockers import blocker_texts
from planning.words.incidents import incident_text
from reports.queries.worklist import worklist_of
from tests import factories
from tests.pages import LogIn, here, links_on, messages_on, page, posts_to
from tests.planning.repairing import OCTOBER, agree, published_campaign, repaired, say_yes
from tests.visits.staffed import StaffedCampaign, keep_draft
from visits.models import Availability, Campaign, CampaignState, Visit, VisitState

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return published_campaign(now, school=school)


def new(staffed: StaffedCampaign, what: str) -> str:
    return here("repair_new", staffed.school, campaign=staffed.campaign.pk, what=what)


def publishing(plan: Plan) -> str:
    """The address at which a draft is looked at and published."""
    return here("plan_publish", plan.campaign.school, plan=plan.pk)


def first_visit(staffed: StaffedCampaign) -> Visit:
    visit = staffed.campaign.visits.exclude(starts_at=None).order_by("starts_at").first()
    assert visit is not None
    return visit


def day_of(visit: Visit) -> dt.date:
    assert visit.starts_at is not None
    return local_day(visit.starts_at)


# --- the whole round ---


def test_from_what_happened_through_what_it_means_to_the_yes(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    visit = first_visit(staffed)
    before = visit.starts_at
    response = client.post(new(staffed, "gaat-niet-door"), {"visit": str(visit.pk), "again": "yes"})
    plan = Plan.objects.get(kind=PlanKind.REPAIR)
    url = here("repair", staffed.school, plan=plan.pk)
    assert response["Location"] == url
    assert (plan.state, plan.created_by) == (PlanState.QUEUED, coordinator)
    assert client.get(url).context["is_at_work"]
    assert here("repair_progress", staffed.school, plan=plan.pk) in page(client, url)
    assert run_waiting_plans(now=staffed.tell_now) == 1
    assert client.get(here("repair_progress", staffed.school, plan=plan.pk))["HX-Refresh"] == "true"
    shown = client.get(url)
    assert [line.visit for line in shown.context["found"].moved] == [visit] and shown.context["found"].told == 1
    assert publishing(plan) in posts_to(shown.content.decode())
    assert Visit.objects.get(pk=visit.pk).starts_at == before
    done = client.post(publishing(plan), {"revision": "0"})
    assert done["Location"] == url
    after = client.get(url)
    assert after.context["plan"].state == PlanState.PUBLISHED
    assert visit.household.name in after.content.decode() and publishing(plan) not in posts_to(after.content.decode())
    assert Visit.objects.get(pk=visit.pk).starts_at != before


def test_a_repair_that_moves_nobody_promises_no_message(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    visit = first_visit(staffed)
    quiet = OCTOBER[0] + dt.timedelta(days=1)
    assert quiet not in OCTOBER
    plan = repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=quiet, last=quiet)
    text = client.post(publishing(plan), {"revision": str(plan.revision)}, follow=True).content.decode()
    assert "niemand krijgt bericht" in text and "Wie een ander moment kreeg" not in text
    moving = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    text = client.post(publishing(moving), {"revision": str(moving.revision)}, follow=True).content.decode()
    assert "niemand krijgt bericht" not in text and "Wie een ander moment kreeg" in text


def test_families_for_whom_no_moment_was_found_lead_on_to_what_would_help(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    late = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    hours = {"from_time": dt.time(0), "until_time": dt.time(23, 59), "is_wish": False}
    for weekday in range(7):
        Availability.objects.create(household=late.household, campaign=staffed.campaign, weekday=weekday, **hours)
    plan = repaired(staffed, IncidentKind.LATE)
    text = page(client, here("repair", staffed.school, plan=plan.pk))
    why = here("plan_why", staffed.school, plan=plan.pk, visit=late.pk)
    assert why in links_on(text) and publishing(plan) not in posts_to(text)
    back = page(client, why)
    assert late.household.name in back and here("repair", staffed.school, plan=plan.pk) in back
    Availability.objects.all().delete()
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.DISCARDED)
    fresh = repaired(staffed, IncidentKind.LATE)
    assert publishing(fresh) in posts_to(page(client, here("repair", staffed.school, plan=fresh.pk)))


def test_rather_not_leaves_everything_as_it_was(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    visit = first_visit(staffed)
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    response = client.post(here("repair_drop", staffed.school, plan=plan.pk))
    assert response["Location"] == here("repair_start", staffed.school, campaign=staffed.campaign.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.DISCARDED
    assert Visit.objects.get(pk=visit.pk).starts_at == visit.starts_at
    assert client.get(here("repair", staffed.school, plan=plan.pk)).status_code == 404


def test_a_campaign_that_changed_in_between_is_refused_and_one_click_makes_it_anew(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    visit = first_visit(staffed)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day_of(visit),))
    agree(visit)
    url = here("repair", staffed.school, plan=plan.pk)
    changed = blocker_texts([Blocker(BlockerCode.CHANGED_VISITS, {"number": 1})])
    shown, offered = client.get(url), posts_to(page(client, url))
    assert shown.context["blockers"] == changed
    assert here("repair_again", staffed.school, plan=plan.pk) in offered and publishing(plan) not in offered
    refused = client.post(publishing(plan), {"revision": "0"}, follow=True)
    assert refused.context["blockers"] == changed
    response = client.post(here("repair_again", staffed.school, plan=plan.pk))
    fresh = Plan.objects.get(kind=PlanKind.REPAIR, state=PlanState.QUEUED)
    assert response["Location"] == here("repair", staffed.school, plan=fresh.pk)
    run_waiting_plans(now=staffed.tell_now)
    found = client.get(response["Location"]).context["found"]
    assert found.said_yes and [line.visit for line in found.to_call] == [visit]


def test_a_draft_that_was_changed_on_the_board_meanwhile_is_looked_at_again(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=first_visit(staffed).pk)
    Plan.objects.filter(pk=plan.pk).update(revision=1)
    response = client.post(publishing(plan), {"revision": "0"}, follow=True)
    assert messages_on(response) == blocker_texts([Blocker(BlockerCode.CHANGED_BY_HAND)])
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_who_expects_a_mentor_tonight_is_listed_with_a_telephone_number(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    visit = first_visit(staffed)
    today = local_day(staffed.now)
    tonight = moment_at(today, 19 * 60)
    ends = tonight + dt.timedelta(minutes=45)
    Visit.objects.filter(pk=visit.pk).update(starts_at=tonight, ends_at=ends, state=VisitState.CONFIRMED)
    visit.household.guardians.update(phone="088 000 00 01")
    visit.household.guardians.create(name="Ouder zonder gezag", phone="088 000 00 02", is_invited=False)
    form = {"first": today.isoformat(), "last": today.isoformat(), "who": "own"}
    client.post(new(staffed, "mentor-afwezig") + f"?mentor={staffed.mentors[0].pk}", form)
    run_waiting_plans(now=staffed.tell_now)
    plan = Plan.objects.get(kind=PlanKind.REPAIR)
    url = here("repair", staffed.school, plan=plan.pk)
    shown = client.get(url)
    text, found = shown.content.decode(), shown.context["found"]
    assert [line.visit for line in found.to_call] == [visit] and found.has_near
    assert "tel:0880000001" in links_on(text)
    assert "Ouder zonder gezag" not in text and "0880000002" not in text
    say_yes(staffed, plan)
    assert "tel:0880000001" in links_on(page(client, url))


def test_a_round_that_is_not_published_has_nothing_to_repair(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    staffed.campaign.state = CampaignState.PREPARING
    staffed.campaign.save()
    text = page(client, here("repair_start", staffed.school, campaign=staffed.campaign.pk))
    assert not any(new(staffed, what) in links_on(text) for what in CHOICES)
    response = client.post(new(staffed, "zonder-moment"), follow=True)
    assert messages_on(response) == [RepairOfUnpublished.text]


def test_a_job_that_failed_says_why_and_can_be_made_anew(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    incident = Incident(kind=IncidentKind.CANCELLATION, visit=first_visit(staffed).pk).to_json()
    plan = Plan.objects.create(
        campaign=staffed.campaign,
        kind=PlanKind.REPAIR,
        incident=incident,
        state=PlanState.FAILED,
        failure=PlanFailure.UNEXPECTED,
        created_at=staffed.now,
    )
    text = page(client, here("repair", staffed.school, plan=plan.pk))
    assert "onverwacht gestopt" in text and here("repair_again", staffed.school, plan=plan.pk) in posts_to(text)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = page(client, here("repair", staffed.school, plan=plan.pk))
    assert "stopped unexpectedly" in text and "onverwacht gestopt" not in text


# --- what happened ---


def test_the_first_page_shows_what_does_not_fit_any_more(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    url = here("repair_start", staffed.school, campaign=staffed.campaign.pk)
    assert not client.get(url).context["broken"].is_anything
    day = day_of(first_visit(staffed))
    year = staffed.campaign.school_year
    closure = Closure.objects.create(school_year=year, name="Studiedag", starts_on=day, ends_on=day)
    factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    waiting = repaired(staffed, IncidentKind.LATE)
    broken = client.get(url).context["broken"]
    assert [line.closure for line in broken.closures] == [closure] and broken.without_moment == 1
    assert here("repair", staffed.school, plan=waiting.pk) in links_on(page(client, url))
    filled = client.get(new(staffed, "vrije-dag") + f"?vrij={closure.pk}&naam=Studiedag&van={day}&tot={day}")
    assert filled.context["form"]["first"].value() == day.isoformat()


def test_visits_on_a_day_that_was_closed_since_wait_on_the_work_list(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    url = reverse("reports:worklist", kwargs={"school": staffed.school.slug})
    start = here("repair_start", staffed.school, campaign=staffed.campaign.pk)
    assert start not in links_on(page(client, url))
    visit, year = first_visit(staffed), staffed.campaign.school_year
    on_it = staffed.campaign.visits.filter(starts_at__date=day_of(visit)).count()
    Closure.objects.create(school_year=year, name="Studiedag", starts_on=day_of(visit), ends_on=day_of(visit))
    assert start in links_on(page(client, url))
    assert worklist_of(staffed.school, now=staffed.now).waiting.on_closed_day == on_it


def test_every_change_on_the_first_page_has_its_form() -> None:
    assert list(CHOICES) == list(FORMS)


def test_an_unknown_change_and_a_mentor_of_another_school_are_not_found(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    stranger = factories.make_mentor(factories.make_school())
    assert client.get(new(staffed, "niets")).status_code == 404
    assert client.get(new(staffed, "mentor-afwezig") + f"?mentor={stranger.pk}").status_code == 404


@pytest.mark.parametrize("what", ["mentor-afwezig", "avond-terug", "avond-erbij"])
def test_what_is_about_a_mentor_asks_first_which_one(
    staffed: StaffedCampaign, client: Client, coordinator: User, what: str
) -> None:
    assert staffed.mentors[0] in client.get(new(staffed, what)).context["mentors"]
    asked = client.get(new(staffed, what) + f"?mentor={staffed.mentors[0].pk}")
    assert "mentors" not in asked.context and asked.context["person"] == staffed.mentors[0]


SICK = {"first": "2026-10-06", "who": "own"}
EXTRA = {"days": ["2026-10-07"], "leave_from": "16:00", "visits_until": "21:00", "back_by": "21:30"}
FREE = {"name": "Studiedag", "first": "2026-10-06", "last": "2026-10-06"}


@pytest.mark.parametrize(
    ("what", "filled", "words"),
    [
        ("gaat-niet-door", {"again": "yes"}, "verplicht"),
        ("mentor-afwezig", SICK, "laatste dag in"),
        ("mentor-afwezig", SICK | {"last": "2026-10-05"}, "niet voor de eerste"),
        ("mentor-afwezig", SICK | {"last": "2026-10-08", "who": "others"}, "ten minste één collega"),
        ("avond-terug", {}, "ten minste één avond"),
        ("avond-terug", {"days": ["2026-10-07"]}, "2026-10-07"),
        ("avond-erbij", EXTRA | {"visits_until": "15:00"}, "na het vertrek"),
        ("avond-erbij", EXTRA | {"back_by": "20:00"}, "na het laatste gesprek"),
        ("vrije-dag", FREE | {"last": "2026-10-05"}, "niet voor de eerste"),
        ("vrije-dag", FREE | {"first": "2025-10-06"}, "buiten het schooljaar"),
        ("vrije-dag", FREE | {"name": ""}, "Vul in hoe deze dagen heten."),
        ("vrije-dag", FREE | {"first": "", "last": ""}, "Kies de eerste dag."),
    ],
)
def test_what_was_filled_in_wrongly_is_said_at_the_field(
    staffed: StaffedCampaign, client: Client, coordinator: User, what: str, filled: Any, words: str
) -> None:
    response = client.post(new(staffed, what) + f"?mentor={staffed.mentors[0].pk}", filled)
    assert response.status_code == 422
    assert words in str(response.context["form"].errors)
    assert not Plan.objects.filter(kind=PlanKind.REPAIR).exists()


@pytest.mark.parametrize(
    ("what", "filled", "facts"),
    [
        ("mentor-afwezig", SICK | {"last": "2026-10-08"}, {"kind": "away", "last": "2026-10-08", "others": []}),
        ("mentor-afwezig", SICK | {"is_unknown": "on"}, {"last": "2026-10-19", "is_last_known": False}),
        ("avond-terug", {"days": ["2026-10-06"]}, {"kind": "evening_back", "days": ["2026-10-06"]}),
        ("avond-erbij", EXTRA, {"kind": "extra_evening", "hours": ["16:00", "21:00", "21:30"]}),
        ("vrije-dag", FREE, {"kind": "closure", "name": "Studiedag", "closure": None}),
    ],
)
def test_what_was_filled_in_becomes_the_incident(
    staffed: StaffedCampaign, client: Client, coordinator: User, what: str, filled: Any, facts: Any
) -> None:
    client.post(new(staffed, what) + f"?mentor={staffed.mentors[0].pk}", filled)
    incident = Plan.objects.get(kind=PlanKind.REPAIR).incident
    assert {name: incident[name] for name in facts} == facts


def test_days_that_stand_in_the_calendar_keep_their_name_when_they_move(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    known = staffed.campaign.school_year.closures.order_by("pk")[0]
    client.post(new(staffed, "vrije-dag"), FREE | {"name": "", "closure": str(known.pk)})
    incident = Plan.objects.get(kind=PlanKind.REPAIR).incident
    assert (incident["closure"], incident["name"]) == (known.pk, known.name)


def test_that_a_mentor_is_ill_is_kept_nowhere_only_that_the_mentor_is_away(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    client.post(new(staffed, "mentor-afwezig") + f"?mentor={staffed.mentors[0].pk}", SICK | {"last": "2026-10-08"})
    run_waiting_plans(now=staffed.tell_now)
    plan = Plan.objects.get(kind=PlanKind.REPAIR)
    say_yes(staffed, plan)
    kept = json.dumps([plan.incident, *Event.objects.values_list("verb", "facts")])
    assert "away" in kept and "sick" not in kept


def test_a_second_job_waits_for_the_first(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    for _time in range(2):
        response = client.post(new(staffed, "vrije-dag"), FREE, follow=True)
    assert messages_on(response) == [RepairWhilePlanning.text]
    assert Plan.objects.filter(kind=PlanKind.REPAIR).count() == 1


# --- publishing any draft ---


def test_the_first_publication_says_beforehand_how_many_families_are_invited(
    school: School, now: dt.datetime, client: Client, coordinator: User
) -> None:
    staffed = published_campaign(now, school=school)
    other = published_campaign(now)
    assert other.school != school
    from_new = factories.make_campaign(school, state=CampaignState.PREPARING)
    assert from_new.pk != staffed.campaign.pk
    draft = draft_in_preparation(staffed)
    found = client.get(publishing(draft)).context["found"]
    assert found.is_first_time and (found.told, found.by_letter) == (4, 0)


def draft_in_preparation(staffed: StaffedCampaign) -> Plan:
    """The draft of a campaign as if it was never published."""
    staffed.campaign.visits.update(state=VisitState.OPEN, starts_at=None, ends_at=None, route=None)
    staffed.campaign.state = CampaignState.PREPARING
    staffed.campaign.save()
    return staffed.draft()


def test_a_later_draft_shows_who_moves_and_a_get_publishes_nothing(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    late = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    plan = staffed.draft()
    text = page(client, publishing(plan))
    assert late.household.name in text
    plan.refresh_from_db()
    assert plan.state == PlanState.READY
    client.post(publishing(plan), {"revision": str(plan.revision)})
    plan.refresh_from_db()
    assert plan.state == PlanState.PUBLISHED


def test_a_draft_that_cannot_be_published_leads_back_to_its_page(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = Plan.objects.get()
    response = client.get(publishing(plan))
    assert response["Location"] == here("plan", staffed.school, plan=plan.pk)
    assert client.get(here("repair", staffed.school, plan=plan.pk))["Location"] == response["Location"]


# --- consequences ---


def test_each_family_stands_in_one_list_and_the_rest_is_counted(staffed: StaffedCampaign) -> None:
    visit = first_visit(staffed)
    other = staffed.campaign.visits.exclude(pk=visit.pk).order_by("-starts_at")[0]
    agree(other)
    late = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    found = consequences(read_contents(repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)), staffed.now)
    assert [line.visit for line in found.moved] == [visit]
    assert [line.visit for line in found.first] == [late]
    assert (found.lost, found.called_off, found.waiting) == ([], [], [])
    assert (found.confirmed_stay, found.proposed_stay) == (1, 2)
    assert found.moved[0].just_told is not None  # they were mailed today
    assert (found.told, found.by_letter, found.is_first_time) == (2, 0, False)
    assert (
        found.before
        and found.after
        and found.extra_travel == (found.after.travel_minutes - found.before.travel_minutes)
    )


def test_what_a_repair_says_it_costs_is_what_stands_afterwards(staffed: StaffedCampaign) -> None:
    plan = repaired(
        staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day_of(first_visit(staffed)),)
    )
    foreseen = consequences(read_contents(plan), staffed.now).after
    say_yes(staffed, plan)
    late = repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=OCTOBER[-1], last=OCTOBER[-1])
    assert consequences(read_contents(late), staffed.now).before == foreseen


def test_the_evening_of_who_comes_along_costs_as_much_after_a_repair_that_moves_nobody(
    staffed: StaffedCampaign,
) -> None:
    visit, along = first_visit(staffed), factories.make_mentor(staffed.school)
    road = {"mode": "bike", "travel_minutes": 16, "travel_metres": 4000}
    hours = {"leaves_at": visit.starts_at, "back_at": visit.ends_at}
    visit.second, visit.second_route = (
        along,
        staffed.campaign.routes.create(mentor=along, on=day_of(visit), **road, **hours),
    )
    visit.save()
    repair = repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=OCTOBER[0], last=OCTOBER[0])
    keep_draft(repair, routes=(), unplaced=())
    Plan.objects.filter(pk=repair.pk).update(incident={})
    found = consequences(read_contents(Plan.objects.get(pk=repair.pk)), staffed.now)
    assert found.changed == [] and found.before is not None and found.before.travel_minutes > 16
    assert found.extra_travel == 0 and found.after == found.before


def test_a_family_without_mail_is_called_and_one_without_a_moment_gets_a_letter(staffed: StaffedCampaign) -> None:
    visit = first_visit(staffed)
    visit.household.guardians.update(email="")
    late = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    late.household.guardians.update(email="")
    found = consequences(read_contents(repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)), staffed.now)
    assert [line.visit for line in found.to_call] == [visit]
    assert (found.told, found.by_letter) == (0, 1)


@pytest.mark.parametrize("name", ["repair", "repair_progress", "repair_again", "repair_drop", "plan_publish"])
def test_a_repair_is_for_the_coordinator_of_its_own_school(
    staffed: StaffedCampaign, client: Client, log_in: LogIn, name: str
) -> None:
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=first_visit(staffed).pk)
    url = here(name, staffed.school, plan=plan.pk)
    for role in (Role.MENTOR, Role.DIRECTOR, Role.CARE):
        log_in(staffed.school, role)
        assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)
    log_in(factories.make_school(), Role.COORDINATOR)
    assert client.post(url).status_code == 404
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_a_mentor_and_a_director_see_no_door_to_repair_on_a_visit(
    staffed: StaffedCampaign, client: Client, log_in: LogIn
) -> None:
    visit = first_visit(staffed)
    url = here("visit", staffed.school, visit=visit.pk)
    log_in(staffed.school, Role.COORDINATOR)
    assert "gaat-niet-door" in page(client, url)
    log_in(staffed.school, Role.DIRECTOR)
    assert "gaat-niet-door" not in page(client, url)
    assert staffed.mentors[0].user
    client.force_login(staffed.mentors[0].user)
    assert "gaat-niet-door" not in page(client, url)


def test_the_pages_take_as_many_queries_for_thirty_families_as_for_one(
    now: dt.datetime, client: Client, log_in: LogIn, db: None, django_assert_max_num_queries: Any
) -> None:
    counts: dict[int, list[int]] = {}
    for mentors in (1, 15):
        staffed = published_campaign(now, mentors=mentors, families=2, evenings=[OCTOBER[0], OCTOBER[-1]])
        log_in(staffed.school, Role.COORDINATOR)
        plan = repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=OCTOBER[0], last=OCTOBER[0])
        changed = len(consequences(read_contents(plan), staffed.now).changed)
        assert changed >= mentors
        urls = [
            here("repair", staffed.school, plan=plan.pk),
            here("repair_start", staffed.school, campaign=staffed.campaign.pk),
            new(staffed, "gaat-niet-door"),
            new(staffed, "mentor-afwezig") + f"?mentor={staffed.mentors[0].pk}",
        ]
        for url in urls:
            with django_assert_max_num_queries(30) as queries:
                client.get(url)
            counts.setdefault(mentors, []).append(len(queries))
    assert counts[1] == counts[15]


# --- two campaigns ---


def other_round(staffed: StaffedCampaign, *, on: dt.date, minutes: int = 20 * 60) -> Visit:
    """A visit of the same mentor in another campaign that runs."""
    elsewhere = factories.make_campaign(staffed.school, name="Bezoekronde leerjaar 2", state=CampaignState.PUBLISHED)
    pupil = factories.make_student(staffed.classes[0])
    return factories.make_visit(elsewhere, pupil, staffed.mentors[0], starts_at=moment_at(on, minutes))


def test_a_mentor_who_is_away_has_visits_in_another_round_too_and_the_page_leads_there(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    there = other_round(staffed, on=OCTOBER[0])
    mentor = staffed.mentors[0].pk
    plan = repaired(staffed, IncidentKind.SICK, mentor=mentor, first=OCTOBER[0], last=OCTOBER[1], is_last_known=False)
    url = here("repair", staffed.school, plan=plan.pk)
    shown = client.get(url)
    (line,) = shown.context["elsewhere"]
    text = shown.content.decode()
    assert (line["campaign"], line["visits"]) == (there.campaign, 1)
    address = here("repair_new", staffed.school, campaign=there.campaign_id, what="mentor-afwezig")
    (link,) = re.findall(f'href="({address}[^"]*)"', text)
    form = client.get(html.unescape(link)).context["form"]
    assert (form.mentor, form["first"].value(), form["is_unknown"].value()) == (staffed.mentors[0], "2026-10-06", "1")
    say_yes(staffed, plan)
    assert address in page(client, url)
    fresh = Plan.objects.create(
        campaign=there.campaign,
        kind=PlanKind.REPAIR,
        state=PlanState.READY,
        incident=plan.incident,
        created_at=staffed.now,
    )
    text = page(client, url)
    assert here("repair", staffed.school, plan=fresh.pk) in text and address not in text


@pytest.mark.parametrize("reason", ["another week", "another mentor", "not published", "over"])
def test_a_round_that_is_not_hit_is_not_named(
    staffed: StaffedCampaign, client: Client, coordinator: User, reason: str
) -> None:
    there = other_round(staffed, on=OCTOBER[3] if reason == "another week" else OCTOBER[0])
    if reason == "another mentor":
        Visit.objects.filter(pk=there.pk).update(mentor=factories.make_mentor(staffed.school))
    if reason == "not published":
        Campaign.objects.filter(pk=there.campaign_id).update(state=CampaignState.CLOSED)
    if reason == "over":
        Visit.objects.filter(pk=there.pk).update(state=VisitState.MET)
    plan = repaired(staffed, IncidentKind.SICK, mentor=staffed.mentors[0].pk, first=OCTOBER[0], last=OCTOBER[1])
    assert client.get(here("repair", staffed.school, plan=plan.pk)).context["elsewhere"] == []


def test_a_day_off_leads_to_every_round_with_visits_on_it(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    there, stranger = (other_round(one, on=OCTOBER[0]) for one in (staffed, published_campaign(staffed.now)))
    Campaign.objects.filter(pk=stranger.campaign_id).update(name="Ronde van een andere school")
    plan = repaired(staffed, IncidentKind.CLOSURE, name="Studiedag", first=OCTOBER[0], last=OCTOBER[0])
    shown = client.get(here("repair", staffed.school, plan=plan.pk))
    assert [(line["campaign"], line["visits"]) for line in shown.context["elsewhere"]] == [(there.campaign, 1)]
    address = here("repair_new", staffed.school, campaign=there.campaign_id, what="vrije-dag")
    assert address in links_on(shown.content.decode())


def test_days_are_written_as_the_language_of_the_page_writes_them() -> None:
    incident = Incident(kind=IncidentKind.EVENING_BACK, days=(OCTOBER[0],))
    assert incident_text(incident, "A") == "A geeft een avond terug: di 6 oktober"
    with translation.override("en"):
        assert "Tue 6 October" in incident_text(incident, "A")
