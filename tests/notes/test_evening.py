"""Tonight or the next evening, what is left to do, and the card of one visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mentors.models import School, User
from notes.queries.agreements import names_apart
from notes.queries.card import SectionCode, card_of, postal_address, shape_for
from notes.queries.evening import EveningPage, evening_page
from notes.views.evening import evening_map
from notes.words.card import SECTIONS
from students.models import Household
from tests import factories
from tests.notes import rows
from tests.notes.rows import VisitToLog
from visits.actions.together import tie
from visits.models import AgendaTopic, PlaceKind, Visit, VisitState
from visits.words.languages import language_name
from visits.words.visitors import names_in_words

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def page_of(there: VisitToLog, now: dt.datetime) -> EveningPage:
    return evening_page(user=there.user, mentor=there.mentor, school=there.school, now=now)


@pytest.fixture
def tonight(school: School, now: dt.datetime) -> VisitToLog:
    """A mentor with one visit at 18.30, seen from 14.00 on the same day."""
    return rows.make_visit_to_log(school, now, starts_at=now + 4.5 * rows.HOUR)


# --- which evening ---


def test_the_evening_is_tonight_when_there_is_a_visit_left(tonight: VisitToLog, now: dt.datetime) -> None:
    rows.add_visit(tonight, now, starts_at=now + DAY)
    evening = page_of(tonight, now).evening
    assert evening
    assert (evening.is_today, [stop.visit for stop in evening.stops]) == (True, [tonight.visit])


def test_the_evening_is_the_next_one_when_tonight_is_done(tonight: VisitToLog, now: dt.datetime) -> None:
    coming = rows.add_visit(tonight, now, starts_at=now + 3 * DAY)
    Visit.objects.filter(pk=tonight.visit.pk).update(state=VisitState.MET)
    evening = page_of(tonight, now).evening
    assert evening
    assert (evening.is_today, [stop.visit for stop in evening.stops]) == (False, [coming])


def test_tonight_stays_when_it_is_done_and_nothing_comes_after(tonight: VisitToLog, now: dt.datetime) -> None:
    Visit.objects.filter(pk=tonight.visit.pk).update(state=VisitState.MET)
    evening = page_of(tonight, now).evening
    assert evening
    assert evening.next_stop is None


def test_after_the_last_conversation_the_page_says_so(tonight: VisitToLog, now: dt.datetime) -> None:
    Visit.objects.filter(pk=tonight.visit.pk).update(state=VisitState.MET)
    page = page_of(tonight, now + 2 * DAY)
    assert (page.evening, page.has_talked) == (None, True)


def test_nobody_is_done_while_a_family_has_no_moment(tonight: VisitToLog, now: dt.datetime) -> None:
    rows.add_visit(tonight, now, state=VisitState.OPEN, starts_at=None, ends_at=None)
    Visit.objects.filter(pk=tonight.visit.pk).update(state=VisitState.MET)
    assert not page_of(tonight, now + 2 * DAY).has_talked


def test_a_mentor_without_a_conversation_is_not_told_that_all_is_done(tonight: VisitToLog, now: dt.datetime) -> None:
    tonight.visit.delete()
    assert not page_of(tonight, now).has_talked


def test_two_pupils_with_one_first_name_are_told_apart(school: School) -> None:
    room = factories.make_class(school, factories.make_mentor(school))
    first = factories.make_student(room, first_name="Floor", last_name="Eikelaar")
    second = factories.make_student(room, first_name="Floor", name_prefix="van", last_name="Dam")
    third = factories.make_student(room, first_name="Mo", last_name="Eikelaar")
    assert names_apart([first, second, third, first]) == {
        first.pk: "Floor Eikelaar",
        second.pk: "Floor van Dam",
        third.pk: "Mo",
    }


def test_a_cancelled_visit_is_in_no_evening(tonight: VisitToLog, now: dt.datetime) -> None:
    Visit.objects.filter(pk=tonight.visit.pk).update(state=VisitState.CANCELLED, starts_at=None, ends_at=None)
    page = page_of(tonight, now)
    assert (page.evening, page.still_open, page.log_missing) == (None, [], [])


def test_the_first_family_is_the_one_that_is_still_to_come(tonight: VisitToLog, now: dt.datetime) -> None:
    later = rows.add_visit(tonight, now, starts_at=now + 6 * rows.HOUR)
    evening = page_of(tonight, now + 5.5 * rows.HOUR).evening
    assert evening
    assert evening.next_stop
    assert evening.next_stop.visit == later


def test_what_is_left_to_do_stands_below(tonight: VisitToLog, now: dt.datetime) -> None:
    missing = rows.add_visit(tonight, now)
    still_open = rows.add_visit(tonight, now, starts_at=None)
    logged = rows.add_visit(tonight, now)
    rows.finish(tonight, now, visit=logged)
    page = page_of(tonight, now)
    assert [stop.visit for stop in page.log_missing] == [missing]
    assert [stop.visit for stop in page.still_open] == [still_open]
    assert [line.text for line in page.due] == ["Belt in oktober"]


def test_a_colleagues_visits_are_in_nobody_elses_evening(tonight: VisitToLog, now: dt.datetime) -> None:
    rows.make_visit_to_log(tonight.school, now, starts_at=now + 2 * rows.HOUR)
    evening = page_of(tonight, now).evening
    assert evening
    assert len(evening.stops) == 1


def test_somebody_who_no_longer_visits_sees_an_empty_page(tonight: VisitToLog, client: Client) -> None:
    tonight.mentor.is_active = False
    tonight.mentor.save(update_fields=["is_active"])
    client.force_login(tonight.user)
    assert "nog geen bezoek" in client.get(tonight.url("evening")).content.decode()
    assert client.get(tonight.url("card", visit=tonight.visit.pk)).status_code == 404


# --- the map ---


def test_a_secret_address_is_on_no_map_and_in_no_list(tonight: VisitToLog, now: dt.datetime, client: Client) -> None:
    hidden = rows.add_visit(tonight, now, starts_at=now + 6 * rows.HOUR)
    Household.objects.filter(pk=hidden.household_id).update(
        is_secret_address=True, street="KANARIESTRAAT", latitude=52.1234567, longitude=5.7654321
    )
    evening = page_of(tonight, now).evening
    assert evening
    assert (evening.hidden, evening_map(evening) is not None) == (1, True)
    without = evening_map(evening)
    Household.objects.filter(pk=hidden.household_id).update(latitude=53.2, longitude=6.5)
    again = page_of(tonight, now).evening
    assert again
    assert evening_map(again) == without  # the map is the same wherever the secret address is


def test_a_visit_by_phone_is_not_on_the_map_and_is_not_called_hidden(tonight: VisitToLog, now: dt.datetime) -> None:
    Visit.objects.filter(pk=tonight.visit.pk).update(place_kind=PlaceKind.PHONE)
    evening = page_of(tonight, now).evening
    assert evening
    assert (evening_map(evening), evening.hidden) == (None, 0)


# --- the card ---


def test_the_card_says_who_where_and_about_what(tonight: VisitToLog, client: Client, now: dt.datetime) -> None:
    invitation = factories.make_invitation(tonight.visit)
    topic = factories.make_topic(tonight.school, "Vrienden")
    factories.make_topic(tonight.school, "Uitgezet", is_active=False)
    AgendaTopic.objects.create(invitation=invitation, topic=topic, by=AgendaTopic.PARENT)
    AgendaTopic.objects.create(invitation=invitation, own_text="Over gym", by=AgendaTopic.PUPIL)
    tonight.visit.household.guardians.update(phone="06 1234")
    client.force_login(tonight.user)
    page = client.get(tonight.url("card", visit=tonight.visit.pk)).content.decode()
    guardian = tonight.visit.household.guardians.get()
    for words in (tonight.student.first_name, guardian.name, "tel:061234", "Vrienden", "Over gym", "Nederlands"):
        assert words in page
    assert "Uitgezet" not in page
    assert "geo:52." in page


def test_a_secret_address_is_on_the_card_on_the_day_itself_alone(tonight: VisitToLog, now: dt.datetime) -> None:
    Household.objects.filter(pk=tonight.visit.household_id).update(is_secret_address=True)
    visit = Visit.objects.get(pk=tonight.visit.pk)
    today, before, after = (card_of(visit, now=moment) for moment in (now, now - DAY, now + DAY))
    assert today.address == postal_address(visit.household)
    assert (before.address, after.address, today.place) == (None, None, None)
    assert before.is_address_hidden


def test_a_secret_address_stays_hidden_when_the_visit_is_at_school(tonight: VisitToLog, now: dt.datetime) -> None:
    Household.objects.filter(pk=tonight.visit.household_id).update(is_secret_address=True)
    Visit.objects.filter(pk=tonight.visit.pk).update(place_kind=PlaceKind.SCHOOL)
    card = card_of(Visit.objects.get(pk=tonight.visit.pk), now=now)
    assert (card.address, card.place, card.is_address_hidden) == (None, None, False)


def test_a_secret_address_is_not_on_the_page_before_its_day(school: School, client: Client, clock: dt.datetime) -> None:
    there = rows.make_visit_to_log(school, clock, starts_at=clock + 2 * DAY)
    Household.objects.filter(pk=there.visit.household_id).update(is_secret_address=True, street="KANARIESTRAAT")
    client.force_login(there.user)
    for url in (there.url("card", visit=there.visit.pk), there.url("evening")):
        page = client.get(url).content.decode()
        assert "KANARIESTRAAT" not in page
        assert "geo:" not in page


def test_topics_of_the_other_home_are_not_printed(tonight: VisitToLog, now: dt.datetime) -> None:
    other = factories.make_household(tonight.school)
    invitation = factories.make_invitation(tonight.visit, household=other)
    AgendaTopic.objects.create(invitation=invitation, own_text="Van daar", by=AgendaTopic.PARENT)
    assert [(topic.text, topic.is_other_home) for topic in card_of(tonight.visit, now=now).picked] == [
        ("Van daar", True)
    ]


@pytest.mark.parametrize("minutes", [15, 30, 45, 50, 60, 120])
def test_the_shape_adds_up_to_the_duration(minutes: int) -> None:
    assert sum(part.minutes for part in shape_for(minutes)) == minutes


def test_every_part_of_a_conversation_has_words() -> None:
    assert set(SECTIONS) == set(SectionCode)


def test_the_shape_of_45_minutes_is_that_of_the_practice() -> None:
    assert [part.minutes for part in shape_for(45)] == [5, 10, 15, 10, 5]


@pytest.mark.parametrize(
    ("code", "name"), [("nl", "Nederlands"), ("ti", "Tigrinya"), ("so", "Somalisch"), ("xx", "xx")]
)
def test_a_language_has_a_name_also_where_the_framework_has_none(code: str, name: str) -> None:
    assert language_name(code) == name


def test_names_read_as_a_sentence() -> None:
    assert [names_in_words(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A en B",
        "A, B en C",
    ]


# --- numbers of queries ---


def test_the_pages_take_as_many_queries_for_30_rows_as_for_1(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime, count_queries: Callable[..., int], care: User
) -> None:
    def fill(number: int) -> None:
        for _row in range(number):
            rows.finish(there, clock, visit=rows.add_visit(there, clock))
            rows.add_visit(there, clock)
            rows.add_visit(there, clock, starts_at=None)
            rows.worry(there, clock)

    def counts() -> dict[str, int]:
        found = {name: count_queries(mentor_client, there.url(name)) for name in ("evening", "reports", "agreements")}
        at_care = Client()
        at_care.force_login(care)
        return found | {"concerns": count_queries(at_care, there.url("concerns"))}

    fill(1)
    few = counts()
    fill(29)
    assert counts() == few
    assert max(few.values()) <= 14


# --- one conversation with several mentors ---


def test_each_of_three_mentors_reads_all_names_and_both_colleagues(
    tonight: VisitToLog, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    visits = [tonight.visit]
    for name in ("Bo", "Kim"):
        mentor = factories.make_mentor(tonight.school)
        pupil = factories.make_student(
            factories.make_class(tonight.school, mentor), tonight.visit.household, first_name=name
        )
        visits.append(factories.make_visit(tonight.visit.campaign, pupil, mentor))
    tie(visits=visits, by=None, now=now)
    Visit.objects.update(state=VisitState.CONFIRMED, starts_at=tonight.visit.starts_at, ends_at=tonight.visit.ends_at)
    names, mentors = {tonight.student.first_name, "Bo", "Kim"}, {visit.mentor for visit in visits}
    for visit in Visit.objects.order_by("pk"):
        card = card_of(visit, now=now)
        assert visit.mentor and set(card.names) == names
        others = {mentor.name for mentor in mentors if mentor} - {visit.mentor.name}
        assert set(card.company.split(", ")) == others
        with django_assert_max_num_queries(20):
            page = evening_page(user=visit.mentor.user, mentor=visit.mentor, school=tonight.school, now=now)
        assert page.evening and set(page.evening.stops[0].names) == names
