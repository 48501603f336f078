"""The coordinator's pages about the school: who gets in, what they change, and what they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from mentors.actions.accounts import LastCoordinator, OwnCareRole
from mentors.actions.schools import ClosureOutsideYear, YearsOverlap
from mentors.models import Closure, Event, Membership, Mentor, Role, School, SchoolYear, User
from tests import factories
from tests.pages import messages_on

pytestmark = pytest.mark.django_db
PAGES = [
    "school",
    "details",
    "calendar",
    "year_add",
    "year_change",
    "closure_add",
    "closure_change",
    "staff",
    "invite",
    "colleague",
    "mentor",
]
BUTTONS = ["year_fill", "closure_remove", "role_give", "role_take", "link_send"]
OTHER_ROLES = [Role.MENTOR, Role.DIRECTOR, Role.CARE]


def address(name: str, school: School, objects: School | None = None) -> str:
    """The address of a page of `school`, about an object of `objects` (by default its own)."""
    objects = objects or school
    year = objects.years.get()
    kwargs: dict[str, Any] = {"school": school.slug}
    if name in ("year_change", "year_fill", "closure_add"):
        kwargs["year"] = year.pk
    elif name in ("closure_change", "closure_remove"):
        kwargs["closure"] = year.closures.first().pk
    elif name in ("colleague", "role_give", "role_take", "link_send"):
        kwargs["user"] = User.objects.filter(memberships__school=objects, memberships__role=Role.DIRECTOR).first().pk
    elif name == "mentor":
        kwargs["mentor"] = objects.mentors.first().pk
    return reverse(f"mentors:{name}", kwargs=kwargs)


def furnished(school: School) -> School:
    """A school with a colleague and a mentor to have pages about."""
    factories.make_user(school, Role.DIRECTOR)
    factories.make_mentor(school, with_account=False)
    return school


def snapshot() -> list[object]:
    models = (School, SchoolYear, Closure, Membership, Mentor, User, Event)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.fixture
def coordinator(client: Client, school: School) -> User:
    """Logged in as the coordinator of a furnished school."""
    furnished(school)
    user = factories.make_user(school, Role.COORDINATOR)
    client.force_login(user)
    return user


@pytest.mark.parametrize("name", PAGES)
def test_the_coordinator_sees_the_page(client: Client, school: School, coordinator: User, name: str) -> None:
    response = client.get(address(name, school))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("role", OTHER_ROLES)
@pytest.mark.parametrize("name", PAGES + BUTTONS)
def test_every_other_role_is_told_that_the_page_is_not_theirs(
    client: Client, school: School, name: str, role: Role
) -> None:
    furnished(school)
    client.force_login(factories.make_user(school, role))
    before = snapshot()
    for response in (client.get(address(name, school)), client.post(address(name, school), {"role": "mentor"})):
        assert response.status_code == 403
        assert "niet voor jouw rol" in response.content.decode()
    assert snapshot() == before


@pytest.mark.parametrize("name", PAGES + BUTTONS)
def test_a_coordinator_of_another_school_finds_nothing(client: Client, school: School, name: str) -> None:
    furnished(school)
    client.force_login(factories.make_user(factories.make_school(), Role.COORDINATOR))
    before = snapshot()
    for response in (client.get(address(name, school)), client.post(address(name, school), {"role": "mentor"})):
        assert response.status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize(
    "name",
    [name for name in PAGES + BUTTONS if name not in ("school", "details", "calendar", "year_add", "staff", "invite")],
)
def test_another_schools_object_under_the_own_address_is_not_there(
    client: Client, school: School, coordinator: User, name: str
) -> None:
    stranger = furnished(factories.make_school())
    before = snapshot()
    path = address(name, school, stranger)
    answers = [client.post(path, {"role": "mentor"}).status_code]
    if name in PAGES:
        answers.append(client.get(path).status_code)
    assert set(answers) == {404}
    assert snapshot() == before


@pytest.mark.parametrize("name", PAGES + BUTTONS)
def test_who_is_not_logged_in_is_sent_to_the_login_page(client: Client, school: School, name: str) -> None:
    furnished(school)
    for response in (client.get(address(name, school)), client.post(address(name, school))):
        assert response.status_code == 302
        assert response["Location"].startswith("/inloggen/?next=/school/")


@pytest.mark.parametrize("name", PAGES)
def test_looking_changes_nothing(client: Client, school: School, coordinator: User, name: str) -> None:
    before = snapshot()
    client.get(address(name, school))
    client.get(address(name, school))
    assert snapshot() == before


@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_is_a_post(client: Client, school: School, coordinator: User, name: str) -> None:
    assert client.get(address(name, school)).status_code == 405


@pytest.mark.parametrize("name", [*BUTTONS, "details", "invite", "mentor"])
def test_a_form_without_its_token_is_refused_on_a_page_that_says_what_to_do(school: School, name: str) -> None:
    furnished(school)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(factories.make_user(school, Role.COORDINATOR))
    response = careful.post(address(name, school), {"role": "mentor"})
    assert response.status_code == 403
    assert "te lang open" in response.content.decode()


@pytest.mark.parametrize("name", ["school", "calendar", "staff"])
def test_a_list_costs_the_same_for_one_and_for_thirty_rows(
    client: Client, school: School, coordinator: User, django_assert_max_num_queries: Any, name: str
) -> None:
    with django_assert_max_num_queries(10):
        client.get(address(name, school))
    for number in range(30):
        factories.make_mentor(school, with_account=number % 2 == 0)
        day = dt.date(2026, 11, 1) + dt.timedelta(days=number)
        Closure.objects.create(school_year=school.years.get(), name=f"Dag {number}", starts_on=day, ends_on=day)
    with django_assert_max_num_queries(10):
        client.get(address(name, school))


# --- details ---


def details(**changes: object) -> dict[str, object]:
    return {
        "name": "Nieuwe naam",
        "brin": "99zz",
        "email": "school@example.org",
        "phone": "088 000 00 00",
        "duty_phone": "06 00000000",
        "postcode": "9998 aa",
        "house_number": "1",
        "house_suffix": "",
        "latitude": "",
        "longitude": "",
        "holiday_region": "zuid",
        "quiet_from": "21:00",
        "quiet_until": "07:30",
        "link_days": "90",
        "memory_aid_days": "30",
        "file_years_after_leaving": "1",
    } | changes


def test_details_are_saved_and_on_record_by_the_names_of_what_changed(
    client: Client, school: School, coordinator: User
) -> None:
    response = client.post(address("details", school), details())
    assert response.status_code == 302
    school.refresh_from_db()
    assert (school.name, school.brin, school.postcode) == ("Nieuwe naam", "99ZZ", "9998AA")
    assert school.quiet_from == dt.time(21, 0)
    event = Event.objects.get(verb="school.changed")
    assert "memory_aid_days" in event.facts["fields"]
    assert "Nieuwe naam" not in str(event.facts)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "twee\nregels"},
        {"brin": "fout"},
        {"email": "geen adres"},
        {"phone": "bel maar"},
        {"postcode": "12345"},
        {"memory_aid_days": "0"},
        {"memory_aid_days": "9999"},
        {"link_days": "1"},
        {"file_years_after_leaving": "3"},
        {"holiday_region": "oost"},
        {"quiet_from": "half negen"},
        {"latitude": "52.5"},
        {"latitude": "10", "longitude": "5.9"},
        {"latitude": "nan", "longitude": "nan"},
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_what_was_typed_stays(
    client: Client, school: School, coordinator: User, changes: dict[str, object]
) -> None:
    before = snapshot()
    response = client.post(address("details", school), details(**changes))
    assert response.status_code == 200
    page = response.content.decode()
    assert "Er klopt nog iets niet" in page
    assert "088 000 00 00" in page or "phone" in changes
    assert snapshot() == before


def test_fields_that_are_not_on_the_page_stay_as_they_were(client: Client, school: School, coordinator: User) -> None:
    slug = school.slug
    client.post(address("details", school), details(slug="gekaapt", board="1", id="99", pk="99"))
    school.refresh_from_db()
    assert (school.slug, school.board) == (slug, None)


def test_a_pin_by_hand_stays_when_the_address_is_not_on_the_map(
    client: Client, school: School, coordinator: User
) -> None:
    client.post(address("details", school), details(latitude="52.6", longitude="5.8"))
    school.refresh_from_db()
    assert (school.latitude, school.longitude) == (52.6, 5.8)


def test_what_is_missing_for_a_start_is_a_list_with_the_place_to_mend_it(client: Client, now: dt.datetime) -> None:
    bare = School.objects.create(name="Leeg", slug="leeg", holiday_region="noord")
    client.force_login(factories.make_user(bare, Role.COORDINATOR))
    response = client.get(reverse("mentors:school", kwargs={"school": "leeg"}))
    assert len(response.context["missing"]) == 5
    for line in response.context["missing"]:
        assert client.get(line["url"]).status_code == 200


# --- calendar ---


def test_a_year_is_proposed_with_the_dates_of_the_region(client: Client, coordinator: User, school: School) -> None:
    form = client.get(address("year_add", school)).context["form"]
    assert form["starts_on"].value() == dt.date(2027, 8, 30)
    client.post(address("year_add", school), {"starts_on": "2027-08-30", "ends_on": "2028-07-07"})
    year = school.years.get(starts_on=dt.date(2027, 8, 30))
    assert year.closures.filter(name="Herfstvakantie", starts_on=dt.date(2027, 10, 16)).exists()


def test_an_overlapping_year_is_refused_on_the_page(client: Client, coordinator: User, school: School) -> None:
    response = client.post(address("year_add", school), {"starts_on": "2026-10-01", "ends_on": "2027-06-01"})
    assert str(YearsOverlap.text) in response.content.decode()
    assert school.years.count() == 1


def test_days_off_are_added_changed_and_removed(client: Client, coordinator: User, school: School) -> None:
    day = {"name": "Studiedag", "starts_on": "2026-11-03", "ends_on": "2026-11-03"}
    assert client.post(address("closure_add", school), day).status_code == 302
    closure = Closure.objects.get(name="Studiedag")
    assert not closure.is_holiday
    change = reverse("mentors:closure_change", kwargs={"school": school.slug, "closure": closure.pk})
    client.post(change, day | {"ends_on": "2026-11-04"})
    closure.refresh_from_db()
    assert closure.ends_on == dt.date(2026, 11, 4)
    remove = reverse("mentors:closure_remove", kwargs={"school": school.slug, "closure": closure.pk})
    page = client.post(remove, follow=True)
    assert "Studiedag is weggehaald" in page.content.decode()
    assert set(Event.objects.values_list("verb", flat=True)) >= {"closure.added", "closure.changed", "closure.removed"}


def test_a_day_outside_the_year_is_refused_on_the_page(client: Client, coordinator: User, school: School) -> None:
    day = {"name": "Studiedag", "starts_on": "2027-08-03", "ends_on": "2027-08-03"}
    response = client.post(address("closure_add", school), day)
    assert str(ClosureOutsideYear.text) in response.content.decode()
    assert not Closure.objects.filter(name="Studiedag").exists()


# --- staff ---


def test_an_invited_colleague_gets_one_mail_with_a_link_that_sets_a_password(
    client: Client, coordinator: User, school: School
) -> None:
    data = {"name": "Nina", "email": "Nina@Example.org", "roles": ["mentor", "director"]}
    client.post(address("invite", school), data)
    user = User.objects.get(email="nina@example.org")
    assert set(user.memberships.values_list("role", "school")) == {("mentor", school.pk), ("director", school.pk)}
    [message] = mail.outbox
    assert message.to == ["nina@example.org"]
    assert school.name in message.subject
    link = next(line for line in message.body.splitlines() if "/wachtwoord/nieuw/" in line)
    visitor = Client()
    page = visitor.get(link[link.index("/wachtwoord") :], follow=True)
    long = "vier paarden eten koek"
    visitor.post(page.request["PATH_INFO"], {"password1": long, "password2": long})
    user.refresh_from_db()
    assert user.check_password(long)


def test_somebody_with_a_password_gets_no_link_to_set_one(client: Client, coordinator: User, school: School) -> None:
    known = factories.make_user(factories.make_school(), Role.DIRECTOR, email="dir@example.org")
    known.set_password("vier paarden eten koek")
    known.save()
    client.post(address("invite", school), {"name": "X", "email": "dir@example.org", "roles": ["care"]})
    [message] = mail.outbox
    assert "/wachtwoord/nieuw/" not in message.body
    assert "/inloggen/" in message.body


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": []},
        {"roles": ["board"]},
        {"roles": ["chef"]},
        {"email": "geen"},
        {"name": ""},
        {"name": "a\r\nBcc: x@example.org"},
    ],
)
def test_an_invitation_that_cannot_be_makes_nobody_and_mails_nobody(
    client: Client, coordinator: User, school: School, changes: dict[str, object]
) -> None:
    before = snapshot()
    data = {"name": "Nina", "email": "nina@example.org", "roles": ["mentor"]} | changes
    assert client.post(address("invite", school), data).status_code == 200
    assert snapshot() == before
    assert mail.outbox == []


def test_without_a_mail_server_the_account_is_there_and_the_page_says_what_to_do(
    client: Client, coordinator: User, school: School, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    data = {"name": "Nina", "email": "nina@example.org", "roles": ["mentor"]}
    page = client.post(address("invite", school), data, follow=True)
    assert "kon nu niet weg" in page.content.decode()
    assert User.objects.filter(email="nina@example.org").exists()


def test_the_form_starts_with_the_mentor_of_the_roster_and_never_with_another_schools(
    client: Client, coordinator: User, school: School
) -> None:
    own = school.mentors.get(user=None)
    other = factories.make_mentor(factories.make_school(), with_account=False)
    page = address("invite", school)
    assert own.email in client.get(f"{page}?mentor={own.pk}").content.decode()
    assert other.email not in client.get(f"{page}?mentor={other.pk}").content.decode()
    assert client.get(f"{page}?mentor=x").status_code == 200


def test_the_list_shows_who_was_invited_who_came_and_who_is_only_in_the_roster(
    client: Client, coordinator: User, school: School
) -> None:
    people = {one.name: one for one in client.get(address("staff", school)).context["people"]}
    director = User.objects.get(memberships__role=Role.DIRECTOR)
    assert people[coordinator.name].has_entered
    assert not people[director.name].has_entered
    assert people[school.mentors.get().name].user is None


def test_roles_are_given_and_taken_on_the_page(client: Client, coordinator: User, school: School) -> None:
    director = User.objects.get(memberships__role=Role.DIRECTOR)
    page = client.post(address("role_give", school), {"role": "care"}, follow=True)
    assert "is nu zorgcoördinator" in page.content.decode()
    assert set(director.memberships.values_list("role", flat=True)) == {"director", "care"}
    client.post(address("role_take", school), {"role": "care"})
    assert set(director.memberships.values_list("role", flat=True)) == {"director"}


@pytest.mark.parametrize("role", ["board", "", "chef", "superuser"])
def test_a_role_outside_the_list_is_not_given(client: Client, coordinator: User, school: School, role: str) -> None:
    before = snapshot()
    client.post(address("role_give", school), {"role": role})
    assert snapshot() == before


def test_a_role_that_is_not_held_cannot_be_taken(client: Client, coordinator: User, school: School) -> None:
    assert client.post(address("role_take", school), {"role": "care"}).status_code == 404


def own(name: str, school: School, user: User) -> str:
    return reverse(f"mentors:{name}", kwargs={"school": school.slug, "user": user.pk})


def test_the_only_coordinator_is_told_to_find_another_one_first(
    client: Client, coordinator: User, school: School
) -> None:
    page = client.post(own("role_take", school, coordinator), {"role": "coordinator"}, follow=True)
    assert messages_on(page) == [LastCoordinator.text]
    assert coordinator.memberships.filter(role=Role.COORDINATOR).exists()


def test_who_changes_the_own_roles_stays_logged_in_under_a_new_key(
    client: Client, coordinator: User, school: School
) -> None:
    before = client.session.session_key
    client.post(own("role_give", school, coordinator), {"role": "mentor"})
    assert client.get(address("staff", school)).status_code == 200
    assert client.session.session_key != before


def test_making_oneself_care_coordinator_is_refused_on_the_page(
    client: Client, coordinator: User, school: School
) -> None:
    page = client.post(own("role_give", school, coordinator), {"role": "care"}, follow=True)
    assert messages_on(page) == [OwnCareRole.text]
    data = {"name": coordinator.name, "email": coordinator.email, "roles": ["care"]}
    assert "jezelf geen zorgcoördinator" in client.post(address("invite", school), data).content.decode()
    assert not Membership.objects.filter(role=Role.CARE).exists()


def test_a_coordinator_who_steps_down_is_out_of_these_pages(client: Client, coordinator: User, school: School) -> None:
    factories.make_user(school, Role.COORDINATOR)
    Membership.objects.create(user=coordinator, role=Role.DIRECTOR, school=school)
    response = client.post(own("role_take", school, coordinator), {"role": "coordinator"})
    assert response["Location"] == "/"
    assert client.get(address("staff", school)).status_code == 403


# --- mentors ---


def mentor_data(**changes: object) -> dict[str, object]:
    return {
        "name": "Juf Jansen",
        "email": "juf@example.org",
        "phone": "",
        "mode": "car",
        "is_active": "on",
        "postcode": "",
        "house_number": "",
        "house_suffix": "",
    } | changes


def test_a_mentors_travel_is_saved(client: Client, coordinator: User, school: School) -> None:
    assert client.post(address("mentor", school), mentor_data()).status_code == 302
    mentor = school.mentors.get()
    assert (mentor.name, mentor.mode, mentor.starts_from_home) == ("Juf Jansen", "car", False)


def test_a_home_that_is_not_on_the_map_is_refused_and_nothing_is_saved(
    client: Client, coordinator: User, school: School
) -> None:
    before = snapshot()
    for changes in ({}, {"postcode": "9998 AA", "house_number": "1"}):
        page = client.post(address("mentor", school), mentor_data(starts_from_home="on", **changes))
        assert page.status_code == 200
        assert "op de kaart" in page.content.decode() or "op onze kaart" in page.content.decode()
    assert snapshot() == before


@pytest.mark.parametrize("changes", [{"mode": "boat"}, {"name": "twee\nregels"}, {"email": "x"}, {"phone": "bel"}])
def test_a_mentor_that_cannot_be_is_refused(
    client: Client, coordinator: User, school: School, changes: dict[str, object]
) -> None:
    before = snapshot()
    assert client.post(address("mentor", school), mentor_data(**changes)).status_code == 200
    assert snapshot() == before


def test_a_mentor_who_no_longer_visits_is_logged_out(client: Client, coordinator: User, school: School) -> None:
    mentor = factories.make_mentor(school)
    theirs = Client()
    theirs.force_login(mentor.user)
    page = reverse("mentors:mentor", kwargs={"school": school.slug, "mentor": mentor.pk})
    client.post(page, mentor_data(is_active=""))
    mentor.refresh_from_db()
    assert not mentor.is_active
    assert theirs.get("/").status_code == 302
    assert theirs.get("/")["Location"].startswith("/inloggen/")


def test_a_mentor_cannot_be_moved_to_another_school_or_account(
    client: Client, coordinator: User, school: School
) -> None:
    other = factories.make_school()
    client.post(address("mentor", school), mentor_data(school=other.pk, user=coordinator.pk, external_key="x"))
    mentor = school.mentors.get()
    assert (mentor.user, mentor.external_key) == (None, "")
