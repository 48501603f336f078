"""Visits to one home: brothers and sisters in any number of classes are one group, and all others stay apart."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from mentors.dates import moment_at
from planner import ProblemIndex, Route, Schedule, Stop, problem_from_json
from planning.draft.contents import read_contents
from planning.draft.stored import read_draft_of
from planning.models import PlanState
from planning.problem.build import build_planning
from planning.problem.overlaps import keep_apart, overlapping_siblings
from planning.queries.publishing import blockers
from tests import factories
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.actions.cohorts import join_cohort
from visits.actions.together import tie
from visits.models import PlaceKind, SiblingChoice, SiblingPair, Visit, VisitState


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    """Four mentors, each with a child of one home, and with a family of their own."""
    staffed = make_staffed_campaign(now, mentors=4, families=1)
    home = factories.make_household(staffed.school)
    for school_class in staffed.classes:
        factories.make_student(school_class, home)
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    return staffed


def children(staffed: StaffedCampaign) -> list[Visit]:
    """The four visits of the home."""
    visits = list(staffed.campaign.visits.select_related("campaign__school").order_by("pk"))
    number = Counter(visit.household_id for visit in visits)
    return [visit for visit in visits if number[visit.household_id] == len(staffed.mentors)]


def problem_of(staffed: StaffedCampaign) -> dict[str, Any]:
    problem = build_planning(staffed.campaign, staffed.now).problem
    problem_from_json(problem)
    return problem


def names(visits: list[Visit]) -> list[str]:
    return [str(visit.pk) for visit in visits]


def choose(staffed: StaffedCampaign, choice: SiblingChoice) -> None:
    staffed.campaign.siblings = choice
    staffed.campaign.save()


def decide(staffed: StaffedCampaign, first: Visit, second: Visit, choice: SiblingChoice) -> None:
    row = {"campaign": staffed.campaign, "choice": choice, "decided_at": staffed.now}
    SiblingPair.objects.create(first=first, second=second, **row)


def test_four_children_who_may_be_together_are_one_group(staffed: StaffedCampaign) -> None:
    choose(staffed, SiblingChoice.TOGETHER)
    problem = problem_of(staffed)
    assert (problem["siblings"], problem["apart"]) == ([names(children(staffed))], [])


def test_four_children_who_are_visited_one_by_one_stay_apart(staffed: StaffedCampaign) -> None:
    choose(staffed, SiblingChoice.APART)
    problem = problem_of(staffed)
    assert (problem["siblings"], problem["apart"]) == ([], [names(children(staffed))])


def test_of_a_group_two_may_have_to_stay_apart(staffed: StaffedCampaign) -> None:
    choose(staffed, SiblingChoice.TOGETHER)
    a, b, c, d = children(staffed)
    decide(staffed, a, b, SiblingChoice.APART)
    problem = problem_of(staffed)
    assert problem["siblings"] == [names([a, c, d]), names([b, c, d])]
    assert problem["apart"] == [names([a, b])]


def test_two_who_are_one_conversation_stay_apart_from_the_others(staffed: StaffedCampaign) -> None:
    choose(staffed, SiblingChoice.APART)
    a, b, c, d = children(staffed)
    decide(staffed, a, b, SiblingChoice.JOINT)
    problem = problem_of(staffed)
    assert problem["application"]["joint"] == {str(a.pk): str(b.pk)}
    assert problem["apart"] == [names([a, c, d])]


def test_a_child_who_is_visited_elsewhere_is_no_sibling_and_stays_apart(staffed: StaffedCampaign) -> None:
    choose(staffed, SiblingChoice.TOGETHER)
    a, b, c, d = children(staffed)
    Visit.objects.filter(pk=d.pk).update(place_kind=PlaceKind.SCHOOL)
    problem = problem_of(staffed)
    assert problem["siblings"] == [names([a, b, c])]
    assert problem["apart"] == [names([a, d]), names([b, d]), names([c, d])]


def test_what_is_agreed_contradicts_nothing(staffed: StaffedCampaign) -> None:
    """A conversation of three mentors to which the family agreed: all stand at one moment, and the planner takes it."""
    choose(staffed, SiblingChoice.TOGETHER)
    a, b, c, d = children(staffed)
    tie(visits=[a, b, c], by=None, now=staffed.now)
    at = moment_at(EVENINGS[0], 18 * 60)
    moment = {"state": VisitState.CONFIRMED, "starts_at": at, "ends_at": at + dt.timedelta(minutes=45)}
    for visit in (a, b, c):
        Visit.objects.filter(pk=visit.pk).update(**moment)
    problem = problem_of(staffed)
    assert problem["fixed"].keys() >= {str(a.pk), str(c.pk)}
    assert [str(a.pk), str(c.pk)] not in problem["apart"]
    assert all(str(d.pk) in pair for pair in problem["apart"])


# --- siblings whom no plan can bring together ---


@pytest.fixture
def two_hours(db: None, now: dt.datetime) -> StaffedCampaign:
    """A home with a child of each of two mentors, whose hours of one day overlap and have no start in common."""
    staffed = make_staffed_campaign(now, mentors=2, families=0, evenings=EVENINGS[:1])
    home = factories.make_household(staffed.school, latitude=52.556, longitude=5.911)
    for school_class in staffed.classes:
        factories.make_student(school_class, home)
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    choose(staffed, SiblingChoice.TOGETHER)
    for mentor, leave, until in zip(staffed.mentors, (16 * 60, 16 * 60 + 25), (17 * 60, 17 * 60 + 25), strict=True):
        clocks = {"leave_from": leave, "visits_until": until, "back_by": until + 30}
        hours = {name: dt.time(minutes // 60, minutes % 60) for name, minutes in clocks.items()}
        staffed.campaign.shifts.filter(mentor=mentor).update(**hours)
    return staffed


def test_siblings_who_would_be_visited_at_overlapping_times_are_kept_apart(two_hours: StaffedCampaign) -> None:
    plan = two_hours.draft()
    assert (plan.state, plan.failure) == (PlanState.READY, "")
    names = sorted(str(visit.pk) for visit in two_hours.campaign.visits.all())
    assert ((plan.problem or {})["siblings"], (plan.problem or {})["apart"]) == ([], [names])
    draft = read_draft_of(plan)
    assert (len(draft.appointments), len(draft.unplaced)) == (1, 1)
    assert not blockers(read_contents(plan), two_hours.now)
    assert plan.cost is not None and plan.bound is not None and plan.bound <= plan.cost


def test_of_three_siblings_two_that_overlap_are_parted_and_the_third_may_join_either(
    staffed: StaffedCampaign,
) -> None:
    choose(staffed, SiblingChoice.TOGETHER)
    problem = problem_of(staffed)
    a, b, c, d = problem["siblings"][0]
    parted = keep_apart(problem, [(a, b)])
    assert (parted["siblings"], parted["apart"]) == ([[a, c, d], [b, c, d]], [[a, b]])
    problem_from_json(parted)
    day, mentors = EVENINGS[0], [str(mentor.pk) for mentor in staffed.mentors]
    starts = {a: 1080, b: 1100, c: 1080, d: 1125}
    stops = [Stop((name,), start) for name, start in starts.items()]
    routes = [Route(mentor, day, (stop,)) for mentor, stop in zip(mentors, stops, strict=True)]
    found = overlapping_siblings(ProblemIndex(problem_from_json(problem)), Schedule.of(routes))
    assert found == [(a, b), (b, c), (b, d)]
