"""The staff's pages of one visit, letters and undelivered mails: who gets in, and what the buttons do."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Event, Mentor, Role, School
from tests.addresses import view_name
from tests.conftest import NOW
from tests.factories import (
    make_campaign,
    make_class,
    make_household,
    make_mentor,
    make_school,
    make_student,
    make_topic,
    make_user,
    make_visit,
)
from tests.pages import LogIn, links_on
from visits.actions.agenda import pick_topics
from visits.actions.invitations import invite
from visits.actions.moments import mark_met
from visits.actions.outbox import send_due_messages
from visits.links import code_of, find_by_code
from visits.models import Answer, AnswerChannel, Message, MessageKind, MessageState, PlaceKind, Visit, VisitState
from visits.queries.history import HISTORY_VERBS
from visits.queries.visit_list import WaitsFor
from visits.words.history import HAPPENINGS
from visits.words.visit_list import WAITS

pytestmark = pytest.mark.django_db
EVENING = dt.datetime(2026, 9, 29, 16, 30, tzinfo=dt.UTC)
PAGES = ["visit", "visit_reschedule", "visit_cancel", "visit_answer"]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at NOW."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def visit(school: School) -> Visit:
    """A proposed visit of a family that was invited."""
    mentor = make_mentor(school)
    visit = make_visit(make_campaign(school), make_student(make_class(school, mentor)), starts_at=EVENING)
    invite(visit=visit, by=None, now=NOW)
    return visit


def url(visit: Visit, name: str = "visit", **kwargs: object) -> str:
    return reverse(view_name(name), kwargs={"school": visit.campaign.school.slug, "visit": visit.pk, **kwargs})


# --- who gets in ---


@pytest.mark.parametrize("name", PAGES)
def test_coordinator_and_own_mentor_arrange_a_visit(
    client: Client, log_in: LogIn, school: School, visit: Visit, name: str
) -> None:
    log_in(school, Role.COORDINATOR)
    assert client.get(url(visit, name)).status_code == 200
    client.force_login(visit.mentor.user)
    assert client.get(url(visit, name)).status_code == 200


@pytest.mark.parametrize("name", [*PAGES, "visit_undo", "visit_link"])
def test_nobody_else_does(client: Client, log_in: LogIn, school: School, visit: Visit, name: str) -> None:
    extra = {"visit_undo": {"token": "x"}, "visit_link": {"invitation": visit.invitations.get().pk}}.get(name, {})
    address = url(visit, name, **extra)
    before = Visit.objects.values().get()
    client.logout()
    assert client.get(address).status_code == 302
    wanted = {Role.MENTOR: 404, Role.CARE: 403, Role.DIRECTOR: 200 if name == "visit" else 403}
    for role, status in wanted.items():
        log_in(school, role)
        assert client.get(address).status_code == status, role
        if status != 200:
            assert client.post(address, {"version": 1, "for_good": "1", "answer": "declined"}).status_code == status
    for role in (Role.COORDINATOR, Role.MENTOR):
        log_in(make_school(), role)
        assert client.get(address).status_code == 404
        assert client.post(address, {"version": 1}).status_code == 404
    assert Visit.objects.values().get() == before


def test_a_visit_of_another_school_is_not_found_under_ones_own(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    other = make_school()
    log_in(other, Role.COORDINATOR)
    assert client.get(f"/school/{other.slug}/bezoeken/{visit.pk}/").status_code == 404


def test_a_director_who_is_a_mentor_too_arranges_only_own_visits(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    log_in(school, Role.DIRECTOR, Role.MENTOR)
    assert client.get(url(visit)).status_code == 200
    assert url(visit, "visit_reschedule") not in links_on(client.get(url(visit)).content.decode())
    assert client.post(url(visit, "visit_cancel"), {"version": 1}).status_code == 403


def test_the_page_shows_no_topic_and_no_secret_address(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    type(visit.household).objects.update(is_secret_address=True, street="Geheimestraat")
    topic = make_topic(school, "Kanarie-onderwerp")
    pick_topics(invitation=visit.invitations.get(), chosen=[topic], own_text="Kanarie-wens", by_whom="parent", now=NOW)
    log_in(school, Role.COORDINATOR)
    page = client.get(url(visit)).content.decode()
    assert "Kanarie" not in page and "Geheimestraat" not in page


def test_the_page_takes_as_many_queries_with_a_long_history(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    log_in(school, Role.COORDINATOR)
    with CaptureQueriesContext(connection) as few:
        client.get(url(visit))
    for days in range(1, 16):
        on = EVENING + dt.timedelta(days=days % 3)
        Visit.objects.get().refresh_from_db()
        client.post(url(visit, "visit_reschedule"), own_moment(Visit.objects.get(), on))
    with CaptureQueriesContext(connection) as many:
        client.get(url(visit))
    with CaptureQueriesContext(connection) as again:
        client.get(url(visit))
    assert len(again) <= len(many) and len(again) - len(few) <= 3  # the notices of the session


def test_all_that_a_history_shows_and_all_that_a_list_waits_for_has_its_words() -> None:
    assert set(HAPPENINGS) == set(HISTORY_VERBS)
    assert set(WAITS) == set(WaitsFor)


# --- moving, calling off, undoing ---


def own_moment(visit: Visit, starts_at: dt.datetime, **more: object) -> dict[str, object]:
    local = starts_at.astimezone(dt.timezone(dt.timedelta(hours=2)))
    return {"version": visit.version, "moment": "own", "on": local.date(), "at": local.strftime("%H:%M"), **more}


def test_moving_tells_the_family_once_and_can_be_undone(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    log_in(school, Role.COORDINATOR)
    later = EVENING + dt.timedelta(days=1)
    response = client.post(url(visit, "visit_reschedule"), own_moment(visit, later), follow=True)
    page = response.content.decode()
    assert "verzet naar wo 30 september 18.30" in page and "past niet in de avonden" in page
    assert Message.objects.filter(kind=MessageKind.MOVED).count() == 1
    undo = re.search(r'action="([^"]+/ongedaan/[^"]+)"', page)
    assert undo
    assert client.get(undo.group(1)).status_code == 302
    visit.refresh_from_db()
    assert visit.starts_at == later
    client.post(undo.group(1))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.state) == (EVENING, VisitState.PLANNED)
    client.post(undo.group(1))
    visit.refresh_from_db()
    assert visit.version == 3
    assert client.post(undo.group(1)[:-2] + "x/").status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"moment": "own"}, 422),
        ({"moment": "2026-09-30T16:00:00+00:00"}, 422),  # not on offer
        ({}, 422),
        ({"moment": "own", "on": "2026-09-01", "at": "18:00"}, 409),  # past
        ({"moment": "own", "on": "2026-10-20", "at": "18:00"}, 409),  # holiday
        ({"moment": "own", "on": "2026-09-30", "at": "18:00", "version": 7}, 409),
    ],
)
def test_a_moment_that_cannot_be_is_sent_back(
    client: Client, log_in: LogIn, school: School, visit: Visit, given: dict[str, object], status: int
) -> None:
    log_in(school, Role.COORDINATOR)
    response = client.post(url(visit, "visit_reschedule"), {"version": 1} | given)
    assert response.status_code == status
    visit.refresh_from_db()
    assert visit.starts_at == EVENING


def test_a_moment_at_which_the_mentor_is_busy_is_refused(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    later = EVENING + dt.timedelta(days=1)
    other = make_visit(visit.campaign, make_student(visit.mentor.classes.get()), visit.mentor, starts_at=later)
    log_in(school, Role.COORDINATOR)
    for page, more in (("visit_reschedule", {}), ("visit_answer", {"answer": "moment"})):
        response = client.post(url(visit, page), own_moment(visit, later) | more)
        assert response.status_code == 409
        assert response.context["form"].errors == {
            "at": [f"{visit.mentor.name} is wo 30 september van 18.30 tot 19.15 al bij {other.household.name}."]
        }


def test_a_home_that_is_visited_then_is_named_with_who_comes(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    later, colleague = EVENING + dt.timedelta(days=1), make_mentor(school)
    brother = make_student(make_class(school, colleague), visit.household)
    make_visit(visit.campaign, brother, colleague, starts_at=later)
    log_in(school, Role.COORDINATOR)
    response = client.post(url(visit, "visit_reschedule"), own_moment(visit, later + dt.timedelta(minutes=30)))
    family = visit.household.name
    assert (response.status_code, response.context["form"].errors) == (
        409,
        {"at": [f"{family} heeft wo 30 september van 18.30 tot 19.15 al een thuisbezoek van {colleague.name}."]},
    )


def test_a_mentor_does_not_read_whom_a_colleague_visits(client: Client, school: School, visit: Visit) -> None:
    later, colleague = EVENING + dt.timedelta(days=1), make_mentor(school)
    Visit.objects.filter(pk=visit.pk).update(second=colleague)
    other = make_visit(visit.campaign, make_student(make_class(school, colleague)), colleague, starts_at=later)
    client.force_login(visit.mentor.user)
    response = client.post(url(visit, "visit_reschedule"), own_moment(visit, later))
    (text,) = response.context["form"].errors["at"]
    assert text == f"{colleague.name} heeft wo 30 september van 18.30 tot 19.15 al een ander thuisbezoek."
    assert other.household.name not in response.content.decode()


def test_calling_off_looks_for_another_moment_or_ends_the_visit(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    log_in(school, Role.COORDINATOR)
    assert client.post(url(visit, "visit_cancel"), {"version": 9}).status_code == 409
    client.post(url(visit, "visit_cancel"), {"version": 1})
    visit.refresh_from_db()
    assert visit.state == VisitState.OPEN
    client.post(url(visit, "visit_cancel"), {"version": visit.version, "for_good": "1"})
    visit.refresh_from_db()
    assert visit.state == VisitState.CANCELLED


def test_a_visit_that_took_place_is_not_changed(client: Client, log_in: LogIn, school: School, visit: Visit) -> None:
    mark_met(visit=visit, by=None, now=NOW)
    log_in(school, Role.COORDINATOR)
    assert client.post(url(visit, "visit_cancel"), {"version": 1, "for_good": "1"}).status_code == 409
    later = own_moment(visit, EVENING + dt.timedelta(days=1))
    assert client.post(url(visit, "visit_reschedule"), later).status_code == 409
    assert client.post(url(visit, "visit_answer"), {"version": 1, "answer": "declined"}).status_code == 409
    visit.refresh_from_db()
    assert visit.state == VisitState.MET


# --- an answer by telephone ---


def test_an_answer_by_telephone_is_written_down(client: Client, log_in: LogIn, school: School, visit: Visit) -> None:
    client.force_login(visit.mentor.user)
    client.post(url(visit, "visit_answer"), {"version": 1, "answer": "accepted"})
    visit.refresh_from_db()
    invitation = visit.invitations.get()
    assert (visit.state, invitation.answer, invitation.channel) == (
        VisitState.CONFIRMED,
        Answer.ACCEPTED,
        AnswerChannel.PHONE,
    )
    later = EVENING + dt.timedelta(days=1)
    client.post(url(visit, "visit_answer"), own_moment(visit, later, answer="moment"))
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.CONFIRMED, later)
    given = {"version": visit.version, "answer": "place", "place_kind": "phone"}
    client.post(url(visit, "visit_answer"), given)
    visit.refresh_from_db()
    assert visit.place_kind == PlaceKind.PHONE
    client.post(url(visit, "visit_answer"), {"version": visit.version, "answer": "search"})
    visit.refresh_from_db()
    assert visit.state == VisitState.OPEN
    client.post(url(visit, "visit_answer"), {"version": visit.version, "answer": "declined"})
    visit.refresh_from_db()
    assert visit.state == VisitState.DECLINED
    assert not Message.objects.filter(kind=MessageKind.MOVED).exists()
    assert "na een telefoontje" in client.get(url(visit)).content.decode()


def test_a_refused_answer_leaves_no_invitation_and_the_same_answer_that_is_taken_does(
    client: Client, log_in: LogIn, school: School
) -> None:
    mentor = make_mentor(school)
    visit = make_visit(make_campaign(school), make_student(make_class(school, mentor)), starts_at=EVENING)
    log_in(school, Role.COORDINATOR)
    changed = {"version": visit.version + 1, "answer": "declined"}
    assert client.post(url(visit, "visit_answer"), changed).status_code == 409
    assert not visit.invitations.exists() and not Message.objects.exists()
    assert not Event.objects.filter(verb="invitation.made").exists()
    assert client.post(url(visit, "visit_answer"), changed | {"version": visit.version}).status_code == 302
    assert visit.invitations.get().answer == Answer.DECLINED


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"answer": "moment"},
        {"answer": "place"},
        {"answer": "place", "place_kind": "elsewhere"},
        {"answer": "nonsense"},
    ],
)
def test_half_an_answer_is_sent_back(
    client: Client, log_in: LogIn, school: School, visit: Visit, given: dict[str, str]
) -> None:
    log_in(school, Role.COORDINATOR)
    assert client.post(url(visit, "visit_answer"), {"version": 1} | given).status_code == 422
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED


def test_a_family_gets_a_new_link_or_none(client: Client, log_in: LogIn, school: School, visit: Visit) -> None:
    log_in(school, Role.COORDINATOR)
    invitation = visit.invitations.get()
    before = invitation.token_hash
    client.post(url(visit, "visit_link", invitation=invitation.pk))
    invitation.refresh_from_db()
    assert invitation.token_hash != before
    client.post(url(visit, "visit_link", invitation=invitation.pk), {"close": "1"})
    invitation.refresh_from_db()
    assert invitation.revoked_at == NOW
    assert "link gesloten" in client.get(url(visit)).content.decode()


# --- letters ---


def test_families_without_mail_get_a_letter_with_their_own_code(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    home = make_household(school, guardians=0, name="Gezin zonder mail")
    student = make_student(visit.mentor.classes.get(), home, first_name="Bo")
    letter = make_visit(visit.campaign, student, starts_at=EVENING + dt.timedelta(days=1))
    (invitation,) = invite(visit=letter, by=None, now=NOW)
    log_in(school, Role.COORDINATOR)
    kwargs = {"school": school.slug, "campaign": visit.campaign.pk}
    listed = client.get(reverse("visits:letters", kwargs=kwargs)).content.decode()
    assert "Gezin zonder mail" in listed and visit.household.name not in listed
    printed = client.get(reverse("visits:letters_print", kwargs=kwargs)).content.decode()
    assert code_of(invitation) in printed and "wo 30 september" in printed
    assert find_by_code(code_of(invitation), NOW) == invitation
    assert "Voorbeeldstraat" not in printed
    client.post(reverse("visits:letters", kwargs=kwargs), {"given": [invitation.pk]})
    invitation.refresh_from_db()
    assert invitation.sent_at == NOW
    assert code_of(invitation) not in client.get(reverse("visits:letters_print", kwargs=kwargs)).content.decode()
    client.post(url(letter, "visit_reschedule"), own_moment(letter, EVENING + dt.timedelta(days=2)))
    assert "veranderd sinds de brief" in client.get(reverse("visits:letters", kwargs=kwargs)).content.decode()


def test_letters_take_as_many_queries_for_eight_families_as_for_one(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    log_in(school, Role.COORDINATOR)
    address = reverse("visits:letters_print", kwargs={"school": school.slug, "campaign": visit.campaign.pk})
    counts = []
    for number in range(8):
        student = make_student(visit.mentor.classes.get(), make_household(school, guardians=0))
        letter = make_visit(visit.campaign, student, starts_at=EVENING + dt.timedelta(days=1, hours=number))
        invite(visit=letter, by=None, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).content.decode().count("<article") == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[-1]


def test_letters_are_the_coordinators_alone(client: Client, log_in: LogIn, school: School, visit: Visit) -> None:
    for name in ("letters", "letters_print"):
        address = reverse(view_name(name), kwargs={"school": school.slug, "campaign": visit.campaign.pk})
        for role in (Role.MENTOR, Role.DIRECTOR, Role.CARE):
            log_in(school, role)
            assert client.get(address).status_code == 403
        other = make_school()
        log_in(other, Role.COORDINATOR)
        assert client.get(address).status_code == 404
        own = reverse(view_name(name), kwargs={"school": other.slug, "campaign": visit.campaign.pk})
        assert client.get(own).status_code == 404


# --- mails that did not arrive ---


def test_a_coordinator_sees_what_did_not_arrive_and_tries_again(
    client: Client, log_in: LogIn, school: School, visit: Visit
) -> None:
    row = Message.objects.get()
    Message.objects.update(state=MessageState.FAILED, outcome="address_refused", attempts=1)
    address = reverse("visits:messages_undelivered", kwargs={"school": school.slug})
    for role in (Role.MENTOR, Role.DIRECTOR, Role.CARE):
        log_in(school, role)
        assert client.get(address).status_code == 403
    other = make_school()
    log_in(other, Role.COORDINATOR)
    elsewhere = reverse("visits:messages_undelivered", kwargs={"school": other.slug})
    assert "Alles is bezorgd" in client.get(elsewhere).content.decode()
    assert client.post(elsewhere, {"message": row.pk}).status_code == 404
    log_in(school, Role.COORDINATOR)
    page = client.get(address).content.decode()
    assert "bestaat niet" in page and visit.household.name in page
    assert client.post(address, {"message": "x"}).status_code == 404
    client.post(address, {"message": row.pk})
    assert send_due_messages(now=NOW)["sent"] == 1


def test_the_mentors_own_name_is_not_needed_to_arrange(school: School, visit: Visit, client: Client) -> None:
    """A mentor who was replaced no longer reaches the visit."""
    former = visit.mentor.user
    Visit.objects.update(mentor=Mentor.objects.get(user=make_user(school, Role.MENTOR)))
    client.force_login(former)
    assert client.get(url(visit)).status_code == 404
