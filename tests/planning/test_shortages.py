"""Who has too few evenings for the families that need them: counted before a plan is asked for, and said after it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from mentors.dates import moment_at
from mentors.models import Role, School, User
from planning.models import Plan, PlanKind, PlanState
from tests import factories
from tests.pages import LogIn, here
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Campaign, CampaignState, Commitment, VisitState

pytestmark = pytest.mark.usefixtures("today")
Facts = list[tuple[str, int, int, int, int | None]]


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    """A mentor with four families and places for three."""
    return one_evening(now, school)


def one_evening(
    now: dt.datetime, school: School | None = None, *, mentors: int = 1, families: int = 4
) -> StaffedCampaign:
    staffed = make_staffed_campaign(now, school=school, mentors=mentors, families=families, evenings=EVENINGS[:1])
    Campaign.objects.filter(pk=staffed.campaign.pk).update(max_stops=3)
    staffed.campaign.refresh_from_db()
    return staffed


def take_along(staffed: StaffedCampaign, colleague: int, *mentors: int) -> None:
    for number in mentors:
        row = Commitment.objects.create(campaign=staffed.campaign, mentor=staffed.mentors[number])
        row.companions.set([staffed.mentors[colleague]])


def facts_on(client: Client, url: str) -> Facts:
    """Who is short on this page: name, wanted, room, along, and who takes this person along."""
    shown = [shortage for shortage, _text in client.get(url).context["shortages"]]
    return [(each.mentor.name, each.wanted, each.room, each.along, each.taken_along_by) for each in shown]


def plans_of(staffed: StaffedCampaign) -> str:
    return here("plans", staffed.school, campaign=staffed.campaign.pk)


def test_a_mentor_with_too_few_evenings_is_named_with_where_more_are_given(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    mentor = staffed.mentors[0]
    assert facts_on(client, plans_of(staffed)) == [(mentor.name, 4, 3, 0, None)]
    text = client.get(plans_of(staffed)).content.decode()
    assert f"{mentor.name} heeft 4 gezinnen en 3 plekken: 1 gezin krijgt geen moment." in text
    for name in ("campaign_mentor_shifts", "campaign_commitment"):
        assert here(name, staffed.school, campaign=staffed.campaign.pk, mentor=mentor.pk) in text
    assert text.index("krijgt geen moment") < text.index("Maak een plan")


def test_a_colleague_who_goes_along_on_all_visits_is_short_of_places(
    now: dt.datetime, school: School, client: Client, coordinator: User
) -> None:
    staffed = one_evening(now, school, mentors=3, families=2)
    take_along(staffed, 2, 0, 1)
    staffed.campaign.visits.filter(mentor=staffed.mentors[2]).delete()
    colleague = staffed.mentors[2].name
    assert facts_on(client, plans_of(staffed)) == [(colleague, 4, 3, 4, None)]
    assert f"{colleague} gaat mee naar 4 gezinnen en heeft 3 plekken" in client.get(plans_of(staffed)).content.decode()


def test_the_mentor_who_takes_a_colleague_along_is_where_another_one_is_added(
    now: dt.datetime, school: School, client: Client, coordinator: User
) -> None:
    staffed = one_evening(now, school, mentors=2, families=2)
    take_along(staffed, 1, 0)
    host, colleague = staffed.mentors
    assert facts_on(client, plans_of(staffed)) == [(colleague.name, 4, 3, 2, host.pk)]
    text = client.get(plans_of(staffed)).content.decode()
    assert f"{colleague.name} heeft 2 gezinnen, gaat mee naar 2 gezinnen en heeft 3 plekken" in text
    assert here("campaign_commitment", staffed.school, campaign=staffed.campaign.pk, mentor=host.pk) in text


def test_a_plan_says_for_whom_there_was_no_room(staffed: StaffedCampaign, client: Client, coordinator: User) -> None:
    plan = staffed.draft(seconds=5)
    staffed.campaign.shifts.all().delete()  # what a finished plan says is of when it was made
    assert facts_on(client, here("plan", staffed.school, plan=plan.pk)) == [(staffed.mentors[0].name, 4, 3, 0, None)]


@pytest.mark.parametrize("families", [1, 3])
def test_nothing_is_said_where_everybody_fits(
    families: int, now: dt.datetime, school: School, client: Client, coordinator: User
) -> None:
    staffed = one_evening(now, school, families=families)
    assert facts_on(client, plans_of(staffed)) == []
    plan = staffed.draft(seconds=5)
    assert facts_on(client, here("plan", staffed.school, plan=plan.pk)) == []


def test_an_evening_with_more_agreed_visits_than_allowed_makes_nobody_short(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    for number, visit in enumerate(staffed.campaign.visits.order_by("pk")):
        visit.state, visit.starts_at = VisitState.CONFIRMED, moment_at(EVENINGS[0], 16 * 60 + 60 * number)
        visit.ends_at = visit.starts_at + dt.timedelta(minutes=30)
        visit.save()
    pupil = factories.make_student(staffed.classes[0])
    factories.make_visit(staffed.campaign, pupil)
    factories.make_shift(staffed.campaign, staffed.mentors[0], EVENINGS[1])
    assert facts_on(client, plans_of(staffed)) == []


@pytest.mark.parametrize("change", ["closed", "at work", "all have a moment", "no evenings"])
def test_nothing_is_counted_where_no_plan_can_be_asked_for(
    change: str, staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    if change == "closed":
        Campaign.objects.update(state=CampaignState.CLOSED)
    elif change == "at work":
        Plan.objects.create(campaign=staffed.campaign, created_at=staffed.now)
    elif change == "all have a moment":
        staffed.campaign.visits.update(state=VisitState.CANCELLED)
    else:
        staffed.campaign.shifts.all().delete()
    assert facts_on(client, plans_of(staffed)) == []


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_no_other_role_sees_who_is_short(role: Role, staffed: StaffedCampaign, client: Client, log_in: LogIn) -> None:
    plan = Plan.objects.create(
        campaign=staffed.campaign, created_at=staffed.now, state=PlanState.READY, kind=PlanKind.WHOLE
    )
    log_in(staffed.school, role)
    for url in (plans_of(staffed), here("plan", staffed.school, plan=plan.pk)):
        assert client.get(url).status_code in (403, 404)


def test_counting_takes_as_many_queries_for_30_families_as_for_3(
    now: dt.datetime, client: Client, log_in: LogIn, db: None, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for families in (3, 30):
        staffed = one_evening(now, families=families)
        Campaign.objects.filter(pk=staffed.campaign.pk).update(max_stops=2)
        log_in(staffed.school, Role.COORDINATOR)
        plan = staffed.draft(seconds=2)
        for url in (plans_of(staffed), here("plan", staffed.school, plan=plan.pk)):
            with django_assert_max_num_queries(32) as queries:
                assert client.get(url).context["shortages"]
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
