"""What the planner is asked: rows become a problem without a name, an address or a coordinate in it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from benchmarks.cases.schools import make_school
from mentors.dates import local_minutes, moment_at
from mentors.models import Closure, Mentor, TravelMode
from planner import problem_from_json
from planning.problem.build import build_planning
from planning.problem.rows import read_rows
from planning.problem.scope import PlanningScope, first_day
from tests import factories
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Availability, Campaign, PlaceKind, Shift, Visit, VisitState
from visits.queries.windows import Stretch, without

READS = 15  # one query for each table that a planning reads


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now)


def problem_of(staffed: StaffedCampaign) -> dict[str, Any]:
    problem = build_planning(staffed.campaign, staffed.now).problem
    problem_from_json(json.loads(json.dumps(problem)))  # the planner takes it
    return problem


def agree(visit: Visit, on: dt.date, minutes: int, state: VisitState = VisitState.CONFIRMED) -> None:
    visit.state, visit.starts_at = state, moment_at(on, minutes)
    visit.ends_at = visit.starts_at + dt.timedelta(minutes=45)
    visit.save()


def test_the_schools_that_are_measured_have_the_rules_and_prices_of_the_product(staffed: StaffedCampaign) -> None:
    problem, measured = problem_of(staffed), make_school(1, 2, 3, max_stops=staffed.campaign.max_stops)
    rules = {"slack_minutes": staffed.campaign.slack_minutes} | measured["rules"]
    assert (rules, measured["cost"]) == (problem["rules"], problem["cost"])


def windows_of(problem: dict[str, Any], visit: Visit) -> list[tuple[str, str, str, bool]]:
    found = next(item for item in problem["visits"] if item["id"] == str(visit.pk))
    return [(window["date"], window["from"], window["until"], window["wish"]) for window in found["windows"]]


def test_each_family_gets_the_evenings_of_its_mentor(staffed: StaffedCampaign) -> None:
    problem = problem_of(staffed)
    assert {visit["visitors"][0] for visit in problem["visits"]} == {str(staffed.mentors[0].pk)}
    assert windows_of(problem, staffed.campaign.visits.all()[0]) == [
        (day.isoformat(), "16:00", "21:00", False) for day in EVENINGS
    ]
    assert [day["week"] for day in problem["days"]] == [4, 4, 5]


def test_the_problem_holds_no_personal_data(staffed: StaffedCampaign) -> None:
    text = json.dumps(build_planning(staffed.campaign, staffed.now).problem)
    for visit in staffed.campaign.visits.select_related("household").prefetch_related("students"):
        for secret in (visit.household.name, visit.household.street, visit.household.postcode, "52.5"):
            assert secret not in text
        assert not any(student.first_name in text or student.last_name in text for student in visit.students.all())
    assert not any(mentor.name in text for mentor in staffed.mentors)


def test_what_a_family_excludes_is_no_window_and_what_it_wishes_is_one(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    tuesday = {"household": visit.household, "campaign": staffed.campaign, "weekday": 1}
    Availability.objects.create(**tuesday, from_time=dt.time(17, 0), until_time=dt.time(18, 30), is_wish=False)
    Availability.objects.create(**tuesday, from_time=dt.time(18, 0), until_time=dt.time(20, 0), is_wish=True)
    first = [window for window in windows_of(problem_of(staffed), visit) if window[0] == EVENINGS[0].isoformat()]
    assert first == [
        ("2026-10-06", "16:00", "17:00", False),
        ("2026-10-06", "18:30", "21:00", False),
        ("2026-10-06", "18:30", "20:00", True),
    ]


def test_closures_past_days_and_days_too_near_are_no_evenings(staffed: StaffedCampaign) -> None:
    mentor = staffed.mentors[0]
    Closure.objects.create(
        school_year=staffed.campaign.school_year, name="Studiedag", starts_on=EVENINGS[0], ends_on=EVENINGS[0]
    )
    for day in (dt.date(2026, 9, 21), dt.date(2026, 9, 24), dt.date(2026, 9, 25)):
        factories.make_shift(staffed.campaign, mentor, day)
    days = [day["date"] for day in problem_of(staffed)["days"]]
    assert days == ["2026-09-25", "2026-10-08", "2026-10-13"]


def test_a_family_that_is_not_on_the_map_is_left_out_with_the_reason(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    visit.household.latitude = visit.household.longitude = None
    visit.household.save()
    problem = problem_of(staffed)
    assert problem["application"]["left_out"] == [{"visit": str(visit.pk), "code": "not_located"}]
    assert str(visit.pk) not in {item["id"] for item in problem["visits"]}


def test_a_family_that_is_not_on_the_map_can_be_met_at_school(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    visit.household.latitude = visit.household.longitude = None
    visit.household.save()
    Visit.objects.filter(pk=visit.pk).update(place_kind=PlaceKind.SCHOOL)
    problem = problem_of(staffed)
    assert problem["application"]["left_out"] == []
    assert next(item["place"] for item in problem["visits"] if item["id"] == str(visit.pk)) == "0"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda staffed: staffed.campaign.visits.update(mentor=None), "no_mentor"),
        (lambda staffed: Mentor.objects.update(is_active=False), "mentor_left"),
        (lambda staffed: Shift.objects.all().delete(), "no_evenings"),
    ],
)
def test_who_cannot_be_planned_is_named_with_a_code(staffed: StaffedCampaign, change: Any, code: str) -> None:
    change(staffed)
    left_out = build_planning(staffed.campaign, staffed.now).problem["application"]["left_out"]
    assert [item["code"] for item in left_out] == [code] * 4


def test_a_call_is_made_from_where_the_evening_begins(staffed: StaffedCampaign) -> None:
    mentor = staffed.mentors[0]
    Mentor.objects.filter(pk=mentor.pk).update(starts_from_home=True, home_latitude=52.54, home_longitude=5.92)
    visit = staffed.campaign.visits.all()[0]
    Visit.objects.filter(pk=visit.pk).update(place_kind=PlaceKind.PHONE)
    problem = problem_of(staffed)
    depot = problem["visitors"][0]["depot"]
    assert depot != "0"
    assert next(item["place"] for item in problem["visits"] if item["id"] == str(visit.pk)) == depot


def test_each_way_of_travelling_has_its_matrix(now: dt.datetime, db: None) -> None:
    staffed = make_staffed_campaign(now, mentors=2)
    Mentor.objects.filter(pk=staffed.mentors[0].pk).update(mode=TravelMode.CAR)
    problem = problem_of(staffed)
    assert set(problem["travel_minutes"]) == {"bike", "car"}
    assert {visitor["id"]: visitor["mode"] for visitor in problem["visitors"]} == {
        str(staffed.mentors[0].pk): "car",
        str(staffed.mentors[1].pk): "bike",
    }


def test_the_campaigns_way_of_travelling_holds_for_who_chose_none(staffed: StaffedCampaign) -> None:
    staffed.campaign.mode = TravelMode.FOOT
    staffed.campaign.save()
    assert problem_of(staffed)["visitors"][0]["mode"] == "foot"


def test_an_agreed_visit_is_fixed_and_a_proposed_one_may_move(staffed: StaffedCampaign) -> None:
    agreed, proposed = staffed.campaign.visits.order_by("pk")[:2]
    agree(agreed, EVENINGS[0], 18 * 60)
    agree(proposed, EVENINGS[1], 19 * 60, VisitState.PLANNED)
    problem = problem_of(staffed)
    mentor = str(staffed.mentors[0].pk)
    assert problem["fixed"] == {str(agreed.pk): {"visitor": mentor, "date": "2026-10-06", "start": "18:00"}}
    assert problem["current"] == {str(proposed.pk): {"visitor": mentor, "date": "2026-10-08", "start": "19:00"}}


def test_an_agreed_visit_outside_the_mentors_hours_still_stands(staffed: StaffedCampaign) -> None:
    visit = staffed.campaign.visits.all()[0]
    agree(visit, dt.date(2026, 10, 7), 14 * 60)  # a Wednesday afternoon that the mentor did not give
    problem = problem_of(staffed)
    assert problem["fixed"][str(visit.pk)]["start"] == "14:00"
    other = staffed.campaign.visits.exclude(pk=visit.pk)[0]
    assert "2026-10-07" not in {window[0] for window in windows_of(problem, other)}


def test_an_evening_that_cannot_be_a_route_is_left_as_it_is(staffed: StaffedCampaign) -> None:
    first, second, proposed, _free = staffed.campaign.visits.order_by("pk")
    agree(first, EVENINGS[0], 18 * 60)
    agree(second, EVENINGS[0], 18 * 60 + 47)  # off the grid, and without time to travel
    agree(proposed, EVENINGS[0], 20 * 60, VisitState.PLANNED)
    problem = problem_of(staffed)
    assert {item["id"] for item in problem["visits"]} == {str(_free.pk)}
    assert "2026-10-06" not in {day["date"] for day in problem["days"]}


def test_an_evening_in_another_campaign_is_taken(staffed: StaffedCampaign) -> None:
    other = factories.make_campaign(staffed.school, year_groups=[4])
    pupil = factories.make_student(factories.make_class(staffed.school, staffed.mentors[0], year_group=4))
    factories.make_visit(other, pupil, starts_at=moment_at(EVENINGS[1], 18 * 60))
    assert EVENINGS[1].isoformat() not in {day["date"] for day in problem_of(staffed)["days"]}


def test_after_the_end_of_summer_time_the_clock_is_still_the_mentors(now: dt.datetime, db: None) -> None:
    saturday, monday = dt.date(2026, 10, 24), dt.date(2026, 10, 26)
    assert moment_at(saturday, 18 * 60).hour == 16
    assert moment_at(monday, 18 * 60).hour == 17
    assert [local_minutes(moment_at(day, 18 * 60)) for day in (saturday, monday)] == [18 * 60, 18 * 60]
    staffed = make_staffed_campaign(now, evenings=[monday])
    staffed.campaign.ends_on = dt.date(2026, 11, 13)
    staffed.campaign.save()
    visit = staffed.campaign.visits.all()[0]
    agree(visit, monday, 18 * 60)
    assert problem_of(staffed)["fixed"][str(visit.pk)] == {
        "visitor": str(staffed.mentors[0].pk),
        "date": "2026-10-26",
        "start": "18:00",
    }


def test_the_number_of_queries_does_not_grow_with_the_school(
    now: dt.datetime, db: None, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for families in (1, 30):
        staffed = make_staffed_campaign(now, mentors=2, families=families)
        with django_assert_max_num_queries(30) as queries:
            build_planning(staffed.campaign, now)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_reading_the_rows_of_a_planning_takes_as_many_queries_for_3_families_as_for_30(
    now: dt.datetime, db: None, django_assert_num_queries: Any
) -> None:
    for families in (3, 30):
        staffed = make_staffed_campaign(now, mentors=2, families=families)
        campaign = Campaign.objects.select_related("school_year").get(pk=staffed.campaign.pk)
        with django_assert_num_queries(READS):
            rows = read_rows(campaign, first_day(now))
        with django_assert_num_queries(0):
            scope = PlanningScope.of(rows, now)
        assert len(scope.conversations) == 2 * families


def test_what_is_left_of_an_evening() -> None:
    evening = Stretch(960, 1260)
    assert without(evening, []) == [evening]
    assert without(evening, [Stretch(0, 1440)]) == []
    assert without(evening, [Stretch(900, 1000), Stretch(990, 1010), Stretch(1200, 1300)]) == [Stretch(1010, 1200)]
    assert without(evening, [Stretch(100, 200)]) == [evening]
