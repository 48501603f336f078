"""Two people at one moment, from what a coordinator decides to what stands after publishing, with the real planner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from django.core import mail

from mentors.dates import AMSTERDAM, local_day, minutes_of_clock
from mentors.models import Role
from planning.actions.publishing import publish_plan
from planning.draft.blockers import BlockerCode
from planning.draft.contents import read_contents
from planning.draft.routes import DrawnRoute
from planning.draft.stored import read_draft_of
from planning.problem.build import build_planning
from planning.problem.incidents import Incident, IncidentKind
from planning.queries.drafts import show_draft
from planning.queries.publishing import blockers
from tests import factories
from tests.visits.families import campaign_with_siblings
from tests.visits.staffed import EVENINGS, StaffedCampaign, keep_draft, make_staffed_campaign, not_published
from visits.actions.cohorts import join_cohort
from visits.actions.commitments import GivesAndTakes, OwnCompany, set_commitment, set_company
from visits.actions.interpreters import add_interpreters
from visits.actions.invitations import invite, renew_link, revoke_link
from visits.actions.moments import cancel_visit, confirm_visit, decline_visit, open_visit, reschedule_visit
from visits.actions.outbox import send_due_messages
from visits.actions.siblings import MomentStands, NoSuchMentor, ThirdChild, decide_siblings
from visits.actions.together import merge
from visits.links import find_invitation, token_of
from visits.models import (
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    Route,
    SiblingChoice,
    SiblingPair,
    Visit,
    VisitState,
)
from visits.queries.family import WhoComes
from visits.queries.moments import fitting_moments
from visits.queries.siblings import SuggestionReason, pair_lines
from visits.words.siblings import reason_text
from visits.words.visitors import visitor_in_words


def published(staffed: StaffedCampaign) -> None:
    publish_plan(plan=staffed.draft(), by=None, now=staffed.now)


def refreshed(*visits: Visit) -> Iterator[Visit]:
    return (Visit.objects.select_related("mentor", "second", "campaign__school").get(pk=visit.pk) for visit in visits)


def letters_to(visit: Visit, kind: MessageKind) -> int:
    return Message.objects.filter(visit__household=visit.household, kind=kind).count()


@pytest.fixture
def coordinator(db: None):
    return factories.make_user(factories.make_school(), Role.COORDINATOR)


def decide(first: Visit, second: Visit, choice: SiblingChoice, now: dt.datetime, by, mentor=None):
    return decide_siblings(first=first, second=second, choice=choice, mentor=mentor, by=by, now=now)


def test_a_joint_visit_stands_at_one_moment_with_both_mentors_and_one_invitation(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    sara, tom = refreshed(sara, tom)
    assert sara.starts_at == tom.starts_at is not None
    assert {sara.mentor, tom.mentor} == set(staffed.mentors)
    assert sara.route.mentor == sara.mentor and tom.route.mentor == tom.mentor
    assert Invitation.objects.filter(visit__household=sara.household, revoked_at=None).count() == 1
    assert letters_to(sara, MessageKind.INVITATION) == sara.household.guardians.count()


def test_what_a_family_answers_about_a_joint_visit_holds_for_both_mentors(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    confirm_visit(visit=next(refreshed(sara)), by=None, now=now)
    assert {visit.state for visit in refreshed(sara, tom)} == {VisitState.CONFIRMED}
    assert letters_to(sara, MessageKind.CONFIRMATION) == sara.household.guardians.count()
    decline_visit(visit=next(refreshed(tom)), by=None, now=now)
    assert [(visit.state, visit.starts_at) for visit in refreshed(sara, tom)] == [(VisitState.DECLINED, None)] * 2


def test_moving_one_of_a_joint_visit_moves_both_and_tells_the_family_once(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    sara, tom = refreshed(sara, tom)
    elsewhere = sara.starts_at + dt.timedelta(days=1)
    reschedule_visit(visit=tom, starts_at=elsewhere, by=coordinator, now=now)
    sara, tom = refreshed(sara, tom)
    assert sara.starts_at == tom.starts_at == elsewhere
    assert sara.route != tom.route and sara.route.on == tom.route.on
    assert letters_to(sara, MessageKind.MOVED) == sara.household.guardians.count()


def test_opening_or_cancelling_one_of_a_joint_visit_does_so_to_both(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    open_visit(visit=next(refreshed(tom)), by=coordinator, now=now)
    assert {visit.state for visit in refreshed(sara, tom)} == {VisitState.OPEN}
    cancel_visit(visit=next(refreshed(sara)), by=coordinator, now=now)
    assert {visit.state for visit in refreshed(sara, tom)} == {VisitState.CANCELLED}
    assert not Route.objects.filter(visits=None, second_visits=None).exists()


def test_a_joint_visit_that_the_family_agreed_to_stays_in_the_next_plan(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    confirm_visit(visit=next(refreshed(sara)), by=None, now=now)
    before = [(visit.starts_at, visit.mentor) for visit in refreshed(sara, tom)]
    published(staffed)
    assert [(visit.starts_at, visit.mentor) for visit in refreshed(sara, tom)] == before
    assert {visit.state for visit in refreshed(sara, tom)} == {VisitState.CONFIRMED}


def test_one_mentor_for_both_children_is_one_visit_that_lasts_longer_and_can_be_taken_back(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.DOUBLE, now, coordinator, mentor=tom.mentor)
    sara, tom = refreshed(sara, tom)
    assert (sara.state, sara.students.count()) == (VisitState.CANCELLED, 0)
    assert [pupil.first_name for pupil in tom.students.order_by("pk")] == ["Sara", "Tom"]
    decide(sara, tom, SiblingChoice.APART, now, coordinator)
    assert [visit.students.get().first_name for visit in refreshed(sara, tom)] == ["Sara", "Tom"]
    decide(sara, tom, SiblingChoice.DOUBLE, now, coordinator, mentor=sara.mentor)
    published(staffed)
    sara = next(refreshed(sara))
    assert sara.ends_at - sara.starts_at == dt.timedelta(minutes=staffed.campaign.visit_minutes + 15)
    assert Invitation.objects.filter(visit__household=sara.household, revoked_at=None).count() == 1


def brought_together_by_the_planner(now) -> tuple[StaffedCampaign, Visit, Visit]:
    """Two mentors without an evening in common: the planner lets one of them visit both children, published."""
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    staffed.campaign.siblings = SiblingChoice.TOGETHER
    staffed.campaign.save()
    staffed.campaign.shifts.filter(mentor=staffed.mentors[0]).exclude(on=EVENINGS[0]).delete()
    staffed.campaign.shifts.filter(mentor=staffed.mentors[1], on=EVENINGS[0]).delete()
    publish_plan(plan=staffed.draft(), by=None, now=staffed.now)
    return staffed, *refreshed(sara, tom)


def test_children_whom_the_planner_gave_one_mentor_are_parted_on_the_siblings_page_again(now, coordinator) -> None:
    staffed, sara, tom = brought_together_by_the_planner(now)
    kept, lapsed = sorted((sara, tom), key=lambda visit: visit.state == VisitState.CANCELLED)
    assert (kept.state, lapsed.state, kept.students.count()) == (VisitState.PLANNED, VisitState.CANCELLED, 2)
    (line,) = pair_lines(staffed.campaign, local_day(now))
    assert (line.pair, line.choice, line.has_moment) == ((sara, tom), SiblingChoice.DOUBLE, True)
    with pytest.raises(MomentStands):
        decide(sara, tom, SiblingChoice.APART, now, coordinator)
    open_visit(visit=kept, by=coordinator, now=now)
    decide(*refreshed(sara, tom), SiblingChoice.APART, now, coordinator)
    sara, tom = refreshed(sara, tom)
    assert [visit.state for visit in (sara, tom)] == [VisitState.OPEN] * 2
    assert [visit.students.get().first_name for visit in (sara, tom)] == ["Sara", "Tom"]
    assert [visit.extra_minutes for visit in (sara, tom)] == [0, 0]
    assert SiblingPair.objects.get().moved == []


def test_who_stays_with_a_third_child_keeps_the_longer_conversation(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    mentor = factories.make_mentor(staffed.school)
    factories.make_student(factories.make_class(staffed.school, mentor), sara.household, first_name="Bo")
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    bo = staffed.campaign.visits.get(mentor=mentor)
    for other in (tom, bo):
        decide(*refreshed(sara, other), SiblingChoice.DOUBLE, now, coordinator, mentor=sara.mentor)
    assert next(refreshed(sara)).students.count() == 3
    decide(*refreshed(sara, bo), SiblingChoice.APART, now, coordinator)
    assert next(refreshed(sara)).extra_minutes == 15
    decide(*refreshed(sara, tom), SiblingChoice.APART, now, coordinator)
    assert next(refreshed(sara)).extra_minutes == 0


def test_who_has_a_moment_is_not_put_together_or_apart_any_more(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    with pytest.raises(MomentStands):
        decide(sara, tom, SiblingChoice.APART, now, coordinator)
    with pytest.raises(MomentStands):
        decide(sara, tom, SiblingChoice.DOUBLE, now, coordinator, mentor=sara.mentor)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)


def test_one_mentor_for_both_has_to_be_one_of_the_two(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    for mentor in (None, factories.make_mentor(staffed.school)):
        with pytest.raises(NoSuchMentor):
            decide(sara, tom, SiblingChoice.DOUBLE, now, coordinator, mentor=mentor)


def test_a_choice_of_after_the_draft_holds_the_draft_back(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    plan = staffed.draft()
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    with not_published(BlockerCode.CHANGED_VISITS):
        publish_plan(plan=plan, by=None, now=now)


def test_where_the_planner_may_choose_a_family_is_visited_at_once(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    staffed.campaign.siblings = SiblingChoice.TOGETHER
    staffed.campaign.save()
    assert build_planning(staffed.campaign, now).problem["siblings"] == [[str(sara.pk), str(tom.pk)]]
    published(staffed)
    there = [visit for visit in refreshed(sara, tom) if visit.state == VisitState.PLANNED]
    assert len({visit.starts_at for visit in there}) == 1
    assert sum(visit.students.count() for visit in there) == 2
    assert Invitation.objects.filter(visit__in=there, revoked_at=None).count() == 1


def test_who_goes_their_own_way_is_no_pair_in_the_problem(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    staffed.campaign.siblings = SiblingChoice.TOGETHER
    staffed.campaign.save()
    decide(sara, tom, SiblingChoice.APART, now, coordinator)
    assert build_planning(staffed.campaign, now).problem["siblings"] == []


def test_a_colleague_comes_along_to_every_visit_of_an_unsure_mentor(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=2)
    unsure, colleague = staffed.mentors
    commit(staffed, unsure, coordinator, companions=[colleague])
    published(staffed)
    theirs = list(staffed.campaign.visits.filter(mentor=unsure))
    assert theirs and all(visit.second == colleague for visit in theirs)
    assert all(visit.second_route.mentor == colleague for visit in theirs)
    assert all(visit.second is None for visit in staffed.campaign.visits.filter(mentor=colleague))


def test_who_comes_along_moves_along_and_is_free_when_the_moment_lapses(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=2)
    unsure, colleague = staffed.mentors
    visit = staffed.campaign.visits.filter(mentor=unsure).first()
    set_company(visit=visit, companions=[colleague], by=coordinator, now=now)
    published(staffed)
    visit = next(refreshed(visit))
    assert visit.second == colleague
    moved = visit.starts_at + dt.timedelta(days=1)
    reschedule_visit(visit=visit, starts_at=moved, by=coordinator, now=now)
    visit = next(refreshed(visit))
    assert (visit.second, visit.second_route.on) == (colleague, moved.date())
    open_visit(visit=visit, by=coordinator, now=now)
    assert next(refreshed(visit)).second is None
    assert not Route.objects.filter(mentor=colleague, on=moved.date()).exists()


def test_nobody_takes_themselves_along(now, coordinator) -> None:
    staffed = make_staffed_campaign(now)
    with pytest.raises(OwnCompany):
        commit(staffed, staffed.mentors[0], coordinator, companions=staffed.mentors)


def test_a_visit_with_company_that_gave_no_evening_is_left_out_with_that_reason(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, families=1)
    commit(staffed, staffed.mentors[0], coordinator, companions=[factories.make_mentor(staffed.school)])
    left_out = build_planning(staffed.campaign, now).problem["application"]["left_out"]
    assert [item["code"] for item in left_out] == ["no_company"]


def commit(staffed: StaffedCampaign, mentor, by, **values):
    defaults = {"most_visits": None, "hands_over": False, "takes_over": False, "most_extra": None, "companions": []}
    return set_commitment(campaign=staffed.campaign, mentor=mentor, by=by, now=staffed.now, **defaults | values)


def test_the_visits_of_a_mentor_who_hands_over_are_shared_out_fairly(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=3, families=3)
    leaves, *volunteers = staffed.mentors
    staffed.campaign.shifts.filter(mentor=leaves).delete()
    commit(staffed, leaves, coordinator, hands_over=True)
    for mentor in volunteers:
        commit(staffed, mentor, coordinator, takes_over=True)
    published(staffed)
    visits = staffed.campaign.visits.filter(state=VisitState.PLANNED)
    assert visits.count() == 9
    assert sorted(visits.filter(mentor=mentor).count() for mentor in volunteers) == [4, 5]


def test_a_volunteer_takes_no_more_than_was_said(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=3, families=3)
    leaves, eager, careful = staffed.mentors
    commit(staffed, leaves, coordinator, hands_over=True)
    commit(staffed, eager, coordinator, takes_over=True)
    commit(staffed, careful, coordinator, takes_over=True, most_extra=0)
    published(staffed)
    assert staffed.campaign.visits.filter(mentor=careful).count() == 3
    assert staffed.campaign.visits.filter(mentor=eager).count() == 6


def test_handed_over_and_nobody_who_takes_over_is_said_to_the_coordinator(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, families=1)
    commit(staffed, staffed.mentors[0], coordinator, hands_over=True)
    left_out = build_planning(staffed.campaign, now).problem["application"]["left_out"]
    assert [item["code"] for item in left_out] == ["no_taker"]


def test_nobody_hands_over_and_takes_over(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, families=1)
    with pytest.raises(GivesAndTakes):
        commit(staffed, staffed.mentors[0], coordinator, hands_over=True, takes_over=True)


def test_a_mentor_makes_no_more_visits_than_agreed(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, families=4)
    commit(staffed, staffed.mentors[0], coordinator, most_visits=3)
    published(staffed)
    assert staffed.campaign.visits.filter(state=VisitState.PLANNED).count() == 3


def test_families_with_one_interpreter_are_visited_one_after_the_other(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=1)
    for visit in staffed.campaign.visits.select_related("household"):
        visit.household.needs_interpreter, visit.household.language = True, "ar"
        visit.household.save()
    assert "interpreter_by_hand" in build_planning(staffed.campaign, now).problem["application"]["notes"]
    add_interpreters(
        campaign=staffed.campaign,
        language="ar",
        on=dt.date(2026, 10, 6),
        from_time=dt.time(16),
        until_time=dt.time(21),
        count=1,
        every_week=False,
        by=coordinator,
        now=now,
    )
    assert "interpreter_by_hand" not in build_planning(staffed.campaign, now).problem["application"]["notes"]
    published(staffed)
    first, second = staffed.campaign.visits.filter(state=VisitState.PLANNED).order_by("starts_at")
    assert second.starts_at - first.ends_at >= dt.timedelta(minutes=30)


def test_other_moments_of_a_visit_with_company_fit_both(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=2)
    unsure, colleague = staffed.mentors
    visit = staffed.campaign.visits.filter(mentor=unsure).first()
    set_company(visit=visit, companions=[colleague], by=coordinator, now=now)
    published(staffed)
    visit = Visit.objects.select_related("campaign__school", "campaign__school_year", "household").get(pk=visit.pk)
    alone = {moment.starts_at for moment in fitting_moments(visit, now)}
    staffed.campaign.shifts.filter(mentor=colleague).exclude(on=local_day(visit.starts_at)).delete()
    both = {moment.starts_at for moment in fitting_moments(visit, now)}
    assert both < alone
    assert {local_day(moment) for moment in both} <= {local_day(visit.starts_at)}


def test_other_moments_with_an_interpreter_are_those_at_which_one_is_free(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, families=1)
    visit = staffed.campaign.visits.select_related("household", "campaign__school", "mentor").get()
    visit.household.needs_interpreter, visit.household.language = True, "ar"
    visit.household.save()
    assert {local_day(moment.starts_at) for moment in fitting_moments(visit, now)} == set(EVENINGS)
    hours = {"from_time": dt.time(16), "until_time": dt.time(21), "count": 1, "every_week": False}
    add_interpreters(campaign=staffed.campaign, language="ar", on=EVENINGS[1], **hours, by=coordinator, now=now)
    moments = fitting_moments(visit, now)
    assert {local_day(moment.starts_at) for moment in moments} == {EVENINGS[1]}
    assert max(moment.ends_at for moment in moments).astimezone(AMSTERDAM).time() <= dt.time(20, 30)


def all_on(on: dt.date, routes: Sequence[DrawnRoute], starts: Sequence[int]) -> tuple[DrawnRoute, ...]:
    """These routes on one evening; the first stop of each starts at its minute of `starts` and lasts 45 minutes."""
    return tuple(
        replace(
            route,
            on=on,
            leaves=16 * 60 + 30,
            back=20 * 60 + 30,
            stops=(replace(route.stops[0], start=start, until=start + 45), *route.stops[1:]),
        )
        for route, start in zip(routes, starts, strict=True)
    )


def test_two_conversations_that_run_into_each_other_are_not_published(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    plan = staffed.draft()
    routes = read_draft_of(plan).routes
    starts = [18 * 60 if route.stops[0].visits == (str(sara.pk),) else 18 * 60 + 30 for route in routes]
    keep_draft(plan, routes=all_on(EVENINGS[0], routes, starts))
    with not_published(BlockerCode.OVERLAPPING_SIBLINGS):
        publish_plan(plan=plan, by=None, now=now)
    assert {visit.state for visit in refreshed(sara, tom)} == {VisitState.OPEN}


def test_a_draft_says_who_goes_together(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    plan = staffed.draft()
    stops = {route.mentor: route.stops[0] for route in show_draft(plan, read_draft_of(plan)).routes}
    assert stops[sara.mentor].company == f"samen met {tom.mentor.name}"
    assert stops[tom.mentor].company == f"samen met {sara.mentor.name}"
    assert [pupil.first_name for pupil in stops[tom.mentor].pupils] == ["Sara", "Tom"]


def test_a_sick_colleague_takes_the_moment_from_a_visit_that_needs_two(now, coordinator) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=1)
    unsure, colleague = staffed.mentors
    commit(staffed, unsure, coordinator, companions=[colleague])
    published(staffed)
    visit = staffed.campaign.visits.get(mentor=unsure)
    confirm_visit(visit=visit, by=None, now=now)
    on = local_day(next(refreshed(visit)).starts_at)
    sick = Incident(kind=IncidentKind.SICK, mentor=colleague.pk, first=on, last=on)
    problem = build_planning(staffed.campaign, now, sick).problem
    assert str(visit.pk) not in problem["fixed"]
    (planned,) = [item for item in problem["visits"] if item["id"] == str(visit.pk)]
    assert planned["second"] == [str(colleague.pk)]


@pytest.mark.parametrize("choice", [SiblingChoice.JOINT, SiblingChoice.DOUBLE])
@pytest.mark.parametrize("is_closed", [True, False])
def test_a_link_that_the_school_closed_stays_closed_when_children_are_visited_apart_again(
    now, coordinator, choice: SiblingChoice, is_closed: bool
) -> None:
    _season, sara, tom = campaign_with_siblings(now)
    lead, other = (next(refreshed(visit)) for visit in (sara, tom))
    (invitation,) = invite(visit=other, by=None, now=now)
    if is_closed:
        revoke_link(invitation=invitation, by=coordinator, now=now)
    later = now + dt.timedelta(hours=1)
    decide(lead, other, choice, later, coordinator, mentor=lead.mentor)
    assert find_invitation(token_of(invitation), later) is None
    decide(*refreshed(sara, tom), SiblingChoice.APART, later, coordinator)
    assert (find_invitation(token_of(invitation), later) is None) == is_closed


def test_who_was_told_of_a_conversation_that_merges_into_another_hears_whose_mentor_does_not_come(
    now, coordinator
) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    staffed.campaign.state = CampaignState.PUBLISHED
    staffed.campaign.save()
    for visit, days in ((sara, 7), (tom, 8)):
        begins = now + dt.timedelta(days=days, hours=4)
        ends = begins + dt.timedelta(minutes=45)
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.PLANNED, starts_at=begins, ends_at=ends)
        invite(visit=next(refreshed(visit)), by=None, now=now)
    send_due_messages(now=now)
    mail.outbox.clear()
    sara, tom = refreshed(sara, tom)
    merge(kept=sara, other=tom, by=coordinator, now=now)
    send_due_messages(now=now + dt.timedelta(minutes=15))
    lapsed = [letter.body for letter in mail.outbox if "vervalt" in letter.subject]
    assert len(lapsed) == 2 and all("de mentor van Tom op" in body for body in lapsed)


def test_a_new_link_for_either_of_two_visits_that_are_one_conversation_is_the_one_link(now, coordinator) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    (before,) = invite(visit=tom, by=None, now=now)
    decide(sara, tom, SiblingChoice.JOINT, now, coordinator)
    published(staffed)
    renew_link(invitation=Invitation.objects.get(pk=before.pk), by=coordinator, now=now)
    (kept,) = Invitation.objects.filter(visit__household=sara.household, revoked_at=None)
    assert kept.visit == sara
    assert find_invitation(token_of(before), now) is None
    assert find_invitation(token_of(kept), now) == kept


def test_a_new_link_for_the_visit_that_lapsed_is_the_link_of_the_one_that_stays(now, coordinator) -> None:
    _season, sara, tom = campaign_with_siblings(now)
    (before,) = invite(visit=tom, by=None, now=now)
    decide(sara, tom, SiblingChoice.DOUBLE, now, coordinator, mentor=sara.mentor)
    renew_link(invitation=Invitation.objects.get(pk=before.pk), by=coordinator, now=now)
    (kept,) = Invitation.objects.filter(visit__household=sara.household, revoked_at=None)
    assert kept.visit == sara
    assert letters_to(sara, MessageKind.INVITATION) == sara.household.guardians.count()


def campaign_with_three(now) -> tuple[StaffedCampaign, list[Visit]]:
    """A home with a child in each of three classes."""
    staffed, sara, _tom = campaign_with_siblings(now, families=0)
    mentor = factories.make_mentor(staffed.school)
    for evening in EVENINGS:
        factories.make_shift(staffed.campaign, mentor, evening)
    factories.make_student(factories.make_class(staffed.school, mentor), sara.household, first_name="Bo")
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    return staffed, list(staffed.campaign.visits.select_related("mentor", "campaign").order_by("pk"))


def test_of_three_children_two_go_together_and_the_third_has_a_moment_of_its_own(now, coordinator) -> None:
    staffed, (sara, tom, bo) = campaign_with_three(now)
    staffed.campaign.siblings = SiblingChoice.JOINT
    staffed.campaign.save()
    decide(sara, bo, SiblingChoice.JOINT, now, coordinator)
    with pytest.raises(ThirdChild):
        decide(tom, bo, SiblingChoice.JOINT, now, coordinator)
    decide(sara, tom, SiblingChoice.APART, now, coordinator)
    decide(tom, bo, SiblingChoice.APART, now, coordinator)
    staffed.campaign.shifts.filter(mentor=tom.mentor).exclude(on=EVENINGS[2]).delete()
    staffed.campaign.shifts.exclude(mentor=tom.mentor).filter(on=EVENINGS[2]).delete()
    published(staffed)
    sara, tom, bo = refreshed(sara, tom, bo)
    assert sara.together_with == bo and sara.starts_at == bo.starts_at is not None
    assert tom.together_with is None and local_day(tom.starts_at) == EVENINGS[2]


def test_one_mentor_visits_three_children_when_that_is_chosen_for_each_pair(now, coordinator) -> None:
    staffed, (sara, tom, bo) = campaign_with_three(now)
    for other in (tom, bo):
        decide(*refreshed(sara, other), SiblingChoice.DOUBLE, now, coordinator, mentor=sara.mentor)
    published(staffed)
    sara, tom, bo = refreshed(sara, tom, bo)
    assert (sara.state, tom.state, bo.state) == (VisitState.PLANNED, VisitState.CANCELLED, VisitState.CANCELLED)
    assert {pupil.first_name for pupil in sara.students.all()} == {"Sara", "Tom", "Bo"}


@pytest.mark.parametrize(
    ("starts", "is_refused"),
    [
        (["18:00", "18:00", "18:00"], True),
        (["18:00", "18:00", "18:30"], True),
        (["18:00", "18:00", "18:45"], False),
        (["17:00", "18:00", "18:00"], False),
    ],
)
def test_no_home_gets_three_mentors_at_once(now, coordinator, starts: list[str], is_refused: bool) -> None:
    staffed, _visits = campaign_with_three(now)
    plan = staffed.draft()
    routes = read_draft_of(plan).routes
    keep_draft(plan, routes=all_on(EVENINGS[0], routes, [minutes_of_clock(start) for start in starts]))
    codes = {blocker.code for blocker in blockers(read_contents(plan), now)}
    assert (BlockerCode.OVERLAPPING_SIBLINGS in codes) == is_refused


def test_every_reason_for_a_suggestion_has_a_sentence() -> None:
    evenings = [dt.date(2026, 10, 8), dt.date(2026, 10, 6)]
    assert len({reason_text(reason, evenings) for reason in SuggestionReason}) == len(SuggestionReason)
    assert "2 dezelfde avonden, de eerste op di 6 oktober" in reason_text(SuggestionReason.SHARED_EVENINGS, evenings)
    assert "de avond van do 8 oktober" in reason_text(SuggestionReason.SHARED_EVENINGS, evenings[:1])


def test_everybody_who_may_come_has_a_name_without_a_name_of_staff() -> None:
    said = [visitor_in_words(visitor, ["Sara", "Tom"], has_company=False) for visitor in WhoComes]
    assert len(set(said)) == len(WhoComes) and all("Sara en Tom" in who for who in said)
