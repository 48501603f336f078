"""Who joins a campaign, by which rule, with which mentor, and what happens to those who leave."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from mentors.models import Event, Mentor, School, SchoolYear
from students.models import SchoolClass, Student, TwoHomes
from tests import factories
from visits.actions.cohorts import join_cohort, join_running_cohorts
from visits.models import Campaign, CampaignState, Frequency, PlaceKind, Visit, VisitState
from visits.queries.cohort import cohort


@pytest.fixture
def mentor(school: School) -> Mentor:
    return factories.make_mentor(school)


@pytest.fixture
def first_years(school: School, mentor: Mentor) -> SchoolClass:
    return factories.make_class(school, mentor)


@pytest.fixture
def campaign(school: School) -> Campaign:
    return factories.make_campaign(school, state=CampaignState.PREPARING)


def join(campaign: Campaign, now: dt.datetime) -> int:
    return join_cohort(campaign=campaign, by=None, now=now)


def earlier_campaign(school: School, year: int = 2025) -> Campaign:
    """A campaign of the school year that began in `year`."""
    school_year = SchoolYear.objects.create(
        school=school, starts_on=dt.date(year, 9, 1), ends_on=dt.date(year + 1, 7, 10)
    )
    return factories.make_campaign(
        school,
        school_year=school_year,
        starts_on=dt.date(year, 9, 15),
        ends_on=dt.date(year, 10, 10),
        state=CampaignState.CLOSED,
    )


def met_in(campaign: Campaign, student: Student, mentor: Mentor | None = None) -> Visit:
    return factories.make_visit(campaign, student, mentor, state=VisitState.MET)


def test_every_pupil_of_the_year_groups_gets_a_visit_with_the_classs_mentor(
    campaign: Campaign, first_years: SchoolClass, mentor: Mentor, now: dt.datetime
) -> None:
    pupils = [factories.make_student(first_years) for _number in range(3)]
    factories.make_student(factories.make_class(campaign.school, mentor, year_group=2))
    factories.make_student(first_years, left_on=dt.date(2026, 9, 1))
    assert join(campaign, now) == 3
    visits = campaign.visits.all()
    assert {visit.students.get() for visit in visits} == set(pupils)
    assert {visit.mentor for visit in visits} == {mentor}
    assert {visit.state for visit in visits} == {VisitState.OPEN}
    assert {visit.place_kind for visit in visits} == {PlaceKind.HOME}


def test_another_schools_pupils_do_not_join(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    other = factories.make_school()
    factories.make_student(factories.make_class(other, factories.make_mentor(other)))
    factories.make_student(first_years)
    assert join(campaign, now) == 1


def test_joining_twice_makes_nothing_twice(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    for _number in range(5):
        factories.make_student(first_years)
    assert join(campaign, now) == 5
    assert join(campaign, now) == 0
    assert campaign.visits.count() == 5


def test_twins_in_one_class_are_one_visit(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    home = factories.make_household(campaign.school)
    twins = {factories.make_student(first_years, home), factories.make_student(first_years, home)}
    assert join(campaign, now) == 1
    assert set(campaign.visits.get().students.all()) == twins


def test_siblings_in_two_classes_are_two_visits(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    home = factories.make_household(campaign.school)
    factories.make_student(first_years, home)
    factories.make_student(factories.make_class(campaign.school, factories.make_mentor(campaign.school)), home)
    assert join(campaign, now) == 2


def test_a_twin_who_comes_later_is_put_with_the_visit_that_is_there(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime
) -> None:
    home = factories.make_household(campaign.school)
    factories.make_student(first_years, home)
    join(campaign, now)
    factories.make_student(first_years, home)
    assert join(campaign, now) == 0
    assert campaign.visits.get().students.count() == 2


@pytest.mark.parametrize(
    ("decision", "places"),
    [
        (TwoHomes.TWO_VISITS, [PlaceKind.HOME, PlaceKind.HOME]),
        (TwoHomes.ONE_VISIT, [PlaceKind.HOME]),
        (TwoHomes.AT_SCHOOL, [PlaceKind.SCHOOL, PlaceKind.SCHOOL]),
    ],
)
def test_two_homes_are_visited_as_the_school_decided(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime, decision: TwoHomes, places: list[PlaceKind]
) -> None:
    homes = [factories.make_household(campaign.school), factories.make_household(campaign.school)]
    factories.make_student(first_years, *homes, two_homes=decision)
    join(campaign, now)
    visits = list(campaign.visits.order_by("pk"))
    assert [visit.place_kind for visit in visits] == places
    assert [visit.household for visit in visits] == homes[: len(places)]


def test_a_secret_address_is_met_at_school(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    home = factories.make_household(campaign.school, is_secret_address=True)
    factories.make_student(first_years, home)
    join(campaign, now)
    assert campaign.visits.get().place_kind == PlaceKind.SCHOOL


def test_two_mentors_share_a_class_evenly_and_stay_with_it(
    campaign: Campaign, mentor: Mentor, now: dt.datetime
) -> None:
    second = factories.make_mentor(campaign.school)
    shared = factories.make_class(campaign.school, mentor, second)
    for _number in range(9):
        factories.make_student(shared)
    join(campaign, now)
    before = dict(campaign.visits.values_list("pk", "mentor_id"))
    assert sorted([list(before.values()).count(mentor.pk), list(before.values()).count(second.pk)]) == [4, 5]
    factories.make_student(shared)
    join(campaign, now)
    after = dict(campaign.visits.values_list("pk", "mentor_id"))
    assert {pk: after[pk] for pk in before} == before
    assert list(after.values()).count(mentor.pk) == list(after.values()).count(second.pk) == 5


def test_both_homes_of_a_pupil_have_the_same_mentor(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    shared = factories.make_class(campaign.school, mentor, factories.make_mentor(campaign.school))
    homes = [factories.make_household(campaign.school), factories.make_household(campaign.school)]
    factories.make_student(shared, *homes)
    join(campaign, now)
    assert len({visit.mentor_id for visit in campaign.visits.all()}) == 1


def test_a_class_that_gets_its_mentor_later_is_not_forgotten(
    campaign: Campaign, mentor: Mentor, now: dt.datetime
) -> None:
    orphaned = factories.make_class(campaign.school)
    factories.make_student(orphaned)
    assert join(campaign, now) == 1
    assert campaign.visits.get().mentor is None
    orphaned.mentors.add(mentor)
    assert join(campaign, now) == 0
    assert campaign.visits.get().mentor == mentor


def test_a_pupil_of_november_joins_the_running_campaign_by_itself(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime
) -> None:
    campaign.state = CampaignState.PUBLISHED
    campaign.save()
    factories.make_student(first_years)
    november = dt.datetime(2026, 11, 12, 9, 0, tzinfo=dt.UTC)
    join(campaign, now)
    factories.make_student(first_years, entered_on=dt.date(2026, 11, 11))
    assert join_running_cohorts(by=None, now=november) == 1
    assert join_running_cohorts(by=None, now=november) == 0
    assert [visit.is_late_entrant for visit in campaign.visits.order_by("pk")] == [False, True]


def test_nobody_joins_a_closed_campaign_or_last_years(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime
) -> None:
    factories.make_student(first_years)
    campaign.state = CampaignState.CLOSED
    campaign.save()
    assert join_running_cohorts(by=None, now=now) == 0
    campaign.state = CampaignState.PUBLISHED
    campaign.save()
    assert join_running_cohorts(by=None, now=dt.datetime(2027, 9, 1, tzinfo=dt.UTC)) == 0


def test_once_leaves_out_whom_an_earlier_campaign_met(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime
) -> None:
    met, missed, new = (factories.make_student(first_years) for _number in range(3))
    before = earlier_campaign(campaign.school)
    met_in(before, met)
    factories.make_visit(before, missed, state=VisitState.DECLINED)
    assert set(cohort(campaign)) == {missed, new}


def test_once_does_not_look_at_another_school(campaign: Campaign, first_years: SchoolClass) -> None:
    student = factories.make_student(first_years)
    other = earlier_campaign(factories.make_school())
    met_in(other, student)
    assert list(cohort(campaign)) == [student]


def test_once_keeps_whom_this_campaign_met(campaign: Campaign, first_years: SchoolClass) -> None:
    student = factories.make_student(first_years)
    met_in(campaign, student)
    assert list(cohort(campaign)) == [student]


def test_every_year_visits_them_again(campaign: Campaign, first_years: SchoolClass) -> None:
    campaign.frequency = Frequency.EVERY_YEAR
    student = factories.make_student(first_years)
    met_in(earlier_campaign(campaign.school), student)
    assert list(cohort(campaign)) == [student]


def test_every_other_year_leaves_out_who_was_met_last_year_only(campaign: Campaign, first_years: SchoolClass) -> None:
    campaign.frequency = Frequency.EVERY_OTHER_YEAR
    last_year, two_years_ago = factories.make_student(first_years), factories.make_student(first_years)
    met_in(earlier_campaign(campaign.school, 2025), last_year)
    met_in(earlier_campaign(campaign.school, 2024), two_years_ago)
    assert list(cohort(campaign)) == [two_years_ago]


def test_the_first_year_of_a_mentor_leaves_out_who_keeps_the_mentor(
    campaign: Campaign, first_years: SchoolClass, mentor: Mentor
) -> None:
    campaign.frequency = Frequency.FIRST_YEAR_OF_MENTOR
    same, other = factories.make_student(first_years), factories.make_student(first_years)
    before = earlier_campaign(campaign.school)
    factories.make_visit(before, same, mentor, state=VisitState.DECLINED)
    met_in(before, other, factories.make_mentor(campaign.school))
    assert list(cohort(campaign)) == [other]


def test_the_visit_of_who_left_lapses_and_comes_back_with_the_pupil(
    campaign: Campaign, first_years: SchoolClass, mentor: Mentor, now: dt.datetime
) -> None:
    student = factories.make_student(first_years)
    visit = factories.make_visit(campaign, student, starts_at=now + dt.timedelta(days=7))
    Student.objects.filter(pk=student.pk).update(left_on=now.date())
    join(campaign, now)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.CANCELLED, None)
    Student.objects.filter(pk=student.pk).update(left_on=None)
    assert join(campaign, now) == 0
    visit.refresh_from_db()
    assert visit.state == VisitState.OPEN


def test_a_visit_stays_for_the_twin_who_stayed(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    home = factories.make_household(campaign.school)
    stays = factories.make_student(first_years, home)
    factories.make_student(first_years, home)
    join(campaign, now)
    Student.objects.exclude(pk=stays.pk).update(left_on=now.date())
    join(campaign, now)
    visit = campaign.visits.get()
    assert (visit.state, list(visit.students.all())) == (VisitState.OPEN, [stays])


def test_a_visit_that_took_place_or_was_declined_is_left_alone(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime
) -> None:
    student, other = factories.make_student(first_years), factories.make_student(first_years)
    met_in(campaign, student)
    factories.make_visit(campaign, other, state=VisitState.DECLINED)
    Student.objects.update(left_on=now.date())
    join(campaign, now)
    assert set(campaign.visits.values_list("state", flat=True)) == {VisitState.MET, VisitState.DECLINED}


def test_a_move_to_another_home_makes_a_new_visit_there(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime
) -> None:
    student = factories.make_student(first_years)
    join(campaign, now)
    old, new = student.residences.get().household, factories.make_household(campaign.school)
    student.residences.update(household=new)
    assert join(campaign, now) == 1
    assert dict(campaign.visits.values_list("household_id", "state")) == {old.pk: "cancelled", new.pk: "open"}


def test_joining_leaves_a_trace(campaign: Campaign, first_years: SchoolClass, now: dt.datetime) -> None:
    factories.make_student(first_years)
    join(campaign, now)
    event = Event.objects.get(verb="campaign.joined")
    assert (event.facts["made"], event.subject) == (1, f"visits.Campaign:{campaign.pk}")
    join(campaign, now)
    assert Event.objects.filter(verb="campaign.joined").count() == 1


def test_the_number_of_queries_does_not_grow_with_the_cohort(
    campaign: Campaign, first_years: SchoolClass, now: dt.datetime, django_assert_max_num_queries: object
) -> None:
    counts = []
    for size in (1, 1, 30):
        for _number in range(size):
            factories.make_student(first_years)
        with django_assert_max_num_queries(40) as queries:  # type: ignore[operator]
            join(campaign, now)
        counts.append(len(queries))
    assert counts[2] == counts[1]


def test_two_workers_at_once_make_each_visit_once(several_connections: None, now: dt.datetime) -> None:
    school = factories.make_school()
    campaign = factories.make_campaign(school)
    first_years = factories.make_class(school, factories.make_mentor(school))
    for _number in range(20):
        factories.make_student(first_years)
    factories.make_student(factories.make_class(school))  # without a mentor no constraint would stop a second one
    start, made = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        try:
            made.append(join_cohort(campaign=campaign, by=None, now=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 21]
    assert campaign.visits.count() == 21
