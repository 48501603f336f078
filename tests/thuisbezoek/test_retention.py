"""The retention file against the models, and the nightly erasure against a moved clock."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps

from mentors.models import Event, School
from students.models import Household, RosterImport, Student
from tests import factories
from thuisbezoek.retention import count_due, erase_due, policy
from visits.models import AgendaTopic, Visit

ALL_MODELS = {model._meta.label: model for model in apps.get_models()}


def test_every_table_has_its_line_and_every_line_its_table() -> None:
    assert {rule.table for rule in policy()} == set(ALL_MODELS)


@pytest.mark.parametrize("rule", policy(), ids=lambda rule: rule.table)
def test_every_column_has_its_line_and_every_line_its_column(rule) -> None:
    columns = sorted(field.name for field in rule.model._meta.concrete_fields)
    assert sorted(rule.personal + rule.other) == columns


@pytest.mark.parametrize("rule", policy(), ids=lambda rule: rule.table)
def test_every_rule_says_how_rows_go_and_why(rule) -> None:
    assert rule.why
    assert rule.erase in ("delete", "blank", "orphan", "never") or rule.erase.removeprefix("with ") in ALL_MODELS
    assert bool(rule.after) == rule.acts()
    if rule.erase == "never":
        assert rule.table.split(".")[0] not in ("students", "notes") or not rule.personal


def test_what_goes_with_another_row_goes_by_the_databases_own_cascade() -> None:
    for rule in policy():
        if rule.erase.startswith("with "):
            parents = {
                field.related_model._meta.label
                for field in rule.model._meta.concrete_fields
                if field.is_relation and field.remote_field.on_delete.__name__ == "CASCADE"
            }
            grandparents = {other.erase.removeprefix("with ") for other in policy() if other.table in parents}
            assert rule.erase.removeprefix("with ") in parents | grandparents, rule.table


def test_a_pupil_who_left_goes_when_the_schools_term_is_over_and_a_household_follows(
    school: School, now: dt.datetime
) -> None:
    school_class = factories.make_class(school, factories.make_mentor(school))
    left_on = now.date() - dt.timedelta(days=365 * 2 + 1)
    gone = factories.make_student(school_class, left_on=left_on)
    stays = factories.make_student(school_class, left_on=left_on + dt.timedelta(days=10))
    visit = factories.make_visit(factories.make_campaign(school), gone)
    assert count_due(now=now) == {"students.Student": 1}

    assert erase_due(now=now) == {"students.Student": 1, "students.Household": 1}

    assert list(Student.objects.all()) == [stays]
    assert Household.objects.count() == 1
    assert not Visit.objects.filter(pk=visit.pk).exists()
    assert Event.objects.filter(verb="data.erased").count() == 2
    assert erase_due(now=now) == {}


def test_a_school_may_choose_a_shorter_term(db: None, now: dt.datetime) -> None:
    strict = factories.make_school(file_years_after_leaving=0)
    lenient = factories.make_school(file_years_after_leaving=2)
    for school in (strict, lenient):
        factories.make_student(factories.make_class(school), left_on=now.date() - dt.timedelta(days=30))
    erase_due(now=now)
    assert [student.school for student in Student.objects.all()] == [lenient]


def test_topics_go_a_month_after_the_campaign_and_not_before(school: School) -> None:
    campaign = factories.make_campaign(school, ends_on=dt.date(2026, 10, 16))
    student = factories.make_student(factories.make_class(school, factories.make_mentor(school)))
    invitation = factories.make_invitation(factories.make_visit(campaign, student))
    AgendaTopic.objects.create(invitation=invitation, own_text="iets", by=AgendaTopic.PARENT)
    erase_due(now=dt.datetime(2026, 11, 15, 2, tzinfo=dt.UTC))
    assert AgendaTopic.objects.count() == 1
    erase_due(now=dt.datetime(2026, 11, 16, 2, tzinfo=dt.UTC))
    assert AgendaTopic.objects.count() == 0


def test_an_upload_that_nobody_applied_is_emptied_after_a_day(school: School, now: dt.datetime) -> None:
    upload = RosterImport.objects.create(school=school, source="table", created_at=now, payload={"pupils": [1]})
    erase_due(now=now + dt.timedelta(hours=23))
    upload.refresh_from_db()
    assert upload.payload
    erase_due(now=now + dt.timedelta(hours=25))
    upload.refresh_from_db()
    assert upload.payload == {}
