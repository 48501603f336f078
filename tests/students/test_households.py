"""Households on the map, and households made one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from mentors.models import Event, Role, School
from students.actions.locating import locate_addresses
from students.actions.suggesting import (
    BothHouseholdsPlanned,
    MergeRefused,
    confirm_suggestion,
    merge_households,
    suggest_households,
)
from students.models import Guardian, Household, HouseholdSuggestion, LocationQuality, Residence, SuggestionState
from tests import factories
from tests.roads.towns import build, village
from tests.students.importing import bring_in
from tests.students.roster_files import SAM, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_village(tmp_path: Path, settings: Settings) -> None:
    settings.ROADS_DIR = build(village(), tmp_path)


@pytest.mark.usefixtures("in_village")
def test_addresses_are_put_on_the_map_at_import_with_their_quality(school: School, now: dt.datetime) -> None:
    rows = [
        SAM.replace("1001", str(number)).replace(";12;a;8261 AB", f";{address}")
        for number, address in enumerate(("3;a;1234 AB", "3;b;1234 AB", "99;;1234 AB", "1;;9999 ZZ"), start=1)
    ]
    bring_in(school, now, table(*rows))
    homes = Household.objects.order_by("pk")
    assert [home.location_quality for home in homes] == [
        LocationQuality.EXACT,
        LocationQuality.NUMBER,
        LocationQuality.POSTCODE,
        LocationQuality.NONE,
    ]
    assert [home.latitude is None for home in homes] == [False, False, False, True]
    assert [home.pk for home in Household.objects.not_located().order_by("pk")] == [homes[2].pk, homes[3].pk]


@pytest.mark.usefixtures("in_village")
def test_a_moved_household_is_looked_up_again_and_loses_its_pin(school: School, now: dt.datetime) -> None:
    bring_in(school, now, table(SAM))
    Household.objects.update(location_quality=LocationQuality.PIN, latitude=52.0, longitude=5.0)
    bring_in(school, now, table(SAM))
    assert Household.objects.get().location_quality == LocationQuality.PIN
    bring_in(school, now, table(SAM.replace(";12;a;8261 AB", ";3;a;1234 AB")))
    assert Household.objects.get().location_quality == LocationQuality.EXACT


@pytest.mark.usefixtures("in_village")
def test_a_new_address_book_finds_old_addresses_and_leaves_pins_alone(school: School, now: dt.datetime) -> None:
    fields = {"postcode": "1234AB", "house_number": 1, "location_quality": LocationQuality.NONE}
    factories.make_household(school, **fields)
    pinned = factories.make_household(school, **fields | {"location_quality": LocationQuality.PIN})
    other = factories.make_household(factories.make_school(), **fields)
    counts = locate_addresses(school=school, by=None, now=now)
    assert (counts["exact"], counts["pin"], counts["changed"]) == (1, 1, 1)
    pinned.refresh_from_db()
    other.refresh_from_db()
    assert (pinned.location_quality, other.location_quality) == (LocationQuality.PIN, LocationQuality.NONE)
    assert Event.objects.get(verb="addresses.located").facts["exact"] == 1


def siblings(school: School, now: dt.datetime) -> HouseholdSuggestion:
    tim = SAM.replace("1001", "1003").replace("Sam", "Tim").replace("ja", "nee")
    bring_in(school, now, table(SAM, tim, SAM.replace("1001", "1004").replace("Berg", "Vos")))
    return HouseholdSuggestion.objects.get()


def test_only_the_same_address_with_the_same_surname_is_suggested(school: School, now: dt.datetime) -> None:
    suggestion = siblings(school, now)
    names = {str(student) for home in (suggestion.first, suggestion.second) for student in home.students.all()}
    assert names == {"Sam van den Berg", "Tim van den Berg"}
    assert suggest_households(school=school) == 0


def test_a_rejected_suggestion_is_not_made_again(school: School, now: dt.datetime) -> None:
    siblings(school, now)
    HouseholdSuggestion.objects.update(state=SuggestionState.REJECTED)
    assert suggest_households(school=school) == 0
    assert HouseholdSuggestion.objects.get().state == SuggestionState.REJECTED


def test_a_merged_household_keeps_the_careful_answer_to_everything(school: School, now: dt.datetime) -> None:
    suggestion = siblings(school, now)
    Household.objects.filter(pk=suggestion.second_id).update(is_secret_address=True, language="tr")
    by = factories.make_user(school, Role.COORDINATOR)
    kept = confirm_suggestion(suggestion=suggestion, by=by, now=now)
    assert (kept.is_secret_address, kept.language) == (True, "tr")
    assert kept.students.count() == 2
    assert Guardian.objects.get(household=kept).is_invited is False
    assert Event.objects.filter(verb="households.merged", by=by).count() == 1
    bring_in(school, now, table(SAM))
    assert Residence.objects.filter(household=kept).count() == 2


def test_the_household_with_a_visit_is_the_one_that_stays(school: School, now: dt.datetime) -> None:
    first, second = factories.make_household(school), factories.make_household(school)
    by = factories.make_user(school, Role.COORDINATOR)
    student = factories.make_student(factories.make_class(school), second)
    factories.make_student(student.school_class, first)
    visit = factories.make_visit(factories.make_campaign(school), student, factories.make_mentor(school))
    assert merge_households(first=first, second=second, by=by, now=now) == second
    visit.refresh_from_db()
    assert (visit.household, second.students.count()) == (second, 2)


def test_two_households_that_both_have_a_visit_are_not_merged(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    campaign, mentor = factories.make_campaign(school), factories.make_mentor(school)
    students = [factories.make_student(factories.make_class(school)) for _number in range(2)]
    for student in students:
        factories.make_visit(campaign, student, mentor)
    first, second = (student.households.get() for student in students)
    with pytest.raises(BothHouseholdsPlanned):
        merge_households(first=first, second=second, by=by, now=now)
    assert Household.objects.count() == 2


def test_households_of_two_schools_are_never_merged(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    other = factories.make_household(factories.make_school())
    with pytest.raises(MergeRefused):
        merge_households(first=factories.make_household(school), second=other, by=by, now=now)
