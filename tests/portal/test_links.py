"""Who gets in, and what nobody learns: links, codes, limits, other households."""

import datetime as dt
import functools
import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from mentors.models import Role, School
from portal.urls import urlpatterns
from tests.conftest import NOW
from tests.factories import (
    make_campaign,
    make_class,
    make_household,
    make_mentor,
    make_shift,
    make_student,
    make_topic,
    make_user,
    make_visit,
)
from tests.portal.conftest import EVENING, enter
from tests.portal.pages import PAGES, everything
from visits.actions import answers, moments
from visits.actions.agenda import pick_topics
from visits.actions.invitations import invite, renew_link, revoke_link
from visits.actions.outbox import send_due_messages
from visits.links import code_of, find_by_code, normalised_code, page_key_of, token_of
from visits.models import AnswerChannel, Invitation, PlaceKind, Visit

pytestmark = pytest.mark.django_db


# --- the link ---


def test_the_token_leaves_the_address_bar_and_is_kept_nowhere(client: Client, invitation: Invitation) -> None:
    token = token_of(invitation)
    response = client.get(f"/gezin/{token}/")
    assert response.status_code == 302 and token not in response["Location"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    cookie = response.cookies["gezin"]
    assert token not in cookie.value
    assert cookie["path"] == response["Location"] and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert 0 < int(cookie["max-age"]) <= 4 * 3600
    page = client.get(response["Location"])
    assert token not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] in ("no-referrer", "same-origin")


def test_over_https_the_cookie_is_secure_and_says_so(client: Client, invitation: Invitation) -> None:
    with override_settings(SESSION_COOKIE_SECURE=True):
        response = client.get(f"/gezin/{token_of(invitation)}/")
    assert response.cookies["__Secure-gezin"]["secure"]


def test_every_wrong_link_gives_one_identical_page(
    client: Client, invitation: Invitation, visit: Visit, set_now: Callable[[dt.datetime], None]
) -> None:
    good = token_of(invitation)
    tampered = ("A" if good[0] != "A" else "B") + good[1:]
    pages = [
        client.get(f"/gezin/{wrong}/") for wrong in (tampered, good[:-1], good + "x", "x" * 43, "a/b/c", "abcdefgh")
    ]
    revoke_link(invitation=invitation, by=None, now=NOW)
    pages.append(client.get(f"/gezin/{good}/"))
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=None)
    set_now(NOW + dt.timedelta(days=121))
    pages.append(client.get(f"/gezin/{good}/"))
    assert {page.status_code for page in pages} == {404}
    assert len({without_csrf(page.content.decode()) for page in pages}) == 1
    assert "Vraag de school om een nieuwe link" in pages[0].content.decode()


def without_csrf(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page)


def test_these_are_all_the_pages_of_a_family() -> None:
    guarded = [page for page in urlpatterns if page.callback.guard.kind == "family"]
    addresses = {reverse(f"portal:{page.name}", kwargs={"key": "abcdefgh"}) for page in guarded}
    assert addresses == {f"/gezin/abcdefgh/{part}" for part in PAGES}


@pytest.mark.parametrize("part", PAGES)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.BOARD])
def test_a_role_at_the_school_opens_no_page_of_a_family(
    client: Client, invitation: Invitation, visit: Visit, part: str, role: Role
) -> None:
    client.force_login(make_user(visit.campaign.school, role))
    address = f"/gezin/{page_key_of(invitation)}/{part}"
    assert client.get(address).status_code == 404
    assert client.post(address, {"version": 1}).status_code == 404


@pytest.mark.parametrize("part", PAGES)
def test_without_the_link_no_page_opens(client: Client, invitation: Invitation, part: str) -> None:
    before = everything()
    address = f"/gezin/{page_key_of(invitation)}/{part}"
    assert client.get(address).status_code == 404
    assert client.post(address, {"version": 1}).status_code == 404
    assert everything() == before


def test_a_link_that_is_revoked_or_renewed_closes_the_page_that_was_open(
    client: Client, address: str, invitation: Invitation
) -> None:
    assert client.get(address).status_code == 200
    fresh = renew_link(invitation=invitation, by=None, now=NOW)
    assert client.get(address).status_code == 404
    again = enter(client, fresh)
    revoke_link(invitation=fresh, by=None, now=NOW)
    assert client.get(again).status_code == 404


def test_a_cookie_of_one_family_opens_no_other(client: Client, address: str, visit: Visit) -> None:
    other = make_visit(
        visit.campaign, make_student(visit.mentor.classes.get()), starts_at=EVENING + dt.timedelta(days=1)
    )
    (foreign,) = invite(visit=other, by=None, now=NOW)
    client.cookies["gezin"]["path"] = f"/gezin/{page_key_of(foreign)}/"
    before = everything()
    for part in PAGES:
        there = f"/gezin/{page_key_of(foreign)}/{part}"
        assert (client.get(there).status_code, client.post(there, {"version": 1}).status_code) == (404, 404)
    assert everything() == before
    client.cookies["gezin"] = client.cookies["gezin"].value[:-2] + "xx"
    assert client.get(address).status_code == 404


def test_one_browser_may_hold_two_invitations(invitation: Invitation, visit: Visit) -> None:
    other = make_visit(
        visit.campaign,
        make_student(visit.mentor.classes.get(), first_name="Tom"),
        starts_at=EVENING + dt.timedelta(days=1),
    )
    (second,) = invite(visit=other, by=None, now=NOW)
    assert page_key_of(second) != page_key_of(invitation)  # another path, so another cookie
    for one, name in ((invitation, "Sara"), (second, "Tom")):
        browser = Client()
        assert name in browser.get(enter(browser, one)).content.decode()


def test_a_get_changes_nothing(client: Client, address: str, invitation: Invitation, visit: Visit) -> None:
    make_topic(visit.campaign.school)
    make_shift(visit.campaign, visit.mentor, dt.date(2026, 9, 28))
    before = everything()
    for there in [*(address + page for page in PAGES), "/gezin/code/", "/gezin/"]:
        for _time in range(2):
            assert client.get(there, follow=True).status_code == 200
    for _time in range(2):
        client.get(f"/gezin/{token_of(invitation)}/")
        client.head(f"/gezin/{token_of(invitation)}/")
    assert everything() == before


@pytest.mark.parametrize("part", [page for page in PAGES if page not in ("", "anders/")])
def test_no_answer_counts_without_the_token_of_the_form(invitation: Invitation, part: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    address = enter(browser, invitation)
    before = everything()
    assert browser.post(address + part, {"version": 1}).status_code == 403
    assert browser.post(address + part, {"version": 1}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert everything() == before


# --- the code in a letter ---


def test_a_letter_code_opens_the_same_page(client: Client, invitation: Invitation) -> None:
    code = code_of(invitation)
    typed = f" {code.lower().replace('-', ' ')} "
    response = client.post("/gezin/code/", {"code": typed})
    assert response["Location"] == f"/gezin/{page_key_of(invitation)}/"
    assert client.get(response["Location"]).status_code == 200


def test_a_letter_code_has_fifty_bits_and_is_kept_only_as_a_keyed_hash(invitation: Invitation) -> None:
    code = code_of(invitation)
    assert len(normalised_code(code)) * 5 == 50
    row = " ".join(str(value) for value in Invitation.objects.filter(pk=invitation.pk).values_list().get())
    assert code not in row and normalised_code(code) not in row
    with override_settings(SECRET_KEY="another-key-of-the-server"):
        assert find_by_code(code, NOW) is None


def test_a_revoked_or_expired_code_opens_nothing(client: Client, invitation: Invitation) -> None:
    code = code_of(invitation)
    revoke_link(invitation=invitation, by=None, now=NOW)
    assert client.post("/gezin/code/", {"code": code}).status_code == 422
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=None, expires_at=NOW)
    assert client.post("/gezin/code/", {"code": code}).status_code == 422


# --- limits ---


def test_two_hundred_random_links_meet_a_limit_and_the_honest_family_still_gets_in(
    client: Client, invitation: Invitation
) -> None:
    statuses = [client.get(f"/gezin/{number:043d}/").status_code for number in range(200)]
    assert statuses[0] == 404 and statuses[-1] == 429
    assert client.get(enter(client, invitation)).status_code == 200


def test_wrong_codes_meet_a_limit_at_that_address_only(client: Client, invitation: Invitation) -> None:
    statuses = [client.post("/gezin/code/", {"code": f"{number:010d}"}).status_code for number in range(40)]
    assert statuses[0] == 422 and statuses[-1] == 429
    assert client.post("/gezin/code/", {"code": code_of(invitation)}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post("/gezin/code/", {"code": code_of(invitation)}).status_code == 302
    assert client.get(enter(client, invitation)).status_code == 200  # the link is not held up


def test_fifty_changes_in_a_row_meet_a_limit(client: Client, address: str, visit: Visit) -> None:
    topic = make_topic(visit.campaign.school)
    statuses = [client.post(address + "onderwerpen/", {"topics": [topic.pk]}).status_code for _time in range(50)]
    assert statuses[0] == 302 and statuses[-1] == 429
    assert client.get(address).status_code == 200


# --- two households ---

CANARY = "KANARIE"


def written_in(sent: mail.EmailMessage) -> str:
    """All that stands in a mail, of every part and as its reader gets it: in the mail itself a file is base64.

    The boundary between the parts is left out: it is drawn by lot, and may hold any number.
    """
    found = []
    for part in sent.message().walk():
        if part.is_multipart():
            part.set_boundary("boundary")
        else:
            found.append(part.get_payload(decode=True).decode())
        found += [f"{name}: {value}" for name, value in part.items()]
    return "\n".join(found)


def without_chance(texts: list[str], invitation: Invitation) -> list[str]:
    """The texts without what is drawn by lot in them: an own link, the form's token and the script's nonce."""
    drawn = (token_of(invitation), page_key_of(invitation), code_of(invitation))
    return [functools.reduce(lambda rest, lot: rest.replace(lot, ""), drawn, without_csrf(text)) for text in texts]


def test_household_a_never_learns_of_household_b(school: School, client: Client) -> None:
    mentor = make_mentor(school)
    home_a = make_household(school)
    home_b = make_household(
        school,
        name=f"{CANARY}-naam",
        street=f"{CANARY}straat",
        town=f"{CANARY}stad",
        postcode="7777KK",
        house_number=98765,
        is_secret_address=True,
        language="en",
    )
    home_b.guardians.update(name=f"{CANARY}-ouder", email="kanarie@example.net", phone="06-KANARIE")
    student = make_student(make_class(school, mentor), home_a, home_b, first_name="Sara")
    campaign = make_campaign(school)
    topic = make_topic(school, "Alleen B koos dit onderwerp", for_pupils=False)
    visit_a = make_visit(campaign, student, starts_at=EVENING, household=home_a)
    visit_b = make_visit(
        campaign,
        student,
        make_mentor(school, name=f"{CANARY}-mentor"),
        starts_at=EVENING + dt.timedelta(days=1),
        household=home_b,
        place_kind=PlaceKind.ELSEWHERE,
        place_note=f"{CANARY}-plek",
    )
    (invitation_a,) = invite(visit=visit_a, by=None, now=NOW)
    (invitation_b,) = invite(visit=visit_b, by=None, now=NOW)
    pick_topics(invitation=invitation_b, chosen=[topic], own_text=f"{CANARY}-wens", by_whom="parent", now=NOW)
    answers.accept(invitation=invitation_b, seen_version=1, channel=AnswerChannel.LINK, by=None, now=NOW)
    answers.accept(invitation=invitation_a, seen_version=1, channel=AnswerChannel.LINK, by=None, now=NOW)
    make_shift(campaign, mentor, dt.date(2026, 10, 1))
    moments.reschedule_visit(visit=visit_a, starts_at=EVENING + dt.timedelta(hours=1), by=None, now=NOW)
    send_due_messages(now=NOW + dt.timedelta(minutes=11))
    address = enter(client, invitation_a)
    seen = [client.get(address + page, follow=True).content.decode() for page in PAGES]
    seen += [client.post(address + page, {"version": 99, "place_kind": "x"}).content.decode() for page in PAGES]
    to_a = [sent for sent in mail.outbox if sent.to == [home_a.guardians.get().email]]
    assert to_a
    seen += [written_in(sent) for sent in to_a]
    for text in without_chance(seen, invitation_a):
        for canary in (CANARY, "kanarie@example.net", "7777", "98765", token_of(invitation_b), "wo 30 september"):
            assert canary not in text
    picked = [text for text in seen if "Alleen B koos dit onderwerp" in text]
    assert all("checked" not in text for text in picked)


def test_a_secret_address_is_in_no_page_mail_or_calendar_file(school: School, client: Client) -> None:
    home = make_household(
        school,
        is_secret_address=True,
        street="Geheimestraat",
        postcode="6666GG",
        house_number=4321,
        town="Nergenshuizen",
    )
    visit = make_visit(
        make_campaign(school), make_student(make_class(school, make_mentor(school)), home), starts_at=EVENING
    )
    (invitation,) = invite(visit=visit, by=None, now=NOW)
    answers.accept(invitation=invitation, seen_version=1, channel=AnswerChannel.LINK, by=None, now=NOW)
    send_due_messages(now=NOW)
    address = enter(client, invitation)
    seen = [client.get(address + page, follow=True).content.decode() for page in PAGES]
    seen += [written_in(sent) for sent in mail.outbox]
    assert len(mail.outbox) == 1 and "BEGIN:VCALENDAR" in seen[-1]
    for text in without_chance(seen, invitation):
        for secret in ("Geheimestraat", "6666", "4321", "Nergenshuizen"):
            assert secret not in text
