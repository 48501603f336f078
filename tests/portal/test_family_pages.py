"""The family's page: how things stand, and every answer."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.views.home import HomeState
from tests.conftest import NOW
from tests.factories import make_shift, make_student, make_topic, make_visit
from tests.pages import links_on, posts_to
from tests.portal.conftest import EVENING
from tests.portal.pages import hours_form, post, state_of, text_of
from visits.actions import moments
from visits.actions.visit_rows import MomentError, VisitChanged
from visits.models import (
    AgendaTopic,
    Answer,
    AnswerChannel,
    Availability,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    PlaceKind,
    Visit,
    VisitState,
)
from visits.queries.moments import fitting_moments

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 9, 28)


# --- agreeing ---


def test_the_page_shows_a_first_name_a_moment_and_two_answers(client: Client, address: str, visit: Visit) -> None:
    page = text_of(client, address)
    assert "De mentor van Sara komt graag kennismaken" in page
    assert "di 29 september" in page and "18.30 tot 19.15 uur" in page and "bij u thuis" in page
    assert address + "akkoord/" in posts_to(page) and address + "anders/" in links_on(page)
    for secret in ("Geheimzinnig", "Voorbeeldstraat", "9998", visit.household.name, visit.mentor.name, "@"):
        assert secret not in page


def test_agreeing_makes_it_an_appointment(client: Client, address: str, visit: Visit, invitation: Invitation) -> None:
    assert post(client, address + "akkoord/", version=visit.version) == 302
    visit.refresh_from_db()
    invitation.refresh_from_db()
    assert visit.state == VisitState.CONFIRMED
    assert (invitation.answer, invitation.channel) == (Answer.ACCEPTED, AnswerChannel.LINK)
    assert state_of(client, address) == HomeState.AGREED
    assert Message.objects.filter(kind=MessageKind.CONFIRMATION).count() == 1


def test_agreeing_twice_is_agreeing_once(client: Client, address: str, visit: Visit) -> None:
    for _click in range(2):
        post(client, address + "akkoord/", version=visit.version)
    assert Message.objects.filter(kind=MessageKind.CONFIRMATION).count() == 1


def test_nobody_agrees_with_a_moment_that_moved_meanwhile(client: Client, address: str, visit: Visit) -> None:
    seen = visit.version
    moments.reschedule_visit(
        visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=EVENING - dt.timedelta(days=5)
    )
    response = client.post(address + "akkoord/", {"version": seen})
    assert response.status_code == 409
    assert isinstance(response.context["refusal"], VisitChanged) and "wo 30 september" in response.content.decode()
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED


def test_a_family_whose_moment_moved_reads_which_one_lapsed(
    client: Client, address: str, visit: Visit, invitation: Invitation
) -> None:
    told = {"kind": MessageKind.INVITATION, "school": visit.campaign.school, "visit": visit, "created_at": NOW}
    sent = {"state": MessageState.SENT, "sent_at": NOW, "due_at": NOW, "told_starts_at": EVENING}
    Message.objects.create(key="told", invitation=invitation, **told, **sent)
    assert client.get(address).context["lapsed"] is None
    moments.reschedule_visit(
        visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=EVENING - dt.timedelta(days=5)
    )
    shown = client.get(address)
    assert shown.context["lapsed"] == EVENING
    assert "di 29 september 18.30" in shown.content.decode() and "wo 30 september" in shown.content.decode()
    Message.objects.filter(key="told").update(invitation=None)  # told to another home of the same pupil
    assert client.get(address).context["lapsed"] is None


def test_extra_fields_in_a_form_change_nothing(client: Client, address: str, visit: Visit) -> None:
    post(
        client, address + "akkoord/", version=visit.version, state="met", mentor="", school="9", starts_at="2026-01-01"
    )
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.CONFIRMED, EVENING)


# --- another moment ---


def test_the_moments_on_offer_fit_and_choosing_one_moves_the_visit(
    client: Client, address: str, visit: Visit, now: dt.datetime
) -> None:
    make_shift(visit.campaign, visit.mentor, MONDAY)
    page = text_of(client, address + "moment/")
    assert "ma 28 september" in page
    chosen = fitting_moments(visit, now)[0]
    assert chosen.starts_at.isoformat() != ""
    answer = {"starts_at": chosen.starts_at.isoformat(), "version": visit.version}
    assert client.post(address + "moment/", answer).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at, visit.version) == (VisitState.CONFIRMED, chosen.starts_at, 2)
    assert visit.route is not None and visit.route.on == MONDAY
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds == {MessageKind.INVITATION, MessageKind.CONFIRMATION, MessageKind.ANSWER_RECEIVED}


def test_a_moment_that_was_just_taken_is_refused_in_plain_words(
    client: Client, address: str, visit: Visit, now: dt.datetime
) -> None:
    make_shift(visit.campaign, visit.mentor, MONDAY)
    chosen = fitting_moments(visit, now)[0]
    make_visit(visit.campaign, make_student(visit.mentor.classes.get()), visit.mentor, starts_at=chosen.starts_at)
    response = client.post(address + "moment/", {"starts_at": chosen.starts_at.isoformat(), "version": visit.version})
    assert response.status_code == 409
    assert isinstance(response.context["refusal"], MomentError)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (VisitState.PLANNED, EVENING)


@pytest.mark.parametrize(
    "starts_at", ["2026-09-28T03:00:00+00:00", "2026-01-01T16:00:00+00:00", "2026-10-20T16:00:00+00:00", "x", ""]
)
def test_a_moment_that_was_not_on_offer_is_refused(client: Client, address: str, visit: Visit, starts_at: str) -> None:
    make_shift(visit.campaign, visit.mentor, MONDAY)
    make_shift(visit.campaign, visit.mentor, dt.date(2026, 10, 20))
    assert post(client, address + "moment/", starts_at=starts_at, version=visit.version) in (409, 422)
    visit.refresh_from_db()
    assert visit.starts_at == EVENING


def test_without_a_fitting_moment_the_family_tells_when_it_can(
    client: Client, address: str, visit: Visit, invitation: Invitation
) -> None:
    assert 'type="radio"' not in text_of(client, address + "moment/")
    answer = {"version": visit.version, **hours_form(answer_1="can", answer_3="cannot", from_3="12:00")}
    assert client.post(address + "wanneer/", answer).status_code == 302
    visit.refresh_from_db()
    invitation.refresh_from_db()
    assert (visit.state, visit.starts_at, invitation.answer) == (VisitState.OPEN, None, Answer.OTHER)
    rows = Availability.objects.order_by("weekday").values_list("weekday", "is_wish", "from_time")
    assert list(rows) == [(1, True, dt.time(16)), (3, False, dt.time(12))]
    assert state_of(client, address) == HomeState.SEARCHING and "dinsdag" in text_of(client, address)
    assert Message.objects.filter(kind=MessageKind.ANSWER_RECEIVED).exists()
    assert not Message.objects.filter(kind=MessageKind.CANCELLED).exists()


def test_hours_without_a_day_or_in_the_wrong_order_are_sent_back(client: Client, address: str, visit: Visit) -> None:
    assert post(client, address + "wanneer/", version=1, **hours_form()) == 422
    wrong = hours_form(answer_0="can", from_0="20:00", until_0="17:00")
    response = client.post(address + "wanneer/", {"version": 1, **wrong})
    assert response.status_code == 422
    assert response.context["form"].errors
    assert not Availability.objects.exists()


# --- another place ---


@pytest.mark.parametrize("kind", [PlaceKind.PHONE, PlaceKind.VIDEO, PlaceKind.SCHOOL])
def test_another_place_keeps_the_moment_when_it_can(
    client: Client, address: str, visit: Visit, kind: PlaceKind
) -> None:
    assert post(client, address + "plek/", version=visit.version, place_kind=kind) == 302
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at, visit.place_kind) == (VisitState.CONFIRMED, EVENING, kind)


def test_a_place_that_is_too_far_from_the_neighbours_asks_for_another_moment(
    client: Client, address: str, visit: Visit, invitation: Invitation
) -> None:
    neighbour = make_student(visit.mentor.classes.get())
    end = EVENING + dt.timedelta(minutes=45)
    make_visit(visit.campaign, neighbour, visit.mentor, starts_at=end + dt.timedelta(minutes=1))
    response = client.post(address + "plek/", {"version": visit.version, "place_kind": "school"})
    assert response["Location"] == address + "moment/"
    visit.refresh_from_db()
    invitation.refresh_from_db()
    assert (visit.state, visit.place_kind, invitation.answer) == (VisitState.OPEN, "school", Answer.OTHER)


def test_somewhere_else_needs_a_line(client: Client, address: str, visit: Visit) -> None:
    assert post(client, address + "plek/", version=visit.version, place_kind="elsewhere") == 422
    assert (
        post(client, address + "plek/", version=visit.version, place_kind="elsewhere", place_note="De bibliotheek")
        == 302
    )
    visit.refresh_from_db()
    assert visit.place_note == "De bibliotheek"


# --- rather not, and changing one's mind ---


def test_declining_asks_no_reason_and_can_be_taken_back(
    client: Client, address: str, visit: Visit, now: dt.datetime
) -> None:
    assert "reason" not in text_of(client, address + "liever-niet/")
    assert post(client, address + "liever-niet/", version=visit.version) == 302
    visit.refresh_from_db()
    assert visit.state == VisitState.DECLINED
    assert "dat is goed" in text_of(client, address)
    make_shift(visit.campaign, visit.mentor, MONDAY)
    chosen = fitting_moments(visit, now)[0]
    assert post(client, address + "moment/", starts_at=chosen.starts_at.isoformat(), version=visit.version) == 302
    visit.refresh_from_db()
    assert visit.state == VisitState.CONFIRMED


def test_on_the_day_itself_a_family_can_agree_but_not_change(
    client: Client, address: str, visit: Visit, set_now: Callable[[dt.datetime], None]
) -> None:
    set_now(EVENING - dt.timedelta(hours=6))
    assert post(client, address + "liever-niet/", version=visit.version) == 409
    assert post(client, address + "plek/", version=visit.version, place_kind="phone") == 409
    assert post(client, address + "wanneer/", version=visit.version, **hours_form(answer_0="can")) == 409
    assert post(client, address + "akkoord/", version=visit.version) == 302
    visit.refresh_from_db()
    assert visit.state == VisitState.CONFIRMED
    assert "Het is vandaag" in text_of(client, address)


def test_a_moment_that_has_passed_cannot_be_agreed_with(
    client: Client, address: str, visit: Visit, set_now: Callable[[dt.datetime], None]
) -> None:
    set_now(EVENING + dt.timedelta(hours=6))
    assert post(client, address + "akkoord/", version=visit.version) == 409
    assert state_of(client, address) == HomeState.PAST


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (moments.cancel_visit, HomeState.CANCELLED),
        (moments.open_visit, HomeState.WAITING),
        (moments.mark_met, HomeState.MET),
    ],
)
def test_the_page_always_shows_how_things_stand(
    client: Client,
    address: str,
    visit: Visit,
    now: dt.datetime,
    change: Callable[..., Visit],
    state: HomeState,
) -> None:
    change(visit=visit, by=None, now=now)
    assert state_of(client, address) == state


@pytest.mark.parametrize("change", [moments.cancel_visit, moments.mark_met])
@pytest.mark.parametrize("part", ["akkoord/", "moment/", "plek/", "wanneer/", "liever-niet/"])
def test_nothing_changes_after_the_conversation_or_a_cancellation(
    client: Client, address: str, visit: Visit, now: dt.datetime, change: Callable[..., Visit], part: str
) -> None:
    change(visit=visit, by=None, now=now)
    before = Visit.objects.values().get(pk=visit.pk)
    answer = {"version": visit.version, "place_kind": "phone", "starts_at": "2026-09-28T16:00:00+00:00"}
    assert client.post(address + part, answer | hours_form(answer_0="can")).status_code == 409
    assert Visit.objects.values().get(pk=visit.pk) == before


# --- topics ---


def test_parents_and_pupil_each_pick_their_own_topics(
    client: Client, address: str, visit: Visit, invitation: Invitation
) -> None:
    school = visit.campaign.school
    for_both = make_topic(school, "Vrienden en de klas")
    parents_only = make_topic(school, "Contact houden", for_pupils=False)
    late_only = make_topic(school, "Nieuw op school", only_late_entrants=True)
    switched_off = make_topic(school, "Waarden", is_active=False)
    page = text_of(client, address + "leerling/")
    assert "Waar wil jij het over hebben?" in page and for_both.text in page
    for absent in (parents_only, late_only, switched_off):
        assert absent.text not in page
    post(client, address + "onderwerpen/", topics=[for_both.pk, parents_only.pk], own_text="  Over\nhuiswerk ")
    post(client, address + "leerling/", topics=[for_both.pk], own_text="PUPILS-OWN-WORDS")
    rows = list(invitation.agenda.values_list("by", "topic", "own_text"))
    assert rows == [
        (AgendaTopic.PARENT, for_both.pk, ""),
        (AgendaTopic.PARENT, parents_only.pk, ""),
        (AgendaTopic.PARENT, None, "Over huiswerk"),
        (AgendaTopic.PUPIL, for_both.pk, ""),
        (AgendaTopic.PUPIL, None, "PUPILS-OWN-WORDS"),
    ]
    page = text_of(client, address)
    assert "Uw kind koos 2 onderwerpen" in page and "PUPILS-OWN-WORDS" not in page
    post(client, address + "onderwerpen/", own_text="")
    assert not invitation.agenda.filter(by=AgendaTopic.PARENT).exists()


def test_a_topic_of_another_school_or_not_on_offer_is_refused(
    client: Client, address: str, visit: Visit, invitation: Invitation
) -> None:
    from tests.factories import make_school

    foreign = make_topic(make_school())
    hidden = make_topic(visit.campaign.school, "Alleen voor leerlingen", for_parents=False)
    for topic in (foreign, hidden):
        assert post(client, address + "onderwerpen/", topics=[topic.pk]) == 422
    assert not invitation.agenda.exists()


def test_topics_can_no_longer_be_picked_once_the_conversation_began(
    client: Client, address: str, visit: Visit, invitation: Invitation, set_now: Callable[[dt.datetime], None]
) -> None:
    topic = make_topic(visit.campaign.school)
    set_now(EVENING)
    assert post(client, address + "onderwerpen/", topics=[topic.pk]) == 409
    assert not invitation.agenda.exists()


# --- language, size ---


def test_the_language_of_the_page_can_be_switched(client: Client, address: str) -> None:
    assert post(client, address + "taal/", language="en") == 302
    assert 'lang="en"' in text_of(client, address)
    assert post(client, address + "taal/", language="xx") == 302
    assert 'lang="en"' in text_of(client, address)


def test_the_language_of_contact_is_the_language_of_the_page(client: Client, address: str, visit: Visit) -> None:
    type(visit.household).objects.filter(pk=visit.household_id).update(language="en")
    assert 'lang="en"' in text_of(client, address)


@pytest.mark.parametrize("part", ["", "moment/", "plek/", "wanneer/", "onderwerpen/", "leerling/"])
def test_a_page_takes_few_queries_however_full_the_mentors_evenings_are(
    client: Client, address: str, visit: Visit, part: str
) -> None:
    school_class = visit.mentor.classes.get()
    for day in range(1, 4):
        make_shift(visit.campaign, visit.mentor, MONDAY + dt.timedelta(days=7 * day))
    with CaptureQueriesContext(connection) as few:
        client.get(address + part)
    for day in range(4, 19):
        on = MONDAY + dt.timedelta(days=day)
        make_shift(visit.campaign, visit.mentor, on) if on.weekday() != 0 else None
        for hour in (14, 17):
            at = dt.datetime.combine(on, dt.time(hour), tzinfo=dt.UTC)
            make_visit(visit.campaign, make_student(school_class), visit.mentor, starts_at=at)
    with CaptureQueriesContext(connection) as many:
        client.get(address + part)
    assert len(many) == len(few) <= 8
