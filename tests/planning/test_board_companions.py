"""Who goes with whom on a board: on the card of a family, and beside the name of a mentor."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from mentors.models import School, User
from planning.actions.publishing import publish_plan
from planning.draft.stored import read_draft_of
from planning.models import Plan, PlanState
from planning.queries.board.loading import load_draft
from planning.queries.board.page import BoardPage
from planning.queries.board.values import BoardSelection, MentorRow, VisitCard
from tests import factories
from tests.pages import here
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.actions.answers import accept
from visits.actions.cohorts import join_cohort
from visits.models import AnswerChannel, Commitment, Invitation, SiblingChoice, Visit, VisitState

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school, mentors=3, families=2)


def take_along(staffed: StaffedCampaign, mentor: int, *others: int) -> None:
    row = Commitment.objects.create(campaign=staffed.campaign, mentor=staffed.mentors[mentor])
    row.companions.set([staffed.mentors[other] for other in others])


def rows_of(plan: Plan) -> list[MentorRow]:
    week = min(load_draft(plan).index.problem.weeks.values())
    return BoardPage.of(load_draft(plan), BoardSelection(week=week)).rows()


def cards_of(plan: Plan) -> list[tuple[MentorRow, VisitCard]]:
    selections = {BoardSelection(week=week) for week in load_draft(plan).index.problem.weeks.values()}
    rows = [row for each in selections for row in BoardPage.of(load_draft(plan), each).rows()]
    return [(row, card) for row in rows for cell in row.cells for card in cell.cards]


def test_a_team_stands_beside_both_names_and_on_every_card(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    take_along(staffed, 0, 1)
    take_along(staffed, 1, 0)
    plan = staffed.draft()
    first, second, third = staffed.mentors
    rows = {row.mentor: row for row in rows_of(plan)}
    assert (rows[first].takes_along, rows[first].is_team) == ((second.name,), True)
    assert (rows[second].takes_along, rows[second].is_team) == ((first.name,), True)
    assert (rows[third].takes_along, rows[third].is_team, rows[third].takes_over) == ((), False, False)
    for row, card in cards_of(plan):
        other = {first: (second.name,), second: (first.name,), third: ()}[row.mentor]
        assert card.company == other
    page = client.get(here("board", staffed.school, plan=plan.pk)).content.decode()
    assert f"team met {second.name}" in page and f"gaat mee met {first.name}" in page


def test_one_colleague_for_all_families_and_volunteers_are_named_too(staffed: StaffedCampaign) -> None:
    take_along(staffed, 0, 1)
    Commitment.objects.create(campaign=staffed.campaign, mentor=staffed.mentors[2], hands_over=True)
    Commitment.objects.filter(mentor=staffed.mentors[0]).update(takes_over=True)
    helper = factories.make_mentor(staffed.school)
    Commitment.objects.create(campaign=staffed.campaign, mentor=helper, takes_over=True)
    for evening in EVENINGS:
        factories.make_shift(staffed.campaign, helper, evening)
    rows = {row.mentor: row for row in rows_of(staffed.draft())}
    first = staffed.mentors[0]
    assert (rows[first].takes_along, rows[first].is_team) == ((staffed.mentors[1].name,), False)
    assert rows[first].takes_over and rows[helper].takes_over


def test_three_children_of_one_home_are_one_conversation_on_the_board_and_once_published(
    staffed: StaffedCampaign, now: dt.datetime, client: Client, coordinator: User
) -> None:
    home = factories.make_household(staffed.school)
    for school_class in staffed.classes:
        factories.make_student(school_class, home)
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    staffed.campaign.siblings = SiblingChoice.TOGETHER
    staffed.campaign.save()
    plan = staffed.draft()
    names = {str(visit.pk) for visit in Visit.objects.filter(household=home)}
    there = [(row, card) for row, card in cards_of(plan) if card.pk in names]
    assert len(there) == 3
    mentors = {mentor.name for mentor in staffed.mentors}
    for row, card in there:
        assert set(card.company) == mentors - {row.mentor.name} or card.classes == 3
    moments = {at.starts_at for pk, at in read_draft_of(plan).appointments.items() if pk in names}
    assert len(moments) == 1

    publish_plan(plan=plan, by=None, now=now)
    visits = list(Visit.objects.filter(household=home).exclude(state=VisitState.CANCELLED).order_by("pk"))
    assert {visit.starts_at for visit in visits} == moments
    assert {visit.lead_pk for visit in visits} == {visits[0].pk}
    invitation = Invitation.objects.get(visit__household=home, revoked_at=None)
    assert invitation.visit == visits[0]
    accept(invitation=invitation, seen_version=visits[0].version, channel=AnswerChannel.LINK, by=None, now=now)
    assert {visit.state for visit in Visit.objects.filter(pk__in=[visit.pk for visit in visits])} == {"confirmed"}
    again = staffed.draft()
    assert (again.state, again.failure) == (PlanState.READY, "")
    assert {at.starts_at for pk, at in read_draft_of(again).appointments.items() if pk in names} == moments
