"""The coordinator's first page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Closure, Mentor, Role, School
from planning.models import Plan, PlanState
from reports.queries.worklist import worklist_of
from students.models import Household, HouseholdSuggestion, ImportState, LocationQuality, RosterImport, Student
from tests import factories
from tests.pages import LogIn
from tests.reports.bulk import make_bulk_campaign
from tests.reports.conftest import VisitedClass, make_visited_class
from visits.models import (
    Answer,
    Campaign,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    Visit,
    VisitState,
)


def waiting(visited: VisitedClass, now: dt.datetime):
    return worklist_of(visited.school, now=now).waiting


def page_of(client: Client, school: School) -> str:
    return client.get(reverse("reports:worklist", kwargs={"school": school.slug})).content.decode()


def test_a_family_that_was_invited_and_is_silent_is_waited_for(visited: VisitedClass, now: dt.datetime) -> None:
    factories.make_invitation(visited.visits[1])
    assert waiting(visited, now).unanswered == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": Answer.ACCEPTED, "answered_at": factories.MADE_AT},
        {"sent_at": None},
        {"revoked_at": factories.MADE_AT},
    ],
)
def test_who_answered_or_was_never_asked_is_not_waited_for(
    changes: dict[str, object], visited: VisitedClass, now: dt.datetime
) -> None:
    factories.make_invitation(visited.visits[1], **changes)
    assert waiting(visited, now).unanswered == 0


def test_a_moment_that_has_passed_asks_for_no_answer(visited: VisitedClass, now: dt.datetime) -> None:
    factories.make_invitation(visited.visits[1])
    assert waiting(visited, now + dt.timedelta(days=9)).unanswered == 0


def test_a_family_that_would_rather_something_else_is_a_line(visited: VisitedClass, now: dt.datetime) -> None:
    factories.make_invitation(visited.visits[3], answer=Answer.OTHER, answered_at=now, answered_version=1)
    assert waiting(visited, now).rather_otherwise == 1
    Visit.objects.filter(pk=visited.visits[3].pk).update(state=VisitState.DECLINED)
    assert waiting(visited, now).rather_otherwise == 0


def test_who_asked_for_another_moment_and_was_offered_one_is_waited_for(
    visited: VisitedClass, now: dt.datetime
) -> None:
    factories.make_invitation(visited.visits[1], answer=Answer.OTHER, answered_at=now, answered_version=1)
    assert (waiting(visited, now).unanswered, waiting(visited, now).rather_otherwise) == (1, 0)


def test_a_family_without_mail_waits_for_its_letter(visited: VisitedClass, now: dt.datetime) -> None:
    invitation = factories.make_invitation(visited.visits[1], sent_at=None)
    assert waiting(visited, now).letters == 0
    invitation.household.guardians.update(email="")
    assert waiting(visited, now).letters == 1


def test_visits_without_a_moment_are_counted_once_the_round_is_published(
    visited: VisitedClass, now: dt.datetime
) -> None:
    assert waiting(visited, now).without_moment == 2
    Campaign.objects.update(state=CampaignState.PREPARING)
    assert waiting(visited, now).without_moment == 0


def test_a_closed_round_asks_for_nothing(visited: VisitedClass, now: dt.datetime) -> None:
    factories.make_invitation(visited.visits[1])
    Campaign.objects.update(state=CampaignState.CLOSED)
    work = worklist_of(visited.school, now=now + dt.timedelta(days=9))
    assert (work.campaign, work.logs, work.short, work.pace) == (None, (), (), None)
    assert (work.waiting.unanswered, work.waiting.without_moment) == (0, 0)


def test_addresses_of_who_left_are_no_work(visited: VisitedClass, now: dt.datetime) -> None:
    Household.objects.filter(students=visited.students[0]).update(location_quality=LocationQuality.POSTCODE)
    assert waiting(visited, now).not_located == 1
    Student.objects.update(left_on=dt.date(2026, 9, 1))
    assert waiting(visited, now).not_located == 0


def test_the_roster_has_its_own_lines(visited: VisitedClass, now: dt.datetime) -> None:
    first, second = (factories.make_household(visited.school) for _number in range(2))
    HouseholdSuggestion.objects.create(school=visited.school, first=first, second=second)
    RosterImport.objects.create(school=visited.school, source="table", created_at=now)
    RosterImport.objects.create(school=visited.school, source="table", created_at=now, state=ImportState.APPLIED)
    visited.students[1].residences.all().delete()
    found = waiting(visited, now)
    assert (found.suggestions, found.imports, found.without_household) == (1, 1, 1)


def test_a_class_whose_mentor_left_needs_one(visited: VisitedClass, now: dt.datetime) -> None:
    assert waiting(visited, now).classes_without_mentor == 0
    Mentor.objects.update(is_active=False)
    assert waiting(visited, now).classes_without_mentor == 1


def test_missing_logs_name_the_mentors_in_the_order_of_the_alphabet(visited: VisitedClass, now: dt.datetime) -> None:
    other = make_visited_class(visited.school, "1d", visited.campaign)
    Mentor.objects.filter(pk=visited.mentor.pk).update(name="Zeger")
    Mentor.objects.filter(pk=other.mentor.pk).update(name="Anna")
    Visit.objects.filter(pk=other.visits[2].pk).update(state=VisitState.OPEN, starts_at=None, ends_at=None)
    logs = worklist_of(visited.school, now=now + dt.timedelta(days=9)).logs
    assert [(row.mentor, row.count) for row in logs] == [("Anna", 1), ("Zeger", 2)]


def test_mentors_with_too_few_evenings_are_named(visited: VisitedClass, now: dt.datetime) -> None:
    assert [row.mentor for row in worklist_of(visited.school, now=now).short] == [visited.mentor]
    for day in (21, 22, 23):
        factories.make_shift(visited.campaign, visited.mentor, dt.date(2026, 9, day))
    assert worklist_of(visited.school, now=now).short == ()


def test_a_mentor_without_account_is_counted_once(visited: VisitedClass, now: dt.datetime) -> None:
    newcomer = factories.make_mentor(visited.school, with_account=False)
    assert waiting(visited, now).without_account == 0  # not in the round, not with a class
    factories.make_class(visited.school, newcomer)
    factories.make_class(visited.school, newcomer)
    assert waiting(visited, now).without_account == 1


def test_failed_messages_and_drafts_of_plans_are_lines(visited: VisitedClass, now: dt.datetime) -> None:
    Message.objects.create(
        key="k",
        kind=MessageKind.INVITATION,
        school=visited.school,
        state=MessageState.FAILED,
        created_at=now,
        due_at=now,
    )
    Plan.objects.create(campaign=visited.campaign, state=PlanState.READY, created_at=now)
    found = waiting(visited, now)
    assert (found.failed_messages, found.drafts) == (1, 1)


def test_another_schools_work_is_not_here(visited: VisitedClass, now: dt.datetime) -> None:
    before = worklist_of(visited.school, now=now)
    other = make_visited_class(factories.make_school())
    for visit in other.visits[1:3]:
        factories.make_invitation(visit)
    Message.objects.create(
        key="x", kind=MessageKind.MOVED, school=other.school, state=MessageState.FAILED, created_at=now, due_at=now
    )
    assert worklist_of(visited.school, now=now) == before


# --- the page ---


def test_each_line_is_a_sentence_with_its_number(visited: VisitedClass, client: Client, log_in: LogIn, frozen) -> None:
    factories.make_invitation(visited.visits[1])
    log_in(visited.school, Role.COORDINATOR)
    page = page_of(client, visited.school)
    assert "1 gezin heeft nog niet geantwoord" in page
    assert "2 thuisbezoeken hebben nog geen moment" in page
    assert "1 mentor heeft te weinig avonden" in page


def test_the_lines_lead_to_pages_that_exist(visited: VisitedClass, client: Client, log_in: LogIn, frozen) -> None:
    Household.objects.update(location_quality=LocationQuality.NONE)
    Mentor.objects.update(user=None)
    factories.make_invitation(visited.visits[1])
    log_in(visited.school, Role.COORDINATOR)
    answer = client.get(reverse("reports:worklist", kwargs={"school": visited.school.slug}))
    for line in answer.context["lines"]:
        if line.url:
            assert client.get(line.url).status_code == 200, line.url


def test_the_pace_is_one_line(visited: VisitedClass, client: Client, log_in: LogIn, frozen) -> None:
    log_in(visited.school, Role.COORDINATOR)
    page = page_of(client, visited.school)
    assert "Op dit tempo is iedereen pas op" in page
    assert "1 van 5" in page


def test_when_all_is_done_the_page_says_so(school: School, client: Client, log_in: LogIn) -> None:
    factories.make_campaign(school, state=CampaignState.CLOSED)
    log_in(school, Role.COORDINATOR)
    answer = client.get(reverse("reports:worklist", kwargs={"school": school.slug}))
    assert (answer.context["lines"], answer.context["steps"]) == ([], [])
    assert "Alles is gedaan voor vandaag" in answer.content.decode()


def test_a_school_that_starts_sees_its_first_steps(school: School, client: Client, log_in: LogIn) -> None:
    Closure.objects.all().delete()
    log_in(school, Role.COORDINATOR)
    answer = client.get(reverse("reports:worklist", kwargs={"school": school.slug}))
    assert [step.is_done for step in answer.context["steps"]] == [False] * 8
    visited = make_visited_class(
        school, campaign=factories.make_campaign(school, state=CampaignState.PREPARING, set_up="Wat gaat goed?")
    )
    factories.make_shift(visited.campaign, visited.mentor, dt.date(2026, 9, 21))
    answer = client.get(reverse("reports:worklist", kwargs={"school": school.slug}))
    assert [step.is_done for step in answer.context["steps"]] == [True, True, False, True, True, True, False, False]


def test_the_steps_are_gone_once_a_round_is_published(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(visited.school, Role.COORDINATOR)
    answer = client.get(reverse("reports:worklist", kwargs={"school": visited.school.slug}))
    assert answer.context["steps"] == []


def test_the_page_asks_as_much_for_one_row_as_for_nine_hundred(
    school: School, client: Client, log_in: LogIn, now: dt.datetime, frozen
) -> None:
    campaign = factories.make_campaign(school)
    visit = factories.make_visit(
        campaign, factories.make_student(factories.make_class(school, factories.make_mentor(school)))
    )
    factories.make_invitation(visit)
    counted = []
    big = factories.make_school()
    make_bulk_campaign(big, classes=30, pupils=30, now=now)
    assert Invitation.objects.count() > 500
    for one in (school, big):
        log_in(one, Role.COORDINATOR)
        page_of(client, one)
        with CaptureQueriesContext(connection) as captured:
            page_of(client, one)
        counted.append(len(captured))
    assert counted[0] == counted[1]
    assert counted[0] <= 20


@pytest.mark.parametrize("what", ["antwoord", "anders", "moment", "verslag"])
def test_a_lines_number_is_the_length_of_the_list_that_it_leads_to(
    what: str, visited: VisitedClass, client: Client, log_in: LogIn, frozen
) -> None:
    other = make_visited_class(factories.make_school())
    for one in (visited, other):
        factories.make_invitation(one.visits[1])
        factories.make_invitation(one.visits[3], answer=Answer.OTHER, answered_at=frozen, answered_version=1)
        past = frozen - dt.timedelta(days=1)
        late = factories.make_visit(one.campaign, factories.make_student(one.school_class), starts_at=past)
        factories.make_invitation(late)
    log_in(visited.school, Role.COORDINATOR)
    found = client.get(reverse("visits:visits", kwargs={"school": visited.school.slug}), {"wacht": what})
    work = worklist_of(visited.school, now=frozen)
    counted = {
        "antwoord": work.waiting.unanswered,
        "anders": work.waiting.rather_otherwise,
        "moment": work.waiting.without_moment,
        "verslag": sum(row.count for row in work.logs),
    }
    assert found.context["page"].paginator.count == counted[what] > 0


def test_planned_counts_both_proposed_and_agreed_visits(
    visited: VisitedClass, client: Client, log_in: LogIn, frozen
) -> None:
    log_in(visited.school, Role.DIRECTOR)
    found = client.get(reverse("visits:visits", kwargs={"school": visited.school.slug}), {"stand": "gepland"})
    assert found.context["page"].paginator.count == 2


def test_a_word_in_the_address_that_means_nothing_narrows_nothing(
    visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    log_in(visited.school, Role.DIRECTOR)
    found = client.get(reverse("visits:visits", kwargs={"school": visited.school.slug}), {"wacht": "'", "stand": "x"})
    assert found.context["page"].paginator.count == 6
