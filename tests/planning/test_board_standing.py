"""What stands now, on a board."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from mentors.models import Role, School
from planning.actions.board.edits import move_visit
from planning.actions.board.standing import (
    NothingPublished,
    StandingOfClosedCampaign,
    open_standing_board,
)
from planning.actions.publishing import publish_plan
from planning.draft.blockers import BlockerCode
from planning.draft.contents import read_contents
from planning.models import Plan, PlanKind, PlanState
from planning.queries.board.loading import load_draft
from planning.queries.publishing import blockers
from tests.pages import LogIn
from tests.planning.boards import another_evening
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Campaign, CampaignState, Message, MessageKind, Shift, Visit
from visits.models import VisitState as State

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school, mentors=2, families=3)


@pytest.fixture
def published(staffed: StaffedCampaign) -> StaffedCampaign:
    publish_plan(plan=staffed.draft(), by=None, now=staffed.now)
    return staffed


def standing(staffed: StaffedCampaign) -> Plan:
    return open_standing_board(campaign=staffed.campaign, by=None, now=staffed.now)


def moments(staffed: StaffedCampaign) -> dict[int, dt.datetime | None]:
    return dict(staffed.campaign.visits.values_list("pk", "starts_at"))


def test_the_board_of_what_stands_holds_every_moment_and_solves_nothing(published: StaffedCampaign) -> None:
    plan = standing(published)
    assert (plan.kind, plan.state, plan.bound) == (PlanKind.STANDING, PlanState.READY, None)
    draft = load_draft(plan)
    assert len(draft.schedule.made) == 6 and draft.assessment.broken == ()
    assert plan.cost == draft.assessment.cost
    assert blockers(read_contents(plan), published.now) == []


def test_two_coordinators_come_to_the_same_board_until_something_else_changes(published: StaffedCampaign) -> None:
    plan = standing(published)
    assert standing(published) == plan
    Visit.objects.filter(pk=published.campaign.visits.all()[0].pk).update(
        state=State.DECLINED, starts_at=None, ends_at=None
    )
    assert standing(published) != plan


def test_a_move_on_what_stands_tells_only_the_families_that_move_and_once(published: StaffedCampaign) -> None:
    plan, before = standing(published), moments(published)
    visit, evening = another_evening(plan)
    edited = move_visit(plan=plan, visit=visit, evening=evening, seen=0, by=None, now=published.now)
    assert moments(published) == before
    publish_plan(plan=edited.plan, by=None, now=published.now)
    after = moments(published)
    moved = {pk for pk in after if after[pk] != before[pk]}
    assert int(visit) in moved
    assert set(Message.objects.filter(kind=MessageKind.MOVED).values_list("visit", flat=True)) <= moved


def test_a_family_that_agreed_is_not_moved_by_hand(published: StaffedCampaign, client: Client, log_in: LogIn) -> None:
    agreed = published.campaign.visits.order_by("starts_at")[0]
    Visit.objects.filter(pk=agreed.pk).update(state=State.CONFIRMED)
    plan = standing(published)
    draft = load_draft(plan)
    other = next(key for key in draft.index.shifts if key[0] == str(agreed.mentor_id) and key[1] != EVENINGS[0])
    change = draft.mover().place(str(agreed.pk), other)
    assert change.is_blocked and "fixed_moved" in {finding.code for finding in change.findings}


def test_there_is_no_board_of_what_stands_before_publishing_or_after_the_end(staffed: StaffedCampaign) -> None:
    with pytest.raises(NothingPublished):
        standing(staffed)
    Campaign.objects.update(state=CampaignState.CLOSED)
    with pytest.raises(StandingOfClosedCampaign):
        standing(staffed)


def test_a_draft_whose_evening_was_given_back_is_not_published(published: StaffedCampaign) -> None:
    plan = standing(published)
    visit, evening = another_evening(plan)
    edited = move_visit(plan=plan, visit=visit, evening=evening, seen=0, by=None, now=published.now)
    Shift.objects.filter(mentor=int(evening[0]), on=evening[1]).delete()
    found = blockers(read_contents(edited.plan), published.now)
    assert BlockerCode.CHANGED_EVENING in {blocker.code for blocker in found}


def test_the_button_opens_the_board(published: StaffedCampaign, client: Client, log_in: LogIn) -> None:
    url = reverse(
        "planning:board_standing", kwargs={"school": published.school.slug, "campaign": published.campaign.pk}
    )
    log_in(published.school, Role.DIRECTOR)
    assert client.post(url).status_code == 403
    log_in(published.school, Role.COORDINATOR)
    assert client.get(url).status_code == 405
    response = client.post(url, follow=True)
    assert "Bord van wat nu staat" in response.content.decode()
    Campaign.objects.update(state=CampaignState.CLOSED)
    assert "afgesloten" in client.post(url, follow=True).content.decode()
