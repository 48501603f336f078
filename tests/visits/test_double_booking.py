"""No mentor in two homes at once: refused by the database itself, on both engines, whatever the code does.

Each test has a database of its own, so that both engines are raced whichever one the suite runs on.
"""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from mentors.database_rules import trigger_names
from mentors.models import Mentor
from tests import factories
from tests.visits.racing import EVENING, NOW, WRITERS, open_visits
from visits.actions.moments import plan_visit
from visits.actions.visit_rows import MentorBusy
from visits.apps import NO_MENTOR_IN_TWO_HOMES, clear_rules
from visits.models import Visit, VisitState


def race(alias: str, *, with_seconds: bool = False) -> tuple[int, list[str]]:
    """All writers book an overlapping time at the same instant: how many stand, and what the others heard.

    `with_seconds`: the odd ones book a visit of somebody else, to which this mentor comes along.
    """
    visits, start, refusals = open_visits(alias), threading.Barrier(WRITERS), []
    mentor = visits[0].mentor
    school = visits[0].campaign.school
    others = [Mentor.objects.using(alias).create(school=school, name=f"Collega {number}") for number in range(WRITERS)]

    def book(number: int) -> None:
        begins = EVENING + dt.timedelta(minutes=5 * number)
        values = {"state": VisitState.PLANNED, "starts_at": begins, "ends_at": begins + dt.timedelta(minutes=45)}
        if with_seconds and number % 2:
            values |= {"mentor": others[number], "second": mentor}
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


def drop_the_rule(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "postgresql":
            cursor.execute("ALTER TABLE visits_visit DROP CONSTRAINT no_mentor_in_two_homes")
        else:
            for name in NO_MENTOR_IN_TWO_HOMES.sqlite_names:
                cursor.execute(f"DROP TRIGGER {name}")


def test_of_eight_writers_at_once_sqlite_lets_one_book_the_mentor(on_sqlite: str) -> None:
    booked, refusals = race(on_sqlite)
    assert booked == 1
    assert len(refusals) == WRITERS - 1
    assert all("no_mentor_in_two_homes" in refusal for refusal in refusals)


def test_without_its_triggers_sqlite_books_the_mentor_twice(on_sqlite: str) -> None:
    drop_the_rule(on_sqlite)
    booked, refusals = race(on_sqlite)
    assert booked > 1
    assert refusals == []


@pytest.mark.services
def test_of_eight_writers_at_once_postgresql_lets_one_book_the_mentor(on_postgresql: str) -> None:
    booked, refusals = race(on_postgresql)
    assert booked == 1
    assert len(refusals) == WRITERS - 1
    # Two that wait for each other's row in the constraint are a deadlock, of which one is sent away.
    assert all("no_mentor_in_two_homes" in refusal or "deadlock" in refusal for refusal in refusals)


@pytest.mark.services
def test_without_its_constraint_postgresql_books_the_mentor_twice(on_postgresql: str) -> None:
    drop_the_rule(on_postgresql)
    booked, refusals = race(on_postgresql)
    assert booked > 1
    assert refusals == []


def test_who_comes_along_is_in_that_home_too_says_sqlite(on_sqlite: str) -> None:
    booked, refusals = race(on_sqlite, with_seconds=True)
    assert booked == 1
    assert len(refusals) == WRITERS - 1
    assert all("no_mentor_in_two_homes" in refusal for refusal in refusals)


def test_without_its_triggers_sqlite_lets_who_comes_along_be_in_two_homes(on_sqlite: str) -> None:
    drop_the_rule(on_sqlite)
    booked, _refusals = race(on_sqlite, with_seconds=True)
    assert booked > 1


@pytest.mark.services
def test_who_comes_along_is_in_that_home_too_says_postgresql(on_postgresql: str) -> None:
    booked, refusals = race(on_postgresql, with_seconds=True)
    assert booked == 1
    assert len(refusals) == WRITERS - 1
    assert all("no_mentor_in_two_homes" in refusal or "deadlock" in refusal for refusal in refusals)


def test_two_mentors_may_be_in_one_home_and_nobody_comes_along_to_an_own_visit(on_sqlite: str) -> None:
    first, other = open_visits(on_sqlite)[:2]
    colleague = Mentor.objects.using(on_sqlite).create(school=first.campaign.school, name="Collega")
    moment = {"state": VisitState.PLANNED, "starts_at": EVENING, "ends_at": EVENING + dt.timedelta(minutes=45)}
    Visit.objects.using(on_sqlite).filter(pk=first.pk).update(**moment)
    Visit.objects.using(on_sqlite).filter(pk=other.pk).update(**moment, mentor=colleague)
    with pytest.raises(DatabaseError, match="a_second_is_somebody_else_at_a_moment"):
        Visit.objects.using(on_sqlite).filter(pk=other.pk).update(second=colleague)


def test_a_new_booking_over_another_is_refused_at_insert_too(on_sqlite: str) -> None:
    first, other = open_visits(on_sqlite)[:2]
    moment = {"state": VisitState.MET, "starts_at": EVENING, "ends_at": EVENING + dt.timedelta(minutes=45)}
    Visit.objects.using(on_sqlite).filter(pk=first.pk).update(**moment)
    other_campaign = first.campaign
    other_campaign.pk, other_campaign.name = None, "Andere ronde"
    other_campaign.save(using=on_sqlite)
    fields = {"household": other.household, "campaign": other_campaign, "mentor": first.mentor}
    with pytest.raises(DatabaseError, match="no_mentor_in_two_homes"):
        Visit.objects.using(on_sqlite).create(**fields, **moment | {"state": VisitState.PLANNED})
    after = EVENING + dt.timedelta(minutes=45)
    Visit.objects.using(on_sqlite).create(
        **fields, state=VisitState.PLANNED, starts_at=after, ends_at=after + dt.timedelta(minutes=45)
    )


def test_the_triggers_come_back_when_a_migration_rebuilds_the_table(on_sqlite: str) -> None:
    database, names = connections[on_sqlite], set(NO_MENTOR_IN_TWO_HOMES.sqlite_names)
    assert names <= trigger_names(database)
    clear_rules(using=on_sqlite)  # what `migrate` begins with
    with database.schema_editor() as editor:
        editor._remake_table(Visit)  # what Django does to a table on SQLite for most changes
    assert not names & trigger_names(database)
    call_command("migrate", database=on_sqlite, verbosity=0, interactive=False)
    assert names <= trigger_names(database)
    assert race(on_sqlite)[0] == 1


def test_a_trigger_that_is_gone_is_noticed_by_the_system_check(on_sqlite: str) -> None:
    def complaints() -> list[str]:
        return [str(found.msg) for found in checks.run_checks(tags=["database"], databases=[on_sqlite])]

    assert complaints() == []
    drop_the_rule(on_sqlite)
    assert [
        name for name in NO_MENTOR_IN_TWO_HOMES.sqlite_names if not any(name in text for text in complaints())
    ] == []


@pytest.mark.services
def test_a_constraint_that_is_gone_is_noticed_and_comes_back(on_postgresql: str) -> None:
    drop_the_rule(on_postgresql)
    found = checks.run_checks(tags=["database"], databases=[on_postgresql])
    assert any("no_mentor_in_two_homes" in str(complaint.msg) for complaint in found)
    call_command("migrate", database=on_postgresql, verbosity=0, interactive=False)
    assert not checks.run_checks(tags=["database"], databases=[on_postgresql])


def test_of_eight_actions_at_once_one_plans_and_the_others_hear_why(several_connections: None) -> None:
    school = factories.make_school()
    campaign, mentor = factories.make_campaign(school), factories.make_mentor(school)
    school_class = factories.make_class(school, mentor)
    visits = [factories.make_visit(campaign, factories.make_student(school_class)) for _number in range(WRITERS)]
    start, heard = threading.Barrier(WRITERS), []

    def plan(visit: Visit) -> None:
        start.wait()
        try:
            plan_visit(
                visit=visit,
                mentor=mentor,
                starts_at=EVENING,
                ends_at=EVENING + dt.timedelta(minutes=45),
                route=None,
                by=None,
                now=NOW,
            )
        except MentorBusy as refusal:
            heard.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=plan, args=(visit,)) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Visit.objects.filter(state=VisitState.PLANNED).count() == 1
    assert len(heard) == WRITERS - 1
