"""Logging in and out, passwords and sessions, through the pages."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from mentors.actions.accounts import close_account, give_role, take_role
from mentors.models import Event, Membership, Role, School, User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "een lange zin voor de test"
NEW_PASSWORD = "een andere lange zin erbij"
LOGIN = "/inloggen/"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def user(school: School) -> User:
    """A coordinator with a password."""
    user = factories.make_user(school, Role.COORDINATOR, email="coby@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in_as(client: Client, email: str, password: str = PASSWORD, **headers: str) -> object:
    return client.post(LOGIN, {"login": email, "password": password}, **headers)


def is_in(client: Client) -> bool:
    request = HttpRequest()
    request.session = client.session
    return bool(get_user(request).is_authenticated)


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def test_logging_in_makes_a_new_session_and_goes_on_record(client: Client, user: User) -> None:
    client.get(LOGIN)
    before = client.session.session_key
    response = log_in_as(client, "COBY@example.org")
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert is_in(client)
    assert client.session.session_key != before
    event = Event.objects.get(verb="account.signed_in")
    assert (event.by, event.subject) == (user, f"mentors.User:{user.pk}")


def test_logging_out_takes_a_post_ends_the_session_and_goes_on_record(client: Client, user: User) -> None:
    log_in_as(client, user.email)
    assert client.get("/uitloggen/").status_code == 200
    assert is_in(client)
    client.post("/uitloggen/")
    assert not is_in(client)
    assert Event.objects.get(verb="account.signed_out").by == user


def answer_without_token(response: object) -> str:
    text = response.content.decode()
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=|X-CSRFToken": )"[^"]*"', "", text).replace(PASSWORD, "")


def test_an_unknown_a_wrong_and_a_closed_account_get_the_same_answer(
    client: Client, school: School, user: User, now: dt.datetime
) -> None:
    closed = factories.make_user(school, Role.MENTOR, email="dora@example.org")
    closed.set_password(PASSWORD)
    closed.save()
    close_account(user=closed, by=user, now=now, school=school)
    answers = set()
    for email, password in (("nobody@example.org", PASSWORD), (user.email, "verkeerd"), (closed.email, PASSWORD)):
        response = log_in_as(client, email, password)
        assert response.status_code == 200
        answers.add(answer_without_token(response).replace(email, ""))
        assert not is_in(client)
    assert len(answers) == 1
    assert verbs().count("account.sign_in_refused") == 3


def test_a_refusal_on_record_holds_no_address(client: Client, user: User) -> None:
    log_in_as(client, "nobody@example.org")
    log_in_as(client, user.email, "verkeerd")
    unknown, known = Event.objects.filter(verb="account.sign_in_refused").order_by("pk")
    assert (unknown.by, unknown.subject, unknown.facts) == (None, "", {})
    assert (known.by, known.subject, known.facts) == (None, f"mentors.User:{user.pk}", {})


@pytest.mark.parametrize("email", ["coby@example.org", "nobody@example.org"])
def test_after_five_wrong_passwords_an_account_waits_whether_it_exists_or_not(
    client: Client, user: User, email: str
) -> None:
    pages = [log_in_as(client, email, "verkeerd") for _attempt in range(6)]
    assert "Te veel" in pages[-1].content.decode()
    assert "Te veel" not in pages[0].content.decode()
    right = log_in_as(client, email)
    assert right.status_code == 200
    assert not is_in(client)


def test_who_guesses_at_one_account_locks_nobody_else_out(client: Client, school: School, user: User) -> None:
    for _attempt in range(6):
        log_in_as(client, user.email, "verkeerd", REMOTE_ADDR="192.0.2.7")
    other = factories.make_user(school, Role.MENTOR)
    other.set_password(PASSWORD)
    other.save()
    assert log_in_as(client, other.email, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_after_logging_in_nobody_is_sent_to_another_site(client: Client, user: User) -> None:
    response = client.post(LOGIN + "?next=https://elsewhere.example/", {"login": user.email, "password": PASSWORD})
    assert response["Location"] == "/"


def reset_link() -> str:
    found = re.search(r"https?://\S+/wachtwoord/nieuw/\S+", mail.outbox[-1].body)
    assert found is not None
    return found[0].removeprefix(settings.SITE_URL)


def test_a_new_password_is_set_with_a_link_that_works_once(client: Client, user: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(user)
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = reset_link()
    page = client.get(link, follow=True)
    assert link not in page.request["PATH_INFO"]
    done = client.post(page.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert done["Location"] == reverse("account_reset_password_from_key_done")
    assert not is_in(client), "a new password does not log in"
    assert not is_in(elsewhere), "sessions under the old password are over"
    assert log_in_as(client, user.email, NEW_PASSWORD).status_code == 302
    assert "account.password_set" in verbs()
    again = Client().get(link, follow=True)
    assert "Deze link werkt niet meer" in again.content.decode()


def test_asking_for_a_link_says_the_same_for_an_unknown_account_and_mails_nobody(client: Client, user: User) -> None:
    page = reverse("account_reset_password")
    known = client.post(page, {"email": user.email}, follow=True)
    unknown = client.post(page, {"email": "nobody@example.org"}, follow=True)
    assert answer_without_token(known) == answer_without_token(unknown)
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_a_closed_account_gets_no_link(client: Client, user: User) -> None:
    user.is_active = False
    user.save()
    client.post(reverse("account_reset_password"), {"email": user.email})
    assert mail.outbox == []


def test_the_link_begins_with_our_own_address_whatever_was_asked_for(client: Client, user: User) -> None:
    client.post(reverse("account_reset_password"), {"email": user.email}, HTTP_HOST="localhost")
    assert f"{settings.SITE_URL}/wachtwoord/nieuw/" in mail.outbox[-1].body


@pytest.mark.parametrize(
    "password", ["kort", "123456789012", "coby@example.org", "Wachtwoord2026!", "Welkom-thuisbezoek", "aaaaaaaaaaaaaa"]
)
def test_a_weak_password_is_refused_with_a_sentence(client: Client, user: User, password: str) -> None:
    log_in_as(client, user.email)
    page = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )
    assert page.status_code == 200
    assert "Er klopt nog iets niet" in page.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["vier paarden eten koek", "7391 0482 6625 1938", "kJ8-vv2-Qpz-91x"])
def test_a_password_that_is_hard_to_guess_is_taken_whatever_it_is_made_of(password: str) -> None:
    validate_password(password)


def test_a_password_of_64_characters_is_taken_whole(client: Client, user: User) -> None:
    log_in_as(client, user.email)
    long = "een zin van vierenzestig tekens of meer, met spaties en een punt."
    data = {"oldpassword": PASSWORD, "password1": long, "password2": long}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    user.refresh_from_db()
    assert user.check_password(long)
    assert not user.check_password(long[:-1])


def test_changing_a_password_keeps_this_session_and_ends_the_others(client: Client, user: User) -> None:
    other = Client()
    other.force_login(user)
    log_in_as(client, user.email)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert is_in(client)
    assert not is_in(other)


def test_the_other_devices_are_logged_out_on_request(client: Client, user: User) -> None:
    other = Client()
    other.force_login(user)
    client.force_login(user)
    assert client.get(reverse("mentors:sign_out_elsewhere")).status_code == 405
    client.post(reverse("mentors:sign_out_elsewhere"))
    assert is_in(client)
    assert not is_in(other)
    assert "account.sessions_ended" in verbs()


def test_a_change_of_roles_ends_the_sessions_of_that_account_alone(
    client: Client, school: School, user: User, now: dt.datetime
) -> None:
    colleague = factories.make_user(school, Role.DIRECTOR)
    theirs = Client()
    theirs.force_login(colleague)
    client.force_login(user)
    membership = give_role(user=colleague, role=Role.MENTOR, school=school, by=user, now=now)
    assert not is_in(theirs)
    theirs.force_login(colleague)
    take_role(membership=membership, by=user, now=now)
    assert not is_in(theirs)
    assert is_in(client)


def test_a_closed_account_is_out_at_once(client: Client, school: School, user: User, now: dt.datetime) -> None:
    client.force_login(user)
    close_account(user=user, by=None, now=now, school=school)
    assert not is_in(client)
    assert client.get(reverse("mentors:school", kwargs={"school": school.slug})).status_code == 302


def test_nobody_signs_up(client: Client) -> None:
    for path in ("/inloggen/signup/", "/accounts/signup/", "/signup/", "/aanmelden/"):
        assert client.get(path).status_code == 404


def test_a_single_role_goes_straight_to_its_first_page(client: Client, school: School) -> None:
    client.force_login(factories.make_user(school, Role.DIRECTOR))
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"].startswith(f"/school/{school.slug}/")
    assert client.get("/?kies=1").status_code == 200


def test_several_roles_are_a_choice_and_no_role_is_a_page_that_says_so(client: Client, school: School) -> None:
    client.force_login(factories.make_user(school, Role.COORDINATOR, Role.MENTOR))
    page = client.get("/")
    assert page.status_code == 200
    assert {"Coördinator", "Mentor"} <= {door["text"] for place in page.context["places"] for door in place["doors"]}
    client.force_login(factories.make_user())
    assert "Je hebt nog geen rol" in client.get("/").content.decode()


def test_the_choice_shows_the_own_schools_alone(client: Client, school: School) -> None:
    elsewhere = factories.make_school(name="Een heel andere school")
    user = factories.make_user(school, Role.COORDINATOR, Role.MENTOR)
    client.force_login(user)
    assert elsewhere.name not in client.get("/").content.decode()
    Membership.objects.create(user=user, role=Role.DIRECTOR, school=elsewhere)
    assert elsewhere.name in client.get("/").content.decode()


def test_the_choice_costs_the_same_for_one_and_for_thirty_schools(
    client: Client, school: School, django_assert_max_num_queries: object
) -> None:
    user = factories.make_user(school, Role.COORDINATOR, Role.MENTOR)
    client.force_login(user)
    with django_assert_max_num_queries(5):
        client.get("/")
    for _number in range(30):
        Membership.objects.create(user=user, role=Role.DIRECTOR, school=factories.make_school())
    with django_assert_max_num_queries(5):
        client.get("/")


def test_signing_out_loads_its_script_once_and_only_for_who_is_signed_in(client: Client, school: School) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert page.count("js/app.js") == 1 and "js/sign_out.js" not in page
    client.force_login(factories.make_user(school, Role.COORDINATOR))
    page = client.get(reverse("mentors:school", kwargs={"school": school.slug})).content.decode()
    assert page.count("js/sign_out.js") == 1
