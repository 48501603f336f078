"""Why a planning job failed: a code in the row, a sentence in the reader's language on the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from mentors.dates import moment_at
from mentors.models import Mentor, School, User
from planning.draft.stored import read_draft_of
from planning.models import PlanFailure, PlanState
from planning.problem.contradictions import Contradiction, JobFailure
from planning.words.failures import failure_text, failure_words
from students.models import Household
from tests.pages import here
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Campaign, PlaceKind, SiblingChoice, Visit, VisitState


@pytest.mark.parametrize("failure", PlanFailure)
def test_every_failure_has_a_sentence_of_its_own_in_each_language(failure: PlanFailure) -> None:
    with translation.override("nl"):
        dutch = failure_words(failure)
    with translation.override("en"):
        english = failure_words(failure)
    assert dutch.endswith(".") and english.endswith(".") and dutch != english


def test_what_did_not_fail_has_no_sentence() -> None:
    assert failure_words("") == ""


# --- agreed visits that cannot both be made ---


def joint_call(
    now: dt.datetime, school: School, *, until_next: int, starts: int = 17 * 60
) -> tuple[StaffedCampaign, Visit, Visit]:
    """Two mentors who call one family together, one of them from home; the other one visits somebody after it."""
    staffed = make_staffed_campaign(now, school=school, mentors=2, families=2)
    host, other = staffed.mentors
    Mentor.objects.filter(pk=host.pk).update(starts_from_home=True, home_latitude=52.60, home_longitude=5.93)
    call = staffed.campaign.visits.filter(mentor=host).order_by("pk")[0]
    with_other, after = staffed.campaign.visits.filter(mentor=other).order_by("pk")
    Campaign.objects.filter(pk=staffed.campaign.pk).update(siblings=SiblingChoice.JOINT)
    place = {"household": call.household, "place_kind": PlaceKind.PHONE}
    tied = {call.pk: with_other, with_other.pk: call}
    for visit, minutes, facts in ((call, 0, place), (with_other, 0, place), (after, 45 + until_next, {})):
        starts_at = moment_at(EVENINGS[0], starts + minutes)
        moment = {"starts_at": starts_at, "ends_at": starts_at + dt.timedelta(minutes=45)}
        facts = facts | {"together_with": tied.get(visit.pk)}
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED, **moment, **facts)
    Household.objects.filter(pk=after.household_id).update(latitude=52.54)  # half an hour from the home
    call.refresh_from_db()
    after.refresh_from_db()
    return staffed, call, after


@pytest.mark.usefixtures("today")
def test_two_agreed_visits_without_time_between_them_are_named_with_their_moments(
    now: dt.datetime, school: School, client: Client, coordinator: User
) -> None:
    staffed, call, after = joint_call(now, school, until_next=15)
    plan, other = staffed.draft(seconds=5), str(after.mentor_id)
    assert (plan.state, plan.failure) == (PlanState.FAILED, PlanFailure.CONTRADICTION)
    assert plan.failure_facts == {"field": "fixed", "visits": [str(call.pk), str(after.pk)], "person": other}
    response = client.get(here("plan", staffed.school, plan=plan.pk))
    assert response.context["failed_visits"] == [call, after]
    text = response.content.decode()
    for visit, clock in ((call, "17.00"), (after, "18.00")):
        assert here("visit", staffed.school, visit=visit.pk) in text
        assert f"{visit.household.name} op di 6 oktober {clock}" in text


@pytest.mark.usefixtures("today")
def test_an_agreed_visit_that_somebody_cannot_reach_in_time_is_named_with_who_it_is(
    now: dt.datetime, school: School, client: Client, coordinator: User
) -> None:
    staffed, call, _after = joint_call(now, school, until_next=180, starts=16 * 60)
    plan, other = staffed.draft(seconds=5), staffed.mentors[1]
    assert plan.failure_facts == {"field": "fixed", "visits": [str(call.pk)], "person": str(other.pk)}
    response = client.get(here("plan", staffed.school, plan=plan.pk))
    assert response.context["failed_visits"] == [call]
    assert f"past niet in de avond van {other.name}" in response.content.decode()


@pytest.mark.usefixtures("today")
def test_agreed_visits_with_time_between_them_contradict_nothing(
    now: dt.datetime, school: School, client: Client, coordinator: User
) -> None:
    staffed, _call, _after = joint_call(now, school, until_next=180)
    plan = staffed.draft(seconds=5)
    assert (plan.state, plan.failure, plan.failure_facts) == (PlanState.READY, "", {})


@pytest.mark.usefixtures("today")
def test_two_visits_of_one_mentor_in_a_row_that_cannot_be_a_route_are_left_as_they_are(
    now: dt.datetime, school: School
) -> None:
    staffed = make_staffed_campaign(now, school=school, families=3)
    first, second, free = staffed.campaign.visits.order_by("pk")
    for visit, minutes in ((first, 0), (second, 45)):
        starts_at = moment_at(EVENINGS[0], 17 * 60 + minutes)
        moment = {"starts_at": starts_at, "ends_at": starts_at + dt.timedelta(minutes=45)}
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED, **moment)
    plan = staffed.draft(seconds=5)
    assert plan.state == PlanState.READY
    assert set(read_draft_of(plan).appointments) == {str(free.pk)}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("fixed", "fixed"),
        ("seconds", "seconds"),
        ("apart", "apart"),
        ("rules.max_stops", "rules"),
        ("visits[3].windows[2].until", "visits"),
    ],
)
def test_every_refusal_has_a_sentence_that_says_what_to_do(path: str, field: str) -> None:
    facts = Contradiction.of(None, path)
    assert facts == Contradiction(field)
    words = failure_text(JobFailure(PlanFailure.CONTRADICTION, facts.field))
    assert "plan opnieuw" in words and path not in words


def test_an_agreed_visit_that_cannot_stand_by_itself_is_named_alone() -> None:
    visit = {"id": "7", "minutes": 45, "place": "0", "second": []}
    visitor = {"id": "1", "mode": "bike", "depot": "0", "shifts": []}
    problem: dict[str, Any] = {"visits": [visit], "visitors": [visitor], "places": ["0"]}
    problem |= {"travel_minutes": {"bike": [[0]]}}
    problem["fixed"] = {"7": {"visitor": "1", "date": "2026-10-06", "start": "18:00"}}
    assert Contradiction.of(problem, "fixed.7.start") == Contradiction("fixed", ("7",), "1")


def test_two_agreed_visits_to_one_home_at_one_time_are_named_with_their_moments(
    now: dt.datetime, school: School
) -> None:
    visits = [{"id": name, "minutes": 45, "place": "0", "second": []} for name in ("7", "8", "9")]
    visitors = [{"id": name, "mode": "bike", "depot": "0", "shifts": []} for name in ("1", "2", "3")]
    starts = {"7": "18:00", "8": "18:30", "9": "19:15"}
    problem: dict[str, Any] = {"visits": visits, "visitors": visitors, "places": ["0"], "apart": [["7", "8", "9"]]}
    problem["fixed"] = {
        name: {"visitor": who["id"], "date": "2026-10-06", "start": start}
        for who, (name, start) in zip(visitors, starts.items(), strict=True)
    }
    assert Contradiction.of(problem, "fixed.8.start") == Contradiction("apart", ("7", "8"))
    staffed = make_staffed_campaign(now, school=school, families=2)
    first, second = staffed.campaign.visits.select_related("household").order_by("pk")
    first.starts_at, second.starts_at = moment_at(EVENINGS[0], 18 * 60), moment_at(EVENINGS[0], 18 * 60 + 30)
    second.household = first.household
    text = failure_text(JobFailure(PlanFailure.CONTRADICTION, "apart", [first, second]))
    assert (
        f"{first.household.name} op di 6 oktober 18.00 en op di 6 oktober 18.30" in text and "lopen in elkaar" in text
    )
