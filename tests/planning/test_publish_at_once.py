"""Publishing a whole school in few statements: the same rows, records and messages as one family at a time."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mentors.dates import moment_at
from mentors.models import Event
from planning.actions.proposals import VisitProposal, plan_visits
from planning.actions.publishing import PublishRefused, publish_plan
from planning.draft.blockers import BlockerCode
from planning.draft.stored import read_draft_of
from planning.models import Plan
from planning.words.blockers import BLOCKERS, blocker_texts
from tests import factories
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign, not_published
from visits.actions.invitations import invite, invite_all
from visits.actions.moments import plan_visit
from visits.actions.visit_rows import MentorBusy, PastMoment, VisitOver
from visits.models import Answer, Invitation, Message, MessageKind, Route, Visit, VisitState


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now)


def at(hour: int, day: dt.date = EVENINGS[0]) -> dt.datetime:
    return moment_at(day, hour * 60)


def visits_of(staffed: StaffedCampaign) -> list[Visit]:
    return list(staffed.campaign.visits.select_related("mentor", "household", "campaign__school").order_by("pk"))


def proposals_of(staffed: StaffedCampaign, visits: list[Visit]) -> list[VisitProposal]:
    """One after another on the first evening."""
    return [
        VisitProposal(visit, staffed.mentors[0], at(16 + number), at(16 + number) + dt.timedelta(minutes=45), None)
        for number, visit in enumerate(visits)
    ]


def one_by_one(staffed: StaffedCampaign, visits: list[Visit]) -> None:
    for each in proposals_of(staffed, visits):
        plan_visit(
            visit=each.visit,
            mentor=each.mentor,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            route=None,
            by=None,
            now=staffed.now,
        )


def all_at_once(staffed: StaffedCampaign, visits: list[Visit]) -> None:
    plan_visits(proposals=proposals_of(staffed, visits), by=None, now=staffed.now)


def kept(staffed: StaffedCampaign) -> tuple[Any, ...]:
    """What stands in the tables of this campaign, without keys and secrets."""
    visits = visits_of(staffed)
    number = {visit.pk: place for place, visit in enumerate(visits)}
    rows = [(visit.state, visit.starts_at, visit.ends_at, visit.version) for visit in visits]
    events = [
        (event.verb, event.facts.get("version"), event.facts.get("starts_at"))
        for event in Event.objects.filter(school=staffed.school, verb__startswith="visit.").order_by("pk")
    ]
    messages = sorted(
        (number[message.visit_id or 0], message.kind, message.visit_version, message.due_at)
        for message in Message.objects.filter(school=staffed.school)
    )
    answers = [
        (invitation.answer, invitation.answered_at) for invitation in Invitation.objects.filter(visit__in=visits)
    ]
    return rows, events, messages, answers


@pytest.mark.parametrize("were_invited", [False, True])
def test_moments_proposed_at_once_leave_what_one_by_one_leaves(db: None, now: dt.datetime, were_invited: bool) -> None:
    found = []
    for propose in (one_by_one, all_at_once):
        staffed = make_staffed_campaign(now)
        visits = visits_of(staffed)
        if were_invited:
            one_by_one(staffed, visits[:1])
            for visit in visits:
                invite(visit=visit, by=None, now=now)
            Invitation.objects.filter(visit=visits[0]).update(answer=Answer.OTHER, answered_at=now)
        propose(staffed, visits)
        found.append(kept(staffed))
    assert found[0] == found[1]


def test_families_invited_at_once_get_what_one_by_one_gives(db: None, now: dt.datetime) -> None:
    found = []
    for at_once in (False, True):
        staffed = make_staffed_campaign(now)
        visits = visits_of(staffed)
        one_by_one(staffed, visits)
        if at_once:
            invite_all(visits=visits, by=None, now=now)
            invite_all(visits=visits, by=None, now=now)
        else:
            for visit in visits:
                invite(visit=visit, by=None, now=now)
        events = Event.objects.filter(school=staffed.school, verb="invitation.made").count()
        assert Invitation.objects.filter(visit__in=visits, token_hash="").count() == 0
        found.append((kept(staffed), events))
    assert found[0] == found[1]


def test_a_mentor_in_two_homes_is_refused_and_nothing_is_proposed(staffed: StaffedCampaign) -> None:
    visits = visits_of(staffed)
    twice = [
        VisitProposal(visit, staffed.mentors[0], at(18), at(18) + dt.timedelta(minutes=45), None)
        for visit in visits[:2]
    ]
    with pytest.raises(MentorBusy):
        plan_visits(proposals=twice, by=None, now=staffed.now)
    assert {visit.state for visit in visits_of(staffed)} == {VisitState.OPEN}
    assert not Event.objects.filter(verb="visit.planned").exists()


def test_a_moment_that_is_past_and_a_visit_that_is_over_are_refused(staffed: StaffedCampaign) -> None:
    visits = visits_of(staffed)
    late = VisitProposal(visits[0], staffed.mentors[0], staffed.now, staffed.now + dt.timedelta(minutes=45), None)
    with pytest.raises(PastMoment):
        plan_visits(proposals=[*proposals_of(staffed, visits[1:]), late], by=None, now=staffed.now)
    Visit.objects.filter(pk=visits[0].pk).update(state=VisitState.CANCELLED)
    with pytest.raises(VisitOver):
        all_at_once(staffed, visits)
    assert not staffed.campaign.visits.filter(state=VisitState.PLANNED).exists()


def test_the_visits_are_read_as_they_stand_now(staffed: StaffedCampaign) -> None:
    visits = visits_of(staffed)
    Visit.objects.filter(pk=visits[0].pk).update(version=7)
    all_at_once(staffed, visits)
    assert Visit.objects.get(pk=visits[0].pk).version == 8


def test_a_moment_that_stands_stays_agreed_and_only_gets_its_route(staffed: StaffedCampaign) -> None:
    visits = visits_of(staffed)
    all_at_once(staffed, visits)
    Visit.objects.filter(pk=visits[0].pk).update(state=VisitState.CONFIRMED)
    before = kept(staffed)
    all_at_once(staffed, visits)
    assert kept(staffed) == before


def someone_else_is_at(staffed: StaffedCampaign, plan: Plan) -> None:
    """The mentor has something in another campaign at the first moment of the draft."""
    route = read_draft_of(plan).routes[0]
    elsewhere = factories.make_campaign(staffed.school)
    factories.make_visit(
        elsewhere,
        factories.make_student(staffed.classes[0]),
        staffed.mentors[0],
        starts_at=moment_at(route.on, route.stops[0].start),
    )


def test_a_plan_refused_by_the_database_names_who_is_somewhere_else(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    someone_else_is_at(staffed, plan)
    with not_published(BlockerCode.BUSY_MENTOR) as found:
        publish_plan(plan=plan, by=None, now=staffed.now)
    assert found[0].facts["mentors"] == (staffed.mentors[0].name,)
    assert not staffed.campaign.visits.exclude(state=VisitState.OPEN).exists()
    assert not Route.objects.filter(campaign=staffed.campaign).exists()
    assert not Message.objects.filter(kind=MessageKind.INVITATION).exists()


def test_publishing_takes_one_small_statement_a_family_and_no_more(db: None, now: dt.datetime) -> None:
    counts = []
    for mentors in (1, 10):
        staffed = make_staffed_campaign(now, mentors=mentors, families=3, evenings=[EVENINGS[0]])
        plan = staffed.draft()
        with CaptureQueriesContext(connection) as queries:
            assert publish_plan(plan=plan, by=None, now=now) == 3 * mentors
        counts.append(len(queries))
    assert counts[1] - counts[0] == 30 - 3


def test_a_refusal_that_nobody_catches_writes_no_name_into_a_log(
    staffed: StaffedCampaign, caplog: pytest.LogCaptureFixture
) -> None:
    plan, mentor = staffed.draft(), staffed.mentors[0]
    someone_else_is_at(staffed, plan)
    with pytest.raises(PublishRefused) as caught:
        publish_plan(plan=plan, by=None, now=staffed.now)
    logging.getLogger(__name__).error("not published: %r", caught.value, exc_info=caught.value)
    assert mentor.name in blocker_texts(caught.value.blockers)[0]
    assert "PublishRefused" in caplog.text and mentor.name not in caplog.text


def test_every_blocker_has_a_sentence() -> None:
    assert set(BLOCKERS) == set(BlockerCode) - {BlockerCode.BLOCKING_FINDING}
