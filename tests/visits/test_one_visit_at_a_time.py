"""A home is visited once at a time: the database refuses a second conversation, whatever the code does."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import DatabaseError, connections

from mentors.database_rules import trigger_names
from mentors.models import Mentor, School
from tests import factories
from tests.visits.racing import EVENING, WRITERS, open_visits
from visits.actions.moments import plan_visit, reschedule_visit
from visits.actions.together import tie, untie
from visits.actions.visit_rows import HomeBusy
from visits.apps import NO_HOME_VISITED_TWICE, clear_rules
from visits.models import Campaign, Visit, VisitState

LENGTH = dt.timedelta(minutes=45)
LATER = EVENING + dt.timedelta(minutes=30)  # within the first conversation
INSERT = """INSERT INTO visits_visit (campaign_id, household_id, mentor_id, state, place_kind, place_note, starts_at,
    ends_at, version, is_late_entrant, extra_minutes, together_with_id) VALUES (%s, %s, %s, %s, 'home', '', %s, %s, 1,
    %s, 0, %s)"""


def insert(
    alias: str, like: Visit, starts_at: dt.datetime, *, state: str = "planned", together: int | None = None
) -> None:
    """A row of the home of `like`, with a mentor of its own, written without the code of the product."""
    mentor = Mentor.objects.using(alias).create(school=like.campaign.school, name="Collega")
    moment = [connections[alias].ops.adapt_datetimefield_value(at) for at in (starts_at, starts_at + LENGTH)]
    values = [like.campaign_id, like.household_id, mentor.pk, state, *moment, False, together]
    with connections[alias].cursor() as cursor:
        cursor.execute(INSERT, values)


def planned(alias: str) -> Visit:
    visit = open_visits(alias)[0]
    moment = {"state": VisitState.PLANNED, "starts_at": EVENING, "ends_at": EVENING + LENGTH}
    Visit.objects.using(alias).filter(pk=visit.pk).update(**moment)
    return visit


def refuses_a_second_visit(alias: str) -> None:
    visit = planned(alias)
    for state in ("planned", "confirmed", "met"):
        with pytest.raises(DatabaseError, match="no_home_visited_twice"):
            insert(alias, visit, LATER, state=state)
    insert(alias, visit, EVENING + LENGTH)  # right after it
    insert(alias, visit, EVENING - LENGTH)
    with pytest.raises(DatabaseError, match="no_home_visited_twice"):
        Visit.objects.using(alias).filter(household=visit.household_id).exclude(pk=visit.pk).update(
            starts_at=EVENING, ends_at=EVENING + LENGTH
        )


def lets_one_conversation_be(alias: str) -> None:
    visit = planned(alias)
    insert(alias, visit, EVENING, together=visit.pk)
    insert(alias, visit, EVENING, together=visit.pk)  # a third child, with a third mentor
    there = Visit.objects.using(alias).filter(household=visit.household_id).order_by("pk")
    Visit.objects.using(alias).filter(pk=visit.pk).update(together_with=there[1])
    assert there.count() == 3
    with pytest.raises(DatabaseError, match="no_home_visited_twice"):
        insert(alias, visit, LATER)
    with pytest.raises(DatabaseError, match="no_home_visited_twice"):
        Visit.objects.using(alias).filter(pk=there[2].pk).update(together_with=None)


def race(alias: str) -> tuple[int, list[str]]:
    """Eight mentors book a visit to one home at overlapping times, at the same instant."""
    like, start, refusals = open_visits(alias)[0], threading.Barrier(WRITERS), []
    visits = [
        Visit.objects.using(alias).create(
            campaign=like.campaign,
            household=like.household,
            mentor=Mentor.objects.using(alias).create(school=like.campaign.school, name=f"Collega {number}"),
        )
        for number in range(WRITERS)
    ]

    def book(number: int) -> None:
        begins = EVENING + dt.timedelta(minutes=5 * number)
        values = {"state": VisitState.PLANNED, "starts_at": begins, "ends_at": begins + LENGTH}
        start.wait()
        try:
            Visit.objects.using(alias).filter(pk=visits[number].pk).update(**values)
        except DatabaseError as refusal:
            refusals.append(str(refusal))
        finally:
            connections[alias].close()

    threads = [threading.Thread(target=book, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Visit.objects.using(alias).filter(state=VisitState.PLANNED).count(), refusals


def test_sqlite_refuses_a_second_visit_to_a_home_at_the_same_time(on_sqlite: str) -> None:
    refuses_a_second_visit(on_sqlite)


@pytest.mark.services
def test_postgresql_refuses_a_second_visit_to_a_home_at_the_same_time(on_postgresql: str) -> None:
    refuses_a_second_visit(on_postgresql)


def test_sqlite_lets_visits_that_are_one_conversation_be_at_one_time(on_sqlite: str) -> None:
    lets_one_conversation_be(on_sqlite)


@pytest.mark.services
def test_postgresql_lets_visits_that_are_one_conversation_be_at_one_time(on_postgresql: str) -> None:
    lets_one_conversation_be(on_postgresql)


def test_of_eight_writers_at_once_sqlite_lets_one_visit_the_home(on_sqlite: str) -> None:
    booked, refusals = race(on_sqlite)
    assert (booked, len(refusals)) == (1, WRITERS - 1)
    assert all("no_home_visited_twice" in refusal for refusal in refusals)


@pytest.mark.services
def test_of_eight_writers_at_once_postgresql_lets_one_visit_the_home(on_postgresql: str) -> None:
    booked, refusals = race(on_postgresql)
    assert (booked, len(refusals)) == (1, WRITERS - 1)
    # Two that wait for each other's row in the constraint are a deadlock, of which one is sent away.
    assert all("no_home_visited_twice" in refusal or "deadlock" in refusal for refusal in refusals)


def test_the_rule_comes_back_when_a_migration_rebuilds_the_table(on_sqlite: str) -> None:
    database, names = connections[on_sqlite], set(NO_HOME_VISITED_TWICE.sqlite_names)
    assert names <= trigger_names(database)
    clear_rules(using=on_sqlite)  # what `migrate` begins with
    with database.schema_editor() as editor:
        editor._remake_table(Visit)  # what Django does to a table on SQLite for most changes
    assert not names & trigger_names(database)
    assert any("no_home_visited_twice" in str(found.msg) for found in _complaints(on_sqlite))
    call_command("migrate", database=on_sqlite, verbosity=0, interactive=False)
    assert names <= trigger_names(database) and not _complaints(on_sqlite)


def _complaints(alias: str) -> Sequence[checks.CheckMessage]:
    return checks.run_checks(tags=["database"], databases=[alias])


# --- what the code says of it ---


@pytest.fixture
def both(school: School) -> list[Visit]:
    """Three visits to one home with children in three classes, of which the first has a moment."""
    campaign, home = factories.make_campaign(school), factories.make_household(school)
    visits = []
    for _child in range(3):
        mentor = factories.make_mentor(school)
        pupil = factories.make_student(factories.make_class(school, mentor), home)
        visits.append(factories.make_visit(campaign, pupil, mentor))
    Visit.objects.filter(pk=visits[0].pk).update(state=VisitState.PLANNED, starts_at=EVENING, ends_at=EVENING + LENGTH)
    return list(Visit.objects.select_related("campaign__school", "household", "mentor").order_by("pk"))


def test_a_second_visit_to_the_home_is_refused_by_name(both: list[Visit], now: dt.datetime) -> None:
    moment = {"starts_at": LATER, "ends_at": LATER + LENGTH}
    with pytest.raises(HomeBusy):
        plan_visit(visit=both[1], mentor=both[1].mentor, **moment, route=None, by=None, now=now)
    with pytest.raises(HomeBusy):
        reschedule_visit(visit=both[1], starts_at=LATER, by=None, now=now)
    reschedule_visit(visit=both[1], starts_at=EVENING + LENGTH, by=None, now=now)


def test_a_conversation_of_three_mentors_moves_as_one(both: list[Visit], now: dt.datetime) -> None:
    tie(visits=both, by=None, now=now)
    for visit in both[1:]:
        moment = {"starts_at": EVENING, "ends_at": EVENING + LENGTH}
        plan_visit(visit=visit, mentor=visit.mentor, **moment, route=None, by=None, now=now)
    later = EVENING + dt.timedelta(days=1)
    reschedule_visit(visit=both[2], starts_at=later, by=None, now=now)
    assert set(Visit.objects.values_list("starts_at", flat=True)) == {later}
    tie(visits=both, by=None, now=now)  # twice changes nothing
    assert [visit.together_with_id for visit in Visit.objects.order_by("pk")] == [
        both[1].pk,
        both[0].pk,
        both[0].pk,
    ]


def test_parting_one_of_three_parts_all(both: list[Visit], now: dt.datetime) -> None:
    tie(visits=both, by=None, now=now)
    untie(visit=Visit.objects.select_related("campaign__school").get(pk=both[2].pk), by=None, now=now)
    assert not Visit.objects.exclude(together_with=None).exists()


def test_another_campaign_counts_too(both: list[Visit], now: dt.datetime) -> None:
    school = both[0].campaign.school
    other = factories.make_campaign(school, year_groups=[2])
    assert isinstance(other, Campaign)
    visit = factories.make_visit(other, both[1].students.get(), both[1].mentor)
    with pytest.raises(HomeBusy):
        reschedule_visit(visit=visit, starts_at=LATER, by=None, now=now)
