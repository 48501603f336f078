"""Every page of this room as every role, at the own school and at another one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mentors.models import Event, Membership, Role, School
from reports.urls import of_a_school
from tests import factories
from tests.pages import LogIn
from tests.reports.conftest import VisitedClass, make_visited_class

EVERY_ROLE = [Role.COORDINATOR, Role.MENTOR, Role.DIRECTOR, Role.CARE]
WHO = {
    "worklist": {Role.COORDINATOR},
    "dashboard": {Role.COORDINATOR, Role.DIRECTOR, Role.CARE},
    "dashboard_pdf": {Role.COORDINATOR, Role.DIRECTOR, Role.CARE},
    "dashboard_sheet": {Role.COORDINATOR, Role.DIRECTOR, Role.CARE},
    "packs": {Role.COORDINATOR, Role.DIRECTOR, Role.MENTOR},
    "packs_pdf": {Role.COORDINATOR, Role.DIRECTOR},
    # A mentor's own class is open; these tests ask for another mentor's.
    "pack": {Role.COORDINATOR, Role.DIRECTOR},
    "pack_pdf": {Role.COORDINATOR, Role.DIRECTOR},
}
# What visits would cost has a table of its own, in test_cost_study.py.
OF_COSTS = {"costs", "cost_new", "cost_study", "cost_progress", "cost_stop", "cost_resume", "cost_pdf", "cost_sheet"}


def address(name: str, visited: VisitedClass) -> str:
    kwargs: dict[str, object] = {"school": visited.school.slug}
    if name in ("pack", "pack_pdf"):
        kwargs["school_class"] = visited.school_class.pk
    return reverse(f"reports:{name}", kwargs=kwargs)


def test_every_page_of_this_room_is_in_a_table() -> None:
    assert {pattern.name for pattern in of_a_school} == set(WHO) | OF_COSTS


@pytest.mark.parametrize("name", sorted(WHO))
@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_page_opens_for_its_roles_and_for_no_other(
    name: str, role: Role, visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    log_in(visited.school, role)
    expected = 200 if role in WHO[name] else 403
    if role == Role.MENTOR and name in ("pack", "pack_pdf"):
        expected = 404  # the page is for mentors, this class is not
    assert client.get(address(name, visited)).status_code == expected


@pytest.mark.parametrize("name", sorted(WHO))
@pytest.mark.parametrize("role", EVERY_ROLE)
def test_another_school_does_not_exist(
    name: str, role: Role, visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    log_in(factories.make_school(), role)
    before = Event.objects.count()
    assert client.get(address(name, visited)).status_code == 404
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", sorted(WHO))
def test_nobody_gets_in_without_logging_in(name: str, visited: VisitedClass, client: Client) -> None:
    answer = client.get(address(name, visited))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["dashboard", "dashboard_pdf", "dashboard_sheet", "packs", "packs_pdf"])
@pytest.mark.parametrize("asked", ["foreign", "abc", "0", "999999999999999999999"])
def test_a_round_of_another_school_or_of_none_is_not_found(
    name: str, asked: str, visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    if asked == "foreign":
        asked = str(make_visited_class(factories.make_school()).campaign.pk)
    log_in(visited.school, Role.DIRECTOR)
    assert client.get(address(name, visited), {"ronde": asked}).status_code == 404


def test_a_class_of_another_school_is_not_found(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    other = make_visited_class(factories.make_school())
    log_in(visited.school, Role.DIRECTOR)
    for name in ("reports:pack", "reports:pack_pdf"):
        kwargs = {"school": visited.school.slug, "school_class": other.school_class.pk}
        assert client.get(reverse(name, kwargs=kwargs)).status_code == 404


def test_a_mentor_opens_the_pack_of_an_own_class(visited: VisitedClass, client: Client) -> None:
    assert visited.mentor.user is not None
    client.force_login(visited.mentor.user)
    assert client.get(address("pack", visited)).status_code == 200
    assert client.get(address("pack_pdf", visited)).status_code == 200


def test_a_mentor_who_no_longer_works_here_opens_no_pack(visited: VisitedClass, client: Client) -> None:
    assert visited.mentor.user is not None
    client.force_login(visited.mentor.user)
    visited.mentor.is_active = False
    visited.mentor.save()
    assert client.get(address("pack", visited)).status_code == 404


def test_a_mentor_sees_own_classes_in_the_list_and_no_others(visited: VisitedClass, client: Client) -> None:
    other = make_visited_class(visited.school, "2zz", visited.campaign)
    assert visited.mentor.user is not None
    client.force_login(visited.mentor.user)
    page = client.get(address("packs", visited)).content.decode()
    assert visited.school_class.name in page
    assert other.school_class.name not in page
    assert "alle-klassen.pdf" not in page


def test_the_board_page_is_for_that_board_alone(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    board, stranger = factories.make_board(visited.school), factories.make_board()
    page = reverse("reports:board", kwargs={"board": board.pk})
    assert client.get(page).status_code == 302
    for role in EVERY_ROLE:
        log_in(visited.school, role)
        assert client.get(page).status_code == 404
    user = factories.make_user()
    Membership.objects.create(user=user, role=Role.BOARD, board=board)
    client.force_login(user)
    assert client.get(page).status_code == 200
    assert client.get(reverse("reports:board", kwargs={"board": stranger.pk})).status_code == 404


def test_the_board_enters_no_page_of_a_school(visited: VisitedClass, client: Client) -> None:
    board, user = factories.make_board(visited.school), factories.make_user()
    Membership.objects.create(user=user, role=Role.BOARD, board=board)
    client.force_login(user)
    for name in WHO:
        assert client.get(address(name, visited)).status_code == 404


def test_figures_are_no_links_for_who_may_not_open_the_visits(
    visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    log_in(visited.school, Role.CARE)
    page = client.get(address("dashboard", visited))
    assert page.context["pictures"].total_urls == {}
    assert all(row.urls == {} for row in page.context["pictures"].classes)


def test_a_school_without_a_round_has_designed_pages(school: School, client: Client, log_in: LogIn) -> None:
    log_in(school, Role.DIRECTOR, Role.COORDINATOR)
    for name in ("dashboard", "packs", "worklist"):
        assert client.get(reverse(f"reports:{name}", kwargs={"school": school.slug})).status_code == 200
    for name in ("dashboard_pdf", "dashboard_sheet", "packs_pdf"):
        assert client.get(reverse(f"reports:{name}", kwargs={"school": school.slug})).status_code == 404


@pytest.mark.parametrize("name", sorted(WHO))
def test_the_pages_are_for_reading_alone(name: str, visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(visited.school, Role.DIRECTOR, Role.COORDINATOR)
    for method in (client.post, client.put, client.delete):
        assert method(address(name, visited)).status_code == 405
