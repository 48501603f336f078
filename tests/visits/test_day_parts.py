"""Evenings or afternoons, and what that preference costs: counted from the evenings of mentors."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from mentors.models import Role, School
from tests import factories
from tests.pages import LogIn, here
from tests.visits.staffed import make_staffed_campaign
from visits.models import Campaign, DayPart
from visits.queries.day_parts import (
    EveningNeeds,
    EveningSupply,
    is_primary,
    preferred_part,
    preferred_stops_in,
    stops_in,
)
from visits.queries.windows import Stretch
from visits.words.day_parts import cost_text

FOUR, NINE = 16 * 60, 21 * 60
EVENING = Stretch(FOUR, NINE)


def campaign(**fields: Any) -> Campaign:
    """Visits of 45 minutes, three an evening at most, five minutes of slack; preferably in the evening."""
    return Campaign(**{"visit_minutes": 45, "max_stops": 3, "slack_minutes": 5, "day_part": DayPart.EVENING} | fields)


def test_the_preferred_part_is_what_the_evening_has_of_it() -> None:
    assert preferred_part(EVENING, campaign(), 45) == Stretch(18 * 60 + 30, NINE)
    assert preferred_part(EVENING, campaign(day_part=DayPart.AFTERNOON), 45) == Stretch(FOUR, 18 * 60 + 30)
    assert preferred_part(EVENING, campaign(day_part=DayPart.ANY), 45) is None
    assert preferred_part(EVENING, campaign(evening_from=dt.time(20)), 45) == Stretch(20 * 60, NINE)


def test_who_gives_an_afternoon_is_not_asked_for_the_evening() -> None:
    assert preferred_part(Stretch(15 * 60, 18 * 60), campaign(), 45) is None
    assert preferred_part(Stretch(15 * 60, 19 * 60), campaign(), 45) is None  # half an hour of evening holds no visit
    assert preferred_part(Stretch(15 * 60, 19 * 60), campaign(), 30) == Stretch(18 * 60 + 30, 19 * 60)
    assert preferred_stops_in(Stretch(15 * 60, 18 * 60), campaign(), 10) == 3


@pytest.mark.parametrize(
    ("hours", "fields", "travel", "stops", "preferred"),
    [
        # 300 minutes less the way there: 10 + 3 x 45 + 2 x 15 = 175; from half past six there are 150.
        (EVENING, {}, 10, 3, 2),
        (EVENING, {"max_stops": 2}, 10, 2, 2),
        (EVENING, {"visit_minutes": 30, "slack_minutes": 0}, 5, 3, 3),
        (EVENING, {"visit_minutes": 60, "slack_minutes": 15}, 20, 3, 1),  # two hours and 35 minutes between
        (Stretch(FOUR, FOUR + 40), {}, 10, 1, 1),  # too short for anybody: one is what a mentor gave it for
    ],
)
def test_the_visits_that_fit_in_an_evening(
    hours: Stretch, fields: dict[str, Any], travel: int, stops: int, preferred: int
) -> None:
    assert stops_in(hours, campaign(**fields), travel) == stops
    assert preferred_stops_in(hours, campaign(**fields), travel) == preferred


def test_the_evenings_that_a_preference_takes_are_counted_for_each_mentor() -> None:
    supply = EveningSupply(families={1: 28, 2: 9})
    needs = supply.needs(campaign())
    assert needs == EveningNeeds(
        stops=3,
        preferred_stops=2,
        travel=10,
        is_travel_known=False,
        largest=28,
        evenings=10,
        preferred_evenings=14,
        more=6,  # 14 for 10, and 5 for 3
    )
    assert EveningSupply(families={}).needs(campaign()) is None


def test_the_evenings_that_mentors_gave_count_and_an_afternoon_costs_nothing() -> None:
    afternoons = {1: [Stretch(15 * 60, 18 * 60)] * 4}
    needs = EveningSupply(families={1: 8}, shifts=afternoons).needs(campaign())
    assert needs is not None and (needs.more, needs.evenings) == (0, 3)


def test_the_sentence_says_how_many_evenings_more() -> None:
    needs = {"stops": 3, "preferred_stops": 2, "largest": 28, "evenings": 10, "preferred_evenings": 14, "more": 38}
    assert cost_text(DayPart.EVENING, dt.time(18, 30), needs) == (
        "Vanaf 18.30 passen er 2 bezoeken op een avond, in plaats van 3. Zou elk gezin dan bezoek krijgen, dan heeft"
        " een mentor met 28 gezinnen 14 avonden nodig in plaats van 10. Voor alle mentoren samen is dat 38 avonden"
        " meer."
    )
    assert "het kost geen avonden" in cost_text(DayPart.AFTERNOON, dt.time(18, 30), needs | {"more": 0})
    assert cost_text(DayPart.ANY, dt.time(18, 30), needs) == cost_text(DayPart.EVENING, dt.time(18), {}) == ""


def test_only_a_primary_school_has_eight_year_groups() -> None:
    assert is_primary(range(1, 9)) and is_primary([7])
    assert not is_primary([1, 2, 6]) and not is_primary([])


# --- rows and pages ---


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"slack_minutes": 7}, "campaign_slack"),
        ({"day_part": "morning"}, "campaign_day_part"),
        ({"evening_from": dt.time(9)}, "campaign_evening_begins"),
    ],
)
def test_the_database_refuses_other_hours(school: School, change: dict[str, Any], rule: str) -> None:
    factories.make_campaign(school)
    with pytest.raises(DatabaseError, match=rule):
        Campaign.objects.update(**change)


@pytest.mark.usefixtures("today")
def test_the_page_counts_for_the_campaign_as_it_stands(
    school: School, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    log_in(school, Role.COORDINATOR)
    staffed = make_staffed_campaign(now, school=school, families=10)
    page = client.get(here("campaign_change", school, campaign=staffed.campaign.pk))
    costs = {
        str(part): cost for (_button, _meaning, cost), part in zip(page.context["day_parts"], DayPart, strict=True)
    }
    assert "Vanaf 18.30 passen er 2 bezoeken" in costs["evening"]
    assert "5 avonden nodig in plaats van 4" in costs["evening"]
    assert "Voor 18.30" in costs["afternoon"] and costs["any"] == ""
    assert "Gerekend met 10 minuten reizen" in page.context["counted_with"]


@pytest.mark.parametrize(("groups", "part"), [([1, 2], "evening"), ([1, 7, 8], "any")])
def test_a_secondary_school_begins_with_evenings_and_a_primary_school_with_any_hour(
    groups: list[int], part: str, school: School, client: Client, log_in: LogIn
) -> None:
    log_in(school, Role.COORDINATOR)
    for group in groups:
        factories.make_student(factories.make_class(school, factories.make_mentor(school), year_group=group))
    form = client.get(here("campaign_open", school)).context["form"]
    assert (form["day_part"].value(), form["slack_minutes"].value()) == (part, 5)
    assert form["evening_from"].value() == dt.time(18, 30)
