"""The evenings of a mentor: given for the whole period, switched one by one, seen by the coordinator."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from mentors.dates import moment_at
from mentors.models import Mentor, Role, School
from tests import factories
from tests.pages import LogIn
from visits.actions.shifts import (
    HoursOutOfOrder,
    NoEveningLeft,
    ShiftHasVisits,
    ShiftHours,
    ShiftOfClosedCampaign,
    ShiftOnClosedDay,
    ShiftOutsideCampaign,
    ShiftRefused,
    give_weekdays,
    set_evenings,
)
from visits.models import Campaign, CampaignState, Shift
from visits.queries.shifts import evenings_per_mentor, shift_weeks

AFTERNOON = ShiftHours(dt.time(14, 0), dt.time(17, 30), dt.time(18, 0))
TUESDAYS = [dt.date(2026, 9, 29), dt.date(2026, 10, 6), dt.date(2026, 10, 13), dt.date(2026, 10, 27)]


@pytest.fixture
def campaign(school: School) -> Campaign:
    return factories.make_campaign(school, ends_on=dt.date(2026, 10, 30))


@pytest.fixture
def mentor(school: School) -> Mentor:
    return factories.make_mentor(school)


def given(mentor: Mentor) -> list[dt.date]:
    return list(Shift.objects.filter(mentor=mentor).values_list("on", flat=True))


def give(
    campaign: Campaign, mentor: Mentor, now: dt.datetime, weekdays: list[int], hours: ShiftHours | None = None
) -> int:
    return give_weekdays(
        campaign=campaign, mentor=mentor, weekdays=weekdays, hours=hours or ShiftHours(), by=None, now=now
    )


def switch(campaign: Campaign, mentor: Mentor, now: dt.datetime, days: list[dt.date]) -> tuple[int, int]:
    return set_evenings(campaign=campaign, mentor=mentor, days=days, by=None, now=now)


def test_a_weekday_is_given_for_the_whole_period_but_for_closures(
    campaign: Campaign, mentor: Mentor, now: dt.datetime
) -> None:
    assert give(campaign, mentor, now, [1]) == 4
    assert given(mentor) == TUESDAYS  # today is a Tuesday too, and 20 October is in the holiday


def test_another_weekday_with_other_hours_comes_beside_it(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    give(campaign, mentor, now, [1])
    give(campaign, mentor, now, [4], AFTERNOON)
    hours = {shift.on.weekday(): shift.leave_from for shift in Shift.objects.all()}
    assert hours == {1: dt.time(16, 0), 4: dt.time(14, 0)}


def test_giving_a_weekday_again_changes_its_hours_only(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    give(campaign, mentor, now, [1])
    assert give(campaign, mentor, now, [1], AFTERNOON) == 0
    assert set(Shift.objects.values_list("leave_from", flat=True)) == {dt.time(14, 0)}


def test_times_out_of_order_are_refused(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    with pytest.raises(HoursOutOfOrder):
        give(campaign, mentor, now, [1], ShiftHours(dt.time(18, 0), dt.time(17, 0), dt.time(19, 0)))


def test_the_database_refuses_times_out_of_order(campaign: Campaign, mentor: Mentor) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_shift(campaign, mentor, TUESDAYS[0], leave_from=dt.time(22, 0))


def test_weekdays_without_a_day_left_are_refused(campaign: Campaign, mentor: Mentor) -> None:
    after = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    with pytest.raises(NoEveningLeft):
        give(campaign, mentor, after, [1])


def test_single_evenings_come_and_go(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    give(campaign, mentor, now, [1], AFTERNOON)
    thursday = dt.date(2026, 10, 8)
    assert switch(campaign, mentor, now, [TUESDAYS[0], TUESDAYS[1], thursday]) == (1, 2)
    assert given(mentor) == [TUESDAYS[0], TUESDAYS[1], thursday]
    assert Shift.objects.get(on=thursday).leave_from == dt.time(14, 0)  # the hours that this mentor gives most


def test_what_is_past_is_left_as_it_was(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    factories.make_shift(campaign, mentor, dt.date(2026, 9, 15))
    factories.make_shift(campaign, mentor, TUESDAYS[0])
    assert switch(campaign, mentor, now, [dt.date(2026, 9, 16)]) == (0, 1)
    assert given(mentor) == [dt.date(2026, 9, 15)]


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (dt.date(2026, 10, 20), ShiftOnClosedDay),
        (dt.date(2026, 11, 3), ShiftOutsideCampaign),
        (dt.date(2026, 10, 4), ShiftOutsideCampaign),  # a Sunday
    ],
)
def test_a_closed_or_foreign_day_is_refused(
    campaign: Campaign, mentor: Mentor, now: dt.datetime, day: dt.date, refusal: type[ShiftRefused]
) -> None:
    with pytest.raises(refusal):
        switch(campaign, mentor, now, [day])


def test_an_evening_with_appointments_is_not_taken_back(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    give(campaign, mentor, now, [1])
    pupil = factories.make_student(factories.make_class(campaign.school, mentor))
    factories.make_visit(campaign, pupil, starts_at=moment_at(TUESDAYS[1], 18 * 60))
    with pytest.raises(ShiftHasVisits):
        switch(campaign, mentor, now, [TUESDAYS[0]])
    assert given(mentor) == TUESDAYS
    assert switch(campaign, mentor, now, [TUESDAYS[1]]) == (0, 3)


def test_a_closed_campaign_takes_no_evenings(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    campaign.state = CampaignState.CLOSED
    for change in (lambda: give(campaign, mentor, now, [1]), lambda: switch(campaign, mentor, now, [])):
        with pytest.raises(ShiftOfClosedCampaign):
            change()


def test_the_calendar_shows_closures_and_what_is_past(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> None:
    weeks = shift_weeks(campaign, mentor, now)
    evenings = {evening.on: evening for week in weeks for evening in week.evenings}
    assert len(weeks) == 8
    assert evenings[dt.date(2026, 10, 20)].closure == "Herfstvakantie"
    assert evenings[dt.date(2026, 9, 22)].is_past
    assert not evenings[TUESDAYS[0]].is_locked
    assert dt.date(2026, 10, 4) not in evenings


def test_who_gave_too_few_comes_first(campaign: Campaign, mentor: Mentor) -> None:
    other = factories.make_mentor(campaign.school)
    for person, families in ((mentor, 7), (other, 4)):
        school_class = factories.make_class(campaign.school, person)
        for _number in range(families):
            factories.make_visit(campaign, factories.make_student(school_class))
    for day in TUESDAYS[:2]:
        factories.make_shift(campaign, mentor, day)
        factories.make_shift(campaign, other, day)
    lines = evenings_per_mentor(campaign)
    assert [(line.mentor, line.families, line.needed, line.given, line.short) for line in lines] == [
        (mentor, 7, 3, 2, 1),
        (other, 4, 2, 2, 0),
    ]


# --- the pages ---


def my_page(school: School) -> str:
    return reverse("visits:my_shifts", kwargs={"school": school.slug})


def test_a_mentor_gives_weekdays_and_switches_evenings_without_a_script(
    campaign: Campaign, client: Client, log_in: LogIn, today: None
) -> None:
    user = log_in(campaign.school, Role.MENTOR)
    form = {"weekdays": ["1", "3"], "leave_from": "16:00", "visits_until": "21:00", "back_by": "21:30"}
    page = client.post(my_page(campaign.school), form | {"weekdays-send": "1"}, follow=True)
    assert "9 avonden erbij" in page.content.decode()
    page = client.post(my_page(campaign.school), {"avond": ["2026-09-29", "2026-10-05", "geen dag"]}, follow=True)
    assert "Opgeslagen: 1 erbij, 8 eraf" in page.content.decode()
    assert given(Mentor.objects.get(user=user)) == [dt.date(2026, 9, 29), dt.date(2026, 10, 5)]


def test_a_mentor_gives_nobody_elses_evenings(
    campaign: Campaign, mentor: Mentor, client: Client, log_in: LogIn, today: None
) -> None:
    log_in(campaign.school, Role.MENTOR)
    url = reverse(
        "visits:campaign_mentor_shifts",
        kwargs={"school": campaign.school.slug, "campaign": campaign.pk, "mentor": mentor.pk},
    )
    assert client.get(url).status_code == client.post(url, {"avond": "2026-09-29"}).status_code == 403
    assert given(mentor) == []


def test_a_coordinator_enters_them_for_a_mentor(
    campaign: Campaign, mentor: Mentor, client: Client, log_in: LogIn, today: None
) -> None:
    log_in(campaign.school, Role.COORDINATOR)
    kwargs = {"school": campaign.school.slug, "campaign": campaign.pk, "mentor": mentor.pk}
    url = reverse("visits:campaign_mentor_shifts", kwargs=kwargs)
    assert f"Avonden van {mentor.name}" in client.get(url).content.decode()
    client.post(url, {"avond": ["2026-09-29"]})
    assert given(mentor) == [TUESDAYS[0]]
    other = factories.make_mentor(factories.make_school())
    assert client.get(reverse("visits:campaign_mentor_shifts", kwargs=kwargs | {"mentor": other.pk})).status_code == 404


def test_mistakes_stand_at_their_fields(campaign: Campaign, client: Client, log_in: LogIn, today: None) -> None:
    log_in(campaign.school, Role.MENTOR)
    form = {"leave_from": "18:00", "visits_until": "17:00", "back_by": "16:00", "weekdays-send": "1"}
    response = client.post(my_page(campaign.school), form)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"weekdays", "visits_until", "back_by"}


def test_a_refusal_is_said_and_changes_nothing(campaign: Campaign, client: Client, log_in: LogIn, today: None) -> None:
    log_in(campaign.school, Role.MENTOR)
    page = client.post(my_page(campaign.school), {"avond": ["2026-10-20"]}, follow=True)
    assert "geen thuisbezoek: Herfstvakantie" in page.content.decode()
    assert not Shift.objects.exists()


def test_closures_cannot_be_ticked(campaign: Campaign, client: Client, log_in: LogIn, today: None) -> None:
    log_in(campaign.school, Role.MENTOR)
    page = client.get(my_page(campaign.school)).content.decode()
    assert 'value="2026-10-27"' in page
    assert 'value="2026-10-20"' not in page
    assert 'value="2026-09-15"' not in page


def test_without_a_campaign_the_page_says_so(school: School, client: Client, log_in: LogIn) -> None:
    log_in(school, Role.MENTOR)
    assert "Nu niets te kiezen" in client.get(my_page(school)).content.decode()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR, Role.CARE])
def test_only_a_mentor_has_own_evenings(school: School, client: Client, log_in: LogIn, role: Role) -> None:
    log_in(school, role)
    assert client.get(my_page(school)).status_code == 403


def test_the_overview_is_read_in_the_same_number_of_queries_whatever_its_size(
    campaign: Campaign, client: Client, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    log_in(campaign.school, Role.COORDINATOR)
    url = reverse("visits:campaign_shifts", kwargs={"school": campaign.school.slug, "campaign": campaign.pk})
    counts = []
    for size in (1, 29):
        for _number in range(size):
            person = factories.make_mentor(campaign.school, with_account=False)
            factories.make_visit(campaign, factories.make_student(factories.make_class(campaign.school, person)))
        with django_assert_max_num_queries(25) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
