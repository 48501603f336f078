"""Which moments fit: the gaps in a mentor's evenings, with real travel between the neighbours."""

import datetime as dt

import pytest

from mentors.dates import AMSTERDAM
from mentors.models import School
from tests.factories import make_campaign, make_class, make_household, make_mentor, make_shift, make_student, make_visit
from visits.models import Availability, Campaign, PlaceKind, Visit
from visits.queries.moments import CHOICES_PER_DAY, FreeMoment, fits_now, fitting_moments, moments_to_offer, place_fits

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 29)
# A kilometre north of the school is about five minutes by bike in a straight line.
NEAR, FAR = {"latitude": 52.555, "longitude": 5.91}, {"latitude": 52.645, "longitude": 5.91}


def at(hour: int, minute: int = 0, on: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(hour, minute), tzinfo=AMSTERDAM).astimezone(dt.UTC)


@pytest.fixture
def visit(school: School) -> Visit:
    """An open visit beside the school, whose mentor gives one evening from 16.00 to 21.00."""
    mentor = make_mentor(school)
    home = make_household(school, **NEAR)
    visit = make_visit(make_campaign(school), make_student(make_class(school, mentor), home))
    make_shift(visit.campaign, mentor, DAY)
    return visit


def neighbour(visit: Visit, starts_at: dt.datetime, **fields: object) -> Visit:
    """Another visit of the same mentor, beside the school unless told otherwise."""
    home = make_household(visit.campaign.school, **(NEAR | fields))
    student = make_student(visit.mentor.classes.get(), home)
    return make_visit(visit.campaign, student, visit.mentor, starts_at=starts_at)


def starts(visit: Visit, now: dt.datetime, **kwargs: str) -> list[dt.datetime]:
    return [moment.starts_at for moment in fitting_moments(visit, now, **kwargs)]


def test_an_empty_evening_offers_every_quarter_that_leaves_room(visit: Visit, now: dt.datetime) -> None:
    found = starts(visit, now)
    assert found[0] == at(16) and found[-1] == at(20, 15)
    assert len(found) == 18


def test_the_way_from_school_and_back_counts(visit: Visit, now: dt.datetime) -> None:
    type(visit.household).objects.filter(pk=visit.household_id).update(**FAR)  # ten kilometres: 49 minutes
    visit.refresh_from_db()
    assert starts(visit, now)[0] == at(17) and starts(visit, now)[-1] == at(19, 45)


def test_neighbours_leave_room_for_the_visit_and_the_ride(visit: Visit, now: dt.datetime) -> None:
    neighbour(visit, at(17), latitude=52.573)  # two kilometres: ten minutes
    assert starts(visit, now)[0] == at(16)
    assert at(16, 15) not in starts(visit, now)
    assert at(18) in starts(visit, now) and at(17, 45) not in starts(visit, now)


def test_a_full_evening_offers_nothing(visit: Visit, now: dt.datetime) -> None:
    Campaign.objects.update(max_stops=2)
    visit.refresh_from_db()
    neighbour(visit, at(16))
    neighbour(visit, at(20))
    assert starts(visit, now) == []


def test_visits_of_another_campaign_take_their_time_too(visit: Visit, now: dt.datetime) -> None:
    other = make_campaign(visit.campaign.school)
    student = make_student(visit.mentor.classes.get(), make_household(visit.campaign.school, **NEAR))
    make_visit(other, student, visit.mentor, starts_at=at(18))
    assert at(18) not in starts(visit, now)


def test_today_the_past_closures_and_sundays_offer_nothing(visit: Visit, now: dt.datetime) -> None:
    for on in (now.date(), dt.date(2026, 9, 15), dt.date(2026, 10, 20), dt.date(2026, 10, 4)):
        make_shift(visit.campaign, visit.mentor, on)
    assert {moment.date() for moment in starts(visit, now)} == {DAY}


def test_the_day_after_today_is_the_first(visit: Visit) -> None:
    assert starts(visit, at(23, 30, DAY - dt.timedelta(days=1)))
    assert starts(visit, at(0, 30)) == []


def test_hours_at_which_the_family_cannot_are_left_out_and_wishes_come_first(visit: Visit, now: dt.datetime) -> None:
    def hours(from_hour: int, until_hour: int, is_wish: bool) -> None:
        Availability.objects.create(
            household=visit.household,
            campaign=visit.campaign,
            weekday=DAY.weekday(),
            from_time=dt.time(from_hour),
            until_time=dt.time(until_hour),
            is_wish=is_wish,
        )

    hours(16, 18, False)
    hours(19, 21, True)
    found = fitting_moments(visit, now)
    assert found[0].starts_at == at(18)
    assert {moment.starts_at for moment in found if moment.is_wish} == {
        at(19),
        at(19, 15),
        at(19, 30),
        at(19, 45),
        at(20),
        at(20, 15),
    }
    offered = moments_to_offer(found)[DAY]
    assert len(offered) == CHOICES_PER_DAY and all(moment.is_wish for moment in offered)


def test_a_home_that_is_not_on_the_map_fits_nowhere_but_a_call_does(visit: Visit, now: dt.datetime) -> None:
    type(visit.household).objects.update(latitude=None, longitude=None)
    visit.refresh_from_db()
    assert starts(visit, now) == []
    assert starts(visit, now, place_kind=PlaceKind.PHONE)
    assert starts(visit, now, place_kind=PlaceKind.SCHOOL)


def test_a_call_needs_no_travel_of_its_own_but_the_mentor_still_rides_on(visit: Visit, now: dt.datetime) -> None:
    type(visit.household).objects.filter(pk=visit.household_id).update(**FAR)
    visit.refresh_from_db()
    neighbour(visit, at(18), latitude=52.573)
    found = starts(visit, now, place_kind=PlaceKind.PHONE)
    assert at(17) in found and at(17, 15) not in found  # ten minutes to the next family
    assert at(18, 45) not in found and at(19) in found  # five minutes of slack, as between any two visits


@pytest.mark.parametrize(("slack", "before", "after"), [(0, at(17, 15), at(18, 45)), (15, at(17), at(19))])
def test_slack_stands_between_two_visits_and_not_before_the_first_nor_after_the_last(
    visit: Visit, now: dt.datetime, slack: int, before: dt.datetime, after: dt.datetime
) -> None:
    Campaign.objects.update(slack_minutes=slack)
    visit.refresh_from_db()
    neighbour(visit, at(18))
    found = starts(visit, now)
    assert max(moment for moment in found if moment < at(18)) == before
    assert min(moment for moment in found if moment > at(18)) == after
    assert (found[0], found[-1]) == (at(16), at(20, 15))


def test_other_visits_to_the_home_are_no_moments_whoever_comes_and_whatever_they_are_for(
    visit: Visit, now: dt.datetime
) -> None:
    school = visit.campaign.school
    colleague = make_mentor(school)
    brother = make_student(make_class(school, colleague), visit.household)
    make_visit(visit.campaign, brother, colleague, starts_at=at(18))
    other = make_campaign(school, year_groups=[2])
    sister = make_student(make_class(school, year_group=2), visit.household)
    make_visit(other, sister, make_mentor(school), starts_at=at(20))
    found = starts(visit, now)
    assert at(17, 15) in found and at(18, 45) in found and at(19, 15) in found
    assert not [moment for moment in found if at(17, 15) < moment < at(18, 45) or moment > at(19, 15)]


def test_a_visit_without_a_mentor_or_a_shift_has_no_moments(visit: Visit, now: dt.datetime) -> None:
    visit.campaign.shifts.all().delete()
    assert starts(visit, now) == []
    visit.mentor = None
    assert starts(visit, now) == []


def test_the_moment_that_stands_is_not_offered_again_but_its_neighbours_are(visit: Visit, now: dt.datetime) -> None:
    planned = neighbour(visit, at(18))
    found = starts(planned, now)
    assert at(18) not in found and at(17, 45) in found
    assert not fits_now(planned, now, at(18)) and fits_now(planned, now, at(18, 15))


def test_a_place_fits_between_the_neighbours_or_not(visit: Visit) -> None:
    planned = neighbour(visit, at(18), **FAR)
    neighbour(visit, at(18, 46), latitude=52.6455)
    planned.refresh_from_db()
    assert place_fits(planned, PlaceKind.PHONE)
    assert not place_fits(planned, PlaceKind.SCHOOL)


def test_what_is_offered_is_spread_over_the_day(visit: Visit, now: dt.datetime) -> None:
    (offered,) = moments_to_offer(fitting_moments(visit, now)).values()
    assert len(offered) == CHOICES_PER_DAY
    assert (offered[0].starts_at, offered[-1].starts_at) == (at(16), at(20, 15))
    assert all(isinstance(moment, FreeMoment) for moment in offered)
