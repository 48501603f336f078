"""The pages on which a coordinator decides who goes together, who takes over, and when interpreters are there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Role
from notes.models import VisitReport
from planning.actions.publishing import publish_plan
from tests import factories
from tests.addresses import view_name
from tests.pages import LogIn, links_on, page, posts_to
from tests.visits.families import campaign_with_siblings, two_visits
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign
from visits.actions.cohorts import join_cohort
from visits.actions.commitments import GivesAndTakes, set_company
from visits.actions.outbox import send_due_messages
from visits.models import (
    CampaignState,
    Commitment,
    InterpreterShift,
    Invitation,
    SiblingChoice,
    SiblingPair,
    Visit,
    VisitState,
)
from visits.queries.siblings import PairLine, SuggestionReason

pytestmark = [pytest.mark.usefixtures("today"), pytest.mark.django_db]


def url(staffed: StaffedCampaign, name: str, **more: Any) -> str:
    return reverse(view_name(name), kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk, **more})


def lines_on(client: Client, staffed: StaffedCampaign) -> list[PairLine]:
    """The pairs of children that the page shows."""
    return [line for line, _form, _reason in client.get(url(staffed, "campaign_siblings")).context["rows"]]


def key(first: Visit, second: Visit) -> str:
    return f"{first.pk}-{second.pk}"


def test_the_page_shows_a_pair_with_its_mentors_and_keeps_the_choice(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    user = log_in(staffed.school, Role.COORDINATOR)
    page = client.get(url(staffed, "campaign_siblings"))
    (((line, _form, _reason)),) = page.context["rows"]
    assert (line.pair, line.suggestion) == ((sara, tom), SiblingChoice.JOINT)
    for words in ("Sara", "Tom", sara.mentor.name, tom.mentor.name):
        assert words in page.content.decode()
    pair = key(sara, tom)
    answer = client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": "joint"}, follow=True)
    assert answer.context["open"] == 0
    row = SiblingPair.objects.get()
    assert (row.choice, row.decided_by, row.decided_at) == (SiblingChoice.JOINT, user, now)


def test_a_choice_that_is_not_offered_or_cannot_be_is_refused_at_the_field(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    log_in(staffed.school, Role.COORDINATOR)
    pair = key(sara, tom)
    for choice in ("", "double-999999", "iets"):
        answer = client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": choice})
        assert answer.status_code == 422
    assert client.post(url(staffed, "campaign_siblings"), {"pair": "1-2"}).status_code == 409
    assert not SiblingPair.objects.exists()


def test_one_mentor_for_both_is_chosen_by_name(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    log_in(staffed.school, Role.COORDINATOR)
    pair = key(sara, tom)
    client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": f"double-{tom.mentor.pk}"})
    tom.refresh_from_db()
    assert tom.students.count() == 2
    page = client.get(url(staffed, "campaign_siblings")).content.decode()
    assert f'<option value="double-{tom.mentor.pk}" selected>' in page and page.count(" selected>") == 2


def test_the_page_stands_on_what_was_chosen(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now)
    log_in(staffed.school, Role.COORDINATOR)
    pair = key(sara, tom)
    assert '<option value="together" selected>' not in client.get(url(staffed, "campaign_siblings")).content.decode()
    client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": "together"})
    assert '<option value="together" selected>' in client.get(url(staffed, "campaign_siblings")).content.decode()


def test_a_choice_for_the_whole_round_quiets_the_work_list(client: Client, log_in: LogIn, now) -> None:
    staffed, _sara, _tom = campaign_with_siblings(now)
    staffed.campaign.state = CampaignState.PUBLISHED
    staffed.campaign.save()
    log_in(staffed.school, Role.COORDINATOR)
    worklist = reverse("reports:worklist", kwargs={"school": staffed.school.slug})
    assert url(staffed, "campaign_siblings") in links_on(page(client, worklist))
    client.post(url(staffed, "campaign_siblings"), {"pair": "all", "siblings": "together"})
    assert url(staffed, "campaign_siblings") not in links_on(page(client, worklist))
    assert client.post(url(staffed, "campaign_siblings"), {"pair": "all", "siblings": "double"}).status_code == 422


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_pages_ask_no_more_of_thirty_than_of_one(client: Client, log_in: LogIn, now) -> None:
    staffed, _sara, _tom = campaign_with_siblings(now)
    log_in(staffed.school, Role.COORDINATOR)
    pages = [url(staffed, f"campaign_{name}") for name in ("siblings", "commitments", "interpreters")]
    few = [queries_of(client, page) for page in pages]
    for _number in range(30):
        home = factories.make_household(staffed.school, needs_interpreter=True, language="ti")
        for school_class in staffed.classes:
            factories.make_student(school_class, home)
    for _number in range(30):
        factories.make_shift(staffed.campaign, factories.make_mentor(staffed.school), dt.date(2026, 10, 6))
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    assert [queries_of(client, page) for page in pages] == few


def test_what_a_mentor_takes_on_is_kept_and_shown(client: Client, log_in: LogIn, now) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=1)
    log_in(staffed.school, Role.COORDINATOR)
    mentor, colleague = staffed.mentors
    form = url(staffed, "campaign_commitment", mentor=mentor.pk)
    client.post(form, {"most_visits": "7", "takes_over": "on", "companions": [colleague.pk]})
    row = Commitment.objects.get()
    assert (row.most_visits, row.takes_over, list(row.companions.all())) == (7, True, [colleague])
    line = client.get(url(staffed, "campaign_commitments")).context["lines"][0]
    assert (line.commitment, line.companions) == (row, [colleague])


def test_giving_and_taking_at_once_is_refused_at_the_field(client: Client, log_in: LogIn, now) -> None:
    staffed = make_staffed_campaign(now, families=1)
    log_in(staffed.school, Role.COORDINATOR)
    form = url(staffed, "campaign_commitment", mentor=staffed.mentors[0].pk)
    answer = client.post(form, {"hands_over": "on", "takes_over": "on"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"takes_over": [GivesAndTakes.text]}
    stranger = factories.make_mentor(factories.make_school())
    assert client.post(form, {"companions": [stranger.pk]}).status_code == 422
    assert client.post(form, {"companions": [staffed.mentors[0].pk]}).status_code == 422
    assert client.post(form, {"most_visits": "-1"}).status_code == 422
    assert not Commitment.objects.exists()


def hours(**more: str) -> dict[str, str]:
    return {
        "language": "ar", "on": "2026-10-06", "from_time": "17:00", "until_time": "21:00", "count": "2", **more
    }  # fmt: skip


def test_hours_of_interpreters_are_copied_to_every_week_and_taken_off(client: Client, log_in: LogIn, now) -> None:
    staffed = make_staffed_campaign(now, families=1)
    log_in(staffed.school, Role.COORDINATOR)
    client.post(url(staffed, "campaign_interpreters"), hours(every_week="on"))
    rows = list(InterpreterShift.objects.all())
    assert [(row.on, row.count) for row in rows] == [(dt.date(2026, 10, 6), 2), (dt.date(2026, 10, 13), 2)]
    client.post(url(staffed, "interpreters_remove", hours=rows[0].pk))
    assert list(InterpreterShift.objects.all()) == rows[1:]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"on": "2026-12-25"}, "zijn er in deze bezoekronde geen thuisbezoeken"),
        ({"until_time": "16:00"}, "Kies een tijd na het begin."),
        ({"count": "0"}, "1"),
        ({"language": "klingon"}, "klingon"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_the_field(
    client: Client, log_in: LogIn, now, wrong: dict[str, str], words: str
) -> None:
    staffed = make_staffed_campaign(now, families=1)
    log_in(staffed.school, Role.COORDINATOR)
    answer = client.post(url(staffed, "campaign_interpreters"), hours(**wrong))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors)
    assert not InterpreterShift.objects.exists()


def test_the_same_hours_twice_are_refused(client: Client, log_in: LogIn, now) -> None:
    staffed = make_staffed_campaign(now, families=1)
    log_in(staffed.school, Role.COORDINATOR)
    client.post(url(staffed, "campaign_interpreters"), hours())
    assert client.post(url(staffed, "campaign_interpreters"), hours()).status_code == 422
    assert InterpreterShift.objects.count() == 1


def test_the_list_for_interpreters_names_no_family_and_no_secret_address(client: Client, log_in: LogIn, now) -> None:
    staffed = make_staffed_campaign(now, families=0)
    pupils = staffed.classes[0]
    for secret in (False, True):
        home = factories.make_household(
            staffed.school,
            name=f"Familie Geheimhouder{secret}",
            street=f"Laan{secret}",
            is_secret_address=secret,
            needs_interpreter=True,
            language="ti",
        )
        factories.make_student(pupils, home)
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    publish_plan(plan=staffed.draft(), by=None, now=now)
    log_in(staffed.school, Role.COORDINATOR)
    page = client.get(url(staffed, "campaign_interpreters")).content.decode()
    assert "Tigrinya" in page and "LaanFalse" in page
    assert "Geheimhouder" not in page and "LaanTrue" not in page


def test_who_comes_along_sees_evening_and_card_and_no_report(client: Client, now) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=1)
    unsure, colleague = staffed.mentors
    visit = staffed.campaign.visits.get(mentor=unsure)
    set_company(visit=visit, companions=[colleague], by=factories.make_user(staffed.school, Role.COORDINATOR), now=now)
    publish_plan(plan=staffed.draft(), by=None, now=now)
    client.force_login(colleague.user)
    at = {"school": staffed.school.slug}
    pupil = visit.students.get()
    assert client.get(reverse("visits:visit", kwargs=at | {"visit": visit.pk})).status_code == 200
    card = client.get(reverse("notes:card", kwargs=at | {"visit": visit.pk})).content.decode()
    assert pupil.first_name in card and f"Je gaat mee met {unsure.name}" in card
    for name in ("log", "memory_aid", "hand_over"):
        assert client.get(reverse(f"notes:{name}", kwargs=at | {"visit": visit.pk})).status_code == 404
    change = reverse("visits:visit_cancel", kwargs=at | {"visit": visit.pk})
    assert client.get(change).status_code == 403
    report = VisitReport.objects.create(
        school=staffed.school, visit=visit, author=unsure, outcome="at_home", created_at=now, updated_at=now,
        finished_at=now,
    )  # fmt: skip
    assert not VisitReport.objects.visible_to(colleague.user).exists()
    assert VisitReport.objects.visible_to(unsure.user).get() == report


@pytest.mark.parametrize("has_taken_place", [True, False])
def test_who_came_along_reads_nothing_about_the_family_any_more_after_the_day(
    client: Client, now, has_taken_place: bool
) -> None:
    staffed = make_staffed_campaign(now, mentors=2, families=1)
    own, colleague = staffed.mentors
    visit = staffed.campaign.visits.get(mentor=own)
    for days, state in ((0, VisitState.MET), (1, VisitState.MET if has_taken_place else VisitState.CONFIRMED)):
        begins = now - dt.timedelta(days=days, hours=1)
        moment = {"starts_at": begins, "ends_at": begins + dt.timedelta(minutes=45)}
        Visit.objects.filter(pk=visit.pk).update(state=state, second=colleague, **moment)
        at = {"school": staffed.school.slug}
        pages = [reverse(name, kwargs=at | {"visit": visit.pk}) for name in ("notes:card", "visits:visit")]
        listed = reverse("visits:visits", kwargs=at) + f"?stand={state}"
        for mentor, is_read in ((own, True), (colleague, not days)):
            client.force_login(mentor.user)
            assert [client.get(page).status_code for page in pages] == [200 if is_read else 404] * 2
            assert (visit.household.name in client.get(listed).content.decode()) == is_read


def test_each_mentor_of_a_joint_visit_reads_the_reports_of_own_pupils_only(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    log_in(staffed.school, Role.COORDINATOR)
    pair = key(sara, tom)
    client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": "joint"})
    publish_plan(plan=staffed.draft(), by=None, now=now)
    sara, tom = two_visits(staffed, sara.household)
    report = VisitReport.objects.create(
        school=staffed.school, visit=sara, author=sara.mentor, outcome="at_home", created_at=now, updated_at=now,
        finished_at=now,
    )  # fmt: skip
    assert VisitReport.objects.visible_to(sara.mentor.user).get() == report
    assert not VisitReport.objects.visible_to(tom.mentor.user).exists()
    client.force_login(tom.mentor.user)
    evening = client.get(reverse("notes:evening", kwargs={"school": staffed.school.slug})).content.decode()
    assert f"Samen met {sara.mentor.name}" in evening


def test_the_mails_and_the_calendar_of_a_joint_visit_name_both_mentors_once_a_guardian(
    client: Client, log_in: LogIn, now
) -> None:
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    user = log_in(staffed.school, Role.COORDINATOR)
    pair = key(sara, tom)
    client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": "joint"})
    publish_plan(plan=staffed.draft(), by=None, now=now)
    send_due_messages(now=now)
    assert len(mail.outbox) == sara.household.guardians.count()
    assert all("U ontmoet de mentoren van Sara en Tom." in sent.body for sent in mail.outbox)
    sara, tom = two_visits(staffed, sara.household)
    client.force_login(user)
    client.post(
        reverse("visits:visit_answer", kwargs={"school": staffed.school.slug, "visit": tom.pk}),
        {"answer": "accepted", "version": sara.version},
    )
    assert {visit.state for visit in two_visits(staffed, sara.household)} == {VisitState.CONFIRMED}
    mail.outbox.clear()
    send_due_messages(now=now + dt.timedelta(minutes=1))
    confirmations = [sent for sent in mail.outbox if "afspraak" in sent.subject]
    assert len(confirmations) == sara.household.guardians.count()
    calendar = confirmations[0].attachments[0].get_payload(decode=True).decode().replace("\r\n ", "")
    assert "Kennismaken met de mentoren van Sara en Tom" in calendar


def test_both_pages_of_a_joint_visit_renew_and_close_the_familys_one_link(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    log_in(staffed.school, Role.COORDINATOR)
    pair = key(sara, tom)
    client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": "joint"})
    publish_plan(plan=staffed.draft(), by=None, now=now)
    invitation = Invitation.objects.get(visit__household=sara.household)
    assert invitation.visit == sara
    client.force_login(tom.mentor.user)
    at = {"school": staffed.school.slug, "visit": tom.pk}
    shown = client.get(reverse("visits:visit", kwargs=at))
    link = reverse("visits:visit_link", kwargs=at | {"invitation": invitation.pk})
    assert link in posts_to(shown.content.decode())
    assert shown.context["is_invited_elsewhere"] and shown.context["invitations"] == [invitation]
    old = invitation.token_hash
    client.post(link)
    invitation.refresh_from_db()
    assert invitation.token_hash != old and Invitation.objects.filter(revoked_at=None).get() == invitation
    client.post(link, {"close": "1"})
    assert not Invitation.objects.filter(revoked_at=None).exists()
    elsewhere = reverse("visits:visit_link", kwargs={**at, "visit": sara.pk, "invitation": invitation.pk})
    assert client.post(elsewhere).status_code == 404


def test_the_page_says_how_three_children_are_visited(client: Client, log_in: LogIn, now) -> None:
    staffed, sara, tom = campaign_with_siblings(now, families=0)
    log_in(staffed.school, Role.COORDINATOR)
    assert not any(line.is_of_many for line in lines_on(client, staffed))
    third = factories.make_class(staffed.school, factories.make_mentor(staffed.school))
    factories.make_student(third, sara.household, first_name="Bo")
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    lines = lines_on(client, staffed)
    assert [line.is_first for line in lines if line.is_of_many].count(True) == 1
    assert client.get(url(staffed, "campaign_siblings")).context["open"] == 1
    pair = key(sara, tom)
    client.post(url(staffed, "campaign_siblings"), {"pair": pair, f"{pair}-choice": "joint"})
    others = [line for line in lines_on(client, staffed) if line.reason == SuggestionReason.WITH_ANOTHER]
    assert [line.suggestion for line in others] == [SiblingChoice.APART] * 2
