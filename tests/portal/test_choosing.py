"""The family's page where families choose a moment by themselves, or give their wishes first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mentors.models import School
from portal.views.home import HomeState
from tests.conftest import NOW
from tests.factories import make_campaign, make_class, make_household, make_mentor, make_shift, make_student, make_visit
from tests.portal.conftest import enter
from tests.portal.pages import PAGES, everything, hours_form, post, state_of, text_of
from visits.actions.answers import WishesClosed
from visits.actions.invitations import invite
from visits.actions.outbox import send_due_messages
from visits.actions.reservations import RESERVED_FOR, ReservationGone, reserve_moment
from visits.links import token_of
from visits.models import (
    Answer,
    Availability,
    Booking,
    Campaign,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MomentReservation,
    Visit,
    VisitState,
)
from visits.queries.choosing import DAYS_AT_FIRST, TIMES_AT_FIRST, Choices

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 9, 28)
UNTIL = dt.date(2026, 9, 29)
SetNow = Callable[[dt.datetime], None]


@pytest.fixture
def visit(school: School) -> Visit:
    """A family that is asked to choose; its mentor gives three evenings."""
    mentor = make_mentor(school)
    student = make_student(make_class(school, mentor), first_name="Sara", last_name="Geheimzinnig")
    campaign = make_campaign(school, booking=Booking.FREE, booking_opened_at=NOW)
    for day in (0, 1, 3):
        make_shift(campaign, mentor, MONDAY + dt.timedelta(days=day))
    return make_visit(campaign, student)


@pytest.fixture
def wishing(visit: Visit) -> Visit:
    """The family of `visit`, which is asked for its wishes."""
    Campaign.objects.update(booking=Booking.WISHES_FIRST, wishes_until=UNTIL)
    return visit


def first_of(visit: Visit, now: dt.datetime = NOW) -> dt.datetime:
    found = Visit.objects.select_related("campaign__school", "mentor__school", "household").get(pk=visit.pk)
    days = Choices.of(found, now).offer().days
    return next(iter(days.values()))[0].starts_at


def pick(client: Client, address: str, starts_at: dt.datetime, version: int = 1):
    return client.post(address + "moment/", {"starts_at": starts_at.isoformat(), "version": version})


def confirm(client: Client, address: str, starts_at: dt.datetime, version: int = 1):
    return client.post(address + "bevestigen/", {"starts_at": starts_at.isoformat(), "version": version})


# --- choosing ---


def test_a_family_picks_reads_and_confirms(client: Client, address: str, visit: Visit, invitation: Invitation) -> None:
    assert state_of(client, address) == HomeState.CHOOSE
    starts_at = first_of(visit)
    assert pick(client, address, starts_at)["Location"] == address
    shown = client.get(address)
    assert shown.context["reservation"].starts_at == starts_at and "vast tot 14.10 uur" in shown.content.decode()
    assert Visit.objects.get().state == VisitState.OPEN
    assert confirm(client, address, starts_at).status_code == 302
    visit.refresh_from_db()
    invitation.refresh_from_db()
    assert (visit.state, visit.starts_at, invitation.answer) == (VisitState.CONFIRMED, starts_at, Answer.ACCEPTED)
    assert state_of(client, address) == HomeState.AGREED
    assert Message.objects.filter(kind=MessageKind.CONFIRMATION).count() == 1


def test_confirming_twice_is_confirming_once(client: Client, address: str, visit: Visit) -> None:
    starts_at = first_of(visit)
    pick(client, address, starts_at)
    assert confirm(client, address, starts_at).status_code == 302
    assert confirm(client, address, starts_at).status_code == 409
    assert state_of(client, address) == HomeState.AGREED
    assert Message.objects.filter(kind=MessageKind.CONFIRMATION).count() == 1


def test_few_days_and_times_are_shown_and_more_when_asked(client: Client, address: str, visit: Visit) -> None:
    for day in range(7, 18):
        make_shift(visit.campaign, visit.mentor, MONDAY + dt.timedelta(days=day))
    few, many = text_of(client, address + "moment/"), text_of(client, address + "moment/?meer=1")
    assert few.count("<legend>") == DAYS_AT_FIRST
    assert few.count('type="radio"') <= DAYS_AT_FIRST * TIMES_AT_FIRST
    assert many.count("<legend>") > DAYS_AT_FIRST
    assert "meer=1" in few and "meer=1" not in many


def test_who_comes_too_late_sees_in_kind_words_what_is_left(client: Client, address: str, visit: Visit) -> None:
    starts_at = first_of(visit)
    other = make_visit(visit.campaign, make_student(visit.mentor.classes.get()))
    (theirs,) = invite(visit=other, by=None, now=NOW)
    reserve_moment(invitation=theirs, starts_at=starts_at, seen_version=1, now=NOW)
    answer = pick(client, address, starts_at)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "net bezet" in page and 'type="radio"' in page
    assert f'value="{starts_at.isoformat()}"' not in page
    assert MomentReservation.objects.get().visit == other


def test_a_hold_that_ran_out_says_so_and_offers_to_choose_again(
    client: Client, address: str, visit: Visit, set_now: SetNow
) -> None:
    starts_at = first_of(visit)
    pick(client, address, starts_at)
    set_now(NOW + RESERVED_FOR)
    answer = confirm(client, address, starts_at)
    assert answer.status_code == 409
    assert isinstance(answer.context["refusal"], ReservationGone)
    assert answer.context["page"] == HomeState.CHOOSE
    assert Visit.objects.get().state == VisitState.OPEN


def test_another_moment_instead_gives_the_first_one_back(client: Client, address: str, visit: Visit) -> None:
    pick(client, address, first_of(visit))
    assert post(client, address + "teruggeven/", version=1) == 302
    assert not MomentReservation.objects.exists()
    assert state_of(client, address) == HomeState.CHOOSE


def test_confirming_what_was_never_picked_does_nothing(client: Client, address: str, visit: Visit) -> None:
    assert confirm(client, address, first_of(visit)).status_code == 409
    assert post(client, address + "bevestigen/", version=1, starts_at="x") == 302
    assert Visit.objects.get().state == VisitState.OPEN


@pytest.mark.parametrize("starts_at", ["2026-09-28T03:00:00+00:00", "2026-01-01T16:00:00+00:00", "x", ""])
def test_a_moment_that_was_not_on_offer_is_not_held(client: Client, address: str, visit: Visit, starts_at: str) -> None:
    assert post(client, address + "moment/", starts_at=starts_at, version=1) in (409, 422)
    assert not MomentReservation.objects.exists()


def test_an_appointment_can_be_changed_the_same_way_until_the_day_before(
    client: Client, address: str, visit: Visit, set_now: SetNow
) -> None:
    starts_at = first_of(visit)
    pick(client, address, starts_at)
    confirm(client, address, starts_at)
    visit.refresh_from_db()
    other = first_of(visit)
    assert pick(client, address, other, visit.version).status_code == 302
    assert "oude afspraak blijft staan" in text_of(client, address)
    assert confirm(client, address, other, visit.version).status_code == 302
    visit.refresh_from_db()
    assert visit.starts_at == other
    set_now(other - dt.timedelta(hours=3))
    assert pick(client, address, starts_at, visit.version).status_code == 409


def test_another_place_first_and_then_a_moment_there(
    client: Client, address: str, visit: Visit, invitation: Invitation
) -> None:
    answer = client.post(address + "plek/", {"version": 1, "place_kind": "phone"})
    assert answer["Location"] == address + "moment/"
    visit.refresh_from_db()
    invitation.refresh_from_db()
    assert (visit.place_kind, visit.state, invitation.answer) == ("phone", VisitState.OPEN, Answer.NONE)
    assert not Message.objects.filter(kind=MessageKind.ANSWER_RECEIVED).exists()
    assert "telefonisch" in text_of(client, address)


def test_when_the_school_plans_the_rest_nothing_is_left_to_choose(client: Client, address: str, visit: Visit) -> None:
    starts_at = first_of(visit)
    Campaign.objects.update(booking_closed_at=NOW)
    assert state_of(client, address) == HomeState.PLANNING
    page = text_of(client, address + "moment/")
    assert 'type="radio"' not in page
    assert pick(client, address, starts_at).status_code == 409
    Campaign.objects.update(plan_published_at=NOW)
    assert state_of(client, address) == HomeState.WAITING


def test_a_visit_with_an_interpreter_waits_for_the_school(client: Client, address: str, visit: Visit) -> None:
    type(visit.household).objects.filter(pk=visit.household_id).update(needs_interpreter=True)
    assert state_of(client, address) == HomeState.WAITING


# --- wishes ---


def test_a_family_gives_its_wishes_and_changes_them_until_the_last_day(
    client: Client, address: str, wishing: Visit, invitation: Invitation
) -> None:
    page = text_of(client, address)
    assert "di 29 september" in page and "gaat niet voor" in page
    told = {"version": 1, "place_kind": "home", **hours_form(answer_1="can", from_1="18:00", answer_2="cannot")}
    assert post(client, address + "wensen/", **told) == 302
    invitation.refresh_from_db()
    assert (invitation.answer, Visit.objects.get().state) == (Answer.WISHES, VisitState.OPEN)
    assert state_of(client, address) == HomeState.WISHES_GIVEN and "dinsdag" in text_of(client, address)
    assert "selected" in text_of(client, address + "wensen/")
    again = {"version": 1, "place_kind": "school", **hours_form()}
    assert post(client, address + "wensen/", **again) == 302
    assert not Availability.objects.exists()
    assert Visit.objects.get().place_kind == "school"
    assert not Message.objects.filter(kind=MessageKind.ANSWER_RECEIVED).exists()


def test_wishes_in_the_wrong_order_or_without_a_place_are_sent_back(
    client: Client, address: str, wishing: Visit
) -> None:
    wrong = hours_form(answer_0="can", from_0="20:00", until_0="17:00")
    assert post(client, address + "wensen/", version=1, place_kind="home", **wrong) == 422
    assert post(client, address + "wensen/", version=1, **hours_form()) == 422
    assert post(client, address + "wensen/", version=1, place_kind="elsewhere", **hours_form()) == 422
    assert not Availability.objects.exists()


def test_who_comes_after_the_last_day_reads_that_planning_began(
    client: Client, address: str, wishing: Visit, set_now: SetNow
) -> None:
    set_now(NOW + dt.timedelta(days=8))
    address = enter(client, Invitation.objects.get())
    assert state_of(client, address) == HomeState.PLANNING
    assert not client.get(address + "wensen/").context["is_open"]
    told = {"version": 1, "place_kind": "home", **hours_form(answer_1="can")}
    answer = client.post(address + "wensen/", told)
    assert answer.status_code == 409 and isinstance(answer.context["refusal"], WishesClosed)
    assert post(client, address + "wanneer/", version=1, **hours_form(answer_1="can")) == 409
    assert not Availability.objects.exists()


def test_nobody_chooses_a_moment_while_wishes_are_asked(client: Client, address: str, wishing: Visit) -> None:
    for page in ("moment/", "wanneer/"):
        answer = client.post(address + page, {"version": 1, "starts_at": "2026-09-28T16:00:00+00:00"})
        assert answer["Location"] == address + "wensen/"
    assert Visit.objects.get().state == VisitState.OPEN


def test_a_family_may_decline_without_giving_wishes(client: Client, address: str, wishing: Visit) -> None:
    assert post(client, address + "liever-niet/", version=1) == 302
    assert Visit.objects.get().state == VisitState.DECLINED


# --- what nobody learns, and what a scanner does not do ---


@pytest.mark.parametrize("booking", [Booking.FREE, Booking.WISHES_FIRST])
def test_looking_changes_nothing_where_families_choose(
    client: Client, address: str, visit: Visit, invitation: Invitation, booking: Booking
) -> None:
    Campaign.objects.update(booking=booking, wishes_until=UNTIL if booking == Booking.WISHES_FIRST else None)
    before = everything()
    for there in [*(address + page for page in PAGES), address + "moment/?meer=1", f"/gezin/{token_of(invitation)}/"]:
        for method in (client.get, client.head):
            assert method(there, follow=True).status_code == 200
    assert everything() == before


def test_two_households_of_one_pupil_never_learn_of_each_others_choice(school: School, client: Client) -> None:
    mentor = make_mentor(school)
    campaign = make_campaign(school, booking=Booking.FREE, booking_opened_at=NOW)
    for day in (0, 1):
        make_shift(campaign, mentor, MONDAY + dt.timedelta(days=day))
    home_a, home_b = make_household(school), make_household(school, name="KANARIE", street="KANARIEstraat")
    student = make_student(make_class(school, mentor), home_a, home_b, first_name="Sara")
    visits = [make_visit(campaign, student, household=home) for home in (home_a, home_b)]
    mine, theirs = (invite(visit=visit, by=None, now=NOW)[0] for visit in visits)
    browser = Client()
    their_address = enter(browser, theirs)
    starts_at = first_of(visits[1])
    pick(browser, their_address, starts_at)
    address = enter(client, mine)
    held = [client.get(address + page, follow=True).content.decode() for page in [*PAGES, "moment/?meer=1"]]
    confirm(browser, their_address, starts_at)
    agreed = [client.get(address + page, follow=True).content.decode() for page in [*PAGES, "moment/?meer=1"]]
    send_due_messages(now=NOW + dt.timedelta(minutes=11))
    letters = [str(sent.message()) for sent in mail.outbox if sent.to == [home_a.guardians.get().email]]
    assert letters
    for text in [*held, *agreed, *letters]:
        assert "KANARIE" not in text and token_of(theirs) not in text
        assert f'value="{starts_at.isoformat()}"' not in text
        assert "vast tot" not in text and "De afspraak staat" not in text


def test_a_page_with_moments_is_light_and_takes_few_queries_however_many_families_wait(
    client: Client, address: str, visit: Visit
) -> None:
    school_class = visit.mentor.classes.get()

    def measured(page: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            content = client.get(address + page).content
        return len(queries), len(content)

    few = [measured(page) for page in ("", "moment/", "moment/?meer=1")]
    for day in range(7, 18):
        make_shift(visit.campaign, visit.mentor, MONDAY + dt.timedelta(days=day))
    for number in range(20):
        make_visit(visit.campaign, make_student(school_class))
        at = dt.datetime.combine(MONDAY + dt.timedelta(days=number), dt.time(15), tzinfo=dt.UTC)
        make_visit(visit.campaign, make_student(school_class), starts_at=at)
    many = [measured(page) for page in ("", "moment/", "moment/?meer=1")]
    assert [queries for queries, _size in many] == [queries for queries, _size in few]
    assert max(queries for queries, _size in many) <= 8
    assert max(size for _queries, size in many) < 40_000


def test_picking_meets_the_limit_on_changes(client: Client, address: str, visit: Visit) -> None:
    statuses = [pick(client, address, first_of(visit)).status_code for _time in range(45)]
    assert statuses[0] == 302 and statuses[-1] == 429


def test_the_page_speaks_the_familys_language_where_there_is_one(client: Client, address: str, visit: Visit) -> None:
    assert post(client, address + "taal/", language="en") == 302
    for page in ("", "moment/"):
        assert 'lang="en"' in text_of(client, address + page)
    assert visit.campaign.state == CampaignState.PUBLISHED
