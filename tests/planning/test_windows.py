"""When a family may be visited as the planner reads it: hours, wishes, prices; none twice, none within another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentors.dates import moment_at
from planning.problem.build import build_planning
from planning.problem.weights import OTHER_HOUR, WEIGHTS
from planning.problem.windows import FamilyWindow, without_needless
from tests import factories
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import Availability, Commitment, DayPart, Shift, Visit, VisitState
from visits.queries.windows import Stretch

DAY = EVENINGS[0]


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    """One evening of one mentor."""
    staffed = make_staffed_campaign(now, families=2, evenings=[DAY])
    staffed.campaign.day_part = DayPart.EVENING
    staffed.campaign.save()
    return staffed


def windows_of(staffed: StaffedCampaign, visit: Visit) -> list[tuple[Any, ...]]:
    visits = build_planning(staffed.campaign, staffed.now).problem["visits"]
    found = next(each for each in visits if each["id"] == str(visit.pk))
    return [(each["from"], each["until"], each["wish"], each["cost"]) for each in found["windows"]]


def first_of(staffed: StaffedCampaign) -> Visit:
    return staffed.campaign.visits.order_by("pk")[0]


def says(visit: Visit, begins: int, ends: int, *, is_wish: bool, weekday: int = DAY.weekday()) -> None:
    hours = {"from_time": dt.time(begins), "until_time": dt.time(ends)}
    Availability.objects.create(
        household=visit.household, campaign=visit.campaign, weekday=weekday, is_wish=is_wish, **hours
    )


def test_hours_that_the_school_would_rather_not_have_cost_something(staffed: StaffedCampaign) -> None:
    assert windows_of(staffed, first_of(staffed)) == [("16:00", "21:00", False, 60), ("18:30", "21:00", False, 0)]
    assert OTHER_HOUR == 60 < WEIGHTS["outside_wish"] / 2


def test_a_wish_of_the_family_has_no_price_at_any_hour(staffed: StaffedCampaign) -> None:
    visit = first_of(staffed)
    says(visit, 16, 18, is_wish=True)
    assert ("16:00", "18:00", True, 0) in windows_of(staffed, visit)


def test_without_a_preference_and_in_an_afternoon_nothing_has_a_price(staffed: StaffedCampaign) -> None:
    Shift.objects.update(leave_from=dt.time(14), visits_until=dt.time(18), back_by=dt.time(18, 30))
    assert windows_of(staffed, first_of(staffed)) == [("14:00", "18:00", False, 0)]
    Shift.objects.update(leave_from=dt.time(16), visits_until=dt.time(21), back_by=dt.time(21, 30))
    staffed.campaign.day_part = DayPart.ANY
    staffed.campaign.save()
    assert windows_of(staffed, first_of(staffed)) == [("16:00", "21:00", False, 0)]


def test_a_wish_for_the_whole_evening_is_one_window(staffed: StaffedCampaign) -> None:
    visit = first_of(staffed)
    says(visit, 15, 22, is_wish=True)
    says(visit, 15, 23, is_wish=True)
    assert windows_of(staffed, visit) == [("16:00", "21:00", True, 0)]


def test_two_volunteers_with_the_same_hours_make_one_window(staffed: StaffedCampaign) -> None:
    for _volunteer in range(2):
        helper = factories.make_mentor(staffed.school)
        factories.make_shift(staffed.campaign, helper, DAY)
        Commitment.objects.create(campaign=staffed.campaign, mentor=helper, takes_over=True)
    Commitment.objects.create(campaign=staffed.campaign, mentor=staffed.mentors[0], hands_over=True)
    assert len(windows_of(staffed, first_of(staffed))) == 2  # the evening, and its preferred part


def test_a_visit_to_the_home_that_this_plan_leaves_is_no_window(staffed: StaffedCampaign, now: dt.datetime) -> None:
    visit = first_of(staffed)
    other = factories.make_campaign(staffed.school, year_groups=[2])
    pupil = factories.make_student(factories.make_class(staffed.school, year_group=2), visit.household)
    colleague = factories.make_mentor(staffed.school)
    factories.make_visit(other, pupil, colleague, starts_at=moment_at(DAY, 19 * 60), state=VisitState.CONFIRMED)
    staffed.campaign.day_part = DayPart.ANY
    staffed.campaign.save()
    assert windows_of(staffed, visit) == [("16:00", "19:00", False, 0), ("19:45", "21:00", False, 0)]


def any_windows() -> st.SearchStrategy[list[FamilyWindow]]:
    """A few windows of two days, within twelve minutes of each."""
    numbers = st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(1, 6), st.booleans(), st.integers(0, 1))
    return st.lists(numbers, max_size=8).map(lambda rows: [_window(*row) for row in rows])


def _window(day: int, start: int, length: int, is_wish: bool, price: int) -> FamilyWindow:
    return FamilyWindow(EVENINGS[day], Stretch(start, start + length), is_wish, 60 * price)


@given(any_windows())
def test_leaving_needless_windows_out_changes_nothing_for_any_visit(windows: list[FamilyWindow]) -> None:
    left = without_needless(windows)
    assert len({(each.on, each.hours, each.is_wish, each.cost) for each in left}) == len(left)
    assert not [(a, b) for a in left for b in left if a is not b and a.makes_needless(b)]
    for on, start, end in _visits():
        assert _least(windows, on, start, end) == _least(left, on, start, end)


def _visits() -> Iterator[tuple[dt.date, int, int]]:
    for on in EVENINGS[:2]:
        for start in range(12):
            for end in range(start + 1, 13):
                yield on, start, end


def _least(windows: list[FamilyWindow], on: dt.date, start: int, end: int) -> tuple[bool, int | None]:
    """Whether a wish holds this visit, and the least price of those that do."""
    there = [w for w in windows if w.on == on and w.hours.starts <= start and end <= w.hours.ends]
    return any(w.is_wish for w in there), min((w.cost for w in there), default=None)
