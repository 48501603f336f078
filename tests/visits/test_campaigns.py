"""Opening, changing and closing a campaign; its page; the conversation topics of the school."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from mentors.models import Closure, Event, Role, School, SchoolYear
from planning.actions.publishing import publish_plan
from planning.queries.overview import StepKind, StepNote, overview_of
from planning.words.steps import HEADINGS, NOTES, note_text
from tests import factories
from tests.pages import LogIn, here
from tests.visits.staffed import make_staffed_campaign
from visits.actions.campaigns import (
    CampaignClosed,
    CampaignNameTaken,
    CampaignRefused,
    change_campaign,
    close_campaign,
    open_campaign,
)
from visits.actions.topics import seed_topics
from visits.models import Campaign, CampaignState, ConversationTopic, Frequency, VisitState
from visits.queries.calendar import usual_period
from visits.queries.campaigns import PeriodWarning, PeriodWarningCode, period_warnings
from visits.words.campaigns import PERIOD_WARNINGS, period_warning_text

pytestmark = pytest.mark.usefixtures("today")


def agreements(school: School, **changes: Any) -> dict[str, Any]:
    return {
        "school": school,
        "school_year": school.years.get(),
        "name": "Ronde",
        "year_groups": [1],
        "frequency": Frequency.ONCE,
        "starts_on": dt.date(2026, 9, 14),
        "ends_on": dt.date(2026, 10, 16),
        "visit_minutes": 45,
        "max_stops": 3,
        "mode": "bike",
        "hours_per_visit": Decimal("1.5"),
        "set_up": "",
        "reply_days": 5,
        "booking": "assigned",
    } | changes


def typed(**changes: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    return {
        "name": "Thuisbezoeken 2026-2027",
        "year_groups": ["1"],
        "frequency": "once",
        "starts_on": "2026-09-14",
        "ends_on": "2026-10-16",
        "visit_minutes": "45",
        "max_stops": "3",
        "slack_minutes": "5",
        "day_part": "evening",
        "evening_from": "18:30",
        "mode": "bike",
        "hours_per_visit": "1.50",
        "set_up": "Welkom",
        "reply_days": "5",
        "booking": "assigned",
    } | changes


# --- the action ---


def test_a_campaign_opens_with_its_cohort_and_its_topics(school: School, now: dt.datetime) -> None:
    factories.make_student(factories.make_class(school, factories.make_mentor(school)))
    campaign = open_campaign(**agreements(school), by=None, now=now)
    assert campaign.state == CampaignState.PREPARING
    assert campaign.visits.get().state == VisitState.OPEN
    assert ConversationTopic.objects.filter(school=school).count() == 14
    assert Event.objects.filter(verb="campaign.opened", subject=f"visits.Campaign:{campaign.pk}").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year_groups": []}, "year_groups"),
        ({"ends_on": dt.date(2026, 9, 1)}, "ends_on"),
        ({"starts_on": dt.date(2026, 8, 1)}, "starts_on"),
        ({"ends_on": dt.date(2027, 8, 1)}, "ends_on"),
        ({"visit_minutes": 25}, "visit_minutes"),
        ({"visit_minutes": 65}, "visit_minutes"),
        ({"max_stops": 5}, "max_stops"),
        ({"max_stops": 0}, "max_stops"),
    ],
)
def test_agreements_that_cannot_be_are_refused_at_their_field(
    school: School, now: dt.datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(CampaignRefused) as refusal:
        open_campaign(**agreements(school, **changes), by=None, now=now)
    assert refusal.value.field == field
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(("minutes", "is_allowed"), [(29, False), (30, True), (60, True), (61, False)])
def test_the_database_itself_refuses_a_visit_that_is_too_short_or_too_long(
    school: School, now: dt.datetime, minutes: int, is_allowed: bool
) -> None:
    campaign = open_campaign(**agreements(school), by=None, now=now)
    rows = Campaign.objects.filter(pk=campaign.pk)
    if is_allowed:
        assert rows.update(visit_minutes=minutes) == 1
        return
    with pytest.raises(IntegrityError, match="campaign_visit_length"), transaction.atomic():
        rows.update(visit_minutes=minutes)


@pytest.mark.parametrize("minutes", ["10", "29", "61", "130"])
def test_the_page_says_how_long_a_visit_may_be(school: School, client: Client, log_in: LogIn, minutes: str) -> None:
    log_in(school, Role.COORDINATOR)
    factories.make_class(school, factories.make_mentor(school))
    response = client.post(here("campaign_open", school), typed(visit_minutes=minutes))
    assert response.context["form"].errors["visit_minutes"] == ["Een thuisbezoek duurt 30 tot 60 minuten."]


def test_a_second_campaign_with_the_same_name_is_refused(school: School, now: dt.datetime) -> None:
    open_campaign(**agreements(school), by=None, now=now)
    with pytest.raises(CampaignNameTaken):
        open_campaign(**agreements(school), by=None, now=now)


def test_before_publishing_a_year_group_can_be_taken_out_again(school: School, now: dt.datetime) -> None:
    for group in (1, 2):
        factories.make_student(factories.make_class(school, factories.make_mentor(school), year_group=group))
    campaign = open_campaign(**agreements(school, year_groups=[1, 2]), by=None, now=now)
    assert campaign.visits.count() == 2
    change_campaign(campaign=campaign, by=None, now=now, year_groups=[2])
    assert [visit.students.get().school_class.year_group for visit in campaign.visits.all()] == [2]  # type: ignore[union-attr]


def test_after_publishing_nobody_drops_out_by_a_change(school: School, now: dt.datetime) -> None:
    factories.make_student(factories.make_class(school, factories.make_mentor(school)))
    campaign = open_campaign(**agreements(school), by=None, now=now)
    campaign.state = CampaignState.PUBLISHED
    change_campaign(campaign=campaign, by=None, now=now, year_groups=[2])
    assert campaign.visits.count() == 1


def test_a_closed_campaign_does_not_change(school: School, now: dt.datetime) -> None:
    campaign = open_campaign(**agreements(school), by=None, now=now)
    close_campaign(campaign=campaign, by=None, now=now)
    with pytest.raises(CampaignClosed):
        change_campaign(campaign=campaign, by=None, now=now, name="Anders")


# --- the period ---


def test_the_usual_period_ends_on_the_friday_before_the_autumn_holiday(school: School) -> None:
    assert usual_period(school.years.get()) == (dt.date(2026, 9, 14), dt.date(2026, 10, 16))


def test_the_schools_own_autumn_holiday_wins_over_its_regions(school: School) -> None:
    Closure.objects.update(starts_on=dt.date(2026, 10, 12), ends_on=dt.date(2026, 10, 18))
    assert usual_period(school.years.get())[1] == dt.date(2026, 10, 9)


def test_without_a_calendar_the_regions_autumn_holiday_counts(school: School) -> None:
    Closure.objects.all().delete()
    school.holiday_region = "noord"
    school.save()
    assert usual_period(SchoolYear.objects.get())[1] == dt.date(2026, 10, 9)


def test_a_school_year_that_starts_late_still_has_a_usual_period(school: School) -> None:
    year = school.years.get()
    year.starts_on = dt.date(2026, 10, 5)
    year.save()
    assert usual_period(year) == (dt.date(2026, 10, 19), dt.date(2026, 12, 11))


def said(found: list[PeriodWarning]) -> list[str]:
    return [period_warning_text(warning.code, warning.facts) for warning in found]


def test_every_warning_about_a_period_has_a_sentence() -> None:
    assert set(PERIOD_WARNINGS) == set(PeriodWarningCode)


def test_days_off_in_the_period_are_written_as_people_say_them(school: School) -> None:
    year = school.years.get()
    Closure.objects.create(
        school_year=year, name="Studiedag", starts_on=dt.date(2026, 9, 22), ends_on=dt.date(2026, 9, 22)
    )
    found = said(period_warnings(year, dt.date(2026, 9, 14), dt.date(2026, 10, 16)))
    assert "In deze periode valt Studiedag (di 22 september). Dan gaat niemand op bezoek." in found


def test_a_period_over_a_holiday_is_a_warning_and_no_refusal(school: School) -> None:
    found = said(period_warnings(school.years.get(), dt.date(2026, 9, 14), dt.date(2026, 11, 6)))
    assert any("Herfstvakantie" in text for text in found)
    assert any("loopt door na de herfstvakantie" in text for text in found)
    assert period_warnings(school.years.get(), dt.date(2026, 9, 14), dt.date(2026, 10, 16)) == []


# --- the pages ---


def test_the_form_comes_filled_in_as_the_practice_advises(school: School, client: Client, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    factories.make_student(factories.make_class(school, factories.make_mentor(school)))
    form = client.get(here("campaign_open", school)).context["form"]
    assert [form[name].value() for name in ("year_groups", "starts_on", "ends_on", "visit_minutes")] == [
        [1],
        dt.date(2026, 9, 14),
        dt.date(2026, 10, 16),
        45,
    ]


def test_a_coordinator_opens_a_campaign(school: School, client: Client, log_in: LogIn) -> None:
    user = log_in(school, Role.COORDINATOR)
    factories.make_student(factories.make_class(school, factories.make_mentor(school)))
    response = client.post(here("campaign_open", school), typed(), follow=True)
    campaign = Campaign.objects.get()
    assert response.redirect_chain == [(here("campaign", school, campaign=campaign.pk), 302)]
    assert (campaign.created_by, campaign.year_groups, campaign.set_up) == (user, [1], "Welkom")
    assert "klaar met 1 gezin" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year_groups": []}, "year_groups"),
        ({"starts_on": "2026-08-01"}, "starts_on"),
        ({"visit_minutes": "20"}, "visit_minutes"),
        ({"ends_on": "morgen"}, "ends_on"),
        ({"name": ""}, "name"),
    ],
)
def test_a_mistake_stands_at_its_field_and_what_was_typed_stays(
    school: School, client: Client, log_in: LogIn, changes: dict[str, Any], field: str
) -> None:
    log_in(school, Role.COORDINATOR)
    factories.make_class(school, factories.make_mentor(school))
    response = client.post(here("campaign_open", school), typed(**{"set_up": "Bijzonder"} | changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Bijzonder" in response.content.decode()
    assert not Campaign.objects.exists()


def test_without_a_school_year_or_pupils_the_page_says_what_to_do_first(
    school: School, client: Client, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    assert "Eerst de leerlingen" in client.get(here("campaign_open", school)).content.decode()
    SchoolYear.objects.all().delete()
    assert "Eerst een schooljaar" in client.get(here("campaign_open", school)).content.decode()


def test_the_page_names_the_next_thing_to_do(school: School, client: Client, log_in: LogIn, now: dt.datetime) -> None:
    log_in(school, Role.COORDINATOR)
    staffed = make_staffed_campaign(now, school=school, evenings=[])
    page = client.get(here("campaign", school, campaign=staffed.campaign.pk))
    assert page.context["next"]["text"] == "Avonden van de mentoren"
    for day in (6, 8):
        factories.make_shift(staffed.campaign, staffed.mentors[0], dt.date(2026, 10, day))
    page = client.get(here("campaign", school, campaign=staffed.campaign.pk))
    assert page.context["next"]["text"] == "Plan maken"
    staffed.draft()
    page = client.get(here("campaign", school, campaign=staffed.campaign.pk))
    assert page.context["next"]["text"] == "Plan bekijken en publiceren"


def test_a_draft_from_before_the_published_plan_is_no_plan_for_who_waits_now(school: School, now: dt.datetime) -> None:
    staffed = make_staffed_campaign(now, school=school)
    staffed.draft()
    publish_plan(plan=staffed.draft(), by=factories.make_user(school, Role.COORDINATOR), now=now)
    staffed.campaign.visits.filter(pk=staffed.campaign.visits.all()[0].pk).update(
        state=VisitState.OPEN, starts_at=None, ends_at=None, route=None
    )
    steps = {step.kind: step for step in overview_of(staffed.campaign, now).steps}
    assert (steps["plan"].is_done, steps["plan"].note, steps["plan"].number) == (False, "without_moment", 1)
    assert steps["publish"].is_done
    staffed.draft()
    steps = {step.kind: step for step in overview_of(staffed.campaign, now).steps}
    assert (steps["plan"].is_done, steps["plan"].note) == (True, "plan_ready")
    assert not steps["publish"].is_done


def test_every_step_and_every_note_has_words() -> None:
    assert set(HEADINGS) == set(StepKind) and set(NOTES) == set(StepNote)
    assert note_text("without_moment", 1) == "1 gezin wacht op een moment."
    assert note_text("wishes_until", day=dt.date(2026, 10, 6)) == "Tot en met di 6 oktober."


def test_addresses_and_classes_come_before_evenings(school: School, now: dt.datetime) -> None:
    staffed = make_staffed_campaign(now, school=school, evenings=[])
    visit = staffed.campaign.visits.all()[0]
    visit.household.latitude = None
    visit.household.save()
    first = next(step for step in overview_of(staffed.campaign, now).steps if not step.is_done)
    assert first.place == "addresses"


def test_every_number_is_a_link_to_what_it_counts(
    school: School, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    log_in(school, Role.COORDINATOR)
    staffed = make_staffed_campaign(now, school=school)
    page = client.get(here("campaign", school, campaign=staffed.campaign.pk)).content.decode()
    url = f"{here('visits', school)}?ronde={staffed.campaign.pk}&amp;stand=open"
    assert url in page
    assert client.get(url.replace("&amp;", "&")).context["page"].paginator.count == 4


def test_a_coordinator_changes_joins_and_closes(
    school: School, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    log_in(school, Role.COORDINATOR)
    staffed = make_staffed_campaign(now, school=school)
    key = {"campaign": staffed.campaign.pk}
    client.post(here("campaign_change", school, **key), typed(name="Nieuwe naam"))
    assert Campaign.objects.get().name == "Nieuwe naam"
    factories.make_student(staffed.classes[0])
    assert "1 gezin is erbij" in client.post(here("campaign_join", school, **key), follow=True).content.decode()
    client.post(here("campaign_close", school, **key))
    assert Campaign.objects.get().state == CampaignState.CLOSED
    assert client.post(here("campaign_change", school, **key), typed()).status_code == 422


def test_a_get_changes_nothing(school: School, client: Client, log_in: LogIn, now: dt.datetime) -> None:
    log_in(school, Role.COORDINATOR)
    staffed = make_staffed_campaign(now, school=school)
    for name in ("campaign_join", "campaign_close", "plan_request"):
        assert client.get(here(name, school, campaign=staffed.campaign.pk)).status_code == 405
    for name in ("topic_move", "topic_switch"):
        assert client.get(here(name, school, topic=factories.make_topic(school).pk)).status_code == 405


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
@pytest.mark.parametrize(
    "name", ["campaign", "campaign_change", "campaign_join", "campaign_close", "campaign_shifts", "plans"]
)
def test_only_a_coordinator_sees_the_pages_of_a_campaign(
    school: School, client: Client, log_in: LogIn, role: Role, name: str
) -> None:
    log_in(school, role)
    campaign = factories.make_campaign(school)
    url = here(name, school, campaign=campaign.pk)
    assert {client.get(url).status_code, client.post(url).status_code} == {403}


@pytest.mark.parametrize("name", ["campaign", "campaign_change", "campaign_shifts", "plans"])
def test_another_schools_campaign_is_not_there(school: School, client: Client, log_in: LogIn, name: str) -> None:
    log_in(school, Role.COORDINATOR)
    other = factories.make_campaign(factories.make_school())
    assert client.get(here(name, school, campaign=other.pk)).status_code == 404


def test_the_list_is_read_in_the_same_number_of_queries_whatever_its_size(
    school: School, client: Client, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    log_in(school, Role.COORDINATOR)
    counts = []
    for size in (1, 29):
        for _number in range(size):
            factories.make_campaign(school)
        with django_assert_max_num_queries(20) as queries:
            client.get(here("campaigns", school))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- topics ---


def test_a_school_without_topics_gets_the_fourteen_of_the_practice(school: School, now: dt.datetime) -> None:
    assert seed_topics(school=school, by=None, now=now) == 14
    topics = list(ConversationTopic.objects.filter(school=school))
    flags = [
        "".join(
            letter
            for letter, is_on in zip("PLM", (topic.for_parents, topic.for_pupils, topic.on_card), strict=True)
            if is_on
        )
        for topic in topics
    ]
    assert flags == ["PLM", "PLM", "PL", "PL", "PL", "PLM", "PM", "PL", "PL", "PM", "P", "PL", "PL", "PM"]
    assert [topic.order for topic in topics if topic.only_late_entrants] == [13]
    assert [topic.order for topic in topics if not topic.is_active] == [14]
    assert topics[0].text == "Wat gaat goed? Waar bent u / ben jij trots op?"
    assert topics[10].hint == "U bepaalt zelf wat u vertelt"


def test_a_school_that_has_topics_keeps_its_own(school: School, now: dt.datetime) -> None:
    factories.make_topic(school)
    assert seed_topics(school=school, by=None, now=now) == 0
    assert ConversationTopic.objects.filter(school=school).count() == 1


def test_topics_are_added_moved_and_switched_off(
    school: School, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    log_in(school, Role.COORDINATOR)
    client.post(here("topics_seed", school))
    client.post(here("campaign_topics", school), {"text": "Huisdieren", "for_pupils": "on"})
    topics = list(ConversationTopic.objects.filter(school=school))
    assert (topics[-1].text, topics[-1].order) == ("Huisdieren", 15)
    client.post(here("topic_move", school, topic=topics[1].pk), {"kant": "omhoog"})
    client.post(here("topic_move", school, topic=topics[-1].pk), {"kant": "omlaag"})
    client.post(here("topic_switch", school, topic=topics[0].pk), {"stand": "uit"})
    after = list(ConversationTopic.objects.filter(school=school))
    assert [topic.pk for topic in after[:2]] == [topics[1].pk, topics[0].pk]
    assert (after[1].is_active, after[-1].text) == (False, "Huisdieren")


def test_a_topic_that_nobody_would_see_is_refused(school: School, client: Client, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    response = client.post(here("campaign_topics", school), {"text": "Geheim"})
    assert response.status_code == 422
    assert not ConversationTopic.objects.exists()


def test_another_schools_topic_is_not_there(school: School, client: Client, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    topic = factories.make_topic(factories.make_school())
    assert client.post(here("topic_switch", school, topic=topic.pk), {"stand": "uit"}).status_code == 404
    topic.refresh_from_db()
    assert topic.is_active
